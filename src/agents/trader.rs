//! Noise: buys and sells for reasons of its own.

use serde::Deserialize;

use crate::chain::distribution::Distribution;

/// A population of traders, as scenario files write it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TraderParams {
    /// What the population is called.
    pub name: String,
    /// How many.
    #[serde(default = "super::one")]
    pub count: u32,
    /// The pool.
    pub pool: String,
    /// Worth of a trade, in the numeraire.
    pub size: Distribution,
    /// Probability that a trade buys the pool's first token.
    #[serde(default = "super::half")]
    pub buys: f64,
    /// How often it trades.
    #[serde(default)]
    pub pace: Pace,
    /// Worth of its purse at the start, half in each of the pool's tokens, in the numeraire.
    pub capital: Distribution,
    /// Priority fee, in gwei per unit of gas.
    #[serde(default = "super::tip")]
    pub tip: Distribution,
    /// Whole native tokens to pay gas from.
    #[serde(default = "super::gas_money")]
    pub gas_money: Distribution,
}

/// How often a trader trades.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
pub enum Pace {
    /// Once a block.
    #[default]
    EveryBlock,
    /// At random, this many times a day on average.
    PerDay(f64),
}
