//! What decisions and statistics read of a pool: floats. No balance comes from here.

use smallvec::SmallVec;

use super::{Amm, ConcentratedLiquidity, Direction, TickRange};
use plimsoll_math::{SqrtPriceX96, tick_at_sqrt_price};

/// What can be said of every pool in floats. `now` is in seconds.
pub trait AmmDecisions: Amm {
    /// Returns the pool's invariant as a measure of its size: of twice of every amount it is twice as much, and trades
    /// change it by what their fees leave in the pool alone. None where fees are kept apart.
    fn size(&self, now: u64) -> Option<f64>;

    /// Returns the marginal price before fees: smallest units of what is taken per smallest unit of what is paid. It is
    /// not a number while the pool is empty.
    fn spot_price(&self, direction: Direction, now: u64) -> f64;

    /// Whether the marginal price may change although nobody calls the pool.
    fn price_moves_with_time(&self) -> bool {
        false
    }

    /// Returns the share of a trade that the pool keeps, as in 0.003.
    fn fee(&self) -> f64;

    /// Returns how much can be paid in until the last unit buys no more than `price` smallest units of what is taken,
    /// fee included; zero where the first already does not.
    fn depth_to(&self, direction: Direction, price: f64, now: u64) -> f64;

    /// Whether it takes its tokens in any proportion as liquidity, so that nobody needs to trade for one first.
    fn takes_any_proportion(&self) -> bool;

    /// Returns the reserves of what is paid and of what is taken, in smallest units, of a pool whose trades keep their
    /// product but for the fee; none of a pool on another curve.
    fn constant_product(&self, _direction: Direction) -> Option<[f64; 2]> {
        None
    }

    /// Returns what liquidity is made of now, in smallest units of each token: per unit of liquidity in a range where
    /// pools have ranges, and per unit of [`Self::size`] where it lies everywhere.
    fn mix(&self, _range: Option<TickRange>, now: u64) -> SmallVec<[f64; 2]> {
        let size = self.size(now).unwrap_or(f64::NAN);
        (0..self.token_count()).map(|place| self.provided(place) as f64 / size).collect()
    }
}

impl dyn ConcentratedLiquidity + '_ {
    /// Returns the tick nearest to a price, in smallest units of token 1 per smallest unit of token 0, at which a range
    /// may end; prices beyond the outermost get the outermost.
    pub fn nearest_usable_tick(&self, price: f64) -> i32 {
        let TickRange { lower, upper } = self.full_range();
        let tick = SqrtPriceX96::from_price(price).and_then(|root| tick_at_sqrt_price(root).ok());
        let outermost = if price < 1.0 { lower } else { upper };
        let (tick, spacing) = (tick.unwrap_or(outermost), self.tick_spacing());
        let below = tick.div_euclid(spacing) * spacing;
        let nearest = if tick - below > spacing / 2 { below + spacing } else { below };
        nearest.clamp(lower, upper)
    }
}
