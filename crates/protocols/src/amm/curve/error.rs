//! Why a pool refuses.

use thiserror::Error;

use plimsoll_math::MathError;

/// Why a call to a pool reverted. The pool, and the base pool of a metapool, are as they were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CurveError {
    /// There is no coin of that number.
    #[error("coin {coin} of a pool of {coins}")]
    NoSuchCoin {
        /// The number, from 0.
        coin: usize,
        /// How many coins there are.
        coins: usize,
    },
    /// A coin is traded for itself.
    #[error("coin {coin} for itself")]
    SameCoin {
        /// Its index in the pool.
        coin: usize,
    },
    /// A coin with more decimals than the 18 that a pool counts in.
    #[error("coin {coin} has {decimals} decimals, a pool counts in 18")]
    TooManyDecimals {
        /// Its index in the pool.
        coin: usize,
        /// Its decimals.
        decimals: u8,
    },
    /// A metapool's arithmetic for a pool without a base.
    #[error("a metapool is made over its base pool")]
    NeedsBasePool,
    /// A fee above what the contract accepts.
    #[error("a fee of {fee} ten-billionths, at most {most}")]
    FeeTooHigh {
        /// In ten-billionths.
        fee: u128,
        /// The greatest that the contract accepts.
        most: u128,
    },
    /// An amplification that the contract does not accept.
    #[error("an amplification of {amplification}, from 1 to {most}")]
    AmplificationOutOfRange {
        /// As asked for.
        amplification: u128,
        /// The greatest that the contract accepts.
        most: u128,
    },
    /// The last ramp began less than a day ago.
    #[error("a ramp at {now}, not before {earliest}")]
    RampTooSoon {
        /// The time of the call, in Unix seconds.
        now: u64,
        /// The first second at which it may begin.
        earliest: u64,
    },
    /// A ramp of less than a day.
    #[error("a ramp until {until}, not before {earliest}")]
    RampTooShort {
        /// When it would end, in seconds.
        until: u64,
        /// The first second at which it may end.
        earliest: u64,
    },
    /// A ramp to more than ten times or less than a tenth.
    #[error("an amplification from {from} to {to} is more than tenfold")]
    RampTooFar {
        /// The amplification now, in the units that the pool keeps it in.
        from: u128,
        /// The amplification asked for, in the same units.
        to: u128,
    },
    /// The first deposit lacks a coin.
    #[error("the first deposit brings nothing of coin {coin}")]
    IncompleteFirstDeposit {
        /// Its index in the pool.
        coin: usize,
    },
    /// A deposit that does not raise the invariant.
    #[error("the deposit takes the invariant from {before} to {after}")]
    NothingAdded {
        /// The invariant before.
        before: u128,
        /// The invariant with the deposit.
        after: u128,
    },
    /// A withdrawal worth no liquidity token.
    #[error("the withdrawal burns no liquidity token")]
    NothingBurned,
    /// Nothing is taken out.
    #[error("nothing is taken out")]
    NothingTaken,
    /// Fewer liquidity tokens exist than are to be burned.
    #[error("{liquidity} liquidity tokens to burn, {total_supply} exist")]
    BeyondSupply {
        /// Liquidity tokens to burn.
        liquidity: u128,
        /// Liquidity tokens that exist.
        total_supply: u128,
    },
    /// The pool has less than is asked of it.
    #[error("{asked} of coin {coin} asked, {balance} held")]
    InsufficientLiquidity {
        /// Its index in the pool.
        coin: usize,
        /// Smallest units asked for, fees for the pool's owner included.
        asked: u128,
        /// Smallest units that the pool trades from.
        balance: u128,
    },
    /// The caller would get less than the least that was accepted.
    #[error("{amount} comes out, at least {least} was asked")]
    BelowMinimum {
        /// Smallest units that would come out.
        amount: u128,
        /// The least that the caller accepts.
        least: u128,
    },
    /// More liquidity tokens would be burned than was accepted.
    #[error("{amount} must be burned, at most {most} was offered")]
    AboveMaximum {
        /// Liquidity tokens that would be burned.
        amount: u128,
        /// The most that the caller accepts.
        most: u128,
    },
    /// No amount in buys so much.
    #[error("no amount buys {asked} of coin {coin}")]
    OutOfReach {
        /// Its index in the pool.
        coin: usize,
        /// Smallest units asked for.
        asked: u128,
    },
    /// The iteration for the invariant or for a balance did not come to rest.
    #[error("no rest after 255 steps")]
    NotConverged,
    /// An overflow, a difference below zero or a division by zero.
    #[error(transparent)]
    Math(#[from] MathError),
}
