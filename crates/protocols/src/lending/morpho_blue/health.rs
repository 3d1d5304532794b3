//! What a position owes and what its collateral carries.

use super::{Amount, Market, MarketState, MorphoError, PRICE_SCALE, Position, working_copy::WorkingCopy};
use crate::AccountId;
use plimsoll_math::{MathError, U256, WAD};

/// What decides whether a position fails, in smallest units of the loan token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Health {
    /// What the position owes, rounded **up**.
    pub borrowed: u128,
    /// The most that it may owe: LLTV of the collateral's worth, both rounded **down**.
    pub max_borrow: U256,
}

impl Health {
    /// Says whether the position holds, exactly.
    #[inline]
    pub fn is_healthy(&self) -> bool {
        self.max_borrow >= U256::from(self.borrowed)
    }
}

impl MarketState {
    /// Returns what a position owes, rounded **up** in favour of the lenders.
    ///
    /// # Errors
    /// It is beyond `u128`.
    #[inline]
    pub fn borrowed_assets_up(&self, position: &Position) -> Result<u128, MathError> {
        self.borrowed.to_assets_up(position.borrow_shares)
    }

    /// Returns what a position could withdraw, rounded **down**.
    ///
    /// # Errors
    /// It is beyond `u128`.
    pub fn supplied_assets_down(&self, position: &Position) -> Result<u128, MathError> {
        self.supplied.to_assets_down(position.supply_shares)
    }

    /// Returns what decides whether a position fails at this price. A debt of nothing is healthy even without this.
    ///
    /// # Errors
    /// The collateral's worth is wider than 256 bits before it is scaled down.
    #[inline]
    pub fn health(&self, position: &Position, price_e36: U256) -> Result<Health, MathError> {
        let borrowed = self.borrowed_assets_up(position)?;
        let worth = price_e36.mul_div_down(position.collateral, PRICE_SCALE)?;
        Ok(Health { borrowed, max_borrow: worth.mul_div_down(self.lltv_wad, WAD)? })
    }

    /// Says whether anybody may liquidate a position at this price, exactly.
    ///
    /// # Errors
    /// The collateral's worth is wider than 256 bits before it is scaled down.
    pub fn is_liquidatable(&self, position: &Position, price_e36: U256) -> Result<bool, MathError> {
        Ok(position.borrow_shares > 0 && !self.health(position, price_e36)?.is_healthy())
    }

    /// Refuses to lend more than was supplied.
    pub(super) fn require_liquidity(&self) -> Result<(), MorphoError> {
        let (borrowed, supplied) = (self.borrowed.assets, self.supplied.assets);
        if borrowed > supplied {
            return Err(MorphoError::InsufficientLiquidity { borrowed, supplied });
        }
        Ok(())
    }
}

impl WorkingCopy {
    /// Refuses a debt that the collateral does not carry.
    #[inline]
    pub(super) fn require_health(&self, price_e36: U256) -> Result<(), MorphoError> {
        if self.position.borrow_shares == 0 {
            return Ok(());
        }
        let health = self.state.health(&self.position, price_e36)?;
        if health.is_healthy() {
            return Ok(());
        }
        let Health { borrowed, max_borrow } = health;
        Err(MorphoError::InsufficientCollateral { borrowed, max_borrow })
    }
}

impl Market {
    /// Returns what decides whether an account's position fails at this price, interest until now included.
    ///
    /// # Errors
    /// Time runs backwards, or a number does not fit.
    pub fn health(&self, account: AccountId, price_e36: U256, now: u64) -> Result<Health, MorphoError> {
        Ok(self.state_at(now)?.health(&self.position(account), price_e36)?)
    }

    /// Returns the most that an account can borrow at this price and time, in smallest units of the loan token.
    ///
    /// # Errors
    /// Time runs backwards, or a number does not fit.
    pub fn max_borrow(&self, account: AccountId, price_e36: U256, now: u64) -> Result<u128, MorphoError> {
        let copy = self.open(account, now)?;
        let Health { borrowed, max_borrow } = copy.state.health(&copy.position, price_e36)?;
        let Ok(headroom) = max_borrow.checked_sub(borrowed) else {
            return Ok(0);
        };
        let liquidity = copy.state.liquidity();
        let headroom = headroom.try_into_u128().unwrap_or(u128::MAX);
        // A share more or less, as assets are rounded to shares and back, is worth less than two units.
        let most = headroom.saturating_add(2).min(liquidity);
        let candidates = most.saturating_sub(4)..=most;
        let fits = |assets: &u128| {
            let mut copy = copy;
            copy.borrow(Amount::Assets(*assets)).is_ok() && copy.require_health(price_e36).is_ok()
        };
        Ok(candidates.rev().find(fits).unwrap_or(0))
    }
}
