//! Decimals in files, behind the feature `serde`.

use std::fmt;

use serde::{Deserialize, Deserializer, de};

use super::{Decimal, DecimalError};

impl<'de> Deserialize<'de> for Decimal {
    /// Accepts a string or an integer. A float is refused: its digits are not those that were written.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DecimalVisitor)
    }
}

struct DecimalVisitor;

impl de::Visitor<'_> for DecimalVisitor {
    type Value = Decimal;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a decimal in quotes, such as \"12.5\", or an integer")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Decimal, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_u64<E: de::Error>(self, whole: u64) -> Result<Decimal, E> {
        Ok(Decimal::from(u128::from(whole)))
    }

    fn visit_u128<E: de::Error>(self, whole: u128) -> Result<Decimal, E> {
        Ok(Decimal::from(whole))
    }

    fn visit_i64<E: de::Error>(self, whole: i64) -> Result<Decimal, E> {
        u64::try_from(whole)
            .map_or_else(|_| Err(E::custom(DecimalError::Negative(whole.to_string()))), |whole| self.visit_u64(whole))
    }

    fn visit_f64<E: de::Error>(self, float: f64) -> Result<Decimal, E> {
        Err(E::custom(format_args!("{float} is a float, which is not exact; write it in quotes: \"{float}\"")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_float_is_refused_with_advice() {
        assert_eq!(ron::from_str::<Decimal>("\"12.5\"").unwrap(), "12.5".parse().unwrap());
        assert_eq!(ron::from_str::<Decimal>("12").unwrap(), Decimal::from(12));
        let refused = ron::from_str::<Decimal>("12.5").unwrap_err().to_string();
        assert!(refused.contains("write it in quotes: \"12.5\""), "{refused}");
        assert!(ron::from_str::<Decimal>("-12").unwrap_err().to_string().contains("negative"));
    }
}
