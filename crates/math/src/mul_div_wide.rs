//! Products of two 256-bit integers divided by a third, without losing a bit of the 512 in between.
//!
//! The same long division as in `mul_div.rs`, with limbs of 128 bits, whose quotients come from there.
#![expect(clippy::inline_always, reason = "returned through memory, the halves cost a trade more than the division")]

use std::hint::cold_path;

use super::{Amount, MathError, U256, mul_div::div_narrow};

impl U256 {
    /// Returns `self * b / c`, rounded **down**.
    ///
    /// # Errors
    /// `c` is zero, or the quotient is wider than 256 bits.
    #[inline]
    pub fn mul_div_wide_down(self, b: impl Into<Self>, c: impl Into<Self>) -> Result<Self, MathError> {
        let ((high, low), _) = mul_div(self.into_halves(), b.into().into_halves(), c.into().into_halves())?;
        Ok(Self::from_halves(high, low))
    }

    /// Returns `self * b / c`, rounded **up**.
    ///
    /// # Errors
    /// `c` is zero, or the rounded quotient is wider than 256 bits.
    #[inline]
    pub fn mul_div_wide_up(self, b: impl Into<Self>, c: impl Into<Self>) -> Result<Self, MathError> {
        let (quotient, exact) = mul_div(self.into_halves(), b.into().into_halves(), c.into().into_halves())?;
        Self::rounded_up(quotient, exact)
    }

    /// Returns the quotient, rounded **up**.
    ///
    /// # Errors
    /// The divisor is zero.
    #[inline]
    pub fn div_up(self, rhs: impl Into<Self>) -> Result<Self, MathError> {
        self.mul_div_wide_up(1, rhs)
    }
}

/// Returns the quotient of `a * b / c`, rounded down, and whether it is exact; all in halves, high then low.
///
/// # Errors
/// The divisor is zero, or the quotient is wider than 256 bits.
#[inline(always)]
pub(super) fn mul_div(a: (u128, u128), b: (u128, u128), c: (u128, u128)) -> Result<((u128, u128), bool), MathError> {
    div_limbs(product(a, b), c)
}

/// Returns the quotient of four limbs, lowest first, by a divisor's halves, rounded down, and whether it is exact.
///
/// # Errors
/// The divisor is zero, or the quotient is wider than 256 bits.
#[inline(always)]
pub(super) fn div_limbs(dividend: [u128; 4], divisor: (u128, u128)) -> Result<((u128, u128), bool), MathError> {
    let [lowest, low, high, highest] = dividend;
    if (highest, high) >= divisor {
        cold_path();
        let zero = divisor == (0, 0);
        return Err(if zero { MathError::DivisionByZero } else { MathError::TooWide { bits: 257, fits: 256 } });
    }
    if divisor.0 > 0 {
        return Ok(divide(dividend, divisor));
    }
    let (quotient_high, rest) = if high == 0 && low < divisor.1 { (0, low) } else { div_narrow(high, low, divisor.1) };
    let (quotient_low, rest) = div_narrow(rest, lowest, divisor.1);
    Ok(((quotient_high, quotient_low), rest == 0))
}

/// Returns the four limbs of a product, lowest first.
#[inline(always)]
fn product((a_high, a_low): (u128, u128), (b_high, b_low): (u128, u128)) -> [u128; 4] {
    let (lowest, carry) = a_low.carrying_mul(b_low, 0);
    if a_high | b_high == 0 {
        return [lowest, carry, 0, 0];
    }
    let (low, carry_a) = a_high.carrying_mul(b_low, carry);
    let (low, carry_b) = a_low.carrying_mul(b_high, low);
    let (high, highest) = a_high.carrying_mul_add(b_high, carry_a, carry_b);
    [lowest, low, high, highest]
}

/// Returns the quotient of four limbs, lowest first, by a divisor of two, and whether it is exact.
///
/// The upper two limbs are below the divisor, so the quotient fits; the divisor's upper half is above zero.
#[inline(always)]
fn divide(dividend: [u128; 4], (divisor_high, divisor_low): (u128, u128)) -> ((u128, u128), bool) {
    let shift = divisor_high.leading_zeros();
    // The bits that leave a limb on its left; twice, since a shift by 128 is none.
    let carried = |limb: u128| limb >> 1 >> (127 - shift);
    let [lowest, low, high, highest] = dividend;
    let normal = (divisor_high << shift | carried(divisor_low), divisor_low << shift);
    let (quotient_high, rest) = if highest == 0 && (high, low) < (divisor_high, divisor_low) {
        (0, (high << shift | carried(low), low << shift | carried(lowest)))
    } else {
        cold_path();
        let rest = (highest << shift | carried(high), high << shift | carried(low));
        div_limb(rest, low << shift | carried(lowest), normal)
    };
    let (quotient_low, rest) = div_limb(rest, lowest << shift, normal);
    ((quotient_high, quotient_low), rest == (0, 0))
}

