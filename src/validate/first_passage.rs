//! When loans fail whose collateral's price is a geometric Brownian motion, looked at once per block.
//!
//! A debt that stands still fails when the price has fallen to one over the health factor. Watched without a break, the
//! probability within a time is that of a first passage; looked at at discrete moments, the barrier is as if further away
//! by a factor `exp(0.5826 sigma sqrt(dt))`, and that is also how far below 1 the health factor is when somebody looks.

use std::path::Path;

use rayon::prelude::*;

use super::{Expected, Finding, Sample, Size, Tolerance};
use crate::chain::ids::{AccountId, ProtocolId};
use crate::deployments::liquidatable::{LiquidatableList, MinProfit};
use crate::scenario;
use crate::simulation::{Options, Simulation};

/// `-zeta(1/2) / sqrt(2 pi)`: Broadie, Glasserman & Kou 1997 shift a barrier watched at discrete times by it.
const DISCRETE: f64 = 0.582_6;

/// Standard deviation of the log price over a year.
const VOLATILITY: f64 = 0.8;

/// Borrowers of one run, each with a collateral of its own and so with a path of its own.
const PATHS: usize = 50;

/// What is looked at: health at the start, days, hours between blocks.
#[derive(Debug, Clone, Copy)]
struct Case {
    health_factor: f64,
    days: u32,
    hours: u32,
}

const HOUR_YEARS: f64 = 1.0 / 24.0 / 365.0;

impl Case {
    fn deviation(self) -> f64 {
        VOLATILITY * (f64::from(self.hours) * HOUR_YEARS).sqrt()
    }

    /// Returns the probability of failing, watched without a break, from this health factor.
    fn watched(self, health_factor: f64) -> f64 {
        let (barrier, drift) = (-libm::log(health_factor), -0.5 * VOLATILITY * VOLATILITY);
        let time = f64::from(self.days) / 365.0;
        let deviation = VOLATILITY * time.sqrt();
        let below = |x: f64| 0.5 * libm::erfc(-x / std::f64::consts::SQRT_2);
        below((barrier - drift * time) / deviation)
            + libm::exp(2.0 * drift * barrier / (VOLATILITY * VOLATILITY)) * below((barrier + drift * time) / deviation)
    }
}

/// Paths that an experiment takes, and its cases.
fn cases(size: Size) -> (usize, &'static [Case]) {
    match size {
        Size::Short => (12_000, &[Case { health_factor: 1.1, days: 7, hours: 1 }]),
        Size::Long => (
            200_000,
            &[
                Case { health_factor: 1.25, days: 30, hours: 1 },
                Case { health_factor: 1.1, days: 7, hours: 1 },
                Case { health_factor: 1.5, days: 90, hours: 1 },
                Case { health_factor: 1.25, days: 30, hours: 24 },
            ],
        ),
    }
}

/// D6: the share of loans that fail within a time.
pub fn probability(size: Size) -> Vec<Finding> {
    let (paths, cases) = cases(size);
    let findings = cases.iter().flat_map(|case| {
        let (failed, _) = measure(*case, paths);
        let corrected = case.watched(case.health_factor * libm::exp(DISCRETE * case.deviation()));
        let finding = |theory, published, expected| Finding {
            case: format!("health {}, {} d, looked at every {} h", case.health_factor, case.days, case.hours),
            theory,
            published,
            simulated: failed.mean(),
            standard_error: failed.standard_error(),
            tolerance: Tolerance::StandardErrors { power: 0.02 },
            expected,
        };
        let watched =
            finding("first passage, watched without a break", case.watched(case.health_factor), Expected::Refused);
        // Over ninety days the two differ by less than three standard errors can tell of fewer paths.
        let refused = (paths >= 200_000 || case.days < 30).then_some(watched);
        [Some(finding("first passage, corrected for discrete looks", corrected, Expected::Agrees)), refused]
    });
    findings.flatten().collect()
}

