//! What liquidity and positions are worth, and how much liquidity amounts make.

use std::ops::Range as Ticks;

use super::{FeeGrowth, RangeKey, Scalars, V3Error, V3Pool, WideAmounts, tick::fee_growth_inside};
use crate::amm::Amounts;
use plimsoll_math::{
    MAX_TICK, MIN_TICK, MathError, SqrtPriceX96, liquidity_for_amounts_down, sqrt_price_at_tick, token_0_between_down,
    token_0_between_up, token_1_between_down, token_1_between_up,
};

/// Which way amounts round: always in favour of the pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rounding {
    /// What the pool pays.
    Down,
    /// What the pool is paid.
    Up,
}

/// Where liquidity lies.
#[derive(Debug, Clone)]
pub(super) struct Range {
    pub(super) ticks: Ticks<i32>,
    /// The square roots of the prices at its ends.
    pub(super) prices: [SqrtPriceX96; 2],
}

impl Range {
    /// Returns the range between two ticks.
    fn new(lower: i32, upper: i32) -> Result<Self, V3Error> {
        check_range(lower, upper)?;
        Ok(Self { ticks: lower..upper, prices: [sqrt_price_at_tick(lower)?, sqrt_price_at_tick(upper)?] })
    }
}

impl V3Pool {
    /// Returns what adding liquidity between two ticks costs now, in smallest units, rounded **up**.
    ///
    /// # Errors
    /// The range is none, there is no price, or an amount does not fit 128 bits.
    pub fn mint_cost(&self, tick_lower: i32, tick_upper: i32, liquidity: u128) -> Result<Amounts, V3Error> {
        self.check_initialized()?;
        Ok(self.worth(&Range::new(tick_lower, tick_upper)?, liquidity, Rounding::Up)?.narrow()?)
    }

    /// Returns what removing liquidity from between two ticks gives now, in smallest units, rounded **down**.
    ///
    /// # Errors
    /// The range is none, there is no price, or an amount does not fit 128 bits.
    pub fn burn_value(&self, tick_lower: i32, tick_upper: i32, liquidity: u128) -> Result<Amounts, V3Error> {
        self.check_initialized()?;
        Ok(self.worth(&Range::new(tick_lower, tick_upper)?, liquidity, Rounding::Down)?.narrow()?)
    }

    /// Returns the most liquidity between two ticks that the amounts suffice for now, rounded **down**.
    ///
    /// # Errors
    /// The range is none, there is no price, or the liquidity does not fit 128 bits.
    pub fn liquidity_for(&self, tick_lower: i32, tick_upper: i32, offered: Amounts) -> Result<u128, V3Error> {
        self.check_initialized()?;
        let [lower, upper] = Range::new(tick_lower, tick_upper)?.prices;
        let offered = (offered.token_0.into(), offered.token_1.into());
        Ok(liquidity_for_amounts_down(self.scalars.sqrt_price, lower, upper, offered)?)
    }

    /// Returns what a position's liquidity is worth now, in smallest units, rounded **down**, without what it earned.
    ///
    /// # Errors
    /// The range is none, there is no price, or an amount does not fit 128 bits.
    pub fn position_value(&self, key: RangeKey) -> Result<Amounts, V3Error> {
        self.burn_value(key.range.lower, key.range.upper, self.position(key).liquidity)
    }

    /// Returns what a position could collect if it were credited now: what it is owed already and the fees since its
    /// last change, in smallest units, rounded **down**, modulo 2^128.
    pub fn fees_owed(&self, key: RangeKey) -> Amounts {
        self.position(key).owed_at(self.fee_growth_inside(key.range.lower, key.range.upper))
    }

    /// Returns the fees per unit of liquidity that were earned between two ticks.
    pub fn fee_growth_inside(&self, tick_lower: i32, tick_upper: i32) -> FeeGrowth {
        let Scalars { tick, fee_growth_global, .. } = self.scalars;
        let lower = (tick_lower, self.ticks.get(tick_lower));
        fee_growth_inside(lower, (tick_upper, self.ticks.get(tick_upper)), tick, fee_growth_global)
    }

    /// Returns what liquidity in a range is worth. The active tick decides on which side of the range the price is.
    pub(super) fn worth(&self, range: &Range, liquidity: u128, rounding: Rounding) -> Result<WideAmounts, MathError> {
        let Scalars { tick, sqrt_price, .. } = self.scalars;
        let [lower, upper] = range.prices;
        let at = if tick < range.ticks.start {
            lower
        } else if tick < range.ticks.end {
            sqrt_price
        } else {
            upper
        };
        Ok(match rounding {
            Rounding::Down => WideAmounts {
                token_0: token_0_between_down(at, upper, liquidity)?,
                token_1: token_1_between_down(lower, at, liquidity)?,
            },
            Rounding::Up => WideAmounts {
                token_0: token_0_between_up(at, upper, liquidity)?,
                token_1: token_1_between_up(lower, at, liquidity)?,
            },
        })
    }
}

/// Refuses ticks between which no position can lie.
pub(super) fn check_range(lower: i32, upper: i32) -> Result<(), V3Error> {
    if lower >= upper {
        return Err(V3Error::EmptyRange { lower, upper });
    }
    for (beyond, tick, limit) in [(lower < MIN_TICK, lower, MIN_TICK), (upper > MAX_TICK, upper, MAX_TICK)] {
        if beyond {
            return Err(V3Error::TickBeyond { tick, limit });
        }
    }
    Ok(())
}
