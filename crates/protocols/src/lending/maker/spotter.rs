//! The spotter: what the oracle says, and what a unit of collateral may owe for it.

use super::{IlkId, IlkState, Maker, MakerError};
use plimsoll_math::{MathError, Ray};

impl Maker {
    /// Tells what a whole token of an ilk costs, in wads; none makes the oracle void. Auctions start from it at once,
    /// urns are judged by it from the next [`Maker::poke`] on.
    ///
    /// # Errors
    /// There is no such ilk.
    pub fn set_price(&mut self, ilk: IlkId, price_wad: Option<u128>) -> Result<(), MakerError> {
        self.ilk_mut(ilk)?.state.price_wad = price_wad;
        Ok(())
    }

    /// Brings an ilk's `spot` up to the oracle, and returns it. It rounds **down**, against the urns; a void oracle
    /// makes it zero.
    ///
    /// # Errors
    /// There is no such ilk, `par` or `mat` is zero, or the result does not fit.
    pub fn poke(&mut self, ilk: IlkId) -> Result<Ray, MakerError> {
        let spot = self.spot_at(ilk, self.ilk(ilk)?.state.price_wad)?;

        self.ilk_mut(ilk)?.state.spot = spot;
        Ok(spot)
    }

    /// Returns the `spot` that a `poke` would write if the oracle said this price.
    ///
    /// # Errors
    /// There is no such ilk, `par` or `mat` is zero, or the result does not fit.
    pub fn spot_at(&self, ilk: IlkId, price_wad: Option<u128>) -> Result<Ray, MakerError> {
        Ok(IlkState { price_wad, ..self.ilk(ilk)?.state }.spot_now(self.state.par)?)
    }

    /// Returns an ilk's state as a `poke` and a `drip` would leave it now, to judge urns by.
    ///
    /// # Errors
    /// Either would fail.
    pub fn ilk_state_at(&self, ilk: IlkId, now: u64) -> Result<IlkState, MakerError> {
        let state = self.ilk(ilk)?.state;
        Ok(IlkState { spot: state.spot_now(self.state.par)?, rate: self.rate_at(ilk, now)?, ..state })
    }
}

impl IlkState {
    /// Returns the `spot` for what the oracle says, rounded **down** twice.
    fn spot_now(&self, par: Ray) -> Result<Ray, MathError> {
        self.feed_price(par)?.map_or(Ok(Ray::ZERO), |price| price.div_down(self.mat))
    }
}
