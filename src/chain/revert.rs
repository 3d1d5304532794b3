//! Why transactions revert.

use std::fmt;
use std::sync::Arc;

use plimsoll_math::MathError;
use plimsoll_protocols::amm::AmmError;
use plimsoll_protocols::lending::LendingError;
use thiserror::Error;

use super::ledger::{InsufficientFunds, SupplyTooLarge};
use super::venue::VenueError;

/// Why a transaction reverted.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum Revert {
    /// The sender holds too little.
    #[error(transparent)]
    Funds(#[from] InsufficientFunds),
    /// There would be more of a token than can be counted.
    #[error(transparent)]
    Supply(#[from] SupplyTooLarge),
    /// A swap would have paid less than asked.
    #[error("{out} would come out, at least {least} was asked")]
    Slippage {
        /// What would come out, in smallest units.
        out: u128,
        /// The least that the sender accepts, likewise.
        least: u128,
    },
    /// A pool refused.
    #[error(transparent)]
    Pool(#[from] AmmError),
    /// A lending market refused.
    #[error(transparent)]
    Lending(#[from] LendingError),
    /// Another protocol refused.
    #[error(transparent)]
    Refused(Refusal),
    /// A number does not fit.
    #[error(transparent)]
    Math(#[from] MathError),
    /// A lending market or a pool has fewer assets.
    #[error("there is no asset {asset}")]
    NoAsset {
        /// The place that the call named.
        asset: u8,
    },
    /// A flash loan was not taken or not paid back as it must be.
    #[error("{what}")]
    FlashLoan {
        /// What is wrong, as a sentence.
        what: &'static str,
    },
    /// The external venue could not fill.
    #[error(transparent)]
    Venue(#[from] VenueError),
    /// The protocol has no such call.
    #[error("the protocol has no call `{call}`")]
    NoSuchCall {
        /// The call's name.
        call: &'static str,
    },
    /// Nothing is at the address.
    #[error("no protocol is at the address")]
    NoContract,
    /// A protocol that is being called was called again.
    #[error("the protocol is being called already")]
    Reentrant,
}

/// What a protocol said when it refused, and the kind of reason by which reverts are counted.
#[derive(Debug, Clone)]
pub struct Refusal {
    kind: &'static str,
    why: Arc<dyn std::error::Error + Send + Sync>,
}

impl Refusal {
    /// Returns the protocol's own error, if it is of this type.
    pub fn why<E: std::error::Error + 'static>(&self) -> Option<&E> {
        self.why.downcast_ref()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        self.why.fmt(f)
    }
}

impl std::error::Error for Refusal {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.why.source()
    }
}

/// The same words for the same kind of reason.
impl PartialEq for Refusal {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.why.to_string() == other.why.to_string()
    }
}

impl Revert {
    /// What a protocol refused, by the kind of its reason.
    pub fn refused(kind: &'static str, why: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Refused(Refusal { kind, why: Arc::new(why) })
    }

    /// Returns the kind of reason, by which reverts are counted.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Funds(_) => "insufficient_funds",
            Self::Supply(_) => "supply_too_large",
            Self::Slippage { .. } => "slippage",
            Self::Pool(_) => "pool_refused",
            Self::Lending(error) => error.kind(),
            Self::Refused(refusal) => refusal.kind,
            Self::Math(_) => "too_large",
            Self::NoAsset { .. } => "no_asset",
            Self::FlashLoan { .. } => "flash_loan",
            Self::Venue(_) => "venue_refused",
            Self::NoSuchCall { .. } => "no_such_call",
            Self::NoContract => "no_contract",
            Self::Reentrant => "reentrant",
        }
    }
}
