//! A pool of constant product without a fee, at the outside price after every block, is worth `sqrt(r)` of what it was
//! when the price is `r` times what it was, on whatever way it got there. With `x y = k` and `y / x = p`, it holds
//! `2 sqrt(k p)` (G. Angeris, H.-T. Kao, R. Chiang, C. Noyes, T. Chitra, "An analysis of Uniswap markets", 2019).
//!
//! How exact that is here. Value off by a mispricing of `d` in log price is off by `d^2 / 8`. Arbitrage leaves only what
//! gains less than a unit, 1e-6 USDC, and a mispricing gains about `y d^2 / 4`: with 40 million USDC, `d` is below 4e-7,
//! and value off by 2e-14. Each trade rounds `k` up by at most 1e-6 in 4e7; 1,000 trades by 3e-11. So the tolerance is
//! 1e-9, a thousand times finer than the differences that matter here.

use std::fmt::Write;

use super::market::Market;

const TOLERANCE: f64 = 1e-9;

/// Who trades in the pool.
const ARBITRAGEUR: &str = r#"
    Arbitrageur(name: "arbitrageur", pool: "ETH/USDC", capital: Fixed(1_000_000_000), bid_share: Fixed(0)),
"#;

/// A market of one pool of 20,000 ETH; blocks of a minute, gas for nothing.
fn scenario(price: &str, fee_bps: u16, agents: &str) -> String {
    format!(
        r#"Scenario(
            blocks: 1_000, block_time: "1 min", numeraire: "USDC",
            chain: (native: "ETH", base_fee: Fixed(0)),
            tokens: [
                (name: "USDC", decimals: 6, price: Fixed(1)),
                (name: "ETH", decimals: 18, price: {price}),
            ],
            pools: [
                UniswapV2(
                    name: "ETH/USDC", tokens: ("ETH", "USDC"),
                    reserves: ("20_000", "40_000_000"), fee_bps: {fee_bps},
                ),
            ],
            agents: [{agents}],
        )"#
    )
}

/// Returns by how much a pool's value misses `sqrt(r)` after a way of 1,000 blocks, relatively.
fn miss(knots: &str, volatility: f64, fee_bps: u16, agents: &str) -> f64 {
    let price = format!("Knots(knots: [{knots}], volatility: {volatility})");
    let mut market = Market::open(&scenario(&price, fee_bps, agents), 7);
    let (worth, outside) = (market.founders_worth(), market.price("ETH"));
    market.steps(1_000);
    let r = market.price("ETH") / outside;
    market.founders_worth() / worth / r.sqrt() - 1.0
}

