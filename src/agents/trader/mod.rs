//! Buys and sells in a pool: for reasons of its own, after a trend, on knowledge, or by a plan.
//!
//! Sees: its wallet; prices as far as its temperament looks at them; the pool's quote, if it minds what it gets. Decides: a
//! side by its temperament, a size by a draw, cut to what it holds, and the least that it accepts: the quote less its
//! tolerance, or anything. Ignores: what others have submitted, and what its own trade does to the pool. It leaves a trade
//! whose gas costs more than it would pay.

mod temperament;

use bevy_ecs::prelude::Component;
use serde::Deserialize;
use smallvec::smallvec;

use super::Agent;
use super::awake::Wake;
use super::offer::{Offer, PatienceParams};
use super::outbox::Outbox;
use super::population::{Drawn, Population};
use super::view::View;
use crate::chain::dice::Dice;
use crate::chain::distribution::Distribution;
use crate::chain::ids::{PoolId, TokenId};
use crate::chain::transaction::{Action, AmountIn};
use crate::math::mul_div_down;
use crate::protocol::amm::Direction;
use temperament::{Mind, Wish};
pub use temperament::{Order, Temperament, Watched};

/// A population of traders, as scenario files write it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TraderParams {
    /// What the population is called.
    pub name: String,
    /// How many.
    #[serde(default = "super::one")]
    pub count: u32,
    /// The pool.
    pub pool: String,
    /// Which two of the pool's tokens it trades, the first against the second; the pool's first two by default.
    #[serde(default)]
    pub pair: Option<(String, String)>,
    /// Why it trades.
    #[serde(default)]
    pub temperament: Temperament,
    /// Worth of a trade, in the numeraire; a whale's sizes stand in its temperament.
    #[serde(default)]
    pub size: Option<Distribution>,
    /// Probability that a trade buys the first token; for noise.
    #[serde(default = "super::half")]
    pub buys: f64,
    /// How often it trades.
    #[serde(default)]
    pub pace: Pace,
    /// By which share a trade may pay less than the pool quoted when it was submitted, as in 0.005 for 0.5 %, drawn once
    /// for each trader: below, the transaction reverts. By default it accepts anything.
    #[serde(default)]
    pub slippage: Option<Distribution>,
    /// Worth of its purse at the start, half in each of the two tokens, in the numeraire.
    pub capital: Distribution,
    /// Priority fee, in gwei per unit of gas.
    #[serde(default = "super::tip")]
    pub tip: Distribution,
    /// How long it waits for block space, and what it pays for it; what it is about is the trade.
    #[serde(default)]
    pub patience: PatienceParams,
    /// Whole native tokens to pay gas from.
    #[serde(default = "super::gas_money")]
    pub gas_money: Distribution,
}

/// How often a trader trades.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
pub enum Pace {
    /// Once a block.
    #[default]
    EveryBlock,
    /// At random, this many times a day on average.
    PerDay(f64),
}

impl TraderParams {
    /// Returns how many blocks ahead it knows prices.
    pub fn foresight(&self) -> u64 {
        match self.temperament {
            Temperament::Informed { blocks_ahead, .. } => blocks_ahead,
            _ => 0,
        }
    }
}

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
        match self.offer.bid(sees, || sees.worth(paid, amount), sees.gas.schedule.swap) {
            Some(bid) => {
                // What the pool does not quote it will refuse as well.
                let quote = || cell.pool.amm().quote_exact_in(direction, amount, sees.clock.now()).unwrap_or(0);
                let least = |insists| mul_div_down(quote(), insists, BILLION).expect("it is a part of the quote");
                let (amount_in, least_out) = (AmountIn::Exact(amount), self.insists.map_or(0, least));
                out.submit(smallvec![Action::Swap { pool, direction, amount_in, least_out }], bid);
            }
            None => out.give_up(),
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

impl Population for TraderParams {
    type Agent = Trader;

    fn name(&self) -> &str {
        &self.name
    }

    fn count(&self) -> u32 {
        self.count
    }

    fn draw(&self, sees: &View, dice: &mut Dice) -> Drawn<Trader> {
        let pool = sees.protocols.pool_named(&self.pool);
        let tokens = match &self.pair {
            None => [pool.token_at(0), pool.token_at(1)],
            Some((first, second)) => [first, second].map(|name| sees.tokens.named(name)),
        };
        let buying = pool.direction(tokens[1], tokens[0]).expect("checked: the pool holds both tokens");
        let market = Market { pool: pool.id, tokens, buying };
        let worth = self.capital.sample(dice) / 2.0;
        let purse = tokens.iter().map(|token| (*token, sees.units_worth(*token, worth))).collect();
        let pace = match self.pace {
            Pace::EveryBlock => None,
            Pace::PerDay(trades) => Some(trades * sees.clock.block_time.ms as f64 / 86_400_000.0),
        };
        let tip = self.tip.sample(dice);
        let offer = Offer::draw(&self.patience, tip, sees, dice);
        let mind = Mind::new(&self.temperament, self.buys);
        let mut agent = Trader { market, mind, size: self.size.clone(), pace, insists: None, offer };
        let first = agent.next(sees, dice);
        let gas_money = self.gas_money.sample(dice);
        agent.insists = self.slippage.as_ref().map(|law| insists(law.sample(dice)));
        Drawn { agent, purse, gas_money, first, stake: None }
    }
}

/// Returns how many billionths of a quote a tolerance leaves to insist on, rounded to the nearest.
fn insists(tolerance: f64) -> u128 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked: a tolerance is 0 to 1")]
    let kept = ((1.0 - tolerance) * BILLION as f64).round() as u128;
    kept
}
