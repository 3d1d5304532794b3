//! Positions in the order of the price at which they fail.
//!
//! A position's key is fixed by its own transactions; the market only moves the limit above which keys fail. So a
//! block asks for the keys above a limit and pays for those alone, whatever the number of positions. Where a position's
//! size bends the limit (a large share of a pool sells at a worse price), positions are kept apart by powers of two of
//! their size, and each class is asked with its own bound.
//!
//! A class is a sorted list read from its top, and a short unsorted list of what has changed since; an entry that was
//! superseded is recognised by its stamp and dropped when it is met.

mod histogram;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::OnceLock;

use smallvec::SmallVec;

use histogram::bin_of;
pub use histogram::{Histogram, QUANTILES};

/// What the order knows of one position.
#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    key: f64,
    /// What the position weighs in the histogram: its debt.
    weight: u128,
    /// Its size, from which its class follows.
    size: u128,
    /// Which entry is the position's own; entries with another stamp are stale.
    stamp: u32,
    bin: u32,
    state: State,
}

/// Where a position stands in the order, with what it stood there for.
#[derive(Debug, Clone, Copy)]
pub struct OrderPlace(Slot);

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum State {
    #[default]
    Absent,
    Ordered,
    Parked,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    key: f64,
    id: u32,
    stamp: u32,
}

#[derive(Debug, Clone, Default)]
struct Class {
    /// Ascending in key.
    sorted: Vec<Entry>,
    fresh: Vec<Entry>,
    /// No key in `fresh` is above this one.
    fresh_top: f64,
    /// How many entries were superseded since the lists were last cleaned, at most.
    stale: usize,
    /// Who has the highest key, kept until a position of the class changes.
    highest: OnceLock<SmallVec<[u32; 2]>>,
}

/// A position with the highest key of its class, or of those that are parked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Highest {
    /// Its number.
    pub id: u32,
    /// Its key.
    pub key: f64,
    /// The least size that there is in its class.
    pub least: u128,
}

/// Positions by the key at which they fail: the higher the key, the sooner.
#[derive(Debug, Clone, Default)]
pub struct PriceOrder {
    slots: Vec<Slot>,
    /// Class `n` holds sizes from `2^n` up to `2^(n+1)`.
    classes: Vec<Class>,
    /// Parked positions by size, and by the bits of their (positive) key.
    parked: BTreeSet<(u128, u32)>,
    parked_keys: BTreeSet<(u64, u32)>,
    histogram: Histogram,
    open: u32,
}

impl PriceOrder {
    /// Returns how many positions there are, parked ones included.
    pub fn open(&self) -> u32 {
        self.open
    }

    /// Returns how many positions are parked.
    pub fn parked(&self) -> usize {
        self.parked.len()
    }

    /// Returns the weights by key.
    pub fn histogram(&self) -> &Histogram {
        &self.histogram
    }

    /// Puts a position in, or moves it: `key` decides when it fails, `weight` is its debt, `size` bends its limit,
    /// `shown_key` is the key under which the histogram shows it.
    pub fn set(&mut self, id: u32, key: f64, weight: u128, size: u128, shown_key: f64) {
        self.put(id, Slot { key, weight, size, bin: bin_of(shown_key), ..Slot::default() });
    }

    /// Returns every position, parked ones included, by number.
    pub fn ids(&self) -> Vec<u32> {
        let slots = (0_u32..).zip(&self.slots);
        slots.filter(|(_, slot)| slot.state != State::Absent).map(|(id, _)| id).collect()
    }

    /// Returns where a position stands, to put it back there.
    pub fn place(&self, id: u32) -> OrderPlace {
        OrderPlace(self.slots.get(id as usize).copied().unwrap_or_default())
    }

    /// Puts a position back where it stood.
    pub fn restore(&mut self, id: u32, OrderPlace(was): OrderPlace) {
        match was.state {
            State::Absent => self.remove(id),
            // Nothing has touched it: every change gives it another stamp.
            _ if self.slots[id as usize].stamp == was.stamp => {}
            state => {
                self.put(id, was);
                if state == State::Parked {
                    self.park(id);
                }
            }
        }
    }

