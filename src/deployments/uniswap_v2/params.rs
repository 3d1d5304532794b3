//! What a scenario says of a pair.

use plimsoll_math::Decimal;
use plimsoll_protocols::amm::uniswap_v2::{FEE_BPS, Pair, ProtocolFee};
use plimsoll_protocols::amm::{AmmError, Pool};
use serde::Deserialize;
use smallvec::SmallVec;

use super::super::Protocol;
use super::super::amm::{OpenError, Opened, PoolSpec, Traded, founded, pair, short, units};
use crate::chain::ids::AccountId;
use crate::checks::Check;
use crate::checks::declared::DeclaredPool;
use crate::reader::piece::At;

/// The contract keeps reserves in 112 bits.
const MOST_RESERVE: u128 = (1 << 112) - 1;

/// A constant-product pair.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Its name in the scenario, and the beginning of its columns.
    pub name: String,
    /// Its two tokens; its price is what one of the first costs in the second.
    pub tokens: (String, String),
    /// What it holds before anybody joins, in whole tokens of each.
    pub reserves: (Decimal, Decimal),
    /// Swap fee in basis points; 30 by default, as in the contract.
    #[serde(default = "default_fee_bps")]
    pub fee_bps: u16,
    /// Whether a sixth of the fees goes to the protocol; off by default, as deployed.
    #[serde(default)]
    pub protocol_fee: bool,
}

fn default_fee_bps() -> u16 {
    FEE_BPS
}

impl Protocol for Params {}

impl DeclaredPool for Params {
    fn name(&self) -> &str {
        &self.name
    }

    fn tokens(&self) -> SmallVec<[&str; 3]> {
        pair(&self.tokens)
    }

    fn pair_fee_bps(&self) -> Option<u16> {
        Some(self.fee_bps)
    }
}

impl PoolSpec for Params {
    fn check(&self, at: At, check: &mut Check) {
        let Self { tokens, reserves, fee_bps, .. } = self;
        check.field(at.node, "fee_bps", fee_bps, *fee_bps < 10_000, "less than 10000 basis points");
        for (side, token, reserve) in [(0, &tokens.0, reserves.0), (1, &tokens.1, reserves.1)] {
            let node = at.node.at("reserves").nth(side);
            let units = check.positive_amount(node, reserve, token);
            if let Some(units) = units.filter(|units| *units > MOST_RESERVE) {
                let message = format!("{units} smallest units of `{token}` are more than a Uniswap V2 pool can hold");
                check.error(node.place(), message, format!("expected at most {MOST_RESERVE}, which is 2^112 - 1"));
            }
        }
    }

    fn open(&self, tokens: &[Traded], founder: AccountId, now: u64) -> Result<Opened, OpenError> {
        let protocol_fee = if self.protocol_fee { ProtocolFee::On } else { ProtocolFee::Off };
        let pair = Pair::new(self.fee_bps, protocol_fee).map_err(AmmError::from)?;
        founded(Pool::UniswapV2(pair), founder, units(&[self.reserves.0, self.reserves.1], tokens)?, now)
    }

    fn priced_by(&self, outside: f64) -> (&'static str, String) {
        let Self { tokens, reserves, .. } = self;
        let reserve = short(reserves.0.to_f64() * outside);
        ("reserves", format!("expected about {reserve} `{}` for {} `{}`", tokens.1, reserves.0, tokens.0))
    }
}
