//! Compound v2: a comptroller with its markets, in which supplies together carry debts.

mod params;

pub use params::Params;
