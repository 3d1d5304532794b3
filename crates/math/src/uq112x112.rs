//! Binary fixed point with 112 bits on either side, in which a Uniswap v2 pair states prices.

use super::{MathError, U256, mul_div::div_wide};

/// A ratio of two reserves, times 2^112. It takes at most 224 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Uq112x112 {
    high: u128,
    low: u128,
}

impl Uq112x112 {
    /// Returns `numerator / denominator`, rounded **down** as the contract's `uqdiv` does. Both are below 2^112.
    ///
    /// # Errors
    /// The denominator is zero.
    #[inline(never)] // Two of them inlined into a trade spill its registers and cost it 10 ns.
    pub fn ratio_down(numerator: u128, denominator: u128) -> Result<Self, MathError> {
        debug_assert!(
            (numerator | denominator) >> 112 == 0,
            "a reserve has 112 bits, not those of {numerator} or {denominator}"
        );
        if denominator == 0 {
            return Err(MathError::DivisionByZero);
        }
        // 2^112 / denominator is 2^128 / (2^16 denominator), whose lower half is zero.
        let (high, low, _) = div_wide(numerator, 0, denominator << 16);
        Ok(Self { high, low })
    }

    /// Returns the ratio times a number of seconds: 224 and 32 bits fit 256.
    #[inline]
    pub fn times_seconds(self, seconds: u32) -> U256 {
        let (low, carry) = self.low.carrying_mul(seconds.into(), 0);
        U256::from_halves(self.high * u128::from(seconds) + carry, low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_ratio_and_time_fit() {
        let greatest = (1 << 112) - 1;
        let ratio = Uq112x112::ratio_down(greatest, 1).unwrap();
        let exact = U256::product(greatest, 1 << 112).checked_mul(u128::from(u32::MAX)).unwrap();
        assert_eq!(ratio.times_seconds(u32::MAX), exact);
        assert_eq!(Uq112x112::ratio_down(1, 0), Err(MathError::DivisionByZero));
    }

    #[test]
    fn a_third_is_rounded_down() {
        let third = Uq112x112::ratio_down(1, 3).unwrap();
        assert_eq!(third.times_seconds(1), U256::from((1_u128 << 112) / 3));
    }
}
