//! How far a fall goes that makes positions fail whose sales deepen it.
//!
//! Ten thousand positions fail at prices spread evenly; each sells its whole collateral. If each unit of the fall makes
//! `R` units more, an outside shock is amplified by `1 / (1 - R)`, and the sales come in generations. With a
//! constant-product pool the fixed point is `p = P1 (x / (x + G(p)))^2`, with `G(p)` what is sold if the price falls to
//! `p`, `P1` the shocked price and `x` the reserve there.

use std::path::Path;

use super::{Expected, Finding, Size, Tolerance};
use crate::chain::event::{EventKind, EventLog};
use crate::chain::ids::LendingId;
use crate::chain::ids::PoolId;
use crate::chain::ids::TokenId;
use crate::chain::ledger::Source;
use crate::chain::oracles::to_wad;
use crate::chain::state::ChainState;
use crate::deployments::lending_of_mut;
use crate::deployments::pool_of;
use crate::scenario;
use crate::simulation::{Options, Simulation};

const POSITIONS: u32 = 10_000;

/// The price before the shock, and that after it.
const START: f64 = 2_000.0;
const SHOCKED: f64 = 1_900.0;

/// Of its worth, what a position owes: as good as all, so that a liquidation takes all of the collateral.
const LLTV: f64 = 0.999_999;

/// The reserve of the pool at the shocked price, in ETH.
const RESERVE: f64 = 10_000.0;

struct Outcome {
    price: f64,
    rounds: u32,
}

/// D12: the price at which a cascade stops, and after how many generations.
pub fn fixed_point(size: Size) -> Vec<Finding> {
    let ratios: &[(f64, u32)] = match size {
        Size::Short => &[(0.2, 7), (0.5, 14)],
        Size::Long => &[(0.2, 7), (0.5, 14), (0.8, 37), (0.95, 129)],
    };
    let densities: &[f64] = match size {
        Size::Short => &[1.0, 2.0],
        Size::Long => &[0.1, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0],
    };
    let linear = ratios.iter().flat_map(|(ratio, rounds)| linear(*ratio, *rounds));
    linear.chain(densities.iter().flat_map(|density| pool(*density))).collect()
}

/// The venue's price falls by the same part with each unit sold.
fn linear(ratio: f64, rounds: u32) -> Vec<Finding> {
    let shock = libm::log(START / SHOCKED);
    let whole = shock / (1.0 - ratio);
    // The book reaches a fifth beyond the fall.
    let (book, each) = (1.2 * whole, 1.0);
    let depth = f64::from(POSITIONS) * each / book / ratio;
    let outcome = run(&market(Some(depth)), each, |share| START * libm::exp(-book * share));
    let amplification = libm::log(START / outcome.price) / shock;
    let finding = |theory, published, expected| Finding {
        case: format!("linear impact, R = {ratio}"),
        theory,
        published,
        simulated: amplification,
        standard_error: 0.0,
        // One position more or less, amplified: the book has 1.2 times as many as the fall reaches.
        tolerance: Tolerance::Relative(1.2 / f64::from(POSITIONS) / (1.0 - ratio)),
        expected,
    };
    vec![
        finding("amplification 1 / (1 - R)", 1.0 / (1.0 - ratio), Expected::Agrees),
        finding("1 + R (the first generation alone)", 1.0 + ratio, Expected::Refused),
        Finding {
            theory: "generations at 10,000 positions",
            published: f64::from(rounds),
            simulated: f64::from(outcome.rounds),
            tolerance: Tolerance::Relative(1e-9),
            ..finding("", 0.0, Expected::Agrees)
        },
    ]
}

/// What is sold goes into a constant-product pool that nobody refills.
fn pool(density: f64) -> Vec<Finding> {
    let solve = |keeps: fn(f64) -> f64| {
        let (mut low, mut high) = (0.0, SHOCKED);
        for _ in 0..200 {
            let price = 0.5 * (low + high);
            let sold = density * (START - price);
            if SHOCKED * keeps(RESERVE / (RESERVE + sold)) > price { low = price } else { high = price }
        }
        low
    };
    let (published, first_order) = (solve(|kept| kept * kept), solve(|kept| kept));
    let book = 1.2 * (START - published);
    let outcome = run(&market(None), density * book / f64::from(POSITIONS), |share| START - book * share);
    let finding = |theory, published, expected| Finding {
        case: format!("pool of 10,000 ETH, {density} ETH per dollar"),
        theory,
        published,
        simulated: outcome.price,
        standard_error: 0.0,
        tolerance: Tolerance::Relative(2e-4),
        expected,
    };
    let mut findings = vec![finding("p = P1 (x / (x + G(p)))^2", published, Expected::Agrees)];
    // Where hardly anything is sold, the two are one.
    if density >= 0.5 {
        let wrong = "p = P1 x / (x + G(p)) (what a sale gets on average)";
        findings.push(finding(wrong, first_order, Expected::Refused));
    }
    findings
}

