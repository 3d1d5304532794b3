//! What anybody sees of goblins and their positions.

use plimsoll_protocols::farm::alpha_homora::Position;

use super::GoblinCell;
use super::liquidatable::FarmState;
use crate::chain::ids::{PositionId, TokenId, WorkerId};
use crate::deployments::alpha_homora::rewards;
use crate::deployments::leveraged_farm::{FarmHealth, FarmShare};
use crate::deployments::view::View;

impl View<'_, '_> {
    /// Returns the contracts that decide about a goblin's positions, as they are now.
    pub fn farm_state(&self, goblin: &GoblinCell) -> FarmState<'_> {
        let (bank, pool) = (self.protocols.bank(goblin.bank), self.protocols.pool(goblin.pool));
        FarmState::new(bank, pool, self.protocols.farm(goblin.farm), self.clock.now())
    }

    /// Returns the two tokens that a goblin works with: the bank's base asset, and the one farmed with it.
    pub fn base_and_farmed(&self, goblin: WorkerId) -> [TokenId; 2] {
        let goblin = self.protocols.worker(goblin);
        let (pool, base_side) = (self.protocols.pool(goblin.pool), goblin.goblin.params().base_side);
        [pool.token(base_side), pool.token(base_side.other())]
    }

    /// Returns what a position owes and what its collateral carries, exactly as its bank would find them; none if it owes
    /// nothing.
    pub fn farm_health(&self, worker: WorkerId, position: PositionId) -> Option<FarmHealth> {
        let cell = self.protocols.worker(worker);
        let (debt, health) = self.farm_state(cell).debt_and_health(&cell.goblin, position)?;
        let kill_factor = f64::from(cell.goblin.params().kill_factor_bps) / 10_000.0;
        Some(FarmHealth { debt, health, kill_factor })
    }

    /// Returns what whoever reinvests a worker's rewards would get now, in whole numeraire tokens.
    pub fn reinvest_bounty(&self, worker: WorkerId) -> f64 {
        let cell = self.protocols.worker(worker);
        let farm = self.protocols.farm(cell.farm);
        let waiting = rewards(farm).earned(cell.account, self.clock.now()).unwrap_or(0);
        self.worth(farm.reward, waiting) * f64::from(cell.goblin.params().reinvest_bounty_bps) / 10_000.0
    }

    /// Returns which part of its goblin's pool a position's liquidity is, 0 to 1, and the goblin.
    fn part_of_pool(&self, position: &Position) -> (f64, &GoblinCell) {
        let goblin = self.protocols.worker(position.goblin.into());
        let (pool, farm) = (self.protocols.pool(goblin.pool), self.protocols.farm(goblin.farm));
        let liquidity = goblin.goblin.share_to_lp_down(position.goblin_share, rewards(farm)).unwrap_or(0);
        (liquidity as f64 / pool.pool.uniswap_v2().total_supply() as f64, goblin)
    }

    /// Returns every position's part of what its goblin has staked, bank by bank; not those that have none.
    pub fn farm_shares(&self) -> impl Iterator<Item = FarmShare> {
        let banks = self.protocols.banks();
        let rows = banks.flat_map(|bank| (1..).map(PositionId).zip(bank.bank.positions()).map(move |row| (bank, row)));
        rows.filter(|(_, (_, row))| row.goblin_share > 0).map(|(bank, (position, row))| {
            let (part, goblin) = self.part_of_pool(row);
            let pair = self.protocols.pool(goblin.pool).pool.uniswap_v2();
            let (base, farmed) = pair.reserves().starting_with(goblin.goblin.params().base_side);
            FarmShare {
                key: bank.key(goblin.id, position),
                owner: row.owner,
                worker: goblin.id,
                share: row.goblin_share,
                claim: [part * base as f64, part * farmed as f64],
            }
        })
    }

    /// Returns what a position's liquidity is worth outside, in whole numeraire tokens.
    pub fn assets_worth(&self, position: &Position) -> f64 {
        let (part, goblin) = self.part_of_pool(position);
        let pool = self.protocols.pool(goblin.pool);
        let reserves = pool.pool.uniswap_v2().reserves();
        part * (self.worth(pool.tokens[0], reserves.token_0) + self.worth(pool.tokens[1], reserves.token_1))
    }
}
