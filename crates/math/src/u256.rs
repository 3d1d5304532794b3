//! Unsigned integers of 256 bits, the width of the chain's own.
#![expect(clippy::disallowed_types, reason = "the one place that wraps the wrapping type")]

use std::{fmt, str::FromStr};

use thiserror::Error;

use super::{
    MathError,
    mul_div::{bits, div_wide},
    sqrt_down,
};

/// An unsigned integer of 256 bits. Every operation is exact or an error, but for those that say `wrapping`.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct U256(ruint::Uint<256, 4>);

impl U256 {
    /// Zero.
    pub const ZERO: Self = Self(ruint::Uint::ZERO);
    /// The greatest value, 2^256 - 1.
    pub const MAX: Self = Self(ruint::Uint::MAX);

    /// Returns `a * b`, which always fits.
    #[inline]
    pub fn product(a: u128, b: u128) -> Self {
        let (low, high) = a.carrying_mul(b, 0);
        Self::from_halves(high, low)
    }

    /// Returns `high * 2^128 + low`.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "each half is split into its limbs")]
    pub fn from_halves(high: u128, low: u128) -> Self {
        Self(ruint::Uint::from_limbs([low as u64, (low >> 64) as u64, high as u64, (high >> 64) as u64]))
    }

    /// Returns the high and the low 128 bits.
    #[inline]
    pub fn into_halves(self) -> (u128, u128) {
        let [a, b, c, d] = self.0.into_limbs().map(u128::from);
        (d << 64 | c, b << 64 | a)
    }

    /// Returns the value, if it fits 128 bits.
    ///
    /// # Errors
    /// It is wider.
    #[inline]
    pub fn try_into_u128(self) -> Result<u128, MathError> {
        match self.into_halves() {
            (0, low) => Ok(low),
            (high, _) => Err(MathError::TooWide { bits: 128 + bits(high), fits: 128 }),
        }
    }

    /// Returns the sum.
    ///
    /// # Errors
    /// It is wider than 256 bits.
    #[inline]
    pub fn checked_add(self, rhs: impl Into<Self>) -> Result<Self, MathError> {
        self.0.checked_add(rhs.into().0).map(Self).ok_or(MathError::TooWide { bits: 257, fits: 256 })
    }

    /// Returns the difference.
    ///
    /// # Errors
    /// It is below zero.
    #[inline]
    pub fn checked_sub(self, rhs: impl Into<Self>) -> Result<Self, MathError> {
        self.0.checked_sub(rhs.into().0).map(Self).ok_or(MathError::BelowZero)
    }

    /// Returns the product.
    ///
    /// # Errors
    /// It is wider than 256 bits.
    #[inline]
    pub fn checked_mul(self, rhs: impl Into<Self>) -> Result<Self, MathError> {
        self.0.checked_mul(rhs.into().0).map(Self).ok_or(MathError::TooWide { bits: 257, fits: 256 })
    }

    /// Returns the quotient, rounded **down**.
    ///
    /// # Errors
    /// The divisor is zero.
    #[inline]
    pub fn div_down(self, rhs: impl Into<Self>) -> Result<Self, MathError> {
        let rhs = rhs.into();
        let (high, low) = self.into_halves();
        match rhs.into_halves() {
            (0, 0) => Err(MathError::DivisionByZero),
            (0, divisor) => {
                let (high, low, _) = div_wide(high, low, divisor);
                Ok(Self::from_halves(high, low))
            }
            _ => Ok(Self(self.0 / rhs.0)),
        }
    }

    /// Returns the sum modulo 2^256, for counters that the contracts let run over.
    #[inline]
    #[must_use]
    pub fn wrapping_add(self, rhs: Self) -> Self {
        Self(self.0.wrapping_add(rhs.0))
    }

    /// Returns the difference modulo 2^256, for the distance between two such counters.
    #[inline]
    #[must_use]
    pub fn wrapping_sub(self, rhs: Self) -> Self {
        Self(self.0.wrapping_sub(rhs.0))
    }

    /// Returns the square root, rounded **down**.
    #[inline]
    pub fn sqrt_down(self) -> u128 {
        let (high, low) = self.into_halves();
        sqrt_down(high, low)
    }

    /// Returns `self * factor / divisor`, rounded **down**.
    ///
    /// # Errors
    /// The product is wider than 256 bits, or the divisor is zero.
    #[inline]
    pub fn mul_div_down(self, factor: u128, divisor: u128) -> Result<Self, MathError> {
        Ok(self.mul_div(factor, divisor)?.0)
    }

