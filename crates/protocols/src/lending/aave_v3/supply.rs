//! Suppliers and the treasury.

use super::{AaveError, Market, MintedToTreasury, Reserve, ReserveId, ReserveStatus, Supplied, UserId, Withdrawn};
use plimsoll_math::{
    ray::{ray_div_half_up, ray_mul_half_up},
    sum,
};

/// How much to take out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withdrawal {
    /// So many smallest units.
    Exactly(u128),
    /// All that the claim is worth.
    All,
}

impl Market {
    /// Takes `amount` in for a claim of the user. The claim rounds **half up**.
    ///
    /// Whoever had no claim on the reserve has it used as collateral, if the asset allows loans.
    ///
    /// # Errors
    /// The amount is zero or too small for the index, the reserve is frozen or paused, or the cap would be exceeded.
    pub fn supply(
        &mut self,
        user: UserId,
        reserve_id: ReserveId,
        amount: u128,
        now: u64,
    ) -> Result<Supplied, AaveError> {
        let (reserve, position) = (self.reserve(reserve_id)?, self.position(user)?);
        let mut state = reserve.accrued(now)?;
        require_supplies(reserve_id, reserve, amount)?;
        if let Some(cap) = reserve.supply_cap() {
            let claims = sum(state.scaled_supply, state.accrued_to_treasury)?;
            let supplied = sum(ray_mul_half_up(claims, state.liquidity_index_ray)?, amount)?;
            if supplied > cap {
                return Err(AaveError::SupplyCapExceeded { supplied, cap });
            }
        }
        state.update_rates(&reserve.params, amount, 0)?;
        let scaled = state.mint_supply(amount)?;
        state.available += amount;
        let held = position.scaled_supply(reserve_id);
        let collateral = position.uses_as_collateral(reserve_id) || held == 0 && reserve.params.collateral.ltv_bps > 0;

        self.write_reserve(reserve_id, state);
        self.position_mut(user).put_supply(reserve_id, held + scaled, collateral);
        Ok(Supplied { reserve: reserve_id, amount, scaled, collateral })
    }

    /// Gives a claim's worth back. What is burned of the claim rounds **half up**.
    ///
    /// # Errors
    /// The amount is zero, too small for the index, more than the claim is worth or than the reserve holds, the reserve
    /// is paused, or debts would not be covered without it.
    pub fn withdraw(
        &mut self,
        user: UserId,
        reserve_id: ReserveId,
        withdrawal: Withdrawal,
        prices: &[u128],
        now: u64,
    ) -> Result<Withdrawn, AaveError> {
        let (reserve, position) = (self.reserve(reserve_id)?, self.position(user)?);
        let mut state = reserve.accrued(now)?;
        let held = position.scaled_supply(reserve_id);
        let balance = ray_mul_half_up(held, state.liquidity_index_ray)?;
        let amount = match withdrawal {
            Withdrawal::Exactly(amount) => amount,
            Withdrawal::All => balance,
        };
        require_withdrawal(reserve_id, reserve, amount, balance)?;
        state.update_rates(&reserve.params, 0, amount)?;
        let left = state.burn_supply(amount, held)?;
        state.available -= amount;
        let was_collateral = position.uses_as_collateral(reserve_id);
        let collateral = was_collateral && amount != balance;
        if was_collateral && position.is_borrowing_any() {
            let mut after = position.clone();
            after.put_supply(reserve_id, left, collateral);
            self.require_covered(&after, (reserve_id, &state), prices, now)?;
        }

        self.write_reserve(reserve_id, state);
        self.position_mut(user).put_supply(reserve_id, left, collateral);
        Ok(Withdrawn { reserve: reserve_id, amount, scaled: held - left, collateral })
    }

    /// Turns the treasury's due of a reserve into a claim. Rounds **half up**; interest is not counted first.
    ///
    /// # Errors
    /// There is no such reserve, the time is before its last update, or a number is beyond `u128`.
    pub fn mint_to_treasury(&mut self, reserve_id: ReserveId, now: u64) -> Result<MintedToTreasury, AaveError> {
        let mut state = self.reserve(reserve_id)?.state;
        let due = state.accrued_to_treasury;
        if due == 0 {
            return Ok(MintedToTreasury::default());
        }
        let index_ray = state.normalized_income_ray(now)?;
        let amount = ray_mul_half_up(due, index_ray)?;
        let scaled = ray_div_half_up(amount, index_ray)?;
        state.accrued_to_treasury = 0;
        state.scaled_supply = sum(state.scaled_supply, scaled)?;

        self.write_reserve(reserve_id, state);
        let treasury = self.position_mut(Self::TREASURY);
        let (held, collateral) = (treasury.scaled_supply(reserve_id), treasury.uses_as_collateral(reserve_id));
        treasury.put_supply(reserve_id, held + scaled, collateral);
        Ok(MintedToTreasury { amount, scaled })
    }
}

/// Refuses an amount of nothing, and a reserve that takes no supplies.
fn require_supplies(id: ReserveId, reserve: &Reserve, amount: u128) -> Result<(), AaveError> {
    if amount == 0 {
        return Err(AaveError::ZeroAmount);
    }
    match reserve.params.status {
        ReserveStatus::Active => Ok(()),
        ReserveStatus::Frozen => Err(AaveError::Frozen { reserve: id }),
        ReserveStatus::Paused => Err(AaveError::Paused { reserve: id }),
    }
}

/// Refuses an amount of nothing or of more than is there, and a reserve that does nothing.
fn require_withdrawal(id: ReserveId, reserve: &Reserve, amount: u128, balance: u128) -> Result<(), AaveError> {
    if amount == 0 {
        return Err(AaveError::ZeroAmount);
    }
    if amount > balance {
        return Err(AaveError::InsufficientBalance { asked: amount, balance });
    }
    reserve.require_unpaused(id)
}
