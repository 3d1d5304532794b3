//! What may be liquidated as the block begins, in protocols of every kind.

use bevy_ecs::prelude::Resource;

use super::lending::FailingLoans;
use super::maker::UnsafeVaults;
use super::underwater::Underwater;

/// What may be liquidated as the block begins and somebody may find worth it.
#[derive(Debug, Clone, Default, Resource)]
pub struct Failing {
    /// Of leveraged farms.
    pub underwater: Underwater,
    /// Of lending markets.
    pub loans: FailingLoans,
    /// Of Maker systems.
    pub vaults: UnsafeVaults,
}

impl Failing {
    /// Says whether there is something to do for those who wait for it: a position that may be liquidated, or an auction
    /// that runs.
    pub fn calls(&self) -> bool {
        !self.underwater.is_empty() || !self.loans.is_empty() || self.vaults.call_keepers()
    }
}
