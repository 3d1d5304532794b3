//! How the prices of Dutch auctions fall: `abaci.sol`.

use super::MakerError;
use plimsoll_math::{MathError, Ray, mul_div_down};

/// How an auction's price falls with time. All steps round **down**, in favour of the buyer, but for the power within,
/// which rounds half up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Abacus {
    /// `LinearDecrease`: evenly, to nothing.
    Linear {
        /// Seconds until the price is zero.
        tau_seconds: u64,
    },
    /// `StairstepExponentialDecrease`: by the same factor at every step.
    Stairstep {
        /// What a step leaves of the price, one at most.
        cut: Ray,
        /// How long a step is, in seconds.
        step_seconds: u64,
    },
    /// `ExponentialDecrease`: by the same factor every second.
    Exponential {
        /// What a second leaves of the price, one at most.
        cut: Ray,
    },
}

impl Abacus {
    /// Returns the price after `elapsed` seconds, of an auction that began at `top`.
    ///
    /// # Errors
    /// A step takes no time.
    pub fn price(&self, top: Ray, elapsed: u64) -> Result<Ray, MathError> {
        match *self {
            Self::Linear { tau_seconds } if elapsed >= tau_seconds => Ok(Ray::ZERO),
            Self::Linear { tau_seconds } => {
                let left = mul_div_down((tau_seconds - elapsed).into(), Ray::ONE.0, tau_seconds.into())?;
                top.mul_down(Ray(left))
            }
            Self::Stairstep { cut, step_seconds } => {
                let steps = elapsed.checked_div(step_seconds).ok_or(MathError::DivisionByZero)?;
                top.mul_down(cut.pow_half_up(steps)?)
            }
            Self::Exponential { cut } => top.mul_down(cut.pow_half_up(elapsed)?),
        }
    }

    /// Refuses a price that would rise.
    pub(super) fn require_falling(&self) -> Result<(), MakerError> {
        match *self {
            Self::Stairstep { cut, .. } | Self::Exponential { cut } if cut > Ray::ONE => {
                Err(MakerError::CutAboveOne { cut })
            }
            _ => Ok(()),
        }
    }
}
