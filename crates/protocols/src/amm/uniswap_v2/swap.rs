//! Quotes and trades.

use super::{Amounts, MAX_RESERVE, Pair, PairError, Side, Traded};
use plimsoll_math::{BPS, U256, mul_div_down, sum};

impl Pair {
    /// Returns what `amount_in` buys, rounded **down** in favour of the pair: the router's `getAmountOut`.
    ///
    /// # Errors
    /// Nothing is paid, or the pair is empty.
    #[inline]
    pub fn quote_exact_in(&self, side: Side, amount_in: u128) -> Result<u128, PairError> {
        let (reserve_in, reserve_out) = self.reserves.starting_with(side.pays());
        amount_out_down(amount_in, reserve_in, reserve_out, self.fee_bps)
    }

    /// Returns what must be paid for `amount_out`, rounded down and then raised by one, so always above the exact price
    /// and in favour of the pair: the router's `getAmountIn`.
    ///
    /// # Errors
    /// Nothing is asked for, or the pair has no more than that.
    #[inline]
    pub fn quote_exact_out(&self, side: Side, amount_out: u128) -> Result<u128, PairError> {
        if amount_out == 0 {
            return Err(PairError::InsufficientOutput);
        }
        let (reserve_in, reserve_out) = self.reserves.starting_with(side.pays());
        if reserve_in == 0 || amount_out >= reserve_out {
            let reserve = if reserve_in == 0 { 0 } else { reserve_out };
            return Err(PairError::InsufficientLiquidity { asked: amount_out, reserve });
        }
        let kept_bps = BPS - u128::from(self.fee_bps);
        let denominator = (reserve_out - amount_out) * kept_bps;
        let amount_in = mul_div_down(reserve_in * BPS, amount_out, denominator)?;
        Ok(sum(amount_in, 1)?)
    }

    /// Trades exactly `amount_in` for what it is quoted.
    ///
    /// # Errors
    /// The quote fails, buys nothing, or the pair cannot take the amount in.
    #[inline]
    pub fn swap_exact_in(&mut self, side: Side, amount_in: u128, now: u64) -> Result<Traded, PairError> {
        let amount_out = self.quote_exact_in(side, amount_in)?;
        self.swap_at(side, Traded { amount_in, amount_out }, now)
    }

    /// Trades what it is quoted for exactly `amount_out`.
    ///
    /// # Errors
    /// The quote fails, or the pair cannot take the amount in.
    #[inline]
    pub fn swap_exact_out(&mut self, side: Side, amount_out: u128, now: u64) -> Result<Traded, PairError> {
        let amount_in = self.quote_exact_out(side, amount_out)?;
        self.swap_at(side, Traded { amount_in, amount_out }, now)
    }

    /// Trades at amounts that were agreed before, as the router does along a path.
    ///
    /// # Errors
    /// The pair finds the payment too small, or cannot take it in.
    #[inline]
    pub fn swap_at(&mut self, side: Side, trade: Traded, now: u64) -> Result<Traded, PairError> {
        let paid = Amounts::of(side.pays(), trade.amount_in, 0);
        let taken = Amounts::of(side.pays(), 0, trade.amount_out);
        self.swap(paid, taken, now)?;
        Ok(trade)
    }

    /// Takes `paid` and gives `taken`: the pair's own `swap`, which knows no quote and only guards the product.
    ///
    /// # Errors
    /// Nothing is taken or paid, the reserves have less, the product would fall, or a reserve would not fit 112 bits.
    #[inline]
    pub fn swap(&mut self, paid: Amounts, taken: Amounts, now: u64) -> Result<(), PairError> {
        let balances = self.balances_after(paid, taken)?;
        let counted = self.counted_as_paid(balances, taken)?;
        let update = self.update(balances, now)?;
        if self.product_falls(balances, counted) {
            return Err(PairError::K { paid_0: counted.token_0, paid_1: counted.token_1 });
        }

        self.write(&update);
        Ok(())
    }

    /// Returns what the pair holds once `paid` came and `taken` went.
    #[inline]
    fn balances_after(&self, paid: Amounts, taken: Amounts) -> Result<Amounts, PairError> {
        if taken.token_0 == 0 && taken.token_1 == 0 {
            return Err(PairError::InsufficientOutput);
        }
        let (held, reserves) = (self.balances_with(paid)?, self.reserves);
        let less = |held: u128, asked: u128, reserve: u128| {
            if asked < reserve { Ok(held - asked) } else { Err(PairError::InsufficientLiquidity { asked, reserve }) }
        };
        Ok(Amounts {
            token_0: less(held.token_0, taken.token_0, reserves.token_0)?,
            token_1: less(held.token_1, taken.token_1, reserves.token_1)?,
        })
    }

    /// Returns what the pair counts as paid in: all that it holds above its reserves less what was taken.
    #[inline]
    fn counted_as_paid(&self, balances: Amounts, taken: Amounts) -> Result<Amounts, PairError> {
        let counted = Amounts {
            token_0: balances.token_0 - (self.reserves.token_0 - taken.token_0),
            token_1: balances.token_1 - (self.reserves.token_1 - taken.token_1),
        };
        if counted.token_0 == 0 && counted.token_1 == 0 {
            return Err(PairError::InsufficientInput);
        }
        Ok(counted)
    }

    /// Returns whether the product of the balances, less the fee on what was paid, is below that of the reserves.
    ///
    /// Exact: both sides are scaled by 10000 for each token. Balances of 112 bits make factors of 126.
    #[inline]
    fn product_falls(&self, balances: Amounts, paid: Amounts) -> bool {
        let fee_bps = u128::from(self.fee_bps);
        let product = |a: u128, b: u128| {
            let (low, high) = a.carrying_mul(b, 0);
            (high, low)
        };
        let after =
            product(balances.token_0 * BPS - paid.token_0 * fee_bps, balances.token_1 * BPS - paid.token_1 * fee_bps);
        after < product(self.reserves.token_0 * BPS, self.reserves.token_1 * BPS)
    }
}

/// Returns what `amount_in` buys from reserves of at most 112 bits, rounded **down** in favour of the reserves.
///
/// # Errors
/// Nothing is paid, or a reserve is empty.
#[inline]
pub fn amount_out_down(amount_in: u128, reserve_in: u128, reserve_out: u128, fee_bps: u16) -> Result<u128, PairError> {
    if amount_in == 0 {
        return Err(PairError::InsufficientInput);
    }
    if reserve_in == 0 || reserve_out == 0 {
        return Err(PairError::InsufficientLiquidity { asked: 1, reserve: 0 });
    }
    let kept_bps = BPS - u128::from(fee_bps);
    if amount_in > MAX_RESERVE {
        return amount_out_beyond_reserves(amount_in, reserve_in, reserve_out, kept_bps);
    }
    let amount_in_less_fee = amount_in * kept_bps;
    let denominator = reserve_in * BPS + amount_in_less_fee;
    Ok(mul_div_down(amount_in_less_fee, reserve_out, denominator)?)
}

/// Returns the quote for an amount that no reserve could take in: the router gives one, the pair will refuse it.
#[cold]
fn amount_out_beyond_reserves(
    amount_in: u128,
    reserve_in: u128,
    reserve_out: u128,
    kept_bps: u128,
) -> Result<u128, PairError> {
    let amount_in_less_fee = U256::product(amount_in, kept_bps);
    let denominator = U256::product(reserve_in, BPS).checked_add(amount_in_less_fee)?;
    let numerator = amount_in_less_fee.checked_mul(reserve_out)?;
    Ok(numerator.div_down(denominator)?.try_into_u128()?)
}
