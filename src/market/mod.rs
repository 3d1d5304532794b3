//! What comes from outside the chain: price processes and how they move together, recorded series, shocks, demand for
//! block space, oracles.

pub mod background;
pub mod correlation;
pub mod foresight;
pub mod gas_price;
pub mod oracle;
pub mod price;
pub mod series;
pub mod shock;

use bevy_ecs::prelude::{ResMut, Resource};

use self::correlation::Correlation;
use self::foresight::Foresight;
use self::price::PriceProcess;
use self::shock::Shock;
use crate::chain::clock::Clock;
use crate::chain::ids::TokenId;
use crate::chain::state::ChainState;
use crate::chain::time::TimeSpan;

/// One token's price outside the chain, before anybody here trades.
#[derive(Debug, Clone)]
pub struct OutsidePrice {
    /// The token that it is of.
    pub token: TokenId,
    /// Without shocks.
    pub process: PriceProcess,
    /// Factors on the process's price; they multiply.
    pub shocks: Vec<Shock>,
    /// What the process says of the present block; the process itself may have been run ahead.
    pub fundamental: f64,
}

impl OutsidePrice {
    /// Returns the price so many milliseconds after the start of the run; times never fall from call to call.
    pub fn advance(&mut self, elapsed_ms: u64) -> f64 {
        let price = self.process.advance(elapsed_ms);
        if self.shocks.is_empty() { price } else { price * shock::factor(&self.shocks, elapsed_ms) }
    }
}

/// Every token's price outside the chain, in the order of their ids, and how far it has been run ahead.
#[derive(Debug, Clone, Resource)]
pub struct OutsidePrices(pub Vec<OutsidePrice>, pub Foresight);

impl OutsidePrices {
    /// Returns the last block before which no shock has moved a price that anybody could know; none if one moved the
    /// prices that the run begins with.
    pub fn last_block_before_shocks(&self, clock: &Clock) -> Option<u64> {
        let start_ms = self.0.iter().flat_map(|outside| &outside.shocks).map(Shock::start_ms).min()?;
        let first = clock.block_at(TimeSpan { ms: start_ms });
        first.checked_sub(self.1.horizon()).filter(|_| start_ms > 0)
    }

    /// Drops the shocks: the counterfactual run without any.
    pub fn remove_shocks(&mut self) {
        self.0.iter_mut().for_each(|outside| outside.shocks.clear());
    }
}

/// Moves the prices outside the chain to the block's time.
pub fn move_prices(
    mut correlation: ResMut<Correlation>,
    mut prices: ResMut<OutsidePrices>,
    mut chain: ResMut<ChainState>,
) {
    let ChainState { clock, venues, .. } = &mut *chain;
    let elapsed = clock.elapsed.ms;
    let OutsidePrices(prices, foresight) = &mut *prices;
    if foresight.is_wanted() {
        return foresight.look(clock, &mut correlation, prices, venues);
    }
    correlation.drive(prices, elapsed);
    for outside in prices {
        let price = outside.advance(elapsed);
        outside.fundamental = outside.process.price();
        venues.of_mut(outside.token).advance(elapsed, price);
    }
}
