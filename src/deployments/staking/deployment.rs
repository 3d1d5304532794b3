//! A staking farm as a deployment: undoing and audit.

use super::FarmCell;
use crate::chain::ids::AccountId;
use crate::deployments::audit::{AuditError, AuditSheet, same};
use crate::deployments::deployment::Deployment;
use crate::deployments::valuation::ValueSheet;

impl FarmCell {
    /// Keeps what a call by an account may change.
    pub fn keep(&mut self, account: AccountId) {
        self.undo.push((account, self.farm.seat(account)));
    }
}

impl Deployment for FarmCell {
    fn commit(&mut self) {
        self.undo.clear();
    }

    fn roll_back(&mut self) {
        while let Some((account, seat)) = self.undo.pop() {
            self.farm.write(account, seat);
        }
    }

    fn audit(&self, sheet: &AuditSheet) -> Result<(), AuditError> {
        let totals = self.farm.totals();
        sheet.holds(self.account, self.staked, totals.total_supply)?;
        sheet.holds(self.account, self.reward, totals.reward_balance)?;
        let stakes: u128 = self.farm.stakes().map(|(_, stake)| stake.balance).sum();
        let what = || format!("stakes of {}", sheet.protocols.directory.farms[self.id.index()].name);
        same(what, ("the total", totals.total_supply), ("the sum of stakes", stakes))
    }

    fn value(&self, sheet: &mut ValueSheet) {
        let waiting = sheet.ledger.balance(self.account, self.reward) as f64;
        sheet.valuation.unpaid_rewards += waiting * sheet.unit(self.reward);
        sheet.leave_out(self.account);
    }
}
