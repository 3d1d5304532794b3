//! Products of two 128-bit integers divided by a third, without losing a bit in between.
//!
//! The 256-bit product is divided by the method of Möller and Granlund, "Improved division by invariant integers"
//! (2011): one reciprocal of the divisor's leading limb, then two multiplications for each limb of the quotient.

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
    quotient
        .checked_add(u128::from(remainder > 0))
        .ok_or(MathError::TooWide {
            bits: 129,
            fits: 128,
        })
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
    Err(MathError::TooWide {
        bits: 128 + bits(high / c),
        fits: 128,
    })
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
    let (quotient_high, rest) = if high < divisor {
        (0, high)
    } else {
        (high / divisor, high % divisor)
    };
    let (quotient_low, remainder) = div_narrow(rest, low, divisor);
    (quotient_high, quotient_low, remainder)
}

/// Returns quotient and remainder of `high:low / divisor`, where `high < divisor` and so the quotient fits.
#[inline]
pub(super) fn div_narrow(high: u128, low: u128, divisor: u128) -> (u128, u128) {
    debug_assert!(
        high < divisor,
        "the quotient of {high}:{low} by {divisor} is wider than 128 bits"
    );
    if high == 0 && (low | divisor) >> 64 == 0 {
        let (low, divisor) = (lower(low), lower(divisor));
        return (u128::from(low / divisor), u128::from(low % divisor));
    }
    let shift = divisor.leading_zeros();
    let normal = divisor << shift;
    let reciprocal = reciprocal(normal);
    // The bits that leave `low` on the left; twice, since a shift by 128 is none.
    let carried = low >> 1 >> (127 - shift);
    let low = low << shift;
    let (quotient_high, rest) = div_3_by_2(high << shift | carried, upper(low), normal, reciprocal);
    let (quotient_low, rest) = div_3_by_2(rest, lower(low), normal, reciprocal);
    (join(quotient_high, quotient_low), rest >> shift)
}

/// Returns `(2^192 - 1) / divisor - 2^64`, rounded down, for a divisor whose highest bit is set (algorithm 6).
#[inline]
fn reciprocal(divisor: u128) -> u64 {
    let (d1, d0) = (upper(divisor), lower(divisor));
    let mut v = lower(u128::MAX / u128::from(d1));
    let mut p = d1.wrapping_mul(v).wrapping_add(d0);
    if p < d0 {
        v -= 1;
        if p >= d1 {
            v -= 1;
            p -= d1;
        }
        p = p.wrapping_sub(d1);
    }
    let t = u128::from(v) * u128::from(d0);
    let (p, carry) = p.overflowing_add(upper(t));
    if carry {
        v -= 1;
        v -= u64::from(join(p, lower(t)) >= divisor);
    }
    v
}

/// Divides three limbs by two: `high:low` by a divisor whose highest bit is set, `high < divisor` (algorithm 4).
#[inline]
fn div_3_by_2(high: u128, low: u64, divisor: u128, reciprocal: u64) -> (u64, u128) {
    let estimate = (u128::from(reciprocal) * u128::from(upper(high))).wrapping_add(high);
    let mut quotient = upper(estimate);
    let r1 = lower(high).wrapping_sub(quotient.wrapping_mul(upper(divisor)));
    let product = u128::from(lower(divisor)) * u128::from(quotient);
    let mut rest = join(r1, low).wrapping_sub(product).wrapping_sub(divisor);
    quotient = quotient.wrapping_add(1);
    if upper(rest) >= lower(estimate) {
        quotient = quotient.wrapping_sub(1);
        rest = rest.wrapping_add(divisor);
    }
    if rest >= divisor {
        quotient = quotient.wrapping_add(1);
        rest = rest.wrapping_sub(divisor);
    }
    (quotient, rest)
}

/// Returns the upper 64 bits.
#[inline]
#[expect(
    clippy::cast_possible_truncation,
    reason = "the upper limb is what is asked for"
)]
const fn upper(value: u128) -> u64 {
    (value >> 64) as u64
}

/// Returns the lower 64 bits.
#[inline]
#[expect(
    clippy::cast_possible_truncation,
    reason = "the lower limb is what is asked for"
)]
const fn lower(value: u128) -> u64 {
    value as u64
}

/// Returns the value of two limbs.
#[inline]
const fn join(upper: u64, lower: u64) -> u128 {
    (upper as u128) << 64 | lower as u128
}

#[cfg(test)]
#[expect(
    clippy::disallowed_types,
    reason = "the reference that this file is compared with"
)]
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
        assert_eq!(
            mul_div_down(u128::MAX, 4, 1),
            Err(MathError::TooWide {
                bits: 130,
                fits: 128
            })
        );
        assert_eq!(mul_div_down(u128::MAX, u128::MAX, u128::MAX), Ok(u128::MAX));
        assert_eq!(
            mul_div_up(u128::MAX, u128::MAX, u128::MAX - 1),
            Err(MathError::TooWide {
                bits: 129,
                fits: 128
            })
        );
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
