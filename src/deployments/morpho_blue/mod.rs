//! Morpho Blue: an isolated market of one collateral and one loan.

mod params;

pub use params::Params;
