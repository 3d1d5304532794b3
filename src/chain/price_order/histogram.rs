//! Weights by key, and the keys below which shares of the weight lie.

use std::sync::OnceLock;

/// How much debt sits at which key, in steps of a 256th of an octave (0.4 % at most).
#[derive(Debug, Clone, Default)]
pub struct Histogram {
    /// The bin of `weights[0]`.
    first: u32,
    weights: Vec<u128>,
    total: u128,
    /// Its quantiles, kept until a weight changes.
    quantiles: OnceLock<Option<[f64; QUANTILES.len()]>>,
}

/// Shares of the weight whose keys [`Histogram::quantiles`] tells.
pub const QUANTILES: [f64; 4] = [0.01, 0.05, 0.25, 0.5];

/// A bin is the exponent and the first eight bits of the mantissa: monotone in the key.
const BIN_SHIFT: u32 = 44;

pub(super) fn bin_of(key: f64) -> u32 {
    u32::try_from(key.max(0.0).to_bits() >> BIN_SHIFT).expect("20 bits remain")
}

impl Histogram {
    /// Returns the sum of all weights.
    pub fn total(&self) -> u128 {
        self.total
    }

    /// Returns the middle key and the weight of every bin that holds any, from the highest key down.
    pub fn from_the_top(&self) -> impl Iterator<Item = (f64, u128)> {
        let bins = self.weights.iter().enumerate().rev().filter(|(_, weight)| **weight > 0);
        bins.map(|(index, weight)| {
            let bits = (u64::from(self.first) + index as u64) << BIN_SHIFT;
            (f64::from_bits(bits + (1 << (BIN_SHIFT - 1))), *weight)
        })
    }

    /// Returns, for each share of [`QUANTILES`], the key above which that share of the weight lies. None where there is
    /// no weight.
    pub fn quantiles(&self) -> Option<[f64; QUANTILES.len()]> {
        *self.quantiles.get_or_init(|| self.counted())
    }

    /// Returns the same, counted anew.
    pub(super) fn counted(&self) -> Option<[f64; QUANTILES.len()]> {
        let mut found = [0.0; QUANTILES.len()];
        let (mut above, mut next) = (0, 0);
        for (key, weight) in self.from_the_top() {
            above += weight;
            while QUANTILES.get(next).is_some_and(|share| above as f64 >= share * self.total as f64) {
                found[next] = key;
                next += 1;
            }
            if next == QUANTILES.len() {
                return Some(found);
            }
        }
        None
    }

    pub(super) fn add(&mut self, bin: u32, weight: u128) {
        if self.weights.is_empty() {
            self.first = bin;
        }
        if bin < self.first {
            let missing = (self.first - bin) as usize;
            self.weights.splice(0..0, std::iter::repeat_n(0, missing));
            self.first = bin;
        }
        let index = (bin - self.first) as usize;
        if self.weights.len() <= index {
            self.weights.resize(index + 1, 0);
        }
        self.weights[index] += weight;
        self.total += weight;
        self.quantiles.take();
    }

    pub(super) fn take(&mut self, bin: u32, weight: u128) {
        self.weights[(bin - self.first) as usize] -= weight;
        self.total -= weight;
        self.quantiles.take();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A step is 0.4 % at most, and its middle is off by half of that.
    #[test]
    fn quantiles_are_within_a_step() {
        let mut histogram = Histogram::default();
        for id in 0..1_000_u32 {
            histogram.add(bin_of(1.0 + f64::from(id) / 1_000.0), 1);
        }
        let [near, _, _, median] = histogram.quantiles().unwrap();
        assert!((near - 1.99).abs() < 0.005, "{near}");
        assert!((median - 1.5).abs() < 0.005, "{median}");
    }
}
