//! What a scenario says of a pool of tokens with weights.

use plimsoll_math::{Decimal, DecimalError};
use plimsoll_protocols::amm::balancer::{TokenParams, WeightedPool, WeightedPoolParams};
use plimsoll_protocols::amm::{AmmError, LiquidityMoved, Pool};
use serde::Deserialize;
use smallvec::SmallVec;

use super::super::Protocol;
use super::super::amm::{
    OpenError, Opened, PoolSpec, Traded, named, one_for_each, part, priced_by_reserves, reserves, units,
};
use crate::chain::ids::AccountId;
use crate::checks::Check;
use crate::checks::declared::DeclaredPool;
use crate::reader::piece::At;

/// A Balancer pool of two to eight tokens with weights.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Its name in the scenario, and the beginning of its columns.
    pub name: String,
    /// Its tokens; its price is what one of the first costs in the second.
    pub tokens: Vec<String>,
    /// Each token's part of the pool's worth, as in "0.8"; they sum to one.
    pub weights: Vec<Decimal>,
    /// What it holds before anybody joins, in whole tokens of each.
    pub reserves: Vec<Decimal>,
    /// Swap fee in basis points; 30 by default.
    #[serde(default = "default_fee_bps")]
    pub fee_bps: f64,
    /// Part of the swap fees that goes to the protocol, at most 0.5; none by default.
    #[serde(default)]
    pub protocol_fee: f64,
}

fn default_fee_bps() -> f64 {
    30.0
}

impl Params {
    fn check_weights(&self, at: At, check: &mut Check) {
        let (node, weights) = (at.node.at("weights"), &self.weights);
        one_for_each(node, "weights", weights.len(), self.tokens.len(), check);
        for (place, weight) in weights.iter().enumerate().filter(|(_, weight)| weight.to_f64() < 0.01) {
            let message = format!("a weight of {weight}");
            check.error(node.nth(place).place(), message, "expected at least 0.01, as in the contract");
        }
        let sum = weights.iter().try_fold(0_u128, |sum, weight| sum.checked_add(weight.to_units(18).ok()?));
        if sum != Some(10_u128.pow(18)) {
            let sum: f64 = weights.iter().map(|weight| weight.to_f64()).sum();
            let message = format!("the weights sum to {sum}");
            check.error(node.place(), message, "expected 1, with at most 18 decimals each");
        }
    }
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
        let (node, Self { tokens, fee_bps, protocol_fee, .. }) = (at.node, self);
        if !(2..=8).contains(&tokens.len()) {
            let message = format!("a weighted pool of {} tokens", tokens.len());
            check.error(node.at("tokens").place(), message, "expected two to eight");
        }
        reserves(at, &self.reserves, tokens, check);
        self.check_weights(at, check);
        check.field(node, "fee_bps", fee_bps, (0.01..=1_000.0).contains(fee_bps), "0.01 to 1000 basis points");
        check.field(node, "protocol_fee", protocol_fee, (0.0..=0.5).contains(protocol_fee), "0 to 0.5");
    }

    fn open(&self, tokens: &[Traded], _founder: AccountId, _now: u64) -> Result<Opened, OpenError> {
        let weighted = |(weight, token): (&Decimal, &Traded)| {
            let weight_wad = u64::try_from(weight.to_units(18)?).unwrap_or(u64::MAX);
            Ok(TokenParams { decimals: token.decimals, weight_wad })
        };
        let params = WeightedPoolParams {
            tokens: self.weights.iter().zip(tokens).map(weighted).collect::<Result<_, DecimalError>>()?,
            swap_fee_wad: wad(self.fee_bps / 1e4),
            protocol_fee_wad: wad(self.protocol_fee),
        };
        let mut pool = WeightedPool::new(&params).map_err(AmmError::from)?;
        let joined = pool.initialize(&units(&self.reserves, tokens)?).map_err(AmmError::from)?;
        let moved = LiquidityMoved {
            amounts: joined.paid[..tokens.len()].into(),
            liquidity: joined.bpt,
            locked: joined.locked,
            ..LiquidityMoved::default()
        };
        Ok(Opened { pool: Pool::Balancer(Box::new(pool)), moved })
    }

    fn priced_by(&self, outside: f64) -> (&'static str, String) {
        priced_by_reserves(outside)
    }
}

/// Returns a share with 18 decimals: exact to twelve digits, which is finer than a basis point's millionth.
fn wad(share: f64) -> u64 {
    u64::try_from(part(share, 1e12)).map_or(u64::MAX, |part| part.saturating_mul(1_000_000))
}
