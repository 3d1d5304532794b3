//! Borrowers.

use super::{
    AaveError, AccountData, Borrowed, HealthFactor, Market, Repaid, Reserve, ReserveId, ReserveState, ReserveStatus,
    UserId, account::price_of,
};
use plimsoll_math::{
    BPS, MathError, RayAmount, U256,
    ray::{ray_div_half_up, ray_mul_half_up},
    sum,
};

impl Market {
    /// Lends `amount` at the variable rate. The debt rounds **half up**.
    ///
    /// # Errors
    /// The amount is zero or too small for the index, the reserve gives no loans, holds too little or would exceed its
    /// cap, or the user's collateral does not allow the loan.
    pub fn borrow(
        &mut self,
        user: UserId,
        reserve_id: ReserveId,
        amount: u128,
        prices: &[u128],
        now: u64,
    ) -> Result<Borrowed, AaveError> {
        let (reserve, position) = (self.reserve(reserve_id)?, self.position(user)?);
        let mut state = reserve.accrued(now)?;
        if amount == 0 {
            return Err(AaveError::ZeroAmount);
        }
        require_loans(reserve_id, reserve)?;
        if let Some(cap) = reserve.borrow_cap() {
            let borrowed = sum(ray_mul_half_up(state.scaled_debt, state.variable_borrow_index_ray)?, amount)?;
            if borrowed > cap {
                return Err(AaveError::BorrowCapExceeded { borrowed, cap });
            }
        }
        self.require_of_emode(reserve_id, position.emode())?;
        let data = self.evaluate(position, Some((reserve_id, &state)), prices, now)?;
        require_collateral(&data, worth_down(amount, price_of(prices, reserve_id)?, reserve.unit())?)?;
        let scaled = state.mint_debt(amount)?;
        state.update_rates(&reserve.params, 0, amount)?;
        state.available -= amount;
        let owed = position.scaled_debt(reserve_id);

        self.write_reserve(reserve_id, state);
        self.position_mut(user).put_debt(reserve_id, owed + scaled, true);
        Ok(Borrowed { reserve: reserve_id, amount, scaled })
    }

    /// Takes up to `amount` back from whoever pays; what is more than the user's debt is not taken. What is burned of
    /// the debt rounds **half up**.
    ///
    /// # Errors
    /// The amount is zero or too small for the index, the user owes nothing, or the reserve is paused.
    pub fn repay(&mut self, user: UserId, reserve_id: ReserveId, amount: u128, now: u64) -> Result<Repaid, AaveError> {
        let (reserve, position) = (self.reserve(reserve_id)?, self.position(user)?);
        let mut state = reserve.accrued(now)?;
        let owed = position.scaled_debt(reserve_id);
        let debt = ray_mul_half_up(owed, state.variable_borrow_index_ray)?;
        if amount == 0 {
            return Err(AaveError::ZeroAmount);
        }
        reserve.require_unpaused(reserve_id)?;
        if debt == 0 {
            return Err(AaveError::NoDebt { user, reserve: reserve_id });
        }
        let amount = amount.min(debt);
        let left = state.burn_debt(amount, owed)?;
        state.update_rates(&reserve.params, amount, 0)?;
        state.available += amount;

        self.write_reserve(reserve_id, state);
        self.position_mut(user).put_debt(reserve_id, left, amount < debt);
        Ok(Repaid { reserve: reserve_id, amount, scaled: owed - left, debt_left: debt - amount })
    }

