//! Automated market makers.
//!
//! A pool is stored as a [`Pool`] and used as an [`Amm`]: a new kind is a folder here whose `amm.rs` implements the
//! trait, a variant of [`Pool`], [`PoolBefore`] and [`AmmError`], and an arm in each of the four matches of [`Pool`].

pub mod balancer;
pub mod curve;
#[cfg(feature = "decisions")]
mod decisions;
mod liquidity;
pub mod uniswap_v2;
pub mod uniswap_v3;

#[cfg(feature = "decisions")]
pub use decisions::AmmDecisions;
pub use liquidity::{Deposit, LiquidityMoved, PerToken, TickRange, Withdrawal};

use thiserror::Error;

use balancer::{Holdings, WeightedPool, WeightedPoolError};
use curve::{CurveError, CurvePool};
use uniswap_v2::{Pair, PairError};
use uniswap_v3::{V3Error, V3Pool};

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

/// Why a pool refused. It is as it was.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AmmError {
    /// A Uniswap v2 pair refused.
    #[error(transparent)]
    UniswapV2(#[from] PairError),
    /// A Uniswap v3 pool refused. Boxed: some of its reasons name amounts of 256 bits.
    #[error(transparent)]
    UniswapV3(Box<V3Error>),
    /// A Curve pool refused.
    #[error(transparent)]
    Curve(#[from] CurveError),
    /// A Balancer pool refused.
    #[error(transparent)]
    Balancer(Box<WeightedPoolError>),
    /// Liquidity between two ticks, for a pool that has none; or none such for a pool that has.
    #[error("{what}")]
    Range {
        /// What is wrong.
        what: &'static str,
    },
    /// Not an amount for each of the pool's tokens.
    #[error("{given} amounts for {tokens} tokens")]
    Amounts {
        /// How many there are.
        given: usize,
        /// How many there must be.
        tokens: usize,
    },
    /// Liquidity would have brought, or cost, less than was asked.
    #[error("{amount} would come, at least {least} was asked")]
    BelowMinimum {
        /// What would come.
        amount: u128,
        /// The least accepted.
        least: u128,
    },
}

impl From<WeightedPoolError> for AmmError {
    fn from(error: WeightedPoolError) -> Self {
        Self::Balancer(Box::new(error))
    }
}

impl From<V3Error> for AmmError {
    fn from(error: V3Error) -> Self {
        Self::UniswapV3(Box::new(error))
    }
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
}

/// A pool of any kind. What is larger than a pair is boxed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pool {
    /// A Uniswap v2 pair.
    UniswapV2(Pair),
    /// A Uniswap v3 pool.
    UniswapV3(Box<V3Pool>),
    /// A Curve pool.
    Curve(Box<CurvePool>),
    /// A Balancer weighted pool.
    Balancer(Box<WeightedPool>),
}

/// What a pool was before a call, to undo it.
#[derive(Debug, Clone)]
pub enum PoolBefore {
    /// All of a pair.
    UniswapV2(Pair),
    /// The pool itself keeps what calls overwrite, until they are committed.
    UniswapV3,
    /// All of a pool.
    Curve(Box<CurvePool>),
    /// What calls change.
    Balancer(Box<Holdings>),
}

impl Pool {
    /// Returns the pool as what all pools have in common.
    #[cfg(feature = "decisions")]
    pub fn amm(&self) -> &dyn AmmDecisions {
        match self {
            Self::UniswapV2(pair) => pair,
            Self::UniswapV3(pool) => &**pool,
            Self::Curve(pool) => &**pool,
            Self::Balancer(pool) => &**pool,
        }
    }

    /// Returns the pool as what all pools have in common, to trade with.
    #[cfg(feature = "decisions")]
    pub fn amm_mut(&mut self) -> &mut dyn AmmDecisions {
        match self {
            Self::UniswapV2(pair) => pair,
            Self::UniswapV3(pool) => &mut **pool,
            Self::Curve(pool) => &mut **pool,
            Self::Balancer(pool) => &mut **pool,
        }
    }

    /// Returns what undoes the calls that come, until [`Self::commit`].
    pub fn before(&mut self) -> PoolBefore {
        match self {
            Self::UniswapV2(pair) => PoolBefore::UniswapV2(*pair),
            Self::UniswapV3(pool) => {
                pool.begin();
                PoolBefore::UniswapV3
            }
            Self::Curve(pool) => PoolBefore::Curve(pool.clone()),
            Self::Balancer(pool) => PoolBefore::Balancer(Box::new(pool.holdings())),
        }
    }

    /// Puts back what [`Self::before`] returned earlier.
    pub fn restore(&mut self, before: PoolBefore) {
        match (self, before) {
            (Self::UniswapV2(pair), PoolBefore::UniswapV2(before)) => *pair = before,
            (Self::UniswapV3(pool), PoolBefore::UniswapV3) => pool.roll_back(),
            (Self::Curve(pool), PoolBefore::Curve(before)) => *pool = before,
            (Self::Balancer(pool), PoolBefore::Balancer(before)) => pool.restore(*before),
            (_, before) => unreachable!("a pool keeps its kind, this is {before:?}"),
        }
    }

    /// Keeps what was done since [`Self::before`].
    pub fn commit(&mut self) {
        if let Self::UniswapV3(pool) = self {
            pool.commit();
        }
    }

    /// Returns the Uniswap v2 pair that it is. Leveraged farms are checked to farm no other kind.
    pub fn uniswap_v2(&self) -> &Pair {
        match self {
            Self::UniswapV2(pair) => pair,
            _ => unreachable!("checked: it is a Uniswap v2 pair"),
        }
    }

    /// Returns the Uniswap v2 pair that it is, to work with. Leveraged farms are checked to farm no other kind.
    pub fn uniswap_v2_mut(&mut self) -> &mut Pair {
        match self {
            Self::UniswapV2(pair) => pair,
            _ => unreachable!("checked: it is a Uniswap v2 pair"),
        }
    }

    /// Returns the Uniswap v3 pool that it is, if it is one.
    pub fn uniswap_v3(&self) -> Option<&V3Pool> {
        match self {
            Self::UniswapV3(pool) => Some(pool),
            _ => None,
        }
    }
}

#[cfg(all(test, feature = "decisions"))]
mod tests;
