//! What `events.csv` says of banks and goblins.

use crate::chain::event::WorkedAt;
use crate::chain::ids::{BankId, GoblinId, PositionId};
use crate::chain::liquidation::{Liquidation, Prize};
use crate::deployments::events::EventRow;
use crate::deployments::view::View;
use crate::protocol::farm::alpha_homora::{Deposited, Reinvested, Withdrawn};

words! {
    /// What happened in a leveraged farm.
    pub enum Kind {
        /// A leveraged position was opened.
        Open = "open",
        /// The owner changed a position and left it open.
        Adjust = "adjust",
        /// The owner closed a position.
        Close = "close",
        /// A liquidator killed a position.
        Kill = "kill",
        /// A worker's rewards became liquidity.
        Reinvest = "reinvest",
        /// A lender supplied a bank.
        Deposit = "deposit",
        /// A lender took supply back.
        Withdraw = "withdraw",
    }
}

fn name_worker<'a>(row: &mut EventRow<'a>, sees: &'a View, goblin: GoblinId) {
    row.worker = Some(&sees.protocols.directory.goblins[usize::from(goblin.0)].name);
}

fn name_bank<'a>(row: &mut EventRow<'a>, sees: &'a View, bank: BankId) {
    row.bank = Some(&sees.protocols.directory.banks[bank.index()].name);
}

/// Says which position it was about.
pub(crate) fn name_position<'a>(row: &mut EventRow<'a>, sees: &'a View, (bank, position): (BankId, PositionId)) {
    name_bank(row, sees, bank);
    row.position = Some(position.0.into());
}

/// Tells what an owner did to a position.
pub(crate) fn worked<'a>(row: &mut EventRow<'a>, sees: &'a View, at: &WorkedAt) {
    let base = sees.protocols.bank(at.bank).base;
    let kind = match at {
        _ if at.opened => Kind::Open,
        _ if at.closed.is_some() => Kind::Close,
        _ => Kind::Adjust,
    };
    row.tell(kind.word(), "work");
    name_position(row, sees, (at.bank, at.receipt.position));
    name_worker(row, sees, at.goblin);
    row.paid(sees, (base, at.receipt.base_from_user));
    row.got(sees, (base, at.receipt.base_to_user));
    row.debt = Some(sees.amount(base, at.receipt.debt_after));
}

/// Tells a liquidation.
pub(crate) fn killed<'a>(row: &mut EventRow<'a>, sees: &'a View, at: &'a Liquidation) {
    let (bank, worker) = sees.protocols.directory.names_of(at.key);
    let debt = |units| Some(sees.amount(at.debt_token, units));
    row.tell(Kind::Kill.word(), at.action);
    (row.bank, row.worker, row.position) = (Some(bank), worker, Some(at.key.position.into()));
    row.paid(sees, (at.collateral, at.sold));
    if let Some(brought) = at.brought {
        row.got(sees, (at.debt_token, brought));
    }
    (row.debt, row.bad_debt, row.left) = (debt(at.debt), debt(at.bad_debt), debt(at.returned));
    if let Prize::Paid(prize) = at.prize {
        row.prize = debt(prize);
    }
}

/// Tells rewards that became liquidity.
pub(crate) fn reinvested<'a>(row: &mut EventRow<'a>, sees: &'a View, goblin: GoblinId, receipt: &Reinvested) {
    let farm = sees.protocols.farm(sees.protocols.goblin(goblin).farm);
    let base = sees.base_and_farmed(goblin)[0];
    row.tell(Kind::Reinvest.word(), Kind::Reinvest.word());
    name_worker(row, sees, goblin);
    row.paid(sees, (farm.reward, receipt.reward_sold));
    row.got(sees, (base, receipt.base_bought));
    row.farm = Some(&sees.protocols.directory.farms[farm.id.index()].name);
    row.prize = Some(sees.amount(farm.reward, receipt.bounty));
}

/// Tells a supply.
pub(crate) fn deposited<'a>(row: &mut EventRow<'a>, sees: &'a View, bank: BankId, receipt: Deposited) {
    let cell = sees.protocols.bank(bank);
    row.tell(Kind::Deposit.word(), Kind::Deposit.word());
    name_bank(row, sees, bank);
    row.paid(sees, (cell.base, receipt.value));
    row.got(sees, (cell.shares, receipt.share));
}

/// Tells a supply that was taken back.
pub(crate) fn withdrawn<'a>(row: &mut EventRow<'a>, sees: &'a View, bank: BankId, receipt: Withdrawn) {
    let cell = sees.protocols.bank(bank);
    row.tell(Kind::Withdraw.word(), Kind::Withdraw.word());
    name_bank(row, sees, bank);
    row.paid(sees, (cell.shares, receipt.share));
    row.got(sees, (cell.base, receipt.value));
}
