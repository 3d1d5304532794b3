//! Banks and goblins as deployments: undoing and audit.

use plimsoll_protocols::farm::alpha_homora::BankState;
use plimsoll_protocols::farm::alpha_homora::Goblin;

use super::events;
use super::positions::Farms;
use super::{BankCell, GoblinCell, rewards};
use crate::chain::event::Revert;
use crate::chain::families::Call;
use crate::chain::ids::{AccountId, PositionId, WorkerId};
use crate::chain::liquidation::Liquidation;
use crate::chain::price_order::OrderPlace;
use crate::deployments::audit::{AuditError, AuditSheet, same};
use crate::deployments::call::CallContext;
use crate::deployments::deployment::{Deployment, Leveraged};
use crate::deployments::events::EventRow;
use crate::deployments::liquidatable::LiquidationSearch;
use crate::deployments::positions::Positions;
use crate::deployments::valuation::ValueSheet;
use crate::deployments::view::View;

/// What a call may change of a goblin.
#[derive(Debug, Clone)]
pub struct GoblinBefore {
    goblin: Goblin,
    /// Where the position stood that the call is about; none where it is about none.
    place: Option<(PositionId, OrderPlace)>,
}

impl BankCell {
    /// Keeps what a call about a position, or a new one, may change.
    pub fn keep(&mut self, position: Option<PositionId>) {
        self.undo.push(self.bank.before(position));
    }
}

impl Deployment for BankCell {
    fn call(&mut self, cx: &mut CallContext, call: &Call) -> Result<u128, Revert> {
        self.answer(cx, call)
    }

    fn commit(&mut self) {
        self.undo.clear();
    }

    fn roll_back(&mut self) {
        while let Some(before) = self.undo.pop() {
            self.bank.restore(before);
        }
    }

    fn tell_liquidation<'a>(&self, row: &mut EventRow<'a>, sees: &'a View, at: &'a Liquidation) -> Option<AccountId> {
        events::killed(row, sees, at);
        None
    }

    fn name_position<'a>(&self, row: &mut EventRow<'a>, sees: &'a View, position: PositionId) {
        events::name_position(row, sees, self.id, position);
    }

    fn find_liquidatable(&mut self, search: &mut LiquidationSearch) {
        self.search(search);
    }

    fn positions(&self, sees: &View, look: &mut dyn FnMut(&dyn Positions)) {
        look(&Farms { sees, cell: self });
    }

    fn audit(&self, sheet: &AuditSheet) -> Result<(), AuditError> {
        let state = self.bank.state();
        sheet.holds(self.account, self.base, state.balance)?;
        sheet.supply(self.shares, state.total_supply)?;
        let owed: u128 = self.bank.positions().iter().map(|position| position.debt_share).sum();
        let what = || format!("debt shares of {}", sheet.protocols.directory.banks[self.id.index()].name);
        same(what, ("the bank", state.debt_share), ("the sum of positions", owed))
    }

    fn holders(&self, sees: &View, tell: &mut dyn FnMut(AccountId, Option<Leveraged>)) {
        for (row, number) in self.bank.positions().iter().zip(1..) {
            let key = self.key(row.goblin.into(), PositionId(number));
            let debt = sees.worth(self.base, self.bank.state().debt_value_down(row.debt_share).unwrap_or(0));
            tell(row.owner, Some(Leveraged { key, assets: sees.assets_worth(row), debt }));
        }
        sees.wallets()
            .filter(|wallet| sees.ledger.balance(*wallet, self.shares) > 0)
            .for_each(|wallet| tell(wallet, None));
    }

    fn value_shares(&self, sheet: &mut ValueSheet) {
        let state = self.state_at(sheet.now);
        let owned = state.total_base().unwrap_or(0) as f64 * sheet.unit(self.base);
        sheet.value_share(self.shares, owned, state.total_supply);
    }

    fn value(&self, sheet: &mut ValueSheet) {
        let (unit, state) = (sheet.unit(self.base), self.state_at(sheet.now));
        sheet.valuation.bank_reserves += unclaimed_base(&state) as f64 * unit;
        let protocols = sheet.protocols;
        let staked = |id: &WorkerId| {
            let at = protocols.worker(*id);
            rewards(protocols.farm(at.farm)).stake_of(at.account).balance
        };
        let mut unclaimed: Vec<u128> = self.goblins.iter().map(staked).collect();
        let pending: Vec<f64> = self.goblins.iter().map(|id| take_pending(sheet, protocols.worker(*id))).collect();
        let liquidity_unit =
            |sheet: &ValueSheet, id: WorkerId| sheet.unit(protocols.pool(protocols.worker(id).pool).liquidity);
        for position in self.bank.positions() {
            let at = protocols.worker(position.goblin.into());
            let farm = rewards(protocols.farm(at.farm));
            let liquidity = at.goblin.share_to_lp_down(position.goblin_share, farm).unwrap_or(0);
            let place = self.goblins.iter().position(|goblin| goblin.0 == position.goblin.0);
            let place = place.expect("a bank's positions are farmed by its goblins");
            unclaimed[place] -= liquidity;
            sheet.claim_reward(position.owner, position.goblin_share as f64 * pending[place]);
            let debt = state.debt_value_down(position.debt_share).unwrap_or(0);
            let worth = liquidity as f64 * liquidity_unit(sheet, position.goblin.into()) - debt as f64 * unit;
            sheet.claim(position.owner, worth);
        }
        for (goblin, unclaimed) in self.goblins.iter().zip(unclaimed) {
            sheet.valuation.unclaimed_liquidity += unclaimed as f64 * liquidity_unit(sheet, *goblin);
        }
        sheet.leave_out(self.account);
    }
}

