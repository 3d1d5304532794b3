//! Populations: each by itself, and what one lives on that others do.

use std::collections::BTreeSet;

use super::Listed;
use crate::agents::AgentParams;
use crate::agents::population::Activity;
use crate::agents::publisher::BELIEVES;
use crate::checks::names::{EntityKind, Use};
use crate::reader::piece::{Node, Placed};
use crate::scenario::check::Check;

impl Listed for AgentParams {
    fn named(list: Node) -> Vec<(EntityKind, Node)> {
        vec![(EntityKind::POPULATION, list)]
    }

    fn uses<'a, 'd>(one: &'d Placed<'a, Self>, used: &mut Vec<Use<'a, 'd>>) {
        used.extend(one.value.params().uses(one.node));
    }

    fn check(list: &[Placed<Self>], check: &mut Check) {
        for agent in list {
            agent.value.check(agent.node, check);
        }
    }

    fn warn(_list: &[Placed<Self>], check: &mut Check) {
        check.something_to_do();
        check.gas_money();
    }
}

impl Check<'_, '_> {
    /// Whoever lives on what others do needs somebody who does it.
    fn something_to_do(&mut self) {
        let draft = self.draft;
        let believed = self.declared.oracles.iter().filter(|oracle| self.declared.believes(oracle.name));
        let believed = believed.map(|oracle| Activity::of(BELIEVES, oracle.name));
        let done = draft.agents.iter().flat_map(|agent| agent.value.params().does(&self.declared));
        let done: BTreeSet<Activity> = done.chain(believed).collect();
        for agent in &draft.agents {
            let Some(need) = agent.value.params().needs() else { continue };
            if !done.contains(&need.activity) && !done.contains(&Activity::of_any(need.activity.verb)) {
                self.warning(agent.node.at(need.field).place(), need.message, need.expected);
            }
        }
    }

    fn gas_money(&mut self) {
        let draft = self.draft;
        let Some(chain) = &draft.chain else { return };
        for agent in &draft.agents {
            let params = agent.value.params();
            let is_nothing = params.gas_money().is_some_and(|law| law.support().1 <= 0.0);
            if is_nothing && params.dearest(&chain.value.gas).is_some() {
                let message = "these agents cannot pay for a single transaction";
                self.warning(
                    agent.node.at("gas_money").place(),
                    message,
                    "expected more than 0 of the native token, or no `gas_money`: then they buy gas as they use it",
                );
            }
        }
    }
}
