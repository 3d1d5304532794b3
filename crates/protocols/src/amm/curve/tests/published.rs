//! curvefi/curve-contract@574f4402, `tests/pools/common` and `tests/pools/meta`: what they demand of every pool. Their
//! pools start with a million of each coin, an amplification of 720 and, unless a test sets them, no fees.

use super::*;

/// `test_add_liquidity_initial.py` and `test_add_liquidity.py`.
#[test]
fn a_first_deposit_of_one_of_each_mints_one_for_each() {
    for decimals in [[18, 6, 6], [2, 8, 18]] {
        let mut pool = empty(Template::ThreePool, decimals, 2_000, FEES);
        let one = units(decimals, [1; 3]);
        assert_eq!(pool.add_liquidity(one, 3 * WHOLE, 0).unwrap().minted, 3 * WHOLE);
        assert_eq!(pool.add_liquidity(one, 3 * WHOLE, 0).unwrap().minted, 3 * WHOLE);
        assert_eq!(pool.holdings(), units(decimals, [2; 3]));
        for coin in 0..3 {
            let mut incomplete = one;
            incomplete[coin] = 0;
            let refused = empty(Template::ThreePool, decimals, 2_000, FEES).add_liquidity(incomplete, 0, 0);
            assert_eq!(refused, Err(CurveError::IncompleteFirstDeposit { coin }));
        }
    }
}

/// `test_add_liquidity.py`: `test_add_one_coin`, `test_min_amount_with_slippage`.
#[test]
fn a_deposit_of_one_coin_mints_nearly_its_worth() {
    let millions = units([18, 6, 6], [1_000_000; 3]);
    for coin in 0..3 {
        let mut pool = three_pool(Fees::default());
        let mut paid = [0; 3];
        paid[coin] = millions[coin];
        let minted = pool.add_liquidity(paid, 0, 0).unwrap().minted;
        assert!(minted > MILLION / 1000 * 999 && minted < MILLION, "{minted}");
    }
    let slipped = [WHOLE / 100 * 99, 1_010_000, 1_000_000];
    let refused = three_pool(Fees::default()).add_liquidity(slipped, 3 * WHOLE, 0);
    assert!(matches!(refused, Err(CurveError::BelowMinimum { least, .. }) if least == 3 * WHOLE), "{refused:?}");
}

/// `test_exchange.py`: every pair of coins, fees and owner's shares of 0, 4 %, 13.37 % and 50 %.
#[test]
fn a_trade_of_one_pays_one_less_the_fee() {
    let shares = [0, 400_000_000, 1_337_000_000, 5_000_000_000];
    for fees in shares.into_iter().flat_map(|fee| shares.map(|admin_fee| Fees { fee, admin_fee })) {
        let [fee, admin_fee] = [fees.fee, fees.admin_fee].map(|share| share as f64 / FEE_DENOMINATOR as f64);
        for (coin_in, coin_out) in [(0, 1), (1, 0), (0, 2), (2, 0), (1, 2), (2, 1)] {
            let mut pool = three_pool(fees);
            let one = units([18, 6, 6], [1; 3]);
            let traded = pool.exchange(coin_in, coin_out, one[coin_in], 0, 0).unwrap();
            let received = traded.amount_out as f64 / one[coin_out] as f64;
            let slack = 1e-4_f64.max(1.0 / traded.amount_out as f64);
            assert!(received > 1.0 - slack - fee && received < 1.0 - fee, "{received} at {fee}");
            let expected = one[coin_out] as f64 * fee * admin_fee;
            let kept = pool.admin_balances()[coin_out] as f64;
            let error = (expected - kept).abs();
            assert!(if expected < 1.0 { kept <= 1.0 } else { error <= expected * 1e-3 + 2.0 }, "{kept} of {expected}");
        }
    }
}

