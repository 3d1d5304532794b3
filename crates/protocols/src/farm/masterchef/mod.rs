//! Sushi's `MasterChef` (sushiswap/masterchef@4153a98): one reward per block, shared by pools, and in each by all who
//! deposit.
//!
//! A pool's part of the reward follows its allocation points. One number grows for everybody in a pool, the reward per
//! unit that the pool holds; a deposit remembers what it would have earned at that number from the beginning, and has
//! earned the difference since. Rewards are minted when they are counted, and every deposit or withdrawal pays what
//! was earned: one of nothing is how a reward is claimed.
//!
//! The contract counts what it holds of a token, not what was deposited. So each pool has a token of its own, which is
//! not SUSHI itself: the contract asks its owner for that, and pays wrong amounts otherwise.
//!
//! Left out: who the owner and the developers are, and the migrator, which exchanges a pool's token for as much of
//! another.

mod emission;
mod error;
mod owner;
mod pool;
mod receipts;
mod staking;
#[cfg(test)]
mod tests;
mod working_copy;

use std::collections::BTreeMap;

pub use emission::Emission;
pub use error::MasterChefError;
pub use owner::MassUpdate;
pub use pool::{Pool, SHARE_SCALE, UserInfo};
pub use receipts::{Added, Minted, Paid};
pub use working_copy::MasterChefBefore;

use crate::AccountId;
use plimsoll_math::sum;

/// The contract: its pools and who deposited in them. Blocks are named by their numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MasterChef {
    emission: Emission,
    pools: Vec<Pool>,
    /// Sum of all pools' points.
    total_alloc_point: u128,
    /// Smallest units of SUSHI that the contract holds.
    sushi_balance: u128,
    /// By pool and account.
    user_info: BTreeMap<(u16, AccountId), UserInfo>,
}

impl MasterChef {
    /// Returns the contract without a pool.
    pub fn new(emission: Emission) -> Self {
        Self { emission, pools: Vec::new(), total_alloc_point: 0, sushi_balance: 0, user_info: BTreeMap::new() }
    }

    /// Returns how many rewards it creates.
    pub fn emission(&self) -> &Emission {
        &self.emission
    }

    /// Returns the pools, by number, as of the last call to each.
    pub fn pools(&self) -> &[Pool] {
        &self.pools
    }

    /// Returns the sum of all pools' allocation points.
    pub fn total_alloc_point(&self) -> u128 {
        self.total_alloc_point
    }

    /// Returns how many smallest units of SUSHI the contract holds: what was minted to it and not claimed.
    pub fn sushi_balance(&self) -> u128 {
        self.sushi_balance
    }

    /// Returns what an account has in a pool; nothing in one that does not exist.
    pub fn user_info(&self, pid: u16, account: AccountId) -> UserInfo {
        self.user_info.get(&(pid, account)).copied().unwrap_or_default()
    }

    /// Returns all who ever deposited in a pool or claimed there, by account.
    pub fn users(&self, pid: u16) -> impl Iterator<Item = (AccountId, &UserInfo)> {
        let of_pool = (pid, AccountId(0))..=(pid, AccountId(u32::MAX));
        self.user_info.range(of_pool).map(|((_, account), user)| (*account, user))
    }

    /// Returns the reward that an account has earned in a pool since its last call there, a unit more or less than
    /// exactly. What the contract does not hold of it, it will not pay.
    ///
    /// # Errors
    /// There is no such pool, its reward cannot be counted, or what was earned is beyond `u128`.
    pub fn pending_sushi(&self, pid: u16, account: AccountId, block: u64) -> Result<u128, MasterChefError> {
        let mut pool = self.pool(pid)?;
        pool.count(&self.emission, self.total_alloc_point, block)?;
        Ok(self.user_info(pid, account).pending(&pool)?.try_into_u128()?)
    }

    /// Takes a deposit in, from the account to the contract, and pays what the one before had earned.
    ///
    /// # Errors
    /// There is no such pool, or its reward cannot be counted.
    pub fn deposit(&mut self, pid: u16, account: AccountId, amount: u128, block: u64) -> Result<Paid, MasterChefError> {
        let mut copy = self.open(pid, account, block)?;
        let reward = copy.pay_pending()?;
        copy.pool.lp_supply = sum(copy.pool.lp_supply, amount)?;
        copy.user.amount = sum(copy.user.amount, amount)?;
        copy.settle()?;

        self.close(&copy);
        Ok(Paid { minted: copy.minted, reward })
    }

    /// Gives a part of a deposit back, from the contract to the account, and pays what all of it had earned.
    ///
    /// # Errors
    /// There is no such pool, so much is not deposited, or the pool's reward cannot be counted.
    pub fn withdraw(
        &mut self,
        pid: u16,
        account: AccountId,
        amount: u128,
        block: u64,
    ) -> Result<Paid, MasterChefError> {
        let deposited = self.user_info(pid, account).amount;
        if amount > deposited {
            return Err(MasterChefError::InsufficientDeposit { asked: amount, deposited });
        }
        let mut copy = self.open(pid, account, block)?;
        let reward = copy.pay_pending()?;
        copy.pool.lp_supply -= amount;
        copy.user.amount -= amount;
        copy.settle()?;

        self.close(&copy);
        Ok(Paid { minted: copy.minted, reward })
    }

    /// Gives a whole deposit back and returns how much that is. What it had earned stays with the contract, and no
    /// reward is counted, so this works where nothing else does.
    ///
    /// # Errors
    /// There is no such pool.
    pub fn emergency_withdraw(&mut self, pid: u16, account: AccountId) -> Result<u128, MasterChefError> {
        self.pool(pid)?;
        let amount = self.user_info(pid, account).amount;

        self.pools[usize::from(pid)].lp_supply -= amount;
        self.user_info.insert((pid, account), UserInfo::default());
        Ok(amount)
    }

    /// Counts a pool's rewards up to a block. Anybody may ask for that.
    ///
    /// # Errors
    /// There is no such pool, or its reward cannot be counted.
    pub fn update_pool(&mut self, pid: u16, block: u64) -> Result<Minted, MasterChefError> {
        let mut pool = self.pool(pid)?;
        let minted = pool.accrue(&self.emission, self.total_alloc_point, block)?;
        let sushi_balance = sum(self.sushi_balance, minted.to_chef)?;

        self.pools[usize::from(pid)] = pool;
        self.sushi_balance = sushi_balance;
        Ok(minted)
    }

    /// Takes in what somebody sends of a pool's token without a deposit. It is lost, and dilutes the pool.
    ///
    /// # Errors
    /// There is no such pool, or its balance would not fit 128 bits.
    pub fn donate(&mut self, pid: u16, amount: u128) -> Result<(), MasterChefError> {
        let lp_supply = sum(self.pool(pid)?.lp_supply, amount)?;

        self.pools[usize::from(pid)].lp_supply = lp_supply;
        Ok(())
    }

    /// Returns a copy of a pool.
    fn pool(&self, pid: u16) -> Result<Pool, MasterChefError> {
        let unknown = MasterChefError::UnknownPool { pid, pools: self.pools.len() };
        self.pools.get(usize::from(pid)).copied().ok_or(unknown)
    }
}
