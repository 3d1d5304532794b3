//! Why transactions revert.

use thiserror::Error;

use super::ledger::{InsufficientFunds, SupplyTooLarge};
use super::venue::VenueError;
use crate::math::MathError;
use crate::protocol::amm::AmmError;
use crate::protocol::farm::alpha_homora::{BankError, GoblinError};
use crate::protocol::lending::LendingError;
use crate::protocol::lending::maker::MakerError;

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
        /// What would come out.
        out: u128,
        /// The least accepted.
        least: u128,
    },
    /// A pool refused.
    #[error(transparent)]
    Pool(#[from] AmmError),
    /// A bank refused.
    #[error(transparent)]
    Bank(#[from] BankError),
    /// A goblin refused.
    #[error(transparent)]
    Goblin(#[from] GoblinError),
    /// A lending market refused.
    #[error(transparent)]
    Lending(#[from] LendingError),
    /// A Maker system refused.
    #[error(transparent)]
    Maker(Box<MakerError>),
    /// A number does not fit.
    #[error(transparent)]
    Math(#[from] MathError),
    /// A lending market has fewer assets.
    #[error("the market has no asset {asset}")]
    NoAsset {
        /// The place that was named.
        asset: u8,
    },
    /// A flash loan was not taken or not paid back as it must be.
    #[error("{what}")]
    FlashLoan {
        /// What is wrong.
        what: &'static str,
    },
    /// The external venue could not fill.
    #[error(transparent)]
    Venue(#[from] VenueError),
}

impl From<MakerError> for Revert {
    fn from(error: MakerError) -> Self {
        Self::Maker(Box::new(error))
    }
}

impl Revert {
    /// Returns the kind of reason, by which reverts are counted.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Funds(_) => "insufficient_funds",
            Self::Supply(_) => "supply_too_large",
            Self::Slippage { .. } => "slippage",
            Self::Pool(_) => "pool_refused",
            Self::Bank(BankError::NoDebt { .. }) => "no_debt",
            Self::Bank(BankError::Healthy { .. }) => "healthy",
            Self::Bank(BankError::BadWorkFactor { .. }) => "bad_work_factor",
            Self::Bank(BankError::InsufficientIdle { .. }) => "insufficient_idle",
            Self::Bank(BankError::DebtTooSmall { .. }) => "debt_too_small",
            Self::Bank(_) => "bank_refused",
            Self::Goblin(_) => "goblin_refused",
            Self::Lending(error) => error.kind(),
            Self::Maker(error) => maker_kind(error),
            Self::Math(_) => "too_large",
            Self::NoAsset { .. } => "no_asset",
            Self::FlashLoan { .. } => "flash_loan",
            Self::Venue(_) => "venue_refused",
        }
    }
}

/// Returns the kind of reason for which a Maker system refused.
fn maker_kind(error: &MakerError) -> &'static str {
    match error {
        MakerError::NotUnsafe { .. } => "healthy",
        MakerError::NotSafe { .. } => "vault_unsafe",
        MakerError::NotRunning { .. } => "no_auction",
        MakerError::TooExpensive { .. } | MakerError::NeedsReset { .. } | MakerError::Flipper(_) => "auction_moved_on",
        MakerError::LiquidationLimitHit { .. } | MakerError::LitterBoxFull { .. } => "auctions_full",
        _ => "maker_refused",
    }
}