/// `test_remove_liquidity_one_coin.py`: `test_amount_received`, `test_expected_vs_actual`, `test_below_min_amount`.
#[test]
fn a_liquidity_token_is_worth_about_a_coin() {
    for (coin, one) in units([18, 6, 6], [1; 3]).into_iter().enumerate() {
        let mut pool = three_pool(Fees::default());
        let taken = pool.remove_liquidity_one_coin(WHOLE, coin, 0, 0).unwrap().taken[coin];
        assert!(taken as f64 >= (one as f64 / 1.00001).floor() && taken <= one, "{taken}");
        let tenth = pool.total_supply() / 10;
        let expected = pool.calc_withdraw_one_coin(tenth, coin, 0).unwrap();
        let refused = pool.remove_liquidity_one_coin(tenth, coin, expected + 1, 0);
        assert_eq!(refused, Err(CurveError::BelowMinimum { amount: expected, least: expected + 1 }));
        assert_eq!(pool.remove_liquidity_one_coin(tenth, coin, 0, 0).unwrap().taken[coin], expected);
    }
    let refused = three_pool(Fees::default()).remove_liquidity_one_coin(1, 3, 0, 0);
    assert_eq!(refused, Err(CurveError::NoSuchCoin { coin: 3, coins: 3 }));
}

/// `test_get_virtual_price.py`, with the greatest fees.
#[test]
fn the_virtual_price_goes_up() {
    let greatest = Fees { fee: MAX_FEE, admin_fee: MAX_FEE };
    let start = three_pool(greatest);
    let rises = |pool: StableSwap<3>| assert!(pool.virtual_price(0).unwrap() > start.virtual_price(0).unwrap());
    for (coin, million) in units([18, 6, 6], [1_000_000; 3]).into_iter().enumerate() {
        let (mut added, mut removed, mut imbalanced, mut traded) = (start, start, start, start);
        let mut paid = [0; 3];
        paid[coin] = million;
        added.add_liquidity(paid, 0, 0).unwrap();
        removed.remove_liquidity_one_coin(start.total_supply() / 10, coin, 0, 0).unwrap();
        let mut taken = units([18, 6, 6], [500_000; 3]);
        taken[coin] = 0;
        imbalanced.remove_liquidity_imbalance(taken, 3 * MILLION, 0).unwrap();
        traded.exchange(coin, (coin + 1) % 3, million / 1_000_000, 0, 0).unwrap();
        [added, removed, imbalanced, traded].into_iter().for_each(rises);
    }
}

/// `test_heavily_imbalanced.py`: after a deposit of a thousand times the pool in one coin, trades still go both ways.
#[test]
fn a_heavily_imbalanced_pool_trades_on() {
    let millions = units([18, 6, 6], [1_000_000; 3]);
    for coin in 0..3 {
        let mut pool = three_pool(FEES);
        let mut paid = [0; 3];
        paid[coin] = 1000 * millions[coin];
        pool.add_liquidity(paid, 0, 0).unwrap();
        for other in (0..3).filter(|other| *other != coin) {
            pool.exchange(coin, other, millions[coin] / 3, 0, 0).unwrap();
        }
        for other in (0..3).filter(|other| *other != coin) {
            pool.exchange(other, coin, millions[other], 0, 0).unwrap();
        }
    }
}

/// `test_claim_fees.py`: `test_withdraw_one_coin`.
#[test]
fn the_owner_takes_its_fees_of_the_coin_that_was_bought() {
    let mut pool = three_pool(Fees { fee: MAX_FEE, admin_fee: MAX_FEE });
    let traded = pool.exchange(1, 2, 1_000_000_000_000, 0, 0).unwrap();
    assert!(traded.admin_fee > 0);
    assert_eq!(pool.admin_balances(), [0, 0, traded.admin_fee]);
    assert_eq!(pool.withdraw_admin_fees(), [0, 0, traded.admin_fee]);
    assert_eq!(pool.balances(), pool.holdings());
}

