//! The fundamental price of a token: what it would be outside the chain if nobody here traded.
//!
//! Each token has a stream of dice of its own, chosen by the token's name: another token or another agent never shifts
//! its path.

mod gbm;
mod heston;
mod jump_diffusion;
mod knots;
mod ornstein_uhlenbeck;
mod params;
mod regime_switching;
mod replay;
#[cfg(test)]
mod tests;

use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};

use self::gbm::Gbm;
use self::heston::Heston;
pub use self::heston::HestonParams;
use self::jump_diffusion::JumpDiffusion;
pub use self::jump_diffusion::JumpDiffusionParams;
use self::knots::Knots;
use self::ornstein_uhlenbeck::OrnsteinUhlenbeck;
pub use self::ornstein_uhlenbeck::OrnsteinUhlenbeckParams;
pub use self::params::PriceParams;
use self::regime_switching::RegimeSwitching;
pub use self::regime_switching::{RegimeParams, RegimeSwitchingParams};
use self::replay::Replay;
use super::series::Series;
use crate::chain::dice::{self, Who};
use crate::chain::time::YEAR_MS;

/// A token's price as a function of time, with its own dice.
#[derive(Debug)]
pub struct PriceProcess {
    law: Law,
    dice: ChaCha8Rng,
    /// The normal that drives the next step, if it was given one: see [`PriceProcess::drive`].
    driver: Option<f64>,
    now_ms: u64,
    price: f64,
}

/// The generator is no `Clone`, so that nobody uses the same numbers twice by mistake; a copy of a run means to.
impl Clone for PriceProcess {
    fn clone(&self) -> Self {
        let dice = ChaCha8Rng::deserialize_state(&self.dice.serialize_state());
        Self { law: self.law.clone(), dice, driver: self.driver, now_ms: self.now_ms, price: self.price }
    }
}

#[derive(Debug, Clone)]
enum Law {
    Fixed,
    Gbm(Gbm),
    JumpDiffusion(JumpDiffusion),
    OrnsteinUhlenbeck(OrnsteinUhlenbeck),
    Heston(Heston),
    RegimeSwitching(RegimeSwitching),
    Replay(Replay),
    Knots(Knots),
}

impl PriceProcess {
    /// The process of the token called `token` in a run with `seed`; `series` is what a replay's file holds, and `None`
    /// otherwise. The parameters are those of a scenario without mistakes.
    pub fn new(params: &PriceParams, seed: u64, token: &str, series: Option<Series>) -> Self {
        let mut dice = dice(seed, token);
        let (law, price) = match params {
            PriceParams::Fixed(price) => (Law::Fixed, *price),
            PriceParams::Gbm { start, drift, volatility } => (Law::Gbm(Gbm::new(*start, *drift, *volatility)), *start),
            PriceParams::JumpDiffusion(params) => {
                (Law::JumpDiffusion(JumpDiffusion::new(params, &mut dice)), params.start)
            }
            PriceParams::OrnsteinUhlenbeck(params) => {
                (Law::OrnsteinUhlenbeck(OrnsteinUhlenbeck::new(params)), params.start())
            }
            PriceParams::Heston(params) => (Law::Heston(Heston::new(params)), params.start),
            PriceParams::RegimeSwitching(params) => {
                (Law::RegimeSwitching(RegimeSwitching::new(params, &mut dice)), params.start)
            }
            PriceParams::Replay(_) => {
                let mut replay = Replay::new(series.expect("a replay's file is loaded before its process is made"));
                let price = replay.advance(0);
                (Law::Replay(replay), price)
            }
            PriceParams::Knots { knots, volatility } => {
                let points = knots.iter().map(|(at, price)| (at.ms, *price)).collect();
                let mut knots = Knots::new(points, *volatility);
                let price = knots.advance(0, &mut dice);
                (Law::Knots(knots), price)
            }
        };
        Self { law, dice, driver: None, now_ms: 0, price }
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

    /// Draws the normal that the next step would be driven by, for [`PriceProcess::drive`] to take back: as it is, and
    /// nothing changes, or mixed with those of other tokens. Only where [`PriceParams::has_one_driver`].
    pub fn draw(&mut self) -> f64 {
        normal(&mut self.dice)
    }

    /// Gives the next step the standard normal that drives it, in place of one from the token's own dice.
    pub fn drive(&mut self, normal: f64) {
        self.driver = Some(normal);
    }

    fn at(&mut self, elapsed_ms: u64) -> f64 {
        let ms = elapsed_ms.checked_sub(self.now_ms).expect("a run's time never falls");
        let dice = &mut self.dice;
        let mut driver = |dice: &mut ChaCha8Rng| self.driver.take().unwrap_or_else(|| normal(dice));
        match &mut self.law {
            Law::Fixed => self.price,
            Law::Gbm(gbm) => gbm.advance(ms, driver(dice)),
            Law::JumpDiffusion(jumps) => jumps.advance(ms, driver(dice), dice),
            Law::OrnsteinUhlenbeck(reverting) => reverting.advance(ms, driver(dice)),
            Law::Heston(heston) => heston.advance(ms, dice),
            Law::RegimeSwitching(regimes) => regimes.advance(ms, driver(dice), dice),
            Law::Replay(replay) => replay.advance(elapsed_ms),
            Law::Knots(knots) => knots.advance(elapsed_ms, dice),
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

/// A draw from the exponential law of mean 1.
fn exponential(dice: &mut ChaCha8Rng) -> f64 {
    -libm::log(1.0 - uniform(dice))
}

/// Draws from the uniform law on `[0, 1)`.
fn uniform(dice: &mut ChaCha8Rng) -> f64 {
    dice::unit(dice.next_u64())
}

fn years(ms: u64) -> f64 {
    ms as f64 / YEAR_MS
}
