//! What a scenario says of a farm of `StakingRewards`.

use plimsoll_math::Decimal;
use plimsoll_protocols::farm::StakingContract;
use plimsoll_protocols::farm::staking_rewards::StakingRewards;
use serde::Deserialize;

use super::super::Protocol;
use super::super::staking::FarmSpec;
use crate::chain::state::ChainState;
use crate::chain::time::TimeSpan;
use crate::checks::Check;
use crate::checks::declared::DeclaredFarm;
use crate::reader::piece::{At, Node};

/// Longest time over which a farm may stream rewards.
const LONGEST_DURATION: TimeSpan = TimeSpan::seconds(1_000 * 366 * 86_400);

/// Synthetix `StakingRewards`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Its name in the scenario.
    pub name: String,
    /// The pool whose liquidity tokens are staked.
    pub pool: String,
    /// The token that it pays as a reward.
    pub reward: String,
    /// Over how long an emission is paid out, evenly; 7 days by default, as deployed.
    #[serde(default = "default_duration")]
    pub duration: TimeSpan,
    /// When it is funded, from the start of the run, and with how many whole tokens; never by default, and it pays nothing.
    #[serde(default)]
    pub emissions: Vec<(TimeSpan, Decimal)>,
}

fn default_duration() -> TimeSpan {
    TimeSpan::seconds(7 * 86_400)
}

impl Protocol for Params {}

impl FarmSpec for Params {
    fn declared(&self) -> DeclaredFarm<'_> {
        DeclaredFarm { name: &self.name, protocol: "StakingRewards", pools: vec![&self.pool], reward: &self.reward }
    }

    fn emissions(&self) -> &[(TimeSpan, Decimal)] {
        &self.emissions
    }

    fn check(&self, at: At, check: &mut Check) {
        let (place, duration) = (at.node.at("duration").place(), self.duration);
        if duration.ms == 0 {
            check.error(place, "no time to pay out in", "expected more, such as `\"7 d\"`");
        } else if !duration.ms.is_multiple_of(1_000) {
            let message = format!("rewards cannot be paid out over {duration}: the contract counts seconds");
            check.error(place, message, "expected whole seconds, such as `\"7 d\"`");
        } else if duration > LONGEST_DURATION {
            let message = "rewards are paid out over more than a thousand years";
            check.error(place, message, "expected less, such as `\"7 d\"`");
        }
    }

    fn pool_nodes<'a>(&self, at: At<'a>) -> Vec<Node<'a>> {
        vec![at.node.at("pool")]
    }

    fn open(&self, _chain: &ChainState) -> Result<StakingContract, String> {
        Ok(StakingRewards::new(self.duration.ms / 1_000).into())
    }
}
