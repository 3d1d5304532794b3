//! The lists of a scenario, to which every file of it may add: a line here and a file for each, with how its elements
//! declare and use names, what is wrong with them and what is hardly meant. Those of protocols are in [`deployments`].
//!
//! [`deployments`]: crate::deployments

mod agents;
mod correlations;
mod oracles;
mod prices;
mod shocks;
mod tokens;
mod venue;

use serde::de::DeserializeOwned;

use super::check::Check;
use super::schema::TokenParams;
use crate::agents::AgentParams;
use crate::chain::venue::VenueParams;
use crate::checks::declared::Declared;
use crate::checks::names::{EntityKind, Use};
use crate::deployments::genesis::{Genesis, Settled, Settling, ShareToken, Staked, Unsettled};
use crate::deployments::{BankParams, Family, FarmParams, LendingParams, PoolParams, StablecoinParams};
use crate::market::correlation::CorrelationParams;
use crate::market::oracle::OracleParams;
use crate::market::shock::ShockParams;
use crate::reader::diagnostic::Diagnostic;
use crate::reader::piece::{Node, Placed, read};
use crate::reader::tree::Kind;

/// An element type of a list of the scenario.
pub(super) trait Listed: Sized {
    /// Returns the lists in a text of these that declare names, and what those stand for.
    fn named(_list: Node) -> Vec<(EntityKind, Node)> {
        vec![]
    }

    /// Tells the checks of others what these are.
    fn declare<'d>(_list: &'d [Placed<Self>], _declared: &mut Declared<'d>) {}

    /// Adds the references that an element makes.
    fn uses<'a, 'd>(_one: &'d Placed<'a, Self>, _used: &mut Vec<Use<'a, 'd>>) {}

    /// Checks the elements against what is declared.
    fn check(list: &[Placed<Self>], check: &mut Check);

    /// Notes what is hardly meant in these, where the scenario is sound.
    fn warn(_list: &[Placed<Self>], _check: &mut Check) {}

    /// Returns the tokens that these mint for shares of them.
    fn share_tokens(_list: &[Self]) -> Vec<ShareToken<'_>> {
        vec![]
    }

    /// Puts these into a world that has what stands in the lists before.
    ///
    /// # Errors
    /// A contract refuses what the scenario says.
    fn open(_list: &[Self], _genesis: &mut Genesis) -> Result<(), Unsettled> {
        Ok(())
    }

    /// Writes what agents hold of these before the first block.
    ///
    /// # Errors
    /// A contract refuses, or there is too little of something.
    fn settle(
        _list: &[Self],
        _stakes: &[Staked],
        _settling: &mut Settling,
        _settled: &mut Settled,
    ) -> Result<(), Unsettled> {
        Ok(())
    }
}

impl<T: Family> Listed for T {
    fn named(list: Node) -> Vec<(EntityKind, Node)> {
        <T as Family>::named(list)
    }

    fn declare<'d>(list: &'d [Placed<Self>], declared: &mut Declared<'d>) {
        <T as Family>::declare(list, declared);
    }

    fn uses<'a, 'd>(one: &'d Placed<'a, Self>, used: &mut Vec<Use<'a, 'd>>) {
        <T as Family>::uses(one, used);
    }

    fn check(list: &[Placed<Self>], check: &mut Check) {
        for one in list {
            <T as Family>::check(one, check);
        }
    }

    fn warn(list: &[Placed<Self>], check: &mut Check) {
        for one in list {
            <T as Family>::warn(one, check);
        }
    }

    fn share_tokens(list: &[Self]) -> Vec<ShareToken<'_>> {
        list.iter().filter_map(<T as Family>::share_token).collect()
    }

    fn open(list: &[Self], genesis: &mut Genesis) -> Result<(), Unsettled> {
        <T as Family>::open(list, genesis)
    }

    fn settle(
        list: &[Self],
        stakes: &[Staked],
        settling: &mut Settling,
        settled: &mut Settled,
    ) -> Result<(), Unsettled> {
        <T as Family>::settle(list, stakes, settling, settled)
    }
}