    /// Returns `self * factor / divisor`, rounded **up**.
    ///
    /// # Errors
    /// The product is wider than 256 bits, or the divisor is zero.
    #[inline]
    pub fn mul_div_up(self, factor: u128, divisor: u128) -> Result<Self, MathError> {
        let (quotient, remainder) = self.mul_div(factor, divisor)?;
        if remainder == 0 { Ok(quotient) } else { quotient.checked_add(1) }
    }

    /// Returns the quotient and the remainder of `self * factor / divisor`.
    #[inline]
    fn mul_div(self, factor: u128, divisor: u128) -> Result<(Self, u128), MathError> {
        if divisor == 0 {
            return Err(MathError::DivisionByZero);
        }
        let (high, low) = self.times_narrow(factor)?.into_halves();
        let (high, low, remainder) = div_wide(high, low, divisor);
        Ok((Self::from_halves(high, low), remainder))
    }

    /// Returns the product with a factor of 128 bits, which takes less than [`Self::checked_mul`].
    #[inline]
    pub(super) fn times_narrow(self, factor: u128) -> Result<Self, MathError> {
        let (high, low) = self.into_halves();
        let (low, carry) = low.carrying_mul(factor, 0);
        let high = high.checked_mul(factor).and_then(|high| high.checked_add(carry));
        Ok(Self::from_halves(high.ok_or(MathError::TooWide { bits: 257, fits: 256 })?, low))
    }
}

impl From<u128> for U256 {
    #[inline]
    fn from(value: u128) -> Self {
        Self::from_halves(0, value)
    }
}

impl fmt::Display for U256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for U256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Text that is not a decimal integer below 2^256.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is not a decimal integer below 2^256")]
pub struct ParseU256Error(String);

impl FromStr for U256 {
    type Err = ParseU256Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || ParseU256Error(text.to_owned());
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(refused());
        }
        ruint::Uint::from_str_radix(text, 10).map(Self).map_err(|_| refused())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn errs_where_the_wrapped_type_would_wrap() {
        assert_eq!(U256::MAX.checked_add(1), Err(MathError::TooWide { bits: 257, fits: 256 }));
        assert_eq!(U256::MAX.checked_mul(2), Err(MathError::TooWide { bits: 257, fits: 256 }));
        assert_eq!(U256::ZERO.checked_sub(1), Err(MathError::BelowZero));
        assert_eq!(U256::MAX.div_down(0), Err(MathError::DivisionByZero));
        assert_eq!(U256::product(1 << 127, 4).try_into_u128(), Err(MathError::TooWide { bits: 130, fits: 128 }));
        assert_eq!(U256::MAX.wrapping_add(U256::from(1)), U256::ZERO);
    }

    #[test]
    fn reads_only_decimal_integers_below_the_limit() {
        let greatest = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
        assert_eq!(greatest.parse(), Ok(U256::MAX));
        assert_eq!(U256::MAX.to_string(), greatest);
        for refused in
            ["", "-1", "0x10", "1_0", "115792089237316195423570985008687907853269984665640564039457584007913129639936"]
        {
            assert_eq!(refused.parse::<U256>(), Err(ParseU256Error(refused.to_owned())));
        }
    }

    proptest! {
        #[test]
        fn a_product_divided_by_a_factor_is_the_other(a: u64, b in 1..u128::MAX, c in 1..u64::MAX) {
            let a = u128::from(a);
            let product = U256::product(a, b);
            prop_assert_eq!(product.div_down(b), Ok(U256::from(a)));
            let larger = product.checked_mul(u128::from(c)).unwrap();
            prop_assert_eq!(larger.div_down(U256::product(b, c.into())), Ok(U256::from(a)));
        }

        #[test]
        fn a_product_is_divided_as_step_by_step(high: u128, low: u128, shift in 0u32..128, by: u128, divisor in 1..u128::MAX) {
            let value = U256::from_halves(high >> shift, low);
            let product = value.checked_mul(by);
            prop_assert_eq!(value.mul_div_down(by, divisor), product.and_then(|product| product.div_down(divisor)));
            let up = product.map(|product| match product.checked_add(divisor - 1) {
                Ok(product) => product.div_down(divisor).unwrap(),
                Err(_) => product.checked_sub(1).unwrap().div_down(divisor).unwrap().checked_add(1).unwrap(),
            });
            prop_assert_eq!(value.mul_div_up(by, divisor), up);
        }
    }
}
