//! Spells of different drift and volatility, such as calm and stress (Hamilton 1989), in continuous time.
//!
//! A spell lasts an exponential time, then another regime begins: a Markov chain. Its switches are drawn as moments, not
//! looked up at block times, and a step in which it switches counts each regime for as long as it held: given the
//! switches, the log return is normal with the sums of their drifts and variances, so a step of any length is exact.

use rand::rngs::ChaCha8Rng;
use serde::Deserialize;

use super::{exponential, uniform};
use crate::chain::time::{TimeSpan, YEAR_MS};

/// A price with regimes, as scenario files write it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegimeSwitchingParams {
    /// In the numeraire per whole token.
    pub start: f64,
    /// Two or more, with different names.
    pub regimes: Vec<RegimeParams>,
    /// The regime in which the run begins; the first by default.
    #[serde(default)]
    pub begins: Option<String>,
}

/// A regime's law of price, how long it lasts, and what follows.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegimeParams {
    /// The name that `begins` and `then` refer to.
    pub name: String,
    /// Drift of the price's mean while it lasts, per year.
    #[serde(default)]
    pub drift: f64,
    /// Standard deviation of the log return over a year of it.
    pub volatility: f64,
    /// The mean of an exponential distribution.
    pub mean_duration: TimeSpan,
    /// What follows it, each with a weight; every other regime alike by default.
    #[serde(default)]
    pub then: Vec<(String, f64)>,
}

/// A geometric Brownian motion whose drift and volatility depend on the regime.
#[derive(Debug, Clone)]
pub(super) struct RegimeSwitching {
    start: f64,
    regimes: Vec<Regime>,
    /// The index of the regime that holds.
    now: usize,
    /// Milliseconds until the next regime.
    left_ms: f64,
    /// `ln(price / start)`.
    log_return: f64,
}

#[derive(Debug, Clone)]
struct Regime {
    log_drift_per_ms: f64,
    variance_per_ms: f64,
    mean_ms: f64,
    /// What follows: regimes and their weights, summed up.
    then: Vec<(usize, f64)>,
}

impl RegimeSwitching {
    pub(super) fn new(params: &RegimeSwitchingParams, dice: &mut ChaCha8Rng) -> Self {
        let find = |name: &String| {
            params.regimes.iter().position(|regime| regime.name == *name).expect("the scenario was checked")
        };
        let regimes: Vec<Regime> = params
            .regimes
            .iter()
            .enumerate()
            .map(|(number, regime)| {
                let others = (0..params.regimes.len()).filter(|other| *other != number).map(|other| (other, 1.0));
                let stated = regime.then.iter().map(|(name, weight)| (find(name), *weight));
                Regime::new(regime, if regime.then.is_empty() { summed(others) } else { summed(stated) })
            })
            .collect();
        let now = params.begins.as_ref().map_or(0, find);
        let left_ms = regimes[now].mean_ms * exponential(dice);
        Self { start: params.start, regimes, now, left_ms, log_return: 0.0 }
    }

    /// Returns the price `ms` later; `ms` is not 0. `normal` drives the step; switches are drawn from `dice`.
    pub(super) fn advance(&mut self, ms: u64, normal: f64, dice: &mut ChaCha8Rng) -> f64 {
        let (mut ahead_ms, mut drift, mut variance) = (ms as f64, 0.0, 0.0);
        while self.left_ms < ahead_ms {
            self.regimes[self.now].count(self.left_ms, &mut drift, &mut variance);
            ahead_ms -= self.left_ms;
            self.switch(dice);
        }
        self.regimes[self.now].count(ahead_ms, &mut drift, &mut variance);
        self.left_ms -= ahead_ms;
        self.log_return += drift + variance.sqrt() * normal;
        self.start * libm::exp(self.log_return)
    }

    #[cold]
    fn switch(&mut self, dice: &mut ChaCha8Rng) {
        let then = &self.regimes[self.now].then;
        let last = then[then.len() - 1];
        let at = last.1 * uniform(dice);
        self.now = then.iter().find(|next| at < next.1).unwrap_or(&last).0;
        self.left_ms = self.regimes[self.now].mean_ms * exponential(dice);
    }
}

impl Regime {
    fn new(params: &RegimeParams, then: Vec<(usize, f64)>) -> Self {
        let variance = params.volatility * params.volatility;
        Self {
            log_drift_per_ms: (params.drift - 0.5 * variance) / YEAR_MS,
            variance_per_ms: variance / YEAR_MS,
            mean_ms: params.mean_duration.ms as f64,
            then,
        }
    }

    /// Adds the drift and the variance of `ms` milliseconds of the regime.
    fn count(&self, ms: f64, drift: &mut f64, variance: &mut f64) {
        *drift += self.log_drift_per_ms * ms;
        *variance += self.variance_per_ms * ms;
    }
}

