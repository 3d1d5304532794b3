//! Lending markets.
//!
//! A market is stored as a [`LendingMarket`] and used as a [`Lending`]: a new kind is a folder here, a variant of
//! [`LendingMarket`] and of [`LendingError`], and an arm in each of the two coercing matches.

pub mod aave_v3;
pub mod compound_v2;
#[cfg(feature = "decisions")]
mod decisions;
pub mod maker;
pub mod morpho_blue;
mod rows;

#[cfg(feature = "decisions")]
pub use decisions::{Exposure, Health, Indices, LendingDecisions, YearlyRates};

use smallvec::SmallVec;
use thiserror::Error;

use self::aave_v3::AaveError;
use self::compound_v2::CompoundError;
use self::morpho_blue::MorphoError;
use crate::AccountId;
use plimsoll_math::MathError;

/// What a whole token of each of a market's assets costs, by the asset's place in the market, in fixed point with 18
/// decimals. The market turns them into its own oracle's scale.
pub type PricesWad<'a> = &'a [u128];

/// How much of a claim or a debt a call is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// So many smallest units.
    Exactly(u128),
    /// All of it.
    All,
}

/// What a liquidator asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Liquidation {
    /// Whose position.
    pub borrower: AccountId,
    /// The place of the asset that is seized.
    pub collateral: u8,
    /// The place of the asset that is repaid.
    pub debt: u8,
    /// The most to repay, in smallest units; the market may allow less.
    pub most_repaid: u128,
}

/// What a liquidation does, in smallest units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Liquidated {
    /// From the liquidator to the market, in the debt's asset.
    pub repaid: u128,
    /// From the market to the liquidator, in the collateral's asset.
    pub seized: u128,
    /// Debt of this asset that the borrower still owes.
    pub debt_left: u128,
    /// Debt that the lenders lost at once, in the debt's asset; zero where the market does not socialise it.
    pub bad_debt: u128,
    /// What the protocol kept of the collateral, as a claim on the market.
    pub protocol_fee: u128,
}

/// One asset of a market at a moment, in smallest units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AssetTotals {
    /// What suppliers claim.
    pub supplied: u128,
    /// What borrowers owe.
    pub borrowed: u128,
    /// What the market holds and could pay out.
    pub idle: u128,
}

/// Why a lending market refused. It is as it was.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LendingError {
    /// Aave v3 refused.
    #[error(transparent)]
    AaveV3(#[from] AaveError),
    /// Morpho Blue refused.
    #[error(transparent)]
    MorphoBlue(#[from] MorphoError),
    /// Compound v2 refused. It keeps the interest that it counted first. Boxed: some reasons name worths of 256 bits.
    #[error(transparent)]
    CompoundV2(Box<CompoundError>),
    /// The asset cannot be used in this way here.
    #[error("asset {asset} of the market {what}")]
    NotOffered {
        /// Its place.
        asset: u8,
        /// What it cannot be.
        what: &'static str,
    },
    /// A quotient did not fit.
    #[error(transparent)]
    Math(#[from] MathError),
}

impl From<CompoundError> for LendingError {
    fn from(error: CompoundError) -> Self {
        Self::CompoundV2(Box::new(error))
    }
}

impl LendingError {
    /// Returns the kind of reason, by which reverts are counted.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::AaveV3(AaveError::HealthyPosition { .. }) | Self::MorphoBlue(MorphoError::HealthyPosition { .. }) => {
                "healthy"
            }
            Self::AaveV3(AaveError::InsufficientLiquidity { .. })
            | Self::MorphoBlue(MorphoError::InsufficientLiquidity { .. }) => "insufficient_idle",
            Self::MorphoBlue(MorphoError::InsufficientCollateral { .. }) => "insufficient_collateral",
            Self::CompoundV2(error) => match **error {
                CompoundError::InsufficientShortfall { .. } => "healthy",
                CompoundError::InsufficientCash { .. } => "insufficient_idle",
                _ => "market_refused",
            },
            _ => "market_refused",
        }
    }
}

/// What every lending market can do. Assets are named by their places; amounts are in smallest units; `now` is in
/// seconds. What a call returns is what moves between the account and the market.
pub trait Lending {
    /// Takes in an amount, for a claim that also serves as collateral where the market has it so, and returns it.
    ///
    /// # Errors
    /// The market refuses.
    fn supply(&mut self, account: AccountId, asset: u8, amount: u128, now: u64) -> Result<u128, LendingError>;

    /// Gives back a part of a claim, and returns how much that is.
    ///
    /// # Errors
    /// The market refuses.
    fn withdraw(
        &mut self,
        account: AccountId,
        asset: u8,
        part: Part,
        prices: PricesWad,
        now: u64,
    ) -> Result<u128, LendingError>;

    /// Lends an amount against the account's collateral, and returns it.
    ///
    /// # Errors
    /// The market refuses.
    fn borrow(
        &mut self,
        account: AccountId,
        asset: u8,
        amount: u128,
        prices: PricesWad,
        now: u64,
    ) -> Result<u128, LendingError>;

