//! Calls to staking contracts.

use plimsoll_protocols::lending::Part;

use super::{Call, FamilyCall};
use crate::chain::gas::GasSchedule;
use crate::chain::ids::{DeploymentId, FarmId};
use crate::chain::transaction::{Action, AmountIn};

/// What a staking contract is asked to do with the sender's stake. Amounts are in smallest units of what is staked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StakingCall {
    /// Take a stake in.
    Stake {
        /// Which of the contract's markets; 0 where there is one.
        market: u16,
        /// How much of what is staked there.
        amount: AmountIn,
    },
    /// Give a part of the stake back. All of it comes with what was earned.
    Unstake {
        /// Which of the contract's markets.
        market: u16,
        /// How much of what is staked there.
        part: Part,
    },
    /// Pay what was earned.
    Claim {
        /// In which of the contract's markets.
        market: u16,
    },
}

impl StakingCall {
    /// Returns which of the contract's markets it is about.
    pub fn market(&self) -> u16 {
        match self {
            Self::Stake { market, .. } | Self::Unstake { market, .. } | Self::Claim { market } => *market,
        }
    }

    /// Returns it as a call to a contract.
    pub fn of(self, to: DeploymentId) -> Action {
        Action::Call { to, call: Call::Staking(self) }
    }
}

impl FamilyCall for StakingCall {
    fn name(&self) -> &'static str {
        match self {
            Self::Stake { .. } => "stake",
            Self::Unstake { .. } => "unstake",
            Self::Claim { .. } => "claim",
        }
    }

    fn gas(&self, schedule: &GasSchedule) -> u64 {
        match self {
            Self::Stake { .. } => schedule.stake,
            Self::Unstake { .. } => schedule.unstake,
            Self::Claim { .. } => schedule.claim,
        }
    }

    /// What a contract mints first may be more than there can be of the reward token.
    fn may_need_undoing(&self) -> bool {
        true
    }
}

/// What a call to a staking contract moved, in smallest units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StakedAt {
    /// The contract.
    pub farm: FarmId,
    /// The contract's market; 0 where there is one.
    pub market: u16,
    /// The call that was made.
    pub call: StakingCall,
    /// Staked by the sender.
    pub staked: u128,
    /// Given back to the sender.
    pub unstaked: u128,
    /// Rewards paid to the sender.
    pub reward: u128,
}
