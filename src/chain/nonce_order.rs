//! The order in which a crowded block takes transactions: each sender's by nonce, and among the senders' next ones the
//! dearest, with the background's demand in between.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::background::Slice;
use super::dice::mix;
use super::gas::BlockGas;
use super::ids::AccountId;
use super::transaction::Transaction;

/// A sender's next transaction: what it pays, its place in the tie-break, and where its sender's chain goes on.
type Head = (u128, Reverse<u64>, Reverse<u32>, u32);

/// What ordering a crowded block works with, kept from block to block for its room.
#[derive(Debug, Clone, Default)]
pub(super) struct NonceOrder {
    /// Places in the waiting list, by sender and nonce.
    chains: Vec<u32>,
    heads: BinaryHeap<Head>,
}

impl NonceOrder {
    /// Fills the block and lists in `taken` which of the `waiting` it takes. Returns the gas that the background takes.
    ///
    /// Of each sender the transaction with the lowest nonce stands for all: while it pays too little or does not fit,
    /// those after it wait too. Of what stands, the dearest is taken, equal fees by hash; a slice of the background goes
    /// ahead of what pays less than it, as far as there is room.
    pub(super) fn fill(
        &mut self,
        waiting: &[Transaction],
        salt: u64,
        gas: &BlockGas,
        background: &[Slice],
        taken: &mut Vec<u32>,
    ) -> u64 {
        self.chain(waiting);
        self.heads.clear();
        for place in 0..self.chains.len() {
            let first = place == 0 || self.sender(waiting, place) != self.sender(waiting, place - 1);
            if first {
                self.stand(waiting, place, salt, gas.base_fee);
            }
        }
        let mut room = gas.limit.unwrap_or(u64::MAX);
        let mut by_background = 0;
        let mut slices = background.iter().peekable();
        while let Some((tip, _, Reverse(index), place)) = self.heads.pop() {
            while let Some(slice) = slices.next_if(|slice| slice.tip > tip) {
                by_background += take(slice, &mut room);
            }
            let needed = waiting[index as usize].gas;
            if needed > room {
                continue;
            }
            room -= needed;
            taken.push(index);
            let next = place as usize + 1;
            if next < self.chains.len() && self.sender(waiting, next) == self.sender(waiting, place as usize) {
                self.stand(waiting, next, salt, gas.base_fee);
            }
        }
        slices.for_each(|slice| by_background += take(slice, &mut room));
        by_background
    }

    /// Sorts the waiting by sender and nonce.
    fn chain(&mut self, waiting: &[Transaction]) {
        self.chains.clear();
        self.chains.extend((0_u32..).take(waiting.len()));
        self.chains.sort_unstable_by_key(|index| {
            let transaction = &waiting[*index as usize];
            (transaction.sender, transaction.nonce, *index)
        });
    }

    fn sender(&self, waiting: &[Transaction], place: usize) -> AccountId {
        waiting[self.chains[place] as usize].sender
    }

    /// Lets the transaction at a place of the chains stand for its sender, if it pays the base fee.
    fn stand(&mut self, waiting: &[Transaction], place: usize, salt: u64, base_fee: u128) {
        let index = self.chains[place];
        let transaction = &waiting[index as usize];
        if let Some(tip) = transaction.bid.effective_tip(base_fee) {
            let place = u32::try_from(place).expect("as many as are waiting are counted in u32");
            self.heads.push((tip, Reverse(tie_break(salt, transaction)), Reverse(index), place));
        }
    }
}

/// Returns the hash by which transactions of equal fees are ordered.
pub(super) fn tie_break(salt: u64, transaction: &Transaction) -> u64 {
    mix(mix(salt, transaction.who.0), u64::from(transaction.nonce))
}

fn take(slice: &Slice, room: &mut u64) -> u64 {
    let gas = slice.gas.min(*room);
    *room -= gas;
    gas
}
