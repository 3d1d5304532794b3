//! Exact amounts as cells.

use plimsoll_math::units_to_f64;

use super::csv::{Cell, Line, shortest};

/// An exact amount of a token. Its column is in whole tokens, as the shortest decimal that reads back to the `f64`
/// nearest to it; under `--exact` a second column holds the smallest units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amount {
    /// In smallest units.
    pub units: u128,
    /// The token's: a whole token has `10^decimals` smallest units.
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

/// Amounts of several tokens in one cell: `ETH 1.25; WBTC 0.5`, each as [`Amount`] writes it. Missing where there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Amounts<'a>(pub Vec<(&'a str, Amount)>);

impl Cell for Amounts<'_> {
    const HAS_UNITS: bool = true;

    fn write(&self, exact: bool, line: &mut Line) {
        let joined = |text: &dyn Fn(Amount) -> String| {
            self.0.iter().map(|(symbol, amount)| format!("{symbol} {}", text(*amount))).collect::<Vec<_>>().join("; ")
        };
        line.text(&joined(&|amount| shortest(amount.whole_tokens())));
        if exact {
            line.text(&joined(&|amount| amount.units.to_string()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_of_several_tokens_stand_in_one_cell() {
        let amounts = Amounts(vec![
            ("ETH", Amount { units: 1_250_000_000_000_000_000, decimals: 18 }),
            ("WBTC", Amount { units: 50_000_000, decimals: 8 }),
        ]);
        let mut line = Line::default();
        amounts.write(true, &mut line);
        Amounts::default().write(true, &mut line);
        let expected = "ETH 1.25; WBTC 0.5,ETH 1250000000000000000; WBTC 50000000,,,";
        assert_eq!(std::str::from_utf8(line.as_bytes()).unwrap(), expected);
    }

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
