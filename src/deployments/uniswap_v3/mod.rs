//! Uniswap V3: liquidity between ticks.

pub mod columns;
mod params;

pub use params::Params;
