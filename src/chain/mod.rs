//! The shared world: who holds what, what waits, what executes, what it cost.

pub mod audit;
pub mod booking;
pub mod clock;
pub mod dice;
pub mod distribution;
pub mod event;
pub mod execution;
pub mod forced_sales;
pub mod gas;
pub mod ids;
pub mod journal;
pub mod ledger;
pub mod liquidation_map;
pub mod mempool;
pub mod price_order;
pub mod protocols;
pub mod time;
pub mod tokens;
pub mod transaction;
pub mod underwater;
pub mod venue;
pub mod venues;
pub mod worth;
