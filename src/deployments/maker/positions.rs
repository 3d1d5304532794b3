//! Vaults, a market for each ilk, numbered by their owners' accounts.

use plimsoll_protocols::lending::Exposure;
use plimsoll_protocols::lending::maker::IlkId;
use smallvec::smallvec;

use crate::chain::ids::{AccountId, TokenId};
use crate::chain::liquidation::PriceSource;
use crate::deployments::insolvency::OpenShortfall;
use crate::deployments::lending::LiquidationPrices;
use crate::deployments::liquidation_map::{DebtBin, Falls, loan_exposures};
use crate::deployments::maker::{MakerCell, exposure_of, liquidation_prices, prices_at};
use crate::deployments::positions::{Collateral, DebtAt, Holding, Positions, TokenAmounts};
use crate::deployments::view::View;

pub(super) struct Vaults<'a, 'w, 's> {
    pub(super) sees: &'a View<'w, 's>,
    pub(super) cell: &'a MakerCell,
}

impl Vaults<'_, '_, '_> {
    /// Returns the share of its worth that may be owed against an ilk's collateral.
    fn threshold(&self, market: u16) -> f64 {
        self.cell.maker.ilk_state(IlkId(market)).map_or(0.0, |state| 1.0 / state.mat.to_f64())
    }
}

impl Positions for Vaults<'_, '_, '_> {
    fn standing(&self, market: u16) -> Vec<u32> {
        let vaults = self.cell.maker.positions(IlkId(market)).into_iter().flatten();
        let mut owners: Vec<u32> =
            vaults.filter(|(_, vault)| vault.ink > 0 && vault.art > 0).map(|(owner, _)| owner.0).collect();
        owners.sort_unstable();
        owners
    }

    fn stands(&self, market: u16, position: u32) -> bool {
        let vault = self.cell.vault(IlkId(market), AccountId(position));
        vault.ink > 0 && vault.art > 0
    }

    fn owner(&self, position: u32) -> AccountId {
        AccountId(position)
    }

    fn holding(&self, market: u16, position: u32) -> Holding {
        let (ilk, vault) = (self.cell.ilk(IlkId(market)), self.cell.vault(IlkId(market), AccountId(position)));
        let part = |token, units| if units > 0 { smallvec![(token, units)] } else { TokenAmounts::new() };
        let collateral = part(ilk.gem, ilk.tokens_down(vault.ink));
        // An ilk whose numbers do not fit can count nothing.
        let Ok(state) = self.cell.state_at(IlkId(market), &self.sees.oracles, self.sees.clock.now()) else {
            return Holding { collateral, ..Holding::default() };
        };
        let health_factor = (vault.art > 0).then(|| state.health_factor(&vault));
        let price = self.sees.oracles.feed(ilk.feed).answer();
        Holding {
            collateral,
            debt: part(self.cell.dai, vault.tab(state.rate).to_wad_down().unwrap_or(u128::MAX)),
            health_factor,
            liquidation_price: health_factor.filter(|health| *health > 0.0).map(|health| price / health),
        }
    }

    fn exposure(&self, market: u16, position: u32) -> Option<Exposure> {
        Some(exposure_of(&self.cell.vault(IlkId(market), AccountId(position))))
    }

    fn collaterals(&self) -> Vec<Collateral> {
        let ilks = (0..).zip(&self.cell.ilks);
        ilks.map(|(market, ilk)| Collateral { market, place: 0, token: ilk.gem, law: Falls::AsPrice }).collect()
    }

    fn priced(&self) -> Vec<(TokenId, PriceSource)> {
        self.cell.ilks.iter().map(|ilk| (ilk.gem, PriceSource::Oracle(ilk.feed))).collect()
    }

    fn exposures(&self, market: u16, place: u8) -> (Vec<DebtBin>, f64) {
        let prices = self.liquidation_prices(market);
        let orders = &self.cell.ilk(IlkId(market)).orders;
        let held = prices.map(|prices| loan_exposures(orders, &prices, place, self.threshold(market)));
        (held.unwrap_or_default(), self.sees.venues.price(self.cell.dai))
    }

    fn debts(&self, market: u16, add: &mut dyn FnMut(DebtAt)) {
        let Some(prices) = self.liquidation_prices(market) else { return };
        let (dai, covered_from) = (self.sees.venues.price(self.cell.dai), self.threshold(market));
        for histogram in self.cell.ilk(IlkId(market)).orders.debt_histograms(&prices) {
            // An auction pays the debt as long as the collateral is worth it: what it is sought for beyond is a penalty.
            histogram.debts().for_each(|(health_factor, debt)| {
                add(DebtAt { health_factor, debt: debt * dai, covered_from });
            });
        }
    }

    /// Of an auction that runs the collateral is its lot at the oracle's price, as that of a vault is.
    fn auctioned(&self, market: u16, add: &mut dyn FnMut(DebtAt)) {
        let (ilk, covered_from) = (self.cell.ilk(IlkId(market)), self.threshold(market));
        let (price, dai) = (self.sees.oracles.feed(ilk.feed).answer(), self.sees.venues.price(self.cell.dai));
        for (lacks, lot) in self.cell.auctions_running(IlkId(market)).filter(|(lacks, _)| *lacks > 0.0) {
            let worth = ilk.tokens(lot) / self.sees.tokens.get(ilk.gem).one * price;
            add(DebtAt { health_factor: worth * covered_from / lacks, debt: lacks * dai, covered_from });
        }
    }

    /// Vaults and auctions, and what the vow owes beside them beyond the dai that it has: not the debts of auctions that run,
    /// nor what those that are over have not brought.
    fn open_shortfall(&self) -> OpenShortfall {
        let (sees, cell) = (self.sees, self.cell);
        let dai = sees.venues.price(cell.dai);
        let vow = &cell.maker.state().vow;
        let mut beside = vow.sin.to_f64() - vow.dai.to_f64();
        let mut found = OpenShortfall::default();
        for (number, ilk) in cell.maker.ilks().zip(&cell.ilks) {
            let worth = |wad: u128| ilk.tokens(wad) * sees.worth(ilk.gem, 1);
            // An ilk whose numbers do not fit can count nothing.
            if let Ok(state) = cell.state_at(number, &sees.oracles, sees.clock.now()) {
                for owner in ilk.orders.failing(&prices_at(&state, worth(1), dai)) {
                    let vault = cell.vault(number, owner);
                    found.add(vault.tab(state.rate).to_f64() * dai, 0.0, worth(vault.ink));
                }
            }
            for (lacks, lot) in cell.auctions_running(number) {
                found.add(lacks * dai, 0.0, worth(lot));
            }
            beside -= ilk.ledger.iter().map(|row| row.shortfall().to_f64()).sum::<f64>();
        }
        found.add_debt(beside * dai);
        found
    }

    fn liquidation_prices(&self, market: u16) -> Option<LiquidationPrices> {
        let state = self.cell.state_at(IlkId(market), &self.sees.oracles, self.sees.clock.now());
        state.ok().map(|state| liquidation_prices(&state))
    }
}
