//! What an arbitrageur gains from a constant-product pool while the outside price moves as a driftless log random walk.
//!
//! Without a fee its gain per block, over the pool's value, is `sigma_b^2 / 8`, with `sigma_b` the volatility of a
//! block: the pool's loss versus rebalancing. A fee lets it trade only when the price has left a band of half width
//! `f = -ln(1 - fee)`, and leaves it a share of that. How large a share depends on how blocks come: at constant times,
//! as chains have them since 2022, `1 / (1 + 1.7164 f / sigma_b)`; at random (Poisson), `1 / (1 + 1.4142 f / sigma_b)`.

use std::path::Path;

use plimsoll_protocols::amm::uniswap_v2::Pair;
use rayon::prelude::*;

use super::{Expected, Finding, Sample, Size, Tolerance};
use crate::chain::event::{EventKind, EventLog};
use crate::chain::ids::PoolId;
use crate::chain::state::ChainState;
use crate::deployments::pool_of;
use crate::scenario;
use crate::simulation::{Options, Simulation};

/// Standard deviation of the log price over a day.
pub(super) const DAILY_VOLATILITY: f64 = 0.05;

/// `sqrt(2 pi) / |zeta(1/2)|`: what an overshoot beyond a barrier costs that is looked at once per block.
const CONSTANT_BLOCKS: f64 = 1.716_4;

/// Blocks over which trades are counted together: what one leaves is forgotten long before.
const BATCH: u64 = 2_000;

/// When blocks come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Blocks {
    Constant,
    Poisson,
}

/// Blocks of one run: prices stay within what integers can hold.
const RUN: u64 = 50_000;

#[derive(Debug, Clone, Copy, Default)]
struct Outcome {
    /// Gain per block over the pool's value, over `sigma_b^2 / 8`.
    gain: Sample,
    /// Share of blocks with a trade, batch by batch.
    traded: Sample,
    /// Gain and fees over loss versus rebalancing, trade by trade: the least and the greatest.
    identity: Option<(f64, f64)>,
    /// Gains of all trades, and losses versus rebalancing, in smallest units of the numeraire.
    gains: f64,
    losses: f64,
}

/// D1: without a fee.
pub fn without_fee(size: Size) -> Vec<Finding> {
    let found = measure(0, (Blocks::Constant, 12_000), blocks(size));
    let finding = |theory, published, expected| Finding {
        case: "fee 0, 12 s blocks".to_owned(),
        theory,
        published,
        simulated: found.gain.mean(),
        standard_error: found.gain.standard_error(),
        tolerance: Tolerance::StandardErrors { power: 0.02 },
        expected,
    };
    vec![
        finding("sigma_b^2 / 8", 1.0, Expected::Agrees),
        finding("sigma_b^2 / 2 (a pool of one token)", 4.0, Expected::Refused),
    ]
}

/// D2: 30 basis points, and blocks so long that the band is 0.5 to 10 of their deviations.
pub fn with_fee(size: Size) -> Vec<Finding> {
    let ratios: &[f64] = match size {
        Size::Short => &[0.5, 1.0],
        Size::Long => &[0.5, 1.0, 2.0, 5.0, 10.0],
    };
    ratios.iter().flat_map(|ratio| band(*ratio, size)).collect()
}

fn band(ratio: f64, size: Size) -> Vec<Finding> {
    let (half_width, block_ms) = (half_width(), block_ms(ratio));
    let found = measure(30, (Blocks::Constant, block_ms), blocks(size));
    let finding = |theory, slope: f64, expected| Finding {
        case: format!("f / sigma_b = {ratio}"),
        theory,
        published: 1.0 / (1.0 + slope * half_width / deviation(block_ms)),
        simulated: found.gain.mean(),
        standard_error: found.gain.standard_error(),
        tolerance: Tolerance::StandardErrors { power: 0.02 },
        expected,
    };
    let mut findings = vec![finding("1 / (1 + 1.7164 f / sigma_b)", CONSTANT_BLOCKS, Expected::Agrees)];
    // Beyond, the formulas come closer than a million blocks can tell.
    if ratio <= 5.0 {
        let poisson = "Poisson blocks: 1 / (1 + 1.4142 f / sigma_b)";
        findings.push(finding(poisson, std::f64::consts::SQRT_2, Expected::Refused));
    }
    findings
}

/// Returns half of the width of the band in which nobody trades: 30 basis points, in log price.
fn half_width() -> f64 {
    -libm::log(1.0 - 0.003)
}

/// Returns the time of a block in which the price moves so little that the band is `ratio` of its deviations.
fn block_ms(ratio: f64) -> u64 {
    let days = half_width() / ratio / DAILY_VOLATILITY;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive number of milliseconds")]
    let block_ms = (days * days * 86_400_000.0).round() as u64;
    block_ms
}

