//! What `events.csv` says of lending markets.

use crate::chain::families::FamilyCall;
use crate::chain::families::lending::{LendingCall, LentAt};
use crate::chain::ids::AccountId;
use crate::chain::liquidation::{Liquidation, Prize};
use crate::deployments::events::EventRow;
use crate::deployments::view::View;

words! {
    /// What happened in a lending market.
    pub enum Kind {
        /// A lending market was supplied.
        Supply = "supply",
        /// A claim on a lending market was paid back.
        WithdrawClaim = "withdraw_claim",
        /// A lending market gave a loan.
        Borrow = "borrow",
        /// A loan was paid back.
        Repay = "repay",
        /// A position in a lending market was liquidated.
        Liquidate = "liquidate",
    }
}

/// Tells a call that did not liquidate.
pub(crate) fn lent<'a>(row: &mut EventRow<'a>, sees: &'a View, at: &LentAt) {
    let moved = (sees.protocols.lending(at.market).asset(at.asset).token, at.amount);
    let kind = match at.call {
        LendingCall::Supply { .. } => Kind::Supply,
        LendingCall::Withdraw { .. } => Kind::WithdrawClaim,
        LendingCall::Borrow { .. } | LendingCall::FlashLoan { .. } => Kind::Borrow,
        LendingCall::Repay { .. } | LendingCall::RepayFlashLoan => Kind::Repay,
        LendingCall::Liquidate { .. } => Kind::Liquidate,
    };
    row.tell(kind.word(), at.call.name());
    match at.call {
        LendingCall::Supply { .. } | LendingCall::Repay { .. } => row.paid(sees, moved),
        _ => row.got(sees, moved),
    }
    row.market = Some(&sees.protocols.directory.lending[at.market.index()].name);
}

/// Tells a liquidation, and returns whose position it was.
pub(crate) fn liquidated<'a>(row: &mut EventRow<'a>, sees: &'a View, at: &'a Liquidation) -> AccountId {
    row.tell(Kind::Liquidate.word(), at.action);
    row.paid(sees, (at.debt_token, at.repaid));
    row.got(sees, (at.collateral, at.sold));
    row.market = Some(sees.protocols.directory.names_of(at.key).0);
    row.health_factor = at.health_factor;
    row.debt = Some(sees.amount(at.debt_token, at.debt_left));
    row.bad_debt = Some(sees.amount(at.debt_token, at.bad_debt));
    if let Prize::Paid(prize) = at.prize {
        row.prize = Some(sees.amount(at.debt_token, prize));
    }
    at.owner
}
