//! What scenario files say of arbitrageurs.

use serde::Deserialize;
use smallvec::{SmallVec, smallvec};

use super::{Arbitrageur, Flash, Way, circle, ways_to_the_venue};
use crate::agents::awake::Wake;
use crate::agents::offer::check_hurry;
use crate::agents::population::{NewAgent, Population, PopulationParams};
use crate::agents::view::View;
use crate::chain::dice::Dice;
use crate::chain::distribution::Distribution;
use crate::chain::gas::GasSchedule;
use crate::chain::ids::TokenId;
use crate::checks::Check;
use crate::checks::laws::{ANY, POSITIVE, SHARE};
use crate::checks::names::{EntityKind, Use};
use crate::deployments::amm::PoolCell;
use crate::reader::piece::Node;

/// A population of arbitrageurs, as scenario files write it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArbitrageurParams {
    /// Its name in the data files. Its agents' dice depend on it: under another name others are drawn.
    pub name: String,
    /// How many agents; 1 by default.
    #[serde(default = "crate::agents::one")]
    pub count: u32,
    /// The pool that it trades in.
    pub pool: String,
    /// What the pool's price is held against: `Venue`, the external one, by default.
    #[serde(default)]
    pub between: Between,
    /// The lending market whose flash loans it takes where its capital does not suffice; none by default.
    #[serde(default)]
    pub flash: Option<String>,
    /// What it can put into one trade, in whole numeraire tokens. It is held in the numeraire, or, where the pools'
    /// circle does not pass that, in the circle's first token.
    pub capital: Distribution,
    /// It acts for a gain after gas above this, in whole numeraire tokens; 0 by default.
    #[serde(default = "crate::agents::nothing")]
    pub min_profit: Distribution,
    /// Probability of looking at a block: with 1, the default, none is missed; near 0 it acts too late or never.
    #[serde(default = "crate::agents::always")]
    pub attention: Distribution,
    /// Share of the gain after base fee that it offers as priority fee, 0 to 1, drawn for each transaction.
    pub bid_share: Distribution,
    /// The most that it offers as priority fee, in gwei per unit of gas; no limit by default.
    #[serde(default)]
    pub tip_cap: Option<f64>,
    /// How many blocks a transaction may wait to be taken, its first included; 2 by default.
    #[serde(default = "crate::agents::arbitrage_expiry")]
    pub expiry: u64,
    /// Whole native tokens on top of all else, to pay gas from: without enough it submits nothing. By default it buys gas
    /// as it uses it.
    #[serde(default)]
    pub gas_money: Option<Distribution>,
}

/// What a pool's price is held against.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub enum Between {
    /// The external venue.
    #[default]
    Venue,
    /// Another pool, for every two tokens that both hold.
    Pool(String),
    /// The way through two more pools: out of the pool into the first, from there into the second, and back.
    Cycle(String, String),
}

impl PopulationParams for ArbitrageurParams {
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
        let node = at.at("between");
        let others = match &self.between {
            Between::Venue => vec![],
            Between::Pool(other) => vec![other],
            Between::Cycle(second, third) => vec![second, third],
        };
        let pools = others.into_iter().map(|pool| Use::new(node, EntityKind::POOL, pool));
        let flash = self.flash.iter().map(|market| Use::new(at.at("flash"), EntityKind::LENDING, market));
        pools.chain(flash).chain([Use::new(at.at("pool"), EntityKind::POOL, &self.pool)]).collect()
    }

    fn check(&self, at: Node, check: &mut Check) {
        check.law(at, "capital", &self.capital, &POSITIVE);
        check.law(at, "min_profit", &self.min_profit, &ANY);
        check.law(at, "attention", &self.attention, &SHARE);
        check.law(at, "bid_share", &self.bid_share, &SHARE);
        check_hurry(at, self.tip_cap, self.expiry, check);
        let Some(start) = self.start_of_rounds(at, check) else { return };
        let market = self.flash.as_ref().and_then(|name| check.declared.lending(name));
        if let Some(market) = market {
            check.flash_loans(at.at("flash"), market.name(), "expected another market, or none");
        }
        if let Some(market) = market.filter(|market| !market.names().iter().any(|(token, _)| *token == start)) {
            let message = format!("the market `{}` has no `{start}`, which these start from", market.name());
            check.error(at.at("flash").place(), message, "expected a market that lends it");
        }
    }

    fn dearest(&self, gas: &GasSchedule) -> Option<(&'static str, u64)> {
        let further = match self.between {
            Between::Venue => 0,
            Between::Pool(_) => 1,
            Between::Cycle(..) => 2,
        };
        let lent = if self.flash.is_some() { gas.flash_loan } else { 0 };
        Some(("swap", gas.swap + further * gas.further_swap + lent))
    }
}

