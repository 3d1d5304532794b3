//! What decisions read of a pool: floats.

mod slope;

use super::amm::coins;
use super::{CurvePool, FEE_DENOMINATOR, StableSwap};
use crate::amm::{AmmDecisions, Direction};

impl AmmDecisions for CurvePool {
    fn size(&self, now: u64) -> Option<f64> {
        each!(self, pool => AmmDecisions::size(pool, now))
    }

    fn spot_price(&self, direction: Direction, now: u64) -> f64 {
        each!(self, pool => AmmDecisions::spot_price(pool, direction, now))
    }

    fn price_moves_with_time(&self) -> bool {
        each!(self, pool => AmmDecisions::price_moves_with_time(pool))
    }

    fn fee(&self) -> f64 {
        each!(self, pool => AmmDecisions::fee(pool))
    }

    fn depth_to(&self, direction: Direction, price: f64, now: u64) -> f64 {
        each!(self, pool => AmmDecisions::depth_to(pool, direction, price, now))
    }

    fn takes_any_proportion(&self) -> bool {
        each!(self, pool => AmmDecisions::takes_any_proportion(pool))
    }
}

impl<const N: usize> AmmDecisions for StableSwap<N> {
    /// The contract's D. A ramp of the amplification moves it as well.
    fn size(&self, now: u64) -> Option<f64> {
        Some(self.market(now).map_or(0.0, |market| market.d() as f64))
    }

    fn spot_price(&self, direction: Direction, now: u64) -> f64 {
        let (coin_in, coin_out) = coins(direction);
        StableSwap::spot_price(self, coin_in, coin_out, now)
    }

    /// While its amplification is on its way.
    fn price_moves_with_time(&self) -> bool {
        true
    }

    fn fee(&self) -> f64 {
        self.fees.fee as f64 / FEE_DENOMINATOR as f64
    }

    fn depth_to(&self, direction: Direction, price: f64, now: u64) -> f64 {
        let (coin_in, coin_out) = coins(direction);
        self.depth_to_price(coin_in, coin_out, price / (1.0 - AmmDecisions::fee(self)), now).unwrap_or(0.0)
    }

    fn takes_any_proportion(&self) -> bool {
        true
    }
}
