//! Lending markets.

pub mod maker;
pub mod morpho_blue;
mod rows;
