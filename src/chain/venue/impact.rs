//! How net flow moves the log price, and what a trade pays on average on its way.
//!
//! A trade fills along its own path: with net flow `Q` before it and `Q + q` after it, its price is the mean of
//! `exp(impact(u))` for `u` from `Q` to `Q + q`. So a trade in two pieces costs what it costs in one, and a way there and
//! back costs nothing but fees. The means are in closed form, stable for the smallest trades.
//!
//! Linear impact over depth is Kyle's (1985); the square root of flow over volume is the empirical law of meta-orders
//! (Almgren et al. 2005; Toth et al. 2011).

/// The greatest move of the log price that is quoted: a factor of 6e27 either way.
const FARTHEST: f64 = 64.0;

/// The series of `(h exp(h) - expm1(h)) / h^2`: the coefficient of `h^k` is `(k + 1) / (k + 2)!`.
const SERIES: [f64; 10] = [
    1.0 / 2.0,
    1.0 / 3.0,
    1.0 / 8.0,
    1.0 / 30.0,
    1.0 / 144.0,
    1.0 / 840.0,
    1.0 / 5_760.0,
    1.0 / 45_360.0,
    1.0 / 403_200.0,
    1.0 / 3_991_680.0,
];

/// The law of a venue. Flows are in depths: positive is bought, and raises the price.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Law {
    None,
    Linear,
    SquareRoot { coefficient: f64 },
}

impl Law {
    /// Returns what net flow `flow` adds to the log price.
    pub(super) fn log_price(self, flow: f64) -> f64 {
        match self {
            Self::None => 0.0,
            Self::Linear => flow,
            Self::SquareRoot { coefficient } => (coefficient * flow.abs().sqrt()).copysign(flow),
        }
    }

    /// Returns the mean factor on the price while net flow moves from `flow` by `traded`; `None` if an end is too far.
    pub(super) fn average(self, flow: f64, traded: f64) -> Option<f64> {
        let (here, there) = (self.log_price(flow), self.log_price(flow + traded));
        if !(here.abs() <= FARTHEST && there.abs() <= FARTHEST) {
            return None;
        }
        Some(match self {
            Self::None => 1.0,
            Self::Linear => libm::exp(here) * expm1_over(traded),
            Self::SquareRoot { .. } if here * there < 0.0 => {
                let far = flow + traded;
                (flow.abs() * mean_from_zero(here) + far.abs() * mean_from_zero(there)) / (flow.abs() + far.abs())
            }
            Self::SquareRoot { coefficient } => square_root_average(coefficient, here, there, traded.abs()),
        })
    }

    /// Returns the mean factor on the price of a purchase that spends `spent`, in depths at the price without impact;
    /// `None` if the price would go too far.
    pub(super) fn average_of_spending(self, flow: f64, spent: f64) -> Option<f64> {
        let here = libm::exp(self.log_price(flow));
        match self {
            Self::None => Some(1.0),
            Self::Linear => {
                let moved = libm::log1p(spent / here);
                self.average(flow, moved).map(|_| if moved > 0.0 { spent / moved } else { here })
            }
            Self::SquareRoot { coefficient } => {
                // A hair inside, so that rounding does not put it outside.
                let edge = FARTHEST * (1.0 - 1e-12) / coefficient;
                self.bought_with(flow, spent, (spent / here).min(edge * edge - flow))
            }
        }
    }

    /// Newton's method from `most`, which is no less than what `spent` buys: the cost is convex, so every step stays above
    /// the answer, and the price found is never better than exact by more than rounding.
    fn bought_with(self, flow: f64, spent: f64, most: f64) -> Option<f64> {
        let mut bought = most;
        let mut average = self.average(flow, bought)?;
        if bought * average < spent * (1.0 - f64::EPSILON) {
            return None;
        }
        for _ in 0..128 {
            let excess = bought * average - spent;
            let step = excess / libm::exp(self.log_price(flow + bought));
            if step <= bought * 4.0 * f64::EPSILON {
                break;
            }
            bought -= step;
            average = self.average(flow, bought)?;
        }
        Some(average)
    }
}

/// The mean of `exp(x)` over a flow from `here` to `there`, log prices of one sign, under the square-root law.
///
/// With `n` the nearer to zero, `h` the way from there to the other and flow going as `x^2`, the mean is
/// `2 / (h (2n + h))` times the integral of `x exp(x)` from `n` to `n + h`, which is
/// `exp(n) (n expm1(h) + h exp(h) - expm1(h))`: a sum of terms of one sign.
fn square_root_average(coefficient: f64, here: f64, there: f64, traded: f64) -> f64 {
    let (near, far) = if here.abs() <= there.abs() { (here, there) } else { (there, here) };
    let width = coefficient * coefficient * traded / (near.abs() + far.abs());
    let h = width.copysign(far);
    if !width.is_finite() || width == 0.0 {
        return libm::exp(near);
    }
    libm::exp(near) * (near * expm1_over(h) + h * x_exp_integral_over_square(h)) / (near + 0.5 * h)
}

