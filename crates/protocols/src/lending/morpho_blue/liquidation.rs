//! Repaying for a failed position, and taking its collateral.

use super::{Health, Liquidated, Market, MorphoError, PRICE_SCALE, working_copy::WorkingCopy};
use crate::AccountId;
use plimsoll_math::{U256, WAD, mul_div_down};

/// How much of a position to liquidate, stated in either of two ways. It is not zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LiquidationSize {
    /// Smallest units of the collateral to take; the debt to repay follows.
    SeizedAssets(u128),
    /// Debt shares to repay; the collateral to take follows.
    RepaidShares(u128),
}

impl Market {
    /// Repays for a failed position and takes collateral for it: worth the liquidation incentive factor times as much.
    /// What is taken rounds **down**, what is paid **up**. If nothing is left of the collateral, the lenders lose what
    /// is left of the debt.
    ///
    /// # Errors
    /// The size is zero, the position is healthy, or has less of either than the size asks for.
    pub fn liquidate(
        &mut self,
        borrower: AccountId,
        size: LiquidationSize,
        price_e36: U256,
        now: u64,
    ) -> Result<Liquidated, MorphoError> {
        let mut copy = self.open(borrower, now)?;
        let liquidated = copy.liquidate(size, price_e36)?;

        self.close(&copy);
        Ok(liquidated)
    }

    /// Returns what [`Self::liquidate`] would do.
    ///
    /// # Errors
    /// The same.
    pub fn quote_liquidation(
        &self,
        borrower: AccountId,
        size: LiquidationSize,
        price_e36: U256,
        now: u64,
    ) -> Result<Liquidated, MorphoError> {
        self.open(borrower, now)?.liquidate(size, price_e36)
    }

    /// Returns the greatest liquidation of a position, and what it would do: all debt repaid if the collateral pays for
    /// it, else all collateral taken.
    ///
    /// # Errors
    /// The position is healthy; or so small that taking all of it rounds to more debt than there is.
    pub fn max_liquidation(
        &self,
        borrower: AccountId,
        price_e36: U256,
        now: u64,
    ) -> Result<(LiquidationSize, Liquidated), MorphoError> {
        let copy = self.open(borrower, now)?;
        let of_size = |size| {
            let mut copy = copy;
            copy.liquidate(size, price_e36).map(|liquidated| (size, liquidated))
        };
        match of_size(LiquidationSize::RepaidShares(copy.position.borrow_shares.max(1))) {
            Err(MorphoError::CollateralExceeded { .. } | MorphoError::Math(_)) => {
                of_size(LiquidationSize::SeizedAssets(copy.position.collateral))
            }
            quoted => quoted,
        }
    }
}

impl WorkingCopy {
    /// Liquidates as [`Market::liquidate`] does, on the copies.
    fn liquidate(&mut self, size: LiquidationSize, price_e36: U256) -> Result<Liquidated, MorphoError> {
        if matches!(size, LiquidationSize::SeizedAssets(0) | LiquidationSize::RepaidShares(0)) {
            return Err(MorphoError::InconsistentInput);
        }
        let health = self.state.health(&self.position, price_e36)?;
        if health.is_healthy() {
            let Health { borrowed, max_borrow } = health;
            return Err(MorphoError::HealthyPosition { borrowed, max_borrow });
        }
        let (seized_assets, repaid_shares) = match size {
            LiquidationSize::SeizedAssets(assets) => (assets, self.shares_for_up(assets, price_e36)?),
            LiquidationSize::RepaidShares(shares) => (self.collateral_for_down(shares, price_e36)?, shares),
        };
        let repaid_assets = self.state.borrowed.to_assets_up(repaid_shares)?;
        self.repay(repaid_assets, repaid_shares)?;
        self.take_collateral(seized_assets)?;
        let (bad_debt_assets, bad_debt_shares) = self.strike_off_bad_debt()?;
        Ok(Liquidated {
            accrued: self.accrued,
            seized_assets,
            repaid_assets,
            repaid_shares,
            bad_debt_assets,
            bad_debt_shares,
        })
    }

    /// Returns the debt shares to repay for collateral, each step rounded **up** in favour of the borrower.
    fn shares_for_up(&self, seized_assets: u128, price_e36: U256) -> Result<u128, MorphoError> {
        let worth = price_e36.mul_div_up(seized_assets, PRICE_SCALE)?;
        let repaid = worth.mul_div_up(WAD, self.state.liquidation_incentive_factor_wad)?;
        Ok(self.state.borrowed.to_shares_up(repaid.try_into_u128()?)?)
    }

    /// Returns the collateral to take for debt shares, each step rounded **down** in favour of the borrower.
    fn collateral_for_down(&self, repaid_shares: u128, price_e36: U256) -> Result<u128, MorphoError> {
        let repaid = self.state.borrowed.to_assets_down(repaid_shares)?;
        let factor_wad = self.state.liquidation_incentive_factor_wad;
        let worth = U256::from(repaid).mul_div_down(factor_wad, WAD)?;
        let seized = match (worth.try_into_u128(), price_e36.try_into_u128()) {
            (Ok(worth), Ok(price_e36)) => mul_div_down(worth, PRICE_SCALE, price_e36)?,
            _ => worth.checked_mul(PRICE_SCALE)?.div_down(price_e36)?.try_into_u128()?,
        };
        Ok(seized)
    }

    /// Strikes off what is owed without collateral; returns the assets and the shares.
    fn strike_off_bad_debt(&mut self) -> Result<(u128, u128), MorphoError> {
        if self.position.collateral > 0 || self.position.borrow_shares == 0 {
            return Ok((0, 0));
        }
        let shares = self.position.borrow_shares;
        let borrowed = &mut self.state.borrowed;
        let assets = borrowed.to_assets_up(shares)?.min(borrowed.assets);
        borrowed.assets -= assets;
        borrowed.shares -= shares;
        self.state.supplied.assets -= assets;
        self.position.borrow_shares = 0;
        Ok((assets, shares))
    }
}
