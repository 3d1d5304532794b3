//! Calls to lending markets.

use plimsoll_protocols::lending::Part;

use super::{Call, FamilyCall};
use crate::chain::gas::GasSchedule;
use crate::chain::ids::{AccountId, DeploymentId, LendingId, PositionKey};
use crate::chain::transaction::{Action, AmountIn};

/// What a lending market is asked to do. Assets are named by their places, amounts are in smallest units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LendingCall {
    /// Take an amount in.
    Supply {
        /// The asset, by its place in the market.
        asset: u8,
        /// How much of it.
        amount: AmountIn,
    },
    /// Give a part of the sender's claim back.
    Withdraw {
        /// The asset, by its place in the market.
        asset: u8,
        /// How much of it.
        part: Part,
    },
    /// Lend to the sender.
    Borrow {
        /// The asset, by its place in the market.
        asset: u8,
        /// How much of it.
        amount: u128,
    },
    /// Take back what the sender owes, and no more.
    Repay {
        /// The asset, by its place in the market.
        asset: u8,
        /// How much of it at most.
        most: AmountIn,
    },
    /// Liquidate a position.
    Liquidate {
        /// Whose position it is.
        borrower: AccountId,
        /// The asset that is seized.
        collateral: u8,
        /// The asset that is repaid.
        debt: u8,
        /// How much of it at most.
        most: AmountIn,
    },
    /// Lend until the transaction's end.
    FlashLoan {
        /// The asset, by its place in the market.
        asset: u8,
        /// How much of it.
        amount: u128,
    },
    /// Pay the flash loan back, with its premium.
    RepayFlashLoan,
}

impl LendingCall {
    /// Returns it as a call to a market.
    pub fn of(self, to: DeploymentId) -> Action {
        Action::Call { to, call: Call::Lending(Box::new(self)) }
    }
}

impl FamilyCall for LendingCall {
    fn name(&self) -> &'static str {
        match self {
            Self::Supply { .. } => "supply",
            Self::Withdraw { .. } => "withdraw_claim",
            Self::Borrow { .. } => "borrow",
            Self::Repay { .. } => "repay",
            Self::Liquidate { .. } => "liquidate",
            Self::FlashLoan { .. } => "flash_loan",
            Self::RepayFlashLoan => "repay_flash_loan",
        }
    }

    fn gas(&self, schedule: &GasSchedule) -> u64 {
        match self {
            Self::Supply { .. } => schedule.supply,
            Self::Withdraw { .. } => schedule.withdraw_claim,
            Self::Borrow { .. } => schedule.borrow,
            Self::Repay { .. } => schedule.repay,
            Self::Liquidate { .. } => schedule.liquidate,
            Self::FlashLoan { .. } => schedule.flash_loan,
            Self::RepayFlashLoan => 0,
        }
    }

    /// A flash loan must be paid back by a later action.
    fn may_need_undoing(&self) -> bool {
        matches!(self, Self::FlashLoan { .. })
    }
}

/// A call to a lending market that did not liquidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LentAt {
    /// The sender's position.
    pub key: PositionKey,
    /// The market.
    pub market: LendingId,
    /// The asset, by its place in the market.
    pub asset: u8,
    /// What moved between the caller and the market, in smallest units.
    pub amount: u128,
    /// The call that was made.
    pub call: LendingCall,
}
