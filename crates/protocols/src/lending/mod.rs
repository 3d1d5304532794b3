//! Lending markets.
//!
//! A market is stored as a [`LendingMarket`] and used as a [`Lending`]. A new kind is a folder here, whose `lending.rs`
//! implements [`Lending`] and [`MarketKind`] and whose `decisions` implement [`LendingDecisions`], with one line in the list
//! at the end of this file, which makes the variants of [`LendingMarket`], [`LendingBefore`] and [`LendingError`] and every
//! match over them.

#[macro_use]
mod kinds;
pub mod aave_v3;
pub mod compound_v2;
#[cfg(feature = "decisions")]
mod decisions;
pub mod maker;
pub mod morpho_blue;
mod rows;

#[cfg(feature = "decisions")]
pub use decisions::{Exposure, Health, Indices, LendingDecisions, YearlyRates};
pub use kinds::MarketKind;

use thiserror::Error;

use crate::{AccountId, Inline};
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

/// The arguments of a liquidation.
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

lending_markets! {
    /// A market of Aave v3.
    AaveV3(aave_v3::AccountMarket) refuses Inline<aave_v3::AaveError>,
    /// A market of Morpho Blue: asset 0 is lent, asset 1 is the collateral.
    MorphoBlue(morpho_blue::PricedMarket) refuses Inline<morpho_blue::MorphoError>,
    /// A comptroller of Compound v2 with its markets. It keeps the interest that it counted before it refuses; some of its
    /// reasons name worths of 256 bits.
    CompoundV2(compound_v2::PricedComptroller) refuses Box<compound_v2::CompoundError>,
}
