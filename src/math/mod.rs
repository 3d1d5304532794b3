//! (being written)
pub mod decimal;
