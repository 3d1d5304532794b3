//! Takes careless trades between two of its own.
//!
//! Sees: what waits, public as it is, and the pool as the block found it. Decides: which swaps leave more to take than
//! gas costs; the size by exact quotes on a copy of the pool, so that the victim still gets what it asks for; bids a
//! share of the gain. Its bundle (front-run, victim, back-run) is taken as a whole or not at all, and one that is not
//! costs nothing, as with Flashbots: of several searchers around one victim, the one that bids most has it. Ignores:
//! what other bundles and dearer transactions do to the pool before its own: a bundle that then no longer pays falls
//! through. Only transactions that are one swap are looked at.

use bevy_ecs::prelude::Component;
use plimsoll_protocols::amm::Pool;
use serde::Deserialize;
use smallvec::smallvec;

use super::Agent;
use super::awake::Wake;
use super::outbox::Outbox;
use super::population::{Activity, Need, NewAgent, Population, PopulationParams};
use super::route::TRADES;
use super::sandwich::{SandwichSize, VictimSwap, apply, best};
use super::view::View;
use crate::chain::dice::Dice;
use crate::chain::distribution::Distribution;
use crate::chain::families::Call;
use crate::chain::families::amm::{self, AmmCall};
use crate::chain::gas::GasSchedule;
use crate::chain::ids::DeploymentId;
use crate::chain::ids::{AccountId, PoolId};
use crate::chain::transaction::{Action, Actions, AmountIn, Bid, Transaction};
use crate::checks::Check;
use crate::checks::laws::{NOT_NEGATIVE, POSITIVE, SHARE};
use crate::checks::names::{EntityKind, Use};
use crate::deployments::amm::PoolCell;
use crate::reader::piece::Node;

/// A population of searchers, as scenario files write it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearcherParams {
    /// Its name in the data files. Its agents' dice depend on it: under another name others are drawn.
    pub name: String,
    /// How many agents; 1 by default.
    #[serde(default = "super::one")]
    pub count: u32,
    /// The pool whose trades it looks at.
    pub pool: String,
    /// Worth of what it holds at the start, an equal part in each of the pool's tokens, in whole numeraire tokens. A
    /// front-run spends no more than what it holds of the token.
    pub capital: Distribution,
    /// It acts for a gain after gas above this, in whole numeraire tokens; 0 by default.
    #[serde(default = "super::nothing")]
    pub min_profit: Distribution,
    /// Probability of looking at a block: with 1, the default, none is missed; near 0 it acts too late or never.
    #[serde(default = "super::always")]
    pub attention: Distribution,
    /// Share of the gain after base fee that it offers as priority fee, 0 to 1, drawn for each transaction.
    pub bid_share: Distribution,
    /// The most that it offers as priority fee, in gwei per unit of gas; no limit by default.
    #[serde(default)]
    pub tip_cap: Option<f64>,
    /// The most bundles that it submits in a block, the most valuable first; 1 by default.
    #[serde(default = "super::one")]
    pub bundles_per_block: u32,
    /// Whole native tokens on top of all else, to pay gas from: without enough it submits nothing. By default it buys gas
    /// as it uses it.
    #[serde(default)]
    pub gas_money: Option<Distribution>,
}

/// A searcher.
#[derive(Debug, Clone, PartialEq, Component)]
pub struct Searcher {
    pool: PoolId,
    min_profit: f64,
    attention: f64,
    bid_share: Distribution,
    /// Most priority fee, in the native token's smallest units per unit of gas.
    tip_cap: u128,
    bundles_per_block: u32,
}

/// A bundle that a searcher considers.
#[derive(Debug, Clone, Copy)]
struct Plan {
    target: Target,
    sandwich: SandwichSize,
    /// Gain after base fee, in whole numeraire tokens.
    gain: f64,
}

/// A careless trade.
#[derive(Debug, Clone, Copy)]
struct Target {
    victim: (AccountId, u32),
    swap: VictimSwap,
    /// What it pays on top of the base fee, in the native token's smallest units per unit of gas: a bundle that pays
    /// less comes after it.
    tip: u128,
}

impl Agent for Searcher {
    const SEARCHES: bool = true;

    fn decide(&mut self, sees: &View, out: &mut Outbox) -> Wake {
        let mut dice = sees.dice(out.me().who);
        if dice.chance(self.attention) {
            self.look(sees, out, &mut dice);
        }
        Wake::NextBlock
    }
}

impl Searcher {
    /// Builds its bundles, the most gainful first; each later one counts with those before it.
    fn look(&self, sees: &View, out: &mut Outbox, dice: &mut Dice) {
        let cell = sees.protocols.pool(self.pool);
        let me = out.me().account;
        let careless = |waits: &Transaction| self.careless(sees, cell, waits);
        let mut targets: Vec<Target> = out.public().filter(|waits| waits.sender != me).filter_map(careless).collect();
        let mut left: Option<Pool> = None;
        for _ in 0..self.bundles_per_block {
            let pool = left.as_ref().unwrap_or(&cell.pool);
            let plans = targets.iter().filter_map(|target| self.plan(sees, cell, pool, me, *target));
            // The first of equals, in the order in which they wait.
            let Some(plan) = plans.reduce(|best, plan| if plan.gain > best.gain { plan } else { best }) else { return };
            if !self.send(sees, cell, plan, out, dice) {
                return;
            }
            targets.retain(|target| target.victim != plan.target.victim);
            if targets.is_empty() {
                return;
            }
            let after = left.get_or_insert_with(|| Pool::clone(&cell.pool));
            if apply(after, &plan.target.swap, plan.sandwich.front, sees.clock.now()).is_none() {
                return;
            }
        }
    }

