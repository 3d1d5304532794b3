//! Calls to pools.

use plimsoll_protocols::amm::{Direction, LiquidityMoved, PerToken, TickRange};

use super::{Call, FamilyCall};
use crate::chain::gas::GasSchedule;
use crate::chain::ids::{DeploymentId, PoolId};
use crate::chain::transaction::{Action, AmountIn};

/// A call to a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AmmCall {
    /// Swaps one token for another.
    Swap(Swap),
    /// Adds liquidity, or removes it; boxed, since few do.
    Liquidity(Box<LiquidityOrder>),
}

/// A swap; reverts below `least_out`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Swap {
    /// Which token goes in, and which comes out, by their places in the pool.
    pub direction: Direction,
    /// How much goes in.
    pub amount_in: AmountIn,
    /// The least that must come out, in smallest units.
    pub least_out: u128,
}

impl Swap {
    /// Returns the swap as a call to a pool.
    #[inline]
    pub fn of(self, to: DeploymentId) -> Action {
        Action::Call { to, call: Call::Amm(AmmCall::Swap(self)) }
    }
}

/// What a provider of liquidity asks of a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiquidityOrder {
    /// Between which ticks; none for pools whose liquidity lies everywhere.
    pub range: Option<TickRange>,
    /// Whether liquidity goes in or out, and how much.
    pub call: LiquidityCall,
}

/// Liquidity in or out, with the least that the sender accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LiquidityCall {
    /// Puts so much in.
    Add {
        /// What is offered, in smallest units of each of the pool's tokens.
        offered: PerToken,
        /// The least liquidity that must come of it, in the pool's own units.
        least_liquidity: u128,
    },
    /// Puts in at most what the sender holds when it comes to it: after a withdrawal and a trade of the same transaction,
    /// whose outcome is not known to the unit before.
    AddUpTo {
        /// The most that is put in, in smallest units of each of the pool's tokens.
        most: PerToken,
        /// The least liquidity that must come of it, in the pool's own units.
        least_liquidity: u128,
    },
    /// Takes liquidity out with what it earned. No liquidity asks for only what was earned, where that is kept apart.
    Remove {
        /// Units of liquidity, as the pool counts them.
        liquidity: u128,
        /// The least of each token that must come out, in smallest units; empty asks for nothing.
        least: PerToken,
    },
}

impl FamilyCall for AmmCall {
    #[inline]
    fn name(&self) -> &'static str {
        match self {
            Self::Swap(_) => "swap",
            Self::Liquidity(order) => match order.call {
                LiquidityCall::Add { .. } | LiquidityCall::AddUpTo { .. } => "add_liquidity",
                LiquidityCall::Remove { liquidity: 0, .. } => "collect_fees",
                LiquidityCall::Remove { .. } => "remove_liquidity",
            },
        }
    }

    #[inline]
    fn gas(&self, schedule: &GasSchedule) -> u64 {
        match self {
            Self::Swap(_) => schedule.swap,
            Self::Liquidity(order) => match order.call {
                LiquidityCall::Add { .. } | LiquidityCall::AddUpTo { .. } => schedule.add_liquidity,
                LiquidityCall::Remove { .. } => schedule.remove_liquidity,
            },
        }
    }

    /// How many shares come is known only then, and there may be more than can be counted.
    fn may_need_undoing(&self) -> bool {
        matches!(self, Self::Liquidity(_))
    }
}

/// Liquidity that came to a pool or left it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiquidityAt {
    /// Into or out of which pool.
    pub pool: PoolId,
    /// Between which ticks; none for pools whose liquidity lies everywhere.
    pub range: Option<TickRange>,
    /// What moved of each token, and the liquidity that came or went.
    pub moved: LiquidityMoved,
}
