//! Transactions that wait for a block, and the order in which a block takes them.

use std::cmp::Reverse;

use bevy_ecs::prelude::Resource;
use smallvec::smallvec;

use super::background::Slice;
use super::bundle::Bundle;
use super::dice::mix;
use super::event::{Event, EventKind, EventLog};
use super::gas::BlockGas;
use super::ids::AccountId;
use super::nonce_order::{NonceOrder, Ranking, Wanting, tie_break};
use super::transaction::{Action, Actions, Bid, Transaction};

/// What has been submitted and not yet executed.
///
/// As long as every block has room for all that is submitted, nothing waits, and a block costs one sort by fee. Nonces,
/// expiry and replacement cost something only once something is left behind.
#[derive(Debug, Clone, Default, Resource)]
pub struct Mempool {
    waiting: Vec<Transaction>,
    /// How many of them the last block left behind: those come first.
    left_behind: usize,
    /// Whether fees alone do not tell what the block takes: a sender's later transaction may pay as much as an earlier one,
    /// or one may be left out when its turn comes.
    crossed: bool,
    /// What the block takes, by place in `waiting`, in the order in which it executes; all of it, where it has room for
    /// all.
    taken: Vec<u32>,
    keys: Vec<(Reverse<u128>, u64, u32)>,
    /// Whether the block may not have room for all, and takes from the ranking of `nonce_order`.
    is_contested: bool,
    nonce_order: NonceOrder,
    /// What searchers have built around what waits, for this block alone.
    bundles: Vec<Bundle>,
    /// What was replaced or has expired since the last block was executed.
    gone: Vec<(Gone, Transaction)>,
    /// Everybody else's demand in this block, the dearest slice first; empty where a scenario has none.
    pub background: Vec<Slice>,
}

/// Why a transaction is no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gone {
    Expired,
    Replaced,
}

impl Mempool {
    /// Adds a transaction. Those of one sender come with rising nonces.
    #[inline]
    pub fn submit(&mut self, transaction: Transaction) {
        if let Some(last) = self.waiting.last() {
            self.crossed |= last.sender == transaction.sender && last.bid.priority_fee <= transaction.bid.priority_fee;
        }
        self.waiting.push(transaction);
    }

    /// Adds a transaction that goes by a private relay.
    pub fn relay(&mut self, transaction: Transaction) {
        self.crossed = true;
        self.waiting.push(Transaction { revert_protection: true, ..transaction });
    }

    /// Adds a bundle, for the next block alone.
    pub fn submit_bundle(&mut self, bundle: Bundle) {
        self.bundles.push(bundle);
    }

    /// Returns all that waits and anybody can see: what was left behind, then what was submitted since.
    pub fn public(&self) -> impl Iterator<Item = &Transaction> {
        self.waiting.iter().filter(|transaction| !transaction.revert_protection)
    }

    /// Returns how many wait.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Returns what earlier blocks have left behind of an account's transactions, in no particular order.
    pub fn left_behind(&self, sender: AccountId) -> impl Iterator<Item = &Transaction> {
        self.waiting[..self.left_behind].iter().filter(move |transaction| transaction.sender == sender)
    }

    /// Replaces what waits of a sender under a nonce. Returns whether that is there and the bid is enough above its own;
    /// if not, nothing changes.
    pub fn replace(&mut self, sender: AccountId, nonce: u32, actions: Actions, gas: u64, bid: Bid) -> bool {
        let found = self.waiting.iter_mut().find(|waits| waits.sender == sender && waits.nonce == nonce);
        let Some(waits) = found.filter(|waits| bid.replaces(&waits.bid)) else { return false };
        let new = Transaction { bid, gas, actions, ..waits.clone() };
        self.gone.push((Gone::Replaced, std::mem::replace(waits, new)));
        true
    }

