//! Why a market refuses.

use thiserror::Error;

use plimsoll_math::{MathError, U256};

/// Why a call reverted. The market is as it was.
///
/// The contract's own word is in quotes; arithmetic below zero, which it calls `Panic(0x11)`, says here of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MorphoError {
    /// "inconsistent input": an amount of nothing.
    #[error("neither assets nor shares are given")]
    InconsistentInput,
    /// "zero assets".
    #[error("no assets are given")]
    ZeroAssets,
    /// "insufficient collateral".
    #[error("a debt of {borrowed} would be more than the {max_borrow} that the collateral carries")]
    InsufficientCollateral {
        /// Debt after the call, in smallest units of the loan token.
        borrowed: u128,
        /// The most that the collateral would carry.
        max_borrow: U256,
    },
    /// "insufficient liquidity".
    #[error("{borrowed} would be lent out of {supplied}")]
    InsufficientLiquidity {
        /// All debts after the call, in smallest units of the loan token.
        borrowed: u128,
        /// All supplies after it.
        supplied: u128,
    },
    /// "position is healthy".
    #[error("a debt of {borrowed} is within the {max_borrow} that the collateral carries")]
    HealthyPosition {
        /// The debt, in smallest units of the loan token.
        borrowed: u128,
        /// The most that the collateral carries.
        max_borrow: U256,
    },
    /// The account has supplied less than it withdraws.
    #[error("{needed} supply shares to burn, {held} held")]
    InsufficientSupply {
        /// Supply shares to burn.
        needed: u128,
        /// Supply shares that the account holds.
        held: u128,
    },
    /// The account owes less than is repaid.
    #[error("{repaid} debt shares to repay, {owed} owed")]
    InsufficientDebt {
        /// Debt shares to repay.
        repaid: u128,
        /// Debt shares that the account owes.
        owed: u128,
    },
    /// The account has posted less collateral than is taken.
    #[error("{taken} of the collateral to take, {posted} posted")]
    CollateralExceeded {
        /// Smallest units of the collateral token to take.
        taken: u128,
        /// Smallest units that the account has posted.
        posted: u128,
    },
    /// "already set".
    #[error("the fee is {fee_wad} already")]
    FeeAlreadySet {
        /// The fee, wad.
        fee_wad: u128,
    },
    /// "max fee exceeded".
    #[error("a fee of {fee_wad} is above {max_wad}")]
    MaxFeeExceeded {
        /// The fee, wad.
        fee_wad: u128,
        /// The greatest fee, wad.
        max_wad: u128,
    },
    /// "max LLTV exceeded".
    #[error("a loan to value of {lltv_wad} leaves nothing to liquidate with")]
    MaxLltvExceeded {
        /// Loan to value at which a position fails, wad.
        lltv_wad: u128,
    },
    /// Time runs backwards.
    #[error("at {now} seconds, the market knows of {last_update}")]
    BeforeLastUpdate {
        /// The time of the call, in seconds.
        now: u64,
        /// When interest was last counted, in seconds.
        last_update: u64,
    },
    /// A flash loan of more than there is.
    #[error("{asked} asked, {held} held")]
    FlashLoanExceeded {
        /// Smallest units asked for.
        asked: u128,
        /// Smallest units that the contract holds of the token.
        held: u128,
    },
    /// An overflow, a difference below zero or a division by zero.
    #[error(transparent)]
    Math(#[from] MathError),
}

impl MorphoError {
    /// Returns the kind of reason, by which reverts are counted.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::HealthyPosition { .. } => "healthy",
            Self::InsufficientLiquidity { .. } => "insufficient_idle",
            Self::InsufficientCollateral { .. } => "insufficient_collateral",
            _ => "market_refused",
        }
    }
}
