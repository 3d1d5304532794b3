//! A run is a function of its scenario and its seed: to the byte, on every machine, in every profile. A fork goes on as its run does.

#[path = "../common/mod.rs"]
#[allow(dead_code, unreachable_pub, reason = "each test program shares what it needs")]
mod common;
mod forks;

use std::collections::BTreeMap;

use common::market::checked;
use common::run::{Files, Run};
use common::table::rows;
use plimsoll::simulation::Options;

/// Every kind of agent, distribution, impact law and way in and out: a market that crashes within 120 blocks.
const SCENARIO: &str = r#"Scenario(
    blocks: 120,
    block_time: "5 min",
    numeraire: "USDC",
    chain: (native: "ETH", base_fee: Fixed(20)),
    tokens: [
        (name: "USDC", decimals: 6, price: Fixed(1)),
        (name: "ETH", decimals: 18, price: Gbm(start: 2_000, volatility: 0.9)),
        (name: "UNI", decimals: 18, price: Gbm(start: 20, volatility: 1.2)),
    ],
    shocks: [Crash(token: "ETH", start: "3 h", ramp: "2 h", size: Uniform(0.3, 0.4))],
    venue: [
        (token: "ETH", impact: Linear(depth: "5_000"), half_life: "1 h", fee_bps: 5),
        (token: "UNI", impact: SquareRoot(coefficient: 0.5, depth: "50_000"), half_life: "30 min"),
    ],
    pools: [
        UniswapV2(name: "ETH/USDC", tokens: ("ETH", "USDC"), reserves: ("1_000", "2_000_000")),
        UniswapV2(name: "UNI/USDC", tokens: ("UNI", "USDC"), reserves: ("50_000", "1_000_000")),
    ],
    farms: [
        StakingRewards(
            name: "farm", pool: "ETH/USDC", reward: "UNI", duration: "7 d",
            emissions: [("0 s", "5_000"), ("4 h", "500")],
        ),
    ],
    banks: [
        AlphaHomora(
            name: "bank", base: "USDC", min_debt: "100", reserve_bps: 1_000, kill_bps: 500, interest: TripleSlope,
            goblins: [(
                name: "goblin", pool: "ETH/USDC", farm: "farm", reward_pool: "UNI/USDC",
                work_factor: 0.87, kill_factor: 0.92, reinvest_bounty_bps: 300,
            )],
        ),
    ],
    agents: [
        Farmer(
            name: "farmers", count: 60, goblin: "goblin", capital: LogNormal(median: 2_000, sigma: 1),
            leverage: Uniform(2, 5.5),
        ),
        Farmer(
            name: "latecomers", count: 20, goblin: "goblin", leverage: Choice([1.5, 2, 3]), open: TwoSides(0.5),
            capital: Clamped(law: Normal(mean: 3_000, sigma: 2_000), min: 500, max: 9_000),
            entry: Between("10 min", "3 h"), exit: After("1 h", "5 h"), close: MinimizeTrading,
        ),
        FarmLender(name: "lenders", count: 5, bank: "bank", supply: LogNormal(median: 1_000_000, sigma: 0.5)),
        FarmLender(
            name: "fickle", count: 3, bank: "bank", supply: Exponential(mean: 50_000),
            entry: Between("0 s", "1 h"), exit: Between("2 h", "8 h"),
        ),
        FarmLiquidator(
            name: "liquidators", count: 3, bank: "bank", min_profit: Uniform(1, 20), attention: Fixed(0.5),
            bid_share: Uniform(0.05, 0.5), kills_per_block: 4, gas_money: Fixed(20),
        ),
        Harvester(name: "harvesters", count: 2, goblin: "goblin", every: "30 min", gas_money: Fixed(5)),
        Arbitrageur(
            name: "arbitrageurs", count: 2, pool: "ETH/USDC", capital: Fixed(500_000), attention: Fixed(0.8),
            bid_share: Uniform(0.1, 0.7), gas_money: Fixed(20),
        ),
        Trader(
            name: "traders", count: 30, pool: "ETH/USDC", size: LogNormal(median: 1_000, sigma: 1), pace: PerDay(50),
            capital: Fixed(50_000), gas_money: Fixed(5),
        ),
        Trader(name: "noise", count: 2, pool: "UNI/USDC", size: Exponential(mean: 300), capital: Fixed(20_000), gas_money: Fixed(5)),
    ],
)"#;

