//! Quotes and swaps.

use super::{MAX_BALANCE, WeightedPool, WeightedPoolError, weighted_math};
use crate::amm::Traded;
use plimsoll_math::{Fixed18, WAD, mul_div_up};

impl WeightedPool {
    /// Returns what `amount_in` buys, rounded **down** in favour of the pool. The fee is taken from what is paid in,
    /// rounded **up**.
    ///
    /// # Errors
    /// Nothing is paid in, or more than 30 % of the balance; or there are no two such tokens.
    #[inline]
    pub fn quote_given_in(
        &self,
        token_in: usize,
        token_out: usize,
        amount_in: u128,
    ) -> Result<u128, WeightedPoolError> {
        self.check_swap(token_in, token_out, amount_in)?;
        let fee = mul_div_up(amount_in, self.swap_fee_wad.into(), WAD)?;
        let amount_out = weighted_math::out_given_in_down(
            self.balance(token_in),
            self.weight(token_in),
            self.balance(token_out),
            self.weight(token_out),
            self.scale(token_in, amount_in - fee),
        )?;
        Ok(self.unscale_down(token_out, amount_out)?)
    }

    /// Returns what must be paid for `amount_out`, rounded **up** in favour of the pool, the fee included.
    ///
    /// # Errors
    /// Nothing is asked for, or more than 30 % of the balance; or there are no two such tokens.
    #[inline]
    pub fn quote_given_out(
        &self,
        token_in: usize,
        token_out: usize,
        amount_out: u128,
    ) -> Result<u128, WeightedPoolError> {
        self.check_swap(token_in, token_out, amount_out)?;
        let amount_in = weighted_math::in_given_out_up(
            self.balance(token_in),
            self.weight(token_in),
            self.balance(token_out),
            self.weight(token_out),
            self.scale(token_out, amount_out),
        )?;
        let net = Fixed18::from(self.unscale_up(token_in, amount_in)?);
        Ok(net.div_up(self.swap_fee().complement())?.try_into_u128()?)
    }

    /// Swaps exactly `amount_in` of one token for at least `least_out` of another.
    ///
    /// # Errors
    /// The quote fails or is below the least, or the vault cannot hold what is paid in.
    #[inline]
    pub fn swap_given_in(
        &mut self,
        token_in: usize,
        token_out: usize,
        amount_in: u128,
        least_out: u128,
    ) -> Result<Traded, WeightedPoolError> {
        let amount_out = self.quote_given_in(token_in, token_out, amount_in)?;
        if amount_out < least_out {
            let (amount, least) = (amount_out, least_out);
            return Err(WeightedPoolError::BelowMinimum { token: token_out, amount, least });
        }
        self.trade(token_in, token_out, Traded { amount_in, amount_out })
    }

    /// Swaps at most `most_in` of one token for exactly `amount_out` of another.
    ///
    /// # Errors
    /// The quote fails or is above the most, or the vault cannot hold what is paid in.
    #[inline]
    pub fn swap_given_out(
        &mut self,
        token_in: usize,
        token_out: usize,
        amount_out: u128,
        most_in: u128,
    ) -> Result<Traded, WeightedPoolError> {
        let amount_in = self.quote_given_out(token_in, token_out, amount_out)?;
        if amount_in > most_in {
            return Err(WeightedPoolError::AboveMaximum { token: token_in, amount: amount_in, most: most_in });
        }
        self.trade(token_in, token_out, Traded { amount_in, amount_out })
    }

    /// Returns the most of a token that a single swap can pay in, in smallest units: 30 % of the balance after the
    /// fee, and no more than the vault can hold.
    ///
    /// # Errors
    /// There is no such token.
    pub fn largest_amount_in(&self, token: usize) -> Result<u128, WeightedPoolError> {
        let net = self.largest_amount_out(token)?;
        // The fee is rounded up, so the net amount is that part of the gross one rounded down.
        let beyond = mul_div_up(net + 1, WAD, WAD - u128::from(self.swap_fee_wad))?;
        Ok((beyond - 1).min(MAX_BALANCE - self.holdings.balances[token]))
    }

    /// Returns the most of a token that a single swap can take out, in smallest units: 30 % of the balance.
    ///
    /// # Errors
    /// There is no such token.
    pub fn largest_amount_out(&self, token: usize) -> Result<u128, WeightedPoolError> {
        self.check_token(token)?;
        Ok(self.holdings.balances[token] * 3 / 10)
    }

    /// Refuses a swap of nothing, of a token for itself, or of a token that the pool does not have.
    #[inline]
    fn check_swap(&self, token_in: usize, token_out: usize, amount: u128) -> Result<(), WeightedPoolError> {
        if amount == 0 {
            return Err(WeightedPoolError::NothingToSwap);
        }
        self.check_token(token_in)?;
        self.check_token(token_out)?;
        if token_in == token_out { Err(WeightedPoolError::SameToken { token: token_in }) } else { Ok(()) }
    }

    /// Moves what a swap was quoted.
    #[inline]
    fn trade(&mut self, token_in: usize, token_out: usize, traded: Traded) -> Result<Traded, WeightedPoolError> {
        let balance_in = self.balance_with(token_in, traded.amount_in)?;
        let balance_out = self.balance_without(token_out, traded.amount_out)?;

        self.holdings.balances[token_in] = balance_in;
        self.holdings.balances[token_out] = balance_out;
        Ok(traded)
    }
}
