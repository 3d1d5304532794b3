//! How much arbitrageurs and searchers trade, to the figures of their closed forms.
//!
//! A pool of `x` ETH and `y` USDC, and `phi` being what its fee leaves. Against an outside price `P`, buying ETH is best at
//! `dy = (sqrt(phi x y P) - y) / phi`. Around a victim who sells `v` ETH and accepts a share `s` less than its quote, a
//! front-run without fee is best at `a = (-v + sqrt(v^2 + 4 x (x + v) / (1 - s))) / 2 - x`: there the victim gets what it
//! asks for, and not a unit more. With fees the same bound holds and is found numerically. Between two pools, of `a1` and
//! `b1`, `a2` and `b2`, with `K = phi^2 a2 b1`, `M = a1 b2` and `N = phi (b2 + phi b1)`, it is best to pay
//! `(sqrt(K M) - M) / N` into the first; that gains `(sqrt K - sqrt M)^2 / N`.

use std::path::Path;

use super::{Expected, Finding, Size, Tolerance};
use crate::chain::event::{EventKind, EventLog};
use crate::scenario;
use crate::simulation::{Options, Simulation};

/// What the closed forms' digits and the agents' floats allow.
const TOLERANCE: f64 = 1e-6;

const ETH: f64 = 1_000.0;
const USDC: f64 = 2e6;

/// A trade: its size and its gain, in whole tokens of what it starts from.
#[derive(Debug, Clone, Copy)]
struct Trade {
    size: f64,
    gain: f64,
}

/// D14: an arbitrage against the venue, one between two pools, and two sandwiches.
pub fn optimal(_: Size) -> Vec<Finding> {
    let mut findings = arbitrage();
    findings.extend(between_pools());
    findings.extend(sandwich());
    findings
}

fn finding(case: &str, theory: &'static str, (published, simulated): (f64, f64), expected: Expected) -> Finding {
    let tolerance = Tolerance::Relative(TOLERANCE);
    Finding { case: case.to_owned(), theory, published, simulated, standard_error: 0.0, tolerance, expected }
}

fn arbitrage() -> Vec<Finding> {
    let case = "pool and venue at 2,100, fee 0.3 %";
    let arbitrageur = r#"Arbitrageur(name: "arbitrageur", pool: "pool", capital: Fixed(1e6), bid_share: Fixed(0))"#;
    let found = trade(30, 2_100.0, arbitrageur);
    let (phi, price) = (0.997, 2_100.0);
    let size = |phi: f64| ((phi * ETH * USDC * price).sqrt() - USDC) / phi;
    let root = (phi * ETH * price).sqrt() - USDC.sqrt();
    vec![
        finding(case, "USDC spent: (sqrt(phi x y P) - y) / phi", (size(phi), found.size), Expected::Agrees),
        finding(
            case,
            "USDC gained: (sqrt(phi x P) - sqrt y)^2 / phi",
            (root * root / phi, found.gain),
            Expected::Agrees,
        ),
        finding(case, "USDC spent without a fee", (size(1.0), found.size), Expected::Refused),
    ]
}

/// 1,000 A and 100 B in the first pool, 1,300 A and 100 B in the second.
fn between_pools() -> Vec<Finding> {
    let pools = r#"
        UniswapV2(name: "first", tokens: ("A", "B"), reserves: ("1_000", "100")),
        UniswapV2(name: "second", tokens: ("A", "B"), reserves: ("1_300", "100")),
    "#;
    let tokens = r#"
        (name: "A", decimals: 18, price: Fixed(1)),
        (name: "B", decimals: 18, price: Fixed(11.5)),
        (name: "GAS", decimals: 18, price: Fixed(1)),
    "#;
    let arbitrageur = r#"Arbitrageur(
        name: "arbitrageur", pool: "first", between: Pool("second"), capital: Fixed(1_000), bid_share: Fixed(0),
    )"#;
    let run = one_block(&market("A", tokens, pools, arbitrageur));
    let (mut size, mut returned) = (0.0, 0.0);
    for event in run.world().resource::<EventLog>() {
        if let EventKind::Swapped { traded, direction, .. } = &event.kind {
            if direction.pays == 0 {
                size = traded.amount_in as f64 / 1e18;
            } else {
                returned = traded.amount_out as f64 / 1e18;
            }
        }
    }
    // What the fee leaves in the first pool, and in the second.
    let best = |first: f64, second: f64| {
        let (k, m, n) = (first * second * 1_300.0 * 100.0_f64, 1_000.0 * 100.0_f64, first * (100.0 + second * 100.0));
        let root = k.sqrt() - m.sqrt();
        (((k * m).sqrt() - m) / n, root * root / n)
    };
    let (case, phi) = ("1,000 A and 100 B against 1,300 A and 100 B, fee 0.3 %", 0.997);
    let (gain, forgotten) = (returned - size, best(phi, 1.0));
    vec![
        finding(case, "A spent: (sqrt(K M) - M) / N", (68.686_23, size), Expected::Agrees),
        finding(case, "A gained: (sqrt K - sqrt M)^2 / N", (9.393_178, gain), Expected::Agrees),
        finding(case, "A spent, from the reserves", (best(phi, phi).0, size), Expected::Agrees),
        finding(case, "A spent without a fee", (best(1.0, 1.0).0, size), Expected::Refused),
        finding(case, "A spent without the second pool's fee", (forgotten.0, size), Expected::Refused),
        finding(case, "A gained without the second pool's fee", (forgotten.1, gain), Expected::Refused),
    ]
}

