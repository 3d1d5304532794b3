//! One asset of the market: its numbers, and what time, loans and repayments do to them.

use super::{AaveError, Lent, RateStrategy, ReserveParams, interest::Interest};
use plimsoll_math::{
    MathError, RAY, mul_div_down,
    ray::{percent_mul_half_up, ray_div_half_up, ray_mul_half_up},
    sum,
};

/// A reserve's numbers. Scaled amounts are smallest units over the index of the day, so interest leaves them alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReserveState {
    /// Smallest units that a scaled unit of a supplier's claim is worth at the last update, ray.
    pub liquidity_index_ray: u128,
    /// Smallest units that a scaled unit of debt stands for at the last update, ray.
    pub variable_borrow_index_ray: u128,
    /// What suppliers get since the last update, per year, ray.
    pub liquidity_rate_ray: u128,
    /// What borrowers pay since the last update, per year, ray.
    pub variable_borrow_rate_ray: u128,
    /// The treasury's due that is not minted yet, scaled by the liquidity index.
    pub accrued_to_treasury: u128,
    /// Sum of all claims, scaled.
    pub scaled_supply: u128,
    /// Sum of all debts, scaled.
    pub scaled_debt: u128,
    /// Smallest units of the asset that the reserve holds.
    pub available: u128,
    /// Until when interest is in the indices, in seconds; 0 before the first call.
    pub last_update: u64,
}

/// A reserve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reserve {
    pub(super) state: ReserveState,
    pub(super) params: ReserveParams,
    decimals: u8,
    /// Smallest units of a whole token.
    unit: u128,
}

impl Reserve {
    /// Returns an empty reserve, if a whole token of so many decimals can be counted.
    pub(super) fn new(decimals: u8, params: ReserveParams) -> Option<Self> {
        let state = ReserveState {
            liquidity_index_ray: RAY,
            variable_borrow_index_ray: RAY,
            liquidity_rate_ray: 0,
            variable_borrow_rate_ray: 0,
            accrued_to_treasury: 0,
            scaled_supply: 0,
            scaled_debt: 0,
            available: 0,
            last_update: 0,
        };
        let unit = 10_u128.checked_pow(decimals.into())?;
        Some(Self { state, params, decimals, unit })
    }

    /// Returns the reserve's numbers, as of its last update.
    #[inline]
    pub fn state(&self) -> &ReserveState {
        &self.state
    }

    /// Returns what governs the reserve.
    #[inline]
    pub fn params(&self) -> &ReserveParams {
        &self.params
    }

    /// Returns the asset's decimals.
    #[inline]
    pub fn decimals(&self) -> u8 {
        self.decimals
    }

    /// Returns the smallest units of a whole token.
    #[inline]
    pub fn unit(&self) -> u128 {
        self.unit
    }

    /// Returns what so many smallest units are worth at a price per whole token, in base units, rounded **down**.
    ///
    /// # Errors
    /// The worth is beyond `u128`.
    #[inline]
    pub fn value_down(&self, amount: u128, price: u128) -> Result<u128, MathError> {
        mul_div_down(amount, price, self.unit)
    }

    /// Returns all that is owed to suppliers and the treasury at a time, in smallest units, rounded **half up**.
    ///
    /// # Errors
    /// The time is before the last update, or the sum is beyond `u128`.
    pub fn total_supply(&self, now: u64) -> Result<u128, MathError> {
        let scaled = sum(self.state.scaled_supply, self.state.accrued_to_treasury)?;
        ray_mul_half_up(scaled, self.state.normalized_income_ray(now)?)
    }

    /// Returns all that borrowers owe at a time, in smallest units, rounded **half up**.
    ///
    /// # Errors
    /// The time is before the last update, or the sum is beyond `u128`.
    pub fn total_debt(&self, now: u64) -> Result<u128, MathError> {
        ray_mul_half_up(self.state.scaled_debt, self.state.normalized_debt_ray(now)?)
    }

    /// Returns the part of the reserve that is lent out at a time, ray, rounded **half up**.
    ///
    /// # Errors
    /// The time is before the last update, or a sum is beyond `u128`.
    pub fn usage_ray(&self, now: u64) -> Result<u128, MathError> {
        let (available, variable_debt) = (self.state.available, self.total_debt(now)?);
        Ok(Lent { available, variable_debt, ..Lent::default() }.usage()?.borrow_ray)
    }

