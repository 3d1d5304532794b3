//! Lending markets: what may be owed against what, at which price.

use super::super::schema::{AssetParams, CompoundMarketParams, LendingParams, RatesParams, ReserveParams};
use super::Check;
use crate::reader::piece::{Node, Placed};

impl Check<'_, '_> {
    /// Every lending market.
    pub(super) fn lending(&mut self) {
        for market in &self.draft.lending {
            for (asset, node) in market.value.assets().iter().zip(asset_nodes(market)) {
                self.asset(asset, node);
            }
            match &market.value {
                LendingParams::AaveV3 { reserves, flash_premium_bps, flash_premium_to_protocol_bps, .. } => {
                    self.bps(market.node, "flash_premium_bps", *flash_premium_bps);
                    self.bps(market.node, "flash_premium_to_protocol_bps", *flash_premium_to_protocol_bps);
                    if reserves.is_empty() && market.whole {
                        let place = market.node.at("reserves").place();
                        self.error(place, "this market has no reserves", "expected at least one");
                    }
                    for (reserve, node) in reserves.iter().zip(asset_nodes(market)) {
                        self.reserve(reserve, node);
                        self.once(reserve, reserves, node);
                    }
                }
                LendingParams::CompoundV2 { markets, close_factor, incentive, protocol_seize_share, .. } => {
                    let node = market.node;
                    let shares = [("close_factor", close_factor), ("protocol_seize_share", protocol_seize_share)];
                    for (field, share) in shares {
                        self.field(node, field, share, (0.0..=1.0).contains(share), "a share from 0 to 1");
                    }
                    self.field(node, "close_factor", close_factor, *close_factor > 0.0, "more than 0, as in 0.5");
                    self.field(node, "incentive", incentive, (0.0..=5.0).contains(incentive), "0 to 5, as in 0.08");
                    if markets.is_empty() && market.whole {
                        self.error(node.at("markets").place(), "there are no markets", "expected at least one");
                    }
                    for (listed, node) in markets.iter().zip(asset_nodes(market)) {
                        self.compound_market(listed, markets, *incentive, node);
                    }
                }
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

    /// Refuses a second reserve of a token.
    fn once(&mut self, reserve: &ReserveParams, reserves: &[ReserveParams], node: Node) {
        let first = reserves.iter().find(|other| other.token == reserve.token);
        if first.is_some_and(|first| !std::ptr::eq(first, reserve)) {
            let message = format!("the market has two reserves of `{}`", reserve.token);
            self.error(node.at("token").place(), message, "expected another token");
        }
    }

    fn reserve(&mut self, reserve: &ReserveParams, node: Node) {
        let ReserveParams { ltv, threshold, bonus, reserve_factor, protocol_fee, rates, .. } = reserve;
        let shares = [("ltv", ltv), ("threshold", threshold), ("reserve_factor", reserve_factor)];
        for (field, share) in shares.into_iter().chain([("protocol_fee", protocol_fee)]) {
            let fine = (0.0..=1.0).contains(share) && is_bps(*share);
            self.field(node, field, share, fine, "a share from 0 to 1 in whole basis points, as in 0.825");
        }
        let fine = (0.0..=5.0).contains(bonus) && is_bps(*bonus);
        self.field(node, "bonus", bonus, fine, "0 to 5 in whole basis points, as in 0.05 for 5 %");
        if threshold < ltv {
            let message = format!("the threshold {threshold} is below the loan-to-value limit {ltv}");
            let expected = format!("expected at least {ltv}: a loan at the limit could be liquidated at once");
            self.error(node.at("threshold").place(), message, expected);
        }
        if *threshold > 0.0 && *bonus <= 0.0 {
            let message = "nobody would liquidate without a bonus, and the contract refuses it";
            self.error(node.at("bonus").place(), message, "expected more than 0, as in 0.05");
        } else if *threshold == 0.0 && *bonus > 0.0 {
            let message = "an asset that is no collateral has no bonus";
            self.error(node.at("bonus").place(), message, "expected none, or a `threshold` above 0");
        } else if *threshold <= 1.0 && threshold * (1.0 + bonus) > 1.0 {
            let message = format!("every liquidation is toxic: {threshold} x {} is more than 1", 1.0 + bonus);
            let frontier = 1.0 / (1.0 + bonus);
            let expected = format!(
                "expected a threshold below {frontier:.4}, the toxic frontier 1 / (1 + bonus); Aave's configurator \
                 refuses more"
            );
            self.warning(node.at("threshold").place(), message, expected);
        }
        self.rates(rates, node);
        let supplied = reserve.supplied.to_f64();
        if let Some(cap) = reserve.supply_cap.filter(|cap| supplied > *cap as f64) {
            let message = format!("{} are supplied at genesis, the cap is {cap}", reserve.supplied);
            let expected = "expected a cap above what the scenario supplies";
            self.error(node.at("supply_cap").place(), message, expected);
        }
    }

    fn rates(&mut self, rates: &RatesParams, node: Node) {
        let at = node.at("rates");
        let at = if at.place() == node.place() { node } else { at };
        self.field(at, "kink", rates.kink, rates.kink > 0.0 && rates.kink <= 1.0, "more than 0 and at most 1");
        for (field, rate) in [("base", rates.base), ("slope_1", rates.slope_1), ("slope_2", rates.slope_2)] {
            self.field(at, field, rate, (0.0..=1e6).contains(&rate), "a rate a year, as in 0.04");
        }
    }

    fn compound_market(
        &mut self,
        market: &CompoundMarketParams,
        markets: &[CompoundMarketParams],
        incentive: f64,
        node: Node,
    ) {
        let first = markets.iter().find(|other| other.token == market.token);
        if first.is_some_and(|first| !std::ptr::eq(first, market)) {
            let message = format!("there are two markets of `{}`", market.token);
            self.error(node.at("token").place(), message, "expected another token");
        }
        let factor = market.collateral_factor;
        self.field(
            node,
            "collateral_factor",
            factor,
            (0.0..=0.9).contains(&factor),
            "0 to 0.9, as the contract has it",
        );
        let reserve_factor = market.reserve_factor;
        self.field(node, "reserve_factor", reserve_factor, (0.0..=1.0).contains(&reserve_factor), "0 to 1");
        if factor * (1.0 + incentive) > 1.0 && factor <= 0.9 {
            let message = format!("every liquidation is toxic: {factor} x {} is more than 1", 1.0 + incentive);
            let frontier = 1.0 / (1.0 + incentive);
            let expected =
                format!("expected a collateral factor below {frontier:.4}, the toxic frontier 1 / (1 + incentive)");
            self.warning(node.at("collateral_factor").place(), message, expected);
        }
        self.rates(&market.rates, node);
        if market.rates.kink >= 1.0 && market.rates.slope_2 > 0.0 {
            let message = "a slope above a kink at 1 is never reached";
            self.error(node.at("rates").place(), message, "expected a kink below 1, or `slope_2: 0`");
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
        LendingParams::AaveV3 { .. } | LendingParams::CompoundV2 { .. } => {
            let is_aave = matches!(market.value, LendingParams::AaveV3 { .. });
            let list = market.node.at(if is_aave { "reserves" } else { "markets" });
            // A broken one between them may have been cut out: then they are found by their tokens.
            let of = |token: &str| list.elements().find(|node| node.at("token").string().as_deref() == Some(token));
            let find = |(index, (token, _)): (usize, (&str, &str))| {
                if market.whole { list.nth(index) } else { of(token).unwrap_or(list) }
            };
            market.value.names().into_iter().enumerate().map(find).collect()
        }
        LendingParams::MorphoBlue { .. } => vec![market.node.at("loan"), market.node.at("collateral")],
    }
}

/// Whether a share is a whole number of basis points.
fn is_bps(share: f64) -> bool {
    (share * 10_000.0 - (share * 10_000.0).round()).abs() < 1e-6
}
