//! A lending market as a deployment: undoing and audit.

use plimsoll_protocols::lending::LendingBefore;

use super::events;
use super::positions::Loans;
use super::{AssetAmounts, LendingCell, LoanOrderPlace};
use crate::chain::event::Revert;
use crate::chain::families::Call;
use crate::chain::ids::AccountId;
use crate::chain::liquidation::Liquidation;
use crate::deployments::audit::{AuditError, AuditSheet, same};
use crate::deployments::call::CallContext;
use crate::deployments::deployment::{Deployment, Leveraged};
use crate::deployments::events::EventRow;
use crate::deployments::liquidatable::LiquidationSearch;
use crate::deployments::positions::Positions;
use crate::deployments::valuation::ValueSheet;
use crate::deployments::view::View;

/// What calls about an account may change.
#[derive(Debug, Clone)]
pub struct AccountBefore {
    account: AccountId,
    market: LendingBefore,
    place: LoanOrderPlace,
    lost: AssetAmounts,
    stranded: Option<AssetAmounts>,
}

impl LendingCell {
    /// Keeps what calls about an account may change.
    pub fn keep(&mut self, account: AccountId) {
        if self.undo.iter().all(|before| before.account != account) {
            let (market, place) = (self.market.before(account), self.orders.place(account));
            let (lost, stranded) = (self.lost.clone(), self.stranded.get(&account).cloned());
            self.undo.push(AccountBefore { account, market, place, lost, stranded });
        }
    }
}

impl Deployment for LendingCell {
    fn call(&mut self, cx: &mut CallContext, call: &Call) -> Result<u128, Revert> {
        self.answer(cx, call)
    }

    fn commit(&mut self) {
        self.undo.clear();
    }

    fn roll_back(&mut self) {
        while let Some(AccountBefore { account, market, place, lost, stranded }) = self.undo.pop() {
            self.lost = lost;
            match stranded {
                Some(stranded) => self.stranded.insert(account, stranded),
                None => self.stranded.remove(&account),
            };
            self.market.restore(market);
            self.orders.restore(account, place);
        }
    }

    fn tell_liquidation<'a>(&self, row: &mut EventRow<'a>, sees: &'a View, at: &'a Liquidation) -> Option<AccountId> {
        Some(events::liquidated(row, sees, at))
    }

    fn find_liquidatable(&mut self, search: &mut LiquidationSearch) {
        self.search(search);
    }

    fn positions(&self, sees: &View, look: &mut dyn FnMut(&dyn Positions)) {
        look(&Loans { sees, cell: self });
    }

    fn holders(&self, sees: &View, tell: &mut dyn FnMut(AccountId, Option<Leveraged>)) {
        let (lending, now) = (self.lending(), sees.clock.now());
        let places = || (0_u8..).zip(&self.assets).map(|(place, _)| place);
        let holds = |account| {
            places().any(|place| lending.supplied(account, place, now) > 0 || lending.borrowed(account, place, now) > 0)
        };
        lending.accounts().filter(|account| holds(*account)).for_each(|account| tell(account, None));
    }

    fn audit(&self, sheet: &AuditSheet) -> Result<(), AuditError> {
        for (place, asset) in (0..).zip(&self.assets) {
            sheet.holds(self.account, asset.token, self.lending().held(place))?;
        }
        let name = &sheet.protocols.directory.lending[self.id.index()].name;
        let what = || format!("claims and debts of {name}");
        same(what, ("the market", Ok(())), ("the sum of positions", self.lending().claims_sum()))
    }

    /// Gives everybody its claims less its debts, as far as they are covered.
    fn value(&self, sheet: &mut ValueSheet) {
        let (lending, now) = (self.lending(), sheet.now);
        let units: Vec<f64> = self.assets.iter().map(|asset| sheet.unit(asset.token)).collect();
        let places = || (0_u8..).zip(&units);
        let held = places().map(|(place, unit)| lending.held(place) as f64 * unit);
        sheet.valuation.lending_reserves += held.sum::<f64>();
        for account in lending.accounts() {
            let claims = places().map(|(place, unit)| lending.supplied(account, place, now) as f64 * unit);
            let debts = places().map(|(place, unit)| lending.borrowed(account, place, now) as f64 * unit);
            let equity = claims.sum::<f64>() - debts.sum::<f64>();
            sheet.claim(account, equity.max(0.0));
            sheet.valuation.lending_shortfall += equity.min(0.0);
            sheet.valuation.lending_reserves -= equity;
        }
        sheet.leave_out(self.account);
    }
}
