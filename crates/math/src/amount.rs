//! Amounts of a token as wide as a calculation needs.

use std::fmt;

use super::{MathError, U256, mul_div_wide::mul_div};

/// An unsigned integer of 128 or of 256 bits.
///
/// The contracts' amounts have 256 bits, and nearly all of them fit 128. What is written for any `Amount` is right for
/// both; with 128 bits it is quicker, and errs where the result is wider.
pub trait Amount: Copy + Ord + fmt::Debug + fmt::Display {
    /// Zero.
    const ZERO: Self;

    /// Returns the high and the low 128 bits.
    fn into_halves(self) -> (u128, u128);

    /// Returns `high * 2^128 + low`.
    ///
    /// # Errors
    /// It is too wide.
    fn try_from_halves(high: u128, low: u128) -> Result<Self, MathError>;

    /// Returns the sum.
    ///
    /// # Errors
    /// It is too wide.
    #[inline]
    fn plus(self, rhs: Self) -> Result<Self, MathError> {
        let ((high, low), (rhs_high, rhs_low)) = (self.into_halves(), rhs.into_halves());
        let (low, carry) = low.overflowing_add(rhs_low);
        let (high, beyond) = high.carrying_add(rhs_high, carry);
        if beyond { Err(MathError::TooWide { bits: 257, fits: 256 }) } else { Self::try_from_halves(high, low) }
    }

    /// Returns the difference.
    ///
    /// # Errors
    /// It is below zero.
    #[inline]
    fn minus(self, rhs: Self) -> Result<Self, MathError> {
        let ((high, low), (rhs_high, rhs_low)) = (self.into_halves(), rhs.into_halves());
        let (low, borrow) = low.overflowing_sub(rhs_low);
        let (high, below) = high.borrowing_sub(rhs_high, borrow);
        if below { Err(MathError::BelowZero) } else { Self::try_from_halves(high, low) }
    }

    /// Returns `self * numerator / denominator`, rounded **down**.
    ///
    /// # Errors
    /// The denominator is zero, or the quotient is too wide.
    #[inline]
    fn times_ratio_down(self, numerator: u128, denominator: u128) -> Result<Self, MathError> {
        let ((high, low), _) = mul_div(self.into_halves(), (0, numerator), (0, denominator))?;
        Self::try_from_halves(high, low)
    }

    /// Returns `self * numerator / denominator`, rounded **up**.
    ///
    /// # Errors
    /// The denominator is zero, or the quotient is too wide.
    #[inline]
    fn times_ratio_up(self, numerator: u128, denominator: u128) -> Result<Self, MathError> {
        let (quotient, exact) = mul_div(self.into_halves(), (0, numerator), (0, denominator))?;
        Self::rounded_up(quotient, exact)
    }

    /// Returns the quotient, or one more if it is not exact.
    ///
    /// # Errors
    /// It is too wide.
    #[inline]
    fn rounded_up((high, low): (u128, u128), exact: bool) -> Result<Self, MathError> {
        let (low, carry) = low.overflowing_add(u128::from(!exact));
        let (high, beyond) = high.overflowing_add(u128::from(carry));
        if beyond { Err(MathError::TooWide { bits: 257, fits: 256 }) } else { Self::try_from_halves(high, low) }
    }
}

impl Amount for u128 {
    const ZERO: Self = 0;

    #[inline]
    fn into_halves(self) -> (u128, u128) {
        (0, self)
    }

    #[inline]
    fn try_from_halves(high: u128, low: u128) -> Result<Self, MathError> {
        if high == 0 { Ok(low) } else { U256::from_halves(high, low).try_into_u128() }
    }
}

impl Amount for U256 {
    const ZERO: Self = Self::ZERO;

    #[inline]
    fn into_halves(self) -> (u128, u128) {
        U256::into_halves(self)
    }

    #[inline]
    fn try_from_halves(high: u128, low: u128) -> Result<Self, MathError> {
        Ok(Self::from_halves(high, low))
    }
}
