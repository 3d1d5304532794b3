//! Banks of leveraged farmers: what a scenario says of each, and how it opens.

use std::fmt::Debug;

use super::alpha_homora::GoblinParams;
use super::{BankParams, Family};
use crate::chain::state::ChainState;
use crate::checks::Check;
use crate::checks::declared::{Declared, DeclaredFarming};
use crate::checks::names::{EntityKind, Use};
use crate::protocol::farm::alpha_homora::Bank;
use crate::reader::piece::{At, Placed};

/// What a scenario says of a bank.
pub trait BankSpec: Debug {
    /// Returns what it is called.
    fn name(&self) -> &str;

    /// Returns the asset it lends.
    fn base(&self) -> &str;

    /// Returns debt over supply after genesis, if the scenario states it.
    fn utilisation(&self) -> Option<f64>;

    /// Returns where it farms, as others ask.
    fn farming(&self) -> Vec<DeclaredFarming<'_>>;

    /// Returns where it farms.
    fn goblins(&self) -> &[GoblinParams];

    /// Notes the names that it uses.
    fn uses<'a, 'd>(&'d self, at: At<'a>, used: &mut Vec<Use<'a, 'd>>);

    /// Notes what is wrong with it.
    fn check(&self, at: At, check: &mut Check);

    /// Opens it before anybody deposits.
    fn open(&self, chain: &ChainState) -> Bank;
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
}
