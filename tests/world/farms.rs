//! Leveraged farmers: what their farm pays them, and what prices cost them.

use std::collections::BTreeMap;

use plimsoll::chain::event::EventKind;
use plimsoll::chain::ids::BankId;
use plimsoll::deployments::bank_of;
use plimsoll::simulation::{Options, Simulation};

use crate::common::market;
use crate::common::run::{Files, Run};
use crate::common::table::{column, rows};

/// A bank whose farmers stake liquidity of ETH and USDC. A week's 1,680 UNI are 10 an hour, worth 200 USDC.
fn scenario(blocks: u64, block_time: &str, ether: &str, emissions: &str, agents: &str) -> String {
    format!(
        r#"Scenario(
            blocks: {blocks}, block_time: "{block_time}", numeraire: "USDC",
            chain: (native: "ETH", base_fee: Fixed(0)),
            tokens: [
                (name: "USDC", decimals: 6, price: Fixed(1)),
                (name: "ETH", decimals: 18, price: {ether}),
                (name: "UNI", decimals: 18, price: Fixed(20)),
            ],
            pools: [
                UniswapV2(name: "farmed", tokens: ("ETH", "USDC"), reserves: ("20_000", "40_000_000")),
                UniswapV2(name: "rewards", tokens: ("UNI", "USDC"), reserves: ("500_000", "10_000_000")),
            ],
            farms: [StakingRewards(name: "farm", pool: "farmed", reward: "UNI", duration: "7 d", emissions: [{emissions}])],
            banks: [
                AlphaHomora(
                    name: "bank", base: "USDC", reserve_bps: 0, kill_bps: 500, interest: Constant(0),
                    goblins: [(
                        name: "goblin", pool: "farmed", farm: "farm", reward_pool: "rewards", work_factor: 0.87,
                        kill_factor: 0.92, reinvest_bounty_bps: 300,
                    )],
                ),
            ],
            agents: [
                FarmLender(name: "lender", bank: "bank", supply: Fixed(1_000_000)),
                {agents}
            ],
        )"#
    )
}

fn farmer(name: &str, capital: u32, leverage: f64, more: &str) -> String {
    format!(
        r#"Farmer(name: "{name}", goblin: "goblin", capital: Fixed({capital}), leverage: Fixed({leverage}), {more}),"#
    )
}

/// What is paid for a week from the first block on.
const A_WEEK: &str = r#"("0 s", "1_680")"#;

/// What a week's rewards are worth.
const WORTH: f64 = 1_680.0 * 20.0;

/// What a goblin's owners get of rewards: all but the bounty.
const KEPT: f64 = 0.97;

/// Runs hours in which no price moves.
fn calm(blocks: u64, agents: &str) -> Files {
    let text = scenario(blocks, "1 h", "Fixed(2_000)", A_WEEK, agents);
    Run::begin(&market::checked(&text), market::audited(1)).finish(blocks)
}

/// Returns a column of `agents.csv` by population; each has one agent.
fn by_population(files: &Files, name: &str) -> BTreeMap<String, f64> {
    let populations = rows(&files["agents.csv"]).into_iter().map(|row| row["population"].clone());
    populations.zip(column(&files["agents.csv"], name)).collect()
}

/// Returns what a named account gained.
fn gained(files: &Files, account: &str) -> f64 {
    let summary: serde_json::Value = serde_json::from_slice(&files["summary.json"]).unwrap();
    let accounts = summary["profit_and_loss"]["accounts"].as_array().unwrap();
    let found = accounts.iter().find(|one| one["account"] == account).expect("the account is told");
    found["profit_numeraire"].as_f64().unwrap()
}

#[track_caller]
fn close(told: f64, expected: f64, tolerance: f64) {
    assert!((told - expected).abs() <= tolerance, "{told} is not {expected} to {tolerance}");
}

