//! Marginal prices: against what was quoted in the press when staked ether lost its peg, and against trades.

use proptest::prelude::*;

use super::{
    calls::{amount, two_of},
    properties::pool,
    *,
};

/// Returns a pool as that of ether and staked ether, with so much of each.
fn steth(amplification: u128, ether: u128, steth: u128, fees: Fees) -> StableSwap<2> {
    let mut pool = empty(Template::Steth, [18, 18], amplification, fees);
    pool.add_liquidity([ether, steth], 0, 0).unwrap();
    pool
}

/// Returns the price of staked ether in ether in a pool of that amplification where it makes up that share, to which
/// sellers brought it from half, each with a thousandth of the pool.
fn price_at_share(amplification: u128, share: f64) -> f64 {
    let start = 300_000 * WHOLE;
    let mut pool = steth(amplification, start, start, Fees::default());
    let share_of = |pool: &StableSwap<2>| {
        let [ether, staked] = pool.balances().map(|balance| balance as f64);
        staked / (ether + staked)
    };
    let mut size = start / 1000;
    while size > WHOLE / 1000 {
        let mut next = pool;
        next.exchange(1, 0, size, 0, 0).unwrap();
        if share_of(&next) <= share {
            pool = next;
        } else {
            size /= 2;
        }
    }
    pool.spot_price(1, 0, 0)
}

/// Shares and prices of staked ether in 2022, as newspapers had them, and how near the curve must come. The pool's
/// amplification was 50.
const QUOTED: [(f64, f64, f64); 2] = [
    (0.784, 0.953, 20e-4),                                  // 13 May
    (524_839.79 / (524_839.79 + 159_447.08), 0.9606, 5e-4), // 7 September
];

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an agent pays whole units")]
fn whole_units(amount: f64) -> u128 {
    amount as u128
}

#[test]
fn staked_ether_fell_along_the_curve_of_50() {
    for (share, quoted, within) in QUOTED {
        let price = price_at_share(50, share);
        assert!((price - quoted).abs() <= within, "{price} at {share}, quoted {quoted}");
    }
    let rounded = [(0.683, 0.9812, 0.98), (0.784, 0.9542, 0.953), (0.75, 0.9666, 0.972), (0.766_94, 0.9610, 0.9606)];
    for (share, model, quoted) in rounded {
        let price = price_at_share(50, share);
        assert!((price - model).abs() < 6e-5 && (price - quoted).abs() < 6e-3, "{price} at {share}");
    }
    let mid_june = price_at_share(50, 491_000.0 / (491_000.0 + 111_300.0));
    assert!((mid_june - 0.9374).abs() < 6e-5 && mid_june < 0.94, "{mid_june}");
}

#[test]
fn another_amplification_would_have_had_another_price() {
    for amplification in [30, 100] {
        for (share, quoted, within) in QUOTED {
            let price = price_at_share(amplification, share);
            assert!((price - quoted).abs() > within, "{price} at {share}, quoted {quoted}");
        }
    }
}

#[test]
fn the_curves_of_50_and_2000_fall_as_tabled() {
    let tabled = [
        (50, 60, 0.9915),
        (50, 70, 0.9783),
        (50, 80, 0.9465),
        (50, 85, 0.9071),
        (50, 90, 0.8142),
        (50, 95, 0.5412),
        (2_000, 90, 0.9939),
        (2_000, 95, 0.9758),
    ];
    for (amplification, percent, price) in tabled {
        let pool = steth(amplification, (100 - percent) * MILLION, percent * MILLION, FEES);
        let spot = pool.spot_price(1, 0, 0);
        assert!((spot - price).abs() < 6e-5, "{spot} at {percent} %");
    }
}

#[test]
fn what_has_no_price_is_not_a_number() {
    let pool = empty(Template::ThreePool, [18, 6, 6], 2_000, FEES);
    assert!(pool.spot_price(0, 1, 0).is_nan() && pool.liquidity_price(0, 0).is_nan());
    assert_eq!(pool.depth_to_price(0, 1, 0.5, 0), None);
    let pool = three_pool(FEES);
    assert!(pool.spot_price(0, 3, 0).is_nan());
    assert_eq!(pool.depth_to_price(0, 1, f64::NAN, 0), None);
    assert_eq!(pool.depth_to_price(0, 1, 0.0, 0), None);
    assert_eq!(pool.depth_to_price(0, 1, 2e-12, 0), Some(0.0));
}

