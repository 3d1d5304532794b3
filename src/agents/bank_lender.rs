//! Supplies a bank with its base asset and takes the interest.

use serde::Deserialize;

use super::schedule::{Entry, Exit};
use crate::chain::distribution::Distribution;

/// A population of bank lenders, as scenario files write it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BankLenderParams {
    /// What the population is called.
    pub name: String,
    /// How many.
    #[serde(default = "super::one")]
    pub count: u32,
    /// The bank it supplies.
    pub bank: String,
    /// What it supplies, in whole tokens of the bank's base asset.
    pub supply: Distribution,
    /// When it supplies.
    #[serde(default)]
    pub entry: Entry,
    /// When it withdraws everything.
    #[serde(default)]
    pub exit: Exit,
    /// Priority fee, in gwei per unit of gas.
    #[serde(default = "super::tip")]
    pub tip: Distribution,
    /// Whole native tokens to pay gas from.
    #[serde(default = "super::gas_money")]
    pub gas_money: Distribution,
}
