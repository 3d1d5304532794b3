//! An agent-based simulator of DeFi markets.
//!
//! The floors, lowest first: [`math`], [`protocol`], [`world_copy`], [`reader`], [`chain`], [`checks`], [`market`],
//! [`agents`], [`record`], [`scenario`], [`pipeline`], [`simulation`], [`cascade`], [`sweep`], [`validate`], [`report`],
//! [`cli`]. Each uses only those below it; `tests/floors.rs` holds it.

pub use plimsoll_math as math;
pub use plimsoll_protocols as protocol;

pub mod agents;
pub mod cascade;
pub mod chain;
pub mod checks;
pub mod cli;
pub mod market;
pub mod pipeline;
pub mod reader;
pub mod record;
pub mod report;
pub mod scenario;
pub mod simulation;
pub mod sweep;
pub mod validate;
pub mod world_copy;
