//! What is said about broken scenario files, and where.

use std::path::Path;

use plimsoll::chain::state::ChainState;
use plimsoll::market::price::PriceParams;
use plimsoll::reader::diagnostic::Diagnostic;
use plimsoll::scenario::schema::BaseFeeParams;
use plimsoll::scenario::{Checked, genesis, read, read_text};
use plimsoll::simulation::{Options, Simulation};
use proptest::prelude::*;

/// A scenario without mistakes, in which each case below breaks something.
pub(super) const SOUND: &str = r#"Scenario(
    seed: 7,
    blocks: 7_200,
    block_time: "12 s",
    numeraire: "USDC",
    chain: (native: "ETH", base_fee: Fixed(30), gas_limit: 15_000_000),
    tokens: [
        (name: "USDC", decimals: 6, price: Fixed(1)),
        (name: "ETH", decimals: 18, price: Gbm(start: 2_000, volatility: 0.8)),
        (name: "UNI", decimals: 18, price: Knots(knots: [("0 s", 20), ("12 h", 18)], volatility: 0.5)),
    ],
    shocks: [Crash(token: "ETH", start: "2 h", ramp: "1 h", size: Uniform(0.3, 0.4))],
    venue: [(token: "ETH", impact: Linear(depth: "20_000"), half_life: "1 h")],
    pools: [
        UniswapV2(name: "ETH/USDC", tokens: ("ETH", "USDC"), reserves: ("1_000", "2_000_000")),
        UniswapV2(name: "UNI/USDC", tokens: ("UNI", "USDC"), reserves: ("10_000", "200_000"), fee_bps: 30),
    ],
    farms: [
        StakingRewards(
            name: "farm", pool: "ETH/USDC", reward: "UNI", duration: "7 d", emissions: [("0 s", "500")],
        ),
    ],
    banks: [
        AlphaHomora(
            name: "bank", base: "USDC", min_debt: "100", reserve_bps: 1_000, kill_bps: 500,
            interest: Constant(0.1), utilisation: 0.7,
            goblins: [(
                name: "goblin", pool: "ETH/USDC", farm: "farm", reward_pool: "UNI/USDC",
                work_factor: 0.87, kill_factor: 0.92, reinvest_bounty_bps: 300,
            )],
        ),
    ],
    agents: [
        Farmer(
            name: "farmers", count: 20, goblin: "goblin", capital: Fixed(1_000), leverage: Uniform(2, 6),
            entry: Between("1 h", "2 h"), open: TwoSides(0.5), exit: After("4 h", "8 h"),
        ),
        FarmLender(name: "lenders", count: 2, bank: "bank", supply: LogNormal(median: 500_000, sigma: 1)),
        FarmLiquidator(
            name: "liquidators", bank: "bank", attention: Fixed(0.9), bid_share: Fixed(0.5), kills_per_block: 3,
        ),
        Harvester(name: "harvester", goblin: "goblin", every: "1 h"),
        Arbitrageur(name: "arbitrageur", pool: "ETH/USDC", capital: Fixed(10_000), bid_share: Fixed(0.3)),
        Trader(
            name: "traders", count: 9, pool: "UNI/USDC", size: Exponential(mean: 100), buys: 0.5, pace: PerDay(4),
            capital: Fixed(5_000), tip: Fixed(2), gas_money: Fixed(1),
        ),
        Trader(
            name: "followers", pool: "ETH/USDC", size: Fixed(50), slippage: Uniform(0.001, 0.05),
            temperament: Momentum(watches: Outside, window: "10 min", threshold: 0.02), capital: Fixed(700),
        ),
        Trader(
            name: "insiders", pool: "ETH/USDC", pair: ("USDC", "ETH"), size: Fixed(60), capital: Fixed(800),
            temperament: Informed(blocks_ahead: 25, edge: 0.003),
        ),
        Trader(
            name: "whale", pool: "ETH/USDC", capital: Fixed(1e6),
            temperament: Whale([(10, Buy(70_000)), (7_199, Sell(80_000))]),
        ),
        Searcher(
            name: "searchers", pool: "ETH/USDC", capital: Fixed(65_000), bid_share: Fixed(0.35), bundles_per_block: 4,
        ),
        Publisher(name: "reporters", oracle: "feed"),
        Borrower(
            name: "borrowers", count: 30, market: "aave", collateral: "ETH", debt: "USDC", capital: Fixed(8_000),
            owes: LoanToValue(Uniform(0.3, 0.75)), defence: Deleverage, act_below: Fixed(1.07), target: Fixed(1.4),
        ),
        Lender(name: "suppliers", market: "aave", asset: "USDC", supply: Fixed(900_000), fears_depeg: Fixed(0.05)),
        LendingLiquidator(
            name: "loan liquidators", market: "aave", collateral: "ETH", debt: "USDC", through: "ETH/USDC",
            sells: AtOnce, bid_share: Fixed(0.45),
        ),
    ],
    oracles: [
        (
            name: "feed", token: "ETH", sources: [(1, Outside), (2.5, Spot("ETH/USDC"))],
            update: Deviation(threshold: 0.005, heartbeat: "2 h"), publish: Transaction,
        ),
        (
            name: "slow", token: "UNI", sources: [(0.75, TimeWeighted(pool: "UNI/USDC", window: "20 min"))],
            update: Delayed("3 h"),
        ),
        (name: "dollar", token: "USDC", sources: [(1, Outside)]),
    ],
    lending: [
        AaveV3(
            name: "aave", flash_premium_bps: 9,
            reserves: [
                (
                    token: "ETH", oracle: "feed", supplied: "40", ltv: 0.8, threshold: 0.825, bonus: 0.05,
                    supply_cap: 9_000, rates: (slope_1: 0.038, slope_2: 0.8, kink: 0.8),
                ),
                (token: "USDC", oracle: "dollar", supplied: "1_000", ltv: 0.77, threshold: 0.79, bonus: 0.04),
            ],
        ),
    ],
)
"#;

fn check(text: &str) -> Result<Checked, Vec<Diagnostic>> {
    read_text("test", text, Path::new("tests"))
}

/// Everything that is said about a text, warnings included.
fn said(text: &str) -> Vec<Diagnostic> {
    check(text).map_or_else(|mistakes| mistakes, |checked| checked.warnings)
}

/// The same in one line each.
pub(super) fn lines(text: &str) -> Vec<String> {
    said(text).iter().map(ToString::to_string).collect()
}

/// Replaces a piece of the sound scenario, notes where the caret stands in what is put there, and expects one
/// diagnostic at that place with those words.
#[track_caller]
pub(super) fn breaks(severity: &str, cases: &[(&str, &str, &str)]) {
    breaks_in(SOUND, severity, cases);
}

/// The same of another sound scenario.
#[track_caller]
fn breaks_in(sound: &str, severity: &str, cases: &[(&str, &str, &str)]) {
    for (from, to, words) in cases {
        assert_eq!(sound.matches(from).count(), 1, "{from} stands once in the sound scenario");
        let marked = sound.replace(from, to);
        let caret = marked.find('^').expect("a caret says where");
        let (line, column) =
            (marked[..caret].matches('\n').count() + 1, marked[..caret].rsplit('\n').next().unwrap().len() + 1);
        let lines = lines(&marked.replacen('^', "", 1));
        assert_eq!(lines.len(), 1, "{to}: {lines:#?}");
        let place = format!("test.ron:{line}:{column}: {severity}: ");
        assert!(lines[0].starts_with(&place), "{to}: expected {place}, found {}", lines[0]);
        assert!(lines[0].contains(words), "{to}: expected {words}, found {}", lines[0]);
    }
}

#[test]
fn traders_and_searchers_that_cannot_be() {
    breaks(
        "error",
        &[
            ("window: \"10 min\"", "window: ^\"0 s\"", "`window` is 0"),
            ("window: \"10 min\"", "window: ^\"-10 min\"", "expected a length of time"),
            ("threshold: 0.02", "threshold: ^-0.02", "0 or more"),
            ("watches: Outside", "watches: ^Inside", "expected `Pool` or `Outside`"),
            ("slippage: Uniform(0.001, 0.05)", "slippage: ^Uniform(0.001, 1.5)", "`slippage` can be 1.5"),
            ("slippage: Uniform(0.001, 0.05)", "slippage: ^Fixed(-0.1)", "`slippage` can be -0.1"),
            ("slippage: Uniform(0.001, 0.05)", "slippage: ^Exponential(mean: 0.1)", "no upper limit"),
            ("size: Fixed(50)", "size: ^Fixed(0)", "`size` is 0"),
            ("blocks_ahead: 25", "blocks_ahead: ^0", "1 to 100000 blocks"),
            ("edge: 0.003", "edge: ^-0.003", "0 or more"),
            ("pair: (\"USDC\", \"ETH\")", "pair: (\"USDC\", ^\"UNI\")", "does not hold `UNI`"),
            ("pair: (\"USDC\", \"ETH\")", "pair: (\"USDC\", ^\"ETC\")", "did you mean `ETH`?"),
            ("pair: (\"USDC\", \"ETH\")", "pair: ^(\"ETH\", \"ETH\")", "against itself"),
            (
                "Trader(\n            name: \"insiders\", pool: \"ETH/USDC\", pair: (\"USDC\", \"ETH\"), size: Fixed(60),",
                "^Trader(\n            name: \"insiders\", pool: \"ETH/USDC\",",
                "missing field `size`",
            ),
            ("name: \"whale\",", "name: \"whale\", size: ^Fixed(3),", "a whale draws no sizes"),
            ("(10, Buy(70_000))", "(10, ^Buy(0))", "an order of 0"),
            ("(10, Buy(70_000))", "(10, ^Buy(-5))", "an order of -5"),
            ("(10, Buy(70_000)), (7_199", "(10, Buy(70_000)), (^10", "expected a block after 10"),
            ("(10, Buy(70_000)), (7_199", "(10, Buy(70_000)), (^9", "block 9 comes after block 10"),
            ("(7_199, Sell", "(^7_200, Sell", "expected less than 7200"),
            ("Whale([(10, Buy(70_000)), (7_199, Sell(80_000))])", "^Whale([])", "without orders"),
            ("capital: Fixed(65_000)", "capital: ^Fixed(0)", "`capital` is 0"),
            ("bid_share: Fixed(0.35)", "bid_share: ^Fixed(1.35)", "`bid_share` can be 1.35"),
            ("bundles_per_block: 4", "bundles_per_block: ^0", "at least 1"),
            ("name: \"searchers\", pool: \"ETH/USDC\"", "name: \"searchers\", pool: ^\"ETH/USDT\"", "did you mean"),
        ],
    );
}

#[test]
fn the_sound_scenario_has_no_mistakes() {
    let checked = check(SOUND).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
    assert_eq!(checked.warnings, []);
    assert_eq!((checked.scenario.seed, checked.scenario.agents.len()), (7, 14));
    assert_eq!(said(&SOUND.replace("Scenario(", "(")), []);
    assert_eq!(said(&format!("#![enable(implicit_some)]\n{SOUND}")), []);
    assert_eq!(said(&SOUND.replace("utilisation: 0.7", "utilisation: Some(0.7)")), []);
    assert_eq!(said(&SOUND.replace('\n', "\r\n")), []);
}

#[test]
fn the_scenarios_of_this_repository_have_no_mistakes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    for file in files.filter(|path| path.is_file()) {
        let checked = read(&file).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
        // Some ask about the market that their warning is about.
        let meant = usize::from(["toxic_spiral", "steth_depeg_2022"].contains(&checked.name.as_str()));
        assert_eq!(checked.warnings.len(), meant, "{}: {:#?}", checked.name, checked.warnings);
    }
}

