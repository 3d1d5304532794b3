//! Liquidity of the metapool that comes and goes.

use super::MetaPool;
use crate::amm::curve::{Added, CurveError, Removed, StableSwap};

impl MetaPool {
    /// Mints liquidity tokens for what `paid` adds: see [`StableSwap::add_liquidity`].
    ///
    /// # Errors
    /// Those of [`StableSwap::add_liquidity`], or the base pool has no virtual price.
    pub fn add_liquidity<const B: usize>(
        &mut self,
        base: &StableSwap<B>,
        paid: [u128; 2],
        least_minted: u128,
        now: u64,
    ) -> Result<Added<2>, CurveError> {
        let mut after = self.refreshed(base, now)?;
        let added = after.pool.add_liquidity(paid, least_minted, now)?;

        *self = after;
        Ok(added)
    }

    /// Gives the share of each coin that liquidity tokens stand for: see [`StableSwap::remove_liquidity`]. This is the
    /// one call that leaves the remembered virtual price alone.
    ///
    /// # Errors
    /// Those of [`StableSwap::remove_liquidity`].
    pub fn remove_liquidity(&mut self, liquidity: u128, least: [u128; 2]) -> Result<Removed<2>, CurveError> {
        self.pool.remove_liquidity(liquidity, least)
    }

    /// Gives exactly `taken`: see [`StableSwap::remove_liquidity_imbalance`].
    ///
    /// # Errors
    /// Those of [`StableSwap::remove_liquidity_imbalance`], or the base pool has no virtual price.
    pub fn remove_liquidity_imbalance<const B: usize>(
        &mut self,
        base: &StableSwap<B>,
        taken: [u128; 2],
        most_burned: u128,
        now: u64,
    ) -> Result<Removed<2>, CurveError> {
        let mut after = self.refreshed(base, now)?;
        let removed = after.pool.remove_liquidity_imbalance(taken, most_burned, now)?;

        *self = after;
        Ok(removed)
    }

    /// Gives what liquidity tokens stand for in one coin: see [`StableSwap::remove_liquidity_one_coin`].
    ///
    /// # Errors
    /// Those of [`StableSwap::remove_liquidity_one_coin`], or the base pool has no virtual price.
    pub fn remove_liquidity_one_coin<const B: usize>(
        &mut self,
        base: &StableSwap<B>,
        liquidity: u128,
        coin: usize,
        least: u128,
        now: u64,
    ) -> Result<Removed<2>, CurveError> {
        let mut after = self.refreshed(base, now)?;
        let removed = after.pool.remove_liquidity_one_coin(liquidity, coin, least, now)?;

        *self = after;
        Ok(removed)
    }
}
