//! What every staking contract can do.

use thiserror::Error;

use super::masterchef::MasterChefError;
use super::staking_rewards::StakingRewardsError;
use crate::AccountId;

/// A block's number and time. Contracts count rewards by the one or by the other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BlockTime {
    /// `block.number`.
    pub number: u64,
    /// `block.timestamp`, in seconds.
    pub timestamp: u64,
}

/// What a call moved, in smallest units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StakingMoves {
    /// Reward tokens minted to the contract before anything else.
    pub minted: u128,
    /// Reward tokens minted to the contract's developers on top.
    pub minted_to_developers: u128,
    /// Of the market's token, from the account to the contract.
    pub staked: u128,
    /// Of the market's token, from the contract to the account.
    pub unstaked: u128,
    /// Reward tokens from the contract to the account.
    pub reward: u128,
}

/// Why a staking contract refused. It is as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum StakingError {
    /// A Synthetix `StakingRewards` refused.
    #[error(transparent)]
    StakingRewards(#[from] StakingRewardsError),
    /// A `MasterChef` refused.
    #[error(transparent)]
    MasterChef(#[from] MasterChefError),
    /// The contract mints its rewards itself.
    #[error("the contract mints its rewards itself")]
    NotFunded,
    /// No market has this number.
    #[error("market {market} of {markets}")]
    UnknownMarket {
        /// The number asked for.
        market: u16,
        /// How many markets there are; the first is 0.
        markets: u16,
    },
}

/// A staking contract. It has one market or several, named by their numbers from 0 on, each with a token of its own that
/// is staked; all pay in the same reward token. Amounts are in smallest units.
pub trait Staking {
    /// Returns how many markets there are.
    fn markets(&self) -> u16;

    /// Takes a stake in. Some contracts pay what was earned before.
    ///
    /// # Errors
    /// The contract refuses.
    fn stake(
        &mut self,
        market: u16,
        account: AccountId,
        amount: u128,
        now: BlockTime,
    ) -> Result<StakingMoves, StakingError>;

    /// Gives a part of a stake back. Some contracts pay what was earned before.
    ///
    /// # Errors
    /// The contract refuses.
    fn unstake(
        &mut self,
        market: u16,
        account: AccountId,
        amount: u128,
        now: BlockTime,
    ) -> Result<StakingMoves, StakingError>;

    /// Pays what was earned, as far as the contract can.
    ///
    /// # Errors
    /// The contract refuses.
    fn claim(&mut self, market: u16, account: AccountId, now: BlockTime) -> Result<StakingMoves, StakingError>;

    /// Gives a whole stake back, and pays what was earned.
    ///
    /// # Errors
    /// The contract refuses.
    fn exit(&mut self, market: u16, account: AccountId, now: BlockTime) -> Result<StakingMoves, StakingError>;

    /// Takes a reward in that is to be streamed to those who stake.
    ///
    /// # Errors
    /// The contract refuses: most mint their rewards themselves.
    fn fund(&mut self, _amount: u128, _now: BlockTime) -> Result<(), StakingError> {
        Err(StakingError::NotFunded)
    }

    /// Returns what an account could claim; nothing if that cannot be counted.
    fn pending(&self, market: u16, account: AccountId, now: BlockTime) -> u128;

    /// Returns what an account has staked.
    fn staked(&self, market: u16, account: AccountId) -> u128;

    /// Returns every account that has or had a stake in a market, with the stake, by account.
    fn stakes(&self, market: u16) -> Box<dyn Iterator<Item = (AccountId, u128)> + '_>;

    /// Returns what the contract holds of a market's token: what is staked, and what else was sent to it.
    fn held(&self, market: u16) -> u128;

    /// Returns what the contract holds of the reward token.
    fn reward_held(&self) -> u128;
}

/// What undoes the calls of an account to a staking contract.
pub trait UndoStaking {
    /// What a call of an account may change, as it was.
    type Before;

    /// Returns what a call of an account to a market may change, as it is now.
    fn before_call(&self, market: u16, account: AccountId) -> Self::Before;

    /// Puts back what was kept. Of several, the last that was kept comes first.
    fn undo_call(&mut self, before: &Self::Before);
}
