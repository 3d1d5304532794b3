//! Transactions that wait for a block, and the order in which a block takes them.

use std::cmp::Reverse;

use bevy_ecs::prelude::Resource;

use super::dice::mix;
use super::gas::BlockGas;
use super::transaction::Transaction;

/// What has been submitted and not yet executed.
#[derive(Debug, Clone, Default, Resource)]
pub struct Mempool {
    waiting: Vec<Transaction>,
    /// What the block takes, by place in `waiting`, in the order in which it executes.
    taken: Vec<u32>,
    keys: Vec<(Reverse<u128>, u64, u32)>,
}

impl Mempool {
    /// Adds a transaction.
    pub fn submit(&mut self, transaction: Transaction) {
        self.waiting.push(transaction);
    }

    /// Returns how many wait.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Fills the block: the dearest priority fees first, equal fees by hash, each that still fits into the gas limit.
    /// What does not fit waits for the next block.
    pub fn order(&mut self, seed: u64, block: u64, gas: &BlockGas) {
        let salt = mix(seed, block);
        self.keys.clear();
        self.keys.extend(self.waiting.iter().zip(0_u32..).map(|(transaction, index)| {
            let tie_break = mix(mix(salt, transaction.who.0), u64::from(transaction.nonce));
            (Reverse(transaction.priority_fee), tie_break, index)
        }));
        self.keys.sort_unstable();
        self.taken.clear();
        let mut room = gas.limit.unwrap_or(u64::MAX);
        for (_, _, index) in &self.keys {
            let needed = self.waiting[*index as usize].gas;
            if needed <= room {
                room -= needed;
                self.taken.push(*index);
            }
        }
    }

    /// Returns the block's transactions in the order in which they execute.
    pub fn taken(&self) -> impl Iterator<Item = &Transaction> {
        self.taken.iter().map(|index| &self.waiting[*index as usize])
    }

    /// Forgets the block's transactions; the others go on waiting.
    pub fn clear_taken(&mut self) {
        if self.taken.len() == self.waiting.len() {
            self.waiting.clear();
        } else {
            self.taken.sort_unstable();
            let mut taken = self.taken.iter().copied().peekable();
            let mut index = 0;
            self.waiting.retain(|_| {
                index += 1;
                taken.next_if_eq(&(index - 1)).is_none()
            });
        }
        self.taken.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::super::dice::Who;
    use super::*;

    fn transaction(who: u64, priority_fee: u128, gas: u64) -> Transaction {
        Transaction { who: Who(who), priority_fee, gas, ..Transaction::default() }
    }

    fn order(waiting: &[Transaction], seed: u64, limit: Option<u64>) -> (Vec<u64>, usize) {
        let mut mempool = Mempool::default();
        for transaction in waiting {
            mempool.submit(transaction.clone());
        }
        mempool.order(seed, 0, &BlockGas { limit, ..BlockGas::default() });
        let list = mempool.taken().map(|transaction| transaction.who.0).collect();
        mempool.clear_taken();
        (list, mempool.waiting())
    }

    #[test]
    fn dearer_fees_go_first_and_ties_do_not_favour_the_first_to_come() {
        let waiting: Vec<_> = (1..=8).map(|who| transaction(who, u128::from(who == 5), 1)).collect();
        let (first, _) = order(&waiting, 1, None);
        let (second, _) = order(&waiting, 2, None);
        assert_eq!((first[0], second[0]), (5, 5));
        assert_ne!(first, second, "ties depend on the seed");
        let mut reversed = waiting.clone();
        reversed.reverse();
        assert_eq!(first, order(&reversed, 1, None).0, "and not on who came first");
    }

    #[test]
    fn what_does_not_fit_waits() {
        let waiting = [transaction(1, 9, 60), transaction(2, 8, 60), transaction(3, 7, 40)];
        assert_eq!(order(&waiting, 1, Some(100)), (vec![1, 3], 1));
    }
}
