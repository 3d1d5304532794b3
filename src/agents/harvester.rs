//! Calls `reinvest` when its bounty beats the gas.

use serde::Deserialize;

use crate::chain::distribution::Distribution;
use crate::chain::time::TimeSpan;

/// A population of harvesters, as scenario files write it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HarvesterParams {
    /// What the population is called.
    pub name: String,
    /// How many.
    #[serde(default = "super::one")]
    pub count: u32,
    /// The goblin whose rewards it reinvests.
    pub goblin: String,
    /// Least gain after gas that it acts for, in the numeraire.
    #[serde(default = "super::margin")]
    pub margin: Distribution,
    /// How often it looks.
    pub every: TimeSpan,
    /// Priority fee, in gwei per unit of gas.
    #[serde(default = "super::tip")]
    pub tip: Distribution,
    /// Whole native tokens to pay gas from.
    #[serde(default = "super::gas_money")]
    pub gas_money: Distribution,
}
