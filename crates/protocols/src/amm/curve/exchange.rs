//! Trades.

use super::{CurveError, StableSwap};

/// What a trade moved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Exchanged {
    /// The coin that the trader paid.
    pub coin_in: usize,
    /// The coin that the trader took.
    pub coin_out: usize,
    /// From the trader to the pool, in smallest units.
    pub amount_in: u128,
    /// From the pool to the trader, in smallest units.
    pub amount_out: u128,
    /// Of what the trader took, put aside for the pool's owner. It stays in the pool.
    pub admin_fee: u128,
}

impl<const N: usize> StableSwap<N> {
    /// Takes `amount_in` of a coin and gives what it buys of another, rounded **down** in favour of the pool.
    ///
    /// # Errors
    /// The coins are not two of the pool's, the amount buys nothing or less than `least_out`, or a coin is missing.
    #[inline]
    pub fn exchange(
        &mut self,
        coin_in: usize,
        coin_out: usize,
        amount_in: u128,
        least_out: u128,
        now: u64,
    ) -> Result<Exchanged, CurveError> {
        let filled = self.market(now)?.fill(coin_in, coin_out, amount_in)?;
        if filled.amount_out < least_out {
            return Err(CurveError::BelowMinimum { amount: filled.amount_out, least: least_out });
        }

        self.balances[coin_in] += amount_in;
        self.balances[coin_out] -= filled.amount_out + filled.admin_fee;
        self.admin_balances[coin_out] += filled.admin_fee;
        Ok(filled)
    }

    /// Returns what `amount_in` would buy now: exactly what a trade would give.
    ///
    /// # Errors
    /// The trade is impossible.
    pub fn quote_exact_in(
        &self,
        coin_in: usize,
        coin_out: usize,
        amount_in: u128,
        now: u64,
    ) -> Result<u128, CurveError> {
        self.market(now)?.quote_exact_in(coin_in, coin_out, amount_in)
    }

    /// Returns the least amount that would buy `amount_out` now: see [`Market::quote_exact_out`](super::Market).
    ///
    /// # Errors
    /// Nothing is asked for, or no amount buys so much.
    pub fn quote_exact_out(
        &self,
        coin_in: usize,
        coin_out: usize,
        amount_out: u128,
        now: u64,
    ) -> Result<u128, CurveError> {
        self.market(now)?.quote_exact_out(coin_in, coin_out, amount_out)
    }

    /// Returns what the contract's view `get_dy` tells: see [`Market::get_dy`](super::Market::get_dy).
    ///
    /// # Errors
    /// The trade is impossible.
    pub fn get_dy(&self, coin_in: usize, coin_out: usize, amount_in: u128, now: u64) -> Result<u128, CurveError> {
        self.market(now)?.get_dy(coin_in, coin_out, amount_in)
    }
}