/// The same of lending markets: loans that are opened, defended, liquidated in every way, and lenders who run.
const LOANS: &str = r#"Scenario(
    blocks: 120,
    block_time: "5 min",
    numeraire: "USDC",
    chain: (native: "ETH", base_fee: Fixed(20), gas_limit: 6_000_000),
    tokens: [
        (name: "USDC", decimals: 6, price: Fixed(1)),
        (name: "ETH", decimals: 18, price: Gbm(start: 2_000, volatility: 0.9)),
    ],
    shocks: [Crash(token: "ETH", start: "3 h", ramp: "2 h", size: Uniform(0.3, 0.4))],
    venue: [(token: "ETH", impact: Linear(depth: "5_000"), half_life: "1 h", fee_bps: 5)],
    pools: [UniswapV2(name: "pool", tokens: ("ETH", "USDC"), reserves: ("1_000", "2_000_000"))],
    oracles: [
        (name: "ETH", token: "ETH", sources: [(1, Outside), (1, Spot("pool"))]),
        (name: "USDC", token: "USDC", sources: [(1, Outside)]),
    ],
    lending: [
        AaveV3(name: "aave", reserves: [
            (token: "ETH", oracle: "ETH", supplied: "300", ltv: 0.8, threshold: 0.825, bonus: 0.05, protocol_fee: 0.1),
            (token: "USDC", oracle: "USDC", ltv: 0.77, threshold: 0.8, bonus: 0.05, reserve_factor: 0.1),
        ]),
        MorphoBlue(
            name: "morpho", lltv: 0.86, loan: (token: "USDC", oracle: "USDC", supplied: "1_000_000"),
            collateral: (token: "ETH", oracle: "ETH"),
        ),
    ],
    agents: [
        Lender(
            name: "lenders", count: 20, market: "aave", asset: "USDC", supply: LogNormal(median: 30_000, sigma: 1),
            fears_utilisation: Uniform(0.6, 1), fears_bad_debt: Fixed(0.01), attention: Fixed(0.2),
        ),
        Borrower(
            name: "sleepers", count: 40, market: "aave", collateral: "ETH", debt: "USDC", capital: Exponential(mean: 9_000),
            owes: LoanToValue(Uniform(0.4, 0.75)),
        ),
        Borrower(
            name: "shorts", count: 5, market: "aave", collateral: "USDC", debt: "ETH", capital: Fixed(9_000),
            owes: HealthFactor(Uniform(1.1, 2)), proceeds: Sold,
        ),
        Borrower(
            name: "loopers", count: 5, market: "morpho", collateral: "ETH", debt: "USDC", capital: Fixed(5_000),
            owes: Loops(loan_to_value: Uniform(0.5, 0.7), times: 3), entry: Between("0 s", "2 h"), through: "pool",
            defence: Deleverage, act_below: Uniform(1.05, 1.2), attention: Fixed(0.5),
        ),
        Borrower(
            name: "payers", count: 10, market: "morpho", collateral: "ETH", debt: "USDC", capital: Fixed(9_000),
            owes: LoanToValue(Uniform(0.4, 0.8)), defence: Repay, spare: Uniform(0, 0.5),
        ),
        LendingLiquidator(
            name: "flash", market: "aave", collateral: "ETH", debt: "USDC", through: "pool", bid_share: Uniform(0.1, 0.5),
            strategy: TwoSteps, attention: Fixed(0.8), gas_money: Fixed(20),
        ),
        LendingLiquidator(
            name: "own", market: "morpho", collateral: "ETH", debt: "USDC", funds: Own(Fixed(20_000)), sells: Later("20 min"),
            bid_share: Uniform(0.1, 0.5), gas_money: Fixed(20),
        ),
        Arbitrageur(name: "arbitrageur", pool: "pool", capital: Fixed(500_000), bid_share: Fixed(0.1), gas_money: Fixed(20)),
    ],
)"#;

