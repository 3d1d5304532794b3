//! From a price, which is a float, to a fraction of integers, by which amounts are exchanged exactly.

use plimsoll_math::{mul_div_down, mul_div_up};

use super::VenueError;

/// Which way a price is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Towards {
    /// Down, against a seller.
    Less,
    /// Up, against a buyer.
    More,
}

/// Units of the numeraire per unit of the token, as a fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rate {
    numerator: u128,
    denominator: u128,
}

impl Rate {
    /// The rate at `price` whole numeraires per whole token, to 18 digits behind the point, or more for prices below a
    /// millionth, where 18 would leave too few.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be within a u128's range")]
    pub(super) fn new(price: f64, decimals: u8, numeraire_decimals: u8, towards: Towards) -> Result<Self, VenueError> {
        let (token, numeraire) = (i32::from(decimals), i32::from(numeraire_decimals));
        let wanted = if price < 1e-6 { 36 } else { 18 };
        let digits = wanted.clamp((numeraire - token).max(0), (38 + numeraire - token).min(38));
        let scaled = price * power_of_ten(digits) as f64;
        let rounded = match towards {
            Towards::Less => scaled.floor(),
            Towards::More => scaled.ceil(),
        };
        if !(price > 0.0 && rounded < 1.7e38) {
            return Err(VenueError::PriceOutOfRange { price });
        }
        Ok(Self { numerator: rounded as u128, denominator: power_of_ten(digits + token - numeraire) })
    }

    /// Returns what `units` of the token are worth in units of the numeraire, rounded down.
    pub(super) fn worth_down(self, units: u128) -> Result<u128, VenueError> {
        mul_div_down(units, self.numerator, self.denominator).map_err(|_| VenueError::AmountOutOfRange { units })
    }

    /// Returns what `units` of the token are worth in units of the numeraire, rounded up.
    pub(super) fn worth_up(self, units: u128) -> Result<u128, VenueError> {
        mul_div_up(units, self.numerator, self.denominator).map_err(|_| VenueError::AmountOutOfRange { units })
    }

    /// Returns how many units of the token `units` of the numeraire are worth, rounded down.
    pub(super) fn tokens_down(self, units: u128) -> Result<u128, VenueError> {
        mul_div_down(units, self.denominator, self.numerator).map_err(|_| VenueError::AmountOutOfRange { units })
    }
}

fn power_of_ten(exponent: i32) -> u128 {
    10_u128.pow(u32::try_from(exponent).expect("the digits are chosen so that the fraction's powers are whole"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_prices_are_exact_in_any_decimals() {
        for (price, decimals, numeraire_decimals, units, worth) in [
            (2_000.0, 18, 6, 10_u128.pow(18), 2_000_000_000),
            (2_000.0, 18, 18, 3, 6_000),
            (0.5, 6, 18, 1, 500_000_000_000),
            (1.0, 0, 22, 2, 2 * 10_u128.pow(22)),
            (1.0, 36, 0, 3 * 10_u128.pow(36), 3),
            (30_000.0, 8, 6, 100_000_000, 30_000_000_000),
        ] {
            for towards in [Towards::Less, Towards::More] {
                let rate = Rate::new(price, decimals, numeraire_decimals, towards).unwrap();
                assert_eq!(rate.worth_down(units), Ok(worth), "{price}, {decimals}, {numeraire_decimals}");
                assert_eq!(rate.worth_up(units), Ok(worth), "{price}, {decimals}, {numeraire_decimals}");
                assert_eq!(rate.tokens_down(worth), Ok(units), "{price}, {decimals}, {numeraire_decimals}");
            }
        }
    }

    #[test]
    fn the_smallest_prices_keep_their_digits() {
        let rate = Rate::new(1.234_567_890_123e-12, 18, 6, Towards::Less).unwrap();
        let worth = rate.worth_down(10_u128.pow(36)).unwrap();
        assert!((worth as f64 / 1.234_567_890_123e12 - 1.0).abs() < 1e-11, "{worth}");
    }

    #[test]
    fn a_price_beyond_integers_is_refused() {
        for price in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e30] {
            assert!(
                matches!(Rate::new(price, 18, 6, Towards::More), Err(VenueError::PriceOutOfRange { .. })),
                "{price}"
            );
        }
        let rate = Rate::new(1e15, 6, 18, Towards::Less).unwrap();
        assert_eq!(rate.worth_down(u128::MAX), Err(VenueError::AmountOutOfRange { units: u128::MAX }));
    }
}
