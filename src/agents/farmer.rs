//! Farms with leverage: borrows against its own capital and puts the lot into a pool.

use serde::Deserialize;

use super::schedule::{Entry, Exit};
use crate::chain::distribution::Distribution;

/// A population of farmers, as scenario files write it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FarmerParams {
    /// What the population is called.
    pub name: String,
    /// How many.
    #[serde(default = "super::one")]
    pub count: u32,
    /// The goblin through which it farms.
    pub goblin: String,
    /// Own capital, in whole tokens of the bank's base asset.
    pub capital: Distribution,
    /// Assets over own capital: 3 borrows twice the capital.
    pub leverage: Distribution,
    /// When it enters.
    #[serde(default)]
    pub entry: Entry,
    /// How a position is opened by transaction.
    #[serde(default)]
    pub open: Opening,
    /// When it closes its position.
    #[serde(default)]
    pub exit: Exit,
    /// How it closes its position.
    #[serde(default)]
    pub close: Closing,
    /// Priority fee, in gwei per unit of gas.
    #[serde(default = "super::tip")]
    pub tip: Distribution,
    /// Whole native tokens to pay gas from.
    #[serde(default = "super::gas_money")]
    pub gas_money: Distribution,
}

/// How a farmer opens its position by transaction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
pub enum Opening {
    /// All in the base asset; the strategy swaps what it needs.
    #[default]
    BaseOnly,
    /// This share of its own capital in the farmed token, the rest in the base asset.
    TwoSides(f64),
}

/// How a farmer closes its position.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum Closing {
    /// Sells the farmed token for the base asset.
    #[default]
    Liquidate,
    /// Sells only what the debt asks for and keeps the rest.
    MinimizeTrading,
}
