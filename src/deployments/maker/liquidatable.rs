//! Which vaults are unsafe, found by their order and checked exactly.

use super::{MakerCell, exposure_of, level_of};
use crate::chain::ids::{AccountId, PositionKey};
use crate::chain::state::ChainState;
use crate::deployments::lending::Look;
use crate::deployments::liquidatable::Liquidatable;
use crate::protocol::lending::maker::IlkId;

/// Lists a system's vaults that may be liquidated, by ilk and account, and says whether any auction runs.
pub(crate) fn find_liquidatable(cell: &mut MakerCell, chain: &ChainState, found: &mut Vec<Liquidatable>) -> bool {
    let mut auctions_run = false;
    for number in (0..).zip(0..cell.ilks.len()).map(|(number, _)| IlkId(number)) {
        let first = found.len();
        surface(cell, number, chain, found);
        auctions_run |= cell.auctions_run(number);
        found[first..].sort_unstable_by_key(|vault| vault.key);
    }
    auctions_run
}

/// Lists an ilk's vaults that may be liquidated.
fn surface(cell: &mut MakerCell, number: IlkId, chain: &ChainState, found: &mut Vec<Liquidatable>) {
    if cell.ilk(number).orders.open() == 0 {
        return;
    }
    // An ilk whose numbers do not fit can liquidate nobody.
    let Ok(state) = cell.state_at(number, &chain.oracles, chain.clock.now()) else { return };
    let MakerCell { protocol, maker, ilks, .. } = cell;
    let vault = |owner: AccountId| maker.position(number, owner).unwrap_or_default();
    let look = |owner: AccountId| {
        let position = vault(owner);
        if !state.is_liquidatable(&position) {
            return Look::Sound;
        }
        let key = PositionKey { protocol: *protocol, market: number.0, position: owner.0 };
        let debt = position.tab(state.rate).to_f64();
        let health_factor = state.health_factor(&position);
        found.push(Liquidatable { key, owner, health_factor, debt, prize: None });
        Look::Failing
    };
    // Nobody's gain is certain enough to park a vault: what an auction brings is known when it is over.
    let orders = &mut ilks[usize::from(number.0)].orders;
    orders.candidates(&level_of(&state), Some(0.0), |owner| exposure_of(&vault(owner)), look);
}
