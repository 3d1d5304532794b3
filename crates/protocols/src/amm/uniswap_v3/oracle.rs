//! What a pool remembers of its past: at each write how long which tick and which liquidity stood.

use super::V3Error;
use plimsoll_math::SecondsPerLiquidityX128;

/// Two sums over time since the pool has a price. They run over; only differences have a meaning.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cumulatives {
    /// Tick times seconds, modulo 2^56.
    pub tick: i64,
    /// Seconds per unit of active liquidity.
    pub seconds_per_liquidity: SecondsPerLiquidityX128,
}

impl Cumulatives {
    /// Returns the sum, each counter modulo its width.
    #[inline]
    #[must_use]
    pub(super) fn wrapping_add(self, rhs: Self) -> Self {
        Self {
            tick: wrap_56_bits(self.tick.wrapping_add(rhs.tick)),
            seconds_per_liquidity: self.seconds_per_liquidity.wrapping_add(rhs.seconds_per_liquidity),
        }
    }

    /// Returns the difference, each counter modulo its width.
    #[inline]
    #[must_use]
    pub fn wrapping_sub(self, rhs: Self) -> Self {
        Self {
            tick: wrap_56_bits(self.tick.wrapping_sub(rhs.tick)),
            seconds_per_liquidity: self.seconds_per_liquidity.wrapping_sub(rhs.seconds_per_liquidity),
        }
    }

    /// Returns what `seconds` at a tick and a liquidity add.
    #[inline]
    fn in_seconds(seconds: u32, tick: i32, liquidity: u128) -> Self {
        Self {
            tick: i64::from(tick) * i64::from(seconds),
            seconds_per_liquidity: SecondsPerLiquidityX128::in_seconds_down(seconds, liquidity),
        }
    }

    /// Returns the first `seconds` of an interval of `length` seconds. The tick's mean is cut off **towards zero** before
    /// it is multiplied, as in the contract.
    fn part(self, seconds: u32, length: u32) -> Self {
        Self {
            tick: self.tick / i64::from(length) * i64::from(seconds),
            seconds_per_liquidity: self.seconds_per_liquidity.part_down(seconds, length),
        }
    }
}

/// Returns a sum as 56 bits with a sign hold it.
#[inline]
fn wrap_56_bits(sum: i64) -> i64 {
    sum << 8 >> 8
}

/// The sums as they stood when they were written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Observation {
    /// When, in seconds modulo 2^32.
    pub timestamp: u32,
    /// As of `timestamp`.
    pub cumulatives: Cumulatives,
}

/// What stands now and since the last observation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    pub(super) tick: i32,
    pub(super) liquidity: u128,
}

/// Where in the ring of observations the last one is, and how long the ring is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ObservationCursor {
    /// The place of the last observation.
    pub index: u16,
    /// How many places the ring has.
    pub cardinality: u16,
    /// How many it will have once the writing comes round to the first.
    pub cardinality_next: u16,
}

/// The observations. Places are written in order, so those that were ever written come first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Observations(Vec<Observation>);

impl Observations {
    /// Writes an observation, or removes the last place's, and returns what was there.
    pub(super) fn replace(&mut self, index: u16, observation: Option<Observation>) -> Option<Observation> {
        match (self.0.get_mut(usize::from(index)), observation) {
            (Some(place), Some(observation)) => Some(std::mem::replace(place, observation)),
            (Some(place), None) => {
                let removed = *place;
                self.0.truncate(index.into());
                Some(removed)
            }
            (None, observation) => {
                self.0.extend(observation);
                None
            }
        }
    }

    /// Returns the last observation, which a pool with a price has.
    #[inline]
    fn last(&self, cursor: ObservationCursor) -> Observation {
        self.0.get(usize::from(cursor.index)).copied().unwrap_or_default()
    }

    /// Returns the sums now.
    #[inline]
    pub(super) fn now(&self, cursor: ObservationCursor, standing: Standing, timestamp: u32) -> Cumulatives {
        let last = self.last(cursor);
        let seconds = timestamp.wrapping_sub(last.timestamp);
        if seconds == 0 {
            return last.cumulatives;
        }
        last.cumulatives.wrapping_add(Cumulatives::in_seconds(seconds, standing.tick, standing.liquidity))
    }

