//! What a sample says: mean, quantiles, the mean of its tail, and how far each can be trusted.
//!
//! **Quantiles** are order statistics: the `q` % quantile of `n` values is the one of rank `ceil(q n / 100)` from below,
//! the lowest value that at least `q` % of the sample do not exceed. It is never between two values, so a quantile is the
//! figure of a run that can be looked at.
//!
//! **The tail** is the highest 5 % of the sample, by weight: a value on its border counts with the part of it that
//! belongs to the tail (Rockafellar and Uryasev 2002), so the tail's mean never lies below the 95 % quantile. For a loss
//! the two are the conditional value at risk and the value at risk.
//!
//! **Intervals** are bootstrapped (Efron 1979): [`RESAMPLES`] samples of the same size are drawn from the sample, with
//! replacement and keyed dice, and the interval reaches from the 2.5 % to the 97.5 % quantile of what they say.

use serde::Serialize;

use crate::chain::dice::{Dice, Who};

/// How many bootstrap samples an interval is made of.
pub const RESAMPLES: usize = 1_000;

/// The seed of the resampling's dice: whatever seeds are swept, a sample's intervals are the sample's alone.
const SEED: u64 = 0;

/// A statistic of a sample, with its 95 % bootstrap interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// Of the sample itself.
    pub estimate: f64,
    /// The 2.5 % quantile over bootstrap samples.
    pub low: f64,
    /// The 97.5 % quantile over bootstrap samples.
    pub high: f64,
}

impl Estimate {
    /// Returns `high - low`.
    pub fn width(&self) -> f64 {
        self.high - self.low
    }
}

/// Statistics of one figure over runs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Distribution {
    /// How many runs have the figure.
    pub runs: usize,
    /// Arithmetic.
    pub mean: Estimate,
    /// The 50 % quantile, a value of the sample.
    pub median: Estimate,
    /// The 5 % quantile, a value of the sample.
    pub p05: Estimate,
    /// The 95 % quantile; of a loss, its value at risk.
    pub p95: Estimate,
    /// The mean of the highest 5 %; of a loss, its conditional value at risk.
    pub cvar_95: Estimate,
}

/// What [`Distribution`] says, without intervals: mean, median, 5 %, 95 %, mean of the tail.
type Figures = [f64; 5];

impl Distribution {
    /// What `values` say, or nothing if there are none. `name` is what they are, and keys the dice of the resampling.
    pub fn of(name: &str, mut values: Vec<f64>) -> Option<Self> {
        if values.is_empty() {
            return None;
        }
        values.sort_unstable_by(f64::total_cmp);
        let once = vec![1; values.len()];
        let said = figures(&values, &once);
        let intervals = intervals(name, &values);
        let estimate = |place: usize| {
            let (low, high) = intervals[place];
            Estimate { estimate: said[place], low, high }
        };
        Some(Self {
            runs: values.len(),
            mean: estimate(0),
            median: estimate(1),
            p05: estimate(2),
            p95: estimate(3),
            cvar_95: estimate(4),
        })
    }
}

/// Returns the rank from below, counted from 1, of the `percent` % quantile of `n` values.
fn rank(n: u64, percent: u64) -> u64 {
    (n * percent).div_ceil(100).max(1)
}

/// Returns what the sample says that holds each of the ascending `values` so many `times`.
fn figures(values: &[f64], times: &[u64]) -> Figures {
    let n = values.len() as u64;
    // The quantiles as they are passed, and in hundredths of a value: what of the sample is passed, where the tail begins.
    let ranks = [rank(n, 5), rank(n, 50), rank(n, 95)];
    let mut quantiles = [values[0]; 3];
    let (mut passed, tail_begins) = (0, 95 * n);
    let (mut sum, mut tail) = (0.0, 0.0);
    for (&value, &times) in values.iter().zip(times).filter(|(_, times)| **times > 0) {
        let before = passed;
        passed += times;
        for (quantile, rank) in quantiles.iter_mut().zip(ranks) {
            if before < rank && rank <= passed {
                *quantile = value;
            }
        }
        sum += value * times as f64;
        if 100 * passed > tail_begins {
            tail += value * (100 * passed - tail_begins.max(100 * before)) as f64;
        }
    }
    let [p05, median, p95] = quantiles;
    [sum / n as f64, median, p05, p95, tail / (5 * n) as f64]
}