/// Returns the mean of `exp` over the flow from none to that which moves the log price to `x`, under the square-root law.
fn mean_from_zero(x: f64) -> f64 {
    2.0 * x_exp_integral_over_square(x)
}

/// Returns `(exp(h) - 1) / h`.
fn expm1_over(h: f64) -> f64 {
    if h == 0.0 { 1.0 } else { libm::expm1(h) / h }
}

/// Returns the integral of `x exp(x)` from 0 to `h` over `h^2`: `(h exp(h) - expm1(h)) / h^2`, by its series near 0, where
/// the difference would lose its digits.
fn x_exp_integral_over_square(h: f64) -> f64 {
    if h.abs() > 0.125 {
        return (h * libm::exp(h) - libm::expm1(h)) / (h * h);
    }
    SERIES.iter().rev().fold(0.0, |sum, coefficient| sum * h + coefficient)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mean by the midpoint rule over the log price: independent of the closed forms.
    fn numerically(law: Law, flow: f64, traded: f64) -> f64 {
        let n = 2_000_000;
        let step = traded / f64::from(n);
        (0..n).map(|i| libm::exp(law.log_price(flow + (f64::from(i) + 0.5) * step))).sum::<f64>() / f64::from(n)
    }

    const LAWS: [Law; 2] = [Law::Linear, Law::SquareRoot { coefficient: 0.7 }];

    #[test]
    fn the_closed_forms_are_the_means_over_the_path() {
        for law in LAWS {
            for (flow, traded) in
                [(0.0, 0.5), (0.0, -0.5), (2.0, 1.0), (-2.0, -1.0), (-2.0, 1.5), (1.0, -4.0), (-1.0, 3.0)]
            {
                let (closed, summed) = (law.average(flow, traded).unwrap(), numerically(law, flow, traded));
                assert!(
                    (closed / summed - 1.0).abs() < 1e-8,
                    "{law:?} from {flow} by {traded}: {closed}, summed {summed}"
                );
            }
        }
    }

    /// Means over two pieces, weighted, are the mean over both: down to pieces of a trillionth of the flow.
    #[test]
    fn the_smallest_trades_keep_their_digits() {
        for law in LAWS {
            for flow in [0.0, 1e-9, 0.3, -0.3, 5.0, -5.0] {
                for traded in [1e-30, 1e-15, 1e-9, 1e-3, 0.5] {
                    let mean = law.average(flow, traded).unwrap();
                    let (low, high) = (libm::exp(law.log_price(flow)), libm::exp(law.log_price(flow + traded)));
                    let inside = low * (1.0 - 1e-14) <= mean && mean <= high * (1.0 + 1e-14);
                    assert!(inside, "{law:?} from {flow} by {traded}: {mean} is not between {low} and {high}");
                }
            }
        }
    }

    #[test]
    fn the_series_meets_the_closed_form_where_it_ends() {
        for h in [0.125_f64, -0.125] {
            let closed = (h * libm::exp(h) - libm::expm1(h)) / (h * h);
            assert!((x_exp_integral_over_square(h) / closed - 1.0).abs() < 4e-15, "{h}");
        }
        assert!((mean_from_zero(0.0) - 1.0).abs() < 1e-16);
    }

    #[test]
    fn spending_buys_what_costs_as_much() {
        for law in LAWS {
            for flow in [0.0, 0.4, -0.4, 3.0, -3.0] {
                for spent in [1e-12, 1e-3, 0.5, 4.0, 1e9] {
                    let average = law.average_of_spending(flow, spent).unwrap();
                    let cost = spent / average * law.average(flow, spent / average).unwrap();
                    assert!((cost / spent - 1.0).abs() < 1e-13, "{law:?} at {flow}: {spent} spent, {cost} worth");
                }
            }
        }
    }

    #[test]
    fn a_price_too_far_is_refused() {
        for law in LAWS {
            assert_eq!(law.average(0.0, 1e5), None);
            assert_eq!(law.average(0.0, -1e5), None);
            assert_eq!(law.average(f64::NAN, 1.0), None);
            assert_eq!(law.average_of_spending(0.0, 1e60), None);
        }
    }
}