/// D3: the same with blocks at random times, and how many of them have a trade.
pub fn with_fee_at_random_times(size: Size) -> Vec<Finding> {
    let ratios: &[f64] = match size {
        Size::Short => &[0.5, 1.0],
        Size::Long => &[0.5, 1.0, 2.0, 5.0, 10.0],
    };
    ratios.iter().flat_map(|ratio| random_band(*ratio, size)).collect()
}

fn random_band(ratio: f64, size: Size) -> Vec<Finding> {
    let (half_width, block_ms) = (half_width(), block_ms(ratio));
    let found = measure(30, (Blocks::Poisson, block_ms), blocks(size));
    let deviation = deviation(block_ms);
    let x = half_width / deviation;
    let trades = 1.0 / (1.0 + std::f64::consts::SQRT_2 * x);
    let large_steps = libm::cosh(half_width / 2.0) / (1.0 - deviation * deviation / 8.0);
    let finding = |what: &str, (theory, published): (&'static str, f64), sample: &Sample, expected| Finding {
        case: format!("{what}, f / sigma_b = {ratio}"),
        theory,
        published,
        simulated: sample.mean(),
        standard_error: sample.standard_error(),
        tolerance: Tolerance::StandardErrors { power: 0.03 },
        expected,
    };
    let right = ("P cosh(f / 2) / (1 - sigma_b^2 / 8)", trades * large_steps);
    let share = ("P = 1 / (1 + 1.4142 f / sigma_b)", trades);
    let mut findings = vec![
        finding("gain", right, &found.gain, Expected::Agrees),
        finding("trades", share, &found.traded, Expected::Agrees),
    ];
    // Beyond, the formulas come closer than a million blocks can tell.
    if ratio <= 5.0 {
        let constant = ("constant blocks: 1 / (1 + 1.7164 f / sigma_b)", 1.0 / (1.0 + CONSTANT_BLOCKS * x));
        findings.push(finding("gain", constant, &found.gain, Expected::Refused));
    }
    if ratio <= 2.0 {
        let spread = std::f64::consts::SQRT_2 * (x + 1.0 / CONSTANT_BLOCKS);
        let constant = ("constant blocks: 1 / (1.4142 (f / sigma_b + 0.5826))", 1.0 / spread);
        findings.push(finding("trades", constant, &found.traded, Expected::Refused));
    }
    findings
}

/// D5: what the arbitrageur gains and what it pays in fees are together what the pool loses against rebalancing.
pub fn identity(size: Size) -> Vec<Finding> {
    let found = measure(30, (Blocks::Constant, 300_000), blocks(size).min(RUN));
    let (least, greatest) = found.identity.expect("in so many blocks somebody trades");
    let finding = |case: &str, simulated| Finding {
        case: case.to_owned(),
        theory: "gain + fees = loss versus rebalancing",
        published: 1.0,
        simulated,
        standard_error: 0.0,
        tolerance: Tolerance::Relative(1e-9),
        expected: Expected::Agrees,
    };
    let forgetful = Finding {
        theory: "gain = loss versus rebalancing (fees forgotten)",
        expected: Expected::Refused,
        ..finding("all trades, without fees", found.gains / found.losses)
    };
    vec![finding("least over all trades", least), finding("greatest over all trades", greatest), forgetful]
}

fn blocks(size: Size) -> u64 {
    match size {
        Size::Short => 40_000,
        Size::Long => 1_000_000,
    }
}

/// Returns the deviation of the log price over a block.
fn deviation(block_ms: u64) -> f64 {
    DAILY_VOLATILITY * (block_ms as f64 / 86_400_000.0).sqrt()
}

/// Runs the market for so many blocks, over several runs with a seed each.
fn measure(fee_bps: u16, (times, block_ms): (Blocks, u64), blocks: u64) -> Outcome {
    let text = market(fee_bps, times, block_ms);
    let checked = scenario::read_text("lvr", &text, Path::new("")).expect("the experiment's scenario has no mistakes");
    let runs = blocks.div_ceil(RUN);
    let outcomes: Vec<Outcome> = (1..=runs)
        .into_par_iter()
        .map(|seed| {
            let begun = Simulation::new(&checked.scenario, "lvr", Path::new(""), Options::seeded(seed), None);
            let mut run = begun.expect("the experiment's market can begin");
            let mut outcome = Outcome::default();
            for _ in 0..blocks.min(RUN) / BATCH {
                let trades = (0..BATCH).filter(|_| block(&mut run, deviation(block_ms), fee_bps, &mut outcome));
                let trades = trades.count();
                outcome.traded.add(trades as f64 / BATCH as f64);
            }
            outcome
        })
        .collect();
    let mut sum = Outcome::default();
    for outcome in outcomes {
        sum.gain.merge(&outcome.gain);
        sum.traded.merge(&outcome.traded);
        sum.gains += outcome.gains;
        sum.losses += outcome.losses;
        let bounds = [sum.identity, outcome.identity].into_iter().flatten();
        sum.identity = bounds.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
    }
    sum
}

