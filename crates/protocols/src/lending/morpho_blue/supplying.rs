//! What lenders do.

use super::{Amount, Market, MorphoError, Supplied, Withdrawn, working_copy::less};
use crate::AccountId;
use plimsoll_math::sum;

impl Market {
    /// Takes loan token and mints supply shares for it. Shares round **down**, assets **up**: in favour of the other
    /// lenders.
    ///
    /// # Errors
    /// The amount is zero, or a total is beyond `u128`.
    pub fn supply(&mut self, lender: AccountId, amount: Amount, now: u64) -> Result<Supplied, MorphoError> {
        let mut copy = self.open(lender, now)?;
        let state = &mut copy.state;
        let (assets, shares) = match amount.given()? {
            Amount::Assets(assets) => (assets, state.supplied.to_shares_down(assets)?),
            Amount::Shares(shares) => (state.supplied.to_assets_up(shares)?, shares),
        };
        copy.position.supply_shares = sum(copy.position.supply_shares, shares)?;
        state.supplied.shares = sum(state.supplied.shares, shares)?;
        state.supplied.assets = sum(state.supplied.assets, assets)?;
        state.loan_held = sum(state.loan_held, assets)?;

        self.close(&copy);
        Ok(Supplied { accrued: copy.accrued, assets, shares })
    }

    /// Gives loan token back and burns supply shares for it. Shares round **up**, assets **down**: in favour of the
    /// other lenders.
    ///
    /// # Errors
    /// The amount is zero, the lender holds too few shares, or too much is lent out.
    pub fn withdraw(&mut self, lender: AccountId, amount: Amount, now: u64) -> Result<Withdrawn, MorphoError> {
        let mut copy = self.open(lender, now)?;
        let state = &mut copy.state;
        let (assets, shares) = match amount.given()? {
            Amount::Assets(assets) => (assets, state.supplied.to_shares_up(assets)?),
            Amount::Shares(shares) => (state.supplied.to_assets_down(shares)?, shares),
        };
        let held = copy.position.supply_shares;
        let left = held.checked_sub(shares).ok_or(MorphoError::InsufficientSupply { needed: shares, held })?;
        copy.position.supply_shares = left;
        state.supplied.shares = less(state.supplied.shares, shares)?;
        state.supplied.assets = less(state.supplied.assets, assets)?;
        state.require_liquidity()?;
        state.loan_held = less(state.loan_held, assets)?;

        self.close(&copy);
        Ok(Withdrawn { accrued: copy.accrued, assets, shares })
    }
}
