//! What agents earned, apart from what prices did to what they were drawn with.

use std::collections::BTreeSet;

use crate::common::market::{audited, begin, begin_checked, finish, shipped};

use plimsoll::accounts::profit::ProfitAndLoss;
use plimsoll::agents::KINDS;
use plimsoll::output::summary::Summary;
use serde_json::{Value, to_value};

/// A market whose ETH falls by 40 % between the tenth and the sixtieth minute, in blocks of a minute.
fn market(agents: &str) -> String {
    format!(
        r#"Scenario(
            blocks: 100, block_time: "1 min", numeraire: "USDC",
            chain: (native: "ETH", base_fee: Fixed(10)),
            tokens: [
                (name: "USDC", decimals: 6, price: Fixed(1)),
                (name: "ETH", decimals: 18, price: Knots(knots: [
                    ("0 s", 2_000), ("10 min", 2_000), ("60 min", 1_200), ("70 min", 1_200),
                ])),
            ],
            pools: [UniswapV2(name: "pool", tokens: ("ETH", "USDC"), reserves: ("10_000", "20_000_000"))],
            oracles: [
                (name: "ETH", token: "ETH", sources: [(1, Outside)]),
                (name: "USDC", token: "USDC", sources: [(1, Outside)]),
            ],
            lending: [AaveV3(name: "aave", reserves: [
                (token: "ETH", oracle: "ETH", supplied: "500", ltv: 0.8, threshold: 0.825, bonus: 0.05),
                (token: "USDC", oracle: "USDC", supplied: "1_000_000", ltv: 0.77, threshold: 0.8, bonus: 0.05),
            ])],
            agents: [{agents}],
        )"#
    )
}

/// The same fall, in a market of a leveraged farm and of vaults.
fn farms(bank: &str, agents: &str) -> String {
    format!(
        r#"Scenario(
            blocks: 100, block_time: "1 min", numeraire: "USDC",
            chain: (native: "ETH", base_fee: Fixed(10)),
            tokens: [
                (name: "USDC", decimals: 6, price: Fixed(1)),
                (name: "ETH", decimals: 18, price: Knots(knots: [
                    ("0 s", 2_000), ("10 min", 2_000), ("60 min", 1_200), ("70 min", 1_200),
                ])),
                (name: "REWARD", decimals: 18, price: Fixed(2)),
                (name: "DAI", decimals: 18, price: Fixed(1)),
            ],
            pools: [
                UniswapV2(name: "pool", tokens: ("ETH", "USDC"), reserves: ("10_000", "20_000_000")),
                UniswapV2(name: "rewards", tokens: ("REWARD", "USDC"), reserves: ("50_000", "100_000")),
            ],
            oracles: [(name: "ETH", token: "ETH", sources: [(1, Outside)])],
            farms: [StakingRewards(
                name: "farm", pool: "pool", reward: "REWARD", duration: "3 h", emissions: [("0 s", "500")],
            )],
            banks: [AlphaHomora(
                name: "bank", base: "USDC", reserve_bps: 1_000, kill_bps: 500, interest: TripleSlope, {bank}
                goblins: [(
                    name: "goblin", pool: "pool", farm: "farm", reward_pool: "rewards", work_factor: 0.7, kill_factor: 0.8,
                    reinvest_bounty_bps: 300,
                )],
            )],
            stablecoins: [MakerDao(name: "maker", dai: "DAI", ilks: [(
                name: "ETH-A", token: "ETH", oracle: "ETH", liquidation_ratio: 1.5, stability_fee: 0.05, dust: "20",
                auctions: Clip(chop: 0.13, buf: 1.3, tail: "140 min", cusp: 0.4, tip: "300",
                    curve: Stairstep(cut: 0.99, step: "90 s")),
            )])],
            agents: [{agents}],
        )"#
    )
}

/// Runs a market and returns what is told of a kind.
fn kind(market: &str, kind: &str) -> Value {
    let told = to_value(finish(begin(market), 100)).unwrap();
    let kinds = told["profit_and_loss"]["by_kind"].as_array().unwrap();
    kinds.iter().find(|of| of["kind"] == kind).unwrap().clone()
}

