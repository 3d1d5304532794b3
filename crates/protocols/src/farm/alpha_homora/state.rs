//! The bank's numbers, and what interest, loans and repayments do to them.

use super::{Accrued, BankError, BankParams, InterestModel, Position};
use plimsoll_math::{BPS, MathError, U256, WAD, mul_div_down, sum};

/// The bank's numbers, in smallest units of the base asset unless said otherwise.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BankState {
    /// Base that is not lent out.
    pub balance: u128,
    /// Sum of the positions' debt shares.
    pub debt_share: u128,
    /// What all positions owe, interest included up to the last accrual.
    pub debt_value: u128,
    /// The part of what the bank has that does not belong to its depositors.
    pub reserve: u128,
    /// Up to when interest is counted, in seconds.
    pub last_accrual: u64,
    /// Interest-bearing shares that exist.
    pub total_supply: u128,
}

impl BankState {
    /// Returns what belongs to the depositors: all base, idle or lent, less the reserve.
    ///
    /// # Errors
    /// The sum is beyond `u128`, or the reserve is greater.
    pub fn total_base(&self) -> Result<u128, MathError> {
        sum(self.balance, self.debt_value)?.checked_sub(self.reserve).ok_or(MathError::BelowZero)
    }

    /// Returns what a share of the debt owes, rounded **down**.
    ///
    /// # Errors
    /// The value is beyond `u128`.
    pub fn debt_value_down(&self, share: u128) -> Result<u128, MathError> {
        if self.debt_share == 0 { Ok(share) } else { mul_div_down(share, self.debt_value, self.debt_share) }
    }

    /// Returns the interest since the last accrual, rounded **down**.
    pub(super) fn pending_interest_down(&self, model: InterestModel, now: u64) -> Result<u128, MathError> {
        if now <= self.last_accrual {
            return Ok(0);
        }
        let elapsed = u128::from(now - self.last_accrual);
        let rate_wad = model.rate_per_second_wad(self.debt_value, self.balance)?;
        U256::product(rate_wad, self.debt_value).checked_mul(elapsed)?.div_down(WAD)?.try_into_u128()
    }

    /// Counts the interest up to now. The reserve's part rounds **down**, in favour of the depositors.
    pub(super) fn accrue(&mut self, params: &BankParams, now: u64) -> Result<Accrued, MathError> {
        let interest = self.pending_interest_down(params.interest, now)?;
        let to_reserve = mul_div_down(interest, params.reserve_bps.into(), BPS)?;
        self.reserve = sum(self.reserve, to_reserve)?;
        self.debt_value = sum(self.debt_value, interest)?;
        self.last_accrual = self.last_accrual.max(now);
        Ok(Accrued { interest, to_reserve })
    }

    /// Takes what the user sends and hands it on with the loan; returns the two together.
    pub(super) fn lend(&mut self, value: u128, loan: u128) -> Result<u128, BankError> {
        let idle = self.balance;
        if loan > idle {
            return Err(BankError::InsufficientIdle { asked: loan, idle });
        }
        self.balance -= loan;
        Ok(sum(value, loan)?)
    }

    /// Clears what a position owes, and returns it. It rounds **down**: the others owe what is left over.
    pub(super) fn remove_debt(&mut self, position: &mut Position) -> Result<u128, MathError> {
        let value = self.debt_value_down(position.debt_share)?;
        self.debt_share -= position.debt_share;
        self.debt_value -= value;
        position.debt_share = 0;
        Ok(value)
    }

    /// Books what a position owes, which owes nothing yet. Its share rounds **down**.
    pub(super) fn add_debt(&mut self, position: &mut Position, value: u128) -> Result<(), MathError> {
        let share = if self.debt_share == 0 { value } else { mul_div_down(value, self.debt_share, self.debt_value)? };
        self.debt_share = sum(self.debt_share, share)?;
        self.debt_value = sum(self.debt_value, value)?;
        position.debt_share = share;
        Ok(())
    }
}
