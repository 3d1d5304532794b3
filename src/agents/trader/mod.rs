//! Buys and sells in a pool: for reasons of its own, after a trend, on knowledge, or by a plan.
//!
//! Sees: its wallet; prices as far as its temperament looks at them; the pool's quote, if it minds what it gets. Decides: a
//! side by its temperament, a size by a draw, cut to what it holds, and the least that it accepts: the quote less its
//! tolerance, or anything. Ignores: what others have submitted, and what its own trade does to the pool. It leaves a trade
//! whose gas costs more than it would pay.

mod params;
mod temperament;

use bevy_ecs::prelude::Component;
use plimsoll_math::mul_div_down;
use plimsoll_protocols::amm::Direction;
use smallvec::smallvec;

use super::Agent;
use super::awake::Wake;
use super::offer::Offer;
use super::outbox::Outbox;
use super::view::View;
use crate::chain::dice::Dice;
use crate::chain::distribution::Distribution;
use crate::chain::families::amm::Swap;
use crate::chain::ids::{PoolId, TokenId};
use crate::chain::transaction::AmountIn;
pub use params::{Pace, TraderParams};
use temperament::{Mind, Wish};
pub use temperament::{Temperament, Watched, WhaleTrade};

/// A trader.
#[derive(Debug, Clone, PartialEq, Component)]
pub struct Trader {
    market: Market,
    mind: Mind,
    size: Option<Distribution>,
    /// Trades per block; none trades in every block.
    pace: Option<f64>,
    /// How many billionths of a quote it insists on; none accepts anything.
    insists: Option<u128>,
    offer: Offer,
}

/// What a tolerance is counted in.
const BILLION: u128 = 1_000_000_000;

/// Two tokens of a pool, the first against the second.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Market {
    pool: PoolId,
    tokens: [TokenId; 2],
    /// From the second token to the first.
    buying: Direction,
}

impl Market {
    fn way(self, buys: bool) -> Direction {
        if buys { self.buying } else { self.buying.reversed() }
    }

    /// Returns what the first token costs in the pool, in smallest units of the second per smallest unit.
    fn pool_price(self, sees: &View) -> f64 {
        sees.protocols.pool(self.pool).pool.amm().spot_price(self.buying.reversed(), sees.clock.now())
    }

    /// Returns what the first token costs outside, in whole second tokens.
    fn price_outside(self, sees: &View) -> f64 {
        let [first, second] = self.tokens.map(|token| sees.venues.price(token));
        first / second
    }

    /// Returns what the first token will cost outside in so many blocks, in whole second tokens, if what trades have done to
    /// the venue's price stays.
    fn foreseen(self, sees: &View, blocks_ahead: u64) -> f64 {
        let price = |token| {
            let venue = sees.venues.of(token);
            sees.venues.outside_price_ahead(token, blocks_ahead) * venue.price() / venue.outside_price()
        };
        let [first, second] = self.tokens.map(price);
        first / second
    }

    /// Returns which way to trade, and how much can be paid until the pool's price after its fee is within `edge` of `price`,
    /// in whole second tokens per whole first token; none if it is.
    fn gap(self, sees: &View, price: f64, edge: f64) -> Option<(Direction, u128)> {
        let [first, second] = self.tokens.map(|token| sees.tokens.get(token).one);
        let price = price * second / first;
        let pool = sees.protocols.pool(self.pool).pool.amm();
        let offers = [(self.buying, (1.0 + edge) / price), (self.buying.reversed(), price * (1.0 + edge))];
        let depth = |(direction, least): (Direction, f64)| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates, as a wish may")]
            let units = pool.depth_to(direction, least, sees.clock.now()) as u128;
            (units > 0).then_some((direction, units))
        };
        offers.into_iter().find_map(depth)
    }
}

impl Agent for Trader {
    fn decide(&mut self, sees: &View, out: &mut Outbox) -> Wake {
        let mut dice = sees.dice(out.me().who);
        if let Some(wish) = self.mind.wish(sees, self.market, self.size.as_ref(), &mut dice) {
            self.trade(sees, wish, out);
        }
        self.next(sees, &mut dice)
    }
}

impl Trader {
    fn trade(&self, sees: &View, Wish { direction, worth, most }: Wish, out: &mut Outbox) {
        let pool = self.market.pool;
        let cell = sees.protocols.pool(pool);
        let paid = cell.token_at(direction.pays);
        let amount = sees.units_worth(paid, worth).min(most).min(sees.ledger.balance(out.me().account, paid));
        if amount == 0 {
            return;
        }
        match self.offer.bid(sees, sees.worth(paid, amount), sees.gas.schedule.swap) {
            Some(bid) => {
                // What the pool does not quote it will refuse as well.
                let quote = || cell.pool.amm().quote_exact_in(direction, amount, sees.clock.now()).unwrap_or(0);
                let least = |insists| mul_div_down(quote(), insists, BILLION).expect("it is a part of the quote");
                let (amount_in, least_out) = (AmountIn::Exact(amount), self.insists.map_or(0, least));
                out.submit(smallvec![Swap { direction, amount_in, least_out }.of(cell.at)], bid);
            }
            None => out.priced_out(),
        }
    }

    /// Returns when it trades next: gaps of a Poisson process are exponential.
    fn next(&self, sees: &View, dice: &mut Dice) -> Wake {
        match (&self.mind, self.pace) {
            (Mind::Whale(orders), _) => orders.last().map_or(Wake::Never, |(block, _)| Wake::At(*block)),
            (_, None) => Wake::NextBlock,
            (_, Some(per_block)) => Wake::At(sees.clock.blocks_later(dice.exponential() / per_block)),
        }
    }
}
