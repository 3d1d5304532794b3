//! What suppliers do.

use super::{
    CompoundError, Comptroller, MarketId, Minted, Outcome, Prices, Redeemed,
    liquidity::Effect,
    working_copy::{Stop, WorkingCopy, outcome},
};
use crate::AccountId;
use plimsoll_math::{U256, WAD, sum};

/// How much to redeem, stated in either of two ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedeemAmount {
    /// Smallest units of the cToken to burn; the underlying follows.
    Tokens(u128),
    /// Smallest units of the underlying to take; the cTokens follow.
    Underlying(u128),
}

impl Comptroller {
    /// Takes underlying and mints cTokens for it. They round **down**, in favour of the other suppliers.
    ///
    /// Refused if the market's reserves are greater than what it has.
    ///
    /// # Errors
    /// There is no such market, it cannot count its interest, or a total is beyond `u128`.
    pub fn mint(
        &mut self,
        market: MarketId,
        supplier: AccountId,
        amount: u128,
        block: u64,
    ) -> Result<Outcome<Minted>, CompoundError> {
        let mut copy = self.open(market, supplier, block)?;
        let outcome = outcome(copy.mint(amount))?;

        self.close(&copy);
        Ok(outcome)
    }

    /// Burns cTokens and gives underlying for them. What follows rounds **down**: in favour of the other suppliers if
    /// that is underlying, of the redeemer if it is cTokens.
    ///
    /// Refused if the supplier holds less, needs the cTokens as collateral, or too much is lent out.
    ///
    /// # Errors
    /// There is no such market, it cannot count its interest, or the underlying is worth less than a cToken.
    pub fn redeem(
        &mut self,
        market: MarketId,
        supplier: AccountId,
        amount: RedeemAmount,
        prices: Prices<'_>,
        block: u64,
    ) -> Result<Outcome<Redeemed>, CompoundError> {
        let mut copy = self.open(market, supplier, block)?;
        let outcome = outcome(self.redeem_fresh(&mut copy, amount, prices))?;

        self.close(&copy);
        Ok(outcome)
    }

    /// Redeems on the copies.
    fn redeem_fresh(&self, copy: &mut WorkingCopy, amount: RedeemAmount, prices: Prices<'_>) -> Result<Redeemed, Stop> {
        let rate_wad = copy.state.exchange_rate_wad().map_err(Stop::Refuse)?;
        let refuse = |error| Stop::Refuse(CompoundError::Math(error));
        let (tokens, amount) = match amount {
            RedeemAmount::Tokens(tokens) => (U256::from(tokens), rate_wad.mul_div_down(tokens, WAD).map_err(refuse)?),
            RedeemAmount::Underlying(amount) => {
                (U256::product(amount, WAD).div_down(rate_wad).map_err(refuse)?, U256::from(amount))
            }
        };
        if copy.entered.contains(copy.id) {
            let effect = Effect { market: copy.id, redeemed_tokens: tokens, borrowed: 0 };
            let weighed = self.weigh_at(&[*copy], copy.entered, prices, Some(effect))?;
            weighed.require_no_shortfall()?;
        }
        copy.redeem(tokens, amount)
    }
}

impl WorkingCopy {
    /// Mints on the copies.
    fn mint(&mut self, amount: u128) -> Result<Minted, Stop> {
        let rate_wad = self.state.exchange_rate_wad().map_err(Stop::Refuse)?;
        let tokens = U256::product(amount, WAD).div_down(rate_wad)?.try_into_u128()?;
        self.state.cash = sum(self.state.cash, amount)?;
        self.state.total_supply = sum(self.state.total_supply, tokens)?;
        self.position.tokens = sum(self.position.tokens, tokens)?;
        Ok(Minted { accrued: self.accrued, amount, tokens })
    }

    /// Burns cTokens and pays underlying out, on the copies.
    fn redeem(&mut self, tokens: U256, amount: U256) -> Result<Redeemed, Stop> {
        let (total_supply, held, cash) = (self.state.total_supply, self.position.tokens, self.state.cash);
        let beyond = Stop::Refuse(CompoundError::BeyondSupply { tokens, total_supply });
        let lacking = Stop::Refuse(CompoundError::InsufficientTokens { tokens, held });
        let dry = Stop::Refuse(CompoundError::InsufficientCash { asked: amount, cash });
        let burnt = tokens.try_into_u128().ok().filter(|tokens| *tokens <= total_supply).ok_or(beyond)?;
        let left = held.checked_sub(burnt).ok_or(lacking)?;
        let amount = amount.try_into_u128().ok().filter(|amount| *amount <= cash).ok_or(dry)?;
        if burnt == 0 && amount > 0 {
            return Err(Stop::Revert(CompoundError::RedeemTokensZero { amount }));
        }
        self.position.tokens = left;
        self.state.total_supply = total_supply - burnt;
        self.state.cash = cash - amount;
        Ok(Redeemed { accrued: self.accrued, tokens: burnt, amount })
    }
}
