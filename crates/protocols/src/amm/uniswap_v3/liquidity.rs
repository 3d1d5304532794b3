//! Liquidity that comes and goes.

use super::{
    Position, RangeKey, Scalars, TickState, V3Error, V3Pool, WideAmounts,
    position::wrapping_sum,
    tick::{Counters, End, add_delta, fee_growth_inside},
    timestamp,
    worth::{Range, Rounding, check_range},
};
use crate::amm::{Amounts, PoolToken};
use plimsoll_math::sqrt_price_at_tick;

/// What a mint moved: from the provider to the pool.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Minted {
    /// What the provider paid, in smallest units, rounded up.
    pub paid: Amounts,
}

/// What a burn credited to its position. No token moves before [`V3Pool::collect`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Burned {
    /// What the liquidity is worth, in smallest units, rounded down. What it earned is credited apart from it.
    pub owed: Amounts,
}

/// What a change of liquidity writes.
struct Change {
    key: RangeKey,
    /// The two ticks, if the liquidity changes at all.
    ticks: Option<[Option<TickState>; 2]>,
    position: Position,
    /// The active liquidity, if the price is in the range.
    active: Option<u128>,
    /// What the change in liquidity is worth.
    amounts: WideAmounts,
    /// What the pool holds afterwards.
    balances: WideAmounts,
}

impl V3Pool {
    /// Adds liquidity to a position, and to the active one if the price is in its range. The amounts round **up**, in
    /// favour of the pool.
    ///
    /// # Errors
    /// The range is none, the liquidity nothing or more than a tick bears, or an amount does not fit 128 bits.
    pub fn mint(&mut self, key: RangeKey, liquidity: u128, now: u64) -> Result<Minted, V3Error> {
        let change = self.plan_mint(key, liquidity, now)?;
        let paid = change.amounts.narrow()?;

        self.write_change(change, now);
        Ok(Minted { paid })
    }

    /// Adds liquidity as [`Self::mint`] does, at any width, and returns what the provider paid.
    ///
    /// # Errors
    /// The range is none, or the liquidity nothing or more than a tick bears.
    pub fn mint_wide(&mut self, key: RangeKey, liquidity: u128, now: u64) -> Result<WideAmounts, V3Error> {
        let change = self.plan_mint(key, liquidity, now)?;
        let paid = change.amounts;

        self.write_change(change, now);
        Ok(paid)
    }

    /// Removes liquidity from a position, and credits it with what that is worth and with the fees that it earned. The
    /// amounts round **down**, in favour of the pool. With no liquidity to remove, only the fees are credited.
    ///
    /// # Errors
    /// The range is none, the position has less, or an amount does not fit 128 bits.
    pub fn burn(&mut self, key: RangeKey, liquidity: u128, now: u64) -> Result<Burned, V3Error> {
        let change = self.plan_burn(key, liquidity, now)?;
        let owed = change.amounts.narrow()?;

        self.write_change(change, now);
        Ok(Burned { owed })
    }

    /// Removes liquidity as [`Self::burn`] does, at any width, and returns what it is worth. The position is credited
    /// with that modulo 2^128.
    ///
    /// # Errors
    /// The range is none, or the position has less.
    pub fn burn_wide(&mut self, key: RangeKey, liquidity: u128, now: u64) -> Result<WideAmounts, V3Error> {
        let change = self.plan_burn(key, liquidity, now)?;
        let owed = change.amounts;

        self.write_change(change, now);
        Ok(owed)
    }

    /// Returns what a mint writes. The pool is paid at once.
    fn plan_mint(&self, key: RangeKey, liquidity: u128, now: u64) -> Result<Change, V3Error> {
        self.check_initialized()?;
        let delta = i128::try_from(liquidity).ok().filter(|delta| *delta > 0);
        let delta = delta.ok_or(V3Error::LiquidityAmount { liquidity })?;
        let mut change = self.plan(key, delta, timestamp(now))?;
        change.balances.receive(PoolToken::Zero, change.amounts.token_0)?;
        change.balances.receive(PoolToken::One, change.amounts.token_1)?;
        Ok(change)
    }