/// Returns each farmer's part of what its goblin has staked, by the bank's own rows.
fn parts(run: &Simulation) -> Vec<f64> {
    let bank = bank_of(run.world(), BankId(0));
    let shares: Vec<u128> = bank.bank.positions().iter().map(|position| position.goblin_share).collect();
    let all: u128 = shares.iter().sum();
    shares.into_iter().map(|share| share as f64 / all as f64).collect()
}

#[test]
fn rewards_of_farmers_are_their_shares_of_what_was_harvested_and_of_what_waits() {
    const BLOCKS: u64 = 61;
    let late = farmer("late", 10_000, 2.0, r#"entry: Between("30 h", "30 h"), exit: Between("50 h", "50 h")"#);
    let agents = farmer("small", 10_000, 2.0, "") + &farmer("large", 20_000, 2.0, "") + &late;
    let agents = agents + r#"Harvester(name: "harvester", goblin: "goblin", every: "12 h"),"#;
    let text = scenario(BLOCKS, "1 h", "Fixed(2_000)", A_WEEK, &agents);
    let mut run = Run::begin(&market::checked(&text), market::audited(1));
    let (mut expected, mut harvests) = ([0.0; 3], 0);
    for _ in 0..BLOCKS {
        for event in market::step(&mut run.simulation) {
            let EventKind::Reinvested(at) = event.kind else { continue };
            harvests += 1;
            let parts = parts(&run.simulation).into_iter().zip(&mut expected);
            parts.for_each(|(part, sum)| *sum += part * at.sold as f64 / 1e18 * 20.0);
        }
    }
    let parts = parts(&run.simulation);
    let files = run.finish(BLOCKS);
    let rewards = by_population(&files, "rewards_numeraire");
    let waits = WORTH - gained(&files, "unpaid rewards") - expected.iter().sum::<f64>() / KEPT;
    assert!(harvests > 3 && waits > 100.0 && parts[2] == 0.0, "{harvests} {waits} {parts:?}");
    for ((name, expected), part) in ["small", "large", "late"].into_iter().zip(expected).zip(parts) {
        close(rewards[name], expected + part * waits, 1e-6);
    }
    close(rewards["large"] / rewards["small"], 2.0, 1e-6);
    assert!(rewards["late"] > 500.0 && rewards["late"] < 0.5 * rewards["small"], "{rewards:?}");
    close(rewards["harvester"] * KEPT / 0.03, expected.iter().sum(), 1e-6);
    close(rewards.values().sum::<f64>() + gained(&files, "unpaid rewards"), WORTH, 1e-6);
}

/// Nothing else happens to the farmers, so what waits is what they gained.
#[test]
fn what_waits_in_a_farm_is_worth_something_to_those_who_farm() {
    let files = calm(25, &(farmer("small", 10_000, 2.0, "") + &farmer("large", 20_000, 3.0, "")));
    let (rewards, gained_by) = (by_population(&files, "rewards_numeraire"), by_population(&files, "profit_numeraire"));
    let waits = rewards["small"] + rewards["large"];
    close(waits, KEPT * 24.0 * 200.0, 201.0);
    close(rewards["large"] / rewards["small"], 3.0, 1e-6);
    for name in ["small", "large"] {
        close(gained_by[name], rewards[name], 0.01);
    }
    close(gained(&files, "unpaid rewards"), WORTH - waits, 1e-6);
}

#[test]
fn what_waits_for_one_who_stakes_is_its_reward() {
    let staker = r#"Staker(name: "staker", farm: "farm", pool: "farmed", capital: Fixed(10_000)),"#;
    let files = calm(25, staker);
    let waits = by_population(&files, "rewards_numeraire")["staker"];
    close(waits, 24.0 * 200.0, 201.0);
    close(by_population(&files, "profit_numeraire")["staker"], waits, 0.01);
    close(gained(&files, "unpaid rewards"), WORTH - waits, 1e-6);
}

/// A pool of constant product that has lost fees, at a price `r` times that of the entry, against what was put in.
fn impermanent_loss(r: f64) -> f64 {
    2.0 * r.sqrt() / (1.0 + r) - 1.0
}

/// ETH falls to a quarter in 1,000 minutes, at an even pace of the log price.
#[test]
fn impermanent_loss_of_farmers_is_that_of_a_constant_product_without_fees() {
    const BLOCKS: u64 = 1_001;
    let agents = [
        farmer("stays", 10_000, 1.1, ""),
        farmer("unlevered", 10_000, 1.0, ""),
        farmer("leaves", 10_000, 1.5, r#"exit: Between("500 min", "500 min")"#),
        farmer("killed", 10_000, 3.0, ""),
        farmer("comes", 10_000, 1.1, r#"entry: Between("300 min", "300 min")"#),
        r#"FarmLiquidator(name: "liquidator", bank: "bank", bid_share: Fixed(0), kills_per_block: 1),"#.to_owned(),
        r#"Arbitrageur(name: "arbitrageur", pool: "farmed", capital: Fixed(1_000_000_000), bid_share: Fixed(0)),"#
            .to_owned(),
    ];
    let ether = r#"Knots(knots: [("0 s", 2000), ("1000 min", 500)], volatility: 0)"#;
    let text = scenario(BLOCKS, "1 min", ether, "", &agents.concat());
    let files = Run::begin(&market::checked(&text), Options::seeded(1)).finish(BLOCKS);
    let of = |name: &str| rows(&files["agents.csv"]).into_iter().find(|row| row["population"] == name).unwrap();
    let prices = column(&files["ticks.csv"], "eth_price_outside_numeraire");
    let end = *prices.last().unwrap();
    // Of each: what it put in, the prices then and when it was out, how exactly the pool was at the outside price.
    let check = |name: &str, assets: f64, entry: f64, exit: f64, tolerance: f64| {
        let (r, told) = (exit / entry, of(name)["impermanent_loss_numeraire"].parse::<f64>().unwrap());
        let holding = assets * (1.0 + r) / 2.0;
        close(told / holding, impermanent_loss(r), tolerance);
    };
    check("stays", 11_000.0, 2_000.0, end, 1e-5);
    check("unlevered", 10_000.0, 2_000.0, end, 1e-5);
    for (name, assets, fate) in [("leaves", 15_000.0, "closed"), ("killed", 30_000.0, "liquidated")] {
        let row = of(name);
        assert_eq!(row["fate"], fate, "{name}");
        check(name, assets, 2_000.0, prices[row["left_block"].parse::<usize>().unwrap()], 1e-4);
    }
    let entered = prices[of("comes")["entered_block"].parse::<usize>().unwrap()];
    check("comes", 11_000.0, entered, end, 2e-3);
    assert_eq!(of("lender")["impermanent_loss_numeraire"], "");
    let summary: serde_json::Value = serde_json::from_slice(&files["summary.json"]).unwrap();
    let told = summary["leveraged_farmers"].as_array().expect("farmers are told of");
    assert_eq!(told.len(), 5);
    let sum: f64 = told.iter().map(|one| one["impermanent_loss_numeraire"].as_f64().unwrap()).sum();
    let rows: f64 = ["stays", "unlevered", "leaves", "killed", "comes"]
        .map(|name| of(name)["impermanent_loss_numeraire"].parse::<f64>().unwrap())
        .iter()
        .sum();
    close(sum, rows, 1e-6);
}

/// Rewards that become liquidity are no gain of the pool's: they are held against from when they came.
#[test]
fn what_is_reinvested_is_no_part_of_impermanent_loss() {
    let harvester = r#"Harvester(name: "harvester", goblin: "goblin", every: "6 h"),"#;
    let files = calm(100, &(farmer("farmer", 10_000, 2.0, "") + harvester));
    let row = rows(&files["agents.csv"]).into_iter().find(|row| row["population"] == "farmer").unwrap();
    let told: f64 = row["impermanent_loss_numeraire"].parse().unwrap();
    // 19,000 USDC come in. Their own swaps move the pool by a part in 40 million, and nobody moves it back.
    assert!(told.abs() < 1.0, "{told}");
    assert!(row["rewards_numeraire"].parse::<f64>().unwrap() > 18_000.0);
}
