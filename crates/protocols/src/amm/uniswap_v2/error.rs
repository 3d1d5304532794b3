//! Why a pair or its router refuses.

use thiserror::Error;

use plimsoll_math::MathError;

/// Why a call to a pair, or to the router in front of it, reverted. The pair is as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PairError {
    /// Nothing is paid in.
    #[error("nothing is paid in")]
    InsufficientInput,
    /// Nothing is taken out.
    #[error("nothing is taken out")]
    InsufficientOutput,
    /// The pair has less than is asked of it, or nothing at all.
    #[error("{asked} asked, the reserve is {reserve}")]
    InsufficientLiquidity {
        /// Smallest units asked for.
        asked: u128,
        /// Smallest units in the reserve.
        reserve: u128,
    },
    /// The product of the reserves would fall.
    #[error("paying {paid_0} and {paid_1} is too little: the product of the reserves would fall")]
    K {
        /// Of token 0, in smallest units.
        paid_0: u128,
        /// Of token 1, in smallest units.
        paid_1: u128,
    },
    /// A reserve has 112 bits.
    #[error("a balance of {balance} does not fit a reserve of 112 bits")]
    Overflow {
        /// The balance, in smallest units.
        balance: u128,
    },
    /// What is added is worth less than one liquidity token, or less than what the first mint locks.
    #[error("adding {amount_0} and {amount_1} mints no liquidity")]
    InsufficientLiquidityMinted {
        /// Of token 0, in smallest units.
        amount_0: u128,
        /// Of token 1, in smallest units.
        amount_1: u128,
    },
    /// The liquidity tokens are worth less than one smallest unit of a token.
    #[error("burning {liquidity} of {total_supply} liquidity tokens returns nothing of a token")]
    InsufficientLiquidityBurned {
        /// Liquidity tokens to burn.
        liquidity: u128,
        /// Liquidity tokens that exist.
        total_supply: u128,
    },
    /// Fewer liquidity tokens exist than are to be burned.
    #[error("{liquidity} liquidity tokens to burn, {total_supply} exist")]
    BeyondSupply {
        /// Liquidity tokens to burn.
        liquidity: u128,
        /// Liquidity tokens that exist.
        total_supply: u128,
    },
    /// The trader would get less than the least that was accepted.
    #[error("{amount} comes out, at least {least} was asked")]
    BelowMinimum {
        /// Smallest units that would come out.
        amount: u128,
        /// The least that the caller accepts.
        least: u128,
    },
    /// The trader would pay more than the most that was accepted.
    #[error("{amount} must be paid, at most {most} was offered")]
    AboveMaximum {
        /// Smallest units that would be paid.
        amount: u128,
        /// The most that the caller accepts.
        most: u128,
    },
    /// A fee of the whole amount or more.
    #[error("a fee of {fee_bps} basis points leaves nothing to trade")]
    FeeTooHigh {
        /// The fee in basis points.
        fee_bps: u16,
    },
    /// An overflow, a difference below zero or a division by zero.
    #[error(transparent)]
    Math(#[from] MathError),
}
