//! Which vaults are unsafe, found by their order and checked exactly.

use crate::chain::protocols::ProtocolsMut;
use bevy_ecs::prelude::{Res, ResMut};

use super::{MakerCell, exposure_of, level_of};
use crate::chain::failing::Failing;
use crate::chain::ids::{AccountId, MakerId};
use crate::chain::lending::Look;
use crate::chain::oracles::Oracles;
use crate::chain::state::ChainState;
use crate::protocol::lending::maker::IlkId;

/// A vault that may be liquidated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UnsafeVault {
    /// The system and the ilk.
    pub of: (MakerId, IlkId),
    /// Whose it is.
    pub owner: AccountId,
    /// What its collateral is worth over what it owes, at the oracle's price.
    pub collateral_ratio: f64,
    /// What it owes, in whole dai.
    pub debt: f64,
}

/// The vaults that may be liquidated as the block begins, by system, ilk and account, and whether any auction runs.
#[derive(Debug, Clone, Default)]
pub struct UnsafeVaults {
    list: Vec<UnsafeVault>,
    auctions_run: bool,
}

impl UnsafeVaults {
    /// Says whether there is something for keepers to do: an unsafe vault, or an auction that runs.
    pub fn call_keepers(&self) -> bool {
        self.auctions_run || !self.list.is_empty()
    }

    /// Returns those of an ilk.
    pub fn of(&self, of: (MakerId, IlkId)) -> &[UnsafeVault] {
        let first = self.list.partition_point(|vault| vault.of < of);
        let last = self.list.partition_point(|vault| vault.of <= of);
        &self.list[first..last]
    }
}

/// Lists the vaults that may be liquidated in this block.
pub fn find_unsafe_vaults(chain: Res<ChainState>, mut protocols: ProtocolsMut, mut failing: ResMut<Failing>) {
    let ChainState { clock, oracles, .. } = &*chain;
    let found = &mut failing.vaults;
    found.list.clear();
    found.auctions_run = false;
    for system in (0_u16..).map(MakerId).take(protocols.directory.makers.len()) {
        let cell = protocols.maker(system);
        for number in (0..).zip(0..cell.ilks.len()).map(|(number, _)| IlkId(number)) {
            let first = found.list.len();
            surface(cell, number, oracles, clock.now(), &mut found.list);
            found.auctions_run |= cell.auctions_run(number);
            found.list[first..].sort_unstable_by_key(|vault| vault.owner);
        }
    }
}

/// Lists an ilk's vaults that may be liquidated.
fn surface(cell: &mut MakerCell, number: IlkId, oracles: &Oracles, now: u64, found: &mut Vec<UnsafeVault>) {
    if cell.ilk(number).orders.open() == 0 {
        return;
    }
    // An ilk whose numbers do not fit can liquidate nobody.
    let Ok(books) = cell.books_at(number, oracles, now) else { return };
    let MakerCell { id, maker, ilks, .. } = cell;
    let vault = |owner: AccountId| maker.position(number, owner).unwrap_or_default();
    let look = |owner: AccountId| {
        let position = vault(owner);
        if !books.is_liquidatable(&position) {
            return Look::Sound;
        }
        let collateral_ratio = books.collateral_ratio(&position);
        let debt = position.tab(books.rate).to_f64();
        found.push(UnsafeVault { of: (*id, number), owner, collateral_ratio, debt });
        Look::Failing
    };
    // Nobody's gain is certain enough to park a vault: what an auction brings is known when it is over.
    let orders = &mut ilks[usize::from(number.0)].orders;
    orders.candidates(&level_of(&books), Some(0.0), |owner| exposure_of(&vault(owner)), look);
}
