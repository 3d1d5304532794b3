//! What a call to a protocol works with: who called, the chain around it, and the other protocols, which it may call.
//!
//! A protocol that is called is taken out of its place until it is done, so it may hand the context on and call others;
//! whoever calls one that is out is refused, as a re-entrance is by a lock.

use smallvec::SmallVec;

use super::deployed::ProtocolsMut;
use crate::chain::event::{Event, EventKind, EventLog, Inclusion, Revert};
use crate::chain::families::{Call, FamilyCall};
use crate::chain::forced_sales::ForcedSales;
use crate::chain::ids::{AccountId, AgentId, DeploymentId, TokenId};
use crate::chain::ledger::Ledger;
use crate::chain::oracles::Oracles;
use crate::chain::state::NamedAccounts;
use crate::chain::tokens::Tokens;
use crate::chain::transaction::{AmountIn, Transaction};

/// What a call works with.
pub struct CallContext<'a, 'w, 's> {
    /// Whose transaction it is.
    pub agent: AgentId,
    /// The account that sent it, or the protocol that calls.
    pub sender: AccountId,
    /// How the transaction came into the block.
    pub inclusion: Inclusion,
    /// The block's number.
    pub block: u64,
    /// The block's time as contracts see it, in seconds since 1970.
    pub now: u64,
    /// Every token of the run.
    pub tokens: &'a Tokens,
    /// Accounts that are nobody's wallet.
    pub named: NamedAccounts,
    /// Which forced sales act.
    pub sales: &'a mut ForcedSales,
    /// Who holds what.
    pub ledger: &'a mut Ledger,
    /// What oracles have answered last.
    pub oracles: &'a mut Oracles,
    /// The block's events: calls add theirs.
    pub log: &'a mut EventLog,
    /// The other protocols; those that are being called are out.
    pub others: &'a mut ProtocolsMut<'w, 's>,
    /// What was paid out so far.
    pub received: Received,
    /// What the transaction has borrowed for its own length and not paid back.
    pub flash: Option<Flash>,
    /// Whether before-images are kept, because a later action may fail.
    pub keeps: bool,
    /// Whether another protocol made the call.
    pub is_inner: bool,
    /// The protocols that were called or changed while before-images are kept.
    pub touched: &'a mut Vec<DeploymentId>,
}

/// What a transaction has borrowed for its own length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flash {
    /// Who lent it.
    pub lender: DeploymentId,
    /// The asset's place there.
    pub asset: u8,
    /// The loan without its premium, in smallest units.
    pub amount: u128,
}

/// What the actions of a transaction have paid out to the sender so far, in smallest units.
#[derive(Debug, Default)]
pub struct Received {
    /// What was paid out before the first: in a bundle by the front-run, else 0.
    pub before: u128,
    /// What each paid out, in their order.
    pub by_place: SmallVec<[u128; 8]>,
}

impl Received {
    /// Returns what the last one paid out.
    pub fn last(&self) -> u128 {
        self.by_place.last().copied().unwrap_or(self.before)
    }

    fn by(&self, place: u8) -> u128 {
        self.by_place.get(usize::from(place)).copied().unwrap_or(0)
    }
}

impl CallContext<'_, '_, '_> {
    /// Takes in whose transaction runs now, and what was paid out before it; before-images are kept if `keeps` says so.
    pub fn begin(&mut self, transaction: &Transaction, before: u128, keeps: bool) {
        (self.agent, self.sender) = (transaction.agent, transaction.sender);
        self.inclusion = Inclusion::of(transaction);
        self.received.before = before;
        self.received.by_place.clear();
        self.flash = None;
        self.keeps = keeps;
    }

    /// Calls a protocol and returns what it paid out to the sender, in smallest units.
    ///
    /// # Errors
    /// The protocol refuses, or is being called already. What it may have written by then is undone with the transaction.
    pub fn call(&mut self, to: DeploymentId, call: &Call) -> Result<u128, Revert> {
        let mut callee = self.others.take(to)?;
        if self.keeps {
            self.touched.push(to);
        }
        let done = callee.deployment_mut().call(self, call);
        self.others.put_back(to, callee);
        done
    }

    /// Calls a protocol in the name of another one, whose account it is. What that does is told by whoever was called
    /// first: nothing of it but a liquidation is written into the log.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub fn call_from(&mut self, account: AccountId, to: DeploymentId, call: &Call) -> Result<u128, Revert> {
        let (sender, is_inner) = (std::mem::replace(&mut self.sender, account), self.is_inner);
        self.is_inner = true;
        let done = self.call(to, call);
        (self.sender, self.is_inner) = (sender, is_inner);
        done
    }

    /// Returns how much an action takes in, after others have paid out.
    #[inline]
    pub fn resolve(&self, amount: AmountIn) -> u128 {
        match amount {
            AmountIn::Exact(amount) => amount,
            AmountIn::Received => self.received.last(),
            AmountIn::Together { first, second } => self.received.by(first).saturating_add(self.received.by(second)),
        }
    }

    /// Moves a token between accounts that the protocol's state says can pay.
    #[inline]
    pub fn pay(&mut self, from: AccountId, to: AccountId, token: TokenId, amount: u128) {
        self.ledger.transfer(from, to, token, amount).expect("the protocol's state and the ledger agree");
    }

    /// Writes into the log what the sender's call has done.
    #[inline]
    pub fn tell(&mut self, kind: EventKind) {
        if self.is_inner && !matches!(kind, EventKind::Liquidated(_)) {
            return;
        }
        self.log.push(Event { sender: Some((self.agent, self.sender)), gas: 0, fee: 0, waited: 0, kind });
    }

    /// Lends `amount` until the transaction's end.
    ///
    /// # Errors
    /// Another flash loan is open.
    pub fn lend_for_the_transaction(&mut self, flash: Flash) -> Result<(), Revert> {
        if self.flash.is_some() {
            return Err(Revert::FlashLoan { what: "another flash loan is open" });
        }
        self.flash = Some(flash);
        Ok(())
    }

    /// Takes back what a protocol has lent for the transaction, and says what that was.
    ///
    /// # Errors
    /// It has lent nothing.
    pub fn take_back(&mut self, lender: DeploymentId) -> Result<Flash, Revert> {
        let its = self.flash.take_if(|flash| flash.lender == lender);
        its.ok_or(Revert::FlashLoan { what: "no flash loan is open" })
    }

    /// Lets all that protocols have done since before-images are kept stand.
    pub fn commit(&mut self) {
        for to in self.touched.drain(..) {
            self.others.deployment(to).commit();
        }
    }

    /// Puts protocols back as they were when the first before-image was kept.
    pub fn roll_back(&mut self) {
        while let Some(to) = self.touched.pop() {
            let deployment = self.others.deployment(to);
            deployment.roll_back();
            deployment.commit();
        }
    }
}

/// Returns the refusal of a call that a protocol does not have.
///
/// # Errors
/// Always.
pub fn no_such_call(call: &Call) -> Result<u128, Revert> {
    Err(Revert::NoSuchCall { call: call.name() })
}