    fn put(&mut self, id: u32, slot: Slot) {
        self.remove(id);
        let index = id as usize;
        if self.slots.len() <= index {
            self.slots.resize(index + 1, Slot::default());
        }
        let stamp = self.slots[index].stamp + 1;
        self.slots[index] = Slot { stamp, state: State::Ordered, ..slot };
        self.histogram.add(slot.bin, slot.weight);
        self.open += 1;
        self.enter(id);
    }

    /// Takes a position out; nothing happens if it is not in.
    pub fn remove(&mut self, id: u32) {
        let Some(slot) = self.slots.get_mut(id as usize) else { return };
        if slot.state == State::Absent {
            return;
        }
        let (size, key) = (slot.size, slot.key);
        self.histogram.take(slot.bin, slot.weight);
        slot.state = State::Absent;
        slot.stamp += 1;
        self.open -= 1;
        self.forget_parked(id, size, key);
        let class = &mut self.classes[class_of(size)];
        class.highest.take();
        class.stale += 1;
        if class.stale > 256.max(class.sorted.len() / 4) {
            class.clean(&self.slots);
        }
    }

    /// Sets a position aside: it is no candidate until [`PriceOrder::unpark`] brings it back.
    pub fn park(&mut self, id: u32) {
        let slot = &mut self.slots[id as usize];
        if slot.state == State::Ordered {
            slot.state = State::Parked;
            slot.stamp += 1;
            self.classes[class_of(slot.size)].highest.take();
            self.parked.insert((slot.size, id));
            self.parked_keys.insert((slot.key.to_bits(), id));
        }
    }

    /// Brings back every parked position of at least this size.
    pub fn unpark(&mut self, least_size: u128) {
        while let Some((size, id)) = self.parked.last().copied().filter(|(size, _)| *size >= least_size) {
            let slot = &mut self.slots[id as usize];
            slot.state = State::Ordered;
            let key = slot.key;
            self.forget_parked(id, size, key);
            self.enter(id);
        }
    }

    /// Lists every ordered position whose key is above its class's limit. `limit` is asked once for each class that
    /// holds anything, with the least and the greatest size in it.
    pub fn candidates(&mut self, mut limit: impl FnMut(u128, u128) -> f64, out: &mut Vec<u32>) {
        let slots = &self.slots;
        let live = |entry: &Entry| is_live(slots, entry);
        for (number, class) in self.classes.iter_mut().enumerate() {
            if class.sorted.is_empty() && class.fresh.is_empty() {
                continue;
            }
            let least = 1_u128 << number;
            let limit = limit(least, least + (least - 1));
            let start = class.sorted.len() - class.sorted.iter().rev().take_while(|entry| entry.key > limit).count();
            let mut kept = start;
            for read in start..class.sorted.len() {
                let entry = class.sorted[read];
                if live(&entry) {
                    out.push(entry.id);
                    class.sorted[kept] = entry;
                    kept += 1;
                }
            }
            class.sorted.truncate(kept);
            if class.fresh_top > limit {
                class.fresh.retain(live);
                class.fresh_top = class.fresh.iter().map(|entry| entry.key).fold(0.0, f64::max);
                out.extend(class.fresh.iter().filter(|entry| entry.key > limit).map(|entry| entry.id));
            }
        }
    }

    /// Returns the position with the highest key of each class that holds any, with all whose key is at least `reach`
    /// of that one; and the parked position with the highest key. `reach` is asked with a class's least and greatest
    /// size.
    pub fn leaders(&self, reach: impl Fn(u128, u128) -> f64) -> impl Iterator<Item = u32> {
        let parked = self.parked_keys.last().map(|(_, id)| *id);
        let leaders = self.classes.iter().enumerate().flat_map(move |(number, class)| {
            let least = 1_u128 << number;
            class.leaders(&self.slots, reach(least, least + (least - 1)))
        });
        leaders.chain(parked)
    }

