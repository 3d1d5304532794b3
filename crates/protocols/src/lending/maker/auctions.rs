//! The running auctions of an ilk, found by number.

use super::AuctionId;
use plimsoll_math::MathError;

/// No place.
const NONE: u32 = 0;

/// Running auctions without gaps. One that ends leaves its place to the last, as in the contract's list. Ended ones cost
/// four bytes each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Auctions<A> {
    /// The place of each auction that ever was, from 1; 0 for ended ones. Number 1 comes first.
    places: Vec<u32>,
    /// The numbers of those that run.
    ids: Vec<AuctionId>,
    running: Vec<A>,
}

/// What a call about one auction, or a new one, may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AuctionsBefore<A> {
    kicks: usize,
    named: Option<(AuctionId, usize, A)>,
}

impl<A> Default for Auctions<A> {
    fn default() -> Self {
        Self { places: Vec::new(), ids: Vec::new(), running: Vec::new() }
    }
}

impl<A: Copy> Auctions<A> {
    /// Returns how many auctions there ever were.
    pub(super) fn kicks(&self) -> usize {
        self.places.len()
    }

    /// Returns the number that the next one gets.
    pub(super) fn next_id(&self) -> Result<AuctionId, MathError> {
        let next = u32::try_from(self.places.len()).ok().and_then(|kicks| kicks.checked_add(1));
        next.map(AuctionId).ok_or(MathError::TooWide { bits: 33, fits: 32 })
    }

    /// Returns the place of a running auction, from 0.
    #[inline]
    pub(super) fn place(&self, id: AuctionId) -> Option<usize> {
        let index = (id.0 as usize).checked_sub(1)?;
        (*self.places.get(index)? as usize).checked_sub(1)
    }

    /// Returns a running auction.
    #[inline]
    pub(super) fn find(&self, id: AuctionId) -> Option<&A> {
        self.running.get(self.place(id)?)
    }

    /// Returns all running auctions with their numbers, by place.
    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = (AuctionId, &A)> {
        self.ids.iter().copied().zip(&self.running)
    }

    /// Adds an auction under the next number.
    pub(super) fn add(&mut self, id: AuctionId, auction: A) {
        self.places.push(NONE);
        self.append(id, auction);
    }

    /// Writes what an auction has become; none that ended.
    pub(super) fn put(&mut self, id: AuctionId, auction: Option<A>) {
        let Some(place) = self.place(id) else {
            return;
        };
        if let Some(auction) = auction {
            self.running[place] = auction;
            return;
        }
        self.running.swap_remove(place);
        self.ids.swap_remove(place);
        if let Some(&moved) = self.ids.get(place) {
            self.set_place(moved, place);
        }
        self.places[id.0 as usize - 1] = NONE;
    }

    /// Returns what a call about an auction, or a new one, may change, as it is now.
    pub(super) fn before(&self, named: Option<AuctionId>) -> AuctionsBefore<A> {
        let named = named.and_then(|id| {
            let place = self.place(id)?;
            Some((id, place, self.running[place]))
        });
        AuctionsBefore { kicks: self.kicks(), named }
    }

    /// Undoes the calls since `before` was taken.
    pub(super) fn restore(&mut self, before: &AuctionsBefore<A>) {
        if before.kicks < self.kicks() {
            self.places.truncate(before.kicks);
            self.ids.pop();
            self.running.pop();
        }
        let Some((id, place, auction)) = before.named else {
            return;
        };
        if self.place(id).is_none() {
            // Who had taken its place goes back to the end.
            match (self.ids.get(place).copied(), self.running.get(place).copied()) {
                (Some(moved), Some(other)) => self.append(moved, other),
                _ => self.append(id, auction),
            }
            self.ids[place] = id;
            self.set_place(id, place);
        }
        self.running[place] = auction;
    }

    fn append(&mut self, id: AuctionId, auction: A) {
        self.ids.push(id);
        self.running.push(auction);
        self.set_place(id, self.running.len() - 1);
    }

    fn set_place(&mut self, id: AuctionId, place: usize) {
        let place = u32::try_from(place + 1).expect("no more auctions run than have numbers");
        self.places[id.0 as usize - 1] = place;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What is done to the list: an auction begins, or the one of that number changes or ends.
    #[derive(Debug, Clone, Copy)]
    enum Step {
        Begin(u8),
        Put(u32, Option<u8>),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            any::<u8>().prop_map(Step::Begin),
            (0u32..12, any::<Option<u8>>()).prop_map(|(id, auction)| Step::Put(id, auction)),
        ]
    }

    fn make(auctions: &mut Auctions<u8>, step: Step) {
        match step {
            Step::Begin(auction) => {
                let id = auctions.next_id().unwrap();
                auctions.add(id, auction);
            }
            Step::Put(id, auction) => auctions.put(AuctionId(id), auction),
        }
    }

    /// The contract's `active`, `pos` and `_remove`, word by word.
    #[derive(Default)]
    struct Contract {
        kicks: u32,
        active: Vec<u32>,
        sales: std::collections::BTreeMap<u32, (usize, u8)>,
    }

    impl Contract {
        fn make(&mut self, step: Step) {
            match step {
                Step::Begin(auction) => {
                    self.kicks += 1;
                    self.active.push(self.kicks);
                    self.sales.insert(self.kicks, (self.active.len() - 1, auction));
                }
                Step::Put(id, auction) => match (self.sales.get(&id).copied(), auction) {
                    (Some((index, _)), Some(auction)) => {
                        self.sales.insert(id, (index, auction));
                    }
                    (Some((index, _)), None) => {
                        let moved = *self.active.last().unwrap();
                        if id != moved {
                            self.active[index] = moved;
                            self.sales.get_mut(&moved).unwrap().0 = index;
                        }
                        self.active.pop();
                        self.sales.remove(&id);
                    }
                    (None, _) => {}
                },
            }
        }
    }

    proptest! {
        #[test]
        fn places_are_those_of_the_contract(steps in prop::collection::vec(step(), 0..40)) {
            let (mut auctions, mut contract) = (Auctions::default(), Contract::default());
            for step in steps {
                make(&mut auctions, step);
                contract.make(step);
                let listed: Vec<u32> = auctions.iter().map(|(id, _)| id.0).collect();
                prop_assert_eq!(&listed, &contract.active);
                for id in 0..=contract.kicks + 1 {
                    let found = auctions.place(AuctionId(id)).zip(auctions.find(AuctionId(id)).copied());
                    prop_assert_eq!(found, contract.sales.get(&id).copied());
                }
            }
        }

        #[test]
        fn a_step_can_be_undone(steps in prop::collection::vec(step(), 0..30), last in step()) {
            let mut auctions = Auctions::default();
            for step in steps {
                make(&mut auctions, step);
            }
            let named = if let Step::Put(id, _) = last { Some(AuctionId(id)) } else { None };
            let (then, before) = (auctions.clone(), auctions.before(named));
            make(&mut auctions, last);
            auctions.restore(&before);
            prop_assert_eq!(auctions, then);
        }
    }
}
