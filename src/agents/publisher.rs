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
    /// The most that it pays in all, base fee and tip, in gwei per unit of gas: while gas costs more, an update waits. No
    /// bound by default.
    #[serde(default)]
    pub max_fee: Option<Distribution>,
    /// Whole native tokens on top of all else, to pay gas from: without enough it submits nothing. By default it buys gas
    /// as it uses it.
    #[serde(default)]
    pub gas_money: Option<Distribution>,
}

/// Somebody sends what an oracle sees.
pub const PUBLISHES: &str = "publishes";

/// A market goes by an oracle's prices.
pub const BELIEVES: &str = "believes";

/// A publisher of prices.
#[derive(Debug, Clone, Copy, PartialEq, Component)]
pub struct Publisher {
    feed: FeedId,
    bid: Bid,
    /// Whether an update of its own waits.
    waits: bool,
}

impl Agent for Publisher {
    fn decide(&mut self, sees: &View, out: &mut Outbox) -> Wake {
        if let Some(price_wad) = sees.oracles.feed(self.feed).due_wad.filter(|_| !self.waits) {
            self.waits = out.submit(smallvec![Action::PublishPrice { feed: self.feed, price_wad }], self.bid);
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

    fn gas_money(&self) -> Option<&Distribution> {
        self.gas_money.as_ref()
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
        let tip = sees.gwei(self.tip.sample(dice));
        let max_fee = self.max_fee.as_ref().map_or(u128::MAX, |law| sees.gwei(law.sample(dice)));
        let agent = Publisher { feed, bid: Bid { max_fee, ..Bid::tip(tip) }, waits: false };
        NewAgent::new(agent, Wake::NextBlock)
    }
}
