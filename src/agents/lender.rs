//! Supplies a lending market, and runs when it is frightened.
//!
//! Sees: its asset's utilisation, what its debtors owe and nobody will pay, and the asset's price outside. Decides:
//! withdraws everything when one of them passes what it can bear, or when its time is over; of what is lent out it
//! takes what is idle, and comes back for the rest. A withdrawal beyond the market's cash reverts, and it waits until
//! there is some again. Ignores: rates.

use bevy_ecs::prelude::Component;
use plimsoll_protocols::lending::Part;
use serde::Deserialize;
use smallvec::smallvec;

use super::Agent;
use super::awake::Wake;
use super::outbox::Outbox;
use super::population::{InitialBalances, NewAgent, Population, PopulationParams};
use super::schedule::{Entry, Exit, PATIENCE, check_stay, stays};
use super::view::View;
use crate::chain::dice::Dice;
use crate::chain::distribution::Distribution;
use crate::chain::event::{Event, EventKind};
use crate::chain::families::lending::LendingCall;
use crate::chain::gas::GasSchedule;
use crate::chain::ids::{DeploymentId, LendingId, TokenId};
use crate::chain::transaction::AmountIn;
use crate::checks::Check;
use crate::checks::laws::{NOT_NEGATIVE, POSITIVE, SHARE};
use crate::checks::names::{EntityKind, Use};
use crate::deployments::stakes::Stake;
use crate::reader::piece::Node;

/// A population of lenders, as scenario files write it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LenderParams {
    /// Its name in the data files. Its agents' dice depend on it: under another name others are drawn.
    pub name: String,
    /// How many agents; 1 by default.
    #[serde(default = "super::one")]
    pub count: u32,
    /// The lending market that it supplies.
    pub market: String,
    /// The token that it supplies.
    pub asset: String,
    /// How much of it, in whole tokens.
    pub supply: Distribution,
    /// When it supplies; before the first block by default.
    #[serde(default)]
    pub entry: Entry,
    /// When it withdraws everything, whatever happens; never by default.
    #[serde(default)]
    pub exit: Exit,
    /// Utilisation above which it runs, as in 0.95; above 1, as by default, it never does.
    #[serde(default = "never")]
    pub fears_utilisation: Distribution,
    /// Share of the market's supply that nobody will pay back above which it runs; by default it never does.
    #[serde(default = "never")]
    pub fears_bad_debt: Distribution,
    /// Fall of the asset's price outside since the start above which it runs, as in 0.05; by default it never does.
    #[serde(default = "never")]
    pub fears_depeg: Distribution,
    /// Probability of looking at a block: with 1, the default, none is missed; near 0 it acts too late or never.
    #[serde(default = "super::always")]
    pub attention: Distribution,
    /// Priority fee, in gwei per unit of gas; 1 by default.
    #[serde(default = "super::tip")]
    pub tip: Distribution,
    /// Whole native tokens on top of all else, to pay gas from: without enough it submits nothing. By default it buys gas
    /// as it uses it.
    #[serde(default)]
    pub gas_money: Option<Distribution>,
}

fn never() -> Distribution {
    Distribution::Fixed(2.0)
}

/// A supplier of a lending market.
#[derive(Debug, Clone, Copy, PartialEq, Component)]
pub struct Lender {
    market: LendingId,
    /// What calls to the market are sent to.
    to: DeploymentId,
    asset: u8,
    token: TokenId,
    supply: u128,
    tip: u128,
    attention: f64,
    fears: Fears,
    /// The block in which it leaves whatever happens.
    leaves: Option<u64>,
    state: State,
    /// Whether a transaction of its own is on its way.
    waits: bool,
    /// Whether the market has refused a withdrawal: from then on it asks only when something is idle.
    refused: bool,
}

/// What frightens a lender: shares above which it runs.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Fears {
    utilisation: f64,
    bad_debt: f64,
    depeg: f64,
    /// The asset's price outside when it was drawn.
    price: f64,
}

/// Where a lender stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Outside,
    Inside,
    Running,
}

impl Agent for Lender {
    fn decide(&mut self, sees: &View, out: &mut Outbox) -> Wake {
        let mut dice = sees.dice(out.me().who);
        match self.state {
            State::Outside => {
                let call = LendingCall::Supply { asset: self.asset, amount: AmountIn::Exact(self.supply) };
                self.waits = self.submit(call, self.supply, sees, out);
                self.state = State::Inside;
                if self.waits { self.next_look(sees, &mut dice) } else { Wake::Never }
            }
            State::Inside => {
                let is_over = self.leaves.is_some_and(|block| sees.clock.block >= block);
                if !is_over && !self.is_frightened(sees) {
                    return self.next_look(sees, &mut dice);
                }
                self.state = State::Running;
                self.run(sees, out)
            }
            State::Running => self.run(sees, out),
        }
    }

    const LEARNS: bool = true;

    fn learn(&mut self, event: &Event) {
        self.refused |= matches!(event.kind, EventKind::Reverted { .. });
        self.waits = false;
    }
}

