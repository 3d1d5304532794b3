//! A log price that is drawn back to a level: an Ornstein-Uhlenbeck process, stepped exactly.
//!
//! With `k = ln 2 / half_life`, a gap `x` between the log price and the level's is, `t` later, normal with mean
//! `x exp(-k t)` and variance `volatility^2 (1 - exp(-2 k t)) / (2 k)` (Uhlenbeck and Ornstein 1930), so that the law at a
//! given time does not depend on the block times.

use serde::Deserialize;

use super::years;
use crate::chain::time::TimeSpan;

/// A price that is drawn back to a level, as scenario files write it.
///
/// In the long run the log price strays from the level's by `volatility * sqrt(half_life in years / (2 ln 2))`, one
/// standard deviation: 0.22 % for `volatility: 0.05` and `half_life: "1 d"`.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrnsteinUhlenbeckParams {
    /// The price to which it is drawn back: its median in the long run.
    pub level: f64,
    /// The price at the start; the level by default.
    #[serde(default)]
    pub start: Option<f64>,
    /// In what time half of a gap to the level closes.
    pub half_life: TimeSpan,
    /// Standard deviation of the log price's noise over a year, were nothing drawing it back.
    pub volatility: f64,
}

impl OrnsteinUhlenbeckParams {
    /// Returns the price at the start, in the numeraire per whole token.
    pub fn start(&self) -> f64 {
        self.start.unwrap_or(self.level)
    }
}

/// A mean-reverting log price.
#[derive(Debug, Clone)]
pub(super) struct OrnsteinUhlenbeck {
    level: f64,
    /// Rate at which a gap closes, per year.
    rate: f64,
    volatility: f64,
    /// `ln(price / level)`.
    gap: f64,
    /// The length of the last step, which is that of nearly every other.
    step: Step,
}

/// What a step of one length does to the gap.
#[derive(Debug, Clone, Copy, Default)]
struct Step {
    ms: u64,
    /// `exp(-rate * step)`: the share of a gap that a step leaves.
    stays: f64,
    deviation: f64,
}

impl OrnsteinUhlenbeck {
    pub(super) fn new(params: &OrnsteinUhlenbeckParams) -> Self {
        let OrnsteinUhlenbeckParams { level, half_life, volatility, .. } = *params;
        let rate = std::f64::consts::LN_2 / half_life.years();
        Self { level, rate, volatility, gap: libm::log(params.start() / level), step: Step::default() }
    }

    /// Returns the price `ms` later; `ms` is not 0. `normal` drives the step.
    pub(super) fn advance(&mut self, ms: u64, normal: f64) -> f64 {
        if ms != self.step.ms {
            let closed = self.rate * years(ms);
            let variance = self.volatility * self.volatility * -libm::expm1(-2.0 * closed) / (2.0 * self.rate);
            self.step = Step { ms, stays: libm::exp(-closed), deviation: variance.sqrt() };
        }
        self.gap = self.step.stays * self.gap + self.step.deviation * normal;
        self.level * libm::exp(self.gap)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{end_prices, log_returns, standard_errors};
    use super::super::{PriceParams, PriceProcess};
    use super::*;

    const HOUR: u64 = 3_600_000;
    const PATHS: u64 = 40_000;

    fn params() -> OrnsteinUhlenbeckParams {
        let half_life = TimeSpan { ms: 6 * HOUR };
        OrnsteinUhlenbeckParams { level: 1.0, start: Some(1.1), half_life, volatility: 0.2 }
    }

    fn long_run_variance() -> f64 {
        let p = params();
        p.volatility * p.volatility * p.half_life.years() / (2.0 * std::f64::consts::LN_2)
    }

    /// After 12 hours, two half-lives, a quarter of the gap and 15/16 of the long run's variance. 40,000 paths: a standard
    /// error is 0.5 % of the deviation and 0.7 % of the variance.
    #[test]
    fn half_lives_halve_the_gap_in_one_step_and_in_many() {
        for steps in [1, 12] {
            let ends = end_prices(PATHS, 12 * HOUR, steps, &PriceParams::OrnsteinUhlenbeck(params()));
            let gap = libm::log(1.1) / 4.0;
            for deviation in standard_errors(&log_returns(&ends, 1.0), gap, long_run_variance() * 15.0 / 16.0) {
                assert!(deviation.abs() < 4.0, "{deviation} standard errors in {steps} steps");
            }
        }
    }

    /// A long path in steps of a half-life, of which `advance` draws the next log price from the last.
    /// Returns how many standard errors its variance and its correlation with itself one step later are off the long run's.
    fn long_run(mut advance: impl FnMut(u64) -> f64) -> [f64; 2] {
        let n = 40_000;
        let gaps: Vec<f64> = (1..=n).map(|step| libm::log(advance(step * 6 * HOUR))).collect();
        let gaps = &gaps[100..];
        let [_, variance] = standard_errors(gaps, 0.0, long_run_variance());
        let products: f64 = gaps.windows(2).map(|pair| pair[0] * pair[1]).sum();
        let correlation = products / gaps.iter().map(|gap| gap * gap).sum::<f64>();
        // A squared gap keeps a quarter of itself per step, so a variance's error is sqrt((1 + 1/4) / (1 - 1/4)) as wide; a
        // correlation's is sqrt((1 - 1/4) / n) (Bartlett 1946).
        [variance / (5.0_f64 / 3.0).sqrt(), (correlation - 0.5) / (0.75 / gaps.len() as f64).sqrt()]
    }

    #[test]
    fn in_the_long_run_variance_and_memory_are_stationary() {
        let mut process = PriceProcess::new(&PriceParams::OrnsteinUhlenbeck(params()), 3, "DAI", None);
        for deviation in long_run(|ms| process.advance(ms)) {
            assert!(deviation.abs() < 4.0, "{deviation} standard errors");
        }
    }

    /// Euler's step of length d keeps `1 - k d` of the gap and adds the variance `volatility^2 d`: at d of a half-life, 53 %
    /// too much variance in the long run and a memory of 0.31 in place of 0.5.
    #[test]
    fn eulers_scheme_is_refused() {
        let p = params();
        let (closed, noise) = (std::f64::consts::LN_2, p.volatility * p.half_life.years().sqrt());
        let mut dice = super::super::dice(3, "DAI");
        let mut gap = 0.0;
        let [variance, memory] = long_run(|_| {
            gap = (1.0 - closed) * gap + noise * super::super::normal(&mut dice);
            libm::exp(gap)
        });
        assert!(variance > 20.0 && memory < -20.0, "only {variance} and {memory} standard errors");
    }

    #[test]
    fn it_starts_at_its_level_unless_it_is_told_where() {
        let start = |start| {
            let params = OrnsteinUhlenbeckParams { start, ..params() };
            PriceProcess::new(&PriceParams::OrnsteinUhlenbeck(params), 1, "DAI", None).price()
        };
        assert_eq!([start(None), start(Some(0.9))].map(f64::to_bits), [1.0, 0.9].map(f64::to_bits));
    }
}
