//! What borrowers do.

use super::{
    Borrowed, CompoundError, Comptroller, MarketId, Outcome, Prices, Repaid,
    liquidity::Effect,
    working_copy::{Stop, WorkingCopy, outcome},
};
use crate::AccountId;
use plimsoll_math::{U256, sum};

/// How much of a debt to repay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RepayAmount {
    /// So many smallest units.
    Exactly(u128),
    /// All that is owed.
    All,
}

impl Comptroller {
    /// Lends against all collateral of an account, which enters the market if it has not yet.
    ///
    /// Refused if the collateral would not carry the debts, a price is unknown, or the market holds less.
    ///
    /// # Errors
    /// There is no such market, it cannot count its interest, or a number does not fit.
    pub fn borrow(
        &mut self,
        market: MarketId,
        borrower: AccountId,
        amount: u128,
        prices: Prices<'_>,
        block: u64,
    ) -> Result<Outcome<Borrowed>, CompoundError> {
        let mut copy = self.open(market, borrower, block)?;
        copy.entered = copy.entered.with(market);
        let outcome = outcome(self.borrow_fresh(&mut copy, amount, prices))?;

        self.close(&copy);
        Ok(outcome)
    }

    /// Takes underlying, from anybody, for what `borrower` owes.
    ///
    /// # Errors
    /// There is no such market, it cannot count its interest, or less is owed.
    pub fn repay(
        &mut self,
        market: MarketId,
        borrower: AccountId,
        amount: RepayAmount,
        block: u64,
    ) -> Result<Outcome<Repaid>, CompoundError> {
        let mut copy = self.open(market, borrower, block)?;
        let outcome = outcome(copy.repay(amount))?;

        self.close(&copy);
        Ok(outcome)
    }

    /// Borrows on the copies.
    fn borrow_fresh(&self, copy: &mut WorkingCopy, amount: u128, prices: Prices<'_>) -> Result<Borrowed, Stop> {
        prices.of(copy.id).map_err(Stop::Refuse)?;
        let effect = Effect { market: copy.id, redeemed_tokens: U256::ZERO, borrowed: amount };
        self.weigh_at(&[*copy], copy.entered, prices, Some(effect))?.require_no_shortfall()?;
        copy.state.require_cash(amount)?;
        let refuse = |error| Stop::Refuse(CompoundError::Math(error));
        let owed = copy.state.borrow_balance_down(&copy.position).map_err(refuse)?;
        let debt_after = sum(owed, amount).map_err(refuse)?;
        let total_borrows = sum(copy.state.total_borrows, amount).map_err(refuse)?;
        copy.state.cash -= amount;
        copy.state.total_borrows = total_borrows;
        copy.owe(debt_after);
        Ok(Borrowed { accrued: copy.accrued, amount, debt_after })
    }
}

impl WorkingCopy {
    /// Repays on the copies.
    pub(super) fn repay(&mut self, amount: RepayAmount) -> Result<Repaid, Stop> {
        let owed = self.state.borrow_balance_down(&self.position);
        let owed = owed.map_err(|error| Stop::Refuse(error.into()))?;
        let amount = match amount {
            RepayAmount::Exactly(amount) => amount,
            RepayAmount::All => owed,
        };
        let beyond_debt = Stop::Revert(CompoundError::RepayExceedsDebt { repay: amount, owed });
        let debt_after = owed.checked_sub(amount).ok_or(beyond_debt)?;
        let total = self.state.total_borrows;
        let beyond_total = Stop::Revert(CompoundError::RepayExceedsTotal { repay: amount, total });
        self.state.total_borrows = total.checked_sub(amount).ok_or(beyond_total)?;
        self.state.cash = sum(self.state.cash, amount)?;
        self.owe(debt_after);
        Ok(Repaid { accrued: self.accrued, amount, debt_after })
    }

    /// Books what the account owes as of now.
    fn owe(&mut self, debt: u128) {
        self.position.principal = debt;
        self.position.interest_index_wad = self.state.borrow_index_wad;
    }
}
