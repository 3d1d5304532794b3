//! When a leveraged position in a pool is killed. Liquidity of a pool of constant product is worth `sqrt(r)` of what it
//! was; of `L` times own capital, `L - 1` is owed; so debt passes `theta` of the assets at
//! `r* = ((L - 1) / (theta L))^2`, if fee and impact are left out.
//!
//! The contract does not leave them out (Alpha Homora V1, `UniswapGoblin.health`): it sells the farmed side into the rest
//! of the pool. For a part `s` of the pool the health is `y (s + (1 - s) phi s / ((1 - s) + phi s))`, with `y` the reserve
//! of the base asset and `phi` 0.997. For dust that is `r*` times `(2 / 1.997)^2`: 0.3 % higher, of the fee alone.
//!
//! `y` is all that the price does to a position, so its square over its square at the start is the price's fall that the
//! position feels: in a pool that takes no fee on the way it is the price itself; with one, times what the fee added.

use super::market::Market;

/// The kill factor: five sixths, in the nearest basis points.
const THETA: f64 = 0.8333;

/// The outside price falls by 0.1 % a block.
const STEP: f64 = 0.999;

/// Blocks that take the price to 0.33 of itself: below where any of these positions lives.
const BLOCKS: u64 = 1_108;

const PHI: f64 = 0.997;

/// One farmer, whose position is `part` of its pool, and somebody who brings the price into the pool after every block.
fn scenario(leverage: f64, part: f64) -> String {
    // Half of the position is base: it is `part` of the reserve with which it began and its own.
    let capital = 2.0 * 40e6 * part / (1.0 - part) / leverage;
    let last = 2_000.0 * libm::pow(STEP, BLOCKS as f64);
    format!(
        r#"Scenario(
            blocks: {BLOCKS}, block_time: "1 min", numeraire: "USDC",
            chain: (native: "ETH", base_fee: Fixed(0)),
            tokens: [
                (name: "USDC", decimals: 6, price: Fixed(1)),
                (name: "ETH", decimals: 18, price: Knots(knots: [("0 s", 2000), ("{BLOCKS} min", {last})])),
                (name: "UNI", decimals: 18, price: Fixed(20)),
            ],
            pools: [
                UniswapV2(name: "ETH/USDC", tokens: ("ETH", "USDC"), reserves: ("20_000", "40_000_000")),
                UniswapV2(name: "UNI/USDC", tokens: ("UNI", "USDC"), reserves: ("500_000", "10_000_000")),
            ],
            farms: [StakingRewards(name: "rewards", pool: "ETH/USDC", reward: "UNI")],
            banks: [
                AlphaHomora(
                    name: "bank", base: "USDC", reserve_bps: 1_000, kill_bps: 500, interest: Constant(0),
                    goblins: [
                        (
                            name: "goblin", pool: "ETH/USDC", farm: "rewards", reward_pool: "UNI/USDC",
                            work_factor: 0.8, kill_factor: {THETA},
                        ),
                    ],
                ),
            ],
            agents: [
                Farmer(name: "farmer", goblin: "goblin", capital: Fixed({capital}), leverage: Fixed({leverage})),
                FarmLender(name: "lender", bank: "bank", supply: Fixed(50_000_000)),
                FarmLiquidator(name: "liquidator", bank: "bank", bid_share: Fixed(0), kills_per_block: 1),
                Arbitrageur(
                    name: "arbitrageur", pool: "ETH/USDC", capital: Fixed(1_000_000_000), bid_share: Fixed(0),
                ),
            ],
        )"#
    )
}

/// What the bank's formula says of a part of a pool with so much base.
fn health(part: f64, base: f64) -> f64 {
    base * (part + (1.0 - part) * PHI * part / ((1.0 - part) + PHI * part))
}

/// The same without anybody who would kill the position.
fn unwatched(leverage: f64, part: f64) -> String {
    let watched = scenario(leverage, part);
    let kept: Vec<&str> = watched.lines().filter(|line| !line.contains("FarmLiquidator(")).collect();
    kept.join("\n")
}

/// How a position ended: in which block, and the fall that it had felt when that block began and a block earlier.
#[derive(Debug, Clone, Copy)]
struct Kill {
    block: u64,
    fall: f64,
    fall_before: f64,
}

