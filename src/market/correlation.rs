//! How tokens move together.
//!
//! In every block each correlated token draws the normal that would drive its price from its own dice, as it would by
//! itself; then it is driven by a sum of its own draw and those of the correlated tokens before it, weighted by a row of
//! the lower triangular factor of the correlations' matrix (Cholesky). So the first of them, and every token that is not
//! correlated, has the path that it would have without.
//!
//! Correlated is what drives the prices, block by block: the noise of `Gbm` and `OrnsteinUhlenbeck`, that of
//! `JumpDiffusion` between its jumps, that of `RegimeSwitching` given its regimes. Jumps and regimes stay each token's own.

use std::collections::{BTreeMap, BTreeSet};

use bevy_ecs::prelude::Resource;
use serde::Deserialize;
use thiserror::Error;

use super::OutsidePrice;

/// Two tokens and the correlation of what drives their prices, as scenario files write it: `("ETH", "BTC", 0.8)`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct CorrelationParams(pub String, pub String, pub f64);

/// Tokens that may be correlated: their factor takes time by the third power of their number.
pub const MOST_CORRELATED: usize = 300;

impl CorrelationParams {
    /// Returns the two tokens, the same in whichever order they are written.
    pub fn pair(&self) -> (&str, &str) {
        let (one, other) = (self.0.as_str(), self.1.as_str());
        (one.min(other), one.max(other))
    }
}

/// Correlations that contradict each other: what a pair would have to be for those before it to hold.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("{one} and {other} have a correlation of {stated}, others leave room from {least} to {most}")]
pub struct Clash {
    /// A token's symbol.
    pub one: String,
    /// Another token's symbol.
    pub other: String,
    /// As in the scenario.
    pub stated: f64,
    /// The least that the correlations stated so far allow.
    pub least: f64,
    /// The most that the correlations stated so far allow.
    pub most: f64,
}

/// How far rounding may take a variance that is 0.
const TOLERANCE: f64 = 1e-9;

/// The correlated tokens, with the Cholesky factor of their correlations.
#[derive(Debug, Clone, Default, PartialEq, Resource)]
pub struct Correlation {
    /// Indices of their prices, ascending.
    tokens: Vec<usize>,
    /// The rows of the factor: one weight, two weights, three ...
    rows: Vec<f64>,
    /// The block's independent normal draws, indexed as `tokens`.
    drawn: Vec<f64>,
    /// The time to which prices were last driven.
    now_ms: u64,
}

impl Correlation {
    /// The correlations of tokens called `names`, in their order. Each pair joins two of them, and is listed once.
    ///
    /// # Errors
    /// Their matrix has a negative eigenvalue: the pair at which it shows, in the order of the tokens.
    pub fn new(params: &[CorrelationParams], names: &[&str]) -> Result<Self, Clash> {
        let listed: BTreeSet<&str> = params.iter().flat_map(|pair| [pair.0.as_str(), &pair.1]).collect();
        let pairs: BTreeMap<(&str, &str), f64> = params.iter().map(|pair| (pair.pair(), pair.2)).collect();
        let tokens: Vec<usize> = (0..names.len()).filter(|token| listed.contains(names[*token])).collect();
        let stated = |row: usize, column: usize| {
            let (one, other) = (names[tokens[row]], names[tokens[column]]);
            pairs.get(&(one.min(other), one.max(other))).copied().unwrap_or(0.0)
        };
        let clash = |row: usize, column: usize, [least, most]: [f64; 2]| Clash {
            one: names[tokens[column]].to_owned(),
            other: names[tokens[row]].to_owned(),
            stated: stated(row, column),
            least,
            most,
        };
        let rows = factor(tokens.len(), stated).map_err(|(row, column, room)| clash(row, column, room))?;
        let drawn = vec![0.0; tokens.len()];
        Ok(Self { tokens, rows, drawn, now_ms: 0 })
    }

    /// Drives the next step of the correlated tokens' prices; the same time twice drives none.
    pub fn drive(&mut self, prices: &mut [OutsidePrice], elapsed_ms: u64) {
        if elapsed_ms == self.now_ms {
            return;
        }
        self.now_ms = elapsed_ms;
        let mut rows = self.rows.as_slice();
        for (number, token) in self.tokens.iter().enumerate() {
            let process = &mut prices[*token].process;
            self.drawn[number] = process.draw();
            let (row, rest) = rows.split_at(number + 1);
            process.drive(row.iter().zip(&self.drawn).map(|(weight, drawn)| weight * drawn).sum());
            rows = rest;
        }
    }
}

/// The lower triangular factor, row by row, of a matrix with ones on its diagonal (Cholesky).
///
/// # Errors
/// The matrix has a negative eigenvalue. Then an entry lies outside of what the entries before it leave room for: its
/// row, its column, and that room.
fn factor(n: usize, entry: impl Fn(usize, usize) -> f64) -> Result<Vec<f64>, (usize, usize, [f64; 2])> {
    let row_start = |row: usize| row * (row + 1) / 2;
    let mut rows: Vec<f64> = Vec::with_capacity(row_start(n));
    for row in 0..n {
        // What of the token's variance is not explained by the tokens before it.
        let mut own = 1.0_f64;
        for column in 0..row {
            let (these, those) = (&rows[row_start(row)..], &rows[row_start(column)..]);
            let explained: f64 = these.iter().zip(&those[..column]).map(|(a, b)| a * b).sum();
            let pivot = those[column];
            let (wanted, room) = (entry(row, column) - explained, pivot * own.sqrt());
            if wanted.abs() > room + TOLERANCE {
                return Err((row, column, [explained - room, explained + room]));
            }
            let weight = if pivot * pivot > TOLERANCE { wanted / pivot } else { 0.0 };
            own = (own - weight * weight).max(0.0);
            rows.push(weight);
        }
        rows.push(own.sqrt());
    }
    Ok(rows)
}

#[cfg(test)]
mod tests;
