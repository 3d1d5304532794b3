//! What every process keeps, and what the tests of each use.

use super::*;

/// The prices of `paths` seeds after `ms`, reached in `steps` equal steps.
pub(super) fn end_prices(paths: u64, ms: u64, steps: u64, params: &PriceParams) -> Vec<f64> {
    (0..paths)
        .map(|seed| {
            let mut process = PriceProcess::new(params, seed, "ETH", None);
            (1..=steps).map(|step| process.advance(ms * step / steps)).last().expect("there is a step")
        })
        .collect()
}

fn gbm(start: f64) -> PriceParams {
    PriceParams::Gbm { start, drift: 0.1, volatility: 0.9 }
}

fn path(seed: u64, token: &str) -> Vec<u64> {
    let mut process = PriceProcess::new(&gbm(1_500.0), seed, token, None);
    (1..=100).map(|block| process.advance(block * 12_000).to_bits()).collect()
}

#[test]
fn equal_seeds_give_equal_paths_and_other_seeds_or_tokens_others() {
    assert_eq!(path(1, "ETH"), path(1, "ETH"));
    assert_ne!(path(1, "ETH"), path(2, "ETH"));
    assert_ne!(path(1, "ETH"), path(1, "WBTC"));
}

/// The bits themselves, so that another platform, compiler or version of a library that moves them is seen.
#[test]
fn a_path_is_bit_for_bit_the_same_everywhere() {
    let path = path(1, "ETH");
    assert_eq!([path[0], path[99]], [4_654_315_814_843_624_912, 4_654_348_429_348_964_032]);
}

#[test]
fn a_path_does_not_move_when_another_token_is_stepped_between_its_steps() {
    let mut eth = PriceProcess::new(&gbm(1_500.0), 1, "ETH", None);
    let mut btc = PriceProcess::new(&gbm(30_000.0), 1, "WBTC", None);
    let beside: Vec<u64> = (1..=100)
        .map(|block| {
            btc.advance(block * 12_000);
            eth.advance(block * 12_000).to_bits()
        })
        .collect();
    assert_eq!(beside, path(1, "ETH"));
}

#[test]
fn asking_twice_for_the_same_time_draws_nothing() {
    let mut process = PriceProcess::new(&gbm(1_500.0), 1, "ETH", None);
    assert_eq!(process.advance(0).to_bits(), 1_500_f64.to_bits());
    let twice: Vec<u64> = (1..=100)
        .map(|block| {
            process.advance(block * 12_000);
            process.advance(block * 12_000).to_bits()
        })
        .collect();
    assert_eq!(twice, path(1, "ETH"));
}

/// The log returns from `start` to each price.
pub(super) fn log_returns(ends: &[f64], start: f64) -> Vec<f64> {
    ends.iter().map(|price| libm::log(price / start)).collect()
}

/// How many standard errors a sample's mean and variance are off the expected ones. The standard errors are the sample's
/// own: `sqrt(m2 / n)` for the mean, `sqrt((m4 - m2^2) / n)` for the variance.
pub(super) fn standard_errors(sample: &[f64], mean: f64, variance: f64) -> [f64; 2] {
    let n = sample.len() as f64;
    let found_mean = sample.iter().sum::<f64>() / n;
    let moment = |power: fn(f64) -> f64| sample.iter().map(|x| power(x - found_mean)).sum::<f64>() / n;
    let (second, fourth) = (moment(|x| x * x), moment(|x| x * x * x * x));
    [(found_mean - mean) / (second / n).sqrt(), (second - variance) / ((fourth - second * second) / n).sqrt()]
}
