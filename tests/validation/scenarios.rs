//! The scenarios in the repository: they read without a warning, they run, and they answer the questions that they ask.

use std::path::{Path, PathBuf};

use plimsoll::chain::forced_sales::ForcedSale;
use plimsoll::market::price::PriceParams;
use plimsoll::output::summary::Summary;
use plimsoll::scenario::Checked;
use plimsoll::simulation::Options;

use super::common::market::{begin_checked, finish, shipped};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")
}

fn read(name: &str) -> Checked {
    let checked = shipped(name);
    let said: Vec<String> = checked.warnings.iter().map(ToString::to_string).collect();
    // Some ask about the market that the warning is about.
    let meant = [
        ("toxic_spiral.ron", "every liquidation is toxic"),
        ("steth_depeg_2022.ron", "costs 0.9374 `ETH` in this pool and 1 outside"),
    ];
    let meant = said.len() == 1 && meant.iter().any(|(of, words)| name == *of && said[0].contains(words));
    assert!(said.is_empty() || meant, "{name}: {said:?}");
    checked
}

fn run(checked: &Checked, blocks: u64, options: Options) -> Summary {
    finish(begin_checked(checked, options), blocks)
}

#[test]
fn every_scenario_reads_without_warnings_and_its_first_blocks_pass_the_audit() {
    let mut files: Vec<String> = std::fs::read_dir(folder())
        .expect("the repository has scenarios")
        .map(|entry| entry.expect("the folder can be read").file_name().into_string().expect("names are text"))
        .filter(|name| Path::new(name).extension().is_some_and(|ending| ending == "ron"))
        .collect();
    files.sort();
    assert!(files.len() >= 4, "{files:?}");
    for name in files {
        let checked = read(&name);
        // An audit of a million positions takes its time.
        let most = if name == "million_borrowers.ron" { 2 } else { 300 };
        let blocks = checked.scenario.blocks.min(most);
        let options = Options { audit: true, ..Options::seeded(checked.scenario.seed) };
        let summary = run(&checked, blocks, options);
        assert!(summary.audits_passed > blocks, "{name}: {} audits", summary.audits_passed);
        let profit = summary.profit_and_loss;
        assert!(profit.difference_numeraire.abs() < 1e-2, "{name}: {} out of nothing", profit.difference_numeraire);
    }
}

#[test]
fn nobody_is_killed_in_a_calm_market() {
    let checked = read("calm_market.ron");
    for seed in 1..=3 {
        let summary = run(&checked, checked.scenario.blocks, Options::seeded(seed));
        assert_eq!(summary.liquidations.count, 0, "seed {seed}");
        let lowest = summary.health_factor_lowest.expect("there are positions");
        assert!(lowest > 1.0 && lowest < 1.2, "seed {seed}: a lowest health factor of {lowest}");
    }
}

/// The same market at twenty times the volatility.
#[test]
fn a_wild_market_is_not_calm() {
    let mut checked = read("calm_market.ron");
    let PriceParams::Gbm { volatility, .. } = &mut checked.scenario.tokens[1].price else {
        panic!("ETH moves as geometric Brownian motion")
    };
    *volatility *= 20.0;
    let killed: u64 = (1..=3).map(|seed| run(&checked, 14_400, Options::seeded(seed)).liquidations.count).sum();
    assert!(killed > 0, "nobody was killed");
}

/// The first twelve hours, with the first of the two waves: the killings' own sales bring more killings at a lower price
/// than the same hours bring if those sales move nothing, and bad debt.
#[test]
fn black_thursday_is_a_cascade() {
    let checked = read("black_thursday.ron");
    let muted = Options { forced_sales: ForcedSale::Muted, ..Options::seeded(1) };
    let (executed, muted) = (run(&checked, 3_600, Options::seeded(1)), run(&checked, 3_600, muted));
    let (more, fewer) = (&executed.liquidations, &muted.liquidations);
    assert!(fewer.count > 500 && more.count * 4 > fewer.count * 5, "{more:?} and {fewer:?}");
    let realised = |summary: &Summary| summary.insolvent_debt.realised_numeraire;
    assert!(realised(&executed) > realised(&muted) + 1e6, "{more:?} and {fewer:?}");
    let lowest = |summary: &Summary| summary.pools[0].price.lowest;
    assert!(lowest(&executed) < 0.9 * lowest(&muted), "{} and {}", lowest(&executed), lowest(&muted));
    for summary in [executed, muted] {
        assert!(summary.profit_and_loss.difference_numeraire.abs() < 1e-2, "{:?}", summary.profit_and_loss);
    }
}

