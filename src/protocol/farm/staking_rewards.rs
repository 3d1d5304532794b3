//! Synthetix `StakingRewards` (commit 1609d156): a reward streams at a constant rate to all who stake, in proportion.
//!
//! One number grows for everybody, the reward per staked token; a stake remembers where that number stood when it was
//! last settled, and is owed the difference times its size.

use std::collections::BTreeMap;

use thiserror::Error;

use crate::{
    math::{MathError, U256, WAD},
    protocol::AccountId,
};

/// Why a call to the farm reverted. The farm is as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum StakingError {
    /// Zero can be neither staked nor withdrawn.
    #[error("the amount is zero")]
    Zero,
    /// The farm takes no new stakes.
    #[error("the farm is paused")]
    Paused,
    /// The stake is smaller than what is to be withdrawn.
    #[error("{asked} to withdraw, {staked} staked")]
    InsufficientStake {
        /// Smallest units asked for.
        asked: u128,
        /// Smallest units staked.
        staked: u128,
    },
    /// The farm does not hold the rewards that it owes.
    #[error("{owed} owed, {held} held")]
    InsufficientRewards {
        /// Smallest units of the reward token owed.
        owed: u128,
        /// Smallest units of the reward token held.
        held: u128,
    },
    /// The rewards held do not last for the whole period.
    #[error("{rate} a second cannot be paid for {duration} seconds from {held}")]
    RewardTooHigh {
        /// Smallest units of the reward token a second.
        rate: u128,
        /// Seconds of a period.
        duration: u64,
        /// Smallest units of the reward token held.
        held: u128,
    },
    /// The period is still running.
    #[error("the period runs until {period_finish}, it is {now}")]
    PeriodRunning {
        /// When it ends, in seconds.
        period_finish: u64,
        /// Seconds now.
        now: u64,
    },
    /// A result does not exist.
    #[error(transparent)]
    Math(#[from] MathError),
}

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

/// A farm: its totals and its stakes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StakingRewards {
    totals: Totals,
    stakes: BTreeMap<AccountId, Stake>,
}

