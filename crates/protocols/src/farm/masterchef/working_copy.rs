//! What a call of one account works on, and what undoes it.

use super::{MasterChef, MasterChefError, Minted, Pool, UserInfo};
use crate::AccountId;
use plimsoll_math::{MathError, sum};

/// A pool and one account's part of it, with rewards counted: written back as a whole, or thrown away.
#[derive(Debug, Clone, Copy)]
pub(super) struct WorkingCopy {
    pid: u16,
    account: AccountId,
    pub(super) pool: Pool,
    pub(super) user: UserInfo,
    sushi_balance: u128,
    /// Rewards counted when it was made.
    pub(super) minted: Minted,
}

/// What a call about one account in one pool may change, as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MasterChefBefore {
    pid: u16,
    account: AccountId,
    pool: Option<Pool>,
    user: Option<UserInfo>,
    sushi_balance: u128,
}

impl WorkingCopy {
    /// Takes what the deposit has earned out of the contract, or what the contract still holds if that is less, and
    /// returns it. An account without a deposit has earned nothing.
    pub(super) fn pay_pending(&mut self) -> Result<u128, MathError> {
        let pending = self.user.pending(&self.pool)?;
        let reward = pending.try_into_u128().unwrap_or(u128::MAX).min(self.sushi_balance);
        self.sushi_balance -= reward;
        Ok(reward)
    }

    /// Lets the deposit earn from here on.
    pub(super) fn settle(&mut self) -> Result<(), MathError> {
        self.user.reward_debt = self.user.earned_from_the_beginning(&self.pool)?;
        Ok(())
    }
}

impl MasterChef {
    /// Returns a pool with its rewards counted, and an account's part of it, to work on.
    pub(super) fn open(&self, pid: u16, account: AccountId, block: u64) -> Result<WorkingCopy, MasterChefError> {
        let mut pool = self.pool(pid)?;
        let minted = pool.accrue(&self.emission, self.total_alloc_point, block)?;
        let sushi_balance = sum(self.sushi_balance, minted.to_chef)?;
        Ok(WorkingCopy { pid, account, pool, user: self.user_info(pid, account), sushi_balance, minted })
    }

    /// Writes back what was worked on.
    pub(super) fn close(&mut self, copy: &WorkingCopy) {
        self.pools[usize::from(copy.pid)] = copy.pool;
        self.user_info.insert((copy.pid, copy.account), copy.user);
        self.sushi_balance = copy.sushi_balance;
    }

    /// Returns what a call of an account to a pool may change, as it is now; the owner's calls change more.
    pub fn before(&self, pid: u16, account: AccountId) -> MasterChefBefore {
        MasterChefBefore {
            pid,
            account,
            pool: self.pools.get(usize::from(pid)).copied(),
            user: self.user_info.get(&(pid, account)).copied(),
            sushi_balance: self.sushi_balance,
        }
    }

    /// Puts back what was kept. Of several, the last that was kept comes first.
    pub fn restore(&mut self, before: &MasterChefBefore) {
        // A call to a pool that does not exist changed nothing.
        let Some(pool) = before.pool else { return };
        self.pools[usize::from(before.pid)] = pool;
        self.sushi_balance = before.sushi_balance;
        let key = (before.pid, before.account);
        match before.user {
            Some(user) => self.user_info.insert(key, user),
            None => self.user_info.remove(&key),
        };
    }
}