    /// Returns the cursor and the observation after a write; none if one was written this second already.
    #[inline]
    pub(super) fn next(
        &self,
        mut cursor: ObservationCursor,
        standing: Standing,
        timestamp: u32,
    ) -> Option<(ObservationCursor, Observation)> {
        if self.last(cursor).timestamp == timestamp {
            return None;
        }
        let cumulatives = self.now(cursor, standing, timestamp);
        if cursor.index + 1 >= cursor.cardinality {
            cursor.cardinality = cursor.cardinality.max(cursor.cardinality_next);
        }
        cursor.index = if cursor.index + 1 < cursor.cardinality { cursor.index + 1 } else { 0 };
        Some((cursor, Observation { timestamp, cumulatives }))
    }

    /// Returns the sums as they stood `seconds_ago`: exact at an observation and since the last, else in proportion
    /// between two.
    pub(super) fn at(
        &self,
        cursor: ObservationCursor,
        standing: Standing,
        timestamp: u32,
        seconds_ago: u32,
    ) -> Result<Cumulatives, V3Error> {
        let age = |observation: &Observation| timestamp.wrapping_sub(observation.timestamp);
        let last = self.last(cursor);
        if age(&last) >= seconds_ago {
            return Ok(self.now(cursor, standing, timestamp.wrapping_sub(seconds_ago)));
        }
        let ring = usize::from(cursor.cardinality);
        let place = |place: usize| self.0.get(place % ring);
        let next = usize::from(cursor.index) + 1;
        let oldest = age(place(next).unwrap_or(&self.0[0]));
        if oldest < seconds_ago {
            return Err(V3Error::ObservationTooOld { seconds_ago, oldest });
        }
        // The contract's steps. Where the ring spans more than 2^32 s, ages are not in order, and others find another.
        let (mut first, mut end) = (next, next + ring - 1);
        let (before, after) = loop {
            let middle = usize::midpoint(first, end);
            match (place(middle), place(middle + 1)) {
                (Some(before), _) if age(before) < seconds_ago => end = middle - 1,
                (Some(before), Some(after)) if age(after) <= seconds_ago => break (before, after),
                _ => first = middle + 1,
            }
        };
        if age(before) == seconds_ago {
            return Ok(before.cumulatives);
        }
        let between = after.cumulatives.wrapping_sub(before.cumulatives);
        let part = between.part(age(before) - seconds_ago, age(before) - age(after));
        Ok(before.cumulatives.wrapping_add(part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Observations by themselves, as the contract's `OracleTest` keeps them.
    struct Memory {
        observations: Observations,
        cursor: ObservationCursor,
        standing: Standing,
        time: u32,
    }

    impl Memory {
        fn new(liquidity: u128, tick: i32, time: u32, cardinality_next: u16) -> Self {
            let first = Observation { timestamp: time, ..Observation::default() };
            let cursor = ObservationCursor { index: 0, cardinality: 1, cardinality_next };
            Self { observations: Observations(vec![first]), cursor, standing: Standing { tick, liquidity }, time }
        }

        fn update(&mut self, seconds: u32, tick: i32, liquidity: u128) {
            self.time = self.time.wrapping_add(seconds);
            if let Some((cursor, observation)) = self.observations.next(self.cursor, self.standing, self.time) {
                self.cursor = cursor;
                self.observations.replace(cursor.index, Some(observation));
            }
            self.standing = Standing { tick, liquidity };
        }

        fn at(&self, seconds_ago: u32) -> Result<(i64, String), V3Error> {
            let sums = self.observations.at(self.cursor, self.standing, self.time, seconds_ago)?;
            Ok((sums.tick, sums.seconds_per_liquidity.to_bits().to_string()))
        }

        fn five(start: u32) -> Self {
            let mut memory = Self::new(5, -5, start, 5);
            for (seconds, tick, liquidity) in [(3, 1, 2), (2, -6, 4), (4, -2, 4), (1, -2, 9), (3, 4, 2), (6, 6, 7)] {
                memory.update(seconds, tick, liquidity);
            }
            memory
        }
    }

    fn sums(tick: i64, seconds_per_liquidity: &str) -> (i64, String) {
        (tick, seconds_per_liquidity.to_owned())
    }

    /// Uniswap/v3-core@d8b1c635, `test/Oracle.spec.ts`, `initialized with 5 observations`.
    #[test]
    fn the_past_is_remembered_as_published() {
        for start in [5, u32::MAX - 4] {
            let mut memory = Memory::five(start);
            assert_eq!(memory.cursor, ObservationCursor { index: 1, cardinality: 5, cardinality_next: 5 });
            assert_eq!(memory.at(0), Ok(sums(-21, "2104079302127802832415199655953100107502")));
            assert_eq!(memory.at(3), Ok(sums(-33, "1593655751746395137220137744805447790318")));
            assert_eq!(memory.at(14), Ok(sums(-13, "544451787073501541541399371890829138329")));
            assert_eq!(memory.at(15), Err(V3Error::ObservationTooOld { seconds_ago: 15, oldest: 14 }));
            memory.time = memory.time.wrapping_add(5);
            assert_eq!(memory.at(5), Ok(sums(-21, "2104079302127802832415199655953100107502")));
            assert_eq!(memory.at(0), Ok(sums(9, "2347138135642758877746181518404363115684")));
            assert_eq!(memory.at(8), Ok(sums(-33, "1593655751746395137220137744805447790318")));
        }
    }

    /// The same, `#observe`.
    #[test]
    fn between_two_observations_the_sums_are_in_proportion() {
        let mut memory = Memory::new(1 << 15, 2, 5, 4);
        memory.update(13, 6, 1 << 12);
        memory.time += 5;
        let published = [
            (0, 56, "550383467004691728624232610897330176"),
            (3, 38, "301153217795020002454768787094765568"),
            (8, 20, "103845937170696552570609926584401920"),
            (13, 10, "51922968585348276285304963292200960"),
            (15, 6, "31153781151208965771182977975320576"),
            (18, 0, "0"),
        ];
        for (ago, tick, seconds) in published {
            assert_eq!(memory.at(ago), Ok(sums(tick, seconds)), "{ago} seconds ago");
        }
        let mut memory = Memory::new(5, -5, 5, 2);
        memory.update(4, 1, 2);
        memory.update(3, -5, 4);
        memory.time += 7;
        assert_eq!(memory.at(9), Ok(sums(-19, "442367076997220002502386989661298674892")));
        assert_eq!(memory.at(0), Ok(sums(-52, "1378143586029800777026667160098661256396")));
    }

    /// The same, `does not fail across overflow boundary` and `interpolates correctly across uint32 seconds boundaries`.
    #[test]
    fn the_clock_may_run_over() {
        let mut memory = Memory::new(4, 2, u32::MAX, 1);
        memory.time = 1;
        assert_eq!(memory.at(1), Ok(sums(2, "85070591730234615865843651857942052864")));
        let mut memory = Memory::new(0, 0, 0, 2);
        memory.update(u32::MAX - 5, 0, 0);
        memory.update(13, 0, 0);
        let seconds = |number: u128| plimsoll_math::U256::from_halves(number, 0).to_string();
        for (ago, passed) in [(0, 7), (3, 4), (8, u128::from(u32::MAX))] {
            assert_eq!(memory.at(ago), Ok(sums(0, &seconds(passed))), "{ago} seconds ago");
        }
    }

    /// A ring that spans more than 2^32 s: its oldest observation looks like one of 3,000 s ago, and the contract asks it
    /// first (`getSurroundingObservations`).
    #[test]
    fn the_oldest_observation_is_asked_first() {
        let mut memory = Memory::new(1, 0, 1_000_000, 5);
        let mut before = 0;
        for since in [1_000_u64, 1 << 31, (1 << 31) + (1 << 30), (1 << 32) + 2_000] {
            memory.update(u32::try_from(since - before).unwrap(), 0, 1);
            before = since;
        }
        memory.time = memory.time.wrapping_add(1_000);
        assert_eq!(memory.at(5_000), Err(V3Error::ObservationTooOld { seconds_ago: 5_000, oldest: 3_000 }));
        assert!(memory.at(3_000).is_ok());
    }

    /// The contract divides the ticks by the seconds first. To multiply first would give -16.
    #[test]
    fn a_mean_that_is_cut_off_is_cut_off_before_it_is_multiplied() {
        let between = Cumulatives { tick: -23, ..Cumulatives::default() };
        assert_eq!(between.part(5, 7).tick, -15);
    }

    #[test]
    fn sums_wrap_at_56_bits() {
        let highest = Cumulatives { tick: (1 << 55) - 1, ..Cumulatives::default() };
        let one = Cumulatives { tick: 1, ..Cumulatives::default() };
        let over = highest.wrapping_add(one);
        assert_eq!(over.tick, -(1 << 55));
        assert_eq!(over.wrapping_sub(highest), one);
    }
}
