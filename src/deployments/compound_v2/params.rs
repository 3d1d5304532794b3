//! What a scenario says of a comptroller with its markets.

use plimsoll_math::{Decimal, MathError};
use plimsoll_protocols::lending::LendingMarket;
use plimsoll_protocols::lending::compound_v2::{
    self, BlockClock, Comptroller, ComptrollerParams, InterestModel, PricedComptroller,
};
use serde::Deserialize;

use super::super::Protocol;
use super::super::lending::{LendingSpec, RatesParams, share_wad};
use crate::chain::state::ChainState;
use crate::checks::Check;
use crate::checks::declared::DeclaredLending;
use crate::reader::piece::{At, Node};

/// A comptroller of Compound v2 with its markets, in which supplies together carry debts. It has no flash loans.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Its name in the scenario, and the beginning of its columns.
    pub name: String,
    /// Its markets.
    pub markets: Vec<MarketParams>,
    /// Part of a debt that one liquidation may repay; half by default, as deployed.
    #[serde(default = "default_close_factor")]
    pub close_factor: f64,
    /// What is seized on top of what is repaid, the protocol's part included; 0.08 by default, as deployed.
    #[serde(default = "default_incentive")]
    pub incentive: f64,
    /// Part of what is seized that goes to the reserves; 0.028 by default, as deployed.
    #[serde(default = "default_protocol_seize_share")]
    pub protocol_seize_share: f64,
    /// Blocks of a year that its rate models divide yearly rates by; 2,102,400 by default, as deployed: one in 15 seconds. On a
    /// chain with more blocks a year, borrowers pay more than the rates a year.
    #[serde(default = "default_blocks_per_year")]
    pub blocks_per_year: u64,
}

fn default_blocks_per_year() -> u64 {
    u64::try_from(compound_v2::BLOCKS_PER_YEAR).expect("it has seven digits")
}

fn default_close_factor() -> f64 {
    0.5
}

fn default_incentive() -> f64 {
    0.08
}

fn default_protocol_seize_share() -> f64 {
    0.028
}

/// A market.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarketParams {
    /// The token that is supplied and borrowed.
    pub token: String,
    /// The oracle at whose answer it is valued.
    pub oracle: String,
    /// What its founder supplies before anybody joins, in whole tokens; nothing by default.
    #[serde(default)]
    pub supplied: Decimal,
    /// Part of its worth that may be owed against it, and above which a debt may be liquidated; 0 by default, and it
    /// serves as no collateral.
    #[serde(default)]
    pub collateral_factor: f64,
    /// Part of the interest that goes to the reserves; 0 by default.
    #[serde(default)]
    pub reserve_factor: f64,
    /// What borrowers pay, by `JumpRateModelV2`.
    #[serde(default)]
    pub rates: RatesParams,
}

impl Protocol for Params {}

impl DeclaredLending for Params {
    fn name(&self) -> &str {
        &self.name
    }

    fn names(&self) -> Vec<(&str, &str)> {
        self.markets.iter().map(|market| (market.token.as_str(), market.oracle.as_str())).collect()
    }

    fn limits(&self, collateral: &str, debt: &str) -> Option<(f64, f64)> {
        let find = |token: &str| self.markets.iter().find(|market| market.token == token);
        let (factor, _) = (find(collateral)?.collateral_factor, find(debt)?);
        (factor > 0.0).then_some((factor, factor))
    }

    fn has_flash_loans(&self) -> bool {
        false
    }
}

impl LendingSpec for Params {
    fn supplied(&self) -> Vec<Decimal> {
        self.markets.iter().map(|market| market.supplied).collect()
    }