    /// Takes back a part of a debt, never more than is owed, and returns how much that is.
    ///
    /// # Errors
    /// The market refuses.
    fn repay(&mut self, account: AccountId, asset: u8, part: Part, now: u64) -> Result<u128, LendingError>;

    /// Liquidates a position.
    ///
    /// # Errors
    /// The market refuses.
    fn liquidate(&mut self, call: Liquidation, prices: PricesWad, now: u64) -> Result<Liquidated, LendingError>;

    /// Returns what a liquidation would do.
    ///
    /// # Errors
    /// The market would refuse.
    fn quote_liquidation(&self, call: Liquidation, prices: PricesWad, now: u64) -> Result<Liquidated, LendingError>;

    /// Returns what a flash loan costs on top of its amount.
    ///
    /// # Errors
    /// The market does not lend so much for a transaction.
    fn flash_premium(&self, asset: u8, amount: u128) -> Result<u128, LendingError>;

    /// Gives out a flash loan.
    ///
    /// # Errors
    /// As [`Lending::flash_premium`].
    fn flash_loan(&mut self, asset: u8, amount: u128) -> Result<(), LendingError>;

    /// Takes back the flash loan of so much that was given out before, with its premium.
    ///
    /// # Errors
    /// The market refuses the premium.
    fn repay_flash_loan(&mut self, asset: u8, amount: u128, now: u64) -> Result<(), LendingError>;

    /// Says whether anybody may liquidate an account's position now, exactly.
    ///
    /// # Errors
    /// A number does not fit.
    fn is_liquidatable(&self, account: AccountId, prices: PricesWad, now: u64) -> Result<bool, LendingError>;

    /// Returns what an account could withdraw if nothing were lent out; nothing if that cannot be counted.
    fn supplied(&self, account: AccountId, asset: u8, now: u64) -> u128;

    /// Returns what an account owes; nothing if that cannot be counted.
    fn borrowed(&self, account: AccountId, asset: u8, now: u64) -> u128;

    /// Returns one asset's totals; what cannot be counted is zero.
    fn totals(&self, asset: u8, now: u64) -> AssetTotals;

    /// Returns what the market holds of an asset, whoever it belongs to.
    fn held(&self, asset: u8) -> u128;

    /// Says whether the claims and debts of all accounts sum to the market's totals.
    ///
    /// # Errors
    /// What does not.
    fn claims_sum(&self) -> Result<(), &'static str>;

    /// Returns every account that has or had a position.
    fn accounts(&self) -> Box<dyn Iterator<Item = AccountId> + '_>;
}

/// A lending market of any kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LendingMarket {
    /// A market of Aave v3.
    AaveV3(Box<aave_v3::AccountMarket>),
    /// A market of Morpho Blue: asset 0 is lent, asset 1 is the collateral.
    MorphoBlue(Box<morpho_blue::PricedMarket>),
    /// A comptroller of Compound v2 with its markets.
    CompoundV2(Box<compound_v2::PricedComptroller>),
}

impl LendingMarket {
    /// Returns the market as what all markets have in common.
    #[cfg(feature = "decisions")]
    pub fn lending(&self) -> &dyn LendingDecisions {
        match self {
            Self::AaveV3(market) => market.as_ref(),
            Self::MorphoBlue(market) => market.as_ref(),
            Self::CompoundV2(market) => market.as_ref(),
        }
    }

    /// Returns the market as what all markets have in common, to call.
    #[cfg(feature = "decisions")]
    pub fn lending_mut(&mut self) -> &mut dyn LendingDecisions {
        match self {
            Self::AaveV3(market) => market.as_mut(),
            Self::MorphoBlue(market) => market.as_mut(),
            Self::CompoundV2(market) => market.as_mut(),
        }
    }

    /// Returns what a call about one account may change, as it is now.
    pub fn before(&self, account: AccountId) -> LendingBefore {
        match self {
            Self::AaveV3(market) => LendingBefore::AaveV3(Box::new(market.before(account))),
            Self::MorphoBlue(market) => LendingBefore::MorphoBlue(Box::new(market.market.before(account))),
            Self::CompoundV2(market) => LendingBefore::CompoundV2(Box::new(market.before(account))),
        }
    }

    /// Puts back what was kept.
    pub fn restore(&mut self, before: LendingBefore) {
        match (self, before) {
            (Self::AaveV3(market), LendingBefore::AaveV3(before)) => market.restore(*before),
            (Self::MorphoBlue(market), LendingBefore::MorphoBlue(before)) => market.market.restore(&before),
            (Self::CompoundV2(market), LendingBefore::CompoundV2(before)) => market.restore(&before),
            (_, _) => unreachable!("what was kept of a market is put back into the same"),
        }
    }
}

/// What a call may have changed in a lending market.
#[derive(Debug, Clone)]
pub enum LendingBefore {
    /// In a market of Aave v3.
    AaveV3(Box<aave_v3::AccountBefore>),
    /// In a market of Morpho Blue.
    MorphoBlue(Box<morpho_blue::MarketBefore>),
    /// In a comptroller of Compound v2.
    CompoundV2(Box<SmallVec<[compound_v2::ComptrollerBefore; 1]>>),
}
