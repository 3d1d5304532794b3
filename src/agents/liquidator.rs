//! Kills positions that are under water when the prize beats the gas.
//!
//! Sees: every position that is under water as the block begins, with its health. Decides: for each that it notices,
//! what the prize is worth after gas at the base fee; it goes for the most valuable ones, and offers a share of the
//! gain as priority fee. The swap inside `kill` is the forced sale; the killer gets only the prize, in the base asset.
//! Ignores: who else is after the same position: who comes second reverts and pays for it.

use bevy_ecs::prelude::Component;
use serde::Deserialize;
use smallvec::smallvec;

use super::Agent;
use super::awake::Wake;
use super::outbox::Outbox;
use super::population::{Drawn, Population, Purse};
use super::view::View;
use crate::chain::dice::{Dice, Who, mix};
use crate::chain::distribution::Distribution;
use crate::chain::event::{Event, What};
use crate::chain::ids::{BankId, PositionId};
use crate::chain::transaction::Action;
use crate::chain::underwater::Distressed;

/// A population of liquidators, as scenario files write it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LiquidatorParams {
    /// What the population is called.
    pub name: String,
    /// How many.
    #[serde(default = "super::one")]
    pub count: u32,
    /// The bank whose positions it watches.
    pub bank: String,
    /// Least gain after gas that it acts for, in the numeraire.
    #[serde(default = "super::margin")]
    pub margin: Distribution,
    /// Probability of seeing a position that is under water, per block and position.
    #[serde(default = "super::always")]
    pub attention: Distribution,
    /// Share of the gain after base fee that it offers as priority fee.
    pub bid_share: Distribution,
    /// Most positions it tries to kill in a block.
    pub kills_per_block: u32,
    /// Whole native tokens to pay gas from.
    #[serde(default = "super::gas_money")]
    pub gas_money: Distribution,
}

/// A killer of positions.
#[derive(Debug, Clone, PartialEq, Component)]
pub struct Liquidator {
    bank: BankId,
    /// Least gain after gas, in whole numeraire tokens.
    pub margin: f64,
    attention: f64,
    bid_share: Distribution,
    kills_per_block: usize,
    /// Positions for which its transactions wait.
    pending: Vec<PositionId>,
    /// What it saw in this block: gain, position, and the priority fee it would pay.
    seen: Vec<(f64, PositionId, u128)>,
}

impl Agent for Liquidator {
    fn decide(&mut self, sees: &View, out: &mut Outbox) -> Wake {
        self.seen.clear();
        for distressed in sees.underwater.of(self.bank) {
            self.seen.extend(self.look_at(distressed, sees, out.me().who));
        }
        self.seen.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        self.seen.truncate(self.kills_per_block);
        for (_, position, priority_fee) in &self.seen {
            if out.submit(smallvec![Action::Kill { bank: self.bank, position: *position }], *priority_fee) {
                self.pending.push(*position);
            }
        }
        Wake::WhenUnderwater
    }

    const LEARNS: bool = true;

    fn learn(&mut self, event: &Event) {
        if let What::Killed(_) | What::Reverted { .. } | What::Dropped { .. } = event.what
            && let Some((_, position)) = event.position()
        {
            self.pending.retain(|waiting| *waiting != position);
        }
    }
}

impl Liquidator {
    /// Returns the bank whose positions it watches.
    pub fn bank(&self) -> BankId {
        self.bank
    }

    /// Returns the gain after gas at the base fee, the position, and the fee to bid; none if it does not notice the
    /// position, or does not find it worth a transaction. Dice are thrown per position, so that one position more
    /// leaves the others' throws.
    fn look_at(&self, distressed: &Distressed, sees: &View, who: Who) -> Option<(f64, PositionId, u128)> {
        let mut dice = sees.dice(Who(mix(who.0, u64::from(distressed.position.0))));
        if !dice.chance(self.attention) || self.pending.contains(&distressed.position) {
            return None;
        }
        let base = sees.protocols.bank(self.bank).base;
        let gas = sees.schedule.kill;
        let gain = sees.worth(base, distressed.prize) - sees.gas_worth(gas);
        let bid = gain * self.bid_share.sample(&mut dice);
        (gain - bid > self.margin).then(|| (gain, distressed.position, sees.priority_fee(bid, gas)))
    }
}

impl Population for LiquidatorParams {
    type Agent = Liquidator;

    fn name(&self) -> &str {
        &self.name
    }

    fn count(&self) -> u32 {
        self.count
    }

    fn draw(&self, sees: &View, dice: &mut Dice) -> Drawn<Liquidator> {
        let agent = Liquidator {
            bank: sees.protocols.bank_named(&self.bank).id,
            margin: self.margin.sample(dice),
            attention: self.attention.sample(dice),
            bid_share: self.bid_share.clone(),
            kills_per_block: self.kills_per_block as usize,
            pending: Vec::new(),
            seen: Vec::new(),
        };
        let gas_money = self.gas_money.sample(dice);
        Drawn { agent, purse: Purse::new(), gas_money, first: Wake::WhenUnderwater, stake: None }
    }
}
