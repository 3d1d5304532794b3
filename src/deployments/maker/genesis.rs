//! Vaults that are there before the first block.

use plimsoll_protocols::lending::maker::{IlkId, MakerError};

use super::MakerCell;
use crate::chain::ids::{AccountId, IssuerId};
use crate::chain::ledger::Source;
use crate::deployments::genesis::{Settling, Staked, Unsettled};
use crate::deployments::stakes::Stake;

/// Writes the vaults of a system.
pub(super) fn write_stakes(system: IssuerId, stakes: &[Staked], settling: &mut Settling) -> Result<(), Unsettled> {
    for Staked { account, stake } in stakes {
        let Stake::Vault { issuer, market, locked, drawn, kept } = *stake else { continue };
        if issuer != system {
            continue;
        }
        let (owner, ilk) = (*account, IlkId(market));
        let cell = settling.protocols.issuer(issuer);
        let (pays, gem, dai) = (cell.account, cell.ilk(ilk).gem, cell.dai);
        open(cell, ilk, owner, locked, drawn).map_err(|error| Unsettled::of(owner, error))?;
        let chain = &mut *settling.chain;
        let ledger = &mut chain.ledger;
        for (token, amount) in [(gem, locked), (dai, drawn)] {
            ledger.can_issue(token, amount).map_err(|error| Unsettled::of(owner, chain.tokens.beyond(error)))?;
        }
        ledger.issue(Source::Genesis, pays, gem, locked);
        ledger.issue(Source::Stablecoins, owner, dai, drawn);
        if !kept {
            ledger.retire(Source::Genesis, owner, dai, drawn).expect("it was just issued");
        }
    }
    Ok(())
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
