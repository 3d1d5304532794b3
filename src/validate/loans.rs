//! What loops and liquidations do to a position, exactly.

use std::path::Path;

use plimsoll_protocols::amm::Direction;
use plimsoll_protocols::lending::{Lending, Liquidation};

use super::{Expected, Finding, Size, Tolerance};
use crate::chain::ids::AccountId;
use crate::chain::ids::LendingId;
use crate::chain::ids::PoolId;
use crate::chain::oracles::to_wad;
use crate::chain::state::ChainState;
use crate::deployments::lending::LendingCell;
use crate::deployments::lending_of;
use crate::deployments::pool_of;
use crate::scenario;
use crate::simulation::{Options, Simulation};

/// D9: a borrower who posts its loan again and again, by one transaction.
pub fn looping(_: Size) -> Vec<Finding> {
    (1..=30).flat_map(loops).collect()
}

fn loops(times: u32) -> Vec<Finding> {
    let mut run = begin(&looper(times));
    run.step().expect("nothing is written that could fail");
    let (cell, now) = market(&run);
    let borrower = cell.lending().accounts().last().expect("somebody borrowed");
    let posted = cell.lending().supplied(borrower, 0, now) as f64 / 1e18;
    let power = (0..=times).fold(1.0, |power, _| power * 0.8);
    let finding = |theory, published, expected| Finding {
        case: format!("loan to value 0.8, {times} loops"),
        theory,
        published,
        simulated: posted,
        standard_error: 0.0,
        tolerance: Tolerance::Relative(1e-12),
        expected,
    };
    vec![
        finding("(1 - l^(n+1)) / (1 - l)", (1.0 - power) / (1.0 - 0.8), Expected::Agrees),
        finding("1 / (1 - l), the limit", 5.0, Expected::Refused),
    ]
}

fn looper(times: u32) -> String {
    scenario_of(
        0.81,
        0.05,
        &format!(
            r#"Borrower(
                name: "looper", market: "market", collateral: "RISKY", debt: "USD", capital: Fixed(1),
                owes: Loops(loan_to_value: Fixed(0.8), times: {times}), entry: Between("0 s", "0 s"),
            )"#
        ),
    )
}

/// D10: a liquidation makes a position worse if its loan to value is above `1 / (1 + bonus)`, whatever part is repaid.
pub fn toxic_frontier(_: Size) -> Vec<Finding> {
    let mut findings = Vec::new();
    for bonus in [0.05, 0.1] {
        for part in [0.1, 0.5] {
            let run = begin(&scenario_of(0.5, bonus, ""));
            let (cell, now) = market(&run);
            let flips = flip(|ltv| liquidated_ltv(cell, now, ltv, part) - ltv);
            let finding = |theory, published, expected| Finding {
                case: format!("bonus {bonus}, {part} of the debt repaid"),
                theory,
                published,
                simulated: flips,
                standard_error: 0.0,
                tolerance: Tolerance::Relative(1e-6),
                expected,
            };
            findings.push(finding("1 / (1 + bonus)", 1.0 / (1.0 + bonus), Expected::Agrees));
            findings.push(finding("1 - bonus", 1.0 - bonus, Expected::Refused));
        }
    }
    findings.extend(spiral());
    findings
}

/// Half of the debt is repaid until nothing is left to seize: 10,000 of collateral against 11,542.50, bonus 10 %.
fn spiral() -> Vec<Finding> {
    let run = begin(&scenario_of(0.5, 0.1, ""));
    let (cell, now) = market(&run);
    let (mut market, account) = position(cell, now, 10_000.0, 1.154_25);
    let prices = [to_wad(1.0), to_wad(1.0)];
    let mut rounds = 0;
    while market.supplied(account, 0, now) > 0 {
        let most_repaid = market.borrowed(account, 1, now) / 2;
        let call = Liquidation { borrower: account, collateral: 0, debt: 1, most_repaid };
        market.liquidate(call, &prices, now).expect("the position fails");
        rounds += 1;
    }
    let finding = |theory, published, simulated, expected| Finding {
        case: "10,000 against 11,542.50, bonus 0.1, half repaid at a time".to_owned(),
        theory,
        published,
        simulated,
        standard_error: 0.0,
        tolerance: Tolerance::Relative(1e-5),
        expected,
    };
    let bad_debt = market.borrowed(account, 1, now) as f64 / 1e18;
    vec![
        finding("bad debt of the spiral", 2_451.590_9, bad_debt, Expected::Agrees),
        finding("liquidations", 3.0, f64::from(rounds), Expected::Agrees),
        finding("bad debt if it is halted at once", 1_542.5, bad_debt, Expected::Refused),
    ]
}

/// D11: where what is seized is sold into a pool that is the oracle, the frontier is lower.
pub fn toxic_frontier_with_pool(_: Size) -> Vec<Finding> {
    let run = begin(&scenario_of(0.5, 0.05, ""));
    let mut findings = Vec::new();
    for depth in [0.0, 0.01, 0.05, 0.1] {
        let frontier = 1.0 / (1.05 * (1.0 + 2.0 * depth));
        let [coarse, fine] = [1e-3, 5e-4].map(|step| pool_flip(&run, depth, step));
        let finding = |theory, published, simulated, tolerance, expected| Finding {
            case: format!("collateral over the pool's reserve {depth}"),
            theory,
            published,
            simulated,
            standard_error: 0.0,
            tolerance: Tolerance::Relative(tolerance),
            expected,
        };
        findings.push(finding("1 / ((1 + i)(1 + 2 c / y))", frontier, fine, 2e-3, Expected::Agrees));
        if depth > 0.0 {
            let halves = (coarse - frontier) / (fine - frontier);
            findings.push(finding("error over that of half the step", 2.0, halves, 0.05, Expected::Agrees));
            findings.push(finding("1 / (1 + i), no pool", 1.0 / 1.05, fine, 2e-3, Expected::Refused));
        }
    }
    findings
}

