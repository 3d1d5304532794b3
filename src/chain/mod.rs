//! The shared world: who holds what, what waits, what executes, what it cost.

pub mod dice;
pub mod distribution;
pub mod ids;
pub mod time;
