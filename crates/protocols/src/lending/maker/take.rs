//! `take`: buying collateral from a Dutch auction at its price of the moment.

use super::{AuctionId, Breaker, IlkId, Maker, MakerError, Sale, Taken};
use crate::AccountId;
use plimsoll_math::{Rad, Ray};

impl Maker {
    /// Sells up to `amount` of an auction's collateral to a buyer who accepts a price of `max_price`, for dai that the
    /// buyer has inside.
    ///
    /// An auction takes no more dai than it seeks, and a purchase leaves it either over or with `chost` to seek at
    /// least: the amount is cut where needed. Collateral then rounds **down**, against the buyer.
    ///
    /// # Errors
    /// There is no such auction or it is over, it must be started anew, it is dearer than accepted, what it seeks is too
    /// little to be split, the buyer has too little dai, or the clipper's breaker is open.
    pub fn take(
        &mut self,
        ilk: IlkId,
        id: AuctionId,
        buyer: AccountId,
        amount: u128,
        max_price: Ray,
        now: u64,
    ) -> Result<Taken, MakerError> {
        let taken = self.quote_take(ilk, id, amount, max_price, now)?;
        let (_, sale) = self.sale(ilk, id)?;
        let cleared = if taken.is_over { sale.tab } else { taken.owe };
        let internal_dai = self.internal_dai(buyer).paying(taken.owe)?;
        let surplus = self.state.vow.dai.checked_add(taken.owe)?;
        let all_dirt = self.state.dog.dirt.checked_sub(cleared)?;
        let dirt = self.clipper_state(ilk)?.dirt.checked_sub(cleared)?;

        self.internal_dai.put(buyer, internal_dai);
        (self.state.vow.dai, self.state.dog.dirt) = (surplus, all_dirt);
        let ilk = self.ilk_mut(ilk)?;
        ilk.credit_gem(buyer, taken.slice);
        ilk.credit_gem(sale.usr, taken.returned);
        if let Some(clipper) = &mut ilk.clipper {
            clipper.state.dirt = dirt;
            let left = Sale { tab: taken.tab, lot: taken.lot, ..sale };
            clipper.sales.put(id, (!taken.is_over).then_some(left));
        }
        Ok(taken)
    }

    /// Returns what a `take` would do for a buyer with dai enough.
    ///
    /// # Errors
    /// It would fail whatever dai the buyer had.
    pub fn quote_take(
        &self,
        ilk: IlkId,
        id: AuctionId,
        amount: u128,
        max_price: Ray,
        now: u64,
    ) -> Result<Taken, MakerError> {
        let clipper = self.ilk(ilk)?.clipper(ilk)?;
        clipper.require_below(Breaker::NoTake)?;
        let sale = clipper.sale(id)?;
        let status = clipper.state.params.status(sale, now)?;
        if status.needs_redo {
            return Err(MakerError::NeedsReset { id, price: status.price, elapsed: now - sale.tic });
        }
        if max_price < status.price {
            return Err(MakerError::TooExpensive { price: status.price, max_price });
        }
        let (slice, owe) = sale.purchase(amount, status.price, clipper.state.chost)?;
        let (tab, left) = (sale.tab.checked_sub(owe)?, sale.lot - slice);
        let is_over = left == 0 || tab == Rad::ZERO;
        let (lot, returned) = if is_over { (0, left) } else { (left, 0) };
        Ok(Taken { price: status.price, slice, owe, tab, lot, usr: sale.usr, returned, is_over })
    }

    /// Returns what a `take` would do that spends up to `dai`, at whatever the price is.
    ///
    /// # Errors
    /// It would fail.
    pub fn quote_take_for(&self, ilk: IlkId, id: AuctionId, dai: Rad, now: u64) -> Result<Taken, MakerError> {
        let status = self.status(ilk, id, now)?;
        let amount =
            if status.price == Ray::ZERO { status.lot } else { dai.div_down(status.price).unwrap_or(u128::MAX) };
        self.quote_take(ilk, id, amount, status.price, now)
    }
}

impl Sale {
    /// Returns how much collateral is bought, and the dai that it costs.
    fn purchase(&self, amount: u128, price: Ray, chost: Rad) -> Result<(u128, Rad), MakerError> {
        let slice = self.lot.min(amount);
        let cost = Rad::product(slice, price);
        if cost > self.tab {
            return Ok((self.tab.div_down(price)?, self.tab));
        }
        let left = self.tab.checked_sub(cost)?;
        if left == Rad::ZERO || slice == self.lot || left >= chost {
            return Ok((slice, cost));
        }
        if self.tab <= chost {
            return Err(MakerError::NoPartialPurchase { tab: self.tab, chost });
        }
        let owe = self.tab.checked_sub(chost)?;
        Ok((owe.div_down(price)?, owe))
    }
}
