//! What every protocol in the world does besides being called.

use super::audit::{AuditError, AuditSheet};
use super::valuation::ValueSheet;

/// A protocol in the world. Before a transaction of several actions calls it, it keeps what the call may change (each
/// family has a `keep` of its own, since each knows what its calls touch); the transaction's end commits that or rolls
/// it back.
pub trait Deployment {
    /// Lets all that calls have done since the transaction began stand.
    fn commit(&mut self);

    /// Puts back what calls have changed since the transaction began, the last change first.
    fn roll_back(&mut self);

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