impl Lender {
    /// Submits a call about so many smallest units of the asset. Returns whether it is on its way.
    fn submit(&self, call: LendingCall, units: u128, sees: &View, out: &mut Outbox) -> bool {
        out.submit_patiently(smallvec![call.of(self.to)], self.tip, sees.worth(self.token, units))
    }

    /// Withdraws what is idle of its claim. Where nothing is, it asks once for all of it and is refused, and then
    /// waits.
    fn run(&mut self, sees: &View, out: &mut Outbox) -> Wake {
        if self.waits {
            return PATIENCE.wake(sees);
        }
        let (lending, now) = (sees.protocols.lending(self.market).lending(), sees.clock.now());
        let claim = lending.supplied(out.me().account, self.asset, now);
        if claim == 0 {
            return Wake::Never;
        }
        let idle = lending.totals(self.asset, now).idle;
        if idle == 0 && self.refused {
            return PATIENCE.wake(sees);
        }
        let part = if idle == 0 || idle >= claim { Part::All } else { Part::Exactly(idle) };
        self.waits = self.submit(LendingCall::Withdraw { asset: self.asset, part }, claim, sees, out);
        PATIENCE.wake(sees)
    }

    fn is_frightened(&self, sees: &View) -> bool {
        let cell = sees.protocols.lending(self.market);
        let totals = cell.lending().totals(self.asset, sees.clock.now());
        let supplied = totals.supplied as f64;
        let bad_debt = sees.worth(self.token, cell.lost[usize::from(self.asset)]);
        let supply_worth = sees.worth(self.token, totals.supplied);
        totals.borrowed as f64 > self.fears.utilisation * supplied
            || bad_debt > self.fears.bad_debt * supply_worth
            || sees.venues.price(self.token) < self.fears.price * (1.0 - self.fears.depeg)
    }

    /// Returns when it looks next: after as many blocks as its attention lets pass, or when its time is over.
    fn next_look(&self, sees: &View, dice: &mut Dice) -> Wake {
        let at = sees.clock.block + dice.blocks_until(self.attention);
        Wake::At(self.leaves.map_or(at, |leaves| at.min(leaves)))
    }
}

impl PopulationParams for LenderParams {
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
        vec![
            Use::new(at.at("asset"), EntityKind::TOKEN, &self.asset),
            Use::new(at.at("market"), EntityKind::LENDING, &self.market),
        ]
    }

    fn check(&self, at: Node, check: &mut Check) {
        check.gas_law(at, "tip", &self.tip);
        check.law(at, "supply", &self.supply, &POSITIVE);
        check.law(at, "fears_utilisation", &self.fears_utilisation, &NOT_NEGATIVE);
        check.law(at, "fears_bad_debt", &self.fears_bad_debt, &NOT_NEGATIVE);
        check.law(at, "fears_depeg", &self.fears_depeg, &NOT_NEGATIVE);
        check.law(at, "attention", &self.attention, &SHARE);
        check_stay(at, self.entry, self.exit, check);
        check.offered(at.at("asset"), &self.market, &self.asset);
    }

    fn dearest(&self, gas: &GasSchedule) -> Option<(&'static str, u64)> {
        let fears = [&self.fears_utilisation, &self.fears_bad_debt, &self.fears_depeg];
        let acts = !stays(self.entry, self.exit) || fears.iter().any(|law| law.support().0 < 1.0);
        acts.then_some(("withdraw_claim", gas.withdraw_claim))
    }
}

impl Population for LenderParams {
    type Agent = Lender;

    fn draw(&self, sees: &View, dice: &mut Dice) -> NewAgent<Lender> {
        let cell = sees.protocols.lending_named(&self.market);
        let token = sees.tokens.named(&self.asset);
        let asset = cell.place_of(token).expect("checked: the market has the asset");
        let supply = sees.tokens.units(token, self.supply.sample(dice));
        let tip = sees.gwei(self.tip.sample(dice));
        let fears = Fears {
            utilisation: self.fears_utilisation.sample(dice),
            bad_debt: self.fears_bad_debt.sample(dice),
            depeg: self.fears_depeg.sample(dice),
            price: sees.venues.price(token),
        };
        let entry = self.entry.wake(sees, dice);
        let enters = if let Some(Wake::At(block)) = entry { block } else { 0 };
        let leaves = match (self.exit.drawn(sees, dice), self.exit) {
            (Wake::At(stay), Exit::After(..)) => Some(enters + stay),
            (Wake::At(block), _) => Some(block),
            _ => None,
        };
        let attention = self.attention.sample(dice);
        let state = if entry.is_some() { State::Outside } else { State::Inside };
        let agent = Lender {
            market: cell.id,
            to: cell.at,
            asset,
            token,
            supply,
            tip,
            attention,
            fears,
            leaves,
            state,
            waits: false,
            refused: false,
        };
        let own: InitialBalances = smallvec![(token, supply)];
        if let Some(first) = entry {
            let initial_balances = own;
            return NewAgent { initial_balances, ..NewAgent::new(agent, first) };
        }
        let stake = Some((Stake::Lend { market: cell.id, asset, amount: supply }, own));
        let first = agent.next_look(sees, dice);
        NewAgent { stake, ..NewAgent::new(agent, first) }
    }
}
