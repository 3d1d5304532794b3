//! Lending markets: what a scenario says of each, whatever may be owed against what, and how it opens.

mod calls;
pub mod columns;
mod deployment;
pub mod events;
mod genesis;
mod liquidatable;
mod market;
mod orders;
mod positions;

use plimsoll_math::{Decimal, RAY, WAD};
use plimsoll_protocols::lending::LendingMarket;
use serde::Deserialize;

use super::genesis::{Genesis, Settled, Settling, Staked, Unsettled};
use super::{Family, LendingParams};
use crate::chain::state::ChainState;
use crate::checks::Check;
use crate::checks::declared::{Declared, DeclaredLending};
use crate::checks::names::{EntityKind, Use};
use crate::reader::piece::{At, Node, Placed};
pub use market::{Asset, AssetAmounts, LendingCell, LiquidationPrices, Prices};
pub use orders::{DebtHistogram, LoanOrderPlace, LoanOrders, Look};

/// What a scenario says of a lending market.
pub trait LendingSpec: DeclaredLending {
    /// Returns what its founder supplies before anybody joins, in whole tokens of each asset.
    fn supplied(&self) -> Vec<Decimal>;

    /// Returns where each of its assets stands.
    fn asset_nodes<'a>(&self, at: At<'a>) -> Vec<Node<'a>>;

    /// Notes what is wrong with it, but for its assets' oracles and supplies.
    fn check(&self, at: At, check: &mut Check);

    /// Opens it before anybody supplies; `decimals` are its assets'.
    ///
    /// # Errors
    /// The contract refuses it.
    fn open(&self, decimals: &[u8], chain: &ChainState) -> Result<LendingMarket, String>;
}

impl Family for LendingParams {
    const KIND: EntityKind = EntityKind::LENDING;

    fn declare<'d>(list: &'d [Placed<Self>], declared: &mut Declared<'d>) {
        declared.lending = list.iter().map(|market| &*market.value as &dyn DeclaredLending).collect();
    }

    fn uses<'a, 'd>(one: &'d Placed<'a, Self>, used: &mut Vec<Use<'a, 'd>>) {
        for ((token, oracle), node) in one.value.names().into_iter().zip(one.value.asset_nodes(one.at())) {
            used.push(Use::new(node.at("token"), EntityKind::TOKEN, token));
            used.push(Use::new(node.at("oracle"), EntityKind::ORACLE, oracle));
        }
    }

    fn check(one: &Placed<Self>, check: &mut Check) {
        let assets = one.value.names().into_iter().zip(one.value.supplied());
        for (((token, oracle), supplied), node) in assets.zip(one.value.asset_nodes(one.at())) {
            check.amount(node.at("supplied"), supplied, token);
            told(node, oracle, token, check);
        }
        one.value.check(one.at(), check);
    }

    fn open(list: &[Self], genesis: &mut Genesis) -> Result<(), Unsettled> {
        genesis::open(list, genesis)
    }

    fn settle(
        _list: &[Self],
        stakes: &[Staked],
        settling: &mut Settling,
        _settled: &mut Settled,
    ) -> Result<(), Unsettled> {
        genesis::settle(stakes, settling)
    }
}

/// Refuses an oracle of another token than the one that it should tell the price of.
pub(super) fn told(node: Node, oracle: &str, token: &str, check: &mut Check) {
    if let Some(other) = check.declared.oracle(oracle).filter(|oracle| oracle.token != token) {
        let message = format!("the oracle `{oracle}` tells the price of `{}`", other.token);
        check.error(node.at("oracle").place(), message, format!("expected an oracle of `{token}`"));
    }
}

/// What borrowers pay a year, by how much of the asset is lent out; Aave's figures for stablecoins by default.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RatesParams {
    /// The rate while nothing is lent out; 0 by default.
    pub base: f64,
    /// What it gains up to the kink; 0.04 by default.
    pub slope_1: f64,
    /// What it gains from there until all is lent out; 0.6 by default.
    pub slope_2: f64,
    /// The part lent out at which the slope changes, above 0 and at most 1; 0.9 by default. At 1 it never does.
    pub kink: f64,
}

impl Default for RatesParams {
    fn default() -> Self {
        Self { base: 0.0, slope_1: 0.04, slope_2: 0.6, kink: 0.9 }
    }
}

impl RatesParams {
    /// Notes what is wrong with the rates of an asset.
    pub(super) fn check(&self, asset: Node, check: &mut Check) {
        let node = asset.at("rates");
        check.field(node, "kink", self.kink, self.kink > 0.0 && self.kink <= 1.0, "more than 0 and at most 1");
        for (field, rate) in [("base", self.base), ("slope_1", self.slope_1), ("slope_2", self.slope_2)] {
            check.yearly(node, field, rate, (0.0..=1e6).contains(&rate), "a rate a year, as in 0.04");
        }
    }
}

/// Returns a share such as 0.04 in fixed point with 27 decimals, exact to its ninth decimal.
pub(super) fn share_ray(share: f64) -> u128 {
    billionths(share) * (RAY / 1_000_000_000)
}

/// Returns a share such as 0.86 in fixed point with 18 decimals, exact to its ninth decimal.
pub(super) fn share_wad(share: f64) -> u128 {
    billionths(share) * (WAD / 1_000_000_000)
}

fn billionths(share: f64) -> u128 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked not to be below 0")]
    let billionths = (share * 1e9).round() as u128;
    billionths
}

/// Returns a share such as 0.825 in basis points; it was checked to be a whole number of them.
pub(super) fn bps(share: f64) -> u16 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be between 0 and 6")]
    let bps = (share * 10_000.0).round() as u16;
    bps
}

/// Whether a share is a whole number of basis points.
pub(super) fn is_bps(share: f64) -> bool {
    (share * 10_000.0 - (share * 10_000.0).round()).abs() < 1e-6
}
