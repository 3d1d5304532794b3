//! Fixed point as the Aave contracts have it: wads, rays and percentages, every product and quotient rounded **half
//! up**.
//!
//! Equal to `WadRayMath` and `PercentageMath` of aave-v3-core 1.19.3. Each operation comes twice: on 128 bits, which
//! keeps 256 of the product, and as `wide` on 256 bits, which errs where the contract reverts. Where both can answer
//! they agree.

use super::{
    BPS, MathError, U256, WAD,
    mul_div::{bits, div_narrow},
};

/// The number one in fixed point with 27 decimals, the unit of interest rates and indices.
pub const RAY: u128 = 1_000_000_000_000_000_000_000_000_000;

/// Rays in a wad.
const RAY_PER_WAD: u128 = 1_000_000_000;

/// Returns `a * b` for a ray `b`, rounded **half up**.
///
/// # Errors
/// The product is wider than 128 bits.
#[inline]
pub fn ray_mul_half_up(a: u128, b: u128) -> Result<u128, MathError> {
    let (low, high) = a.carrying_mul(b, RAY / 2);
    div_by_ray_down(high, low)
}

/// Returns `a / b` as a ray, or `a` over a ray `b`, rounded **half up**.
///
/// # Errors
/// `b` is zero, or the quotient is wider than 128 bits.
#[inline]
pub fn ray_div_half_up(a: u128, b: u128) -> Result<u128, MathError> {
    div_half_up(a, RAY, b)
}

/// Returns `a * b` for a wad `b`, rounded **half up**.
///
/// # Errors
/// The product is wider than 128 bits.
#[inline]
pub fn wad_mul_half_up(a: u128, b: u128) -> Result<u128, MathError> {
    mul_half_up(a, b, WAD)
}

/// Returns `a / b` as a wad, or `a` over a wad `b`, rounded **half up**.
///
/// # Errors
/// `b` is zero, or the quotient is wider than 128 bits.
#[inline]
pub fn wad_div_half_up(a: u128, b: u128) -> Result<u128, MathError> {
    div_half_up(a, WAD, b)
}

/// Returns `percentage_bps` basis points of `value`, rounded **half up**.
///
/// # Errors
/// The product is wider than 128 bits.
#[inline]
pub fn percent_mul_half_up(value: u128, percentage_bps: u128) -> Result<u128, MathError> {
    mul_half_up(value, percentage_bps, BPS)
}

/// Returns that of which `value` is `percentage_bps` basis points, rounded **half up**.
///
/// # Errors
/// `percentage_bps` is zero, or the quotient is wider than 128 bits.
#[inline]
pub fn percent_div_half_up(value: u128, percentage_bps: u128) -> Result<u128, MathError> {
    div_half_up(value, BPS, percentage_bps)
}

/// Returns a ray as a wad, rounded **half up**.
#[inline]
pub fn ray_to_wad_half_up(ray: u128) -> u128 {
    ray / RAY_PER_WAD + u128::from(ray % RAY_PER_WAD >= RAY_PER_WAD / 2)
}

/// Returns a wad as a ray.
///
/// # Errors
/// The ray is wider than 128 bits.
#[inline]
pub fn wad_to_ray(wad: u128) -> Result<u128, MathError> {
    wad.checked_mul(RAY_PER_WAD).ok_or(MathError::TooWide { bits: bits(wad) + 29, fits: 128 })
}

/// Returns `a * b / one`, rounded **half up**.
#[inline]
fn mul_half_up(a: u128, b: u128, one: u128) -> Result<u128, MathError> {
    let (low, high) = a.carrying_mul(b, one / 2);
    div_down(high, low, one)
}

/// Returns `a * one / b`, rounded **half up**.
#[inline]
fn div_half_up(a: u128, one: u128, b: u128) -> Result<u128, MathError> {
    let (low, high) = a.carrying_mul(one, b / 2);
    div_down(high, low, b)
}

/// Returns `high:low / divisor`, rounded **down**.
#[inline]
fn div_down(high: u128, low: u128, divisor: u128) -> Result<u128, MathError> {
    if high < divisor {
        return Ok(div_narrow(high, low, divisor).0);
    }
    let width = high.checked_div(divisor).ok_or(MathError::DivisionByZero)?;
    Err(MathError::TooWide { bits: 128 + bits(width), fits: 128 })
}

