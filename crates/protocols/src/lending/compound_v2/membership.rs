//! Which markets an account's collateral is in, and cTokens that change hands.

use super::{
    AccountLiquidity, CompoundError, Comptroller, MarketId, Prices, Transferred, liquidity::Effect, working_copy::Stop,
};
use crate::AccountId;
use plimsoll_math::{U256, sum};

/// The markets that an account has entered: a bit for each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Entered(u64);

impl Entered {
    pub(super) fn contains(self, market: MarketId) -> bool {
        self.0 >> market.0 & 1 == 1
    }

    pub(super) fn with(self, market: MarketId) -> Self {
        Self(self.0 | 1 << market.0)
    }

    fn without(self, market: MarketId) -> Self {
        Self(self.0 & !(1 << market.0))
    }

    /// Returns the markets, by number.
    pub(super) fn markets(self) -> impl Iterator<Item = MarketId> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let lowest = u8::try_from(left.trailing_zeros()).expect("a u64 has 64 bits");
            (left > 0).then(|| {
                left &= left - 1;
                MarketId(lowest)
            })
        })
    }
}

impl Comptroller {
    /// Says whether an account's cTokens of a market count as collateral.
    pub fn has_entered(&self, market: MarketId, account: AccountId) -> bool {
        usize::from(market.0) < self.markets.len() && self.entered.get(account).contains(market)
    }

    /// Lets an account's cTokens of a market count as collateral.
    ///
    /// # Errors
    /// There is no such market.
    pub fn enter_market(&mut self, market: MarketId, account: AccountId) -> Result<(), CompoundError> {
        self.market(market)?;

        self.entered.put(account, self.entered.get(account).with(market));
        Ok(())
    }

    /// Lets an account's cTokens of a market no longer count as collateral. Interest is not counted.
    ///
    /// # Errors
    /// There is no such market, the account owes something there, or the rest of its collateral does not carry its
    /// debts, or has no price.
    pub fn exit_market(
        &mut self,
        market: MarketId,
        account: AccountId,
        prices: Prices<'_>,
    ) -> Result<(), CompoundError> {
        let position = self.position(market, account)?;
        let owed = self.state(market)?.borrow_balance_down(&position)?;
        if owed != 0 {
            return Err(CompoundError::BalanceOwed { owed });
        }
        self.require_spare_stored(market, account, position.tokens, prices)?;

        self.entered.put(account, self.entered.get(account).without(market));
        Ok(())
    }

    /// Moves cTokens from one account to another. Interest is not counted.
    ///
    /// # Errors
    /// There is no such market, the sender holds less, needs them as collateral, or is the receiver.
    pub fn transfer(
        &mut self,
        market: MarketId,
        from: AccountId,
        to: AccountId,
        tokens: u128,
        prices: Prices<'_>,
    ) -> Result<Transferred, CompoundError> {
        self.require_spare_stored(market, from, tokens, prices)?;
        if from == to {
            return Err(CompoundError::SelfTransfer { account: from });
        }
        let (mut sender, mut receiver) = (self.position(market, from)?, self.position(market, to)?);
        let held = sender.tokens;
        let lacking = CompoundError::InsufficientTokens { tokens: U256::from(tokens), held };
        sender.tokens = held.checked_sub(tokens).ok_or(lacking)?;
        receiver.tokens = sum(receiver.tokens, tokens)?;

        let positions = &mut self.market_mut(market)?.positions;
        positions.put(from, sender);
        positions.put(to, receiver);
        Ok(Transferred { tokens })
    }

    /// Refuses to let cTokens go that an account needs as collateral, by what is stored.
    fn require_spare_stored(
        &self,
        market: MarketId,
        account: AccountId,
        tokens: u128,
        prices: Prices<'_>,
    ) -> Result<(), CompoundError> {
        let entered = self.entered.get(account);
        if !entered.contains(market) {
            return self.market(market).map(|_| ());
        }
        let effect = Effect { market, redeemed_tokens: U256::from(tokens), borrowed: 0 };
        let weighed = self.weigh(account, entered, prices, Some(effect), |id| self.state(id).copied());
        weighed.and_then(AccountLiquidity::require_no_shortfall).map_err(Stop::why)
    }
}
