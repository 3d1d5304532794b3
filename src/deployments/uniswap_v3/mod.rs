//! Uniswap V3: liquidity between ticks.

mod params;

pub use params::Params;
