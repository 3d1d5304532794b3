//! Ranges of liquidity: room between ticks that exist.

use plimsoll_math::{MAX_TICK, MIN_TICK};

use super::Check;
use crate::chain::range::RangeParams;
use crate::reader::piece::Node;

impl Check<'_> {
    /// Adds an error unless a range of ticks is on the spacing and has room in it.
    pub fn range(&mut self, node: Node, range: RangeParams, spacing: i32) {
        match range {
            RangeParams::Full => {}
            RangeParams::Prices(lower, upper) => {
                if !(lower > 0.0 && upper.is_finite()) || lower >= upper {
                    let message = format!("no liquidity lies between {lower} and {upper}");
                    self.error(node.place(), message, "expected two prices above 0, the lower one first");
                } else if libm::log(upper / lower) / libm::log(1.0001) < f64::from(spacing) {
                    let message = format!("there is no tick of the pool's spacing between {lower} and {upper}");
                    let width = libm::pow(1.0001, f64::from(spacing)) - 1.0;
                    let expected = format!("expected prices at least {:.2} % apart, {spacing} ticks", width * 100.0);
                    self.error(node.place(), message, expected);
                }
            }
            RangeParams::Ticks(lower, upper) => {
                if lower >= upper {
                    let message = format!("a range from tick {lower} to tick {upper} has no width");
                    self.error(node.place(), message, "expected the lower tick first");
                }
                for (place, tick) in [(0, lower), (1, upper)] {
                    if tick % spacing != 0 {
                        let message = format!("tick {tick} is no multiple of {spacing}, the pool's spacing");
                        let below = tick.div_euclid(spacing) * spacing;
                        let expected = format!("expected {below} or {}", below.saturating_add(spacing));
                        self.error(node.nth(place).place(), message, expected);
                    } else if !(MIN_TICK..=MAX_TICK).contains(&tick) {
                        let message = format!("tick {tick} is beyond the outermost");
                        self.error(node.nth(place).place(), message, format!("expected {MIN_TICK} to {MAX_TICK}"));
                    }
                }
            }
            RangeParams::Factor(factor) => {
                let least = libm::pow(1.0001, f64::from(spacing) / 2.0);
                if factor.is_nan() || factor <= least || !factor.is_finite() {
                    let message = format!("a range of a factor {factor} has no width");
                    self.error(node.place(), message, format!("expected more than {least:.5}"));
                }
            }
        }
    }
}
