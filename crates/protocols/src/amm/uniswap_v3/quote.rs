//! What can be known without trading.

use super::{Cumulatives, Specified, Swapped, V3Error, V3Pool, route::Order, timestamp};
use crate::amm::{Side, Traded};
use plimsoll_math::{MathError, SqrtPriceX96};

/// What it takes to move the price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Depth {
    /// Which way.
    pub side: Side,
    /// What must be paid, with the fee, and what comes out.
    pub traded: Traded,
    /// How many initialized ticks the price goes through.
    pub ticks_crossed: u32,
}

impl V3Pool {
    /// Returns what `amount_in` buys now.
    ///
    /// # Errors
    /// Nothing is paid, there is no price, or the liquidity does not suffice.
    #[inline]
    pub fn quote_exact_in(&self, side: Side, amount_in: u128) -> Result<u128, V3Error> {
        Ok(self.quote(side, Specified::ExactIn(amount_in), None)?.traded.amount_out)
    }

    /// Returns what must be paid now for `amount_out`.
    ///
    /// # Errors
    /// Nothing is taken, there is no price, or the liquidity does not suffice.
    #[inline]
    pub fn quote_exact_out(&self, side: Side, amount_out: u128) -> Result<u128, V3Error> {
        Ok(self.quote(side, Specified::ExactOut(amount_out), None)?.traded.amount_in)
    }

    /// Returns what a trade would do, as [`Self::swap_exact_in`] and [`Self::swap_exact_out`] would say.
    ///
    /// # Errors
    /// The trade would err.
    #[inline]
    pub fn quote(&self, side: Side, specified: Specified, limit: Option<SqrtPriceX96>) -> Result<Swapped, V3Error> {
        self.route(Order::new(side, specified, limit), &mut ())?.0.accepted(specified, limit)
    }

    /// Returns what must be paid to move the price to `target`, and what comes out.
    ///
    /// # Errors
    /// There is no price, the target is beyond the outermost, or an amount does not fit 128 bits.
    pub fn depth_to(&self, target: SqrtPriceX96) -> Result<Depth, V3Error> {
        let price = self.scalars.sqrt_price;
        let side = if target < price { Side::ZeroForOne } else { Side::OneForZero };
        if target == price {
            self.check_initialized()?;
            return Ok(Depth { side, traded: Traded::default(), ticks_crossed: 0 });
        }
        let swapped = self.quote(side, Specified::ExactIn(u128::MAX), Some(target))?;
        if swapped.sqrt_price != target {
            return Err(MathError::TooWide { bits: 129, fits: 128 }.into());
        }
        Ok(Depth { side, traded: swapped.traded, ticks_crossed: swapped.ticks_crossed })
    }

    /// Returns the sums over time as they stood so many seconds ago, for each number of seconds.
    ///
    /// # Errors
    /// There is no price, or nothing was observed that long ago.
    pub fn observe(&self, seconds_agos: &[u32], now: u64) -> Result<Vec<Cumulatives>, V3Error> {
        self.check_initialized()?;
        let (cursor, standing, timestamp) = (self.scalars.observations, self.standing(), timestamp(now));
        seconds_agos.iter().map(|ago| self.observations.at(cursor, standing, timestamp, *ago)).collect()
    }

    /// Returns the mean tick over the last seconds, rounded **down**: the logarithm of the geometric mean price.
    ///
    /// # Errors
    /// There is no price, nothing was observed that long ago, or no time is asked for.
    pub fn mean_tick_down(&self, seconds: u32, now: u64) -> Result<i32, V3Error> {
        self.check_initialized()?;
        let (cursor, standing, timestamp) = (self.scalars.observations, self.standing(), timestamp(now));
        let before = self.observations.at(cursor, standing, timestamp, seconds)?;
        let since = self.observations.now(cursor, standing, timestamp).wrapping_sub(before);
        let mean = since.tick.checked_div_euclid(seconds.into()).ok_or(MathError::DivisionByZero)?;
        Ok(i32::try_from(mean).map_err(|_| MathError::TooWide { bits: 33, fits: 32 })?)
    }
}
