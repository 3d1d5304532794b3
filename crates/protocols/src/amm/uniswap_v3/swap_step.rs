//! One step of a trade: through liquidity that does not change, to a price or until the amount is used up.

use super::{PIPS, Specified};
use plimsoll_math::{
    Amount, MathError, SqrtPriceX96, is_token_0_between_up, token_0_between_down, token_0_between_up,
    token_1_between_down, token_1_between_up,
};

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SwapStep<A = u128> {
    /// The square root of the price that it ends at.
    pub sqrt_price: SqrtPriceX96,
    /// What is paid in, in smallest units, apart from the fee.
    pub amount_in: A,
    /// What is taken out, in smallest units.
    pub amount_out: A,
    /// The fee, in smallest units of what is paid in.
    pub fee: A,
}

/// Returns the step from a price towards another: `SwapMath.computeSwapStep`.
///
/// What is paid in and the fee round **up**, what is taken out rounds **down**, all in favour of the pool. An amount
/// that is used up before the price is reached leaves what it did not need to the fee.
///
/// # Errors
/// The fee takes all or more, a price or the liquidity is zero where it divides, or a result does not fit.
#[inline]
pub fn swap_step<A: Amount>(
    from: SqrtPriceX96,
    target: SqrtPriceX96,
    liquidity: u128,
    remaining: Specified<A>,
    fee_pips: u32,
) -> Result<SwapStep<A>, MathError> {
    let leg = Leg { from, liquidity, falls: from >= target };
    let kept_pips = PIPS.checked_sub(fee_pips).ok_or(MathError::BelowZero)?;
    match remaining {
        Specified::ExactIn(amount) => {
            let net = amount.times_ratio_down(kept_pips.into(), PIPS.into())?;
            let sqrt_price = if leg.reaches(target, net)? { target } else { leg.after_paying(net)? };
            let (amount_in, amount_out): (A, A) = (leg.paid_to(sqrt_price)?, leg.taken_to(sqrt_price)?);
            let fee = if sqrt_price == target {
                amount_in.times_ratio_up(fee_pips.into(), kept_pips.into())?
            } else {
                amount.minus(amount_in)?
            };
            Ok(SwapStep { sqrt_price, amount_in, amount_out, fee })
        }
        Specified::ExactOut(amount) => {
            let out_to_target = leg.taken_to(target)?;
            let sqrt_price = if amount >= out_to_target { target } else { leg.after_taking(amount)? };
            let amount_out = if sqrt_price == target { out_to_target } else { leg.taken_to(sqrt_price)? };
            let amount_in: A = leg.paid_to(sqrt_price)?;
            let fee = amount_in.times_ratio_up(fee_pips.into(), kept_pips.into())?;
            Ok(SwapStep { sqrt_price, amount_in, amount_out: amount_out.min(amount), fee })
        }
    }
}

/// Where a step starts and which way it goes: a falling price is paid in token 0.
#[derive(Debug, Clone, Copy)]
struct Leg {
    from: SqrtPriceX96,
    liquidity: u128,
    falls: bool,
}

impl Leg {
    /// Returns whether an amount paid in, net of the fee, suffices to get to a price.
    #[inline]
    fn reaches<A: Amount>(self, price: SqrtPriceX96, net: A) -> Result<bool, MathError> {
        if self.falls {
            is_token_0_between_up(net, self.from, price, self.liquidity)
        } else {
            Ok(net >= token_1_between_up(self.from, price, self.liquidity)?)
        }
    }

    #[inline]
    fn paid_to<A: Amount>(self, price: SqrtPriceX96) -> Result<A, MathError> {
        let paid = if self.falls { token_0_between_up } else { token_1_between_up };
        paid(self.from, price, self.liquidity)
    }

    #[inline]
    fn taken_to<A: Amount>(self, price: SqrtPriceX96) -> Result<A, MathError> {
        let taken = if self.falls { token_1_between_down } else { token_0_between_down };
        taken(self.from, price, self.liquidity)
    }

    #[inline]
    fn after_paying(self, amount: impl Amount) -> Result<SqrtPriceX96, MathError> {
        if self.falls {
            self.from.after_token_0_in(self.liquidity, amount)
        } else {
            self.from.after_token_1_in(self.liquidity, amount)
        }
    }

    #[inline]
    fn after_taking(self, amount: impl Amount) -> Result<SqrtPriceX96, MathError> {
        if self.falls {
            self.from.after_token_1_out(self.liquidity, amount)
        } else {
            self.from.after_token_0_out(self.liquidity, amount)
        }
    }
}
