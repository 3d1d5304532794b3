//! The exponential.

use super::{BY_100, LogExpError, ONE_18, ONE_20, POWERS, Reciprocal, U256, over_one_20_times, whole_powers};

/// The least exponent, with 18 decimals: less would round to nothing.
const LEAST: i128 = -41 * ONE_18.cast_signed();

/// The greatest exponent, with 18 decimals: more would not fit 256 bits.
const GREATEST: i128 = 130 * ONE_18.cast_signed();

/// Below this, with 18 decimals, e^x with 20 decimals fits 128 bits.
const NARROW: u128 = 42 * ONE_18;

/// Divides by the number one with 20 decimals.
const BY_ONE_20: Reciprocal = Reciprocal::of(ONE_20);

/// Returns e to the power `exponent`, both with 18 decimals.
///
/// # Errors
/// The exponent lies outside of -41 to 130.
pub fn exp(exponent: i128) -> Result<U256, LogExpError> {
    if !(LEAST..=GREATEST).contains(&exponent) {
        return Err(LogExpError::InvalidExponent { exponent });
    }
    let magnitude = exponent.unsigned_abs();
    if magnitude < NARROW {
        let power = BY_100.div_narrow(0, narrow(magnitude * 100)).0;
        return Ok(U256::from(if exponent < 0 { ONE_18 * ONE_18 / power } else { power }));
    }
    wide(magnitude)
}

/// Returns e to an exponent of 20 decimals below 42, with 20 decimals.
#[inline]
fn narrow(exponent: u128) -> u128 {
    let (mut product, mut rest) = (ONE_20, exponent);
    for (exponent, power) in &POWERS[..8] {
        if rest >= *exponent {
            rest -= exponent;
            product = BY_ONE_20.mul_div_down(product, *power);
        }
    }
    BY_ONE_20.mul_div_down(product, series(rest))
}

/// Returns e to an exponent of 18 decimals from 0 to 130, with 18 decimals.
#[cold]
fn wide(exponent: u128) -> Result<U256, LogExpError> {
    let present = whole_powers().into_iter().find(|(whole, _)| exponent >= *whole);
    let (whole, factor) = present.unwrap_or((0, U256::from(1)));
    let mut rest = (exponent - whole) * 100;
    let mut product = U256::from(ONE_20);
    for (exponent, power) in &POWERS[..8] {
        if rest >= *exponent {
            rest -= exponent;
            product = product.checked_mul(*power)?.div_down(ONE_20)?;
        }
    }
    let product = product.checked_mul(series(rest))?.div_down(ONE_20)?;
    Ok(product.checked_mul(factor)?.div_down(100)?)
}

/// Returns e to an exponent below 1/4 by thirteen terms of its series, both with 20 decimals.
///
/// Only the first product is wider than 128 bits: the terms after it are below 2^63, the exponent below 2^65.
#[inline]
fn series(exponent: u128) -> u128 {
    let mut term = BY_ONE_20.mul_div_down(exponent, exponent) / 2;
    let mut sum = ONE_20 + exponent + term;
    for n in 3..=12 {
        term = over_one_20_times(n, term * exponent);
        sum += term;
    }
    sum
}
