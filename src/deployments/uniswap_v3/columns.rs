//! What a block's row says of the pools whose liquidity lies in ranges.

use plimsoll_protocols::amm::uniswap_v3::V3Pool;

use crate::deployments::amm::PoolCell;
use crate::deployments::amm::columns::PoolColumns;
use crate::deployments::columns::{Group, Moment};

columns! {
    /// Each Uniswap v3 pool, as `<pool>_...`, again.
    pub struct RangesColumns {
        /// Liquidity that covers the price.
        #[unit = "square root of the product of smallest units"]
        pub active_liquidity: f64,
        /// The tick whose liquidity that is.
        #[unit = "ticks"]
        pub tick: i32,
    }
}

impl Group for RangesColumns {
    type Of<'a> = (&'a PoolCell, &'a V3Pool);

    const KIND: &'static str = "pool";

    fn all<'a>(at: &'a Moment<'_, '_, '_>) -> impl Iterator<Item = Self::Of<'a>> {
        at.protocols.pools().filter_map(|cell| Some((cell, cell.pool.uniswap_v3()?)))
    }

    fn name(at: &Moment, (cell, _): Self::Of<'_>) -> String {
        PoolColumns::name(at, cell)
    }

    fn observe(_: &Moment, (_, pool): Self::Of<'_>) -> Self {
        Self { active_liquidity: pool.liquidity() as f64, tick: pool.tick() }
    }
}
