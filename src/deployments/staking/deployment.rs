//! A staking contract as a deployment.

use plimsoll_protocols::farm::BlockTime;

use super::FarmCell;
use crate::chain::event::Revert;
use crate::chain::families::Call;
use crate::chain::ids::{AccountId, TokenId};
use crate::deployments::audit::{AuditError, AuditSheet, same};
use crate::deployments::call::CallContext;
use crate::deployments::deployment::{Deployment, Leveraged};
use crate::deployments::valuation::ValueSheet;
use crate::deployments::view::View;

impl FarmCell {
    /// Keeps what a call of an account to a market may change.
    pub fn keep(&mut self, market: u16, account: AccountId) {
        self.undo.push(self.contract.before(market, account));
    }

    /// Returns its markets, each with what is staked there.
    fn markets(&self) -> impl Iterator<Item = (u16, TokenId)> {
        (0_u16..).zip(self.staked.iter().copied())
    }
}

impl Deployment for FarmCell {
    fn call(&mut self, cx: &mut CallContext, call: &Call) -> Result<u128, Revert> {
        self.answer(cx, call)
    }

    fn commit(&mut self) {
        self.undo.clear();
    }

    fn roll_back(&mut self) {
        while let Some(before) = self.undo.pop() {
            self.contract.restore(&before);
        }
    }

    fn holders(&self, _sees: &View, tell: &mut dyn FnMut(AccountId, Option<Leveraged>)) {
        for (market, _) in self.markets() {
            let stakes = self.contract.staking().stakes(market);
            stakes.filter(|(_, stake)| *stake > 0).for_each(|(account, _)| tell(account, None));
        }
    }

    fn audit(&self, sheet: &AuditSheet) -> Result<(), AuditError> {
        let contract = self.contract.staking();
        sheet.holds(self.account, self.reward, contract.reward_held())?;
        for (market, token) in self.markets() {
            sheet.holds(self.account, token, contract.held(market))?;
            let stakes: u128 = contract.stakes(market).map(|(_, stake)| stake).sum();
            let what = || format!("stakes of {}", sheet.protocols.directory.farms[self.id.index()].name);
            same(what, ("the total", contract.held(market)), ("the sum of stakes", stakes))?;
        }
        Ok(())
    }

    /// Gives everybody its stake and what it could claim, and keeps apart the other rewards: a contract that stakes gives
    /// what it could claim to those for whom it does.
    fn value(&self, sheet: &mut ValueSheet) {
        let contract = self.contract.staking();
        let now = BlockTime { number: sheet.block, timestamp: sheet.now };
        let mut waiting = contract.reward_held() as f64;
        for (market, token) in self.markets() {
            for (account, staked) in contract.stakes(market) {
                if sheet.is_wallet(account) {
                    let earned = contract.pending(market, account, now) as f64;
                    sheet.claim(account, staked as f64 * sheet.unit(token));
                    sheet.claim_reward(account, earned * sheet.unit(self.reward));
                    waiting -= earned;
                }
            }
        }
        sheet.valuation.unpaid_rewards += waiting * sheet.unit(self.reward);
        sheet.leave_out(self.account);
    }
}
