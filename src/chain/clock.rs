//! Which block it is, and what time.

use bevy_ecs::prelude::Resource;

use super::time::TimeSpan;

/// The block that is being made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Resource)]
pub struct Clock {
    /// Its number; the first is 0.
    pub block: u64,
    /// Time since the start of the run.
    pub elapsed: TimeSpan,
    /// Time between blocks.
    pub block_time: TimeSpan,
    /// The first block's time, in seconds since 1970.
    pub start: u64,
}

impl Clock {
    /// The first block of a run.
    pub fn new(block_time: TimeSpan, start: u64) -> Self {
        Self { block: 0, elapsed: TimeSpan::default(), block_time, start }
    }

    /// Moves to the next block.
    pub fn advance(&mut self) {
        self.block += 1;
        self.elapsed.ms += self.block_time.ms;
    }

    /// Moves back to the block that was made last, to look at what it left; before the first block it stays.
    pub fn look_back(&mut self) {
        if self.block > 0 {
            self.block -= 1;
            self.elapsed.ms -= self.block_time.ms;
        }
    }

    /// Returns the block's timestamp as contracts see it: whole seconds since 1970, rounded down.
    pub fn now(&self) -> u64 {
        self.start + self.elapsed.ms / 1_000
    }

    /// Returns the first block at or after a time from the start of the run.
    pub fn block_at(&self, at: TimeSpan) -> u64 {
        at.ms.div_ceil(self.block_time.ms)
    }
}

/// The run's seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Resource)]
pub struct Seed(pub u64);

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
}
