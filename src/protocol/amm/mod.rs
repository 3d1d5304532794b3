//! Automated market makers.
//!
//! A pool is stored as a [`Pool`] and used as an [`Amm`]: a new kind is a file here, a variant of [`Pool`] and of
//! [`AmmError`], and an arm in each of the two coercing matches.

pub mod balancer;
pub mod curve;
pub mod uniswap_v2;
pub mod uniswap_v3;

use thiserror::Error;

use uniswap_v2::{Pair, PairError};

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AmmError {
    /// A Uniswap v2 pair refused.
    #[error(transparent)]
    UniswapV2(#[from] PairError),
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
    fn quote_exact_in(&self, direction: Direction, amount_in: u128) -> Result<u128, AmmError>;

    /// Returns what must be paid now for `amount_out`.
    ///
    /// # Errors
    /// The trade is impossible.
    fn quote_exact_out(&self, direction: Direction, amount_out: u128) -> Result<u128, AmmError>;

    /// Trades exactly `amount_in` for what it is quoted.
    ///
    /// # Errors
    /// The trade is impossible.
    fn swap_exact_in(&mut self, direction: Direction, amount_in: u128, now: u64) -> Result<Traded, AmmError>;

    /// Returns what the pool holds of the token in this place, whoever it belongs to.
    fn balance(&self, token: u8) -> u128;

    /// Returns how many liquidity tokens exist; none for a pool whose positions are no tokens.
    fn total_supply(&self) -> Option<u128>;

    /// Returns the marginal price before fees: smallest units of what is taken per smallest unit of what is paid. It is
    /// not a number while the pool is empty.
    fn spot_price(&self, direction: Direction) -> f64;

    /// Returns the share of what is paid in that the pool keeps, as in 0.003.
    fn fee(&self) -> f64;

    /// Returns how much can be paid in until the last unit buys no more than `price` smallest units of what is taken,
    /// fee included; zero where the first already does not. A float: for decisions.
    fn depth_to(&self, direction: Direction, price: f64) -> f64;
}

/// A pool of any kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pool {
    /// A Uniswap v2 pair.
    UniswapV2(Pair),
}

impl Pool {
    /// Returns the pool as what all pools have in common.
    pub fn amm(&self) -> &dyn Amm {
        match self {
            Self::UniswapV2(pair) => pair,
        }
    }

    /// Returns the pool as what all pools have in common, to trade with.
    pub fn amm_mut(&mut self) -> &mut dyn Amm {
        match self {
            Self::UniswapV2(pair) => pair,
        }
    }

    /// Returns the Uniswap v2 pair that it is.
    pub fn uniswap_v2(&self) -> &Pair {
        match self {
            Self::UniswapV2(pair) => pair,
        }
    }

    /// Returns the Uniswap v2 pair that it is, to work with.
    pub fn uniswap_v2_mut(&mut self) -> &mut Pair {
        match self {
            Self::UniswapV2(pair) => pair,
        }
    }
}
