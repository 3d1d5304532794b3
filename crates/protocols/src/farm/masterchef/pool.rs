//! One pool: a token that can be deposited, and its part of the rewards.

use super::{Emission, MasterChefError, Minted};
use plimsoll_math::{MathError, U256};

/// The scale of rewards per deposited unit.
pub const SHARE_SCALE: u128 = 1_000_000_000_000;

/// The developers get a unit for this many that the pool gets, on top.
const UNITS_PER_DEV_UNIT: u128 = 10;

/// A pool's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pool {
    /// Its part of all rewards, over the sum of all pools' points.
    pub alloc_point: u128,
    /// The block up to which rewards are counted.
    pub last_reward_block: u64,
    /// SUSHI since the beginning per smallest unit that the contract holds of the pool's token, times 10^12.
    pub acc_sushi_per_share_e12: U256,
    /// Smallest units of the pool's token that the contract holds. What was sent without a deposit is counted, and
    /// earns for nobody.
    pub lp_supply: u128,
}

/// What one account has in a pool.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct UserInfo {
    /// Smallest units of the pool's token deposited.
    pub amount: u128,
    /// SUSHI that the deposit would have earned, had it been there from the beginning, up to its last call. It is wider
    /// than an amount: rewards that few units shared count for every unit that comes later.
    pub reward_debt: U256,
}

impl Pool {
    /// Counts rewards up to a block, and returns how many they are. Before the block up to which they are counted
    /// already, nothing changes. Blocks in which the pool is empty pay nobody.
    ///
    /// The pool's part rounds **down**, and so does what a unit gets of it: in favour of the contract.
    pub(super) fn count(
        &mut self,
        emission: &Emission,
        total_alloc_point: u128,
        block: u64,
    ) -> Result<U256, MasterChefError> {
        if block <= self.last_reward_block {
            return Ok(U256::ZERO);
        }
        let blocks = emission.multiplier(self.last_reward_block, block);
        self.last_reward_block = block;
        if self.lp_supply == 0 {
            return Ok(U256::ZERO);
        }
        if total_alloc_point == 0 {
            return Err(MasterChefError::NoAllocation);
        }
        let of_all_pools = U256::product(blocks, emission.sushi_per_block);
        let reward = of_all_pools.checked_mul(self.alloc_point)?.div_down(total_alloc_point)?;
        let per_share_e12 = reward.checked_mul(SHARE_SCALE)?.div_down(self.lp_supply)?;
        self.acc_sushi_per_share_e12 = self.acc_sushi_per_share_e12.checked_add(per_share_e12)?;
        Ok(reward)
    }

    /// As [`Pool::count`], for rewards that are minted. The developers' part rounds **down**.
    pub(super) fn accrue(
        &mut self,
        emission: &Emission,
        total_alloc_point: u128,
        block: u64,
    ) -> Result<Minted, MasterChefError> {
        let to_chef = self.count(emission, total_alloc_point, block)?.try_into_u128()?;
        Ok(Minted { to_chef, to_dev: to_chef / UNITS_PER_DEV_UNIT })
    }
}

impl UserInfo {
    /// Returns what the deposit would have earned in `pool` from the beginning, rounded **down**.
    pub(super) fn earned_from_the_beginning(&self, pool: &Pool) -> Result<U256, MathError> {
        pool.acc_sushi_per_share_e12.mul_div_down(self.amount, SHARE_SCALE)
    }

    /// Returns what the deposit has earned in `pool` since its last call.
    ///
    /// It is the difference of two quotients that are both rounded **down**, so it may be a unit less or a unit more
    /// than exactly: all together, deposits may have earned a few units more than the contract holds.
    pub(super) fn pending(&self, pool: &Pool) -> Result<U256, MathError> {
        self.earned_from_the_beginning(pool)?.checked_sub(self.reward_debt)
    }
}