/// `test_ramp_A.py` and `test_ramp_A_precise.py`.
#[test]
fn the_amplification_moves_in_a_straight_line() {
    let day = MIN_RAMP_SECONDS;
    for (mut pool, whole) in
        [(empty(Template::Steth, [18; 2], 200, FEES), 100), (empty(Template::ThreePool, [18; 2], 200, FEES), 1)]
    {
        assert_eq!(pool.amplification().precision(), whole);
        pool.ramp_a(400, day + 1_000_000, day).unwrap();
        for passed in (0..=1_000_000).step_by(100_000) {
            let expected = 200 + 200 * u128::from(passed) / 1_000_000;
            assert_eq!(pool.a(day + passed), Ok(expected));
        }
        assert_eq!(pool.a(day + 2_000_000), Ok(400));
        pool.stop_ramp_a(day + 31_337).unwrap();
        assert_eq!(pool.a(day + 900_000), Ok(206));
    }
    let mut pool = three_pool(FEES);
    assert_eq!(pool.ramp_a(1, day, day - 1), Err(CurveError::RampTooSoon { now: day - 1, earliest: day }));
    assert_eq!(
        pool.ramp_a(1, 2 * day - 1, day),
        Err(CurveError::RampTooShort { until: 2 * day - 1, earliest: 2 * day })
    );
    assert_eq!(pool.ramp_a(71, 2 * day, day), Err(CurveError::RampTooFar { from: 720, to: 71 }));
    assert_eq!(pool.ramp_a(7_201, 2 * day, day), Err(CurveError::RampTooFar { from: 720, to: 7_201 }));
    let most = MAX_AMPLIFICATION - 1;
    assert_eq!(pool.ramp_a(0, 2 * day, day), Err(CurveError::AmplificationOutOfRange { amplification: 0, most }));
    assert_eq!(pool.ramp_a(72, 2 * day, day), Ok(()));
}

/// `tests/pools/meta/test_exchange_with_rate.py`: a richer base pool pays more for its token, and mints fewer.
#[test]
fn a_metapool_counts_with_the_virtual_price_that_it_remembers() {
    for (coin_in, coin_out, amount_in) in
        [(0, 1, 1_000_000), (0, 3, 1_000_000), (1, 0, 10_000 * WHOLE), (2, 0, 10_000_000_000)]
    {
        let (mut meta, mut base) = gusd(FEES);
        let expected = meta.get_dy_underlying(&base, coin_in, coin_out, amount_in, 1).unwrap();
        base.donate(2, 1_000_000_000_000).unwrap();
        base.donate_admin_fees();
        assert!(base.virtual_price(1).unwrap() > meta.base_virtual_price());
        let bought = meta.exchange_underlying(&mut base, coin_in, coin_out, amount_in, 0, 1).unwrap().amount_out;
        assert!(if coin_in == 0 { bought > expected } else { bought < expected }, "{bought} for {expected}");
    }
}

/// `tests/pools/meta/test_rate_caching.py`, and the ten minutes.
#[test]
fn the_virtual_price_is_asked_for_after_ten_minutes() {
    let (mut meta, mut base) = gusd(FEES);
    let before = meta.base_virtual_price();
    let quote = meta.quote_underlying_exact_in(&base, 0, 1, 100, 0);
    assert_eq!(meta.quote_underlying_exact_in(&base, 0, 1, 100, 86_400), quote);
    base.exchange(0, 1, MILLION / 10, 0, 0).unwrap();
    meta.exchange(&base, 0, 1, 100, 0, BASE_CACHE_SECONDS).unwrap();
    assert_eq!(meta.base_virtual_price(), before);
    meta.remove_liquidity(1, [0; 2]).unwrap();
    assert_eq!((meta.base_virtual_price(), meta.base_cache_updated()), (before, 0));
    // Both coins are the base pool's, and yet the metapool asks.
    meta.exchange_underlying(&mut base, 1, 2, WHOLE, 0, BASE_CACHE_SECONDS + 1).unwrap();
    assert_eq!(meta.base_cache_updated(), BASE_CACHE_SECONDS + 1);
    assert!(meta.base_virtual_price() > before);
}
