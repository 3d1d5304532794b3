//! What the protocols of the run are called and where they live.

use bevy_ecs::prelude::{Entity, Resource};

use super::paths::Paths;
use crate::chain::ids::{DeploymentId, PositionKey, ProtocolId};

/// One protocol in the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// What the scenario calls it.
    pub name: String,
    /// The entity that carries it.
    pub entity: Entity,
    /// The address that calls to it name.
    pub at: DeploymentId,
}

/// What a protocol with positions is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PositionNames {
    /// The deployment that keeps them.
    pub kept_by: DeploymentId,
    /// The deployment's name in the scenario.
    pub protocol: String,
    /// Its markets, by number; none where there is one.
    pub markets: Vec<String>,
}

/// Where protocols live, by id.
#[derive(Debug, Clone, Default, PartialEq, Eq, Resource)]
pub struct Directory {
    /// Every deployment, by [`DeploymentId`].
    pub entities: Vec<Entity>,
    /// Pools, by id: in the order of the scenario. So are the lists of other families.
    pub pools: Vec<Named>,
    /// Which paths lead from token to token through them.
    pub paths: Paths,
    /// Staking contracts.
    pub farms: Vec<Named>,
    /// Banks.
    pub banks: Vec<Named>,
    /// Workers of banks.
    pub workers: Vec<Named>,
    /// Lending markets.
    pub lending: Vec<Named>,
    /// Issuers of stablecoins.
    pub issuers: Vec<Named>,
    /// How many accounts are nobody's wallet: the named ones and those of protocols, which come first.
    pub first_wallet: u32,
    /// What protocols with positions are called, by [`ProtocolId`].
    pub positions: Vec<PositionNames>,
}

impl Directory {
    /// Lists a protocol with positions.
    ///
    /// # Panics
    /// There are 2^16 of them: a bug, since scenarios are checked for it.
    pub fn list_positions(&mut self, kept_by: DeploymentId, protocol: &str, markets: Vec<String>) -> ProtocolId {
        self.positions.push(PositionNames { kept_by, protocol: protocol.to_owned(), markets });
        ProtocolId(u16::try_from(self.positions.len() - 1).expect("there are fewer than 2^16 of each"))
    }

    /// Returns the names of a position's protocol, and of its market there if there are several.
    pub fn names_of(&self, key: PositionKey) -> (&str, Option<&str>) {
        let names = &self.positions[key.protocol.index()];
        (&names.protocol, names.markets.get(usize::from(key.market)).map(String::as_str))
    }
}