const DATA: [&str; 5] = ["ticks.csv", "events.csv", "agents.csv", "positions.csv", "summary.json"];

/// Runs a text through everything that `plimsoll run` goes through, and returns what it left.
fn run(text: &str, seed: u64, blocks: u64) -> Files {
    Run::begin(&checked(text), Options { exact: true, ..Options::seeded(seed) }).finish(blocks)
}

#[test]
fn equal_seeds_leave_equal_files_and_others_do_not() {
    let first = run(SCENARIO, 1, 120);
    let again = run(SCENARIO, 1, 120);
    let other = run(SCENARIO, 2, 120);
    for name in DATA {
        assert!(first[name] == again[name], "{name} differs between runs of one seed");
        assert!(first[name] != other[name], "{name} does not depend on the seed");
    }
    let kinds: std::collections::BTreeSet<String> =
        rows(&first["events.csv"]).into_iter().map(|mut row| row.remove("kind").unwrap()).collect();
    for kind in
        ["kill", "open", "close", "swap", "venue_buy", "venue_sell", "deposit", "withdraw", "reinvest", "revert"]
    {
        assert!(kinds.contains(kind), "the run has no {kind}, so it shows nothing about one: {kinds:?}");
    }
}

/// The constant is the same in every profile and on every platform. When a column, a default or a rule of the market
/// is changed on purpose, it is replaced by what the message says; otherwise a change of it is a loss of determinism.
#[test]
fn the_pinned_run_leaves_the_pinned_bytes() {
    let digest = blake3::hash(&run(SCENARIO, 1, 120)["ticks.csv"]).to_string();
    assert_eq!(digest, "2134cb3f4ca3cd62f746fbf8b0c9afd4e68d78d01bd48b39bff20f3251401fd3", "the digest of ticks.csv");
}

/// Liquidity that sits, moves, is harvested, flees and leaves.
const LIQUIDITY: &str = r#"Scenario(
    blocks: 120,
    block_time: "5 min",
    numeraire: "USDC",
    chain: (native: "ETH", base_fee: Fixed(3)),
    tokens: [
        (name: "USDC", decimals: 6, price: Fixed(1)),
        (name: "ETH", decimals: 18, price: Gbm(start: 2_000, volatility: 1)),
    ],
    pools: [
        UniswapV2(name: "v2", tokens: ("ETH", "USDC"), reserves: ("500", "1_000_000")),
        UniswapV3(name: "v3", tokens: ("ETH", "USDC"), liquidity: [(amounts: ("500", "1_000_000"))]),
    ],
    agents: [
        LiquidityProvider(
            name: "flees", count: 3, pool: "v2", capital: Exponential(mean: 50_000),
            panic: (fall: Uniform(0.005, 0.03), from: Peak), exit: Between("8 h", "9 h"),
        ),
        LiquidityProvider(
            name: "moves", count: 3, pool: "v3", capital: Exponential(mean: 50_000), range: Factor(1.01),
            recentre: OutOfRange, attention: Uniform(0.3, 1), harvest: (every: "30 min", compound: true),
        ),
        Arbitrageur(name: "v2 arbitrageur", pool: "v2", capital: Fixed(1_000_000), bid_share: Uniform(0, 0.3)),
        Arbitrageur(name: "v3 arbitrageur", pool: "v3", capital: Fixed(1_000_000), bid_share: Uniform(0, 0.3)),
        Trader(name: "traders", count: 20, pool: "v3", size: Exponential(mean: 9_000), capital: Fixed(90_000)),
    ],
)"#;

#[test]
fn liquidity_leaves_equal_files_too() {
    let (first, again, other) = (run(LIQUIDITY, 1, 120), run(LIQUIDITY, 1, 120), run(LIQUIDITY, 2, 120));
    for name in ["ticks.csv", "events.csv", "agents.csv", "summary.json"] {
        assert!(first[name] == again[name], "{name} differs between runs of one seed");
        assert!(first[name] != other[name], "{name} does not depend on the seed");
    }
    let actions: std::collections::BTreeSet<String> =
        rows(&first["events.csv"]).into_iter().map(|mut row| row.remove("action").unwrap()).collect();
    for action in ["add_liquidity", "remove_liquidity", "collect_fees", "swap"] {
        assert!(actions.contains(action), "the run has no {action}, so it shows nothing about one: {actions:?}");
    }
}

