//! What an account has in the system, and whether its urn is safe.

use super::{IlkId, IlkState, Maker, MakerError};
use crate::AccountId;
use plimsoll_math::{MathError, Rad, Ray};

/// What an account has in an ilk: its urn, and collateral that is not locked in it. A row of 48 bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Position {
    /// Collateral locked in the urn.
    pub ink: u128,
    /// What the urn owes, divided by the ilk's rate.
    pub art: u128,
    /// Collateral that is not locked.
    pub gem: u128,
}

/// What an account has over all ilks. A row of 48 bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct InternalDai {
    /// Dai inside the system.
    pub dai: Rad,
    /// Savings in the pot, divided by its index when they came.
    pub pie: u128,
}

impl Position {
    /// Returns what the urn owes at this rate, exactly.
    #[inline]
    pub fn tab(&self, rate: Ray) -> Rad {
        Rad::product(self.art, rate)
    }

    /// Returns what the urn may owe at this `spot`, exactly.
    #[inline]
    pub fn carried(&self, spot: Ray) -> Rad {
        Rad::product(self.ink, spot)
    }
}

impl IlkState {
    /// Returns whether an urn owes no more than its collateral carries.
    #[inline]
    pub fn is_safe(&self, position: &Position) -> bool {
        position.tab(self.rate) <= position.carried(self.spot)
    }

    /// Returns whether anybody may liquidate an urn: it is not safe, and the oracle is not void.
    #[inline]
    pub fn is_liquidatable(&self, position: &Position) -> bool {
        self.spot > Ray::ZERO && !self.is_safe(position)
    }

    /// Returns what the oracle says that a token costs, in dai, rounded **down**; none while it is void.
    ///
    /// # Errors
    /// `par` is zero, or the price does not fit.
    pub fn feed_price(&self, par: Ray) -> Result<Option<Ray>, MathError> {
        self.price_wad.map(|price| Ray::from_wad(price)?.div_down(par)).transpose()
    }

    /// Returns the least price, in wads, at which a `poke` finds an urn safe: one less and it is not. None if no price
    /// will do. It is exact; every step rounds **up**, against the steps of the spotter.
    ///
    /// # Errors
    /// The price does not fit.
    pub fn least_safe_price_up(&self, position: &Position, par: Ray) -> Result<Option<u128>, MathError> {
        let tab = position.tab(self.rate);
        if tab == Rad::ZERO {
            return Ok(Some(0));
        }
        if position.ink == 0 {
            return Ok(None);
        }
        let spot = tab.units().mul_div_up(1, position.ink)?;
        let feed_price = spot.mul_div_up(self.mat.0, Ray::ONE.0)?;
        let price = feed_price.mul_div_up(par.0, Ray::ONE.0)?.mul_div_up(1, Ray::from_wad(1)?.0)?;
        Ok(Some(price.try_into_u128()?))
    }
}

impl Maker {
    /// Returns what an account has in an ilk; nothing if it was never there.
    ///
    /// # Errors
    /// There is no such ilk.
    #[inline]
    pub fn position(&self, ilk: IlkId, account: AccountId) -> Result<Position, MakerError> {
        Ok(self.ilk(ilk)?.positions.get(account))
    }

    /// Returns what an account has over all ilks.
    #[inline]
    pub fn internal_dai(&self, account: AccountId) -> InternalDai {
        self.internal_dai.get(account)
    }

    /// Returns every account that has or had something in an ilk, in the order in which they came.
    ///
    /// # Errors
    /// There is no such ilk.
    pub fn positions(&self, ilk: IlkId) -> Result<impl ExactSizeIterator<Item = (AccountId, &Position)>, MakerError> {
        Ok(self.ilk(ilk)?.positions.iter())
    }

    /// Returns every account that has or had dai inside or savings, in the order in which they came.
    pub fn internal_dai_by_account(&self) -> impl ExactSizeIterator<Item = (AccountId, &InternalDai)> {
        self.internal_dai.iter()
    }

    /// Returns the `art` to draw for `wad` of dai tokens beyond the dai that the account already has inside, rounded
    /// **up**, so that it can exit them.
    ///
    /// # Errors
    /// There is no such ilk, or the amount does not fit.
    pub fn art_to_draw_up(&self, ilk: IlkId, account: AccountId, wad: u128) -> Result<u128, MakerError> {
        let missing = Rad::from_wad(wad).saturating_sub(self.internal_dai(account).dai);
        Ok(missing.div_up(self.ilk(ilk)?.state.rate)?)
    }

    /// Returns the `art` that the dai that an account has inside pays back, rounded **down**; never more than it owes.
    ///
    /// # Errors
    /// There is no such ilk, or the amount does not fit.
    pub fn art_to_wipe_down(&self, ilk: IlkId, account: AccountId) -> Result<u128, MakerError> {
        let ilk = self.ilk(ilk)?;
        let (dai, art) = (self.internal_dai(account).dai, ilk.positions.get(account).art);
        if dai >= Rad::product(art, ilk.state.rate) { Ok(art) } else { Ok(dai.div_down(ilk.state.rate)?) }
    }
}
