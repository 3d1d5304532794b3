//! How far a token falls in a Curve pool as its holders leave.
//!
//! The stETH pool of 2022 traded along `A n sum(x) + D = A n D + D^(n+1) / (n^n prod(x))` with A = 50. What a share of
//! stETH in the pool does to its price follows from A alone, so the compositions and prices that were reported that
//! summer tell A.

use std::path::Path;

use plimsoll_protocols::amm::Direction;

use super::{Expected, Finding, Size, Tolerance};
use crate::chain::ids::PoolId;
use crate::deployments::pool_of;
use crate::scenario;
use crate::simulation::{Options, Simulation};

/// A composition that was reported, with the price of stETH in ETH where it was told to more than a digit or two.
struct Checkpoint {
    date: &'static str,
    /// Of stETH in the pool's reserves.
    share: f64,
    /// The published price and its tolerance, in ETH per stETH; none where none was published.
    quoted: Option<(f64, f64)>,
}

/// From The Defiant (12, 13 May), chubk.com (13 June), forklog.com (June) and coincodex.com (7 September 2022).
const CHECKPOINTS: [Checkpoint; 5] = [
    Checkpoint { date: "12 May 2022", share: 0.683, quoted: None },
    Checkpoint { date: "13 May 2022", share: 0.784, quoted: Some((0.953, 0.002)) },
    Checkpoint { date: "13 June 2022", share: 0.75, quoted: None },
    Checkpoint { date: "June 2022", share: 491_000.0 / 602_300.0, quoted: None },
    Checkpoint { date: "7 September 2022", share: 524_839.79 / 684_286.87, quoted: Some((0.960_6, 0.000_5)) },
];

#[derive(Debug, Clone, Copy)]
struct Seen {
    /// ETH and stETH, in whole tokens.
    held: [f64; 2],
    /// ETH per stETH, before the fee.
    price: f64,
}

impl Seen {
    fn share(&self) -> f64 {
        self.held[1] / (self.held[0] + self.held[1])
    }
}

/// D17: holders sell stETH block by block, until the pool is as lopsided as on each date.
pub fn depeg(_: Size) -> Vec<Finding> {
    let [right, low, high] = [50, 30, 100].map(sold);
    let mut findings = Vec::new();
    for checkpoint in &CHECKPOINTS {
        let case = |a: u32| format!("{}, {:.1} % stETH, A = {a}", checkpoint.date, checkpoint.share * 100.0);
        let finding = |a, theory, published, simulated, tolerance, expected| Finding {
            case: case(a),
            theory,
            published,
            simulated,
            standard_error: 0.0,
            tolerance: Tolerance::Relative(tolerance),
            expected,
        };
        let seen = nearest(&right, checkpoint.share);
        let formula = |a| closed_form(seen.held, a);
        findings.push(finding(50, "price on the curve", formula(50.0), seen.price, 1e-9, Expected::Agrees));
        findings.push(finding(50, "the same with n = 1", formula(25.0), seen.price, 1e-9, Expected::Refused));
        if let Some((quoted, off)) = checkpoint.quoted {
            let at = |run: &[Seen]| at_share(run, checkpoint.share);
            let tolerance = off / quoted;
            findings.push(finding(50, "quoted price", quoted, at(&right), tolerance, Expected::Agrees));
            findings.push(finding(30, "quoted price", quoted, at(&low), tolerance, Expected::Refused));
            findings.push(finding(100, "quoted price", quoted, at(&high), tolerance, Expected::Refused));
        }
    }
    findings
}

/// Sells into a balanced pool of this amplification, and returns what is seen of it block by block.
fn sold(amplification: u32) -> Vec<Seen> {
    let checked = scenario::read_text("stETH", &text(amplification), Path::new(".")).expect("it has no mistakes");
    let run = Simulation::new(&checked.scenario, "stETH", Path::new("."), Options::seeded(1), None);
    let mut run = run.expect("it begins");
    let mut seen = Vec::new();
    for _ in 0..checked.scenario.blocks {
        run.step().expect("nothing is written that could fail");
        seen.push(look(&run));
    }
    seen
}

fn look(run: &Simulation) -> Seen {
    let cell = pool_of(run.world(), PoolId(0));
    let amm = cell.pool.amm();
    let price = amm.spot_price(Direction { pays: 1, takes: 0 }, 0);
    Seen { held: [0, 1].map(|place| amm.balance(place) as f64 / 1e18), price }
}

/// Returns the block whose composition is nearest.
fn nearest(run: &[Seen], share: f64) -> Seen {
    let off = |seen: &Seen| (seen.share() - share).abs();
    *run.iter().min_by(|a, b| off(a).total_cmp(&off(b))).expect("a run has blocks")
}

/// Returns the price at a composition, between the two blocks around it.
fn at_share(run: &[Seen], share: f64) -> f64 {
    let after = run.iter().position(|seen| seen.share() >= share).expect("the pool becomes as lopsided as that");
    let (before, after) = (run[after - 1], run[after]);
    let way = (share - before.share()) / (after.share() - before.share());
    before.price + way * (after.price - before.price)
}

/// Returns the price of the second coin in the first on the curve through these balances:
/// `(A n + k / x_in) / (A n + k / x_out)` with `k = D^3 / (4 x y)`.
fn closed_form([out, paid]: [f64; 2], amplification: f64) -> f64 {
    let ann = 2.0 * amplification;
    let sum = out + paid;
    let mut d = sum;
    for _ in 0..60 {
        let d_p = d * d * d / (4.0 * out * paid);
        d = (ann * sum + 2.0 * d_p) * d / ((ann - 1.0) * d + 3.0 * d_p);
    }
    let k = d * d * d / (4.0 * out * paid);
    (ann + k / paid) / (ann + k / out)
}

/// Twenty holders who sell 100 stETH a block each, until none is left.
fn text(amplification: u32) -> String {
    format!(
        r#"Scenario(
            blocks: 110,
            block_time: "12 s",
            numeraire: "ETH",
            chain: (native: "ETH", base_fee: Fixed(0)),
            tokens: [
                (name: "ETH", decimals: 18, price: Fixed(1)),
                (name: "stETH", decimals: 18, price: Fixed(1)),
            ],
            pools: [
                Curve(
                    name: "pool", tokens: ["ETH", "stETH"], reserves: ["300_000", "300_000"],
                    amplification: {amplification}, admin_fee: 0, rules: Steth,
                ),
            ],
            agents: [
                Trader(
                    name: "holders", count: 20, pool: "pool", size: Fixed(100), buys: 1, capital: Fixed(22_000),
                    tip: Fixed(0),
                ),
            ],
            record: (events: None, agents: false, positions: false),
        )"#
    )
}
