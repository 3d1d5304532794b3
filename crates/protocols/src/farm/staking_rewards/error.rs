//! Why the farm refuses.

use thiserror::Error;

use plimsoll_math::MathError;

/// Why a call to the farm reverted. The farm is as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum StakingRewardsError {
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
    /// An overflow, a difference below zero or a division by zero.
    #[error(transparent)]
    Math(#[from] MathError),
}
