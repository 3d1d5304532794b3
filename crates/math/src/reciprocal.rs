//! Divisors that are known beforehand: a reciprocal turns their divisions into multiplications.
//!
//! Algorithm 4 of Möller and Granlund, "Improved division by invariant integers", IEEE Transactions on Computers 60
//! (2011), on words of 128 bits.

use std::hint::cold_path;

use super::U256;

/// A divisor and its reciprocal. Quotients and remainders are exact.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reciprocal {
    /// The divisor, shifted left until its highest bit is set.
    divisor: u128,
    /// By how many bits it was shifted.
    shift: u32,
    /// `(2^256 - 1) / divisor - 2^128` of the shifted divisor, rounded down.
    inverse: u128,
}

impl Reciprocal {
    /// Returns the reciprocal of a divisor above zero. It takes its time: it is meant for constants.
    pub(super) const fn of(divisor: u128) -> Self {
        assert!(divisor > 0, "zero has no reciprocal");
        let shift = divisor.leading_zeros();
        let divisor = divisor << shift;
        let inverse = div_bit_by_bit(!divisor, u128::MAX, divisor);
        Self { divisor, shift, inverse }
    }

    /// Returns quotient and remainder of `high:low`, where `high` is below the divisor and so the quotient fits.
    #[inline]
    pub(super) fn div_narrow(&self, high: u128, low: u128) -> (u128, u128) {
        debug_assert!(high < self.divisor >> self.shift, "the quotient is wider than 128 bits");
        let high = high << self.shift | low >> 1 >> (127 - self.shift);
        let low = low << self.shift;
        let (fraction, estimate) = self.inverse.carrying_mul(high, low);
        let mut quotient = estimate.wrapping_add(high).wrapping_add(1);
        let mut rest = low.wrapping_sub(quotient.wrapping_mul(self.divisor));
        if rest > fraction {
            quotient = quotient.wrapping_sub(1);
            rest = rest.wrapping_add(self.divisor);
        }
        if rest >= self.divisor {
            cold_path();
            quotient += 1;
            rest -= self.divisor;
        }
        (quotient, rest >> self.shift)
    }

    /// Returns the quotient's two halves, high then low, and the remainder of `high:low`.
    #[inline]
    pub(super) fn div_wide(&self, high: u128, low: u128) -> (u128, u128, u128) {
        let divisor = self.divisor >> self.shift;
        let (quotient_high, rest) = if high < divisor { (0, high) } else { self.div_narrow(0, high) };
        let (quotient_low, remainder) = self.div_narrow(rest, low);
        (quotient_high, quotient_low, remainder)
    }

    /// Returns `a * b` over the divisor, rounded **down**, where the quotient is known to fit 128 bits.
    #[inline]
    pub(super) fn mul_div_down(&self, a: u128, b: u128) -> u128 {
        let (low, high) = a.carrying_mul(b, 0);
        self.div_narrow(high, low).0
    }

    /// Returns quotient and remainder of an integer of 256 bits.
    #[inline]
    pub(super) fn div_u256(&self, value: U256) -> (U256, u128) {
        let (high, low) = value.into_halves();
        let (high, low, remainder) = self.div_wide(high, low);
        (U256::from_halves(high, low), remainder)
    }
}

/// Returns the quotient of `high:low`, where `high` is below the divisor, for constants.
pub(super) const fn div_bit_by_bit(high: u128, low: u128, divisor: u128) -> u128 {
    let (mut rest, mut quotient, mut bit) = (high, 0, 128);
    while bit > 0 {
        bit -= 1;
        let carried = rest >> 127 == 1;
        rest = rest << 1 | low >> bit & 1;
        quotient <<= 1;
        if carried || rest >= divisor {
            rest = rest.wrapping_sub(divisor);
            quotient |= 1;
        }
    }
    quotient
}

#[cfg(test)]
mod tests {
    use super::super::mul_div::div_wide;
    use super::*;
    use proptest::prelude::*;

    /// Integers of every width, so that carries and short words are met.
    fn any_width() -> impl Strategy<Value = u128> {
        prop_oneof![
            (any::<u128>(), 0u32..128).prop_map(|(value, shift)| value >> shift),
            (any::<u128>(), 0u32..128).prop_map(|(value, shift)| u128::MAX << shift ^ (value & 3)),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn equals_division_on_paper(high in any_width(), low in any_width(), divisor in any_width()) {
            prop_assume!(divisor > 0);
            prop_assert_eq!(Reciprocal::of(divisor).div_wide(high, low), div_wide(high, low, divisor));
        }

        #[test]
        fn equals_division_by_the_powers_of_ten(high in any_width(), low in any_width(), power in 0u32..38) {
            let divisor = 10_u128.pow(power);
            prop_assert_eq!(Reciprocal::of(divisor).div_wide(high, low), div_wide(high, low, divisor));
        }
    }
}
