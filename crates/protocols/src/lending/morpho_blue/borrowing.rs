//! What borrowers do.

use super::{
    Amount, Borrowed, CollateralSupplied, CollateralWithdrawn, Market, MorphoError, Repaid,
    working_copy::{WorkingCopy, less},
};
use crate::AccountId;
use plimsoll_math::{U256, sum};

impl Market {
    /// Posts collateral. Interest is not counted.
    ///
    /// # Errors
    /// The amount is zero, or a balance is beyond `u128`.
    pub fn supply_collateral(&mut self, borrower: AccountId, assets: u128) -> Result<CollateralSupplied, MorphoError> {
        if assets == 0 {
            return Err(MorphoError::ZeroAssets);
        }
        let mut position = self.position(borrower);
        position.collateral = sum(position.collateral, assets)?;
        let collateral_held = sum(self.state.collateral_held, assets)?;

        self.state.collateral_held = collateral_held;
        self.positions.put(borrower, position);
        Ok(CollateralSupplied { assets })
    }

    /// Gives collateral back.
    ///
    /// # Errors
    /// The amount is zero, less is posted, or the rest would not carry the debt.
    pub fn withdraw_collateral(
        &mut self,
        borrower: AccountId,
        assets: u128,
        price_e36: U256,
        now: u64,
    ) -> Result<CollateralWithdrawn, MorphoError> {
        if assets == 0 {
            return Err(MorphoError::ZeroAssets);
        }
        let mut copy = self.open(borrower, now)?;
        copy.take_collateral(assets)?;
        copy.require_health(price_e36)?;

        self.close(&copy);
        Ok(CollateralWithdrawn { accrued: copy.accrued, assets })
    }

    /// Lends against the collateral. Shares round **up**, assets **down**: in favour of the lenders.
    ///
    /// # Errors
    /// The amount is zero, the collateral would not carry the debt, or too little is left to lend.
    pub fn borrow(
        &mut self,
        borrower: AccountId,
        amount: Amount,
        price_e36: U256,
        now: u64,
    ) -> Result<Borrowed, MorphoError> {
        let mut copy = self.open(borrower, now)?;
        let (assets, shares) = copy.borrow(amount)?;
        copy.require_health(price_e36)?;
        copy.state.require_liquidity()?;
        copy.state.loan_held = less(copy.state.loan_held, assets)?;

        self.close(&copy);
        Ok(Borrowed { accrued: copy.accrued, assets, shares })
    }

    /// Takes loan token, from anybody, for what `borrower` owes. Shares round **down**, assets **up**: in favour of
    /// the lenders.
    ///
    /// # Errors
    /// The amount is zero, or less is owed.
    pub fn repay(&mut self, borrower: AccountId, amount: Amount, now: u64) -> Result<Repaid, MorphoError> {
        let mut copy = self.open(borrower, now)?;
        let (assets, shares) = match amount.given()? {
            Amount::Assets(assets) => (assets, copy.state.borrowed.to_shares_down(assets)?),
            Amount::Shares(shares) => (copy.state.borrowed.to_assets_up(shares)?, shares),
        };
        copy.repay(assets, shares)?;

        self.close(&copy);
        Ok(Repaid { accrued: copy.accrued, assets, shares })
    }
}

impl WorkingCopy {
    /// Adds to what the account owes, whether its collateral carries it or not; returns the assets and the shares.
    pub(super) fn borrow(&mut self, amount: Amount) -> Result<(u128, u128), MorphoError> {
        let borrowed = &mut self.state.borrowed;
        let (assets, shares) = match amount.given()? {
            Amount::Assets(assets) => (assets, borrowed.to_shares_up(assets)?),
            Amount::Shares(shares) => (borrowed.to_assets_down(shares)?, shares),
        };
        self.position.borrow_shares = sum(self.position.borrow_shares, shares)?;
        borrowed.shares = sum(borrowed.shares, shares)?;
        borrowed.assets = sum(borrowed.assets, assets)?;
        Ok((assets, shares))
    }

    /// Takes from what the account owes. Assets round up, so a unit more may come in than all borrowers owe; it stays.
    pub(super) fn repay(&mut self, assets: u128, shares: u128) -> Result<(), MorphoError> {
        let owed = self.position.borrow_shares;
        let left = owed.checked_sub(shares).ok_or(MorphoError::InsufficientDebt { repaid: shares, owed })?;
        self.position.borrow_shares = left;
        let borrowed = &mut self.state.borrowed;
        borrowed.shares = less(borrowed.shares, shares)?;
        borrowed.assets = borrowed.assets.saturating_sub(assets);
        self.state.loan_held = sum(self.state.loan_held, assets)?;
        Ok(())
    }

    /// Takes from the account's collateral.
    pub(super) fn take_collateral(&mut self, assets: u128) -> Result<(), MorphoError> {
        let posted = self.position.collateral;
        let left = posted.checked_sub(assets).ok_or(MorphoError::CollateralExceeded { taken: assets, posted })?;
        self.position.collateral = left;
        self.state.collateral_held = less(self.state.collateral_held, assets)?;
        Ok(())
    }
}