    /// Returns what a burn writes. The position is credited.
    fn plan_burn(&self, key: RangeKey, liquidity: u128, now: u64) -> Result<Change, V3Error> {
        self.check_initialized()?;
        let delta = i128::try_from(liquidity).map_err(|_| V3Error::LiquidityAmount { liquidity })?;
        let mut change = self.plan(key, -delta, timestamp(now))?;
        let WideAmounts { token_0, token_1 } = change.amounts;
        let credited = Amounts { token_0: token_0.into_halves().1, token_1: token_1.into_halves().1 };
        change.position.tokens_owed = wrapping_sum(change.position.tokens_owed, credited);
        Ok(change)
    }

    /// Returns what a position with `delta` more liquidity changes, and what the liquidity is worth.
    fn plan(&self, key: RangeKey, delta: i128, timestamp: u32) -> Result<Change, V3Error> {
        check_range(key.range.lower, key.range.upper)?;
        let (lower, upper, ticks) = if delta == 0 {
            (self.ticks.get(key.range.lower).copied(), self.ticks.get(key.range.upper).copied(), None)
        } else {
            let counters = self.counters(timestamp);
            let (lower, lower_after) = self.end_with(key.range.lower, delta, End::Lower, &counters)?;
            let (upper, upper_after) = self.end_with(key.range.upper, delta, End::Upper, &counters)?;
            (Some(lower), Some(upper), Some([lower_after, upper_after]))
        };
        let Scalars { tick, fee_growth_global, liquidity, balances, .. } = self.scalars;
        let ends = ((key.range.lower, lower.as_ref()), (key.range.upper, upper.as_ref()));
        let position = self.position(key).updated(delta, fee_growth_inside(ends.0, ends.1, tick, fee_growth_global))?;
        let in_range = delta != 0 && key.range.covers(tick);
        let active = if in_range { Some(add_delta(liquidity, delta)?) } else { None };
        let amounts = match (lower, upper) {
            (Some(lower), Some(upper)) if delta != 0 => {
                let rounding = if delta < 0 { Rounding::Down } else { Rounding::Up };
                let range =
                    Range { ticks: key.range.lower..key.range.upper, prices: [lower.sqrt_price, upper.sqrt_price] };
                self.worth(&range, delta.unsigned_abs(), rounding)?
            }
            _ => WideAmounts::default(),
        };
        Ok(Change { key, ticks, position, active, amounts, balances })
    }

    /// Returns a tick at which a range ends as it is, or would be if it were new, and with `delta` more liquidity.
    fn end_with(
        &self,
        tick: i32,
        delta: i128,
        end: End,
        counters: &Counters,
    ) -> Result<(TickState, Option<TickState>), V3Error> {
        let before = match self.ticks.get(tick) {
            Some(state) => *state,
            None => TickState::new(sqrt_price_at_tick(tick)?, tick <= self.scalars.tick, counters),
        };
        let after = before.with_liquidity(delta, end)?;
        let (liquidity, most) = (after.map_or(0, |state| state.liquidity_gross), self.max_liquidity_per_tick);
        if liquidity > most {
            return Err(V3Error::TickLiquidity { tick, liquidity, most });
        }
        let tick_spacing = self.params.tick_spacing;
        if tick % tick_spacing != 0 {
            return Err(V3Error::TickUnspaced { tick, tick_spacing });
        }
        Ok((before, after))
    }

    fn write_change(&mut self, change: Change, now: u64) {
        if let Some([lower, upper]) = change.ticks {
            self.write_tick(change.key.range.lower, lower);
            self.write_tick(change.key.range.upper, upper);
        }
        self.write_position(change.key, change.position);
        let mut scalars = Scalars { balances: change.balances, ..self.scalars };
        if let Some(liquidity) = change.active {
            scalars.liquidity = liquidity;
            scalars.observations = self.observe_standing(timestamp(now));
        }
        self.write_scalars(scalars);
    }
}
