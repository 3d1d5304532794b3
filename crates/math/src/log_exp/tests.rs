//! The published cases, the plain version, and real logarithms.

use proptest::prelude::*;

use super::*;

/// Returns a whole number with 18 decimals.
fn whole(number: u128) -> U256 {
    U256::product(number, ONE_18)
}

/// Returns a magnitude with its sign.
fn signed((negative, magnitude): (bool, U256)) -> i128 {
    let magnitude = i128::try_from(magnitude.try_into_u128().unwrap()).unwrap();
    if negative { -magnitude } else { magnitude }
}

/// balancer-v2-monorepo@d9c1c837, pkg/solidity-utils/test/LogExpMath.test.ts.
#[test]
fn answers_the_published_cases() {
    let ten = U256::from(10);
    for base in [U256::ZERO, U256::from(1), ten] {
        assert_eq!(pow(base, U256::ZERO), Ok(whole(1)));
    }
    for exponent in [U256::from(1), ten] {
        assert_eq!(pow(U256::ZERO, exponent), Ok(U256::ZERO));
        let power = pow(U256::from(1), exponent).unwrap().try_into_u128().unwrap();
        assert!(power.abs_diff(ONE_18) <= 1_000_000, "{power}");
    }
    let power = pow(whole(2), whole(4)).unwrap().try_into_u128().unwrap();
    assert!(power.abs_diff(16 * ONE_18) <= 16_000_000, "{power}");

    let base = U256::from_halves(1 << 127, 0);
    assert_eq!(pow(base, U256::from(1)), Err(LogExpError::BaseTooWide { base }));
    let exponent = U256::from_halves(1 << 126, 0).div_down(ONE_20).unwrap();
    assert_eq!(pow(U256::from(1), exponent), Err(LogExpError::ExponentTooWide { exponent }));
}

#[test]
fn refuses_what_lies_out_of_bounds() {
    for exponent in [-41 * ONE_18.cast_signed() - 1, 130 * ONE_18.cast_signed() + 1, i128::MIN, i128::MAX] {
        assert_eq!(exp(exponent), Err(LogExpError::InvalidExponent { exponent }));
    }
    for argument in [U256::ZERO, U256::from_halves(1 << 127, 0), U256::MAX] {
        assert_eq!(ln(argument), Err(LogExpError::OutOfBounds { argument }));
        assert_eq!(log(argument, whole(2)), Err(LogExpError::OutOfBounds { argument }));
        assert_eq!(log(whole(2), argument), Err(LogExpError::OutOfBounds { argument }));
    }
    assert_eq!(log(whole(2), whole(1)), Err(LogExpError::Math(MathError::DivisionByZero)));
    let (base, exponent) = (U256::from(1_487_039_242_303), whole(4));
    assert_eq!(pow(base, exponent), Err(LogExpError::ProductOutOfBounds { base, exponent }));
    let (base, exponent) = (whole(3), U256::from_halves(1 << 50, 0));
    assert_eq!(pow(base, exponent), Err(LogExpError::ProductOutOfBounds { base, exponent }));
}

/// Every exponent at which a step of the exponential begins, and both ends.
#[test]
fn equals_the_plain_version_where_its_branches_meet() {
    let steps = POWERS.map(|(exponent, _)| exponent / 100);
    let sums = (0..1u32 << 8).map(|set| (0..8).filter(|n| set >> n & 1 == 1).map(|n| steps[n]).sum::<u128>());
    let more = [42 * ONE_18, 64 * ONE_18, 106 * ONE_18, 128 * ONE_18, 130 * ONE_18, 41 * ONE_18];
    for exponent in sums.chain(more).flat_map(|exponent| [exponent.saturating_sub(1), exponent, exponent + 1]) {
        for negative in [false, true] {
            let signed = if negative { -exponent.cast_signed() } else { exponent.cast_signed() };
            assert_eq!(exp(signed).ok(), reference::exp(negative, U256::from(exponent)), "{signed}");
        }
    }
    let powers = POWERS.map(|(_, power)| U256::from(power / 100));
    let whole_powers = whole_powers().map(|(_, power)| power.checked_mul(ONE_18).unwrap());
    let more = [1, 9 * ONE_18 / 10, ONE_18, 11 * ONE_18 / 10, u128::MAX / 100, u128::MAX].map(U256::from);
    for argument in powers.into_iter().chain(whole_powers).chain(more) {
        for argument in [argument.checked_sub(1).unwrap(), argument, argument.checked_add(1).unwrap()] {
            assert_eq!(ln(argument).ok(), reference::ln(argument).map(signed), "{argument}");
        }
    }
}

