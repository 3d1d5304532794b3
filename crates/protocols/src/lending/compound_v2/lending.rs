//! A comptroller as all lending markets are: its markets by place, prices of whole tokens, time in seconds.
//!
//! The contract counts blocks; here they are those of the chain, of equal length. A call that the contract refuses with an
//! error code is an error that changes nothing, as for a caller who reverts on any code but zero. What is seized are cTokens, redeemed at once for who liquidates: a liquidation whose collateral is lent out is refused.

use std::collections::BTreeSet;

use smallvec::SmallVec;

use super::{
    CompoundError, Comptroller, ComptrollerBefore, LiquidationOrder, MarketId, MarketState, Outcome, Prices,
    RedeemAmount, RepayAmount,
};
use crate::AccountId;
use crate::lending::{AssetTotals, Lending, LendingError, Liquidated, Liquidation, MarketKind, Part, PricesWad};
use plimsoll_math::{U256, WAD};

/// When a block of the contract's is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockClock {
    /// Of the first block, in seconds.
    pub start: u64,
    /// From one block to the next, in milliseconds.
    pub block_ms: u64,
}

impl BlockClock {
    /// Returns how many blocks a year of 365 days has on this chain.
    pub fn blocks_per_year(self) -> f64 {
        365.0 * 86_400_000.0 / self.block_ms.max(1) as f64
    }

    pub(super) fn block(self, now: u64) -> u64 {
        now.saturating_sub(self.start).saturating_mul(1_000) / self.block_ms.max(1)
    }
}

/// A comptroller with what turns the chain's prices and times into its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PricedComptroller {
    pub(super) comptroller: Comptroller,
    /// From a whole token's price to the oracle's, whose products with smallest units are wads.
    scales: SmallVec<[u128; 4]>,
    pub(super) clock: BlockClock,
    /// Through whose account seized cTokens go.
    redeemer: AccountId,
}

impl PricedComptroller {
    /// A comptroller with its markets listed, whose underlying tokens have so many decimals, at most 18; none if a token
    /// has more. `redeemer` is an account that never supplies or borrows.
    pub fn new(comptroller: Comptroller, decimals: &[u8], clock: BlockClock, redeemer: AccountId) -> Option<Self> {
        let scale = |decimals: &u8| Some(10_u128.pow(18_u8.checked_sub(*decimals)?.into()));
        Some(Self { comptroller, scales: decimals.iter().map(scale).collect::<Option<_>>()?, clock, redeemer })
    }

    /// Returns prices as the contract's oracle tells them; one that does not fit is unknown.
    pub(super) fn prices(&self, prices: PricesWad) -> SmallVec<[u128; 4]> {
        prices.iter().zip(&self.scales).map(|(price, scale)| price.checked_mul(*scale).unwrap_or(0)).collect()
    }

    /// Returns the largest liquidation that a call allows, and what it does.
    fn liquidation(
        &self,
        call: &Liquidation,
        prices: Prices,
        block: u64,
    ) -> Result<(LiquidationOrder, super::Liquidated), LendingError> {
        let order = LiquidationOrder {
            debt: MarketId(call.debt),
            collateral: MarketId(call.collateral),
            liquidator: self.redeemer,
            borrower: call.borrower,
            amount: call.most_repaid,
        };
        let (most, done) = self.comptroller.max_liquidation(order, prices, block)?;
        if call.most_repaid >= most.amount {
            return Ok((most, done));
        }
        Ok((order, self.comptroller.quote_liquidation(order, prices, block)?))
    }

    /// Returns what the cTokens of a liquidation are redeemed for afterwards.
    fn redeemed(&self, order: &LiquidationOrder, done: &super::Liquidated, block: u64) -> Result<u128, LendingError> {
        let mut state = self.comptroller.state_at(order.collateral, block)?;
        if order.collateral == order.debt {
            state.cash += done.repaid;
            state.total_borrows -= done.repaid;
        }
        state.total_reserves += done.to_reserves;
        state.total_supply -= done.tokens_burnt;
        let amount = state.exchange_rate_wad()?.mul_div_down(done.tokens_to_liquidator, WAD)?.try_into_u128()?;
        if amount > state.cash {
            return Err(CompoundError::InsufficientCash { asked: U256::from(amount), cash: state.cash }.into());
        }
        Ok(amount)
    }
}

