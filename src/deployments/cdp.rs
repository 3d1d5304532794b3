//! Issuers of stablecoins against collateral: what a scenario says of each, and how it opens.

use std::fmt::Debug;

use super::{Family, StablecoinParams};
use crate::chain::ids::{AccountId, MakerId, ProtocolId};
use crate::chain::state::ChainState;
use crate::checks::Check;
use crate::checks::declared::{Declared, DeclaredVaults};
use crate::checks::names::{EntityKind, Use};
use crate::deployments::maker::MakerCell;
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

    /// Opens it before anybody has a vault.
    ///
    /// # Errors
    /// The contract refuses it.
    fn open(
        &self,
        id: MakerId,
        protocol: ProtocolId,
        account: AccountId,
        chain: &ChainState,
    ) -> Result<MakerCell, String>;
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
}
