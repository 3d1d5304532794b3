//! Morpho Blue (1.0.0) with its `AdaptiveCurveIrm` (commit a1a87fd): isolated markets of one collateral and one loan.
//!
//! Lenders own supply shares, borrowers owe debt shares; interest makes both dearer and touches no position, so a
//! market of a million borrowers accrues as fast as an empty one. A position fails when its debt is more than LLTV of
//! its collateral's value; then anybody may repay for it and take collateral worth more. What debt is left when the
//! collateral is gone is taken from all lenders at once.
//!
//! A [`Market`] is one market. The contract holds the tokens of all markets together; what each market's calls have
//! left there is in [`MarketState`]. Prices come in as arguments, in the oracle's scale: how many smallest units of the loan
//! token one smallest unit of the collateral is worth, times 10^36.
//!
//! Left out: authorizations and signatures (who may act for whom), callbacks (the chain puts actions between), the
//! owner's lists of allowed models and LLTVs, and a change of the fee recipient.
//!
//! Every call works on a copy of the state and of the position it names, and writes both back at its end, so a call
//! that errs changes nothing.

mod borrowing;
#[cfg(feature = "decisions")]
mod decisions;
mod error;
mod flash_loan;
mod health;
mod interest;
mod lending;
mod liquidation;
mod receipts;
mod state;
mod supplying;
#[cfg(test)]
mod tests;
mod totals;
mod working_copy;

#[cfg(feature = "decisions")]
pub use decisions::KeyLimits;
pub use error::MorphoError;
pub use flash_loan::flash_loan;
pub use health::Health;
pub use interest::{
    AdaptiveCurve, INITIAL_RATE_AT_TARGET_WAD, InterestModel, MAX_RATE_AT_TARGET_WAD, MIN_RATE_AT_TARGET_WAD,
    TARGET_UTILIZATION_WAD, YEAR_SECONDS, utilization_wad,
};
pub use lending::PricedMarket;
pub use liquidation::LiquidationSize;
pub use receipts::{
    Accrued, Borrowed, CollateralSupplied, CollateralWithdrawn, FlashLoan, Liquidated, Repaid, Supplied, Withdrawn,
};
pub use state::MarketState;
pub use totals::{Totals, VIRTUAL_ASSETS, VIRTUAL_SHARES};
pub use working_copy::MarketBefore;

use super::rows::Rows;
use crate::AccountId;
use plimsoll_math::{MathError, U256, WAD};

/// The scale of a price.
pub const PRICE_SCALE: u128 = 1_000_000_000_000_000_000_000_000_000_000_000_000;

/// The greatest part of the interest that the fee recipient may get, wad.
pub const MAX_FEE_WAD: u128 = WAD / 4;

/// How a market is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarketParams {
    /// Loan to value at which a position fails, wad.
    pub lltv_wad: u128,
    /// The model of the borrow rate.
    pub interest: InterestModel,
    /// Who gets the fee.
    pub fee_recipient: AccountId,
}

/// What an account has in a market: a row of 48 bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Position {
    /// Share of what all lenders own.
    pub supply_shares: u128,
    /// Share of what all borrowers owe.
    pub borrow_shares: u128,
    /// Smallest units of the collateral token.
    pub collateral: u128,
}

/// An amount of the loan token, stated in either of two ways. It is not zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// In smallest units; shares follow.
    Assets(u128),
    /// In shares; assets follow.
    Shares(u128),
}

/// A market.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Market {
    state: MarketState,
    fee_recipient: AccountId,
    positions: Rows<Position>,
}

impl Market {
    /// Returns an empty market without a fee, which counts interest from `now`.
    ///
    /// # Errors
    /// A loan may be worth its whole collateral, or more.
    pub fn new(params: MarketParams, now: u64) -> Result<Self, MorphoError> {
        let state = MarketState::new(params.lltv_wad, params.interest, now)?;
        Ok(Self { state, fee_recipient: params.fee_recipient, positions: Rows::default() })
    }

    /// Returns the market's numbers, as of the last call.
    #[inline]
    pub fn state(&self) -> &MarketState {
        &self.state
    }

    /// Returns who gets the fee.
    pub fn fee_recipient(&self) -> AccountId {
        self.fee_recipient
    }

    /// Returns what an account has in the market, the fee of interest that no call has counted left out.
    #[inline]
    pub fn position(&self, account: AccountId) -> Position {
        self.positions.get(account)
    }

    /// Returns all positions that ever were, in the order in which they were opened.
    pub fn positions(&self) -> impl ExactSizeIterator<Item = (AccountId, &Position)> {
        self.positions.iter()
    }

    /// Counts interest up to now.
    ///
    /// # Errors
    /// Time runs backwards, or a total is beyond `u128`.
    pub fn accrue(&mut self, now: u64) -> Result<Accrued, MorphoError> {
        let copy = self.open(self.fee_recipient, now)?;

        self.close(&copy);
        Ok(copy.accrued)
    }

    /// Sets the part of the interest that the fee recipient gets, wad; interest up to now is counted with the old one.
    ///
    /// # Errors
    /// The fee is the old one, or too great.
    pub fn set_fee(&mut self, fee_wad: u128, now: u64) -> Result<Accrued, MorphoError> {
        if fee_wad == self.state.fee_wad {
            return Err(MorphoError::FeeAlreadySet { fee_wad });
        }
        if fee_wad > MAX_FEE_WAD {
            return Err(MorphoError::MaxFeeExceeded { fee_wad, max_wad: MAX_FEE_WAD });
        }
        let mut copy = self.open(self.fee_recipient, now)?;
        copy.state.fee_wad = fee_wad;

        self.close(&copy);
        Ok(copy.accrued)
    }
}

impl Amount {
    /// Refuses an amount of nothing.
    #[inline]
    fn given(self) -> Result<Self, MorphoError> {
        match self {
            Self::Assets(0) | Self::Shares(0) => Err(MorphoError::InconsistentInput),
            given => Ok(given),
        }
    }
}

/// Returns the price at which `collateral` smallest units are worth `loan` smallest units of the loan token, rounded
/// **down**, as an oracle states it.
///
/// # Errors
/// There is no collateral to be worth anything.
pub fn price_e36_down(loan: u128, collateral: u128) -> Result<U256, MathError> {
    U256::product(loan, PRICE_SCALE).div_down(collateral)
}
