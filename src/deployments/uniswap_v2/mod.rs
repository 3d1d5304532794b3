//! Uniswap V2: a constant-product pair.

mod params;

pub use params::Params;