/// Runs a position to its end.
fn kill(leverage: f64, part: f64) -> Kill {
    let mut market = Market::open(&scenario(leverage, part), 1);
    let start = market.reserves(0).second;
    let (held, _) = market.first_position();
    assert!((held / part - 1.0).abs() < 1e-3, "the position is {held} of its pool, not {part}");
    let (mut fall, mut fall_before) = (1.0, 1.0);
    for block in 0..BLOCKS {
        fall_before = std::mem::replace(&mut fall, square(market.reserves(0).second / start));
        market.step();
        if market.kills() > 0 {
            return Kill { block, fall, fall_before };
        }
    }
    panic!("the position outlived a fall to {fall}, {fall_before} before");
}

/// Returns the first block that begins with a pool in which the position fails by a formula of its part and the base.
fn fails_by(formula: impl Fn(f64, f64) -> f64, leverage: f64, part: f64) -> u64 {
    let mut market = Market::open(&unwatched(leverage, part), 1);
    let (held, debt) = market.first_position();
    let fails = |block: &u64| {
        let fails = debt > THETA * formula(held, market.reserves(0).second);
        if !fails {
            market.step();
        }
        fails && *block > 0
    };
    (0..BLOCKS).find(fails).expect("it fails before the price has fallen to a third")
}

fn square(x: f64) -> f64 {
    x * x
}

/// `r*`, of the formula without fee and impact.
fn r_star(leverage: f64) -> f64 {
    square((leverage - 1.0) / (THETA * leverage))
}

/// `r*` with the fee and the impact of a part of the pool.
fn exact(leverage: f64, part: f64) -> f64 {
    r_star(leverage) * square(2.0 * part / health(part, 1.0))
}

const DUST: f64 = 1e-6;

#[test]
fn a_position_is_killed_in_the_block_in_which_the_contracts_formula_fails() {
    for leverage in [2.0, 2.5, 3.0] {
        for part in [DUST, 0.001, 0.01, 0.05] {
            let (kill, exact) = (kill(leverage, part), exact(leverage, part));
            assert_eq!(kill.block, fails_by(health, leverage, part), "{leverage} times, {part} of the pool: {kill:?}");
            assert!(kill.fall <= exact && exact < kill.fall_before, "{leverage} times, {part}: {exact}, {kill:?}");
            assert!(kill.fall > exact * STEP * STEP, "one block's step and no more: {exact}, {kill:?}");
        }
    }
}

/// With three times own capital, on a grid of 0.1 %: the first price at which dust fails is 0.64196 of the first one, the
/// first at which a hundredth of the pool does is 0.6478; `r*` is 0.6400.
#[test]
fn the_distance_to_the_formula_without_fee_and_impact_shrinks_to_what_the_fee_explains() {
    let first_on_grid = |limit: f64| libm::pow(STEP, (libm::log(limit) / libm::log(STEP)).ceil());
    assert!((first_on_grid(exact(3.0, DUST)) - 0.64196).abs() < 5e-6);
    assert!((first_on_grid(exact(3.0, 0.01)) - 0.6478).abs() < 5e-5);
    for leverage in [2.0, 2.5, 3.0] {
        let distances: Vec<f64> =
            [0.05, 0.01, 0.001, DUST].iter().map(|part| kill(leverage, *part).fall / r_star(leverage) - 1.0).collect();
        assert!(distances.windows(2).all(|pair| pair[1] < pair[0]), "{distances:?}");
        let fee_alone = square(2.0 / 1.997) - 1.0;
        assert!((distances[3] - fee_alone).abs() < 1.0 - STEP, "{distances:?}, the fee explains {fee_alone}");
    }
}

/// A test against `r*` would have the position live a dozen blocks longer, one that forgets the fee three.
#[test]
fn formulas_without_fee_or_impact_are_refused() {
    let kill = kill(3.0, 0.01);
    let without_fee = fails_by(|part, base| base * (part + (1.0 - part) * part), 3.0, 0.01);
    let without_fee_and_impact = fails_by(|part, base| 2.0 * base * part, 3.0, 0.01);
    assert!(without_fee >= kill.block + 2, "only {without_fee}: {kill:?}");
    assert!(without_fee_and_impact >= kill.block + 12, "only {without_fee_and_impact}: {kill:?}");
    assert!(kill.fall / r_star(3.0) - 1.0 > 10.0 * (1.0 - STEP), "{kill:?}");
}
