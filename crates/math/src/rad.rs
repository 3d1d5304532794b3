//! Maker's units. A wad has 18 decimals, a ray 27 and a rad 45; an amount of dai in wads is a plain `u128`.
//!
//! | | gives |
//! |---|---|
//! | wad × [`Ray`] | [`Rad`], exact: [`Rad::product`] |
//! | [`Ray`] × [`Ray`] | [`Ray`], rounded: [`Ray::mul_down`] |
//! | [`Rad`] × [`Ray`], or a part in wads | [`Rad`], rounded: [`Rad::mul_down`], [`Rad::part_down`] |
//! | [`Rad`] / [`Ray`] | wad, rounded: [`Rad::div_down`], [`Rad::div_up`] |
//! | [`Ray`] / [`Ray`] | [`Ray`], rounded: [`Ray::div_down`] |
//!
//! Nothing else may be multiplied, and only equals are added.

use std::fmt;

use super::{
    MathError, RAY, U256, WAD,
    rpow::{div_by_ray_down, rpow_half_up},
};

/// Rays in a wad: what a price in wads is multiplied by.
const RAYS_IN_A_WAD: u128 = 1_000_000_000;

/// A ratio, a price or a rate with 27 decimals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ray(pub u128);

/// An amount of dai with 45 decimals. One dai takes 150 bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rad(U256);

impl Ray {
    /// Zero.
    pub const ZERO: Self = Self(0);
    /// The number one.
    pub const ONE: Self = Self(RAY);

    /// Returns a number with 18 decimals, exactly.
    ///
    /// # Errors
    /// It is wider than 128 bits.
    #[inline]
    pub fn from_wad(wad: u128) -> Result<Self, MathError> {
        let ray = wad.checked_mul(RAYS_IN_A_WAD);
        ray.map(Self).ok_or(MathError::TooWide { bits: 129, fits: 128 })
    }

    /// Returns the sum.
    ///
    /// # Errors
    /// It is wider than 128 bits.
    #[inline]
    pub fn checked_add(self, rhs: Self) -> Result<Self, MathError> {
        super::sum(self.0, rhs.0).map(Self)
    }

    /// Returns `self * rhs`, rounded **down**: the contracts' `rmul`.
    ///
    /// # Errors
    /// The product is wider than 128 bits.
    #[inline]
    pub fn mul_down(self, rhs: Self) -> Result<Self, MathError> {
        let (low, high) = self.0.carrying_mul(rhs.0, 0);
        div_by_ray_down(high, low).map(Self)
    }

    /// Returns `self / rhs`, rounded **down**: the contracts' `rdiv`.
    ///
    /// # Errors
    /// `rhs` is zero, or the quotient is wider than 128 bits.
    #[inline]
    pub fn div_down(self, rhs: Self) -> Result<Self, MathError> {
        super::mul_div_down(self.0, RAY, rhs.0).map(Self)
    }

    /// Returns `self` to the power of `exponent`, every product on the way rounded **half up**: the contracts' `rpow`.
    ///
    /// # Errors
    /// A product is wider than 128 bits.
    #[inline]
    pub fn pow_half_up(self, exponent: u64) -> Result<Self, MathError> {
        rpow_half_up(self.0, exponent).map(Self)
    }
}

impl Rad {
    /// Nothing.
    pub const ZERO: Self = Self(U256::ZERO);

    /// Returns so many smallest units, each 10^-45 dai.
    #[inline]
    pub fn from_units(units: U256) -> Self {
        Self(units)
    }

    /// Returns the smallest units.
    #[inline]
    pub fn units(self) -> U256 {
        self.0
    }

    /// Returns an amount of dai in wads, exactly.
    #[inline]
    pub fn from_wad(wad: u128) -> Self {
        Self::product(wad, Ray::ONE)
    }

