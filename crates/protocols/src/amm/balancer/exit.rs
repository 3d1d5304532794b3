//! Liquidity that goes.

use super::{
    PerToken, Scaled, WeightedPool, WeightedPoolError,
    liquidity::{Begun, Moved},
    weighted_math::{self, ZeroAmounts},
};
use plimsoll_math::Fixed18;

/// What an exit moved. The BPT ceased to be; the amounts went from the pool to the provider.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Exited {
    /// BPT of the provider that are gone.
    pub bpt: u128,
    /// What the provider got of each token, in smallest units.
    pub taken: PerToken,
    /// BPT for the protocol.
    pub protocol_fee: u128,
}

impl WeightedPool {
    /// Burns exactly `bpt` for at least `least_out` of one token. The amount rounds **down**, in favour of those who
    /// stay.
    ///
    /// # Errors
    /// The pool has no liquidity or no such token, the invariant would fall by more than 30 %, or less would come out.
    pub fn exit_one_token(&mut self, bpt: u128, token: usize, least_out: u128) -> Result<Exited, WeightedPoolError> {
        let begun = self.begin()?;
        self.check_token(token)?;
        let mut amounts_scaled = Scaled::default();
        amounts_scaled[token] = weighted_math::token_out_given_exact_bpt_in_down(
            begun.balances[token],
            self.weight(token),
            Fixed18::from(bpt),
            begun.supply,
            self.swap_fee(),
        )?;
        let mut least = PerToken::default();
        least[token] = least_out;
        self.finish_exit(&begun, &amounts_scaled, bpt, &least)
    }

    /// Burns exactly `bpt` for at least `least_out` of all tokens, in proportion. The amounts round **down**, in favour
    /// of those who stay.
    ///
    /// # Errors
    /// The pool has no liquidity or fewer BPT, there is not a limit for each token, or less would come out.
    pub fn exit_proportional(&mut self, bpt: u128, least_out: &[u128]) -> Result<Exited, WeightedPoolError> {
        let begun = self.begin()?;
        self.check_length(least_out.len())?;
        let balances = &begun.balances[..self.token_count()];
        let amounts = weighted_math::tokens_out_given_exact_bpt_in_down(balances, Fixed18::from(bpt), begun.supply)?;
        self.finish_exit(&begun, &amounts, bpt, least_out)
    }

    /// Burns at most `most_bpt` for exactly these amounts. The BPT round **up**, in favour of those who stay.
    ///
    /// # Errors
    /// The pool has no liquidity or less than that, there is not an amount for each token, or more BPT must be paid.
    pub fn exit_exact_tokens(&mut self, amounts: &[u128], most_bpt: u128) -> Result<Exited, WeightedPoolError> {
        let begun = self.begin()?;
        let amounts_scaled = self.scaled(amounts)?;
        let bpt = weighted_math::bpt_in_given_exact_tokens_out_up(
            &self.changes(&begun.balances, &amounts_scaled)[..self.token_count()],
            begun.supply,
            self.swap_fee(),
            ZeroAmounts::Multiplied,
        )?;
        let bpt = bpt.try_into_u128()?;
        if bpt > most_bpt {
            return Err(WeightedPoolError::BptInMaxAmount { bpt, most: most_bpt });
        }
        self.finish_exit(&begun, &amounts_scaled, bpt, &PerToken::default())
    }

    /// Gives what an exit is worth, in smallest units rounded **down**, unless that is less than the least.
    fn finish_exit(
        &mut self,
        begun: &Begun,
        amounts_scaled: &[Fixed18],
        bpt: u128,
        least_out: &[u128],
    ) -> Result<Exited, WeightedPoolError> {
        let mut taken = PerToken::default();
        for ((token, amount), least) in amounts_scaled.iter().enumerate().take(self.token_count()).zip(least_out) {
            let (amount, least) = (self.unscale_down(token, *amount)?, *least);
            if amount < least {
                return Err(WeightedPoolError::BelowMinimum { token, amount, least });
            }
            taken[token] = amount;
        }
        let ended = self.end(begun, amounts_scaled, &taken, Moved::Out { bpt })?;

        self.holdings = ended.holdings;
        Ok(Exited { bpt, taken, protocol_fee: ended.protocol_fee })
    }
}
