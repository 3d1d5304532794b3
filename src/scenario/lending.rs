//! Lending markets, as scenario files write them.

use serde::Deserialize;

use crate::math::Decimal;

/// A lending market.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum LendingParams {
    /// A market of Aave v3, with its reserves.
    AaveV3 {
        /// What it is called.
        name: String,
        /// Its assets.
        reserves: Vec<ReserveParams>,
        /// What flash loans cost, in basis points; as deployed by default.
        #[serde(default = "default_flash_premium_bps")]
        flash_premium_bps: u16,
        /// The part of that which the treasury gets, in basis points.
        #[serde(default)]
        flash_premium_to_protocol_bps: u16,
    },
    /// An isolated market of Morpho Blue, with its adaptive curve.
    MorphoBlue {
        /// What it is called.
        name: String,
        /// What is lent.
        loan: AssetParams,
        /// What is borrowed against.
        collateral: AssetParams,
        /// Loan to value at which a position fails, as in 0.86.
        lltv: f64,
        /// Part of the interest that the fee recipient gets, as in 0.1.
        #[serde(default)]
        fee: f64,
    },
    /// A comptroller of Compound v2 with its markets, in which supplies together carry debts. It has no flash loans.
    CompoundV2 {
        /// What it is called.
        name: String,
        /// Its markets.
        markets: Vec<CompoundMarketParams>,
        /// Part of a debt that one liquidation may repay; half by default, as deployed.
        #[serde(default = "default_close_factor")]
        close_factor: f64,
        /// What is seized on top of what is repaid, the protocol's part included; 0.08 by default, as deployed.
        #[serde(default = "default_incentive")]
        incentive: f64,
        /// Part of what is seized that goes to the reserves; 0.028 by default, as deployed.
        #[serde(default = "default_protocol_seize_share")]
        protocol_seize_share: f64,
    },
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

/// A market of Compound v2.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompoundMarketParams {
    /// The token.
    pub token: String,
    /// The oracle that says what it costs.
    pub oracle: String,
    /// What its founder supplies before anybody joins, in whole tokens.
    #[serde(default)]
    pub supplied: Decimal,
    /// Part of its worth that may be owed against it, and above which a debt may be liquidated; 0 by default, and it
    /// serves as no collateral.
    #[serde(default)]
    pub collateral_factor: f64,
    /// Part of the interest that goes to the reserves.
    #[serde(default)]
    pub reserve_factor: f64,
    /// What borrowers pay, by `JumpRateModelV2`.
    #[serde(default)]
    pub rates: RatesParams,
}

impl CompoundMarketParams {
    fn asset(&self) -> AssetParams {
        AssetParams { token: self.token.clone(), oracle: self.oracle.clone(), supplied: self.supplied }
    }
}

impl LendingParams {
    /// Returns what it is called.
    pub fn name(&self) -> &str {
        match self {
            Self::AaveV3 { name, .. } | Self::MorphoBlue { name, .. } | Self::CompoundV2 { name, .. } => name,
        }
    }

    /// Returns its assets, in their places.
    pub fn assets(&self) -> Vec<AssetParams> {
        match self {
            Self::AaveV3 { reserves, .. } => reserves.iter().map(ReserveParams::asset).collect(),
            Self::MorphoBlue { loan, collateral, .. } => vec![loan.clone(), collateral.clone()],
            Self::CompoundV2 { markets, .. } => markets.iter().map(CompoundMarketParams::asset).collect(),
        }
    }
}

impl LendingParams {
    /// Returns its assets' tokens and oracles, in their places.
    pub fn names(&self) -> Vec<(&str, &str)> {
        match self {
            Self::AaveV3 { reserves, .. } => {
                reserves.iter().map(|reserve| (reserve.token.as_str(), reserve.oracle.as_str())).collect()
            }
            Self::MorphoBlue { loan, collateral, .. } => {
                [loan, collateral].map(|asset| (asset.token.as_str(), asset.oracle.as_str())).into()
            }
            Self::CompoundV2 { markets, .. } => {
                markets.iter().map(|market| (market.token.as_str(), market.oracle.as_str())).collect()
            }
        }
    }
}

fn default_flash_premium_bps() -> u16 {
    5
}

/// A reserve of an Aave v3 market. Shares are such as 0.825, and whole basis points.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReserveParams {
    /// The token.
    pub token: String,
    /// The oracle that says what it costs.
    pub oracle: String,
    /// What its founder supplies before anybody joins, in whole tokens.
    #[serde(default)]
    pub supplied: Decimal,
    /// Part of its worth up to which new loans are given; 0 by default, and it serves as no collateral.
    #[serde(default)]
    pub ltv: f64,
    /// Part of its worth above which a debt may be liquidated.
    #[serde(default)]
    pub threshold: f64,
    /// What a liquidator gets on top of what it repays, as in 0.05.
    #[serde(default)]
    pub bonus: f64,
    /// Part of the interest that the treasury gets.
    #[serde(default)]
    pub reserve_factor: f64,
    /// Part of the liquidators' bonus that the treasury gets.
    #[serde(default)]
    pub protocol_fee: f64,
    /// What borrowers pay.
    #[serde(default)]
    pub rates: RatesParams,
    /// The most that may be supplied, in whole tokens; no limit by default.
    #[serde(default)]
    pub supply_cap: Option<u64>,
    /// The most that may be borrowed, in whole tokens; no limit by default.
    #[serde(default)]
    pub borrow_cap: Option<u64>,
    /// Whether it is lent out.
    #[serde(default = "default_true")]
    pub borrowing: bool,
}

fn default_true() -> bool {
    true
}

impl ReserveParams {
    fn asset(&self) -> AssetParams {
        AssetParams { token: self.token.clone(), oracle: self.oracle.clone(), supplied: self.supplied }
    }
}

/// What borrowers pay a year, by how much of the reserve is lent out; Aave's figures for stablecoins by default.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RatesParams {
    /// The rate while nothing is lent out.
    pub base: f64,
    /// What it gains up to the kink.
    pub slope_1: f64,
    /// What it gains from there until all is lent out.
    pub slope_2: f64,
    /// The part lent out at which the slope changes.
    pub kink: f64,
}

impl Default for RatesParams {
    fn default() -> Self {
        Self { base: 0.0, slope_1: 0.04, slope_2: 0.6, kink: 0.9 }
    }
}

/// An asset of a lending market.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssetParams {
    /// The token.
    pub token: String,
    /// The oracle that says what it costs.
    pub oracle: String,
    /// What its founder supplies before anybody joins, in whole tokens.
    #[serde(default)]
    pub supplied: Decimal,
}
