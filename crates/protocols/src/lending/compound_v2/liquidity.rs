//! What an account's collateral carries against what it owes.

use super::{
    CompoundError, Comptroller, Entered, MarketId, MarketState, Position,
    working_copy::{Stop, WorkingCopy},
};
use crate::AccountId;
use plimsoll_math::{MathError, U256, WAD};

/// The price of each market's underlying, by the market's number: what its smallest unit is worth, wad, in units of
/// 10^-18 of whatever the oracle counts in. Zero, or none, is an unknown price.
///
/// For dollars and a token of `d` decimals this is the dollar price times 10^(36 - d), the contract's mantissa.
#[derive(Debug, Clone, Copy)]
pub struct Prices<'a>(pub &'a [u128]);

impl Prices<'_> {
    /// Returns the price of a market's underlying.
    ///
    /// # Errors
    /// It is unknown.
    #[inline]
    pub fn of(&self, market: MarketId) -> Result<u128, CompoundError> {
        let price = self.0.get(usize::from(market.0)).copied();
        price.filter(|price| *price > 0).ok_or(CompoundError::NoPrice { market })
    }
}

/// What an account's collateral carries and what it owes, in units of 10^-18 of what the oracle counts in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AccountLiquidity {
    /// The worth of the collateral, each by its collateral factor; rounded **down**, against the account.
    pub carried: U256,
    /// The worth of the debts, rounded **down**, each by itself.
    pub borrowed: U256,
}

impl AccountLiquidity {
    /// Returns what more could be owed.
    pub fn liquidity(&self) -> U256 {
        self.carried.checked_sub(self.borrowed).unwrap_or(U256::ZERO)
    }

    /// Returns what is owed too much: with any, a liquidation is allowed.
    pub fn shortfall(&self) -> U256 {
        self.borrowed.checked_sub(self.carried).unwrap_or(U256::ZERO)
    }

    /// Says whether there is no shortfall, exactly.
    #[inline]
    pub fn is_healthy(&self) -> bool {
        self.carried >= self.borrowed
    }

    /// Refuses a shortfall.
    pub(super) fn require_no_shortfall(self) -> Result<(), Stop> {
        let Self { carried, borrowed } = self;
        if carried < borrowed {
            return Err(Stop::Refuse(CompoundError::InsufficientLiquidity { borrowed, carried }));
        }
        Ok(())
    }

    /// Adds what a position carries and owes.
    #[inline]
    fn add(&mut self, worth: U256, tokens: u128, price: u128, debt: u128) -> Result<(), MathError> {
        self.carried = self.carried.checked_add(worth.mul_div_down(tokens, WAD)?)?;
        self.borrowed = self.borrowed.checked_add(U256::from(price).mul_div_down(debt, WAD)?)?;
        Ok(())
    }
}

/// What a call would do to an account's liquidity.
#[derive(Debug, Clone, Copy)]
pub(super) struct Effect {
    /// The market that it is about.
    pub(super) market: MarketId,
    /// cTokens that would no longer be there.
    pub(super) redeemed_tokens: U256,
    /// Underlying that would be owed more.
    pub(super) borrowed: u128,
}

impl Comptroller {
    /// Returns what an account's collateral carries and what it owes, as of each market's last accrual: what the
    /// contract tells.
    ///
    /// # Errors
    /// A price is unknown, or a market's reserves are greater than what it has.
    pub fn account_liquidity(&self, account: AccountId, prices: Prices<'_>) -> Result<AccountLiquidity, CompoundError> {
        let state = |id| self.state(id).copied();
        self.weigh(account, self.entered.get(account), prices, None, state).map_err(Stop::why)
    }

    /// Returns the same with the interest of all its markets counted up to a block.
    ///
    /// # Errors
    /// A price is unknown, or a market cannot count its interest.
    pub fn account_liquidity_at(
        &self,
        account: AccountId,
        prices: Prices<'_>,
        block: u64,
    ) -> Result<AccountLiquidity, CompoundError> {
        let state = |id| self.state_at(id, block);
        self.weigh(account, self.entered.get(account), prices, None, state).map_err(Stop::why)
    }

    /// Returns what an account owes in a market at a block, rounded **down**.
    ///
    /// # Errors
    /// There is no such market, or it cannot count its interest.
    pub fn borrow_balance_at(&self, market: MarketId, account: AccountId, block: u64) -> Result<u128, CompoundError> {
        Ok(self.state_at(market, block)?.borrow_balance_down(&self.position(market, account)?)?)
    }