/// Straight down, up and down again, with and without noise: to a tenth, a half, four times, and back to the start.
const WAYS: [(&str, f64); 6] = [
    (r#"("0 s", 2000), ("999 min", 200)"#, 0.0),
    (r#"("0 s", 2000), ("300 min", 8000), ("600 min", 50), ("999 min", 200)"#, 0.0),
    (r#"("0 s", 2000), ("999 min", 200)"#, 3.0),
    (r#"("0 s", 2000), ("999 min", 1000)"#, 5.0),
    (r#"("0 s", 2000), ("999 min", 8000)"#, 1.0),
    (r#"("0 s", 2000), ("500 min", 500), ("999 min", 2000)"#, 2.0),
];

#[test]
fn a_pool_without_fee_is_worth_the_square_root_of_the_price_on_every_way() {
    for (knots, volatility) in WAYS {
        let miss = miss(knots, volatility, 0, ARBITRAGEUR);
        assert!(miss.abs() < TOLERANCE, "off by {miss} on the way {knots} with volatility {volatility}");
    }
}

/// What a fee brings in depends on the way: the pool keeps it, and is off by more where the price moved more.
#[test]
fn a_pool_with_a_fee_is_refused() {
    let straight = miss(WAYS[0].0, WAYS[0].1, 30, ARBITRAGEUR);
    let roundabout = miss(WAYS[1].0, WAYS[1].1, 30, ARBITRAGEUR);
    assert!(straight > 1e-3 && roundabout > 2.0 * straight, "{straight} and {roundabout}");
}

/// Nobody trades: the pool holds what it held, and is worth `(1 + r) / 2`.
#[test]
fn a_pool_that_nobody_corrects_is_refused() {
    let miss = miss(WAYS[0].0, WAYS[0].1, 0, "");
    let expected = f64::midpoint(1.0, 0.1) / 0.1_f64.sqrt() - 1.0;
    assert!((miss - expected).abs() < TOLERANCE, "{miss}, expected {expected}");
}

/// Pools of a market in which each has its own token, with its own draw of the price.
const POOLS: usize = 250;

/// A market of many pools a year apart from its only other block: geometric Brownian motion is stepped exactly.
fn many_pools(volatility: f64, agents: bool) -> String {
    let (mut tokens, mut pools, mut arbitrageurs) = (String::new(), String::new(), String::new());
    for index in 0..POOLS {
        writeln!(tokens, r#"(name: "T{index}", decimals: 18, price: Gbm(start: 1, volatility: {volatility})),"#)
            .unwrap();
        let reserves = r#"("1_000_000", "1_000_000")"#;
        let pool =
            format!(r#"UniswapV2(name: "P{index}", tokens: ("T{index}", "USDC"), reserves: {reserves}, fee_bps: 0),"#);
        writeln!(pools, "{pool}").unwrap();
        if agents {
            let capital = "capital: Fixed(1_000_000_000), bid_share: Fixed(0)";
            writeln!(arbitrageurs, r#"Arbitrageur(name: "A{index}", pool: "P{index}", {capital}),"#).unwrap();
        }
    }
    format!(
        r#"Scenario(
            blocks: 2, block_time: "365 d", numeraire: "USDC",
            chain: (native: "GAS", base_fee: Fixed(0)),
            tokens: [
                (name: "USDC", decimals: 6, price: Fixed(1)), (name: "GAS", decimals: 18, price: Fixed(1)),
                {tokens}
            ],
            pools: [{pools}],
            agents: [{arbitrageurs}],
        )"#
    )
}

/// Returns how many standard errors the mean of `V_T / V_0` is off `exp(-sigma^2 T / 8)` after a year, and how many it is
/// off 1. Eight runs of 250 pools.
fn mean_value(volatility: f64, agents: bool) -> (f64, f64) {
    let scenario = super::market::read(&many_pools(volatility, agents));
    let mut values = Vec::new();
    for seed in 0..8 {
        let mut market = Market::begin(&scenario, seed);
        let held: Vec<_> = (0..POOLS).map(|index| market.reserves(index)).collect();
        market.steps(2);
        values.extend((0..POOLS).zip(held).map(|(index, before)| {
            let (now, price) = (market.reserves(index), market.price(&format!("T{index}")));
            (now.first * price + now.second) / (before.first + before.second)
        }));
    }
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (n - 1.0);
    let error = (variance / n).sqrt();
    ((mean - libm::exp(-volatility * volatility / 8.0)) / error, (mean - 1.0) / error)
}

/// The expectation of `sqrt(r)` when `log r` is normal with variance `sigma^2 T` and the price is a martingale.
#[test]
fn the_mean_value_under_geometric_brownian_motion_falls_by_an_eighth_of_the_variance() {
    let (from_formula, from_one) = mean_value(0.8, true);
    assert!(from_formula.abs() < 3.0, "{from_formula} standard errors");
    assert!(from_one < -5.0, "a test without power: 1 is only {from_one} standard errors away");
}

/// Held and not rebalanced, a driftless pool keeps its mean value.
#[test]
fn the_mean_value_of_pools_that_nobody_corrects_is_refused() {
    let (from_formula, from_one) = mean_value(0.8, false);
    assert!(from_formula > 5.0 && from_one.abs() < 3.0, "{from_formula} and {from_one} standard errors");
}
