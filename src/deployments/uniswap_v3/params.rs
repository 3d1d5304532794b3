//! What a scenario says of a pool whose liquidity lies between ticks.

use plimsoll_math::{Decimal, SqrtPriceX96};
use plimsoll_protocols::amm::uniswap_v3::{ProtocolFee, V3Params, V3Pool};
use plimsoll_protocols::amm::{Amm, AmmError, Deposit, LiquidityMoved, Pool};
use serde::Deserialize;
use smallvec::{SmallVec, smallvec};

use super::super::Protocol;
use super::super::amm::{OpenError, Opened, PoolSpec, Traded, pair, short, units};
use crate::chain::ids::AccountId;
use crate::chain::range::RangeParams;
use crate::checks::Check;
use crate::checks::declared::DeclaredPool;
use crate::reader::piece::At;

/// The factory's greatest spacing.
const MOST_SPACING: i32 = 16_383;

/// A pool whose liquidity lies between ticks.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Its name in the scenario, and the beginning of its columns.
    pub name: String,
    /// Its two tokens; its price is what one of the first costs in the second.
    pub tokens: (String, String),
    /// Its price before anybody trades, in whole second tokens per whole first token; the one outside by default.
    #[serde(default)]
    pub price: Option<Decimal>,
    /// Swap fee in hundredths of a basis point: 100, 500, 3000 or 10000 as deployed; 3000 by default.
    #[serde(default = "default_fee_pips")]
    pub fee_pips: u32,
    /// How far apart ticks lie at which ranges end; as deployed for the fee by default.
    #[serde(default)]
    pub tick_spacing: Option<i32>,
    /// One in how many of the fees goes to the protocol, 4 to 10; none by default, as deployed.
    #[serde(default)]
    pub protocol_fee: u8,
    /// The founders' liquidity; without any the pool is empty until somebody joins.
    #[serde(default)]
    pub liquidity: Vec<RangeLiquidityParams>,
}

/// The founders' liquidity between two prices.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RangeLiquidityParams {
    /// Where it lies; everywhere by default.
    #[serde(default)]
    pub range: RangeParams,
    /// The most that is put in, in whole tokens of each; the price decides how much of which.
    pub amounts: (Decimal, Decimal),
}

fn default_fee_pips() -> u32 {
    3_000
}

impl Params {
    /// Returns how far apart ticks lie at which ranges end; 1 where the scenario is wrong about it.
    fn spacing(&self) -> i32 {
        self.tick_spacing.or(deployed_spacing(self.fee_pips)).filter(|spacing| *spacing > 0).unwrap_or(1)
    }

    fn check_liquidity(&self, at: At, check: &mut Check) {
        for (index, RangeLiquidityParams { range, amounts }) in self.liquidity.iter().enumerate() {
            let node = at.node.at("liquidity").nth(index);
            check.range(node.at("range"), *range, self.spacing());
            let mut total = 0;
            for (side, token, amount) in [(0, &self.tokens.0, amounts.0), (1, &self.tokens.1, amounts.1)] {
                total |= check.amount(node.at("amounts").nth(side), amount, token).unwrap_or(1);
            }
            if total == 0 {
                check.error(node.at("amounts").place(), "both amounts are 0", "expected more than 0 of one at least");
            }
        }
    }
}

/// Returns the spacing with which the factory deploys a fee.
fn deployed_spacing(fee_pips: u32) -> Option<i32> {
    match fee_pips {
        100 => Some(1),
        500 => Some(10),
        3_000 => Some(60),
        10_000 => Some(200),
        _ => None,
    }
}

impl Protocol for Params {}

impl DeclaredPool for Params {
    fn name(&self) -> &str {
        &self.name
    }

    fn tokens(&self) -> SmallVec<[&str; 3]> {
        pair(&self.tokens)
    }

    fn tick_spacing(&self) -> Option<i32> {
        Some(self.spacing())
    }
}

impl PoolSpec for Params {
    fn check(&self, at: At, check: &mut Check) {
        let (node, Self { price, fee_pips, tick_spacing, protocol_fee, .. }) = (at.node, self);
        check.field(node, "fee_pips", fee_pips, *fee_pips < 1_000_000, "less than 1000000, which is all of it");
        if tick_spacing.is_none() && deployed_spacing(*fee_pips).is_none() {
            let message = format!("no tick spacing is deployed for a fee of {fee_pips}");
            let expected = "expected `tick_spacing`, or a fee of 100, 500, 3000 or 10000";
            check.error(node.at("fee_pips").place(), message, expected);
        }
        if let Some(spacing) = tick_spacing {
            let fine = (1..=MOST_SPACING).contains(spacing);
            check.field(node, "tick_spacing", spacing, fine, &format!("1 to {MOST_SPACING}"));
        }
        let fine = *protocol_fee == 0 || (4..=10).contains(protocol_fee);
        check.field(node, "protocol_fee", protocol_fee, fine, "0, or one in 4 to 10");
        if let Some(price) = price {
            check.field(node, "price", price, price.to_f64() > 0.0, "more than 0");
        }
        self.check_liquidity(at, check);
    }

    fn open(&self, tokens: &[Traded], founder: AccountId, now: u64) -> Result<Opened, OpenError> {
        let outside = tokens[0].price / tokens[1].price;
        let scale = libm::pow(10.0, f64::from(tokens[1].decimals) - f64::from(tokens[0].decimals));
        let price = self.price.map_or(outside, Decimal::to_f64);
        let params = V3Params { fee_pips: self.fee_pips, tick_spacing: self.spacing() };
        let mut pool = V3Pool::new(params).map_err(AmmError::from)?;
        let root = SqrtPriceX96::from_price(price * scale).ok_or(OpenError::Price)?;
        pool.initialize(root, now).map_err(AmmError::from)?;
        let fee = ProtocolFee::new(self.protocol_fee, self.protocol_fee).map_err(AmmError::from)?;
        pool.set_protocol_fee(fee).map_err(AmmError::from)?;
        let mut moved = LiquidityMoved { amounts: smallvec![0, 0], ..LiquidityMoved::default() };
        for RangeLiquidityParams { range, amounts } in &self.liquidity {
            let range = range.ticks(&pool, price, scale);
            let offered = units(&[amounts.0, amounts.1], tokens)?;
            let deposit = Deposit { owner: founder, range: Some(range), offered, least_liquidity: 1 };
            let more = pool.add_liquidity(&deposit, now)?;
            moved.amounts.iter_mut().zip(more.amounts).for_each(|(sum, more)| *sum += more);
        }
        Ok(Opened { pool: Pool::UniswapV3(Box::new(pool)), moved })
    }

    fn priced_by(&self, outside: f64) -> (&'static str, String) {
        ("price", format!("expected about {}, or no price at all", short(outside)))
    }
}
