//! Why bidders are refused.

use thiserror::Error;

use crate::AccountId;
use plimsoll_math::Rad;

/// Why the flipper refused. Nothing has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FlipperError {
    /// The last bid has won.
    #[error("Flipper/already-finished-tic: the last bid stood until {tic}, it is {now}")]
    BidExpired {
        /// Until when it stood, in Unix seconds.
        tic: u64,
        /// The time of the call, in Unix seconds.
        now: u64,
    },
    /// The auction has ended.
    #[error("Flipper/already-finished-end: it ended at {end}, it is {now}")]
    AuctionExpired {
        /// When it ended, in Unix seconds.
        end: u64,
        /// The time of the call, in Unix seconds.
        now: u64,
    },
    /// The bidder means another lot.
    #[error("Flipper/lot-not-matching: {asked} of {lot}")]
    LotNotMatching {
        /// The lot that the bidder means.
        asked: u128,
        /// Collateral on auction, wad.
        lot: u128,
    },
    /// More than is sought.
    #[error("Flipper/higher-than-tab: {bid} of {tab}")]
    HigherThanTab {
        /// Dai that is offered.
        bid: Rad,
        /// All that is sought.
        tab: Rad,
    },
    /// Not more than the last bid.
    #[error("Flipper/bid-not-higher: {bid} after {highest}")]
    BidNotHigher {
        /// Dai that is offered.
        bid: Rad,
        /// That of the standing bid.
        highest: Rad,
    },
    /// Too little more than the last bid.
    #[error("Flipper/insufficient-increase: {bid} after {highest}, a ratio of {beg_wad} at least")]
    InsufficientIncrease {
        /// Dai that is offered.
        bid: Rad,
        /// That of the standing bid.
        highest: Rad,
        /// The least ratio of a bid to the one before, wad.
        beg_wad: u128,
    },
    /// The bidder means another bid.
    #[error("Flipper/not-matching-bid: {asked} for {bid}")]
    BidNotMatching {
        /// The bid that the bidder means.
        asked: Rad,
        /// Dai of the standing bid.
        bid: Rad,
    },
    /// Not all that is sought was bid yet.
    #[error("Flipper/tend-not-finished: {bid} of {tab}")]
    TendNotFinished {
        /// Dai of the standing bid.
        bid: Rad,
        /// All that is sought.
        tab: Rad,
    },
    /// Not less than the last lot.
    #[error("Flipper/lot-not-lower: {asked} after {lot}")]
    LotNotLower {
        /// The lot asked for.
        asked: u128,
        /// That of the standing bid.
        lot: u128,
    },
    /// Too little less than the last lot.
    #[error("Flipper/insufficient-decrease: {asked} after {lot}, a ratio of {beg_wad} at least")]
    InsufficientDecrease {
        /// The lot asked for.
        asked: u128,
        /// That of the standing bid.
        lot: u128,
        /// The least ratio of a lot to the next, wad.
        beg_wad: u128,
    },
    /// Bidding is still open, or nobody has bid.
    #[error("Flipper/not-finished: the last bid stands until {tic}, the auction ends at {end}, it is {now}")]
    NotFinished {
        /// Until when the last bid stands; 0 without one.
        tic: u64,
        /// When the auction ends, in Unix seconds.
        end: u64,
        /// The time of the call, in Unix seconds.
        now: u64,
    },
    /// Somebody has bid, so the auction needs no more time.
    #[error("Flipper/bid-already-placed: by account {}", .guy.0)]
    BidAlreadyPlaced {
        /// The bidder whose bid stands.
        guy: AccountId,
    },
}
