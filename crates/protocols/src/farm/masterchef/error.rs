//! Why the contract refuses.

use thiserror::Error;

use plimsoll_math::MathError;

/// Why a call to the contract reverted. The contract is as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MasterChefError {
    /// No pool has this number.
    #[error("pool {pid} of {pools}")]
    UnknownPool {
        /// The number asked for.
        pid: u16,
        /// How many pools there are; the first is 0.
        pools: usize,
    },
    /// The deposit is smaller than what is to be withdrawn.
    #[error("{asked} to withdraw, {deposited} deposited")]
    InsufficientDeposit {
        /// Smallest units asked for.
        asked: u128,
        /// Smallest units deposited.
        deposited: u128,
    },
    /// Rewards cannot be shared out, since the allocation points of all pools sum to zero.
    #[error("no pool has allocation points")]
    NoAllocation,
    /// There are as many pools as can be numbered.
    #[error("there are {pools} pools already")]
    TooManyPools {
        /// How many there are.
        pools: usize,
    },
    /// An overflow, a difference below zero or a division by zero.
    #[error(transparent)]
    Math(#[from] MathError),
}
