//! Bidding: `tend` offers more dai for the whole lot, `dent` takes less of it for all the dai that is sought.

use super::{Bid, FlipperParams, later};
use crate::AccountId;
use crate::lending::maker::{AuctionId, CatRelease, FlipperError, IlkId, InternalDai, Maker, MakerError, Tended};
use plimsoll_math::{MathError, Rad, U256, WAD, mul_div_down};

impl Maker {
    /// Bids `bid` for the whole lot. The bidder gives the one before its money back, and the vow the rest.
    ///
    /// # Errors
    /// There is no such auction, or it or its last bid has expired; the lot is another; the bid is more than is sought,
    /// not more than the last, or too little more without being all that is sought; or the bidder has too little dai.
    pub fn tend(
        &mut self,
        ilk: IlkId,
        id: AuctionId,
        bidder: AccountId,
        lot: u128,
        bid: Rad,
        now: u64,
    ) -> Result<Tended, MakerError> {
        let (auction, params) = (self.bid(ilk, id)?, *self.flipper_params(ilk)?);
        auction.require_open(now)?;
        auction.require_higher(&params, lot, bid)?;
        let raised = bid.checked_sub(auction.bid)?;
        let next = Bid { bid, guy: Some(bidder), tic: later(now, params.ttl_seconds)?, ..auction };
        let (before, bidding) = self.outbid(&auction, &params, bidder, raised)?;
        let surplus = self.state.vow.dai.checked_add(raised)?;

        self.state.vow.dai = surplus;
        self.pay_out(bidder, before, bidding);
        self.put_bid(ilk, id, Some(next))?;
        let (beaten, refunded) = (before.map(|(guy, _)| guy), auction.bid);
        Ok(Tended { bid, lot, beaten, refunded, raised, usr: auction.usr, returned: 0 })
    }

    /// Bids all that is sought for `lot` of the collateral. The bidder gives the one before its money back; the rest of
    /// the collateral goes back to whose urn it was.
    ///
    /// # Errors
    /// There is no such auction, or it or its last bid has expired; the bid is not the last one, or that is not yet all
    /// that is sought; the lot is not lower, or too little lower; or the bidder has too little dai.
    pub fn dent(
        &mut self,
        ilk: IlkId,
        id: AuctionId,
        bidder: AccountId,
        lot: u128,
        bid: Rad,
        now: u64,
    ) -> Result<Tended, MakerError> {
        let (auction, params) = (self.bid(ilk, id)?, *self.flipper_params(ilk)?);
        auction.require_open(now)?;
        auction.require_lower(&params, lot, bid)?;
        let returned = auction.lot - lot;
        let next = Bid { lot, guy: Some(bidder), tic: later(now, params.ttl_seconds)?, ..auction };
        let (before, bidding) = self.outbid(&auction, &params, bidder, Rad::ZERO)?;

        self.pay_out(bidder, before, bidding);
        self.ilk_mut(ilk)?.credit_gem(auction.usr, returned);
        self.put_bid(ilk, id, Some(next))?;
        let (beaten, refunded) = (before.map(|(guy, _)| guy), auction.bid);
        Ok(Tended { bid, lot, beaten, refunded, raised: Rad::ZERO, usr: auction.usr, returned })
    }

    /// Returns the internal dai after a bid: of the one before, if that is somebody else, and of the bidder.
    ///
    /// Before August 2020 a bidder had to hold the money for a bid of its own once more, to pay itself.
    fn outbid(
        &self,
        auction: &Bid,
        params: &FlipperParams,
        bidder: AccountId,
        raised: Rad,
    ) -> Result<(Option<(AccountId, InternalDai)>, InternalDai), MakerError> {
        let internal_dai = self.internal_dai(bidder);
        match auction.guy {
            Some(guy) if guy != bidder => {
                let refunded = self.internal_dai(guy).paid(auction.bid)?;
                Ok((Some((guy, refunded)), internal_dai.paying(auction.bid)?.paying(raised)?))
            }
            Some(_) if matches!(params.cat, CatRelease::V1_0 { .. }) => {
                internal_dai.paying(auction.bid)?;
                Ok((None, internal_dai.paying(raised)?))
            }
            _ => Ok((None, internal_dai.paying(raised)?)),
        }
    }

