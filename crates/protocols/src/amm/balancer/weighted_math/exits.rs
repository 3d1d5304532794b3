//! What exits cost.
//!
//! An exit out of proportion is an exit in proportion and then swaps: what it takes beyond proportion pays the swap fee.

use super::{EachToken, Fixed18, MIN_INVARIANT_RATIO, MathError, TokenChange, WeightedPoolError, ZeroAmounts, each};

/// Returns the BPT that the amounts cost, rounded **up** in favour of those who stay.
///
/// # Errors
/// More than a balance is taken, or a power does not exist.
#[inline]
pub fn bpt_in_given_exact_tokens_out_up(
    tokens: &[TokenChange],
    total_supply: Fixed18,
    swap_fee: Fixed18,
    zero_amounts: ZeroAmounts,
) -> Result<Fixed18, WeightedPoolError> {
    let ratios = each(tokens, |token| token.balance.checked_sub(token.amount)?.div_up(token.balance))?;
    let mut ratio_without_fees = Fixed18::ZERO;
    for (token, ratio) in tokens.iter().zip(&ratios) {
        ratio_without_fees = ratio_without_fees.checked_add(ratio.mul_up(token.weight)?)?;
    }
    let mut invariant_ratio = Fixed18::one();
    for (token, ratio) in tokens.iter().zip(&ratios) {
        let gross = if ratio_without_fees > *ratio {
            with_fee(token.balance, token.amount, ratio_without_fees, swap_fee)?
        } else if token.amount == Fixed18::ZERO && zero_amounts == ZeroAmounts::Skipped {
            continue;
        } else {
            token.amount
        };
        let ratio = token.balance.checked_sub(gross)?.div_down(token.balance)?;
        invariant_ratio = invariant_ratio.mul_down(ratio.pow_down(token.weight)?)?;
    }
    Ok(total_supply.mul_up(invariant_ratio.complement())?)
}

/// Returns the BPT that an amount of one token costs, rounded **up** in favour of those who stay.
///
/// # Errors
/// More than the balance is taken, or a power does not exist.
#[inline]
pub fn bpt_in_given_exact_token_out_up(
    token: TokenChange,
    total_supply: Fixed18,
    swap_fee: Fixed18,
) -> Result<Fixed18, WeightedPoolError> {
    let TokenChange { balance, weight, amount } = token;
    let ratio = balance.checked_sub(amount)?.div_up(balance)?;
    let ratio_without_fees = ratio.mul_up(weight)?.checked_add(weight.complement())?;
    let gross = if ratio_without_fees > ratio {
        with_fee(balance, amount, ratio_without_fees, swap_fee)?
    } else if amount == Fixed18::ZERO {
        return Ok(Fixed18::ZERO);
    } else {
        amount
    };
    let invariant_ratio = balance.checked_sub(gross)?.div_down(balance)?.pow_down(weight)?;
    Ok(total_supply.mul_up(invariant_ratio.complement())?)
}

/// Returns what an amount takes when what it has beyond proportion pays the fee, which is rounded **up**.
#[inline]
fn with_fee(
    balance: Fixed18,
    amount: Fixed18,
    ratio_without_fees: Fixed18,
    swap_fee: Fixed18,
) -> Result<Fixed18, MathError> {
    let in_proportion = balance.mul_down(ratio_without_fees.complement())?;
    let taxable = amount.checked_sub(in_proportion)?;
    in_proportion.checked_add(taxable.div_up(swap_fee.complement())?)
}

/// Returns what so many BPT give of one token, rounded **down** in favour of those who stay.
///
/// # Errors
/// More BPT than exist, more than 30 % of the invariant would go, or a power does not exist.
#[inline]
pub fn token_out_given_exact_bpt_in_down(
    balance: Fixed18,
    weight: Fixed18,
    bpt: Fixed18,
    total_supply: Fixed18,
    swap_fee: Fixed18,
) -> Result<Fixed18, WeightedPoolError> {
    let invariant_ratio = total_supply.checked_sub(bpt)?.div_up(total_supply)?;
    if invariant_ratio < Fixed18::from(MIN_INVARIANT_RATIO) {
        return Err(WeightedPoolError::MinBptInForTokenOut { bpt, total_supply });
    }
    let balance_ratio = invariant_ratio.pow_up(Fixed18::one().div_down(weight)?)?;
    let gross = balance.mul_down(balance_ratio.complement())?;
    let taxable = gross.mul_up(weight.complement())?;
    let less_fees = taxable.mul_up(swap_fee.complement())?;
    Ok(gross.checked_sub(taxable)?.checked_add(less_fees)?)
}

/// Returns what so many BPT give of each token, rounded **down** in favour of those who stay.
///
/// # Errors
/// There are no BPT, or an amount does not fit.
#[inline]
pub fn tokens_out_given_exact_bpt_in_down(
    balances: &[Fixed18],
    bpt: Fixed18,
    total_supply: Fixed18,
) -> Result<EachToken, WeightedPoolError> {
    let ratio = bpt.div_down(total_supply)?;
    Ok(balances.iter().map(|balance| balance.mul_down(ratio)).collect::<Result<_, _>>()?)
}
