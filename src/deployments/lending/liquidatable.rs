//! Which positions of lending markets may be liquidated, found by their order and checked exactly.

use super::orders::Look;
use super::{LendingCell, LiquidationPrices};
use crate::chain::ids::{AccountId, PositionKey};
use crate::chain::state::ChainState;
use crate::deployments::liquidatable::{Liquidatable, LiquidationSearch, MinProfit, gas_cost};

impl LendingCell {
    /// Lists the positions that may be liquidated, by account. One that nobody would find worth its gas is parked until its
    /// debt has grown or gas has become cheap enough.
    pub(super) fn search(&mut self, search: &mut LiquidationSearch) {
        if self.orders.open() == 0 {
            return;
        }
        let (chain, MinProfit(profits)) = (search.chain, search.profits);
        let prices = self.liquidation_prices(&chain.oracles, &chain.tokens, chain.clock.now());
        let profit = profits[self.protocol.index()];
        let min_debt = profit.map(|profit| (gas_cost(chain, chain.gas.schedule.liquidate) + profit) / most_bonus(self));
        let first = search.found.len();
        surface(self, chain, &prices, min_debt, search.found);
        search.found[first..].sort_unstable_by_key(|loan| loan.key);
    }
}

/// Returns the greatest bonus of a market's assets.
fn most_bonus(cell: &LendingCell) -> f64 {
    (0_u8..).zip(&cell.assets).map(|(place, _)| cell.lending().bonus(place)).fold(0.0, f64::max)
}

/// Lists one market's positions that may be liquidated and whose debt is worth more than `min_debt`, in whole
/// numeraire tokens, and parks the others. Without it, nobody liquidates.
fn surface(
    cell: &mut LendingCell,
    chain: &ChainState,
    prices: &LiquidationPrices,
    min_debt: Option<f64>,
    found: &mut Vec<Liquidatable>,
) {
    let (oracle_prices, now) = (cell.prices(&chain.oracles), chain.clock.now());
    let (protocol, lending) = (cell.protocol, cell.market.lending());
    let look = |owner: AccountId| {
        // A market that cannot count a position's health cannot liquidate it either.
        let Ok(health) = lending.health(owner, &oracle_prices, now) else { return Look::Sound };
        if !health.is_liquidatable {
            return Look::Sound;
        }
        let debt = prices.debt_worth(&lending.exposure(owner));
        if min_debt.is_none_or(|least| debt <= least) {
            return Look::Unprofitable;
        }
        let key = PositionKey { protocol, market: 0, position: owner.0 };
        found.push(Liquidatable { key, owner, health_factor: health.factor, debt, prize: None });
        Look::Failing
    };
    cell.orders.candidates(prices, min_debt, |account| lending.exposure(account), look);
}
