//! Pools, as scenario files write them, and as they are before anybody joins.

use serde::Deserialize;
use smallvec::{SmallVec, smallvec};
use thiserror::Error;

pub use crate::chain::range::RangeParams;
use crate::chain::time::TimeSpan;
use crate::math::{Decimal, DecimalError, SqrtPriceX96};
use crate::protocol::AccountId;
use crate::protocol::amm::balancer::{TokenParams as WeightedToken, WeightedPool, WeightedPoolParams};
use crate::protocol::amm::curve::{CurvePool, Fees, StableSwap, StableSwapParams, Template};
use crate::protocol::amm::uniswap_v2::{self, Pair};
use crate::protocol::amm::uniswap_v3::{self, V3Params, V3Pool};
use crate::protocol::amm::{Amm, AmmError, Deposit, LiquidityMoved, PerToken, Pool};

/// A pool.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum PoolParams {
    /// A constant-product pair.
    UniswapV2 {
        /// What it is called.
        name: String,
        /// Its two tokens; its price is what one of the first costs in the second.
        tokens: (String, String),
        /// What it holds before anybody joins, in whole tokens of each.
        reserves: (Decimal, Decimal),
        /// Swap fee in basis points; the contract's is 30.
        #[serde(default = "default_fee_bps")]
        fee_bps: u16,
        /// Whether a sixth of the fees goes to the protocol; off by default, as deployed.
        #[serde(default)]
        protocol_fee: bool,
    },
    /// A pool whose liquidity lies between ticks.
    UniswapV3 {
        /// What it is called.
        name: String,
        /// Its two tokens; its price is what one of the first costs in the second.
        tokens: (String, String),
        /// Its price before anybody trades; the one outside by default.
        #[serde(default)]
        price: Option<Decimal>,
        /// Swap fee in hundredths of a basis point: 100, 500, 3000 or 10000 as deployed.
        #[serde(default = "default_fee_pips")]
        fee_pips: u32,
        /// How far apart ticks lie at which ranges end; as deployed for the fee by default.
        #[serde(default)]
        tick_spacing: Option<i32>,
        /// One in how many of the fees goes to the protocol, 4 to 10; none by default, as deployed.
        #[serde(default)]
        protocol_fee: u8,
        /// The founders' liquidity.
        #[serde(default)]
        liquidity: Vec<RangeLiquidityParams>,
    },
    /// A Curve pool of two or three coins that should be worth the same.
    Curve {
        /// What it is called.
        name: String,
        /// Its tokens; its price is what one of the first costs in the second.
        tokens: Vec<String>,
        /// What it holds before anybody joins, in whole tokens of each.
        reserves: Vec<Decimal>,
        /// The amplification A, as the contract's `A()` tells it.
        amplification: u32,
        /// Where A goes, and when it is there, from the start of the run; a day at least.
        #[serde(default)]
        ramp: Option<(u32, TimeSpan)>,
        /// Swap fee in basis points; 4 by default.
        #[serde(default = "default_curve_fee_bps")]
        fee_bps: f64,
        /// Part of the fees that goes to the pool's owner; half by default, as deployed.
        #[serde(default = "default_admin_fee")]
        admin_fee: f64,
        /// Whose rules it follows, where the deployed pools differ.
        #[serde(default)]
        rules: CurveRules,
    },
    /// A Balancer pool of two to eight tokens with weights.
    Balancer {
        /// What it is called.
        name: String,
        /// Its tokens; its price is what one of the first costs in the second.
        tokens: Vec<String>,
        /// Each token's part of the pool's worth, as in "0.8"; they sum to one.
        weights: Vec<Decimal>,
        /// What it holds before anybody joins, in whole tokens of each.
        reserves: Vec<Decimal>,
        /// Swap fee in basis points; 30 by default.
        #[serde(default = "default_balancer_fee_bps")]
        fee_bps: f64,
        /// Part of the swap fees that goes to the protocol, at most 0.5; none by default.
        #[serde(default)]
        protocol_fee: f64,
    },
}

