//! A fork at a block leaves the bytes that the run itself leaves, and holds all that the run's world holds.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use bevy_ecs::entity::Entity;
use bevy_ecs::world::World;
use plimsoll::agents::KINDS;
use plimsoll::chain::dice::{Dice, Who};
use plimsoll::chain::state::ChainState;
use plimsoll::scenario::{Checked, read};
use plimsoll::simulation::Options;

use super::common::market::checked;
use super::common::run::Run;
use super::{LIQUIDITY, LOANS, SCENARIO, SEARCHERS};

/// Vaults and their auctions, in blocks that come at random and that others fill as well.
const VAULTS: &str = r#"Scenario(
    blocks: 120,
    block_time: Poisson("1 min"),
    numeraire: "DAI",
    chain: (
        native: "ETH", base_fee: Eip1559(initial: 100), gas_limit: 4_000_000,
        background: (gas: LogNormal(median: 1_500_000, sigma: 0.7), tip: Exponential(mean: 2)),
    ),
    tokens: [
        (name: "DAI", decimals: 18, price: Fixed(1)),
        (name: "ETH", decimals: 18, price: JumpDiffusion(
            start: 3_000, volatility: 1, jumps_per_year: 5_000, jump_mean: -0.01, jump_sigma: 0.01,
        )),
    ],
    shocks: [Crash(token: "ETH", start: "20 min", ramp: "20 min", size: Fixed(0.35))],
    venue: [(token: "ETH", impact: Linear(depth: "100_000"), half_life: "1 h", fee_bps: 5)],
    pools: [UniswapV2(name: "pool", tokens: ("ETH", "DAI"), reserves: ("10_000", "30_000_000"))],
    oracles: [
        (name: "ETH", token: "ETH", sources: [(1, Outside)], update: Delayed("5 min")),
        (
            name: "told", token: "ETH", sources: [(1, Outside), (1, TimeWeighted(pool: "pool", window: "10 min"))],
            update: Deviation(threshold: 0.005, heartbeat: "2 h"), publish: Transaction,
        ),
    ],
    stablecoins: [MakerDao(name: "maker", dai: "DAI", ilks: [
        (
            name: "ETH-A", token: "ETH", oracle: "ETH", liquidation_ratio: 1.5, stability_fee: 0.05, dust: "20",
            auctions: Clip(
                chop: 0.13, buf: 1.3, tail: "20 min", cusp: 0.4, tip: "300",
                curve: Stairstep(cut: 0.99, step: "90 s"),
            ),
        ),
        (
            name: "ETH-B", token: "ETH", oracle: "told", liquidation_ratio: 1.4, stability_fee: 0.05, dust: "20",
            auctions: Flip(chop: 0.13, beg: 0.03, ttl: "5 min", tau: "30 min", lots: Lump("50")),
        ),
    ])],
    agents: [
        VaultOwner(
            name: "sleepers", count: 20, ilk: "ETH-A", collateral: Exponential(mean: 100),
            collateral_ratio: Uniform(1.6, 2.5),
        ),
        VaultOwner(
            name: "payers", count: 20, ilk: "ETH-B", collateral: Exponential(mean: 100), spare: Uniform(0, 0.4),
            collateral_ratio: Uniform(1.5, 2.5), temperament: Repay, act_below: Uniform(1.45, 1.7),
        ),
        Keeper(name: "takers", count: 3, ilk: "ETH-A", through: "pool", discount: Uniform(0.01, 0.05), gas_money: Fixed(100)),
        Keeper(
            name: "bidders", count: 3, ilk: "ETH-B", funds: Own(Fixed(500_000)), sells: Later("10 min"),
            discount: Uniform(0.02, 0.08), gas_money: Fixed(100),
        ),
        Arbitrageur(name: "arbitrageur", pool: "pool", capital: Fixed(5_000_000), bid_share: Fixed(0.1), gas_money: Fixed(100)),
        Trader(name: "traders", count: 10, pool: "pool", size: Exponential(mean: 20_000), capital: Fixed(300_000)),
        Publisher(name: "reporters", oracle: "told", gas_money: Fixed(10)),
    ],
)"#;

/// Returns the blocks before which forks are made: fifty draws of dice of their own, ascending.
fn fifty_blocks(scenario: u64, blocks: u64) -> Vec<u64> {
    let mut dice = Dice::new(50, Who::new("forks", scenario), 0);
    let mut at: Vec<u64> = (0..50).map(|_| dice.bits() % (blocks + 1)).collect();
    at.sort_unstable();
    at
}

