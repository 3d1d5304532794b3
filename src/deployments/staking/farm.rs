//! A staking contract in the world.

use plimsoll_protocols::farm::{StakingBefore, StakingContract};
use smallvec::SmallVec;

use crate::chain::ids::{AccountId, DeploymentId, FarmId, TokenId};

/// A staking contract.
#[derive(Debug, Clone)]
pub struct FarmCell {
    /// What calls are sent to.
    pub at: DeploymentId,
    /// Its id.
    pub id: FarmId,
    /// Its account.
    pub account: AccountId,
    /// What is staked, by market.
    pub staked: SmallVec<[TokenId; 2]>,
    /// The token it pays.
    pub reward: TokenId,
    /// Its state machine.
    pub contract: StakingContract,
    /// What the transaction that runs may have changed, as it was; empty between transactions.
    pub undo: Vec<StakingBefore>,
}
