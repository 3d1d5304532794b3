//! Alpha Homora V1: a bank whose goblins farm pools with what it lends.

pub mod booking;
mod cells;
pub mod columns;
mod deployment;
pub mod events;
pub mod liquidatable;
mod params;
pub(super) mod positions;
mod seen;

pub use cells::{BankCell, GoblinCell, LeveragedFarm};
pub use params::{GoblinParams, Params};
