//! What a scenario says of a pool of coins that should be worth the same.

use plimsoll_math::Decimal;
use plimsoll_protocols::amm::curve::{CurvePool, Fees, StableSwap, StableSwapParams, Template};
use plimsoll_protocols::amm::{AmmError, Pool};
use serde::Deserialize;
use smallvec::SmallVec;

use super::super::Protocol;
use super::super::amm::{
    OpenError, Opened, PoolSpec, Traded, founded, named, part, priced_by_reserves, reserves, units,
};
use crate::chain::ids::AccountId;
use crate::chain::time::TimeSpan;
use crate::checks::Check;
use crate::checks::declared::DeclaredPool;
use crate::reader::piece::At;

/// A Curve pool of two or three coins that should be worth the same.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Its name in the scenario, and the beginning of its columns.
    pub name: String,
    /// Its tokens; its price is what one of the first costs in the second.
    pub tokens: Vec<String>,
    /// What it holds before anybody joins, in whole tokens of each.
    pub reserves: Vec<Decimal>,
    /// The amplification A, as the contract's `A()` tells it: near 1 the pool is close to one of constant product, the
    /// greater, the longer it keeps its coins at one price.
    pub amplification: u32,
    /// Where A goes, and when it is there, from the start of the run; a day at least.
    #[serde(default)]
    pub ramp: Option<(u32, TimeSpan)>,
    /// Swap fee in basis points; 4 by default.
    #[serde(default = "default_fee_bps")]
    pub fee_bps: f64,
    /// Part of the fees that goes to the pool's owner; half by default, as deployed.
    #[serde(default = "default_admin_fee")]
    pub admin_fee: f64,
    /// Whose rules it follows, where the deployed pools differ; those of 3pool by default.
    #[serde(default)]
    pub rules: Rules,
}

/// Whose rules a Curve pool follows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum Rules {
    /// `StableSwap3Pool` and `StableSwapHBTC`.
    #[default]
    ThreePool,
    /// `StableSwapSTETH`.
    Steth,
}

fn default_fee_bps() -> f64 {
    4.0
}

fn default_admin_fee() -> f64 {
    0.5
}

impl Protocol for Params {}

impl DeclaredPool for Params {
    fn name(&self) -> &str {
        &self.name
    }

    fn tokens(&self) -> SmallVec<[&str; 3]> {
        named(&self.tokens)
    }
}

impl PoolSpec for Params {
    fn check(&self, at: At, check: &mut Check) {
        let (node, Self { tokens, amplification, ramp, fee_bps, admin_fee, .. }) = (at.node, self);
        if !(2..=3).contains(&tokens.len()) {
            let message = format!("a Curve pool of {} coins", tokens.len());
            check.error(node.at("tokens").place(), message, "expected two or three");
        }
        reserves(at, &self.reserves, tokens, check);
        let inside = |a: u32| (1..1_000_000).contains(&a);
        check.field(node, "amplification", amplification, inside(*amplification), "1 to 999999");
        check.field(node, "fee_bps", fee_bps, (0.0..=5_000.0).contains(fee_bps), "0 to 5000 basis points");
        check.field(node, "admin_fee", admin_fee, (0.0..=1.0).contains(admin_fee), "0 to 1");
        let Some((to, after)) = ramp else { return };
        let fine = inside(*to) && *to <= amplification.saturating_mul(10) && *amplification <= to.saturating_mul(10);
        if !fine {
            let message = format!("A goes from {amplification} to {to}");
            check.error(node.at("ramp").nth(0).place(), message, "expected a change of at most tenfold");
        }
        if after.ms < 86_400_000 {
            let message = "a ramp of less than a day";
            check.error(node.at("ramp").nth(1).place(), message, "expected at least \"1 day\", as in the contract");
        }
    }

    fn open(&self, tokens: &[Traded], founder: AccountId, now: u64) -> Result<Opened, OpenError> {
        let template = match self.rules {
            Rules::ThreePool => Template::ThreePool,
            Rules::Steth => Template::Steth,
        };
        let fees = Fees { fee: part(self.fee_bps / 1e4, 1e10), admin_fee: part(self.admin_fee, 1e10) };
        let amplification = u128::from(self.amplification);
        let mut pool = match tokens {
            [a, b] => CurvePool::Two(coins([a.decimals, b.decimals], template, amplification, fees)?),
            [a, b, c] => CurvePool::Three(coins([a.decimals, b.decimals, c.decimals], template, amplification, fees)?),
            other => panic!("the check refuses a Curve pool of {} coins", other.len()),
        };
        if let Some((to, after)) = self.ramp {
            pool.ramp_a(u128::from(to), now + after.ms / 1_000, now).map_err(AmmError::from)?;
        }
        founded(Pool::Curve(Box::new(pool)), founder, units(&self.reserves, tokens)?, now)
    }

    fn priced_by(&self, outside: f64) -> (&'static str, String) {
        priced_by_reserves(outside)
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