    /// Returns the greatest amount that [`Self::borrow`] would lend, in smallest units: exact, and 0 if it would lend
    /// nothing.
    ///
    /// # Errors
    /// There is no such user or reserve, a price is missing or zero, the time is before a reserve's last update, or a
    /// number is beyond its width.
    pub fn max_borrow(
        &self,
        user: UserId,
        reserve_id: ReserveId,
        prices: &[u128],
        now: u64,
    ) -> Result<u128, AaveError> {
        let (reserve, position) = (self.reserve(reserve_id)?, self.position(user)?);
        let state = reserve.accrued(now)?;
        let data = self.evaluate(position, Some((reserve_id, &state)), prices, now)?;
        if require_loans(reserve_id, reserve).is_err()
            || self.require_of_emode(reserve_id, position.emode()).is_err()
            || require_collateral(&data, U256::ZERO).is_err()
        {
            return Ok(0);
        }
        let covered = covered_amount(&data, reserve.unit(), price_of(prices, reserve_id)?)?;
        let below_cap = reserve.room_below_borrow_cap(&state)?;
        let most = covered.min(state.available).min(below_cap);
        let mints = ray_div_half_up(most, state.variable_borrow_index_ray)? > 0;
        Ok(if mints { most } else { 0 })
    }
}

impl Reserve {
    /// Returns what may be borrowed before the cap is met.
    fn room_below_borrow_cap(&self, state: &ReserveState) -> Result<u128, MathError> {
        let Some(cap) = self.borrow_cap() else {
            return Ok(u128::MAX);
        };
        Ok(cap.saturating_sub(ray_mul_half_up(state.scaled_debt, state.variable_borrow_index_ray)?))
    }

    /// Refuses a reserve that does nothing.
    pub(super) fn require_unpaused(&self, id: ReserveId) -> Result<(), AaveError> {
        if self.params.status == ReserveStatus::Paused { Err(AaveError::Paused { reserve: id }) } else { Ok(()) }
    }
}

/// Refuses a reserve that gives no loans.
fn require_loans(id: ReserveId, reserve: &Reserve) -> Result<(), AaveError> {
    match reserve.params.status {
        ReserveStatus::Paused => Err(AaveError::Paused { reserve: id }),
        ReserveStatus::Frozen => Err(AaveError::Frozen { reserve: id }),
        ReserveStatus::Active if !reserve.params.borrowing => Err(AaveError::BorrowingDisabled { reserve: id }),
        ReserveStatus::Active => Ok(()),
    }
}

/// Refuses a loan worth `loan_base` that the collateral does not allow.
fn require_collateral(data: &AccountData, loan_base: U256) -> Result<(), AaveError> {
    if data.collateral_base == U256::ZERO {
        return Err(AaveError::NoCollateral);
    }
    if data.ltv_bps == 0 {
        return Err(AaveError::ZeroLtv);
    }
    let health_factor_wad = data.health_factor.as_wad();
    if health_factor_wad <= U256::from(HealthFactor::LIQUIDATION_THRESHOLD_WAD) {
        return Err(AaveError::UnhealthyPosition { health_factor_wad });
    }
    let needed_base = data.debt_base.checked_add(loan_base)?.percent_div_half_up(data.ltv_bps)?;
    if needed_base > data.collateral_base {
        return Err(AaveError::CollateralCannotCover { needed_base, collateral_base: data.collateral_base });
    }
    Ok(())
}

/// Returns the greatest amount whose worth, with the debt there is, the collateral covers.
///
/// `require_collateral` asks for `(10000 worth + half) / ltv <= collateral`, rounded down, where the worth of an amount
/// is rounded down too: both solved for the greatest integer.
fn covered_amount(data: &AccountData, unit: u128, price: u128) -> Result<u128, MathError> {
    let ltv_bps = data.ltv_bps;
    let below = data.collateral_base.checked_add(1)?.times(ltv_bps)?;
    let most_worth = below.checked_sub(1 + ltv_bps / 2)?.div_down(BPS)?;
    let Ok(room_base) = most_worth.checked_sub(data.debt_base) else {
        return Ok(0);
    };
    if price == 0 {
        return Err(MathError::DivisionByZero);
    }
    let amount = room_base.checked_add(1)?.times(unit).and_then(|above| above.checked_sub(1)?.div_down(price));
    Ok(amount.and_then(U256::try_into_u128).unwrap_or(u128::MAX))
}

/// Returns what an amount is worth at a price per whole token of so many smallest units, in base units, rounded
/// **down**.
#[inline]
fn worth_down(amount: u128, price: u128, unit: u128) -> Result<U256, MathError> {
    U256::product(amount, price).div_down(unit)
}
