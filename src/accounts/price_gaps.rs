//! Pools and oracles that are far from the price outside for long: who goes by them trades, borrows or is liquidated at
//! prices that nobody would pay.

use serde::Serialize;

use crate::agents::view::View;

/// A price is far from the one outside beyond this ratio, up or down.
pub const FAR: f64 = 0.05;

/// It is so for long from this share of the run on.
pub const LONG: f64 = 0.01;

/// And not for less than so many blocks.
pub const LEAST_BLOCKS: u64 = 50;

/// A pool or oracle whose price is, or was, far from the one outside for long: by more than 5 %, in at least 1 % of the
/// run's blocks and at least 50.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PriceGap {
    /// The pool or oracle, as the scenario names it.
    pub name: String,
    /// `pool` or `oracle`.
    pub of: &'static str,
    /// After how many blocks it was far.
    pub blocks: u64,
    /// The first of them.
    pub first_block: u64,
    /// The price over the one outside, less one, where it was farthest.
    pub farthest_ratio: f64,
    /// After which block that was.
    pub farthest_block: u64,
}

/// How often and how far one price was from the one outside.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Gap {
    blocks: u64,
    first_block: u64,
    farthest: f64,
    farthest_block: u64,
}

impl Gap {
    /// Takes in a price after a block; one that is no number tells nothing.
    fn follow(&mut self, block: u64, price: f64, outside: f64) {
        let distance = (price - outside).abs();
        if distance <= FAR * outside || !distance.is_finite() {
            return;
        }
        if self.blocks == 0 {
            self.first_block = block;
        }
        self.blocks += 1;
        let ratio = price / outside - 1.0;
        if ratio.abs() > self.farthest.abs() {
            (self.farthest, self.farthest_block) = (ratio, block);
        }
    }
}

/// The distance of every pool and oracle from the prices outside, over a run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PriceGaps {
    pools: Vec<Gap>,
    oracles: Vec<Gap>,
}

impl PriceGaps {
    /// Takes in the prices after a block: those of the pools as given, in the order of the pools, those of the oracles as they
    /// answer.
    pub fn follow(&mut self, sees: &View, pool_prices: impl Iterator<Item = f64>) {
        let block = sees.clock.block;
        self.pools.resize(sees.protocols.directory.pools.len(), Gap::default());
        self.oracles.resize(sees.oracles.0.len(), Gap::default());
        for ((gap, cell), price) in self.pools.iter_mut().zip(sees.protocols.pools()).zip(pool_prices) {
            let outside = sees.venues.price(cell.tokens[0]) / sees.venues.price(cell.tokens[1]);
            gap.follow(block, price, outside);
        }
        for (gap, feed) in self.oracles.iter_mut().zip(&sees.oracles.0) {
            gap.follow(block, feed.answer(), sees.venues.price(feed.token));
        }
    }

    /// Returns those that were far for long in a run of so many blocks: the pools, then the oracles.
    pub fn long(&self, sees: &View, blocks: u64) -> Vec<PriceGap> {
        let least = LEAST_BLOCKS.max((blocks as f64 * LONG).ceil() as u64);
        let told = |of, name: &str, gap: &Gap| PriceGap {
            name: name.to_owned(),
            of,
            blocks: gap.blocks,
            first_block: gap.first_block,
            farthest_ratio: gap.farthest,
            farthest_block: gap.farthest_block,
        };
        let pools = sees.protocols.directory.pools.iter().zip(&self.pools);
        let pools = pools.filter(|(_, gap)| gap.blocks >= least).map(|(pool, gap)| told("pool", &pool.name, gap));
        let oracles = sees.oracles.0.iter().zip(&self.oracles);
        let oracles = oracles.filter(|(_, gap)| gap.blocks >= least).map(|(feed, gap)| told("oracle", &feed.name, gap));
        pools.chain(oracles).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_counted_beyond_a_twentieth_either_way() {
        let mut gap = Gap::default();
        for (block, price) in [(0, 100.0), (1, 105.0), (2, 106.0), (3, 94.0), (4, 80.0), (5, 95.0), (6, f64::NAN)] {
            gap.follow(block, price, 100.0);
        }
        assert_eq!((gap.blocks, gap.first_block, gap.farthest_block), (3, 2, 4));
        assert!((gap.farthest + 0.2).abs() < 1e-12);
    }
}
