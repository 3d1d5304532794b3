//! Which positions may be killed, found by the price order and checked exactly.
//!
//! A position of a goblin fails when its debt passes the kill factor's share of its health. With `s` the position's
//! part of the pool, health is `reserve * s * g(s)`, where `g(s) = 1 + phi (1-s) / ((1-s) + phi s)` counts what selling
//! the farmed side does to the price (`phi` is what the pool's fee leaves). Debt per share and liquidity per share are
//! the same for all positions, so the key is debt share over goblin share, and the limit bends with the size alone.

use plimsoll_math::{BPS, mul_div_down};
use plimsoll_protocols::farm::alpha_homora::{BankState, Goblin, Position, is_underwater};

use crate::chain::ids::PositionId;
use crate::chain::price_order::PriceOrder;
use crate::deployments::alpha_homora::{BankCell, GoblinCell, rewards};
use crate::deployments::amm::PoolCell;
use crate::deployments::liquidatable::{Liquidatable, LiquidationSearch, MinProfit, gas_cost};
use crate::deployments::staking::FarmCell;

/// What a 30 basis point fee leaves of a trade: the strategies assume it.
const PHI: f64 = 0.997;

/// Returns the factor by which selling one's own farmed side changes what a small share of a pool is worth: 1.997 for
/// dust, 1 for the whole pool.
pub fn sale_factor(share_of_pool: f64) -> f64 {
    let rest = 1.0 - share_of_pool;
    1.0 + PHI * rest / (rest + PHI * share_of_pool)
}

/// What all of a goblin's positions have in common at one moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LiquidationPrices {
    /// What a goblin share is worth before the sale factor, in smallest units of the base asset.
    unit: f64,
    /// Part of the pool per goblin share.
    fraction: f64,
    /// Smallest units of the liquidity token per goblin share.
    liquidity: f64,
    /// Smallest units of the farmed token per goblin share.
    farmed: f64,
    /// Debt per debt share.
    debt_per_share: f64,
    kill_factor: f64,
}

impl LiquidationPrices {
    /// Returns those of a goblin.
    pub fn of(goblin: &Goblin, farm_state: &FarmState) -> Self {
        let (params, state) = (goblin.params(), &farm_state.bank_state);
        let pair = farm_state.pool.pool.uniswap_v2();
        let (reserve, farmed) = pair.reserves().starting_with(params.base_side);
        let fraction = fraction(farm_state.pool, farm_state.farm, goblin);
        Self {
            unit: reserve as f64 * fraction,
            fraction,
            liquidity: pair.total_supply() as f64 * fraction,
            farmed: farmed as f64 * fraction,
            debt_per_share: ratio(state.debt_value as f64, state.debt_share as f64),
            kill_factor: f64::from(params.kill_factor_bps) / 10_000.0,
        }
    }

    /// Returns what so many debt shares owe, in smallest units of the base asset.
    pub fn debt(&self, shares: u128) -> f64 {
        shares as f64 * self.debt_per_share
    }

    /// Returns the health factor of a position with this key, sold as dust is.
    pub fn health_factor(&self, key: f64) -> f64 {
        self.kill_factor * self.unit * sale_factor(0.0) / (key * self.debt_per_share)
    }

    /// Returns a key below which every position's part of the pool covers its debt, where all of the pool is worth so many
    /// smallest units of the base asset. A part in a million less is more than rounding takes of what is no dust.
    pub fn covering(&self, pool: f64) -> f64 {
        self.fraction * pool / self.debt_per_share * (1.0 - 1e-6)
    }

    /// Returns a key below which no position with goblin shares between `least` and `greatest` fails.
    ///
    /// The contract rounds down on its way from shares to health: the liquidity, what it stands for in each token, and
    /// what the farmed token sells for. Each loses a unit at most of what it rounds, so health a part of itself that is
    /// greatest for the smallest position: health is concave in the liquidity, and what is bought in what is sold. A
    /// hundredth more covers what a unit does to the reserves that are left. Debt is rounded down too, for the position.
    fn limit(&self, least: u128, greatest: u128) -> f64 {
        self.kill_factor * self.unit * self.least_bend(least, greatest) / self.debt_per_share
    }

    /// Returns the least that the sale factor and rounding leave of a position with goblin shares between these.
    fn least_bend(&self, least: u128, greatest: u128) -> f64 {
        let bend = sale_factor((greatest as f64 * self.fraction).min(1.0));
        let units_lost = 1.0 / self.liquidity + 1.0 / self.farmed + 2.0 / self.unit;
        let slack = 1e-9 + 1.01 * units_lost / least as f64;
        bend * (1.0 - slack)
    }

    /// Returns by how much the key of a position with goblin shares between `least` and `greatest` may be below the
    /// highest of them, as a ratio, and its health factor the lowest of them all the same.
    pub fn reach(&self, least: u128, greatest: u128) -> f64 {
        let most = sale_factor((least as f64 * self.fraction).min(1.0));
        (self.least_bend(least, greatest) / most).max(0.0)
    }
}

fn ratio(a: f64, b: f64) -> f64 {
    if b == 0.0 { 1.0 } else { a / b }
}

