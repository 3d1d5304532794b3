//! A recorded series, interpolated in log price between its rows.

use crate::market::series::Series;

/// A recorded series, and how far the run has come in it.
#[derive(Debug, Clone)]
pub(super) struct Replay {
    series: Series,
    /// The index of the first row later than the block.
    next: usize,
    /// The row behind, and what the log price rises by per microsecond from there.
    from: (i64, f64),
    log_price: f64,
    slope: f64,
}

impl Replay {
    pub(super) fn new(series: Series) -> Self {
        Self { series, next: 0, from: (0, 0.0), log_price: 0.0, slope: 0.0 }
    }

    /// Returns the price at `now_ms`: between two rows the log price is a straight line, after the last it stays.
    pub(super) fn advance(&mut self, now_ms: u64) -> f64 {
        let now_us = i64::try_from(now_ms).unwrap_or(i64::MAX).saturating_mul(1_000);
        let rows = self.series.rows();
        let passed = rows[self.next..].iter().take_while(|row| row.at_us <= now_us).count();
        if passed > 0 {
            self.next += passed;
            let behind = rows[self.next - 1];
            self.from = (behind.at_us, behind.price);
            self.log_price = libm::log(behind.price);
            self.slope = rows
                .get(self.next)
                .map_or(0.0, |ahead| (libm::log(ahead.price) - self.log_price) / (ahead.at_us - behind.at_us) as f64);
        }
        if now_us == self.from.0 || self.next == rows.len() {
            return self.from.1;
        }
        libm::exp(self.log_price + self.slope * (now_us - self.from.0) as f64)
    }
}
