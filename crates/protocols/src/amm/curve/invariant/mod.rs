//! The invariant of n balances x in 18 decimals, at amplification A:
//! `A n sum(x) + D = A n D + D^(n+1) / (n^n prod(x))`, where `A n` is what the contracts call `Ann`.
//!
//! Its value D, and one balance from the others, are found as the contracts find them: by Newton's method in integers,
//! step by step until two values differ by one at most. The last digit depends on the way there, so the steps are the
//! contract's own.
//!
//! There are two ways to take them. [`narrow`] keeps what is usual in 128 bits, with 256 for products alone; wherever a
//! number does not fit it gives up. Then [`wide`] does the same in 256 bits throughout, as the contracts do.

mod narrow;
#[cfg(test)]
mod tests;
mod wide;

use std::hint::cold_path;

use super::{CurveError, Template};

/// Steps after which an iteration is given up.
const MAX_STEPS: usize = 255;

/// The curve of a pool at a moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Invariant<const N: usize> {
    /// The amplification times n, in units of `1 / precision`. At most 2^30.
    pub(super) ann: u128,
    /// Units that make an amplification of one.
    pub(super) precision: u128,
    /// What is added to the divisor of each step towards D.
    divisor_bias: u128,
    /// Whether an iteration that does not come to rest reverts.
    must_converge: bool,
}

impl<const N: usize> Invariant<N> {
    /// How many coins there are.
    const COINS: u128 = N as u128;

    /// Returns the curve at an amplification in the template's units.
    pub(super) fn new(amplification: u128, template: Template) -> Self {
        Self {
            ann: amplification * Self::COINS,
            precision: template.amplification_precision(),
            divisor_bias: template.divisor_bias(),
            must_converge: template.must_converge(),
        }
    }

    /// Returns the invariant's value D for these balances in 18 decimals: what they are worth where all are equal.
    ///
    /// # Errors
    /// A balance but not every one is zero, or what the contract would compute does not fit 256 bits.
    #[inline]
    pub(super) fn d(&self, scaled: &[u128; N]) -> Result<u128, CurveError> {
        if let Some(d) = narrow::d(self, scaled) {
            return Ok(d);
        }
        cold_path();
        wide::d(self, scaled)
    }

    /// Returns the balance of `coin`, in 18 decimals, at which the other balances make the invariant `d`. What is given
    /// for `coin` itself is not read.
    ///
    /// # Errors
    /// Another balance is zero, or what the contract would compute does not fit 256 bits.
    #[inline]
    pub(super) fn balance(&self, coin: usize, scaled: &[u128; N], d: u128) -> Result<u128, CurveError> {
        if let Some(y) = narrow::balance(self, coin, scaled, d) {
            return Ok(y);
        }
        cold_path();
        wide::balance(self, coin, scaled, d)
    }
}
