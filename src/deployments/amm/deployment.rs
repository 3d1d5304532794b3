//! A pool as a deployment: undoing and audit.

use super::PoolCell;
use crate::chain::event::Revert;
use crate::chain::families::Call;
use crate::chain::ids::AccountId;
use crate::deployments::audit::{AuditError, AuditSheet, same};
use crate::deployments::call::CallContext;
use crate::deployments::deployment::{Deployment, Leveraged};
use crate::deployments::valuation::ValueSheet;
use crate::deployments::view::View;

impl PoolCell {
    /// Keeps what a call may change.
    pub fn keep(&mut self) {
        let before = self.pool.before();
        self.undo.push((before, self.volume.clone()));
    }
}

impl Deployment for PoolCell {
    fn call(&mut self, cx: &mut CallContext, call: &Call) -> Result<u128, Revert> {
        self.answer(cx, call)
    }

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

    fn holders(&self, sees: &View, tell: &mut dyn FnMut(AccountId, Option<Leveraged>)) {
        if let Some(pool) = self.pool.amm().concentrated() {
            pool.positions().filter(|(_, liquidity)| *liquidity > 0).for_each(|(key, _)| tell(key.owner, None));
        } else {
            sees.wallets()
                .filter(|wallet| sees.ledger.balance(*wallet, self.liquidity) > 0)
                .for_each(|wallet| tell(wallet, None));
        }
    }

    fn audit(&self, sheet: &AuditSheet) -> Result<(), AuditError> {
        let amm = self.pool.amm();
        for (place, token) in (0..).zip(&self.tokens) {
            sheet.holds(self.account, *token, amm.balance(place))?;
        }
        if let Some(pool) = amm.concentrated() {
            let what = || format!("active liquidity of {}", sheet.protocols.directory.pools[self.id.index()].name);
            same(what, ("the pool", pool.active_liquidity()), ("the sum of positions", pool.liquidity_of_positions()))?;
        }
        amm.total_supply().map_or(Ok(()), |supply| sheet.supply(self.liquidity, supply))
    }

    fn value_shares(&self, sheet: &mut ValueSheet) {
        let amm = self.pool.amm();
        let tokens = (0..).zip(&self.tokens);
        let held = tokens.map(|(place, token)| amm.provided(place) as f64 * sheet.unit(*token)).sum();
        sheet.value_share(self.liquidity, held, amm.total_supply().unwrap_or(0));
    }

    /// Gives those whose liquidity is no token their positions with what these earned, and keeps apart what nobody claims.
    fn value(&self, sheet: &mut ValueSheet) {
        let amm = self.pool.amm();
        let units: Vec<f64> = self.tokens.iter().map(|token| sheet.unit(*token)).collect();
        if let Some(pool) = amm.concentrated() {
            let held = (0..).zip(&units).map(|(place, unit)| amm.balance(place) as f64 * unit);
            sheet.valuation.pool_reserves += held.sum::<f64>();
            for (key, _) in pool.positions() {
                let (held, earned) = (pool.value_of(key), pool.fees_owed(key));
                let claim = (held.token_0 as f64 + earned.token_0 as f64) * units[0]
                    + (held.token_1 as f64 + earned.token_1 as f64) * units[1];
                sheet.claim(key.owner, claim);
                sheet.valuation.pool_reserves -= claim;
            }
        } else {
            let kept = |place| amm.balance(place) - amm.provided(place);
            let kept = (0..).zip(&units).map(|(place, unit)| kept(place) as f64 * unit);
            sheet.valuation.pool_reserves += kept.sum::<f64>();
        }
        sheet.leave_out(self.account);
    }
}
