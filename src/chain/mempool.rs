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
    /// What does not fit stays.
    pub fn order(&mut self, seed: u64, block: u64, gas: &BlockGas, list: &mut Vec<Transaction>) {
        self.keys.clear();
        self.keys.extend(self.waiting.iter().zip(0_u32..).map(|(transaction, index)| {
            let tie_break = mix(mix(mix(seed, block), transaction.who.0), u64::from(transaction.nonce));
            (Reverse(transaction.priority_fee), tie_break, index)
        }));
        self.keys.sort_unstable();
        let mut room = gas.limit.unwrap_or(u64::MAX);
        let mut left_over = false;
        for (_, _, index) in &self.keys {
            let transaction = &mut self.waiting[*index as usize];
            if transaction.gas <= room {
                room -= transaction.gas;
                list.push(std::mem::take(transaction));
            } else {
                left_over = true;
            }
        }
        if left_over {
            self.waiting.retain(|transaction| !transaction.is_taken());
        } else {
            self.waiting.clear();
        }
    }
}

/// The block's transactions in the order in which they execute; cleared by whoever orders.
#[derive(Debug, Clone, Default, Resource)]
pub struct BlockOrder(pub Vec<Transaction>);

#[cfg(test)]
mod tests {
    use super::super::dice::Who;
    use super::*;

    fn transaction(who: u64, priority_fee: u128, gas: u64) -> Transaction {
        Transaction { who: Who(who), priority_fee, gas, ..Transaction::default() }
    }

    fn order(waiting: &[Transaction], seed: u64, limit: Option<u64>) -> (Vec<u64>, usize) {
        let mut mempool = Mempool::default();
        waiting.iter().for_each(|transaction| mempool.submit(transaction.clone()));
        let mut list = Vec::new();
        mempool.order(seed, 0, &BlockGas { limit, ..BlockGas::default() }, &mut list);
        (list.iter().map(|transaction| transaction.who.0).collect(), mempool.waiting())
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
