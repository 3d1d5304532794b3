//! Prices outside the chain some blocks ahead, for agents that know them.
//!
//! Each process has dice of its own and is stepped from block to block whatever happens on the chain. So it can be run
//! ahead of the block, by the same steps: what comes is what would have come, whether anybody looks or not. What trades
//! will do to the venue's price is not in it.

use std::collections::VecDeque;

use bevy_ecs::prelude::Resource;

use super::OutsidePrice;
use super::correlation::Correlation;
use crate::chain::clock::Clock;
use crate::chain::ids::TokenId;

/// The outside prices of the block and of those after it, as many as the most far-sighted agent knows.
#[derive(Debug, Clone, Default, PartialEq, Resource)]
pub struct Foresight {
    horizon: u64,
    /// The first block that `rows` tell of, and the one after the last.
    blocks: (u64, u64),
    /// A price for each token and block.
    rows: VecDeque<Price>,
    /// How many of them make a block.
    tokens: usize,
}

/// A token's price outside the chain, in whole numeraires per whole token.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Price {
    /// Without shocks.
    pub fundamental: f64,
    /// With them.
    pub shocked: f64,
}

impl Foresight {
    /// Nothing seen yet of `tokens` tokens; `horizon` blocks ahead will be.
    pub fn new(horizon: u64, tokens: usize) -> Self {
        Self { horizon, tokens, ..Self::default() }
    }

    /// Says whether anybody looks ahead.
    pub fn is_wanted(&self) -> bool {
        self.horizon > 0
    }

    /// Returns a token's price this many blocks after the present one, at most the horizon.
    ///
    /// # Panics
    /// If nobody was expected to look so far: a bug.
    pub fn price(&self, token: TokenId, ahead: u64) -> f64 {
        self.at(token.index(), ahead).shocked
    }

    /// Returns the price of the token of this number, as [`Self::price`].
    pub(super) fn at(&self, token: usize, ahead: u64) -> Price {
        let row = usize::try_from(ahead).expect("a horizon is in memory");
        self.rows[row * self.tokens + token]
    }

    /// Runs the processes on until the horizon of the block is in sight, and forgets the past.
    pub(super) fn look(&mut self, clock: &Clock, correlation: &mut Correlation, prices: &mut [OutsidePrice]) {
        while self.blocks.1 <= clock.block + self.horizon {
            let elapsed_ms = clock.time_of(self.blocks.1).ms;
            correlation.drive(prices, elapsed_ms);
            self.rows.extend(prices.iter_mut().map(|outside| {
                let shocked = outside.advance(elapsed_ms);
                Price { fundamental: outside.process.price(), shocked }
            }));
            self.blocks.1 += 1;
        }
        while self.blocks.0 < clock.block {
            self.rows.drain(..self.tokens);
            self.blocks.0 += 1;
        }
    }
}
