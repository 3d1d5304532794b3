//! Products of two 128-bit integers divided by a third, without losing a bit in between.
//!
//! The 256-bit product is divided limb by limb of 64 bits, as one divides on paper: algorithm D of Knuth, "The Art of
//! Computer Programming", volume 2, section 4.3.1. A reciprocal and multiplications take longer where the processor
//! divides 128 bits by 64.

use std::hint::cold_path;

use super::MathError;

/// Returns `a * b / c`, rounded **down**.
///
/// # Errors
/// `c` is zero, or the quotient is wider than 128 bits.
#[inline]
pub fn mul_div_down(a: u128, b: u128, c: u128) -> Result<u128, MathError> {
    Ok(mul_div(a, b, c)?.0)
}

/// Returns `a * b / c`, rounded **up**.
///
/// # Errors
/// `c` is zero, or the rounded quotient is wider than 128 bits.
#[inline]
pub fn mul_div_up(a: u128, b: u128, c: u128) -> Result<u128, MathError> {
    let (quotient, remainder) = mul_div(a, b, c)?;
    quotient.checked_add(u128::from(remainder > 0)).ok_or(MathError::TooWide { bits: 129, fits: 128 })
}

/// Returns quotient and remainder of `a * b / c`.
#[inline]
fn mul_div(a: u128, b: u128, c: u128) -> Result<(u128, u128), MathError> {
    let (low, high) = a.carrying_mul(b, 0);
    if high < c {
        return Ok(div_narrow(high, low, c));
    }
    if c == 0 {
        return Err(MathError::DivisionByZero);
    }
    Err(MathError::TooWide { bits: 128 + bits(high / c), fits: 128 })
}

/// Returns the number of bits that `value` takes.
pub(super) fn bits(value: u128) -> u16 {
    u16::try_from(128 - value.leading_zeros()).expect("a u128 has at most 128 bits")
}

/// Returns the quotient's two halves, high then low, and the remainder of `high:low / divisor`.
///
/// `divisor` is above zero.
#[inline]
pub(super) fn div_wide(high: u128, low: u128, divisor: u128) -> (u128, u128, u128) {
    let (quotient_high, rest) = if high < divisor { (0, high) } else { (high / divisor, high % divisor) };
    let (quotient_low, remainder) = div_narrow(rest, low, divisor);
    (quotient_high, quotient_low, remainder)
}

/// Returns quotient and remainder of `high:low / divisor`, where `high < divisor` and so the quotient fits.
#[inline]
pub(super) fn div_narrow(high: u128, low: u128, divisor: u128) -> (u128, u128) {
    debug_assert!(high < divisor, "the quotient of {high}:{low} by {divisor} is wider than 128 bits");
    if high == 0 {
        let quotient = low / divisor;
        return (quotient, low - quotient * divisor);
    }
    let shift = divisor.leading_zeros();
    let divisor = divisor << shift;
    // The bits that leave `low` on the left; twice, since a shift by 128 is none.
    let carried = low >> 1 >> (127 - shift);
    let low = low << shift;
    let (quotient_high, rest) = div_limb(high << shift | carried, upper(low), divisor);
    let (quotient_low, rest) = div_limb(rest, lower(low), divisor);
    (join(quotient_high, quotient_low), rest >> shift)
}

/// Returns one limb of a quotient and the remainder: three limbs `high:low` by a divisor whose highest bit is set,
/// where `high < divisor`.
///
/// Dividing the two leading limbs by the divisor's leading limb gives the limb or at most two more.
#[inline]
fn div_limb(high: u128, low: u64, divisor: u128) -> (u64, u128) {
    let (leading, trailing) = (upper(divisor), lower(divisor));
    let estimate = if upper(high) < leading { lower(high / u128::from(leading)) } else { u64::MAX };
    let rest = high.wrapping_sub(u128::from(estimate) * u128::from(leading));
    let product = u128::from(estimate) * u128::from(trailing);
    let (difference, borrowed) = join(lower(rest), low).overflowing_sub(product);
    // What the leading limbs leave is wider than a limb only if the estimate was cut off, and then it suffices.
    if !borrowed || upper(rest) > 0 {
        return (estimate, difference);
    }
    let (difference, enough) = difference.overflowing_add(divisor);
    if !enough {
        cold_path();
        return (estimate - 2, difference.wrapping_add(divisor));
    }
    (estimate - 1, difference)
}

/// Returns the upper 64 bits.
#[inline]
const fn upper(value: u128) -> u64 {
    (value >> 64) as u64
}

/// Returns the lower 64 bits.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the lower limb is what is asked for")]
const fn lower(value: u128) -> u64 {
    value as u64
}

/// Returns the value of two limbs.
#[inline]
const fn join(upper: u64, lower: u64) -> u128 {
    (upper as u128) << 64 | lower as u128
}

#[cfg(test)]
#[expect(clippy::disallowed_types, reason = "the reference that this file is compared with")]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ruint::Uint;

    type U512 = Uint<512, 8>;

    /// Integers of every width, so that carries and short limbs are met.
    fn any_width() -> impl Strategy<Value = u128> {
        prop_oneof![
            (any::<u128>(), 0u32..128).prop_map(|(value, shift)| value >> shift),
            (any::<u128>(), 0u32..128).prop_map(|(value, shift)| u128::MAX << shift ^ (value & 3)),
        ]
    }

    fn reference(a: u128, b: u128, c: u128) -> (U512, U512) {
        (U512::from(a) * U512::from(b)).div_rem(U512::from(c))
    }

    #[test]
    fn says_how_wide_the_result_would_be() {
        assert_eq!(mul_div_down(1, 1, 0), Err(MathError::DivisionByZero));
        assert_eq!(mul_div_down(u128::MAX, 4, 1), Err(MathError::TooWide { bits: 130, fits: 128 }));
        assert_eq!(mul_div_down(u128::MAX, u128::MAX, u128::MAX), Ok(u128::MAX));
        assert_eq!(mul_div_up(u128::MAX, u128::MAX, u128::MAX - 1), Err(MathError::TooWide { bits: 129, fits: 128 }));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn equals_512_bit_arithmetic(a in any_width(), b in any_width(), c in any_width()) {
            prop_assume!(c > 0);
            let (quotient, remainder) = reference(a, b, c);
            prop_assert_eq!(mul_div_down(a, b, c).ok(), u128::try_from(quotient).ok());
            let up = quotient + U512::from(u8::from(!remainder.is_zero()));
            prop_assert_eq!(mul_div_up(a, b, c).ok(), u128::try_from(up).ok());
        }

        #[test]
        fn a_wide_quotient_is_exact(high in any_width(), low in any_width(), c in any_width()) {
            prop_assume!(c > 0);
            let (quotient_high, quotient_low, remainder) = div_wide(high, low, c);
            let join = |high: u128, low: u128| U512::from(high) << 128 | U512::from(low);
            prop_assert!(remainder < c);
            prop_assert_eq!(
                join(quotient_high, quotient_low) * U512::from(c) + U512::from(remainder),
                join(high, low)
            );
        }
    }
}
