//! What every protocol in the world does.

use super::audit::{AuditError, AuditSheet};
use super::call::CallContext;
use super::events::EventRow;
use super::liquidatable::LiquidationSearch;
use super::positions::Positions;
use super::valuation::ValueSheet;
use super::view::View;
use crate::chain::event::Revert;
use crate::chain::families::Call;
use crate::chain::ids::{AccountId, PositionId, PositionKey};
use crate::chain::liquidation::Liquidation;

/// A protocol in the world.
pub trait Deployment {
    /// Does what a call asks for, books it in the ledger, tells it in the log, and returns what was paid out to the sender,
    /// in smallest units. Where [`CallContext::keeps`] says so, it first keeps what the call may change; the end of the
    /// transaction commits that or rolls it back.
    ///
    /// # Errors
    /// The call is refused. What was written is undone with the transaction: a call that may write before it is refused
    /// says so ([`crate::chain::families::FamilyCall::may_need_undoing`]).
    fn call(&mut self, cx: &mut CallContext, call: &Call) -> Result<u128, Revert>;

    /// Lets all that calls have done since the transaction began stand.
    fn commit(&mut self);

    /// Puts back what calls have changed since the transaction began, the last change first.
    fn roll_back(&mut self);

    /// Lists its positions that may be liquidated, by key, if it has any that may be.
    fn find_liquidatable(&mut self, _search: &mut LiquidationSearch) {}

    /// Shows its positions, if it keeps any that may be liquidated.
    fn positions(&self, _sees: &View, _look: &mut dyn FnMut(&dyn Positions)) {}

    /// Tells who holds something of it that stands open, and each leveraged position with what it is worth.
    fn holders(&self, _sees: &View, _tell: &mut dyn FnMut(AccountId, Option<Leveraged>)) {}

    /// Fills in what `events.csv` says of a liquidation of one of its positions. Returns whose position it was, if that
    /// has no number of its own.
    fn tell_liquidation<'a>(
        &self,
        _row: &mut EventRow<'a>,
        _sees: &'a View,
        _at: &'a Liquidation,
    ) -> Option<AccountId> {
        None
    }

    /// Says in a row of `events.csv` which of its positions a call named.
    fn name_position<'a>(&self, _row: &mut EventRow<'a>, _sees: &'a View, _position: PositionId) {}

    /// Compares its books with the ledger's, and its sums with its totals.
    ///
    /// # Errors
    /// The first difference found.
    fn audit(&self, sheet: &AuditSheet) -> Result<(), AuditError>;

    /// Says what its share tokens are worth, if it has any; deployments are asked in the order in which they were made.
    fn value_shares(&self, _sheet: &mut ValueSheet) {}

    /// Gives everybody its claims on it that are no tokens, less its debts, and says what nobody claims.
    fn value(&self, sheet: &mut ValueSheet);
}

/// A leveraged position, with what it is worth outside, in whole numeraire tokens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Leveraged {
    /// The position, across protocols.
    pub key: PositionKey,
    /// All that it holds, the part that debt has paid for included.
    pub assets: f64,
    /// What it owes, interest included.
    pub debt: f64,
}
