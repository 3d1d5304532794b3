//! Positions of a bank's leveraged farms, a market for each goblin, numbered over the whole bank.

use plimsoll_math::mul_div_down;
use plimsoll_protocols::farm::alpha_homora::Position;
use plimsoll_protocols::lending::Exposure;
use smallvec::smallvec;

use super::BankCell;
use super::liquidatable::{FarmState, LiquidationPrices as GoblinPrices};
use crate::chain::ids::{AccountId, PositionId, TokenId, WorkerId};
use crate::chain::liquidation::PriceSource;
use crate::deployments::alpha_homora::GoblinCell;
use crate::deployments::alpha_homora::rewards;
use crate::deployments::insolvency::OpenShortfall;
use crate::deployments::lending::LiquidationPrices;
use crate::deployments::liquidation_map::{DebtBin, Falls};
use crate::deployments::positions::{Collateral, DebtAt, Holding, Positions};
use crate::deployments::view::View;

pub(super) struct Farms<'a, 'w, 's> {
    pub(super) sees: &'a View<'w, 's>,
    pub(super) cell: &'a BankCell,
}

impl Farms<'_, '_, '_> {
    fn goblin(&self, market: u16) -> WorkerId {
        self.cell.goblins[usize::from(market)]
    }

    fn position(&self, position: u32) -> &Position {
        self.cell.bank.position(PositionId(position)).expect("positions are the bank's own")
    }
}

impl Positions for Farms<'_, '_, '_> {
    fn standing(&self, market: u16) -> Vec<u32> {
        let rows = (1..).zip(self.cell.bank.positions());
        let own = rows.filter(|(_, row)| row.goblin.0 == self.goblin(market).0 && is_left(row));
        own.map(|(number, _)| number).collect()
    }

    fn stands(&self, _: u16, position: u32) -> bool {
        is_left(self.position(position))
    }

    fn owner(&self, position: u32) -> AccountId {
        self.position(position).owner
    }

    fn holding(&self, market: u16, position: u32) -> Holding {
        let sees = self.sees;
        let goblin = sees.protocols.worker(self.goblin(market));
        let (farm_state, row) = (self.sees.farm_state(goblin), self.position(position));
        let liquidity = goblin.goblin.share_to_lp_down(row.goblin_share, rewards(farm_state.farm)).unwrap_or(0);
        let (pair, base_side) = (farm_state.pool.pool.uniswap_v2(), goblin.goblin.params().base_side);
        let (base, farmed) = pair.reserves().starting_with(base_side);
        let [base_token, farmed_token] = sees.base_and_farmed(goblin.id);
        let part = |reserve| mul_div_down(reserve, liquidity, pair.total_supply()).unwrap_or(0);
        let owes = farm_state.debt_and_health(&goblin.goblin, PositionId(position));
        let kill_factor = f64::from(goblin.goblin.params().kill_factor_bps) / 10_000.0;
        let health_factor = owes.map(|(debt, health)| kill_factor * health as f64 / debt as f64);
        let spot = farm_state.pool.price(sees);
        let price = if farm_state.pool.tokens[1] == farmed_token { 1.0 / spot } else { spot };
        Holding {
            collateral: smallvec![(base_token, part(base)), (farmed_token, part(farmed))],
            debt: owes.map_or_else(Default::default, |(debt, _)| smallvec![(base_token, debt)]),
            health_factor,
            // While trade moves the price, the base asset in the pool goes with its square root.
            liquidation_price: health_factor.map(|health| price / (health * health)),
        }
    }

    fn collaterals(&self) -> Vec<Collateral> {
        let goblins = (0..).zip(&self.cell.goblins);
        let farmed = goblins.map(|(market, goblin)| Collateral {
            market,
            place: 0,
            token: self.sees.base_and_farmed(*goblin)[1],
            law: Falls::AsSquareRoot,
        });
        farmed.collect()
    }

    fn priced(&self) -> Vec<(TokenId, PriceSource)> {
        let of = |goblin: &WorkerId| {
            let goblin = self.sees.protocols.worker(*goblin);
            let (token, pool) = (self.sees.base_and_farmed(goblin.id)[1], goblin.pool);
            let inverted = self.sees.protocols.pool(pool).tokens[1] == token;
            (token, PriceSource::Pool { pool, inverted })
        };
        self.cell.goblins.iter().map(of).collect()
    }

    fn exposures(&self, market: u16, _: u8) -> (Vec<DebtBin>, f64) {
        let goblin = self.sees.protocols.worker(self.goblin(market));
        (exposures(goblin, &self.sees.farm_state(goblin)).collect(), self.sees.worth(self.cell.base, 1))
    }

    fn debts(&self, market: u16, add: &mut dyn FnMut(DebtAt)) {
        let (held, unit) = self.exposures(market, 0);
        let kill_bps = f64::from(self.cell.bank.params().kill_bps);
        let kill_factor_bps = self.sees.protocols.worker(self.goblin(market)).goblin.params().kill_factor_bps;
        // What a kill leaves of the health pays the debt as long as the health factor is at least this.
        let covered_from = f64::from(kill_factor_bps) / (10_000.0 - kill_bps);
        for at in held {
            add(DebtAt { health_factor: at.health_factor, debt: at.debt * unit, covered_from });
        }
    }

    /// Collateral is the claim on the pool's reserves. It goes with goblin shares as debt does with debt shares, so the order of
    /// failing prices is that of covering as well.
    fn open_shortfall(&self) -> OpenShortfall {
        let (sees, mut found, mut short) = (self.sees, OpenShortfall::default(), Vec::new());
        let state = self.cell.state_at(sees.clock.now());
        for goblin in self.cell.goblins.iter().map(|goblin| sees.protocols.worker(*goblin)) {
            let prices = GoblinPrices::of(&goblin.goblin, &sees.farm_state(goblin));
            let pool = sees.protocols.pool(goblin.pool);
            let reserves = pool.pool.uniswap_v2().reserves();
            let all = sees.worth(pool.tokens[0], reserves.token_0) + sees.worth(pool.tokens[1], reserves.token_1);
            goblin.order.above(prices.covering(all / sees.worth(self.cell.base, 1)), &mut short);
        }
        for position in short {
            let row = self.position(position);
            let debt = state.debt_value_down(row.debt_share).unwrap_or(0);
            found.add(sees.worth(self.cell.base, debt), 0.0, sees.assets_worth(row));
        }
        found
    }

    /// The pool's curve is in the health factor, and others' liquidity changes it.
    fn exposure(&self, _: u16, _: u32) -> Option<Exposure> {
        None
    }

    fn liquidation_prices(&self, _: u16) -> Option<LiquidationPrices> {
        None
    }
}

fn is_left(row: &Position) -> bool {
    row.goblin_share > 0 || row.debt_share > 0
}

/// Returns the debt of a goblin's positions by health factor, lowest first.
pub fn exposures<'a>(cell: &'a GoblinCell, farm_state: &FarmState) -> impl Iterator<Item = DebtBin> + 'a {
    let prices = GoblinPrices::of(&cell.goblin, farm_state);
    let kill_factor = f64::from(cell.goblin.params().kill_factor_bps) / 10_000.0;
    cell.order.histogram().from_the_top().map(move |(key, weight)| {
        let (health_factor, debt) = (prices.health_factor(key), prices.debt(weight));
        DebtBin { health_factor, debt, collateral: debt * health_factor / kill_factor }
    })
}
