//! Staking farms: what a scenario says of each, whatever pays its rewards out.

mod deployment;
pub mod events;
mod farm;

pub use farm::FarmCell;

use std::fmt::Debug;

use super::{Family, FarmParams};
use crate::chain::time::TimeSpan;
use crate::checks::Check;
use crate::checks::declared::{Declared, DeclaredFarm};
use crate::checks::names::{EntityKind, Use};
use crate::math::Decimal;
use crate::protocol::farm::staking_rewards::StakingRewards;
use crate::reader::piece::{At, Placed};

/// What a scenario says of a staking farm.
pub trait FarmSpec: Debug {
    /// Returns its name, the pool whose liquidity tokens are staked, and the token it pays.
    fn declared(&self) -> DeclaredFarm<'_>;

    /// Returns when it is funded, from the start of the run, and with how many whole tokens.
    fn emissions(&self) -> &[(TimeSpan, Decimal)];

    /// Notes what is wrong with it, but for its pool and emissions.
    fn check(&self, at: At, check: &mut Check);

    /// Opens it before anybody stakes.
    fn open(&self) -> StakingRewards;
}

impl Family for FarmParams {
    const KIND: EntityKind = EntityKind::FARM;

    fn declare<'d>(list: &'d [Placed<Self>], declared: &mut Declared<'d>) {
        declared.farms = list.iter().map(|farm| farm.value.declared()).collect();
    }

    fn uses<'a, 'd>(one: &'d Placed<'a, Self>, used: &mut Vec<Use<'a, 'd>>) {
        let DeclaredFarm { pool, reward, .. } = one.value.declared();
        used.push(Use::new(one.node.at("pool"), EntityKind::POOL, pool));
        used.push(Use::new(one.node.at("reward"), EntityKind::TOKEN, reward));
    }

    fn check(one: &Placed<Self>, check: &mut Check) {
        let DeclaredFarm { pool, reward, .. } = one.value.declared();
        if check.declared.pool(pool).is_some_and(|pool| pool.tick_spacing().is_some()) {
            let message = format!("the pool `{pool}` has no liquidity token that could be staked");
            check.error(one.node.at("pool").place(), message, "expected a pool whose liquidity is a token");
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
}
