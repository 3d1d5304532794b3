//! What each call moved, every movement between two parties by itself.
//!
//! Tokens move in the first four alone. Everything else is balances that the system keeps inside: dai in rads, and
//! collateral in wads.

use super::AuctionId;
use crate::AccountId;
use plimsoll_math::{Rad, Ray};

/// Collateral has joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GemJoined {
    /// Collateral tokens from the account to the adapter, in the token's smallest units.
    pub tokens: u128,
    /// Unlocked collateral given to the account for them.
    pub wad: u128,
}

/// Collateral has left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GemExited {
    /// Collateral tokens from the adapter to the account, in the token's smallest units.
    pub tokens: u128,
    /// Unlocked collateral taken from the account for them.
    pub wad: u128,
}

/// Dai has joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DaiJoined {
    /// Dai tokens of the account burnt.
    pub burnt: u128,
    /// Dai inside from the adapter to the account.
    pub dai: Rad,
}

/// Dai has left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DaiExited {
    /// Dai tokens minted to the account.
    pub minted: u128,
    /// Dai inside from the account to the adapter.
    pub dai: Rad,
}

/// An urn was changed. No token moves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Frobbed {
    /// From the account's unlocked collateral into the urn.
    pub locked: u128,
    /// From the urn into the account's unlocked collateral.
    pub freed: u128,
    /// Normalised debt added.
    pub art_drawn: u128,
    /// Normalised debt taken off.
    pub art_wiped: u128,
    /// Dai issued to the account.
    pub drawn: Rad,
    /// Dai of the account destroyed.
    pub wiped: Rad,
}

/// Stability fees were counted. No token moves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dripped {
    /// What a unit of `art` owes now.
    pub rate: Ray,
    /// Dai issued to the vow, which the urns owe.
    pub fees: Rad,
    /// Dai of the vow destroyed, where fees are below zero.
    pub refunds: Rad,
}

/// Savers' interest was counted. No token moves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PotDripped {
    /// Savings per unit of `pie`, as of this call.
    pub chi: Ray,
    /// Dai issued to the pot, against sin of the vow.
    pub interest: Rad,
}

/// Dai went into the pot or came out of it. No token moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Saved {
    /// Savings added or taken off, divided by the index.
    pub pie: u128,
    /// Dai inside between the account and the pot.
    pub dai: Rad,
}

/// An urn was liquidated and its collateral is on auction. No token moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Barked {
    /// The auction.
    pub id: AuctionId,
    /// From the urn to the clipper: collateral that is sold.
    pub ink: u128,
    /// Normalised debt taken from the urn.
    pub art: u128,
    /// What that owed: sin of the vow from now on.
    pub due: Rad,
    /// Dai that the auction seeks.
    pub tab: Rad,
    /// Dai per unit of collateral at the start.
    pub top: Ray,
    /// Dai issued to the keeper, against sin of the vow: `tip` and `chip`.
    pub incentive: Rad,
}

/// An auction was started anew. No token moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Redone {
    /// Dai per unit of collateral at the new start.
    pub top: Ray,
    /// Dai issued to the keeper, against sin of the vow: `tip` and `chip`, unless too little is on auction.
    pub incentive: Rad,
}

/// Collateral was bought from a Dutch auction. No token moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// Dai per unit of collateral.
    pub price: Ray,
    /// From the clipper to the buyer: collateral, not locked.
    pub slice: u128,
    /// Dai inside from the buyer to the vow.
    pub owe: Rad,
    /// Dai that the auction still seeks, or never got if it is over.
    pub tab: Rad,
    /// Collateral that it still sells; none if it is over.
    pub lot: u128,
    /// Owner of the liquidated urn.
    pub usr: AccountId,
    /// From the clipper to that account when the auction is over: collateral that nobody had to buy, not locked.
    pub returned: u128,
    /// Whether the auction is over.
    pub is_over: bool,
}

/// An urn was liquidated by the rules of 2020. No token moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bitten {
    /// The auction.
    pub id: AuctionId,
    /// From the urn to the flipper: collateral that is sold.
    pub ink: u128,
    /// Normalised debt taken from the urn.
    pub art: u128,
    /// What that owed: sin of the vow from now on.
    pub due: Rad,
    /// The most dai that the auction seeks.
    pub tab: Rad,
}

/// A bid was placed in an English auction. No token moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tended {
    /// Dai that is offered.
    pub bid: Rad,
    /// The collateral that it is for.
    pub lot: u128,
    /// Whose bid it beats, if it is not the first.
    pub beaten: Option<AccountId>,
    /// Dai inside from the bidder to that account.
    pub refunded: Rad,
    /// Dai inside from the bidder to the vow.
    pub raised: Rad,
    /// Owner of the liquidated urn.
    pub usr: AccountId,
    /// From the flipper to that account: collateral that the bidder does without, not locked.
    pub returned: u128,
}

/// An English auction was settled. No token moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dealt {
    /// The winner: the last bidder.
    pub winner: AccountId,
    /// Dai that it paid.
    pub bid: Rad,
    /// From the flipper to the winner: collateral, not locked.
    pub lot: u128,
    /// The most dai that was sought; what `bid` lacks of it was lost.
    pub tab: Rad,
}

impl Frobbed {
    pub(super) fn new(ink_change: i128, art_change: i128, dai: Rad) -> Self {
        let (ink, art) = (ink_change.unsigned_abs(), art_change.unsigned_abs());
        let mut frobbed = Self::default();
        *(if ink_change < 0 { &mut frobbed.freed } else { &mut frobbed.locked }) = ink;
        if art_change < 0 {
            (frobbed.art_wiped, frobbed.wiped) = (art, dai);
        } else {
            (frobbed.art_drawn, frobbed.drawn) = (art, dai);
        }
        frobbed
    }
}
