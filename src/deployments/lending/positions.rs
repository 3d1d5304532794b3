//! Positions of a lending market, numbered by their accounts.

use plimsoll_protocols::lending::Exposure;

use crate::chain::ids::{AccountId, TokenId};
use crate::chain::liquidation::PriceSource;
use crate::deployments::insolvency::OpenShortfall;
use crate::deployments::lending::{LendingCell, LiquidationPrices};
use crate::deployments::liquidation_map::{DebtBin, Falls, loan_exposures};
use crate::deployments::positions::{Collateral, DebtAt, Holding, Positions};
use crate::deployments::view::View;

pub(super) struct Loans<'a, 'w, 's> {
    pub(super) sees: &'a View<'w, 's>,
    pub(super) cell: &'a LendingCell,
}

impl Positions for Loans<'_, '_, '_> {
    fn standing(&self, market: u16) -> Vec<u32> {
        let mut accounts = self.cell.orders.accounts();
        accounts.retain(|account| self.stands(market, *account));
        accounts
    }

    fn stands(&self, _: u16, position: u32) -> bool {
        // Debt without collateral is nobody's any more.
        let exposure = self.cell.lending().exposure(AccountId(position));
        !exposure.debt.is_empty() && !exposure.collateral.is_empty()
    }

    fn owner(&self, position: u32) -> AccountId {
        AccountId(position)
    }

    fn holding(&self, _: u16, position: u32) -> Holding {
        let (account, now) = (AccountId(position), self.sees.clock.now());
        let lending = self.cell.lending();
        let Exposure { collateral, debt } = lending.exposure(account);
        let token = |place: u8| self.cell.asset(place).token;
        let health = lending.health(account, &self.cell.prices(&self.sees.oracles), now).ok();
        let health_factor = health.map(|health| health.factor).filter(|factor| factor.is_finite());
        let price = match (collateral.as_slice(), debt.as_slice()) {
            ([(posted, _)], [(owed, _)]) if posted != owed => {
                Some(self.sees.oracles.feed(self.cell.asset(*posted).feed).answer())
            }
            _ => None,
        };
        Holding {
            collateral: collateral
                .iter()
                .map(|(place, _)| (token(*place), lending.supplied(account, *place, now)))
                .collect(),
            debt: debt.iter().map(|(place, _)| (token(*place), lending.borrowed(account, *place, now))).collect(),
            health_factor,
            liquidation_price: price.zip(health_factor).map(|(price, health)| price / health),
        }
    }

    fn exposure(&self, _: u16, position: u32) -> Option<Exposure> {
        Some(self.cell.lending().exposure(AccountId(position)))
    }

    fn collaterals(&self) -> Vec<Collateral> {
        let places = (0_u8..).zip(&self.cell.assets).filter(|(place, _)| self.cell.lending().threshold(*place) > 0.0);
        let posted =
            places.map(|(place, asset)| Collateral { market: 0, place, token: asset.token, law: Falls::AsPrice });
        posted.collect()
    }

    fn priced(&self) -> Vec<(TokenId, PriceSource)> {
        self.cell.assets.iter().map(|asset| (asset.token, PriceSource::Oracle(asset.feed))).collect()
    }

    fn exposures(&self, market: u16, place: u8) -> (Vec<DebtBin>, f64) {
        let prices = self.liquidation_prices(market).expect("a lending market always has one");
        (loan_exposures(&self.cell.orders, &prices, place, self.cell.lending().threshold(place)), 1.0)
    }

    fn debts(&self, market: u16, add: &mut dyn FnMut(DebtAt)) {
        let (prices, lending) =
            (self.liquidation_prices(market).expect("a lending market always has one"), self.cell.lending());
        for histogram in self.cell.orders.debt_histograms(&prices) {
            // What is seized for a debt is worth 1 + bonus of it: it is there as long as the health factor is this.
            let covered = |asset: u8| lending.threshold(asset) * (1.0 + lending.bonus(asset));
            let covered_from = histogram.collateral().map(covered).fold(f64::INFINITY, f64::min);
            histogram.debts().for_each(|(health_factor, debt)| add(DebtAt { health_factor, debt, covered_from }));
        }
    }

    /// Who could be liquidated if the oracles told the prices outside may be short of collateral, and nobody else: no market
    /// lets more be owed than collateral is worth.
    fn open_shortfall(&self) -> OpenShortfall {
        let (sees, cell) = (self.sees, self.cell);
        let (lending, now) = (cell.lending(), sees.clock.now());
        let worth = |place: u8, units: u128| sees.worth(cell.asset(place).token, units);
        let mut found = OpenShortfall::default();
        for account in cell.orders.failing(&cell.prices_of(now, |asset| sees.worth(asset.token, 1))) {
            let Exposure { collateral, debt } = lending.exposure(account);
            let stranded = cell.stranded.get(&account);
            let (mut owed, mut realised) = (0.0, 0.0);
            for (place, _) in debt {
                let units = lending.borrowed(account, place, now);
                owed += worth(place, units);
                realised += stranded.map_or(0.0, |stranded| worth(place, stranded[usize::from(place)].min(units)));
            }
            let held = collateral.iter().map(|(place, _)| worth(*place, lending.supplied(account, *place, now)));
            found.add(owed, realised, held.sum());
        }
        found
    }

    fn liquidation_prices(&self, _: u16) -> Option<LiquidationPrices> {
        Some(self.cell.liquidation_prices(&self.sees.oracles, &self.sees.tokens, self.sees.clock.now()))
    }
}
