//! Powers of numbers with 27 decimals, as Maker's contracts compound rates and let prices fall.

use super::{
    MathError, RAY,
    mul_div::{bits, div_narrow},
};

/// 2^190 / 10^27, rounded down: products below 2^190 are divided by multiplying with it.
const RECIPROCAL: u128 = 1_569_275_433_846_670_190_958_947_355_801;

/// Returns `base` to the power of `exponent`, both with 27 decimals, every product on the way rounded **half up**.
///
/// Equal to `rpow` of dss in `jug.sol`, `pot.sol` and `abaci.sol`. For a base of one or more the powers grow, so what
/// the contracts could still hold on the way, in 256 bits, would not leave a result that fits 128.
///
/// # Errors
/// A product is wider than 128 bits.
pub(super) fn rpow_half_up(base: u128, exponent: u64) -> Result<u128, MathError> {
    let (mut power, mut square, mut left) = (RAY, base, exponent);
    if left % 2 == 1 {
        power = base;
    }
    left /= 2;
    while left > 0 {
        square = mul_half_up(square, square)?;
        if left % 2 == 1 {
            power = mul_half_up(power, square)?;
        }
        left /= 2;
    }
    Ok(power)
}

/// Returns the product of two numbers with 27 decimals, rounded **half up**.
#[inline]
fn mul_half_up(a: u128, b: u128) -> Result<u128, MathError> {
    let (low, high) = a.carrying_mul(b, RAY / 2);
    div_by_ray_down(high, low)
}

/// Returns `high:low / 10^27`, rounded **down**.
///
/// Barrett's division: "Handbook of Applied Cryptography", algorithm 14.42. Below 2^190 the estimate is the quotient
/// or at most two less.
///
/// # Errors
/// The quotient is wider than 128 bits.
#[inline]
pub(super) fn div_by_ray_down(high: u128, low: u128) -> Result<u128, MathError> {
    if high >> 62 == 0 {
        let (product_low, product_high) = (high << 40 | low >> 88).carrying_mul(RECIPROCAL, 0);
        let estimate = product_high << 26 | product_low >> 102;
        let rest = low.wrapping_sub(estimate.wrapping_mul(RAY));
        return Ok(estimate + u128::from(rest >= RAY) + u128::from(rest >= 2 * RAY));
    }
    if high < RAY {
        return Ok(div_narrow(high, low, RAY).0);
    }
    Err(MathError::TooWide { bits: 128 + bits(high / RAY), fits: 128 })
}

#[cfg(test)]
mod tests {
    use super::super::U256;
    use super::*;
    use proptest::prelude::*;

    /// The contracts' steps in 256 bits.
    fn step_by_step(base: u128, exponent: u64) -> Result<u128, MathError> {
        let times = |a: U256, b: U256| -> Result<U256, MathError> {
            let (a, b) = (a.try_into_u128()?, b.try_into_u128()?);
            U256::product(a, b).checked_add(RAY / 2)?.div_down(RAY)
        };
        let (mut square, mut left) = (U256::from(base), exponent / 2);
        let mut power = if exponent % 2 == 1 { square } else { U256::from(RAY) };
        while left > 0 {
            square = times(square, square)?;
            if left % 2 == 1 {
                power = times(power, square)?;
            }
            left /= 2;
        }
        power.try_into_u128()
    }

    /// makerdao/dss@fa4f663, src/test/jug.t.sol, `test_rpow`: ten decimals are promised.
    #[test]
    fn the_power_of_the_test_suite() {
        let power = rpow_half_up(1_000_234_891_009_084_238_901_289_093, 3_724).unwrap();
        assert_eq!(power / 10_u128.pow(17), 2_397_991_232_255_757_000_000_000_000 / 10_u128.pow(17));
    }

    #[test]
    fn nothing_to_the_power_of_nothing_is_one() {
        assert_eq!(rpow_half_up(0, 0), Ok(RAY));
        assert_eq!(rpow_half_up(0, 5), Ok(0));
        assert_eq!(rpow_half_up(7, 0), Ok(RAY));
        assert_eq!(rpow_half_up(u128::MAX, 1), Ok(u128::MAX));
        assert!(matches!(rpow_half_up(u128::MAX, 2), Err(MathError::TooWide { .. })));
    }

    /// Rounding down on the way, as a plain `rmul` does, gives another rate after a day.
    #[test]
    fn rounding_down_on_the_way_is_another_power() {
        let (duty, day) = (1_000_000_000_627_937_192_491_029_810, 86_400);
        let half_up = rpow_half_up(duty, day).unwrap();
        let (mut power, mut square, mut left) = (RAY, duty, day);
        while left > 0 {
            let times = |a: u128, b: u128| U256::product(a, b).div_down(RAY).unwrap().try_into_u128().unwrap();
            if left % 2 == 1 {
                power = times(power, square);
            }
            square = times(square, square);
            left /= 2;
        }
        assert!(power < half_up, "{power} and {half_up}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn a_quotient_by_a_ray_is_exact(high: u128, low: u128, shift in 0u32..128) {
            let high = high >> shift;
            let exact = U256::from_halves(high, low).div_down(RAY).and_then(U256::try_into_u128);
            prop_assert_eq!(div_by_ray_down(high, low), exact);
        }

        #[test]
        fn a_quotient_next_to_a_whole_one_is_exact(quotient in 0u128..1 << 100, off in 0u128..4) {
            let product = U256::product(quotient, RAY).checked_add(off).unwrap();
            let (high, low) = product.checked_sub(product.min(U256::from(2))).unwrap().into_halves();
            let exact = U256::from_halves(high, low).div_down(RAY).and_then(U256::try_into_u128);
            prop_assert_eq!(div_by_ray_down(high, low), exact);
        }

        #[test]
        fn a_power_is_what_the_contracts_compute(
            base in prop_oneof![0..2 * RAY, RAY - (1 << 70)..RAY + (1 << 70)],
            exponent in (any::<u64>(), 20u32..64).prop_map(|(exponent, shift)| exponent >> shift),
        ) {
            prop_assert_eq!(rpow_half_up(base, exponent).ok(), step_by_step(base, exponent).ok());
        }
    }
}