/// Returns the market after the shock: with a venue of linear impact, or with a pool that is all there is.
fn market(depth: Option<f64>) -> String {
    let (venue, source, through) = match depth {
        Some(depth) => (format!(r#"(token: "ETH", impact: Linear(depth: "{depth:.9}"))"#), "Outside", ""),
        None => (String::new(), r#"Spot("pool")"#, r#"through: "pool","#),
    };
    format!(
        r#"Scenario(
            blocks: 1, block_time: "1 ms", numeraire: "USD",
            chain: (native: "GAS", base_fee: Fixed(0)),
            tokens: [
                (name: "USD", decimals: 18, price: Fixed(1)),
                (name: "ETH", decimals: 18, price: Fixed({SHOCKED})),
                (name: "GAS", decimals: 18, price: Fixed(1)),
            ],
            venue: [{venue}],
            pools: [
                UniswapV2(name: "pool", tokens: ("ETH", "USD"), reserves: ("10_000", "19_000_000"), fee_bps: 0),
            ],
            oracles: [
                (name: "ETH", token: "ETH", sources: [(1, {source})]),
                (name: "USD", token: "USD", sources: [(1, Outside)]),
            ],
            lending: [
                MorphoBlue(
                    name: "market", lltv: {LLTV}, loan: (token: "USD", oracle: "USD", supplied: "1_000_000_000_000"),
                    collateral: (token: "ETH", oracle: "ETH"),
                ),
            ],
            agents: [
                LendingLiquidator(
                    name: "liquidator", market: "market", collateral: "ETH", debt: "USD", {through}
                    funds: Own(Fixed(1_000_000_000_000)), sells: Later("1 ms"), bid_share: Fixed(0),
                ),
            ],
            record: (events: None, agents: false, positions: false),
        )"#
    )
}

/// Runs the market until nothing is liquidated any more. Position number `n` of `N` posts `each` ETH and fails at the
/// price that `fails_at` gives for `n / N`.
fn run(text: &str, each: f64, fails_at: impl Fn(f64) -> f64) -> Outcome {
    let checked = scenario::read_text("cascade", text, Path::new("")).expect("the experiment's scenario is sound");
    let begun = Simulation::new(&checked.scenario, "cascade", Path::new(""), Options::seeded(1), None);
    let mut run = begun.expect("the experiment's market can begin");
    for number in 0..POSITIONS {
        open(&mut run, each, fails_at(f64::from(number + 1) / f64::from(POSITIONS)));
    }
    let (mut rounds, mut quiet) = (0, 0);
    // What is seized in a block is sold in the next, and felt in the one after.
    while quiet < 4 {
        run.step().expect("nothing is written that could fail");
        let log = run.world().resource::<EventLog>();
        let liquidates = log.iter().any(|event| matches!(event.kind, EventKind::Liquidated(_)));
        rounds += u32::from(liquidates);
        quiet = if liquidates { 0 } else { quiet + 1 };
    }
    Outcome { price: price(&run), rounds }
}

/// Writes a position that is sound at the price before the shock and fails at `fails_at`.
fn open(run: &mut Simulation, each: f64, fails_at: f64) {
    let world = run.world_mut();
    let (tokens, oracles) =
        (world.resource::<ChainState>().tokens.clone(), world.resource::<ChainState>().oracles.clone());
    let (usd, eth, now) = (TokenId(0), TokenId(1), world.resource::<ChainState>().clock.now());
    let (posted, owed) = (tokens.units(eth, each), tokens.units(usd, each * fails_at * LLTV));
    let account = world.resource_mut::<ChainState>().ledger.open_account();
    let cell = lending_of_mut(world, LendingId(0));
    let market = cell.account;
    let before = [to_wad(1.0), to_wad(START * 2.0)];
    cell.market.lending_mut().supply(account, 1, posted, now).expect("a market takes collateral");
    cell.market.lending_mut().borrow(account, 0, owed, &before, now).expect("it is covered before the shock");
    cell.reorder(account, &oracles, &tokens, now);
    let ledger = &mut world.resource_mut::<ChainState>().into_inner().ledger;
    ledger.issue(Source::Genesis, market, eth, posted);
    ledger.retire(Source::Genesis, market, usd, owed).expect("the market has it");
}

/// Returns the price that the oracle looks at.
fn price(run: &Simulation) -> f64 {
    let world = run.world();
    let cell = pool_of(world, PoolId(0));
    let spot = cell.pool.amm().spot_price(plimsoll_protocols::amm::Direction { pays: 0, takes: 1 }, 0);
    // The venue without impact stays where it was, and so does the pool that nobody trades with.
    let venue = world.resource::<ChainState>().venues.price(TokenId(1));
    spot.min(venue)
}