fn sandwich() -> Vec<Finding> {
    let [free, charged] = [0, 30].map(|fee_bps| trade(fee_bps, 2_000.0, SANDWICHED));
    let (v, s) = (50.0, 0.01);
    let bound = (v * v + 4.0 * ETH * (ETH + v) / (1.0 - s)).sqrt();
    let size = (bound - v) / 2.0 - ETH;
    let bought = USDC * size / (ETH + size);
    let gain = ETH + size + v - ETH * USDC / (ETH * USDC / (ETH + size + v) + bought) - size;
    // The size at which the marginal price, and not what the victim gets, has moved by its tolerance.
    let marginal = ETH / (1.0 - s).sqrt() - ETH;
    let (without, with) = ("50 ETH, tolerance 1 %, no fee", "50 ETH, tolerance 1 %, fee 0.3 %");
    vec![
        finding(without, "ETH of the front-run", (size, free.size), Expected::Agrees),
        finding(without, "ETH gained", (gain, free.gain), Expected::Agrees),
        finding(without, "the marginal price falls by the tolerance", (marginal, free.size), Expected::Refused),
        finding(with, "ETH of the front-run, numerically", (5.168_277, charged.size), Expected::Agrees),
        finding(with, "ETH gained, numerically", (0.490_773, charged.gain), Expected::Agrees),
        finding(with, "the size without a fee", (size, charged.size), Expected::Refused),
        finding(with, "the gain without a fee", (gain, charged.gain), Expected::Refused),
    ]
}

const SANDWICHED: &str = r#"
    Trader(
        name: "victim", pool: "pool", temperament: Whale([(0, Sell(100_000))]), capital: Fixed(200_000),
        slippage: Fixed(0.01),
    ),
    Searcher(name: "searcher", pool: "pool", capital: Fixed(1e6), bid_share: Fixed(0)),
"#;

/// Runs one block of a pool, a venue and these agents, and returns the trade that was made.
fn trade(fee_bps: u16, outside: f64, agents: &str) -> Trade {
    let tokens = format!(
        r#"
        (name: "USDC", decimals: 6, price: Fixed(1)),
        (name: "ETH", decimals: 18, price: Fixed({outside})),
        (name: "GAS", decimals: 18, price: Fixed(1)),
        "#
    );
    let pool = format!(
        r#"UniswapV2(name: "pool", tokens: ("ETH", "USDC"), reserves: ("1_000", "2_000_000"), fee_bps: {fee_bps})"#
    );
    let run = one_block(&market("USDC", &tokens, &pool, agents));
    let (mut size, mut returned) = (0.0, 0.0);
    for event in run.world().resource::<EventLog>() {
        match &event.kind {
            EventKind::Sandwiched(at) => (size, returned) = (at.paid as f64 / 1e18, at.returned as f64 / 1e18),
            EventKind::Swapped { traded, direction, .. } if direction.pays == 1 => size = traded.amount_in as f64 / 1e6,
            EventKind::VenueTraded { numeraire, .. } => returned = *numeraire as f64 / 1e6,
            _ => {}
        }
    }
    Trade { size, gain: returned - size }
}

fn market(numeraire: &str, tokens: &str, pools: &str, agents: &str) -> String {
    format!(
        r#"Scenario(
            blocks: 1, block_time: "12 s", numeraire: "{numeraire}",
            chain: (native: "GAS", base_fee: Fixed(0)),
            tokens: [{tokens}],
            pools: [{pools}],
            agents: [{agents}],
        )"#
    )
}

fn one_block(text: &str) -> Simulation {
    let checked = scenario::read_text("sizes", text, Path::new("")).expect("the experiment's scenario has no mistakes");
    let begun = Simulation::new(&checked.scenario, "sizes", Path::new(""), Options::seeded(1), None);
    let mut run = begun.expect("the experiment's market can begin");
    run.step().expect("nothing is written that could fail");
    run
}