/// Returns one limb of a quotient and the remainder: `high:low` by a divisor whose highest bit is set, where `high` is
/// below the divisor.
#[inline(always)]
fn div_limb(high: (u128, u128), low: u128, divisor: (u128, u128)) -> (u128, (u128, u128)) {
    // The two leading limbs by the divisor's leading limb give the limb or at most two more.
    let (mut estimate, rest, mut suffices) = if high.0 < divisor.0 {
        let (estimate, rest) = div_narrow(high.0, high.1, divisor.0);
        (estimate, rest, false)
    } else {
        cold_path();
        let (rest, wide) = high.1.overflowing_add(divisor.0);
        (u128::MAX, rest, wide)
    };
    let (product_low, product_high) = estimate.carrying_mul(divisor.1, 0);
    let (difference, borrow) = low.overflowing_sub(product_low);
    let (difference_high, borrowed) = rest.borrowing_sub(product_high, borrow);
    let mut rest = (difference_high, difference);
    suffices |= !borrowed;
    while !suffices {
        estimate -= 1;
        let (rest_low, carry) = rest.1.overflowing_add(divisor.1);
        let (rest_high, carry) = rest.0.carrying_add(divisor.0, carry);
        (rest, suffices) = ((rest_high, rest_low), carry);
    }
    (estimate, rest)
}

#[cfg(test)]
#[expect(clippy::disallowed_types, reason = "the reference that this file is compared with")]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ruint::Uint;

    type U512 = Uint<512, 8>;

    /// Halves of every width and pattern, so that carries, short limbs and corrections are met.
    fn half() -> impl Strategy<Value = u128> {
        prop_oneof![
            Just(0),
            Just(u128::MAX),
            (any::<u128>(), 0u32..128).prop_map(|(value, shift)| value >> shift),
            (any::<u128>(), 0u32..128).prop_map(|(value, shift)| u128::MAX << shift ^ (value & 3)),
        ]
    }

    fn any_width() -> impl Strategy<Value = U256> {
        (half(), half()).prop_map(|(high, low)| U256::from_halves(high, low))
    }

    fn divisor() -> impl Strategy<Value = U256> {
        any_width().prop_map(|value| value.max(U256::from(1)))
    }

    fn wide(value: U256) -> U512 {
        let (high, low) = value.into_halves();
        U512::from(high) << 128 | U512::from(low)
    }

    fn narrow(value: U512) -> Option<U256> {
        let half = |value: U512| value.wrapping_to::<u128>();
        (value >> 256 == U512::ZERO).then(|| U256::from_halves(half(value >> 128), half(value)))
    }

    #[test]
    fn says_why_there_is_no_result() {
        let one = U256::from(1);
        assert_eq!(one.mul_div_wide_down(1, 0), Err(MathError::DivisionByZero));
        assert_eq!(one.div_up(0), Err(MathError::DivisionByZero));
        assert_eq!(U256::MAX.mul_div_wide_down(2, 1), Err(MathError::TooWide { bits: 257, fits: 256 }));
        let below = U256::MAX.checked_sub(1).unwrap();
        assert_eq!(U256::MAX.mul_div_wide_down(U256::MAX, U256::MAX), Ok(U256::MAX));
        assert_eq!(U256::MAX.mul_div_wide_up(U256::MAX, below), Err(MathError::TooWide { bits: 257, fits: 256 }));
    }

    /// Uniswap/v3-core@d8b1c635, `test/FullMath.spec.ts`.
    #[test]
    fn equals_the_results_of_the_full_math_test_suite() {
        let q128 = |n: u128| U256::from_halves(n, 0);
        let (one, half, three_halves) = (q128(1), U256::from(1 << 127), U256::from_halves(1, 1 << 127));
        let third = one.div_down(3).unwrap();
        assert_eq!(one.mul_div_wide_down(half, three_halves), Ok(third));
        assert_eq!(one.mul_div_wide_up(half, three_halves), third.checked_add(1));
        assert_eq!(one.mul_div_wide_down(q128(35), q128(8)), q128(4375).div_down(1000));
        assert_eq!(one.mul_div_wide_down(q128(1000), q128(3000)), Ok(third));
        assert_eq!(one.mul_div_wide_up(q128(1000), q128(3000)), third.checked_add(1));
        let read = |text: &str| text.parse::<U256>().unwrap();
        let refused = [
            ("535006138814359", "432862656469423142931042426214547535783388063929571229938474969", "2"),
            (
                "115792089237316195423570985008687907853269984659341747863450311749907997002549",
                "115792089237316195423570985008687907853269984659341747863450311749907997002550",
                "115792089237316195423570985008687907853269984653042931687443039491902864365164",
            ),
        ];
        for (a, b, c) in refused {
            let (a, b, c) = (read(a), read(b), read(c));
            assert_eq!(a.mul_div_wide_down(b, c), Ok(U256::MAX));
            assert_eq!(a.mul_div_wide_up(b, c), Err(MathError::TooWide { bits: 257, fits: 256 }));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn equals_512_bit_arithmetic(a in any_width(), b in any_width(), c in divisor()) {
            let (quotient, remainder) = (wide(a) * wide(b)).div_rem(wide(c));
            prop_assert_eq!(a.mul_div_wide_down(b, c).ok(), narrow(quotient));
            let up = quotient + U512::from(u8::from(!remainder.is_zero()));
            prop_assert_eq!(a.mul_div_wide_up(b, c).ok(), narrow(up));
        }

        #[test]
        fn a_quotient_rounds_up(a in any_width(), b in divisor()) {
            let (quotient, remainder) = wide(a).div_rem(wide(b));
            prop_assert_eq!(a.div_up(b).ok(), narrow(quotient + U512::from(u8::from(!remainder.is_zero()))));
        }

        /// A product so close below a multiple of the divisor that the first estimate of a limb is too great.
        #[test]
        fn a_product_divided_by_a_factor_is_the_other(a in any_width(), b in divisor()) {
            prop_assert_eq!(a.mul_div_wide_down(b, b), Ok(a));
            prop_assert_eq!(a.mul_div_wide_up(b, b), Ok(a));
        }
    }
}
