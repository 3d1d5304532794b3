//! Both ways of iterating give one answer, and it solves the equation.

use proptest::prelude::*;

use super::*;

const TEMPLATES: [Template; 3] = [Template::ThreePool, Template::Steth, Template::Gusd];

/// Integers of every width, so that both ways are taken.
fn any_width() -> impl Strategy<Value = u128> {
    (any::<u128>(), 0u32..128).prop_map(|(value, shift)| value >> shift)
}

/// Balances of an ordinary pool: up to a hundred billion coins, each at least a thousandth of another.
fn ordinary<const N: usize>() -> impl Strategy<Value = [u128; N]> {
    let parts = prop::array::uniform::<_, N>(1u128..1000);
    (parts, 1u128..10_u128.pow(26)).prop_map(|(parts, unit)| parts.map(|part| part * unit))
}

fn curve<const N: usize>() -> impl Strategy<Value = Invariant<N>> {
    // In hundredths, so that a ramp's odd values are met.
    let amplification = prop_oneof![100u128..100_000_000, (1u128..100_000).prop_map(|whole| whole * 100)];
    (amplification, 0..3usize).prop_map(|(amplification, template)| {
        let template = TEMPLATES[template];
        Invariant::new((amplification * template.amplification_precision() / 100).max(1), template)
    })
}

/// Checks that what is found in 128 bits is what is found in 256.
fn agree<const N: usize>(curve: &Invariant<N>, scaled: &[u128; N], d: u128) -> Result<(), TestCaseError> {
    if let Some(d) = narrow::d(curve, scaled) {
        prop_assert_eq!(wide::d(curve, scaled), Ok(d));
    }
    for coin in 0..N {
        if let Some(y) = narrow::balance(curve, coin, scaled, d) {
            prop_assert_eq!(wide::balance(curve, coin, scaled, d), Ok(y));
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn two_balances_of_any_width(curve in curve(), scaled in prop::array::uniform::<_, 2>(any_width()), d in any_width()) {
        agree(&curve, &scaled, d)?;
    }

    #[test]
    fn three_balances_of_any_width(curve in curve(), scaled in prop::array::uniform::<_, 3>(any_width()), d in any_width()) {
        agree(&curve, &scaled, d)?;
    }

    #[test]
    fn an_ordinary_pool_of_two_takes_the_narrow_way(curve in curve(), scaled in ordinary::<2>()) {
        let d = narrow::d(&curve, &scaled);
        prop_assert!(d.is_some());
        let d = d.unwrap_or_default();
        prop_assert!(narrow::balance(&curve, 0, &scaled, d).is_some());
        agree(&curve, &scaled, d)?;
    }

    #[test]
    fn an_ordinary_pool_of_three_takes_the_narrow_way(curve in curve(), scaled in ordinary::<3>()) {
        let d = narrow::d(&curve, &scaled);
        // D^4 / (27 x y z) outgrows 128 bits where two balances are a thousandth of the third.
        prop_assume!(d.is_some());
        agree(&curve, &scaled, d.unwrap_or_default())?;
    }

    #[test]
    fn a_balance_is_found_again(curve in curve(), scaled in ordinary::<3>()) {
        prop_assume!(scaled.iter().all(|x| *x > 1_000_000));
        let d = curve.d(&scaled).unwrap();
        for (coin, x) in scaled.into_iter().enumerate() {
            let again = curve.balance(coin, &scaled, d).unwrap();
            // An error of one in D moves the balance by as much as D grows slowly with it.
            prop_assert!(again.abs_diff(x) <= x / 100_000 + 2, "{} for {}", again, x);
        }
    }
}

#[test]
fn equal_balances_are_worth_their_sum() {
    for template in TEMPLATES {
        for amplification in [1, 30, 5_000] {
            let curve = Invariant::<2>::new(amplification * template.amplification_precision(), template);
            assert_eq!(curve.d(&[10_u128.pow(24); 2]), Ok(2 * 10_u128.pow(24)));
        }
    }
    let curve = Invariant::<3>::new(2_000, Template::ThreePool);
    assert_eq!(curve.d(&[0; 3]), Ok(0));
}

#[test]
fn a_lopsided_pool_takes_the_wide_way() {
    let curve = Invariant::<2>::new(50, Template::ThreePool);
    let scaled = [10_u128.pow(10), 10_u128.pow(27)];
    assert_eq!(narrow::d(&curve, &scaled), None);
    let d = curve.d(&scaled).unwrap();
    assert!(d > scaled[1] / 1_000_000_000 && d < scaled[1], "{d}");
}

#[test]
fn a_missing_coin_is_an_error() {
    use plimsoll_math::MathError;
    let plain = Invariant::<2>::new(50, Template::ThreePool);
    assert_eq!(plain.d(&[0, 10_u128.pow(24)]), Err(MathError::DivisionByZero.into()));
    assert_eq!(plain.balance(1, &[0, 7], 10_u128.pow(24)), Err(MathError::DivisionByZero.into()));
    let greatest = Invariant::<2>::new(50, Template::ThreePool).d(&[u128::MAX, u128::MAX]);
    assert!(matches!(greatest, Err(CurveError::Math(MathError::TooWide { .. }))), "{greatest:?}");
}

#[test]
fn a_bias_of_one_in_the_divisor_is_seen() {
    let scaled = [3_000, 7];
    let d = |template: Template| Invariant::<2>::new(50 * template.amplification_precision(), template).d(&scaled);
    assert_ne!(d(Template::Steth), d(Template::Gusd));
}