/// Returns the 2.5 % and the 97.5 % quantile of what samples drawn again from the ascending `values` say.
fn intervals(name: &str, values: &[f64]) -> [(f64, f64); 5] {
    let mut times = vec![0; values.len()];
    let mut said: [Vec<f64>; 5] = Default::default();
    let who = Who::new(name, 0);
    for resample in 0..RESAMPLES {
        let mut dice = Dice::new(SEED, who, resample as u64);
        times.fill(0);
        for _ in 0..values.len() {
            times[below(values.len(), dice.bits())] += 1;
        }
        for (list, figure) in said.iter_mut().zip(figures(values, &times)) {
            list.push(figure);
        }
    }
    said.map(|mut list| {
        list.sort_unstable_by(f64::total_cmp);
        let at = |permille: usize| list[(RESAMPLES * permille).div_ceil(1_000) - 1];
        (at(25), at(975))
    })
}

/// Turns 64 random bits into a number below `n`; none is likelier than another by more than `n` in 2^64.
fn below(n: usize, bits: u64) -> usize {
    usize::try_from((u128::from(bits) * n as u128) >> 64).expect("it is below a usize")
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "these figures are exact")]
mod tests {
    use super::*;

    fn said(values: &[f64]) -> Figures {
        let Distribution { mean, median, p05, p95, cvar_95, .. } = Distribution::of("test", values.to_vec()).unwrap();
        [mean, median, p05, p95, cvar_95].map(|estimate| estimate.estimate)
    }

    #[test]
    fn quantiles_are_values_of_the_sample() {
        let hundred: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!(said(&hundred), [50.5, 50.0, 5.0, 95.0, 98.0]);
        assert_eq!(said(&[3.0, 1.0, 2.0]), [2.0, 2.0, 1.0, 3.0, 3.0]);
        assert_eq!(said(&[7.0]), [7.0; 5]);
    }

    /// 30 values have a tail of one and a half: the highest and half of the next.
    #[test]
    fn a_value_on_the_tails_border_counts_in_part() {
        let thirty: Vec<f64> = (1..=30).map(f64::from).collect();
        let [.., p95, cvar_95] = said(&thirty);
        assert_eq!((p95, cvar_95), (29.0, (30.0 + 29.0 / 2.0) / 1.5));
    }

    #[test]
    fn an_empty_sample_says_nothing() {
        assert_eq!(Distribution::of("test", vec![]), None);
    }

    /// The interval of a normal sample's mean is about 1.96 standard errors to either side, and depends on the sample
    /// alone, whatever its order.
    #[test]
    fn the_interval_of_a_mean_is_that_of_the_normal_law() {
        let n = 2_000_u64;
        let mut dice = Dice::new(1, Who::new("sample", 0), 0);
        let mut values: Vec<f64> = (0..n).map(|_| dice.normal()).collect();
        let said = Distribution::of("test", values.clone()).unwrap();
        let expected = 2.0 * 1.96 / (n as f64).sqrt();
        assert!((said.mean.width() / expected - 1.0).abs() < 0.1, "{} for {expected}", said.mean.width());
        values.reverse();
        assert_eq!(Distribution::of("test", values.clone()), Some(said));
        assert_ne!(Distribution::of("other dice", values), Some(said));
    }

    #[test]
    fn draws_reach_every_value() {
        assert_eq!((below(10, 0), below(10, u64::MAX), below(10, u64::MAX / 2)), (0, 9, 4));
    }
}
