//! Kills positions that are under water when the prize beats the gas.
//!
//! Sees: every position that is under water as the block begins, with its health. Decides: for each that it notices,
//! what the prize is worth after gas at the base fee; it goes for the most valuable ones, and offers a share of the
//! gain as priority fee. While a transaction waits it raises the bid by a tenth a block, as long as killing pays at the
//! new one, and takes it back once the position is no longer under water; a position that it has no transaction for any
//! more it may go for again. The swap inside `kill` is the forced sale; the killer gets only the prize, in the base
//! asset. Ignores: who else is after the same position: who comes second reverts and pays for it.

use std::cmp::Reverse;

use bevy_ecs::prelude::Component;
use serde::Deserialize;
use smallvec::smallvec;

use super::Agent;
use super::awake::Wake;
use super::farmer::BORROWS_FROM_BANK;
use super::offer::{check_hurry, hurried};
use super::outbox::Outbox;
use super::population::{Activity, Need, NewAgent, Population, PopulationParams};
use super::view::View;
use crate::chain::dice::Dice;
use crate::chain::dice::{Who, mix};
use crate::chain::distribution::Distribution;
use crate::chain::event::{Event, EventKind};
use crate::chain::families::leveraged_farm::LeverageCall;
use crate::chain::gas::GasSchedule;
use crate::chain::ids::{BankId, DeploymentId, PositionId, PositionKey};
use crate::chain::transaction::Bid;
use crate::checks::Check;
use crate::checks::laws::{ANY, SHARE};
use crate::checks::names::{EntityKind, Use};
use crate::deployments::liquidatable::Liquidatable;
use crate::reader::piece::Node;

/// A population of liquidators, as scenario files write it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FarmLiquidatorParams {
    /// Its name in the data files. Its agents' dice depend on it: under another name others are drawn.
    pub name: String,
    /// How many agents; 1 by default.
    #[serde(default = "super::one")]
    pub count: u32,
    /// The bank whose positions it watches.
    pub bank: String,
    /// It acts for a gain after gas above this, in whole numeraire tokens; 0 by default.
    #[serde(default = "super::nothing")]
    pub min_profit: Distribution,
    /// Probability of seeing a position that is under water, per block and position; 1 by default.
    #[serde(default = "super::always")]
    pub attention: Distribution,
    /// Share of the gain after base fee that it offers as priority fee, 0 to 1, drawn for each transaction.
    pub bid_share: Distribution,
    /// The most that it offers as priority fee, in gwei per unit of gas; no limit by default.
    #[serde(default)]
    pub tip_cap: Option<f64>,
    /// How many blocks a transaction may wait to be taken, its first included; 25 by default.
    #[serde(default = "super::liquidation_expiry")]
    pub expiry: u64,
    /// Most positions it tries to kill in a block, and most for which it raises its bid; the most valuable first.
    pub kills_per_block: u32,
    /// Whether it sends liquidations by a private relay, which leaves out what would revert, at no cost; by default they
    /// go by the mempool, where one that has become vain is taken back by a transaction that does nothing.
    #[serde(default)]
    pub revert_protection: bool,
    /// Whole native tokens on top of all else, to pay gas from: without enough it submits nothing. By default it buys gas
    /// as it uses it.
    #[serde(default)]
    pub gas_money: Option<Distribution>,
}

/// A killer of positions.
#[derive(Debug, Clone, PartialEq, Component)]
pub struct FarmLiquidator {
    bank: BankId,
    /// What calls to the bank are sent to.
    to: DeploymentId,
    /// Least gain after gas, in whole numeraire tokens.
    min_profit: f64,
    attention: f64,
    bid_share: Distribution,
    /// Most priority fee, in the native token's smallest units per unit of gas.
    tip_cap: u128,
    expiry: u64,
    kills_per_block: usize,
    revert_protection: bool,
    /// Positions for which its transactions wait.
    pending: Vec<Pending>,
    /// What it saw in this block.
    seen: Vec<Seen>,
}

/// A transaction on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Pending {
    key: PositionKey,
    nonce: u32,
    bid: Bid,
}

/// A position worth killing.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Seen {
    key: PositionKey,
    /// Worth of the prize after gas at the base fee, in whole numeraire tokens.
    gain: f64,
    bid: Bid,
    /// The nonce under which a transaction for it waits.
    waits: Option<u32>,
}

impl Agent for FarmLiquidator {
    fn decide(&mut self, sees: &View, out: &mut Outbox) -> Wake {
        self.take_back(sees, out);
        self.seen.clear();
        for at in sees.liquidatable.of(sees.protocols.bank(self.bank).protocol) {
            self.seen.extend(self.look_at(at, sees, out));
        }
        self.seen.sort_unstable_by(|a, b| b.gain.total_cmp(&a.gain).then(a.key.cmp(&b.key)));
        let (mut new, mut raised) = (0, 0);
        self.seen.retain(|seen| {
            let count = if seen.waits.is_none() { &mut new } else { &mut raised };
            *count += 1;
            *count <= self.kills_per_block
        });
        // A sender's transactions are taken in the order of their nonces: the dearest gets the first.
        self.seen.sort_by_key(|seen| Reverse(seen.bid.priority_fee));
        for Seen { key, bid, waits, .. } in self.seen.iter().copied() {
            let kill = smallvec![LeverageCall::Kill(PositionId(key.position)).of(self.to)];
            if let Some(nonce) = waits {
                if out.replace(nonce, kill, bid) {
                    self.pending.iter_mut().filter(|pending| pending.nonce == nonce).for_each(|held| held.bid = bid);
                }
            } else if out.submit_by(self.revert_protection, kill, bid) {
                self.pending.push(Pending { key, nonce: out.me().nonce - 1, bid });
            }
        }
        if self.pending.is_empty() { Wake::WhenUnderwater } else { Wake::NextBlock }
    }

