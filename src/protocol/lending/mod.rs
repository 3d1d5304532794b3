//! Lending markets.

pub mod compound_v2;
pub mod morpho_blue;
mod rows;
