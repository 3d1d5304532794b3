//! The order in which a crowded block takes transactions: each sender's by nonce, and among the senders' next ones the
//! dearest, with the background's demand in between.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::background::Slice;
use super::bundle::{Bundle, Next};
use super::dice::mix;
use super::gas::BlockGas;
use super::ids::AccountId;
use super::transaction::Transaction;

/// A sender's next transaction: what it pays, whether it is a bundle, which goes first of equals, its place in the
/// tie-break, its place in the waiting list, and where its sender's chain goes on. A bundle's place comes after those of
/// all that wait, and last stands its victim's.
type Head = (u128, bool, Reverse<u64>, Reverse<u32>, u32);

/// What wants to be in a block.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanting<'a> {
    pub(super) waiting: &'a [Transaction],
    pub(super) bundles: &'a [Bundle],
    pub(super) background: &'a [Slice],
}

/// What ordering a crowded block works with, kept from block to block for its room.
#[derive(Debug, Clone, Default)]
pub(super) struct NonceOrder {
    /// Sets the block's ties apart from those of other blocks and seeds.
    salt: u64,
    /// Places in the waiting list, by sender and nonce.
    chains: Vec<u32>,
    /// What stands for its sender, the dearest first.
    heads: BinaryHeap<Head>,
}

impl NonceOrder {
    /// Lets the transaction with the lowest nonce of each sender stand for it, and every bundle beside its victim.
    ///
    /// A bundle stands for what its transactions pay together, ahead of a single one that pays as much.
    pub(super) fn rank(&mut self, wanting: Wanting, salt: u64, base_fee: u128) {
        self.salt = salt;
        self.chain(wanting.waiting);
        self.heads.clear();
        for place in 0..self.chains.len() {
            if place == 0 || !self.goes_on(wanting.waiting, place) {
                self.stand(wanting.waiting, place, base_fee);
            }
        }
        for (bundle, number) in wanting.bundles.iter().zip(wanting.waiting.len()..) {
            self.stand_bundle(wanting.waiting, bundle, number, base_fee);
        }
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

    /// Says whether a place of the chains belongs to the sender of the place before it.
    fn goes_on(&self, waiting: &[Transaction], place: usize) -> bool {
        place < self.chains.len() && self.sender(waiting, place) == self.sender(waiting, place - 1)
    }

    /// Lets the transaction at a place of the chains stand for its sender, if it pays the base fee.
    fn stand(&mut self, waiting: &[Transaction], place: usize, base_fee: u128) {
        let index = self.chains[place];
        let transaction = &waiting[index as usize];
        if let Some(tip) = transaction.bid.effective_tip(base_fee) {
            let place = u32::try_from(place).expect("as many as are waiting are counted in u32");
            self.heads.push((tip, false, Reverse(tie_break(self.salt, transaction)), Reverse(index), place));
        }
    }

    /// Lets the transaction after the one at a place stand for the same sender, if there is one.
    fn stand_next(&mut self, waiting: &[Transaction], place: u32, base_fee: u128) {
        let next = place as usize + 1;
        if self.goes_on(waiting, next) {
            self.stand(waiting, next, base_fee);
        }
    }

    /// Lets a bundle stand beside its victim, if all three pay the base fee.
    fn stand_bundle(&mut self, waiting: &[Transaction], bundle: &Bundle, number: usize, base_fee: u128) {
        let found = self.chains.binary_search_by_key(&bundle.victim, |index| {
            let transaction = &waiting[*index as usize];
            (transaction.sender, transaction.nonce)
        });
        let Ok(place) = found else { return };
        let victim = self.chains[place];
        if let Some(tip) = bundle.effective_tip(&waiting[victim as usize], base_fee) {
            let number = u32::try_from(number).expect("as many as are waiting are counted in u32");
            self.heads.push((tip, true, Reverse(tie_break(self.salt, &bundle.front)), Reverse(number), victim));
        }
    }

    /// Says whether what lies in a place of the waiting list stands for its sender.
    fn stands(&self, place: u32) -> bool {
        self.heads.iter().any(|(_, _, _, Reverse(index), _)| *index == place)
    }
}

/// The ranking of a crowded block, from which execution takes while the block has room.
#[derive(Debug)]
pub struct Ranking<'a> {
    wanting: Wanting<'a>,
    order: &'a mut NonceOrder,
    /// What has run, by place in the waiting list.
    taken: &'a mut Vec<u32>,
    /// What bundles have taken along, by place in the waiting list.
    along: Vec<u32>,
}

impl<'a> Ranking<'a> {
    pub(super) fn new(wanting: Wanting<'a>, order: &'a mut NonceOrder, taken: &'a mut Vec<u32>) -> Self {
        Self { wanting, order, taken, along: Vec::new() }
    }

    /// Returns what the block runs next: the dearest that stands for its sender and whose gas limit fits into what the
    /// block has left now. Slices of the background that pay more than it have their gas before, as far as there is room.
    ///
    /// One that does not fit is passed over, and with it its sender's later ones, as by geth (`commitTransactions` in
    /// miner/worker.go of go-ethereum).
    ///
    /// Who sends by a private relay signs anew when one is left out: its later ones go ahead.
    ///
    /// A bundle needs room for all three, and its victim to stand. If it fails, nothing of it was used, and the victim
    /// runs where its own fee puts it.
    pub fn next(&mut self, gas: &mut BlockGas) -> Option<Next<'a>> {
        let Wanting { waiting, bundles, .. } = self.wanting;
        while let Some((tip, _, _, Reverse(index), place)) = self.order.heads.pop() {
            self.take_slices(|slice| slice.tip > tip, gas);
            if let Some(bundle) = (index as usize).checked_sub(waiting.len()) {
                let Bundle { front, back, .. } = &bundles[bundle];
                let victim = &waiting[place as usize];
                if bundles[bundle].gas(victim) <= gas.room() && self.order.stands(place) && !self.along.contains(&place)
                {
                    return Some(Next::Bundle { three: [front, victim, back], victim: place });
                }
                continue;
            }
            let ran = self.along.contains(&index);
            if !ran && waiting[index as usize].gas > gas.room() {
                continue;
            }
            self.taken.push(index);
            self.order.stand_next(waiting, place, gas.base_fee);
            if !ran {
                return Some(Next::Alone(&waiting[index as usize]));
            }
        }
        self.take_slices(|_| true, gas);
        None
    }

    /// Notes that what came last was left out: it waits on.
    pub(super) fn leave_out(&mut self) {
        self.taken.pop();
    }

    /// Notes that a bundle has taken along the one at this place of the waiting list.
    pub(super) fn take_along(&mut self, victim: u32) {
        self.along.push(victim);
    }

    /// Gives slices of the background their gas, the dearest first, while they are so: any part of one may be taken.
    fn take_slices(&mut self, are: impl Fn(&Slice) -> bool, gas: &mut BlockGas) {
        while let Some((slice, rest)) = self.wanting.background.split_first().filter(|(slice, _)| are(slice)) {
            gas.background += slice.gas.min(gas.room());
            self.wanting.background = rest;
        }
    }
}

/// Returns the hash by which transactions of equal fees are ordered.
pub(super) fn tie_break(salt: u64, transaction: &Transaction) -> u64 {
    mix(mix(salt, transaction.who.0), u64::from(transaction.nonce))
}
