//! Diffusion with jumps (Merton 1976, "Option pricing when underlying stock returns are discontinuous").
//!
//! Between jumps the price is a geometric Brownian motion. Jumps come as a Poisson process and multiply the price by
//! `exp(jump_mean + jump_sigma * normal)`. The drift is that of the price's mean: what jumps add to it on average,
//! `jumps_per_year * (exp(jump_mean + jump_sigma^2 / 2) - 1)`, is taken off the diffusion. Waits between jumps are drawn
//! from the exponential law, so that a calm step costs no draw and the law does not depend on the block times.

use rand::rngs::ChaCha8Rng;
use serde::Deserialize;

use super::gbm::Gbm;
use super::{exponential, normal};
use crate::chain::time::YEAR_MS;

/// A diffusion with jumps, as scenario files write it.
///
/// The variance of the log return over a year is `volatility^2 + jumps_per_year * (jump_mean^2 + jump_sigma^2)`.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JumpDiffusionParams {
    /// In the numeraire per whole token.
    pub start: f64,
    /// Drift of the price's mean, per year, jumps included: the mean grows as `exp(drift * years)`.
    #[serde(default)]
    pub drift: f64,
    /// Standard deviation of the log return over a year without a jump.
    pub volatility: f64,
    /// How many jumps come in a year, on average.
    pub jumps_per_year: f64,
    /// Mean of a jump of the log price: -0.1 for a loss of about 10 %.
    #[serde(default)]
    pub jump_mean: f64,
    /// Standard deviation of a jump of the log price.
    pub jump_sigma: f64,
}

impl JumpDiffusionParams {
    /// Returns what jumps add to the drift of the price's mean, per year.
    fn compensation(&self) -> f64 {
        self.jumps_per_year * libm::expm1(self.jump_mean + 0.5 * self.jump_sigma * self.jump_sigma)
    }
}

/// Merton's jump diffusion.
#[derive(Debug, Clone)]
pub(super) struct JumpDiffusion {
    diffusion: Gbm,
    jump_mean: f64,
    jump_sigma: f64,
    /// Mean wait between two jumps, in milliseconds; infinite if none ever comes.
    mean_wait_ms: f64,
    /// Milliseconds until the next jump.
    wait_ms: f64,
}

impl JumpDiffusion {
    pub(super) fn new(params: &JumpDiffusionParams, dice: &mut ChaCha8Rng) -> Self {
        let JumpDiffusionParams { start, drift, volatility, jumps_per_year, jump_mean, jump_sigma } = *params;
        let diffusion = Gbm::new(start, drift - params.compensation(), volatility);
        let never = jumps_per_year == 0.0;
        let mean_wait_ms = if never { f64::INFINITY } else { YEAR_MS / jumps_per_year };
        let wait_ms = if never { f64::INFINITY } else { mean_wait_ms * exponential(dice) };
        Self { diffusion, jump_mean, jump_sigma, mean_wait_ms, wait_ms }
    }

    /// Returns the price `ms` later; `ms` is not 0. `normal` drives the diffusion; jumps are drawn from `dice`.
    pub(super) fn advance(&mut self, ms: u64, normal: f64, dice: &mut ChaCha8Rng) -> f64 {
        self.wait_ms -= ms as f64;
        if self.wait_ms < 0.0 {
            self.jump(dice);
        }
        self.diffusion.advance(ms, normal)
    }

