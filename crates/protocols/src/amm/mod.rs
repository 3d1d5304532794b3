//! Automated market makers.
//!
//! A pool is stored as a [`Pool`] and used as an [`Amm`]. A new kind is a folder here, whose `amm.rs` implements [`Amm`] and
//! [`PoolKind`] and whose `decisions.rs` implements [`AmmDecisions`], with one line in the list at the end of this file,
//! which makes the variants of [`Pool`], [`PoolBefore`] and [`AmmError`] and every match over them. A kind whose liquidity
//! lies between ticks implements [`ConcentratedLiquidity`] as well.

#[macro_use]
mod kinds;
pub mod balancer;
mod concentrated;
pub mod curve;
#[cfg(feature = "decisions")]
mod decisions;
mod liquidity;
pub mod uniswap_v2;
pub mod uniswap_v3;

pub use concentrated::{ConcentratedLiquidity, RangeKey};
#[cfg(feature = "decisions")]
pub use decisions::AmmDecisions;
pub use kinds::PoolKind;
pub use liquidity::{Deposit, LiquidityMoved, PerToken, TickRange, Withdrawal};

use thiserror::Error;

use crate::Inline;

/// One of a pool's two tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PoolToken {
    /// Token 0.
    Zero,
    /// Token 1.
    One,
}

impl PoolToken {
    /// Returns its place in the pool.
    #[inline]
    pub fn place(self) -> u8 {
        match self {
            Self::Zero => 0,
            Self::One => 1,
        }
    }

    /// Returns the other token.
    #[inline]
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Zero => Self::One,
            Self::One => Self::Zero,
        }
    }
}

/// Which way a trade goes: the token that the trader pays, for the token that the trader takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Token 0 goes in, token 1 comes out.
    ZeroForOne,
    /// Token 1 goes in, token 0 comes out.
    OneForZero,
}

impl Side {
    /// Returns the side that pays `token`.
    #[inline]
    pub fn paying(token: PoolToken) -> Self {
        match token {
            PoolToken::Zero => Self::ZeroForOne,
            PoolToken::One => Self::OneForZero,
        }
    }

    /// Returns the token that goes in.
    #[inline]
    pub fn pays(self) -> PoolToken {
        match self {
            Self::ZeroForOne => PoolToken::Zero,
            Self::OneForZero => PoolToken::One,
        }
    }
}

/// An amount of each of a pool's tokens, in smallest units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amounts {
    /// Of token 0.
    pub token_0: u128,
    /// Of token 1.
    pub token_1: u128,
}

impl Amounts {
    /// Returns `first` of token `token` and `second` of the other one.
    #[inline]
    pub fn of(token: PoolToken, first: u128, second: u128) -> Self {
        match token {
            PoolToken::Zero => Self { token_0: first, token_1: second },
            PoolToken::One => Self { token_0: second, token_1: first },
        }
    }

    /// Returns the amount of `token`, then that of the other one.
    #[inline]
    pub fn starting_with(self, token: PoolToken) -> (u128, u128) {
        match token {
            PoolToken::Zero => (self.token_0, self.token_1),
            PoolToken::One => (self.token_1, self.token_0),
        }
    }
}

/// What a trade moved, in smallest units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traded {
    /// From the trader to the pool.
    pub amount_in: u128,
    /// From the pool to the trader.
    pub amount_out: u128,
}

/// Which way a trade goes in a pool of any number of tokens, each named by its place in the pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Direction {
    /// The token that goes in.
    pub pays: u8,
    /// The token that comes out.
    pub takes: u8,
}

impl Direction {
    /// Returns the way back.
    #[inline]
    #[must_use]
    pub fn reversed(self) -> Self {
        Self { pays: self.takes, takes: self.pays }
    }

    /// Returns the side of a pool of two tokens that goes this way.
    #[inline]
    pub fn side(self) -> Side {
        if self.pays == 0 { Side::ZeroForOne } else { Side::OneForZero }
    }
}

impl From<Side> for Direction {
    #[inline]
    fn from(side: Side) -> Self {
        Self { pays: side.pays().place(), takes: side.pays().other().place() }
    }
}

/// What every pool can do. `now` is in seconds; amounts are in smallest units; a direction names two different tokens
/// of the pool.
pub trait Amm {
    /// Returns what `amount_in` would buy now.
    ///
    /// # Errors
    /// The trade is impossible.
    fn quote_exact_in(&self, direction: Direction, amount_in: u128, now: u64) -> Result<u128, AmmError>;

    /// Returns what must be paid now for `amount_out`.
    ///
    /// # Errors
    /// The trade is impossible.
    fn quote_exact_out(&self, direction: Direction, amount_out: u128, now: u64) -> Result<u128, AmmError>;

    /// Trades exactly `amount_in` for what it is quoted.
    ///
    /// # Errors
    /// The trade is impossible.
    fn swap_exact_in(&mut self, direction: Direction, amount_in: u128, now: u64) -> Result<Traded, AmmError>;

    /// Adds liquidity, at least as much as the deposit asks for. Pools that take their tokens at one ratio take at most
    /// what is offered, the others exactly that. What is paid rounds **up**, what is got **down**.
    ///
    /// # Errors
    /// The deposit is impossible, or too little liquidity would come of it.
    fn add_liquidity(&mut self, deposit: &Deposit, now: u64) -> Result<LiquidityMoved, AmmError>;

    /// Removes liquidity at the pool's ratio, with what it earned where that is kept apart. What is paid out rounds
    /// **down**.
    ///
    /// # Errors
    /// So much liquidity is not there, or less of a token would come than asked.
    fn remove_liquidity(&mut self, withdrawal: &Withdrawal, now: u64) -> Result<LiquidityMoved, AmmError>;

    /// Returns how many tokens it holds.
    fn token_count(&self) -> u8;

    /// Returns what the pool holds of the token in this place, whoever it belongs to.
    fn balance(&self, token: u8) -> u128;

    /// Returns what of that belongs to those who provide liquidity, as far as it is not kept apart for positions.
    fn provided(&self, token: u8) -> u128 {
        self.balance(token)
    }

    /// Returns how many liquidity tokens exist; none for a pool whose positions are no tokens.
    fn total_supply(&self) -> Option<u128>;

    /// Returns the pool as what those have in common whose liquidity lies between ticks; none if it lies everywhere.
    fn concentrated(&self) -> Option<&dyn ConcentratedLiquidity> {
        None
    }
}

pools! {
    /// A Uniswap v2 pair.
    UniswapV2(Inline<uniswap_v2::Pair>) refuses Inline<uniswap_v2::PairError>,
    /// A Uniswap v3 pool. Some of its reasons name amounts of 256 bits.
    UniswapV3(Box<uniswap_v3::V3Pool>) refuses Box<uniswap_v3::V3Error>,
    /// A Curve pool.
    Curve(Box<curve::CurvePool>) refuses Inline<curve::CurveError>,
    /// A Balancer weighted pool.
    Balancer(Box<balancer::WeightedPool>) refuses Box<balancer::WeightedPoolError>,
}

#[cfg(all(test, feature = "decisions"))]
mod tests;
