//! Why the bank or a goblin refuses.

use thiserror::Error;

use super::{GoblinId, PositionId};
use crate::AccountId;
use crate::amm::uniswap_v2::PairError;
use crate::farm::staking_rewards::StakingRewardsError;
use plimsoll_math::MathError;

/// Why a goblin could not do its work. Nothing has changed. Amounts are in smallest units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum GoblinError {
    /// The strategies' formulas hold for one fee only.
    #[error("the strategies assume a fee of {expected_bps} basis points, the pair takes {fee_bps}")]
    PairFee {
        /// The pair's fee, in basis points.
        fee_bps: u16,
        /// The fee that the strategies know.
        expected_bps: u16,
    },
    /// The caller wanted more liquidity for the money.
    #[error("{minted} liquidity tokens minted, at least {least} were asked")]
    InsufficientLiquidityMinted {
        /// Liquidity tokens minted.
        minted: u128,
        /// The least that the caller accepts.
        least: u128,
    },
    /// The caller wanted more base for the liquidity.
    #[error("{received} base received, at least {least} was asked")]
    InsufficientBase {
        /// Smallest units of base received.
        received: u128,
        /// The least that the caller accepts.
        least: u128,
    },
    /// The caller wanted more of the farmed token for the liquidity.
    #[error("{received} of the farmed token left, at least {least} was asked")]
    InsufficientFarmed {
        /// Smallest units of the farmed token left.
        received: u128,
        /// The least that the caller accepts.
        least: u128,
    },
    /// The pair refused.
    #[error(transparent)]
    Pair(#[from] PairError),
    /// The farm refused.
    #[error(transparent)]
    Farm(#[from] StakingRewardsError),
    /// An overflow, a difference below zero or a division by zero.
    #[error(transparent)]
    Math(#[from] MathError),
}

/// Why a call to the bank reverted. Nothing has changed. Amounts are in smallest units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BankError {
    /// There is no such position.
    #[error("position {} does not exist, the next would be {}", .position.0, .next.0)]
    NoPosition {
        /// The position asked for.
        position: PositionId,
        /// The next free number.
        next: PositionId,
    },
    /// The position is farmed by another goblin.
    #[error("the position belongs to goblin {}, not {}", .of.0, .asked.0)]
    OtherGoblin {
        /// The goblin asked for.
        asked: GoblinId,
        /// The position's goblin.
        of: GoblinId,
    },
    /// Only the owner may work on a position.
    #[error("the position belongs to account {}, not {}", .owner.0, .user.0)]
    NotOwner {
        /// Who asked.
        user: AccountId,
        /// Whose position it is.
        owner: AccountId,
    },
    /// The bank's base is lent out.
    #[error("{asked} base asked, {idle} idle")]
    InsufficientIdle {
        /// Base asked for.
        asked: u128,
        /// Base not lent out.
        idle: u128,
    },
    /// What would be owed is not worth the bank's while.
    #[error("a debt of {debt} is below the least of {min_debt}")]
    DebtTooSmall {
        /// Base that would be owed.
        debt: u128,
        /// The least.
        min_debt: u128,
    },
    /// Too much would be owed for what the position is worth.
    #[error("a health of {health} at {work_factor_bps} basis points does not carry a debt of {debt}")]
    BadWorkFactor {
        /// Base that the position would sell for.
        health: u128,
        /// Share of the health that may be owed, in basis points.
        work_factor_bps: u16,
        /// Base that would be owed.
        debt: u128,
    },
    /// Nothing is owed, so there is nothing to liquidate.
    #[error("position {} owes nothing", .position.0)]
    NoDebt {
        /// The position.
        position: PositionId,
    },
    /// The position is worth enough.
    #[error("a health of {health} at {kill_factor_bps} basis points still carries a debt of {debt}")]
    Healthy {
        /// Base that the position would sell for.
        health: u128,
        /// Share of the health that may be owed before anybody may liquidate, in basis points.
        kill_factor_bps: u16,
        /// Base owed.
        debt: u128,
    },
    /// Fewer interest-bearing shares exist than are to be burnt.
    #[error("{share} shares to burn, {total_supply} exist")]
    BeyondSupply {
        /// Shares to burn.
        share: u128,
        /// Shares that exist.
        total_supply: u128,
    },
    /// The reserve is smaller than what is to be taken from it.
    #[error("{asked} to take from a reserve of {reserve}")]
    InsufficientReserve {
        /// Base asked for.
        asked: u128,
        /// Base in the reserve.
        reserve: u128,
    },
    /// The goblin could not do its work.
    #[error(transparent)]
    Goblin(#[from] GoblinError),
    /// An overflow, a difference below zero or a division by zero.
    #[error(transparent)]
    Math(#[from] MathError),
}
