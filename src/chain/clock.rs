//! Which block it is, and what time.

use serde::Deserialize;

use super::dice::{Dice, Who};
use super::time::TimeSpan;

/// When blocks come, as scenario files write it: `"12 s"` for regular ones, or `Poisson("12 s")`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum BlockTimeParams {
    /// At equal intervals.
    Regular(TimeSpan),
    /// At random: the gaps are exponential, of this mean, to the millisecond and at least one.
    Poisson(TimeSpan),
}

impl BlockTimeParams {
    /// Returns the time between blocks, on average.
    pub fn mean(self) -> TimeSpan {
        match self {
            Self::Regular(time) | Self::Poisson(time) => time,
        }
    }
}

/// The block that is being made.
///
/// Its time is exact to the millisecond, and that is what prices, the venue and agents go by. Contracts see it in whole
/// seconds, rounded down: blocks less than a second apart may share a timestamp, and interest and rewards then accrue
/// with the first block of the next second, for all of the time in between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    /// The block's number; the first is 0.
    pub block: u64,
    /// Time since the first block.
    pub elapsed: TimeSpan,
    /// Time between blocks, on average.
    pub block_time: TimeSpan,
    /// The first block's time, in seconds since 1970.
    pub start: u64,
    /// The run's seed, which all of its dice depend on.
    pub seed: u64,
    /// None where blocks come at equal intervals.
    arrivals: Option<Arrivals>,
}

/// When each block comes, in milliseconds from the first: drawn for the whole run at its start, so that whoever waits for
/// a moment wakes in its block, and on from there where a run goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Arrivals {
    times: Vec<u64>,
    mean: TimeSpan,
    seed: u64,
    who: Who,
}

impl Arrivals {
    fn new(mean: TimeSpan, seed: u64, blocks: u64) -> Self {
        let mut arrivals = Self { times: vec![0], mean, seed, who: Who::new("block times", 0) };
        (1..blocks).for_each(|_| arrivals.draw());
        arrivals
    }

    /// Draws when the next block comes.
    fn draw(&mut self) {
        self.times.push(self.time_of(self.times.len() as u64));
    }

    /// Returns when a block comes, in milliseconds from the first.
    fn time_of(&self, block: u64) -> u64 {
        let known = self.times.len() as u64;
        let gap = |block| exponential_ms(self.mean, &mut Dice::new(self.seed, self.who, block));
        match usize::try_from(block).ok().and_then(|block| self.times.get(block)) {
            Some(time) => *time,
            None => (known..=block).fold(self.last(), |time, block| time.saturating_add(gap(block))),
        }
    }

    fn last(&self) -> u64 {
        *self.times.last().expect("there is a first block")
    }

    /// Returns the first block at or after a time; beyond what is drawn, the one that comes then on average.
    fn block_at(&self, ms: u64) -> u64 {
        let known = self.times.partition_point(|time| *time < ms) as u64;
        known + ms.saturating_sub(self.last()).div_ceil(self.mean.ms).saturating_sub(1)
    }
}

impl Clock {
    /// The first block of a run of seed 0 whose blocks come at equal intervals.
    pub fn new(block_time: TimeSpan, start: u64) -> Self {
        Self { block: 0, elapsed: TimeSpan::default(), block_time, start, seed: 0, arrivals: None }
    }

    /// The first block of a run of so many blocks.
    pub fn of(params: BlockTimeParams, start: u64, blocks: u64, seed: u64) -> Self {
        let arrivals = match params {
            BlockTimeParams::Regular(_) => None,
            BlockTimeParams::Poisson(mean) => Some(Arrivals::new(mean, seed, blocks)),
        };
        Self { seed, arrivals, ..Self::new(params.mean(), start) }
    }

    /// Moves to the next block.
    pub fn advance(&mut self) {
        self.block += 1;
        self.elapsed.ms = match &mut self.arrivals {
            None => self.elapsed.ms + self.block_time.ms,
            Some(arrivals) => {
                if self.block == arrivals.times.len() as u64 {
                    arrivals.draw();
                }
                arrivals.times[usize::try_from(self.block).expect("its time is in memory")]
            }
        };
    }

    /// Moves back to the block that was made last, to look at what it left; before the first block it stays.
    pub fn look_back(&mut self) {
        if self.block > 0 {
            self.block -= 1;
            self.elapsed.ms = match &self.arrivals {
                None => self.elapsed.ms - self.block_time.ms,
                Some(arrivals) => arrivals.times[usize::try_from(self.block).expect("its time is in memory")],
            };
        }
    }

    /// Returns the block's timestamp as contracts see it: whole seconds since 1970, rounded down.
    pub fn now(&self) -> u64 {
        self.start + self.elapsed.ms / 1_000
    }

    /// Returns when a block comes, after the start of the run: drawn already or not, it comes then.
    pub fn time_of(&self, block: u64) -> TimeSpan {
        let ms = match &self.arrivals {
            None => block * self.block_time.ms,
            Some(arrivals) => arrivals.time_of(block),
        };
        TimeSpan { ms }
    }

