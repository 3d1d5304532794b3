//! How the system and its ilks are set up, and what governance may change.

use super::{Abacus, FlipperParams};
use plimsoll_math::{Rad, Ray};

/// How the system is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MakerParams {
    /// `Line`: the most dai that may be issued.
    pub line: Rad,
    /// `Hole`: the most dai that all clippers' auctions may seek at once.
    pub hole: Rad,
    /// `box`: the most dai that all flippers' auctions may seek at once, of release 1.1.
    pub litter_box: Rad,
    /// `base`: added to every ilk's `duty`.
    pub base: Ray,
    /// What savings in the pot grow by in a second; one is no interest.
    pub dsr: Ray,
    /// What the price of one dai is meant to be, in the oracles' currency.
    pub par: Ray,
    /// How long debt of liquidated urns waits before the vow counts it.
    pub wait_seconds: u64,
}

/// How an ilk is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IlkParams {
    /// Liquidation ratio: collateral's worth over debt.
    pub mat: Ray,
    /// The most that all its urns may owe.
    pub line: Rad,
    /// The least that an urn may owe, unless it owes nothing.
    pub dust: Rad,
    /// What debt grows by in a second, together with `base`; one is no fee.
    pub duty: Ray,
    /// Decimals of the collateral's token, 18 at most.
    pub gem_decimals: u8,
    /// Its Dutch auctions, if it has any.
    pub clipper: Option<ClipperParams>,
    /// Its English auctions, if it has any.
    pub flipper: Option<FlipperParams>,
}

/// How an ilk's Dutch auctions are set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClipperParams {
    /// Liquidation penalty, as what is sought over what was owed: 1.13 is 13 percent.
    pub chop_wad: u128,
    /// The most dai that the ilk's auctions may seek at once.
    pub hole: Rad,
    /// An auction's first price over the oracle's.
    pub buf: Ray,
    /// An auction that is older than this must be started anew.
    pub tail_seconds: u64,
    /// An auction whose price has fallen below this part of its first price must be started anew.
    pub cusp: Ray,
    /// Part of what an auction seeks that a keeper gets for starting it.
    pub chip_wad: u128,
    /// What a keeper gets for starting an auction, apart from that part.
    pub tip: Rad,
    /// How the price falls.
    pub calc: Abacus,
    /// What the clipper refuses to do.
    pub breaker: Breaker,
}

/// What a clipper refuses to do: `stopped`, 0 to 3.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Breaker {
    /// Nothing.
    #[default]
    Closed,
    /// To start auctions.
    NoKick,
    /// To start auctions, also anew.
    NoRedo,
    /// Anything.
    NoTake,
}

/// A number of the system that governance may set at any time.
///
/// The savings rate is not among them, since it may change only in the second in which it was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SystemParameter {
    /// The most dai that may be issued.
    Line(Rad),
    /// The most dai that all clippers' auctions may seek at once.
    Hole(Rad),
    /// The most dai that all flippers' auctions may seek at once.
    LitterBox(Rad),
    /// What is added to every ilk's `duty`.
    Base(Ray),
    /// What the price of one dai is meant to be.
    Par(Ray),
    /// How long debt of liquidated urns is queued, in seconds.
    WaitSeconds(u64),
}

/// A number of an ilk that governance may set at any time.
///
/// The stability fee is not among them, since it may change only in the second in which it was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IlkParameter {
    /// Liquidation ratio. Urns are judged by it from the next [`super::Maker::poke`] on.
    Mat(Ray),
    /// The most that all urns may owe.
    Line(Rad),
    /// The least that an urn may owe. Auctions go by it from the next [`super::Maker::update_chost`] on.
    Dust(Rad),
}