    /// Takes back what an earlier block has left behind of a sender under a nonce. What went by a private relay is gone, at no
    /// cost; what anybody can see is replaced by a transaction that does nothing, with this gas and bid. Returns whether that
    /// is enough above what waits; if not, nothing changes.
    pub fn take_back(&mut self, sender: AccountId, nonce: u32, gas: u64, bid: Bid) -> bool {
        let left = &self.waiting[..self.left_behind];
        match left.iter().position(|waits| waits.sender == sender && waits.nonce == nonce) {
            Some(place) if left[place].revert_protection => {
                self.waiting.remove(place);
                self.left_behind -= 1;
                true
            }
            _ => self.replace(sender, nonce, smallvec![Action::Cancel], gas, bid),
        }
    }

    /// Throws away what has expired before this `block`, and ranks the rest: the dearest first, equal fees by hash, each
    /// sender's by nonce. Where there is room for every gas limit, all is taken; where not, or where somebody competes,
    /// execution takes from [`Self::ranking`].
    pub fn order(&mut self, seed: u64, block: u64, gas: &BlockGas) {
        let salt = mix(seed, block);
        self.taken.clear();
        let contested = !self.background.is_empty() || !self.bundles.is_empty();
        let crowded = self.left_behind > 0 || self.crossed || contested;
        self.is_contested = crowded || !self.take_all(salt, gas);
        if !self.is_contested {
            return;
        }
        let expired = self.waiting[..self.left_behind].iter().filter(|waits| waits.bid.last_block < block);
        self.gone.extend(expired.map(|transaction| (Gone::Expired, transaction.clone())));
        self.waiting.retain(|waits| waits.bid.last_block >= block);
        let wanting = Wanting { waiting: &self.waiting, bundles: &self.bundles, background: &self.background };
        self.nonce_order.rank(wanting, salt, gas.base_fee);
    }

    /// Begins the block's execution: says in the log what was replaced and what has expired.
    pub fn begin(&mut self, block: u64, log: &mut EventLog) {
        for (why, transaction) in self.gone.drain(..) {
            let (action, position) = (transaction.actions[0].name(), transaction.actions[0].position());
            let kind = match why {
                Gone::Expired => EventKind::Expired { action, position },
                Gone::Replaced => EventKind::Replaced { action, position },
            };
            let sender = Some((transaction.agent, transaction.sender));
            log.push(Event { sender, gas: 0, fee: 0, waited: transaction.waited(block), kind });
        }
    }

    /// Takes everything in the order of fees; nothing, if something does not fit or does not pay the base fee.
    fn take_all(&mut self, salt: u64, gas: &BlockGas) -> bool {
        self.keys.clear();
        let mut needed = 0_u64;
        for (transaction, index) in self.waiting.iter().zip(0_u32..) {
            let Some(tip) = transaction.bid.effective_tip(gas.base_fee) else { return false };
            needed = needed.saturating_add(transaction.gas);
            self.keys.push((Reverse(tip), tie_break(salt, transaction), index));
        }
        if gas.limit.is_some_and(|limit| needed > limit) {
            return false;
        }
        self.keys.sort_unstable();
        self.taken.extend(self.keys.iter().map(|(.., index)| *index));
        true
    }

    /// Returns the ranking from which the block takes; none where it takes all, in the order of [`Self::taken`].
    pub fn ranking(&mut self) -> Option<Ranking<'_>> {
        let Self { waiting, bundles, background, nonce_order, taken, .. } = self;
        self.is_contested.then(|| Ranking::new(Wanting { waiting, bundles, background }, nonce_order, taken))
    }

    /// Returns what the block has taken, in the order in which it executes.
    pub fn taken(&self) -> impl Iterator<Item = &Transaction> {
        self.taken.iter().map(|index| &self.waiting[*index as usize])
    }

    /// Forgets the block's transactions and all bundles; the others go on waiting.
    pub fn clear_taken(&mut self) {
        self.bundles.clear();
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
        self.left_behind = self.waiting.len();
        self.crossed = false;
    }
}

#[cfg(test)]
mod tests {
    use super::super::bundle::Next;
    use super::super::dice::Who;
    use super::*;

