//! The dog: `bark` liquidates an urn that is not safe, and puts its collateral on a Dutch auction.

use super::{Barked, Breaker, Ilk, IlkId, Maker, MakerError, Position, Sale};
use crate::AccountId;
use plimsoll_math::{MathError, Rad, Ray, U256, WAD};

impl Maker {
    /// Liquidates an account's urn, or as much of it as there is room for auctions, for the keeper's incentive.
    ///
    /// Collateral taken rounds **down**, in favour of the urn; so do the penalty and the incentive.
    ///
    /// # Errors
    /// The urn is safe or the oracle void; auctions already seek all that they may; what the room leaves would make an
    /// auction of less than `dust`; there is no collateral to sell; or the clipper's breaker is open.
    pub fn bark(&mut self, ilk: IlkId, owner: AccountId, keeper: AccountId, now: u64) -> Result<Barked, MakerError> {
        let barked = self.quote_bark(ilk, owner)?;
        let mut state = self.state;
        state.take_over(barked.due)?;
        state.suck(barked.incentive)?;
        state.dog.dirt = state.dog.dirt.checked_add(barked.tab)?;
        let dirt = self.ilk(ilk)?.clipper(ilk)?.state.dirt.checked_add(barked.tab)?;
        let waiting = self.queued_sin(now).checked_add(barked.due)?;
        let internal_dai = self.internal_dai(keeper).paid(barked.incentive)?;

        self.state = state;
        self.queue.insert(now, waiting);
        self.internal_dai.put(keeper, internal_dai);
        let ilk = self.ilk_mut(ilk)?;
        ilk.seize(owner, barked.ink, barked.art);
        if let Some(clipper) = &mut ilk.clipper {
            let sale = Sale { tab: barked.tab, lot: barked.ink, top: barked.top, tic: now, usr: owner };
            clipper.state.dirt = dirt;
            clipper.sales.add(barked.id, sale);
        }
        Ok(barked)
    }

    /// Returns what a `bark` would do now.
    ///
    /// # Errors
    /// It would fail.
    pub fn quote_bark(&self, ilk: IlkId, owner: AccountId) -> Result<Barked, MakerError> {
        let row = self.ilk(ilk)?;
        let (state, clipper) = (&row.state, row.clipper(ilk)?);
        let position = row.positions.get(owner);
        row.require_unsafe(&position)?;
        let art = self.art_to_liquidate(row, ilk, &position)?;
        let ink = U256::product(position.ink, art).div_down(position.art)?.try_into_u128()?;
        if ink == 0 {
            return Err(MakerError::NullAuction { ink, art });
        }
        let due = Rad::product(art, state.rate);
        let params = &clipper.state.params;
        let tab = due.part_down(params.chop_wad)?;
        clipper.require_below(Breaker::NoKick)?;
        let feed_price = state.feed_price(self.state.par)?.ok_or(MakerError::InvalidPrice { ilk })?;
        let (top, incentive) = (params.top(feed_price)?, params.incentive(tab)?);
        Ok(Barked { id: clipper.sales.next_id()?, ink, art, due, tab, top, incentive })
    }

    /// Returns how much of an urn's debt there is room for: all of it if less than `dust` would be left.
    fn art_to_liquidate(&self, row: &Ilk, ilk: IlkId, position: &Position) -> Result<u128, MakerError> {
        let (clipper, dog) = (&row.clipper(ilk)?.state, &self.state.dog);
        for (hole, dirt) in [(dog.hole, dog.dirt), (clipper.params.hole, clipper.dirt)] {
            if hole <= dirt {
                return Err(MakerError::LiquidationLimitHit { hole, dirt });
            }
        }
        let room = dog.hole.checked_sub(dog.dirt)?.min(clipper.params.hole.checked_sub(clipper.dirt)?);
        let state = &row.state;
        let art = art_within_down(room, state.rate, clipper.params.chop_wad)?.min(position.art);
        if Rad::product(position.art - art, state.rate) < state.dust {
            return Ok(position.art);
        }
        let auctioned = Rad::product(art, state.rate);
        if art < position.art && auctioned < state.dust {
            return Err(MakerError::DustyAuction { auctioned, dust: state.dust });
        }
        Ok(art)
    }
}

impl Ilk {
    /// Refuses an urn that nobody may liquidate.
    pub(super) fn require_unsafe(&self, position: &Position) -> Result<(), MakerError> {
        let state = &self.state;
        if state.is_liquidatable(position) {
            return Ok(());
        }
        Err(MakerError::NotUnsafe { tab: position.tab(state.rate), carried: position.carried(state.spot) })
    }

    /// Takes collateral and debt out of an urn, which has that much: `grab`.
    pub(super) fn seize(&mut self, owner: AccountId, ink: u128, art: u128) {
        let mut position = self.positions.get(owner);
        position.ink -= ink;
        position.art -= art;
        self.state.total_art -= art;
        self.positions.put(owner, position);
    }
}

/// Returns the normalised debt whose liquidation seeks no more than `room`, rounded **down**; where that does not fit,
/// more than any urn owes.
pub(super) fn art_within_down(room: Rad, rate: Ray, chop_wad: u128) -> Result<u128, MathError> {
    let art = room.units().checked_mul(WAD)?.div_down(rate.0)?.div_down(chop_wad)?;
    Ok(art.try_into_u128().unwrap_or(u128::MAX))
}
