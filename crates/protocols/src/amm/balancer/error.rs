//! Why a weighted pool, or the vault that it keeps its tokens in, refuses.

use thiserror::Error;

use super::{MAX_TOKENS, MIN_WEIGHT_WAD};
use plimsoll_math::{Fixed18, MathError, log_exp::LogExpError};

/// Why a call to a pool, or to the vault in front of it, reverted. The pool is as it was.
///
/// Each says which code of the contracts it stands for. Numbers with 18 decimals are of tokens as if they had 18.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum WeightedPoolError {
    /// A pool has two to eight tokens (`BAL#200`, `BAL#201`).
    #[error("{tokens} tokens, a pool has 2 to {MAX_TOKENS}")]
    TokenCount {
        /// Tokens given.
        tokens: usize,
    },
    /// One amount for each token (`BAL#103`).
    #[error("{given} amounts for {tokens} tokens")]
    LengthMismatch {
        /// Amounts given.
        given: usize,
        /// Tokens of the pool.
        tokens: usize,
    },
    /// A token weighs too little (`BAL#302`).
    #[error("token {token} weighs {weight_wad}, the least is {MIN_WEIGHT_WAD}")]
    WeightTooLow {
        /// Its index in the pool.
        token: usize,
        /// Its weight, with 18 decimals.
        weight_wad: u64,
    },
    /// The weights do not sum to one (`BAL#308`).
    #[error("the weights sum to {sum_wad}, not to one with 18 decimals")]
    WeightSum {
        /// Their sum, with 18 decimals.
        sum_wad: u128,
    },
    /// A token has more than 18 decimals (`BAL#001`).
    #[error("token {token} has {decimals} decimals, 18 are the most")]
    TooManyDecimals {
        /// Its index in the pool.
        token: usize,
        /// Its decimals.
        decimals: u8,
    },
    /// The swap fee is below 0.0001 % or above 10 % (`BAL#203`, `BAL#202`).
    #[error("a swap fee of {swap_fee_wad}, with 18 decimals, lies outside of 0.0001 % to 10 %")]
    SwapFeeOutOfBounds {
        /// The fee, with 18 decimals.
        swap_fee_wad: u64,
    },
    /// The protocol takes more than half of the swap fees (`BAL#600`).
    #[error("the protocol takes {protocol_fee_wad}, with 18 decimals, of the swap fees, half is the most")]
    ProtocolFeeTooHigh {
        /// The protocol's share of the swap fees, with 18 decimals.
        protocol_fee_wad: u64,
    },
    /// The pool has no such token (`BAL#309`, `BAL#100`).
    #[error("token {token} of {tokens}")]
    UnknownToken {
        /// Which token, from 0.
        token: usize,
        /// Tokens of the pool.
        tokens: usize,
    },
    /// A token is to be swapped for itself (`BAL#509`).
    #[error("token {token} is not swapped for itself")]
    SameToken {
        /// Its index in the pool.
        token: usize,
    },
    /// Nothing is to be swapped (`BAL#510`).
    #[error("nothing is swapped")]
    NothingToSwap,
    /// More is paid in than the pool takes at once (`BAL#304`).
    #[error("{amount_in} paid in, at most {most} at once, with 18 decimals")]
    MaxInRatio {
        /// What is paid in less the fee, with 18 decimals.
        amount_in: Fixed18,
        /// 30 % of the balance, with 18 decimals.
        most: Fixed18,
    },
    /// More is taken out than the pool gives at once (`BAL#305`).
    #[error("{amount_out} taken out, at most {most} at once, with 18 decimals")]
    MaxOutRatio {
        /// What is taken out, with 18 decimals.
        amount_out: Fixed18,
        /// 30 % of the balance, with 18 decimals.
        most: Fixed18,
    },
    /// One token is to pay for more than twice the liquidity that there is (`BAL#307`).
    #[error("minting {bpt} of {total_supply} BPT for one token multiplies the invariant by more than 3")]
    MaxOutBptForTokenIn {
        /// BPT to mint.
        bpt: Fixed18,
        /// BPT that exist.
        total_supply: Fixed18,
    },
    /// More than 30 % of the liquidity is to be taken in one token (`BAL#306`).
    #[error("burning {bpt} of {total_supply} BPT for one token multiplies the invariant by less than 0.7")]
    MinBptInForTokenOut {
        /// BPT to burn.
        bpt: Fixed18,
        /// BPT that exist.
        total_supply: Fixed18,
    },
    /// The balances are worth nothing (`BAL#311`).
    #[error("the invariant is zero")]
    ZeroInvariant,
    /// The pool has no liquidity yet (`BAL#206`).
    #[error("the pool is not initialised")]
    Uninitialized,
    /// The pool has its first liquidity (`BAL#310`).
    #[error("the pool is initialised already")]
    AlreadyInitialized,
    /// The first liquidity is less than what is locked of it (`BAL#204`).
    #[error("the first join mints {bpt} BPT, less than are locked")]
    MinimumBpt {
        /// BPT that it would mint.
        bpt: u128,
    },
    /// The provider would get fewer BPT than the least that was accepted (`BAL#208`).
    #[error("{bpt} BPT come out, at least {least} were asked")]
    BptOutMinAmount {
        /// BPT that would be minted.
        bpt: u128,
        /// The least that the caller accepts.
        least: u128,
    },
    /// The provider would pay more BPT than the most that was accepted (`BAL#207`).
    #[error("{bpt} BPT must be paid, at most {most} were offered")]
    BptInMaxAmount {
        /// BPT that would be burned.
        bpt: u128,
        /// The most that the caller accepts.
        most: u128,
    },
    /// Less of a token would come out than the least that was accepted (`BAL#505`, `BAL#507`).
    #[error("{amount} of token {token} comes out, at least {least} was asked")]
    BelowMinimum {
        /// Its index in the pool.
        token: usize,
        /// Smallest units that would come out.
        amount: u128,
        /// The least that the caller accepts.
        least: u128,
    },
    /// More of a token would be paid than the most that was accepted (`BAL#506`, `BAL#507`).
    #[error("{amount} of token {token} must be paid, at most {most} was offered")]
    AboveMaximum {
        /// Its index in the pool.
        token: usize,
        /// Smallest units that would be paid.
        amount: u128,
        /// The most that the caller accepts.
        most: u128,
    },
    /// Fewer BPT exist than are to be burned (`BAL#001`).
    #[error("{bpt} BPT to burn, {total_supply} exist")]
    BeyondSupply {
        /// BPT to burn.
        bpt: u128,
        /// BPT that exist, what is due to the protocol included.
        total_supply: u128,
    },
    /// The vault's balances have 112 bits (`BAL#526`).
    #[error("a balance of {balance} does not fit the vault's 112 bits")]
    BalanceOverflow {
        /// The balance, in smallest units.
        balance: u128,
    },
    /// A power does not exist.
    #[error(transparent)]
    LogExp(#[from] LogExpError),
    /// An overflow, a difference below zero or a division by zero.
    #[error(transparent)]
    Math(#[from] MathError),
}
