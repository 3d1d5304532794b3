#![doc = include_str!("../README.md")]

mod amount;
mod amounts_between;
mod decimal;
#[cfg(feature = "serde")]
mod decimal_serde;
#[cfg(feature = "decisions")]
mod decisions;
mod fixed_18;
pub mod log_exp;
mod mul_div;
mod mul_div_wide;
mod rad;
pub mod ray;
mod ray_amount;
mod reciprocal;
mod rpow;
mod sqrt;
mod sqrt_price;
mod tick_math;
mod u256;
mod uq112x112;
mod x128;

pub use amount::Amount;
pub use amounts_between::{
    amounts_for_liquidity_down, is_token_0_between_up, liquidity_for_amounts_down, token_0_between_down,
    token_0_between_up, token_1_between_down, token_1_between_up,
};
pub use decimal::{Decimal, DecimalError};
#[cfg(feature = "decisions")]
pub use decisions::units_to_f64;
pub use fixed_18::Fixed18;
pub use mul_div::{mul_div_down, mul_div_up};
pub use rad::{Rad, Ray};
pub use ray::RAY;
pub use ray_amount::RayAmount;
pub use sqrt::sqrt_down;
pub use sqrt_price::{ParseSqrtPriceError, SqrtPriceX96};
pub use tick_math::{
    HIGHEST_SQRT_PRICE_LIMIT, LOWEST_SQRT_PRICE_LIMIT, MAX_SQRT_PRICE, MAX_TICK, MIN_SQRT_PRICE, MIN_TICK, TickError,
    sqrt_price_at_tick, tick_at_sqrt_price,
};
pub use u256::{ParseU256Error, U256};
pub use uq112x112::Uq112x112;
pub use x128::{FeeGrowthX128, SecondsPerLiquidityX128};

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
