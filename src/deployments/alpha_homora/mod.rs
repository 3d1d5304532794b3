//! Alpha Homora V1: a bank whose goblins farm pools with what it lends.

pub mod booking;
mod calls;
mod cells;
pub mod columns;
mod deployment;
pub mod events;
mod genesis;
pub mod liquidatable;
mod params;
mod positions;
mod seen;

use crate::checks::names::EntityKind;
pub use cells::{BankCell, GoblinCell, LeveragedFarm, rewards, rewards_mut};
pub use params::{GoblinParams, Params};
pub use positions::exposures;

/// A pool that a bank's borrowers farm.
pub const GOBLIN: EntityKind = EntityKind("goblin");
