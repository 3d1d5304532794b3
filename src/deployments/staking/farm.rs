//! A staking contract in the world.

use plimsoll_protocols::farm::{StakingBefore, StakingContract};
use smallvec::SmallVec;

use crate::chain::ids::{AccountId, DeploymentId, FarmId, TokenId};

/// A staking contract.
#[derive(Debug, Clone)]
pub struct FarmCell {
    /// The address that calls to it name.
    pub at: DeploymentId,
    /// Its place among the scenario's staking contracts.
    pub id: FarmId,
    /// The account that holds stakes and rewards.
    pub account: AccountId,
    /// What is staked in each of its markets, in their order.
    pub staked: SmallVec<[TokenId; 2]>,
    /// The token that it pays as a reward.
    pub reward: TokenId,
    /// The contract's state.
    pub contract: StakingContract,
    /// What the transaction that runs may have changed, as it was; empty between transactions.
    pub undo: Vec<StakingBefore>,
}
