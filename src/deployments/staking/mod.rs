//! Staking farms: what a scenario says of each, whatever pays its rewards out.

mod calls;
mod deployment;
pub mod events;
mod farm;
mod genesis;

use std::fmt::Debug;

use plimsoll_math::Decimal;
use plimsoll_protocols::farm::StakingContract;

use super::genesis::{Genesis, Settled, Settling, Staked, Unsettled};
use super::{Family, FarmParams};
use crate::chain::state::ChainState;
use crate::chain::time::TimeSpan;
use crate::checks::Check;
use crate::checks::declared::{Declared, DeclaredFarm};
use crate::checks::names::{EntityKind, Use};
use crate::reader::piece::{At, Node, Placed};
pub use farm::FarmCell;
pub use genesis::{Emissions, fund_farms};

/// What a scenario says of a staking farm.
pub trait FarmSpec: Debug {
    /// Returns its name, the pools whose liquidity tokens are staked, and the token it pays.
    fn declared(&self) -> DeclaredFarm<'_>;

    /// Returns when it is funded, from the start of the run, and with how many whole tokens; nothing by default, since most
    /// contracts mint their rewards.
    fn emissions(&self) -> &[(TimeSpan, Decimal)] {
        &[]
    }

    /// Notes what is wrong with it, but for its pool and emissions.
    fn check(&self, at: At, check: &mut Check);

    /// Returns where each of its pools is named.
    fn pool_nodes<'a>(&self, at: At<'a>) -> Vec<Node<'a>>;

    /// Opens it before anybody stakes.
    ///
    /// # Errors
    /// The contract refuses it.
    fn open(&self, chain: &ChainState) -> Result<StakingContract, String>;
}

impl Family for FarmParams {
    const KIND: EntityKind = EntityKind::FARM;

    fn declare<'d>(list: &'d [Placed<Self>], declared: &mut Declared<'d>) {
        declared.farms = list.iter().map(|farm| farm.value.declared()).collect();
    }

    fn uses<'a, 'd>(one: &'d Placed<'a, Self>, used: &mut Vec<Use<'a, 'd>>) {
        let DeclaredFarm { pools, reward, .. } = one.value.declared();
        let nodes = one.value.pool_nodes(one.at());
        used.extend(nodes.into_iter().zip(pools).map(|(node, pool)| Use::new(node, EntityKind::POOL, pool)));
        used.push(Use::new(one.node.at("reward"), EntityKind::TOKEN, reward));
    }

    fn check(one: &Placed<Self>, check: &mut Check) {
        let DeclaredFarm { pools, reward, .. } = one.value.declared();
        for (node, pool) in one.value.pool_nodes(one.at()).into_iter().zip(pools) {
            if check.declared.pool(pool).is_some_and(|pool| pool.tick_spacing().is_some()) {
                let message = format!("the pool `{pool}` has no liquidity token that could be staked");
                check.error(node.place(), message, "expected a pool whose liquidity is a token");
            }
        }
        one.value.check(one.at(), check);
        if !one.whole {
            return;
        }
        for (index, (time, amount)) in one.value.emissions().iter().enumerate() {
            let node = one.node.at("emissions").nth(index);
            check.positive_amount(node.nth(1), *amount, reward);
            if check.is_late(*time) {
                let message = format!("this emission comes at {time}, after the last block");
                let expected = check.expect_early();
                check.warning(node.nth(0).place(), message, expected);
            }
        }
    }

    fn open(list: &[Self], genesis: &mut Genesis) -> Result<(), Unsettled> {
        genesis::open(list, genesis)
    }

    fn settle(
        _list: &[Self],
        stakes: &[Staked],
        settling: &mut Settling,
        _settled: &mut Settled,
    ) -> Result<(), Unsettled> {
        genesis::settle(stakes, settling)
    }
}
