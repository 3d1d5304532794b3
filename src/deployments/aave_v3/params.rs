//! What a scenario says of a market with its reserves.

use plimsoll_math::Decimal;
use plimsoll_protocols::lending::LendingMarket;
use plimsoll_protocols::lending::aave_v3::{
    self, AccountMarket, CollateralParams, EModeId, FlashPremiums, KinkedRate, Market, RateStrategy, ReserveStatus,
};
use serde::Deserialize;

use super::super::Protocol;
use super::super::lending::{LendingSpec, RatesParams, bps, is_bps, share_ray};
use crate::chain::state::ChainState;
use crate::checks::Check;
use crate::checks::declared::DeclaredLending;
use crate::reader::piece::{At, Node};

/// A market of Aave v3, with its reserves.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Its name in the scenario, and the beginning of its columns.
    pub name: String,
    /// Its assets.
    pub reserves: Vec<ReserveParams>,
    /// What flash loans cost, in basis points; 5 by default, as deployed.
    #[serde(default = "default_flash_premium_bps")]
    pub flash_premium_bps: u16,
    /// The part of that which the treasury gets, in basis points; 0 by default.
    #[serde(default)]
    pub flash_premium_to_protocol_bps: u16,
}

fn default_flash_premium_bps() -> u16 {
    5
}

/// A reserve. Shares are such as 0.825, and whole basis points.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReserveParams {
    /// The token that is supplied and borrowed.
    pub token: String,
    /// The oracle at whose answer it is valued.
    pub oracle: String,
    /// What its founder supplies before anybody joins, in whole tokens; nothing by default.
    #[serde(default)]
    pub supplied: Decimal,
    /// Part of its worth up to which new loans are given; 0 by default, and it serves as no collateral.
    #[serde(default)]
    pub ltv: f64,
    /// Part of its worth above which a debt may be liquidated, at least `ltv`.
    #[serde(default)]
    pub threshold: f64,
    /// What a liquidator gets on top of what it repays, as in 0.05; with 0 nobody gains by liquidating.
    #[serde(default)]
    pub bonus: f64,
    /// Part of the interest that the treasury gets; 0 by default.
    #[serde(default)]
    pub reserve_factor: f64,
    /// Part of the liquidators' bonus that the treasury gets; 0 by default.
    #[serde(default)]
    pub protocol_fee: f64,
    /// What borrowers pay, by how much is lent out.
    #[serde(default)]
    pub rates: RatesParams,
    /// The most that may be supplied, in whole tokens; no limit by default.
    #[serde(default)]
    pub supply_cap: Option<u64>,
    /// The most that may be borrowed, in whole tokens; no limit by default.
    #[serde(default)]
    pub borrow_cap: Option<u64>,
    /// Whether it is lent out, as by default; else it only serves as collateral.
    #[serde(default = "default_true")]
    pub borrowing: bool,
}

fn default_true() -> bool {
    true
}

impl Protocol for Params {}

impl DeclaredLending for Params {
    fn name(&self) -> &str {
        &self.name
    }

    fn names(&self) -> Vec<(&str, &str)> {
        self.reserves.iter().map(|reserve| (reserve.token.as_str(), reserve.oracle.as_str())).collect()
    }

    fn limits(&self, collateral: &str, debt: &str) -> Option<(f64, f64)> {
        let find = |token: &str| self.reserves.iter().find(|reserve| reserve.token == token);
        let (ReserveParams { ltv, threshold, .. }, debt) = (find(collateral)?, find(debt)?);
        (*threshold > 0.0 && debt.borrowing).then_some((*ltv, *threshold))
    }

    fn has_flash_loans(&self) -> bool {
        true
    }
}

impl LendingSpec for Params {
    fn supplied(&self) -> Vec<Decimal> {
        self.reserves.iter().map(|reserve| reserve.supplied).collect()
    }

