//! What the arithmetic floor will give, until it does: exact products over quotients, and decimals in smallest units.

use crate::math::decimal::Decimal;

/// Returns `a * b / c`, rounded down, and the remainder; `None` if it does not fit or `c` is 0.
fn mul_div_rem(a: u128, b: u128, c: u128) -> Option<(u128, u128)> {
    let (low, high) = a.carrying_mul(b, 0);
    if high >= c {
        return None;
    }
    let (mut quotient, mut remainder) = (low, high);
    for _ in 0..u128::BITS {
        let carry = remainder >> 127 == 1;
        remainder = (remainder << 1) | (quotient >> 127);
        quotient <<= 1;
        if carry || remainder >= c {
            remainder = remainder.wrapping_sub(c);
            quotient |= 1;
        }
    }
    Some((quotient, remainder))
}

/// Returns `a * b / c`, rounded down; `None` if it does not fit or `c` is 0.
pub(super) fn mul_div_down(a: u128, b: u128, c: u128) -> Option<u128> {
    mul_div_rem(a, b, c).map(|(quotient, _)| quotient)
}

/// Returns `a * b / c`, rounded up; `None` if it does not fit or `c` is 0.
pub(super) fn mul_div_up(a: u128, b: u128, c: u128) -> Option<u128> {
    let (quotient, remainder) = mul_div_rem(a, b, c)?;
    quotient.checked_add(u128::from(remainder > 0))
}

/// Returns a decimal in units of `10^-decimals`; `None` if it is not one.
pub(super) fn to_units(decimal: &Decimal, decimals: u8) -> Option<u128> {
    let (whole, fraction) = decimal.0.split_once('.').unwrap_or((&decimal.0, ""));
    let zeros = usize::from(decimals).checked_sub(fraction.len())?;
    format!("{whole}{fraction}{}", "0".repeat(zeros)).parse().ok()
}
