//! The fundamental price of a token: what it would be outside the chain if nobody here traded.
//!
//! Each token has a stream of dice of its own, chosen by the token's name: another token or another agent never shifts
//! its path.

mod gbm;
mod knots;
mod replay;

use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};
use serde::Deserialize;

use self::gbm::Gbm;
use self::knots::Knots;
use self::replay::Replay;
use super::series::Series;
use crate::chain::dice::{self, Who};
use crate::chain::time::{TimeSpan, YEAR_MS};

/// How a token's price moves, as scenario files write it. Prices are in the numeraire, per whole token.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum PriceParams {
    /// A constant.
    Fixed(f64),
    /// Geometric Brownian motion, stepped exactly.
    Gbm {
        /// The price at the start.
        start: f64,
        /// Drift of the price's mean, per year: the mean grows as `exp(drift * years)`.
        #[serde(default)]
        drift: f64,
        /// Standard deviation of the log return over a year.
        volatility: f64,
    },
    /// A recorded series, interpolated in log price.
    Replay(ReplayParams),
    /// Stated points, with a Brownian bridge of the log price between them.
    Knots {
        /// Times from the start of the run, and prices.
        knots: Vec<(TimeSpan, f64)>,
        /// Volatility of the bridge, per year.
        #[serde(default)]
        volatility: f64,
    },
}

/// A recorded price series.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplayParams {
    /// A CSV file with a header, relative to the scenario file.
    pub file: String,
    /// The column of times.
    pub time_column: String,
    /// How times are written.
    pub time_format: TimeFormat,
    /// The column of prices.
    pub price_column: String,
    /// The moment in the file at which the run starts, written as in the file; the first row by default.
    #[serde(default)]
    pub from: Option<String>,
    /// Gaps longer than this are reported; three times the usual step by default.
    #[serde(default)]
    pub longest_gap: Option<TimeSpan>,
}

/// How a file writes its times.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub enum TimeFormat {
    /// Seconds since 1970, whole or with a fraction.
    UnixSeconds,
    /// Milliseconds since 1970.
    UnixMilliseconds,
    /// Microseconds since 1970.
    UnixMicroseconds,
    /// As `strptime` patterns say, in UTC: `"%Y-%m-%d %H:%M:%S"`.
    Pattern(String),
}

impl PriceParams {
    /// Says what makes this process impossible, if anything does.
    pub fn fault(&self) -> Option<String> {
        match self {
            Self::Fixed(price) => not_a_price("the price", *price),
            Self::Gbm { start, drift, volatility } => not_a_price("start", *start)
                .or_else(|| (!drift.is_finite()).then(|| format!("drift is {drift}, expected a finite number")))
                .or_else(|| not_a_volatility(*volatility)),
            Self::Replay(_) => None,
            Self::Knots { knots, volatility } => knots_fault(knots).or_else(|| not_a_volatility(*volatility)),
        }
    }
}

fn not_a_price(name: &str, x: f64) -> Option<String> {
    (!(x.is_finite() && x > 0.0)).then(|| format!("{name} is {x}, expected a finite number above 0"))
}

fn not_a_volatility(x: f64) -> Option<String> {
    (!(x.is_finite() && x >= 0.0)).then(|| format!("volatility is {x}, expected 0 or more, as in 0.9 for 90 % a year"))
}

fn knots_fault(knots: &[(TimeSpan, f64)]) -> Option<String> {
    if knots.is_empty() {
        return Some("knots is empty, expected at least one time and price".to_owned());
    }
    let price = knots.iter().find_map(|(at, price)| not_a_price(&format!("the price at {at}"), *price));
    price.or_else(|| {
        knots
            .windows(2)
            .find(|pair| pair[0].0 >= pair[1].0)
            .map(|pair| format!("the knot at {} follows that at {}, expected ascending times", pair[1].0, pair[0].0))
    })
}

