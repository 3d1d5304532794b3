//! The pot: dai that earns the savings rate.

use super::{InternalDai, Maker, MakerError, PotDripped, Saved};
use crate::AccountId;
use plimsoll_math::{Rad, Ray, sum};

impl Maker {
    /// Counts savers' interest up to now: the pot gets the dai, the vow the debt. The index rounds **down**, against
    /// the savers.
    ///
    /// # Errors
    /// Time runs backwards, the index does not fit, or it would fall.
    pub fn pot_drip(&mut self, now: u64) -> Result<PotDripped, MakerError> {
        let mut state = self.state;
        let pot = &mut state.pot;
        let elapsed = now.checked_sub(pot.rho).ok_or(MakerError::IndexFromTheFuture { rho: pot.rho, now })?;
        let chi = pot.dsr.pow_half_up(elapsed)?.mul_down(pot.chi)?;
        let growth = chi.0.checked_sub(pot.chi.0).ok_or(MakerError::IndexFalls { from: pot.chi, to: chi })?;
        let interest = Rad::product(pot.total_pie, Ray(growth));
        (pot.chi, pot.rho, pot.dai) = (chi, now, pot.dai.checked_add(interest)?);
        state.suck(interest)?;

        self.state = state;
        Ok(PotDripped { chi, interest })
    }

    /// Sets what savings grow by in a second, from now on.
    ///
    /// # Errors
    /// Interest up to now was not counted.
    pub fn set_dsr(&mut self, dsr: Ray, now: u64) -> Result<(), MakerError> {
        self.require_index_of(now)?;

        self.state.pot.dsr = dsr;
        Ok(())
    }

    /// Puts dai of an account into the pot, enough for `pie` times the index, exactly.
    ///
    /// # Errors
    /// Interest up to now was not counted, or the account has less dai inside.
    pub fn pot_join(&mut self, account: AccountId, pie: u128, now: u64) -> Result<Saved, MakerError> {
        self.require_index_of(now)?;
        let mut pot = self.state.pot;
        let dai = Rad::product(pie, pot.chi);
        pot.total_pie = sum(pot.total_pie, pie)?;
        pot.dai = pot.dai.checked_add(dai)?;
        let internal_dai = self.internal_dai(account).paying(dai)?;
        // All savings fit, so one account's do.
        let internal_dai = InternalDai { pie: internal_dai.pie + pie, ..internal_dai };

        self.state.pot = pot;
        self.internal_dai.put(account, internal_dai);
        Ok(Saved { pie, dai })
    }

    /// Gives an account the dai that `pie` stands for, at the index as it was last counted.
    ///
    /// # Errors
    /// The account has saved less.
    pub fn pot_exit(&mut self, account: AccountId, pie: u128) -> Result<Saved, MakerError> {
        let (mut pot, internal_dai) = (self.state.pot, self.internal_dai(account));
        let dai = Rad::product(pie, pot.chi);
        let left = internal_dai
            .pie
            .checked_sub(pie)
            .ok_or(MakerError::InsufficientPie { held: internal_dai.pie, asked: pie })?;
        // What one account saved is part of what all did.
        pot.total_pie -= pie;
        pot.dai = pot.dai.checked_sub(dai)?;
        let internal_dai = InternalDai { pie: left, ..internal_dai.paid(dai)? };

        self.state.pot = pot;
        self.internal_dai.put(account, internal_dai);
        Ok(Saved { pie, dai })
    }

    fn require_index_of(&self, now: u64) -> Result<(), MakerError> {
        let rho = self.state.pot.rho;
        if rho == now { Ok(()) } else { Err(MakerError::IndexNotUpdated { rho, now }) }
    }
}