    /// Makes the jumps that are overdue: the sum of `n` is normal, with `n` times the mean and variance of one.
    #[cold]
    fn jump(&mut self, dice: &mut ChaCha8Rng) {
        let mut jumps = 0.0_f64;
        while self.wait_ms < 0.0 {
            jumps += 1.0;
            self.wait_ms += self.mean_wait_ms * exponential(dice);
        }
        self.diffusion.jump(jumps * self.jump_mean + jumps.sqrt() * self.jump_sigma * normal(dice));
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{end_prices, log_returns, standard_errors};
    use super::super::{PriceParams, years};
    use super::*;

    const MONTH: u64 = 30 * 86_400_000;
    const PATHS: u64 = 40_000;

    fn params() -> JumpDiffusionParams {
        JumpDiffusionParams {
            start: 200.0,
            drift: 0.4,
            volatility: 0.5,
            jumps_per_year: 50.0,
            jump_mean: -0.1,
            jump_sigma: 0.1,
        }
    }

    /// How many standard errors the mean and variance of the log return over 30 days in `steps` steps, and the mean
    /// price, are off what `params` says. 40,000 paths: a standard error is 0.16 % of the mean price, 0.8 % of the
    /// variance; jumps that are not compensated would lower the mean price by 31 %.
    fn deviations(drawn: JumpDiffusionParams, steps: u64) -> [f64; 3] {
        let p = params();
        let ends = end_prices(PATHS, MONTH, steps, &PriceParams::JumpDiffusion(drawn));
        let t = years(MONTH);
        let log_drift = p.drift - p.compensation() - 0.5 * p.volatility * p.volatility;
        let jumps = p.jumps_per_year * (p.jump_mean * p.jump_mean + p.jump_sigma * p.jump_sigma);
        let variance = (p.volatility * p.volatility + jumps) * t;
        let mean = (log_drift + p.jumps_per_year * p.jump_mean) * t;
        let [mean, variance] = standard_errors(&log_returns(&ends, p.start), mean, variance);
        let [price, _] = standard_errors(&ends, p.start * libm::exp(p.drift * t), 1.0);
        [mean, variance, price]
    }

    #[test]
    fn log_returns_and_the_mean_price_are_within_four_standard_errors() {
        for steps in [1, 7] {
            for deviation in deviations(params(), steps) {
                assert!(deviation.abs() < 4.0, "{deviation} standard errors in {steps} steps");
            }
        }
    }

    /// What a process whose jumps are not compensated would draw: its drift is that of the diffusion alone.
    #[test]
    fn jumps_without_compensation_are_refused() {
        let [mean, _, price] = deviations(JumpDiffusionParams { drift: 0.4 + params().compensation(), ..params() }, 1);
        assert!(mean < -50.0 && price < -50.0, "only {mean} and {price} standard errors");
    }

    #[test]
    fn jumps_of_one_size_with_the_same_mean_are_refused() {
        let [_, variance, _] = deviations(JumpDiffusionParams { jump_sigma: 0.0, ..params() }, 1);
        assert!(variance < -20.0, "only {variance} standard errors");
    }

    /// How many jumps came: without diffusion, and with jumps of one size, the log price says it.
    fn counts(jumps_per_year: f64, steps: u64) -> Vec<f64> {
        let params = JumpDiffusionParams {
            drift: 0.0,
            volatility: 0.0,
            jumps_per_year,
            jump_mean: 0.01,
            jump_sigma: 0.0,
            ..params()
        };
        let drift = -params.compensation() * years(MONTH);
        let ends = end_prices(10_000, MONTH, steps, &PriceParams::JumpDiffusion(params));
        log_returns(&ends, params.start).iter().map(|log_return| (log_return - drift) / params.jump_mean).collect()
    }

    /// The law of Poisson: mean and variance are equal. 10,000 paths of 4.1 jumps: a standard error is 0.5 % of the mean,
    /// 1.6 % of the variance.
    #[test]
    fn jumps_are_whole_and_come_as_a_poisson_process() {
        let expected = 50.0 * years(MONTH);
        for steps in [1, 30] {
            let counts = counts(50.0, steps);
            assert!(counts.iter().all(|count| (count - count.round()).abs() < 1e-9));
            for deviation in standard_errors(&counts, expected, expected) {
                assert!(deviation.abs() < 4.0, "{deviation} standard errors in {steps} steps");
            }
        }
        let [mean, _] = standard_errors(&counts(55.0, 30), expected, expected);
        assert!(mean > 10.0, "a tenth more jumps are only {mean} standard errors");
    }

    #[test]
    fn without_jumps_it_is_the_diffusion_itself() {
        let none = JumpDiffusionParams { jumps_per_year: 0.0, ..params() };
        let gbm = PriceParams::Gbm { start: 200.0, drift: 0.4, volatility: 0.5 };
        assert_eq!(end_prices(10, MONTH, 5, &PriceParams::JumpDiffusion(none)), end_prices(10, MONTH, 5, &gbm));
    }
}