/// A token's price as a function of time, with its own dice.
#[derive(Debug)]
pub struct PriceProcess {
    law: Law,
    dice: ChaCha8Rng,
    now_ms: u64,
    price: f64,
}

#[derive(Debug, Clone)]
enum Law {
    Fixed,
    Gbm(Gbm),
    Replay(Replay),
    Knots(Knots),
}

impl PriceProcess {
    /// The process of the token called `token` in a run with `seed`; `series` is what a replay's file holds, and `None`
    /// otherwise. The parameters have no [`PriceParams::fault`].
    pub fn new(params: &PriceParams, seed: u64, token: &str, series: Option<Series>) -> Self {
        let mut price = 0.0;
        let law = match params {
            PriceParams::Fixed(fixed) => {
                price = *fixed;
                Law::Fixed
            }
            PriceParams::Gbm { start, drift, volatility } => {
                price = *start;
                Law::Gbm(Gbm::new(*start, *drift, *volatility))
            }
            PriceParams::Replay(_) => {
                Law::Replay(Replay::new(series.expect("a replay's file is loaded before its process is made")))
            }
            PriceParams::Knots { knots, volatility } => {
                Law::Knots(Knots::new(knots.iter().map(|(at, price)| (at.ms, *price)).collect(), *volatility))
            }
        };
        let mut process = Self { law, dice: dice(seed, token), now_ms: 0, price };
        process.price = process.at(0);
        process
    }

    /// Returns the price `elapsed_ms` after the start of the run, in the numeraire per whole token.
    ///
    /// Times never fall from call to call. The same time twice draws nothing and gives the same price.
    pub fn advance(&mut self, elapsed_ms: u64) -> f64 {
        if elapsed_ms != self.now_ms {
            self.price = self.at(elapsed_ms);
            self.now_ms = elapsed_ms;
        }
        self.price
    }

    /// Returns the price at the last time asked for, or at the start.
    pub fn price(&self) -> f64 {
        self.price
    }

    fn at(&mut self, elapsed_ms: u64) -> f64 {
        let ms = elapsed_ms.checked_sub(self.now_ms).expect("a run's time never falls");
        match &mut self.law {
            Law::Gbm(gbm) if ms > 0 => gbm.advance(ms, &mut self.dice),
            Law::Fixed | Law::Gbm(_) => self.price,
            Law::Replay(replay) => replay.advance(elapsed_ms),
            Law::Knots(knots) => knots.advance(elapsed_ms, &mut self.dice),
        }
    }
}

/// The dice of a token's price: the seed's key, and the stream that the token's name chooses.
fn dice(seed: u64, token: &str) -> ChaCha8Rng {
    let mut dice = ChaCha8Rng::from_seed(*blake3::hash(&seed.to_le_bytes()).as_bytes());
    dice.set_stream(Who::new(token, 0).0);
    dice
}

fn normal(dice: &mut ChaCha8Rng) -> f64 {
    dice::normal(dice.next_u64(), dice.next_u64())
}

fn years(ms: u64) -> f64 {
    ms as f64 / YEAR_MS
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn impossible_processes_say_why() {
        let knot = |seconds, price| (TimeSpan::seconds(seconds), price);
        let knots = |knots| PriceParams::Knots { knots, volatility: 0.0 };
        for (params, word) in [
            (PriceParams::Fixed(0.0), "above 0"),
            (gbm(f64::NAN), "start"),
            (PriceParams::Gbm { start: 1.0, drift: 0.0, volatility: -0.1 }, "volatility"),
            (PriceParams::Gbm { start: 1.0, drift: f64::INFINITY, volatility: 0.1 }, "drift"),
            (knots(vec![]), "empty"),
            (knots(vec![knot(5, 1.0), knot(5, 2.0)]), "ascending"),
            (knots(vec![knot(5, 1.0), knot(6, -2.0)]), "the price at 6s"),
        ] {
            assert!(params.fault().unwrap().contains(word), "{params:?}: {:?}", params.fault());
        }
    }
}