/// Returns the loan to value at which liquidating a `step` of the debt and selling what is seized does nothing to it. The
/// collateral is worth `depth` of the pool's reserve.
fn pool_flip(run: &Simulation, depth: f64, step: f64) -> f64 {
    let (cell, now) = market(run);
    let pool = pool_of(run.world(), PoolId(0)).pool.clone();
    let direction = Direction { pays: 0, takes: 1 };
    flip(|ltv| {
        let (market, account) = position(cell, now, (depth * 1e6).max(1e-3), ltv);
        let (posted, owed) = (market.supplied(account, 0, now) as f64, market.borrowed(account, 1, now) as f64);
        let call = Liquidation { borrower: account, collateral: 0, debt: 1, most_repaid: units(owed * step) };
        let done = market.quote_liquidation(call, &[to_wad(1.0), to_wad(1.0)], now).expect("the position fails");
        let mut pool = pool.clone();
        pool.amm_mut().swap_exact_in(direction, done.seized, now).expect("the pool is there");
        let price = pool.amm().spot_price(direction, now);
        (owed - done.repaid as f64) / ((posted - done.seized as f64) * price) - owed / posted
    })
}

/// Returns where a rising function changes its sign, between 0.7 and 1.1.
fn flip(change: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.7, 1.1);
    for _ in 0..40 {
        let middle = 0.5 * (low + high);
        if change(middle) < 0.0 { low = middle } else { high = middle }
    }
    low
}

/// Returns the loan to value after a part of the debt was repaid.
fn liquidated_ltv(cell: &LendingCell, now: u64, ltv: f64, part: f64) -> f64 {
    let (market, account) = position(cell, now, 10_000.0, ltv);
    let (posted, owed) = (market.supplied(account, 0, now) as f64, market.borrowed(account, 1, now) as f64);
    let call = Liquidation { borrower: account, collateral: 0, debt: 1, most_repaid: units(owed * part) };
    let done = market.quote_liquidation(call, &[to_wad(1.0), to_wad(1.0)], now).expect("the position fails");
    (owed - done.repaid as f64) / (posted - done.seized as f64)
}

/// Returns the market with a position of this loan to value at a price of 1, opened when it was 10.
fn position(cell: &LendingCell, now: u64, worth: f64, ltv: f64) -> (impl Lending + use<>, AccountId) {
    let plimsoll_protocols::lending::LendingMarket::AaveV3(mut market) = cell.market.clone() else {
        unreachable!("the experiment's market is Aave's")
    };
    let account = AccountId(1_000);
    market.supply(account, 0, units(worth * 1e18), now).expect("a market takes collateral");
    let before = [to_wad(10.0), to_wad(1.0)];
    market.borrow(account, 1, units(worth * ltv * 1e18), &before, now).expect("it is covered before the fall");
    (*market, account)
}

fn units(wish: f64) -> u128 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates, as a wish may")]
    let units = wish as u128;
    units
}

fn begin(text: &str) -> Simulation {
    let checked = scenario::read_text("loans", text, Path::new("")).expect("the experiment's scenario is sound");
    let begun = Simulation::new(&checked.scenario, "loans", Path::new(""), Options::seeded(1), None);
    begun.expect("the experiment's market can begin")
}

fn market(run: &Simulation) -> (&LendingCell, u64) {
    let world = run.world();
    let cell = lending_of(world, LendingId(0));
    (cell, world.resource::<ChainState>().clock.now())
}

/// A market that lends `ltv` against the risky token, which costs 1.
fn scenario_of(ltv: f64, bonus: f64, agents: &str) -> String {
    format!(
        r#"Scenario(
            blocks: 1, block_time: "1 ms", numeraire: "USD",
            chain: (native: "GAS", base_fee: Fixed(0)),
            tokens: [
                (name: "RISKY", decimals: 18, price: Fixed(1)),
                (name: "USD", decimals: 18, price: Fixed(1)),
                (name: "GAS", decimals: 18, price: Fixed(1)),
            ],
            pools: [
                UniswapV2(name: "pool", tokens: ("RISKY", "USD"), reserves: ("1_000_000", "1_000_000"), fee_bps: 0),
            ],
            oracles: [
                (name: "RISKY", token: "RISKY", sources: [(1, Outside)]),
                (name: "USD", token: "USD", sources: [(1, Outside)]),
            ],
            lending: [
                AaveV3(
                    name: "market",
                    reserves: [
                        (token: "RISKY", oracle: "RISKY", ltv: {ltv}, threshold: {ltv}, bonus: {bonus}),
                        (token: "USD", oracle: "USD", supplied: "1_000_000_000"),
                    ],
                ),
            ],
            agents: [{agents}],
        )"#
    )
}