/// The founders' liquidity between two prices.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RangeLiquidityParams {
    /// Where it lies.
    #[serde(default)]
    pub range: RangeParams,
    /// The most that is put in, in whole tokens of each; the price decides how much of which.
    pub amounts: (Decimal, Decimal),
}

/// Whose rules a Curve pool follows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum CurveRules {
    /// `StableSwap3Pool` and `StableSwapHBTC`.
    #[default]
    ThreePool,
    /// `StableSwapSTETH`.
    Steth,
}

fn default_fee_bps() -> u16 {
    uniswap_v2::FEE_BPS
}

fn default_fee_pips() -> u32 {
    3_000
}

fn default_curve_fee_bps() -> f64 {
    4.0
}

fn default_admin_fee() -> f64 {
    0.5
}

fn default_balancer_fee_bps() -> f64 {
    30.0
}

/// Returns the spacing with which the factory deploys a fee.
pub(super) fn deployed_spacing(fee_pips: u32) -> Option<i32> {
    match fee_pips {
        100 => Some(1),
        500 => Some(10),
        3_000 => Some(60),
        10_000 => Some(200),
        _ => None,
    }
}

/// A token as a pool's opening needs it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Traded {
    pub(super) decimals: u8,
    /// Outside, in the numeraire.
    pub(super) price: f64,
}

/// A pool with what its founder put in.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) pool: Pool,
    pub(super) moved: LiquidityMoved,
}

