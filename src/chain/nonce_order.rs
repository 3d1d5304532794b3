//! The order in which a crowded block takes transactions: each sender's by nonce, and among the senders' next ones the
//! dearest, with the background's demand in between.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::background::Slice;
use super::bundle::{Bundle, PlacedBundle};
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
    ///
    /// A bundle stands for what its transactions pay together, ahead of a single one that pays as much. It is taken
    /// while its victim stands and no dearer bundle has it, and sets aside the victim's room: if the bundle fails, the
    /// victim still runs where its own fee puts it.
    pub(super) fn fill(
        &mut self,
        wanting: Wanting,
        salt: u64,
        gas: &BlockGas,
        taken: &mut Vec<u32>,
        placed: &mut Vec<PlacedBundle>,
    ) -> u64 {
        let Wanting { waiting, bundles, background } = wanting;
        self.chain(waiting);
        self.heads.clear();
        for place in 0..self.chains.len() {
            let first = place == 0 || self.sender(waiting, place) != self.sender(waiting, place - 1);
            if first {
                self.stand(waiting, place, salt, gas.base_fee);
            }
        }
        for (bundle, number) in bundles.iter().zip(waiting.len()..) {
            self.stand_bundle(waiting, bundle, number, salt, gas.base_fee);
        }
        let mut room = gas.limit.unwrap_or(u64::MAX);
        let mut by_background = 0;
        let mut slices = background.iter().peekable();
        while let Some((tip, _, _, Reverse(index), place)) = self.heads.pop() {
            while let Some(slice) = slices.next_if(|slice| slice.tip > tip) {
                by_background += take(slice, &mut room);
            }
            if let Some(bundle) = (index as usize).checked_sub(waiting.len()) {
                let needed = bundles[bundle].gas(&waiting[place as usize]);
                if needed <= room && self.stands(place) && !is_in_a_bundle(placed, place) {
                    room -= needed;
                    placed.push(PlacedBundle { after: taken.len(), bundle, victim: place });
                }
                continue;
            }
            let needed = if is_in_a_bundle(placed, index) { 0 } else { waiting[index as usize].gas };
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
            self.heads.push((tip, false, Reverse(tie_break(salt, transaction)), Reverse(index), place));
        }
    }

    /// Lets a bundle stand beside its victim, if all three pay the base fee.
    fn stand_bundle(&mut self, waiting: &[Transaction], bundle: &Bundle, number: usize, salt: u64, base_fee: u128) {
        let found = self.chains.binary_search_by_key(&bundle.victim, |index| {
            let transaction = &waiting[*index as usize];
            (transaction.sender, transaction.nonce)
        });
        let Ok(place) = found else { return };
        let victim = self.chains[place];
        if let Some(tip) = bundle.effective_tip(&waiting[victim as usize], base_fee) {
            let number = u32::try_from(number).expect("as many as are waiting are counted in u32");
            self.heads.push((tip, true, Reverse(tie_break(salt, &bundle.front)), Reverse(number), victim));
        }
    }

    /// Says whether what lies in a place of the waiting list stands for its sender.
    fn stands(&self, place: u32) -> bool {
        self.heads.iter().any(|(_, _, _, Reverse(index), _)| *index == place)
    }
}

fn is_in_a_bundle(placed: &[PlacedBundle], victim: u32) -> bool {
    placed.iter().any(|placed| placed.victim == victim)
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