    /// Lists every position, parked ones included, whose key is above the limit; reads few others.
    pub fn above(&self, limit: f64, out: &mut Vec<u32>) {
        for class in &self.classes {
            let sorted = class.sorted.iter().rev().take_while(|entry| entry.key > limit);
            let fresh = if class.fresh_top > limit { class.fresh.as_slice() } else { &[] };
            let above = sorted.chain(fresh.iter().filter(|entry| entry.key > limit));
            out.extend(above.filter(|entry| is_live(&self.slots, entry)).map(|entry| entry.id));
        }
        out.extend(self.parked_keys.range((limit.max(0.0).to_bits(), u32::MAX)..).map(|(_, id)| *id));
    }

    /// Returns the positions with the highest key of each class, and the parked position with the highest key.
    pub fn highest(&self) -> impl Iterator<Item = Highest> {
        let at = |id: u32| {
            let slot = &self.slots[id as usize];
            Highest { id, key: slot.key, least: 1 << class_of(slot.size) }
        };
        let of_classes = self
            .classes
            .iter()
            .flat_map(|class| class.highest.get_or_init(|| class.leaders(&self.slots, 1.0).collect()).iter().copied());
        of_classes.chain(self.parked_keys.last().map(|(_, id)| *id)).map(at)
    }

    fn enter(&mut self, id: u32) {
        let slot = &self.slots[id as usize];
        let number = class_of(slot.size);
        if self.classes.len() <= number {
            self.classes.resize(number + 1, Class::default());
        }
        let class = &mut self.classes[number];
        class.highest.take();
        class.fresh.push(Entry { key: slot.key, id, stamp: slot.stamp });
        class.fresh_top = class.fresh_top.max(slot.key);
        if class.fresh.len() > 256.max(class.sorted.len() / 256) {
            class.merge(&self.slots);
        }
    }

    fn forget_parked(&mut self, id: u32, size: u128, key: f64) {
        self.parked.remove(&(size, id));
        self.parked_keys.remove(&(key.to_bits(), id));
    }
}

impl Entry {
    fn order(&self, other: &Self) -> Ordering {
        self.key.total_cmp(&other.key).then(self.id.cmp(&other.id))
    }
}

impl Class {
    /// Moves what has changed into the sorted list, from its top down: what changed near the top costs only the entries
    /// above it.
    fn merge(&mut self, slots: &[Slot]) {
        self.fresh_top = 0.0;
        self.fresh.retain(|entry| is_live(slots, entry));
        self.fresh.sort_unstable_by(Entry::order);
        let mut read = self.sorted.len();
        self.sorted.extend_from_slice(&self.fresh);
        let mut write = self.sorted.len();
        while let Some(entry) = self.fresh.last() {
            write -= 1;
            if read > 0 && self.sorted[read - 1].order(entry).is_gt() {
                read -= 1;
                self.sorted[write] = self.sorted[read];
            } else {
                self.sorted[write] = *entry;
                self.fresh.pop();
            }
        }
    }

    /// Drops what was superseded.
    fn clean(&mut self, slots: &[Slot]) {
        self.sorted.retain(|entry| is_live(slots, entry));
        self.fresh.retain(|entry| is_live(slots, entry));
        self.stale = 0;
    }

    /// Returns the entries whose key is at least `reach` of the highest.
    fn leaders(&self, slots: &[Slot], reach: f64) -> impl Iterator<Item = u32> {
        let sorted = self.sorted.iter().rev().filter(|entry| is_live(slots, entry));
        let highest = sorted.clone().next().map_or(0.0, |entry| entry.key);
        // The short list is read only if it may hold a leader.
        let fresh = if self.fresh_top >= highest * reach { self.fresh.as_slice() } else { &[] };
        let fresh = fresh.iter().filter(|entry| is_live(slots, entry));
        let least = reach * fresh.clone().map(|entry| entry.key).fold(highest, f64::max);
        let leads = move |entry: &&Entry| entry.key >= least;
        sorted.take_while(leads).chain(fresh.filter(leads)).map(|entry| entry.id)
    }
}

fn class_of(size: u128) -> usize {
    size.max(1).ilog2() as usize
}

fn is_live(slots: &[Slot], entry: &Entry) -> bool {
    slots[entry.id as usize].stamp == entry.stamp
}