    /// Returns a waiting transaction's swap if a block may take it now and its tolerance is worth more than a bundle's
    /// gas: what the victim may lose bounds what can be taken.
    fn careless(&self, sees: &View, cell: &PoolCell, waits: &Transaction) -> Option<Target> {
        let [Action::Call { to, call: Call::Amm(AmmCall::Swap(call)) }] = waits.actions[..] else { return None };
        let amm::Swap { direction, amount_in: AmountIn::Exact(amount_in), least_out } = call else { return None };
        let tip = waits.bid.effective_tip(sees.gas.base_fee)?;
        if to != cell.at || amount_in == 0 || waits.bid.last_block < sees.clock.block {
            return None;
        }
        let quoted = cell.pool.amm().quote_exact_in(direction, amount_in, sees.clock.now()).ok()?;
        let tolerated = sees.worth(cell.token_at(direction.takes), quoted.checked_sub(least_out)?);
        let swap = VictimSwap { direction, amount_in, least_out };
        let pays = tolerated > self.min_profit + sees.gas_worth(gas(sees, &swap, cell.at));
        pays.then_some(Target { victim: (waits.sender, waits.nonce), swap, tip })
    }

    /// Sizes a sandwich; none if it does not pay.
    fn plan(&self, sees: &View, cell: &PoolCell, pool: &Pool, me: AccountId, target: Target) -> Option<Plan> {
        let swap = target.swap;
        let token = cell.token_at(swap.direction.pays);
        let sandwich = best(pool, &swap, sees.ledger.balance(me, token), sees.clock.now())?;
        let gas = gas(sees, &swap, cell.at);
        let gain = sees.worth(token, sandwich.returned - sandwich.front) - sees.gas_worth(gas);
        let least_tip = sees.worth(sees.tokens.native, target.tip) * gas as f64;
        (gain - least_tip > self.min_profit).then_some(Plan { target, sandwich, gain })
    }

    /// Submits a bundle. Its back-run asks for what the front-run and all gas cost, so that a bundle which has come too
    /// late falls through. Returns whether there was gas money for it.
    fn send(&self, sees: &View, cell: &PoolCell, plan: Plan, out: &mut Outbox, dice: &mut Dice) -> bool {
        let Target { victim, swap, tip } = plan.target;
        let token = cell.token_at(swap.direction.pays);
        let gas = gas(sees, &swap, cell.at);
        let offered = sees.priority_fee(plan.gain * self.bid_share.sample(dice), gas);
        let fee = offered.max(tip).min(self.tip_cap);
        let costs = sees.gas_worth(gas) + sees.worth(sees.tokens.native, fee) * gas as f64;
        let SandwichSize { front, returned } = plan.sandwich;
        let least_out = front.saturating_add(sees.units_worth(token, costs)).min(returned);
        out.bundle(victim, front_and_back(cell.at, &swap, front, least_out), Bid::tip(fee))
    }
}

/// Returns the front-run and the back-run.
fn front_and_back(to: DeploymentId, victim: &VictimSwap, front: u128, least_out: u128) -> [Actions; 2] {
    let direction = victim.direction;
    let swap = |direction, amount_in, least_out| amm::Swap { direction, amount_in, least_out }.of(to);
    [
        smallvec![swap(direction, AmountIn::Exact(front), 0)],
        smallvec![swap(direction.reversed(), AmountIn::Received, least_out)],
    ]
}

/// Returns the gas of a front-run and a back-run.
fn gas(sees: &View, victim: &VictimSwap, to: DeploymentId) -> u64 {
    front_and_back(to, victim, 0, 0).iter().map(|actions| sees.gas.schedule.of(actions)).sum()
}

impl PopulationParams for SearcherParams {
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
        check.law(at, "capital", &self.capital, &POSITIVE);
        check.law(at, "min_profit", &self.min_profit, &NOT_NEGATIVE);
        check.law(at, "attention", &self.attention, &SHARE);
        check.law(at, "bid_share", &self.bid_share, &SHARE);
        if let Some(cap) = self.tip_cap {
            check.field(at, "tip_cap", cap, cap >= 0.0, "0 gwei or more");
            check.gas_price(at.at("tip_cap").place(), cap);
        }
        let bundles = self.bundles_per_block;
        check.field(at, "bundles_per_block", bundles, bundles > 0, "at least 1");
    }

    fn dearest(&self, gas: &GasSchedule) -> Option<(&'static str, u64)> {
        Some(("bundle", 3 * gas.swap))
    }

    fn needs(&self) -> Option<Need<'_>> {
        Some(Need {
            activity: Activity::of(TRADES, &self.pool),
            field: "pool",
            message: format!("nothing to sandwich: nobody trades in `{}`", self.pool),
            expected: "expected a pool with traders",
        })
    }
}

impl Population for SearcherParams {
    type Agent = Searcher;

    fn draw(&self, sees: &View, dice: &mut Dice) -> NewAgent<Searcher> {
        let cell = sees.protocols.pool_named(&self.pool);
        let worth = self.capital.sample(dice) / cell.tokens.len() as f64;
        let initial_balances = cell.tokens.iter().map(|token| (*token, sees.units_worth(*token, worth))).collect();
        let agent = Searcher {
            pool: cell.id,
            min_profit: self.min_profit.sample(dice),
            attention: self.attention.sample(dice),
            bid_share: self.bid_share.clone(),
            tip_cap: self.tip_cap.map_or(u128::MAX, |gwei| sees.gwei(gwei)),
            bundles_per_block: self.bundles_per_block,
        };
        NewAgent { initial_balances, ..NewAgent::new(agent, Wake::NextBlock) }
    }
}
