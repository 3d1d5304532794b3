//! The contract as one of the family: a single market.

use super::{StakingRewards, StakingRewardsBefore};
use crate::AccountId;
use crate::farm::{BlockTime, Staking, StakingError, StakingMoves, UndoStaking};

impl Staking for StakingRewards {
    fn markets(&self) -> u16 {
        1
    }

    fn stake(
        &mut self,
        market: u16,
        account: AccountId,
        amount: u128,
        now: BlockTime,
    ) -> Result<StakingMoves, StakingError> {
        the_only(market)?;
        Self::stake(self, account, amount, now.timestamp)?;
        Ok(StakingMoves { staked: amount, ..StakingMoves::default() })
    }

    fn unstake(
        &mut self,
        market: u16,
        account: AccountId,
        amount: u128,
        now: BlockTime,
    ) -> Result<StakingMoves, StakingError> {
        the_only(market)?;
        self.withdraw(account, amount, now.timestamp)?;
        Ok(StakingMoves { unstaked: amount, ..StakingMoves::default() })
    }

    fn claim(&mut self, market: u16, account: AccountId, now: BlockTime) -> Result<StakingMoves, StakingError> {
        the_only(market)?;
        let reward = self.get_reward(account, now.timestamp)?;
        Ok(StakingMoves { reward, ..StakingMoves::default() })
    }

    fn exit(&mut self, market: u16, account: AccountId, now: BlockTime) -> Result<StakingMoves, StakingError> {
        the_only(market)?;
        let exited = Self::exit(self, account, now.timestamp)?;
        Ok(StakingMoves { unstaked: exited.withdrawn, reward: exited.reward, ..StakingMoves::default() })
    }

    fn fund(&mut self, amount: u128, now: BlockTime) -> Result<(), StakingError> {
        Self::fund(self, amount)?;
        Ok(self.notify(amount, now.timestamp)?)
    }

    fn pending(&self, market: u16, account: AccountId, now: BlockTime) -> u128 {
        if market == 0 { self.earned(account, now.timestamp).unwrap_or(0) } else { 0 }
    }

    fn staked(&self, market: u16, account: AccountId) -> u128 {
        if market == 0 { self.stake_of(account).balance } else { 0 }
    }

    fn stakes(&self, market: u16) -> Box<dyn Iterator<Item = (AccountId, u128)> + '_> {
        let stakes = (market == 0).then(|| Self::stakes(self));
        Box::new(stakes.into_iter().flatten().map(|(account, stake)| (account, stake.balance)))
    }

    fn held(&self, market: u16) -> u128 {
        if market == 0 { self.totals.total_supply } else { 0 }
    }

    fn reward_held(&self) -> u128 {
        self.totals.reward_balance
    }
}

impl UndoStaking for StakingRewards {
    type Before = StakingRewardsBefore;

    fn before_call(&self, _market: u16, account: AccountId) -> StakingRewardsBefore {
        self.before(account)
    }

    fn undo_call(&mut self, before: &StakingRewardsBefore) {
        self.restore(before);
    }
}

/// Refuses a market other than the first.
fn the_only(market: u16) -> Result<(), StakingError> {
    if market == 0 { Ok(()) } else { Err(StakingError::UnknownMarket { market, markets: 1 }) }
}
