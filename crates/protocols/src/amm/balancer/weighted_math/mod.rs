//! The arithmetic of weighted pools, in numbers of 18 decimals: what a swap, a join or an exit costs.
//!
//! A pool of balances b and weights w that sum to one keeps the product of all b^w, its invariant, from falling.
//! Equal to `WeightedMath` of balancer-v2-monorepo, at commit d9c1c837 (`WeightedPool` V3) or, with
//! [`ZeroAmounts::Skipped`] and for the one-token functions, at commit 316ded07. Everything is rounded for the good of
//! the pool.

mod exits;
mod joins;

pub use exits::{
    bpt_in_given_exact_token_out_up, bpt_in_given_exact_tokens_out_up, token_out_given_exact_bpt_in_down,
    tokens_out_given_exact_bpt_in_down,
};
pub use joins::{
    bpt_out_given_exact_token_in_down, bpt_out_given_exact_tokens_in_down, token_in_given_exact_bpt_out_up,
    tokens_in_given_exact_bpt_out_up,
};

use smallvec::SmallVec;

use super::{MAX_TOKENS, WeightedPoolError};
use plimsoll_math::{Fixed18, MathError, WAD};

/// The greatest part of a balance that is swapped at once, in or out: 30 %, with 18 decimals.
pub(super) const MAX_RATIO: u128 = 3 * WAD / 10;

/// How many times the invariant may grow when one token is paid in: 3, with 18 decimals.
const MAX_INVARIANT_RATIO: u128 = 3 * WAD;

/// To what part of it the invariant may shrink when one token is taken out: 70 %, with 18 decimals.
const MIN_INVARIANT_RATIO: u128 = 7 * WAD / 10;

/// A value for each of some tokens.
pub type EachToken = SmallVec<[Fixed18; MAX_TOKENS]>;

/// A token that a join pays in or an exit takes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenChange {
    /// What the pool has of it.
    pub balance: Fixed18,
    /// Its weight.
    pub weight: Fixed18,
    /// What is paid in or taken out.
    pub amount: Fixed18,
}

/// What a join or an exit of several tokens does with those of which nothing moves and that pay no fee.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ZeroAmounts {
    /// One to the power of their weight, less its margin of error, is multiplied in, as `WeightedPool` V3 does.
    Multiplied,
    /// They are left out, as later versions do.
    Skipped,
}

/// Returns the invariant of weights and balances, rounded **down**.
///
/// # Errors
/// It is zero, or a power does not exist.
#[inline]
pub fn invariant_down(holdings: impl IntoIterator<Item = (Fixed18, Fixed18)>) -> Result<Fixed18, WeightedPoolError> {
    let mut invariant = Fixed18::one();
    for (weight, balance) in holdings {
        invariant = invariant.mul_down(balance.pow_down(weight)?)?;
    }
    if invariant == Fixed18::ZERO { Err(WeightedPoolError::ZeroInvariant) } else { Ok(invariant) }
}

/// Returns what `amount_in`, net of the fee, buys, rounded **down** in favour of the pool.
///
/// # Errors
/// More than 30 % of the balance is paid in, or the pool is empty.
#[inline]
pub fn out_given_in_down(
    balance_in: Fixed18,
    weight_in: Fixed18,
    balance_out: Fixed18,
    weight_out: Fixed18,
    amount_in: Fixed18,
) -> Result<Fixed18, WeightedPoolError> {
    let most = balance_in.mul_down(Fixed18::from(MAX_RATIO))?;
    if amount_in > most {
        return Err(WeightedPoolError::MaxInRatio { amount_in, most });
    }
    let base = balance_in.div_up(balance_in.checked_add(amount_in)?)?;
    let power = base.pow_up(weight_in.div_down(weight_out)?)?;
    Ok(balance_out.mul_down(power.complement())?)
}

/// Returns what must be paid, net of the fee, for `amount_out`, rounded **up** in favour of the pool.
///
/// # Errors
/// More than 30 % of the balance is taken out, or the pool is empty.
#[inline]
pub fn in_given_out_up(
    balance_in: Fixed18,
    weight_in: Fixed18,
    balance_out: Fixed18,
    weight_out: Fixed18,
    amount_out: Fixed18,
) -> Result<Fixed18, WeightedPoolError> {
    let most = balance_out.mul_down(Fixed18::from(MAX_RATIO))?;
    if amount_out > most {
        return Err(WeightedPoolError::MaxOutRatio { amount_out, most });
    }
    let base = balance_out.div_up(balance_out.checked_sub(amount_out)?)?;
    let power = base.pow_up(weight_out.div_up(weight_in)?)?;
    Ok(balance_in.mul_up(power.checked_sub(Fixed18::one())?)?)
}

/// Returns how far a ratio lies above one, or zero. (`WeightedPool` V3 reverts where the mean ratio of a join lies below
/// one; with weights that sum to one there is no such join.)
#[inline]
fn above_one(ratio: Fixed18) -> Fixed18 {
    ratio.checked_sub(Fixed18::one()).unwrap_or_default()
}

/// Returns one result for each token, or the first failure.
#[inline]
fn each(
    tokens: &[TokenChange],
    value: impl Fn(&TokenChange) -> Result<Fixed18, MathError>,
) -> Result<EachToken, MathError> {
    tokens.iter().map(value).collect()
}
