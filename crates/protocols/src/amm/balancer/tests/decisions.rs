//! What agents look at agrees with what the pool does.

use super::*;

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a decision rounds to whole units")]
fn whole_units(amount: f64) -> u128 {
    amount as u128
}

/// The table of a pool of two equal weights, and two closed forms of other weights.
#[test]
fn impermanent_loss_has_its_published_values() {
    let equal = pool([(18, 50), (18, 50)], [ETHER, ETHER]);
    let published = [
        (0.5, -0.05719),
        (2.0, -0.05719),
        (0.8, -0.00619),
        (1.25, -0.00619),
        (0.25, -0.2),
        (4.0, -0.2),
        (0.1, -0.42504),
        (10.0, -0.42504),
    ];
    for (ratio, loss) in published {
        let computed = equal.impermanent_loss(&[ratio, 1.0]).unwrap();
        assert!((computed - loss).abs() < 5e-6, "{ratio}: {computed}");
    }
    let uneven = pool([(18, 80), (18, 20)], [ETHER, ETHER]);
    assert!((uneven.impermanent_loss(&[2.0, 1.0]).unwrap() - (libm::pow(2.0, 0.8) / 1.8 - 1.0)).abs() < 1e-15);
    assert!(uneven.impermanent_loss(&[3.0, 3.0]).unwrap().abs() < 1e-15);
    assert_eq!(uneven.impermanent_loss(&[2.0]), Err(WeightedPoolError::LengthMismatch { given: 1, tokens: 2 }));
}

/// Returns a pool of three tokens of unlike decimals and hardly any fee.
fn three() -> WeightedPool {
    let mut params = params([(18, 50), (6, 30), (8, 20)], 0);
    params.swap_fee_wad = MIN_SWAP_FEE_WAD;
    let mut pool = WeightedPool::new(&params).unwrap();
    pool.initialize(&[500_000 * ETHER, 300_000 * 10_u128.pow(6), 200_000 * 10_u128.pow(8)]).unwrap();
    pool
}

#[test]
fn arbitrage_leaves_the_impermanent_loss() {
    let mut pool = three();
    let before = pool.balances().to_vec();
    // Token 0 rises by half, token 1 falls by a fifth, both against token 2.
    let ratios = [1.5, 0.8, 1.0];
    let start = [0, 1].map(|token| pool.spot_price(token, 2).unwrap());
    for _ in 0..20 {
        for (token, (start, ratio)) in start.iter().zip(ratios).enumerate() {
            let price = start * ratio;
            for (token_in, token_out, price) in [(token, 2, price), (2, token, 1.0 / price)] {
                let amount = pool.amount_in_to_price(token_in, token_out, price).unwrap();
                let amount = whole_units(amount).min(pool.largest_amount_in(token_in).unwrap());
                if amount > 0 {
                    pool.swap_given_in(token_in, token_out, amount, 0).unwrap();
                }
            }
        }
    }
    let prices = [start[0] * ratios[0], start[1] * ratios[1], 1.0];
    let value =
        |balances: &[u128]| balances.iter().zip(prices).map(|(balance, price)| *balance as f64 * price).sum::<f64>();
    let loss = value(pool.balances()) / value(&before) - 1.0;
    let expected = pool.impermanent_loss(&ratios).unwrap();
    assert!((loss - expected).abs() < 2e-6, "{loss} {expected}");
}

#[test]
fn the_spot_price_is_that_of_a_small_trade() {
    let pool = three();
    for (token_in, token_out) in [(0, 1), (1, 0), (0, 2), (2, 0), (1, 2), (2, 1)] {
        let amount = pool.balances()[token_in] / 10_000;
        let price = pool.quote_given_in(token_in, token_out, amount).unwrap() as f64 / amount as f64;
        let spot = pool.spot_price(token_in, token_out).unwrap();
        assert!((price / spot - 1.0).abs() < 3e-4, "{price} {spot}");
        assert!((spot * pool.spot_price(token_out, token_in).unwrap() - 1.0).abs() < 1e-14);
    }
    assert_eq!(pool.spot_price(0, 3), Err(WeightedPoolError::UnknownToken { token: 3, tokens: 3 }));
    let empty = WeightedPool::new(&params([(18, 50), (18, 50)], 0)).unwrap();
    assert!(empty.spot_price(0, 1).unwrap().is_nan());
    assert_eq!(empty.amount_in_to_price(0, 1, 1.0), Ok(0.0));
}

#[test]
fn a_trade_to_a_price_ends_at_it() {
    let pool = pool([(18, 80), (6, 20)], [800_000 * ETHER, 200_000 * 10_u128.pow(6)]);
    for (token_in, token_out, fall) in [(0, 1, 0.9), (0, 1, 0.99), (1, 0, 0.75), (1, 0, 0.999)] {
        let price = pool.spot_price(token_in, token_out).unwrap() * fall;
        let amount = whole_units(pool.amount_in_to_price(token_in, token_out, price).unwrap());
        let (less, more) = (amount - amount / 1_000, amount + amount / 1_000);
        let out = |amount| pool.quote_given_in(token_in, token_out, amount).unwrap() as f64;
        let last = (out(more) - out(less)) / (more - less) as f64;
        assert!((last / (price * 0.99) - 1.0).abs() < 1e-4, "{last} {price}");
    }
    let spot = pool.spot_price(0, 1).unwrap();
    assert_eq!(pool.amount_in_to_price(0, 1, spot * 1.01), Ok(0.0));
}
