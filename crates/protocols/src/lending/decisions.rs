//! What decisions and statistics read of a lending market: floats. No balance comes from here.

use smallvec::SmallVec;

use super::{AssetTotals, Lending, LendingError, PricesWad};
use crate::AccountId;

/// How sound a position is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Health {
    /// What the collateral carries over what is owed; infinite without debt.
    pub factor: f64,
    /// Whether anybody may liquidate it now, exactly.
    pub is_liquidatable: bool,
}

/// What interest an asset of a market bears at a moment.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct YearlyRates {
    /// What borrowers pay in a year of 365 days on this chain, before interest on interest, as in 0.05.
    pub borrow: f64,
    /// What suppliers get a year.
    pub supply: f64,
}

/// What a position consists of, in units that only its own calls change: interest moves their indices alone.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Exposure {
    /// By asset: units of collateral, times the share of their worth that may be owed.
    pub collateral: SmallVec<[(u8, f64); 2]>,
    /// By asset: units of debt.
    pub debt: SmallVec<[(u8, f64); 2]>,
}

/// What a unit of an exposure stands for at a moment, in smallest units of the asset.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Indices {
    /// Of collateral.
    pub collateral: f64,
    /// Of debt.
    pub debt: f64,
}

/// What can be said of every lending market in floats. Assets are named by their places; `now` is in seconds.
pub trait LendingDecisions: Lending {
    /// Returns how sound an account's position is.
    ///
    /// # Errors
    /// A number does not fit.
    fn health(&self, account: AccountId, prices: PricesWad, now: u64) -> Result<Health, LendingError>;

    /// Returns what an account's position consists of.
    fn exposure(&self, account: AccountId) -> Exposure;

    /// Returns what a unit of an exposure stands for.
    fn indices(&self, asset: u8, now: u64) -> Indices;

    /// Returns an asset's totals with the interest that it bears; what cannot be counted is zero.
    fn totals_and_rates(&self, asset: u8, now: u64) -> (AssetTotals, YearlyRates);

    /// Returns the share of its worth that may be owed against an asset before the position may be liquidated.
    fn threshold(&self, asset: u8) -> f64;

    /// Returns what a liquidator gets of an asset on top of what it repays, as in 0.05.
    fn bonus(&self, collateral: u8) -> f64;

    /// Returns the smallest worth that the market counts in, in whole numeraire tokens, where `unit_worths` are those of
    /// the assets' smallest units: no rounding of it is off by more.
    fn rounding_unit(&self, unit_worths: &[f64]) -> f64;
}
