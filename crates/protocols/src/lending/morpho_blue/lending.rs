//! A market as all lending markets are: assets by place, prices of whole tokens.

use super::{Amount, LiquidationSize, Market, MarketBefore, MarketState, PRICE_SCALE};
use crate::AccountId;
use crate::lending::{AssetTotals, Lending, LendingError, Liquidated, Liquidation, MarketKind, Part, PricesWad};
use plimsoll_math::{MathError, U256};

/// The place of the asset that is lent.
pub(super) const LOAN: u8 = 0;
/// The place of the collateral.
pub(super) const COLLATERAL: u8 = 1;

/// A market with the decimals of its tokens: the loan, asset 0, and the collateral, asset 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PricedMarket {
    /// The market.
    pub market: Market,
    loan_unit: u128,
    collateral_unit: u128,
}

impl PricedMarket {
    /// A market whose tokens have so many decimals; none if a whole token cannot be counted.
    pub fn new(market: Market, loan_decimals: u8, collateral_decimals: u8) -> Option<Self> {
        let unit = |decimals: u8| 10_u128.checked_pow(decimals.into());
        Some(Self { market, loan_unit: unit(loan_decimals)?, collateral_unit: unit(collateral_decimals)? })
    }

    /// Returns what a smallest unit of collateral is worth in those of the loan, times 10^36, rounded **down**.
    pub(super) fn price_e36(&self, prices: PricesWad) -> Result<U256, MathError> {
        let collateral = U256::product(prices[usize::from(COLLATERAL)], PRICE_SCALE);
        collateral.mul_div_down(self.loan_unit, self.collateral_unit)?.div_down(prices[usize::from(LOAN)])
    }

    /// Returns the debt shares that a liquidation repays: all of them if `most_repaid` pays for all, else what it pays
    /// for, rounded **down**; or the collateral to take, if the shares are worth more than there is.
    fn size(&self, call: &Liquidation, price_e36: U256, now: u64) -> Result<LiquidationSize, LendingError> {
        let state = self.market.state_at(now)?;
        let position = self.market.position(call.borrower);
        let owed = state.borrowed_assets_up(&position)?;
        let shares = if call.most_repaid >= owed {
            position.borrow_shares
        } else {
            state.borrowed.to_shares_down(call.most_repaid)?
        };
        let size = LiquidationSize::RepaidShares(shares);
        match self.market.quote_liquidation(call.borrower, size, price_e36, now) {
            Err(super::MorphoError::CollateralExceeded { .. }) => {
                Ok(LiquidationSize::SeizedAssets(position.collateral))
            }
            _ => Ok(size),
        }
    }
}

fn only(asset: u8, wanted: u8, what: &'static str) -> Result<(), LendingError> {
    if asset == wanted { Ok(()) } else { Err(LendingError::NotOffered { asset, what }) }
}

impl MarketKind for PricedMarket {
    type Before = MarketBefore;

    fn before(&self, account: AccountId) -> MarketBefore {
        self.market.before(account)
    }

    fn restore(&mut self, before: MarketBefore) {
        self.market.restore(&before);
    }
}

impl Lending for PricedMarket {
    fn supply(&mut self, account: AccountId, asset: u8, amount: u128, now: u64) -> Result<u128, LendingError> {
        match asset {
            LOAN => Ok(self.market.supply(account, Amount::Assets(amount), now)?.assets),
            _ => Ok(self.market.supply_collateral(account, amount)?.assets),
        }
    }

    fn withdraw(
        &mut self,
        account: AccountId,
        asset: u8,
        part: Part,
        prices: PricesWad,
        now: u64,
    ) -> Result<u128, LendingError> {
        let position = self.market.position(account);
        if asset == LOAN {
            let amount = match part {
                Part::Exactly(assets) => Amount::Assets(assets),
                Part::All => Amount::Shares(position.supply_shares),
            };
            return Ok(self.market.withdraw(account, amount, now)?.assets);
        }
        let assets = match part {
            Part::Exactly(assets) => assets,
            Part::All => position.collateral,
        };
        // A position without debt needs no price, as in the contract.
        let price_e36 = if position.borrow_shares == 0 { U256::ZERO } else { self.price_e36(prices)? };
        Ok(self.market.withdraw_collateral(account, assets, price_e36, now)?.assets)
    }

    fn borrow(
        &mut self,
        account: AccountId,
        asset: u8,
        amount: u128,
        prices: PricesWad,
        now: u64,
    ) -> Result<u128, LendingError> {
        only(asset, LOAN, "is not lent")?;
        let price_e36 = self.price_e36(prices)?;
        Ok(self.market.borrow(account, Amount::Assets(amount), price_e36, now)?.assets)
    }