/// Integers of every width.
fn any_width() -> impl Strategy<Value = U256> {
    (any::<u128>(), any::<u128>(), 0u32..256).prop_map(|(high, low, shift)| match shift {
        0..128 => U256::from_halves(high >> shift, low),
        _ => U256::from(low >> (shift - 128)),
    })
}

/// Numbers between 0.85 and 1.15, around which the precise logarithm begins and ends.
fn near_one() -> impl Strategy<Value = U256> {
    (85 * ONE_18 / 100..115 * ONE_18 / 100).prop_map(U256::from)
}

fn base() -> impl Strategy<Value = U256> {
    prop_oneof![any_width(), near_one(), (1..40 * ONE_18).prop_map(U256::from)]
}

/// Exponents as pools have them, and all others.
fn exponent() -> impl Strategy<Value = U256> {
    prop_oneof![
        (0..100 * ONE_18).prop_map(U256::from),
        (0..4 * ONE_18).prop_map(U256::from),
        (0..2 * ONE_18).prop_map(U256::from),
        any_width(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn the_exponential_equals_the_plain_version(exponent in 0..131 * ONE_18, negative: bool) {
        let signed = if negative { -exponent.cast_signed() } else { exponent.cast_signed() };
        prop_assert_eq!(exp(signed).ok(), reference::exp(negative, U256::from(exponent)));
    }

    #[test]
    fn the_logarithm_equals_the_plain_version(argument in base()) {
        prop_assert_eq!(ln(argument).ok(), reference::ln(argument).map(signed));
    }

    #[test]
    fn the_logarithm_to_a_base_equals_the_plain_version(argument in base(), to in base()) {
        prop_assert_eq!(log(argument, to).ok(), reference::log(argument, to).map(signed));
    }

    #[test]
    fn the_power_equals_the_plain_version(base in base(), exponent in exponent()) {
        prop_assert_eq!(pow(base, exponent).ok(), reference::pow(base, exponent));
    }

    #[test]
    fn a_division_by_multiplication_equals_the_division(n in 1usize..13, value: u128, shift in 0u32..128, below in 0u128..3) {
        let (value, divisor) = (value >> shift, ONE_20 * n as u128);
        let multiple = (value / divisor * divisor).wrapping_sub(below);
        for value in [value, multiple, u128::MAX - value] {
            prop_assert_eq!(over_one_20_times(n, value), value / divisor);
        }
    }

    #[test]
    fn powers_are_those_of_real_numbers(base in ONE_18 / 2..10 * ONE_18, exponent in 0..10 * ONE_18) {
        let real = libm::pow(base as f64 / 1e18, exponent as f64 / 1e18);
        let exact = pow(U256::from(base), U256::from(exponent)).unwrap().try_into_u128().unwrap() as f64 / 1e18;
        prop_assert!((exact - real).abs() <= real * 1e-14 + 2e-18, "{exact} {real}");
    }

    /// The result has 18 decimals, so a small one has few digits.
    #[test]
    fn exponentials_are_those_of_real_numbers(exponent in -41 * ONE_18.cast_signed()..=130 * ONE_18.cast_signed()) {
        let real = libm::exp(exponent as f64 / 1e18);
        let exact: f64 = exp(exponent).unwrap().to_string().parse().unwrap();
        prop_assert!((exact / 1e18 - real).abs() <= real * 1e-13 + 2e-18, "{exact} {real}");
    }

    #[test]
    fn logarithms_are_those_of_real_numbers(argument in base()) {
        prop_assume!(argument > U256::ZERO && argument < U256::from_halves(1 << 127, 0));
        let real = libm::log(argument.to_string().parse::<f64>().unwrap() / 1e18);
        let exact = ln(argument).unwrap() as f64 / 1e18;
        prop_assert!((exact - real).abs() <= 1e-13 * real.abs().max(1.0), "{exact} {real}");
    }
}
