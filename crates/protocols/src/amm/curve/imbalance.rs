//! The fee on liquidity that comes or goes in another ratio than the pool's.

use super::{CurveError, Invariant, StableSwap};
use plimsoll_math::{MathError, mul_div_down};

/// What liquidity that comes or goes leaves in the pool.
pub(super) struct Moved<const N: usize> {
    /// What the pool trades from then.
    balances: [u128; N],
    /// What is put aside for the owner.
    pub(super) admin_fees: [u128; N],
    /// The invariant's value without any part of the fees: what liquidity tokens are counted by.
    pub(super) d: u128,
}

impl<const N: usize> Moved<N> {
    /// Returns what a first deposit leaves: it pays no fee.
    pub(super) fn without_fees(balances: [u128; N], d: u128) -> Self {
        Self { balances, admin_fees: [0; N], d }
    }
}

impl<const N: usize> StableSwap<N> {
    /// Returns what is left when the pool's balances become `balances` and the invariant goes from `before` to `after`.
    ///
    /// Each coin pays for how far it is from where the pool's ratio would have it. Fees round **down**, in favour of
    /// the provider.
    pub(super) fn charged(
        &self,
        invariant: &Invariant<N>,
        balances: [u128; N],
        before: u128,
        after: u128,
    ) -> Result<Moved<N>, CurveError> {
        let (mut left, mut counted, mut admin_fees) = (balances, balances, [0; N]);
        for coin in 0..N {
            let ideal = mul_div_down(after, self.balances[coin], before)?;
            let fee = self.fees.on_imbalance_down(ideal.abs_diff(balances[coin]), N as u128)?;
            let admin_fee = self.fees.for_owner_down(fee)?;
            let balance = balances[coin];
            let beyond = CurveError::InsufficientLiquidity { coin, asked: fee, balance };
            counted[coin] = balance.checked_sub(fee).ok_or(beyond)?;
            left[coin] = balance - admin_fee;
            admin_fees[coin] = admin_fee;
        }
        let d = invariant.d(&self.scaled(&counted)?)?;
        Ok(Moved { balances: left, admin_fees, d })
    }

    /// Writes what liquidity that came or went leaves.
    pub(super) fn write(&mut self, left: &Moved<N>) {
        self.balances = left.balances;
        for (held, fee) in self.admin_balances.iter_mut().zip(left.admin_fees) {
            *held += fee;
        }
    }

    /// Returns what the pool trades from once `amounts` went out.
    pub(super) fn balances_without(&self, amounts: &[u128; N]) -> Result<[u128; N], CurveError> {
        let mut balances = [0; N];
        for (coin, balance) in balances.iter_mut().enumerate() {
            *balance = self.balance_without(coin, amounts[coin], 0)?;
        }
        Ok(balances)
    }

    /// Returns the invariant's value at `d` once the share of `liquidity` in the supply is gone, rounded **up** in
    /// favour of those who stay.
    pub(super) fn d_without_up(&self, d: u128, liquidity: u128) -> Result<u128, CurveError> {
        let gone = mul_div_down(liquidity, d, self.total_supply)?;
        Ok(d.checked_sub(gone).ok_or(MathError::BelowZero)?)
    }
}
