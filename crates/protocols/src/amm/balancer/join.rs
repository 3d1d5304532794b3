//! Liquidity that comes.

use super::{
    Holdings, MAX_TOKENS, MINIMUM_BPT, PerToken, Scaled, WeightedPool, WeightedPoolError,
    liquidity::{Begun, Moved},
    weighted_math::{self, ZeroAmounts},
};
use plimsoll_math::Fixed18;

/// What a join moved. The BPT came into being; the amounts went from the provider to the pool.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Joined {
    /// What the provider paid of each token, in smallest units.
    pub paid: PerToken,
    /// BPT for the provider.
    pub bpt: u128,
    /// BPT that nobody can ever hold: [`MINIMUM_BPT`] in the first join, else none.
    pub locked: u128,
    /// BPT for the protocol.
    pub protocol_fee: u128,
}

impl WeightedPool {
    /// Takes the first liquidity. It mints the invariant times the number of tokens, and locks a little of that.
    ///
    /// # Errors
    /// The pool has liquidity, there is not an amount for each token, or they are worth too little.
    pub fn initialize(&mut self, amounts: &[u128]) -> Result<Joined, WeightedPoolError> {
        if self.holdings.total_supply > 0 {
            return Err(WeightedPoolError::AlreadyInitialized);
        }
        let invariant = self.invariant_of(&self.scaled(amounts)?)?;
        let total_supply = invariant.units().checked_mul(u128::from(self.tokens))?.try_into_u128()?;
        let bpt = total_supply.checked_sub(MINIMUM_BPT);
        let bpt = bpt.ok_or(WeightedPoolError::MinimumBpt { bpt: total_supply })?;
        let (mut paid, mut balances) = (PerToken::default(), PerToken::default());
        for (token, amount) in amounts.iter().enumerate() {
            paid[token] = *amount;
            balances[token] = self.balance_with(token, *amount)?;
        }
        let last_invariant = invariant.try_into_u128()?;

        self.holdings = Holdings { balances, total_supply, last_invariant };
        Ok(Joined { paid, bpt, locked: MINIMUM_BPT, protocol_fee: 0 })
    }

    /// Takes exactly these amounts for at least `least_bpt`. The BPT round **down**, in favour of those who are in
    /// already.
    ///
    /// # Errors
    /// The pool has no liquidity, there is not an amount for each token, or they buy less than that.
    pub fn join_exact_tokens(&mut self, amounts: &[u128], least_bpt: u128) -> Result<Joined, WeightedPoolError> {
        let begun = self.begin_join()?;
        let amounts_scaled = self.scaled(amounts)?;
        let bpt = weighted_math::bpt_out_given_exact_tokens_in_down(
            &self.changes(&begun.balances, &amounts_scaled)[..self.token_count()],
            begun.supply,
            self.swap_fee(),
            ZeroAmounts::Multiplied,
        )?;
        let bpt = bpt.try_into_u128()?;
        if bpt < least_bpt {
            return Err(WeightedPoolError::BptOutMinAmount { bpt, least: least_bpt });
        }
        self.finish_join(&begun, &amounts_scaled, bpt, &[u128::MAX; MAX_TOKENS])
    }

    /// Takes at most `most_in` of one token for exactly `bpt`. The amount rounds **up**, in favour of those who are in
    /// already.
    ///
    /// # Errors
    /// The pool has no liquidity or no such token, the invariant would more than treble, or more must be paid.
    pub fn join_token_for_exact_bpt(
        &mut self,
        token: usize,
        bpt: u128,
        most_in: u128,
    ) -> Result<Joined, WeightedPoolError> {
        let begun = self.begin_join()?;
        self.check_token(token)?;
        let mut amounts_scaled = Scaled::default();
        amounts_scaled[token] = weighted_math::token_in_given_exact_bpt_out_up(
            begun.balances[token],
            self.weight(token),
            Fixed18::from(bpt),
            begun.supply,
            self.swap_fee(),
        )?;
        let mut most = [u128::MAX; MAX_TOKENS];
        most[token] = most_in;
        self.finish_join(&begun, &amounts_scaled, bpt, &most)
    }

    /// Takes at most `most_in` of all tokens, in proportion, for exactly `bpt`. The amounts round **up**, in favour of
    /// those who are in already.
    ///
    /// # Errors
    /// The pool has no liquidity, there is not a limit for each token, or more must be paid.
    pub fn join_all_tokens_for_exact_bpt(&mut self, bpt: u128, most_in: &[u128]) -> Result<Joined, WeightedPoolError> {
        let begun = self.begin_join()?;
        self.check_length(most_in.len())?;
        let balances = &begun.balances[..self.token_count()];
        let amounts = weighted_math::tokens_in_given_exact_bpt_out_up(balances, Fixed18::from(bpt), begun.supply)?;
        self.finish_join(&begun, &amounts, bpt, most_in)
    }

    /// Begins a join of a pool that has liquidity.
    fn begin_join(&self) -> Result<Begun, WeightedPoolError> {
        if self.holdings.total_supply == 0 {
            return Err(WeightedPoolError::Uninitialized);
        }
        self.begin()
    }

    /// Takes what a join costs, in smallest units rounded **up**, unless that is more than the most.
    fn finish_join(
        &mut self,
        begun: &Begun,
        amounts_scaled: &[Fixed18],
        bpt: u128,
        most_in: &[u128],
    ) -> Result<Joined, WeightedPoolError> {
        let mut paid = PerToken::default();
        for ((token, amount), most) in amounts_scaled.iter().enumerate().take(self.token_count()).zip(most_in) {
            let (amount, most) = (self.unscale_up(token, *amount)?, *most);
            if amount > most {
                return Err(WeightedPoolError::AboveMaximum { token, amount, most });
            }
            paid[token] = amount;
        }
        let ended = self.end(begun, amounts_scaled, &paid, Moved::In { bpt })?;

        self.holdings = ended.holdings;
        Ok(Joined { paid, bpt, locked: 0, protocol_fee: ended.protocol_fee })
    }
}
