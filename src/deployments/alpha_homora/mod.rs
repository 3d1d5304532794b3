//! Alpha Homora V1: a bank whose goblins farm pools with what it lends.

pub mod booking;
mod cells;
mod deployment;
pub mod liquidatable;
mod params;

pub use cells::{BankCell, GoblinCell, LeveragedFarm};
pub use params::{GoblinParams, Params};
