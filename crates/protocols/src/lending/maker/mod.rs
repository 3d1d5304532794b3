//! Maker (makerdao/dss at commit fa4f663, solc 0.6.12): dai issued against collateral, and the auctions that sell the
//! collateral of what is no longer safe. Beside its Dutch auctions there are the English ones of 12 March 2020.
//!
//! The contracts' words are kept, since parameters, polls and keepers speak them:
//!
//! | word | meaning | unit |
//! |---|---|---|
//! | `ilk` | a kind of collateral with its own parameters | |
//! | `gem` | collateral that has joined and is not locked | wad |
//! | urn: `ink`, `art` | collateral locked; debt, divided by the rate when it was drawn | wad |
//! | `rate` | what a unit of `art` owes; grows by the stability fee `duty` | ray |
//! | `spot` | dai that a unit of `ink` may owe: the price over `mat`, the liquidation ratio | ray |
//! | `dai`, `sin` | dai inside the system; its opposite, debt that no urn owes | rad |
//! | `line`, `dust` | the most that may be owed; the least that an urn may owe | rad |
//! | `chop`, `hole`, `dirt` | liquidation penalty; the most that auctions may seek at once; what they seek | wad, rad |
//! | `tab`, `lot` | dai that an auction seeks; collateral that it sells | rad, wad |
//! | `top`, `tic`, `buf` | an auction's first price; when it began; first price over the oracle's | ray, s |
//! | `tail`, `cusp` | after how long, and at which part of `top`, an auction must be started anew | s, ray |
//! | `calc` | how an auction's price falls with time: its abacus | |
//! | `tip`, `chip` | what a keeper gets for starting an auction: a sum, and a part of `tab` | rad, wad |
//! | `pie`, `chi` | savings in the pot, divided by the index when they came; the index | wad, ray |
//!
//! A plain `u128` is an amount in wads unless its name says otherwise; [`Ray`](plimsoll_math::Ray) and [`Rad`] carry their units.
//! Stability fees change an ilk's `rate` and touch no urn, so a million urns accrue as fast as none.
//!
//! What moves tokens, and what does not: only [`Maker::gem_join`], [`Maker::gem_exit`], [`Maker::dai_join`] and
//! [`Maker::dai_exit`] do, and their receipts say whose and how many. All other calls move balances that the system
//! keeps itself, in rads and wads, and their receipts name those. A ledger in smallest units of dai books the dai that
//! `dai_exit` mints and `dai_join` burns; the rads inside are worth [`VatState::joined_dai`] of it and a remainder that
//! no token stands for.
//!
//! Left out: who may act for whom (`hope`; every call is its owner's own, so `fork` too), who may file what, emergency
//! shutdown (`cage`, `End`, `yank`), the surplus and debt auctions (`flap`, `flop`), and the `ClipperMom` that may trip a
//! clipper's breaker at a price that falls beyond its tolerance: the breaker is here, to be set. A buyer has its dai
//! inside before it takes: the callback in which it could first sell what it takes (`clipperCall`) is left out too.
//!
//! Every call computes what it will write before it writes anything, so a call that errs changes nothing.

mod abacus;
mod auctions;
mod bark;
mod before;
mod clipper;
#[cfg(feature = "decisions")]
mod decisions;
mod error;
mod file;
mod flip;
mod frob;
mod joins;
mod params;
mod pot;
mod rates;
mod receipts;
mod redo;
mod spotter;
mod state;
mod take;
#[cfg(test)]
mod tests;
mod urn;
mod vow;

pub use abacus::Abacus;
pub use before::{AuctionOf, MakerBefore, Touched};
pub use clipper::{Sale, Status};
#[cfg(feature = "decisions")]
pub use decisions::KeyLimits;
pub use error::MakerError;
pub use flip::{Bid, CatRelease, FlipperError, FlipperParams};
pub use params::{Breaker, ClipperParams, IlkParameter, IlkParams, MakerParams, SystemParameter};
pub use receipts::{
    Barked, Bitten, DaiExited, DaiJoined, Dealt, Dripped, Frobbed, GemExited, GemJoined, PotDripped, Redone, Saved,
    Taken, Tended,
};
pub use state::{CatState, ClipperState, DogState, IlkState, PotState, SystemState, VatState, VowState};
pub use urn::{InternalDai, Position};