#[test]
fn underlying_coins_have_prices_through_both_pools() {
    let (meta, base) = gusd(FEES);
    for (coin_in, coin_out, amount_in) in
        [(0, 1, 100), (0, 3, 100), (1, 0, 100 * WHOLE), (2, 0, 1_000_000), (1, 2, WHOLE), (0, 0, 1)]
    {
        let price = meta.spot_price_underlying(&base, coin_in, coin_out, 0);
        if coin_in == coin_out {
            assert!((price - 1.0).abs() < 1e-12);
            continue;
        }
        let bought = meta.quote_underlying_exact_in(&base, coin_in, coin_out, amount_in, 0).unwrap();
        let ratio = bought as f64 / amount_in as f64 / price;
        assert!(ratio > 0.98 && ratio <= 1.0, "{ratio} for {coin_in} to {coin_out}");
    }
}

proptest! {
    #[test]
    fn a_small_trade_pays_the_marginal_price(
        whole in prop::array::uniform3(100_000u128..10_000_000),
        (coin_in, coin_out) in two_of(3),
    ) {
        let mut pool = empty(Template::ThreePool, [18, 16, 17], 100, Fees::default());
        pool.add_liquidity(units([18, 16, 17], whole), 0, 0).unwrap();
        let price = pool.spot_price(coin_in, coin_out, 0);
        let amount_in = units([18, 16, 17], [1; 3])[coin_in];
        let bought = pool.quote_exact_in(coin_in, coin_out, amount_in, 0).unwrap();
        prop_assert!((bought as f64 / amount_in as f64 / price - 1.0).abs() < 1e-3);
    }

    #[test]
    fn a_little_liquidity_is_worth_its_marginal_price(
        whole in prop::array::uniform3(100_000u128..10_000_000),
        coin in 0..3usize,
    ) {
        let mut pool = empty(Template::ThreePool, [18, 16, 17], 100, Fees::default());
        pool.add_liquidity(units([18, 16, 17], whole), 0, 0).unwrap();
        let taken = pool.calc_withdraw_one_coin(WHOLE, coin, 0).unwrap();
        let price = pool.liquidity_price(coin, 0);
        prop_assert!((taken as f64 / WHOLE as f64 / price - 1.0).abs() < 1e-3);
    }

    #[test]
    fn the_depth_moves_the_price_to_where_it_was_asked(
        whole in prop::array::uniform3(100_000u128..10_000_000),
        (coin_in, coin_out) in two_of(3),
        part in 0.2..0.999,
        fee in 0u128..100_000_000,
    ) {
        let mut pool = empty(Template::ThreePool, [18, 16, 17], 100, Fees { fee, admin_fee: MAX_ADMIN_FEE / 3 });
        pool.add_liquidity(units([18, 16, 17], whole), 0, 0).unwrap();
        let price = pool.spot_price(coin_in, coin_out, 0) * part;
        let paid = pool.depth_to_price(coin_in, coin_out, price, 0).unwrap();
        pool.exchange(coin_in, coin_out, whole_units(paid), 0, 0).unwrap();
        prop_assert!((pool.spot_price(coin_in, coin_out, 0) / price - 1.0).abs() < 1e-6);
    }
}

/// Returns whether an amount is worth no more than the unit or two to which the contract knows the invariant. Of a coin
/// that is plenty in a lopsided pool that can be a few smallest units.
fn is_dust(pool: &StableSwap<3>, coin: usize, amount: u128) -> bool {
    amount as f64 / pool.liquidity_price(coin, 0) <= 4.0
}

proptest! {
    #[test]
    fn there_and_back_gains_nothing(
        pool in pool(Fees::default()),
        (coin_in, coin_out) in two_of(3),
        paid in amount(),
        deposit in prop::array::uniform3(prop_oneof![amount(), Just(0)]),
    ) {
        let mut traded = pool;
        if let Ok(there) = traded.exchange(coin_in, coin_out, paid, 0, 0)
            && let Ok(back) = traded.exchange(coin_out, coin_in, there.amount_out, 0, 0)
        {
            prop_assert!(is_dust(&pool, coin_in, back.amount_out.saturating_sub(paid)));
        }
        let mut provided = pool;
        if let Ok(added) = provided.add_liquidity(deposit, 0, 0) {
            let mut whole = provided;
            if whole.remove_liquidity_imbalance(deposit, u128::MAX, 0).is_ok_and(|removed| removed.burned < added.minted) {
                prop_assert!(false, "the deposit came back for fewer tokens");
            }
            let lone = deposit.iter().filter(|amount| **amount > 0).count() == 1;
            let coin = deposit.iter().position(|amount| *amount > 0).unwrap_or_default();
            if lone && let Ok(removed) = provided.remove_liquidity_one_coin(added.minted, coin, 0, 0) {
                prop_assert!(is_dust(&pool, coin, removed.taken[coin].saturating_sub(deposit[coin])));
            }
        }
    }
}
