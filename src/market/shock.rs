//! Shocks on top of a price process.

use serde::Deserialize;

use crate::chain::distribution::Distribution;
use crate::chain::time::TimeSpan;

/// Something that happens to a token's outside price, as scenario files write it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum ShockParams {
    /// The price falls by `size`, stays down, and may come back.
    Crash {
        /// The token that falls.
        token: String,
        /// When the fall begins.
        start: TimeSpan,
        /// How long the fall takes, even in log price; at once by default.
        #[serde(default)]
        ramp: TimeSpan,
        /// How long the price stays down; for good by default.
        #[serde(default)]
        hold: Option<TimeSpan>,
        /// How long the way back takes after `hold`, even in log price; at once by default.
        #[serde(default)]
        recovery: TimeSpan,
        /// The share of the price that is lost, as in `Fixed(0.35)`; a range lets the seed choose.
        size: Distribution,
    },
}
