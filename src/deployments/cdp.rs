//! Issuers of stablecoins against collateral: what a scenario says of each, and how it opens.

use std::fmt::Debug;

use super::genesis::{Genesis, Settled, Settling, Staked, Unsettled};
use super::{Family, StablecoinParams};
use crate::chain::ids::IssuerId;
use crate::checks::Check;
use crate::checks::declared::{Declared, DeclaredVaults};
use crate::checks::names::{EntityKind, Use};
use crate::reader::piece::{At, Placed};

/// What a scenario says of an issuer.
pub trait IssuerSpec: Debug {
    /// Returns what it is called.
    fn name(&self) -> &str;

    /// Returns its kinds of collateral.
    fn vaults(&self) -> Vec<DeclaredVaults<'_>>;

    /// Notes the names that it uses.
    fn uses<'a, 'd>(&'d self, at: At<'a>, used: &mut Vec<Use<'a, 'd>>);

    /// Notes what is wrong with it.
    fn check(&self, at: At, check: &mut Check);

    /// Puts it into the world, before anybody has a vault.
    ///
    /// # Errors
    /// The contract refuses it.
    fn deploy(&self, id: IssuerId, genesis: &mut Genesis) -> Result<(), Unsettled>;

    /// Writes the vaults that agents have before the first block.
    ///
    /// # Errors
    /// The contract refuses one.
    fn settle(&self, id: IssuerId, stakes: &[Staked], settling: &mut Settling) -> Result<(), Unsettled>;
}

impl Family for StablecoinParams {
    const KIND: EntityKind = EntityKind::ISSUER;

    fn declare<'d>(list: &'d [Placed<Self>], declared: &mut Declared<'d>) {
        declared.vaults = list.iter().flat_map(|issuer| issuer.value.vaults()).collect();
    }

    fn uses<'a, 'd>(one: &'d Placed<'a, Self>, used: &mut Vec<Use<'a, 'd>>) {
        one.value.uses(one.at(), used);
    }

    fn check(one: &Placed<Self>, check: &mut Check) {
        one.value.check(one.at(), check);
    }

    fn open(list: &[Self], genesis: &mut Genesis) -> Result<(), Unsettled> {
        list.iter().zip((0..).map(IssuerId)).try_for_each(|(one, id)| one.deploy(id, genesis))
    }

    fn settle(
        list: &[Self],
        stakes: &[Staked],
        settling: &mut Settling,
        _settled: &mut Settled,
    ) -> Result<(), Unsettled> {
        list.iter().zip((0..).map(IssuerId)).try_for_each(|(one, id)| one.settle(id, stakes, settling))
    }
}
