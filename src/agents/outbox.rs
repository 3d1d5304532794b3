//! Where an agent puts what it wants done.

use smallvec::SmallVec;

use super::Identity;
use super::view::View;
use crate::chain::gas::GasSchedule;
use crate::chain::mempool::Mempool;
use crate::chain::transaction::{Action, Transaction};

/// One agent's way into the mempool.
#[derive(Debug)]
pub struct Outbox<'a> {
    identity: &'a mut Identity,
    mempool: &'a mut Mempool,
    schedule: GasSchedule,
    block: u64,
}

impl<'a> Outbox<'a> {
    /// The outbox of one agent in this block.
    pub fn new(sees: &View, identity: &'a mut Identity, mempool: &'a mut Mempool) -> Self {
        Self { identity, mempool, schedule: *sees.schedule, block: sees.clock.block }
    }

    /// Returns who it belongs to.
    pub fn me(&self) -> &Identity {
        self.identity
    }

    /// Submits a transaction that pays `priority_fee` on top of the base fee, in the native token's smallest units per
    /// unit of gas.
    pub fn submit(&mut self, actions: &[Action], priority_fee: u128) {
        let identity = &mut *self.identity;
        self.mempool.submit(Transaction {
            agent: identity.id,
            who: identity.who,
            sender: identity.account,
            nonce: identity.nonce,
            priority_fee,
            gas: self.schedule.of(actions),
            submitted: self.block,
            actions: SmallVec::from_slice(actions),
        });
        identity.nonce += 1;
    }
}
