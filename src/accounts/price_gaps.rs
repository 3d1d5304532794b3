//! Pools and oracles that are far from the price outside for long: who goes by them trades, borrows or is liquidated at
//! prices that nobody would pay.

use serde::Serialize;

/// A price is far from the one outside beyond this ratio, up or down.
pub const FAR: f64 = 0.05;

/// It is so for long from this share of the run on.
pub const LONG: f64 = 0.01;

/// And not for less than so many blocks.
pub const LEAST_BLOCKS: u64 = 50;

/// How often and how far a pool's or oracle's price was from the one outside.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct PriceGap {
    /// After how many blocks it was more than 5 % above or below.
    pub blocks: u64,
    /// The first of them; `null` if there is none.
    pub first_block: Option<u64>,
    /// The price over the one outside, less one, where it was farthest; 0 where it never was so far.
    pub farthest_ratio: f64,
    /// After which block that was.
    pub farthest_block: Option<u64>,
    /// Whether that was for long: in at least 1 % of the run's blocks, and at least 50.
    pub is_long: bool,
}

impl PriceGap {
    /// Takes in a price after a block; one that is no number tells nothing.
    pub fn follow(&mut self, block: u64, price: f64, outside: f64) {
        let distance = (price - outside).abs();
        if distance <= FAR * outside || !distance.is_finite() {
            return;
        }
        self.first_block.get_or_insert(block);
        self.blocks += 1;
        let ratio = price / outside - 1.0;
        if ratio.abs() > self.farthest_ratio.abs() {
            (self.farthest_ratio, self.farthest_block) = (ratio, Some(block));
        }
    }

    /// Says whether it was far for long in a run that is over after so many blocks.
    pub fn close(&mut self, blocks: u64) {
        self.is_long = self.blocks >= LEAST_BLOCKS && self.blocks as f64 >= LONG * blocks as f64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_counted_beyond_a_twentieth_either_way() {
        let mut gap = PriceGap::default();
        for (block, price) in [(0, 100.0), (1, 105.0), (2, 106.0), (3, 94.0), (4, 80.0), (5, 95.0), (6, f64::NAN)] {
            gap.follow(block, price, 100.0);
        }
        assert_eq!((gap.blocks, gap.first_block, gap.farthest_block), (3, Some(2), Some(4)));
        assert!((gap.farthest_ratio + 0.2).abs() < 1e-12);
        for (blocks, is_long) in [(3, false), (300, false)] {
            gap.close(blocks);
            assert_eq!(gap.is_long, is_long, "three blocks are not long");
        }
        gap.blocks = 50;
        for (blocks, is_long) in [(50, true), (5_000, true), (5_001, false)] {
            gap.close(blocks);
            assert_eq!(gap.is_long, is_long, "50 of {blocks}");
        }
    }
}
