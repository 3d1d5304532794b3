//! The failing ratio against the exact health factor.

use proptest::prelude::*;

use super::*;

/// Returns a market in which Bob owes so much of `debt` against so much ether, in which interest has moved the indices
/// of both.
fn position(collateral: u128, debt: ReserveId, owed: u128) -> Market {
    let mut market = empty_market();
    market.supply(ALICE, ETHER, 4 * collateral, 1).unwrap();
    market.supply(ALICE, debt, 4 * owed, 1).unwrap();
    market.supply(BOB, ETHER, collateral, 1).unwrap();
    market.supply(CAROL, BITCOIN, 1 << 100, 1).unwrap();
    market.borrow(CAROL, ETHER, 3 * collateral, &[1; 4], 1).unwrap();
    // As dear as it must be for any of these debts.
    let dear = [10_u128.pow(25) * (WEI / collateral.min(WEI)), PRICES[1], PRICES[2], PRICES[3]];
    market.borrow(BOB, debt, owed, &dear, 20_000_000).unwrap();
    market
}

/// Returns prices with ether where Bob's position fails, but for `off` of it.
fn prices_near_failing(market: &Market, debt: ReserveId, off: f64, now: u64) -> [u128; 4] {
    let failing = market.failing_ratio(BOB).unwrap().expect("one collateral and one debt");
    assert_eq!((failing.collateral, failing.debt), (ETHER, debt));
    let mut prices = PRICES;
    prices[0] = 1 << 60;
    let ratio = market.price_ratio(ETHER, debt, &prices, now).unwrap();
    prices[0] = whole_part((1_u64 << 60) as f64 * (failing.ratio / ratio.ratio) * (1.0 + off));
    prices
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a price is whole and positive")]
fn whole_part(price: f64) -> u128 {
    price as u128
}

/// Whether the ratio fails without regard to roundings, and whether the position does.
fn naive_and_exact(market: &Market, debt: ReserveId, prices: &[u128], now: u64) -> (bool, bool) {
    let failing = market.failing_ratio(BOB).unwrap().unwrap();
    let ratio = market.price_ratio(ETHER, debt, prices, now).unwrap().ratio;
    let health_factor = market.account_data(BOB, prices, now).unwrap().health_factor;
    (ratio < failing.ratio, health_factor.is_liquidatable())
}

#[test]
fn only_one_collateral_and_one_debt_have_a_ratio() {
    let mut market = market();
    let failing = market.failing_ratio(BOB).unwrap().unwrap();
    assert_eq!((failing.collateral, failing.debt, failing.scaled_debt), (ETHER, DOLLAR, 140_000 * CENT));
    assert!((failing.ratio / (1.4e9 / 0.825e18) - 1.0).abs() < 1e-15);
    assert_eq!(market.failing_ratio(ALICE), Ok(None));
    market.supply(BOB, BITCOIN, 1, 1).unwrap();
    assert_eq!(market.failing_ratio(BOB), Ok(None));
    market.set_use_as_collateral(BOB, BITCOIN, false, &PRICES, 1).unwrap();
    assert_eq!(market.failing_ratio(BOB), Ok(Some(failing)));
    assert_eq!(market.failing_ratio(UserId(9)), Err(AaveError::NoUser { user: UserId(9) }));
}

/// What the slack is for: without it, the ratio is wrong about small debts.
#[test]
fn without_the_slack_the_ratio_would_be_wrong_about_small_debts() {
    let mut wrong = 0;
    for owed in 1..200 {
        let market = position(WEI, DOLLAR, owed);
        let prices = prices_near_failing(&market, DOLLAR, 1e-4, 20_000_000);
        let (naive, exact) = naive_and_exact(&market, DOLLAR, &prices, 20_000_000);
        wrong += u32::from(naive != exact);
        let failing = market.failing_ratio(BOB).unwrap().unwrap();
        let ratio = market.price_ratio(ETHER, DOLLAR, &prices, 20_000_000).unwrap();
        assert!(ratio.tells(&failing).is_none_or(|fails| fails == exact), "{owed} owed");
    }
    assert!(wrong > 10, "{wrong} wrong");
}

#[test]
fn the_slack_is_the_coarseness_of_units_over_the_debt() {
    let market = market();
    let ratio = market.price_ratio(ETHER, DOLLAR, &PRICES, 1).unwrap();
    // A smallest unit of the dollar's asset is worth 100 base units, so it is coarser than they are.
    assert!((ratio.slack(1_400_000_000) * 1.4e11 / 51.5 - 1.0).abs() < 1e-3);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn outside_of_the_slack_the_ratio_and_the_health_factor_agree(
        digits in 1u128..1_000_000,
        zeros in 6u32..15,
        debt in prop::sample::select(&[DOLLAR, BITCOIN, FLORIN][..]),
        owed in 1u128..1_000_000_000,
        owed_zeros in 0u32..10,
        (sign, size) in (any::<bool>(), 0.5f64..15.0),
        seconds in 0u64..40_000_000,
    ) {
        let market = position(digits * 10_u128.pow(zeros), debt, owed * 10_u128.pow(owed_zeros));
        let now = 20_000_000 + seconds;
        let off = libm::exp10(-size) * if sign { 1.0 } else { -1.0 };
        let prices = prices_near_failing(&market, debt, off, now);
        let failing = market.failing_ratio(BOB).unwrap().unwrap();
        let ratio = market.price_ratio(ETHER, debt, &prices, now).unwrap();
        let fails = market.account_data(BOB, &prices, now).unwrap().health_factor.is_liquidatable();
        if let Some(told) = ratio.tells(&failing) {
            prop_assert_eq!(told, fails, "{} against {}", ratio.ratio, failing.ratio);
        }
        prop_assert!(ratio.slack(failing.scaled_debt) >= ratio.slack(failing.scaled_debt + 1));
    }
}
