//! Issuers of stablecoins, and the vaults that are there before the first block.

use bevy_ecs::system::SystemState;

use super::opening::{Opening, Writing};
use super::{Builder, CHECKED, GenesisError, fault};
use crate::agents::population::Stake;
use crate::chain::ids::{AccountId, AgentId, IlkId, MakerId};
use crate::chain::ledger::Source;
use crate::chain::state::ChainState;
use crate::deployments::deployed::Deployed;
use crate::deployments::directory::{Named, PositionsOf};
use crate::deployments::maker::MakerCell;
use crate::protocol::lending::maker::MakerError;

impl Builder<'_> {
    pub(super) fn stablecoins(&mut self) -> Result<(), GenesisError> {
        for (params, index) in self.scenario.stablecoins.iter().zip(0_u16..) {
            let name = params.name();
            let account = self.open();
            let vaults = params.vaults().iter().map(|vaults| vaults.name.to_owned()).collect();
            let protocol = self.directory.list_positions(PositionsOf::Maker(MakerId(index)), name, vaults);
            let cell = params.open(MakerId(index), protocol, account, self.world.resource::<ChainState>());
            let cell = cell.map_err(|error| fault(format!("stablecoin issuer {name}: {error}")))?;
            let entity = self.world.spawn(Deployed::from(cell)).id();
            self.directory.makers.push(Named { name: name.to_owned(), entity });
        }
        Ok(())
    }
}

impl Opening<'_> {
    /// Writes vaults.
    pub(super) fn vaults(&mut self, stakes: &[(AgentId, Stake)]) -> Result<(), GenesisError> {
        let mut state = SystemState::<Writing>::new(self.world);
        let mut writing = state.get_mut(self.world).expect(CHECKED);
        for (agent, stake) in stakes {
            if let Stake::Vault { of, locked, drawn, kept } = stake {
                writing.vault(*agent, *of, *locked, (*drawn, *kept))?;
            }
        }
        Ok(())
    }
}

impl Writing<'_, '_> {
    fn vault(
        &mut self,
        agent: AgentId,
        (system, ilk): (MakerId, IlkId),
        locked: u128,
        (drawn, kept): (u128, bool),
    ) -> Result<(), GenesisError> {
        let owner = self.agents.account(agent);
        let cell = self.protocols.maker(system);
        let (account, gem, dai) = (cell.account, cell.ilk(ilk).gem, cell.dai);
        let opened = open(cell, ilk, owner, locked, drawn);
        opened.map_err(|error| self.refused(agent, error))?;
        for (token, amount) in [(gem, locked), (dai, drawn)] {
            self.chain.ledger.can_issue(token, amount).map_err(|error| self.refused(agent, error))?;
        }
        self.chain.ledger.issue(Source::Genesis, account, gem, locked);
        self.chain.ledger.issue(Source::Stablecoins, owner, dai, drawn);
        if !kept {
            self.chain.ledger.retire(Source::Genesis, owner, dai, drawn).expect("it was just issued");
        }
        Ok(())
    }
}

/// Locks collateral and draws dai.
fn open(cell: &mut MakerCell, ilk: IlkId, owner: AccountId, locked: u128, drawn: u128) -> Result<(), MakerError> {
    let maker = &mut cell.maker;
    let joined = maker.gem_join(ilk, owner, locked)?;
    let art = if drawn > 0 { maker.art_to_draw_up(ilk, owner, drawn)? } else { 0 };
    let change = |wad: u128| i128::try_from(wad).unwrap_or(i128::MAX);
    maker.frob(ilk, owner, change(joined.wad), change(art))?;
    maker.dai_exit(owner, drawn)?;
    let state = *maker.ilk_state(ilk)?;
    cell.reorder(ilk, owner, &state);
    Ok(())
}