    /// Returns the most that may be supplied, in smallest units.
    pub(super) fn supply_cap(&self) -> Option<u128> {
        self.params.supply_cap.map(|cap| u128::from(cap).saturating_mul(self.unit))
    }

    /// Returns the most that may be borrowed, in smallest units.
    pub(super) fn borrow_cap(&self) -> Option<u128> {
        self.params.borrow_cap.map(|cap| u128::from(cap).saturating_mul(self.unit))
    }

    /// Returns the numbers as a call at a time would find them, interest counted.
    ///
    /// # Errors
    /// The time is before the last update, or a number is beyond `u128`.
    #[inline]
    pub fn accrued(&self, now: u64) -> Result<ReserveState, MathError> {
        let mut state = self.state;
        state.accrue(self.params.reserve_factor_bps, now)?;
        Ok(state)
    }
}

impl ReserveState {
    /// Returns what a scaled unit of claim is worth at a time, ray: interest since the last update is linear. Rounded
    /// **half up**.
    ///
    /// # Errors
    /// The time is before the last update, or the index is beyond `u128`.
    #[inline]
    pub fn normalized_income_ray(&self, now: u64) -> Result<u128, MathError> {
        self.income_index_ray(now)
    }

    /// Returns the same on numbers of one width.
    #[inline]
    pub(super) fn income_index_ray<A: Interest>(&self, now: u64) -> Result<A, MathError> {
        if now == self.last_update || self.liquidity_rate_ray == 0 {
            return Ok(self.liquidity_index_ray.into());
        }
        let grown = A::linear_interest_ray(self.liquidity_rate_ray, self.seconds(now)?)?;
        grown.ray_mul_half_up(self.liquidity_index_ray.into())
    }

    /// Returns what a scaled unit of debt stands for at a time, ray: interest since the last update compounds. Rounded
    /// **half up**.
    ///
    /// # Errors
    /// The time is before the last update, or the index is beyond `u128`.
    #[inline]
    pub fn normalized_debt_ray(&self, now: u64) -> Result<u128, MathError> {
        self.debt_index_ray(now)
    }

    /// Returns the same on numbers of one width.
    #[inline]
    pub(super) fn debt_index_ray<A: Interest>(&self, now: u64) -> Result<A, MathError> {
        if now == self.last_update {
            return Ok(self.variable_borrow_index_ray.into());
        }
        let grown = A::compounded_interest_ray(self.variable_borrow_rate_ray, self.seconds(now)?)?;
        grown.ray_mul_half_up(self.variable_borrow_index_ray.into())
    }

    /// Returns what a scaled claim is worth at a time, in smallest units, rounded **half up**.
    #[inline]
    pub(super) fn claim<A: Interest>(&self, scaled: u128, now: u64) -> Result<A, MathError> {
        A::from(scaled).ray_mul_half_up(self.income_index_ray(now)?)
    }

    /// Returns what a scaled debt stands for at a time, in smallest units, rounded **half up**; the index of no debt is
    /// not asked for, as in the contract.
    #[inline]
    pub(super) fn debt<A: Interest>(&self, scaled: u128, now: u64) -> Result<A, MathError> {
        if scaled == 0 { Ok(A::ZERO) } else { A::from(scaled).ray_mul_half_up(self.debt_index_ray(now)?) }
    }

    /// Counts interest until now, and the treasury's part of it. It touches no position.
    #[inline]
    pub(super) fn accrue(&mut self, reserve_factor_bps: u16, now: u64) -> Result<(), MathError> {
        if now == self.last_update {
            return Ok(());
        }
        let liquidity_index_ray = self.normalized_income_ray(now)?;
        if self.scaled_debt > 0 {
            let before = self.variable_borrow_index_ray;
            self.variable_borrow_index_ray = self.normalized_debt_ray(now)?;
            self.accrue_to_treasury(before, liquidity_index_ray, reserve_factor_bps)?;
        }
        self.liquidity_index_ray = liquidity_index_ray;
        self.last_update = now;
        Ok(())
    }

