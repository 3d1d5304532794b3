//! What everybody who is not simulated asks of a block: gas, and what it pays for it.
//!
//! The demand of a block is drawn anew: what the block had no room for does not come back. It is cut into slices of
//! equal gas, each with a bid of its own; one whose most is below the base fee stays away, so that a dearer block space
//! finds fewer takers.

use std::cmp::Reverse;

use bevy_ecs::prelude::{Res, ResMut, Resource};
use serde::Deserialize;

use crate::chain::background::Slice;
use crate::chain::dice::{Dice, Who};
use crate::chain::distribution::Distribution;
use crate::chain::gas::gwei_to_units;
use crate::chain::ids::TokenId;
use crate::chain::mempool::Mempool;
use crate::chain::state::ChainState;
use crate::chain::time::{TimeSpan, YEAR_MS};

/// Into how many slices a block's demand is cut.
const SLICES: u64 = 20;

/// Demand for block space from outside, as scenario files write it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackgroundParams {
    /// Gas that is asked for in a block, in units of gas.
    pub gas: Distribution,
    /// What a slice of it pays on top of the base fee, in gwei per unit of gas.
    pub tip: Distribution,
    /// The most that a slice pays in all, in gwei per unit of gas; whatever the base fee is by default.
    #[serde(default)]
    pub max_fee: Option<Distribution>,
    /// None: demand does not depend on prices.
    #[serde(default)]
    pub rises: Option<RiseParams>,
}

/// Demand that rises with the volatility of a price: the gas is multiplied by (volatility / usual) ^ elasticity while that
/// is above 1.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiseParams {
    /// The token whose outside price is watched.
    pub token: String,
    /// Volatility of its log price, per year, up to which the demand is as drawn.
    pub usual: f64,
    /// How fast the realised volatility forgets: squared returns weigh half as much after this.
    pub half_life: TimeSpan,
    /// By what power of the volatility the gas rises.
    #[serde(default = "linear")]
    pub elasticity: f64,
}

fn linear() -> f64 {
    1.0
}

/// Background demand and its dice.
#[derive(Debug, Clone, PartialEq, Resource)]
pub struct Demand {
    params: BackgroundParams,
    rise: Option<Rise>,
    native_decimals: u8,
    who: Who,
}

impl Demand {
    /// The demand that a scenario states; `watched` is the token whose volatility makes it rise, and its price now.
    pub fn new(params: &BackgroundParams, watched: Option<(TokenId, f64)>, native_decimals: u8) -> Self {
        let rise = params.rises.clone().zip(watched).map(|(params, (token, price))| Rise::new(params, token, price));
        Self { params: params.clone(), rise, native_decimals, who: Who::new("background demand", 0) }
    }

    /// Draws a block's slices, the dearest first.
    fn draw(&self, dice: &mut Dice, base_fee: u128, slices: &mut Vec<Slice>) {
        slices.clear();
        let factor = self.rise.as_ref().map_or(1.0, Rise::factor);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates, as demand may")]
        let gas = (self.params.gas.sample(dice) * factor) as u64 / SLICES;
        let units = |gwei| gwei_to_units(gwei, self.native_decimals);
        for _ in 0..SLICES {
            let tip = units(self.params.tip.sample(dice));
            let most = self.params.max_fee.as_ref().map_or(u128::MAX, |law| units(law.sample(dice)));
            slices.extend(most.checked_sub(base_fee).map(|left| Slice { tip: tip.min(left), gas }));
        }
        slices.sort_unstable_by_key(|slice| Reverse(slice.tip));
    }
}

/// The realised volatility of a price, and what it does to the demand.
#[derive(Debug, Clone, PartialEq)]
struct Rise {
    params: RiseParams,
    token: TokenId,
    at_ms: u64,
    price: f64,
    /// Squared log returns per year, weighed down with their age.
    variance: f64,
}

impl Rise {
    fn new(params: RiseParams, token: TokenId, price: f64) -> Self {
        let variance = params.usual * params.usual;
        Self { params, token, at_ms: 0, price, variance }
    }

    /// Takes in a price; a price of the same moment moves nothing.
    fn follow(&mut self, now_ms: u64, price: f64) {
        if now_ms == self.at_ms {
            return;
        }
        let ms = (now_ms - self.at_ms) as f64;
        let kept = libm::exp2(-ms / self.params.half_life.ms as f64);
        let log_return = libm::log(price / self.price);
        self.variance = kept * self.variance + (1.0 - kept) * log_return * log_return * YEAR_MS / ms;
        (self.at_ms, self.price) = (now_ms, price);
    }

