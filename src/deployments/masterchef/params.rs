//! What a scenario says of a `MasterChef`.

use plimsoll_math::Decimal;
use plimsoll_protocols::farm::StakingContract;
use plimsoll_protocols::farm::masterchef::{Emission, MassUpdate, MasterChef};
use serde::Deserialize;

use super::super::Protocol;
use super::super::staking::FarmSpec;
use crate::chain::state::ChainState;
use crate::chain::time::TimeSpan;
use crate::checks::Check;
use crate::checks::declared::DeclaredFarm;
use crate::reader::piece::{At, Node};

const CHECKED: &str = "the scenario was checked";

/// Sushi's `MasterChef`: it mints a reward per block and shares it among pools by their allocation points. A tenth of the
/// reward is minted on top, for the developers: the account of protocol fees gets it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Its name in the scenario.
    pub name: String,
    /// The token that it mints as a reward.
    pub reward: String,
    /// Whole tokens that all pools together get in a block, before the bonus.
    pub reward_per_block: Decimal,
    /// How long from the start of the run a block pays a multiple, and what multiple, 1 to 1,000; none by default.
    #[serde(default)]
    pub bonus: Option<(TimeSpan, u64)>,
    /// The pools whose liquidity tokens are staked.
    pub pools: Vec<PoolParams>,
}

/// A pool whose liquidity tokens are staked.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoolParams {
    /// The pool's name; none is listed twice.
    pub pool: String,
    /// Its part of the reward is this over the sum of all pools' points: with 0 it gets nothing.
    pub alloc_point: u32,
}

impl Protocol for Params {}

impl Params {
    fn emission(&self, chain: &ChainState) -> Emission {
        let reward = chain.tokens.named(&self.reward);
        let (until, bonus_multiplier) = self.bonus.unwrap_or_default();
        Emission {
            sushi_per_block: self.reward_per_block.to_units(chain.tokens.get(reward).decimals).expect(CHECKED),
            start_block: chain.clock.block,
            bonus_end_block: self.bonus.map_or(0, |_| chain.clock.block_at(until)),
            bonus_multiplier: bonus_multiplier.max(1),
        }
    }
}

impl FarmSpec for Params {
    fn declared(&self) -> DeclaredFarm<'_> {
        DeclaredFarm {
            name: &self.name,
            protocol: "MasterChef",
            pools: self.pools.iter().map(|listed| listed.pool.as_str()).collect(),
            reward: &self.reward,
        }
    }

    fn pool_nodes<'a>(&self, at: At<'a>) -> Vec<Node<'a>> {
        let pools = at.each("pools", "pool", self.pools.iter().map(|listed| listed.pool.as_str()));
        pools.into_iter().map(|node| node.at("pool")).collect()
    }

    fn check(&self, at: At, check: &mut Check) {
        check.positive_amount(at.node.at("reward_per_block"), self.reward_per_block, &self.reward);
        if let Some((_, multiplier)) = self.bonus {
            let fine = (1..=1_000).contains(&multiplier);
            check.field(at.node, "bonus", multiplier, fine, "a multiple from 1 to 1,000, as in `(\"14 d\", 10)`");
        }
        let points: u64 = self.pools.iter().map(|listed| u64::from(listed.alloc_point)).sum();
        if points == 0 {
            let message = "no pool gets a part of the reward";
            let expected = "expected a pool, such as `(pool: \"a pool\", alloc_point: 1)`";
            check.error(at.node.at("pools").place(), message, expected);
        }
        for (place, (listed, node)) in self.pools.iter().zip(self.pool_nodes(at)).enumerate() {
            if self.pools[..place].iter().any(|other| other.pool == listed.pool) {
                let message = format!("the pool `{}` is listed twice", listed.pool);
                check.error(node.place(), message, "expected another pool: the contract counts a token for one alone");
            }
        }
    }

    fn open(&self, chain: &ChainState) -> Result<StakingContract, String> {
        let mut contract = MasterChef::new(self.emission(chain));
        for PoolParams { pool, alloc_point } in &self.pools {
            let added = contract.add((*alloc_point).into(), MassUpdate::Skipped, chain.clock.block);
            added.map_err(|error| format!("farm {}: pool {pool}: {error}", self.name))?;
        }
        Ok(contract.into())
    }
}
