//! What a farmer does when its health is low. The contract has no call that sells a part of a position: a farmer puts
//! in more, or closes.

use serde::Deserialize;

use super::Farmer;
use crate::agents::view::View;
use crate::chain::dice::Dice;
use crate::chain::distribution::Distribution;
use crate::chain::ids::PositionId;
use crate::checks::Check;
use crate::checks::laws::{ANY, Allowed, NOT_NEGATIVE, SHARE};
use crate::deployments::leveraged_farm::FarmHealth;
use crate::reader::piece::Node;

/// How farmers of a population defend their positions, as scenario files write it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefenceParams {
    /// Whether they put in more, or close.
    pub how: How,
    /// Health factor below which they do that; 1.05 by default. Below 1 a position may be liquidated.
    #[serde(default = "act_below")]
    pub act_below: Distribution,
    /// Health factor that they want to have then, if they top up; 1.15 by default.
    #[serde(default = "target")]
    pub target: Distribution,
    /// Probability of looking at a block: with 1, the default, none is missed; near 0 it acts too late or never.
    #[serde(default = "crate::agents::always")]
    pub attention: Distribution,
}

impl DefenceParams {
    pub(super) fn check(&self, at: Node, check: &mut Check) {
        check.law(at, "act_below", &self.act_below, &Allowed { least: 1.0, ..ANY });
        check.law(at, "attention", &self.attention, &SHARE);
        if let How::TopUp(aside) = &self.how {
            check.law(at, "how", aside, &NOT_NEGATIVE);
            check.law(at, "target", &self.target, &Allowed { least: 1.0, above: true, ..ANY });
        }
    }
}

/// What a farmer does when its health is low.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub enum How {
    /// Puts in more of the base asset, of which it keeps this share of its own capital aside.
    TopUp(Distribution),
    /// Closes its position.
    StopLoss,
}

fn act_below() -> Distribution {
    Distribution::Fixed(1.05)
}

fn target() -> Distribution {
    Distribution::Fixed(1.15)
}

/// How one farmer defends its position.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Defence {
    stops: bool,
    act_below: f64,
    target: f64,
    pub(super) attention: f64,
}

/// What is to be done about a position's health.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Remedy {
    /// Close it.
    Stop,
    /// Put in so many smallest units of the base asset.
    TopUp(u128),
}

impl Defence {
    /// Draws how a farmer defends itself, and what share of its own capital it keeps aside for it.
    pub(super) fn draw(params: &DefenceParams, dice: &mut Dice) -> (Self, f64) {
        let aside = match &params.how {
            How::TopUp(aside) => aside.sample(dice),
            How::StopLoss => 0.0,
        };
        let defence = Self {
            stops: params.how == How::StopLoss,
            act_below: params.act_below.sample(dice),
            target: params.target.sample(dice),
            attention: params.attention.sample(dice),
        };
        (defence, aside)
    }
}

impl Farmer {
    /// Returns what its defence asks for; nothing while its health factor is high enough.
    pub(super) fn remedy(&self, position: PositionId, sees: &View) -> Option<Remedy> {
        let defence = self.defence?;
        let FarmHealth { debt, health, kill_factor } = sees.farm_health(self.worker, position)?;
        let (debt, carried) = (debt as f64, kill_factor * health as f64);
        if debt == 0.0 || carried / debt >= defence.act_below {
            return None;
        }
        if defence.stops {
            return Some(Remedy::Stop);
        }
        // What is put in adds to the health what it is worth, but for the pool's fee.
        let missing = (defence.target * debt - carried) / kill_factor;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates, as a wish may")]
        let missing = missing.max(0.0) as u128;
        Some(Remedy::TopUp(missing))
    }
}