/// The farm as one account sees it: a copy to work on, which is written back or thrown away as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seat {
    /// The farm's totals.
    pub totals: Totals,
    /// The account's stake.
    pub stake: Stake,
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
    pub fn reward_per_token_wad(&self, now: u64) -> Result<U256, StakingError> {
        Ok(self.totals.reward_per_token_wad(now)?)
    }

    /// Returns the reward that an account could claim, rounded **down**.
    ///
    /// # Errors
    /// The reward is beyond `u128`.
    pub fn earned(&self, account: AccountId, now: u64) -> Result<u128, StakingError> {
        Ok(self.stake_of(account).earned(self.totals.reward_per_token_wad(now)?)?)
    }

    /// Takes a stake in, from the account to the farm.
    ///
    /// # Errors
    /// The farm is paused, or the amount is zero.
    pub fn stake(&mut self, account: AccountId, amount: u128, now: u64) -> Result<(), StakingError> {
        self.transact(account, |seat| seat.stake(amount, now))
    }

    /// Gives a stake back, from the farm to the account.
    ///
    /// # Errors
    /// So much is not staked, or the amount is zero.
    pub fn withdraw(&mut self, account: AccountId, amount: u128, now: u64) -> Result<(), StakingError> {
        self.transact(account, |seat| seat.withdraw(amount, now))
    }

    /// Pays what an account has earned, from the farm to the account, and returns it.
    ///
    /// # Errors
    /// The farm does not hold it.
    pub fn get_reward(&mut self, account: AccountId, now: u64) -> Result<u128, StakingError> {
        self.transact(account, |seat| seat.get_reward(now))
    }

    /// Gives the whole stake back and pays what it earned.
    ///
    /// # Errors
    /// Nothing is staked, or the farm does not hold the reward.
    pub fn exit(&mut self, account: AccountId, now: u64) -> Result<Exited, StakingError> {
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
    pub fn fund(&mut self, reward: u128) -> Result<(), StakingError> {
        let balance = self.totals.reward_balance.checked_add(reward);
        let reward_balance = balance.ok_or(MathError::TooWide { bits: 129, fits: 128 })?;

        self.totals.reward_balance = reward_balance;
        Ok(())
    }

    /// Starts a new period that streams `reward` and what is left of the running one. The rate rounds **down**.
    ///
    /// # Errors
    /// What the farm holds does not last for the period.
    pub fn notify(&mut self, reward: u128, now: u64) -> Result<(), StakingError> {
        let mut totals = self.totals;
        totals.accrue(now)?;
        let left = u128::from(totals.period_finish.saturating_sub(now));
        let to_stream = U256::product(left, totals.reward_rate).checked_add(reward)?;
        let duration = u128::from(totals.rewards_duration);
        let rate = to_stream.div_down(duration)?.try_into_u128()?;
        let held = totals.reward_balance;
        if rate > held / duration {
            return Err(StakingError::RewardTooHigh { rate, duration: totals.rewards_duration, held });
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
    pub fn set_duration(&mut self, rewards_duration: u64, now: u64) -> Result<(), StakingError> {
        let period_finish = self.totals.period_finish;
        if now <= period_finish {
            return Err(StakingError::PeriodRunning { period_finish, now });
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

    /// Does something on a copy, and keeps it if it succeeds.
    fn transact<T>(
        &mut self,
        account: AccountId,
        act: impl FnOnce(&mut Seat) -> Result<T, StakingError>,
    ) -> Result<T, StakingError> {
        let mut seat = self.seat(account);
        let receipt = act(&mut seat)?;

        self.write(account, seat);
        Ok(receipt)
    }
}

impl Seat {
    /// Adds to the stake.
    ///
    /// # Errors
    /// The farm is paused, or the amount is zero. The copy is then spoilt.
    pub fn stake(&mut self, amount: u128, now: u64) -> Result<(), StakingError> {
        if self.totals.paused {
            return Err(StakingError::Paused);
        }
        if amount == 0 {
            return Err(StakingError::Zero);
        }
        self.settle(now)?;
        let total_supply = self.totals.total_supply.checked_add(amount);
        self.totals.total_supply = total_supply.ok_or(MathError::TooWide { bits: 129, fits: 128 })?;
        self.stake.balance += amount;
        Ok(())
    }

    /// Takes from the stake.
    ///
    /// # Errors
    /// So much is not staked, or the amount is zero. The copy is then spoilt.
    pub fn withdraw(&mut self, amount: u128, now: u64) -> Result<(), StakingError> {
        let staked = self.stake.balance;
        if amount == 0 {
            return Err(StakingError::Zero);
        }
        if amount > staked {
            return Err(StakingError::InsufficientStake { asked: amount, staked });
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
    pub fn get_reward(&mut self, now: u64) -> Result<u128, StakingError> {
        self.settle(now)?;
        let (owed, held) = (self.stake.rewards, self.totals.reward_balance);
        if owed > held {
            return Err(StakingError::InsufficientRewards { owed, held });
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
    fn reward_per_token_wad(&self, now: u64) -> Result<U256, MathError> {
        if self.total_supply == 0 {
            return Ok(self.reward_per_token_stored_wad);
        }
        let until = self.last_time_reward_applicable(now);
        let elapsed = until.checked_sub(self.last_update_time).ok_or(MathError::BelowZero)?;
        let streamed_wad = U256::product(elapsed.into(), self.reward_rate).checked_mul(WAD)?;
        self.reward_per_token_stored_wad.checked_add(streamed_wad.div_down(self.total_supply)?)
    }

    /// Counts the stream until now.
    fn accrue(&mut self, now: u64) -> Result<(), MathError> {
        self.reward_per_token_stored_wad = self.reward_per_token_wad(now)?;
        self.last_update_time = self.last_time_reward_applicable(now);
        Ok(())
    }
}

impl Stake {
    /// Returns what the stake is owed when the reward per smallest unit staked stands at `reward_per_token_wad`, rounded
    /// **down** in favour of the farm.
    fn earned(&self, reward_per_token_wad: U256) -> Result<u128, MathError> {
        let grown_wad = reward_per_token_wad.checked_sub(self.reward_per_token_paid_wad)?;
        grown_wad.checked_mul(self.balance)?.div_down(WAD)?.checked_add(self.rewards)?.try_into_u128()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DAY: u64 = 86_400;
    const ALICE: AccountId = AccountId(1);
    const BOB: AccountId = AccountId(2);

    /// AlphaFinanceLab/alphahomora@5017311, `test/UniswapBank.test.js`, "should give rewards out when you stake".
    #[test]
    fn a_reward_is_shared_by_stake_and_time() {
        let mut farm = StakingRewards::new(7 * DAY);
        farm.fund(WAD).unwrap();
        farm.notify(WAD, 0).unwrap();
        farm.stake(ALICE, WAD / 100, 0).unwrap();
        assert_eq!(farm.earned(ALICE, DAY), Ok(142_857_142_857_129_600));
        farm.stake(BOB, WAD / 50, DAY).unwrap();
        assert_eq!(farm.earned(ALICE, 2 * DAY), Ok(190_476_190_476_172_800));
        assert_eq!(farm.earned(BOB, 2 * DAY), Ok(95_238_095_238_086_400));
        assert_eq!(farm.exit(BOB, 2 * DAY).unwrap(), Exited { withdrawn: WAD / 50, reward: 95_238_095_238_086_400 });
        assert_eq!(farm.totals().reward_balance, WAD - 95_238_095_238_086_400);
    }

    #[test]
    fn a_reward_that_is_not_there_is_not_promised() {
        let mut farm = StakingRewards::new(10);
        farm.fund(99).unwrap();
        let refused = farm.notify(100, 0);
        assert_eq!(refused, Err(StakingError::RewardTooHigh { rate: 10, duration: 10, held: 99 }));
        farm.notify(99, 0).unwrap();
        assert_eq!(farm.set_duration(20, 10), Err(StakingError::PeriodRunning { period_finish: 10, now: 10 }));
        assert_eq!(farm.set_duration(20, 11), Ok(()));
    }

    #[derive(Debug, Clone, Copy)]
    enum Call {
        Stake(AccountId, u128),
        Withdraw(AccountId, u128),
        GetReward(AccountId),
        Exit(AccountId),
        Notify(u128),
        Pause(bool),
    }

    impl Call {
        fn make(self, farm: &mut StakingRewards, now: u64) -> Result<(), StakingError> {
            match self {
                Self::Stake(account, amount) => farm.stake(account, amount, now),
                Self::Withdraw(account, amount) => farm.withdraw(account, amount, now),
                Self::GetReward(account) => farm.get_reward(account, now).map(|_| ()),
                Self::Exit(account) => farm.exit(account, now).map(|_| ()),
                Self::Notify(reward) => farm.notify(reward, now),
                Self::Pause(paused) => {
                    farm.set_paused(paused);
                    Ok(())
                }
            }
        }
    }

    fn call() -> impl Strategy<Value = Call> {
        let account = || (0u32..4).prop_map(AccountId);
        let amount = || (0u128..1 << 80, 0u32..80).prop_map(|(amount, shift)| amount >> shift);
        prop_oneof![
            4 => (account(), amount()).prop_map(|(account, amount)| Call::Stake(account, amount)),
            2 => (account(), amount()).prop_map(|(account, amount)| Call::Withdraw(account, amount)),
            2 => account().prop_map(Call::GetReward),
            2 => account().prop_map(Call::Exit),
            2 => amount().prop_map(Call::Notify),
            1 => any::<bool>().prop_map(Call::Pause),
        ]
    }

    proptest! {
        #[test]
        fn stakes_sum_to_the_total_and_a_failed_call_changes_nothing(
            calls in prop::collection::vec((call(), 0u64..2_000_000), 1..40),
        ) {
            let mut farm = StakingRewards::new(7 * DAY);
            let mut now = 0;
            for (call, seconds) in calls {
                now += seconds;
                if let Call::Notify(reward) = call {
                    farm.fund(reward).unwrap();
                }
                let before = farm.clone();
                if call.make(&mut farm, now).is_err() {
                    prop_assert_eq!(&farm, &before, "{:?}", call);
                }
                let staked: u128 = farm.stakes().map(|(_, stake)| stake.balance).sum();
                prop_assert_eq!(staked, farm.totals().total_supply);
            }
        }
    }
}
