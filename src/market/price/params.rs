//! What scenario files say of a token's price.

use serde::Deserialize;

use super::heston::HestonParams;
use super::jump_diffusion::JumpDiffusionParams;
use super::ornstein_uhlenbeck::OrnsteinUhlenbeckParams;
use super::regime_switching::RegimeSwitchingParams;
use crate::chain::time::TimeSpan;
use crate::market::series::params::ReplayParams;

/// How a token's price moves, as scenario files write it. Prices are in the numeraire, per whole token.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum PriceParams {
    /// Constant, in the numeraire per whole token.
    Fixed(f64),
    /// Geometric Brownian motion, stepped exactly.
    Gbm {
        /// In the numeraire per whole token.
        start: f64,
        /// Drift of the price's mean, per year: the mean grows as `exp(drift * years)`.
        #[serde(default)]
        drift: f64,
        /// Standard deviation of the log return over a year.
        volatility: f64,
    },
    /// Diffusion with jumps (Merton 1976).
    JumpDiffusion(JumpDiffusionParams),
    /// A price that is drawn back to a level: a peg.
    OrnsteinUhlenbeck(OrnsteinUhlenbeckParams),
    /// Volatility that moves by itself (Heston 1993).
    Heston(HestonParams),
    /// Spells of different drift and volatility, such as calm and stress.
    RegimeSwitching(RegimeSwitchingParams),
    /// A recorded series, interpolated in log price.
    Replay(ReplayParams),
    /// Stated points, with a Brownian bridge of the log price between them.
    Knots {
        /// Times from the start of the run, and prices.
        knots: Vec<(TimeSpan, f64)>,
        /// Volatility of the bridge, per year.
        #[serde(default)]
        volatility: f64,
    },
}

impl PriceParams {
    /// Whether each step is driven by one normal draw, so that it can be correlated with others.
    pub fn has_one_driver(&self) -> bool {
        match self {
            Self::Gbm { .. } | Self::JumpDiffusion(_) | Self::OrnsteinUhlenbeck(_) | Self::RegimeSwitching(_) => true,
            Self::Fixed(_) | Self::Heston(_) | Self::Replay(_) | Self::Knots { .. } => false,
        }
    }
}
