//! Calls `reinvest` when its bounty beats the gas.
//!
//! Sees: the rewards that wait for a goblin, and their outside price. Decides: every so often, whether the bounty is
//! worth more than the gas; its transaction may wait until it looks again. Ignores: other harvesters.

use bevy_ecs::prelude::Component;
use serde::Deserialize;
use smallvec::smallvec;

use super::Agent;
use super::awake::Wake;
use super::farmer::FARMS;
use super::offer::hurried;
use super::outbox::Outbox;
use super::population::{Activity, Need, NewAgent, Population, PopulationParams};
use super::view::View;
use crate::chain::dice::Dice;
use crate::chain::distribution::Distribution;
use crate::chain::families::leveraged_farm::LeverageCall;
use crate::chain::gas::GasSchedule;
use crate::chain::ids::{DeploymentId, WorkerId};
use crate::chain::time::TimeSpan;
use crate::checks::Check;
use crate::checks::laws::ANY;
use crate::checks::names::Use;
use crate::deployments::alpha_homora::GOBLIN;
use crate::reader::piece::Node;

/// A population of harvesters, as scenario files write it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HarvesterParams {
    /// Its name in the data files. Its agents' dice depend on it: under another name others are drawn.
    pub name: String,
    /// How many agents; 1 by default.
    #[serde(default = "super::one")]
    pub count: u32,
    /// The goblin whose rewards it reinvests.
    pub goblin: String,
    /// It acts for a gain after gas above this, in whole numeraire tokens; 0 by default.
    #[serde(default = "super::nothing")]
    pub min_profit: Distribution,
    /// Time between two looks; a transaction waits at most as long.
    pub every: TimeSpan,
    /// Priority fee, in gwei per unit of gas; 1 by default.
    #[serde(default = "super::tip")]
    pub tip: Distribution,
    /// Whole native tokens on top of all else, to pay gas from: without enough it submits nothing. By default it buys gas
    /// as it uses it.
    #[serde(default)]
    pub gas_money: Option<Distribution>,
}

/// A caller of `reinvest`.
#[derive(Debug, Clone, Copy, PartialEq, Component)]
pub struct Harvester {
    worker: WorkerId,
    /// What calls to it are sent to.
    to: DeploymentId,
    min_profit: f64,
    tip: u128,
    /// Time between two looks.
    every: TimeSpan,
}

impl Agent for Harvester {
    fn decide(&mut self, sees: &View, out: &mut Outbox) -> Wake {
        let next = sees.clock.block_after(self.every).max(sees.clock.block + 1);
        let gas = sees.gas.schedule.reinvest;
        let cost = sees.gas_worth(gas) + sees.worth(sees.tokens.native, self.tip) * gas as f64;
        let bounty = sees.reinvest_bounty(self.worker);
        if bounty - cost > self.min_profit {
            let bid = hurried(sees, self.tip, bounty, self.min_profit, gas, next - 1);
            out.submit(smallvec![LeverageCall::Reinvest.of(self.to)], bid);
        } else if bounty > self.min_profit {
            out.priced_out();
        }
        Wake::At(next)
    }
}

impl PopulationParams for HarvesterParams {
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
        check.law(at, "min_profit", &self.min_profit, &ANY);
        check.some_time(at, "every", self.every, "1 h");
    }

    fn dearest(&self, gas: &GasSchedule) -> Option<(&'static str, u64)> {
        Some(("reinvest", gas.reinvest))
    }

    fn needs(&self) -> Option<Need<'_>> {
        Some(Need {
            activity: Activity::of(FARMS, &self.goblin),
            field: "goblin",
            message: format!("nothing to harvest: nobody farms through `{}`", self.goblin),
            expected: "expected a goblin with farmers",
        })
    }
}

impl Population for HarvesterParams {
    type Agent = Harvester;

    fn draw(&self, sees: &View, dice: &mut Dice) -> NewAgent<Harvester> {
        let worker = sees.protocols.worker_named(&self.goblin);
        let agent = Harvester {
            worker: worker.id,
            to: worker.at,
            min_profit: self.min_profit.sample(dice),
            tip: sees.gwei(self.tip.sample(dice)),
            every: self.every,
        };
        // Each looks at its own moment: two that look in the same block would both pay for one bounty.
        let phase = (u128::from(dice.bits()) * u128::from(sees.clock.block_at(self.every).max(1))) >> 64;
        let first = Wake::At(u64::try_from(phase).expect("it is below a number of 64 bits"));
        NewAgent::new(agent, first)
    }
}
