//! Oracles: where they look, when they tell another price.

mod average;
mod params;

use bevy_ecs::prelude::{ResMut, Resource};

use self::average::TimeWeighted;
use crate::chain::clock::Clock;
use crate::chain::ids::{PoolId, TokenId};
use crate::chain::oracles::{Feed, to_wad};
use crate::chain::state::ChainState;
use crate::chain::time::TimeSpan;
use crate::chain::tokens::Tokens;
use crate::chain::venues::Venues;
use crate::deployments::amm::PoolCell;
use crate::deployments::deployed::Protocols;
pub use params::{OracleParams, PublishParams, SourceParams, UpdateParams};

/// A feed's sources, with what it remembers of them.
#[derive(Debug, Clone)]
pub struct Observer {
    sources: Vec<(f64, Source)>,
    update: Update,
    instant: bool,
}

#[derive(Debug, Clone)]
enum Source {
    Outside,
    Spot(PoolId),
    TimeWeighted(PoolId, TimeWeighted),
}

#[derive(Debug, Clone, Copy)]
enum Update {
    EveryBlock,
    Deviation { threshold: f64, heartbeat: TimeSpan },
    Delayed { by: TimeSpan, next_ms: u64, seen_wad: u128 },
}

/// Every feed's observer, in the order of the feeds.
#[derive(Debug, Clone, Default, Resource)]
pub struct Observers(pub Vec<Observer>);

/// Lets every feed look; those that tell at once do, for the others what is due is noted.
pub fn observe_prices(mut chain: ResMut<ChainState>, protocols: Protocols, mut observers: ResMut<Observers>) {
    let ChainState { clock, tokens, venues, oracles, .. } = &mut *chain;
    for (observer, feed) in observers.0.iter_mut().zip(&mut oracles.0) {
        observer.look(feed, clock, tokens, venues, &protocols);
    }
}

impl Observer {
    /// An observer for a feed that has its first answer; `pool` finds a pool by its name.
    pub fn new(params: &OracleParams, feed: &Feed, pool: impl Fn(&str) -> PoolId) -> Self {
        let whole: f64 = params.sources.iter().map(|(weight, _)| weight).sum();
        let source = |source: &SourceParams| match source {
            SourceParams::Outside => Source::Outside,
            SourceParams::Spot(name) => Source::Spot(pool(name)),
            SourceParams::TimeWeighted { pool: name, window } => {
                Source::TimeWeighted(pool(name), TimeWeighted::new(window.ms))
            }
        };
        let update = match params.update {
            UpdateParams::EveryBlock => Update::EveryBlock,
            UpdateParams::Deviation { threshold, heartbeat } => Update::Deviation { threshold, heartbeat },
            UpdateParams::Delayed(by) => Update::Delayed { by, next_ms: 0, seen_wad: feed.answer_wad },
        };
        Self {
            sources: params.sources.iter().map(|(weight, at)| (weight / whole, source(at))).collect(),
            update,
            instant: params.publish == PublishParams::Instant,
        }
    }

    /// Looks for a feed at the block's beginning.
    pub fn look(&mut self, feed: &mut Feed, clock: &Clock, tokens: &Tokens, venues: &Venues, protocols: &Protocols) {
        let (token, elapsed_ms, now) = (feed.token, clock.elapsed.ms, clock.now());
        let sees = |pool: PoolId| {
            let cell = protocols.pool(pool);
            spot(cell, token, tokens, venues, now)
        };
        let price: f64 = self
            .sources
            .iter_mut()
            .map(|(weight, source)| *weight * source.price(venues.price(token), elapsed_ms, sees))
            .sum();
        if let Some(price_wad) = self.update.tells(to_wad(price), feed, elapsed_ms, now) {
            if self.instant { feed.publish(price_wad, now) } else { feed.due_wad = Some(price_wad) }
        }
    }
}

impl Source {
    fn price(&mut self, outside: f64, elapsed_ms: u64, spot: impl Fn(PoolId) -> f64) -> f64 {
        match self {
            Self::Outside => outside,
            Self::Spot(pool) => spot(*pool),
            Self::TimeWeighted(pool, average) => average.observe(elapsed_ms, spot(*pool)),
        }
    }
}

impl Update {
    /// Returns the price to tell, if there is another to tell, now that the sources say `price_wad`.
    fn tells(&mut self, price_wad: u128, feed: &Feed, elapsed_ms: u64, now: u64) -> Option<u128> {
        match self {
            Self::EveryBlock => Some(price_wad),
            Self::Deviation { threshold, heartbeat } => {
                let moved = (price_wad as f64 / feed.answer_wad as f64 - 1.0).abs() >= *threshold;
                let old = now.saturating_sub(feed.answered_at) * 1_000 >= heartbeat.ms;
                (moved || old).then_some(price_wad)
            }
            Self::Delayed { by, next_ms, seen_wad } => {
                if elapsed_ms < *next_ms {
                    return None;
                }
                *next_ms = elapsed_ms - elapsed_ms % by.ms + by.ms;
                Some(std::mem::replace(seen_wad, price_wad))
            }
        }
    }
}

/// Returns what a token costs in a pool, in whole numeraire tokens: in the pool's first other token, taken at its outside
/// price.
fn spot(cell: &PoolCell, token: TokenId, tokens: &Tokens, venues: &Venues, now: u64) -> f64 {
    let other = cell.tokens.iter().copied().find(|held| *held != token).expect("a pool holds two tokens");
    let direction = cell.direction(token, other).expect("checked: the pool holds the feed's token");
    let units = cell.pool.amm().spot_price(direction, now);
    units * tokens.get(token).one / tokens.get(other).one * venues.price(other)
}
