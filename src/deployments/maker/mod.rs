//! Maker: vaults by ilk, and auctions of their collateral.

mod open;
mod params;

pub use params::Params;
