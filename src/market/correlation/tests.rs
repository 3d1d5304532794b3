use super::*;
use crate::chain::ids::TokenId;
use crate::market::price::{JumpDiffusionParams, PriceParams, PriceProcess};

const NAMES: [&str; 3] = ["ETH", "BTC", "UNI"];
const BLOCK_MS: u64 = 12_000;

fn pairs(list: &[(&str, &str, f64)]) -> Vec<CorrelationParams> {
    list.iter().map(|(one, other, c)| CorrelationParams((*one).to_owned(), (*other).to_owned(), *c)).collect()
}

fn gbm() -> PriceParams {
    PriceParams::Gbm { start: 100.0, drift: 0.0, volatility: 0.9 }
}

fn jumps() -> PriceParams {
    PriceParams::JumpDiffusion(JumpDiffusionParams {
        start: 100.0,
        drift: 0.0,
        volatility: 0.0,
        jumps_per_year: 100_000.0,
        jump_mean: 0.01,
        jump_sigma: 0.01,
    })
}

/// The log returns of three tokens, block by block, as `move_prices` makes them.
fn returns(list: &[(&str, &str, f64)], params: [PriceParams; 3], blocks: u64) -> [Vec<f64>; 3] {
    let mut correlation = Correlation::new(&pairs(list), &NAMES).unwrap();
    let outside = |(name, params): (&str, PriceParams)| {
        let process = PriceProcess::new(&params, 1, name, None);
        OutsidePrice { token: TokenId(0), process, shocks: Vec::new(), fundamental: 1.0 }
    };
    let mut prices: Vec<OutsidePrice> = NAMES.into_iter().zip(params).map(outside).collect();
    let mut returns = [const { Vec::new() }; 3];
    for block in 0..blocks {
        correlation.drive(&mut prices, block * BLOCK_MS);
        for (outside, returns) in prices.iter_mut().zip(&mut returns) {
            let before = outside.process.price();
            returns.push(libm::log(outside.advance(block * BLOCK_MS) / before));
        }
    }
    returns
}

fn correlation_of(a: &[f64], b: &[f64]) -> f64 {
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    product(a, b) / (product(a, a) * product(b, b)).sqrt()
}

/// 40,000 blocks: a standard error is `(1 - c^2) / sqrt(n)` (Fisher 1915), 0.0018 at 0.8 and 0.005 at 0.
#[test]
fn log_returns_have_the_correlations_that_are_stated() {
    let n = 40_000;
    let [eth, btc, uni] = returns(&[("ETH", "BTC", 0.8), ("UNI", "ETH", -0.3)], [gbm(), gbm(), gbm()], n);
    for (a, b, stated) in [(&eth, &btc, 0.8), (&eth, &uni, -0.3), (&btc, &uni, 0.0)] {
        let (found, error) = (correlation_of(a, b), (1.0 - stated * stated) / (n as f64).sqrt());
        assert!((found - stated).abs() < 4.0 * error, "{found}, expected {stated} +- {error}");
    }
    let variance = uni.iter().map(|r| r * r).sum::<f64>() / n as f64;
    let stated = 0.81 * BLOCK_MS as f64 / crate::chain::time::YEAR_MS;
    assert!((variance / stated - 1.0).abs() < 4.0 * (2.0 / n as f64).sqrt(), "the mix keeps a variance of 1");
    let apart = returns(&[], [gbm(), gbm(), gbm()], n);
    assert!(correlation_of(&apart[0], &apart[1]).abs() < 0.02, "without a pair nothing moves together");
}

#[test]
fn a_correlation_moves_neither_the_first_token_nor_those_that_are_not_listed() {
    let alone = returns(&[], [gbm(), gbm(), gbm()], 100);
    let paired = returns(&[("ETH", "BTC", 0.8)], [gbm(), gbm(), gbm()], 100);
    assert_eq!((&alone[0], &alone[2]), (&paired[0], &paired[2]));
    assert_ne!(alone[1], paired[1]);
}

#[test]
fn jumps_stay_where_they_are() {
    let alone = returns(&[], [gbm(), jumps(), gbm()], 200);
    let paired = returns(&[("ETH", "BTC", 0.8)], [gbm(), jumps(), gbm()], 200);
    assert_eq!(alone[1], paired[1]);
    assert!(alone[1].iter().filter(|r| r.abs() > 1e-3).count() > 3, "there are jumps to be kept");
}

#[test]
fn tokens_that_are_correlated_fully_move_as_one() {
    let [eth, btc, uni] =
        returns(&[("ETH", "BTC", 1.0), ("ETH", "UNI", -1.0), ("UNI", "BTC", -1.0)], [gbm(), gbm(), gbm()], 100);
    let equal = |a: &[f64], b: &[f64], sign: f64| a.iter().zip(b).all(|(a, b)| (a - sign * b).abs() < 1e-5);
    assert!(equal(&eth, &btc, 1.0));
    assert!(eth.iter().zip(&uni).all(|(a, b)| a * b <= 0.0));
}

/// The factor of Golub and Van Loan's kind of matrix by hand: 1; 0.6, 0.8; 0.5, then (0.7 - 0.3) / 0.8 = 0.5, then
/// the root of 1 - 0.25 - 0.25.
#[test]
fn the_factor_is_choleskys() {
    let list = pairs(&[("ETH", "BTC", 0.6), ("ETH", "UNI", 0.5), ("BTC", "UNI", 0.7)]);
    let correlation = Correlation::new(&list, &NAMES).unwrap();
    let expected = [1.0, 0.6, 0.8, 0.5, 0.5, 0.5_f64.sqrt()];
    assert!(correlation.rows.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{:?}", correlation.rows);
}

/// Of three tokens, `c_23` may be from `c_12 c_13 - r` to `c_12 c_13 + r`, `r^2 = (1 - c_12^2) (1 - c_13^2)`.
#[test]
fn correlations_that_contradict_each_other_are_refused_with_the_room_that_is_left() {
    let clash = Correlation::new(&pairs(&[("ETH", "BTC", 0.9), ("ETH", "UNI", 0.9)]), &NAMES).unwrap_err();
    assert_eq!((clash.one.as_str(), clash.other.as_str(), clash.stated), ("BTC", "UNI", 0.0));
    assert!((clash.least - 0.62).abs() < 1e-12 && (clash.most - 1.0).abs() < 1e-12, "{clash}");
    for (third, fine) in [(0.61, false), (0.63, true), (1.0, true)] {
        let list = pairs(&[("ETH", "BTC", 0.9), ("ETH", "UNI", 0.9), ("BTC", "UNI", third)]);
        assert_eq!(Correlation::new(&list, &NAMES).is_ok(), fine, "{third}");
    }
    let list = pairs(&[("ETH", "BTC", 1.0), ("ETH", "UNI", 0.5), ("BTC", "UNI", 0.4)]);
    assert!(Correlation::new(&list, &NAMES).is_err(), "two tokens that move as one have one correlation with a third");
}
