//! Where an agent puts what it wants done.

use super::Identity;
use super::view::View;
use crate::chain::mempool::Mempool;
use crate::chain::transaction::{Actions, Transaction};

/// One agent's way into the mempool.
pub struct Outbox<'a, 'w, 's> {
    sees: &'a View<'w, 's>,
    identity: &'a mut Identity,
    mempool: &'a mut Mempool,
    /// What this block's transactions of the agent may cost, in smallest units of the native token.
    promised: u128,
}

impl<'a, 'w, 's> Outbox<'a, 'w, 's> {
    /// The outbox of one agent in this block.
    pub fn new(sees: &'a View<'w, 's>, identity: &'a mut Identity, mempool: &'a mut Mempool) -> Self {
        Self { sees, identity, mempool, promised: 0 }
    }

    /// Returns who it belongs to.
    pub fn me(&self) -> &Identity {
        self.identity
    }

    /// Submits a transaction that pays `priority_fee` on top of the base fee, in the native token's smallest units per
    /// unit of gas, or as much of it as the agent's gas money allows. Returns whether that is enough for the base fee;
    /// if not, nothing is submitted.
    pub fn submit(&mut self, actions: impl Into<Actions>, priority_fee: u128) -> bool {
        let actions = actions.into();
        let gas = self.sees.schedule.of(&actions);
        let identity = &mut *self.identity;
        let left = self.sees.ledger.balance(identity.account, self.sees.tokens.native) - self.promised;
        let Some(most) = (left / u128::from(gas.max(1))).checked_sub(self.sees.gas.base_fee) else {
            identity.ran_dry = true;
            return false;
        };
        let priority_fee = priority_fee.min(most);
        self.promised += u128::from(gas) * (self.sees.gas.base_fee + priority_fee);
        self.mempool.submit(Transaction {
            agent: identity.id,
            who: identity.who,
            sender: identity.account,
            nonce: identity.nonce,
            priority_fee,
            gas,
            submitted: self.sees.clock.block,
            actions,
        });
        identity.nonce += 1;
        true
    }
}
