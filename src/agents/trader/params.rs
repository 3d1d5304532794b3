//! What scenario files say of traders.

use serde::Deserialize;

use super::{BILLION, Market, Mind, Temperament, Trader};
use crate::agents::offer::{Offer, PatienceParams};
use crate::agents::population::{Activity, NewAgent, Population, PopulationParams};
use crate::agents::route::TRADES;
use crate::agents::view::View;
use crate::chain::dice::Dice;
use crate::chain::distribution::Distribution;
use crate::chain::gas::GasSchedule;
use crate::checks::Check;
use crate::checks::declared::Declared;
use crate::checks::laws::{POSITIVE, SHARE};
use crate::checks::names::{EntityKind, Use};
use crate::reader::lacking::{Lack, missing};
use crate::reader::piece::Node;

/// A population of traders, as scenario files write it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TraderParams {
    /// Its name in the data files. Its agents' dice depend on it: under another name others are drawn.
    pub name: String,
    /// How many agents; 1 by default.
    #[serde(default = "crate::agents::one")]
    pub count: u32,
    /// The pool that it trades in.
    pub pool: String,
    /// Which two of the pool's tokens it trades, the first against the second; the pool's first two by default.
    #[serde(default)]
    pub pair: Option<(String, String)>,
    /// Why it trades; for reasons of its own by default.
    #[serde(default)]
    pub temperament: Temperament,
    /// Worth of a trade, in whole numeraire tokens, drawn for each; a whale's sizes stand in its temperament.
    #[serde(default)]
    pub size: Option<Distribution>,
    /// Probability that a trade buys the first token, for noise; a half by default, 1 only buys, 0 only sells.
    #[serde(default = "crate::agents::half")]
    pub buys: f64,
    /// How often it trades; once a block by default.
    #[serde(default)]
    pub pace: Pace,
    /// By which share a trade may pay less than the pool quoted when it was submitted, as in 0.005 for 0.5 %, drawn
    /// once for each trader: below, the transaction reverts. By default it accepts anything.
    #[serde(default)]
    pub slippage: Option<Distribution>,
    /// Worth of what it holds at the start, half in each of the two tokens, in whole numeraire tokens. A trade is
    /// cut to what it holds.
    pub capital: Distribution,
    /// Priority fee, in gwei per unit of gas; 1 by default.
    #[serde(default = "crate::agents::tip")]
    pub tip: Distribution,
    /// How long it waits for block space, and what it pays for it; what it is about is the trade.
    #[serde(default)]
    pub patience: PatienceParams,
    /// Whole native tokens on top of all else, to pay gas from: without enough it submits nothing. By default it buys gas
    /// as it uses it.
    #[serde(default)]
    pub gas_money: Option<Distribution>,
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

impl PopulationParams for TraderParams {
    fn name(&self) -> &str {
        &self.name
    }

    fn count(&self) -> u32 {
        self.count
    }

    fn gas_money(&self) -> Option<&Distribution> {
        self.gas_money.as_ref()
    }

    fn uses<'a, 'd>(&'d self, at: Node<'a>) -> Vec<Use<'a, 'd>> {
        let pair = self.pair.iter().flat_map(|(first, second)| {
            let node = at.at("pair");
            [(node.nth(0), first), (node.nth(1), second)].map(|(node, token)| Use::new(node, EntityKind::TOKEN, token))
        });
        pair.chain([Use::new(at.at("pool"), EntityKind::POOL, &self.pool)]).collect()
    }

    fn check(&self, at: Node, check: &mut Check) {
        check.gas_law(at, "tip", &self.tip);
        self.patience.check(at, check);
        check.law(at, "capital", &self.capital, &POSITIVE);
        check.field(at, "buys", self.buys, (0.0..=1.0).contains(&self.buys), "a probability, 0 to 1");
        if let Some(law) = &self.slippage {
            check.law(at, "slippage", law, &SHARE);
        }
        if let Pace::PerDay(times) = self.pace {
            check.field(at, "pace", times, times > 0.0, "more than 0 times a day");
        }
        self.check_size(at, check);
        self.temperament.check(at.at("temperament"), check);
        self.check_pair(at, check);
    }

    fn dearest(&self, gas: &GasSchedule) -> Option<(&'static str, u64)> {
        Some(("swap", gas.swap))
    }

    fn foresight(&self) -> u64 {
        match self.temperament {
            Temperament::Informed { blocks_ahead, .. } => blocks_ahead,
            _ => 0,
        }
    }

    fn does<'d>(&'d self, _declared: &Declared<'d>) -> Vec<Activity<'d>> {
        vec![Activity::of(TRADES, &self.pool)]
    }
}

impl Population for TraderParams {
    type Agent = Trader;

    fn draw(&self, sees: &View, dice: &mut Dice) -> NewAgent<Trader> {
        let pool = sees.protocols.pool_named(&self.pool);
        let tokens = match &self.pair {
            None => [pool.token_at(0), pool.token_at(1)],
            Some((first, second)) => [first, second].map(|name| sees.tokens.named(name)),
        };
        let buying = pool.direction(tokens[1], tokens[0]).expect("checked: the pool holds both tokens");
        let market = Market { pool: pool.id, tokens, buying };
        let worth = self.capital.sample(dice) / 2.0;
        let initial_balances = tokens.iter().map(|token| (*token, sees.units_worth(*token, worth))).collect();
        let pace = match self.pace {
            Pace::EveryBlock => None,
            Pace::PerDay(trades) => Some(trades * sees.clock.block_time.ms as f64 / 86_400_000.0),
        };
        let tip = self.tip.sample(dice);
        let offer = Offer::draw(&self.patience, tip, sees, dice);
        let mind = Mind::new(&self.temperament, self.buys);
        let mut agent = Trader { market, mind, size: self.size.clone(), pace, insists: None, offer };
        let first = agent.next(sees, dice);
        agent.insists = self.slippage.as_ref().map(|law| insists(law.sample(dice)));
        NewAgent { initial_balances, ..NewAgent::new(agent, first) }
    }
}

/// Returns how many billionths of a quote a tolerance leaves to insist on, rounded to the nearest.
fn insists(tolerance: f64) -> u128 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked: a tolerance is 0 to 1")]
    let kept = ((1.0 - tolerance) * BILLION as f64).round() as u128;
    kept
}

impl TraderParams {
    fn check_size(&self, at: Node, check: &mut Check) {
        match (&self.size, &self.temperament) {
            (None, Temperament::Whale(_)) => {}
            (Some(_), Temperament::Whale(_)) => {
                let expected = "expected no `size` beside `temperament: Whale(...)`, where its sizes stand";
                check.error(at.at("size").place(), "a whale draws no sizes", expected);
            }
            (None, _) => check.out.push(missing(at, &[Lack::of("size", "Fixed(100)")])),
            (Some(law), _) => check.law(at, "size", law, &POSITIVE),
        }
    }

    /// A pair is two different tokens that the pool holds.
    fn check_pair(&self, at: Node, check: &mut Check) {
        let (Some(pair), Some(pool)) = (&self.pair, check.declared.pool(&self.pool)) else { return };
        let at = at.at("pair");
        for (index, token) in [&pair.0, &pair.1].into_iter().enumerate() {
            if check.declared.lacks(pool, token) {
                let message = format!("the pool `{}` does not hold `{token}`", self.pool);
                check.error(at.nth(index).place(), message, "expected one of its tokens");
            }
        }
        if pair.0 == pair.1 {
            check.error(at.place(), format!("`{}` against itself", pair.0), "expected two tokens");
        }
    }
}
