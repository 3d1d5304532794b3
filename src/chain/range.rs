//! Where liquidity lies in a pool with ticks, as scenario files write it.

use serde::Deserialize;

use plimsoll_protocols::amm::{ConcentratedLiquidity, TickRange};

/// Where liquidity lies. Its ends go to the nearest ticks that the pool's spacing allows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
pub enum RangeParams {
    /// At every price.
    #[default]
    Full,
    /// Between two prices of the pool, in whole second tokens per whole first token.
    Prices(f64, f64),
    /// Between two ticks, multiples of the pool's spacing.
    Ticks(i32, i32),
    /// From the price over this factor to the price times it: the nearer to 1, the narrower.
    Factor(f64),
}

impl RangeParams {
    /// Returns the ticks of a range around a price of whole tokens, which `scale` turns into one of smallest units.
    pub fn ticks(&self, pool: &dyn ConcentratedLiquidity, price: f64, scale: f64) -> TickRange {
        let between = |lower: f64, upper: f64| TickRange {
            lower: pool.nearest_usable_tick(lower * scale),
            upper: pool.nearest_usable_tick(upper * scale),
        };
        match *self {
            Self::Full => pool.full_range(),
            Self::Prices(lower, upper) => between(lower, upper),
            Self::Ticks(lower, upper) => TickRange { lower, upper },
            Self::Factor(factor) => between(price / factor, price * factor),
        }
    }
}
