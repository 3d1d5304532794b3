//! What anybody sees of a chain and the protocols on it. Read-only by type.

use std::ops::Deref;

use bevy_ecs::prelude::Res;
use bevy_ecs::system::SystemParam;

use super::deployed::Protocols;
use super::liquidatable::LiquidatableList;
use crate::chain::ids::AccountId;
use crate::chain::state::ChainState;

/// The chain and the protocols on it, as one fetch of a system.
#[derive(SystemParam)]
pub struct View<'w, 's> {
    chain: Res<'w, ChainState>,
    /// What may be liquidated as the block begins and somebody may find worth it.
    pub liquidatable: Res<'w, LiquidatableList>,
    /// Every deployment, by id or by name.
    pub protocols: Protocols<'w, 's>,
}

impl Deref for View<'_, '_> {
    type Target = ChainState;

    fn deref(&self) -> &ChainState {
        &self.chain
    }
}

impl View<'_, '_> {
    /// Returns every account that is somebody's wallet: no protocol's, and none of the named ones.
    pub fn wallets(&self) -> impl Iterator<Item = AccountId> + use<> {
        let accounts = u32::try_from(self.ledger.accounts()).expect("accounts are numbered in u32");
        (self.protocols.directory.first_wallet..accounts).map(AccountId)
    }
}
