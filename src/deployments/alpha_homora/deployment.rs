//! Banks and goblins as deployments: undoing and audit.

use super::{BankCell, GoblinCell};
use crate::chain::ids::PositionId;
use crate::chain::price_order::Place;
use crate::deployments::audit::{AuditError, AuditSheet, same};
use crate::deployments::deployment::Deployment;
use crate::protocol::farm::alpha_homora::Goblin;

/// What a call may change of a goblin.
#[derive(Debug, Clone)]
pub struct GoblinBefore {
    goblin: Goblin,
    /// Where the position stood that the call is about; none where it is about none.
    place: Option<(PositionId, Place)>,
}

impl BankCell {
    /// Keeps what a call about a position, or a new one, may change.
    pub fn keep(&mut self, position: Option<PositionId>) {
        self.undo.push(self.bank.before(position));
    }
}

impl Deployment for BankCell {
    fn commit(&mut self) {
        self.undo.clear();
    }

    fn roll_back(&mut self) {
        while let Some(before) = self.undo.pop() {
            self.bank.restore(before);
        }
    }

    fn audit(&self, sheet: &AuditSheet) -> Result<(), AuditError> {
        let books = self.bank.books();
        sheet.holds(self.account, self.base, books.balance)?;
        sheet.supply(self.shares, books.total_supply)?;
        let owed: u128 = self.bank.positions().iter().map(|position| position.debt_share).sum();
        let what = || format!("debt shares of {}", sheet.protocols.directory.banks[self.id.index()].name);
        same(what, ("the bank", books.debt_share), ("the sum of positions", owed))
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
        let (books, base_side) = (self.goblin.books(), self.goblin.params().base_side);
        let dust = [books.dust_all_base, books.dust_two_sides];
        sheet.holds(self.account, pool.token(base_side), dust.iter().map(|legs| legs.base).sum())?;
        sheet.holds(self.account, pool.token(base_side.other()), dust.iter().map(|legs| legs.farmed).sum())?;
        let positions = bank.bank.positions().iter().filter(|position| position.goblin == self.id);
        let shares: u128 = positions.map(|position| position.goblin_share).sum();
        let what = || format!("shares of {}", sheet.protocols.directory.goblins[usize::from(self.id.0)].name);
        same(what, ("the goblin", books.total_share), ("the sum of positions", shares))?;
        let positions = bank.bank.positions().iter().filter(|position| position.goblin == self.id);
        let owed: u128 = positions.map(|position| position.debt_share).sum();
        let what = || format!("histogram of {}", sheet.protocols.directory.goblins[usize::from(self.id.0)].name);
        same(what, ("the price order", self.order.histogram().total()), ("the sum of positions", owed))
    }
}
