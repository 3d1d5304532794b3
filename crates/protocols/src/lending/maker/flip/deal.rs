//! The end of an English auction: `deal` settles one that was won, `tick` prolongs one that nobody bid in.

use super::{Bid, later};
use crate::lending::maker::{AuctionId, CatRelease, Dealt, FlipperError, IlkId, Maker, MakerError};

impl Maker {
    /// Gives the winner the lot. Anybody may call it.
    ///
    /// # Errors
    /// There is no such auction, nobody has bid, or bidding is still open.
    pub fn deal(&mut self, ilk: IlkId, id: AuctionId, now: u64) -> Result<Dealt, MakerError> {
        let auction = self.bid(ilk, id)?;
        let Some(winner) = auction.guy.filter(|_| auction.tic < now || auction.end < now) else {
            return Err(FlipperError::NotFinished { tic: auction.tic, end: auction.end, now }.into());
        };
        let mut cat = self.state.cat;
        if let CatRelease::V1_1 { .. } = self.flipper_params(ilk)?.cat {
            cat.litter = cat.litter.checked_sub(auction.tab)?;
        }

        self.state.cat = cat;
        self.ilk_mut(ilk)?.credit_gem(winner, auction.lot);
        self.put_bid(ilk, id, None)?;
        Ok(Dealt { winner, bid: auction.bid, lot: auction.lot, tab: auction.tab })
    }

    /// Prolongs an auction that has ended without a bid, and returns when it ends now.
    ///
    /// # Errors
    /// There is no such auction, it has not ended, or somebody has bid.
    pub fn tick(&mut self, ilk: IlkId, id: AuctionId, now: u64) -> Result<u64, MakerError> {
        let auction = self.bid(ilk, id)?;
        if auction.end >= now {
            return Err(FlipperError::NotFinished { tic: auction.tic, end: auction.end, now }.into());
        }
        if let Some(guy) = auction.guy {
            return Err(FlipperError::BidAlreadyPlaced { guy }.into());
        }
        let end = later(now, self.flipper_params(ilk)?.tau_seconds)?;

        self.put_bid(ilk, id, Some(Bid { end, ..auction }))?;
        Ok(end)
    }
}
