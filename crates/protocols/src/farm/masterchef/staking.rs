//! The contract as one of the family: a market is a pool.

use super::{MasterChef, MasterChefBefore, Paid};
use crate::AccountId;
use crate::farm::{BlockTime, Staking, StakingError, StakingMoves, UndoStaking};

impl Staking for MasterChef {
    fn markets(&self) -> u16 {
        u16::try_from(self.pools.len()).expect("pools are numbered in 16 bits")
    }

    fn stake(
        &mut self,
        market: u16,
        account: AccountId,
        amount: u128,
        now: BlockTime,
    ) -> Result<StakingMoves, StakingError> {
        let paid = self.deposit(market, account, amount, now.number)?;
        Ok(StakingMoves { staked: amount, ..paid.into() })
    }

    fn unstake(
        &mut self,
        market: u16,
        account: AccountId,
        amount: u128,
        now: BlockTime,
    ) -> Result<StakingMoves, StakingError> {
        let paid = self.withdraw(market, account, amount, now.number)?;
        Ok(StakingMoves { unstaked: amount, ..paid.into() })
    }

    fn claim(&mut self, market: u16, account: AccountId, now: BlockTime) -> Result<StakingMoves, StakingError> {
        Ok(self.deposit(market, account, 0, now.number)?.into())
    }

    fn exit(&mut self, market: u16, account: AccountId, now: BlockTime) -> Result<StakingMoves, StakingError> {
        self.unstake(market, account, self.staked(market, account), now)
    }

    fn pending(&self, market: u16, account: AccountId, now: BlockTime) -> u128 {
        let copy = self.open(market, account, now.number);
        copy.and_then(|mut copy| Ok(copy.pay_pending()?)).unwrap_or(0)
    }

    fn staked(&self, market: u16, account: AccountId) -> u128 {
        self.user_info(market, account).amount
    }

    fn stakes(&self, market: u16) -> Box<dyn Iterator<Item = (AccountId, u128)> + '_> {
        Box::new(self.users(market).map(|(account, user)| (account, user.amount)))
    }

    fn held(&self, market: u16) -> u128 {
        self.pools.get(usize::from(market)).map_or(0, |pool| pool.lp_supply)
    }

    fn reward_held(&self) -> u128 {
        self.sushi_balance
    }
}

impl UndoStaking for MasterChef {
    type Before = MasterChefBefore;

    fn before_call(&self, market: u16, account: AccountId) -> MasterChefBefore {
        self.before(market, account)
    }

    fn undo_call(&mut self, before: &MasterChefBefore) {
        self.restore(before);
    }
}

impl From<Paid> for StakingMoves {
    fn from(Paid { minted, reward }: Paid) -> Self {
        Self { minted: minted.to_chef, minted_to_developers: minted.to_dev, reward, ..Self::default() }
    }
}