impl MarketKind for PricedComptroller {
    type Before = SmallVec<[ComptrollerBefore; 1]>;

    fn before(&self, account: AccountId) -> Self::Before {
        let markets: SmallVec<[MarketId; 4]> = self.comptroller.markets().map(|(id, _)| id).collect();
        let both = [account, self.redeemer];
        let pairs = markets.chunks(2).map(|pair| [pair[0], *pair.last().expect("a chunk holds one")]);
        pairs.map(|pair| self.comptroller.before(pair, both).expect("these are its markets")).collect()
    }

    fn restore(&mut self, before: Self::Before) {
        for before in &before {
            self.comptroller.restore(before);
        }
    }
}

impl PricedComptroller {
    /// Calls the contract for an account, and takes back what it keeps of a call that it refuses: the interest that was
    /// counted, and a market that was entered.
    fn whole<T>(
        &mut self,
        account: AccountId,
        call: impl FnOnce(&mut Comptroller) -> Result<Outcome<T>, CompoundError>,
    ) -> Result<T, LendingError> {
        let before = self.before(account);
        let done = call(&mut self.comptroller)?.done();
        if done.is_err() {
            self.restore(before);
        }
        Ok(done?)
    }
}

impl Lending for PricedComptroller {
    /// Enters the market as well, so that the supply is collateral.
    fn supply(&mut self, account: AccountId, asset: u8, amount: u128, now: u64) -> Result<u128, LendingError> {
        let block = self.clock.block(now);
        let minted = self.whole(account, |comptroller| comptroller.mint(MarketId(asset), account, amount, block))?;
        self.comptroller.enter_market(MarketId(asset), account)?;
        Ok(minted.amount)
    }

    fn withdraw(
        &mut self,
        account: AccountId,
        asset: u8,
        part: Part,
        prices: PricesWad,
        now: u64,
    ) -> Result<u128, LendingError> {
        let amount = match part {
            Part::Exactly(amount) => RedeemAmount::Underlying(amount),
            Part::All => RedeemAmount::Tokens(self.comptroller.position(MarketId(asset), account)?.tokens),
        };
        let (prices, block) = (self.prices(prices), self.clock.block(now));
        let redeemed = self
            .whole(account, |comptroller| comptroller.redeem(MarketId(asset), account, amount, Prices(&prices), block));
        Ok(redeemed?.amount)
    }

    fn borrow(
        &mut self,
        account: AccountId,
        asset: u8,
        amount: u128,
        prices: PricesWad,
        now: u64,
    ) -> Result<u128, LendingError> {
        let (prices, block) = (self.prices(prices), self.clock.block(now));
        let borrowed = self
            .whole(account, |comptroller| comptroller.borrow(MarketId(asset), account, amount, Prices(&prices), block));
        Ok(borrowed?.amount)
    }

    fn repay(&mut self, account: AccountId, asset: u8, part: Part, now: u64) -> Result<u128, LendingError> {
        let block = self.clock.block(now);
        let amount = match part {
            Part::Exactly(amount) => {
                RepayAmount::Exactly(amount.min(self.comptroller.borrow_balance_at(MarketId(asset), account, block)?))
            }
            Part::All => RepayAmount::All,
        };
        Ok(self.whole(account, |comptroller| comptroller.repay(MarketId(asset), account, amount, block))?.amount)
    }

    fn liquidate(&mut self, call: Liquidation, prices: PricesWad, now: u64) -> Result<Liquidated, LendingError> {
        let (prices, block) = (self.prices(prices), self.clock.block(now));
        let (order, done) = self.liquidation(&call, Prices(&prices), block)?;
        let seized = self.redeemed(&order, &done, block)?;

        self.comptroller.liquidate(order, Prices(&prices), block)?.done()?;
        let tokens = RedeemAmount::Tokens(done.tokens_to_liquidator);
        let redeemed =
            self.comptroller.redeem(order.collateral, self.redeemer, tokens, Prices(&prices), block)?.done()?;
        assert_eq!(redeemed.amount, seized, "what is redeemed was counted before");
        Ok(receipt(&done, seized))
    }

