//! `redo`: starting a Dutch auction anew that has become too old or too cheap.

use super::{AuctionId, Breaker, IlkId, Maker, MakerError, Redone, Sale};
use crate::AccountId;
use plimsoll_math::{MathError, Rad};

impl Maker {
    /// Starts an auction anew from what the oracle says, for the keeper's incentive if enough is on auction.
    ///
    /// # Errors
    /// There is no such auction or it is over, it needs no new start, the oracle is void, or the clipper's breaker is
    /// open.
    pub fn redo(&mut self, ilk: IlkId, id: AuctionId, keeper: AccountId, now: u64) -> Result<Redone, MakerError> {
        let redone = self.quote_redo(ilk, id, now)?;
        let mut state = self.state;
        state.suck(redone.incentive)?;
        let internal_dai = self.internal_dai(keeper).paid(redone.incentive)?;
        let (_, sale) = self.sale(ilk, id)?;

        self.state = state;
        self.internal_dai.put(keeper, internal_dai);
        if let Some(clipper) = &mut self.ilk_mut(ilk)?.clipper {
            clipper.sales.put(id, Some(Sale { tic: now, top: redone.top, ..sale }));
        }
        Ok(redone)
    }

    /// Returns what a `redo` would do.
    ///
    /// # Errors
    /// It would fail.
    pub fn quote_redo(&self, ilk: IlkId, id: AuctionId, now: u64) -> Result<Redone, MakerError> {
        let row = self.ilk(ilk)?;
        let clipper = row.clipper(ilk)?;
        clipper.require_below(Breaker::NoRedo)?;
        let (sale, params) = (clipper.sale(id)?, &clipper.state.params);
        let status = params.status(sale, now)?;
        if !status.needs_redo {
            return Err(MakerError::CannotReset { id, price: status.price, elapsed: now - sale.tic });
        }
        let feed_price = row.state.feed_price(self.state.par)?.ok_or(MakerError::InvalidPrice { ilk })?;
        let top = params.top(feed_price)?;
        let is_worth_it = sale.tab.min(Rad::product(sale.lot, feed_price)) >= clipper.state.chost;
        let incentive = if is_worth_it { params.incentive(sale.tab) } else { Ok::<_, MathError>(Rad::ZERO) }?;
        Ok(Redone { top, incentive })
    }
}
