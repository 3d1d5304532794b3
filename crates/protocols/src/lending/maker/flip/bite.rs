//! The cat: `bite` liquidates an urn that is not safe, and puts its collateral on an English auction.

use super::{Bid, CatRelease, later};
use crate::AccountId;
use crate::lending::maker::{Bitten, Ilk, IlkId, Maker, MakerError, Position, bark::art_within_down};
use plimsoll_math::{Rad, U256, mul_div_down};

impl Maker {
    /// Liquidates an account's urn, or as much of it as goes into one auction. Nobody is paid for it.
    ///
    /// By the release before August 2020 the debt that goes with the collateral rounds **down**, in favour of the urn
    /// that is left; later the collateral does.
    ///
    /// # Errors
    /// The urn is safe or the oracle void; it has no collateral; or auctions already seek all that they may.
    pub fn bite(&mut self, ilk: IlkId, owner: AccountId, now: u64) -> Result<Bitten, MakerError> {
        let bitten = self.quote_bite(ilk, owner)?;
        let params = *self.flipper_params(ilk)?;
        let end = later(now, params.tau_seconds)?;
        let mut state = self.state;
        state.take_over(bitten.due)?;
        if let CatRelease::V1_1 { .. } = params.cat {
            state.cat.litter = state.cat.litter.checked_add(bitten.tab)?;
        }
        let waiting = self.queued_sin(now).checked_add(bitten.due)?;

        self.state = state;
        self.queue.insert(now, waiting);
        let ilk = self.ilk_mut(ilk)?;
        ilk.seize(owner, bitten.ink, bitten.art);
        if let Some(flipper) = &mut ilk.flipper {
            let bid = Bid { bid: Rad::ZERO, tab: bitten.tab, lot: bitten.ink, guy: None, usr: owner, tic: 0, end };
            flipper.bids.add(bitten.id, bid);
        }
        Ok(bitten)
    }

    /// Returns what a `bite` would do.
    ///
    /// # Errors
    /// It would fail.
    pub fn quote_bite(&self, ilk: IlkId, owner: AccountId) -> Result<Bitten, MakerError> {
        let row = self.ilk(ilk)?;
        let flipper = row.flipper(ilk)?;
        let position = row.positions.get(owner);
        row.require_unsafe(&position)?;
        let (ink, art) = match flipper.params.cat {
            CatRelease::V1_0 { lump, .. } => {
                let ink = position.ink.min(lump);
                (ink, mul_div_down(ink, position.art, position.ink)?.min(position.art))
            }
            CatRelease::V1_1 { chop_wad, dunk } => self.part_in_the_box(row, &position, chop_wad, dunk)?,
        };
        let due = Rad::product(art, row.state.rate);
        let tab = match flipper.params.cat {
            CatRelease::V1_0 { chop, .. } => due.mul_down(chop)?,
            CatRelease::V1_1 { chop_wad, .. } => due.part_down(chop_wad)?,
        };
        Ok(Bitten { id: flipper.bids.next_id()?, ink, art, due, tab })
    }

    /// Returns the collateral and the normalised debt that a `bite` of release 1.1 takes.
    fn part_in_the_box(
        &self,
        row: &Ilk,
        position: &Position,
        chop_wad: u128,
        dunk: Rad,
    ) -> Result<(u128, u128), MakerError> {
        let (cat, state) = (&self.state.cat, &row.state);
        let room = cat.litter_box.checked_sub(cat.litter)?;
        if room == Rad::ZERO || room < state.dust {
            return Err(MakerError::LitterBoxFull { room, dust: state.dust });
        }
        let art = art_within_down(dunk.min(room), state.rate, chop_wad)?.min(position.art);
        let ink = U256::product(position.ink, art).div_down(position.art)?.try_into_u128()?;
        if art == 0 || ink == 0 {
            return Err(MakerError::NullAuction { ink, art });
        }
        Ok((ink, art))
    }
}
