//! What scenario files say of providers of liquidity, and how each is drawn.

use plimsoll_protocols::amm::PerToken;
use serde::Deserialize;
use smallvec::SmallVec;

use super::{Earnings, LiquidityProvider, State};
use crate::agents::awake::Wake;
use crate::agents::fitting::{amounts_worth, ticks_now};
use crate::agents::offer::{Offer, PatienceParams};
use crate::agents::population::{InitialBalances, NewAgent, Population, PopulationParams};
use crate::agents::schedule::{Entry, Exit, check_stay, stays};
use crate::agents::view::View;
use crate::chain::dice::Dice;
use crate::chain::distribution::Distribution;
use crate::chain::gas::GasSchedule;
use crate::chain::range::RangeParams;
use crate::chain::time::TimeSpan;
use crate::checks::Check;
use crate::checks::laws::{NOT_NEGATIVE, PART, POSITIVE, SHARE};
use crate::checks::names::{EntityKind, Use};
use crate::deployments::stakes::Stake;
use crate::reader::piece::Node;

/// A population of liquidity providers, as scenario files write it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LiquidityProviderParams {
    /// Its name in the data files. Its agents' dice depend on it: under another name others are drawn.
    pub name: String,
    /// How many agents; 1 by default.
    #[serde(default = "crate::agents::one")]
    pub count: u32,
    /// The pool whose liquidity it provides.
    pub pool: String,
    /// What is put in, worth in whole tokens of the numeraire; in the pool's tokens, as the pool takes them.
    pub capital: Distribution,
    /// Where it lies in a pool with ticks; everywhere by default.
    #[serde(default)]
    pub range: RangeParams,
    /// When a range is moved around the price again; never by default.
    #[serde(default)]
    pub recentre: Recentre,
    /// Over how long the fees that it expects must pay for moving a range; a day by default. The longer, the sooner it
    /// moves.
    #[serde(default = "a_day")]
    pub horizon: TimeSpan,
    /// How much less than quoted the trade for a new range may bring, 0 to 1; 0.01 by default. With 0 it reverts if the
    /// price moves against it.
    #[serde(default = "a_hundredth")]
    pub slippage: f64,
    /// When fees that are kept apart are collected; only with the liquidity by default.
    #[serde(default)]
    pub harvest: Option<HarvestParams>,
    /// What makes it take everything out; nothing by default.
    #[serde(default)]
    pub panic: Option<PanicParams>,
    /// When it enters; before the first block by default.
    #[serde(default)]
    pub entry: Entry,
    /// When it takes everything out, whatever happens; never by default.
    #[serde(default)]
    pub exit: Exit,
    /// Probability of looking at a block: with 1, the default, none is missed; near 0 it acts too late or never.
    #[serde(default = "crate::agents::always")]
    pub attention: Distribution,
    /// Priority fee, in gwei per unit of gas; 1 by default.
    #[serde(default = "crate::agents::tip")]
    pub tip: Distribution,
    /// How long it waits for block space, and what it pays for it; what it is about is its liquidity, or the fees that
    /// it collects.
    #[serde(default)]
    pub patience: PatienceParams,
    /// Whole native tokens on top of all else, to pay gas from: without enough it submits nothing. By default it buys gas
    /// as it uses it.
    #[serde(default)]
    pub gas_money: Option<Distribution>,
}

/// When a range is moved around the price again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum Recentre {
    /// Never.
    #[default]
    Never,
    /// When the price has left it.
    OutOfRange,
    /// Every so often.
    Every(TimeSpan),
}

/// When fees are collected, as scenario files write it.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HarvestParams {
    /// Time between two looks, more than 0.
    pub every: TimeSpan,
    /// How many times the gas of collecting they must be worth; 1 by default, with 0 whatever they are worth.
    #[serde(default = "once")]
    pub gas_multiple: f64,
    /// Whether they are put in again; they stay in the wallet by default.
    #[serde(default)]
    pub compound: bool,
}

/// What frightens a provider, as scenario files write it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PanicParams {
    /// Fall of one of the pool's tokens outside from which it takes everything out, between 0 and 1, as in 0.2.
    pub fall: Distribution,
    /// From where the fall is counted; from the price at entry by default.
    #[serde(default)]
    pub from: Mark,
}

/// From where a fall is counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum Mark {
    /// From the price at which it entered.
    #[default]
    Entry,
    /// From the highest price that it has seen since.
    Peak,
}

impl LiquidityProviderParams {
    /// Whether it ever sends a transaction.
    fn acts(&self) -> bool {
        let sits = self.recentre == Recentre::Never && self.harvest.is_none() && self.panic.is_none();
        !(stays(self.entry, self.exit) && sits)
    }

    /// What follows the price is written around it.
    fn recentred(&self, at: Node, check: &mut Check) {
        let around = matches!(self.range, RangeParams::Factor(_));
        if self.recentre != Recentre::Never && !around {
            let message = "this range cannot be moved around the price";
            let expected =
                "expected `range: Factor(1.1)`, from the price over 1.1 to the price times it, or no `recentre`";
            check.error(at.at("recentre").place(), message, expected);
        }
    }

