//! Lending markets.

pub mod morpho_blue;
mod rows;
