//! Oracles: they look somewhere, at pools that hold their token, and somebody publishes what they see.

use super::Listed;
use crate::agents::population::Activity;
use crate::agents::publisher::PUBLISHES;
use crate::chain::oracles::{Feed, Oracles, to_wad};
use crate::checks::declared::{Declared, DeclaredOracle};
use crate::checks::names::{EntityKind, Use};
use crate::deployments::genesis::{Genesis, Unsettled};
use crate::market::oracle::{Observer, Observers, OracleParams, PublishParams, SourceParams, UpdateParams};
use crate::reader::piece::{Node, Placed};
use crate::scenario::check::Check;

impl Listed for OracleParams {
    fn named(list: Node) -> Vec<(EntityKind, Node)> {
        vec![(EntityKind::ORACLE, list)]
    }

    fn declare<'d>(list: &'d [Placed<Self>], declared: &mut Declared<'d>) {
        let oracles = list.iter().map(|oracle| &oracle.value);
        let oracles = oracles.map(|oracle| DeclaredOracle {
            name: &oracle.name,
            token: &oracle.token,
            by_transaction: oracle.publish == PublishParams::Transaction,
        });
        declared.oracles = oracles.collect();
    }

    fn uses<'a, 'd>(one: &'d Placed<'a, Self>, used: &mut Vec<Use<'a, 'd>>) {
        used.push(Use::new(one.node.at("token"), EntityKind::TOKEN, &one.value.token));
        for (index, (_, source)) in one.value.sources.iter().enumerate().filter(|_| one.whole) {
            let node = one.node.at("sources").nth(index).nth(1);
            match source {
                SourceParams::Outside => {}
                SourceParams::Spot(pool) | SourceParams::TimeWeighted { pool, .. } => {
                    used.push(Use::new(node.at("pool"), EntityKind::POOL, pool));
                }
            }
        }
    }

    fn check(list: &[Placed<Self>], check: &mut Check) {
        for oracle in list {
            check.sources(oracle);
            check.update(oracle);
            check.publisher(oracle);
        }
    }

    /// Starts every feed at the price outside.
    fn open(list: &[Self], genesis: &mut Genesis) -> Result<(), Unsettled> {
        let chain = genesis.chain();
        let feed = |params: &OracleParams| {
            let token = genesis.token(&params.token);
            let answer_wad = to_wad(chain.venues.price(token));
            let (name, answered_at) = (params.name.clone(), chain.clock.start);
            Feed { name, token, answer_wad, answered_at, due_wad: None }
        };
        let feeds: Vec<Feed> = list.iter().map(feed).collect();
        let observers = list.iter().zip(&feeds);
        let observers = observers.map(|(params, feed)| Observer::new(params, feed, |name| genesis.pool(name).id));
        let observers = Observers(observers.collect());
        genesis.world.insert_resource(observers);
        genesis.chain_mut().oracles = Oracles(feeds);
        Ok(())
    }
}

impl Check<'_, '_> {
    fn sources(&mut self, oracle: &Placed<OracleParams>) {
        let OracleParams { token, sources, .. } = &oracle.value;
        let list = oracle.node.at("sources");
        if !oracle.whole {
            return;
        }
        if sources.is_empty() {
            self.error(list.place(), "this oracle looks nowhere", "expected a source, such as `[(1, Outside)]`");
        }
        for (index, (weight, source)) in sources.iter().enumerate() {
            let node = list.nth(index);
            if !(*weight > 0.0 && weight.is_finite()) {
                self.error(node.nth(0).place(), format!("a source weighs {weight}"), "expected more than 0");
            }
            let pool = match source {
                SourceParams::Outside => continue,
                SourceParams::Spot(pool) => pool,
                SourceParams::TimeWeighted { pool, window } => {
                    let fine = window.ms > 0;
                    self.field(node.nth(1), "window", window, fine, "more, such as `\"30 min\"`");
                    pool
                }
            };
            if self.declared.pool(pool).is_some_and(|pool| self.declared.lacks(pool, token)) {
                let message = format!("the pool `{pool}` does not hold `{token}`");
                self.error(node.nth(1).place(), message, format!("expected a pool that holds `{token}`"));
            }
        }
    }

    fn update(&mut self, oracle: &Placed<OracleParams>) {
        let node = oracle.node.at("update");
        match oracle.value.update {
            UpdateParams::Deviation { threshold, heartbeat } => {
                self.field(node, "threshold", threshold, threshold > 0.0, "more than 0, as in 0.005 for 0.5 %");
                self.field(node, "heartbeat", heartbeat, heartbeat.ms > 0, "more, such as `\"1 h\"`");
            }
            UpdateParams::Delayed(by) if by.ms == 0 => {
                self.error(node.place(), "this oracle is delayed by no time", "expected more, such as `\"1 h\"`");
            }
            UpdateParams::EveryBlock | UpdateParams::Delayed(_) => {}
        }
    }

    fn publisher(&mut self, oracle: &Placed<OracleParams>) {
        let name = &oracle.value.name;
        let publishes = Activity::of(PUBLISHES, name);
        let by_transaction = oracle.value.publish == PublishParams::Transaction;
        let mut agents = self.draft.agents.iter().map(|agent| agent.value.params());
        if by_transaction && !agents.any(|agent| agent.does(&self.declared).contains(&publishes)) {
            let message = format!("nobody publishes what the oracle `{name}` sees");
            let expected =
                format!("expected a population such as `Publisher(name: \"reporters\", oracle: \"{name}\")`");
            self.error(oracle.node.at("publish").place(), message, expected);
        }
    }
}
