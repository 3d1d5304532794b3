//! Exact integers: what the contracts compute, to the last bit, and the home of everything wider than 128 bits.
//!
//! Rounding is in every name (`mul_div_down`, `mul_div_up`, `sqrt_down`); no operation wraps unless its name says so.

mod decimal;
mod fixed_18;
pub mod log_exp;
mod mul_div;
mod rad;
pub mod ray;
mod reciprocal;
mod rpow;
mod sqrt;
mod u256;
mod uq112x112;

pub use decimal::{Decimal, DecimalError, units_to_f64};
pub use fixed_18::Fixed18;
pub use mul_div::{mul_div_down, mul_div_up};
pub use rad::{Rad, Ray};
pub use ray::RAY;
pub use sqrt::sqrt_down;
pub use u256::{ParseU256Error, U256};
pub use uq112x112::Uq112x112;

use thiserror::Error;

/// The number one in fixed point with 18 decimals, the unit of most rates and indices.
pub const WAD: u128 = 1_000_000_000_000_000_000;

/// The number one in basis points.
pub const BPS: u128 = 10_000;

/// Why an exact result does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MathError {
    /// The result is wider than the type that must hold it.
    #[error("a result of {bits} bits does not fit {fits}")]
    TooWide {
        /// Bits of the result, at least.
        bits: u16,
        /// Bits of the type.
        fits: u16,
    },
    /// A difference is below zero.
    #[error("a difference falls below zero")]
    BelowZero,
    /// A divisor is zero.
    #[error("division by zero")]
    DivisionByZero,
}

/// Returns `a + b`.
///
/// # Errors
/// The sum is wider than 128 bits.
#[inline]
pub fn sum(a: u128, b: u128) -> Result<u128, MathError> {
    a.checked_add(b).ok_or(MathError::TooWide { bits: 129, fits: 128 })
}