    /// Adds the treasury's part of what debts have grown, rounded **half up**.
    #[inline]
    fn accrue_to_treasury(
        &mut self,
        debt_index_before_ray: u128,
        liquidity_index_ray: u128,
        reserve_factor_bps: u16,
    ) -> Result<(), MathError> {
        if reserve_factor_bps == 0 {
            return Ok(());
        }
        let before = ray_mul_half_up(self.scaled_debt, debt_index_before_ray)?;
        let after = ray_mul_half_up(self.scaled_debt, self.variable_borrow_index_ray)?;
        let grown = after.checked_sub(before).ok_or(MathError::BelowZero)?;
        let due = percent_mul_half_up(grown, reserve_factor_bps.into())?;
        self.accrued_to_treasury = sum(self.accrued_to_treasury, ray_div_half_up(due, liquidity_index_ray)?)?;
        Ok(())
    }

    /// Sets the rates for what will be there once `added` came and `taken` went.
    #[inline]
    pub(super) fn update_rates(&mut self, params: &ReserveParams, added: u128, taken: u128) -> Result<(), AaveError> {
        let held = sum(self.available, added)?;
        let available =
            held.checked_sub(taken).ok_or(AaveError::InsufficientLiquidity { asked: taken, available: held })?;
        let variable_debt = ray_mul_half_up(self.scaled_debt, self.variable_borrow_index_ray)?;
        let lent = Lent { available, variable_debt, ..Lent::default() };
        let usage = lent.usage()?;
        let rate = params.strategy.variable_rate_ray(usage)?;
        self.liquidity_rate_ray = RateStrategy::liquidity_rate_ray(&lent, usage, rate, params.reserve_factor_bps)?;
        self.variable_borrow_rate_ray = rate;
        Ok(())
    }

    /// Creates claims worth `amount` and returns them, scaled, rounded **half up**.
    #[inline]
    pub(super) fn mint_supply(&mut self, amount: u128) -> Result<u128, AaveError> {
        let scaled = minted(amount, self.liquidity_index_ray)?;
        self.scaled_supply = sum(self.scaled_supply, scaled)?;
        Ok(scaled)
    }

    /// Creates debts of `amount` and returns them, scaled, rounded **half up**.
    #[inline]
    pub(super) fn mint_debt(&mut self, amount: u128) -> Result<u128, AaveError> {
        let scaled = minted(amount, self.variable_borrow_index_ray)?;
        self.scaled_debt = sum(self.scaled_debt, scaled)?;
        Ok(scaled)
    }

    /// Destroys claims worth `amount` of a user who holds `held`, scaled, and returns what the user keeps, scaled. What
    /// is destroyed rounds **half up**.
    #[inline]
    pub(super) fn burn_supply(&mut self, amount: u128, held: u128) -> Result<u128, AaveError> {
        let scaled = burned(amount, self.liquidity_index_ray, held)?;
        self.scaled_supply = self.scaled_supply.checked_sub(scaled).ok_or(MathError::BelowZero)?;
        Ok(held - scaled)
    }

    /// Destroys debts of `amount` of a user who owes `held`, scaled, and returns what the user still owes, scaled. What
    /// is destroyed rounds **half up**.
    #[inline]
    pub(super) fn burn_debt(&mut self, amount: u128, held: u128) -> Result<u128, AaveError> {
        let scaled = burned(amount, self.variable_borrow_index_ray, held)?;
        self.scaled_debt = self.scaled_debt.checked_sub(scaled).ok_or(MathError::BelowZero)?;
        Ok(held - scaled)
    }

    /// Returns the seconds since the last update.
    #[inline]
    fn seconds(&self, now: u64) -> Result<u64, MathError> {
        now.checked_sub(self.last_update).ok_or(MathError::BelowZero)
    }
}

/// Returns what is minted for an amount, scaled, rounded **half up**; nothing is refused.
#[inline]
fn minted(amount: u128, index_ray: u128) -> Result<u128, AaveError> {
    match ray_div_half_up(amount, index_ray)? {
        0 => Err(AaveError::NothingMinted { amount }),
        scaled => Ok(scaled),
    }
}

/// Returns what is burned for an amount, scaled, rounded **half up**; nothing is refused, and more than is held.
#[inline]
fn burned(amount: u128, index_ray: u128, held: u128) -> Result<u128, AaveError> {
    match ray_div_half_up(amount, index_ray)? {
        0 => Err(AaveError::NothingBurned { amount }),
        asked if asked > held => Err(AaveError::InsufficientScaled { asked, held }),
        scaled => Ok(scaled),
    }
}
