//! Closes the gap between a pool's price and the external venue's.

use serde::Deserialize;

use crate::chain::distribution::Distribution;

/// A population of arbitrageurs, as scenario files write it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArbitrageurParams {
    /// What the population is called.
    pub name: String,
    /// How many.
    #[serde(default = "super::one")]
    pub count: u32,
    /// The pool.
    pub pool: String,
    /// What it can put into one trade, in whole tokens of the numeraire's side of the pool.
    pub capital: Distribution,
    /// Least gain after gas that it acts for, in the numeraire.
    #[serde(default = "super::margin")]
    pub margin: Distribution,
    /// Probability of looking at a block.
    #[serde(default = "super::always")]
    pub attention: Distribution,
    /// Share of the gain after base fee that it offers as priority fee.
    pub bid_share: Distribution,
    /// Whole native tokens to pay gas from.
    #[serde(default = "super::gas_money")]
    pub gas_money: Distribution,
}