#[test]
fn lending_markets_leave_equal_files_too() {
    let (first, again, other) = (run(LOANS, 1, 120), run(LOANS, 1, 120), run(LOANS, 2, 120));
    for name in ["ticks.csv", "events.csv", "agents.csv", "summary.json"] {
        assert!(first[name] == again[name], "{name} differs between runs of one seed");
        assert!(first[name] != other[name], "{name} does not depend on the seed");
    }
    let actions: std::collections::BTreeSet<String> =
        rows(&first["events.csv"]).into_iter().map(|mut row| row.remove("action").unwrap()).collect();
    for action in ["supply", "borrow", "repay", "withdraw_claim", "liquidate", "swap", "venue_sell"] {
        assert!(actions.contains(action), "the run has no {action}, so it shows nothing about one: {actions:?}");
    }
}

/// Searchers, and traders who are not noise, in front of the others.
const SEARCHERS: &str = r#"agents: [
        Trader(
            name: "insiders", count: 3, pool: "ETH/USDC", size: Fixed(20_000), slippage: Uniform(0.001, 0.05),
            temperament: Informed(blocks_ahead: 9), capital: Fixed(900_000), gas_money: Fixed(5),
        ),
        Trader(
            name: "followers", count: 3, pool: "ETH/USDC", size: Fixed(30_000), slippage: Choice([0.01, 0.1]),
            temperament: Momentum(window: "30 min", threshold: 0.01), capital: Fixed(900_000), gas_money: Fixed(5),
        ),
        Trader(
            name: "whale", pool: "ETH/USDC", temperament: Whale([(20, Sell(200_000)), (60, Buy(100_000))]),
            capital: Fixed(900_000), gas_money: Fixed(5),
        ),
        Searcher(
            name: "searchers", count: 3, pool: "ETH/USDC", capital: Fixed(900_000), bid_share: Uniform(0.1, 0.9),
            bundles_per_block: 2, gas_money: Fixed(20),
        ),"#;

#[test]
fn searchers_and_traders_of_every_temperament_leave_equal_files_too() {
    let text = SCENARIO.replace("agents: [", SEARCHERS);
    let (first, again) = (run(&text, 1, 120), run(&text, 1, 120));
    for name in DATA {
        assert!(first[name] == again[name], "{name} differs between runs of one seed");
    }
    let kinds: Vec<String> =
        rows(&first["events.csv"]).into_iter().map(|mut row| row.remove("kind").unwrap()).collect();
    assert!(kinds.iter().filter(|kind| *kind == "sandwich").count() > 5, "{kinds:?}");
}

#[test]
fn a_shorter_run_is_the_beginning_of_a_longer_one() {
    let (long, short) = (run(SCENARIO, 3, 120), run(SCENARIO, 3, 50));
    for name in ["ticks.csv", "events.csv"] {
        assert!(long[name].starts_with(&short[name]), "{name}");
        assert!(long[name].len() > short[name].len(), "{name}");
    }
    assert_eq!(rows(&short["ticks.csv"]).len(), 50);
}

/// Returns the columns of `ticks.csv` that no agent can move.
fn fundamentals(files: &Files) -> Vec<Vec<String>> {
    let rows = rows(&files["ticks.csv"]);
    let columns: Vec<&String> = rows[0].keys().filter(|column| column.contains("fundamental")).collect();
    assert_eq!(columns.len(), 3, "{columns:?}");
    rows.iter().map(|row| columns.iter().map(|column| row[*column].clone()).collect()).collect()
}

/// What an agent was drawn with: leverage, the block in which it entered, and its worth before the first block.
#[derive(Debug, PartialEq)]
struct Drawn {
    leverage: String,
    entered: String,
    worth: f64,
}

