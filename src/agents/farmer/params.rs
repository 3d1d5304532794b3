//! What scenario files say of farmers.

use serde::Deserialize;
use smallvec::smallvec;

use super::defence::DefenceParams;
use super::{Defence, Farmer, Rebalance, State, earlier};
use crate::agents::awake::Wake;
use crate::agents::offer::{Offer, PatienceParams};
use crate::agents::population::{Activity, InitialBalances, NewAgent, Population, PopulationParams, fitting};
use crate::agents::schedule::{Entry, Exit, check_stay, stays};
use crate::agents::view::View;
use crate::chain::dice::Dice;
use crate::chain::distribution::Distribution;
use crate::chain::gas::GasSchedule;
use crate::chain::ids::WorkerId;
use crate::chain::time::TimeSpan;
use crate::checks::Check;
use crate::checks::declared::Declared;
use crate::checks::laws::{ANY, Allowed, NOT_NEGATIVE, POSITIVE};
use crate::checks::names::Use;
use crate::deployments::alpha_homora::GOBLIN;
use crate::deployments::stakes::Stake;
use crate::reader::piece::Node;

/// A population of farmers, as scenario files write it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FarmerParams {
    /// Its name in the data files. Its agents' dice depend on it: under another name others are drawn.
    pub name: String,
    /// How many agents; 1 by default.
    #[serde(default = "crate::agents::one")]
    pub count: u32,
    /// The goblin through which it farms.
    pub goblin: String,
    /// Own capital, in whole tokens of the bank's base asset. Capital and leverage of who would owe less than the bank's
    /// `min_debt`, and something, are drawn again, up to a hundred times.
    pub capital: Distribution,
    /// Assets over own capital: 3 borrows twice the capital, 1 borrows nothing.
    pub leverage: Distribution,
    /// When it enters; before the first block by default.
    #[serde(default)]
    pub entry: Entry,
    /// How a position is opened by transaction.
    #[serde(default)]
    pub open: Opening,
    /// When it closes its position; never by default.
    #[serde(default)]
    pub exit: Exit,
    /// How it closes its position.
    #[serde(default)]
    pub close: Closing,
    /// How it keeps its leverage; not at all by default.
    #[serde(default)]
    pub rebalance: Option<RebalanceParams>,
    /// What it does when its health is low; nothing by default.
    #[serde(default)]
    pub defence: Option<DefenceParams>,
    /// Priority fee, in gwei per unit of gas; 1 by default.
    #[serde(default = "crate::agents::tip")]
    pub tip: Distribution,
    /// How long it waits for block space, and what it pays for it; what it is about is its own capital.
    #[serde(default)]
    pub patience: PatienceParams,
    /// Whole native tokens on top of all else, to pay gas from: without enough it submits nothing. By default it buys gas
    /// as it uses it.
    #[serde(default)]
    pub gas_money: Option<Distribution>,
}

/// Somebody has debts at a bank.
pub const BORROWS_FROM_BANK: &str = "borrows from a bank";

/// Somebody farms through a goblin.
pub const FARMS: &str = "farms";

/// How a farmer opens its position by transaction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
pub enum Opening {
    /// All in the base asset; the strategy swaps what it needs.
    #[default]
    BaseOnly,
    /// This share of its own capital in the farmed token, the rest in the base asset.
    TwoSides(f64),
}

/// How a farmer closes its position.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum Closing {
    /// Sells the farmed token for the base asset.
    #[default]
    Liquidate,
    /// Sells only what the debt asks for and keeps the rest.
    MinimizeTrading,
}

/// How a farmer keeps its leverage.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RebalanceParams {
    /// Time between two looks.
    pub every: TimeSpan,
    /// By what share its leverage may be off the one it was drawn with, less than 1: with 0 it acts whenever it looks.
    pub band: f64,
    /// Base asset that it keeps to put in, as a share of its own capital and on top of it.
    pub reserve: Distribution,
    /// The most that the gas may cost, as a share of what is moved, as in 0.01: with 0 it never acts where gas costs
    /// anything.
    pub gas_share: f64,
}

impl RebalanceParams {
    fn check(&self, at: Node, check: &mut Check) {
        let Self { every, band, reserve, gas_share } = self;
        check.some_time(at, "every", *every, "1 h");
        check.field(at, "band", band, (0.0..1.0).contains(band), "0 or more and less than 1, as in 0.1 for 10 %");
        check.law(at, "reserve", reserve, &NOT_NEGATIVE);
        check.field(at, "gas_share", gas_share, *gas_share >= 0.0, "0 or more, as in 0.01 for 1 %");
    }
}

