//! Bundles: what a searcher builds around somebody else's transaction.

use super::ids::AccountId;
use super::transaction::Transaction;

/// Two transactions of one sender around a transaction of somebody else's: a block takes the three in this order and in
/// one piece, or leaves the bundle, which then costs nothing. A bundle is for one block, and needs room for all three
/// limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// Runs right before the victim.
    pub front: Transaction,
    /// Whose transaction it is about, and its nonce.
    pub victim: (AccountId, u32),
    /// Runs right after it. What its first action calls [`super::transaction::AmountIn::Received`] is what the front
    /// paid out.
    pub back: Transaction,
}

impl Bundle {
    /// Returns what the three transactions pay on top of the base fee together, in the native token's smallest units per
    /// unit of their gas, rounded **down**; none while one of them pays less than the base fee.
    pub fn effective_tip(&self, victim: &Transaction, base_fee: u128) -> Option<u128> {
        let mut paid = 0_u128;
        for transaction in [&self.front, victim, &self.back] {
            let tip = transaction.bid.effective_tip(base_fee)?;
            paid = paid.saturating_add(tip.saturating_mul(transaction.gas.into()));
        }
        Some(paid / u128::from(self.gas(victim)).max(1))
    }

    /// Returns the gas of the three transactions.
    pub fn gas(&self, victim: &Transaction) -> u64 {
        self.front.gas.saturating_add(victim.gas).saturating_add(self.back.gas)
    }
}

/// What a block runs next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next<'a> {
    /// A transaction by itself.
    Alone(&'a Transaction),
    /// A bundle.
    Bundle {
        /// Front, victim and back.
        three: [&'a Transaction; 3],
        /// The victim's place in the waiting list.
        victim: u32,
    },
}

#[cfg(test)]
mod tests {
    use super::super::background::Slice;
    use super::super::dice::Who;
    use super::super::gas::BlockGas;
    use super::super::mempool::Mempool;
    use super::super::transaction::Bid;
    use super::*;

    fn transaction(who: u32, nonce: u32, tip: u128) -> Transaction {
        let bid = Bid::tip(tip);
        Transaction { who: Who(who.into()), sender: AccountId(who), nonce, bid, gas: 100, ..Transaction::default() }
    }

    fn bundle(who: u32, tip: u128, victim: (u32, u32)) -> Bundle {
        let victim = (AccountId(victim.0), victim.1);
        Bundle { front: transaction(who, 0, tip), victim, back: transaction(who, 1, tip) }
    }

    /// What a block of these runs, by sender; a bundle in brackets.
    fn order(waiting: &[Transaction], bundles: &[Bundle], limit: u64, background: &[Slice]) -> Vec<Vec<u32>> {
        let mut mempool = Mempool::default();
        mempool.background = background.to_vec();
        for transaction in waiting {
            mempool.submit(transaction.clone());
        }
        for bundle in bundles {
            mempool.submit_bundle(bundle.clone());
        }
        let mut gas = BlockGas { limit: Some(limit), ..BlockGas::default() };
        mempool.order(1, 0, &gas);
        let (mut ranking, mut order) = (mempool.ranking().expect("a block with bundles is contested"), Vec::new());
        while let Some(next) = ranking.next(&mut gas) {
            let ran = match next {
                Next::Alone(transaction) => vec![transaction],
                Next::Bundle { three, victim } => {
                    ranking.take_along(victim);
                    three.to_vec()
                }
            };
            gas.used += 100 * ran.len() as u64;
            order.push(ran.iter().map(|transaction| transaction.sender.0).collect());
        }
        order
    }

    const ROOM: u64 = 10_000;

    #[test]
    fn a_bundle_goes_where_its_fees_put_it_and_takes_its_victim_along() {
        let waiting = [transaction(1, 0, 9), transaction(2, 0, 3), transaction(3, 0, 5)];
        // (6 + 3 + 6) / 3 = 5, as much as the third pays.
        let found = order(&waiting, &[bundle(7, 6, (2, 0))], ROOM, &[]);
        assert_eq!(found, [vec![1], vec![7, 2, 7], vec![3]]);
        let dearer = order(&waiting, &[bundle(7, 99, (2, 0))], ROOM, &[]);
        assert_eq!(dearer, [vec![7, 2, 7], vec![1], vec![3]]);
    }

    #[test]
    fn of_two_bundles_around_one_victim_the_dearer_is_taken() {
        let waiting = [transaction(2, 0, 3)];
        let bundles = [bundle(7, 6, (2, 0)), bundle(8, 7, (2, 0))];
        assert_eq!(order(&waiting, &bundles, ROOM, &[]), [vec![8, 2, 8]]);
    }

    #[test]
    fn a_bundle_that_pays_less_than_its_victim_comes_too_late() {
        let waiting = [transaction(2, 0, 3)];
        assert_eq!(order(&waiting, &[bundle(7, 2, (2, 0))], ROOM, &[]), [vec![2]]);
        assert_eq!(order(&waiting, &[bundle(7, 3, (2, 0))], ROOM, &[]), [vec![7, 2, 7]]);
    }

    #[test]
    fn a_victim_whose_sender_has_an_earlier_nonce_waiting_is_taken_after_that() {
        let waiting = [transaction(2, 0, 1), transaction(2, 1, 1)];
        assert_eq!(order(&waiting, &[bundle(7, 9, (2, 1))], ROOM, &[]), [vec![2], vec![2]]);
        assert_eq!(order(&waiting, &[bundle(7, 9, (2, 0))], ROOM, &[]), [vec![7, 2, 7], vec![2]]);
        assert_eq!(order(&waiting, &[bundle(7, 9, (2, 5))], ROOM, &[]), [vec![2], vec![2]], "nobody's");
    }

    #[test]
    fn a_bundle_needs_room_for_three_and_counts_its_victim_once() {
        let waiting = [transaction(1, 0, 5), transaction(2, 0, 3)];
        let bundles = [bundle(7, 9, (2, 0))];
        assert_eq!(order(&waiting, &bundles, 400, &[]), [vec![7, 2, 7], vec![1]]);
        assert_eq!(order(&waiting, &bundles, 300, &[]), [vec![7, 2, 7]]);
        assert_eq!(order(&waiting, &bundles, 299, &[]), [vec![1], vec![2]]);
        let background = [Slice { tip: 8, gas: 101 }];
        assert_eq!(order(&waiting, &bundles, 400, &background), [vec![1], vec![2]], "the background pays more than 7");
    }

    #[test]
    fn bundles_are_for_one_block() {
        let mut mempool = Mempool::default();
        mempool.submit(transaction(2, 0, 3));
        mempool.submit_bundle(bundle(7, 9, (2, 0)));
        mempool.order(1, 0, &BlockGas::default());
        mempool.clear_taken();
        mempool.order(1, 1, &BlockGas { limit: Some(1_000), ..BlockGas::default() });
        let mut ranking = mempool.ranking().expect("something was left behind");
        let mut gas = BlockGas::default();
        assert!(matches!(ranking.next(&mut gas), Some(Next::Alone(_))));
        assert_eq!(ranking.next(&mut gas), None);
        assert_eq!(mempool.taken().count(), 1);
    }
}
