//! What one account does, on a copy.

use super::{Stake, StakingRewardsError, Totals};
use plimsoll_math::{MathError, U256, WAD, sum};

/// The farm as one account sees it: a copy to work on, which is written back or thrown away as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seat {
    /// The farm's totals.
    pub totals: Totals,
    /// The account's stake.
    pub stake: Stake,
}

impl Seat {
    /// Adds to the stake.
    ///
    /// # Errors
    /// The farm is paused, or the amount is zero. The copy is then spoilt.
    pub fn stake(&mut self, amount: u128, now: u64) -> Result<(), StakingRewardsError> {
        if self.totals.paused {
            return Err(StakingRewardsError::Paused);
        }
        if amount == 0 {
            return Err(StakingRewardsError::Zero);
        }
        self.settle(now)?;
        self.totals.total_supply = sum(self.totals.total_supply, amount)?;
        self.stake.balance += amount;
        Ok(())
    }

    /// Takes from the stake.
    ///
    /// # Errors
    /// So much is not staked, or the amount is zero. The copy is then spoilt.
    pub fn withdraw(&mut self, amount: u128, now: u64) -> Result<(), StakingRewardsError> {
        let staked = self.stake.balance;
        if amount == 0 {
            return Err(StakingRewardsError::Zero);
        }
        if amount > staked {
            return Err(StakingRewardsError::InsufficientStake { asked: amount, staked });
        }
        self.settle(now)?;
        self.totals.total_supply -= amount;
        self.stake.balance -= amount;
        Ok(())
    }

    /// Takes what the stake has earned out of the farm, and returns it.
    ///
    /// # Errors
    /// The farm does not hold it. The copy is then spoilt.
    pub fn get_reward(&mut self, now: u64) -> Result<u128, StakingRewardsError> {
        self.settle(now)?;
        let (owed, held) = (self.stake.rewards, self.totals.reward_balance);
        if owed > held {
            return Err(StakingRewardsError::InsufficientRewards { owed, held });
        }
        self.totals.reward_balance -= owed;
        self.stake.rewards = 0;
        Ok(owed)
    }

    /// Counts the stream until now, for the farm and for the stake.
    fn settle(&mut self, now: u64) -> Result<(), MathError> {
        self.totals.accrue(now)?;
        self.stake.rewards = self.stake.earned(self.totals.reward_per_token_stored_wad)?;
        self.stake.reward_per_token_paid_wad = self.totals.reward_per_token_stored_wad;
        Ok(())
    }
}

impl Totals {
    /// Returns until when the stream can be counted now.
    fn last_time_reward_applicable(&self, now: u64) -> u64 {
        now.min(self.period_finish)
    }

    /// Returns the reward per smallest unit staked, wad, rounded **down**. While nobody stakes, the stream is lost.
    pub(super) fn reward_per_token_wad(&self, now: u64) -> Result<U256, MathError> {
        if self.total_supply == 0 {
            return Ok(self.reward_per_token_stored_wad);
        }
        let until = self.last_time_reward_applicable(now);
        let elapsed = until.checked_sub(self.last_update_time).ok_or(MathError::BelowZero)?;
        let streamed_wad = U256::product(elapsed.into(), self.reward_rate).checked_mul(WAD)?;
        self.reward_per_token_stored_wad.checked_add(streamed_wad.div_down(self.total_supply)?)
    }

    /// Counts the stream until now.
    pub(super) fn accrue(&mut self, now: u64) -> Result<(), MathError> {
        self.reward_per_token_stored_wad = self.reward_per_token_wad(now)?;
        self.last_update_time = self.last_time_reward_applicable(now);
        Ok(())
    }
}

impl Stake {
    /// Returns what the stake is owed when the reward per smallest unit staked stands at `reward_per_token_wad`,
    /// rounded
    /// **down** in favour of the farm.
    pub(super) fn earned(&self, reward_per_token_wad: U256) -> Result<u128, MathError> {
        let grown_wad = reward_per_token_wad.checked_sub(self.reward_per_token_paid_wad)?;
        grown_wad.checked_mul(self.balance)?.div_down(WAD)?.checked_add(self.rewards)?.try_into_u128()
    }
}