    /// Returns by how much an account's debts are worth more than all its cTokens, wherever they are, in units of 10^-18
    /// of what the oracle counts in, as of each market's last accrual: what no liquidation can bring back.
    ///
    /// # Errors
    /// A price is unknown, or a market's reserves are greater than what it has.
    pub fn bad_debt(&self, account: AccountId, prices: Prices<'_>) -> Result<U256, CompoundError> {
        let mut worth = AccountLiquidity::default();
        for (id, state) in self.markets() {
            let position = self.position(id, account)?;
            if position == Position::default() {
                continue;
            }
            let price = prices.of(id)?;
            let token_worth = state.exchange_rate_wad()?.mul_div_down(price, WAD)?;
            worth.add(token_worth, position.tokens, price, state.borrow_balance_down(&position)?)?;
        }
        Ok(worth.shortfall())
    }

    /// Returns the most that an account can borrow from a market at a block, in smallest units.
    ///
    /// # Errors
    /// There is no such market, a price is unknown, or a market cannot count its interest.
    pub fn max_borrow(
        &self,
        market: MarketId,
        account: AccountId,
        prices: Prices<'_>,
        block: u64,
    ) -> Result<u128, CompoundError> {
        let copy = self.open(market, account, block)?;
        let weighed = self.weigh_at(&[copy], copy.entered.with(market), prices, None).map_err(Stop::why)?;
        if !weighed.is_healthy() {
            return Ok(0);
        }
        // The greatest amount whose worth, rounded down, is within the liquidity.
        let beyond = weighed.liquidity().checked_add(1)?.checked_mul(WAD)?;
        let most = beyond.checked_sub(1)?.div_down(prices.of(market)?)?;
        Ok(most.try_into_u128().unwrap_or(u128::MAX).min(copy.state.cash))
    }

    /// Weighs an account with the state of those markets that are being worked on.
    pub(super) fn weigh_at(
        &self,
        copies: &[WorkingCopy],
        entered: Entered,
        prices: Prices<'_>,
        effect: Option<Effect>,
    ) -> Result<AccountLiquidity, Stop> {
        let account = copies[0].account;
        self.weigh(account, entered, prices, effect, |id| match copies.iter().find(|copy| copy.id == id) {
            Some(copy) => Ok(copy.state),
            None => self.state(id).copied(),
        })
    }

    /// Weighs an account over the markets that it has entered.
    pub(super) fn weigh(
        &self,
        account: AccountId,
        entered: Entered,
        prices: Prices<'_>,
        effect: Option<Effect>,
        state: impl Fn(MarketId) -> Result<MarketState, CompoundError>,
    ) -> Result<AccountLiquidity, Stop> {
        let mut sums = AccountLiquidity::default();
        for id in entered.markets() {
            let state = state(id).map_err(Stop::Refuse)?;
            let position = self.position(id, account).map_err(Stop::Refuse)?;
            let (worth, price) = token_worth(&state, id, prices)?;
            let debt = debt(&state, &position)?;
            sums.add(worth, position.tokens, price, debt)?;
            if let Some(effect) = effect.filter(|effect| effect.market == id) {
                let redeemed = worth.checked_mul(effect.redeemed_tokens)?.div_down(WAD)?;
                let borrowed = U256::from(price).mul_div_down(effect.borrowed, WAD)?;
                sums.borrowed = sums.borrowed.checked_add(redeemed)?.checked_add(borrowed)?;
            }
        }
        Ok(sums)
    }
}

/// Returns what a cToken carries, wad, and the price of its underlying. Each product rounds **down**.
#[inline]
fn token_worth(state: &MarketState, id: MarketId, prices: Prices<'_>) -> Result<(U256, u128), Stop> {
    let exchange_rate_wad = state.exchange_rate_wad().map_err(Stop::Refuse)?;
    let price = prices.of(id).map_err(Stop::Refuse)?;
    let factored_wad = exchange_rate_wad.mul_div_down(state.params.collateral_factor_wad, WAD)?;
    Ok((factored_wad.mul_div_down(price, WAD)?, price))
}

/// Returns what a position owes.
#[inline]
fn debt(state: &MarketState, position: &Position) -> Result<u128, Stop> {
    state.borrow_balance_down(position).map_err(|error| Stop::Refuse(error.into()))
}
