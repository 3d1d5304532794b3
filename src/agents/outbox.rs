//! Where an agent puts what it wants done.

use super::offer::patient;
use super::view::View;
use super::{Identity, OutOfGasMoney};
use crate::chain::bundle::Bundle;
use crate::chain::ids::AccountId;
use crate::chain::mempool::Mempool;
use crate::chain::transaction::{Actions, Bid, Transaction};

/// One agent's way into the mempool.
pub struct Outbox<'a, 'w, 's> {
    sees: &'a View<'w, 's>,
    identity: &'a mut Identity,
    mempool: &'a mut Mempool,
    /// Whether it sees what others have submitted.
    searches: bool,
    /// What this block's transactions of the agent may cost, in smallest units of the native token.
    promised: u128,
}

impl<'a, 'w, 's> Outbox<'a, 'w, 's> {
    /// The outbox of one agent in this block.
    pub fn new(sees: &'a View<'w, 's>, identity: &'a mut Identity, mempool: &'a mut Mempool, searches: bool) -> Self {
        Self { sees, identity, mempool, searches, promised: 0 }
    }

    /// Returns who it belongs to.
    pub fn me(&self) -> &Identity {
        self.identity
    }

    /// Submits a transaction with this bid, or as much of it as the agent's gas money allows. Returns whether that is
    /// enough for the base fee; if not, nothing is submitted.
    pub fn submit(&mut self, actions: impl Into<Actions>, bid: Bid) -> bool {
        let signed = self.signed(actions.into(), bid);
        signed.map(|signed| self.mempool.submit(signed)).is_some()
    }

    /// As [`Self::submit`], at a tip, by one that waits for as long as it takes and pays no more for gas than the transaction
    /// is about, `at_stake` in the numeraire. Notes if that is less than the base fee alone comes to.
    pub fn submit_patiently(&mut self, actions: impl Into<Actions>, tip: u128, at_stake: f64) -> bool {
        let actions = actions.into();
        let gas = self.sees.gas.schedule.of(&actions);
        let Some(bid) = patient(self.sees, tip, at_stake, gas) else {
            self.priced_out();
            return false;
        };
        self.submit(actions, bid)
    }

    /// As [`Self::submit`]; with `revert_protection` by a private relay, which nobody else sees, and which leaves the
    /// transaction out at no cost while it would revert.
    pub fn submit_by(&mut self, revert_protection: bool, actions: impl Into<Actions>, bid: Bid) -> bool {
        if !revert_protection {
            return self.submit(actions, bid);
        }
        let signed = self.signed(actions.into(), bid);
        signed.map(|signed| self.mempool.relay(signed)).is_some()
    }

    #[inline]
    fn signed(&mut self, actions: Actions, bid: Bid) -> Option<Transaction> {
        let gas = self.sees.gas.schedule.of(&actions);
        let bid = self.afforded(bid, gas)?;
        Some(self.sign(actions, gas, bid))
    }

    /// Takes back what waits of the agent's transactions, may run in this block and has become vain: from the private relay at
    /// no cost, or from the mempool by one that does nothing and pays a tenth more, as far as the gas money allows. Returns
    /// their nonces.
    pub fn take_back(&mut self, is_vain: impl Fn(&Transaction) -> bool) -> Vec<u32> {
        let (block, base_fee) = (self.sees.clock.block, self.sees.gas.base_fee);
        let may_run = |bid: &Bid| bid.last_block >= block && bid.effective_tip(base_fee).is_some();
        let vain = self.left_behind().filter(|waits| !waits.cancels() && may_run(&waits.bid) && is_vain(waits));
        let vain: Vec<(u32, Bid)> = vain.map(|waits| (waits.nonce, waits.bid.outbid())).collect();
        vain.into_iter().filter(|(nonce, bid)| self.cancel(*nonce, *bid)).map(|(nonce, _)| nonce).collect()
    }

    fn cancel(&mut self, nonce: u32, bid: Bid) -> bool {
        let gas = self.sees.gas.schedule.cancel;
        let promised = self.promised;
        let bid = self.afforded(bid, gas);
        let is_back = bid.is_some_and(|bid| self.mempool.take_back(self.identity.account, nonce, gas, bid));
        if !is_back {
            self.promised = promised;
        }
        is_back
    }

    /// Returns what everybody has submitted and what earlier blocks have left behind, to a searcher; nothing to others,
    /// who are asked before all have submitted.
    pub fn public(&self) -> impl Iterator<Item = &Transaction> {
        self.mempool.public().filter(|_| self.searches)
    }

    /// Submits a bundle around somebody else's transaction, both parts with this bid, or as much of it as the agent's gas
    /// money allows. Returns whether that is enough for the base fee; if not, nothing is submitted.
    pub fn bundle(&mut self, victim: (AccountId, u32), [front, back]: [Actions; 2], bid: Bid) -> bool {
        let gas = [&front, &back].map(|actions| self.sees.gas.schedule.of(actions));
        let Some(bid) = self.afforded(bid, gas[0] + gas[1]) else { return false };
        let front = self.sign(front, gas[0], bid);
        let back = self.sign(back, gas[1], bid);
        self.mempool.submit_bundle(Bundle { front, victim, back });
        true
    }

    #[inline]
    fn sign(&mut self, actions: Actions, gas: u64, bid: Bid) -> Transaction {
        let submitted = self.sees.clock.block;
        let identity = &mut *self.identity;
        let Identity { id: agent, who, account: sender, nonce, buys_gas, .. } = *identity;
        identity.nonce += 1;
        Transaction { agent, who, sender, nonce, bid, gas, submitted, buys_gas, revert_protection: false, actions }
    }

    /// Returns those of the agent's transactions that earlier blocks have left behind.
    pub fn left_behind(&self) -> impl Iterator<Item = &Transaction> {
        self.mempool.left_behind(self.identity.account)
    }

    /// Puts another transaction in the place of the one that waits under a nonce. Returns whether the gas money and the
    /// bid are enough for that; if not, the old one waits on.
    pub fn replace(&mut self, nonce: u32, actions: impl Into<Actions>, bid: Bid) -> bool {
        let actions = actions.into();
        let gas = self.sees.gas.schedule.of(&actions);
        let promised = self.promised;
        let Some(bid) = self.afforded(bid, gas) else { return false };
        let replaced = self.mempool.replace(self.identity.account, nonce, actions, gas, bid);
        if !replaced {
            self.promised = promised;
        }
        replaced
    }

    /// Notes that the agent left something alone because of what gas costs.
    pub fn priced_out(&mut self) {
        self.identity.priced_out = self.identity.priced_out.saturating_add(1);
    }

    /// Returns what the agent's gas money allows of a bid, and sets that aside; none if that is below the base fee. One that
    /// buys its gas is not bounded but by its bid.
    fn afforded(&mut self, bid: Bid, gas: u64) -> Option<Bid> {
        if self.identity.buys_gas {
            return Some(bid);
        }
        let left = self.sees.ledger.balance(self.identity.account, self.sees.tokens.native) - self.promised;
        let most = left / u128::from(gas.max(1));
        let Some(room) = most.checked_sub(self.sees.gas.base_fee) else {
            OutOfGasMoney::miss(&mut self.identity.out_of_gas_money, self.sees.clock.block);
            return None;
        };
        let bid = Bid { priority_fee: bid.priority_fee.min(room), max_fee: bid.max_fee.min(most), ..bid };
        self.promised += u128::from(gas) * (self.sees.gas.base_fee + bid.priority_fee);
        Some(bid)
    }
}