    /// Returns `wad * ray`, exactly.
    #[inline]
    pub fn product(wad: u128, ray: Ray) -> Self {
        Self(U256::product(wad, ray.0))
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

    /// Returns the difference, or nothing where that would be below zero.
    #[inline]
    #[must_use]
    pub fn saturating_sub(self, rhs: Self) -> Self {
        self.checked_sub(rhs).unwrap_or(Self::ZERO)
    }

    /// Returns `self * ratio`, rounded **down**: the contracts' `rmul`.
    ///
    /// # Errors
    /// The product before the division is wider than 256 bits, where the contracts revert too.
    #[inline]
    pub fn mul_down(self, ratio: Ray) -> Result<Self, MathError> {
        self.0.mul_div_down(ratio.0, RAY).map(Self)
    }

    /// Returns `self * part`, rounded **down**, for a part in wads: the contracts' `wmul`.
    ///
    /// # Errors
    /// The product before the division is wider than 256 bits, where the contracts revert too.
    #[inline]
    pub fn part_down(self, part_wad: u128) -> Result<Self, MathError> {
        self.0.mul_div_down(part_wad, WAD).map(Self)
    }

    /// Returns `self / ray` in wads, rounded **down**.
    ///
    /// # Errors
    /// The divisor is zero, or the quotient is wider than 128 bits.
    #[inline]
    pub fn div_down(self, ray: Ray) -> Result<u128, MathError> {
        self.0.div_down(ray.0)?.try_into_u128()
    }

    /// Returns `self / ray` in wads, rounded **up**.
    ///
    /// # Errors
    /// The divisor is zero, or the rounded quotient is wider than 128 bits.
    #[inline]
    pub fn div_up(self, ray: Ray) -> Result<u128, MathError> {
        self.0.mul_div_up(1, ray.0)?.try_into_u128()
    }

    /// Returns the dai in wads, rounded **down**.
    ///
    /// # Errors
    /// It is wider than 128 bits.
    #[inline]
    pub fn to_wad_down(self) -> Result<u128, MathError> {
        self.div_down(Ray::ONE)
    }
}

impl fmt::Display for Ray {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_decimal(f, &self.0.to_string(), 27)
    }
}

impl fmt::Display for Rad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_decimal(f, &self.0.to_string(), 45)
    }
}

/// Writes smallest units as whole ones with all decimals but the zeros at their end.
fn write_decimal(f: &mut fmt::Formatter<'_>, units: &str, decimals: usize) -> fmt::Result {
    let digits = format!("{units:0>width$}", width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    match fraction.trim_end_matches('0') {
        "" => f.pad(whole),
        fraction => f.pad(&format!("{whole}.{fraction}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn prints_whole_units_with_the_decimals_that_count() {
        assert_eq!(Ray::ONE.to_string(), "1");
        assert_eq!(Ray(1_450_000_000_000_000_000_000_000_000).to_string(), "1.45");
        assert_eq!(Ray(1).to_string(), "0.000000000000000000000000001");
        assert_eq!(Rad::from_wad(WAD / 2).to_string(), "0.5");
        assert_eq!(Rad::from_wad(7_500 * WAD).to_string(), "7500");
        assert_eq!(Rad::ZERO.to_string(), "0");
    }

    #[test]
    fn errs_where_the_contracts_revert() {
        let widest = Rad::from_units(U256::MAX);
        assert_eq!(widest.checked_add(Rad::product(1, Ray(1))), Err(MathError::TooWide { bits: 257, fits: 256 }));
        assert_eq!(widest.part_down(WAD), Err(MathError::TooWide { bits: 257, fits: 256 }));
        assert_eq!(Rad::ZERO.checked_sub(widest), Err(MathError::BelowZero));
        assert_eq!(widest.div_down(Ray::ZERO), Err(MathError::DivisionByZero));
        assert_eq!(widest.div_up(Ray::ZERO), Err(MathError::DivisionByZero));
        assert_eq!(Ray::ONE.div_down(Ray::ZERO), Err(MathError::DivisionByZero));
        assert_eq!(Ray::from_wad(u128::MAX), Err(MathError::TooWide { bits: 129, fits: 128 }));
    }

    proptest! {
        #[test]
        fn a_product_divided_by_its_ray_is_its_wad(wad: u128, ray in 1u128.., more: u128) {
            let product = Rad::product(wad, Ray(ray));
            prop_assert_eq!(product.div_down(Ray(ray)), Ok(wad));
            prop_assert_eq!(product.div_up(Ray(ray)), Ok(wad));
            let more = product.checked_add(Rad::product(more % ray, Ray(1)));
            if let (Ok(sum), Some(next)) = (more, wad.checked_add(1)) {
                prop_assert_eq!(sum.div_down(Ray(ray)), Ok(wad));
                prop_assert_eq!(sum.div_up(Ray(ray)), Ok(if sum == product { wad } else { next }));
            }
        }

        #[test]
        fn rays_multiply_and_divide_as_256_bits_do(a: u128, b in 1u128..) {
            let product = U256::product(a, b).div_down(RAY).and_then(U256::try_into_u128);
            prop_assert_eq!(Ray(a).mul_down(Ray(b)).ok(), product.ok().map(Ray));
            let quotient = U256::product(a, RAY).div_down(b).and_then(U256::try_into_u128);
            prop_assert_eq!(Ray(a).div_down(Ray(b)).ok(), quotient.ok().map(Ray));
        }
    }
}