impl GoblinCell {
    /// Keeps what a call may change: about a position, or about none.
    pub fn keep(&mut self, position: Option<PositionId>) {
        let place = position.map(|position| (position, self.order.place(position.0)));
        self.undo.push(GoblinBefore { goblin: self.goblin, place });
    }
}

impl Deployment for GoblinCell {
    fn call(&mut self, cx: &mut CallContext, call: &Call) -> Result<u128, Revert> {
        self.answer(cx, call)
    }

    fn commit(&mut self) {
        self.undo.clear();
    }

    fn roll_back(&mut self) {
        while let Some(GoblinBefore { goblin, place }) = self.undo.pop() {
            self.goblin = goblin;
            if let Some((position, place)) = place {
                self.order.restore(position.0, place);
            }
        }
    }

    fn audit(&self, sheet: &AuditSheet) -> Result<(), AuditError> {
        let (pool, bank) = (sheet.protocols.pool(self.pool), sheet.protocols.bank(self.bank));
        let (state, base_side) = (self.goblin.state(), self.goblin.params().base_side);
        let dust = [state.dust_all_base, state.dust_two_sides];
        sheet.holds(self.account, pool.token(base_side), dust.iter().map(|both| both.base).sum())?;
        sheet.holds(self.account, pool.token(base_side.other()), dust.iter().map(|both| both.farmed).sum())?;
        let positions = bank.bank.positions().iter().filter(|position| position.goblin.0 == self.id.0);
        let shares: u128 = positions.map(|position| position.goblin_share).sum();
        let what = || format!("shares of {}", sheet.protocols.directory.workers[self.id.index()].name);
        same(what, ("the goblin", state.total_share), ("the sum of positions", shares))?;
        let positions = bank.bank.positions().iter().filter(|position| position.goblin.0 == self.id.0);
        let owed: u128 = positions.map(|position| position.debt_share).sum();
        let what = || format!("histogram of {}", sheet.protocols.directory.workers[self.id.index()].name);
        same(what, ("the price order", self.order.histogram().total()), ("the sum of positions", owed))
    }

    fn value(&self, sheet: &mut ValueSheet) {
        let dust = sheet.leave_out(self.account);
        sheet.valuation.strategy_dust += dust;
    }
}

/// Takes what is pending for a goblin's positions, but for the bounty of who reinvests it, out of the unpaid rewards.
/// Returns what it is worth for each of their shares; nothing without any.
fn take_pending(sheet: &mut ValueSheet, at: &GoblinCell) -> f64 {
    let (farm, shares) = (sheet.protocols.farm(at.farm), at.goblin.state().total_share);
    if shares == 0 {
        return 0.0;
    }
    let kept = 1.0 - f64::from(at.goblin.params().reinvest_bounty_bps) / 10_000.0;
    let earned = rewards(farm).earned(at.account, sheet.now).unwrap_or(0) as f64;
    let worth = kept * earned * sheet.unit(farm.reward);
    sheet.valuation.unpaid_rewards -= worth;
    worth / shares as f64
}

/// Returns what a bank has that none of its shares claims: the reserve, as far as bad debt has left any, and all of it
/// while there are no shares.
fn unclaimed_base(state: &BankState) -> u128 {
    let all = state.balance.saturating_add(state.debt_value);
    if state.total_supply == 0 { all } else { state.reserve.min(all) }
}
