//! What others published, measured in runs of the whole simulator: a scenario's text, read, begun and stepped.
//!
//! Each experiment says whose formula it holds the simulator to, and has a sibling in which a wrong variant is refused by
//! the same tolerance.

mod aave_indices;
mod arbitrage;
#[path = "../common/mod.rs"]
#[allow(dead_code, unreachable_pub, reason = "each test program shares what it needs")]
mod common;
mod congestion;
mod experiments;
mod impermanent_loss;
mod leveraged_position;
mod market;
mod scenarios;
mod yield_farming;
