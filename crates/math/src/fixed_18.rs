//! Numbers with 18 decimals in 256 bits, as Balancer's contracts compute with them.

use std::fmt;

use super::{
    MathError, U256, WAD,
    log_exp::{BY_ONE_18, LogExpError, pow},
    mul_div::div_wide,
};

/// The greatest error of a power, relative to it, with 18 decimals.
const MAX_POW_RELATIVE_ERROR: u128 = 10_000;

/// An unsigned number with 18 decimals, in 256 bits.
///
/// Equal to the contracts' `FixedPoint` library (balancer-v2-monorepo at commit d9c1c837): it fails where that reverts.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fixed18(U256);

impl Fixed18 {
    /// Zero.
    pub const ZERO: Self = Self(U256::ZERO);

    /// Returns one.
    #[inline]
    pub fn one() -> Self {
        Self::from(WAD)
    }

    /// Returns the number in units of 10^-18.
    #[inline]
    pub fn units(self) -> U256 {
        self.0
    }

    /// Returns the number in units of 10^-18.
    ///
    /// # Errors
    /// It is wider than 128 bits.
    #[inline]
    pub fn try_into_u128(self) -> Result<u128, MathError> {
        self.0.try_into_u128()
    }

    /// Returns the sum.
    ///
    /// # Errors
    /// It is wider than 256 bits.
    #[inline]
    pub fn checked_add(self, rhs: Self) -> Result<Self, MathError> {
        self.0.checked_add(rhs.0).map(Self)
    }

    /// Returns the difference.
    ///
    /// # Errors
    /// It is below zero.
    #[inline]
    pub fn checked_sub(self, rhs: Self) -> Result<Self, MathError> {
        self.0.checked_sub(rhs.0).map(Self)
    }

    /// Returns one less the number, or zero if that is more than one.
    #[inline]
    #[must_use]
    pub fn complement(self) -> Self {
        match self.0.into_halves() {
            (0, units) => Self::from(WAD.saturating_sub(units)),
            _ => Self::ZERO,
        }
    }

    /// Returns the product, rounded **down**.
    ///
    /// # Errors
    /// It is wider than 256 bits before it is divided by 10^18.
    #[inline]
    pub fn mul_down(self, rhs: Self) -> Result<Self, MathError> {
        Ok(Self(BY_ONE_18.div_u256(product(self.0, rhs.0)?).0))
    }

    /// Returns the product, rounded **up**.
    ///
    /// # Errors
    /// It is wider than 256 bits before it is divided by 10^18.
    #[inline]
    pub fn mul_up(self, rhs: Self) -> Result<Self, MathError> {
        let (quotient, remainder) = BY_ONE_18.div_u256(product(self.0, rhs.0)?);
        quotient.checked_add(u128::from(remainder > 0)).map(Self)
    }

    /// Returns the quotient, rounded **down**.
    ///
    /// # Errors
    /// The divisor is zero, or the dividend times 10^18 is wider than 256 bits.
    #[inline]
    pub fn div_down(self, rhs: Self) -> Result<Self, MathError> {
        Ok(Self(div(product(self.0, U256::from(WAD))?, rhs.0)?.0))
    }

    /// Returns the quotient, rounded **up**.
    ///
    /// # Errors
    /// The divisor is zero, or the dividend times 10^18 is wider than 256 bits.
    #[inline]
    pub fn div_up(self, rhs: Self) -> Result<Self, MathError> {
        let (quotient, is_exact) = div(product(self.0, U256::from(WAD))?, rhs.0)?;
        quotient.checked_add(u128::from(!is_exact)).map(Self)
    }

    /// Returns the number to the power `exponent`, rounded **down**: less the greatest error that the computation can
    /// have, so never above the true power.
    ///
    /// # Errors
    /// There is no such power, or it does not fit.
    #[inline]
    pub fn pow_down(self, exponent: Self) -> Result<Self, LogExpError> {
        if let Some(power) = self.simple_pow(exponent, Self::mul_down) {
            return Ok(power?);
        }
        let (raw, error) = self.pow_and_error(exponent)?;
        Ok(if raw < error { Self::ZERO } else { raw.checked_sub(error)? })
    }

    /// Returns the number to the power `exponent`, rounded **up**: with the greatest error that the computation can
    /// have, so never below the true power.
    ///
    /// # Errors
    /// There is no such power, or it does not fit.
    #[inline]
    pub fn pow_up(self, exponent: Self) -> Result<Self, LogExpError> {
        if let Some(power) = self.simple_pow(exponent, Self::mul_up) {
            return Ok(power?);
        }
        let (raw, error) = self.pow_and_error(exponent)?;
        Ok(raw.checked_add(error)?)
    }

    /// Returns the power if the exponent is 1, 2 or 4, by multiplying.
    #[inline]
    fn simple_pow(
        self,
        exponent: Self,
        multiply: impl Fn(Self, Self) -> Result<Self, MathError>,
    ) -> Option<Result<Self, MathError>> {
        const TWO: u128 = 2 * WAD;
        const FOUR: u128 = 4 * WAD;
        match exponent.0.into_halves() {
            (0, WAD) => Some(Ok(self)),
            (0, TWO) => Some(multiply(self, self)),
            (0, FOUR) => Some(multiply(self, self).and_then(|square| multiply(square, square))),
            _ => None,
        }
    }

