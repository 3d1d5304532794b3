//! The shared world: who holds what, what waits, what executes, what it cost.

pub mod dice;
pub mod distribution;
pub mod gas;
pub mod ids;
pub mod ledger;
pub mod price_order;
pub mod time;
