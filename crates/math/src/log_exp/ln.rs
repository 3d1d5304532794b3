//! Logarithms.

use super::{BY_100, LogExpError, ONE_18, ONE_20, POWERS, Reciprocal, U256, over_one_20_times, whole_powers};
use crate::mul_div_down;

/// The number one with 36 decimals.
const ONE_36: u128 = ONE_18 * ONE_18;

/// Divides by the number one with 36 decimals.
const BY_ONE_36: Reciprocal = Reciprocal::of(ONE_36);

/// Divide by e to the powers of two.
const BY_POWERS: [Reciprocal; 10] = {
    let mut reciprocals = [Reciprocal::of(1); 10];
    let mut n = 0;
    while n < reciprocals.len() {
        reciprocals[n] = Reciprocal::of(POWERS[n].1);
        n += 1;
    }
    reciprocals
};

/// Returns the natural logarithm, rounded towards zero, both with 18 decimals.
///
/// # Errors
/// The argument is zero or has more than 255 bits.
pub fn ln(argument: U256) -> Result<i128, LogExpError> {
    check(argument)?;
    Ok(near_one(argument).map_or_else(|| ln_18(argument), |argument| ln_36(argument) / ONE_18.cast_signed()))
}

/// Returns the logarithm of `argument` to a base, rounded towards zero, all with 18 decimals.
///
/// # Errors
/// An argument is zero or has more than 255 bits, or the base is one.
pub fn log(argument: U256, base: U256) -> Result<i128, LogExpError> {
    check(argument)?;
    check(base)?;
    let precise = |value: U256| near_one(value).map_or_else(|| ln_18(value) * ONE_18.cast_signed(), ln_36);
    let (argument, base) = (precise(argument), precise(base));
    let magnitude = U256::product(argument.unsigned_abs(), ONE_18).div_down(base.unsigned_abs())?.try_into_u128()?;
    let magnitude = magnitude.cast_signed();
    Ok(if (argument < 0) == (base < 0) { magnitude } else { -magnitude })
}

/// Refuses what the contract reads as zero or less.
fn check(argument: U256) -> Result<(), LogExpError> {
    if argument == U256::ZERO || argument.into_halves().0 >> 127 > 0 {
        return Err(LogExpError::OutOfBounds { argument });
    }
    Ok(())
}

/// Returns a number between 0.9 and 1.1, of which logarithms are taken with 36 decimals.
#[inline]
pub(super) fn near_one(value: U256) -> Option<u128> {
    let (high, low) = value.into_halves();
    (high == 0 && low > 9 * ONE_18 / 10 && low < 11 * ONE_18 / 10).then_some(low)
}

/// Returns the natural logarithm with 36 decimals of a number between 0.9 and 1.1 with 18.
///
/// With z = (x - 1) / (x + 1) it is 2 (z + z^3 / 3 + z^5 / 5 + ...). As divisions cut towards zero, the logarithm of a
/// number below one is computed as if z were positive.
#[inline]
pub(super) fn ln_36(value: u128) -> i128 {
    let z = mul_div_down(value.abs_diff(ONE_18), ONE_36, value + ONE_18).expect("z is below one");
    let z_squared = BY_ONE_36.mul_div_down(z, z);
    let (mut power, mut sum) = (z, z);
    for n in [3, 5, 7, 9, 11, 13, 15] {
        power = BY_ONE_36.mul_div_down(power, z_squared);
        sum += over_odd(n, power);
    }
    let magnitude = (2 * sum).cast_signed();
    if value < ONE_18 { -magnitude } else { magnitude }
}

/// Returns the natural logarithm of a number from 1 unit to 2^255 - 1, both with 18 decimals.
#[inline]
pub(super) fn ln_18(value: U256) -> i128 {
    match value.into_halves() {
        (0, value) if value < ONE_18 => -narrow(ONE_36 / value).cast_signed(),
        (0, value) if value <= u128::MAX / 100 => narrow(value).cast_signed(),
        _ => wide(value).expect("no step is wider than 256 bits").cast_signed(),
    }
}

/// Returns the logarithm of a number of at least one that fits 128 bits with 20 decimals, both with 18 decimals.
#[inline]
fn narrow(value: u128) -> u128 {
    let (mut rest, mut sum) = (value * 100, 0);
    for ((exponent, power), by_power) in POWERS.iter().zip(&BY_POWERS) {
        if rest >= *power {
            rest = by_power.mul_div_down(rest, ONE_20);
            sum += exponent;
        }
    }
    BY_100.div_narrow(0, sum + series(rest)).0
}

/// Returns the logarithm of a number of at least one and at most 255 bits, both with 18 decimals.
#[cold]
fn wide(value: U256) -> Result<u128, LogExpError> {
    let (mut rest, mut sum) = (value, 0);
    for (exponent, power) in whole_powers() {
        if rest >= power.checked_mul(ONE_18)? {
            rest = rest.div_down(power)?;
            sum += exponent * 100;
        }
    }
    rest = rest.checked_mul(100)?;
    for (exponent, power) in POWERS {
        if rest >= U256::from(power) {
            rest = rest.checked_mul(ONE_20)?.div_down(power)?;
            sum += exponent;
        }
    }
    Ok((sum + series(rest.try_into_u128()?)) / 100)
}

/// Returns the logarithm of a number from 1 to e^(2^-4), both with 20 decimals, by six terms of the series that
/// [`ln_36`] uses.
#[inline]
fn series(value: u128) -> u128 {
    let z = mul_div_down(value - ONE_20, ONE_20, value + ONE_20).expect("z is below one");
    let z_squared = over_one_20_times(1, z * z);
    let (mut power, mut sum) = (z, z);
    for n in [3, 5, 7, 9, 11] {
        power = over_one_20_times(1, power * z_squared);
        sum += over_odd(n, power);
    }
    2 * sum
}

/// Returns `value` over an odd number from 3 to 15, rounded **down**, for values below 2^124.
///
/// The factor is `2^128 / n`, too great by at most one: the product is too great by less than 2^124 in 2^128, less than
/// the 1 in n that would carry a remainder over.
#[inline]
fn over_odd(n: u8, value: u128) -> u128 {
    value.carrying_mul(u128::MAX / u128::from(n) + 1, 0).1
}