    fn transaction(who: u32, priority_fee: u128, gas: u64) -> Transaction {
        let bid = Bid::tip(priority_fee);
        Transaction { who: Who(who.into()), sender: AccountId(who), bid, gas, ..Transaction::default() }
    }

    fn with_nonce(nonce: u32, transaction: Transaction) -> Transaction {
        Transaction { nonce, ..transaction }
    }

    /// What a block in which nothing reverts takes of these, and the gas that the background gets.
    fn filled(waiting: &[Transaction], seed: u64, gas: &BlockGas, background: &[Slice]) -> (Mempool, u64) {
        let mut mempool = Mempool { background: background.to_vec(), ..Mempool::default() };
        for transaction in waiting {
            mempool.submit(transaction.clone());
        }
        let by_background = fill(&mut mempool, seed, 0, *gas);
        (mempool, by_background)
    }

    fn fill(mempool: &mut Mempool, seed: u64, block: u64, mut gas: BlockGas) -> u64 {
        mempool.order(seed, block, &gas);
        if let Some(mut ranking) = mempool.ranking() {
            while let Some(next) = ranking.next(&mut gas) {
                let Next::Alone(transaction) = next else { panic!("there are no bundles") };
                gas.used += transaction.gas;
            }
        }
        gas.background
    }

    fn order(waiting: &[Transaction], seed: u64, limit: Option<u64>) -> (Vec<u64>, usize) {
        let (mut mempool, _) = filled(waiting, seed, &BlockGas { limit, ..BlockGas::default() }, &[]);
        let list = mempool.taken().map(|transaction| transaction.who.0).collect();
        mempool.clear_taken();
        (list, mempool.waiting())
    }

