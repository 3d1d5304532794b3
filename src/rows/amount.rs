//! Exact amounts as cells.

use super::csv::{Cell, Line};
use crate::math::units_to_f64;

/// An exact amount of a token. Its column is in whole tokens, as the shortest decimal that reads back to the `f64`
/// nearest to it; under `--exact` a second column holds the smallest units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amount {
    /// Smallest units.
    pub units: u128,
    /// Decimals of the token.
    pub decimals: u8,
}

impl Amount {
    /// Returns the `f64` nearest to the amount in whole tokens.
    pub fn whole_tokens(self) -> f64 {
        units_to_f64(self.units, self.decimals)
    }
}

impl Cell for Amount {
    const HAS_UNITS: bool = true;

    fn write(&self, exact: bool, line: &mut Line) {
        line.float(self.whole_tokens());
        if exact {
            line.integer(self.units);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_tokens_are_the_shortest_decimals() {
        for (units, decimals, text) in [
            (0, 18, "0"),
            (10_u128.pow(17), 18, "0.1"),
            (1_000_000_100_000_000_000_000_000, 18, "1000000.1"),
            (1_234_567, 6, "1.234567"),
            (7, 0, "7"),
            (u128::MAX, 18, "3.402823669209385e+20"),
        ] {
            let mut line = Line::default();
            Amount { units, decimals }.write(true, &mut line);
            let expected = format!("{text},{units},");
            assert_eq!(std::str::from_utf8(line.as_bytes()).unwrap(), expected);
        }
    }
}
