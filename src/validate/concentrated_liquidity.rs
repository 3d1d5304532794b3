//! What an arbitrageur gains from liquidity in a range, without a fee, while the outside price moves as a driftless log
//! random walk.
//!
//! A range with liquidity `L` loses `L sigma_b^2 sqrt(P) / 4` against rebalancing in a block while the price `P` is inside,
//! and nothing outside: as much as liquidity everywhere, for a part of its worth. A run begins at the centre of its range and
//! is stopped when the price leaves it.

use std::path::Path;

use rayon::prelude::*;

use super::loss_versus_rebalancing::{DAILY_VOLATILITY, gain};
use super::{Expected, Finding, Sample, Size, Tolerance};
use crate::chain::event::EventLog;
use crate::chain::ids::PoolId;
use crate::chain::ids::TokenId;
use crate::chain::state::ChainState;
use crate::deployments::pool_of;
use crate::scenario;
use crate::simulation::{Options, Simulation};

/// Seconds between blocks.
const BLOCK_S: f64 = 12.0;

#[derive(Debug, Clone, Copy, Default)]
struct Outcome {
    /// Gain per block over `L sigma_b^2 sqrt(P) / 4`.
    by_liquidity: Sample,
    /// Gain per block over an eighth of `sigma_b^2` of what the liquidity is worth.
    by_worth: Sample,
}

/// D4: ranges from the price over `a` to the price times it.
pub fn in_a_range(size: Size) -> Vec<Finding> {
    let sizes = match size {
        Size::Short => [(1.1, 3, 20_000), (2.0, 2, 20_000)],
        // From the centre of the narrow range it takes the price some 26,000 blocks to get out.
        Size::Long => [(1.1, 60, 50_000), (2.0, 20, 50_000)],
    };
    sizes.into_iter().flat_map(|(factor, runs, blocks)| range(factor, runs, blocks)).collect()
}

fn range(factor: f64, runs: u64, blocks: u64) -> [Finding; 2] {
    let checked = scenario::read_text("range", &market(factor, blocks), Path::new(""));
    let checked = checked.expect("the experiment's scenario has no mistakes");
    let outcomes: Vec<Outcome> = (1..=runs)
        .into_par_iter()
        .map(|seed| {
            let begun = Simulation::new(&checked.scenario, "range", Path::new(""), Options::seeded(seed), None);
            follow(begun.expect("the experiment's market can begin"), blocks)
        })
        .collect();
    let mut sum = Outcome::default();
    for outcome in outcomes {
        sum.by_liquidity.merge(&outcome.by_liquidity);
        sum.by_worth.merge(&outcome.by_worth);
    }
    let finding = |theory, sample: &Sample, expected| Finding {
        case: format!("from P / {factor} to {factor} P"),
        theory,
        published: 1.0,
        simulated: sample.mean(),
        standard_error: sample.standard_error(),
        tolerance: Tolerance::StandardErrors { power: 0.02 },
        expected,
    };
    [
        finding("L sigma_b^2 sqrt(P) / 4", &sum.by_liquidity, Expected::Agrees),
        Finding {
            tolerance: Tolerance::StandardErrors { power: 1.0 },
            ..finding("worth sigma_b^2 / 8 (liquidity everywhere)", &sum.by_worth, Expected::Refused)
        },
    ]
}

fn market(factor: f64, blocks: u64) -> String {
    let volatility = DAILY_VOLATILITY * 365_f64.sqrt();
    // The drift that leaves the log price without one.
    let drift = 0.5 * volatility * volatility;
    format!(
        r#"Scenario(
            blocks: {blocks}, block_time: "{BLOCK_S} s", numeraire: "USD",
            chain: (native: "GAS", base_fee: Fixed(0)),
            tokens: [
                (name: "USD", decimals: 18, price: Fixed(1)),
                (name: "RISKY", decimals: 18, price: Gbm(start: 1_000, volatility: {volatility}, drift: {drift})),
                (name: "GAS", decimals: 18, price: Fixed(1)),
            ],
            pools: [
                UniswapV3(
                    name: "pool", tokens: ("RISKY", "USD"), fee_pips: 0, tick_spacing: 1,
                    liquidity: [(range: Factor({factor:?}), amounts: ("1_000_000", "1_000_000_000"))],
                ),
            ],
            agents: [
                Arbitrageur(name: "arbitrageur", pool: "pool", capital: Fixed(1e12), bid_share: Fixed(0)),
            ],
            record: (events: None, agents: false, positions: false),
        )"#
    )
}

/// Makes blocks until the price leaves the range.
fn follow(mut run: Simulation, blocks: u64) -> Outcome {
    let (liquidity, lower, upper) = position(&run);
    let variance = DAILY_VOLATILITY * DAILY_VOLATILITY * BLOCK_S / 86_400.0;
    let (mut outcome, mut before) = (Outcome::default(), price(&run));
    for _ in 0..blocks {
        run.step().expect("nothing is written that could fail");
        let after = price(&run);
        if !(lower..upper).contains(&after) {
            break;
        }
        let gain = gain(run.world().resource::<EventLog>());
        let root = before.sqrt();
        let worth = liquidity * (2.0 * root - before / upper.sqrt() - lower.sqrt());
        outcome.by_liquidity.add(gain / (liquidity * variance * root / 4.0));
        outcome.by_worth.add(gain / (worth * variance / 8.0));
        before = after;
    }
    outcome
}

fn price(run: &Simulation) -> f64 {
    run.world().resource::<ChainState>().venues.price(TokenId(1))
}

/// Returns the only liquidity of the pool, and the prices between which it lies.
fn position(run: &Simulation) -> (f64, f64, f64) {
    let world = run.world();
    let cell = pool_of(world, PoolId(0));
    let pool = cell.pool.uniswap_v3().expect("it is such a pool");
    let (key, position) = pool.positions().next().expect("its founders put it there");
    let price = |tick: i32| libm::pow(1.0001, f64::from(tick));
    (position.liquidity as f64, price(key.range.lower), price(key.range.upper))
}