    const LEARNS: bool = true;

    fn learn(&mut self, event: &Event) {
        let position = match &event.kind {
            EventKind::Liquidated(at) => at.key.position,
            EventKind::Reverted { position: Some((_, position)), .. }
            | EventKind::Dropped { position: Some((_, position)), .. }
            | EventKind::Expired { position: Some((_, position)), .. } => position.0,
            _ => return,
        };
        self.pending.retain(|waiting| waiting.key.position != position);
    }
}

impl FarmLiquidator {
    /// Returns what it would do about a position; none if it does not notice it, or does not find it worth a
    /// transaction. Dice are thrown per position, so that one position more leaves the others' throws.
    fn look_at(&self, at: &Liquidatable, sees: &View, out: &mut Outbox) -> Option<Seen> {
        let key = at.key;
        let prize = sees.worth(sees.protocols.bank(self.bank).base, at.prize.expect("a bank pays for kills"));
        let gas = sees.gas.schedule.kill;
        let gain = prize - sees.gas_worth(gas);
        let last_block = sees.clock.block + self.expiry - 1;
        if let Some(pending) = self.pending.iter().find(|pending| pending.key == key) {
            return self.raised(pending, prize, sees).map(|bid| Seen { key, gain, bid, waits: Some(pending.nonce) });
        }
        let mut dice = sees.dice(Who(mix(out.me().who.0, u64::from(key.position))));
        if !dice.chance(self.attention) {
            return None;
        }
        let tip = gain * self.bid_share.sample(&mut dice);
        if gain - tip <= self.min_profit {
            out.priced_out();
            return None;
        }
        let fee = sees.priority_fee(tip, gas).min(self.tip_cap);
        let bid = hurried(sees, fee, prize, self.min_profit, gas, last_block);
        Some(Seen { key, gain, bid, waits: None })
    }

    /// Takes back the transactions that wait for positions which are no longer under water.
    fn take_back(&mut self, sees: &View, out: &mut Outbox) {
        let Self { pending, .. } = self;
        let is_gone = |nonce| pending.iter().any(|held| held.nonce == nonce && !sees.liquidatable.has(held.key));
        let back = out.take_back(|waits| is_gone(waits.nonce));
        pending.retain(|held| !back.contains(&held.nonce));
    }

    /// Returns the least bid that replaces one that waits, if killing still pays at that price.
    fn raised(&self, pending: &Pending, prize: f64, sees: &View) -> Option<Bid> {
        let (old, gas) = (pending.bid, sees.gas.schedule.kill);
        let last_block = sees.clock.block + self.expiry - 1;
        let bid = hurried(sees, Bid::bumped(old.priority_fee), prize, self.min_profit, gas, last_block);
        let bid = Bid { max_fee: bid.max_fee.max(Bid::bumped(old.max_fee)), ..bid };
        let pays = bid.max_fee <= sees.priority_fee(prize - self.min_profit, gas);
        (pays && bid.priority_fee <= self.tip_cap).then_some(bid)
    }
}

impl PopulationParams for FarmLiquidatorParams {
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
        vec![Use::new(at.at("bank"), EntityKind::BANK, &self.bank)]
    }

    fn check(&self, at: Node, check: &mut Check) {
        check.law(at, "min_profit", &self.min_profit, &ANY);
        check.law(at, "attention", &self.attention, &SHARE);
        check.law(at, "bid_share", &self.bid_share, &SHARE);
        check_hurry(at, self.tip_cap, self.expiry, check);
        check.field(at, "kills_per_block", self.kills_per_block, self.kills_per_block > 0, "at least 1");
    }

    fn dearest(&self, gas: &GasSchedule) -> Option<(&'static str, u64)> {
        Some(("kill", gas.kill))
    }

    fn needs(&self) -> Option<Need<'_>> {
        Some(Need {
            activity: Activity::of(BORROWS_FROM_BANK, &self.bank),
            field: "bank",
            message: format!("nothing to liquidate: nobody borrows from `{}`", self.bank),
            expected: "expected a bank with farmers",
        })
    }
}

impl Population for FarmLiquidatorParams {
    type Agent = FarmLiquidator;

    fn draw(&self, sees: &View, dice: &mut Dice) -> NewAgent<FarmLiquidator> {
        let bank = sees.protocols.bank_named(&self.bank);
        let min_profit = self.min_profit.sample(dice);
        let agent = FarmLiquidator {
            bank: bank.id,
            to: bank.at,
            min_profit,
            attention: self.attention.sample(dice),
            bid_share: self.bid_share.clone(),
            tip_cap: self.tip_cap.map_or(u128::MAX, |gwei| sees.gwei(gwei)),
            expiry: self.expiry,
            kills_per_block: self.kills_per_block as usize,
            revert_protection: self.revert_protection,
            pending: Vec::new(),
            seen: Vec::new(),
        };
        let min_profit = Some((bank.protocol, min_profit));
        NewAgent { min_profit, ..NewAgent::new(agent, Wake::WhenUnderwater) }
    }
}
