//! The external venue: where prices come from, and where what is bought on chain can be sold.

use serde::Deserialize;

use crate::chain::time::TimeSpan;
use crate::math::Decimal;

/// How the external venue takes a token's flow, as scenario files write it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VenueParams {
    /// The token.
    pub token: String,
    /// How flow moves the price.
    pub impact: ImpactParams,
    /// Half-life of the exponential recovery; none by default, and the impact stays.
    #[serde(default)]
    pub half_life: Option<TimeSpan>,
    /// What the venue keeps of each trade, in basis points.
    #[serde(default)]
    pub fee_bps: u16,
}

/// How net flow into the venue moves the log price.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum ImpactParams {
    /// Not at all.
    None,
    /// `flow / depth`.
    Linear {
        /// Whole tokens.
        depth: Decimal,
    },
    /// `coefficient * sqrt(flow / depth)`, with the sign of the flow.
    SquareRoot {
        /// Log price per square root of a depth.
        coefficient: f64,
        /// Whole tokens.
        depth: Decimal,
    },
}
