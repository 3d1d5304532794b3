//! What `events.csv` says of banks and goblins.

use crate::chain::families::leveraged_farm::{ReinvestedAt, SuppliedAt, WorkedAt};
use crate::chain::ids::{BankId, PositionId, WorkerId};
use crate::chain::liquidation::{Liquidation, Prize};
use crate::deployments::events::EventRow;
use crate::deployments::view::View;

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

fn name_worker<'a>(row: &mut EventRow<'a>, sees: &'a View, worker: WorkerId) {
    row.worker = Some(&sees.protocols.directory.workers[worker.index()].name);
}

fn name_bank<'a>(row: &mut EventRow<'a>, sees: &'a View, bank: BankId) {
    row.bank = Some(&sees.protocols.directory.banks[bank.index()].name);
}

/// Says which position of a bank a call named.
pub(super) fn name_position<'a>(row: &mut EventRow<'a>, sees: &'a View, bank: BankId, position: PositionId) {
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
    name_bank(row, sees, at.bank);
    row.position = Some(at.key.position.into());
    name_worker(row, sees, at.worker);
    row.paid(sees, (base, at.base_from_owner));
    row.got(sees, (base, at.base_to_owner));
    row.debt = Some(sees.amount(base, at.debt));
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
    row.health_factor = at.health_factor;
    if let Prize::Paid(prize) = at.prize {
        row.prize = debt(prize);
    }
}

/// Tells rewards that became liquidity.
pub(crate) fn reinvested<'a>(row: &mut EventRow<'a>, sees: &'a View, at: &ReinvestedAt) {
    let farm = sees.protocols.farm(sees.protocols.worker(at.worker).farm);
    let base = sees.base_and_farmed(at.worker)[0];
    row.tell(Kind::Reinvest.word(), Kind::Reinvest.word());
    name_worker(row, sees, at.worker);
    row.paid(sees, (farm.reward, at.sold));
    row.got(sees, (base, at.bought));
    row.farm = Some(&sees.protocols.directory.farms[farm.id.index()].name);
    row.prize = Some(sees.amount(farm.reward, at.bounty));
}

/// Tells a supply.
pub(crate) fn deposited<'a>(row: &mut EventRow<'a>, sees: &'a View, at: SuppliedAt) {
    let cell = sees.protocols.bank(at.bank);
    row.tell(Kind::Deposit.word(), Kind::Deposit.word());
    name_bank(row, sees, at.bank);
    row.paid(sees, (cell.base, at.value));
    row.got(sees, (cell.shares, at.shares));
}

/// Tells a supply that was taken back.
pub(crate) fn withdrawn<'a>(row: &mut EventRow<'a>, sees: &'a View, at: SuppliedAt) {
    let cell = sees.protocols.bank(at.bank);
    row.tell(Kind::Withdraw.word(), Kind::Withdraw.word());
    name_bank(row, sees, at.bank);
    row.paid(sees, (cell.shares, at.shares));
    row.got(sees, (cell.base, at.value));
}
