//! A market as all lending markets are: users by account, prices in fixed point with 18 decimals.

use super::{FlashLoan, LegSide, LiquidationCall, Market, MarketBefore, Payout, ReserveId, UserId, Withdrawal};
use crate::AccountId;
use crate::lending::{AssetTotals, Lending, LendingError, Liquidated, Liquidation, MarketKind, Part, PricesWad};
use plimsoll_math::ray::percent_mul_half_up;
use smallvec::SmallVec;

/// Of the 18 decimals of a price, those that the market's oracle leaves out: it has 8.
const TO_BASE: u128 = 10_000_000_000;

/// A market whose users are accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountMarket {
    pub(super) market: Market,
    /// By account: the number of its row, from 1; 0 for none.
    rows: Vec<u32>,
}

/// What a call about an account may change.
#[derive(Debug, Clone)]
pub struct AccountBefore {
    market: MarketBefore,
    account: AccountId,
    was_user: bool,
}

type Prices = SmallVec<[u128; 4]>;

impl AccountMarket {
    /// A market that has its reserves and modes, and no user but its treasury.
    pub fn new(market: Market) -> Self {
        Self { market, rows: Vec::new() }
    }

    /// Returns the market.
    pub fn market(&self) -> &Market {
        &self.market
    }

    /// Returns an account's user, if it is one.
    #[inline]
    pub(super) fn user(&self, account: AccountId) -> Option<UserId> {
        self.rows.get(account.0 as usize)?.checked_sub(1).map(UserId)
    }

    /// Returns an account's user; one without a row is nobody, as the market says.
    fn user_or_nobody(&self, account: AccountId) -> UserId {
        self.user(account).unwrap_or(UserId(u32::MAX))
    }

    /// Returns an account's user, which it becomes if it is none yet.
    fn enter(&mut self, account: AccountId) -> UserId {
        if let Some(user) = self.user(account) {
            return user;
        }
        let (user, index) = (self.market.enter(account), account.0 as usize);
        if self.rows.len() <= index {
            self.rows.resize(index + 1, 0);
        }
        self.rows[index] = user.0 + 1;
        user
    }

    fn call(&self, call: &Liquidation) -> LiquidationCall {
        LiquidationCall {
            user: self.user_or_nobody(call.borrower),
            collateral: ReserveId(call.collateral),
            debt: ReserveId(call.debt),
            debt_to_cover: call.most_repaid,
        }
    }
}

pub(super) fn in_base(prices: PricesWad) -> Prices {
    prices.iter().map(|price| price / TO_BASE).collect()
}

impl MarketKind for AccountMarket {
    type Before = AccountBefore;

    fn before(&self, account: AccountId) -> AccountBefore {
        let reserves: SmallVec<[ReserveId; 4]> =
            (0_u8..).zip(self.market.reserves()).map(|(number, _)| ReserveId(number)).collect();
        let user = self.user(account);
        let mut users: SmallVec<[UserId; 2]> = SmallVec::from_slice(&[Market::TREASURY]);
        users.extend(user);
        AccountBefore { market: self.market.before(&reserves, &users), account, was_user: user.is_some() }
    }

    fn restore(&mut self, before: AccountBefore) {
        self.market.restore(before.market);
        if let (false, Some(row)) = (before.was_user, self.rows.get_mut(before.account.0 as usize)) {
            *row = 0;
        }
    }
}

impl Lending for AccountMarket {
    /// Whoever has no row yet gets one, if the market takes the supply.
    fn supply(&mut self, account: AccountId, asset: u8, amount: u128, now: u64) -> Result<u128, LendingError> {
        let (known, rows) = (self.user(account), self.rows.len());
        let user = known.unwrap_or_else(|| self.enter(account));
        let supplied = self.market.supply(user, ReserveId(asset), amount, now);
        if supplied.is_err() && known.is_none() {
            self.market.forget_the_last_user();
            self.rows[account.0 as usize] = 0;
            self.rows.truncate(rows);
        }
        Ok(supplied?.amount)
    }

    fn withdraw(
        &mut self,
        account: AccountId,
        asset: u8,
        part: Part,
        prices: PricesWad,
        now: u64,
    ) -> Result<u128, LendingError> {
        let withdrawal = match part {
            Part::Exactly(amount) => Withdrawal::Exactly(amount),
            Part::All => Withdrawal::All,
        };
        let user = self.user_or_nobody(account);
        Ok(self.market.withdraw(user, ReserveId(asset), withdrawal, &in_base(prices), now)?.amount)
    }

    fn borrow(
        &mut self,
        account: AccountId,
        asset: u8,
        amount: u128,
        prices: PricesWad,
        now: u64,
    ) -> Result<u128, LendingError> {
        let user = self.user_or_nobody(account);
        Ok(self.market.borrow(user, ReserveId(asset), amount, &in_base(prices), now)?.amount)
    }

