//! Compound v2 (compiled with solc 0.5.16): markets of one token each, in which an account's supplies together carry
//! its debts.
//!
//! A supplier of a market gets its cTokens, whose exchange rate grows with interest. The comptroller knows which
//! markets an account has entered: there its cTokens count as collateral, each by the market's collateral factor. An
//! account whose debts are worth more has a shortfall; then anybody may repay a part of a debt, the close factor at
//! most, and take cTokens worth the liquidation incentive as much. Interest is counted per block, when a market is
//! called, and touches no position.
//!
//! **Refusals.** Much of what goes wrong does not revert here: the contract returns an error code, and the interest
//! that it counted first stays, as does the market that a borrower was made to enter. Such a call is an
//! [`Outcome::Refused`]; a call that reverts is an error and has changed nothing.
//!
//! Equal to `CErc20Immutable`, `Comptroller`, `JumpRateModelV2` and `WhitePaperInterestRateModel` at commit 4a8648e
//! (2.9, in which the protocol keeps 2.8 % of what is seized) and, without that share, b198cb4 (2.8). Left out: COMP
//! rewards, borrow caps, pauses and deprecated markets, added reserves, allowances, changes by the owner, and tokens
//! sent to a market unasked.
//!
//! Markets are weighed in the order of their numbers, not in that in which the account entered them: no sum depends on
//! it. Every call works on copies and writes them back at its end.

mod borrowing;
#[cfg(feature = "decisions")]
mod decisions;
mod error;
mod interest;
mod lending;
mod liquidation;
mod liquidity;
mod membership;
mod receipts;
mod state;
mod supplying;
#[cfg(test)]
mod tests;
mod working_copy;

pub use borrowing::RepayAmount;
#[cfg(feature = "decisions")]
pub use decisions::{FailingKey, KeyLimits};
pub use error::{CompoundError, Outcome};
pub use interest::{BLOCKS_PER_YEAR, InterestModel};
pub use lending::{BlockClock, PricedComptroller};
pub use liquidation::LiquidationOrder;
pub use liquidity::{AccountLiquidity, Prices};
pub use receipts::{Accrued, Borrowed, Liquidated, Minted, Redeemed, Repaid, ReservesReduced, Transferred};
pub use state::MarketState;
pub use supplying::RedeemAmount;
pub use working_copy::ComptrollerBefore;

use super::rows::Rows;
use crate::AccountId;
use membership::Entered;
use plimsoll_math::WAD;

/// Number of a market in its comptroller, from 0 in the order of listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MarketId(pub u8);

/// The greatest number of markets.
pub const MAX_MARKETS: usize = 64;

/// The part of what is seized that the protocol keeps in version 2.9, wad.
pub const PROTOCOL_SEIZE_SHARE_WAD: u128 = 28 * WAD / 1_000;

/// Parameters of a comptroller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ComptrollerParams {
    /// The part of a debt that one liquidation may repay, wad.
    pub close_factor_wad: u128,
    /// What a liquidator takes for what it repays, wad.
    pub liquidation_incentive_wad: u128,
    /// The part of what is seized that goes to the market's reserves, wad: [`PROTOCOL_SEIZE_SHARE_WAD`], or nothing
    /// before version 2.9.
    pub protocol_seize_share_wad: u128,
}

/// Parameters of a market.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarketParams {
    /// The part of its cTokens' worth that may be owed, wad.
    pub collateral_factor_wad: u128,
    /// The part of the interest that goes to the reserves, wad.
    pub reserve_factor_wad: u128,
    /// Smallest units of the underlying token for a smallest unit of the cToken while there are none, wad.
    pub initial_exchange_rate_wad: u128,
    /// The model of the borrow rate.
    pub interest: InterestModel,
}

/// What an account has in a market: a row of 48 bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Position {
    /// Smallest units of the cToken.
    pub tokens: u128,
    /// What was owed when the account last borrowed or repaid, in smallest units of the underlying token.
    pub principal: u128,
    /// The market's borrow index of then, wad.
    pub interest_index_wad: u128,
}

/// A market: its numbers and its accounts'.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Market {
    state: MarketState,
    positions: Rows<Position>,
}

/// A comptroller and its markets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comptroller {
    params: ComptrollerParams,
    markets: Vec<Market>,
    entered: Rows<Entered>,
}

impl Comptroller {
    /// Returns a comptroller without markets.
    pub fn new(params: ComptrollerParams) -> Self {
        Self { params, markets: Vec::new(), entered: Rows::default() }
    }

    /// Lists a market, empty, which counts interest from `block`.
    ///
    /// # Errors
    /// There are [`MAX_MARKETS`] already, or a factor is above one.
    pub fn list(&mut self, params: MarketParams, block: u64) -> Result<MarketId, CompoundError> {
        let number = self.markets.len();
        let full = CompoundError::TooManyMarkets { greatest: MAX_MARKETS };
        let id = u8::try_from(number).ok().filter(|_| number < MAX_MARKETS).ok_or(full)?;
        let state = MarketState::new(params, block)?;

        self.markets.push(Market { state, positions: Rows::default() });
        Ok(MarketId(id))
    }

    /// Returns how the comptroller is set up.
    pub fn params(&self) -> &ComptrollerParams {
        &self.params
    }

    /// Returns a market's numbers, as of the last call.
    ///
    /// # Errors
    /// There is no such market.
    #[inline]
    pub fn state(&self, market: MarketId) -> Result<&MarketState, CompoundError> {
        Ok(&self.market(market)?.state)
    }

    /// Returns the markets' numbers, as of the last calls.
    pub fn markets(&self) -> impl Iterator<Item = (MarketId, &MarketState)> {
        (0..).map(MarketId).zip(self.markets.iter().map(|market| &market.state))
    }

    /// Returns what an account has in a market.
    ///
    /// # Errors
    /// There is no such market.
    #[inline]
    pub fn position(&self, market: MarketId, account: AccountId) -> Result<Position, CompoundError> {
        Ok(self.market(market)?.positions.get(account))
    }

    /// Returns all positions that ever were in a market, in the order in which they were opened.
    ///
    /// # Errors
    /// There is no such market.
    pub fn positions(
        &self,
        market: MarketId,
    ) -> Result<impl ExactSizeIterator<Item = (AccountId, &Position)>, CompoundError> {
        Ok(self.market(market)?.positions.iter())
    }

    #[inline]
    fn market(&self, id: MarketId) -> Result<&Market, CompoundError> {
        self.markets.get(usize::from(id.0)).ok_or(CompoundError::NoMarket { market: id })
    }

    fn market_mut(&mut self, id: MarketId) -> Result<&mut Market, CompoundError> {
        self.markets.get_mut(usize::from(id.0)).ok_or(CompoundError::NoMarket { market: id })
    }
}
