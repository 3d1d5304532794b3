//! Kills positions that are under water when the prize beats the gas.

use serde::Deserialize;

use crate::chain::distribution::Distribution;

/// A population of liquidators, as scenario files write it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LiquidatorParams {
    /// What the population is called.
    pub name: String,
    /// How many.
    #[serde(default = "super::one")]
    pub count: u32,
    /// The bank whose positions it watches.
    pub bank: String,
    /// Least gain after gas that it acts for, in the numeraire.
    #[serde(default = "super::margin")]
    pub margin: Distribution,
    /// Probability of seeing a position that is under water, per block and position.
    #[serde(default = "super::always")]
    pub attention: Distribution,
    /// Share of the gain after base fee that it offers as priority fee.
    pub bid_share: Distribution,
    /// Most positions it tries to kill in a block.
    pub kills_per_block: u32,
    /// Whole native tokens to pay gas from.
    #[serde(default = "super::gas_money")]
    pub gas_money: Distribution,
}
