//! Powers, exponentials and logarithms of numbers with 18 decimals, as Balancer's contracts compute them.
//!
//! Equal in every digit to `LogExpMath` of balancer-v2-monorepo at commit d9c1c837, the source of `WeightedPool` V3: a
//! power is the exponential of a logarithm, both are taken apart into powers of two of which the results are known, and
//! a series does the rest. Every division cuts towards zero, so the order of operations matters.
//!
//! The contract computes in 256 bits. What fits 128 bits at every step is computed in those: the same divisions of the
//! same integers, by reciprocals.

mod exp;
mod ln;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;

pub use exp::exp;
pub use ln::{ln, log};

use thiserror::Error;

use super::{
    MathError, U256,
    reciprocal::{Reciprocal, div_bit_by_bit},
};

/// The number one with 18 decimals, in which arguments and results are.
const ONE_18: u128 = 10_u128.pow(18);

/// The number one with 20 decimals, in which most is computed.
const ONE_20: u128 = 10_u128.pow(20);

/// Divides by the number one with 18 decimals.
pub(super) const BY_ONE_18: Reciprocal = Reciprocal::of(ONE_18);

/// Divides what is computed with 20 decimals to have 18.
const BY_100: Reciprocal = Reciprocal::of(100);

/// The exponents 2^5, 2^4, ... 2^-4 and e to their power, with 20 decimals.
const POWERS: [(u128, u128); 10] = [
    (32 * ONE_20, 7_896_296_018_268_069_516_100_000_000_000_000),
    (16 * ONE_20, 888_611_052_050_787_263_676_000_000),
    (8 * ONE_20, 298_095_798_704_172_827_474_000),
    (4 * ONE_20, 5_459_815_003_314_423_907_810),
    (2 * ONE_20, 738_905_609_893_065_022_723),
    (ONE_20, 271_828_182_845_904_523_536),
    (ONE_20 / 2, 164_872_127_070_012_814_685),
    (ONE_20 / 4, 128_402_541_668_774_148_407),
    (ONE_20 / 8, 113_314_845_306_682_631_683),
    (ONE_20 / 16, 106_449_445_891_785_942_956),
];

/// Why a power, an exponential or a logarithm does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LogExpError {
    /// A base of 2^255 or more.
    #[error("the base {base} has more than 255 bits")]
    BaseTooWide {
        /// The base, with 18 decimals.
        base: U256,
    },
    /// An exponent whose product with a logarithm might not fit.
    #[error("the exponent {exponent} is 2^254 / 10^20 or more")]
    ExponentTooWide {
        /// The exponent, with 18 decimals.
        exponent: U256,
    },
    /// A power below e^-41 or above e^130.
    #[error("{base} to the power {exponent}, with 18 decimals, lies outside of e^-41 to e^130")]
    ProductOutOfBounds {
        /// The base, with 18 decimals.
        base: U256,
        /// The exponent, with 18 decimals.
        exponent: U256,
    },
    /// An exponent below -41 or above 130.
    #[error("the exponent {exponent}, with 18 decimals, lies outside of -41 to 130")]
    InvalidExponent {
        /// The exponent, with 18 decimals.
        exponent: i128,
    },
    /// A logarithm of zero, or of 2^255 or more, which the contract reads as negative.
    #[error("{argument} has no logarithm")]
    OutOfBounds {
        /// The argument, with 18 decimals.
        argument: U256,
    },
    /// An intermediate result does not exist.
    #[error(transparent)]
    Math(#[from] MathError),
}

/// Returns `base` to the power `exponent`, all with 18 decimals, with an error of about 10^-14 of it in either
/// direction. Zero to the power zero is one.
///
/// # Errors
/// An argument is too wide, or the power lies outside of e^-41 to e^130.
pub fn pow(base: U256, exponent: U256) -> Result<U256, LogExpError> {
    if exponent == U256::ZERO {
        return Ok(U256::from(ONE_18));
    }
    if base == U256::ZERO {
        return Ok(U256::ZERO);
    }
    if base.into_halves().0 >> 127 > 0 {
        return Err(LogExpError::BaseTooWide { base });
    }
    if exponent.into_halves().0 > 0 && exponent >= U256::from_halves(1 << 126, 0).div_down(ONE_20)? {
        return Err(LogExpError::ExponentTooWide { exponent });
    }
    if base == U256::from(ONE_18) {
        return Ok(base);
    }
    let (magnitude, negative) = ln_times(base, exponent)?;
    let magnitude = magnitude.try_into_u128().ok().and_then(|magnitude| i128::try_from(magnitude).ok());
    let logarithm = magnitude.map(|magnitude| if negative { -magnitude } else { magnitude });
    let refused = LogExpError::ProductOutOfBounds { base, exponent };
    exp(logarithm.ok_or(refused)?).map_err(|_| refused)
}

/// Returns the logarithm of `base` times `exponent`, rounded towards zero, all with 18 decimals, and whether it is
/// negative.
#[inline]
fn ln_times(base: U256, exponent: U256) -> Result<(U256, bool), MathError> {
    let times_exponent = |factor: u128| match exponent.into_halves() {
        (0, exponent) => Ok(U256::product(exponent, factor)),
        _ => exponent.checked_mul(factor),
    };
    let (product, negative) = if let Some(near_one) = ln::near_one(base) {
        let ln_36 = ln::ln_36(near_one);
        let (whole, rest) = BY_ONE_18.div_narrow(0, ln_36.unsigned_abs());
        let rest = BY_ONE_18.div_u256(times_exponent(rest)?).0;
        (times_exponent(whole)?.checked_add(rest)?, ln_36 < 0)
    } else {
        let ln_18 = ln::ln_18(base);
        (times_exponent(ln_18.unsigned_abs())?, ln_18 < 0)
    };
    Ok((BY_ONE_18.div_u256(product).0, negative))
}

/// Returns the exponents 2^7 and 2^6, with 18 decimals, and e to their power, whole numbers.
fn whole_powers() -> [(u128, U256); 2] {
    [
        (128 * ONE_18, U256::product(388_770_840_599_459_509_222, 10_u128.pow(35))),
        (64 * ONE_18, U256::from(6_235_149_080_811_616_882_910_000_000)),
    ]
}

/// Returns `value` over `10^20 n`, rounded **down**, for `n` from 1 to 12.
///
/// Without its 20 trailing zero bits the divisor d is `5^20 n` and below 2^51, the value below 2^108; the factor is
/// `2^174 / d`, too great by at most one. The product is too great by less than 2^108 in 2^174, less than the 1 in d that
/// would carry a remainder over.
#[inline]
fn over_one_20_times(n: usize, value: u128) -> u128 {
    const FACTORS: [u128; 13] = {
        let mut factors = [0; 13];
        let mut n = 1;
        while n < factors.len() {
            factors[n] = div_bit_by_bit(1 << 46, 0, (ONE_20 >> 20) * n as u128) + 1;
            n += 1;
        }
        factors
    };
    (value >> 20).carrying_mul(FACTORS[n], 0).1 >> 46
}
