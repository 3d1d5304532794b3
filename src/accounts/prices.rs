//! Prices at which a pool trades.

use crate::agents::view::View;
use crate::deployments::amm::PoolCell;
use crate::protocol::amm::Direction;

/// Returns a pool's marginal price: whole tokens 1 per whole token 0.
pub fn pool_price(sees: &View, cell: &PoolCell) -> f64 {
    let spot = cell.pool.amm().spot_price(Direction { pays: 0, takes: 1 }, sees.clock.now());
    spot * sees.tokens.get(cell.tokens[0]).one / sees.tokens.get(cell.tokens[1]).one
}
