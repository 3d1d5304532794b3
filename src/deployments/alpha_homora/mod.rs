//! Alpha Homora V1: a bank whose goblins farm pools with what it lends.

mod params;

pub use params::{GoblinParams, Params};
