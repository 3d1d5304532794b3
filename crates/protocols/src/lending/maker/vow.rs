//! The vow: surplus against bad debt. Auctions of either are left out: what is left here stays.

use super::{Maker, MakerError, VowState};
use plimsoll_math::Rad;

impl VowState {
    /// Returns the bad debt that no longer waits: what surplus can settle. `Woe`, where no debt auction runs.
    pub fn settleable_sin(&self) -> Rad {
        // What waits is part of what there is.
        self.sin.saturating_sub(self.queued_sin)
    }
}

impl Maker {
    /// Returns the debt that came in a second and still waits.
    pub fn queued_sin(&self, era: u64) -> Rad {
        self.queue.get(&era).copied().unwrap_or(Rad::ZERO)
    }

    /// Takes the debt of the second `era` out of the queue. What was not there is nothing, as in the contract.
    ///
    /// # Errors
    /// It has not waited long enough.
    pub fn flog(&mut self, era: u64, now: u64) -> Result<Rad, MakerError> {
        let wait_seconds = self.state.vow.wait_seconds;
        if era.checked_add(wait_seconds).is_none_or(|ready| ready > now) {
            return Err(MakerError::WaitNotFinished { era, wait_seconds, now });
        }
        let waited = self.queued_sin(era);
        let queued_sin = self.state.vow.queued_sin.checked_sub(waited)?;

        self.state.vow.queued_sin = queued_sin;
        self.queue.remove(&era);
        Ok(waited)
    }

    /// Sets surplus off against bad debt that no longer waits.
    ///
    /// # Errors
    /// There is less surplus, or less such debt.
    pub fn heal(&mut self, dai: Rad) -> Result<(), MakerError> {
        let (vow, vat) = (&self.state.vow, &self.state.vat);
        if dai > vow.dai {
            return Err(MakerError::InsufficientSurplus { held: vow.dai, asked: dai });
        }
        if dai > vow.settleable_sin() {
            return Err(MakerError::InsufficientDebt { held: vow.settleable_sin(), asked: dai });
        }
        let (surplus, sin) = (vow.dai.checked_sub(dai)?, vow.sin.checked_sub(dai)?);
        let (vice, debt) = (vat.vice.checked_sub(dai)?, vat.debt.checked_sub(dai)?);

        (self.state.vow.dai, self.state.vow.sin) = (surplus, sin);
        (self.state.vat.vice, self.state.vat.debt) = (vice, debt);
        Ok(())
    }
}
