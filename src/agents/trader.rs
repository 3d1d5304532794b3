//! Noise: buys and sells for reasons of its own.
//!
//! Sees: its wallet. Decides: a side by a coin, a size by a draw, cut to what it holds. Ignores: every price, so it
//! accepts whatever the pool pays. It leaves a trade whose gas costs more than it would pay.

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
use crate::chain::ids::PoolId;
use crate::chain::transaction::{Action, AmountIn};
use crate::protocol::amm::{Direction, Side};

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
    /// Worth of a trade, in the numeraire.
    pub size: Distribution,
    /// Probability that a trade buys the pool's first token.
    #[serde(default = "super::half")]
    pub buys: f64,
    /// How often it trades.
    #[serde(default)]
    pub pace: Pace,
    /// Worth of its purse at the start, half in each of the pool's tokens, in the numeraire.
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

/// A noise trader.
#[derive(Debug, Clone, PartialEq, Component)]
pub struct Trader {
    pool: PoolId,
    size: Distribution,
    buys: f64,
    /// Trades per block; none trades in every block.
    pace: Option<f64>,
    offer: Offer,
}

impl Agent for Trader {
    fn decide(&mut self, sees: &View, out: &mut Outbox) -> Wake {
        let mut dice = sees.dice(out.me().who);
        let direction = Direction::from(if dice.chance(self.buys) { Side::OneForZero } else { Side::ZeroForOne });
        let paid = sees.protocols.pool(self.pool).token_at(direction.pays);
        let wanted = sees.units_worth(paid, self.size.sample(&mut dice));
        let amount = wanted.min(sees.ledger.balance(out.me().account, paid));
        if amount > 0 {
            match self.offer.bid(sees, || sees.worth(paid, amount), sees.schedule.swap) {
                Some(bid) => {
                    let amount_in = AmountIn::Exact(amount);
                    out.submit(smallvec![Action::Swap { pool: self.pool, direction, amount_in, least_out: 0 }], bid);
                }
                None => out.give_up(),
            }
        }
        self.next(sees, &mut dice)
    }
}

impl Trader {
    /// Returns when it trades next: gaps of a Poisson process are exponential.
    fn next(&self, sees: &View, dice: &mut Dice) -> Wake {
        match self.pace {
            None => Wake::NextBlock,
            Some(per_block) => Wake::At(sees.clock.blocks_later(dice.exponential() / per_block)),
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
        let worth = self.capital.sample(dice) / 2.0;
        let purse = pool.tokens.iter().map(|token| (*token, sees.units_worth(*token, worth))).collect();
        let pace = match self.pace {
            Pace::EveryBlock => None,
            Pace::PerDay(trades) => Some(trades * sees.clock.block_time.ms as f64 / 86_400_000.0),
        };
        let tip = self.tip.sample(dice);
        let offer = Offer::draw(&self.patience, tip, sees, dice);
        let agent = Trader { pool: pool.id, size: self.size.clone(), buys: self.buys, pace, offer };
        let first = agent.next(sees, dice);
        Drawn { agent, purse, gas_money: self.gas_money.sample(dice), first, stake: None }
    }
}
