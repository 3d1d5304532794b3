//! A staking farm in the world.

use crate::chain::ids::{AccountId, FarmId, TokenId};
use crate::protocol::farm::staking_rewards::{Seat, StakingRewards};

/// A staking farm.
#[derive(Debug, Clone)]
pub struct FarmCell {
    /// Its id.
    pub id: FarmId,
    /// Its account.
    pub account: AccountId,
    /// The liquidity token that is staked.
    pub staked: TokenId,
    /// The token it pays.
    pub reward: TokenId,
    /// Its state machine.
    pub farm: StakingRewards,
    /// What the transaction that runs may have changed, as it was; empty between transactions.
    pub undo: Vec<(AccountId, Seat)>,
}
