//! Geometric Brownian motion, stepped exactly: the log price is a Brownian motion whose steps are drawn from their own
//! law, not from an Euler scheme, so that the law at a given time does not depend on the block times.

use super::years;

/// A price whose log moves as a Brownian motion.
#[derive(Debug, Clone)]
pub(super) struct Gbm {
    start: f64,
    /// Drift of the log price per year: the mean's drift less half the variance (Ito).
    log_drift: f64,
    volatility: f64,
    /// `ln(price / start)`.
    log_return: f64,
    /// The length of the last step, which is that of nearly every other.
    step: Step,
}

/// What a step of one length moves the log price by.
#[derive(Debug, Clone, Copy, Default)]
struct Step {
    ms: u64,
    drift: f64,
    deviation: f64,
}

impl Gbm {
    pub(super) fn new(start: f64, drift: f64, volatility: f64) -> Self {
        let log_drift = drift - 0.5 * volatility * volatility;
        Self { start, log_drift, volatility, log_return: 0.0, step: Step::default() }
    }

    /// Adds to the log price, without a draw.
    pub(super) fn jump(&mut self, log_factor: f64) {
        self.log_return += log_factor;
    }

    /// Returns the price `ms` later; `ms` is not 0. `normal` drives the step.
    #[inline]
    pub(super) fn advance(&mut self, ms: u64, normal: f64) -> f64 {
        if ms != self.step.ms {
            let years = years(ms);
            self.step = Step { ms, drift: self.log_drift * years, deviation: self.volatility * years.sqrt() };
        }
        self.log_return += self.step.drift + self.step.deviation * normal;
        self.start * libm::exp(self.log_return)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::end_prices;
    use super::super::{PriceParams, years};

    const DAY: u64 = 86_400_000;

    /// How many standard errors the mean and the variance of the log return over 30 days in `steps` steps, and the
    /// mean price, are off what the parameters say. 40,000 paths: a drift that misses the 0.5 sigma^2 correction shifts the
    /// mean log return by 0.5 sigma sqrt(t) sqrt(n) = 29 standard errors, a volatility 5 % too great its variance by 14.
    fn deviations(asked: (f64, f64), drawn: (f64, f64), steps: u64) -> [f64; 3] {
        let (drift, volatility) = asked;
        let params = PriceParams::Gbm { start: 200.0, drift: drawn.0, volatility: drawn.1 };
        let ends = end_prices(40_000, 30 * DAY, steps, &params);
        let t = years(30 * DAY);
        let n = ends.len() as f64;
        let returns: Vec<f64> = ends.iter().map(|price| libm::log(price / 200.0)).collect();
        let mean = returns.iter().sum::<f64>() / n;
        let expected_mean = (drift - 0.5 * volatility * volatility) * t;
        let expected_variance = volatility * volatility * t;
        let variance = returns.iter().map(|r| (r - expected_mean) * (r - expected_mean)).sum::<f64>() / n;
        let mean_price = ends.iter().sum::<f64>() / n;
        let expected_price = 200.0 * libm::exp(drift * t);
        let price_deviation = expected_price * libm::expm1(expected_variance).sqrt();
        [
            (mean - expected_mean) / (expected_variance / n).sqrt(),
            (variance - expected_variance) / (expected_variance * (2.0 / n).sqrt()),
            (mean_price - expected_price) / (price_deviation / n.sqrt()),
        ]
    }

    #[test]
    fn log_returns_and_the_mean_price_are_within_four_standard_errors() {
        for steps in [1, 7] {
            for deviation in deviations((0.4, 1.0), (0.4, 1.0), steps) {
                assert!(deviation.abs() < 4.0, "{deviation} standard errors in {steps} steps");
            }
        }
    }

    /// What a process without Ito's correction would draw: its log drift is the mean's drift.
    #[test]
    fn a_drift_without_the_correction_is_refused() {
        let [mean, _, price] = deviations((0.4, 1.0), (0.4 + 0.5, 1.0), 1);
        assert!(mean > 20.0 && price > 20.0, "only {mean} and {price} standard errors");
    }

    #[test]
    fn a_volatility_five_percent_too_great_is_refused() {
        let [_, variance, _] = deviations((0.4, 1.0), (0.4, 1.05), 1);
        assert!(variance > 8.0, "only {variance} standard errors");
    }
}