use std::collections::BTreeMap;

use clipper::Clipper;
use flip::Flipper;

use super::rows::Rows;
use crate::AccountId;
use plimsoll_math::Rad;

/// Number of an ilk, in the order in which they were added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IlkId(pub u16);

/// Auctions are numbered by their ilk's clipper or flipper, from 1 as in the contracts.
pub use crate::AuctionId;

/// The whole system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Maker {
    state: SystemState,
    ilks: Vec<Ilk>,
    /// Dai and savings by account, over all ilks.
    internal_dai: Rows<InternalDai>,
    /// Debt of liquidated urns that waits, by the second in which it came: the vow's `sin`.
    queue: BTreeMap<u64, Rad>,
}

/// One kind of collateral and all that is kept of it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Ilk {
    state: IlkState,
    positions: Rows<Position>,
    clipper: Option<Clipper>,
    flipper: Option<Flipper>,
}

impl Maker {
    /// Returns a system without ilks.
    pub fn new(params: &MakerParams, now: u64) -> Self {
        Self {
            state: SystemState::new(params, now),
            ilks: Vec::new(),
            internal_dai: Rows::default(),
            queue: BTreeMap::new(),
        }
    }

    /// Adds an ilk, without a price, whose stability fee counts from `now`.
    ///
    /// # Errors
    /// A parameter is one that the contracts refuse.
    pub fn add_ilk(&mut self, params: &IlkParams, now: u64) -> Result<IlkId, MakerError> {
        let next = u16::try_from(self.ilks.len()).map_err(|_| MakerError::TooManyIlks)?;
        let state = IlkState::new(params, now)?;
        let clipper = params.clipper.map(|clipper| Clipper::new(clipper, state.dust)).transpose()?;

        let flipper = params.flipper.map(Flipper::new);
        self.ilks.push(Ilk { state, positions: Rows::default(), clipper, flipper });
        Ok(IlkId(next))
    }

    /// Returns the system's own numbers.
    pub fn state(&self) -> &SystemState {
        &self.state
    }

    /// Returns an ilk's numbers.
    ///
    /// # Errors
    /// There is no such ilk.
    pub fn ilk_state(&self, ilk: IlkId) -> Result<&IlkState, MakerError> {
        Ok(&self.ilk(ilk)?.state)
    }

    /// Returns the numbers of an ilk's clipper.
    ///
    /// # Errors
    /// There is no such ilk, or it has no clipper.
    pub fn clipper_state(&self, ilk: IlkId) -> Result<&ClipperState, MakerError> {
        Ok(&self.ilk(ilk)?.clipper(ilk)?.state)
    }

    /// Returns all ilks.
    pub fn ilks(&self) -> impl ExactSizeIterator<Item = IlkId> {
        (0..self.ilks.len()).map(|index| IlkId(u16::try_from(index).expect("an ilk has a number of 16 bits")))
    }

    #[inline]
    fn ilk(&self, ilk: IlkId) -> Result<&Ilk, MakerError> {
        self.ilks.get(usize::from(ilk.0)).ok_or(MakerError::NoIlk { ilk })
    }

    #[inline]
    fn ilk_mut(&mut self, ilk: IlkId) -> Result<&mut Ilk, MakerError> {
        self.ilks.get_mut(usize::from(ilk.0)).ok_or(MakerError::NoIlk { ilk })
    }
}

impl Ilk {
    #[inline]
    fn clipper(&self, ilk: IlkId) -> Result<&Clipper, MakerError> {
        self.clipper.as_ref().ok_or(MakerError::NoClipper { ilk })
    }

    #[inline]
    fn flipper(&self, ilk: IlkId) -> Result<&Flipper, MakerError> {
        self.flipper.as_ref().ok_or(MakerError::NoFlipper { ilk })
    }

    /// Gives an account collateral that is not locked. All collateral of an ilk together is what has joined, and that
    /// fits.
    fn credit_gem(&mut self, account: AccountId, wad: u128) {
        if wad > 0 {
            let mut position = self.positions.get(account);
            position.gem += wad;
            self.positions.put(account, position);
        }
    }
}
