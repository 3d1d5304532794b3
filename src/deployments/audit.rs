//! What a deployment compares its own books with: what it says it holds with what the ledger says, and sums with totals.

use thiserror::Error;

use super::deployed::Protocols;
use crate::chain::ids::{AccountId, TokenId};
use crate::chain::ledger::Ledger;
use crate::chain::tokens::Tokens;

/// Two accounts of the same thing that differ: a bug.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{what}: {says} says {said}, {against} says {found}")]
pub struct AuditError {
    what: String,
    says: &'static str,
    said: String,
    against: &'static str,
    found: String,
}

/// What an audit looks at.
pub struct AuditSheet<'a, 'w, 's> {
    /// Names the tokens in what an audit says.
    pub tokens: &'a Tokens,
    /// The ledger's own books.
    pub ledger: &'a Ledger,
    /// Every deployment, to look up one that another relies on.
    pub protocols: &'a Protocols<'w, 's>,
}

impl AuditSheet<'_, '_, '_> {
    /// Compares what a deployment says that its account holds of a token with the ledger.
    ///
    /// # Errors
    /// They differ.
    pub fn holds(&self, account: AccountId, token: TokenId, stated: u128) -> Result<(), AuditError> {
        let what = || format!("{} of account {}", self.name(token), account.0);
        same(what, ("the protocol", stated), ("the ledger", self.ledger.balance(account, token)))
    }

    /// Compares what a deployment says that there is of a token with the ledger.
    ///
    /// # Errors
    /// They differ.
    pub fn supply(&self, token: TokenId, stated: u128) -> Result<(), AuditError> {
        let what = || format!("supply of {}", self.name(token));
        same(what, ("the protocol", Some(stated)), ("the ledger", self.ledger.total(token)))
    }

    /// Returns a token's name.
    pub fn name(&self, token: TokenId) -> &str {
        &self.tokens.get(token).name
    }
}

/// Compares what two sides say of the same thing.
///
/// # Errors
/// They differ.
pub fn same<T: PartialEq + std::fmt::Debug>(
    what: impl FnOnce() -> String,
    (says, said): (&'static str, T),
    (against, found): (&'static str, T),
) -> Result<(), AuditError> {
    if said == found {
        return Ok(());
    }
    let (said, found) = (format!("{said:?}"), format!("{found:?}"));
    Err(AuditError { what: what(), says, said, against, found })
}
