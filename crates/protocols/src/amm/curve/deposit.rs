//! Liquidity that comes.

use super::{CurveError, StableSwap, imbalance::Moved};
use plimsoll_math::{MathError, mul_div_down, sum};

/// What a deposit moved. Liquidity tokens come into being.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Added<const N: usize> {
    /// From the provider to the pool, in each coin's smallest units.
    pub paid: [u128; N],
    /// Liquidity tokens for the provider.
    pub minted: u128,
    /// Of what the pool holds, put aside for its owner.
    pub admin_fees: [u128; N],
}

/// Which way liquidity flows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Into the pool.
    Deposit,
    /// Out of the pool.
    Withdrawal,
}

impl<const N: usize> StableSwap<N> {
    /// Takes `paid` and mints liquidity tokens for what it adds to the invariant, less the fee on what moves the pool
    /// off its ratio. They round **down**, in favour of those who are in already. The first deposit pays no fee.
    ///
    /// # Errors
    /// The first deposit lacks a coin; the deposit adds nothing, less than its fee, or mints less than `least_minted`;
    /// a coin is missing, or a number does not fit.
    pub fn add_liquidity(&mut self, paid: [u128; N], least_minted: u128, now: u64) -> Result<Added<N>, CurveError> {
        let first = self.total_supply == 0;
        let missing = paid.iter().position(|amount| *amount == 0);
        if let Some(coin) = missing.filter(|_| first) {
            return Err(CurveError::IncompleteFirstDeposit { coin });
        }
        let invariant = self.invariant(now)?;
        let before = if first && !self.template.compares_first_deposit() {
            0
        } else {
            invariant.d(&self.scaled(&self.balances)?)?
        };
        let balances = self.balances_with(&paid)?;
        let after = invariant.d(&self.scaled(&balances)?)?;
        if after <= before {
            return Err(CurveError::NothingAdded { before, after });
        }
        let (minted, left) = if first {
            (after, Moved::without_fees(balances, after))
        } else {
            let left = self.charged(&invariant, balances, before, after)?;
            let gained = left.d.checked_sub(before).ok_or(MathError::BelowZero)?;
            (mul_div_down(self.total_supply, gained, before)?, left)
        };
        if minted < least_minted {
            return Err(CurveError::BelowMinimum { amount: minted, least: least_minted });
        }
        let total_supply = sum(self.total_supply, minted)?;

        self.total_supply = total_supply;
        self.write(&left);
        Ok(Added { paid, minted, admin_fees: left.admin_fees })
    }

    /// Returns the contract's estimate of the liquidity tokens that `amounts` are worth: it counts what they do to the
    /// invariant, but no fees.
    ///
    /// # Errors
    /// The pool is empty, or has not so much to withdraw.
    pub fn calc_token_amount(&self, amounts: [u128; N], flow: Flow, now: u64) -> Result<u128, CurveError> {
        let invariant = self.invariant(now)?;
        let before = invariant.d(&self.scaled(&self.balances)?)?;
        let balances = match flow {
            Flow::Deposit => self.balances_with(&amounts)?,
            Flow::Withdrawal => self.balances_without(&amounts)?,
        };
        let after = invariant.d(&self.scaled(&balances)?)?;
        let difference = match flow {
            Flow::Deposit => after.checked_sub(before),
            Flow::Withdrawal => before.checked_sub(after),
        };
        Ok(mul_div_down(difference.ok_or(MathError::BelowZero)?, self.total_supply, before)?)
    }

    /// Returns what the pool trades from once `amounts` came in.
    fn balances_with(&self, amounts: &[u128; N]) -> Result<[u128; N], CurveError> {
        let mut balances = [0; N];
        for (coin, balance) in balances.iter_mut().enumerate() {
            *balance = self.balance_with(coin, amounts[coin])?;
        }
        Ok(balances)
    }
}
