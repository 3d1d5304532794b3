//! Synthetix `StakingRewards` (commit 1609d156): a reward streams at a constant rate to all who stake, in proportion.
//!
//! One number grows for everybody, the reward per staked token; a stake remembers where that number stood when it was
//! last settled, and is owed the difference times its size.

mod error;
mod seat;
mod staking;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use error::StakingRewardsError;
pub use seat::Seat;

use crate::AccountId;
use plimsoll_math::{MathError, U256, sum};

/// What is true for the whole farm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// Smallest units staked by all.
    pub total_supply: u128,
    /// Smallest units of the reward token that the farm holds.
    pub reward_balance: u128,
    /// Smallest units of the reward token that stream to the stakers in a second.
    pub reward_rate: u128,
    /// When the stream ends, in seconds.
    pub period_finish: u64,
    /// Until when the stream is counted, in seconds.
    pub last_update_time: u64,
    /// Reward since the beginning per smallest unit staked, wad.
    pub reward_per_token_stored_wad: U256,
    /// How long the stream of a new reward lasts, in seconds.
    pub rewards_duration: u64,
    /// Whether new stakes are refused.
    pub paused: bool,
}

/// What one account has in the farm.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stake {
    /// Smallest units staked.
    pub balance: u128,
    /// Smallest units of the reward token that were owed when the stake was last settled.
    pub rewards: u128,
    /// Reward per smallest unit staked up to which the stake is settled, wad.
    pub reward_per_token_paid_wad: U256,
}

/// What an exit moved from the farm to the account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Exited {
    /// Smallest units of the staked token.
    pub withdrawn: u128,
    /// Smallest units of the reward token.
    pub reward: u128,
}

/// What a call about one account may change, as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StakingRewardsBefore {
    account: AccountId,
    totals: Totals,
    stake: Option<Stake>,
}

/// A farm: its totals and its stakes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StakingRewards {
    totals: Totals,
    stakes: BTreeMap<AccountId, Stake>,
}

impl StakingRewards {
    /// Returns an empty farm, whose rewards stream for `rewards_duration` seconds each.
    pub fn new(rewards_duration: u64) -> Self {
        let totals = Totals {
            total_supply: 0,
            reward_balance: 0,
            reward_rate: 0,
            period_finish: 0,
            last_update_time: 0,
            reward_per_token_stored_wad: U256::ZERO,
            rewards_duration,
            paused: false,
        };
        Self { totals, stakes: BTreeMap::new() }
    }

    /// Returns what is true for the whole farm.
    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    /// Returns what an account has in the farm.
    pub fn stake_of(&self, account: AccountId) -> Stake {
        self.stakes.get(&account).copied().unwrap_or_default()
    }

    /// Returns all who ever staked or claimed, by account.
    pub fn stakes(&self) -> impl Iterator<Item = (AccountId, &Stake)> {
        self.stakes.iter().map(|(account, stake)| (*account, stake))
    }

    /// Returns the reward since the beginning per smallest unit staked, wad, rounded **down**.
    ///
    /// # Errors
    /// The number is wider than 256 bits.
    pub fn reward_per_token_wad(&self, now: u64) -> Result<U256, StakingRewardsError> {
        Ok(self.totals.reward_per_token_wad(now)?)
    }

    /// Returns the reward that an account could claim, rounded **down**.
    ///
    /// # Errors
    /// The reward is beyond `u128`.
    pub fn earned(&self, account: AccountId, now: u64) -> Result<u128, StakingRewardsError> {
        Ok(self.stake_of(account).earned(self.totals.reward_per_token_wad(now)?)?)
    }

    /// Takes a stake in, from the account to the farm.
    ///
    /// # Errors
    /// The farm is paused, or the amount is zero.
    pub fn stake(&mut self, account: AccountId, amount: u128, now: u64) -> Result<(), StakingRewardsError> {
        self.transact(account, |seat| seat.stake(amount, now))
    }

    /// Gives a stake back, from the farm to the account.
    ///
    /// # Errors
    /// So much is not staked, or the amount is zero.
    pub fn withdraw(&mut self, account: AccountId, amount: u128, now: u64) -> Result<(), StakingRewardsError> {
        self.transact(account, |seat| seat.withdraw(amount, now))
    }

