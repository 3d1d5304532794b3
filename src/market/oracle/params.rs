//! What scenario files say of oracles.

use serde::Deserialize;

use crate::chain::time::TimeSpan;

/// A feed that tells lending markets what a token costs, in the numeraire.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OracleParams {
    /// What it is called.
    pub name: String,
    /// The token whose price it tells.
    pub token: String,
    /// Where it looks, and with what weight; weights are relative to their sum.
    pub sources: Vec<(f64, SourceParams)>,
    /// When it tells another price; in every block by default.
    #[serde(default)]
    pub update: UpdateParams,
    /// How it tells it; at once by default.
    #[serde(default)]
    pub publish: PublishParams,
}

/// Where an oracle looks.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum SourceParams {
    /// The price at the external venue.
    Outside,
    /// A pool's marginal price as the block finds it, its other token taken at its outside price.
    Spot(String),
    /// The same, averaged over the time that each price stood.
    TimeWeighted {
        /// The pool.
        pool: String,
        /// Over how long.
        window: TimeSpan,
    },
}

/// When an oracle tells another price.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum UpdateParams {
    /// In every block.
    #[default]
    EveryBlock,
    /// When the price has moved by a share, as in 0.005, and at the latest after a heartbeat.
    Deviation {
        /// The share.
        threshold: f64,
        /// The heartbeat.
        heartbeat: TimeSpan,
    },
    /// Every so often, and then the price that it saw so long before: Maker's oracle security module, one hour.
    Delayed(TimeSpan),
}

/// How an oracle tells its price.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum PublishParams {
    /// Before anybody acts in the block, at no cost.
    #[default]
    Instant,
    /// By a transaction of a `Publisher`, which competes for block space and counts once it has run.
    Transaction,
}
