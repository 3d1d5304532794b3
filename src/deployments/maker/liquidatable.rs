//! Which vaults are unsafe, found by their order and checked exactly.

use plimsoll_protocols::lending::maker::IlkId;

use super::{MakerCell, exposure_of, liquidation_prices};
use crate::chain::ids::{AccountId, PositionKey};
use crate::chain::state::ChainState;
use crate::deployments::lending::Look;
use crate::deployments::liquidatable::{Liquidatable, LiquidationSearch};

impl MakerCell {
    /// Lists the vaults that may be liquidated, by ilk and account, and says whether any auction runs.
    pub(super) fn search(&mut self, search: &mut LiquidationSearch) {
        for number in (0..).zip(0..self.ilks.len()).map(|(number, _)| IlkId(number)) {
            let first = search.found.len();
            surface(self, number, search.chain, search.found);
            *search.auctions_run |= self.auctions_run(number);
            search.found[first..].sort_unstable_by_key(|vault| vault.key);
        }
    }
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
    orders.candidates(&liquidation_prices(&state), Some(0.0), |owner| exposure_of(&vault(owner)), look);
}
