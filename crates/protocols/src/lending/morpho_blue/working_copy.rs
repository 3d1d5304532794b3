//! Copies that a call works on, and before-images of what a call may change.

use super::{Accrued, Market, MarketState, MorphoError, Position};
use crate::AccountId;
use plimsoll_math::MathError;

/// What a call about one account works on: copies, which are written back or thrown away as a whole.
#[derive(Debug, Clone, Copy)]
pub(super) struct WorkingCopy {
    /// The state, interest counted.
    pub(super) state: MarketState,
    /// The interest that was counted.
    pub(super) accrued: Accrued,
    /// The account.
    pub(super) account: AccountId,
    /// Its position; the fee recipient's with the fee.
    pub(super) position: Position,
}

/// A market's before-image: its state, how many positions there were, and those that a call about one account changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarketBefore {
    state: MarketState,
    positions: usize,
    named: AccountId,
    named_position: Position,
    fee_position: Position,
}

impl Market {
    /// Returns the market's numbers as a call at `now` would find them, interest counted.
    ///
    /// # Errors
    /// Time runs backwards, or a total is beyond `u128`.
    pub fn state_at(&self, now: u64) -> Result<MarketState, MorphoError> {
        let mut state = self.state;
        state.accrue(now)?;
        Ok(state)
    }

    /// Returns what a call about an account may change, as it is now.
    pub fn before(&self, named: AccountId) -> MarketBefore {
        MarketBefore {
            state: self.state,
            positions: self.positions.len(),
            named,
            named_position: self.position(named),
            fee_position: self.position(self.fee_recipient),
        }
    }

    /// Puts back what was kept. Calls since then must have been about the same account.
    pub fn restore(&mut self, before: &MarketBefore) {
        self.state = before.state;
        self.positions.truncate(before.positions);
        self.positions.put(before.named, before.named_position);
        self.positions.put(self.fee_recipient, before.fee_position);
    }

    /// Returns copies to work on, interest counted.
    pub(super) fn open(&self, account: AccountId, now: u64) -> Result<WorkingCopy, MorphoError> {
        let mut state = self.state;
        let accrued = state.accrue(now)?;
        let mut position = self.position(account);
        if account == self.fee_recipient {
            position.supply_shares = share_of(position.supply_shares, accrued.fee_shares);
        }
        Ok(WorkingCopy { state, accrued, account, position })
    }

    /// Writes back what was worked on. Between [`Self::open`] and this, nothing else may have been written.
    pub(super) fn close(&mut self, copy: &WorkingCopy) {
        if copy.accrued.fee_shares > 0 && copy.account != self.fee_recipient {
            let mut fees = self.position(self.fee_recipient);
            fees.supply_shares = share_of(fees.supply_shares, copy.accrued.fee_shares);
            self.positions.put(self.fee_recipient, fees);
        }
        self.state = copy.state;
        self.positions.put(copy.account, copy.position);
    }
}

/// Returns the sum of shares of a total that was summed already.
fn share_of(held: u128, more: u128) -> u128 {
    held.checked_add(more).expect("no account holds more than all, and their sum fits")
}

/// Returns `a - b`.
#[inline]
pub(super) fn less(a: u128, b: u128) -> Result<u128, MathError> {
    a.checked_sub(b).ok_or(MathError::BelowZero)
}
