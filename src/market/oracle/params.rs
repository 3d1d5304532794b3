//! What scenario files say of oracles.

use serde::Deserialize;

use crate::chain::time::TimeSpan;

/// A feed that tells lending markets what a token costs, in the numeraire.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OracleParams {
    /// The name that lending markets refer to.
    pub name: String,
    /// The symbol of the token that it prices.
    pub token: String,
    /// Where it looks, and with what weight; weights are relative to their sum.
    pub sources: Vec<(f64, SourceParams)>,
    /// When it tells another price; in every block by default.
    #[serde(default)]
    pub update: UpdateParams,
    /// Directly by default, in the block that it observes.
    #[serde(default)]
    pub publish: PublishParams,
}

/// A source of an oracle's price.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum SourceParams {
    /// The external venue's price, shocks and impact included.
    Outside,
    /// A pool's marginal price as the block finds it, its other token taken at its outside price.
    Spot(String),
    /// The same, averaged over the time that each price stood.
    TimeWeighted {
        /// The pool's name.
        pool: String,
        /// Over the last so long.
        window: TimeSpan,
    },
}

/// When an oracle publishes a new price.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum UpdateParams {
    /// Whatever the price.
    #[default]
    EveryBlock,
    /// When the price has moved by a share, as in 0.005, and at the latest after a heartbeat.
    Deviation {
        /// Of the last published price.
        threshold: f64,
        /// The longest time between two publications.
        heartbeat: TimeSpan,
    },
    /// Every so often, and then the price that it saw so long before: Maker's oracle security module, one hour.
    Delayed(TimeSpan),
}

/// How a price gets on the chain.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum PublishParams {
    /// Before anybody acts in the block, at no cost.
    #[default]
    Instant,
    /// By a transaction of a `Publisher`, which competes for block space and counts once it has run.
    Transaction,
}