/// A fall to 86 of 194.61 kills whoever has more than 2.6 times own capital: of leverages drawn evenly from 2 to 6, 85 %;
/// the farm's pool holds the price up a little.
#[test]
fn in_the_end_black_thursday_kills_nearly_whoever_such_a_fall_can() {
    let checked = read("black_thursday.ron");
    let killed = run(&checked, checked.scenario.blocks, Options::seeded(1)).liquidations.count;
    assert!((1_600..=1_700).contains(&killed), "{killed} of 2,000");
}

/// At the price with which 12 March began nobody would have been killed.
#[test]
fn without_the_fall_black_thursday_is_no_cascade() {
    let mut checked = read("black_thursday.ron");
    let PriceParams::Knots { knots, .. } = &mut checked.scenario.tokens[1].price else {
        panic!("ETH passes through knots")
    };
    knots.truncate(1);
    assert_eq!(run(&checked, 3_000, Options::seeded(1)).liquidations.count, 0);
}

/// A day's rewards are sold in one pool, and half of what they bring buys ETH in the other.
#[test]
fn what_a_farm_sells_and_buys_for_its_positions_is_volume() {
    let checked = read("farm_170.ron");
    let summary = run(&checked, checked.scenario.blocks, Options::seeded(1));
    let rewards = 180_000.0 / 365.0;
    let volume: Vec<f64> = summary.pools.iter().map(|pool| pool.volume_numeraire).collect();
    assert!((volume[0] / (0.5 * rewards) - 1.0).abs() < 0.01 && (volume[1] / rewards - 1.0).abs() < 0.01, "{volume:?}");
}

/// Above the frontier every liquidation leaves less behind than it took: without the fall there is no bad debt at all.
#[test]
fn a_jump_beyond_the_toxic_frontier_leaves_bad_debt() {
    let mut checked = read("toxic_spiral.ron");
    let toxic = run(&checked, 600, Options::seeded(1));
    assert!(toxic.liquidations.count > 100 && toxic.insolvent_debt.realised_numeraire > 10_000.0, "{toxic:?}");
    checked.scenario.shocks.clear();
    let calm = run(&checked, 600, Options::seeded(1)).insolvent_debt;
    assert!(calm.realised_numeraire < 1.0, "{calm:?}");
}

/// Who buys back a debt as large as its market moves the price further: lenders of CRV are left with a loss, and without
/// the rise there is none.
#[test]
fn a_squeezed_short_leaves_bad_debt() {
    let mut checked = read("short_squeeze.ron");
    let squeezed = run(&checked, 7_200, Options::seeded(1));
    assert!(squeezed.liquidations.count > 0 && squeezed.insolvent_debt.realised_numeraire > 1e6, "{squeezed:?}");
    let PriceParams::Knots { knots, .. } = &mut checked.scenario.tokens[2].price else {
        panic!("CRV passes through knots")
    };
    knots.truncate(1);
    assert_eq!(run(&checked, 3_000, Options::seeded(1)).liquidations.count, 0);
}

#[test]
fn lenders_who_are_frightened_by_each_other_run_and_others_do_not() {
    let mut checked = read("lender_run.ron");
    let reverts = |checked: &Checked| run(checked, checked.scenario.blocks, Options::seeded(1)).reverts;
    assert!(reverts(&checked) > 50, "nobody had to wait");
    for agent in &mut checked.scenario.agents {
        if let plimsoll::agents::AgentParams::Lender(params) = agent {
            params.fears_utilisation = plimsoll::chain::distribution::Distribution::Fixed(2.0);
        }
    }
    assert_eq!(reverts(&checked), 0);
}
