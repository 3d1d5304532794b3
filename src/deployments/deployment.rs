//! What every protocol in the world does besides being called.

use super::audit::{AuditError, AuditSheet};

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
}
