//! Publishes what an oracle has seen, by transaction.
//!
//! Sees: the price that its feed should tell. Decides: to submit it with its tip, one update at a time; what has become
//! stale meanwhile is told by the next. Ignores: who gains or loses by the price.

use bevy_ecs::prelude::Component;
use serde::Deserialize;
use smallvec::smallvec;

use super::Agent;
use super::awake::Wake;
use super::outbox::Outbox;
use super::population::{Activity, Need, NewAgent, Population, PopulationParams};
use super::view::View;
use crate::chain::dice::Dice;
use crate::chain::distribution::Distribution;
use crate::chain::event::{Event, EventKind};
use crate::chain::gas::GasSchedule;
use crate::chain::ids::FeedId;
use crate::chain::transaction::{Action, Bid};
use crate::checks::Check;
use crate::checks::declared::Declared;
use crate::checks::names::{EntityKind, Use};
use crate::reader::piece::Node;

/// A population of publishers, as scenario files write it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublisherParams {
    /// Its name in the data files. Its agents' dice depend on it: under another name others are drawn.
    pub name: String,
    /// How many agents; 1 by default.
    #[serde(default = "super::one")]
    pub count: u32,
    /// The oracle whose prices it publishes.
    pub oracle: String,
    /// Priority fee, in gwei per unit of gas; 1 by default.
    #[serde(default = "super::tip")]
    pub tip: Distribution,
    /// Whole native tokens on top of all else, to pay gas from; 1 by default. Without enough it submits nothing.
    #[serde(default = "super::gas_money")]
    pub gas_money: Distribution,
}

/// Somebody sends what an oracle sees.
pub const PUBLISHES: &str = "publishes";

/// A market goes by an oracle's prices.
pub const BELIEVES: &str = "believes";

/// A publisher of prices.
#[derive(Debug, Clone, Copy, PartialEq, Component)]
pub struct Publisher {
    feed: FeedId,
    tip: u128,
    /// Whether an update of its own waits.
    waits: bool,
}

impl Agent for Publisher {
    fn decide(&mut self, sees: &View, out: &mut Outbox) -> Wake {
        if let Some(price_wad) = sees.oracles.feed(self.feed).due_wad.filter(|_| !self.waits) {
            self.waits = out.submit(smallvec![Action::PublishPrice { feed: self.feed, price_wad }], Bid::tip(self.tip));
        }
        Wake::NextBlock
    }

    const LEARNS: bool = true;

    fn learn(&mut self, event: &Event) {
        if let EventKind::PricePublished { .. }
        | EventKind::Reverted { .. }
        | EventKind::Dropped { .. }
        | EventKind::Expired { .. } = event.kind
        {
            self.waits = false;
        }
    }
}

impl PopulationParams for PublisherParams {
    fn name(&self) -> &str {
        &self.name
    }

    fn count(&self) -> u32 {
        self.count
    }

    fn gas_money(&self) -> &Distribution {
        &self.gas_money
    }

    fn uses<'a, 'd>(&'d self, at: Node<'a>) -> Vec<Use<'a, 'd>> {
        vec![Use::new(at.at("oracle"), EntityKind::ORACLE, &self.oracle)]
    }

    fn check(&self, at: Node, check: &mut Check) {
        check.gas_law(at, "tip", &self.tip);
        if check.declared.oracle(&self.oracle).is_some_and(|oracle| !oracle.by_transaction) {
            let message = format!("the oracle `{}` publishes by itself", self.oracle);
            check.error(at.at("oracle").place(), message, "expected an oracle with `publish: Transaction`");
        }
    }

    fn dearest(&self, gas: &GasSchedule) -> Option<(&'static str, u64)> {
        Some(("publish_price", gas.publish_price))
    }

    fn does<'d>(&'d self, _declared: &Declared<'d>) -> Vec<Activity<'d>> {
        vec![Activity::of(PUBLISHES, &self.oracle)]
    }

    fn needs(&self) -> Option<Need<'_>> {
        Some(Need {
            activity: Activity::of(BELIEVES, &self.oracle),
            field: "oracle",
            message: format!("nothing to publish: nobody believes the oracle `{}`", self.oracle),
            expected: "expected an oracle that some market believes",
        })
    }
}

impl Population for PublisherParams {
    type Agent = Publisher;

    fn draw(&self, sees: &View, dice: &mut Dice) -> NewAgent<Publisher> {
        let feed = sees.oracles.named(&self.oracle);
        let agent = Publisher { feed, tip: sees.gwei(self.tip.sample(dice)), waits: false };
        let gas_money = self.gas_money.sample(dice);
        NewAgent::new(agent, gas_money, Wake::NextBlock)
    }
}
