//! What agents see: the chain as the block found it, and the prices outside. Read-only by type.

use std::ops::Deref;

use bevy_ecs::prelude::Res;
use bevy_ecs::system::SystemParam;

use crate::chain::dice::{Dice, Who};
use crate::chain::event::Sandwich;
use crate::chain::gas::gwei_to_units;
use crate::chain::ids::{GoblinId, TokenId};
use crate::chain::state::ChainState;
use crate::deployments::alpha_homora::GoblinCell;
use crate::deployments::alpha_homora::liquidatable::Ground;
use crate::deployments::deployed::Protocols;
use crate::deployments::liquidatable::LiquidatableList;
use crate::protocol::farm::alpha_homora::Position;

/// What agents see.
#[derive(SystemParam)]
pub struct View<'w, 's> {
    chain: Res<'w, ChainState>,
    /// What may be liquidated.
    pub liquidatable: Res<'w, LiquidatableList>,
    /// Pools, farms, banks and goblins.
    pub protocols: Protocols<'w, 's>,
}

impl Deref for View<'_, '_> {
    type Target = ChainState;

    fn deref(&self) -> &ChainState {
        &self.chain
    }
}

impl View<'_, '_> {
    /// Returns an agent's dice in this block.
    pub fn dice(&self, who: Who) -> Dice {
        Dice::new(self.clock.seed, who, self.clock.block)
    }

    /// Returns what an amount of a token is worth outside, in whole numeraire tokens.
    pub fn worth(&self, token: TokenId, units: u128) -> f64 {
        units as f64 / self.tokens.get(token).one * self.venues.price(token)
    }

    /// Returns what a sandwich took from its victim, in whole numeraire tokens.
    pub fn sandwich_lost(&self, at: &Sandwich) -> f64 {
        let bought = self.protocols.pool(at.pool).token_at(at.direction.takes);
        self.worth(bought, at.alone.saturating_sub(at.got))
    }

    /// Returns what a sandwich brought its searcher before gas, in whole numeraire tokens.
    pub fn sandwich_gained(&self, at: &Sandwich) -> f64 {
        let paid = self.protocols.pool(at.pool).token_at(at.direction.pays);
        self.worth(paid, at.returned) - self.worth(paid, at.paid)
    }

    /// Returns how many smallest units of a token are worth so much of the numeraire outside, rounded down.
    pub fn units_worth(&self, token: TokenId, numeraire: f64) -> u128 {
        self.tokens.units(token, numeraire / self.venues.price(token))
    }

    /// Returns what `gas` costs at the base fee, in whole numeraire tokens.
    pub fn gas_worth(&self, gas: u64) -> f64 {
        self.worth(self.tokens.native, self.gas.base_fee) * gas as f64
    }

    /// Returns the priority fee that spends so much of the numeraire on `gas`, in the native token's smallest units
    /// per unit of gas; zero for a loss.
    pub fn priority_fee(&self, numeraire: f64, gas: u64) -> u128 {
        self.units_worth(self.tokens.native, numeraire / gas as f64)
    }

    /// Returns a fee of so many gwei in the native token's smallest units.
    pub fn gwei(&self, gwei: f64) -> u128 {
        gwei_to_units(gwei, self.tokens.get(self.tokens.native).decimals)
    }

    /// Returns what a goblin's positions stand on.
    pub fn ground(&self, goblin: &GoblinCell) -> Ground<'_> {
        let (bank, pool) = (self.protocols.bank(goblin.bank), self.protocols.pool(goblin.pool));
        Ground::new(bank, pool, self.protocols.farm(goblin.farm), self.clock.now())
    }

    /// Returns the two tokens that a goblin works with: the bank's base asset, and the one farmed with it.
    pub fn legs(&self, goblin: GoblinId) -> [TokenId; 2] {
        let goblin = self.protocols.goblin(goblin);
        let (pool, base_side) = (self.protocols.pool(goblin.pool), goblin.goblin.params().base_side);
        [pool.token(base_side), pool.token(base_side.other())]
    }

    /// Returns what a position's liquidity is worth outside, in whole numeraire tokens.
    pub fn assets_worth(&self, position: &Position) -> f64 {
        let goblin = self.protocols.goblin(position.goblin);
        let (pool, farm) = (self.protocols.pool(goblin.pool), self.protocols.farm(goblin.farm));
        let liquidity = goblin.goblin.share_to_lp_down(position.goblin_share, &farm.farm).unwrap_or(0);
        let pair = pool.pool.uniswap_v2();
        let part = liquidity as f64 / pair.total_supply() as f64;
        let reserves = pair.reserves();
        part * (self.worth(pool.tokens[0], reserves.token_0) + self.worth(pool.tokens[1], reserves.token_1))
    }
}
