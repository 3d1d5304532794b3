//! The initialized ticks of a pool, and the way from one to the next.
//!
//! The contract keeps a bit for each tick, 256 in a word, and a trade stops at the end of a word even if nothing is
//! initialized there. Each stop rounds, so the stops are part of the answer. Here a word holds its bits and beside them
//! the states of the ticks that are set, in order: a state's place is the number of bits below its own.

use std::collections::BTreeMap;

use super::TickState;
use crate::amm::Side;
use plimsoll_math::{MAX_TICK, MIN_TICK};

/// Ticks in a word.
const WORD: i32 = 256;

/// 256 neighbouring ticks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Word {
    /// Which of them are initialized: the lower 128, then the upper.
    bits: [u128; 2],
    /// These, in order.
    states: Vec<TickState>,
}

impl Word {
    /// Returns whether a bit is set, and how many below it are.
    #[inline]
    fn find(&self, bit: u8) -> (bool, usize) {
        let [lower, upper] = self.bits;
        let at = 1 << (bit & 127);
        let (half, before) = if bit < 128 { (lower, 0) } else { (upper, lower.count_ones()) };
        (half & at > 0, (before + (half & (at - 1)).count_ones()) as usize)
    }

    /// Returns the highest bit that is set at or below this one.
    #[inline]
    fn highest_to(&self, bit: u8) -> Option<u8> {
        let up_to = u128::MAX >> (127 - (bit & 127));
        let (lower, upper) = if bit < 128 { (self.bits[0] & up_to, 0) } else { (self.bits[0], self.bits[1] & up_to) };
        upper.checked_ilog2().map(|bit| bit + 128).or_else(|| lower.checked_ilog2()).map(in_word)
    }

    /// Returns the lowest bit that is set at or above this one.
    #[inline]
    fn lowest_from(&self, bit: u8) -> Option<u8> {
        let from = u128::MAX << (bit & 127);
        let (lower, upper) = if bit < 128 { (self.bits[0] & from, self.bits[1]) } else { (0, self.bits[1] & from) };
        if lower > 0 {
            return Some(in_word(lower.trailing_zeros()));
        }
        (upper > 0).then(|| in_word(upper.trailing_zeros() + 128))
    }
}

/// Returns a bit's number in a word, which is below 256.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "a word has 256 bits")]
fn in_word(bit: u32) -> u8 {
    bit as u8
}

/// Where a trade's next step ends at the latest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stop<'a> {
    pub(super) tick: i32,
    /// The tick's state if it is initialized.
    pub(super) state: Option<&'a TickState>,
}

/// The initialized ticks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ticks {
    spacing: i32,
    /// The words in which a tick is initialized, by their place.
    words: BTreeMap<i32, Word>,
}

impl Ticks {
    /// Returns no tick.
    pub(super) fn new(spacing: i32) -> Self {
        Self { spacing, words: BTreeMap::new() }
    }

    /// Returns the word and the bit of a tick; none if no position can end there.
    #[inline]
    fn place(&self, tick: i32) -> Option<(i32, u8)> {
        (tick % self.spacing == 0).then(|| split(tick / self.spacing))
    }

    /// Returns a tick's state, if it is initialized.
    #[inline]
    pub(super) fn get(&self, tick: i32) -> Option<&TickState> {
        let (word, bit) = self.place(tick)?;
        let word = self.words.get(&word)?;
        let (set, rank) = word.find(bit);
        if set { word.states.get(rank) } else { None }
    }

    /// Returns a tick's state to change it, if it is initialized.
    #[inline]
    pub(super) fn get_mut(&mut self, tick: i32) -> Option<&mut TickState> {
        let (word, bit) = self.place(tick)?;
        let word = self.words.get_mut(&word)?;
        let (set, rank) = word.find(bit);
        if set { word.states.get_mut(rank) } else { None }
    }

    /// Writes a tick's state, or clears it, and returns what it was. Where no position can end nothing is written.
    pub(super) fn replace(&mut self, tick: i32, state: Option<TickState>) -> Option<TickState> {
        let (place, bit) = self.place(tick)?;
        let Some(state) = state else { return self.clear(place, bit) };
        let word = self.words.entry(place).or_default();
        let (set, rank) = word.find(bit);
        if set {
            return Some(std::mem::replace(&mut word.states[rank], state));
        }
        word.bits[usize::from(bit >> 7)] |= 1 << (bit & 127);
        word.states.insert(rank, state);
        None
    }

