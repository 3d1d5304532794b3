//! Binary fixed point with 128 bits after the point, in which a Uniswap v3 pool counts what a unit of liquidity earned.
//!
//! The counters run over; only differences have a meaning.

use super::{
    Amount, MathError, U256,
    mul_div::{div_narrow, div_wide},
};

/// Fees per unit of liquidity, times 2^128, modulo 2^256.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FeeGrowthX128(U256);

impl FeeGrowthX128 {
    /// Returns what each unit of liquidity earns of `fees`, rounded **down**: the pool keeps what cannot be shared.
    ///
    /// # Errors
    /// There is no liquidity, or too little: the quotient is wider than 256 bits.
    #[inline]
    pub fn per_liquidity_down(fees: impl Amount, liquidity: u128) -> Result<Self, MathError> {
        let (high, low) = fees.into_halves();
        if high >= liquidity {
            let zero = liquidity == 0;
            return Err(if zero { MathError::DivisionByZero } else { MathError::TooWide { bits: 257, fits: 256 } });
        }
        let (quotient_high, rest) =
            if high == 0 && low < liquidity { (0, low) } else { div_narrow(high, low, liquidity) };
        let (quotient_low, _) = div_narrow(rest, 0, liquidity);
        Ok(Self(U256::from_halves(quotient_high, quotient_low)))
    }

    /// Returns the sum modulo 2^256.
    #[inline]
    #[must_use]
    pub fn wrapping_add(self, rhs: Self) -> Self {
        Self(self.0.wrapping_add(rhs.0))
    }

    /// Returns the difference modulo 2^256.
    #[inline]
    #[must_use]
    pub fn wrapping_sub(self, rhs: Self) -> Self {
        Self(self.0.wrapping_sub(rhs.0))
    }

    /// Returns what `liquidity` earned, rounded **down** in favour of the pool, modulo 2^128.
    #[inline]
    pub fn earned_wrapping(self, liquidity: u128) -> u128 {
        let (high, low) = self.0.into_halves();
        let (_, carry) = low.carrying_mul(liquidity, 0);
        high.carrying_mul(liquidity, carry).0
    }

    /// Returns the counter's bits.
    #[inline]
    pub fn to_bits(self) -> U256 {
        self.0
    }
}

/// Seconds per unit of liquidity, times 2^128, modulo 2^160.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SecondsPerLiquidityX128 {
    high: u32,
    low: u128,
}

impl SecondsPerLiquidityX128 {
    /// Returns what passes in `seconds` with so much liquidity, rounded **down**; none counts as one unit.
    #[inline]
    pub fn in_seconds_down(seconds: u32, liquidity: u128) -> Self {
        let (high, low, _) = div_wide(seconds.into(), 0, liquidity.max(1));
        Self::cut_off(high, low)
    }

    /// Returns the sum modulo 2^160.
    #[inline]
    #[must_use]
    pub fn wrapping_add(self, rhs: Self) -> Self {
        let (low, carry) = self.low.overflowing_add(rhs.low);
        Self { high: self.high.wrapping_add(rhs.high).wrapping_add(carry.into()), low }
    }

    /// Returns the difference modulo 2^160.
    #[inline]
    #[must_use]
    pub fn wrapping_sub(self, rhs: Self) -> Self {
        let (low, borrow) = self.low.overflowing_sub(rhs.low);
        Self { high: self.high.wrapping_sub(rhs.high).wrapping_sub(borrow.into()), low }
    }

    /// Returns `self * numerator / denominator`, rounded **down**: the part of an interval. The denominator is above
    /// zero, and no less than the numerator.
    #[inline]
    #[must_use]
    pub fn part_down(self, numerator: u32, denominator: u32) -> Self {
        debug_assert!(numerator <= denominator && denominator > 0, "{numerator}/{denominator} is not a part");
        let (low, carry) = self.low.carrying_mul(numerator.into(), 0);
        let (high, low, _) = div_wide(u128::from(self.high) * u128::from(numerator) + carry, low, denominator.into());
        Self::cut_off(high, low)
    }

    /// Returns the counter's bits.
    #[inline]
    pub fn to_bits(self) -> U256 {
        U256::from_halves(self.high.into(), self.low)
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "a counter of 160 bits")]
    fn cut_off(high: u128, low: u128) -> Self {
        Self { high: high as u32, low }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn fees_without_liquidity_or_beyond_the_counter_are_refused() {
        assert_eq!(FeeGrowthX128::per_liquidity_down(U256::from(1), 0), Err(MathError::DivisionByZero));
        let wide = FeeGrowthX128::per_liquidity_down(U256::from_halves(1, 0), 1);
        assert_eq!(wide, Err(MathError::TooWide { bits: 257, fits: 256 }));
        let growth = FeeGrowthX128::per_liquidity_down(U256::from(u128::MAX), 1).unwrap();
        assert_eq!(growth.to_bits(), U256::from_halves(u128::MAX, 0));
    }

    #[test]
    fn no_liquidity_counts_as_one_unit() {
        let second = SecondsPerLiquidityX128::in_seconds_down(1, 0);
        assert_eq!(second.to_bits(), U256::from_halves(1, 0));
        assert_eq!(second, SecondsPerLiquidityX128::in_seconds_down(1, 1));
    }

    proptest! {
        #[test]
        fn growth_is_the_quotient_and_earnings_are_the_product(
            fees in (any::<u128>(), any::<u128>()),
            liquidity in 1u128..,
            shift in 0u32..128,
        ) {
            let liquidity = (liquidity >> shift).max(1);
            let fees = U256::from_halves(fees.0 % liquidity, fees.1);
            let growth = FeeGrowthX128::per_liquidity_down(fees, liquidity).unwrap();
            let one = U256::from_halves(1, 0);
            prop_assert_eq!(Ok(growth.to_bits()), fees.mul_div_wide_down(one, liquidity));
            let earned = growth.to_bits().mul_div_wide_down(liquidity, one).unwrap();
            prop_assert_eq!(growth.earned_wrapping(liquidity), earned.into_halves().1);
            prop_assert!(earned <= fees);
        }

        #[test]
        fn a_counter_that_ran_over_tells_the_same_distance(
            high: u32, low: u128, seconds in 1u32.., part in any::<u32>(), liquidity: u128,
        ) {
            let start = SecondsPerLiquidityX128 { high, low };
            let passed = SecondsPerLiquidityX128::in_seconds_down(seconds, liquidity);
            prop_assert_eq!(start.wrapping_add(passed).wrapping_sub(start), passed);
            let part = part % seconds;
            let exact = passed.to_bits().checked_mul(u128::from(part)).unwrap().div_down(u128::from(seconds));
            prop_assert_eq!(Ok(passed.part_down(part, seconds).to_bits()), exact);
        }
    }
}
