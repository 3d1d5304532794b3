//! What anybody sees of goblins and their positions.

use super::GoblinCell;
use super::liquidatable::Ground;
use crate::chain::ids::{TokenId, WorkerId};
use crate::deployments::alpha_homora::rewards;
use crate::deployments::view::View;
use crate::protocol::farm::alpha_homora::Position;

impl View<'_, '_> {
    /// Returns what a goblin's positions stand on.
    pub fn ground(&self, goblin: &GoblinCell) -> Ground<'_> {
        let (bank, pool) = (self.protocols.bank(goblin.bank), self.protocols.pool(goblin.pool));
        Ground::new(bank, pool, self.protocols.farm(goblin.farm), self.clock.now())
    }

    /// Returns the two tokens that a goblin works with: the bank's base asset, and the one farmed with it.
    pub fn base_and_farmed(&self, goblin: WorkerId) -> [TokenId; 2] {
        let goblin = self.protocols.worker(goblin);
        let (pool, base_side) = (self.protocols.pool(goblin.pool), goblin.goblin.params().base_side);
        [pool.token(base_side), pool.token(base_side.other())]
    }

    /// Returns what a position's liquidity is worth outside, in whole numeraire tokens.
    pub fn assets_worth(&self, position: &Position) -> f64 {
        let goblin = self.protocols.worker(position.goblin.into());
        let (pool, farm) = (self.protocols.pool(goblin.pool), self.protocols.farm(goblin.farm));
        let liquidity = goblin.goblin.share_to_lp_down(position.goblin_share, rewards(farm)).unwrap_or(0);
        let pair = pool.pool.uniswap_v2();
        let part = liquidity as f64 / pair.total_supply() as f64;
        let reserves = pair.reserves();
        part * (self.worth(pool.tokens[0], reserves.token_0) + self.worth(pool.tokens[1], reserves.token_1))
    }
}
