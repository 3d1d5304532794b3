//! Prices outside the chain some blocks ahead, for agents that know them.
//!
//! Each process has dice of its own and is stepped from block to block whatever happens on the chain. So it can be run
//! ahead of the block, by the same steps: what comes is what would have come, whether anybody looks or not. What trades
//! will do to the venue's price is not in it.

use std::collections::VecDeque;

use super::OutsidePrice;
use super::correlation::Correlation;
use crate::chain::clock::Clock;
use crate::chain::venues::Venues;

/// How far the outside prices have been run, for as many blocks as the most far-sighted agent knows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Foresight {
    horizon: u64,
    /// The first block that is known, and the one after the last.
    blocks: (u64, u64),
    /// What the processes say without shocks, for each token and block.
    fundamentals: VecDeque<f64>,
}

impl Foresight {
    /// Nothing seen yet; `horizon` blocks ahead will be.
    pub fn new(horizon: u64) -> Self {
        Self { horizon, ..Self::default() }
    }

    /// Returns how many blocks ahead somebody looks.
    pub fn horizon(&self) -> u64 {
        self.horizon
    }

    /// Says whether any agent looks ahead; if none does, no price is run ahead.
    pub fn is_wanted(&self) -> bool {
        self.horizon > 0
    }

    /// Runs the processes on until the horizon of the block is in sight, forgets the past, and moves the venue.
    pub(super) fn look(
        &mut self,
        clock: &Clock,
        correlation: &mut Correlation,
        prices: &mut [OutsidePrice],
        venues: &mut Venues,
    ) {
        while self.blocks.1 <= clock.block + self.horizon {
            let elapsed_ms = clock.time_of(self.blocks.1).ms;
            correlation.drive(prices, elapsed_ms);
            venues.foresee(prices.iter_mut().map(|outside| outside.advance(elapsed_ms)));
            self.fundamentals.extend(prices.iter().map(|outside| outside.process.price()));
            self.blocks.1 += 1;
        }
        while self.blocks.0 < clock.block {
            venues.forget_a_block();
            self.fundamentals.drain(..prices.len());
            self.blocks.0 += 1;
        }
        for (outside, fundamental) in prices.iter_mut().zip(&self.fundamentals) {
            outside.fundamental = *fundamental;
            let price = venues.outside_price_ahead(outside.token, 0);
            venues.of_mut(outside.token).advance(clock.elapsed.ms, price);
        }
    }
}