    fn quote_liquidation(&self, call: Liquidation, prices: PricesWad, now: u64) -> Result<Liquidated, LendingError> {
        let (prices, block) = (self.prices(prices), self.clock.block(now));
        let (order, done) = self.liquidation(&call, Prices(&prices), block)?;
        Ok(receipt(&done, self.redeemed(&order, &done, block)?))
    }

    /// Compound v2 has no flash loans.
    fn flash_premium(&self, asset: u8, _amount: u128) -> Result<u128, LendingError> {
        Err(LendingError::NotOffered { asset, what: "is not lent for a transaction" })
    }

    fn flash_loan(&mut self, asset: u8, amount: u128) -> Result<(), LendingError> {
        self.flash_premium(asset, amount).map(|_| ())
    }

    fn repay_flash_loan(&mut self, asset: u8, amount: u128, _now: u64) -> Result<(), LendingError> {
        self.flash_premium(asset, amount).map(|_| ())
    }

    fn is_liquidatable(&self, account: AccountId, prices: PricesWad, now: u64) -> Result<bool, LendingError> {
        let (prices, block) = (self.prices(prices), self.clock.block(now));
        Ok(!self.comptroller.account_liquidity_at(account, Prices(&prices), block)?.is_healthy())
    }

    fn supplied(&self, account: AccountId, asset: u8, now: u64) -> u128 {
        let position = self.comptroller.position(MarketId(asset), account).unwrap_or_default();
        let state = self.comptroller.state_at(MarketId(asset), self.clock.block(now));
        state.and_then(|state| state.supply_balance_down(&position)).unwrap_or(0)
    }

    fn borrowed(&self, account: AccountId, asset: u8, now: u64) -> u128 {
        self.comptroller.borrow_balance_at(MarketId(asset), account, self.clock.block(now)).unwrap_or(0)
    }

    fn totals(&self, asset: u8, now: u64) -> AssetTotals {
        let state = self.comptroller.state_at(MarketId(asset), self.clock.block(now));
        state.map_or_else(|_| AssetTotals::default(), |state| totals_of(&state))
    }

    fn held(&self, asset: u8) -> u128 {
        self.comptroller.state(MarketId(asset)).map_or(0, |state| state.cash)
    }

    /// Debts sum to the total but for the rounding of each.
    fn claims_sum(&self) -> Result<(), &'static str> {
        for (id, state) in self.comptroller.markets() {
            let positions = self.comptroller.positions(id).expect("it is one of its markets");
            let tokens: u128 = positions.map(|(_, position)| position.tokens).sum();
            if tokens != state.total_supply {
                return Err("cTokens");
            }
        }
        Ok(())
    }

    fn accounts(&self) -> Box<dyn Iterator<Item = AccountId> + '_> {
        let of =
            |(id, _)| self.comptroller.positions(id).expect("it is one of its markets").map(|(account, _)| account);
        let mut accounts: BTreeSet<AccountId> = self.comptroller.markets().flat_map(of).collect();
        accounts.remove(&self.redeemer);
        Box::new(accounts.into_iter())
    }
}

fn receipt(done: &super::Liquidated, seized: u128) -> Liquidated {
    Liquidated { repaid: done.repaid, seized, debt_left: done.debt_after, bad_debt: 0, protocol_fee: done.to_reserves }
}

/// Returns the totals of a market whose interest is counted up to now.
pub(super) fn totals_of(state: &MarketState) -> AssetTotals {
    AssetTotals {
        supplied: state.owned_by_suppliers().ok().and_then(|owned| owned.try_into_u128().ok()).unwrap_or(0),
        borrowed: state.total_borrows,
        idle: state.cash,
    }
}