    fn asset_nodes<'a>(&self, at: At<'a>) -> Vec<Node<'a>> {
        at.each("markets", "token", self.markets.iter().map(|market| market.token.as_str()))
    }

    fn check(&self, at: At, check: &mut Check) {
        let (node, Self { markets, close_factor, incentive, protocol_seize_share, .. }) = (at.node, self);
        for (field, share) in [("close_factor", close_factor), ("protocol_seize_share", protocol_seize_share)] {
            check.field(node, field, share, (0.0..=1.0).contains(share), "a share from 0 to 1");
        }
        check.field(node, "close_factor", close_factor, *close_factor > 0.0, "more than 0, as in 0.5");
        check.field(node, "incentive", incentive, (0.0..=5.0).contains(incentive), "0 to 5, as in 0.08");
        self.check_blocks(node, check);
        if markets.is_empty() && at.whole {
            check.error(node.at("markets").place(), "there are no markets", "expected at least one");
        }
        for (index, (market, node)) in markets.iter().zip(self.asset_nodes(at)).enumerate() {
            if markets[..index].iter().any(|earlier| earlier.token == market.token) {
                let message = format!("there are two markets of `{}`", market.token);
                check.error(node.at("token").place(), message, "expected another token");
            }
            market.check(*incentive, node, check);
        }
    }

    fn open(&self, decimals: &[u8], chain: &ChainState) -> Result<LendingMarket, String> {
        let mut comptroller = Comptroller::new(ComptrollerParams {
            close_factor_wad: share_wad(self.close_factor),
            liquidation_incentive_wad: share_wad(1.0 + self.incentive),
            protocol_seize_share_wad: share_wad(self.protocol_seize_share),
        });
        for (market, decimals) in self.markets.iter().zip(decimals) {
            let params = market.open(*decimals, self.blocks_per_year).map_err(|error| error.to_string())?;
            comptroller.list(params, 0).map_err(|error| error.to_string())?;
        }
        let clock = BlockClock { start: chain.clock.start, block_ms: chain.clock.block_time.ms };
        let market = PricedComptroller::new(comptroller, decimals, clock, chain.named.locked);
        Ok(LendingMarket::CompoundV2(Box::new(market.ok_or("a token has more than 18 decimals")?)))
    }
}

impl Params {
    /// Warns of blocks of the chain that are a fifth more or fewer in a year than its rates are divided by.
    fn check_blocks(&self, node: Node, check: &mut Check) {
        let per_year = self.blocks_per_year;
        let fine = (1..=MOST_BLOCKS_PER_YEAR).contains(&per_year);
        check.field(node, "blocks_per_year", per_year, fine, "1 to 31536000000, as in 2102400");
        let Some(block_ms) = check.declared.block_ms.filter(|block_ms| fine && *block_ms > 0) else { return };
        let on_chain = BlockClock { start: 0, block_ms }.blocks_per_year();
        let times = on_chain / per_year as f64;
        if !(0.8..=1.2).contains(&times) {
            let message = format!(
                "this chain has {on_chain:.0} blocks a year and rates are for {per_year}: borrowers pay {} times what `rates` \
                 say",
                (times * 1e4).round() / 1e4,
            );
            let expected = format!("expected `blocks_per_year: {on_chain:.0}`");
            check.warning(node.at("blocks_per_year").place(), message, expected);
        }
    }
}

/// A block in a millisecond.
const MOST_BLOCKS_PER_YEAR: u64 = 365 * 86_400_000;

impl MarketParams {
    fn check(&self, incentive: f64, node: Node, check: &mut Check) {
        let (factor, reserve_factor) = (self.collateral_factor, self.reserve_factor);
        let fine = (0.0..=0.9).contains(&factor);
        check.field(node, "collateral_factor", factor, fine, "0 to 0.9, as the contract has it");
        check.field(node, "reserve_factor", reserve_factor, (0.0..=1.0).contains(&reserve_factor), "0 to 1");
        if factor * (1.0 + incentive) > 1.0 && factor <= 0.9 {
            let message = format!("every liquidation is toxic: {factor} x {} is more than 1", 1.0 + incentive);
            let frontier = 1.0 / (1.0 + incentive);
            let expected =
                format!("expected a collateral factor below {frontier:.4}, the toxic frontier 1 / (1 + incentive)");
            check.warning(node.at("collateral_factor").place(), message, expected);
        }
        self.rates.check(node, check);
        if self.rates.kink >= 1.0 && self.rates.slope_2 > 0.0 {
            let message = "a slope above a kink at 1 is never reached";
            check.error(node.at("rates").place(), message, "expected a kink below 1, or `slope_2: 0`");
        }
    }

    /// Returns how the market is set up. A cToken has 8 decimals and begins at a fiftieth of its underlying token, as
    /// deployed.
    fn open(&self, decimals: u8, blocks_per_year: u64) -> Result<compound_v2::MarketParams, MathError> {
        let rates = self.rates;
        let above_kink = if rates.kink < 1.0 { rates.slope_2 / (1.0 - rates.kink) } else { 0.0 };
        let [base, slope, jump, kink] = [rates.base, rates.slope_1, above_kink, rates.kink].map(share_wad);
        Ok(compound_v2::MarketParams {
            collateral_factor_wad: share_wad(self.collateral_factor),
            reserve_factor_wad: share_wad(self.reserve_factor),
            initial_exchange_rate_wad: 2 * 10_u128.pow(8 + u32::from(decimals)),
            interest: InterestModel::jump_rate_v2_of_blocks([base, slope, jump], kink, blocks_per_year.into())?,
        })
    }
}