#[test]
fn broken_syntax_is_shown_where_it_breaks() {
    breaks(
        "error",
        &[
            ("Scenario(", "^Scenery(", "`Scenery` does not belong here; expected `Scenario(...)` or `(...)`"),
            ("seed: 7,", "seed ^7,", "this does not belong here; expected `:`, `,` or a closing bracket"),
            ("    blocks: 7_200,", "    ^blocks 7_200,", "a field's value is missing; expected `:` and a value"),
            ("blocks: 7_200,", "blocks: ^@,", "`@` does not belong here; expected a value"),
            ("blocks: 7_200,", "blocks:^ ,", "a field's value is missing; expected a value"),
            ("blocks: 7_200,\n    block_time", "blocks: 7_200\n    ^block_time", "a comma is missing"),
            (r#"[("0 s", "500")],"#, r#"[("0 s", "500")^),"#, "`[` is closed by `)`; expected `]`"),
            ("Scenario(\n", "Scenario^(\n(\n", "`(` is not closed; expected a `)` for this"),
            ("    seed: 7,", "    seed: 7, ^/* never ends", "this comment is not closed"),
        ],
    );
    assert!(lines("")[0].starts_with("test.ron: error: no scenario here"));
    let end = format!("test.ron:{}:1: error: `)` closes nothing", SOUND.lines().count() + 1);
    assert!(lines(&format!("{SOUND})"))[0].starts_with(&end));
    let more = format!("test.ron:{}:1: error: something follows the scenario", SOUND.lines().count() + 1);
    assert!(lines(&format!("{SOUND}x"))[0].starts_with(&more));
    assert!(lines("[1, 2]")[0].starts_with("test.ron:1:1: error: no scenario here"));
    assert!(lines("(name: \"abc)\n")[0].starts_with("test.ron:1:8: error: this quote is not closed"));
}

#[test]
fn an_unknown_name_is_answered_with_those_that_exist() {
    breaks(
        "error",
        &[
            (
                "decimals: 6,",
                "^decimls: 6,",
                "unknown field `decimls`; expected `name`, `decimals` or `price`; did you mean `decimals`?",
            ),
            ("    seed: 7,", "    ^sed: 7,", "unknown field `sed`; expected `include`"),
            (
                "price: Gbm(",
                "price: ^Gbn(",
                "`Gbn` is not known here; expected `Fixed`, `Gbm`, `JumpDiffusion`, `OrnsteinUhlenbeck`, `Heston`, \
                 `RegimeSwitching`, `Replay` or `Knots`; did you mean `Gbm`?",
            ),
            ("        Harvester(", "        ^Harvestr(", "did you mean `Harvester`?"),
            ("bid_share: Fixed(0.5)", "bid_share: Normal(mean: 0.5, ^sigmma: 1)", "unknown field `sigmma`"),
            (
                r#"numeraire: "USDC""#,
                r#"numeraire: ^"USCD""#,
                "no token is called `USCD`; expected `USDC`, `ETH` or `UNI`; did you mean `USDC`?",
            ),
            (r#"native: "ETH""#, r#"native: ^"ether""#, "no token is called `ether`"),
            (r#"(token: "ETH", start"#, r#"(token: ^"ETHH", start"#, "did you mean `ETH`?"),
            (r#"(token: "ETH", impact"#, r#"(token: ^"WETH", impact"#, "no token is called `WETH`"),
            (r#"tokens: ("UNI", "USDC")"#, r#"tokens: (^"UNY", "USDC")"#, "no token is called `UNY`"),
            (
                r#"pool: "ETH/USDC", reward"#,
                r#"pool: ^"ETH-USDC", reward"#,
                "no pool is called `ETH-USDC`; expected `ETH/USDC` or `UNI/USDC`; did you mean `ETH/USDC`?",
            ),
            (r#"reward: "UNI""#, r#"reward: ^"UN""#, "no token is called `UN`"),
            (r#"base: "USDC""#, r#"base: ^"USDT""#, "no token is called `USDT`"),
            (r#"farm: "farm""#, r#"farm: ^"barn""#, "no farm is called `barn`"),
            (r#"reward_pool: "UNI/USDC""#, r#"reward_pool: ^"UNI""#, "no pool is called `UNI`"),
            (
                r#"count: 20, goblin: "goblin""#,
                r#"count: 20, goblin: ^"gobblin""#,
                "no goblin is called `gobblin`; expected `goblin`; did you mean `goblin`?",
            ),
            (r#"bank: "bank", supply"#, r#"bank: ^"tank", supply"#, "no bank is called `tank`"),
            (r#"pool: "UNI/USDC", size"#, r#"pool: ^"UNIUSDC", size"#, "no pool is called `UNIUSDC`"),
        ],
    );
}

#[test]
fn a_missing_or_repeated_field_is_named() {
    breaks(
        "error",
        &[
            (r#"(name: "USDC", decimals: 6,"#, r#"^(name: "USDC","#, "missing field `decimals`"),
            ("Gbm(start: 2_000, volatility: 0.8)", "^Gbm(start: 2_000)", "missing field `volatility`"),
            ("Scenario(\n    seed: 7,\n    blocks: 7_200,", "^Scenario(\n    seed: 7,", "missing field `blocks`"),
            ("decimals: 6,", "decimals: 6, ^decimals: 6,", "field `decimals` stands here again"),
            ("    seed: 7,", "    seed: 7, ^seed: 8,", "field `seed` stands here again"),
        ],
    );
}

#[test]
fn a_value_of_another_type_is_answered_with_what_to_type() {
    breaks(
        "error",
        &[
            ("decimals: 6,", "decimals: ^600,", "`decimals` cannot be `600`; expected a smaller number"),
            ("count: 20,", "count: ^2.5,", "`count` cannot be `2.5`; expected a whole number"),
            ("count: 20,", "count: ^-3,", "`count` cannot be `-3`; expected 0 or more"),
            (r#"name: "USDC""#, "name: ^USDC", "expected text in quotes; type `\"USDC\"`"),
            ("capital: Fixed(1_000),", "capital: ^1_000,", "; type `Fixed(1_000)`"),
            ("bid_share: Fixed(0.5)", "bid_share: Fixed(^\"0.5\")", "expected a number; leave the quotes out: `0.5`"),
            ("leverage: Uniform(2, 6)", "leverage: ^Uniform(2)", "expected 2 values, found 1"),
            ("leverage: Uniform(2, 6)", "leverage: Uniform(2, 6, ^8)", "expected fewer values"),
            (
                "leverage: Uniform(2, 6)",
                "leverage: Normal(^2, 6)",
                "expected fields with their names: `mean` or `sigma`",
            ),
            (r#"block_time: "12 s""#, r#"block_time: ^"12""#, "expected a length of time such as"),
            (r#"block_time: "12 s""#, "block_time: ^12", "or \"7 d\"; type `\"12 s\"`"),
            (
                r#"min_debt: "100""#,
                "min_debt: ^100.5",
                "100.5 is a float, which is not exact; write it in quotes: \"100.5\"",
            ),
            (r#"min_debt: "100""#, r#"min_debt: ^"-100""#, "-100 is negative"),
            ("interest: Constant(0.1)", "interest: ^0.1", "expected `TripleSlope` or `Constant`"),
            (r#"(name: "USDC", decimals"#, r#"^Token(name: "USDC", decimals"#, "leave `Token` out"),
            ("leverage: Uniform(2, 6)", "leverage: Uniform(2, ^inf)", "`inf` is not a number to count with"),
            ("volatility: 0.8", "volatility: ^NaN", "expected a finite number"),
            ("volatility: 0.8", "volatility: ^1e999", "expected a finite number"),
        ],
    );
}

#[test]
fn numbers_that_nobody_can_count_are_refused_before_the_first_block() {
    for (from, to, reason) in [
        ("gas_money: Fixed(1)", "gas_money: Fixed(1e30)", "population `traders`: there would be"),
        ("capital: Fixed(5_000)", "capital: Fixed(1e33)", "population `traders`: there would be"),
        (
            "supply: LogNormal(median: 500_000, sigma: 1)",
            "supply: Fixed(1e32)",
            "number 0 of `lenders`: there would be",
        ),
        ("\"500\"", "\"100_000_000_000_000_000_000\"", "the farms' `emissions` are together more than"),
    ] {
        let text = SOUND.replace(from, to);
        assert_ne!(text, SOUND, "{from}");
        let checked = check(&text).unwrap();
        let refused = genesis::world(&checked.scenario, Path::new("."), 1).map(|_| ()).unwrap_err().to_string();
        assert!(refused.contains(reason), "{refused}");
    }
}

#[test]
fn names_are_declared_once() {
    breaks(
        "error",
        &[
            (r#"name: "lenders""#, r#"name: ^"farmers""#, "a second population is called `farmers`"),
            (r#"name: "harvester""#, r#"name: ^"""#, "a population has no name"),
            (
                r#"venue: [(token: "ETH""#,
                r#"venue: [(token: "ETH", impact: None), (token: ^"ETH""#,
                "`ETH` is listed twice",
            ),
        ],
    );
    let twice = SOUND.replace(r#"(name: "UNI", decimals"#, r#"(name: "ETH", decimals"#);
    let said = lines(&twice);
    assert!(said[0].starts_with("test.ron:10:16: error: a second token is called `ETH`"), "{said:#?}");
}

#[test]
fn amounts_must_be_countable() {
    breaks(
        "error",
        &[
            (r#""2_000_000""#, r#"^"2_000_000.1234567""#, "2000000.1234567 is finer than `USDC`, which has 6 decimals"),
            (r#"min_debt: "100""#, r#"min_debt: ^"1000000000000000000000000000000000""#, "more than a chain can count"),
            (r#"("0 s", "500")"#, r#"("0 s", ^"0")"#, "this amount is 0; expected more than 0"),
            (r#"("1_000", "2"#, r#"(^"0", "2"#, "this amount is 0"),
            (r#"depth: "20_000""#, r#"depth: ^"0""#, "this amount is 0"),
            (
                r#"reserves: ("10_000", "200_000")"#,
                r#"reserves: (^"10_000_000_000_000_000", "200_000_000_000_000_000")"#,
                "2^112 - 1",
            ),
            ("decimals: 6,", "decimals: ^31,", "`decimals` is 31; expected at most 30"),
        ],
    );
}

#[test]
fn markets_must_be_possible() {
    breaks(
        "error",
        &[
            ("blocks: 7_200", "blocks: ^0", "a run of no blocks"),
            (r#"block_time: "12 s""#, r#"block_time: ^"0 s""#, "no time between blocks"),
            (r#"block_time: "12 s""#, r#"block_time: ^"400 d""#, "blocks are more than a year apart"),
            ("seed: 7", "start: ^18_446_744_073_709_551_615", "starts after the year 9999"),
            (r#"duration: "7 d""#, r#"duration: ^"500 ms""#, "the contract counts seconds"),
            (r#"duration: "7 d""#, r#"duration: ^"1000000 years""#, "more than a thousand years"),
            ("base_fee: Fixed(30)", "base_fee: ^Fixed(-30)", "`base_fee` is -30; expected 0 gwei or more"),
            (
                "price: Fixed(1)",
                "price: ^Fixed(2)",
                "`USDC` is the numeraire, and its price is not 1; expected `Fixed(1)`",
            ),
            ("start: 2_000", "start: ^-2_000", "a price of -2000; expected more than 0"),
            ("volatility: 0.8", "volatility: ^-0.8", "`volatility` is -0.8"),
            (r#"knots: [("0 s", 20), ("12 h", 18)]"#, "knots: ^[]", "there are no knots"),
            (r#"("12 h", 18)"#, r#"(^"0 s", 18)"#, "the knots are out of order; expected a time after 0s"),
            (r#"("12 h", 18)"#, r#"("12 h", ^0)"#, "a price of 0"),
            ("size: Uniform(0.3, 0.4)", "size: ^Uniform(0.3, 1.4)", "`size` can be 1.4; expected between 0 and 1"),
            ("size: Uniform(0.3, 0.4)", "size: ^Uniform(0.4, 0.3)", "reversed"),
            (r#"ramp: "1 h","#, r#"recovery: ^"1 h","#, "expected `hold` as well"),
            (r#"half_life: "1 h""#, r#"half_life: ^"0 s""#, "no time to recover in"),
            (r#"half_life: "1 h""#, "fee_bps: ^10_000", "`fee_bps` is 10000"),
            ("fee_bps: 30", "fee_bps: ^10_000", "`fee_bps` is 10000; expected less than 10000"),
            (
                "price: Gbm(start: 2_000, volatility: 0.8)",
                r#"price: Replay(file: ^"none.csv", time_column: "t", time_format: UnixSeconds, price_column: "p")"#,
                "none.csv: cannot be read",
            ),
        ],
    );
    let twice = r#"UniswapV2(name: "x", tokens: ("ETH", ^"ETH"), reserves: ("1", "1")), UniswapV2(name: "UNI/USDC","#;
    breaks("error", &[(r#"UniswapV2(name: "UNI/USDC","#, twice, "this pool holds `ETH` twice")]);
}

#[test]
fn oracles_must_look_somewhere_and_be_published() {
    breaks(
        "error",
        &[
            (r#"[(0.75, TimeWeighted(pool: "UNI/USDC", window: "20 min"))]"#, "^[]", "this oracle looks nowhere"),
            ("(0.75,", "(^0,", "a source weighs 0; expected more than 0"),
            (r#"Spot("ETH/USDC")"#, r#"^Spot("ETH/DAI")"#, "no pool is called `ETH/DAI`"),
            (r#"Spot("ETH/USDC")"#, r#"^Spot("UNI/USDC")"#, "the pool `UNI/USDC` does not hold `ETH`"),
            (r#"window: "20 min""#, r#"window: ^"0 s""#, "`window` is 0s"),
            ("threshold: 0.005", "threshold: ^0", "`threshold` is 0; expected more than 0"),
            (r#"heartbeat: "2 h""#, r#"heartbeat: ^"0 s""#, "`heartbeat` is 0s"),
            (r#"Delayed("3 h")"#, r#"^Delayed("0 s")"#, "delayed by no time"),
            (
                r#"Delayed("3 h"),"#,
                r#"Delayed("3 h"), publish: ^Transaction,"#,
                "nobody publishes what the oracle `slow` sees",
            ),
        ],
    );
    let publisher = r#"Publisher(name: "reporters", oracle: "feed"),"#;
    let idle = r#"Publisher(name: "reporters", oracle: "feed"), Publisher(name: "idle", oracle: ^"slow"),"#;
    breaks("error", &[(publisher, idle, "the oracle `slow` publishes by itself")]);
    let nobody = r#"Publisher(name: "reporters", oracle: "feed"), Publisher(name: "idle", oracle: ^"fed"),"#;
    breaks(
        "error",
        &[(publisher, nobody, "no oracle is called `fed`; expected `feed`, `slow` or `dollar`; did you mean `feed`?")],
    );
}

/// Puts another price in the place of the ETH's, and a caret where its mistake is expected.
fn priced(cases: &[(&str, &str)]) {
    let gbm = "Gbm(start: 2_000, volatility: 0.8)";
    for (price, words) in cases {
        breaks("error", &[(gbm, price, words)]);
    }
}

#[test]
fn price_processes_must_be_possible() {
    let sound = [
        "JumpDiffusion(start: 2_000, volatility: 0.5, jumps_per_year: 50, jump_mean: -0.1, jump_sigma: 0.1)",
        r#"OrnsteinUhlenbeck(level: 2_000, half_life: "1 d", volatility: 0.05)"#,
        r#"Heston(start: 2_000, volatility: 0.8, mean_volatility: 0.7, half_life: "60 d", vol_of_vol: 1, rho: -0.5)"#,
        r#"RegimeSwitching(start: 2_000, begins: "stressed", regimes: [
            (name: "calm", volatility: 0.5, mean_duration: "30 d"),
            (name: "stressed", drift: -1, volatility: 2, mean_duration: "2 d", then: [("calm", 1)]),
        ])"#,
    ];
    for price in sound {
        assert_eq!(said(&SOUND.replace("Gbm(start: 2_000, volatility: 0.8)", price)), []);
    }
    let regimes = |first: &str, second: &str, more: &str| {
        format!("RegimeSwitching(start: 2_000, regimes: [(name: {first}), (name: {second})]{more})")
    };
    let calm = r#""calm", volatility: 0.5, mean_duration: "30 d""#;
    let stressed = r#""stressed", volatility: 2, mean_duration: "2 d""#;
    let then = |then: &str| regimes(calm, &format!("{stressed}, then: [{then}]"), "");
    priced(&[
        (
            "JumpDiffusion(start: ^0, volatility: 0.5, jumps_per_year: 50, jump_sigma: 0.1)",
            "a price of 0; expected more than 0",
        ),
        ("JumpDiffusion(start: 2_000, volatility: ^-1, jumps_per_year: 50, jump_sigma: 0.1)", "`volatility` is -1"),
        (
            "JumpDiffusion(start: 2_000, volatility: 0.5, jumps_per_year: ^-3, jump_sigma: 0.1)",
            "`jumps_per_year` is -3; expected 0 or more, at most a million",
        ),
        ("JumpDiffusion(start: 2_000, volatility: 0.5, jumps_per_year: 3, jump_sigma: ^-0.1)", "`jump_sigma` is -0.1"),
        (
            "JumpDiffusion(start: 2_000, volatility: 0.5, jumps_per_year: 3, jump_mean: ^-20, jump_sigma: 0)",
            "`jump_mean` is -20; expected -10 to 10",
        ),
        (
            "JumpDiffusion(start: 2_000, volatility: 0.5, jumps_per_year: ^NaN, jump_sigma: 0)",
            "`NaN` is not a number to count with",
        ),
        (
            "JumpDiffusion(start: 2_000, volatility: 0.5, ^jumps_per_yaer: 3, jump_sigma: 0)",
            "did you mean `jumps_per_year`?",
        ),
        (
            r#"OrnsteinUhlenbeck(level: 2_000, half_life: ^"0 s", volatility: 0.05)"#,
            "`half_life` is 0s; expected more, such as",
        ),
        (r#"OrnsteinUhlenbeck(level: ^-1, start: 2_000, half_life: "1 d", volatility: 0.05)"#, "a price of -1"),
        (r#"OrnsteinUhlenbeck(level: 1, start: ^0, half_life: "1 d", volatility: 0.05)"#, "a price of 0"),
        (r#"Heston(start: 2_000, volatility: 0.8, half_life: ^"0 s", vol_of_vol: 1)"#, "`half_life` is 0s"),
        (
            r#"Heston(start: 2_000, volatility: 0.8, half_life: "60 d", vol_of_vol: 1, rho: ^-1.5)"#,
            "`rho` is -1.5; expected a correlation, -1 to 1",
        ),
        (r#"Heston(start: 2_000, volatility: 0.8, half_life: "60 d", vol_of_vol: ^-1)"#, "`vol_of_vol` is -1"),
        (
            r#"Heston(start: 2_000, volatility: 0.8, mean_volatility: ^-0.7, half_life: "60 d", vol_of_vol: 1)"#,
            "`mean_volatility` is -0.7",
        ),
        (
            &format!("RegimeSwitching(start: 2_000, regimes: ^[(name: {calm})])"),
            "nothing to switch to; expected two regimes or more; one alone is `Gbm`",
        ),
        (&regimes(calm, &format!("^{calm}"), ""), "a second regime is called `calm`"),
        (&regimes(calm, &stressed.replace(r#""2 d""#, r#"^"0 s""#), ""), "`mean_duration` is 0s"),
        (&regimes(calm, &stressed.replace('2', "^-2").replace("^-2 d", "2 d"), ""), "`volatility` is -2"),
        (
            &regimes(calm, stressed, r#", begins: ^"stresed""#),
            "no regime is called `stresed`; expected `calm` or `stressed`; did you mean `stressed`?",
        ),
        (&then(r#"(^"clam", 1)"#), "no regime is called `clam`"),
        (&then(r#"(^"stressed", 1)"#), "`stressed` follows itself"),
        (&then(r#"("calm", ^0)"#), "a weight of 0; expected more than 0"),
    ]);
}

#[test]
fn correlations_must_be_possible() {
    let with = |list: &str| {
        let uni = SOUND
            .replace(r#"Knots(knots: [("0 s", 20), ("12 h", 18)], volatility: 0.5)"#, "Gbm(start: 20, volatility: 1)");
        uni.replace(
            "    ],\n    shocks:",
            &format!("(name: \"BTC\", decimals: 8, price: Gbm(start: 40_000, volatility: 0.6))],\n    correlations: [{list}],\n    shocks:"),
        )
    };
    assert_eq!(said(&with(r#"("ETH", "BTC", 0.8), ("UNI", "ETH", 0.7), ("UNI", "BTC", 0.6)"#)), []);
    for (list, words) in [
        (r#"("ETH", ^"BTCC", 0.8)"#, "no token is called `BTCC`; expected `USDC`, `ETH`, `UNI` or `BTC`"),
        (r#"("ETH", "BTC", ^1.2)"#, "a correlation of 1.2; expected -1 to 1"),
        (r#"("ETH", "BTC", ^NaN)"#, "`NaN` is not a number to count with"),
        (r#"("ETH", ^"ETH", 0.8)"#, "`ETH` with itself"),
        (r#"("ETH", "BTC", 0.8), ^("BTC", "ETH", 0.8)"#, "`BTC` and `ETH` are listed twice; expected another pair"),
        (
            r#"("ETH", ^"USDC", 0.8)"#,
            "the price of `USDC` cannot be correlated: it is `Fixed`; expected `Gbm`, `JumpDiffusion`",
        ),
        (
            r#"("ETH", "BTC", 0.9), ^("ETH", "UNI", 0.9)"#,
            "the other correlations leave no room for 0 of `UNI` and `BTC`, since it is not listed; expected 0.62 to 1",
        ),
        (
            r#"("ETH", "BTC", 0.9), ("ETH", "UNI", 0.9), ("BTC", "UNI", ^-0.5)"#,
            "the other correlations leave no room for -0.5 of `UNI` and `BTC`; expected 0.62 to 1",
        ),
        (r#"("ETH", "BTC", ^"0.8")"#, "leave the quotes out"),
        (r#"^("ETH", "BTC")"#, "expected 3 values"),
    ] {
        let marked = with(list);
        let caret = marked.find('^').expect("a caret says where");
        let lines = lines(&marked.replacen('^', "", 1));
        let place = format!(
            "test.ron:{}:{}: error: ",
            marked[..caret].matches('\n').count() + 1,
            marked[..caret].rsplit('\n').next().unwrap().len() + 1
        );
        assert_eq!(lines.len(), 1, "{list}: {lines:#?}");
        assert!(
            lines[0].starts_with(&place) && lines[0].contains(words),
            "{list}: expected {place}{words}, found {}",
            lines[0]
        );
    }
}

#[test]
fn farming_must_be_possible() {
    let other = r#"UniswapV2(name: "other", tokens: ("ETH", "UNI"), reserves: ("1", "100"), fee_bps: 30), UniswapV2(name: "UNI/USDC","#;
    assert_eq!(said(&SOUND.replace(r#"UniswapV2(name: "UNI/USDC","#, other)), []);
    breaks(
        "error",
        &[
            ("work_factor: 0.87", "work_factor: ^0.93", "opened up to 0.93 and killed above 0.92"),
            ("kill_factor: 0.92", "kill_factor: ^1.2", "`kill_factor` is 1.2; expected between 0 and 1"),
            ("kill_factor: 0.92", "kill_factor: ^0.92001", "a whole number of basis points"),
            ("kill_bps: 500", "kill_bps: ^10_001", "`kill_bps` is 10001; expected at most 10000"),
            ("reserve_bps: 1_000", "reserve_bps: ^20_000", "`reserve_bps` is 20000"),
            ("bounty_bps: 300", "bounty_bps: ^20_000", "`reinvest_bounty_bps` is 20000"),
            ("interest: Constant(0.1)", "interest: ^Constant(-0.1)", "`interest` is -0.1"),
            ("utilisation: 0.7", "utilisation: ^1.7", "`utilisation` is 1.7; expected between 0 and 1"),
            (
                r#"reward_pool: "UNI/USDC""#,
                r#"reward_pool: ^"ETH/USDC""#,
                "in the pool that is farmed; expected `UNI/USDC`",
            ),
            (r#"duration: "7 d""#, r#"duration: ^"0 s""#, "no time to pay out in"),
        ],
    );
    for (from, to, words) in [
        (
            r#"pool: "ETH/USDC", reward"#,
            r#"pool: "UNI/USDC", reward"#,
            "the farm `farm` stakes `UNI/USDC`, the goblin farms `ETH/USDC`",
        ),
        (r#"base: "USDC""#, r#"base: "UNI""#, "the pool `ETH/USDC` does not hold `UNI`, which the bank lends"),
        (
            r#""2_000_000"))"#,
            r#""2_000_000"), fee_bps: 5)"#,
            "the pool `ETH/USDC` takes 5 basis points; expected a pool of 30",
        ),
        (r#"reward: "UNI""#, r#"reward: "ETH""#, "`ETH` cannot be sold for `USDC` in the pool `UNI/USDC`"),
    ] {
        let said = lines(&SOUND.replace(from, to));
        assert!(said.iter().any(|line| line.contains(words)), "{to}: {said:#?}");
    }
}

#[test]
fn a_farm_that_mints_its_rewards_must_share_them_among_pools_of_its_own() {
    let chef = r#"farms: [MasterChef(
            name: "chef", reward: "UNI", reward_per_block: "2", bonus: ("1 h", 10),
            pools: [(pool: "ETH/USDC", alloc_point: 3), (pool: "UNI/USDC", alloc_point: 1)],
        ), StakingRewards("#;
    let staker = r#"agents: [
        Staker(
            name: "stakers", farm: "chef", pool: "UNI/USDC", capital: Fixed(2_000), claims_every: "6 h", gas_multiple: 3,
        ),"#;
    let sound = SOUND.replace("farms: [\n        StakingRewards(", chef).replace("agents: [", staker);
    assert_eq!(said(&sound), []);
    breaks_in(
        &sound,
        "error",
        &[
            (r#"reward_per_block: "2""#, r#"reward_per_block: ^"0""#, "expected more than 0"),
            (r#"bonus: ("1 h", 10)"#, r#"bonus: ^("1 h", 0)"#, "`bonus` is 0; expected a multiple from 1 to 1,000"),
            (
                r#"(pool: "UNI/USDC", alloc_point: 1)"#,
                r#"(pool: "UNI/USDC", alloc_point: 1), (pool: ^"ETH/USDC", alloc_point: 1)"#,
                "the pool `ETH/USDC` is listed twice; expected another pool",
            ),
            (
                r#"pools: [(pool: "ETH/USDC", alloc_point: 3), (pool: "UNI/USDC", alloc_point: 1)]"#,
                r#"pools: ^[(pool: "UNI/USDC", alloc_point: 0)]"#,
                "no pool gets a part of the reward; expected a pool",
            ),
            (
                r#"farm: "chef", pool: "UNI/USDC""#,
                r#"farm: "farm", pool: ^"UNI/USDC""#,
                "the farm `farm` does not stake `UNI/USDC`; expected `ETH/USDC`",
            ),
            ("gas_multiple: 3", "gas_multiple: ^-1", "`gas_multiple` is -1; expected 0 or more"),
            (r#"farm: "farm""#, r#"farm: ^"chef""#, "the farm `chef` is a MasterChef; expected a StakingRewards"),
        ],
    );
}

#[test]
fn populations_must_be_possible() {
    breaks(
        "error",
        &[
            ("count: 20", "count: ^0", "`count` is 0; expected at least 1"),
            ("leverage: Uniform(2, 6)", "leverage: ^Uniform(0.5, 6)", "`leverage` can be 0.5; expected 1 to 7.61"),
            (
                "leverage: Uniform(2, 6)",
                "leverage: ^Uniform(2, 8)",
                "`leverage` can be 8; expected 1 to 7.61: the work factor 0.87 allows no more",
            ),
            (
                "leverage: Uniform(2, 6)",
                "leverage: ^LogNormal(median: 3, sigma: 1)",
                "`leverage` can be 0; expected 1 to 7.61",
            ),
            (
                "capital: Fixed(1_000)",
                "capital: ^Normal(mean: 9, sigma: 1)",
                "cut it to a range: `Clamped(law: Normal(mean: 9, sigma: 1), min: 0, max: 1000000)`",
            ),
            (
                "capital: Fixed(1_000)",
                "capital: ^Choice([])",
                "`capital` is impossible: Choice([]) has nothing to choose from",
            ),
            ("attention: Fixed(0.9)", "attention: ^Fixed(1.9)", "`attention` can be 1.9; expected 0 to 1"),
            ("bid_share: Fixed(0.5)", "bid_share: ^Fixed(-0.5)", "`bid_share` can be -0.5"),
            ("kills_per_block: 3", "kills_per_block: ^0", "`kills_per_block` is 0"),
            (r#"every: "1 h""#, r#"every: ^"0 s""#, "`every` is 0s"),
            ("buys: 0.5", "buys: ^1.5", "`buys` is 1.5; expected a probability, 0 to 1"),
            ("pace: PerDay(4)", "pace: ^PerDay(0)", "`pace` is 0"),
            ("tip: Fixed(2)", "tip: ^Fixed(-2)", "`tip` can be -2"),
            ("TwoSides(0.5)", "^TwoSides(2)", "`open` is 2"),
            (r#"After("4 h", "8 h")"#, r#"^After("8 h", "4 h")"#, "`exit` is reversed"),
        ],
    );
}

#[test]
fn arbitrageurs_need_pools_that_make_a_circle_and_a_market_that_lends_what_they_start_from() {
    let with = |more: &str| {
        let pools = r#"pools: [
            UniswapV2(name: "ETH/UNI", tokens: ("ETH", "UNI"), reserves: ("1", "100")),
            UniswapV2(name: "other", tokens: ("USDC", "ETH"), reserves: ("200_000", "100")),"#;
        let capital = "capital: Fixed(10_000), bid_share: Fixed(0.3)";
        SOUND.replace("pools: [", pools).replace(capital, &format!("{capital}, {more}"))
    };
    for more in
        ["between: Venue", r#"between: Pool("other")"#, r#"between: Cycle("ETH/UNI", "UNI/USDC"), flash: "aave""#]
    {
        assert_eq!(lines(&with(more)), [""; 0], "{more}");
    }
    let alone = with("").replace(r#"pool: "ETH/USDC", capital"#, r#"pool: "ETH/UNI", capital"#);
    assert_eq!(lines(&alone), [""; 0], "a pool without the numeraire, against the venue");
    for (more, words) in [
        (r#"between: Pool("UNI/USDC")"#, "no circle of tokens leads through `ETH/USDC`, `UNI/USDC`; expected pools"),
        (r#"between: Cycle("other", "UNI/USDC")"#, "no circle of tokens leads through"),
        (r#"between: Pool("ETH/USDC")"#, "the pool `ETH/USDC` comes twice; expected another pool"),
        (r#"between: Pool("othr")"#, "no pool is called `othr`"),
        (r#"between: Cycle("ETH/UNI", "UNI")"#, "no pool is called `UNI`"),
        (r#"between: Pool("other"), flash: "ave""#, "no lending market is called `ave`"),
        ("between: Pol", "`Pol` is not known here; expected `Venue`, `Pool` or `Cycle`"),
    ] {
        let said = lines(&with(more));
        assert!(said.iter().any(|line| line.contains(words)), "{more}: {said:#?}");
    }
    // Without the numeraire in the circle they start from the first pool's first token.
    let from = |tokens: &str| {
        let more = format!(r#"pools: [UniswapV2(name: "more", tokens: ({tokens}), reserves: ("100", "100")),"#);
        let text = with(r#"between: Pool("ETH/UNI"), flash: "aave""#).replace("pools: [", &more);
        lines(&text.replace(r#"pool: "ETH/USDC", capital"#, r#"pool: "more", capital"#))
    };
    let missing =
        |said: &[String]| said.iter().any(|line| line.contains("`aave` has no `UNI`, which these start from"));
    let (ether, uni) = (from(r#""ETH", "UNI""#), from(r#""UNI", "ETH""#));
    assert!(!missing(&ether) && missing(&uni), "{ether:#?} {uni:#?}");
}

#[test]
fn block_space_must_be_possible() {
    let chain = "base_fee: Fixed(30), gas_limit: 15_000_000";
    let adjusting = |rest: &str| format!("base_fee: Eip1559(initial: 30, {rest}), gas_limit: 15_000_000");
    let (denominator, target) =
        (adjusting("change_denominator: ^0"), adjusting("target: ^15_000_001, change_denominator: 16"));
    let none = adjusting("target: ^0");
    let recorded = r#"base_fee: Replay(
        file: ^"gas.csv", time_column: "t", time_format: UnixSeconds, price_column: "p", unit: Wei)"#;
    breaks(
        "error",
        &[
            (chain, &denominator, "`change_denominator` is 0; expected 1 or more, such as Ethereum's 8"),
            (chain, &target, "the target is 15000001, more than a block has room for; expected at most 15000000"),
            (chain, &none, "`target` is 0; expected 1 or more"),
            (chain, "base_fee: ^Eip1559(initial: 30)", "they have no limit; expected `gas_limit`"),
            (
                chain,
                "base_fee: Eip1559(initial: ^-1), gas_limit: 15_000_000",
                "`initial` is -1; expected 0 gwei or more",
            ),
            ("base_fee: Fixed(30)", "base_fee: ^Fixed(-30)", "`base_fee` is -30; expected 0 gwei or more"),
            (
                "gas_limit: 15_000_000",
                "gas_limit: ^599_999",
                "no block has room for a `liquidate` of `loan liquidators`: it uses 705000 gas, the limit is 599999",
            ),
            (chain, recorded, "gas.csv: cannot be read"),
            (chain, "base_fee: Fixed(30), background: (gas: Fixed(1), tip: ^Fixed(-1))", "`tip` can be -1"),
            (chain, "base_fee: Fixed(30), background: (gas: ^Normal(mean: 9, sigma: 1), tip: Fixed(1))", "below 0"),
            (
                chain,
                r#"base_fee: Fixed(30), background: (
                    gas: Fixed(1), tip: Fixed(1), rises: (token: ^"ETC", usual: 0.8, half_life: "1 h"))"#,
                "no token is called `ETC`; expected `USDC`, `ETH` or `UNI`; did you mean `ETH`?",
            ),
            (
                chain,
                r#"base_fee: Fixed(30), background: (
                    gas: Fixed(1), tip: Fixed(1), rises: (token: "ETH", usual: ^0, half_life: "1 h"))"#,
                "`usual` is 0",
            ),
        ],
    );
}

#[test]
fn bids_must_be_possible() {
    let arbitrage = "capital: Fixed(10_000), bid_share: Fixed(0.3)";
    let kill = "kills_per_block: 3";
    let trade = "tip: Fixed(2)";
    breaks(
        "error",
        &[
            (
                arbitrage,
                "capital: Fixed(10_000), bid_share: Fixed(0.3), expiry: ^0",
                "`expiry` is 0; expected 1 or more",
            ),
            (kill, "kills_per_block: 3, expiry: ^0", "`expiry` is 0; expected 1 or more blocks"),
            (kill, "kills_per_block: 3, tip_cap: ^-2", "`tip_cap` is -2; expected 0 gwei or more"),
            (trade, "tip: Fixed(2), patience: (blocks: ^Uniform(0, 5))", "`blocks` can be 0; expected 1 or more"),
            (trade, "tip: Fixed(2), patience: (max_fee: ^Fixed(-1))", "`max_fee` can be -1"),
            (
                "leverage: Uniform(2, 6),",
                r#"leverage: Uniform(2, 6), rebalance: (every: "1 h", band: ^1, reserve: Fixed(0), gas_share: 0.1),"#,
                "`band` is 1; expected 0 or more and less than 1",
            ),
        ],
    );
}

#[test]
fn block_times_and_lengths_must_be_possible() {
    let time = r#"block_time: "12 s""#;
    breaks(
        "error",
        &[
            (time, r#"block_time: ^Poisson("0 s")"#, "no time between blocks"),
            (time, r#"block_time: ^Poison("12 s")"#, "`Poison` is not known here; expected `Regular` or `Poisson`"),
            (time, r#"block_time: Poisson(^"12")"#, "expected a length of time such as"),
            ("    blocks: 7_200,", r#"    blocks: 7_200, duration: ^"1 d","#, "the run's length is said twice"),
            ("    blocks: 7_200,", r#"    duration: ^"0 s","#, "a run of no time"),
        ],
    );
    let random = SOUND.replace(time, r#"block_time: Poisson("12 s")"#).replace("blocks: 7_200", r#"duration: "1 d""#);
    let checked = check(&random).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
    assert_eq!(checked.scenario.blocks, 7_200);
    let endless = lines(&random.replace("12 s", "1 ms").replace("1 d", "900 d"));
    assert!(endless[0].contains("more random blocks than can be drawn before the first"), "{endless:#?}");
    let nowhere = lines(&SOUND.replace("    blocks: 7_200,\n", ""));
    assert!(nowhere[0].contains("missing field `blocks`") && nowhere[0].contains("duration"), "{nowhere:#?}");
}

#[test]
fn providers_of_liquidity_must_be_possible() {
    let harvester = r#"Harvester(name: "harvester", goblin: "goblin", every: "1 h"),"#;
    let uni = r#"UniswapV2(name: "UNI/USDC", tokens: ("UNI", "USDC"), reserves: ("10_000", "200_000"), fee_bps: 30)"#;
    let with_v3 = |provider: &str| {
        let v3 = r#"UniswapV3(name: "v3", tokens: ("ETH", "USDC"), liquidity: [(amounts: ("1_000", "2_000_000"))])"#;
        let text = SOUND.replace(uni, &format!("{uni},\n        {v3}"));
        text.replace(
            harvester,
            &format!("{harvester} LiquidityProvider(name: \"lp\", capital: Fixed(1e4), {provider}),"),
        )
    };
    assert_eq!(lines(&with_v3(r#"pool: "v3", range: Factor(1.1), recentre: OutOfRange"#)), [""; 0]);
    let cases = [
        (r#"pool: "v4""#, "no pool is called `v4`; expected `ETH/USDC`, `UNI/USDC` or `v3`"),
        (r#"pool: "v3", range: Factor(1)"#, "a range of a factor 1 has no width; expected more than 1.00300"),
        (r#"pool: "v3", range: Ticks(60, 0)"#, "a range from tick 60 to tick 0 has no width"),
        (r#"pool: "v3", range: Ticks(0, 50)"#, "tick 50 is no multiple of 60, the pool's spacing; expected 0 or 60"),
        (
            r#"pool: "v3", range: Prices(1_000, 3_000), recentre: OutOfRange"#,
            "this range cannot be moved around the price; expected `range: Factor(1.1)`",
        ),
        (r#"pool: "v3", range: Factor(2), recentre: Every("0 s")"#, "moves its range every 0s; expected more"),
        (r#"pool: "v3", harvest: (every: "0 s")"#, "`every` is 0s; expected more, such as `\"1 d\"`"),
        (r#"pool: "v3", panic: (fall: Fixed(1.5))"#, "`fall` can be 1.5; expected between 0 and 1"),
        (r#"pool: "v3", slippage: 2"#, "`slippage` is 2; expected a share, 0 to 1"),
        (
            r#"pool: "ETH/USDC", range: Factor(2)"#,
            "the pool `ETH/USDC` has no ranges: its liquidity lies at all prices; expected no `range`, or a pool whose liquidity lies in ranges",
        ),
        (r#"pool: "ETH/USDC", harvest: (every: "1 d")"#, "its fees stay in it and come out with the liquidity"),
    ];
    for (provider, words) in cases {
        let lines = lines(&with_v3(provider));
        assert!(lines.iter().any(|line| line.contains(words)), "{provider}: {lines:#?}");
    }
}

/// A chain may stand in an included file, once; its own files are relative to that one.
#[test]
fn pools_of_every_kind_must_be_possible() {
    let uni = r#"UniswapV2(name: "UNI/USDC", tokens: ("UNI", "USDC"), reserves: ("10_000", "200_000"), fee_bps: 30)"#;
    let more = |pool: &str| format!("{uni},\n        {pool}");
    let cases = [
        (r#"UniswapV3(name: "v3", tokens: ("ETH", ^"ETH"))"#, "this pool holds `ETH` twice; expected another token"),
        (
            r#"UniswapV3(name: "v3", tokens: ("ETH", "USDC"), fee_pips: ^700)"#,
            "no tick spacing is deployed for a fee of 700; expected `tick_spacing`, or a fee of 100, 500, 3000 or 10000",
        ),
        (
            r#"UniswapV3(name: "v3", tokens: ("ETH", "USDC"), tick_spacing: ^0)"#,
            "`tick_spacing` is 0; expected 1 to 16383",
        ),
        (
            r#"UniswapV3(name: "v3", tokens: ("ETH", "USDC"), protocol_fee: ^3)"#,
            "`protocol_fee` is 3; expected 0, or one in 4 to 10",
        ),
        (
            r#"UniswapV3(name: "v3", tokens: ("ETH", "USDC"), liquidity: [(range: ^Ticks(60, 60), amounts: ("1", "1"))])"#,
            "a range from tick 60 to tick 60 has no width; expected the lower tick first",
        ),
        (
            r#"UniswapV3(name: "v3", tokens: ("ETH", "USDC"), liquidity: [(range: Ticks(^50, 120), amounts: ("1", "1"))])"#,
            "tick 50 is no multiple of 60, the pool's spacing; expected 0 or 60",
        ),
        (
            r#"UniswapV3(name: "v3", tokens: ("ETH", "USDC"), liquidity: [(range: ^Prices(2_000, 1_000), amounts: ("1", "1"))])"#,
            "no liquidity lies between 2000 and 1000; expected two prices above 0, the lower one first",
        ),
        (
            r#"UniswapV3(name: "v3", tokens: ("ETH", "USDC"), liquidity: [(range: ^Prices(2_000, 2_001), amounts: ("1", "1"))])"#,
            "there is no tick of the pool's spacing between 2000 and 2001; expected prices at least 0.60 % apart, 60 ticks",
        ),
        (
            r#"UniswapV3(name: "v3", tokens: ("ETH", "USDC"), liquidity: [(range: ^Factor(1), amounts: ("1", "1"))])"#,
            "a range of a factor 1 has no width; expected more than 1.00300",
        ),
        (
            r#"UniswapV3(name: "v3", tokens: ("ETH", "USDC"), liquidity: [(amounts: ^("0", "0"))])"#,
            "both amounts are 0; expected more than 0 of one at least",
        ),
        (
            r#"Curve(name: "curve", tokens: ["USDC", "UNI"], reserves: ["1", "1"], amplification: ^0)"#,
            "`amplification` is 0; expected 1 to 999999",
        ),
        (
            r#"Curve(name: "curve", tokens: ["USDC", "UNI"], reserves: ["1", "1"], amplification: 50, ramp: (^501, "2 d"))"#,
            "A goes from 50 to 501; expected a change of at most tenfold",
        ),
        (
            r#"Curve(name: "curve", tokens: ["USDC", "UNI"], reserves: ["1", "1"], amplification: 50, ramp: (100, ^"2 h"))"#,
            "a ramp of less than a day; expected at least \"1 day\", as in the contract",
        ),
        (
            r#"Curve(name: "curve", tokens: ["USDC", "UNI"], reserves: ^["1"], amplification: 50)"#,
            "`reserves` has 1 entries for 2 tokens; expected one for each token",
        ),
        (
            r#"Balancer(name: "weighted", tokens: ["ETH", "USDC"], weights: ^["0.8", "0.3"], reserves: ["1", "500"])"#,
            "the weights sum to 1.1; expected 1, with at most 18 decimals each",
        ),
        (
            r#"Balancer(name: "weighted", tokens: ["ETH", "USDC"], weights: ["0.5", "0.5"], reserves: ["1", ^"0"])"#,
            "this amount is 0; expected more than 0",
        ),
        (
            r#"Balancer(name: "weighted", tokens: ["ETH", "USDC"], weights: ["0.5", "0.5"], reserves: ["1", "2000"], fee_bps: ^2_000)"#,
            "`fee_bps` is 2000; expected 0.01 to 1000 basis points",
        ),
    ];
    for (pool, words) in cases {
        breaks("error", &[(uni, &more(pool), words)]);
    }
    let farmed = r#"UniswapV3(name: "ETH/USDC", tokens: ("ETH", "USDC"))"#;
    let pair = r#"UniswapV2(name: "ETH/USDC", tokens: ("ETH", "USDC"), reserves: ("1_000", "2_000_000"))"#;
    let said = lines(&SOUND.replace(pair, farmed)).join("\n");
    assert!(said.contains("the pool `ETH/USDC` is no Uniswap V2 pair"), "{said}");
    let off = r#"UniswapV3(name: "v3", tokens: ("ETH", "USDC"), price: ^"1_500")"#;
    let words = "`ETH` costs 1500 `USDC` in this pool and 2000 outside: arbitrage will begin with the first block; expected \
                 about 2000, or no price at all";
    breaks("warning", &[(uni, &more(off), words)]);
}

#[test]
fn a_chain_can_be_included_once() {
    let folder = tempfile::tempdir().unwrap();
    let chains = folder.path().join("chain");
    std::fs::create_dir(&chains).unwrap();
    std::fs::write(chains.join("gas.csv"), "t,p\n0,0\n90000,77903244661\n").unwrap();
    let replay = r#"Replay(file: "gas.csv", time_column: "t", time_format: UnixSeconds, price_column: "p", unit: Wei)"#;
    let chain = format!(r#"(block_time: "12 s", chain: (native: "ETH", base_fee: {replay}))"#);
    std::fs::write(chains.join("other.ron"), &chain).unwrap();
    std::fs::write(chains.join("another.ron"), chain.replace(replay, "Fixed(1)")).unwrap();
    let own = "    block_time: \"12 s\",\n    numeraire: \"USDC\",\n    chain: (native: \"ETH\", base_fee: Fixed(30), \
               gas_limit: 15_000_000),\n";
    assert_eq!(SOUND.matches(own).count(), 1);
    let with = |include: &str, own: &str| {
        let text = SOUND.replace("    seed: 7,", &format!("    include: [{include}],"));
        let text = text.replace("    block_time: \"12 s\",\n    numeraire: \"USDC\",\n", own);
        text.replace("    chain: (native: \"ETH\", base_fee: Fixed(30), gas_limit: 15_000_000),\n", "")
    };
    let said = |text: &str| match read_text("test", text, folder.path()) {
        Ok(checked) => panic!("{:?}", checked.scenario.chain),
        Err(mistakes) => mistakes.iter().map(ToString::to_string).collect::<Vec<_>>(),
    };
    let numeraire = "    numeraire: \"USDC\",\n";
    let text = with(r#""chain/other.ron""#, numeraire);
    let checked = read_text("test", &text, folder.path()).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
    let BaseFeeParams::Replay(params) = &checked.scenario.chain.base_fee else { panic!("gas prices are recorded") };
    assert_eq!(Path::new(&params.file), Path::new("chain/gas.csv"));
    let world = genesis::world(&checked.scenario, folder.path(), 1).unwrap();
    assert_eq!(world.resource::<ChainState>().gas.base_fee, 0);

    let twice = said(&with(r#""chain/other.ron", "chain/another.ron""#, numeraire));
    assert_eq!(twice.len(), 2, "{twice:#?}");
    assert!(twice[0].contains("another.ron:1:14: error: `block_time` stands in two files"), "{twice:#?}");
    let neither = said(&with("", numeraire));
    assert_eq!(neither.len(), 1, "{neither:#?}");
    assert!(neither[0].contains("missing fields `block_time` and `chain`"), "{neither:#?}");
    let absent = said(&with(r#""chain/othe.ron""#, numeraire));
    assert_eq!(absent.len(), 1, "what a file would have said is not missing: {absent:#?}");
    std::fs::write(chains.join("gas.csv"), "t,p\n0,-1\n90000,1\n").unwrap();
    assert!(said(&text)[0].contains("is -1, expected a finite number of 0 or more"), "{:#?}", said(&text));
}

/// Rates a year that a contract divides into other blocks than the chain's are not what is paid.
#[test]
fn blocks_that_a_market_does_not_count_with_get_a_warning() {
    let sound = r#"Scenario(
        blocks: 10, block_time: "15 s", numeraire: "USDC",
        chain: (native: "ETH", base_fee: Fixed(10)),
        tokens: [
            (name: "USDC", decimals: 6, price: Fixed(1)),
            (name: "ETH", decimals: 18, price: Fixed(2_000)),
        ],
        oracles: [(name: "USDC", token: "USDC", sources: [(1, Outside)])],
        lending: [CompoundV2(
            name: "compound",
            markets: [(token: "USDC", oracle: "USDC", supplied: "1_000", collateral_factor: 0.75)],
        )],
        agents: [Lender(name: "lender", market: "compound", asset: "USDC", supply: Fixed(100))],
    )"#;
    assert_eq!(lines(sound), Vec::<String>::new());
    let other = |blocks: &str| sound.replace("markets: [", &format!("blocks_per_year: {blocks}, markets: ["));
    assert_eq!(lines(&other("2_628_000").replace("15 s", "12 s")), Vec::<String>::new());
    let told = lines(&sound.replace("15 s", "12 s"));
    assert!(told.len() == 1 && told[0].contains("borrowers pay 1.25 times"), "{told:#?}");
    assert!(told[0].contains("expected `blocks_per_year: 2628000`"), "{told:#?}");
    breaks_in(&other("2_102_400"), "warning", &[("2_102_400", "^126_144_000", "borrowers pay 0.0167 times")]);
    breaks_in(&other("2_102_400"), "error", &[("2_102_400", "^0", "`blocks_per_year` is 0; expected")]);
}

#[test]
fn a_scenario_that_cannot_do_what_it_asks_gets_a_warning() {
    breaks(
        "warning",
        &[
            (r#"start: "2 h""#, r#"start: ^"25 h""#, "this crash starts at 1day 1h, after the last block"),
            (r#"("0 s", "500")"#, r#"(^"2 d", "500")"#, "this emission comes at 2days, after the last block"),
            (r#"Between("1 h", "2 h")"#, r#"^Between("1 d", "2 d")"#, "`entry` begins at 1day, after the last block"),
            (r#"After("4 h", "8 h")"#, r#"^Between("0 h", "30 min")"#, "leaves by 30m, enters at 1h or later"),
            ("gas_money: Fixed(1)", "gas_money: ^Fixed(0)", "cannot pay for a single transaction"),
            (
                r#"("1_000", "2_000_000")"#,
                r#"^("1_000", "2_200_000")"#,
                "costs 2200 `USDC` in this pool and 2000 outside",
            ),
            (r#"("0 s", 20)"#, r#"(^"1 h", 20)"#, "the first price is for 1h"),
        ],
    );
    let idle = SOUND.replace(
        "AlphaHomora(",
        r#"AlphaHomora(name: "idle", base: "USDC", reserve_bps: 0, kill_bps: 0, interest: TripleSlope, goblins: []),
        AlphaHomora("#,
    );
    let idle = idle.replace(r#"name: "liquidators", bank: "bank""#, r#"name: "liquidators", bank: "idle""#);
    assert!(said(&idle)[0].to_string().contains("nothing to liquidate: nobody borrows from `idle`"));
    let aside = SOUND.replace("shocks: [", r#"shocks: [Crash(token: "DAI", start: "1 h", size: Fixed(0.1)),"#);
    let aside = aside.replace("tokens: [\n", "tokens: [\n(name: \"DAI\", decimals: 18, price: Fixed(1)),\n");
    assert!(said(&aside)[0].to_string().contains("nobody will feel this crash: no pool, market or vault holds `DAI`"));
}

/// A loan feels what its market's oracle tells, wherever its collateral is sold: no pool is needed.
#[test]
fn a_crash_of_what_is_borrowed_against_is_felt_without_a_pool() {
    let text = r#"Scenario(
        blocks: 300, block_time: "12 s", numeraire: "USDC", chain: (native: "ETH", base_fee: Fixed(10)),
        tokens: [
            (name: "USDC", decimals: 6, price: Fixed(1)),
            (name: "ETH", decimals: 18, price: Fixed(2_000)),
        ],
        shocks: [Crash(token: "ETH", start: "10 min", size: Fixed(0.3))],
        oracles: [
            (name: "ether", token: "ETH", sources: [(1, Outside)]),
            (name: "dollar", token: "USDC", sources: [(1, Outside)]),
        ],
        lending: [AaveV3(name: "aave", reserves: [
            (token: "ETH", oracle: "ether", ltv: 0.8, threshold: 0.825, bonus: 0.05),
            (token: "USDC", oracle: "dollar", supplied: "1_000_000"),
        ])],
        agents: [
            Borrower(
                name: "borrowers", count: 10, market: "aave", collateral: "ETH", debt: "USDC",
                capital: Fixed(10_000), owes: LoanToValue(Fixed(0.7)),
            ),
            LendingLiquidator(
                name: "liquidator", market: "aave", collateral: "ETH", debt: "USDC", bid_share: Fixed(0.2),
            ),
        ],
    )"#;
    let checked = check(text).unwrap();
    assert_eq!(checked.warnings, [], "{:?}", lines(text));
    let mut run = Simulation::new(&checked.scenario, "test", Path::new(""), Options::seeded(1), None).unwrap();
    (0..300).for_each(|_| run.step().unwrap());
    assert!(run.finish(None).unwrap().liquidations.debt_numeraire > 30_000.0);
}

/// Whoever lives on what others do needs somebody who does it; each of these would sit idle for the whole run.
#[test]
fn a_population_without_anything_to_do_gets_a_warning() {
    let more = [
        ("pools: [", r#"pools: [UniswapV2(name: "aside", tokens: ("ETH", "UNI"), reserves: ("40", "4_000")),"#),
        ("oracles: [", r#"oracles: [(name: "unheard", token: "ETH", sources: [(1, Outside)], publish: Transaction),"#),
        ("agents: [", r#"agents: [Publisher(name: "heralds", oracle: "unheard"),"#),
        (
            "goblins: [",
            r#"goblins: [(
                name: "fallow", pool: "ETH/USDC", farm: "farm", reward_pool: "UNI/USDC", work_factor: 0.87,
                kill_factor: 0.92,
            ),"#,
        ),
    ];
    let wider = more.iter().fold(SOUND.to_owned(), |text, (from, to)| text.replacen(from, to, 1));
    let told = lines(&wider);
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(told[0].contains("nothing to publish: nobody believes the oracle `unheard`"), "{told:#?}");
    let wider = wider.replace(more[2].1, more[2].0).replace("publish: Transaction),", "),");
    breaks_in(
        &wider,
        "warning",
        &[
            (
                r#"market: "aave", collateral: "ETH", debt: "USDC", through"#,
                r#"market: ^"aave", collateral: "USDC", debt: "ETH", through"#,
                "nothing to liquidate: nobody borrows `ETH` against `USDC` from `aave`; expected a market with such",
            ),
            (
                r#"name: "searchers", pool: "ETH/USDC""#,
                r#"name: "searchers", pool: ^"aside""#,
                "nothing to sandwich: nobody trades in `aside`; expected a pool with traders",
            ),
            (
                r#"name: "harvester", goblin: "goblin""#,
                r#"name: "harvester", goblin: ^"fallow""#,
                "nothing to harvest: nobody farms through `fallow`; expected a goblin with farmers",
            ),
        ],
    );
}

#[test]
fn lending_markets_and_their_users_must_be_possible() {
    breaks(
        "error",
        &[
            ("threshold: 0.825", "threshold: ^0.79", "the threshold 0.79 is below the loan-to-value limit 0.8"),
            ("threshold: 0.825", "threshold: ^1.825", "`threshold` is 1.825"),
            ("ltv: 0.8,", "ltv: ^0.80001,", "in whole basis points"),
            ("bonus: 0.05", "bonus: ^0", "nobody would liquidate without a bonus"),
            ("kink: 0.8", "kink: ^0", "`kink` is 0; expected more than 0 and at most 1"),
            ("kink: 0.8", "kink: ^1.01", "`kink` is 1.01"),
            ("slope_2: 0.8", "slope_2: ^-1", "`slope_2` is -1"),
            ("supply_cap: 9_000", "supply_cap: ^39", "40 are supplied at genesis, the cap is 39"),
            ("flash_premium_bps: 9", "flash_premium_bps: ^10_001", "`flash_premium_bps` is 10001"),
            (r#"token: "USDC", oracle: "dollar""#, r#"token: "USDC", oracle: ^"slow""#, "tells the price of `UNI`"),
            (
                "LoanToValue(Uniform(0.3, 0.75))",
                "^LoanToValue(Uniform(0.3, 0.85))",
                "`owes` can be 0.85; expected 0 to 0.8: the market lends up to 0.8 against `ETH`",
            ),
            ("LoanToValue(Uniform(0.3, 0.75))", "^Leverage(Fixed(6))", "which is 5.0000 times own capital"),
            ("LoanToValue(Uniform(0.3, 0.75))", "^HealthFactor(Fixed(1.01))", "`owes` can be 1.01"),
            ("act_below: Fixed(1.07)", "act_below: ^Fixed(0.9)", "`act_below` can be 0.9; expected 1 or more"),
            (r#"asset: "USDC""#, r#"asset: ^"UNI""#, "the market `aave` has no `UNI`; expected `ETH` or `USDC`"),
            ("sells: AtOnce", r#"sells: ^Later("1 h")"#, "a flash loan is paid back from the sale"),
            (r#"through: "ETH/USDC""#, r#"through: ^"UNI/USDC""#, "the pool `UNI/USDC` does not hold `ETH`"),
            (r#"through: "ETH/USDC""#, "through: ^Ruoter", "no pool is called `Ruoter`; expected `ETH/USDC`"),
            (
                r#"through: "ETH/USDC""#,
                "through: ^5",
                "this says nowhere to trade; expected a pool's name in quotes, `Router` or `Venue`",
            ),
            (r#"through: "ETH/USDC""#, "through: Router, slippage: ^1", "`slippage` is 1; expected 0 or more"),
            (
                r#"through: "ETH/USDC""#,
                "slippage: ^0.01",
                "the external venue fills at any price, within `slippage` or not; expected `through:",
            ),
        ],
    );
    breaks(
        "warning",
        &[(
            "threshold: 0.825, bonus: 0.05",
            "threshold: ^0.96, bonus: 0.05",
            "every liquidation is toxic: 0.96 x 1.05 is more than 1; expected a threshold below 0.9524, the toxic frontier",
        )],
    );
}

/// What is drawn is known only at genesis: the error names who could not borrow and what to change.
#[test]
fn debt_beyond_what_a_market_holds_is_refused_at_genesis() {
    let text = SOUND.replace("supply: Fixed(900_000)", "supply: Fixed(10)");
    let checked = check(&text).unwrap();
    let refused = genesis::world(&checked.scenario, Path::new("tests"), 1).map(|_| ()).unwrap_err().to_string();
    assert!(refused.contains("of `borrowers`: the lending market `aave` has no USDC left to lend"), "{refused}");
    assert!(refused.contains("raise its `supplied`, or its lenders' `supply` or `count`, or lower"), "{refused}");
}

/// A fault that shows only at genesis names the line of what is at fault, and speaks in whole tokens.
#[test]
fn a_fault_of_genesis_names_its_line_and_whole_tokens() {
    let farm = r#""500""#;
    for (from, to, at, words) in [
        (
            "supply: Fixed(900_000)",
            "supply: Fixed(10)",
            "\"borrowers\"",
            "of `borrowers`: the lending market `aave` has no USDC left to lend before the first block; raise",
        ),
        (
            "gas_money: Fixed(1)",
            "gas_money: Fixed(1e20)",
            "\"traders\"",
            "population `traders`: there would be 1.000e20 ETH, and at most 8.507e19 can be counted; lower",
        ),
        ("capital: Fixed(5_000)", "capital: Fixed(1e33)", "\"traders\"", " UNI, and at most 8.507e19 can be counted"),
        (
            farm,
            "\"100_000_000_000_000_000_000\"",
            "\"farm\"",
            "farm `farm`: the farms' `emissions` are together more than can be counted",
        ),
        (
            "supply: LogNormal(median: 500_000, sigma: 1)",
            "supply: Fixed(1e32)",
            "\"lenders\"",
            "number 0 of `lenders`: there would be 1.000e32 USDC",
        ),
    ] {
        let text = SOUND.replacen(from, to, 1);
        let checked = check(&text).unwrap_or_else(|said| panic!("{to}: {said:#?}"));
        let error = genesis::world(&checked.scenario, Path::new("tests"), 1).map(|_| ()).unwrap_err();
        let said = checked.diagnostic(&error).to_string();
        let named = text.find(&format!("name: {at}")).unwrap() + "name: ".len();
        let (line, column) =
            (text[..named].matches('\n').count() + 1, text[..named].rsplit('\n').next().unwrap().len() + 1);
        let place = format!("test.ron:{line}:{column}: error: the market cannot begin: ");
        assert!(said.starts_with(&place) && said.contains(words), "{place}{words}: {said}");
    }
}

/// Mistakes of each kind in places that have nothing to do with each other: all are reported, each where it stands,
/// and nothing else is said.
#[test]
fn eight_mistakes_are_eight_diagnostics() {
    let mut text = SOUND.to_owned();
    for (from, to) in [
        ("seed: 7", "seed: -7"),
        (r#"native: "ETH""#, r#"native: "ETC""#),
        ("decimals: 6", "decimls: 6"),
        ("Gbm(start: 2_000, volatility: 0.8)", "Gbm(start: NaN)"),
        (r#""200_000"), fee_bps: 30"#, r#""200_000"), fee_bps: 10_000"#),
        ("kill_factor: 0.92", "kill_factor: 0.8"),
        ("leverage: Uniform(2, 6)", "leverage: Uniform(2, 9)"),
        (r#"bank: "bank", supply"#, r#"bank: "tank", supply"#),
    ] {
        text = text.replace(from, to);
    }
    let said = lines(&text);
    let expected = [
        "test.ron:2:11: error: `seed` cannot be `-7`",
        "test.ron:6:21: error: no token is called `ETC`",
        "test.ron:8:24: error: unknown field `decimls`",
        "test.ron:9:55: error: `NaN` is not a number to count with",
        "test.ron:16:104: error: `fee_bps` is 10000",
        "test.ron:29:30: error: a position may be opened up to 0.87 and killed above 0.8",
        "test.ron:35:92: error: `leverage` can be 9",
        "test.ron:38:53: error: no bank is called `tank`",
    ];
    assert_eq!(said.len(), expected.len(), "{said:#?}");
    for (line, start) in said.iter().zip(expected) {
        assert!(line.starts_with(start), "expected {start}, found {line}");
    }
}

#[test]
fn a_mistake_is_shown_with_its_line_and_what_to_type_instead() {
    let text = SOUND.replace("kill_factor: 0.92", "kill_factor: 0.8").replace(r#""2 h", ramp"#, r#""2 h", rmap"#);
    let rendered: Vec<String> = said(&text).iter().map(|mistake| mistake.render(false)).collect();
    let unknown_field = r#"error: unknown field `rmap`
  --> test.ron:12:48
   |
12 |     shocks: [Crash(token: "ETH", start: "2 h", rmap: "1 h", size: Uniform(0.3, 0.4))],
   |                                                ^^^^ expected `token`, `start`, `ramp`, `hold`, `recovery` or `size`
   |
   = help: did you mean `ramp`?"#;
    let wrong_order = r"error: a position may be opened up to 0.87 and killed above 0.8
  --> test.ron:29:30
   |
29 |                 work_factor: 0.87, kill_factor: 0.8, reinvest_bounty_bps: 300,
   |                              ^^^^               --- the kill factor
   |                              |
   |                              expected less than 0.8";
    assert_eq!(rendered, [unknown_field, wrong_order]);
}

#[test]
fn an_included_file_comes_first_and_its_mistakes_stand_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let (start, end) = (SOUND.find("    tokens: [").unwrap(), SOUND.find("    shocks: [").unwrap());
    let tokens = &SOUND[start..end];
    write("market.ron", &format!("(\n{tokens})"));
    let rest = |include: &str| SOUND.replace(tokens, &format!("    include: [{include}],\n"));
    let said = |include: &str| match read_text("test", &rest(include), folder.path()) {
        Ok(checked) => {
            assert_eq!(checked.scenario.tokens.len(), 3);
            assert!(checked.resolved.starts_with("// market.ron\n("), "{}", checked.resolved);
            Vec::new()
        }
        Err(mistakes) => mistakes.iter().map(ToString::to_string).collect::<Vec<_>>(),
    };
    assert_eq!(said(r#""market.ron""#), [""; 0]);
    assert_eq!(said(r#""market.ron", "market.ron""#), [""; 0]);
    write("market.ron", &format!("\u{feff}(\n{tokens})"));
    assert_eq!(said(r#""market.ron""#), [""; 0], "a byte order mark is no mistake");

    let missing = said(r#""marked.ron""#);
    assert_eq!(missing.len(), 1, "{missing:#?}");
    assert!(missing[0].contains("`marked.ron` cannot be included: there is no such file"), "{missing:#?}");
    assert!(missing[0].contains("did you mean `market.ron`?"), "{missing:#?}");

    write("market.ron", &format!("(\n{})", tokens.replace("decimals: 6", "decimals: 99")));
    let broken = said(r#""market.ron""#);
    assert_eq!(broken.len(), 1, "{broken:#?}");
    assert!(broken[0].contains("market.ron:3:34: error: `decimals` is 99"), "{broken:#?}");

    write("market.ron", "(\n    seed: 3,\n    include: [\"other.ron\"],\n)");
    write("other.ron", "(include: [\"market.ron\"])");
    let cyclic = said(r#""market.ron""#);
    assert!(
        cyclic.iter().any(|line| line.contains("other.ron:1:12: error: `market.ron` includes itself")),
        "{cyclic:#?}"
    );
    assert!(cyclic.iter().any(|line| line.contains("`seed` cannot stand in an included file")), "{cyclic:#?}");
}

#[test]
fn recorded_prices_are_relative_to_the_file_that_names_them() {
    let folder = tempfile::tempdir().unwrap();
    let market = folder.path().join("market");
    std::fs::create_dir(&market).unwrap();
    std::fs::write(market.join("eth.csv"), "t,p\n0,2000\n90000,1900\n").unwrap();
    let eth = r#"(name: "ETH", decimals: 18, price: Gbm(start: 2_000, volatility: 0.8)),"#;
    let replay = r#"Replay(file: "eth.csv", time_column: "t", time_format: UnixSeconds, price_column: "p")"#;
    let eth_recorded = format!(r#"(tokens: [(name: "ETH", decimals: 18, price: {replay})])"#);
    std::fs::write(market.join("eth.ron"), eth_recorded).unwrap();
    let text = SOUND.replace(eth, "").replace("    seed: 7,", r#"    include: ["market/eth.ron"],"#);
    let checked = read_text("test", &text, folder.path()).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
    assert_eq!(checked.warnings, []);
    let PriceParams::Replay(params) = &checked.scenario.tokens[0].price else { panic!("ETH comes first") };
    assert_eq!(Path::new(&params.file), Path::new("market/eth.csv"));

    std::fs::write(market.join("eth.csv"), "t,p\n0,3000\n3600,none\n").unwrap();
    let broken = read_text("test", &text, folder.path()).unwrap_err();
    assert!(broken[0].to_string().contains("eth.csv:3: no price in column \"p\" (\"none\")"), "{}", broken[0]);
    assert!(broken[0].place.source.name.ends_with("eth.ron"));
}

#[test]
fn a_file_that_cannot_be_read_is_a_mistake() {
    let said = read(Path::new("scenarios/leveraged_farm_crush.ron")).unwrap_err();
    let expected = "scenarios/leveraged_farm_crush.ron: error: cannot be read: there is no such file; \
                    did you mean `leveraged_farm_crash.ron`?";
    assert_eq!(said[0].to_string(), expected);
    assert!(said[0].render(false).contains("leveraged_farm_crush.ron"));
}

#[test]
fn brackets_in_each_other_without_end_are_refused_where_they_are_too_deep() {
    let nested = |depth: usize| format!("Scenario(agents: {}{})\n", "[(".repeat(depth), ")]".repeat(depth));
    let expected = "test.ron:1:81: error: this bracket is inside 64 others; expected at most 64 brackets in each other";
    // The parser still came back from the first, and never from the second.
    for depth in [32, 64] {
        let said = lines(&nested(depth));
        assert!(said.len() == 1 && said[0].starts_with(expected), "{said:#?}");
    }
    let included = tempfile::tempdir().unwrap();
    std::fs::write(included.path().join("deep.ron"), nested(64)).unwrap();
    let said = read_text("test", "(include: [\"deep.ron\"])", included.path()).unwrap_err();
    assert!(
        said[0].place.source.name.ends_with("deep.ron") && said[0].message.contains("inside 64 others"),
        "{said:#?}"
    );
    assert!(plimsoll::scenario::fields(&nested(64)).is_none() && plimsoll::scenario::pools(&nested(64)).is_empty());
}

/// What cannot be a file of a scenario's, with what is said of it.
fn no_files(folder: &Path) -> Vec<(String, &'static str)> {
    std::fs::create_dir(folder.join("eth")).unwrap();
    std::fs::File::create(folder.join("large")).unwrap().set_len(1 << 40).unwrap();
    let mut found =
        vec![("eth".to_owned(), "it is a folder, expected a file"), ("large".to_owned(), "it is larger than ")];
    if cfg!(unix) {
        found.push(("/dev/null".to_owned(), "it is a device, a pipe or a socket, expected a file"));
    }
    found
}

#[test]
fn what_is_no_file_or_too_large_is_refused_unread() {
    let folder = tempfile::tempdir().unwrap();
    for (file, reason) in no_files(folder.path()) {
        let itself = read(&folder.path().join(&file)).unwrap_err();
        assert!(itself[0].message.starts_with(&format!("cannot be read: {reason}")), "{itself:#?}");

        let replay =
            format!("Replay(file: \"{file}\", time_column: \"t\", time_format: UnixSeconds, price_column: \"p\")");
        for (from, to) in [
            ("seed: 7,", format!("seed: 7, include: [\"{file}\"],")),
            ("Gbm(start: 2_000, volatility: 0.8)", replay.clone()),
            ("Fixed(30)", replay.replace(')', ", unit: Wei)")),
        ] {
            let said = read_text("test", &SOUND.replacen(from, &to, 1), folder.path()).unwrap_err();
            assert!(said.iter().any(|mistake| mistake.message.contains(reason)), "{to}: {said:#?}");
        }
    }
}

#[test]
fn a_scenario_that_is_too_large_with_its_includes_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for half in ["one.ron", "two.ron"] {
        std::fs::write(folder.path().join(half), format!("() // {}", "-".repeat(1 << 19))).unwrap();
    }
    let text = SOUND.replacen("seed: 7,", "seed: 7, include: [\"one.ron\"],", 1);
    assert!(read_text("test", &text, folder.path()).is_ok());
    let said =
        read_text("test", &text.replacen("[\"one.ron\"]", "[\"one.ron\", \"two.ron\"]", 1), folder.path()).unwrap_err();
    let expected =
        "two.ron:1:1: error: with its includes, the scenario is larger than 1 MiB; put recorded series into files";
    assert!(said[0].to_string().contains(expected), "{said:#?}");
}

/// Each of these took time by the square of its length: minutes, where it is as long as this.
#[test]
fn of_very_many_mistakes_the_first_hundred_are_listed() {
    let many = |text: &str| text.repeat(60_000);
    let emissions = |many: String| SOUND.replacen("[(\"0 s\", \"500\")]", &format!("[{many}]"), 1);
    for text in [
        format!("(agents: [{}])", many("1,")),
        format!("(agents: [{}])", many("1\n")),
        format!("(agents: [{}])", many(":,\n")),
        format!("({})", many("seed: 1,")),
        format!("({})", many("sede: 1,")),
        format!("(include: [{}])", many("\"x.ron\",")),
        emissions(many("(0, \"500\"),")),
        emissions(many("1e999,")),
    ] {
        let (said, shown) = (lines(&text), &text[..80]);
        assert!((100..=103).contains(&said.len()), "{shown}: {} lines, from {:#?}", said.len(), &said[..1]);
        let end = "test.ron: error: there may be more than these 100 errors; mend them, and check again";
        assert_eq!(said.last().unwrap(), end, "{shown}");
    }
}

/// Old words get warnings, which never hide an error.
#[test]
fn of_very_many_warnings_the_first_hundred_are_listed() {
    let old =
        "Liquidator(name: \"old\", bank: \"bank\", attention: Fixed(0.9), bid_share: Fixed(0.5), kills_per_block: 3),"
            .repeat(200);
    let mut said = lines(&SOUND.replacen("    agents: [", &format!("    agents: [{old}"), 1));
    assert_eq!(
        said.iter().filter(|line| line.contains("a second population is called `old`")).count(),
        100,
        "{said:#?}"
    );
    assert_eq!(said.len(), 202);
    assert_eq!(
        said.pop().unwrap(),
        "test.ron: warning: there may be more than these 100 warnings; mend them, and check again"
    );
}

/// A name was compared to all names of its kind, each of which was compared to all before it.
#[test]
fn thousands_of_names_are_known() {
    let pool =
        |at| format!("UniswapV2(name: \"p{at}\", tokens: (\"ETH\", \"USDC\"), reserves: (\"1_000\", \"2_000_000\")),");
    let agent =
        |at| format!("Arbitrageur(name: \"a{at}\", pool: \"p{at}\", capital: Fixed(10), bid_share: Fixed(0.3)),");
    let pools: String = (0..4_000).map(pool).collect();
    let agents: String = (0..4_000).map(agent).collect();
    let text = SOUND.replacen("    pools: [", &format!("    pools: [{pools}"), 1);
    let text = text.replacen("    agents: [", &format!("    agents: [{agents}"), 1);
    assert_eq!(lines(&text), [] as [String; 0]);
    let said = lines(&text.replacen("pool: \"p7\"", "pool: \"p_7\"", 1));
    assert!(said.len() == 1 && said[0].contains("expected one of the 4002 pools; did you mean"), "{said:#?}");
}

/// Whatever is said about a text stands inside it and can be shown.
fn holds_water(text: &str) {
    for mistake in said(text) {
        let span = &mistake.place.span;
        assert!(span.start <= span.end && span.end <= text.len(), "{span:?} in {text}");
        assert!(mistake.place.line() <= text.lines().count() + 1);
        assert!(!mistake.render(true).is_empty() && !mistake.to_string().is_empty());
    }
}

proptest! {
    #[test]
    fn a_mutilated_scenario_never_panics(from in 0..SOUND.len(), length in 0usize..200, byte in 0u8..128) {
        let to = (from + length).min(SOUND.len());
        holds_water(&[&SOUND[..from], &SOUND[to..]].concat());
        let mut flipped = SOUND.as_bytes().to_vec();
        flipped[from] = byte;
        holds_water(&String::from_utf8(flipped).unwrap());
        holds_water(&[&SOUND[..from], "é", &SOUND[to..]].concat());
    }
}

#[test]
fn what_is_asked_of_causes_and_maps_can_be_done() {
    let seed = "    seed: 7,\n";
    for (typed, at, words) in [
        ("cascade: (depth: 0)", "0", "`depth` is 0"),
        ("cascade: (mute: [Closing])", "Closing", "`Closings`"),
        ("cascade: (mutes: [])", "mutes", "did you mean `mute`"),
        ("record: (liquidatable_at: [0.1, 1.5])", "1.5", "a price cannot fall by 1.5"),
        ("record: (liquidatable_at: [0.2, 0.1])", "[0.2", "lowest first"),
        ("record: (liquidation_map: At([\"30 d\"]))", "At(", "after the last block"),
        ("record: (liquidation_map: Sometimes)", "Sometimes", "`FirstWorstLast`"),
    ] {
        let text = SOUND.replacen(seed, &format!("    seed: 7,\n    {typed},\n"), 1);
        let found = lines(&text);
        assert_eq!(found.len(), 1, "{typed}: {found:?}");
        let column = 5 + typed.find(at).unwrap();
        assert!(found[0].starts_with(&format!("test.ron:3:{column}: error: ")), "{typed}: {}", found[0]);
        assert!(found[0].contains(words), "{typed}: {}", found[0]);
    }
    let asks = "cascade: (mute: [Closings], depth: 9), record: (liquidatable_at: [0.1, 0.25], liquidation_map: At([\"1 h\"])),\n";
    assert_eq!(lines(&SOUND.replacen(seed, &format!("    seed: 7,\n    {asks}"), 1)), [] as [String; 0]);
}

/// Files of earlier versions say the same, and each old word gets a warning where it stands; what is wrong behind one is
/// still shown where it was typed.
#[test]
fn old_words_are_read_as_those_that_took_their_place() {
    let words = [
        ("FarmLender(name", "BankLender(name", "`BankLender` is called `FarmLender` now"),
        ("FarmLiquidator(", "Liquidator(", "`Liquidator` is called `FarmLiquidator` now"),
        ("LendingLiquidator(", "LoanLiquidator(", "`LoanLiquidator` is called `LendingLiquidator` now"),
        (
            r#"name: "liquidators", min_profit: Fixed(7),"#,
            r#"name: "liquidators", margin: Fixed(7),"#,
            "`margin` is called `min_profit` now; expected `min_profit`",
        ),
    ];
    let now = SOUND.replace(r#"name: "liquidators","#, words[3].0);
    let before = words.iter().fold(now.clone(), |text, (new, old, _)| text.replace(new, old));
    let (now, read) = (check(&now).unwrap(), check(&before).unwrap());
    assert_eq!((now.warnings.len(), &now.scenario), (0, &read.scenario));
    let told: Vec<String> = read.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 4, "{told:#?}");
    for (_, old, message) in words {
        let word = old.split(['(', ':']).next().unwrap();
        assert!(
            read.warnings
                .iter()
                .any(|warning| old.contains(warning.place.text()) && warning.to_string().contains(message)),
            "{word}: {told:#?}"
        );
    }

    let wrong = before
        .replace("supply: LogNormal(median: 500_000, sigma: 1)", "supply: LogNormal(median: -1, sigma: 1), tip: 4_321");
    let told = lines(&wrong);
    let at = |piece: &str| {
        let before = &wrong[..wrong.find(piece).unwrap()];
        format!(
            "test.ron:{}:{}: error",
            before.matches('\n').count() + 1,
            before.rsplit('\n').next().unwrap().len() + 1
        )
    };
    for piece in ["LogNormal(median: -1", "4_321"] {
        assert!(told.iter().any(|line| line.starts_with(&at(piece))), "{piece} at {}: {told:#?}", at(piece));
    }
}

/// A word is old in its place alone: the margin of something else is nobody's.
#[test]
fn an_old_word_elsewhere_is_a_mistake() {
    breaks(
        "error",
        &[
            ("name: \"whale\",", "name: \"whale\", ^margin: Fixed(3),", "`margin`"),
            ("interest: Constant(0.1)", "interest: ^BankLender(0.1)", "`BankLender`"),
        ],
    );
}
