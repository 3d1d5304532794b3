//! Nothing appears or vanishes: what protocols say they hold is what the ledger says they hold, claims sum to totals,
//! and balances sum to what the sources issued. All of it to the last unit.

use bevy_ecs::prelude::{Res, Resource};

use super::ids::TokenId;
use super::ledger::{Ledger, Source};
use super::state::ChainState;
use super::tokens::Tokens;
pub use crate::deployments::audit::AuditError;
use crate::deployments::audit::{AuditSheet, same};
use crate::deployments::deployed::Protocols;

/// Whether every block is audited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Resource)]
pub struct AuditEveryBlock(pub bool);

/// Audits the block that has just been executed, if every block is to be.
pub fn audit_block(every: Res<AuditEveryBlock>, chain: Res<ChainState>, protocols: Protocols) {
    if every.0 {
        let ChainState { clock, tokens, ledger, .. } = &*chain;
        let outcome = audit(tokens, ledger, &protocols);
        outcome.unwrap_or_else(|error| panic!("the audit of block {} failed: {error}", clock.block));
    }
}

/// Audits everything.
///
/// # Errors
/// The first difference found.
pub fn audit(tokens: &Tokens, ledger: &Ledger, protocols: &Protocols) -> Result<(), AuditError> {
    let sheet = AuditSheet { tokens, ledger, protocols };
    sources(&sheet)?;
    protocols.all().try_for_each(|deployed| deployed.deployment().audit(&sheet))
}

/// Balances sum to what the sources issued.
fn sources(sheet: &AuditSheet) -> Result<(), AuditError> {
    for index in 0..sheet.ledger.tokens() {
        let token = TokenId(u16::try_from(index).expect("there are fewer than 2^16 tokens"));
        let issued: i128 = Source::ALL.iter().map(|source| sheet.ledger.issued(*source, token)).sum();
        let total = sheet.ledger.total(token).and_then(|total| i128::try_from(total).ok());
        let what = || format!("supply of {}", sheet.name(token));
        same(what, ("the sources", Some(issued)), ("the sum of balances", total))?;
    }
    Ok(())
}