fn figure(told: &Value, name: &str) -> f64 {
    told[format!("{name}_numeraire")].as_f64().unwrap_or_else(|| panic!("no {name} in {told}"))
}

/// Returns what the identity leaves over: what agents earned and accounts gained, less what prices did to that which no
/// agent was drawn with, less rewards, plus gas. A kind's profit is what it earned and its revaluation.
pub(crate) fn left_over(told: &ProfitAndLoss) -> f64 {
    let told = &to_value(told).unwrap();
    let sum =
        |list: &str, name: &str| -> f64 { told[list].as_array().unwrap().iter().map(|of| figure(of, name)).sum() };
    for kind in told["by_kind"].as_array().unwrap() {
        let [earned, revaluation, profit] = ["earned", "revaluation", "profit"].map(|name| figure(kind, name));
        assert!((earned + revaluation - profit).abs() <= 1e-9 * (earned.abs() + revaluation.abs()), "{kind}");
    }
    let others = figure(told, "revaluation") - sum("by_kind", "revaluation");
    sum("by_kind", "earned") + sum("accounts", "profit") - others - figure(told, "rewards") + figure(told, "gas_paid")
}

/// Whoever is in a protocol before the first block and whoever goes there by a transaction begin with the same, so that
/// prices do the same to them: no leverage, no loan and no deposit makes a difference.
#[test]
fn prices_do_the_same_to_who_is_there_at_genesis_and_to_who_comes_later() {
    let borrower = |more: &str| {
        format!(
            r#"Borrower(name: "a", market: "aave", collateral: "ETH", debt: "USDC", capital: Fixed(10_000), spare: Fixed(0.5),
               {more} gas_money: Fixed(1),"#
        )
    };
    let kinds = [
        ("Borrower", borrower("owes: LoanToValue(Fixed(0.4)),"), 10_000.0),
        ("Borrower", borrower("owes: LoanToValue(Fixed(0.4)), proceeds: Kept,"), 10_000.0),
        ("Borrower", borrower("owes: LoanToValue(Fixed(0.4)), proceeds: Sold,"), 10_000.0),
        ("Borrower", borrower("owes: Leverage(Fixed(2)),"), 10_000.0),
        ("Borrower", borrower("owes: LoanToValue(Fixed(0.4)), defence: TopUp,"), 15_000.0),
        (
            "Lender",
            r#"Lender(name: "a", market: "aave", asset: "ETH", supply: Fixed(5), gas_money: Fixed(1),"#.to_owned(),
            10_000.0,
        ),
        (
            "LiquidityProvider",
            r#"LiquidityProvider(name: "a", pool: "pool", capital: Fixed(10_000), gas_money: Fixed(1),"#.to_owned(),
            10_000.0,
        ),
    ];
    let farmer = |more: &str| {
        format!(
            r#"FarmLender(name: "lenders", bank: "bank", supply: Fixed(500_000)),
            Farmer(name: "a", goblin: "goblin", capital: Fixed(10_000), leverage: Fixed(2), {more} gas_money: Fixed(2),"#
        )
    };
    let of_farms = [
        ("Farmer", farmer(""), 10_000.0),
        ("Farmer", farmer("open: TwoSides(0.4),"), 10_000.0),
        (
            "Farmer",
            farmer(r#"rebalance: (every: "1 h", band: 0.5, reserve: Fixed(0.2), gas_share: 0.1),"#),
            12_000.0,
        ),
        (
            "FarmLender",
            r#"FarmLender(name: "a", bank: "bank", supply: Fixed(10_000), gas_money: Fixed(2),"#.to_owned(),
            10_000.0,
        ),
        (
            "Staker",
            r#"Staker(name: "a", farm: "farm", pool: "pool", capital: Fixed(10_000), gas_money: Fixed(2),"#.to_owned(),
            10_000.0,
        ),
        (
            "VaultOwner",
            r#"VaultOwner(name: "a", ilk: "ETH-A", collateral: Fixed(5), collateral_ratio: Fixed(3), gas_money: Fixed(2),"#
                .to_owned(),
            10_000.0,
        ),
    ];
    let of_farms = of_farms.map(|kind| (true, kind));
    for (is_of_farms, (name, agent, own)) in kinds.map(|kind| (false, kind)).into_iter().chain(of_farms) {
        let [there, later] = ["Genesis", r#"Between("1 min", "1 min")"#].map(|entry| {
            let agents = format!("{agent} entry: {entry})");
            let told = kind(&if is_of_farms { farms("", &agents) } else { market(&agents) }, name);
            ["own_capital", "revaluation"].map(|column| figure(&told, column))
        });
        assert!((there[0] - own).abs() < 0.01, "{agent}: {there:?}, and {own} was drawn");
        let off = |place: usize| (there[place] - later[place]).abs();
        assert!(off(0) < 0.01 && off(1) < 0.01, "{agent}: {there:?} at genesis, {later:?} later");
        assert!(there[1] < -800.0, "{agent}: of an ether at least: {there:?}");
    }
}

/// Five liquidators whose money for gas loses 40 % of its worth: they lose, and earn.
#[test]
fn who_earns_while_his_gas_money_falls_is_said_to_earn() {
    let agents = r#"
        Borrower(name: "borrowers", count: 30, market: "aave", collateral: "ETH", debt: "USDC", capital: Fixed(10_000),
            owes: HealthFactor(Uniform(1.05, 1.3))),
        LendingLiquidator(name: "liquidators", count: 5, market: "aave", collateral: "ETH", debt: "USDC",
            bid_share: Fixed(0.1), gas_money: Fixed(1_000)),
    "#;
    let told = kind(&market(agents), "LendingLiquidator");
    let [own, earned, revaluation, profit] =
        ["own_capital", "earned", "revaluation", "profit"].map(|name| figure(&told, name));
    assert!((revaluation / -4e6 - 1.0).abs() < 1e-9, "5,000 ether fell by 800 each: {revaluation}");
    assert!(profit < 0.0 && earned > 1_000.0, "{earned} earned, {profit} in all");
    assert!((earned + revaluation - profit).abs() < 1e-6, "{earned} and {revaluation} are no {profit}");
    assert!(own.abs() < 1e-9, "money for gas is no capital: {own}");
}

/// A bank that is to be used to a half: its lenders supply twice what its farmers owe, and that is their own.
#[test]
fn what_was_scaled_to_a_banks_utilisation_is_its_lenders_own() {
    let agents = r#"FarmLender(name: "lenders", count: 3, bank: "bank", supply: Fixed(777)),
        Farmer(name: "farmers", count: 4, goblin: "goblin", capital: Fixed(10_000), leverage: Fixed(2))"#;
    let own = figure(&kind(&farms("utilisation: 0.5,", agents), "FarmLender"), "own_capital");
    assert!((own - 80_000.0).abs() < 0.01, "{own}");
}

/// What all earned and what accounts gained is what prices did to what nobody was drawn with, plus rewards, less gas,
/// whatever the kinds of agents.
#[test]
fn what_is_earned_closes_for_every_kind_of_agent() {
    let publisher = market(r#"Publisher(name: "reporter", oracle: "ETH", gas_money: Fixed(5))"#).replacen(
        "sources: [(1, Outside)]",
        "sources: [(1, Outside)], publish: Transaction",
        1,
    );
    let shipped_ones = [
        "jumps.ron",
        "aave_crash.ron",
        "concentrated_liquidity.ron",
        "masterchef_bonus.ron",
        "sandwich.ron",
        "maker_auctions.ron",
    ];
    let of_shipped = |name| finish(begin_checked(&shipped(name), audited(1)), 10);
    let mut seen = BTreeSet::new();
    for Summary { scenario, profit_and_loss: told, .. } in
        shipped_ones.map(of_shipped).into_iter().chain([finish(begin(&publisher), 100)])
    {
        let moved: f64 = told.accounts.iter().map(|account| account.profit_numeraire.abs()).sum();
        let gross = moved + told.revaluation_numeraire.abs() + told.total_numeraire.abs() + 1e6;
        assert!(left_over(&told).abs() < 1e-9 * gross, "{scenario}: {}", left_over(&told));
        seen.extend(told.by_kind.into_iter().map(|kind| kind.kind));
    }
    assert_eq!(seen, KINDS.iter().map(|kind| (*kind).to_owned()).collect());
}
