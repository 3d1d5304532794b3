//! A sound scenario that cannot do what it asks.

use super::Check;
use crate::agents::population::Activity;
use crate::agents::publisher::BELIEVES;
use crate::checks;
use crate::deployments::Family;
use crate::market::shock::ShockParams;
use crate::reader::piece::Placed;

impl Check<'_, '_> {
    /// Everything that is hardly meant.
    pub(super) fn warnings(&mut self) {
        each(&self.draft.pools, self);
        each(&self.draft.farms, self);
        each(&self.draft.lending, self);
        each(&self.draft.stablecoins, self);
        each(&self.draft.banks, self);
        self.crashes_that_nobody_feels();
        self.agents_without_anything_to_do();
        self.agents_without_gas_money();
    }

    fn crashes_that_nobody_feels(&mut self) {
        for shock in &self.draft.shocks {
            let ShockParams::Crash { token, .. } = &shock.value;
            if !self.declared.feels(token) {
                let message = format!("nobody will feel this crash: no pool, market or vault holds `{token}`");
                self.warning(
                    shock.node.at("token").place(),
                    message,
                    "expected a token that is traded or borrowed against",
                );
            }
        }
    }

    /// Whoever lives on what others do needs somebody who does it.
    fn agents_without_anything_to_do(&mut self) {
        let draft = self.draft;
        let believed = self.declared.oracles.iter().filter(|oracle| self.declared.believes(oracle.name));
        let believed = believed.map(|oracle| Activity::of(BELIEVES, oracle.name));
        let done = draft.agents.iter().flat_map(|agent| agent.value.params().does(&self.declared));
        let done: Vec<Activity> = done.chain(believed).collect();
        for agent in &draft.agents {
            let Some(need) = agent.value.params().needs() else { continue };
            if !done.contains(&need.activity) {
                self.warning(agent.node.at(need.field).place(), need.message, need.expected);
            }
        }
    }

    fn agents_without_gas_money(&mut self) {
        let draft = self.draft;
        let Some(chain) = &draft.chain else { return };
        for agent in &draft.agents {
            let params = agent.value.params();
            if params.dearest(&chain.value.gas).is_some() && params.gas_money().support().1 <= 0.0 {
                let message = "these agents cannot pay for a single transaction";
                self.warning(agent.node.at("gas_money").place(), message, "expected more than 0 of the native token");
            }
        }
    }
}

/// What is hardly meant in each of a family's deployments.
fn each<T: Family>(list: &[Placed<T>], check: &mut checks::Check) {
    list.iter().for_each(|one| T::doubt(one, check));
}
