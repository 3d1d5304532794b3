//! Copies that a call works on, and before-images of what a call may change.

use super::{Accrued, CompoundError, Comptroller, Entered, MarketId, MarketState, Outcome, Position, ReservesReduced};
use crate::AccountId;
use plimsoll_math::MathError;

/// How a call ends early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// With an error code: what was done before stays, which is to count interest and to enter a market.
    Refuse(CompoundError),
    /// With a revert: nothing stays.
    Revert(CompoundError),
}

impl Stop {
    /// Returns why.
    pub(super) fn why(self) -> CompoundError {
        match self {
            Self::Refuse(why) | Self::Revert(why) => why,
        }
    }
}

impl From<MathError> for Stop {
    fn from(error: MathError) -> Self {
        Self::Revert(error.into())
    }
}

/// Returns what a call came to, if it did not revert.
pub(super) fn outcome<Receipt>(done: Result<Receipt, Stop>) -> Result<Outcome<Receipt>, CompoundError> {
    match done {
        Ok(receipt) => Ok(Outcome::Done(receipt)),
        Err(Stop::Refuse(why)) => Ok(Outcome::Refused(why)),
        Err(Stop::Revert(why)) => Err(why),
    }
}

/// What a call about one account in one market works on: copies, which are written back unless the call reverts.
///
/// Whatever refuses does so before it changes anything here.
#[derive(Debug, Clone, Copy)]
pub(super) struct WorkingCopy {
    /// As the call names it.
    pub(super) id: MarketId,
    /// Its state, interest counted.
    pub(super) state: MarketState,
    /// The interest that was counted.
    pub(super) accrued: Accrued,
    /// As the call names it.
    pub(super) account: AccountId,
    /// Its position in the market.
    pub(super) position: Position,
    /// The markets that it has entered.
    pub(super) entered: Entered,
}

/// A comptroller's before-image: the state of up to two markets, and what up to two accounts have in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ComptrollerBefore {
    markets: [MarketBefore; 2],
    accounts: [(AccountId, Entered); 2],
    members: usize,
}

/// A market's before-image: its state, how many positions there were, and two of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct MarketBefore {
    id: MarketId,
    state: MarketState,
    rows: usize,
    positions: [Position; 2],
}

impl Comptroller {
    /// Returns a market's numbers as a call at `block` would find them, interest counted.
    ///
    /// # Errors
    /// There is no such market, blocks run backwards, or interest is absurdly high.
    pub fn state_at(&self, market: MarketId, block: u64) -> Result<MarketState, CompoundError> {
        let mut state = *self.state(market)?;
        state.accrue(block)?;
        Ok(state)
    }

    /// Counts a market's interest up to a block.
    ///
    /// # Errors
    /// There is no such market, blocks run backwards, or interest is absurdly high.
    pub fn accrue(&mut self, market: MarketId, block: u64) -> Result<Accrued, CompoundError> {
        let market = self.market_mut(market)?;
        let mut state = market.state;
        let accrued = state.accrue(block)?;

        market.state = state;
        Ok(accrued)
    }

    /// Pays a part of the reserves out to the owner.
    ///
    /// Refused if the market holds less, or the reserves are smaller.
    ///
    /// # Errors
    /// There is no such market, blocks run backwards, or interest is absurdly high.
    pub fn reduce_reserves(
        &mut self,
        market: MarketId,
        amount: u128,
        block: u64,
    ) -> Result<Outcome<ReservesReduced>, CompoundError> {
        let market = self.market_mut(market)?;
        let mut state = market.state;
        let accrued = state.accrue(block)?;
        let done = state.reduce_reserves(amount).map(|()| ReservesReduced { accrued, amount });
        let outcome = outcome(done)?;

        market.state = state;
        Ok(outcome)
    }

    /// Returns what a call about these markets and accounts may change, as it is now; one twice if there is but one.
    ///
    /// # Errors
    /// There is no such market.
    pub fn before(&self, markets: [MarketId; 2], accounts: [AccountId; 2]) -> Result<ComptrollerBefore, CompoundError> {
        let [first, second] = markets.map(|id| {
            let market = self.market(id)?;
            let positions = accounts.map(|account| market.positions.get(account));
            Ok::<_, CompoundError>(MarketBefore { id, state: market.state, rows: market.positions.len(), positions })
        });
        let entered = accounts.map(|account| (account, self.entered.get(account)));
        Ok(ComptrollerBefore { markets: [first?, second?], accounts: entered, members: self.entered.len() })
    }

    /// Puts back what was kept. Calls since then must have been about the same markets and accounts.
    pub fn restore(&mut self, before: &ComptrollerBefore) {
        for kept in &before.markets {
            let market = self.market_mut(kept.id).expect("markets are never taken away");
            market.state = kept.state;
            market.positions.truncate(kept.rows);
            for ((account, _), position) in before.accounts.iter().zip(kept.positions) {
                market.positions.put(*account, position);
            }
        }
        self.entered.truncate(before.members);
        for (account, entered) in before.accounts {
            self.entered.put(account, entered);
        }
    }

    /// Returns copies to work on, interest counted.
    pub(super) fn open(&self, id: MarketId, account: AccountId, block: u64) -> Result<WorkingCopy, CompoundError> {
        let market = self.market(id)?;
        let mut state = market.state;
        let accrued = state.accrue(block)?;
        let position = market.positions.get(account);
        Ok(WorkingCopy { id, state, accrued, account, position, entered: self.entered.get(account) })
    }

    /// Writes back what was worked on. Between [`Self::open`] and this, nothing else may have been written.
    pub(super) fn close(&mut self, copy: &WorkingCopy) {
        let market = self.market_mut(copy.id).expect("the market was opened");
        market.state = copy.state;
        market.positions.put(copy.account, copy.position);
        self.entered.put(copy.account, copy.entered);
    }
}
