//! The bank as its depositors know it: interest, deposits and withdrawals.

use super::{Accrued, Bank, BankError, Deposited, Withdrawn};
use plimsoll_math::{mul_div_down, sum};

impl Bank {
    /// Counts the interest up to now.
    ///
    /// # Errors
    /// The interest model cannot tell, or a sum is beyond `u128`.
    pub fn accrue(&mut self, now: u64) -> Result<Accrued, BankError> {
        let mut state = self.state;
        let accrued = state.accrue(&self.params, now)?;

        self.state = state;
        Ok(accrued)
    }

    /// Takes base, and mints interest-bearing shares for it. They round **down**, in favour of the other depositors.
    ///
    /// # Errors
    /// Interest cannot be counted, or a sum is beyond `u128`.
    pub fn deposit(&mut self, value: u128, now: u64) -> Result<Deposited, BankError> {
        let mut state = self.state;
        let accrued = state.accrue(&self.params, now)?;
        let total = state.total_base()?;
        let share = if total == 0 { value } else { mul_div_down(value, state.total_supply, total)? };
        state.balance = sum(state.balance, value)?;
        state.total_supply = sum(state.total_supply, share)?;

        self.state = state;
        Ok(Deposited { accrued, value, share })
    }

    /// Burns interest-bearing shares, and gives base for them. It rounds **down**, in favour of the other depositors.
    ///
    /// # Errors
    /// So many shares do not exist, or the base is lent out.
    pub fn withdraw(&mut self, share: u128, now: u64) -> Result<Withdrawn, BankError> {
        let mut state = self.state;
        let accrued = state.accrue(&self.params, now)?;
        let (total_supply, idle) = (state.total_supply, state.balance);
        if share > total_supply {
            return Err(BankError::BeyondSupply { share, total_supply });
        }
        let value = mul_div_down(share, state.total_base()?, total_supply)?;
        if value > idle {
            return Err(BankError::InsufficientIdle { asked: value, idle });
        }
        state.total_supply -= share;
        state.balance -= value;

        self.state = state;
        Ok(Withdrawn { accrued, share, value })
    }

    /// Gives part of the reserve to the depositors. No interest is counted and no token moves.
    ///
    /// # Errors
    /// The reserve is smaller than that.
    pub fn reduce_reserve(&mut self, value: u128) -> Result<(), BankError> {
        let reserve = self.state.reserve;
        if value > reserve {
            return Err(BankError::InsufficientReserve { asked: value, reserve });
        }

        self.state.reserve -= value;
        Ok(())
    }
}