    fn asset_nodes<'a>(&self, at: At<'a>) -> Vec<Node<'a>> {
        at.each("reserves", "token", self.reserves.iter().map(|reserve| reserve.token.as_str()))
    }

    fn check(&self, at: At, check: &mut Check) {
        check.bps(at.node, "flash_premium_bps", self.flash_premium_bps);
        check.bps(at.node, "flash_premium_to_protocol_bps", self.flash_premium_to_protocol_bps);
        if self.reserves.is_empty() && at.whole {
            let place = at.node.at("reserves").place();
            check.error(place, "this market has no reserves", "expected at least one");
        }
        for (index, (reserve, node)) in self.reserves.iter().zip(self.asset_nodes(at)).enumerate() {
            reserve.check(node, check);
            if self.reserves[..index].iter().any(|earlier| earlier.token == reserve.token) {
                let message = format!("the market has two reserves of `{}`", reserve.token);
                check.error(node.at("token").place(), message, "expected another token");
            }
        }
    }

    fn open(&self, decimals: &[u8], chain: &ChainState) -> Result<LendingMarket, String> {
        let premiums =
            FlashPremiums { total_bps: self.flash_premium_bps, to_protocol_bps: self.flash_premium_to_protocol_bps };
        let mut market = Market::new(chain.named.treasury, premiums).map_err(|error| error.to_string())?;
        for (reserve, decimals) in self.reserves.iter().zip(decimals) {
            market.add_toxic_reserve(*decimals, reserve.open()).map_err(|error| error.to_string())?;
        }
        Ok(LendingMarket::AaveV3(Box::new(AccountMarket::new(market))))
    }
}

impl ReserveParams {
    fn check(&self, node: Node, check: &mut Check) {
        let Self { ltv, threshold, bonus, reserve_factor, protocol_fee, .. } = self;
        let shares = [("ltv", ltv), ("threshold", threshold), ("reserve_factor", reserve_factor)];
        for (field, share) in shares.into_iter().chain([("protocol_fee", protocol_fee)]) {
            let fine = (0.0..=1.0).contains(share) && is_bps(*share);
            check.field(node, field, share, fine, "a share from 0 to 1 in whole basis points, as in 0.825");
        }
        let fine = (0.0..=5.0).contains(bonus) && is_bps(*bonus);
        check.field(node, "bonus", bonus, fine, "0 to 5 in whole basis points, as in 0.05 for 5 %");
        self.check_thresholds(node, check);
        self.rates.check(node, check);
        let supplied = self.supplied.to_f64();
        if let Some(cap) = self.supply_cap.filter(|cap| supplied > *cap as f64) {
            let message = format!("{} are supplied at genesis, the cap is {cap}", self.supplied);
            let expected = "expected a cap above what the scenario supplies";
            check.error(node.at("supply_cap").place(), message, expected);
        }
    }

    fn check_thresholds(&self, node: Node, check: &mut Check) {
        let Self { ltv, threshold, bonus, .. } = self;
        if threshold < ltv {
            let message = format!("the threshold {threshold} is below the loan-to-value limit {ltv}");
            let expected = format!("expected at least {ltv}: a loan at the limit could be liquidated at once");
            check.error(node.at("threshold").place(), message, expected);
        }
        if *threshold > 0.0 && *bonus <= 0.0 {
            let message = "nobody would liquidate without a bonus, and the contract refuses it";
            check.error(node.at("bonus").place(), message, "expected more than 0, as in 0.05");
        } else if *threshold == 0.0 && *bonus > 0.0 {
            let message = "an asset that is no collateral has no bonus";
            check.error(node.at("bonus").place(), message, "expected none, or a `threshold` above 0");
        } else if *threshold <= 1.0 && threshold * (1.0 + bonus) > 1.0 {
            let message = format!("every liquidation is toxic: {threshold} x {} is more than 1", 1.0 + bonus);
            let frontier = 1.0 / (1.0 + bonus);
            let expected = format!(
                "expected a threshold below {frontier:.4}, the toxic frontier 1 / (1 + bonus); Aave's configurator \
                 refuses more"
            );
            check.warning(node.at("threshold").place(), message, expected);
        }
    }

    /// Returns what governs the reserve; it was checked, and a warning said where it is toxic.
    fn open(&self) -> aave_v3::ReserveParams {
        let is_collateral = self.threshold > 0.0;
        let variable = KinkedRate {
            base_ray: share_ray(self.rates.base),
            slope_1_ray: share_ray(self.rates.slope_1),
            slope_2_ray: share_ray(self.rates.slope_2),
        };
        aave_v3::ReserveParams {
            collateral: CollateralParams {
                ltv_bps: bps(self.ltv),
                liquidation_threshold_bps: bps(self.threshold),
                liquidation_bonus_bps: if is_collateral { bps(1.0 + self.bonus) } else { 0 },
            },
            reserve_factor_bps: bps(self.reserve_factor),
            liquidation_protocol_fee_bps: bps(self.protocol_fee),
            strategy: RateStrategy {
                optimal_usage_ray: share_ray(self.rates.kink),
                variable,
                stable: variable,
                stable_excess_offset_ray: 0,
                optimal_stable_share_ray: 0,
            },
            supply_cap: self.supply_cap,
            borrow_cap: self.borrow_cap,
            emode: EModeId::NONE,
            status: ReserveStatus::Active,
            borrowing: self.borrowing,
            flash_loans: true,
        }
    }
}