    fn repay(&mut self, account: AccountId, asset: u8, part: Part, now: u64) -> Result<u128, LendingError> {
        only(asset, LOAN, "is not lent")?;
        let owed = self.borrowed(account, asset, now);
        let amount = match part {
            Part::Exactly(assets) if assets < owed => Amount::Assets(assets),
            _ => Amount::Shares(self.market.position(account).borrow_shares),
        };
        Ok(self.market.repay(account, amount, now)?.assets)
    }

    fn liquidate(&mut self, call: Liquidation, prices: PricesWad, now: u64) -> Result<Liquidated, LendingError> {
        let quote = self.quote_liquidation(call, prices, now)?;
        let price_e36 = self.price_e36(prices)?;
        let size = self.size(&call, price_e36, now)?;

        self.market.liquidate(call.borrower, size, price_e36, now)?;
        Ok(quote)
    }

    fn quote_liquidation(&self, call: Liquidation, prices: PricesWad, now: u64) -> Result<Liquidated, LendingError> {
        only(call.debt, LOAN, "is not lent")?;
        only(call.collateral, COLLATERAL, "is no collateral")?;
        let price_e36 = self.price_e36(prices)?;
        let size = self.size(&call, price_e36, now)?;
        let done = self.market.quote_liquidation(call.borrower, size, price_e36, now)?;
        let owed = self.borrowed(call.borrower, LOAN, now);
        Ok(Liquidated {
            repaid: done.repaid_assets,
            seized: done.seized_assets,
            debt_left: owed.saturating_sub(done.repaid_assets).saturating_sub(done.bad_debt_assets),
            bad_debt: done.bad_debt_assets,
            protocol_fee: 0,
        })
    }

    /// Flash loans are free.
    fn flash_premium(&self, asset: u8, amount: u128) -> Result<u128, LendingError> {
        super::flash_loan(amount, self.held(asset))?;
        Ok(0)
    }

    fn flash_loan(&mut self, asset: u8, amount: u128) -> Result<(), LendingError> {
        self.flash_premium(asset, amount).map(|_| ())
    }

    fn repay_flash_loan(&mut self, _asset: u8, _amount: u128, _now: u64) -> Result<(), LendingError> {
        Ok(())
    }

    fn is_liquidatable(&self, account: AccountId, prices: PricesWad, now: u64) -> Result<bool, LendingError> {
        if self.market.position(account).borrow_shares == 0 {
            return Ok(false);
        }
        Ok(!self.market.health(account, self.price_e36(prices)?, now)?.is_healthy())
    }

    fn supplied(&self, account: AccountId, asset: u8, now: u64) -> u128 {
        let position = self.market.position(account);
        if asset == COLLATERAL {
            return position.collateral;
        }
        self.market.state_at(now).ok().and_then(|state| state.supplied_assets_down(&position).ok()).unwrap_or(0)
    }

    fn borrowed(&self, account: AccountId, asset: u8, now: u64) -> u128 {
        let position = self.market.position(account);
        if asset == COLLATERAL {
            return 0;
        }
        self.market.state_at(now).ok().and_then(|state| state.borrowed_assets_up(&position).ok()).unwrap_or(0)
    }

    fn totals(&self, asset: u8, now: u64) -> AssetTotals {
        if asset == COLLATERAL {
            return AssetTotals { supplied: self.market.state().collateral_held, ..AssetTotals::default() };
        }
        totals_of(&self.market.state_at(now).unwrap_or(*self.market.state()))
    }

    fn held(&self, asset: u8) -> u128 {
        let state = self.market.state();
        if asset == COLLATERAL { state.collateral_held } else { state.loan_held }
    }

    fn claims_sum(&self) -> Result<(), &'static str> {
        let (state, mut supplied, mut owed, mut posted) = (self.market.state(), 0_u128, 0_u128, 0_u128);
        for (_, position) in self.market.positions() {
            supplied += position.supply_shares;
            owed += position.borrow_shares;
            posted += position.collateral;
        }
        match () {
            () if supplied != state.supplied.shares => Err("supply shares"),
            () if owed != state.borrowed.shares => Err("debt shares"),
            () if posted != state.collateral_held => Err("collateral"),
            () => Ok(()),
        }
    }

    fn accounts(&self) -> Box<dyn Iterator<Item = AccountId> + '_> {
        Box::new(self.market.positions().map(|(account, _)| account))
    }
}

/// Returns the loan's totals in a market whose interest is counted up to now.
pub(super) fn totals_of(state: &MarketState) -> AssetTotals {
    AssetTotals { supplied: state.supplied.assets, borrowed: state.borrowed.assets, idle: state.liquidity() }
}
