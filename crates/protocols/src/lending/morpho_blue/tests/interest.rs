//! AdaptiveCurveIrmTest.sol and ExpLibTest.sol, with their tolerances.

use proptest::prelude::*;

use super::super::interest::{compounded_wad, exp_wad};
use super::*;

const DAY: u64 = 86_400;
const YEAR: u128 = YEAR_SECONDS;

/// A curve that was asked once, and what it answered.
fn first(supplied: u128, borrowed: u128) -> (AdaptiveCurve, u128) {
    let mut curve = AdaptiveCurve::default();
    let rate = curve.borrow_rate_wad(supplied, borrowed, 0, 90 * DAY).unwrap();
    (curve, rate)
}

/// Says whether two rates differ by no more than a part of `within_wad`.
fn near(rate: u128, expected: u128, within_wad: u128) -> bool {
    rate.abs_diff(expected) <= expected * within_wad / WAD
}

/// `testFirstBorrowRateUtilizationZero`, `testFirstBorrowRateUtilizationOne`.
#[test]
fn the_first_rate_is_on_the_initial_curve() {
    let (curve, rate) = first(0, 0);
    assert!(near(rate, INITIAL_RATE_AT_TARGET_WAD / 4, WAD / 10_000));
    assert_eq!(curve.rate_at_target_wad(), INITIAL_RATE_AT_TARGET_WAD);
    let (curve, rate) = first(ETHER, ETHER);
    assert_eq!(rate, INITIAL_RATE_AT_TARGET_WAD * 4);
    assert_eq!(curve.rate_at_target_wad(), INITIAL_RATE_AT_TARGET_WAD);
}

/// `testRateAfterUtilizationOne`, `testRateAfterUtilizationZero`: 22.976 % and 0.724 % a year, within a tenth.
#[test]
fn five_days_double_or_halve_the_rate() {
    for (borrowed, yearly_wad) in [(ETHER, 22_976 * WAD / 100_000), (0, 724 * WAD / 100_000)] {
        let (mut curve, _) = first(0, 0);
        let rate = curve.borrow_rate_wad(ETHER, borrowed, 0, 5 * DAY).unwrap();
        assert!(near(rate, yearly_wad / YEAR, WAD / 10), "{rate}");
    }
}

/// `testRateAfter45DaysUtilizationAboveTargetNoPing`: 4 % * e^(50 * 45/365 * 50 %) = 87.22 %, within 0.5 %.
#[test]
fn forty_five_days_above_the_target_raise_the_rate() {
    let (mut curve, rate) = first(ETHER, TARGET_UTILIZATION_WAD);
    assert_eq!(rate, INITIAL_RATE_AT_TARGET_WAD);
    curve.borrow_rate_wad(ETHER, u128::midpoint(TARGET_UTILIZATION_WAD, ETHER), 0, 45 * DAY).unwrap();
    assert!(near(curve.rate_at_target_wad(), 8_722 * WAD / 10_000 / YEAR, 5 * WAD / 1_000));
}

/// `testRateAfterUtilizationTargetNoPing`.
#[test]
fn at_the_target_the_rate_stays() {
    let (mut curve, _) = first(ETHER, TARGET_UTILIZATION_WAD);
    curve.borrow_rate_wad(ETHER, TARGET_UTILIZATION_WAD, 0, (1 << 48) - 1).unwrap();
    assert_eq!(curve.rate_at_target_wad(), INITIAL_RATE_AT_TARGET_WAD);
}

/// `testWExpTooSmall`, and where `testWExpTooLarge` has the contract's greatest value.
#[test]
fn the_exponential_ends_at_both_ends() {
    assert_eq!((exp_wad(-41_446_531_673_892_822_313), exp_wad(i128::MIN)), (0, 0));
    assert_eq!((exp_wad(93_859_467_695_000_404_319), exp_wad(i128::MAX)), (u128::MAX, u128::MAX));
    assert_eq!(exp_wad(0), WAD);
}

proptest! {
    /// `testWExp`: within one percent from ln 1e-9 on; `testWExpPositive`, `testWExpNegative`.
    #[test]
    fn the_exponential_is_near(x in -20_720_000_000_000_000_000_i128..46_000_000_000_000_000_000) {
        let exact = libm::exp(x as f64 / WAD as f64);
        let got = exp_wad(x) as f64 / WAD as f64;
        prop_assert!((got - exact).abs() <= exact / 100.0, "{got} for {exact}");
        prop_assert_eq!(exp_wad(x).cmp(&WAD), x.cmp(&0));
    }

    /// `testWTaylorCompounded` of MathLibTest.sol.
    #[test]
    fn compounding_lies_between_simple_interest_and_the_exponential(
        rate_wad in 0..=WAD / 20_000_000,
        seconds in 0..=365 * DAY,
    ) {
        let grown = (WAD + compounded_wad(rate_wad, seconds).unwrap()) as f64;
        let simple = (WAD + rate_wad * u128::from(seconds)) as f64;
        let exact = WAD as f64 * libm::exp(rate_wad as f64 * seconds as f64 / WAD as f64);
        prop_assert!(simple <= grown && grown <= exact * 1.000_001);
        prop_assert!((exact - grown) / exact <= 0.08);
    }

    /// `invariantGeMinRateAtTarget`, `invariantLeMaxRateAtTarget`.
    #[test]
    fn the_rate_keeps_within_its_limits(
        steps in prop::collection::vec((any::<u128>(), 0u128..=1_000, 0u64..1 << 48), 1..20),
    ) {
        let mut curve = AdaptiveCurve::default();
        for (supplied, lent_in_thousand, elapsed) in steps {
            let borrowed = supplied / 1_000 * lent_in_thousand;
            let rate = curve.borrow_rate_wad(supplied, borrowed, 0, elapsed).unwrap();
            let at_target = curve.rate_at_target_wad();
            prop_assert!((MIN_RATE_AT_TARGET_WAD..=MAX_RATE_AT_TARGET_WAD).contains(&at_target));
            prop_assert!((MIN_RATE_AT_TARGET_WAD / 4..=MAX_RATE_AT_TARGET_WAD * 4).contains(&rate));
        }
    }
}
