//! Which positions of lending markets may be liquidated, found by their order and checked exactly.

use crate::chain::protocols::ProtocolsMut;
use bevy_ecs::prelude::{Local, Res, ResMut, Resource};

use super::orders::Look;
use super::{LendingCell, Level};
use crate::chain::failing::Failing;
use crate::chain::ids::{AccountId, LendingId};
use crate::chain::oracles::Oracles;
use crate::chain::state::ChainState;

/// A position that may be liquidated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FailingLoan {
    /// The market.
    pub market: LendingId,
    /// Whose position it is.
    pub borrower: AccountId,
    /// What its collateral carries over what it owes: below 1.
    pub health_factor: f64,
    /// What it owes, in whole numeraire tokens at the oracles' prices.
    pub debt: f64,
}

/// The positions that may be liquidated as the block begins and that somebody may find worth it, by market and account.
#[derive(Debug, Clone, Default)]
pub struct FailingLoans(Vec<FailingLoan>);

impl FailingLoans {
    /// Says whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns those of a market.
    pub fn of(&self, market: LendingId) -> &[FailingLoan] {
        let first = self.0.partition_point(|loan| loan.market < market);
        let last = self.0.partition_point(|loan| loan.market <= market);
        &self.0[first..last]
    }
}

/// The least gain after gas for which anybody liquidates, by lending market, in whole numeraire tokens; none where nobody
/// does.
#[derive(Debug, Clone, Default, Resource)]
pub struct LeastGains(pub Vec<Option<f64>>);

/// Lists the positions that may be liquidated in this block. One that nobody would find worth its gas is parked until its
/// debt has grown or gas has become cheap enough.
pub fn find_failing_loans(
    chain: Res<ChainState>,
    gains: Res<LeastGains>,
    mut protocols: ProtocolsMut,
    mut failing: ResMut<Failing>,
    mut looked: Local<Vec<FailingLoan>>,
) {
    let ChainState { clock, tokens, venues, oracles, gas, .. } = &*chain;
    let found = &mut failing.loans;
    found.0.clear();
    let native = tokens.get(tokens.native).one;
    let gas_cost = gas.schedule.liquidate as f64 * gas.base_fee as f64 / native * venues.price(tokens.native);
    for (market, gain) in (0..).map(LendingId).zip(&gains.0) {
        let cell = protocols.lending(market);
        if cell.orders.open() == 0 {
            continue;
        }
        let level = cell.level(oracles, tokens, clock.now());
        let bar = gain.map(|gain| (gas_cost + gain) / most_bonus(cell));
        surface(cell, oracles, &level, clock.now(), bar, &mut looked);
        looked.sort_unstable_by_key(|loan| loan.borrower);
        found.0.append(&mut looked);
    }
}

/// Returns the greatest bonus of a market's assets.
fn most_bonus(cell: &LendingCell) -> f64 {
    (0_u8..).zip(&cell.assets).map(|(place, _)| cell.lending().bonus(place)).fold(0.0, f64::max)
}

/// Lists one market's positions that may be liquidated and whose debt is worth more than `bar`, and parks the others.
/// Without a bar, nobody liquidates.
fn surface(
    cell: &mut LendingCell,
    oracles: &Oracles,
    level: &Level,
    now: u64,
    bar: Option<f64>,
    found: &mut Vec<FailingLoan>,
) {
    let prices = cell.prices(oracles);
    let (market, lending) = (cell.id, cell.market.lending());
    let look = |borrower: AccountId| {
        // A market that cannot count a position's health cannot liquidate it either.
        let Ok(health) = lending.health(borrower, &prices, now) else { return Look::Sound };
        if !health.is_liquidatable {
            return Look::Sound;
        }
        let debt = level.debt_worth(&lending.exposure(borrower));
        if bar.is_none_or(|bar| debt <= bar) {
            return Look::Worthless;
        }
        found.push(FailingLoan { market, borrower, health_factor: health.factor, debt });
        Look::Failing
    };
    cell.orders.candidates(level, bar, |account| lending.exposure(account), look);
}
