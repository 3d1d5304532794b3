//! Alpha Homora V1 (commit 5017311): a bank that lends to farmers, who farm with what they borrow.
//!
//! Depositors give the bank its base asset (ether in the contract) for interest-bearing shares. A farmer borrows from
//! it through a goblin, which turns the loan and the farmer's own tokens into liquidity of a Uniswap v2 pair and
//! stakes that for a reward. The goblin holds all its farmers' liquidity in one stake; a position is a share of the
//! staked LP and a share of the bank's debt. When what the position would sell for no longer covers its debt by the kill
//! factor, anybody may have the goblin sell it, for a prize.
//!
//! Equal to `Bank`, `UniswapGoblin`, the four strategies and both bank configurations. Left out, because they decide
//! nothing about amounts: who may call, which goblins are approved, and whether a goblin's price oracle finds the pool
//! stable enough for new debt. The bank's owner can reduce the reserve but not withdraw it.
//!
//! Every call works on copies of what it touches and writes them back at its end, so a call that errs changes nothing.

mod bank;
mod deposits;
mod error;
mod goblin;
mod interest;
mod receipts;
mod sale;
mod state;
mod strategies;
#[cfg(test)]
mod tests;
mod working_copy;

pub use bank::{Bank, BankBefore, BankParams, GenesisPosition, Position, Work, is_underwater};
pub use error::{BankError, GoblinError};
pub use goblin::{Goblin, GoblinParams, GoblinState, RewardMarket};
pub use interest::InterestModel;
pub use receipts::{Accrued, Deposited, GoblinMoves, Killed, OpenedAtGenesis, Reinvested, Withdrawn, Worked};
pub use sale::{IntoPair, SaleVenue};
pub use state::BankState;
pub use strategies::Strategy;

/// Positions are numbered in their bank, from 1 as in the contract.
pub use crate::PositionId;

use crate::amm::uniswap_v2::Pair;
use crate::farm::staking_rewards::StakingRewards;

/// Number of a goblin among those that a bank lends through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GoblinId(pub u16);

/// An amount of each token that a goblin works with, in smallest units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BaseAndFarmed {
    /// Of the bank's base asset.
    pub base: u128,
    /// Of the token farmed with it.
    pub farmed: u128,
}

/// Where a goblin works: itself, the farm it stakes in and the pair it provides liquidity to.
#[derive(Debug)]
pub struct Site<'a> {
    /// The goblin.
    pub goblin: &'a mut Goblin,
    /// Where its liquidity is staked.
    pub farm: &'a mut StakingRewards,
    /// Where its liquidity is.
    pub pair: &'a mut Pair,
}
