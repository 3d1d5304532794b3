//! What a scenario says of an isolated market.

use plimsoll_math::Decimal;
use plimsoll_protocols::lending::LendingMarket;
use plimsoll_protocols::lending::morpho_blue::{AdaptiveCurve, InterestModel, Market, MarketParams, PricedMarket};
use serde::Deserialize;

use super::super::Protocol;
use super::super::lending::{LendingSpec, share_wad};
use crate::chain::state::ChainState;
use crate::checks::Check;
use crate::checks::declared::DeclaredLending;
use crate::reader::piece::{At, Node};

/// An isolated market of Morpho Blue, with its adaptive curve.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Its name in the scenario, and the beginning of its columns.
    pub name: String,
    /// What is lent.
    pub loan: AssetParams,
    /// What is borrowed against.
    pub collateral: AssetParams,
    /// Loan to value at which a position fails, as in 0.86; the liquidators' bonus follows from it, the less the nearer
    /// it is to 1.
    pub lltv: f64,
    /// Part of the interest that the fee recipient gets, as in 0.1; 0 by default.
    #[serde(default)]
    pub fee: f64,
}

/// An asset of the market.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssetParams {
    /// The token that is lent or posted.
    pub token: String,
    /// The oracle at whose answer it is valued.
    pub oracle: String,
    /// What its founder supplies before anybody joins, in whole tokens; nothing by default.
    #[serde(default)]
    pub supplied: Decimal,
}

impl Protocol for Params {}

impl DeclaredLending for Params {
    fn name(&self) -> &str {
        &self.name
    }

    fn names(&self) -> Vec<(&str, &str)> {
        [&self.loan, &self.collateral].map(|asset| (asset.token.as_str(), asset.oracle.as_str())).into()
    }

    fn limits(&self, collateral: &str, debt: &str) -> Option<(f64, f64)> {
        (self.loan.token == debt && self.collateral.token == collateral).then_some((self.lltv, self.lltv))
    }

    fn has_flash_loans(&self) -> bool {
        true
    }
}

impl LendingSpec for Params {
    fn supplied(&self) -> Vec<Decimal> {
        vec![self.loan.supplied, self.collateral.supplied]
    }

    fn asset_nodes<'a>(&self, at: At<'a>) -> Vec<Node<'a>> {
        vec![at.node.at("loan"), at.node.at("collateral")]
    }

    fn check(&self, at: At, check: &mut Check) {
        let (node, Self { loan, collateral, lltv, fee, .. }) = (at.node, self);
        check.field(node, "lltv", lltv, *lltv > 0.0 && *lltv < 1.0, "between 0 and 1, as in 0.86");
        let fine = (0.0..=0.25).contains(fee);
        check.field(node, "fee", fee, fine, "a share of 0.25 at most, which the contract allows");
        if loan.token == collateral.token {
            let message = format!("`{}` is borrowed against itself", loan.token);
            check.error(node.at("collateral").at("token").place(), message, "expected another token");
        }
    }

    fn open(&self, decimals: &[u8], chain: &ChainState) -> Result<LendingMarket, String> {
        let interest = InterestModel::AdaptiveCurve(AdaptiveCurve::default());
        let params = MarketParams { lltv_wad: share_wad(self.lltv), interest, fee_recipient: chain.named.treasury };
        let mut market = Market::new(params, chain.clock.start).map_err(|error| error.to_string())?;
        if self.fee > 0.0 {
            market.set_fee(share_wad(self.fee), chain.clock.start).map_err(|error| error.to_string())?;
        }
        let market = PricedMarket::new(market, decimals[0], decimals[1]);
        Ok(LendingMarket::MorphoBlue(Box::new(market.ok_or("a whole token has too many smallest units")?)))
    }
}
