//! Banks of leveraged farmers: what a scenario says of each, and how it opens.

use std::fmt::Debug;

use super::genesis::{Genesis, Settled, Settling, ShareDecimals, ShareToken, Staked, Unsettled};
use super::{BankParams, Family};
use crate::chain::ids::{AccountId, BankId, PositionKey, WorkerId};
use crate::checks::Check;
use crate::checks::declared::{Declared, DeclaredFarming};
use crate::checks::names::{EntityKind, Use};
use crate::reader::piece::{At, Placed};

/// What a scenario says of a bank.
pub trait BankSpec: Debug {
    /// Returns what it is called.
    fn name(&self) -> &str;

    /// Returns the asset it lends.
    fn base(&self) -> &str;

    /// Returns where it farms, as others ask.
    fn farming(&self) -> Vec<DeclaredFarming<'_>>;

    /// Notes the names that it uses.
    fn uses<'a, 'd>(&'d self, at: At<'a>, used: &mut Vec<Use<'a, 'd>>);

    /// Notes what is wrong with it.
    fn check(&self, at: At, check: &mut Check);

    /// Puts it into the world, with those who farm for its borrowers.
    ///
    /// # Errors
    /// The contracts refuse it.
    fn deploy(&self, id: BankId, genesis: &mut Genesis) -> Result<(), Unsettled>;

    /// Writes what agents supply and which positions they have before the first block.
    ///
    /// # Errors
    /// The contracts refuse, or more is owed than supplied.
    fn settle(
        &self,
        id: BankId,
        stakes: &[Staked],
        settling: &mut Settling,
        settled: &mut Settled,
    ) -> Result<(), Unsettled>;
}

impl Family for BankParams {
    const KIND: EntityKind = EntityKind::BANK;

    fn declare<'d>(list: &'d [Placed<Self>], declared: &mut Declared<'d>) {
        declared.farming = list.iter().flat_map(|bank| bank.value.farming()).collect();
    }

    fn uses<'a, 'd>(one: &'d Placed<'a, Self>, used: &mut Vec<Use<'a, 'd>>) {
        one.value.uses(one.at(), used);
    }

    fn check(one: &Placed<Self>, check: &mut Check) {
        one.value.check(one.at(), check);
    }

    fn share_token(one: &Self) -> Option<ShareToken<'_>> {
        Some(ShareToken { name: one.name(), decimals: ShareDecimals::Of(one.base()) })
    }

    fn open(list: &[Self], genesis: &mut Genesis) -> Result<(), Unsettled> {
        list.iter().zip((0..).map(BankId)).try_for_each(|(one, id)| one.deploy(id, genesis))
    }

    fn settle(
        list: &[Self],
        stakes: &[Staked],
        settling: &mut Settling,
        settled: &mut Settled,
    ) -> Result<(), Unsettled> {
        list.iter().zip((0..).map(BankId)).try_for_each(|(one, id)| one.settle(id, stakes, settling, settled))
    }
}

/// A position's part of what its worker has staked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FarmShare {
    /// The position.
    pub key: PositionKey,
    /// Whose it is.
    pub owner: AccountId,
    /// Who farms for it.
    pub worker: WorkerId,
    /// Its share, of which all positions of the worker have some.
    pub share: u128,
    /// What of the pool's reserves that is a claim on: base asset and farmed token, in smallest units.
    pub claim: [f64; 2],
}

/// How sound a position is, in smallest units of the bank's base asset.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FarmHealth {
    /// What it owes, interest included.
    pub debt: u128,
    /// What its liquidity sells for in its own pool, the fall of the price that this brings included.
    pub health: u128,
    /// Share of the health up to which it may owe, 0 to 1: beyond, it may be liquidated.
    pub kill_factor: f64,
}