/// Returns `high:low / RAY`, rounded **down**.
///
/// A ray is 2^27 times 5^27, and 5^27 fits a limb: what is shifted by 27 bits is divided by one limb, not by two.
#[inline]
fn div_by_ray_down(high: u128, low: u128) -> Result<u128, MathError> {
    const FIVES: u128 = RAY >> 27;
    if high >= RAY {
        return Err(MathError::TooWide { bits: 128 + bits(high / RAY), fits: 128 });
    }
    let (leading, last) = (high << 37 | low >> 91, low << 37 >> 64);
    if leading < FIVES {
        return Ok((leading << 64 | last) / FIVES);
    }
    let quotient_high = leading / FIVES;
    let rest = leading - quotient_high * FIVES;
    Ok((quotient_high << 64) + (rest << 64 | last) / FIVES)
}

/// The same operations on 256 bits: what a contract answers for any argument.
pub mod wide {
    use super::{BPS, MathError, RAY, RAY_PER_WAD, U256, WAD};

    /// Returns `a * b` for a ray `b`, rounded **half up**.
    ///
    /// # Errors
    /// The product and half a ray are wider than 256 bits.
    pub fn ray_mul_half_up(a: U256, b: U256) -> Result<U256, MathError> {
        mul_half_up(a, b, RAY)
    }

    /// Returns `a / b` as a ray, rounded **half up**.
    ///
    /// # Errors
    /// `b` is zero, or `a` as a ray and half of `b` are wider than 256 bits.
    pub fn ray_div_half_up(a: U256, b: U256) -> Result<U256, MathError> {
        div_half_up(a, RAY, b)
    }

    /// Returns `a * b` for a wad `b`, rounded **half up**.
    ///
    /// # Errors
    /// The product and half a wad are wider than 256 bits.
    pub fn wad_mul_half_up(a: U256, b: U256) -> Result<U256, MathError> {
        mul_half_up(a, b, WAD)
    }

    /// Returns `a / b` as a wad, rounded **half up**.
    ///
    /// # Errors
    /// `b` is zero, or `a` as a wad and half of `b` are wider than 256 bits.
    pub fn wad_div_half_up(a: U256, b: U256) -> Result<U256, MathError> {
        div_half_up(a, WAD, b)
    }

    /// Returns `percentage_bps` basis points of `value`, rounded **half up**.
    ///
    /// # Errors
    /// The product and half of the whole are wider than 256 bits.
    pub fn percent_mul_half_up(value: U256, percentage_bps: U256) -> Result<U256, MathError> {
        mul_half_up(value, percentage_bps, BPS)
    }

    /// Returns that of which `value` is `percentage_bps` basis points, rounded **half up**.
    ///
    /// # Errors
    /// `percentage_bps` is zero, or the dividend is wider than 256 bits.
    pub fn percent_div_half_up(value: U256, percentage_bps: U256) -> Result<U256, MathError> {
        div_half_up(value, BPS, percentage_bps)
    }

    /// Returns a ray as a wad, rounded **half up**.
    ///
    /// # Errors
    /// None is reachable: the wad is smaller than the ray.
    pub fn ray_to_wad_half_up(ray: U256) -> Result<U256, MathError> {
        let wad = ray.div_down(RAY_PER_WAD)?;
        let remainder = ray.checked_sub(wad.checked_mul(RAY_PER_WAD)?)?;
        if remainder < U256::from(RAY_PER_WAD / 2) { Ok(wad) } else { wad.checked_add(1) }
    }

    /// Returns a wad as a ray.
    ///
    /// # Errors
    /// The ray is wider than 256 bits.
    pub fn wad_to_ray(wad: U256) -> Result<U256, MathError> {
        wad.checked_mul(RAY_PER_WAD)
    }

    fn mul_half_up(a: U256, b: U256, one: u128) -> Result<U256, MathError> {
        a.checked_mul(b)?.checked_add(one / 2)?.div_down(one)
    }

