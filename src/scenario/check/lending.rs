//! Lending markets: what may be owed against what, at which price.

use super::super::piece::{Node, Placed};
use super::super::schema::{AssetParams, LendingParams};
use super::Check;

impl Check<'_, '_> {
    /// Every lending market.
    pub(super) fn lending(&mut self) {
        for market in &self.draft.lending {
            for (asset, node) in market.value.assets().into_iter().zip(asset_nodes(market)) {
                self.asset(asset, node);
            }
            match &market.value {
                LendingParams::MorphoBlue { loan, collateral, lltv, fee, .. } => {
                    let node = market.node;
                    self.field(node, "lltv", lltv, *lltv > 0.0 && *lltv < 1.0, "between 0 and 1, as in 0.86");
                    let fine = (0.0..=0.25).contains(fee);
                    self.field(node, "fee", fee, fine, "a share of 0.25 at most, which the contract allows");
                    if loan.token == collateral.token {
                        let message = format!("`{}` is borrowed against itself", loan.token);
                        self.error(node.at("collateral").at("token").place(), message, "expected another token");
                    }
                }
            }
        }
    }

    fn asset(&mut self, asset: &AssetParams, node: Node) {
        self.amount(node.at("supplied"), asset.supplied, &asset.token);
        let oracles = self.draft.oracles.iter().map(|oracle| &oracle.value);
        let told = oracles.filter(|oracle| oracle.name == asset.oracle).map(|oracle| &oracle.token).next();
        if let Some(token) = told.filter(|token| **token != asset.token) {
            let message = format!("the oracle `{}` tells the price of `{token}`", asset.oracle);
            let expected = format!("expected an oracle of `{}`", asset.token);
            self.error(node.at("oracle").place(), message, expected);
        }
    }
}

/// Returns where each asset of a market stands.
pub(super) fn asset_nodes<'a>(market: &Placed<'a, LendingParams>) -> Vec<Node<'a>> {
    match &market.value {
        LendingParams::MorphoBlue { .. } => vec![market.node.at("loan"), market.node.at("collateral")],
    }
}