    /// Pays what an account has earned, from the farm to the account, and returns it.
    ///
    /// # Errors
    /// The farm does not hold it.
    pub fn get_reward(&mut self, account: AccountId, now: u64) -> Result<u128, StakingRewardsError> {
        self.transact(account, |seat| seat.get_reward(now))
    }

    /// Gives the whole stake back and pays what it earned.
    ///
    /// # Errors
    /// Nothing is staked, or the farm does not hold the reward.
    pub fn exit(&mut self, account: AccountId, now: u64) -> Result<Exited, StakingRewardsError> {
        self.transact(account, |seat| {
            let withdrawn = seat.stake.balance;
            seat.withdraw(withdrawn, now)?;
            Ok(Exited { withdrawn, reward: seat.get_reward(now)? })
        })
    }

    /// Takes reward tokens that are not streamed yet.
    ///
    /// # Errors
    /// The farm's balance would not fit 128 bits.
    pub fn fund(&mut self, reward: u128) -> Result<(), StakingRewardsError> {
        let reward_balance = sum(self.totals.reward_balance, reward)?;

        self.totals.reward_balance = reward_balance;
        Ok(())
    }

    /// Starts a new period that streams `reward` and what is left of the running one. The rate rounds **down**.
    ///
    /// # Errors
    /// What the farm holds does not last for the period.
    pub fn notify(&mut self, reward: u128, now: u64) -> Result<(), StakingRewardsError> {
        let mut totals = self.totals;
        totals.accrue(now)?;
        let left = u128::from(totals.period_finish.saturating_sub(now));
        let to_stream = U256::product(left, totals.reward_rate).checked_add(reward)?;
        let duration = u128::from(totals.rewards_duration);
        let rate = to_stream.div_down(duration)?.try_into_u128()?;
        let held = totals.reward_balance;
        if rate > held / duration {
            return Err(StakingRewardsError::RewardTooHigh { rate, duration: totals.rewards_duration, held });
        }
        totals.reward_rate = rate;
        totals.last_update_time = now;
        totals.period_finish =
            now.checked_add(totals.rewards_duration).ok_or(MathError::TooWide { bits: 65, fits: 64 })?;

        self.totals = totals;
        Ok(())
    }

    /// Sets how long the stream of a new reward lasts, in seconds.
    ///
    /// # Errors
    /// The period is still running.
    pub fn set_duration(&mut self, rewards_duration: u64, now: u64) -> Result<(), StakingRewardsError> {
        let period_finish = self.totals.period_finish;
        if now <= period_finish {
            return Err(StakingRewardsError::PeriodRunning { period_finish, now });
        }

        self.totals.rewards_duration = rewards_duration;
        Ok(())
    }

    /// Refuses new stakes, or accepts them again.
    pub fn set_paused(&mut self, paused: bool) {
        self.totals.paused = paused;
    }

    /// Returns the farm as an account sees it, to work on.
    pub fn seat(&self, account: AccountId) -> Seat {
        Seat { totals: self.totals, stake: self.stake_of(account) }
    }

    /// Writes back what was worked on. Between [`Self::seat`] and this, nothing else may have been written.
    pub fn write(&mut self, account: AccountId, seat: Seat) {
        self.totals = seat.totals;
        self.stakes.insert(account, seat.stake);
    }

    /// Returns what a call about an account may change, as it is now.
    pub fn before(&self, account: AccountId) -> StakingRewardsBefore {
        StakingRewardsBefore { account, totals: self.totals, stake: self.stakes.get(&account).copied() }
    }

    /// Puts back what was kept. Of several, what was kept last comes first.
    pub fn restore(&mut self, before: &StakingRewardsBefore) {
        self.totals = before.totals;
        match before.stake {
            Some(stake) => self.stakes.insert(before.account, stake),
            None => self.stakes.remove(&before.account),
        };
    }

    /// Does something on a copy, and keeps it if it succeeds.
    fn transact<T>(
        &mut self,
        account: AccountId,
        act: impl FnOnce(&mut Seat) -> Result<T, StakingRewardsError>,
    ) -> Result<T, StakingRewardsError> {
        let mut seat = self.seat(account);
        let receipt = act(&mut seat)?;

        self.write(account, seat);
        Ok(receipt)
    }
}
