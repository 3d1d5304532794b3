//! Why a pool refuses.

use thiserror::Error;

use crate::amm::PoolToken;
use plimsoll_math::{MathError, SqrtPriceX96, TickError, U256};

/// Why a call to a pool reverted, with the contract's own word for it where it has one. The pool is as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum V3Error {
    /// A fee of the whole amount or more.
    #[error("a fee of {fee_pips} pips leaves nothing to trade")]
    FeeTooHigh {
        /// The fee in hundredths of a basis point.
        fee_pips: u32,
    },
    /// Ticks lie closer than one by one, or too far apart.
    #[error("a tick spacing of {tick_spacing} is not from 1 to 16383")]
    TickSpacing {
        /// The spacing in ticks.
        tick_spacing: i32,
    },
    /// The pool has no price yet (`LOK`).
    #[error("the pool has no price yet")]
    NotInitialized,
    /// The pool has a price already (`AI`).
    #[error("the pool has a square root price of {price} already")]
    AlreadyInitialized {
        /// The square root of its price.
        price: SqrtPriceX96,
    },
    /// A range ends where it begins or before (`TLU`).
    #[error("a range from tick {lower} to tick {upper} is empty")]
    EmptyRange {
        /// Its lower tick.
        lower: i32,
        /// Its upper tick.
        upper: i32,
    },
    /// A range reaches beyond the outermost ticks (`TLM`, `TUM`).
    #[error("tick {tick} is beyond the outermost, {limit}")]
    TickBeyond {
        /// The end of the range.
        tick: i32,
        /// The outermost tick on that side.
        limit: i32,
    },
    /// A range ends between the ticks that the pool has.
    #[error("tick {tick} is no multiple of {tick_spacing}")]
    TickUnspaced {
        /// The end of the range.
        tick: i32,
        /// The pool's spacing.
        tick_spacing: i32,
    },
    /// Liquidity to add is nothing, or has 128 bits.
    #[error("liquidity of {liquidity} cannot be added or removed at once")]
    LiquidityAmount {
        /// Units of liquidity.
        liquidity: u128,
    },
    /// Less liquidity is there than is to be removed (`LS`).
    #[error("{asked} units of liquidity to remove, {held} there")]
    InsufficientLiquidity {
        /// Units of liquidity to remove.
        asked: u128,
        /// Units of liquidity there.
        held: u128,
    },
    /// Liquidity would have more than 128 bits (`LA`).
    #[error("{added} units of liquidity to {held} are beyond 128 bits")]
    LiquidityOverflow {
        /// Units of liquidity to add.
        added: u128,
        /// Units of liquidity there.
        held: u128,
    },
    /// More liquidity would begin and end at a tick than it can bear (`LO`).
    #[error("{liquidity} units of liquidity at tick {tick}, which bears {most}")]
    TickLiquidity {
        /// The one whose liquidity would be too much.
        tick: i32,
        /// Units of liquidity that would begin or end there.
        liquidity: u128,
        /// The most that may.
        most: u128,
    },
    /// A position without liquidity earns nothing (`NP`).
    #[error("the position has no liquidity")]
    NoPosition,
    /// Nobody would share the fee (`L`).
    #[error("no liquidity is active")]
    NoActiveLiquidity,
    /// Nothing is to be traded (`AS`), or an amount that has no sign in 256 bits.
    #[error("{amount} cannot be traded")]
    AmountSpecified {
        /// The amount in or out, in smallest units.
        amount: U256,
    },
    /// The limit lies on the wrong side of the price, or beyond the outermost (`SPL`).
    #[error("a trade cannot move a square root price of {price} to {limit}")]
    PriceLimit {
        /// The square root of the pool's price.
        price: SqrtPriceX96,
        /// The square root of the price at which the trade should stop.
        limit: SqrtPriceX96,
    },
    /// The pool runs out of liquidity before a trade without a limit is done.
    #[error("{filled} of {asked} can be traded")]
    Unfilled {
        /// Smallest units to be paid or taken.
        asked: u128,
        /// Smallest units of these that the pool can trade.
        filled: u128,
    },
    /// The borrower pays back too little (`F0`, `F1`).
    #[error("{paid} of token {token:?} paid back, {owed} owed")]
    FlashUnpaid {
        /// The one that is short.
        token: PoolToken,
        /// Smallest units owed: the loan and its fee.
        owed: U256,
        /// Smallest units paid back.
        paid: U256,
    },
    /// The pool holds less than it should pay (`TF`).
    #[error("{asked} of token {token:?} asked, the pool holds {held}")]
    InsufficientBalance {
        /// The one that is short.
        token: PoolToken,
        /// Smallest units to be paid.
        asked: U256,
        /// Smallest units held.
        held: U256,
    },
    /// A protocol fee is none, or from a fourth to a tenth of the fee.
    #[error("one in {denominator} of the fee is no protocol fee: none, or one in 4 to 10")]
    ProtocolFee {
        /// The protocol's part is 1 / this of the fee.
        denominator: u8,
    },
    /// The pool remembers no observation that old (`OLD`).
    #[error("nothing was observed {seconds_ago} seconds ago, the first {oldest} seconds ago")]
    ObservationTooOld {
        /// Seconds before now.
        seconds_ago: u32,
        /// Seconds since the oldest observation.
        oldest: u32,
    },
    /// A tick or a price is beyond the outermost.
    #[error(transparent)]
    Tick(#[from] TickError),
    /// A result does not exist, or does not fit the 128 bits that the caller asked for.
    #[error(transparent)]
    Math(#[from] MathError),
}