impl PopulationParams for FarmerParams {
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
        vec![Use::new(at.at("goblin"), GOBLIN, &self.goblin)]
    }

    fn check(&self, at: Node, check: &mut Check) {
        check.gas_law(at, "tip", &self.tip);
        self.patience.check(at, check);
        if let Some(params) = &self.rebalance {
            params.check(at.at("rebalance"), check);
        }
        if let Some(params) = &self.defence {
            params.check(at.at("defence"), check);
        }
        check.law(at, "capital", &self.capital, &POSITIVE);
        let allowed = self.allowed_leverage(&check.declared);
        check.law(at, "leverage", &self.leverage, &allowed);
        if let Opening::TwoSides(share) = self.open {
            check.field(at, "open", share, (0.0..=1.0).contains(&share), "a share, 0 to 1");
        }
        check_stay(at, self.entry, self.exit, check);
    }

    fn dearest(&self, gas: &GasSchedule) -> Option<(&'static str, u64)> {
        let acts = !stays(self.entry, self.exit) || self.rebalance.is_some() || self.defence.is_some();
        acts.then_some(("work", gas.work))
    }

    fn does<'d>(&'d self, declared: &Declared<'d>) -> Vec<Activity<'d>> {
        let bank = declared.farming(&self.goblin).map(|farming| Activity::of(BORROWS_FROM_BANK, farming.bank));
        bank.into_iter().chain([Activity::of(FARMS, &self.goblin)]).collect()
    }
}

impl Population for FarmerParams {
    type Agent = Farmer;

    fn draw(&self, sees: &View, dice: &mut Dice) -> NewAgent<Farmer> {
        let worker = sees.protocols.worker_named(&self.goblin);
        let bank = sees.protocols.bank(worker.bank);
        let (base, to) = (bank.base, bank.at);
        let least = bank.bank.params().min_debt;
        let own = |dice: &mut Dice| (self.capital.sample(dice), self.leverage.sample(dice));
        let debt_of = |(own, leverage): &(f64, f64)| sees.tokens.units(base, own * (leverage - 1.0));
        let ((own, leverage), is_redrawn) = fitting(dice, own, |drawn| {
            let debt = debt_of(drawn);
            debt == 0 || debt >= least
        });
        let tip = self.tip.sample(dice);
        let first = self.entry.wake(sees, dice);
        let (equity, debt) = (sees.tokens.units(base, own), debt_of(&(own, leverage)));
        let (capital, balances) = self.balances(sees, worker.id, equity);
        let mut agent = Farmer {
            worker: worker.id,
            to,
            close: self.close,
            offer: Offer::draw(&self.patience, tip, sees, dice),
            exit: self.exit,
            leaves: Wake::Never,
            rebalance: None,
            defence: None,
            capital,
            loan: debt,
            leverage,
            state: State::Outside,
        };
        let mut drawn = if let Some(first) = first {
            NewAgent { initial_balances: balances, ..NewAgent::new(agent, first) }
        } else {
            agent.state = State::Opening;
            agent.leaves = self.exit.drawn(sees, dice);
            let stake = Some((Stake::Position { worker: worker.id, equity, debt }, balances));
            NewAgent { stake, ..NewAgent::new(agent, agent.leaves) }
        };
        (drawn.leverage, drawn.is_redrawn) = (Some(leverage), is_redrawn);
        if let Some(params) = &self.rebalance {
            let RebalanceParams { every, band, gas_share, .. } = *params;
            drawn.agent.rebalance = Some(Rebalance { every, band, gas_share });
            drawn.initial_balances.push((base, sees.tokens.units(base, own * params.reserve.sample(dice))));
            if drawn.stake.is_some() {
                // Each looks at its own moment, as people do.
                let look = Wake::At(sees.clock.block_at(TimeSpan { ms: below(every.ms, dice) }));
                drawn.first = earlier(look, drawn.first);
            }
        }
        if let Some(params) = &self.defence {
            let (defence, aside) = Defence::draw(params, dice);
            drawn.agent.defence = Some(defence);
            drawn.initial_balances.push((base, sees.tokens.units(base, own * aside)));
            if drawn.stake.is_some() {
                let look = Wake::At(dice.blocks_until(defence.attention) - 1);
                drawn.first = earlier(look, drawn.first);
            }
        }
        drawn
    }
}

/// Draws a whole number below another.
fn below(limit: u64, dice: &mut Dice) -> u64 {
    let product = u128::from(dice.bits()) * u128::from(limit);
    u64::try_from(product >> 64).expect("it is below a number of 64 bits")
}

impl FarmerParams {
    /// Returns the leverage that its goblin lets it have.
    fn allowed_leverage(&self, declared: &Declared) -> Allowed {
        let most = declared.farming(&self.goblin).and_then(|farming| farming.most);
        let why = most.map(|(factor, _)| {
            format!(
                "the work factor {factor} allows no more after the pool's fee, and less to a large position; leave room"
            )
        });
        Allowed { least: 1.0, most: most.map_or(f64::INFINITY, |(_, leverage)| leverage), why, ..ANY }
    }

    /// Splits own capital into the base asset and the farmed token at outside prices.
    fn balances(&self, sees: &View, worker: WorkerId, equity: u128) -> ((u128, u128), InitialBalances) {
        let worker = sees.protocols.worker(worker);
        let base = sees.protocols.bank(worker.bank).base;
        let pool = sees.protocols.pool(worker.pool);
        let Opening::TwoSides(share) = self.open else { return ((equity, 0), smallvec![(base, equity)]) };
        let farmed_token = pool.token(pool.side_of(base).expect("a goblin's pool holds the base asset").other());
        let farmed = sees.units_worth(farmed_token, sees.worth(base, equity) * share);
        let kept = sees.units_worth(base, sees.worth(base, equity) * (1.0 - share));
        ((kept, farmed), smallvec![(base, kept), (farmed_token, farmed)])
    }
}
