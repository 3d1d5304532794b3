//! Why the market refuses.

use thiserror::Error;

use super::{EModeId, ReserveId, UserId};
use plimsoll_math::{MathError, U256};

/// Why a call to the market reverted. The market is as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AaveError {
    /// There is no such reserve.
    #[error("reserve {} does not exist", .reserve.0)]
    NoReserve {
        /// As the call names it.
        reserve: ReserveId,
    },
    /// There is no such user.
    #[error("user {} does not exist", .user.0)]
    NoUser {
        /// As the call names it.
        user: UserId,
    },
    /// The caller gave no price of an asset that matters.
    #[error("no price of reserve {}", .reserve.0)]
    NoPrice {
        /// The asset's reserve.
        reserve: ReserveId,
    },
    /// Nothing is to be moved.
    #[error("the amount is zero")]
    ZeroAmount,
    /// The reserve takes no supplies and gives no loans.
    #[error("reserve {} is frozen", .reserve.0)]
    Frozen {
        /// As the call names it.
        reserve: ReserveId,
    },
    /// The reserve does nothing.
    #[error("reserve {} is paused", .reserve.0)]
    Paused {
        /// As the call names it.
        reserve: ReserveId,
    },
    /// The asset is not lent out.
    #[error("reserve {} gives no loans", .reserve.0)]
    BorrowingDisabled {
        /// As the call names it.
        reserve: ReserveId,
    },
    /// The asset is not lent out within a transaction.
    #[error("reserve {} gives no flash loans", .reserve.0)]
    FlashLoansDisabled {
        /// As the call names it.
        reserve: ReserveId,
    },
    /// The reserve would take in more than it may.
    #[error("{supplied} would be supplied, the cap is {cap}")]
    SupplyCapExceeded {
        /// Smallest units that would be supplied.
        supplied: u128,
        /// The cap, in smallest units.
        cap: u128,
    },
    /// The reserve would lend out more than it may.
    #[error("{borrowed} would be borrowed, the cap is {cap}")]
    BorrowCapExceeded {
        /// Smallest units that would be lent out.
        borrowed: u128,
        /// The cap, in smallest units.
        cap: u128,
    },
    /// The amount is too small for the index.
    #[error("{amount} smallest units are less than half a scaled unit of claim or debt")]
    NothingMinted {
        /// As the call asks, in smallest units.
        amount: u128,
    },
    /// The amount is too small for the index.
    #[error("{amount} smallest units are less than half a scaled unit of claim or debt")]
    NothingBurned {
        /// As the call asks, in smallest units.
        amount: u128,
    },
    /// The claim is smaller.
    #[error("{asked} asked, the claim is {balance}")]
    InsufficientBalance {
        /// Smallest units asked for.
        asked: u128,
        /// Smallest units of the claim.
        balance: u128,
    },
    /// The rest is lent out.
    #[error("{asked} asked, {available} not lent out")]
    InsufficientLiquidity {
        /// Smallest units asked for.
        asked: u128,
        /// Smallest units that the reserve holds.
        available: u128,
    },
    /// A claim or debt is smaller than what is to be taken from it.
    #[error("{asked} scaled units asked, {held} held")]
    InsufficientScaled {
        /// Scaled units asked for.
        asked: u128,
        /// Scaled units there.
        held: u128,
    },
    /// Nothing stands against the loan.
    #[error("no collateral is worth anything")]
    NoCollateral,
    /// No collateral allows a loan; or only such collateral as allows none may be taken out.
    #[error("collateral with a loan-to-value limit of zero forbids this")]
    ZeroLtv,
    /// An asset with a loan-to-value limit of zero cannot become collateral.
    #[error("reserve {} cannot become collateral", .reserve.0)]
    NotUsableAsCollateral {
        /// As the call names it.
        reserve: ReserveId,
    },
    /// The position is too close to liquidation, or would be.
    #[error("a health factor of {health_factor_wad} (wad) is too low")]
    UnhealthyPosition {
        /// The health factor, wad.
        health_factor_wad: U256,
    },
    /// The loan is too large.
    #[error("collateral worth {needed_base} is needed, worth {collateral_base} is there")]
    CollateralCannotCover {
        /// Needed, in base units.
        needed_base: U256,
        /// There, in base units.
        collateral_base: U256,
    },
    /// There is nothing to repay.
    #[error("user {} owes nothing of reserve {}", .user.0, .reserve.0)]
    NoDebt {
        /// As the call names it.
        user: UserId,
        /// As the call names it.
        reserve: ReserveId,
    },
    /// Nothing is supplied that could be collateral.
    #[error("user {} has supplied nothing of reserve {}", .user.0, .reserve.0)]
    NothingSupplied {
        /// As the call names it.
        user: UserId,
        /// As the call names it.
        reserve: ReserveId,
    },
    /// The position is healthy.
    #[error("a health factor of {health_factor_wad} (wad) forbids liquidation")]
    HealthyPosition {
        /// The health factor, wad.
        health_factor_wad: U256,
    },
    /// The asset is no collateral of the user.
    #[error("reserve {} is no collateral of user {}", .reserve.0, .user.0)]
    NotCollateral {
        /// As the call names it.
        user: UserId,
        /// As the call names it.
        reserve: ReserveId,
    },
    /// The liquidator named an asset that the user does not owe.
    #[error("user {} has not borrowed reserve {}", .user.0, .reserve.0)]
    NotBorrowed {
        /// As the call names it.
        user: UserId,
        /// As the call names it.
        reserve: ReserveId,
    },
    /// The asset, or a debt, is not of the efficiency mode.
    #[error("efficiency mode {} does not go with this", .emode.0)]
    InconsistentEMode {
        /// The mode that the asset or the debt is not of.
        emode: EModeId,
    },
    /// An overflow, a difference below zero or a division by zero.
    #[error(transparent)]
    Math(#[from] MathError),
}

impl AaveError {
    /// Returns the number that the contract reverts with (`Errors.sol`), if it states a reason. Without one it is an
    /// arithmetic panic, or a call that no contract would take.
    pub fn contract_code(&self) -> Option<u8> {
        Some(match self {
            Self::NothingMinted { .. } => 24,
            Self::NothingBurned { .. } => 25,
            Self::ZeroAmount => 26,
            Self::Frozen { .. } => 28,
            Self::Paused { .. } => 29,
            Self::BorrowingDisabled { .. } => 30,
            Self::InsufficientBalance { .. } => 32,
            Self::NoCollateral => 34,
            Self::UnhealthyPosition { .. } => 35,
            Self::CollateralCannotCover { .. } => 36,
            Self::NoDebt { .. } => 39,
            Self::NothingSupplied { .. } => 43,
            Self::HealthyPosition { .. } => 45,
            Self::NotCollateral { .. } => 46,
            Self::NotBorrowed { .. } => 47,
            Self::BorrowCapExceeded { .. } => 50,
            Self::SupplyCapExceeded { .. } => 51,
            Self::ZeroLtv => 57,
            Self::InconsistentEMode { .. } => 58,
            Self::NotUsableAsCollateral { .. } => 62,
            Self::FlashLoansDisabled { .. } => 91,
            _ => return None,
        })
    }

    /// Returns the kind of reason, by which reverts are counted.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::HealthyPosition { .. } => "healthy",
            Self::InsufficientLiquidity { .. } => "insufficient_idle",
            _ => "market_refused",
        }
    }
}
