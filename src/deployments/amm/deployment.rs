//! A pool as a deployment: undoing and audit.

use super::PoolCell;
use crate::deployments::audit::{AuditError, AuditSheet, same};
use crate::deployments::deployment::Deployment;

impl PoolCell {
    /// Keeps what a call may change.
    pub fn keep(&mut self) {
        let before = self.pool.before();
        self.undo.push((before, self.volume.clone()));
    }
}

impl Deployment for PoolCell {
    fn commit(&mut self) {
        if !self.undo.is_empty() {
            self.undo.clear();
            self.pool.commit();
        }
    }

    fn roll_back(&mut self) {
        while let Some((pool, volume)) = self.undo.pop() {
            self.pool.restore(pool);
            self.volume = volume;
        }
    }

    fn audit(&self, sheet: &AuditSheet) -> Result<(), AuditError> {
        let amm = self.pool.amm();
        for (place, token) in (0..).zip(&self.tokens) {
            sheet.holds(self.account, *token, amm.balance(place))?;
        }
        if let Some(pool) = self.pool.uniswap_v3() {
            let what = || format!("active liquidity of {}", sheet.protocols.directory.pools[self.id.index()].name);
            same(what, ("the pool", pool.liquidity()), ("the sum of positions", pool.liquidity_of_positions()))?;
        }
        amm.total_supply().map_or(Ok(()), |supply| sheet.supply(self.liquidity, supply))
    }
}
