//! Why the system refuses.

use thiserror::Error;

use super::{AuctionId, Breaker, FlipperError, IlkId};
use plimsoll_math::{MathError, Rad, Ray};

/// Why a call reverted. The system is as it was.
///
/// Where the contract gives a reason, the message starts with it, without the contract's name where several give the
/// same. Arithmetic below zero, for which it gives none, says
/// here of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MakerError {
    /// There is no such ilk.
    #[error("ilk {} does not exist", .ilk.0)]
    NoIlk {
        /// The ilk.
        ilk: IlkId,
    },
    /// The ilk has no Dutch auctions.
    #[error("ilk {} has no clipper", .ilk.0)]
    NoClipper {
        /// The ilk.
        ilk: IlkId,
    },
    /// The ilk has no English auctions.
    #[error("ilk {} has no flipper", .ilk.0)]
    NoFlipper {
        /// The ilk.
        ilk: IlkId,
    },
    /// Ilks are numbered in 16 bits.
    #[error("there are 65536 ilks, and no number for another")]
    TooManyIlks,
    /// The adapter only scales up.
    #[error("a collateral token of {decimals} decimals, 18 at most")]
    TooManyDecimals {
        /// The token's decimals.
        decimals: u8,
    },
    /// A liquidation penalty below zero.
    #[error("Dog/file-chop-lt-WAD: {chop_wad}")]
    ChopBelowOne {
        /// The penalty, as a ratio in wads.
        chop_wad: u128,
    },
    /// An auction's price would rise.
    #[error("cut-gt-RAY: {cut}")]
    CutAboveOne {
        /// What a step would leave of the price.
        cut: Ray,
    },
    /// The ilk's rate has fallen to zero.
    #[error("Vat/ilk-not-init: the rate of ilk {} is zero", .ilk.0)]
    NoRate {
        /// The ilk.
        ilk: IlkId,
    },
    /// A debt ceiling.
    #[error("Vat/ceiling-exceeded: a debt of {debt} above {line}")]
    CeilingExceeded {
        /// All debt after the call, of the ilk or of the system.
        debt: Rad,
        /// The ceiling.
        line: Rad,
    },
    /// The urn would owe more than its collateral carries.
    #[error("Vat/not-safe: a debt of {tab} on collateral that carries {carried}")]
    NotSafe {
        /// What the urn would owe.
        tab: Rad,
        /// The most that its collateral carries.
        carried: Rad,
    },
    /// The urn would owe too little.
    #[error("Vat/dust: a debt of {tab}, {dust} is the least")]
    Dust {
        /// What the urn would owe.
        tab: Rad,
        /// The ilk's minimum debt of an urn.
        dust: Rad,
    },
    /// Less collateral is locked than is to be freed.
    #[error("{asked} of the collateral to free, {locked} locked")]
    InsufficientInk {
        /// Collateral locked.
        locked: u128,
        /// Collateral to free.
        asked: u128,
    },
    /// Less is owed than is to be paid back.
    #[error("{asked} of normalised debt to pay back, {owed} owed")]
    InsufficientArt {
        /// Of the urn, wad: times the ilk's rate it is dai.
        owed: u128,
        /// Normalised debt to pay back.
        asked: u128,
    },
    /// The account has too little unlocked collateral.
    #[error("{asked} of the collateral needed, {held} held")]
    InsufficientGem {
        /// Unlocked collateral.
        held: u128,
        /// Collateral needed.
        asked: u128,
    },
    /// There is too little dai inside.
    #[error("{asked} dai needed, {held} held")]
    InsufficientDai {
        /// Dai inside.
        held: Rad,
        /// Dai needed.
        asked: Rad,
    },
    /// The account has saved less.
    #[error("{asked} of normalised savings to take out, {held} held")]
    InsufficientPie {
        /// Normalised savings.
        held: u128,
        /// Normalised savings to take out.
        asked: u128,
    },
    /// Fees were counted later than now.
    #[error("Jug/invalid-now: {now} is before {rho}")]
    RateFromTheFuture {
        /// When fees were last accrued, in Unix seconds.
        rho: u64,
        /// The time of the call, in Unix seconds.
        now: u64,
    },
    /// Fees must be counted first.
    #[error("Jug/rho-not-updated: fees were counted at {rho}, it is {now}")]
    RateNotUpdated {
        /// When fees were last accrued, in Unix seconds.
        rho: u64,
        /// The time of the call, in Unix seconds.
        now: u64,
    },
    /// Savers' interest was counted later than now.
    #[error("Pot/invalid-now: {now} is before {rho}")]
    IndexFromTheFuture {
        /// When savers' interest was last accrued, in Unix seconds.
        rho: u64,
        /// The time of the call, in Unix seconds.
        now: u64,
    },
    /// Savers' interest must be counted first.
    #[error("Pot/rho-not-updated: interest was counted at {rho}, it is {now}")]
    IndexNotUpdated {
        /// When savers' interest was last accrued, in Unix seconds.
        rho: u64,
        /// The time of the call, in Unix seconds.
        now: u64,
    },
    /// Savings cannot shrink.
    #[error("the index of savings would fall from {from} to {to}")]
    IndexFalls {
        /// Savings per unit of `pie`.
        from: Ray,
        /// What it would become.
        to: Ray,
    },
    /// The urn is safe, or the oracle void.
    #[error("not-unsafe: a debt of {tab} on collateral that carries {carried}")]
    NotUnsafe {
        /// What the urn owes.
        tab: Rad,
        /// The most that its collateral carries.
        carried: Rad,
    },
    /// Auctions already seek all that they may.
    #[error("liquidation-limit-hit: auctions seek {dirt} of {hole}")]
    LiquidationLimitHit {
        /// The most that they may seek, of the ilk or of the system.
        hole: Rad,
        /// Dai that running auctions still seek.
        dirt: Rad,
    },
    /// What there is room for is too little for an auction.
    #[error("Dog/dusty-auction-from-partial-liquidation: a debt of {auctioned}, {dust} is the least")]
    DustyAuction {
        /// The debt that would be liquidated.
        auctioned: Rad,
        /// The ilk's minimum debt of an urn.
        dust: Rad,
    },
    /// There is nothing to sell, or no debt to sell it for.
    #[error("null-auction: {ink} collateral for a normalised debt of {art}")]
    NullAuction {
        /// Collateral that would go on auction, wad.
        ink: u128,
        /// Normalised debt that would be liquidated, wad.
        art: u128,
    },
    /// All auctions of the cat seek what they may, but for less than `dust`.
    #[error("liquidation-limit-hit: room for {room}, {dust} is the least")]
    LitterBoxFull {
        /// Dai that auctions may still seek under the limit.
        room: Rad,
        /// The ilk's minimum debt of an urn.
        dust: Rad,
    },
    /// The clipper's breaker is open.
    #[error("Clipper/stopped-incorrect: {breaker:?}")]
    Stopped {
        /// What it does not let pass.
        breaker: Breaker,
    },
    /// The oracle is void.
    #[error("Clipper/invalid-price: the oracle of ilk {} is void", .ilk.0)]
    InvalidPrice {
        /// The ilk.
        ilk: IlkId,
    },
    /// An auction cannot begin at nothing.
    #[error("Clipper/zero-top-price: {buf} times {feed_price}")]
    ZeroTopPrice {
        /// What the oracle says.
        feed_price: Ray,
        /// First price over the oracle's.
        buf: Ray,
    },
    /// There is no such auction, or it is over.
    #[error("not-running-auction: {}", .id.0)]
    NotRunning {
        /// The auction.
        id: AuctionId,
    },
    /// The auction begins later than now.
    #[error("an auction of {tic}, and it is {now}")]
    SaleFromTheFuture {
        /// When it begins, in Unix seconds.
        tic: u64,
        /// The time of the call, in Unix seconds.
        now: u64,
    },
    /// The auction is still good.
    #[error("Clipper/cannot-reset: auction {} stands at {price} after {elapsed} seconds", .id.0)]
    CannotReset {
        /// The auction.
        id: AuctionId,
        /// Dai per unit of collateral, now.
        price: Ray,
        /// For how long it has run, in seconds.
        elapsed: u64,
    },
    /// The auction is too old or too cheap.
    #[error("Clipper/needs-reset: auction {} stands at {price} after {elapsed} seconds", .id.0)]
    NeedsReset {
        /// The auction.
        id: AuctionId,
        /// Dai per unit of collateral, now.
        price: Ray,
        /// For how long it has run, in seconds.
        elapsed: u64,
    },
    /// The buyer does not accept the price.
    #[error("Clipper/too-expensive: {price}, at most {max_price} accepted")]
    TooExpensive {
        /// Dai per unit of collateral.
        price: Ray,
        /// The most that the caller accepts.
        max_price: Ray,
    },
    /// What the auction seeks is too little to be split.
    #[error("Clipper/no-partial-purchase: {tab} to seek, {chost} must be left")]
    NoPartialPurchase {
        /// Dai still to be raised.
        tab: Rad,
        /// The least that a part may leave.
        chost: Rad,
    },
    /// The debt has not waited long enough.
    #[error("Vow/wait-not-finished: the debt of {era} waits {wait_seconds} seconds, it is {now}")]
    WaitNotFinished {
        /// When it was queued, in Unix seconds.
        era: u64,
        /// How long debt is queued, in seconds.
        wait_seconds: u64,
        /// The time of the call, in Unix seconds.
        now: u64,
    },
    /// The vow has less surplus.
    #[error("Vow/insufficient-surplus: {asked} to settle with a surplus of {held}")]
    InsufficientSurplus {
        /// The vow's dai.
        held: Rad,
        /// Dai to settle.
        asked: Rad,
    },
    /// The vow has less debt that no longer waits.
    #[error("Vow/insufficient-debt: {asked} to settle of a debt of {held}")]
    InsufficientDebt {
        /// Debt that no longer waits.
        held: Rad,
        /// Dai to settle.
        asked: Rad,
    },
    /// The flipper refused.
    #[error(transparent)]
    Flipper(#[from] FlipperError),
    /// An overflow, a difference below zero or a division by zero.
    #[error(transparent)]
    Math(#[from] MathError),
}