    fn nonces(mempool: &Mempool) -> Vec<(u64, u32)> {
        mempool.taken().map(|transaction| (transaction.who.0, transaction.nonce)).collect()
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

    /// A background that asks for nothing takes the crowded path: it is another way to the same order.
    #[test]
    fn a_block_with_room_for_all_is_the_same_block_on_either_path() {
        let waiting: Vec<_> = (1..=40).map(|who| transaction(who, u128::from(who % 7), 1)).collect();
        let nothing = [Slice { tip: 3, gas: 0 }];
        let plain = nonces(&filled(&waiting, 1, &BlockGas::default(), &[]).0);
        assert_eq!(plain.len(), 40);
        assert_eq!(nonces(&filled(&waiting, 1, &BlockGas::default(), &nothing).0), plain);
    }

    #[test]
    fn what_does_not_fit_waits() {
        let waiting = [transaction(1, 9, 60), transaction(2, 8, 60), transaction(3, 7, 40)];
        assert_eq!(order(&waiting, 1, Some(100)), (vec![1, 3], 1));
    }

    #[test]
    fn a_senders_transactions_go_by_nonce_whatever_they_pay() {
        let waiting = [
            with_nonce(0, transaction(1, 2, 10)),
            with_nonce(1, transaction(1, 9, 10)),
            transaction(2, 5, 10),
            with_nonce(2, transaction(1, 9, 10)),
        ];
        let (mempool, _) = filled(&waiting, 1, &BlockGas::default(), &[]);
        assert_eq!(nonces(&mempool), [(2, 0), (1, 0), (1, 1), (1, 2)]);
        let falling =
            [with_nonce(0, transaction(1, 9, 10)), with_nonce(1, transaction(1, 2, 10)), transaction(2, 5, 10)];
        let (mempool, _) = filled(&falling, 1, &BlockGas::default(), &[]);
        assert_eq!(nonces(&mempool), [(1, 0), (2, 0), (1, 1)]);
    }

    /// The first one is too large for what is left of the block, and the one after it waits with it.
    #[test]
    fn who_waits_makes_its_own_later_transactions_wait() {
        let waiting =
            [transaction(2, 9, 60), with_nonce(0, transaction(1, 8, 50)), with_nonce(1, transaction(1, 7, 10))];
        let (mut mempool, _) = filled(&waiting, 1, &BlockGas { limit: Some(100), ..BlockGas::default() }, &[]);
        assert_eq!(nonces(&mempool), [(2, 0)]);
        mempool.clear_taken();
        fill(&mut mempool, 1, 1, BlockGas { limit: Some(100), ..BlockGas::default() });
        assert_eq!(nonces(&mempool), [(1, 0), (1, 1)]);
    }

    #[test]
    fn who_pays_less_than_the_base_fee_waits_until_it_has_come_down() {
        let bid = Bid { priority_fee: 5, max_fee: 12, last_block: u64::MAX };
        let waiting = [Transaction { bid, ..transaction(1, 0, 10) }, transaction(2, 3, 10)];
        let at = |base_fee| BlockGas { base_fee, ..BlockGas::default() };
        let (mut mempool, _) = filled(&waiting, 1, &at(13), &[]);
        assert_eq!(nonces(&mempool), [(2, 0)]);
        mempool.clear_taken();
        mempool.submit(transaction(3, 3, 10));
        fill(&mut mempool, 1, 1, at(10));
        assert_eq!(nonces(&mempool), [(3, 0), (1, 0)], "of its 12, 10 go to the base fee");
    }

    #[test]
    fn the_background_goes_ahead_of_what_pays_less_and_fills_what_is_left() {
        let waiting = [transaction(1, 9, 40), transaction(2, 5, 40), transaction(3, 1, 10)];
        let background = [Slice { tip: 7, gas: 30 }, Slice { tip: 2, gas: 500 }];
        let gas = BlockGas { limit: Some(100), ..BlockGas::default() };
        let (mempool, by_background) = filled(&waiting, 1, &gas, &background);
        assert_eq!((nonces(&mempool), by_background), (vec![(1, 0)], 60));
        let (mempool, by_background) = filled(&waiting, 1, &BlockGas { limit: Some(115), ..gas }, &background);
        assert_eq!((nonces(&mempool), by_background), (vec![(1, 0), (2, 0)], 35));
    }

    #[test]
    fn what_expires_or_is_replaced_is_told() {
        let bid = Bid { priority_fee: 10, max_fee: 100, last_block: 1 };
        let waiting = [Transaction { bid, actions: a_kill(), ..transaction(1, 0, 90) }, transaction(2, 50, 90)];
        let gas = BlockGas { limit: Some(100), ..BlockGas::default() };
        let (mut mempool, _) = filled(&waiting, 1, &gas, &[]);
        mempool.clear_taken();
        let dearer = Bid { priority_fee: 11, max_fee: 110, last_block: 2 };
        let cheap = Bid { max_fee: 109, ..dearer };
        assert_eq!(mempool.left_behind(AccountId(1)).count(), 1);
        assert!(!mempool.replace(AccountId(1), 0, a_kill(), 90, cheap), "a tenth more of one fee alone");
        assert!(!mempool.replace(AccountId(1), 1, a_kill(), 90, dearer), "nothing waits under that nonce");
        assert!(mempool.replace(AccountId(1), 0, a_kill(), 90, dearer));
        let told = |mempool: &mut Mempool, block| {
            let mut log = EventLog::default();
            fill(mempool, 1, block, BlockGas { limit: Some(10), ..gas });
            mempool.begin(block, &mut log);
            log.iter().map(|event| (event.kind.clone(), event.waited)).collect::<Vec<_>>()
        };
        let position = a_kill()[0].position();
        assert_eq!(told(&mut mempool, 2), [(EventKind::Replaced { action: "kill", position }, 2)]);
        assert_eq!(mempool.waiting(), 1);
        assert_eq!(told(&mut mempool, 3), [(EventKind::Expired { action: "kill", position }, 3)]);
        assert_eq!(mempool.waiting(), 0);
    }

    fn a_kill() -> Actions {
        use super::super::families::leveraged_farm::LeverageCall;
        use super::super::ids::{DeploymentId, PositionId};
        smallvec::smallvec![LeverageCall::Kill(PositionId(1)).of(DeploymentId(0))]
    }
}