fn market(fee_bps: u16, times: Blocks, block_ms: u64) -> String {
    let block_time = match times {
        Blocks::Constant => format!(r#""{block_ms} ms""#),
        Blocks::Poisson => format!(r#"Poisson("{block_ms} ms")"#),
    };
    let volatility = DAILY_VOLATILITY * 365_f64.sqrt();
    // The drift that leaves the log price without one.
    let drift = 0.5 * volatility * volatility;
    format!(
        r#"Scenario(
            blocks: {RUN}, block_time: {block_time}, numeraire: "USD",
            chain: (native: "GAS", base_fee: Fixed(0)),
            tokens: [
                (name: "USD", decimals: 18, price: Fixed(1)),
                (name: "RISKY", decimals: 18, price: Gbm(start: 1_000, volatility: {volatility}, drift: {drift})),
                (name: "GAS", decimals: 18, price: Fixed(1)),
            ],
            pools: [
                UniswapV2(
                    name: "pool", tokens: ("RISKY", "USD"), reserves: ("1_000_000", "1_000_000_000"), fee_bps: {fee_bps},
                ),
            ],
            agents: [
                Arbitrageur(name: "arbitrageur", pool: "pool", capital: Fixed(1e12), bid_share: Fixed(0)),
            ],
            record: (events: None, agents: false, positions: false),
        )"#
    )
}

/// Makes a block and takes in what was traded; says whether anything was.
fn block(run: &mut Simulation, deviation: f64, fee_bps: u16, outcome: &mut Outcome) -> bool {
    let before = pair(run);
    run.step().expect("nothing is written that could fail");
    let price = run.world().resource::<ChainState>().venues.price(crate::chain::ids::TokenId(1));
    let after = pair(run).reserves();
    let (value, scale) = (after.token_0 as f64 * price + after.token_1 as f64, 8.0 / (deviation * deviation));
    let gain = gain(run.world().resource::<EventLog>());
    outcome.gain.add(gain / value * scale);
    if gain > 0.0 {
        let loss = loss(&before, &pair(run), price, fee_bps);
        outcome.gains += gain;
        outcome.losses += loss;
        let ratio = (gain + fees(&before, &pair(run), price, fee_bps)) / loss;
        let (least, greatest) = outcome.identity.unwrap_or((ratio, ratio));
        outcome.identity = Some((least.min(ratio), greatest.max(ratio)));
    }
    gain > 0.0
}

fn pair(run: &Simulation) -> Pair {
    let world = run.world();
    *pool_of(world, PoolId(0)).pool.uniswap_v2()
}

/// Returns what the block's trades brought in the numeraire, in smallest units: all legs end there.
pub(super) fn gain(log: &EventLog) -> f64 {
    let legs = log.iter().map(|event| match event.kind {
        EventKind::Swapped { direction, traded, .. } if direction.pays == 1 => -signed(traded.amount_in),
        EventKind::Swapped { traded, .. } => signed(traded.amount_out),
        EventKind::VenueTraded { bought, numeraire, .. } => {
            if bought {
                -signed(numeraire)
            } else {
                signed(numeraire)
            }
        }
        _ => 0,
    });
    legs.sum::<i128>() as f64
}

fn signed(units: u128) -> i128 {
    i128::try_from(units).expect("supplies are below 2^127")
}

/// Returns what the pool took of each token, in smallest units; negative for what it gave.
fn taken(before: &Pair, after: &Pair) -> (f64, f64) {
    let (before, after) = (before.reserves(), after.reserves());
    let taken = |after: u128, before: u128| (signed(after) - signed(before)) as f64;
    (taken(after.token_0, before.token_0), taken(after.token_1, before.token_1))
}

/// Returns the fee on what was paid in, in smallest units of the numeraire.
fn fees(before: &Pair, after: &Pair, price: f64, fee_bps: u16) -> f64 {
    let (risky, cash) = taken(before, after);
    let paid = if cash > 0.0 { cash } else { risky * price };
    paid * f64::from(fee_bps) / 10_000.0
}

/// Returns what the pool lost against somebody who made its trade, less the fee, at the outside price: the curve through
/// the old reserves says what that trade gives.
fn loss(before: &Pair, after: &Pair, price: f64, fee_bps: u16) -> f64 {
    let (risky, cash) = taken(before, after);
    let kept = 1.0 - f64::from(fee_bps) / 10_000.0;
    let (x, y) = (before.reserves().token_0 as f64, before.reserves().token_1 as f64);
    if cash > 0.0 {
        let paid = cash * kept;
        price * (x * paid / (y + paid)) - paid
    } else {
        let paid = risky * kept;
        y * paid / (x + paid) - price * paid
    }
}