    /// Returns a power and the greatest error that it can have.
    #[inline]
    fn pow_and_error(self, exponent: Self) -> Result<(Self, Self), LogExpError> {
        let raw = Self(pow(self.0, exponent.0)?);
        let error = raw.mul_up(Self::from(MAX_POW_RELATIVE_ERROR))?.checked_add(Self::from(1))?;
        Ok((raw, error))
    }
}

/// Returns the product, which fits if neither factor has more than 128 bits.
#[inline]
fn product(a: U256, b: U256) -> Result<U256, MathError> {
    match (a.into_halves(), b.into_halves()) {
        ((0, a), (0, b)) => Ok(U256::product(a, b)),
        _ => a.checked_mul(b),
    }
}

/// Returns the quotient, rounded down, and whether it is exact.
#[inline]
fn div(dividend: U256, divisor: U256) -> Result<(U256, bool), MathError> {
    let (high, low) = dividend.into_halves();
    match divisor.into_halves() {
        (0, 0) => Err(MathError::DivisionByZero),
        (0, divisor) => {
            let (high, low, remainder) = div_wide(high, low, divisor);
            Ok((U256::from_halves(high, low), remainder == 0))
        }
        _ => {
            let quotient = dividend.div_down(divisor)?;
            Ok((quotient, quotient.checked_mul(divisor)? == dividend))
        }
    }
}

impl From<u128> for Fixed18 {
    /// Returns so many units of 10^-18.
    #[inline]
    fn from(units: u128) -> Self {
        Self(units.into())
    }
}

impl From<U256> for Fixed18 {
    /// Returns so many units of 10^-18.
    #[inline]
    fn from(units: U256) -> Self {
        Self(units)
    }
}

impl fmt::Display for Fixed18 {
    /// Writes the units of 10^-18.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Fixed18 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn one() -> U256 {
        U256::from(WAD)
    }

    /// Integers of every width.
    fn any_width() -> impl Strategy<Value = U256> {
        (any::<u128>(), any::<u128>(), 0u32..256).prop_map(|(high, low, shift)| match shift {
            0..128 => U256::from_halves(high >> shift, low),
            _ => U256::from(low >> (shift - 128)),
        })
    }

    /// balancer-v2-monorepo@d9c1c837, pkg/solidity-utils/test/FixedPoint.test.ts: `valuesPow4`, and the error that is
    /// allowed there.
    #[test]
    fn simple_powers_are_those_of_the_published_numbers() {
        let published = [
            0.0007,
            0.0022,
            0.093,
            2.9,
            13.3,
            450.8,
            1550.3339,
            69_039.11,
            7_834_839.432,
            83_202_933.543_3,
            9_983_838_318.4,
            15_831_567_871.1,
        ];
        for value in published {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the published number")]
            let base = Fixed18::from((value * 1e18) as u128);
            for exponent in [1, 2, 4] {
                let expected = (0..exponent).fold(1.0, |power, _| power * value);
                let exponent = Fixed18::from(WAD * exponent);
                for power in [base.pow_down(exponent), base.pow_up(exponent)] {
                    let power: f64 = power.unwrap().to_string().parse().unwrap();
                    assert!((power / 1e18 - expected).abs() <= expected * 1e-14 + 4e-18, "{value}: {power}");
                }
            }
        }
    }

    #[test]
    fn powers_keep_their_margin_of_error() {
        let (base, exponent) = (Fixed18::from(2 * WAD), Fixed18::from(3 * WAD));
        let exact = Fixed18::from(8 * WAD);
        let (down, up) = (base.pow_down(exponent).unwrap(), base.pow_up(exponent).unwrap());
        assert!(down < exact && exact < up);
        let margin = up.checked_sub(down).unwrap().try_into_u128().unwrap();
        assert!((2 * 80_001..=2 * 80_002).contains(&margin), "{margin}");
        let (small, exponent) = (Fixed18::from(WAD / 10_u128.pow(9)), Fixed18::from(WAD / 100 * 197));
        assert_eq!(small.pow_down(exponent), Ok(Fixed18::ZERO));
        assert_eq!(Fixed18::ZERO.pow_up(exponent), Ok(Fixed18::from(1)));
    }

    #[test]
    fn a_complement_is_never_below_zero() {
        assert_eq!(Fixed18::from(WAD / 4).complement(), Fixed18::from(WAD / 4 * 3));
        for more in [Fixed18::one(), Fixed18::from(WAD + 1), Fixed18::from(U256::MAX)] {
            assert_eq!(more.complement(), Fixed18::ZERO);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5_000))]

        #[test]
        fn products_and_quotients_are_the_contracts(a in any_width(), b in any_width()) {
            let (x, y) = (Fixed18(a), Fixed18(b));
            let up = |numerator: U256, divisor: U256| {
                let less = numerator.checked_sub(1);
                less.map_or(Ok(U256::ZERO), |less| less.div_down(divisor)?.checked_add(1))
            };
            let product = a.checked_mul(b);
            prop_assert_eq!(x.mul_down(y), product.and_then(|product| product.div_down(one())).map(Fixed18));
            prop_assert_eq!(x.mul_up(y), product.and_then(|product| up(product, one())).map(Fixed18));
            prop_assume!(b > U256::ZERO);
            let inflated = a.checked_mul(one());
            prop_assert_eq!(x.div_down(y), inflated.and_then(|inflated| inflated.div_down(b)).map(Fixed18));
            prop_assert_eq!(x.div_up(y), inflated.and_then(|inflated| up(inflated, b)).map(Fixed18));
            prop_assert_eq!(x.div_up(Fixed18::ZERO), inflated.and(Err(MathError::DivisionByZero)));
        }
    }
}