    /// Clears a tick and returns what it was.
    fn clear(&mut self, place: i32, bit: u8) -> Option<TickState> {
        let word = self.words.get_mut(&place)?;
        let (set, rank) = word.find(bit);
        if !set {
            return None;
        }
        word.bits[usize::from(bit >> 7)] &= !(1 << (bit & 127));
        let state = word.states.remove(rank);
        if word.states.is_empty() {
            self.words.remove(&place);
        }
        Some(state)
    }

    /// Returns the initialized ticks from the lowest to the highest.
    pub(super) fn iter(&self) -> impl Iterator<Item = (i32, &TickState)> {
        self.words.iter().flat_map(move |(&place, word)| {
            let bits = (0..=u8::MAX).filter(|bit| word.find(*bit).0);
            bits.zip(&word.states).map(move |(bit, state)| (self.tick(place, bit), state))
        })
    }

    /// Returns where a trade from `tick` stops next: at the nearest initialized tick in its word, else at the word's
    /// end. With `until`, a tick farther on, the words up to that tick's count as one.
    #[inline]
    pub(super) fn next_stop(&self, side: Side, tick: i32, until: Option<i32>) -> Stop<'_> {
        let compressed = |tick: i32| tick.div_euclid(self.spacing);
        match side {
            Side::ZeroForOne => self.stop_below(compressed(tick), until.map(compressed)),
            Side::OneForZero => self.stop_above(compressed(tick) + 1, until.map(|tick| compressed(tick) + 1)),
        }
    }

    #[inline]
    fn stop_below(&self, from: i32, until: Option<i32>) -> Stop<'_> {
        let (place, bit) = split(from);
        if let Some(word) = self.words.get(&place)
            && let Some(bit) = word.highest_to(bit)
        {
            return self.stop_at(place, bit, word);
        }
        let last = until.map_or(place, |until| split(until).0.min(place));
        if last < place
            && let Some((&place, word)) = self.words.range(last..place).next_back()
            && let Some(bit) = word.highest_to(u8::MAX)
        {
            return self.stop_at(place, bit, word);
        }
        Stop { tick: self.tick(last, 0).max(MIN_TICK), state: None }
    }

    #[inline]
    fn stop_above(&self, from: i32, until: Option<i32>) -> Stop<'_> {
        let (place, bit) = split(from);
        if let Some(word) = self.words.get(&place)
            && let Some(bit) = word.lowest_from(bit)
        {
            return self.stop_at(place, bit, word);
        }
        let last = until.map_or(place, |until| split(until).0.max(place));
        if last > place
            && let Some((&place, word)) = self.words.range(place + 1..=last).next()
            && let Some(bit) = word.lowest_from(0)
        {
            return self.stop_at(place, bit, word);
        }
        Stop { tick: self.tick(last, u8::MAX).min(MAX_TICK), state: None }
    }

    /// Returns the stop at a bit that is set.
    #[inline]
    fn stop_at<'a>(&self, place: i32, bit: u8, word: &'a Word) -> Stop<'a> {
        Stop { tick: self.tick(place, bit), state: word.states.get(word.find(bit).1) }
    }

    /// Returns the tick at a bit of a word.
    #[inline]
    fn tick(&self, place: i32, bit: u8) -> i32 {
        (place * WORD + i32::from(bit)) * self.spacing
    }
}

