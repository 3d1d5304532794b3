//! What `events.csv` says of pools.

use plimsoll_protocols::amm::{Direction, Traded};

use crate::chain::event::Sandwich;
use crate::chain::families::amm::LiquidityAt;
use crate::chain::ids::PoolId;
use crate::deployments::events::EventRow;
use crate::deployments::view::View;

words! {
    /// What happened in a pool.
    pub enum Kind {
        /// A swap in a pool that was a call of its own: what another protocol swaps stands in the row of its call.
        Swap = "swap",
        /// Liquidity was added to a pool.
        AddLiquidity = "add_liquidity",
        /// Liquidity was removed from a pool, with what it earned where that is kept apart.
        RemoveLiquidity = "remove_liquidity",
        /// What liquidity between two ticks earned was collected.
        CollectFees = "collect_fees",
        /// A searcher took a swap of somebody else's between two of its own, whose rows stand before this one.
        Sandwich = "sandwich",
    }
}

fn name<'a>(row: &mut EventRow<'a>, sees: &'a View, pool: PoolId) {
    row.pool = Some(&sees.protocols.directory.pools[pool.index()].name);
}

/// Tells a swap.
pub(crate) fn swapped<'a>(row: &mut EventRow<'a>, sees: &'a View, (pool, way): (PoolId, Direction), traded: Traded) {
    let cell = sees.protocols.pool(pool);
    row.tell(Kind::Swap.word(), Kind::Swap.word());
    row.paid(sees, (cell.token_at(way.pays), traded.amount_in));
    row.got(sees, (cell.token_at(way.takes), traded.amount_out));
    name(row, sees, pool);
}

/// Tells liquidity that came.
pub(crate) fn liquidity_added<'a>(row: &mut EventRow<'a>, sees: &'a View, at: &LiquidityAt) {
    row.tell(Kind::AddLiquidity.word(), Kind::AddLiquidity.word());
    liquidity(row, sees, at);
}

/// Tells liquidity that left.
pub(crate) fn liquidity_removed<'a>(row: &mut EventRow<'a>, sees: &'a View, at: &LiquidityAt) {
    let kind = if at.moved.liquidity == 0 { Kind::CollectFees } else { Kind::RemoveLiquidity };
    row.tell(kind.word(), kind.word());
    liquidity(row, sees, at);
}

fn liquidity<'a>(row: &mut EventRow<'a>, sees: &'a View, at: &LiquidityAt) {
    let cell = sees.protocols.pool(at.pool);
    let worth = |amounts: &[u128]| {
        cell.tokens.iter().zip(amounts).map(|(token, units)| sees.worth(*token, *units)).sum::<f64>()
    };
    name(row, sees, at.pool);
    row.value_numeraire = Some(worth(&at.moved.amounts));
    row.fees_numeraire = (!at.moved.fees.is_empty()).then(|| worth(&at.moved.fees));
    row.tick_lower = at.range.map(|range| range.lower);
    row.tick_upper = at.range.map(|range| range.upper);
}

/// Tells a swap between two others.
pub(crate) fn sandwiched<'a>(row: &mut EventRow<'a>, sees: &'a View, at: &Sandwich) {
    let cell = sees.protocols.pool(at.pool);
    let (paid, bought) = (cell.token_at(at.direction.pays), cell.token_at(at.direction.takes));
    row.tell(Kind::Sandwich.word(), "bundle");
    name(row, sees, at.pool);
    row.paid(sees, (paid, at.paid));
    row.got(sees, (paid, at.returned));
    row.prize = Some(sees.amount(paid, at.returned.saturating_sub(at.paid)));
    row.token_lost = Some(&sees.tokens.get(bought).name);
    row.lost = Some(sees.amount(bought, at.alone.saturating_sub(at.got)));
}
