//! Before-images: what one call may change, kept to put it back.

use smallvec::SmallVec;

use super::{
    AuctionId, Bid, ClipperState, Ilk, IlkId, IlkState, InternalDai, Maker, Position, Sale, SystemState,
    auctions::AuctionsBefore, flip::FlipperParams,
};
use crate::AccountId;
use plimsoll_math::Rad;

/// Which auction a call names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuctionOf {
    /// A Dutch one.
    Clipper(AuctionId),
    /// An English one.
    Flipper(AuctionId),
}

/// What a call names, from which follows what it may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Touched<'a> {
    /// The ilk, if it names one.
    pub ilk: Option<IlkId>,
    /// Accounts: who calls, whose urn it is, who gets an incentive. Those that only an auction knows need no naming.
    pub accounts: &'a [AccountId],
    /// The auction, if it names one.
    pub auction: Option<AuctionOf>,
    /// The second whose debt queue may change: that of the call, or of a `flog`.
    pub era: u64,
}

/// What a call may have changed, as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MakerBefore {
    state: SystemState,
    era: u64,
    queued: Option<Rad>,
    internal_dai: usize,
    internal_dai_rows: SmallVec<[(AccountId, InternalDai); 4]>,
    ilk: Option<IlkBefore>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct IlkBefore {
    id: IlkId,
    state: IlkState,
    positions: usize,
    position_rows: SmallVec<[(AccountId, Position); 4]>,
    clipper: Option<(ClipperState, AuctionsBefore<Sale>)>,
    flipper: Option<(FlipperParams, AuctionsBefore<Bid>)>,
}

impl Maker {
    /// Returns what a call may change, as it is now.
    pub fn before(&self, touched: &Touched<'_>) -> MakerBefore {
        let ilk = touched.ilk.and_then(|id| Some((id, self.ilk(id).ok()?)));
        let mut accounts: SmallVec<[AccountId; 4]> = touched.accounts.into();
        if let (Some((_, ilk)), Some(auction)) = (ilk, touched.auction) {
            accounts.extend(ilk.parties(auction));
        }
        MakerBefore {
            state: self.state,
            era: touched.era,
            queued: self.queue.get(&touched.era).copied(),
            internal_dai: self.internal_dai.len(),
            internal_dai_rows: accounts.iter().map(|&account| (account, self.internal_dai(account))).collect(),
            ilk: ilk.map(|(id, ilk)| ilk.before(id, &accounts, touched.auction)),
        }
    }

    /// Undoes the calls since `before` was taken.
    pub fn restore(&mut self, before: &MakerBefore) {
        self.state = before.state;
        match before.queued {
            Some(queued) => self.queue.insert(before.era, queued),
            None => self.queue.remove(&before.era),
        };
        self.internal_dai.truncate(before.internal_dai);
        for &(account, internal_dai) in &before.internal_dai_rows {
            self.internal_dai.put(account, internal_dai);
        }
        if let Some(kept) = &before.ilk
            && let Ok(ilk) = self.ilk_mut(kept.id)
        {
            ilk.restore(kept);
        }
    }
}

impl Ilk {
    /// Returns whom an auction itself may pay.
    fn parties(&self, auction: AuctionOf) -> SmallVec<[AccountId; 2]> {
        let parties = match auction {
            AuctionOf::Clipper(id) => {
                let sale = self.clipper.as_ref().and_then(|clipper| clipper.sales.find(id));
                [sale.map(|sale| sale.usr), None]
            }
            AuctionOf::Flipper(id) => {
                let bid = self.flipper.as_ref().and_then(|flipper| flipper.bids.find(id));
                [bid.map(|bid| bid.usr), bid.and_then(|bid| bid.guy)]
            }
        };
        parties.into_iter().flatten().collect()
    }

    fn before(&self, id: IlkId, accounts: &[AccountId], auction: Option<AuctionOf>) -> IlkBefore {
        let (sale, bid) = match auction {
            Some(AuctionOf::Clipper(id)) => (Some(id), None),
            Some(AuctionOf::Flipper(id)) => (None, Some(id)),
            None => (None, None),
        };
        IlkBefore {
            id,
            state: self.state,
            positions: self.positions.len(),
            position_rows: accounts.iter().map(|&account| (account, self.positions.get(account))).collect(),
            clipper: self.clipper.as_ref().map(|clipper| (clipper.state, clipper.sales.before(sale))),
            flipper: self.flipper.as_ref().map(|flipper| (flipper.params, flipper.bids.before(bid))),
        }
    }

    fn restore(&mut self, before: &IlkBefore) {
        self.state = before.state;
        self.positions.truncate(before.positions);
        for &(account, position) in &before.position_rows {
            self.positions.put(account, position);
        }
        if let (Some(clipper), Some((state, sales))) = (&mut self.clipper, &before.clipper) {
            clipper.state = *state;
            clipper.sales.restore(sales);
        }
        if let (Some(flipper), Some((params, bids))) = (&mut self.flipper, &before.flipper) {
            flipper.params = *params;
            flipper.bids.restore(bids);
        }
    }
}