fn a_fork_runs_on_byte_equal(number: u64, text: &str) {
    const BLOCKS: u64 = 120;
    let mut run = Run::begin(&checked(text), Options { exact: true, audit: true, ..Options::seeded(1) });
    let mut forks = Vec::new();
    for block in fifty_blocks(number, BLOCKS) {
        run.run_to(block);
        forks.push((block, run.fork()));
    }
    let expected = run.finish(BLOCKS);
    for (block, mut fork) in forks {
        assert_eq!((fork.simulation.blocks_done(), fork.simulation.blocks_executed()), (block, 0));
        if block < BLOCKS {
            fork.run_to(block + 1);
            assert_eq!((fork.simulation.blocks_done(), fork.simulation.blocks_executed()), (block + 1, 1));
        }
        let found = fork.finish(BLOCKS);
        for (name, bytes) in &expected {
            assert!(found[name] == *bytes, "{name} of a fork before block {block} differs from the run's");
        }
    }
}

#[test]
fn a_fork_of_a_leveraged_farm_runs_on_byte_equal() {
    a_fork_runs_on_byte_equal(1, SCENARIO);
}

#[test]
fn a_fork_of_lending_markets_runs_on_byte_equal() {
    a_fork_runs_on_byte_equal(2, LOANS);
}

#[test]
fn a_fork_of_liquidity_runs_on_byte_equal() {
    a_fork_runs_on_byte_equal(3, LIQUIDITY);
}

#[test]
fn a_fork_with_searchers_and_foresight_runs_on_byte_equal() {
    a_fork_runs_on_byte_equal(4, &SCENARIO.replace("agents: [", SEARCHERS));
}

#[test]
fn a_fork_of_vaults_runs_on_byte_equal() {
    a_fork_runs_on_byte_equal(5, VAULTS);
}

#[test]
fn a_fork_of_a_fork_runs_on_byte_equal_while_the_first_goes_another_way() {
    let mut run = Run::begin(&checked(SCENARIO), Options::seeded(1));
    run.run_to(40);
    let mut fork = run.fork();
    fork.run_to(60);
    let again = fork.fork();
    fork.simulation.world_mut().resource_mut::<ChainState>().clock.seed = 9;
    let (run, other, again) = (run.finish(120), fork.finish(120), again.finish(120));
    assert!(run == again);
    assert!(other["ticks.csv"] != run["ticks.csv"], "a fork with other dice goes the same way");
}

/// Returns what each entity of a world is made of, resources too, but for what is left of schedules that were built.
fn held(world: &World) -> BTreeMap<Entity, BTreeSet<String>> {
    let mut held = BTreeMap::new();
    for archetype in world.archetypes().iter() {
        let names = archetype.iter_components().map(|id| world.components().get_name(id).unwrap().to_string());
        let names: BTreeSet<String> = names.collect();
        if names.is_empty() || names.iter().any(|name| name.ends_with("::Schedules")) {
            continue;
        }
        held.extend(archetype.entities().iter().map(|entity| (entity.id(), names.clone())));
    }
    held
}

/// Returns the scenarios of this repository, and those of these tests.
fn scenarios() -> Vec<Checked> {
    let texts = [SCENARIO, LOANS, LIQUIDITY, &SCENARIO.replace("agents: [", SEARCHERS), VAULTS];
    let mut all = texts.map(checked).to_vec();
    for folder in ["scenarios", "benches/scenarios"] {
        let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let files = files.filter(|path| path.extension().is_some_and(|ending| ending == "ron"));
        // It holds what `aave_crash.ron` holds, and more of it.
        let files = files.filter(|path| !path.ends_with("million_borrowers.ron"));
        all.extend(files.map(|path| read(&path).unwrap_or_else(|mistakes| panic!("{}: {mistakes:?}", path.display()))));
    }
    all
}

#[test]
fn a_fork_of_every_scenario_holds_all_that_its_run_holds() {
    let mut seen = BTreeSet::new();
    for checked in scenarios() {
        let mut run = Run::begin(&checked, Options::seeded(1));
        run.simulation.watch(&checked.scenario.cascade.mute);
        run.run_to(3);
        let fork = run.fork();
        let expected = held(run.simulation.world());
        assert!(held(fork.simulation.world()) == expected, "{:?}", checked.name);
        seen.extend(expected.into_values().flatten());
    }
    for kind in KINDS {
        let ending = format!("::{kind}");
        assert!(seen.iter().any(|name| name.ends_with(&ending)), "no scenario has a {kind}");
    }
}
