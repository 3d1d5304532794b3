//! A time-weighted average.

use std::collections::VecDeque;

/// A price averaged over the time for which each value stood, as the cumulative prices of Uniswap v2 allow it.
#[derive(Debug, Clone, Default)]
pub(super) struct TimeWeighted {
    window_ms: u64,
    /// Moments, and the sum of price times milliseconds up to them; the first is at the window's beginning or before it.
    sums: VecDeque<(u64, f64)>,
}

impl TimeWeighted {
    pub(super) fn new(window_ms: u64) -> Self {
        Self { window_ms, sums: VecDeque::new() }
    }

    /// Takes in the price that stood from the last moment until `now_ms`, and returns the average over the window, or
    /// over all the time there was.
    pub(super) fn observe(&mut self, now_ms: u64, price: f64) -> f64 {
        let Some((last, sum)) = self.sums.back().copied() else {
            self.sums.push_back((now_ms, 0.0));
            return price;
        };
        if now_ms > last {
            self.sums.push_back((now_ms, sum + price * (now_ms - last) as f64));
        }
        let from = now_ms.saturating_sub(self.window_ms);
        while self.sums.get(1).is_some_and(|(moment, _)| *moment <= from) {
            self.sums.pop_front();
        }
        let ((first, before), (last, sum)) = (self.sums[0], self.sums[self.sums.len() - 1]);
        if last == first { price } else { (sum - before) / (last - first) as f64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_price_weighs_as_long_as_it_stood() {
        let mut average = TimeWeighted::new(100);
        let seen: Vec<f64> =
            [(0, 10.0), (50, 10.0), (100, 20.0), (150, 40.0), (250, 40.0)].map(|(ms, p)| average.observe(ms, p)).into();
        assert_eq!(seen, [10.0, 10.0, 15.0, 30.0, 40.0]);
    }

    #[test]
    fn a_spike_of_one_block_moves_it_by_its_share_of_the_window() {
        let mut average = TimeWeighted::new(600_000);
        for block in 0..100 {
            average.observe(block * 12_000, 1.0);
        }
        let moved = average.observe(100 * 12_000, 2.0);
        assert!((moved - 1.02).abs() < 1e-12, "{moved}");
    }
}