/// Puts a position where it belongs in its goblin's order; out of it if nothing is left of it.
pub fn reorder(
    order: &mut PriceOrder,
    id: PositionId,
    position: Position,
    pool: &PoolCell,
    farm: &FarmCell,
    goblin: &Goblin,
) {
    if position.goblin_share == 0 && position.debt_share == 0 {
        order.remove(id.0);
        return;
    }
    let share = position.goblin_share as f64;
    let key = position.debt_share as f64 / share.max(1.0);
    let part = (share * fraction(pool, farm, goblin)).min(1.0);
    order.set(id.0, key, position.debt_share, position.goblin_share, key * sale_factor(0.0) / sale_factor(part));
}

/// Returns which part of the pool a goblin share stands for.
fn fraction(pool: &PoolCell, farm: &FarmCell, goblin: &Goblin) -> f64 {
    let staked = rewards(farm).stake_of(goblin.account()).balance as f64;
    ratio(staked, goblin.state().total_share as f64) / pool.pool.uniswap_v2().total_supply() as f64
}

/// The contracts that decide about a goblin's positions, at one moment.
#[derive(Debug, Clone, Copy)]
pub struct FarmState<'a> {
    /// Lends to the positions.
    pub bank: &'a BankCell,
    /// Its state with interest counted up to the moment.
    pub bank_state: BankState,
    /// Holds the liquidity that is farmed.
    pub pool: &'a PoolCell,
    /// Holds the goblin's stake.
    pub farm: &'a FarmCell,
}

impl<'a> FarmState<'a> {
    /// Reads the state at `now`, in seconds.
    pub fn new(bank: &'a BankCell, pool: &'a PoolCell, farm: &'a FarmCell, now: u64) -> Self {
        Self { bank, bank_state: bank.state_at(now), pool, farm }
    }

    /// Returns a position's debt and health, exactly as the bank would find them; none if it owes nothing.
    pub fn debt_and_health(&self, goblin: &Goblin, id: PositionId) -> Option<(u128, u128)> {
        let position = self.bank.bank.position(id).expect("the order and the state hold positions of the bank");
        let debt = self.bank_state.debt_value_down(position.debt_share).ok().filter(|debt| *debt > 0)?;
        let health = goblin.health_down(position.goblin_share, rewards(self.farm), self.pool.pool.uniswap_v2()).ok()?;
        Some((debt, health))
    }
}

impl BankCell {
    /// Lists the positions that may be killed, by goblin and number. One that nobody would find worth its gas is parked
    /// until the least prize has come down to its size.
    pub(super) fn search(&self, search: &mut LiquidationSearch) {
        let (chain, MinProfit(profits)) = (search.chain, search.profits);
        let one = chain.tokens.get(self.base).one;
        let min_prize = profits[self.protocol.index()].map(|profit| {
            let cost = gas_cost(chain, chain.gas.schedule.kill) + profit;
            cost * one / chain.venues.price(self.base)
        });
        for worker in &self.goblins {
            let at = search.others.leveraged_farm(*worker).expect("nobody is called while agents decide");
            if at.goblin.order.open() > 0 {
                let farm_state = FarmState::new(self, at.pool, at.farm, chain.clock.now());
                surface(at.goblin, &farm_state, min_prize, one, search.candidates, search.found);
            }
        }
    }
}

/// Lists one goblin's positions that may be killed and whose prize is above `min_prize`, in smallest units of the base asset,
/// and parks the others that may be killed. Without it, nobody kills. `one` is a whole token of the base asset.
fn surface(
    cell: &mut GoblinCell,
    farm_state: &FarmState,
    min_prize: Option<f64>,
    one: f64,
    candidates: &mut Vec<u32>,
    found: &mut Vec<Liquidatable>,
) {
    let prices = LiquidationPrices::of(&cell.goblin, farm_state);
    let params = farm_state.bank.bank.params();
    let kill_share = f64::from(params.kill_bps) / 10_000.0;
    if let Some(min_prize) = min_prize {
        cell.order.unpark(at_least(min_prize / (kill_share * prices.unit * sale_factor(0.0))));
    }
    cell.order.candidates(|least, greatest| prices.limit(least, greatest), candidates);
    candidates.sort_unstable();
    for id in candidates.drain(..).map(PositionId) {
        let Some((debt, health)) = farm_state.debt_and_health(&cell.goblin, id) else { continue };
        if !is_underwater(health, cell.goblin.params().kill_factor_bps, debt) {
            continue;
        }
        // A kill brings what health says, and the bank rounds the prize down.
        let prize = mul_div_down(health, params.kill_bps.into(), BPS).unwrap_or(0);
        if min_prize.is_some_and(|least| prize as f64 > least) {
            found.push(Liquidatable {
                key: farm_state.bank.key(cell.id, id),
                owner: farm_state.bank.bank.position(id).expect("the order holds positions of the bank").owner,
                health_factor: prices.kill_factor * health as f64 / debt as f64,
                debt: debt as f64 / one,
                prize: Some(prize),
            });
        } else {
            cell.order.park(id.0);
        }
    }
}

/// Returns a number of shares that is not above `shares`, so that what is unparked may be too much but never too little.
fn at_least(shares: f64) -> u128 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates, as the least prize may")]
    let shares = (shares * (1.0 - 1e-9)) as u128;
    shares
}