    fn has_no_ranges(&self, at: Node, check: &mut Check) {
        let only_with_ranges = [
            ("range", self.range != RangeParams::Full, "its liquidity lies at all prices"),
            ("recentre", self.recentre != Recentre::Never, "its liquidity lies at all prices"),
            ("harvest", self.harvest.is_some(), "its fees stay in it and come out with the liquidity"),
        ];
        for (field, is_there, why) in only_with_ranges {
            if is_there {
                let message = format!("the pool `{}` has no ranges: {why}", self.pool);
                let expected = format!("expected no `{field}`, or a pool whose liquidity lies in ranges");
                check.error(at.at(field).place(), message, expected);
            }
        }
    }
}

fn a_day() -> TimeSpan {
    TimeSpan::seconds(86_400)
}

fn a_hundredth() -> f64 {
    0.01
}

fn once() -> f64 {
    1.0
}

impl PopulationParams for LiquidityProviderParams {
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
        vec![Use::new(at.at("pool"), EntityKind::POOL, &self.pool)]
    }

    fn check(&self, at: Node, check: &mut Check) {
        check.gas_law(at, "tip", &self.tip);
        self.patience.check(at, check);
        check.law(at, "capital", &self.capital, &POSITIVE);
        check.law(at, "attention", &self.attention, &SHARE);
        check_stay(at, self.entry, self.exit, check);
        let slippage = self.slippage;
        check.field(at, "slippage", slippage, (0.0..=1.0).contains(&slippage), "a share, 0 to 1");
        if let Some(panic) = &self.panic {
            check.law(at.at("panic"), "fall", &panic.fall, &PART);
        }
        if let Some(harvest) = self.harvest {
            let node = at.at("harvest");
            check.field(node, "every", harvest.every, harvest.every.ms > 0, "more, such as `\"1 d\"`");
            let multiple = harvest.gas_multiple;
            check.field(node, "gas_multiple", multiple, multiple >= NOT_NEGATIVE.least, "0 or more");
        }
        if let Recentre::Every(time) = self.recentre {
            let message = format!("moves its range every {time}");
            if time.ms == 0 {
                check.error(at.at("recentre").place(), message, "expected more, such as `Every(\"1 d\")`");
            }
        }
        let Some(pool) = check.declared.pool(&self.pool) else { return };
        match pool.tick_spacing() {
            Some(spacing) => {
                check.range(at.at("range"), self.range, spacing);
                self.recentred(at, check);
            }
            None => self.has_no_ranges(at, check),
        }
    }

    fn dearest(&self, gas: &GasSchedule) -> Option<(&'static str, u64)> {
        if !self.acts() {
            return None;
        }
        let gas = match self.recentre {
            Recentre::Never => gas.add_liquidity.max(gas.remove_liquidity),
            Recentre::OutOfRange | Recentre::Every(_) => gas.remove_liquidity + gas.swap + gas.add_liquidity,
        };
        Some(("add_liquidity", gas))
    }
}

impl Population for LiquidityProviderParams {
    type Agent = LiquidityProvider;

    fn draw(&self, sees: &View, dice: &mut Dice) -> NewAgent<LiquidityProvider> {
        let cell = sees.protocols.pool_named(&self.pool);
        let range = ticks_now(sees, cell, &self.range);
        let offered = amounts_worth(sees, cell, range, self.capital.sample(dice));
        let tip = self.tip.sample(dice);
        let offer = Offer::draw(&self.patience, tip, sees, dice);
        let panic = self.panic.as_ref().map(|panic| (panic.fall.sample(dice), panic.from));
        let entry = self.entry.wake(sees, dice);
        let enters = if let Some(Wake::At(block)) = entry { block } else { 0 };
        let leaves = match (self.exit.drawn(sees, dice), self.exit) {
            (Wake::At(stay), Exit::After(..)) => Some(enters + stay),
            (Wake::At(block), _) => Some(block),
            _ => None,
        };
        let after = |time: TimeSpan| enters + sees.clock.block_at(time);
        let mut agent = LiquidityProvider {
            pool: cell.id,
            to: cell.at,
            wishes: self.range,
            recentre: self.recentre,
            horizon: self.horizon,
            slippage: self.slippage,
            harvest: self.harvest,
            panic,
            attention: self.attention.sample(dice),
            offer,
            gas_money: 0,
            leaves,
            state: if entry.is_some() { State::Outside } else { State::Inside },
            waits: false,
            range,
            marks: SmallVec::new(),
            earnings: Earnings { collected: PerToken::from_elem(0, cell.tokens.len()), ..Earnings::default() },
            next_harvest: self.harvest.map_or(0, |harvest| after(harvest.every)),
            next_recentre: if let Recentre::Every(time) = self.recentre { after(time) } else { 0 },
        };
        agent.mark(sees);
        let own: InitialBalances = cell.tokens.iter().copied().zip(offered.iter().copied()).collect();
        if let Some(first) = entry {
            let initial_balances = own;
            return NewAgent { initial_balances, ..NewAgent::new(agent, first) };
        }
        let stake = Some((Stake::Liquidity { pool: cell.id, range, offered }, own));
        let first = agent.next_look(sees, dice);
        NewAgent { stake, ..NewAgent::new(agent, first) }
    }
}