    fn div_half_up(a: U256, one: u128, b: U256) -> Result<U256, MathError> {
        a.checked_mul(one)?.checked_add(b.div_down(2)?)?.div_down(b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// aave/aave-v3-core@724a9ef, `test-suites/wadraymath.spec.ts`: its two factors, its roundings of a ray and its
    /// widest arguments. The products are those of its reference, which divides integers of any width.
    #[test]
    fn answers_as_the_contracts_own_suite_expects() {
        let (a, b) = (134_534_543_232_342_353_231_234, 13_265_462_389_132_757_665_657);
        assert_eq!(wad_mul_half_up(a, b), Ok(1_784_662_923_287_792_467_070_443_765));
        assert_eq!(wad_div_half_up(a, b), Ok(10_141_715_327_055_228_122));
        assert_eq!(ray_mul_half_up(a, b), Ok(1_784_662_923_287_792_467));
        assert_eq!(ray_div_half_up(a, b), Ok(10_141_715_327_055_228_122_033_939_726));
        assert_eq!((wad_mul_half_up(0, b), ray_mul_half_up(a, 0)), (Ok(0), Ok(0)));
        assert_eq!(ray_div_half_up(a, 0), Err(MathError::DivisionByZero));
        let half = RAY_PER_WAD / 2;
        assert_eq!([RAY, RAY + half - 1, RAY + half].map(ray_to_wad_half_up), [WAD, WAD, WAD + 1]);
        assert_eq!(wad_to_ray(WAD), Ok(RAY));

        let most = U256::MAX.checked_sub(RAY / 2).unwrap().div_down(b).unwrap();
        assert!(wide::ray_mul_half_up(most, b.into()).is_ok());
        let more = most.checked_add(1).unwrap();
        assert_eq!(wide::ray_mul_half_up(more, b.into()), Err(MathError::TooWide { bits: 257, fits: 256 }));
        assert!(wide::wad_to_ray(U256::MAX.div_down(RAY_PER_WAD).unwrap().checked_add(1).unwrap()).is_err());
    }

    #[test]
    fn halves_go_up() {
        assert_eq!((percent_mul_half_up(1, 5_000), percent_mul_half_up(1, 4_999)), (Ok(1), Ok(0)));
        assert_eq!((percent_div_half_up(1, 20_000), percent_div_half_up(1, 20_001)), (Ok(1), Ok(0)));
        assert_eq!((ray_mul_half_up(1, RAY / 2), ray_mul_half_up(1, RAY / 2 - 1)), (Ok(1), Ok(0)));
    }

    /// Integers of every width, and those around multiples of a ray.
    fn any_width() -> impl Strategy<Value = u128> {
        prop_oneof![
            (any::<u128>(), 0u32..128).prop_map(|(value, shift)| value >> shift),
            (0u128..1 << 38, 0u128..3).prop_map(|(rays, more)| (rays * RAY + more).saturating_sub(1)),
        ]
    }

    /// Returns the wide answer, if it fits 128 bits.
    fn narrowed(answer: Result<U256, MathError>) -> Option<u128> {
        answer.and_then(U256::try_into_u128).ok()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn both_widths_agree(a in any_width(), b in any_width()) {
            let (x, y) = (U256::from(a), U256::from(b));
            prop_assert_eq!(ray_mul_half_up(a, b).ok(), narrowed(wide::ray_mul_half_up(x, y)));
            prop_assert_eq!(ray_div_half_up(a, b).ok(), narrowed(wide::ray_div_half_up(x, y)));
            prop_assert_eq!(wad_mul_half_up(a, b).ok(), narrowed(wide::wad_mul_half_up(x, y)));
            prop_assert_eq!(wad_div_half_up(a, b).ok(), narrowed(wide::wad_div_half_up(x, y)));
            prop_assert_eq!(percent_mul_half_up(a, b).ok(), narrowed(wide::percent_mul_half_up(x, y)));
            prop_assert_eq!(percent_div_half_up(a, b).ok(), narrowed(wide::percent_div_half_up(x, y)));
            prop_assert_eq!(Some(ray_to_wad_half_up(a)), narrowed(wide::ray_to_wad_half_up(x)));
            prop_assert_eq!(wad_to_ray(a).ok(), narrowed(wide::wad_to_ray(x)));
        }

        #[test]
        fn a_scaled_amount_survives_its_index(scaled: u64, index in RAY..100 * RAY) {
            let amount = ray_mul_half_up(scaled.into(), index).unwrap();
            prop_assert_eq!(ray_div_half_up(amount, index), Ok(scaled.into()));
        }
    }
}
