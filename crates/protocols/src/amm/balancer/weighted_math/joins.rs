//! What joins cost.
//!
//! A join out of proportion is a join in proportion and then swaps: what it pays beyond proportion pays the swap fee.

use super::{
    EachToken, Fixed18, MAX_INVARIANT_RATIO, MathError, TokenChange, WeightedPoolError, ZeroAmounts, above_one, each,
};

/// Returns the BPT that the amounts buy, rounded **down** in favour of those who are in already.
///
/// # Errors
/// A balance is zero, or a power does not exist.
#[inline]
pub fn bpt_out_given_exact_tokens_in_down(
    tokens: &[TokenChange],
    total_supply: Fixed18,
    swap_fee: Fixed18,
    zero_amounts: ZeroAmounts,
) -> Result<Fixed18, WeightedPoolError> {
    let ratios = each(tokens, |token| token.balance.checked_add(token.amount)?.div_down(token.balance))?;
    let mut ratio_with_fees = Fixed18::ZERO;
    for (token, ratio) in tokens.iter().zip(&ratios) {
        ratio_with_fees = ratio_with_fees.checked_add(ratio.mul_down(token.weight)?)?;
    }
    let mut invariant_ratio = Fixed18::one();
    for (token, ratio) in tokens.iter().zip(&ratios) {
        let net = if *ratio > ratio_with_fees {
            net_of_fee(token.balance, token.amount, ratio_with_fees, swap_fee)?
        } else if token.amount == Fixed18::ZERO && zero_amounts == ZeroAmounts::Skipped {
            continue;
        } else {
            token.amount
        };
        let ratio = token.balance.checked_add(net)?.div_down(token.balance)?;
        invariant_ratio = invariant_ratio.mul_down(ratio.pow_down(token.weight)?)?;
    }
    Ok(total_supply.mul_down(above_one(invariant_ratio))?)
}

/// Returns the BPT that an amount of one token buys, rounded **down** in favour of those who are in already.
///
/// # Errors
/// The balance is zero, the fee is more than what it is taken from, or a power does not exist.
#[inline]
pub fn bpt_out_given_exact_token_in_down(
    token: TokenChange,
    total_supply: Fixed18,
    swap_fee: Fixed18,
) -> Result<Fixed18, WeightedPoolError> {
    let TokenChange { balance, weight, amount } = token;
    let ratio = balance.checked_add(amount)?.div_down(balance)?;
    let ratio_with_fees = ratio.mul_down(weight)?.checked_add(weight.complement())?;
    let net = if ratio > ratio_with_fees {
        let in_proportion = balance.mul_down(above_one(ratio_with_fees))?;
        let taxable = amount.checked_sub(in_proportion)?;
        in_proportion.checked_add(taxable.checked_sub(taxable.mul_up(swap_fee)?)?)?
    } else if amount == Fixed18::ZERO {
        return Ok(Fixed18::ZERO);
    } else {
        amount
    };
    let invariant_ratio = balance.checked_add(net)?.div_down(balance)?.pow_down(weight)?;
    Ok(total_supply.mul_down(above_one(invariant_ratio))?)
}

/// Returns what an amount adds when what it has beyond proportion pays the fee, which is rounded **up**.
///
/// The fee is taken from the whole amount; a join of one token takes it from the part beyond proportion. Only a fee above
/// 100 % tells them apart: then that join reverts (balancer-v2-monorepo@316ded07, `WeightedMath`).
#[inline]
fn net_of_fee(
    balance: Fixed18,
    amount: Fixed18,
    ratio_with_fees: Fixed18,
    swap_fee: Fixed18,
) -> Result<Fixed18, MathError> {
    let in_proportion = balance.mul_down(above_one(ratio_with_fees))?;
    amount.checked_sub(amount.checked_sub(in_proportion)?.mul_up(swap_fee)?)
}

/// Returns what must be paid of one token for so many BPT, rounded **up** in favour of those who are in already.
///
/// # Errors
/// The invariant would grow to more than three times what it is, or a power does not exist.
#[inline]
pub fn token_in_given_exact_bpt_out_up(
    balance: Fixed18,
    weight: Fixed18,
    bpt: Fixed18,
    total_supply: Fixed18,
    swap_fee: Fixed18,
) -> Result<Fixed18, WeightedPoolError> {
    let invariant_ratio = total_supply.checked_add(bpt)?.div_up(total_supply)?;
    if invariant_ratio > Fixed18::from(MAX_INVARIANT_RATIO) {
        return Err(WeightedPoolError::MaxOutBptForTokenIn { bpt, total_supply });
    }
    let balance_ratio = invariant_ratio.pow_up(Fixed18::one().div_up(weight)?)?;
    let net = balance.mul_up(balance_ratio.checked_sub(Fixed18::one())?)?;
    let taxable = net.mul_up(weight.complement())?;
    let with_fees = taxable.div_up(swap_fee.complement())?;
    Ok(net.checked_sub(taxable)?.checked_add(with_fees)?)
}

/// Returns what must be paid of each token for so many BPT, rounded **up** in favour of those who are in already.
///
/// # Errors
/// There are no BPT yet, or an amount does not fit.
#[inline]
pub fn tokens_in_given_exact_bpt_out_up(
    balances: &[Fixed18],
    bpt: Fixed18,
    total_supply: Fixed18,
) -> Result<EachToken, WeightedPoolError> {
    let ratio = bpt.div_up(total_supply)?;
    Ok(balances.iter().map(|balance| balance.mul_up(ratio)).collect::<Result<_, _>>()?)
}