/// Why a pool cannot be as the scenario says.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum OpenError {
    #[error(transparent)]
    Refused(#[from] AmmError),
    #[error(transparent)]
    Amount(#[from] DecimalError),
    #[error("its price is beyond what a pool can count")]
    Price,
    #[error("its tokens are {0}, and a Curve pool has two or three")]
    Coins(usize),
}

impl PoolParams {
    /// Returns what it is called.
    pub fn name(&self) -> &str {
        match self {
            Self::UniswapV2 { name, .. }
            | Self::UniswapV3 { name, .. }
            | Self::Curve { name, .. }
            | Self::Balancer { name, .. } => name,
        }
    }

    /// Returns its tokens, in their places.
    pub fn tokens(&self) -> SmallVec<[&str; 3]> {
        match self {
            Self::UniswapV2 { tokens, .. } | Self::UniswapV3 { tokens, .. } => smallvec![&*tokens.0, &*tokens.1],
            Self::Curve { tokens, .. } | Self::Balancer { tokens, .. } => tokens.iter().map(String::as_str).collect(),
        }
    }

    /// Opens the pool as it is before anybody joins; its founder owns what is in it.
    pub(super) fn open(&self, tokens: &[Traded], founder: AccountId, now: u64) -> Result<Opened, OpenError> {
        let all = |amounts: &[Decimal]| -> Result<PerToken, OpenError> {
            amounts.iter().zip(tokens).map(|(amount, token)| Ok(amount.to_units(token.decimals)?)).collect()
        };
        match self {
            Self::UniswapV2 { reserves, fee_bps, protocol_fee, .. } => {
                let protocol_fee =
                    if *protocol_fee { uniswap_v2::ProtocolFee::On } else { uniswap_v2::ProtocolFee::Off };
                let pair = Pair::new(*fee_bps, protocol_fee).map_err(AmmError::from)?;
                founded(Pool::UniswapV2(pair), founder, all(&[reserves.0, reserves.1])?, now)
            }
            Self::UniswapV3 { price, fee_pips, tick_spacing, protocol_fee, liquidity, .. } => {
                let outside = tokens[0].price / tokens[1].price;
                let scale = libm::pow(10.0, f64::from(tokens[1].decimals) - f64::from(tokens[0].decimals));
                let price = price.map_or(outside, Decimal::to_f64);
                let spacing = tick_spacing.or(deployed_spacing(*fee_pips)).unwrap_or(1);
                let params = V3Params { fee_pips: *fee_pips, tick_spacing: spacing };
                let mut pool = V3Pool::new(params).map_err(AmmError::from)?;
                let root = SqrtPriceX96::from_price(price * scale).ok_or(OpenError::Price)?;
                pool.initialize(root, now).map_err(AmmError::from)?;
                let fee = uniswap_v3::ProtocolFee::new(*protocol_fee, *protocol_fee).map_err(AmmError::from)?;
                pool.set_protocol_fee(fee).map_err(AmmError::from)?;
                let mut moved = LiquidityMoved { amounts: smallvec![0, 0], ..LiquidityMoved::default() };
                for RangeLiquidityParams { range, amounts } in liquidity {
                    let range = range.ticks(&pool, price, scale);
                    let offered = all(&[amounts.0, amounts.1])?;
                    let deposit = Deposit { owner: founder, range: Some(range), offered, least_liquidity: 1 };
                    let more = pool.add_liquidity(&deposit, now)?;
                    moved.amounts.iter_mut().zip(more.amounts).for_each(|(sum, more)| *sum += more);
                }
                Ok(Opened { pool: Pool::UniswapV3(Box::new(pool)), moved })
            }
            Self::Curve { reserves, amplification, ramp, fee_bps, admin_fee, rules, .. } => {
                let template = match rules {
                    CurveRules::ThreePool => Template::ThreePool,
                    CurveRules::Steth => Template::Steth,
                };
                let fees = Fees { fee: part(fee_bps / 1e4, 1e10), admin_fee: part(*admin_fee, 1e10) };
                let amplification = u128::from(*amplification);
                let mut pool = match tokens {
                    [a, b] => CurvePool::Two(coins([a.decimals, b.decimals], template, amplification, fees)?),
                    [a, b, c] => {
                        CurvePool::Three(coins([a.decimals, b.decimals, c.decimals], template, amplification, fees)?)
                    }
                    other => return Err(OpenError::Coins(other.len())),
                };
                if let Some((to, after)) = ramp {
                    let until = now + after.ms / 1_000;
                    pool.ramp_a(u128::from(*to), until, now).map_err(AmmError::from)?;
                }
                founded(Pool::Curve(Box::new(pool)), founder, all(reserves)?, now)
            }
            Self::Balancer { weights, reserves, fee_bps, protocol_fee, .. } => {
                let weighted = |(weight, token): (&Decimal, &Traded)| {
                    let weight_wad = u64::try_from(weight.to_units(18)?).unwrap_or(u64::MAX);
                    Ok(WeightedToken { decimals: token.decimals, weight_wad })
                };
                let params = WeightedPoolParams {
                    tokens: weights.iter().zip(tokens).map(weighted).collect::<Result<_, DecimalError>>()?,
                    swap_fee_wad: wad(fee_bps / 1e4),
                    protocol_fee_wad: wad(*protocol_fee),
                };
                let mut pool = WeightedPool::new(&params).map_err(AmmError::from)?;
                let joined = pool.initialize(&all(reserves)?).map_err(AmmError::from)?;
                let moved = LiquidityMoved {
                    amounts: joined.paid[..tokens.len()].into(),
                    liquidity: joined.bpt,
                    locked: joined.locked,
                    ..LiquidityMoved::default()
                };
                Ok(Opened { pool: Pool::Balancer(Box::new(pool)), moved })
            }
        }
    }
}

/// Returns a pool of coins without any.
fn coins<const N: usize>(
    decimals: [u8; N],
    template: Template,
    amplification: u128,
    fees: Fees,
) -> Result<StableSwap<N>, AmmError> {
    Ok(StableSwap::new(&StableSwapParams { template, decimals, amplification, fees })?)
}

/// Puts in the first liquidity.
fn founded(mut pool: Pool, owner: AccountId, offered: PerToken, now: u64) -> Result<Opened, OpenError> {
    let deposit = Deposit { owner, range: None, offered, least_liquidity: 1 };
    let moved = pool.amm_mut().add_liquidity(&deposit, now)?;
    Ok(Opened { pool, moved })
}

/// Returns a share in parts of `one`, to the nearest.
fn part(share: f64, one: f64) -> u128 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates, and is checked")]
    let part = (share * one).round() as u128;
    part
}

/// Returns a share with 18 decimals: exact to twelve digits, which is finer than a basis point's millionth.
fn wad(share: f64) -> u64 {
    u64::try_from(part(share, 1e12)).map_or(u64::MAX, |part| part.saturating_mul(1_000_000))
}
