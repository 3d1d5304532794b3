//! The clipper: an ilk's Dutch auctions, and how they stand.

use super::{AuctionId, Breaker, ClipperParams, ClipperState, IlkId, Maker, MakerError, auctions::Auctions};
use crate::AccountId;
use plimsoll_math::{MathError, Rad, Ray, U256, WAD};

/// A Dutch auction: a row of 96 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sale {
    /// Dai still to be raised.
    pub tab: Rad,
    /// Collateral that it sells.
    pub lot: u128,
    /// Dai per unit of collateral at the start.
    pub top: Ray,
    /// When it began, in Unix seconds.
    pub tic: u64,
    /// Owner of the liquidated urn.
    pub usr: AccountId,
}

/// How an auction stands at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    /// Whether it must be started anew before anybody can buy.
    pub needs_redo: bool,
    /// Dai per unit of collateral.
    pub price: Ray,
    /// Collateral that it sells.
    pub lot: u128,
    /// Dai still to be raised.
    pub tab: Rad,
}

/// An ilk's Dutch auctions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Clipper {
    pub(super) state: ClipperState,
    pub(super) sales: Auctions<Sale>,
}

impl Clipper {
    pub(super) fn new(params: ClipperParams, dust: Rad) -> Result<Self, MakerError> {
        params.require_valid()?;
        let chost = dust.part_down(params.chop_wad)?;
        Ok(Self { state: ClipperState { params, dirt: Rad::ZERO, chost }, sales: Auctions::default() })
    }

    /// Returns a running auction.
    #[inline]
    pub(super) fn sale(&self, id: AuctionId) -> Result<&Sale, MakerError> {
        self.sales.find(id).ok_or(MakerError::NotRunning { id })
    }

    /// Refuses what the breaker does not let pass.
    #[inline]
    pub(super) fn require_below(&self, level: Breaker) -> Result<(), MakerError> {
        let breaker = self.state.params.breaker;
        if breaker < level { Ok(()) } else { Err(MakerError::Stopped { breaker }) }
    }
}

impl ClipperParams {
    /// Refuses what the contracts refuse to file.
    pub(super) fn require_valid(&self) -> Result<(), MakerError> {
        if self.chop_wad < WAD {
            return Err(MakerError::ChopBelowOne { chop_wad: self.chop_wad });
        }
        self.calc.require_falling()
    }

    /// Returns how a sale stands: it needs a new start if it is too old or its price has fallen too far.
    #[inline]
    pub(super) fn status(&self, sale: &Sale, now: u64) -> Result<Status, MakerError> {
        let elapsed = now.checked_sub(sale.tic).ok_or(MakerError::SaleFromTheFuture { tic: sale.tic, now })?;
        let price = self.calc.price(sale.top, elapsed)?;
        // The contract asks whether price / top, rounded down, is below cusp; a sale's top is above zero.
        let below_cusp = U256::product(price.0, Ray::ONE.0) < U256::product(self.cusp.0, sale.top.0);
        Ok(Status { needs_redo: elapsed > self.tail_seconds || below_cusp, price, lot: sale.lot, tab: sale.tab })
    }

    /// Returns an auction's first price for what the oracle says, rounded **down**.
    pub(super) fn top(&self, feed_price: Ray) -> Result<Ray, MakerError> {
        match feed_price.mul_down(self.buf)? {
            Ray::ZERO => Err(MakerError::ZeroTopPrice { feed_price, buf: self.buf }),
            top => Ok(top),
        }
    }

    /// Returns what a keeper gets for starting an auction that seeks `tab`, rounded **down**.
    pub(super) fn incentive(&self, tab: Rad) -> Result<Rad, MathError> {
        self.tip.checked_add(tab.part_down(self.chip_wad)?)
    }
}

impl Maker {
    /// Returns a running Dutch auction and its place in the clipper's list.
    ///
    /// # Errors
    /// There is no such auction, or it is over.
    pub fn sale(&self, ilk: IlkId, id: AuctionId) -> Result<(usize, Sale), MakerError> {
        let sales = &self.ilk(ilk)?.clipper(ilk)?.sales;
        sales.place(id).zip(sales.find(id).copied()).ok_or(MakerError::NotRunning { id })
    }

    /// Returns all running Dutch auctions of an ilk, in the order of the clipper's list.
    ///
    /// # Errors
    /// There is no such ilk, or it has no clipper.
    pub fn sales(&self, ilk: IlkId) -> Result<impl ExactSizeIterator<Item = (AuctionId, &Sale)>, MakerError> {
        Ok(self.ilk(ilk)?.clipper(ilk)?.sales.iter())
    }

    /// Returns how a running auction stands: `getStatus`.
    ///
    /// # Errors
    /// There is no such auction, it is over, or it has not begun.
    pub fn status(&self, ilk: IlkId, id: AuctionId, now: u64) -> Result<Status, MakerError> {
        let clipper = self.ilk(ilk)?.clipper(ilk)?;
        clipper.state.params.status(clipper.sale(id)?, now)
    }

    /// Brings the least that a partial purchase may leave up to `dust` and `chop`, and returns it: `upchost`.
    ///
    /// # Errors
    /// There is no such ilk, it has no clipper, or the product does not fit.
    pub fn update_chost(&mut self, ilk: IlkId) -> Result<Rad, MakerError> {
        let row = self.ilk(ilk)?;
        let chost = row.state.dust.part_down(row.clipper(ilk)?.state.params.chop_wad)?;

        if let Some(clipper) = &mut self.ilk_mut(ilk)?.clipper {
            clipper.state.chost = chost;
        }
        Ok(chost)
    }
}
