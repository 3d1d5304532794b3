//! What an agent offers for its transactions that is in no hurry: a tip, a most, and a time to wait.

use serde::Deserialize;

use super::view::View;
use crate::chain::dice::Dice;
use crate::chain::distribution::Distribution;
use crate::chain::transaction::Bid;
use crate::checks::Check;
use crate::checks::laws::{AT_LEAST_ONE, NOT_NEGATIVE};
use crate::reader::piece::Node;

/// How long agents wait for block space and what they pay for it, as scenario files write it. What is left out has no
/// bound, but that gas never costs more than what a transaction is about.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PatienceParams {
    /// How many blocks a transaction may wait to be taken, its first included: 1 or more, rounded to whole ones.
    pub blocks: Option<Distribution>,
    /// The most that it pays in all, base fee and tip, in gwei per unit of gas; while gas costs more, it waits.
    pub max_fee: Option<Distribution>,
    /// The most that a transaction's gas may cost, as a share of what it is about, as in 0.01; 1 by default.
    pub gas_share: Option<Distribution>,
}

impl PatienceParams {
    /// Checks what the field `patience` of a population says.
    pub fn check(&self, agent: Node, check: &mut Check) {
        let node = agent.at("patience");
        if let Some(law) = &self.max_fee {
            check.gas_law(node, "max_fee", law);
        }
        let laws = [("blocks", &self.blocks, AT_LEAST_ONE), ("gas_share", &self.gas_share, NOT_NEGATIVE)];
        for (field, law, allowed) in laws {
            if let Some(law) = law {
                check.law(node, field, law, &allowed);
            }
        }
    }
}

/// Checks what a population says that is in a hurry: the most that it tips, and how long its transactions may wait.
pub fn check_hurry(at: Node, tip_cap: Option<f64>, expiry: u64, check: &mut Check) {
    if let Some(cap) = tip_cap {
        check.field(at, "tip_cap", cap, cap >= 0.0, "0 gwei or more");
        check.gas_price(at.at("tip_cap").place(), cap);
    }
    let expected = "1 or more blocks: the first is the one in which it is submitted";
    check.field(at, "expiry", expiry, (1..=1_000_000_000).contains(&expiry), expected);
}

/// What an agent offers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Offer {
    /// Priority fee, in the native token's smallest units per unit of gas.
    pub tip: u128,
    /// The most that it pays in all, likewise.
    max_fee: u128,
    /// The most that gas may cost, over the worth of what the transaction is about.
    gas_share: f64,
    /// In blocks, the one in which it is submitted included; none for as long as it takes.
    patience: Option<u64>,
}

impl Offer {
    /// Draws what an agent offers that tips so many gwei; what has no bound takes no die.
    pub fn draw(params: &PatienceParams, tip_gwei: f64, sees: &View, dice: &mut Dice) -> Self {
        let mut drawn = |law: &Option<Distribution>| law.as_ref().map(|law| law.sample(dice));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked to be 1 or more; it saturates"
        )]
        let whole = |blocks: f64| blocks.round() as u64;
        Self {
            tip: sees.gwei(tip_gwei),
            max_fee: drawn(&params.max_fee).map_or(u128::MAX, |gwei| sees.gwei(gwei)),
            gas_share: drawn(&params.gas_share).unwrap_or(1.0),
            patience: drawn(&params.blocks).map(whole),
        }
    }

    /// Returns the bid for a transaction about something worth `at_stake`, in the numeraire, or none: gas is dearer
    /// than it pays, and it has no time to wait for cheaper gas.
    pub fn bid(&self, sees: &View, at_stake: f64, gas: u64) -> Option<Bid> {
        let max_fee = self.max_fee.min(sees.priority_fee(self.gas_share * at_stake, gas));
        let last_block = self.patience.map(|blocks| sees.clock.block.saturating_add(blocks.saturating_sub(1)));
        let waits = max_fee >= sees.gas.base_fee || last_block.is_some_and(|last| last > sees.clock.block);
        waits.then_some(Bid { priority_fee: self.tip, max_fee, last_block: last_block.unwrap_or(u64::MAX) })
    }
}

/// Returns the bid of an agent that waits for as long as it takes and pays no more for gas than its transaction is about,
/// `at_stake` in the numeraire; none if the base fee alone comes to more.
pub fn patient(sees: &View, tip: u128, at_stake: f64, gas: u64) -> Option<Bid> {
    let max_fee = sees.priority_fee(at_stake, gas);
    (max_fee >= sees.gas.base_fee).then_some(Bid { priority_fee: tip, max_fee, last_block: u64::MAX })
}

/// Returns the bid of an agent in a hurry, who gains `worth` before gas and keeps at least `kept` of it: a tip, and
/// room for the base fee to double until `last_block`, as far as the gain allows. Worths are in the numeraire.
pub fn hurried(sees: &View, tip: u128, worth: f64, kept: f64, gas: u64, last_block: u64) -> Bid {
    let pays = sees.priority_fee(worth - kept, gas);
    let now = sees.gas.base_fee.saturating_add(tip);
    Bid { priority_fee: tip, max_fee: now.max(pays.min(now.saturating_add(sees.gas.base_fee))), last_block }
}
