//! Marginal prices of underlying coins: floats, for decisions and never for a balance.

use super::{BASE_TOKEN, MetaPool, underlying::Place};
use crate::amm::curve::{CurveError, StableSwap};

impl MetaPool {
    /// Returns the marginal price before fees: smallest units of the underlying coin `coin_out` per smallest unit of
    /// `coin_in`. It is not a number while a pool is empty.
    pub fn spot_price_underlying<const B: usize>(
        &self,
        base: &StableSwap<B>,
        coin_in: usize,
        coin_out: usize,
        now: u64,
    ) -> f64 {
        self.price_through(base, coin_in, coin_out, now).unwrap_or(f64::NAN)
    }

    fn price_through<const B: usize>(
        &self,
        base: &StableSwap<B>,
        coin_in: usize,
        coin_out: usize,
        now: u64,
    ) -> Result<f64, CurveError> {
        let pool = self.pool_at(base, now)?;
        Ok(match (Place::of::<B>(coin_in)?, Place::of::<B>(coin_out)?) {
            (Place::Meta, Place::Meta) => 1.0,
            (Place::Base(coin_in), Place::Base(coin_out)) => base.spot_price(coin_in, coin_out, now),
            (Place::Meta, Place::Base(coin_out)) => {
                pool.spot_price(0, BASE_TOKEN, now) * base.liquidity_price(coin_out, now)
            }
            (Place::Base(coin_in), Place::Meta) => {
                pool.spot_price(BASE_TOKEN, 0, now) / base.liquidity_price(coin_in, now)
            }
        })
    }
}
