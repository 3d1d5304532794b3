//! What every process keeps, and what the tests of each use.

use super::*;
use crate::chain::time::TimeSpan;

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

/// One of each process that draws.
fn each() -> [PriceParams; 6] {
    let regime = |name: &str, volatility, hours: u64| RegimeParams {
        name: name.to_owned(),
        drift: 0.1,
        volatility,
        mean_duration: TimeSpan::seconds(hours * 3_600),
        then: Vec::new(),
    };
    let (hour, day) = (TimeSpan::seconds(3_600), TimeSpan::seconds(86_400));
    [
        gbm(1_500.0),
        PriceParams::JumpDiffusion(JumpDiffusionParams {
            start: 1_500.0,
            drift: 0.1,
            volatility: 0.5,
            jumps_per_year: 100_000.0,
            jump_mean: -0.001,
            jump_sigma: 0.001,
        }),
        PriceParams::OrnsteinUhlenbeck(OrnsteinUhlenbeckParams {
            level: 1_500.0,
            start: None,
            half_life: hour,
            volatility: 0.1,
        }),
        PriceParams::Heston(HestonParams {
            start: 1_500.0,
            drift: 0.1,
            volatility: 0.5,
            mean_volatility: Some(0.7),
            half_life: day,
            vol_of_vol: 1.0,
            rho: -0.5,
        }),
        PriceParams::RegimeSwitching(RegimeSwitchingParams {
            start: 1_500.0,
            regimes: vec![regime("calm", 0.5, 2), regime("stressed", 2.0, 1)],
            begins: None,
        }),
        PriceParams::Knots { knots: vec![(TimeSpan::default(), 1_500.0), (hour, 1_400.0)], volatility: 0.5 },
    ]
}

fn path_of(params: &PriceParams, seed: u64, token: &str) -> Vec<u64> {
    let mut process = PriceProcess::new(params, seed, token, None);
    (1..=100).map(|block| process.advance(block * 12_000).to_bits()).collect()
}

#[test]
fn equal_seeds_give_equal_paths_and_other_seeds_or_tokens_others() {
    for params in each() {
        let path = |seed, token| path_of(&params, seed, token);
        assert_eq!(path(1, "ETH"), path(1, "ETH"));
        assert_ne!(path(1, "ETH"), path(2, "ETH"), "{params:?}");
        assert_ne!(path(1, "ETH"), path(1, "WBTC"), "{params:?}");
    }
}

/// The bits themselves, so that another platform, compiler or version of a library that moves them is seen.
#[test]
fn a_path_is_bit_for_bit_the_same_everywhere() {
    assert_eq!(path_of(&gbm(1_500.0), 1, "ETH")[0], 4_654_315_814_843_624_912);
    let ends = each().map(|params| path_of(&params, 1, "ETH")[99]);
    let expected = [
        4_654_348_429_348_964_032,
        4_654_342_214_446_815_540,
        4_654_315_352_763_663_917,
        4_654_349_246_881_336_519,
        4_654_289_099_072_376_858,
        4_654_176_870_974_175_256,
    ];
    assert_eq!(ends, expected);
}

#[test]
fn a_path_does_not_move_when_another_token_is_stepped_between_its_steps() {
    for params in each() {
        let mut eth = PriceProcess::new(&params, 1, "ETH", None);
        let mut btc = PriceProcess::new(&params, 1, "WBTC", None);
        let beside: Vec<u64> = (1..=100)
            .map(|block| {
                btc.advance(block * 12_000);
                eth.advance(block * 12_000).to_bits()
            })
            .collect();
        assert_eq!(beside, path_of(&params, 1, "ETH"), "{params:?}");
    }
}

#[test]
fn asking_twice_for_the_same_time_draws_nothing() {
    for params in each() {
        let mut process = PriceProcess::new(&params, 1, "ETH", None);
        assert_eq!(process.advance(0).to_bits(), 1_500_f64.to_bits());
        let twice: Vec<u64> = (1..=100)
            .map(|block| {
                process.advance(block * 12_000);
                process.advance(block * 12_000).to_bits()
            })
            .collect();
        assert_eq!(twice, path_of(&params, 1, "ETH"), "{params:?}");
    }
}

/// What correlations rest on.
#[test]
fn a_step_that_is_driven_by_its_own_draw_is_the_step_itself() {
    for params in each().into_iter().filter(PriceParams::has_one_driver) {
        let mut process = PriceProcess::new(&params, 1, "ETH", None);
        let driven: Vec<u64> = (1..=100)
            .map(|block| {
                let own = process.draw();
                process.drive(own);
                process.advance(block * 12_000).to_bits()
            })
            .collect();
        assert_eq!(driven, path_of(&params, 1, "ETH"), "{params:?}");
    }
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

/// At whatever point of the generator's buffer.
#[test]
fn a_copy_takes_the_same_way() {
    const STEP_MS: u64 = 20_000;
    for params in each() {
        let mut process = PriceProcess::new(&params, 7, "ETH", None);
        for step in 1..100 {
            let ahead = |mut process: PriceProcess| {
                (step..step + 40).map(|step| process.advance(step * STEP_MS).to_bits()).collect::<Vec<_>>()
            };
            let (copy, another) = (process.clone(), process.clone());
            let expected = ahead(copy);
            assert_eq!(ahead(another), expected, "{params:?}, step {step}");
            assert_eq!(process.advance(step * STEP_MS).to_bits(), expected[0], "{params:?}, step {step}");
        }
    }
}