/// Makes what a scenario lists, and what could be read of it, from one list of the lists.
macro_rules! lists {
    ($($(#[$doc:meta])* $list:ident: $element:ty;)+) => {
        /// The lists' names.
        pub(super) const LISTS: &[&str] = &[$(stringify!($list)),+];

        /// Returns the lists in a field's text that declare names, and what those stand for.
        pub(super) fn named<'a>(name: &str, list: Node<'a>) -> Vec<(EntityKind, Node<'a>)> {
            match name {
                $(stringify!($list) => <$element as Listed>::named(list),)+
                _ => vec![],
            }
        }

        /// Every list of a scenario, as read without mistakes.
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct Lists {
            $($(#[$doc])* pub $list: Vec<$element>,)+
        }

        impl Lists {
            /// Returns the tokens that protocols mint for shares of them, in the order of the lists.
            pub(super) fn share_tokens(&self) -> Vec<ShareToken<'_>> {
                let mut tokens = Vec::new();
                $(tokens.extend(<$element as Listed>::share_tokens(&self.$list));)+
                tokens
            }

            /// Puts what is listed into a world, list by list.
            pub(super) fn open(&self, genesis: &mut Genesis) -> Result<(), Unsettled> {
                $(<$element as Listed>::open(&self.$list, genesis)?;)+
                Ok(())
            }

            /// Writes what agents hold before the first block, the last list first: what stands on other protocols finds
            /// them as their founders left them.
            pub(super) fn settle(&self, stakes: &[Staked], settling: &mut Settling) -> Result<Settled, Unsettled> {
                type Settle<'l> = Box<dyn Fn(&[Staked], &mut Settling, &mut Settled) -> Result<(), Unsettled> + 'l>;
                let lists: Vec<Settle> = vec![$(Box::new(|stakes, settling, settled| {
                    <$element as Listed>::settle(&self.$list, stakes, settling, settled)
                }),)+];
                let mut settled = Settled::default();
                lists.iter().rev().try_for_each(|settle| settle(stakes, settling, &mut settled))?;
                Ok(settled)
            }
        }

        /// What could be read of a scenario's lists.
        #[derive(Debug, Default)]
        pub(super) struct DraftLists<'a> {
            $($(#[$doc])* pub(super) $list: Vec<Placed<'a, $element>>,)+
        }

        impl<'a> DraftLists<'a> {
            /// Adds what stands in a field to the list of its name.
            pub(super) fn add(&mut self, name: &str, node: Node<'a>, out: &mut Vec<Diagnostic>) {
                match name {
                    $(stringify!($list) => add(&mut self.$list, node, out),)+
                    _ => {}
                }
            }

            /// Adds the lists' elements to what checks may ask.
            pub(super) fn declare<'d>(&'d self, declared: &mut Declared<'d>) {
                $(Listed::declare(&self.$list, declared);)+
            }

            /// Adds the references that the lists make.
            pub(super) fn uses<'d>(&'d self, used: &mut Vec<Use<'a, 'd>>) {
                $(self.$list.iter().for_each(|one| Listed::uses(one, used));)+
            }

            /// Checks every list.
            pub(super) fn check(&self, check: &mut Check) {
                $(Listed::check(&self.$list, check);)+
            }

            /// Notes what is hardly meant, where the scenario is sound.
            pub(super) fn warn(&self, check: &mut Check) {
                $(Listed::warn(&self.$list, check);)+
            }

            /// Returns the lists without their places.
            pub(super) fn finish(self) -> Lists {
                Lists { $($list: self.$list.into_iter().map(|placed| placed.value).collect(),)+ }
            }
        }
    };
}

lists! {
    /// Tokens of the chain, the numeraire included.
    tokens: TokenParams;
    /// How tokens move together: pairs and the correlation of what drives their prices, -1 to 1. A pair that is not
    /// listed is not correlated.
    correlations: CorrelationParams;
    /// What happens to outside prices on top of their processes.
    shocks: ShockParams;
    /// How the external venue takes flow; a token that is not listed moves nothing.
    venue: VenueParams;
    /// AMM pools of every kind.
    pools: PoolParams;
    /// What lending markets believe that tokens cost.
    oracles: OracleParams;
    /// Staking farms.
    farms: FarmParams;
    /// Lending markets of every kind.
    lending: LendingParams;
    /// Issuers of stablecoins, with their kinds of collateral.
    stablecoins: StablecoinParams;
    /// Banks of leveraged farmers.
    banks: BankParams;
    /// Populations of agents.
    agents: AgentParams;
}

/// Reads each element by itself, so that a mistake in one leaves the others alone.
fn add<'a, T: DeserializeOwned>(into: &mut Vec<Placed<'a, T>>, node: Node<'a>, out: &mut Vec<Diagnostic>) {
    if matches!(node.tree.kind, Kind::List(_)) {
        into.extend(node.elements().filter_map(|element| read(element, out)));
    } else if !node.is_broken() {
        out.push(Diagnostic::error(node.place(), "a list is missing").expected("expected `[...]`"));
    }
}