    fn factor(&self) -> f64 {
        libm::pow((self.variance.sqrt() / self.params.usual).max(1.0), self.params.elasticity)
    }
}

/// Draws the block's background demand; runs in the stage `market`.
pub fn draw_background(chain: Res<ChainState>, mut demand: ResMut<Demand>, mut mempool: ResMut<Mempool>) {
    let ChainState { clock, venues, gas, .. } = &*chain;
    if let Some(rise) = &mut demand.rise {
        rise.follow(clock.elapsed.ms, venues.price(rise.token));
    }
    let mut dice = Dice::new(clock.seed, demand.who, clock.block);
    demand.draw(&mut dice, gas.base_fee, &mut mempool.background);
}

#[cfg(test)]
mod tests {
    use super::*;

    const GWEI: u128 = 1_000_000_000;

    fn demand(max_fee: Option<Distribution>) -> Demand {
        let gas = Distribution::Uniform(10e6, 20e6);
        let params = BackgroundParams { gas, tip: Distribution::Exponential { mean: 2.0 }, max_fee, rises: None };
        Demand::new(&params, None, 18)
    }

    /// The gas of 4,000 blocks on average, in millions, and the tip per gas, in gwei.
    fn averages(demand: &Demand, base_fee: u128) -> (f64, f64) {
        let (mut gas, mut paid, mut slices) = (0.0, 0.0, Vec::new());
        for block in 0..4_000 {
            demand.draw(&mut Dice::new(1, demand.who, block), base_fee, &mut slices);
            assert!(slices.is_sorted_by_key(|slice| Reverse(slice.tip)));
            gas += slices.iter().map(|slice| slice.gas as f64).sum::<f64>();
            paid += slices.iter().map(|slice| slice.gas as f64 * slice.tip as f64 / GWEI as f64).sum::<f64>();
        }
        (gas / 4_000.0 / 1e6, paid / gas)
    }

    /// Standard errors: 15 million +- 2.89 / sqrt(4,000) = 0.05; 2 gwei +- 2 / sqrt(80,000) = 0.007.
    #[test]
    fn gas_and_tips_have_the_means_of_their_laws() {
        let (gas, tip) = averages(&demand(None), 30 * GWEI);
        assert!((gas - 15.0).abs() < 0.2 && (tip - 2.0).abs() < 0.03, "{gas} and {tip}");
    }

    /// Of what pays 0 to 40 gwei at most, a quarter pays 30 and more.
    #[test]
    fn a_dear_block_space_finds_fewer_takers() {
        let elastic = demand(Some(Distribution::Uniform(0.0, 40.0)));
        let (gas, _) = averages(&elastic, 30 * GWEI);
        assert!((gas / 15.0 - 0.25).abs() < 0.01, "{gas}");
        assert!((averages(&elastic, 0).0 - 15.0).abs() < 0.2);
    }

    /// A price that moves 1 % an hour has a volatility of sqrt(8,760) %, 0.936 a year.
    #[test]
    fn demand_rises_with_realised_volatility_and_comes_back() {
        let params =
            RiseParams { token: "ETH".into(), usual: 0.468, half_life: TimeSpan::seconds(7_200), elasticity: 2.0 };
        let mut rise = Rise::new(params, TokenId(0), 100.0);
        assert!((rise.factor() - 1.0).abs() < 1e-12);
        let (mut now, mut price) = (0, 100.0);
        let mut hours = |rise: &mut Rise, hours: u64, log_return: f64| {
            for hour in 0..hours {
                now += 3_600_000;
                price *= libm::exp(if hour % 2 == 0 { log_return } else { -log_return });
                rise.follow(now, price);
            }
        };
        hours(&mut rise, 100, 0.01);
        assert!((rise.factor() - 4.0).abs() < 0.01, "{}", rise.factor());
        hours(&mut rise, 2, 0.0);
        assert!((rise.factor() - 2.0).abs() < 0.01, "a half-life later: {}", rise.factor());
        hours(&mut rise, 100, 0.0);
        assert!((rise.factor() - 1.0).abs() < 1e-12, "never below");
    }
}
