//! The Aave contracts' fixed point on amounts as wide as a calculation needs.

use super::{
    Amount, MathError, U256, mul_div_down,
    ray::{self, wide},
};

/// An unsigned integer of 128 or of 256 bits, with the roundings of `WadRayMath` and `PercentageMath`.
///
/// With 128 bits, an operation is quicker and errs where its result is wider; with 256, where the contract reverts.
/// Where both answer they agree.
pub trait RayAmount: Amount + From<u128> + Into<U256> {
    /// Returns `self * factor`.
    ///
    /// # Errors
    /// The product is too wide.
    fn times(self, factor: u128) -> Result<Self, MathError>;

    /// Returns `self * factor / divisor`, rounded **down**.
    ///
    /// # Errors
    /// The divisor is zero, the quotient is too wide, or the product is wider than 256 bits.
    fn mul_div_down(self, factor: u128, divisor: u128) -> Result<Self, MathError>;

    /// Returns `self / divisor`, rounded **down**, for a quotient that fits 128 bits.
    ///
    /// # Errors
    /// The divisor is zero, or the quotient is wider.
    fn quotient_down(self, divisor: Self) -> Result<u128, MathError>;

    /// Returns `self * ray` for a ray, rounded **half up**.
    ///
    /// # Errors
    /// The product is too wide.
    fn ray_mul_half_up(self, ray: Self) -> Result<Self, MathError>;

    /// Returns `percentage_bps` basis points of `self`, rounded **half up**.
    ///
    /// # Errors
    /// The product is too wide.
    fn percent_mul_half_up(self, percentage_bps: u128) -> Result<Self, MathError>;

    /// Returns that of which `self` is `percentage_bps` basis points, rounded **half up**.
    ///
    /// # Errors
    /// `percentage_bps` is zero, or the quotient is too wide.
    fn percent_div_half_up(self, percentage_bps: u128) -> Result<Self, MathError>;

    /// Returns `self / divisor` as a wad, rounded **half up**: of 256 bits for either width.
    ///
    /// # Errors
    /// `divisor` is zero, or the dividend is wider than 256 bits.
    fn wad_div_half_up(self, divisor: Self) -> Result<U256, MathError>;
}

impl RayAmount for u128 {
    #[inline]
    fn times(self, factor: u128) -> Result<Self, MathError> {
        self.checked_mul(factor).ok_or(MathError::TooWide { bits: 129, fits: 128 })
    }

    #[inline]
    fn mul_div_down(self, factor: u128, divisor: u128) -> Result<Self, MathError> {
        mul_div_down(self, factor, divisor)
    }

    #[inline]
    fn quotient_down(self, divisor: Self) -> Result<u128, MathError> {
        self.checked_div(divisor).ok_or(MathError::DivisionByZero)
    }

    #[inline]
    fn ray_mul_half_up(self, ray: Self) -> Result<Self, MathError> {
        ray::ray_mul_half_up(self, ray)
    }

    #[inline]
    fn percent_mul_half_up(self, percentage_bps: u128) -> Result<Self, MathError> {
        ray::percent_mul_half_up(self, percentage_bps)
    }

    #[inline]
    fn percent_div_half_up(self, percentage_bps: u128) -> Result<Self, MathError> {
        ray::percent_div_half_up(self, percentage_bps)
    }

    #[inline]
    fn wad_div_half_up(self, divisor: Self) -> Result<U256, MathError> {
        let narrow = ray::wad_div_half_up(self, divisor).map(U256::from);
        narrow.or_else(|_| wide::wad_div_half_up(self.into(), divisor.into()))
    }
}

impl RayAmount for U256 {
    #[inline]
    fn times(self, factor: u128) -> Result<Self, MathError> {
        self.times_narrow(factor)
    }

    #[inline]
    fn mul_div_down(self, factor: u128, divisor: u128) -> Result<Self, MathError> {
        U256::mul_div_down(self, factor, divisor)
    }

    fn quotient_down(self, divisor: Self) -> Result<u128, MathError> {
        self.div_down(divisor)?.try_into_u128()
    }

    fn ray_mul_half_up(self, ray: Self) -> Result<Self, MathError> {
        wide::ray_mul_half_up(self, ray)
    }

    #[inline]
    fn percent_mul_half_up(self, percentage_bps: u128) -> Result<Self, MathError> {
        let narrow = self.try_into_u128().and_then(|value| ray::percent_mul_half_up(value, percentage_bps));
        narrow.map(Self::from).or_else(|_| wide::percent_mul_half_up(self, percentage_bps.into()))
    }

    #[inline]
    fn percent_div_half_up(self, percentage_bps: u128) -> Result<Self, MathError> {
        let narrow = self.try_into_u128().and_then(|value| ray::percent_div_half_up(value, percentage_bps));
        narrow.map(Self::from).or_else(|_| wide::percent_div_half_up(self, percentage_bps.into()))
    }

    fn wad_div_half_up(self, divisor: Self) -> Result<U256, MathError> {
        wide::wad_div_half_up(self, divisor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Returns an answer on 256 bits, if it fits 128.
    fn narrowed(answer: Result<U256, MathError>) -> Option<u128> {
        answer.and_then(U256::try_into_u128).ok()
    }

    fn any_width() -> impl Strategy<Value = u128> {
        (any::<u128>(), 0u32..129).prop_map(|(value, shift)| value.checked_shr(shift).unwrap_or(0))
    }

    #[test]
    fn the_wide_one_errs_where_the_contract_reverts() {
        let too_wide = MathError::TooWide { bits: 257, fits: 256 };
        let widest = U256::MAX;
        assert_eq!(widest.times(2), Err(too_wide));
        assert_eq!(RayAmount::mul_div_down(widest, 2, 2), Err(too_wide));
        assert_eq!(widest.percent_mul_half_up(1), Err(too_wide));
        assert_eq!(widest.quotient_down(U256::ZERO), Err(MathError::DivisionByZero));
        assert_eq!(widest.quotient_down(widest), Ok(1));
        assert_eq!(1_u128.quotient_down(0), Err(MathError::DivisionByZero));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn wide_ones_are_those_of_the_libraries(a in any_width(), b in any_width(), c in any_width()) {
            let value = U256::from_halves(a, b);
            prop_assert_eq!(value.times(c), value.checked_mul(c));
            prop_assert_eq!(value.percent_mul_half_up(c), wide::percent_mul_half_up(value, c.into()));
            prop_assert_eq!(value.percent_div_half_up(c), wide::percent_div_half_up(value, c.into()));
        }

        #[test]
        fn both_widths_agree(a in any_width(), b in any_width(), c in any_width()) {
            let (x, y) = (U256::from(a), U256::from(b));
            prop_assert_eq!(a.times(b).ok(), narrowed(x.times(b)));
            prop_assert_eq!(RayAmount::mul_div_down(a, b, c).ok(), narrowed(RayAmount::mul_div_down(x, b, c)));
            prop_assert_eq!(a.quotient_down(b), x.quotient_down(y));
            prop_assert_eq!(a.ray_mul_half_up(b).ok(), narrowed(x.ray_mul_half_up(y)));
            prop_assert_eq!(a.percent_mul_half_up(b).ok(), narrowed(x.percent_mul_half_up(b)));
            prop_assert_eq!(a.percent_div_half_up(b).ok(), narrowed(x.percent_div_half_up(b)));
            prop_assert_eq!(a.wad_div_half_up(b), x.wad_div_half_up(y));
        }
    }
}