    /// Returns the first block at or after a time from the start of the run.
    pub fn block_at(&self, at: TimeSpan) -> u64 {
        match &self.arrivals {
            None => at.ms.div_ceil(self.block_time.ms),
            Some(arrivals) => arrivals.block_at(at.ms),
        }
    }

    /// Returns the first block at least this long after the present one.
    pub fn block_after(&self, span: TimeSpan) -> u64 {
        self.block_at(TimeSpan { ms: self.elapsed.ms.saturating_add(span.ms) })
    }

    /// Returns the first block at least as long after the present one as this many blocks take on average.
    pub fn blocks_later(&self, blocks: f64) -> u64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a wait is positive and may saturate"
        )]
        let whole = |wait: f64| wait.ceil() as u64;
        match self.arrivals {
            None => self.block.saturating_add(whole(blocks)),
            Some(_) => self.block_after(TimeSpan { ms: whole(blocks * self.block_time.ms as f64) }),
        }
    }
}

/// Draws a gap between two blocks.
fn exponential_ms(mean: TimeSpan, dice: &mut Dice) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a gap is positive and may saturate")]
    let ms = (mean.ms as f64 * dice.exponential()).round() as u64;
    ms.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_finer_than_a_second_share_a_timestamp() {
        let mut clock = Clock::new(TimeSpan { ms: 250 }, 1_000);
        for _ in 0..5 {
            clock.advance();
        }
        assert_eq!((clock.block, clock.now()), (5, 1_001));
        assert_eq!(clock.block_at(TimeSpan::seconds(2)), 8);
        clock.look_back();
        assert_eq!((clock.block, clock.elapsed.ms), (4, 1_000));
    }

    const POISSON: BlockTimeParams = BlockTimeParams::Poisson(TimeSpan::seconds(12));

    fn arrivals(seed: u64) -> Vec<u64> {
        let mut clock = Clock::of(POISSON, 1_000, 40_000, seed);
        let mut arrivals = Vec::new();
        for _ in 0..40_000 {
            arrivals.push(clock.elapsed.ms);
            clock.advance();
        }
        arrivals
    }

    /// Of exponential gaps the mean is the deviation, and a part 1/e is above it. Standard errors over 40,000 gaps: 0.5 %
    /// of the mean, 0.7 % of the deviation (the law's fourth moment is 9), 0.0024 of the part.
    fn gaps(seed: u64) -> [f64; 3] {
        let arrivals = arrivals(seed);
        let gaps: Vec<f64> = arrivals.windows(2).map(|pair| (pair[1] - pair[0]) as f64 / 12_000.0).collect();
        let n = gaps.len() as f64;
        let mean = gaps.iter().sum::<f64>() / n;
        let deviation = (gaps.iter().map(|gap| (gap - mean) * (gap - mean)).sum::<f64>() / n).sqrt();
        [mean, deviation, gaps.iter().filter(|gap| **gap > 1.0).count() as f64 / n]
    }

    #[test]
    fn poisson_gaps_are_exponential() {
        let [mean, deviation, above] = gaps(1);
        assert!((mean - 1.0).abs() < 0.02 && (deviation - 1.0).abs() < 0.03, "{mean}, {deviation}");
        assert!((above - 0.367_879).abs() < 0.01, "{above}");
        assert_ne!(arrivals(1), arrivals(2));
    }

    /// Regular blocks have the mean and nothing of the rest.
    #[test]
    fn regular_gaps_are_not_exponential() {
        let mut clock = Clock::of(BlockTimeParams::Regular(TimeSpan::seconds(12)), 1_000, 10, 1);
        (0..20).for_each(|_| clock.advance());
        assert_eq!((clock.elapsed.ms, clock.block_at(TimeSpan::seconds(13))), (240_000, 2));
    }

    #[test]
    fn moments_find_their_block_also_beyond_the_last() {
        let arrivals = arrivals(3);
        let mut clock = Clock::of(POISSON, 1_000, 40_000, 3);
        let at = |ms| TimeSpan { ms };
        for block in [0, 1, 77, 39_999] {
            assert_eq!(clock.block_at(at(arrivals[block])), block as u64);
            assert_eq!(clock.block_at(at(arrivals[block] + 1)), block as u64 + 1);
        }
        (0..100).for_each(|_| clock.advance());
        assert_eq!(clock.now(), 1_000 + arrivals[100] / 1_000);
        assert_eq!(clock.block_after(at(arrivals[120] - arrivals[100])), 120);
        clock.look_back();
        assert_eq!((clock.block, clock.elapsed.ms), (99, arrivals[99]));
        let late = at(arrivals[39_999] + 30_000);
        assert_eq!(clock.block_at(late), 40_002, "on average");
        (99..50_000).for_each(|_| clock.advance());
        assert!(clock.elapsed.ms > arrivals[39_999], "and the run goes on");
        assert_eq!(clock.block_at(clock.elapsed), 50_000);
    }
}