    fn pay_out(&mut self, bidder: AccountId, before: Option<(AccountId, InternalDai)>, bidding: InternalDai) {
        if let Some((guy, internal_dai)) = before {
            self.internal_dai.put(guy, internal_dai);
        }
        self.internal_dai.put(bidder, bidding);
    }
}

impl Bid {
    /// Says whether bidding is over: the auction has ended, or its last bid has stood long enough.
    pub fn is_over(&self, now: u64) -> bool {
        self.end <= now || self.tic != 0 && self.tic <= now
    }

    /// Says whether somebody already pays all that is sought, so that only a smaller lot beats the last bid.
    pub fn is_covered(&self) -> bool {
        self.bid == self.tab
    }

    /// Returns the least that a `tend` may bid now; all that is sought where a step more would be above it. A first bid
    /// of nothing is refused, one of a smallest unit is not.
    ///
    /// # Errors
    /// It does not fit.
    pub fn least_higher_up(&self, params: &FlipperParams) -> Result<Rad, MathError> {
        let step = self.bid.units().mul_div_up(params.beg_wad, WAD)?;
        let more = self.bid.units().checked_add(U256::from(1_u128))?;
        Ok(Rad::from_units(step.max(more)).min(self.tab))
    }

    /// Returns the largest lot that a `dent` may ask for now, rounded **down**; none if there is none.
    ///
    /// # Errors
    /// It does not fit.
    pub fn most_lower_down(&self, params: &FlipperParams) -> Result<Option<u128>, MathError> {
        let step = mul_div_down(self.lot, WAD, params.beg_wad)?;
        Ok(self.lot.checked_sub(1).map(|less| step.min(less)))
    }

    /// Refuses an auction that has ended, or whose last bid has won.
    fn require_open(&self, now: u64) -> Result<(), FlipperError> {
        if self.tic <= now && self.tic != 0 {
            return Err(FlipperError::BidExpired { tic: self.tic, now });
        }
        if self.end <= now {
            return Err(FlipperError::AuctionExpired { end: self.end, now });
        }
        Ok(())
    }

    /// Refuses a bid that is not high enough.
    fn require_higher(&self, params: &FlipperParams, lot: u128, bid: Rad) -> Result<(), MakerError> {
        if lot != self.lot {
            return Err(FlipperError::LotNotMatching { asked: lot, lot: self.lot }.into());
        }
        if bid > self.tab {
            return Err(FlipperError::HigherThanTab { bid, tab: self.tab }.into());
        }
        if bid <= self.bid {
            return Err(FlipperError::BidNotHigher { bid, highest: self.bid }.into());
        }
        let (raised, least) = (bid.units().checked_mul(WAD)?, self.bid.units().checked_mul(params.beg_wad)?);
        if raised < least && bid != self.tab {
            let highest = self.bid;
            return Err(FlipperError::InsufficientIncrease { bid, highest, beg_wad: params.beg_wad }.into());
        }
        Ok(())
    }

    /// Refuses a lot that is not low enough.
    fn require_lower(&self, params: &FlipperParams, lot: u128, bid: Rad) -> Result<(), FlipperError> {
        if bid != self.bid {
            return Err(FlipperError::BidNotMatching { asked: bid, bid: self.bid });
        }
        if bid != self.tab {
            return Err(FlipperError::TendNotFinished { bid, tab: self.tab });
        }
        if lot >= self.lot {
            return Err(FlipperError::LotNotLower { asked: lot, lot: self.lot });
        }
        if U256::product(params.beg_wad, lot) > U256::product(self.lot, WAD) {
            return Err(FlipperError::InsufficientDecrease { asked: lot, lot: self.lot, beg_wad: params.beg_wad });
        }
        Ok(())
    }
}