/// Returns the word and the bit of a tick that was divided by the spacing.
#[inline]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the lower eight bits are asked for")]
fn split(compressed: i32) -> (i32, u8) {
    (compressed >> 8, compressed as u8)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::amm::uniswap_v3::{Cumulatives, FeeGrowth};
    use plimsoll_math::{FeeGrowthX128, sqrt_price_at_tick};

    /// A state that can be told from others.
    fn state(liquidity_gross: u128) -> TickState {
        let none = FeeGrowthX128::default();
        TickState {
            sqrt_price: sqrt_price_at_tick(0).unwrap(),
            liquidity_gross,
            liquidity_net: 0,
            fee_growth_outside: FeeGrowth { token_0: none, token_1: none },
            cumulatives_outside: Cumulatives::default(),
            seconds_outside: 0,
        }
    }

    fn ticks_at(spacing: i32, places: impl IntoIterator<Item = i32>) -> Ticks {
        let mut ticks = Ticks::new(spacing);
        for place in places {
            ticks.replace(place * spacing, Some(state(1)));
        }
        ticks
    }

    /// Uniswap/v3-core@d8b1c635, `test/TickBitmap.spec.ts`, `#nextInitializedTickWithinOneWord`.
    #[test]
    fn the_next_stop_is_as_published() {
        let ticks = ticks_at(1, [-200, -55, -4, 70, 78, 84, 139, 240, 535]);
        let stop = |side, tick| {
            let stop = ticks.next_stop(side, tick, None);
            (stop.tick, stop.state.is_some())
        };
        for (tick, next) in [
            (78, (84, true)),
            (-55, (-4, true)),
            (77, (78, true)),
            (-56, (-55, true)),
            (255, (511, false)),
            (-257, (-200, true)),
            (508, (511, false)),
            (383, (511, false)),
        ] {
            assert_eq!(stop(Side::OneForZero, tick), next, "above {tick}");
        }
        for (tick, next) in [
            (78, (78, true)),
            (79, (78, true)),
            (258, (256, false)),
            (256, (256, false)),
            (72, (70, true)),
            (-257, (-512, false)),
            (1023, (768, false)),
            (900, (768, false)),
        ] {
            assert_eq!(stop(Side::ZeroForOne, tick), next, "below {tick}");
        }
    }

    #[test]
    fn what_is_replaced_is_returned_and_what_is_cleared_is_gone() {
        let mut ticks = Ticks::new(60);
        assert_eq!(ticks.replace(120, Some(state(1))), None);
        assert_eq!(ticks.replace(-120, Some(state(2))), None);
        assert_eq!(ticks.replace(120, Some(state(3))), Some(state(1)));
        assert_eq!(ticks.replace(61, Some(state(4))), None);
        assert_eq!((ticks.get(61), ticks.get(60), ticks.get(-120)), (None, None, Some(&state(2))));
        assert_eq!(ticks.iter().map(|(tick, _)| tick).collect::<Vec<_>>(), [-120, 120]);
        assert_eq!(ticks.replace(60, None), None);
        assert_eq!(ticks.replace(-120, None), Some(state(2)));
        assert_eq!(ticks.replace(120, None), Some(state(3)));
        assert_eq!(ticks, Ticks::new(60));
    }

    proptest! {
        /// The contract's rule, told of a set.
        #[test]
        fn a_stop_is_the_nearest_tick_or_the_end_of_the_word(
            spacing in 1i32..300,
            places in prop::collection::btree_set(-700i32..700, 0..40),
            tick in -200_000i32..200_000,
        ) {
            let ticks = ticks_at(spacing, places.iter().copied());
            let places: BTreeSet<i32> = places;
            let from = tick.div_euclid(spacing);
            let (start, end) = (from.div_euclid(WORD) * WORD, (from + 1).div_euclid(WORD) * WORD + WORD - 1);
            let below = places.range(start..=from).next_back();
            let stop = ticks.next_stop(Side::ZeroForOne, tick, None);
            prop_assert_eq!(stop.tick, (below.unwrap_or(&start) * spacing).max(MIN_TICK));
            prop_assert_eq!(stop.state.is_some(), below.is_some());
            let above = places.range(from + 1..=end).next();
            let stop = ticks.next_stop(Side::OneForZero, tick, None);
            prop_assert_eq!(stop.tick, (above.unwrap_or(&end) * spacing).min(MAX_TICK));
            prop_assert_eq!(stop.state.is_some(), above.is_some());
        }

        /// Each state stays with its tick.
        #[test]
        fn a_state_is_found_where_it_was_written(writes in prop::collection::vec((-600i32..600, any::<bool>()), 0..100)) {
            let mut ticks = Ticks::new(1);
            let mut reference = std::collections::BTreeMap::new();
            for (number, (tick, set)) in (1..).zip(writes) {
                let new = set.then(|| state(number));
                let before = if set { reference.insert(tick, state(number)) } else { reference.remove(&tick) };
                prop_assert_eq!(ticks.replace(tick, new), before);
                prop_assert!(ticks.iter().eq(reference.iter().map(|(tick, state)| (*tick, state))));
                prop_assert_eq!(ticks.get_mut(tick).copied(), reference.get(&tick).copied());
            }
        }
    }
}