impl Population for ArbitrageurParams {
    type Agent = Arbitrageur;

    fn draw(&self, sees: &View, dice: &mut Dice) -> NewAgent<Arbitrageur> {
        let (start, ways) = self.ways(sees);
        let capital = self.capital.sample(dice);
        let capital = if start == sees.tokens.numeraire {
            sees.tokens.units(start, capital)
        } else {
            sees.units_worth(start, capital)
        };
        let flash = self.flash.as_ref().map(|name| {
            let cell = sees.protocols.lending_named(name);
            Flash {
                market: cell.id,
                to: cell.at,
                asset: cell.place_of(start).expect("checked: the market has the asset"),
            }
        });
        let agent = Arbitrageur {
            ways,
            start,
            flash,
            min_profit: self.min_profit.sample(dice),
            attention: self.attention.sample(dice),
            bid_share: self.bid_share.clone(),
            tip_cap: self.tip_cap.map_or(u128::MAX, |gwei| sees.gwei(gwei)),
            expiry: self.expiry,
        };
        let initial_balances = smallvec![(start, capital)];
        NewAgent { initial_balances, ..NewAgent::new(agent, Wake::NextBlock) }
    }
}

impl ArbitrageurParams {
    /// Returns the token that an arbitrageur starts from; its pools must make a circle.
    fn start_of_rounds<'d>(&self, at: Node, check: &mut Check<'d>) -> Option<&'d str> {
        let numeraire = check.declared.numeraire?;
        let others: Vec<&str> = match &self.between {
            Between::Venue => return Some(numeraire),
            Between::Pool(other) => vec![other],
            Between::Cycle(second, third) => vec![second, third],
        };
        let names: Vec<&str> = std::iter::once(self.pool.as_str()).chain(others).collect();
        let between = at.at("between").place();
        if let Some(twice) = names.iter().enumerate().find(|(place, name)| names[..*place].contains(name)) {
            check.error(between, format!("the pool `{}` comes twice", twice.1), "expected another pool");
            return None;
        }
        let pools = names.iter().map(|name| check.declared.pool(name)).collect::<Option<Vec<_>>>()?;
        let tokens: Vec<Vec<&str>> = pools.iter().map(|pool| pool.tokens().into_vec()).collect();
        if !tokens.iter().all(|tokens| check.declared.knows(tokens)) {
            return None;
        }
        let tokens: Vec<&[&str]> = tokens.iter().map(|tokens| &tokens[..]).collect();
        let start = circle::start(&circle::circles(&tokens), numeraire);
        if start.is_none() {
            let message = format!("no circle of tokens leads through `{}`", names.join("`, `"));
            check.error(between, message, "expected pools of which each shares a token with the one before, the first with the last, all different");
        }
        start
    }

    /// Returns what it starts from, and where it looks.
    fn ways(&self, sees: &View) -> (TokenId, SmallVec<[Way; 1]>) {
        let cell = sees.protocols.pool_named(&self.pool);
        let others = match &self.between {
            Between::Venue => return (sees.tokens.numeraire, ways_to_the_venue(sees, cell)),
            Between::Pool(other) => vec![other],
            Between::Cycle(second, third) => vec![second, third],
        };
        let others = others.into_iter().map(|name| sees.protocols.pool_named(name));
        let cells: Vec<&PoolCell> = std::iter::once(cell).chain(others).collect();
        let (start, rounds) = circle::rounds(sees, &cells);
        (start, rounds.into_iter().map(Way::Round).collect())
    }
}
