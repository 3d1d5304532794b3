//! What made a price, so that the parts sum to it exactly.
//!
//! Prices are rounded to multiples of one power of two, a 2^36th of the price at the start at most, before they are
//! compared. Differences and sums of such numbers are exact in `f64` up to 2^16 times that price, in whatever order.

use super::Causes;
use crate::output::cascade::Contributions;

/// Splits one watched price, block by block, into contributions that sum to it exactly.
#[derive(Debug, Clone, Copy)]
pub struct Contributed<'a> {
    causes: &'a Causes,
    watched: usize,
    /// Prices are rounded to multiples of this power of two, so that sums of them are exact.
    step: f64,
}

/// So many binary digits below the start price's first are kept.
const DIGITS: i32 = 36;

impl Causes {
    /// Returns the contributions to one of the watched prices, by its index in `Trace::watched`.
    pub fn of_price(&self, watched: usize) -> Contributed<'_> {
        let (_, exponent) = libm::frexp(self.run.start[watched]);
        Contributed { causes: self, watched, step: libm::ldexp(1.0, exponent - 1 - DIGITS) }
    }
}

impl Contributed<'_> {
    /// Returns what made the price after a block; before the first block where there is none.
    pub fn after(&self, block: Option<u64>) -> Contributions {
        let causes = self.causes;
        let at = |trace: &crate::accounts::trace::Trace| {
            let price = match block {
                Some(block) => trace.price(self.watched, block),
                None => trace.start[self.watched],
            };
            self.rounded(price)
        };
        let start = self.rounded(causes.run.start[self.watched]);
        let (price, counterfactual_0) = (at(&causes.run), at(causes.counterfactual(0)));
        let no_shock = causes.no_shock.as_ref().map_or(counterfactual_0, at);
        let prices: Vec<f64> = (0..=causes.depth).map(|g| at(causes.counterfactual(g))).collect();
        Contributions {
            price,
            counterfactual_0,
            start,
            rest: no_shock - start,
            shock: counterfactual_0 - no_shock,
            generations: prices.windows(2).map(|pair| pair[1] - pair[0]).collect(),
            deeper: price - prices[causes.depth],
        }
    }

    fn rounded(&self, price: f64) -> f64 {
        (price / self.step).round() * self.step
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        /// Whatever the prices, differences of rounded ones sum without a rest, in any order.
        #[test]
        fn rounded_prices_telescope_exactly(start in 1e-9_f64..1e9, falls in prop::collection::vec(0.0_f64..4.0, 2..9)) {
            let (_, exponent) = libm::frexp(start);
            let step = libm::ldexp(1.0, exponent - 1 - super::DIGITS);
            let rounded = |price: f64| (price / step).round() * step;
            let prices: Vec<f64> = falls.iter().map(|fall| rounded(start * fall)).collect();
            let mut parts: Vec<f64> = prices.windows(2).map(|pair| pair[1] - pair[0]).collect();
            let change = prices[prices.len() - 1] - prices[0];
            prop_assert_eq!(parts.iter().sum::<f64>().to_bits(), (change + 0.0).to_bits());
            parts.reverse();
            prop_assert_eq!(parts.iter().sum::<f64>().to_bits(), (change + 0.0).to_bits());
            for (price, fall) in prices.iter().zip(&falls) {
                prop_assert!((price - start * fall).abs() <= start * 1e-11);
            }
        }
    }
}
