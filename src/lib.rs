//! An agent-based simulator of DeFi markets.
//!
//! The floors, lowest first: [`math`], [`protocol`], [`world_copy`], [`reader`], [`rows`], [`chain`], [`checks`],
//! [`deployments`], [`market`], [`agents`], [`accounts`], [`output`], [`scenario`], [`pipeline`], [`simulation`],
//! [`cascade`], [`sweep`], [`validate`], [`report`], [`cli`]. Each uses only those below it; `tests/structure/floors.rs` holds it.

pub use plimsoll_math as math;
pub use plimsoll_protocols as protocol;

#[macro_use]
pub mod rows;

pub mod accounts;
pub mod agents;
pub mod cascade;
pub mod chain;
pub mod checks;
#[cfg(feature = "cli")]
pub mod cli;
pub mod deployments;
pub mod market;
pub mod output;
pub mod pipeline;
pub mod reader;
#[cfg(feature = "cli")]
pub mod report;
pub mod scenario;
pub mod simulation;
pub mod sweep;
pub mod validate;
pub mod world_copy;
