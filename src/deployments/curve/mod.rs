//! Curve: coins that should be worth the same.

mod params;

pub use params::Params;
