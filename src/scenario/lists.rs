//! The lists of a scenario: every file of it may add to each.

use serde::de::DeserializeOwned;

use super::schema::TokenParams;
use crate::agents::AgentParams;
use crate::chain::venue::VenueParams;
use crate::deployments::{BankParams, FarmParams, LendingParams, PoolParams, StablecoinParams};
use crate::market::correlation::CorrelationParams;
use crate::market::oracle::OracleParams;
use crate::market::shock::ShockParams;
use crate::reader::diagnostic::Diagnostic;
use crate::reader::piece::{Node, Placed, read};
use crate::reader::tree::Kind;

/// Makes what a scenario lists, and what could be read of it, from one list of the lists.
macro_rules! lists {
    ($($(#[$doc:meta])* $list:ident: $element:ty;)+) => {
        /// The lists' names.
        pub(super) const LISTS: &[&str] = &[$(stringify!($list)),+];

        /// What a scenario lists.
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct Lists {
            $($(#[$doc])* pub $list: Vec<$element>,)+
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

            /// Returns the lists without their places.
            pub(super) fn finish(self) -> Lists {
                Lists { $($list: self.$list.into_iter().map(|placed| placed.value).collect(),)+ }
            }
        }
    };
}

lists! {
    /// The tokens.
    tokens: TokenParams;
    /// How tokens move together: pairs and the correlation of what drives their prices, -1 to 1. A pair that is not
    /// listed is not correlated.
    correlations: CorrelationParams;
    /// What happens to outside prices on top of their processes.
    shocks: ShockParams;
    /// How the external venue takes flow; a token that is not listed moves nothing.
    venue: VenueParams;
    /// The pools.
    pools: PoolParams;
    /// What lending markets believe that tokens cost.
    oracles: OracleParams;
    /// The staking farms.
    farms: FarmParams;
    /// The lending markets.
    lending: LendingParams;
    /// The issuers of stablecoins.
    stablecoins: StablecoinParams;
    /// The banks.
    banks: BankParams;
    /// Who acts.
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
