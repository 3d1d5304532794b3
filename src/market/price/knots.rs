//! Stated points with a Brownian bridge of the log price between them.
//!
//! From a log price `x` at time `t` on the way to `y` at `T`, the log price at `t + s` is normal with mean
//! `x + (y - x) s / (T - t)` and variance `sigma^2 s (T - t - s) / (T - t)`, whatever was drawn before: so a step of any
//! length is exact.

use rand::rngs::ChaCha8Rng;

use super::{normal, years};

/// A price that passes through stated points.
#[derive(Debug, Clone)]
pub(super) struct Knots {
    points: Vec<(u64, f64)>,
    volatility: f64,
    /// The index of the first of `points` later than the block.
    next: usize,
    /// The last time and log price that a bridge starts from.
    at_ms: u64,
    log_price: f64,
}

impl Knots {
    /// `points` are times in milliseconds, ascending, and prices; there is at least one.
    pub(super) fn new(points: Vec<(u64, f64)>, volatility: f64) -> Self {
        Self { points, volatility, next: 0, at_ms: 0, log_price: 0.0 }
    }

    /// Returns the price at `now_ms`, milliseconds since the run's start.
    pub(super) fn advance(&mut self, now_ms: u64, dice: &mut ChaCha8Rng) -> f64 {
        while self.points.get(self.next).is_some_and(|(at_ms, _)| *at_ms <= now_ms) {
            let (at_ms, price) = self.points[self.next];
            (self.at_ms, self.log_price) = (at_ms, libm::log(price));
            self.next += 1;
        }
        let Some((end_ms, end_price)) = self.points.get(self.next).copied() else {
            return self.points[self.next - 1].1;
        };
        if self.next == 0 {
            return end_price;
        }
        if self.points[self.next - 1].0 == now_ms {
            return self.points[self.next - 1].1;
        }
        self.step(now_ms, end_ms, libm::log(end_price), dice);
        libm::exp(self.log_price)
    }

    fn step(&mut self, now_ms: u64, end_ms: u64, end_log_price: f64, dice: &mut ChaCha8Rng) {
        let share = (now_ms - self.at_ms) as f64 / (end_ms - self.at_ms) as f64;
        let deviation = self.volatility * (share * years(end_ms - now_ms)).sqrt();
        self.log_price += (end_log_price - self.log_price) * share + deviation * normal(dice);
        self.at_ms = now_ms;
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::end_prices;
    use super::super::{PriceParams, PriceProcess, years};
    use crate::chain::time::TimeSpan;

    const HOUR: u64 = 3_600_000;

    fn knots(volatility: f64) -> PriceParams {
        let at = |hours| TimeSpan { ms: hours * HOUR };
        PriceParams::Knots { knots: vec![(at(1), 100.0), (at(5), 400.0), (at(6), 50.3)], volatility }
    }

    #[test]
    fn the_price_passes_exactly_through_each_knot_and_is_constant_outside() {
        for step in [HOUR / 4, HOUR / 2] {
            for (hours, expected) in [(0, 100.0), (1, 100.0), (5, 400.0), (6, 50.3), (1_000, 50.3)] {
                let mut process = PriceProcess::new(&knots(3.0), 9, "ETH", None);
                let price = (0..=hours * HOUR / step).map(|i| process.advance(i * step)).last().unwrap();
                assert_eq!(price.to_bits(), f64::to_bits(expected), "after {hours} hours in steps of {step} ms");
            }
        }
    }

    #[test]
    fn a_step_over_a_knot_forgets_what_was_drawn_before_it() {
        let price = |times: &[u64]| {
            let mut process = PriceProcess::new(&knots(0.0), 9, "ETH", None);
            times.iter().map(|ms| process.advance(*ms)).last().unwrap()
        };
        let (over, through) = (price(&[2 * HOUR, 5 * HOUR + HOUR / 2]), price(&[5 * HOUR, 5 * HOUR + HOUR / 2]));
        assert!((over - through).abs() < 1e-9 && (over - libm::sqrt(400.0 * 50.3)).abs() < 1e-9, "{over}, {through}");
    }

    #[test]
    fn without_volatility_the_price_is_even_in_logs_however_long_the_steps() {
        for steps in [1, 8] {
            let mut process = PriceProcess::new(&knots(0.0), 9, "ETH", None);
            let price = (1..=steps).map(|i| process.advance(i * 3 * HOUR / steps)).last().unwrap();
            assert!((price - 200.0).abs() < 1e-9, "{price}");
        }
    }

    /// Half way, the variance of a bridge is sigma^2 T / 4. 40,000 paths: a standard error is 0.7 % of it, and a free Brownian
    /// motion would have twice as much, 140 standard errors away.
    #[test]
    fn half_way_the_variance_is_that_of_a_bridge_in_one_step_and_in_many() {
        for steps in [3, 24] {
            let ends = end_prices(40_000, 3 * HOUR, steps, &knots(2.0));
            let n = ends.len() as f64;
            let logs: Vec<f64> = ends.iter().map(|price| libm::log(price / 200.0)).collect();
            let variance = logs.iter().map(|x| x * x).sum::<f64>() / n;
            let expected = 4.0 * years(4 * HOUR) / 4.0;
            let error = expected * (2.0 / n).sqrt();
            let mean_error = (expected / n).sqrt();
            assert!((variance - expected).abs() < 4.0 * error, "{variance} in {steps} steps, expected {expected}");
            assert!((logs.iter().sum::<f64>() / n).abs() < 4.0 * mean_error, "a mean off the straight line");
            assert!((2.0 * expected - variance).abs() > 100.0 * error, "a free motion would have passed");
        }
    }
}
