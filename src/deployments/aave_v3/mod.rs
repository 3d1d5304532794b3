//! Aave v3: reserves in which supplies together carry debts.

mod params;

pub use params::Params;
