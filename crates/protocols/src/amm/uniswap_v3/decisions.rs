//! What decisions read of a pool: floats.

use smallvec::{SmallVec, smallvec};

use super::V3Pool;
use crate::amm::{AmmDecisions, Direction, Side, TickRange};
use plimsoll_math::{SqrtPriceX96, sqrt_price_at_tick};

impl V3Pool {
    /// Returns the marginal price before fees: smallest units of token 1 per smallest unit of token 0. It is zero before
    /// the first.
    pub fn spot_price(&self) -> f64 {
        self.scalars.sqrt_price.to_price()
    }

    /// Returns what a unit of liquidity between two ticks is made of now, in smallest units of each token; nothing between
    /// ticks beyond the outermost.
    pub fn amounts_per_liquidity(&self, range: TickRange) -> [f64; 2] {
        let root = |tick| sqrt_price_at_tick(tick).map(|root| root.to_price().sqrt());
        let (Ok(lower), Ok(upper)) = (root(range.lower), root(range.upper)) else { return [0.0; 2] };
        let at = self.scalars.sqrt_price.to_price().sqrt().clamp(lower, upper);
        [1.0 / at - 1.0 / upper, at - lower]
    }
}

impl AmmDecisions for V3Pool {
    fn size(&self, _: u64) -> Option<f64> {
        None
    }

    fn spot_price(&self, direction: Direction, _: u64) -> f64 {
        let price = V3Pool::spot_price(self);
        match direction.side() {
            _ if price == 0.0 => f64::NAN,
            Side::ZeroForOne => price,
            Side::OneForZero => 1.0 / price,
        }
    }

    fn fee(&self) -> f64 {
        f64::from(self.params.fee_pips) / 1e6
    }

    /// What the price moves through on the way, tick by tick. Where a pool has not so much liquidity that the price
    /// would be reached, all that it takes.
    fn depth_to(&self, direction: Direction, price: f64, _: u64) -> f64 {
        let phi = 1.0 - AmmDecisions::fee(self);
        let (side, here) = (direction.side(), V3Pool::spot_price(self));
        let target = match side {
            Side::ZeroForOne => price / phi,
            Side::OneForZero => phi / price,
        };
        let is_there = match side {
            Side::ZeroForOne => target >= here,
            Side::OneForZero => target <= here,
        };
        if is_there || target.is_nan() {
            return 0.0;
        }
        let target = SqrtPriceX96::from_price(target).and_then(|target| self.depth_to(target).ok());
        target.filter(|depth| depth.side == side).map_or(0.0, |depth| depth.traded.amount_in as f64)
    }

    fn takes_any_proportion(&self) -> bool {
        false
    }

    fn mix(&self, range: Option<TickRange>, _: u64) -> SmallVec<[f64; 2]> {
        range.map_or(smallvec![f64::NAN; 2], |range| SmallVec::from(self.amounts_per_liquidity(range)))
    }
}