/// D7: the log of the health factor when a loan is first found to fail.
pub fn overshoot(size: Size) -> Vec<Finding> {
    let (paths, cases) = cases(size);
    let case = cases[0];
    let (_, depth) = measure(case, paths);
    let finding = |theory, factor: f64, expected| Finding {
        case: format!("health {}, {} d, looked at every {} h", case.health_factor, case.days, case.hours),
        theory,
        published: -factor * case.deviation(),
        simulated: depth.mean(),
        standard_error: depth.standard_error(),
        tolerance: Tolerance::StandardErrors { power: 0.02 },
        expected,
    };
    vec![
        finding("mean log health factor -0.5826 sigma sqrt(dt)", DISCRETE, Expected::Agrees),
        finding("half a deviation", 0.5, Expected::Refused),
    ]
}

/// Returns whether paths failed, and the log of their health factor when they were found to.
fn measure(case: Case, paths: usize) -> (Sample, Sample) {
    let text = market(case);
    let checked = scenario::read_text("passage", &text, Path::new("")).expect("the experiment's scenario is sound");
    let blocks = u64::from(case.days * 24 / case.hours) + 1;
    let runs = paths.div_ceil(PATHS) as u64;
    let samples: Vec<(Sample, Sample)> = (1..=runs)
        .into_par_iter()
        .map(|seed| {
            let begun = Simulation::new(&checked.scenario, "passage", Path::new(""), Options::seeded(seed), None);
            follow(begun.expect("the experiment's market can begin"), blocks)
        })
        .collect();
    let mut sum = (Sample::default(), Sample::default());
    for (failed, depth) in samples {
        sum.0.merge(&failed);
        sum.1.merge(&depth);
    }
    sum
}

/// Follows one run's loans to their first failures.
fn follow(mut run: Simulation, blocks: u64) -> (Sample, Sample) {
    // Whoever fails is listed, though nobody liquidates.
    run.world_mut().insert_resource(MinProfit(vec![Some(-1.0)]));
    let (mut failed, mut depth) = (Vec::<AccountId>::new(), Sample::default());
    for _ in 0..blocks {
        run.step().expect("nothing is written that could fail");
        for loan in run.world().resource::<LiquidatableList>().of(ProtocolId(0)) {
            if !failed.contains(&loan.owner) {
                failed.push(loan.owner);
                depth.add(libm::log(loan.health_factor));
            }
        }
    }
    let mut share = Sample::default();
    (0..PATHS).for_each(|path| share.add(if path < failed.len() { 1.0 } else { 0.0 }));
    (share, depth)
}

fn market(case: Case) -> String {
    let each = |line: &dyn Fn(usize) -> String| (0..PATHS).map(line).collect::<Vec<_>>().join(", ");
    let tokens =
        each(&|n| format!(r#"(name: "T{n}", decimals: 18, price: Gbm(start: 1_000, volatility: {VOLATILITY}))"#));
    let oracles = each(&|n| format!(r#"(name: "T{n}", token: "T{n}", sources: [(1, Outside)])"#));
    let reserves = each(&|n| {
        format!(r#"(token: "T{n}", oracle: "T{n}", ltv: 0.79, threshold: 0.8, bonus: 0.05, borrowing: false)"#)
    });
    let borrowers = each(&|n| {
        format!(
            r#"Borrower(name: "b{n}", market: "market", collateral: "T{n}", debt: "USD", capital: Fixed(10_000),
               owes: HealthFactor(Fixed({})), gas_money: Fixed(0))"#,
            case.health_factor
        )
    });
    format!(
        r#"Scenario(
            blocks: 1, block_time: "{} h", numeraire: "USD",
            chain: (native: "USD", base_fee: Fixed(0)),
            tokens: [(name: "USD", decimals: 18, price: Fixed(1)), {tokens}],
            oracles: [(name: "USD", token: "USD", sources: [(1, Outside)]), {oracles}],
            lending: [
                AaveV3(
                    name: "market",
                    reserves: [
                        (
                            token: "USD", oracle: "USD", supplied: "1_000_000_000",
                            rates: (base: 0, slope_1: 0, slope_2: 0, kink: 0.9),
                        ),
                        {reserves},
                    ],
                ),
            ],
            agents: [{borrowers}],
            record: (events: None, agents: false, positions: false),
        )"#,
        case.hours
    )
}