fn drawn(files: &Files) -> BTreeMap<(String, String), Drawn> {
    let rows = rows(&files["agents.csv"]).into_iter();
    rows.map(|row| {
        let column = |name: &str| row[name].clone();
        let (leverage, entered) = (column("leverage_ratio"), column("entered_block"));
        let drawn = Drawn { leverage, entered, worth: column("own_capital_numeraire").parse().unwrap() };
        ((column("population"), column("number")), drawn)
    })
    .collect()
}

/// Says how many agents of `before` were drawn otherwise in `after`. A position that is there before the first block is
/// a share of the pool, rounded to its units: worths agree to a millionth.
fn redrawn(before: &Files, after: &Files) -> usize {
    let (before, after) = (drawn(before), drawn(after));
    let same = |was: &Drawn, is: &Drawn| {
        let worths_agree = (was.worth - is.worth).abs() <= 1e-6 * was.worth.abs();
        (&was.leverage, &was.entered) == (&is.leverage, &is.entered) && worths_agree
    };
    before.iter().filter(|(who, was)| !same(was, &after[who])).count()
}

#[test]
fn an_agent_more_moves_no_price_of_the_process_and_no_draw_of_another() {
    let plain = run(SCENARIO, 5, 120);
    for (what, changed) in [
        ("a farmer more", SCENARIO.replace("count: 60", "count: 61")),
        ("a trader more", SCENARIO.replace("count: 30", "count: 31")),
        ("traders who know prices ahead, and searchers", SCENARIO.replace("agents: [", SEARCHERS)),
        (
            "a population more, before the others",
            SCENARIO.replace(
                "agents: [",
                r#"agents: [
                    Farmer(
                        name: "newcomers", count: 7, goblin: "goblin", capital: Uniform(100, 5_000),
                        leverage: Uniform(2, 4), entry: Between("0 s", "2 h"),
                    ),"#,
            ),
        ),
    ] {
        assert_ne!(changed, SCENARIO, "{what}");
        let more = run(&changed, 5, 120);
        assert_eq!(fundamentals(&plain), fundamentals(&more), "{what}");
        assert_eq!(redrawn(&plain, &more), 0, "{what}");
        assert!(drawn(&more).len() > drawn(&plain).len(), "{what}");
        assert!(plain["ticks.csv"] != more["ticks.csv"], "{what}: it acts, and the market feels it");
    }
}

/// ETH comes first in the list of tokens, so it keeps its path, and UNI leans on it; every agent keeps its dice.
#[test]
fn a_correlation_moves_only_the_later_token() {
    let plain = run(SCENARIO, 5, 40);
    let paired = run(&SCENARIO.replace("shocks:", "correlations: [(\"UNI\", \"ETH\", 1)],\n    shocks:"), 5, 40);
    let column = |files: &Files, token: &str| -> Vec<f64> {
        let name = format!("{token}_price_fundamental_numeraire");
        rows(&files["ticks.csv"]).iter().map(|row| libm::log(row[&name].parse().unwrap())).collect()
    };
    assert_eq!(column(&plain, "eth"), column(&paired, "eth"));
    assert_ne!(column(&plain, "uni"), column(&paired, "uni"));
    assert_eq!(redrawn(&plain, &paired), 0);
    // Fully correlated, both are one motion times their volatilities, 0.9 and 1.2, but for drifts of 2e-6 in a block.
    let moves = |logs: Vec<f64>| logs.windows(2).map(|pair| pair[1] - pair[0]).collect::<Vec<f64>>();
    for (eth, uni) in moves(column(&paired, "eth")).iter().zip(moves(column(&paired, "uni"))) {
        assert!((uni / 1.2 - eth / 0.9).abs() < 1e-5, "{uni} beside {eth}");
    }
}

#[test]
fn another_seed_redraws_everything() {
    let (one, other) = (run(SCENARIO, 5, 120), run(SCENARIO, 6, 120));
    assert_ne!(fundamentals(&one), fundamentals(&other));
    // Farmers, latecomers, lenders and fickle ones are drawn; the rest begins with fixed capital.
    assert!(redrawn(&one, &other) >= 80, "{}", redrawn(&one, &other));
}
