//! Lending markets in the world, and which of their positions may be liquidated.

use std::collections::BTreeMap;

use plimsoll_protocols::lending::{Exposure, Indices, LendingDecisions, LendingMarket};
use smallvec::SmallVec;

use super::deployment::AccountBefore;
use super::orders::LoanOrders;
use crate::chain::ids::{AccountId, DeploymentId, FeedId, LendingId, PositionKey, ProtocolId, TokenId};
use crate::chain::oracles::{Oracles, wad_to_f64};
use crate::chain::tokens::Tokens;

/// One asset of a lending market.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asset {
    /// What is supplied and borrowed.
    pub token: TokenId,
    /// The feed at whose answer the market values it.
    pub feed: FeedId,
}

/// A lending market.
#[derive(Debug, Clone)]
pub struct LendingCell {
    /// The address that calls to it name.
    pub at: DeploymentId,
    /// Its place among the scenario's lending markets.
    pub id: LendingId,
    /// Its id among the protocols with positions.
    pub protocol: ProtocolId,
    /// The account that holds what is supplied and not lent out.
    pub account: AccountId,
    /// Its assets, in their places: calls name them by these.
    pub assets: SmallVec<[Asset; 2]>,
    /// The contract's state.
    pub market: LendingMarket,
    /// Its positions in the order in which they fail.
    pub orders: LoanOrders,
    /// By asset: debt that nobody will pay, written off or without collateral, in smallest units.
    pub lost: AssetAmounts,
    /// By account and asset: debt that a liquidation left without collateral and that is owed still, in smallest units.
    pub stranded: BTreeMap<AccountId, AssetAmounts>,
    /// What the transaction that runs may have changed, as it was; empty between transactions.
    pub undo: Vec<AccountBefore>,
}

/// Amounts of a market's assets, by place.
pub type AssetAmounts = SmallVec<[u128; 2]>;

/// Prices of a market's assets by place, wad: whole numeraire tokens per whole token.
pub type Prices = SmallVec<[u128; 4]>;

impl LendingCell {
    /// Returns the key of an account's position.
    pub fn key(&self, account: AccountId) -> PositionKey {
        PositionKey { protocol: self.protocol, market: 0, position: account.0 }
    }

    /// Returns the market as what all markets have in common.
    pub fn lending(&self) -> &dyn LendingDecisions {
        self.market.lending()
    }

    /// Returns the place of a token; none if the market does not have it.
    pub fn place_of(&self, token: TokenId) -> Option<u8> {
        (0_u8..).zip(&self.assets).find(|(_, asset)| asset.token == token).map(|(place, _)| place)
    }

    /// Returns the asset in a place.
    pub fn asset(&self, place: u8) -> Asset {
        self.assets[usize::from(place)]
    }

    /// Returns what the market believes that its assets cost.
    pub fn prices(&self, oracles: &Oracles) -> Prices {
        self.assets.iter().map(|asset| oracles.feed(asset.feed).answer_wad).collect()
    }

    /// Returns what a unit of an exposure to each asset is worth at `now`, in seconds.
    pub fn liquidation_prices(&self, oracles: &Oracles, tokens: &Tokens, now: u64) -> LiquidationPrices {
        self.prices_of(now, |asset| wad_to_f64(oracles.feed(asset.feed).answer_wad) / tokens.get(asset.token).one)
    }

    /// Returns what a unit of an exposure to each asset is worth, where `unit` says what a smallest unit of the asset is.
    pub(super) fn prices_of(&self, now: u64, unit: impl Fn(&Asset) -> f64) -> LiquidationPrices {
        let lending = self.lending();
        let units: SmallVec<[f64; 4]> = self.assets.iter().map(unit).collect();
        let indices = (0_u8..).zip(&units).map(|(place, unit)| {
            let Indices { collateral, debt } = lending.indices(place, now);
            Indices { collateral: collateral * unit, debt: debt * unit }
        });
        LiquidationPrices {
            worth: indices.collect(),
            rounding_unit: lending.rounding_unit(&units),
            units: units.iter().sum(),
        }
    }

    /// Puts an account's position where it belongs in the order; out of it if it owes nothing. What all assets are worth
    /// is asked for only by the first position of its shape.
    pub fn reorder(&mut self, account: AccountId, oracles: &Oracles, tokens: &Tokens, now: u64) {
        let exposure = self.market.lending().exposure(account);
        if !self.orders.has_class(&exposure) {
            let prices = self.liquidation_prices(oracles, tokens, now);
            self.orders.open_class(&exposure, prices);
        }
        self.orders.set(account, &exposure);
    }
}

/// What all positions of a market have in common at a moment: what a unit of an exposure to each asset is worth, in whole
/// numeraire tokens at the oracles' prices.
#[derive(Debug, Clone, PartialEq)]
pub struct LiquidationPrices {
    /// By asset, of a unit as collateral times what may be owed against it, and of a unit as debt.
    pub(super) worth: SmallVec<[Indices; 4]>,
    /// The smallest worth that the market counts in.
    pub(super) rounding_unit: f64,
    /// Sum of what the assets' smallest units are worth.
    pub(super) units: f64,
}

impl LiquidationPrices {
    /// Of a market that counts exactly: what a unit of an exposure to each asset is worth.
    pub fn exact(worth: [Indices; 2]) -> Self {
        Self { worth: worth.into_iter().collect(), rounding_unit: 0.0, units: 0.0 }
    }

    /// Returns what a unit of an exposure to one asset as collateral is worth over one to another as debt: times the
    /// units of the one over those of the other, that is the health factor of a position that consists of nothing else.
    pub fn collateral_over_debt(&self, collateral: u8, debt: u8) -> f64 {
        self.worth[usize::from(collateral)].collateral / self.worth[usize::from(debt)].debt
    }

    /// Returns what an exposure's debt is worth, in whole numeraire tokens.
    pub fn debt_worth(&self, exposure: &Exposure) -> f64 {
        exposure.debt.iter().map(|(asset, units)| units * self.worth[usize::from(*asset)].debt).sum()
    }

    /// Returns what may be owed against an exposure's collateral, in whole numeraire tokens.
    pub fn weighted_collateral_worth(&self, exposure: &Exposure) -> f64 {
        exposure.collateral.iter().map(|(asset, units)| units * self.worth[usize::from(*asset)].collateral).sum()
    }
}
