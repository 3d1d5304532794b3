//! What the owner decides: which pools there are, and which part of the rewards each gets.

use super::{Added, MasterChef, MasterChefError, Minted, Pool};
use plimsoll_math::{U256, sum};

/// Whether all pools' rewards are counted before the owner changes a part.
///
/// Rewards of a pool that nobody has called since are shared out by the new parts, also for blocks of the old ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MassUpdate {
    /// They are counted, by the old parts.
    First,
    /// They are not.
    Skipped,
}

/// All pools with their rewards counted or not, as the owner asked: written back as a whole, or thrown away.
struct WorkingCopy {
    pools: Vec<Pool>,
    sushi_balance: u128,
    minted: Minted,
}

impl MasterChef {
    /// Adds a pool.
    ///
    /// # Errors
    /// There are too many pools, all points do not fit 128 bits, or rewards cannot be counted.
    pub fn add(&mut self, alloc_point: u128, update: MassUpdate, block: u64) -> Result<Added, MasterChefError> {
        let pools = self.pools.len();
        // How many there are has 16 bits as well.
        let pid = u16::try_from(pools).ok().filter(|pid| *pid < u16::MAX);
        let pid = pid.ok_or(MasterChefError::TooManyPools { pools })?;
        let mut copy = self.open_all(update, block)?;
        let total_alloc_point = sum(self.total_alloc_point, alloc_point)?;
        copy.pools.push(Pool {
            alloc_point,
            last_reward_block: block.max(self.emission.start_block),
            acc_sushi_per_share_e12: U256::ZERO,
            lp_supply: 0,
        });

        self.total_alloc_point = total_alloc_point;
        Ok(Added { minted: self.close_all(copy), pid })
    }

    /// Sets a pool's allocation points.
    ///
    /// # Errors
    /// There is no such pool, all points do not fit 128 bits, or rewards cannot be counted.
    pub fn set(
        &mut self,
        pid: u16,
        alloc_point: u128,
        update: MassUpdate,
        block: u64,
    ) -> Result<Minted, MasterChefError> {
        let mut copy = self.open_all(update, block)?;
        let others = self.total_alloc_point - self.pool(pid)?.alloc_point;
        let total_alloc_point = sum(others, alloc_point)?;
        copy.pools[usize::from(pid)].alloc_point = alloc_point;

        self.total_alloc_point = total_alloc_point;
        Ok(self.close_all(copy))
    }

    /// Counts all pools' rewards up to a block. Anybody may ask for that.
    ///
    /// # Errors
    /// A pool's reward cannot be counted.
    pub fn mass_update_pools(&mut self, block: u64) -> Result<Minted, MasterChefError> {
        let copy = self.open_all(MassUpdate::First, block)?;

        Ok(self.close_all(copy))
    }

    fn open_all(&self, update: MassUpdate, block: u64) -> Result<WorkingCopy, MasterChefError> {
        let (mut pools, mut sushi_balance) = (self.pools.clone(), self.sushi_balance);
        let mut minted = Minted::default();
        if update == MassUpdate::First {
            for pool in &mut pools {
                let of_pool = pool.accrue(&self.emission, self.total_alloc_point, block)?;
                sushi_balance = sum(sushi_balance, of_pool.to_chef)?;
                minted.to_chef = sum(minted.to_chef, of_pool.to_chef)?;
                minted.to_dev = sum(minted.to_dev, of_pool.to_dev)?;
            }
        }
        Ok(WorkingCopy { pools, sushi_balance, minted })
    }

    fn close_all(&mut self, copy: WorkingCopy) -> Minted {
        self.pools = copy.pools;
        self.sushi_balance = copy.sushi_balance;
        copy.minted
    }
}
