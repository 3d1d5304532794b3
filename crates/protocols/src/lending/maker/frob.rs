//! `frob`: locking and freeing collateral, drawing and paying back dai.

use super::{Frobbed, IlkId, IlkState, InternalDai, Maker, MakerError, Position};
use crate::AccountId;
use plimsoll_math::{MathError, Rad, Ray};

impl Maker {
    /// Changes an account's own urn: locks `ink_change` of its unlocked collateral and draws dai for `art_change` of
    /// normalised debt; below zero it frees collateral and pays back.
    ///
    /// Debt counts as of the last [`Maker::drip`]. What `art` owes is exact in rads: nothing is rounded.
    ///
    /// # Errors
    /// More would be taken than is there; a ceiling would be exceeded; the urn would not be safe, unless the call makes
    /// it no riskier; or it would owe less than `dust`, but not nothing.
    pub fn frob(
        &mut self,
        ilk: IlkId,
        owner: AccountId,
        ink_change: i128,
        art_change: i128,
    ) -> Result<Frobbed, MakerError> {
        let (state, vat) = (&self.ilk(ilk)?.state, &self.state.vat);
        let (before, internal_dai) = (self.position(ilk, owner)?, self.internal_dai(owner));
        if state.rate == Ray::ZERO {
            return Err(MakerError::NoRate { ilk });
        }
        let position = before.relocked(ink_change, art_change)?;
        let total_art = state.total_art.checked_add_signed(art_change).ok_or(TOO_WIDE)?;
        let dai = Rad::product(art_change.unsigned_abs(), state.rate);
        let debt = if art_change < 0 { vat.debt.checked_sub(dai)? } else { vat.debt.checked_add(dai)? };
        if art_change > 0 {
            require_within(Rad::product(total_art, state.rate), state.line)?;
            require_within(debt, vat.line)?;
        }
        if art_change > 0 || ink_change < 0 {
            state.require_safe(&position)?;
        }
        state.require_clean(&position)?;
        let position = position.released(ink_change)?;
        let internal_dai = if art_change < 0 { internal_dai.paying(dai)? } else { internal_dai.paid(dai)? };

        self.state.vat.debt = debt;
        self.internal_dai.put(owner, internal_dai);
        let ilk = self.ilk_mut(ilk)?;
        ilk.state.total_art = total_art;
        ilk.positions.put(owner, position);
        Ok(Frobbed::new(ink_change, art_change, dai))
    }
}

const TOO_WIDE: MathError = MathError::TooWide { bits: 129, fits: 128 };

impl Position {
    /// Returns the position with its urn changed, its unlocked collateral not yet.
    fn relocked(mut self, ink_change: i128, art_change: i128) -> Result<Self, MakerError> {
        let (ink, art) = (self.ink, self.art);
        self.ink = ink.checked_add_signed(ink_change).ok_or(if ink_change < 0 {
            MakerError::InsufficientInk { locked: ink, asked: ink_change.unsigned_abs() }
        } else {
            TOO_WIDE.into()
        })?;
        self.art = art.checked_add_signed(art_change).ok_or(if art_change < 0 {
            MakerError::InsufficientArt { owed: art, asked: art_change.unsigned_abs() }
        } else {
            TOO_WIDE.into()
        })?;
        Ok(self)
    }

    /// Returns the position after its unlocked collateral has gone into the urn, or come out of it.
    fn released(mut self, ink_change: i128) -> Result<Self, MakerError> {
        let gem = self.gem;
        self.gem = gem.checked_sub_signed(ink_change).ok_or(if ink_change > 0 {
            MakerError::InsufficientGem { held: gem, asked: ink_change.unsigned_abs() }
        } else {
            TOO_WIDE.into()
        })?;
        Ok(self)
    }
}

impl InternalDai {
    /// Returns the internal dai after a payment.
    pub(super) fn paying(mut self, dai: Rad) -> Result<Self, MakerError> {
        let short = MakerError::InsufficientDai { held: self.dai, asked: dai };
        self.dai = self.dai.checked_sub(dai).map_err(|_| short)?;
        Ok(self)
    }

    /// Returns the internal dai after a receipt.
    pub(super) fn paid(mut self, dai: Rad) -> Result<Self, MathError> {
        self.dai = self.dai.checked_add(dai)?;
        Ok(self)
    }
}

impl IlkState {
    /// Refuses an urn that owes more than its collateral carries.
    fn require_safe(&self, position: &Position) -> Result<(), MakerError> {
        if self.is_safe(position) {
            return Ok(());
        }
        Err(MakerError::NotSafe { tab: position.tab(self.rate), carried: position.carried(self.spot) })
    }

    /// Refuses an urn that owes less than `dust`, but not nothing.
    fn require_clean(&self, position: &Position) -> Result<(), MakerError> {
        let tab = position.tab(self.rate);
        if position.art == 0 || tab >= self.dust {
            return Ok(());
        }
        Err(MakerError::Dust { tab, dust: self.dust })
    }
}

/// Refuses debt above a ceiling.
fn require_within(debt: Rad, line: Rad) -> Result<(), MakerError> {
    if debt <= line { Ok(()) } else { Err(MakerError::CeilingExceeded { debt, line }) }
}
