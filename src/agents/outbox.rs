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
    /// unit of gas. Returns whether the agent has the gas money for it; without, nothing is submitted.
    pub fn submit(&mut self, actions: impl Into<Actions>, priority_fee: u128) -> bool {
        let actions = actions.into();
        let gas = self.sees.schedule.of(&actions);
        let cost = u128::from(gas).saturating_mul(self.sees.gas.base_fee.saturating_add(priority_fee));
        let identity = &mut *self.identity;
        let promised = self.promised.saturating_add(cost);
        if promised > self.sees.ledger.balance(identity.account, self.sees.tokens.native) {
            identity.ran_dry = true;
            return false;
        }
        self.promised = promised;
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
