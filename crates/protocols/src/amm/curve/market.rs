//! A pool at a moment: quotes without a trade.

use super::{CurveError, Exchanged, FEE_DENOMINATOR, Invariant, StableSwap, search::least_that};
use plimsoll_math::{MathError, WAD, mul_div_down, mul_div_up, sum};

/// A pool at a moment, with the value of its invariant. Several quotes from one market share the work of finding it.
#[derive(Debug, Clone, Copy)]
pub struct Market<'a, const N: usize> {
    pool: &'a StableSwap<N>,
    invariant: Invariant<N>,
    /// What the pool trades from, in 18 decimals.
    scaled: [u128; N],
    /// The invariant's value.
    d: u128,
}

impl<'a, const N: usize> Market<'a, N> {
    #[inline]
    pub(super) fn new(pool: &'a StableSwap<N>, now: u64) -> Result<Self, CurveError> {
        let invariant = pool.invariant(now)?;
        let scaled = pool.scaled(&pool.balances)?;
        let d = invariant.d(&scaled)?;
        Ok(Self { pool, invariant, scaled, d })
    }

    /// Returns the invariant's value: what the balances are worth, in 18 decimals, where all are equal.
    pub fn d(&self) -> u128 {
        self.d
    }

    /// Returns what a liquidity token is worth if all coins are worth one, in fixed point of 18 decimals, rounded
    /// **down**: the contract's `get_virtual_price`.
    ///
    /// # Errors
    /// There is no liquidity token.
    pub fn virtual_price(&self) -> Result<u128, CurveError> {
        Ok(mul_div_down(self.d, WAD, self.pool.total_supply)?)
    }

    /// Returns what `amount_in` would buy now: exactly what a trade would give.
    ///
    /// # Errors
    /// The trade is impossible.
    #[inline]
    pub fn quote_exact_in(&self, coin_in: usize, coin_out: usize, amount_in: u128) -> Result<u128, CurveError> {
        Ok(self.fill(coin_in, coin_out, amount_in)?.amount_out)
    }

    /// Returns the least amount that would buy `amount_out` now.
    ///
    /// The contract has no such call, and what a trade gives is known by iteration only. So this inverts the curve,
    /// which is a unit or so off, and then searches: the amount returned buys so much, one less does not.
    ///
    /// # Errors
    /// Nothing is asked for, or no amount buys so much.
    pub fn quote_exact_out(&self, coin_in: usize, coin_out: usize, amount_out: u128) -> Result<u128, CurveError> {
        Self::check_pair(coin_in, coin_out)?;
        if amount_out == 0 {
            return Err(CurveError::NothingTaken);
        }
        let enough = |amount_in| {
            let bought = self.quote_exact_in(coin_in, coin_out, amount_in);
            bought.is_ok_and(|bought| bought >= amount_out)
        };
        let start = self.inverted(coin_in, coin_out, amount_out).unwrap_or(1);
        least_that(start, enough).ok_or(CurveError::OutOfReach { coin: coin_out, asked: amount_out })
    }

    /// Returns what the contract's view `get_dy` tells of a trade. With the rules of
    /// [`Template::ThreePool`](super::Template::ThreePool) it takes the fee after rounding to smallest units, and so can
    /// be a unit off what a trade gives.
    ///
    /// # Errors
    /// The trade is impossible.
    pub fn get_dy(&self, coin_in: usize, coin_out: usize, amount_in: u128) -> Result<u128, CurveError> {
        let gross = self.bought(coin_in, coin_out, amount_in)?;
        let (rate, fees) = (self.pool.rates[coin_out], self.pool.fees);
        if self.pool.template.quotes_fee_in_smallest_units() {
            let gross = rate.unscale_down(gross)?;
            return Ok(gross - fees.on_trade_down(gross)?);
        }
        Ok(rate.unscale_down(gross - fees.on_trade_down(gross)?)?)
    }

    /// Returns what a trade moves.
    #[inline]
    pub(super) fn fill(&self, coin_in: usize, coin_out: usize, amount_in: u128) -> Result<Exchanged, CurveError> {
        let gross = self.bought(coin_in, coin_out, amount_in)?;
        let (rate, fees) = (self.pool.rates[coin_out], self.pool.fees);
        let fee = fees.on_trade_down(gross)?;
        let amount_out = rate.unscale_down(gross - fee)?;
        let admin_fee = rate.unscale_down(fees.for_owner_down(fee)?)?;
        self.pool.balance_with(coin_in, amount_in)?;
        self.pool.balance_without(coin_out, amount_out, admin_fee)?;
        Ok(Exchanged { coin_in, coin_out, amount_in, amount_out, admin_fee })
    }

    /// Returns what the curve gives for an amount, in 18 decimals and before fees: a unit less than computed, in favour
    /// of the pool.
    #[inline]
    fn bought(&self, coin_in: usize, coin_out: usize, amount_in: u128) -> Result<u128, CurveError> {
        Self::check_pair(coin_in, coin_out)?;
        self.bought_scaled(coin_in, coin_out, self.pool.rates[coin_in].scale_down(amount_in)?)
    }

    /// Returns what the curve gives for an amount in 18 decimals, in 18 decimals and before fees.
    #[inline]
    pub(super) fn bought_scaled(&self, coin_in: usize, coin_out: usize, paid: u128) -> Result<u128, CurveError> {
        let mut scaled = self.scaled;
        scaled[coin_in] = sum(scaled[coin_in], paid)?;
        let left = self.invariant.balance(coin_out, &scaled, self.d)?;
        let gross = scaled[coin_out].checked_sub(left).and_then(|gross| gross.checked_sub(1));
        Ok(gross.ok_or(MathError::BelowZero)?)
    }

    /// Returns about the amount that buys `amount_out`: the curve, taken the other way.
    fn inverted(&self, coin_in: usize, coin_out: usize, amount_out: u128) -> Option<u128> {
        let net = self.pool.rates[coin_out].scale_up(amount_out).ok()?;
        let gross = mul_div_up(net, FEE_DENOMINATOR, FEE_DENOMINATOR - self.pool.fees.fee).ok()?;
        let mut scaled = self.scaled;
        scaled[coin_out] = scaled[coin_out].checked_sub(gross)?.checked_sub(1)?;
        let needed = self.invariant.balance(coin_in, &scaled, self.d).ok()?;
        let paid = needed.checked_sub(scaled[coin_in])?;
        self.pool.rates[coin_in].unscale_down(paid).ok()?.checked_add(1)
    }

    /// Refuses coins that cannot be traded for each other.
    #[inline]
    fn check_pair(coin_in: usize, coin_out: usize) -> Result<(), CurveError> {
        StableSwap::<N>::check_coin(coin_in)?;
        StableSwap::<N>::check_coin(coin_out)?;
        if coin_in == coin_out { Err(CurveError::SameCoin { coin: coin_in }) } else { Ok(()) }
    }
}