fn summed(weights: impl Iterator<Item = (usize, f64)>) -> Vec<(usize, f64)> {
    let mut sum = 0.0;
    let add = |(regime, weight)| {
        sum += weight;
        (regime, sum)
    };
    weights.map(add).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{end_prices, log_returns, standard_errors};
    use super::super::{PriceParams, dice, years};
    use super::*;

    const DAY: u64 = 86_400_000;
    const PATHS: u64 = 20_000;

    fn regime(name: &str, volatility: f64, days: u64, then: &[(&str, f64)]) -> RegimeParams {
        let then = then.iter().map(|(name, weight)| ((*name).to_owned(), *weight)).collect();
        let (name, mean_duration) = (name.to_owned(), TimeSpan { ms: days * DAY });
        RegimeParams { name, drift: 0.4, volatility, mean_duration, then }
    }

    /// Calm for 6 days on average, then stress for 2.
    fn two() -> RegimeSwitchingParams {
        let regimes = vec![regime("calm", 0.5, 6, &[]), regime("stressed", 2.0, 2, &[])];
        RegimeSwitchingParams { start: 200.0, regimes, begins: None }
    }

    /// How many of 8 days from the beginning of calm are stressed on average: a quarter in the long run, which is
    /// approached at the rate 1/6 + 1/2 a day.
    fn stressed_days() -> f64 {
        let rate = 1.0 / 6.0 + 1.0 / 2.0;
        0.25 * (8.0 + libm::expm1(-rate * 8.0) / rate)
    }

    /// How many standard errors the mean of the log return over 8 days in `steps` steps and the mean price are off what
    /// `two()` says, and the mean square of the log return less its drift. 20,000 paths: a standard error is about 1.6 %
    /// of the variance.
    fn deviations(ends: &[f64]) -> [f64; 3] {
        let day = years(DAY);
        let variance = (stressed_days() * 4.0 + (8.0 - stressed_days()) * 0.25) * day;
        let mean = 0.4 * 8.0 * day - 0.5 * variance;
        let [mean, _] = standard_errors(&log_returns(ends, 200.0), mean, 1.0);
        let [price, price_variance] = standard_errors(ends, 200.0 * libm::exp(0.4 * 8.0 * day), price_variance());
        [mean, price, price_variance]
    }

    /// The price's variance: its mean square is that of the start times `exp(2 drift t)` and the mean of
    /// `exp(integral of volatility^2)`, which solves a linear equation for the chain (Feynman and Kac), stepped finely here.
    fn price_variance() -> f64 {
        let day = years(DAY);
        let (mut calm, mut stressed) = (1.0_f64, 1.0_f64);
        let steps = 100_000;
        let d = 8.0 / f64::from(steps);
        for _ in 0..steps {
            let to_calm = 0.25 * day * calm + (stressed - calm) / 6.0;
            let to_stressed = 4.0 * day * stressed + (calm - stressed) / 2.0;
            (calm, stressed) = (calm + d * to_calm, stressed + d * to_stressed);
        }
        let mean = 200.0 * libm::exp(0.4 * 8.0 * day);
        mean * mean * (calm - 1.0)
    }

    #[test]
    fn moments_are_within_four_standard_errors_in_one_step_and_in_many() {
        for steps in [1, 16] {
            let ends = end_prices(PATHS, 8 * DAY, steps, &PriceParams::RegimeSwitching(two()));
            for deviation in deviations(&ends) {
                assert!(deviation.abs() < 4.0, "{deviation} standard errors in {steps} steps");
            }
        }
    }

    /// One step in the regime that holds at its start is a geometric Brownian motion of the calm regime's volatility.
    #[test]
    fn a_chain_that_is_looked_up_at_block_times_is_refused() {
        let calm = PriceParams::Gbm { start: 200.0, drift: 0.4, volatility: 0.5 };
        let [mean, _, variance] = deviations(&end_prices(PATHS, 8 * DAY, 1, &calm));
        assert!(mean > 10.0 && variance < -20.0, "only {mean} and {variance} standard errors");
    }

    /// The share of paths in each regime, `days` days on, in steps of `step_ms`.
    fn shares(params: &RegimeSwitchingParams, days: u64, step_ms: u64) -> Vec<f64> {
        let mut counts = vec![0.0; params.regimes.len()];
        for seed in 0..PATHS {
            let mut dice = dice(seed, "ETH");
            let mut process = RegimeSwitching::new(params, &mut dice);
            (0..days * DAY / step_ms).for_each(|_| _ = process.advance(step_ms, 0.0, &mut dice));
            counts[process.now] += 1.0 / PATHS as f64;
        }
        counts
    }

    fn assert_shares(found: &[f64], expected: &[f64]) {
        for (found, expected) in found.iter().zip(expected) {
            let error = (expected * (1.0 - expected) / PATHS as f64).sqrt();
            assert!((found - expected).abs() < 4.0 * error, "{found}, expected {expected} +- {error}");
        }
    }

    /// 20,000 paths: a standard error of a share is 0.3 %. With the durations swapped, stress would hold for 73 %.
    #[test]
    fn regimes_hold_as_often_as_the_chain_says() {
        let stressed = 0.25 * -libm::expm1(-4.0 * (1.0 / 6.0 + 1.0 / 2.0));
        for step_ms in [DAY / 4, 4 * DAY] {
            assert_shares(&shares(&two(), 4, step_ms), &[1.0 - stressed, stressed]);
        }
        let mut swapped = two();
        swapped.regimes[0].mean_duration = TimeSpan { ms: 2 * DAY };
        swapped.regimes[1].mean_duration = TimeSpan { ms: 6 * DAY };
        assert!(shares(&swapped, 4, 4 * DAY)[1] > stressed + 100.0 * 0.003);
    }

    /// Calm goes to stress or to panic 3 : 1, stress back to calm, panic to stress: of the visits, 4/9, 4/9 and 1/9; so of
    /// the time, by durations of 3, 2 and 1 days, 12/21, 8/21 and 1/21.
    #[test]
    fn what_follows_a_regime_has_the_weights_that_are_stated() {
        let regimes = vec![
            regime("calm", 0.5, 3, &[("stressed", 3.0), ("panic", 1.0)]),
            regime("stressed", 1.0, 2, &[("calm", 1.0)]),
            regime("panic", 3.0, 1, &[("stressed", 0.5)]),
        ];
        let params = RegimeSwitchingParams { start: 1.0, regimes, begins: Some("panic".to_owned()) };
        assert_shares(&shares(&params, 60, 20 * DAY), &[12.0 / 21.0, 8.0 / 21.0, 1.0 / 21.0]);
    }
}
