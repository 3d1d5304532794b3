//! Amounts as people write them: exact decimals, never floats.

use std::{fmt, str::FromStr};

use thiserror::Error;

/// A decimal of at most 38 significant digits that is not negative, such as `12.5` or `1_000_000`.
///
/// Zeros that end the fraction are dropped, so equal numbers are equal values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Decimal {
    /// The number times ten to the power `scale`.
    pub(super) digits: u128,
    /// How many of the digits follow the point.
    pub(super) scale: u8,
}

/// Why a text is no decimal, or a decimal no amount of a token.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DecimalError {
    /// There is nothing to read.
    #[error("expected a number such as \"12.5\", found nothing")]
    Empty,
    /// The number has a minus sign.
    #[error("{0} is negative; amounts are not")]
    Negative(String),
    /// A character has no place there.
    #[error(
        "unexpected {found:?} at character {position} of {text:?}; expected a number such as \"12.5\" or \"1_000_000\""
    )]
    Character {
        /// The character.
        found: char,
        /// Where it is, from 1.
        position: usize,
        /// The whole text.
        text: String,
    },
    /// The text stops where a digit belongs.
    #[error("{0:?} ends where a digit is expected")]
    Unfinished(String),
    /// The digits do not fit 128 bits.
    #[error("{0} has more digits than the 38 that can be kept")]
    TooLong(String),
    /// The number is finer than the token's smallest unit.
    #[error("{number} has {written} decimals, the token {decimals}")]
    TooFine {
        /// The number.
        number: Decimal,
        /// Its decimals.
        written: u8,
        /// The token's decimals.
        decimals: u8,
    },
    /// The amount does not fit 128 bits in smallest units.
    #[error("{number} with {decimals} decimals is beyond the greatest amount, 2^128 - 1 smallest units")]
    BeyondU128 {
        /// The number.
        number: Decimal,
        /// The token's decimals.
        decimals: u8,
    },
}

impl Decimal {
    /// Returns this many whole tokens in smallest units of a token with `decimals` decimals, exactly.
    ///
    /// # Errors
    /// The number is finer than the token's smallest unit, or the amount is beyond `u128`.
    pub fn to_units(self, decimals: u8) -> Result<u128, DecimalError> {
        let Some(missing) = decimals.checked_sub(self.scale) else {
            return Err(DecimalError::TooFine { number: self, written: self.scale, decimals });
        };
        if self.digits == 0 {
            return Ok(0);
        }
        let units = 10_u128.checked_pow(missing.into()).and_then(|factor| self.digits.checked_mul(factor));
        units.ok_or(DecimalError::BeyondU128 { number: self, decimals })
    }

    /// Returns the value without the zeros that end its fraction.
    fn normalised(mut self) -> Self {
        while self.scale > 0 && self.digits.is_multiple_of(10) {
            self.digits /= 10;
            self.scale -= 1;
        }
        self
    }
}

impl From<u128> for Decimal {
    fn from(whole: u128) -> Self {
        Self { digits: whole, scale: 0 }
    }
}

impl FromStr for Decimal {
    type Err = DecimalError;

    /// Reads digits with at most one point; an underscore may stand between two digits.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() {
            return Err(DecimalError::Empty);
        }
        if text.starts_with('-') {
            return Err(DecimalError::Negative(text.to_owned()));
        }
        let (mut number, mut fraction, mut after_digit) = (Self::default(), false, false);
        for (index, found) in text.chars().enumerate() {
            match found {
                '0'..='9' => {
                    let longer = number.with_digit(found, fraction);
                    number = longer.ok_or_else(|| DecimalError::TooLong(text.to_owned()))?;
                }
                '.' if after_digit && !fraction => fraction = true,
                '_' if after_digit => {}
                _ => {
                    let (position, text) = (index + 1, text.to_owned());
                    return Err(DecimalError::Character { found, position, text });
                }
            }
            after_digit = found.is_ascii_digit();
        }
        if after_digit { Ok(number.normalised()) } else { Err(DecimalError::Unfinished(text.to_owned())) }
    }
}

impl Decimal {
    /// Returns the number with one more digit at its end, if it fits.
    fn with_digit(self, digit: char, fraction: bool) -> Option<Self> {
        let digit = digit.to_digit(10)?;
        let digits = self.digits.checked_mul(10)?.checked_add(digit.into())?;
        Some(Self { digits, scale: self.scale.checked_add(u8::from(fraction))? })
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = usize::from(self.scale);
        let digits = format!("{:0width$}", self.digits, width = scale + 1);
        match digits.split_at(digits.len() - scale) {
            (whole, "") => f.pad(whole),
            (whole, fraction) => f.pad(&format!("{whole}.{fraction}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn units(text: &str, decimals: u8) -> Result<u128, String> {
        let number: Decimal = text.parse().map_err(|error: DecimalError| error.to_string())?;
        number.to_units(decimals).map_err(|error| error.to_string())
    }

    #[test]
    fn whole_tokens_become_smallest_units() {
        assert_eq!(units("12.5", 18), Ok(12_500_000_000_000_000_000));
        assert_eq!(units("1_000_000", 6), Ok(1_000_000_000_000));
        assert_eq!(units("0.10", 1), Ok(1));
        assert_eq!(units("0", 77), Ok(0));
        assert_eq!(units("340282366920938463463.374607431768211455", 18), Ok(u128::MAX));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let message = |text, decimals| units(text, decimals).unwrap_err();
        assert_eq!(message("0.1234567", 6), "0.1234567 has 7 decimals, the token 6");
        assert_eq!(message("-3", 6), "-3 is negative; amounts are not");
        assert_eq!(message("12.", 6), "\"12.\" ends where a digit is expected");
        assert_eq!(message("", 6), "expected a number such as \"12.5\", found nothing");
        assert!(message("1e6", 6).starts_with("unexpected 'e' at character 2 of \"1e6\""));
        assert!(message("1__0", 6).starts_with("unexpected '_' at character 3"));
        assert!(message("1.2.3", 6).starts_with("unexpected '.' at character 4"));
        assert!(message("340282366920938463463374607431768211456", 0).contains("38"));
        assert!(message("340282366920938463464", 18).contains("beyond"));
    }

    proptest! {
        #[test]
        fn a_decimal_reads_back_as_it_prints(digits: u128, scale in 0u8..60) {
            let number = Decimal { digits, scale }.normalised();
            prop_assert_eq!(number.to_string().parse(), Ok(number));
        }
    }
}
