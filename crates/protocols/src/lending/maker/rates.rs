//! The jug: stability fees.

use super::{Dripped, IlkId, IlkState, Maker, MakerError};
use plimsoll_math::{Rad, Ray};

impl Maker {
    /// Counts an ilk's stability fees up to now: the vow gets the dai, and every unit of `art` owes more. No urn is
    /// touched. The rate rounds **down**, in favour of the urns.
    ///
    /// # Errors
    /// Time runs backwards; the rate does not fit; or fees are below zero and the vow has too little to give back.
    pub fn drip(&mut self, ilk: IlkId, now: u64) -> Result<Dripped, MakerError> {
        let state = &self.ilk(ilk)?.state;
        let (vow, vat) = (&self.state.vow, &self.state.vat);
        let rate = state.rate_at(self.state.base, now)?;
        let due = |from: Ray, to: Ray| Rad::product(state.total_art, Ray(to.0.saturating_sub(from.0)));
        let (fees, refunds) = (due(state.rate, rate), due(rate, state.rate));
        let debt = vat.debt.checked_add(fees)?.checked_sub(refunds)?;
        let surplus = vow.dai.checked_add(fees)?.checked_sub(refunds);
        let surplus = surplus.map_err(|_| MakerError::InsufficientDai { held: vow.dai, asked: refunds })?;

        (self.state.vat.debt, self.state.vow.dai) = (debt, surplus);
        let state = &mut self.ilk_mut(ilk)?.state;
        (state.rate, state.rho) = (rate, now);
        Ok(Dripped { rate, fees, refunds })
    }

    /// Sets what an ilk's debt grows by in a second, with `base`, from now on.
    ///
    /// # Errors
    /// Fees up to now were not counted.
    pub fn set_duty(&mut self, ilk: IlkId, duty: Ray, now: u64) -> Result<(), MakerError> {
        let state = &mut self.ilk_mut(ilk)?.state;
        if state.rho != now {
            return Err(MakerError::RateNotUpdated { rho: state.rho, now });
        }

        state.duty = duty;
        Ok(())
    }

    /// Returns what a unit of `art` would owe if fees were counted now.
    ///
    /// # Errors
    /// Time runs backwards, or the rate does not fit.
    pub fn rate_at(&self, ilk: IlkId, now: u64) -> Result<Ray, MakerError> {
        self.ilk(ilk)?.state.rate_at(self.state.base, now)
    }
}

impl IlkState {
    /// Returns the rate with fees up to now, rounded **down**; the power within rounds half up.
    fn rate_at(&self, base: Ray, now: u64) -> Result<Ray, MakerError> {
        let elapsed = now.checked_sub(self.rho).ok_or(MakerError::RateFromTheFuture { rho: self.rho, now })?;
        Ok(base.checked_add(self.duty)?.pow_half_up(elapsed)?.mul_down(self.rate)?)
    }
}
