//! Exact numbers as floats, behind the feature `decisions`: for decisions and statistics, never for a balance.

use super::mul_div::{bits, div_narrow};
use super::{Decimal, MAX_SQRT_PRICE, MIN_SQRT_PRICE, RAY, Rad, Ray, SqrtPriceX96, U256, WAD};

const TWO_32: f64 = (1_u64 << 32) as f64;
const TWO_64: f64 = TWO_32 * TWO_32;

impl U256 {
    /// Returns the value as a float, off by less than one part in 2^51.
    #[inline]
    pub fn to_f64(self) -> f64 {
        let (high, low) = self.into_halves();
        high as f64 * (2.0 * (1_u128 << 127) as f64) + low as f64
    }
}

impl Ray {
    /// Returns the nearest float.
    #[inline]
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / RAY as f64
    }
}

impl Rad {
    /// Returns how many whole dai it is about.
    #[inline]
    pub fn to_f64(self) -> f64 {
        self.units().to_f64() / RAY as f64 / WAD as f64
    }
}

impl Decimal {
    /// Returns the nearest float.
    pub fn to_f64(self) -> f64 {
        units_to_f64(self.digits, self.scale)
    }
}

impl SqrtPriceX96 {
    /// Returns the price, smallest units of token 1 per smallest unit of token 0.
    pub fn to_price(self) -> f64 {
        let (high, low) = U256::from(self).into_halves();
        let root = (high as f64 * TWO_64 * TWO_64 + low as f64) / (TWO_64 * TWO_32);
        root * root
    }

    /// Returns the square root of a price that was decided in floats, if a pool can stand there.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "both casts are of whole numbers")]
    pub fn from_price(price: f64) -> Option<Self> {
        let root = price.sqrt() * TWO_32;
        if !(0.0..TWO_64 * TWO_32).contains(&root) {
            return None;
        }
        // In units of 2^-32 it is below 2^96; the bits of a float end 53 below its first.
        let upper = root as u128;
        let lower = ((root - upper as f64) * TWO_64) as u128;
        let square_root = Self::try_from(U256::from_halves(upper >> 64, upper << 64 | lower)).ok()?;
        (MIN_SQRT_PRICE..MAX_SQRT_PRICE).contains(&square_root).then_some(square_root)
    }
}

/// Returns `units` smallest units in whole tokens, as the **nearest** float.
///
/// # Panics
/// A token has at most 38 decimals.
pub fn units_to_f64(units: u128, decimals: u8) -> f64 {
    const EXACT_IN_F64: u128 = 1 << 53;
    let one = 10_u128.checked_pow(decimals.into()).expect("a token has at most 38 decimals");
    if units < EXACT_IN_F64 && decimals <= 22 {
        // Both sides are exact, so the division alone rounds.
        return units as f64 / one as f64;
    }
    // A quotient of at least 64 bits and one bit for all that is left: the conversion rounds once.
    let shift = (64 + bits(one)).saturating_sub(bits(units));
    let (high, low) = shifted(units, shift);
    let (quotient, remainder) = div_narrow(high, low, one);
    let scale = f64::from_bits(u64::from(1023 - shift) << 52);
    (quotient | u128::from(remainder > 0)) as f64 * scale
}

/// Returns `value << shift` as two halves; the result fits 256 bits.
fn shifted(value: u128, shift: u16) -> (u128, u128) {
    match shift {
        0 => (0, value),
        1..128 => (value >> (128 - shift), value << shift),
        _ => (value << (shift - 128), 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_float_says_about_how_many_dai_there_are() {
        assert!((Rad::from_wad(12_345 * WAD / 10).to_f64() - 1_234.5).abs() < 1e-9);
        assert!((Ray(RAY / 4).to_f64() - 0.25).abs() < 1e-15);
    }

    #[test]
    fn a_float_comes_back_as_it_was() {
        for decided in [1.0, 0.25, 4.0, 3_000e-12, 1e30, 1e-30] {
            let there = SqrtPriceX96::from_price(decided).unwrap().to_price();
            assert!((there / decided - 1.0).abs() < 1e-13, "{decided} became {there}");
        }
        assert_eq!(SqrtPriceX96::from_price(1.0), Some(SqrtPriceX96::ONE));
        for refused in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e39, 1e-39] {
            assert_eq!(SqrtPriceX96::from_price(refused), None, "{refused}");
        }
    }

    proptest! {
        #[test]
        fn a_float_is_near(high: u128, low: u128, shift in 0u32..=128) {
            let value = U256::from_halves(high.checked_shr(shift).unwrap_or(0), low);
            let nearest: f64 = value.to_string().parse().unwrap();
            prop_assert!((value.to_f64() - nearest).abs() <= nearest / (1_u64 << 51) as f64);
        }

        /// The standard library's parser is correctly rounded.
        #[test]
        fn whole_tokens_are_the_nearest_float(units: u128, shift in 0u32..128, decimals in 0u8..=38) {
            let units = units >> shift;
            let nearest: f64 = Decimal { digits: units, scale: decimals }.to_string().parse().unwrap();
            prop_assert_eq!(units_to_f64(units, decimals).to_bits(), nearest.to_bits());
        }
    }
}
