//! Liquidity that goes.
//!
//! Who calls must hold the liquidity tokens that are burned; that is for the ledger to see to. An imbalanced withdrawal
//! says how many only afterwards, so it is called with no greater `most_burned` than what the provider holds.

use super::{CurveError, StableSwap};
use plimsoll_math::{MathError, mul_div_down};

/// What a withdrawal moved. Liquidity tokens cease to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Removed<const N: usize> {
    /// Liquidity tokens of the provider that are gone.
    pub burned: u128,
    /// From the pool to the provider, in each coin's smallest units.
    pub taken: [u128; N],
    /// Of what the pool holds, put aside for its owner.
    pub admin_fees: [u128; N],
}

impl<const N: usize> StableSwap<N> {
    /// Burns `liquidity` tokens and gives the share of each coin that they stand for, rounded **down** in favour of
    /// those who stay. It costs no fee, and works however lopsided the pool is.
    ///
    /// # Errors
    /// So many do not exist, or a coin comes out at less than its `least`.
    pub fn remove_liquidity(&mut self, liquidity: u128, least: [u128; N]) -> Result<Removed<N>, CurveError> {
        self.check_supply(liquidity)?;
        let mut taken = [0; N];
        for coin in 0..N {
            taken[coin] = mul_div_down(self.balances[coin], liquidity, self.total_supply)?;
            if taken[coin] < least[coin] {
                return Err(CurveError::BelowMinimum { amount: taken[coin], least: least[coin] });
            }
        }
        let balances = self.balances_without(&taken)?;

        self.balances = balances;
        self.total_supply -= liquidity;
        Ok(Removed { burned: liquidity, taken, admin_fees: [0; N] })
    }

    /// Gives exactly `taken` and burns the liquidity tokens that it costs, fees included: one more than computed, but
    /// for [`Template::Steth`](super::Template::Steth), in favour of those who stay.
    ///
    /// # Errors
    /// The pool has not so much, it would burn nothing, more than exists or more than `most_burned`, or what is left
    /// lacks a coin.
    pub fn remove_liquidity_imbalance(
        &mut self,
        taken: [u128; N],
        most_burned: u128,
        now: u64,
    ) -> Result<Removed<N>, CurveError> {
        if self.total_supply == 0 {
            return Err(CurveError::NothingBurned);
        }
        let invariant = self.invariant(now)?;
        let before = invariant.d(&self.scaled(&self.balances)?)?;
        let balances = self.balances_without(&taken)?;
        let after = invariant.d(&self.scaled(&balances)?)?;
        let left = self.charged(&invariant, balances, before, after)?;
        let lost = before.checked_sub(left.d).ok_or(MathError::BelowZero)?;
        let computed = mul_div_down(lost, self.total_supply, before)?;
        if computed == 0 {
            return Err(CurveError::NothingBurned);
        }
        let burned = computed.saturating_add(self.template.burn_surcharge());
        if burned > most_burned {
            return Err(CurveError::AboveMaximum { amount: burned, most: most_burned });
        }
        self.check_supply(burned)?;

        self.total_supply -= burned;
        self.write(&left);
        Ok(Removed { burned, taken, admin_fees: left.admin_fees })
    }

    /// Burns `liquidity` tokens and gives what they stand for in one coin, less the fee, rounded **down** in favour of
    /// those who stay.
    ///
    /// # Errors
    /// There is no such coin, so many tokens do not exist, they are worth nothing or less than `least`, or a coin is
    /// missing.
    pub fn remove_liquidity_one_coin(
        &mut self,
        liquidity: u128,
        coin: usize,
        least: u128,
        now: u64,
    ) -> Result<Removed<N>, CurveError> {
        self.check_supply(liquidity)?;
        let (amount, fee) = self.worth_in_one_coin(liquidity, coin, now)?;
        if amount < least {
            return Err(CurveError::BelowMinimum { amount, least });
        }
        let admin_fee = self.fees.for_owner_down(fee)?;
        let balance = self.balance_without(coin, amount, admin_fee)?;

        let (mut taken, mut admin_fees) = ([0; N], [0; N]);
        (taken[coin], admin_fees[coin]) = (amount, admin_fee);
        self.balances[coin] = balance;
        self.admin_balances[coin] += admin_fee;
        self.total_supply -= liquidity;
        Ok(Removed { burned: liquidity, taken, admin_fees })
    }

    /// Returns what `liquidity` tokens are worth in one coin, less the fee: exactly what a withdrawal would give.
    ///
    /// # Errors
    /// There is no such coin, the tokens are worth nothing, or a coin is missing.
    pub fn calc_withdraw_one_coin(&self, liquidity: u128, coin: usize, now: u64) -> Result<u128, CurveError> {
        Ok(self.worth_in_one_coin(liquidity, coin, now)?.0)
    }

    /// Returns what `liquidity` tokens are worth in one coin, and the fee that is already off it.
    ///
    /// Each coin pays for how far it will be from where the pool's ratio would have it.
    fn worth_in_one_coin(&self, liquidity: u128, coin: usize, now: u64) -> Result<(u128, u128), CurveError> {
        Self::check_coin(coin)?;
        let below_zero = || CurveError::from(MathError::BelowZero);
        let invariant = self.invariant(now)?;
        let scaled = self.scaled(&self.balances)?;
        let before = invariant.d(&scaled)?;
        let after = self.d_without_up(before, liquidity)?;
        let left = invariant.balance(coin, &scaled, after)?;
        let gross = scaled[coin].checked_sub(left).ok_or_else(below_zero)?;
        let gross = self.rates[coin].unscale_down(gross)?;
        let mut counted = scaled;
        for (other, counted) in counted.iter_mut().enumerate() {
            let ideal = mul_div_down(scaled[other], after, before)?;
            let moved = if other == coin { ideal.checked_sub(left) } else { scaled[other].checked_sub(ideal) };
            let fee = self.fees.on_imbalance_down(moved.ok_or_else(below_zero)?, N as u128)?;
            *counted = counted.checked_sub(fee).ok_or_else(below_zero)?;
        }
        let left = invariant.balance(coin, &counted, after)?;
        let net = counted[coin].checked_sub(left).and_then(|net| net.checked_sub(1)).ok_or_else(below_zero)?;
        let net = self.rates[coin].unscale_down(net)?;
        Ok((net, gross.checked_sub(net).ok_or_else(below_zero)?))
    }
}
