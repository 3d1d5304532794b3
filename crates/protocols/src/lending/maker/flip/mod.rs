//! The English auctions of 2020: `Flipper` and the part of `Cat` that starts them.
//!
//! Bidders first raise what they pay for the whole lot (`tend`), up to what is sought; then they lower the part of the
//! lot that they want for it (`dent`). Who is not outbid for `ttl` seconds, or until the auction ends, has won. A lot that
//! one bidder alone comes for goes for a bid of nothing but a smallest unit, 10^-45 dai.
//!
//! Equal to dss 1.0.2 to 1.0.4 (commit 4433006), whose `cat.sol` and `flip.sol` are those of 1.0.0 (commit 6fd7de0) but
//! for the pragma: what was live on 12 March 2020. [`CatRelease::V1_1`] is what replaced them in August (1.1.0, commit
//! ee01dab): lots by dai sought, a limit on what all auctions seek, and no advance for a bidder who raises a bid of its
//! own. No recorded answers of the contracts check this folder, only their own test suites' numbers.
//!
//! Left out: `yank`. An auction that is not there is an error for `tick`, where the contract writes an expiry that
//! nobody reads.

mod bidding;
mod bite;
mod deal;
mod error;

pub use error::FlipperError;

use super::{AuctionId, IlkId, Maker, MakerError, auctions::Auctions};
use crate::AccountId;
use plimsoll_math::{MathError, Rad, Ray, WAD};

/// How an ilk's English auctions are set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FlipperParams {
    /// What a bid is to the one before it, at least: 1.05 is five percent.
    pub beg_wad: u128,
    /// How long a bid stands, in seconds.
    pub ttl_seconds: u64,
    /// How long an auction lasts, in seconds.
    pub tau_seconds: u64,
    /// What is put on auction.
    pub cat: CatRelease,
}

/// What an ilk's `Cat` puts on auction at once, and the release whose rules hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CatRelease {
    /// The releases before August 2020.
    V1_0 {
        /// Liquidation penalty, as what is sought over what was owed.
        chop: Ray,
        /// The most collateral in one auction.
        lump: u128,
    },
    /// The releases from August 2020 on.
    V1_1 {
        /// Liquidation penalty, as what is sought over what was owed.
        chop_wad: u128,
        /// The most dai that one auction may seek.
        dunk: Rad,
    },
}

/// An English auction: a row of 128 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bid {
    /// Dai that the highest bidder has paid.
    pub bid: Rad,
    /// The most dai that is sought.
    pub tab: Rad,
    /// Collateral that the highest bidder gets for it.
    pub lot: u128,
    /// Who that is, once somebody has bid.
    pub guy: Option<AccountId>,
    /// Owner of the liquidated urn.
    pub usr: AccountId,
    /// Until when the bid stands; 0 without one.
    pub tic: u64,
    /// When the auction ends, in Unix seconds.
    pub end: u64,
}

/// An ilk's English auctions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Flipper {
    pub(super) params: FlipperParams,
    pub(super) bids: Auctions<Bid>,
}

impl FlipperParams {
    /// The contract's own `beg` of five percent, `ttl` of three hours and `tau` of two days.
    pub fn as_deployed(cat: CatRelease) -> Self {
        Self { beg_wad: WAD / 100 * 105, ttl_seconds: 3 * 3_600, tau_seconds: 2 * 86_400, cat }
    }
}

impl Flipper {
    pub(super) fn new(params: FlipperParams) -> Self {
        Self { params, bids: Auctions::default() }
    }

    /// Returns a running auction.
    fn bid(&self, id: AuctionId) -> Result<&Bid, MakerError> {
        self.bids.find(id).ok_or(MakerError::NotRunning { id })
    }
}

impl Maker {
    /// Returns a running English auction.
    ///
    /// # Errors
    /// There is no such auction, or it is settled.
    pub fn bid(&self, ilk: IlkId, id: AuctionId) -> Result<Bid, MakerError> {
        self.ilk(ilk)?.flipper(ilk)?.bid(id).copied()
    }

    /// Returns all English auctions of an ilk that are not settled.
    ///
    /// # Errors
    /// There is no such ilk, or it has no flipper.
    pub fn bids(&self, ilk: IlkId) -> Result<impl ExactSizeIterator<Item = (AuctionId, &Bid)>, MakerError> {
        Ok(self.ilk(ilk)?.flipper(ilk)?.bids.iter())
    }

    /// Returns how an ilk's English auctions are set up.
    ///
    /// # Errors
    /// There is no such ilk, or it has no flipper.
    pub fn flipper_params(&self, ilk: IlkId) -> Result<&FlipperParams, MakerError> {
        Ok(&self.ilk(ilk)?.flipper(ilk)?.params)
    }

    /// Writes what an auction has become; none that is settled.
    fn put_bid(&mut self, ilk: IlkId, id: AuctionId, bid: Option<Bid>) -> Result<(), MakerError> {
        if let Some(flipper) = &mut self.ilk_mut(ilk)?.flipper {
            flipper.bids.put(id, bid);
        }
        Ok(())
    }
}

/// Returns the second that is so much later, which the contract keeps in 48 bits.
fn later(now: u64, seconds: u64) -> Result<u64, MathError> {
    let then = now.checked_add(seconds).filter(|then| then >> 48 == 0);
    then.ok_or(MathError::TooWide { bits: 49, fits: 48 })
}