    fn repay(&mut self, account: AccountId, asset: u8, part: Part, now: u64) -> Result<u128, LendingError> {
        let most = match part {
            Part::Exactly(amount) => amount,
            Part::All => u128::MAX,
        };
        Ok(self.market.repay(self.user_or_nobody(account), ReserveId(asset), most, now)?.amount)
    }

    fn liquidate(&mut self, call: Liquidation, prices: PricesWad, now: u64) -> Result<Liquidated, LendingError> {
        let done = self.market.liquidate(self.call(&call), Payout::Underlying, &in_base(prices), now)?;
        Ok(Liquidated {
            repaid: done.debt_repaid,
            seized: done.seized,
            debt_left: done.debt_left,
            bad_debt: 0,
            protocol_fee: done.protocol_fee,
        })
    }

    fn quote_liquidation(&self, call: Liquidation, prices: PricesWad, now: u64) -> Result<Liquidated, LendingError> {
        let quote = self.market.quote_liquidation(self.call(&call), &in_base(prices), now)?;
        Ok(Liquidated {
            repaid: quote.debt_repaid,
            seized: quote.seized,
            debt_left: quote.user_debt - quote.debt_repaid,
            bad_debt: 0,
            protocol_fee: quote.protocol_fee,
        })
    }

    fn flash_premium(&self, asset: u8, amount: u128) -> Result<u128, LendingError> {
        let available = self.market.reserve(ReserveId(asset))?.state().available;
        if amount > available {
            return Err(super::AaveError::InsufficientLiquidity { asked: amount, available }.into());
        }
        Ok(percent_mul_half_up(amount, self.market.flash_premiums().total_bps.into())?)
    }

    fn flash_loan(&mut self, asset: u8, amount: u128) -> Result<(), LendingError> {
        // The chain remembers the loan, and undoes a transaction that does not pay it back.
        let FlashLoan { .. } = self.market.flash_loan(ReserveId(asset), amount)?;
        Ok(())
    }

    fn repay_flash_loan(&mut self, asset: u8, amount: u128, now: u64) -> Result<(), LendingError> {
        let premium = percent_mul_half_up(amount, self.market.flash_premiums().total_bps.into())?;
        self.market.repay_flash_loan(FlashLoan { reserve: ReserveId(asset), amount, premium }, now)?;
        Ok(())
    }

    fn is_liquidatable(&self, account: AccountId, prices: PricesWad, now: u64) -> Result<bool, LendingError> {
        let Some(user) = self.user(account) else { return Ok(false) };
        Ok(self.market.account_data(user, &in_base(prices), now)?.health_factor.is_liquidatable())
    }

    fn supplied(&self, account: AccountId, asset: u8, now: u64) -> u128 {
        self.market.supplied(self.user_or_nobody(account), ReserveId(asset), now).unwrap_or(0)
    }

    fn borrowed(&self, account: AccountId, asset: u8, now: u64) -> u128 {
        self.market.borrowed(self.user_or_nobody(account), ReserveId(asset), now).unwrap_or(0)
    }

    fn totals(&self, asset: u8, now: u64) -> AssetTotals {
        let Ok(reserve) = self.market.reserve(ReserveId(asset)) else { return AssetTotals::default() };
        AssetTotals {
            supplied: reserve.total_supply(now).unwrap_or(0),
            borrowed: reserve.total_debt(now).unwrap_or(0),
            idle: reserve.state().available,
        }
    }

    fn held(&self, asset: u8) -> u128 {
        self.market.reserve(ReserveId(asset)).map_or(0, |reserve| reserve.state().available)
    }

    fn claims_sum(&self) -> Result<(), &'static str> {
        let mut sums: Vec<(u128, u128)> = vec![(0, 0); self.market.reserves().len()];
        for leg in self.market.positions().iter().flat_map(super::UserPosition::legs) {
            let (supplied, owed) = &mut sums[usize::from(leg.reserve().0)];
            match leg.side() {
                LegSide::Supplied => *supplied += leg.scaled(),
                LegSide::Borrowed => *owed += leg.scaled(),
            }
        }
        for (reserve, (supplied, owed)) in self.market.reserves().iter().zip(sums) {
            if reserve.state().scaled_supply != supplied {
                return Err("scaled claims");
            }
            if reserve.state().scaled_debt != owed {
                return Err("scaled debts");
            }
        }
        Ok(())
    }

    fn accounts(&self) -> Box<dyn Iterator<Item = AccountId> + '_> {
        Box::new(self.market.positions().iter().map(super::UserPosition::owner))
    }
}
