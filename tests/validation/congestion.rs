//! D20: the same crash with block space for all, half and a tenth of its liquidations; and the base fee, block by block.

use plimsoll::chain::base_fee::Eip1559;
use plimsoll::output::summary::Summary;
use plimsoll::scenario::Checked;
use plimsoll::simulation::Options;
use serde_json::Value;

use super::common::market::{audited, begin_checked, checked, finish, shipped};
use super::common::run::Run;
use super::common::table::column;

/// Runs the crash from a little before its start until an hour after.
fn run(checked: &Checked, seed: u64) -> Summary {
    finish(begin_checked(checked, Options::seeded(seed)), 450)
}

/// Bad debt, and the mean of the blocks that liquidations waited, over two seeds.
fn damage(checked: &Checked) -> (f64, f64) {
    let runs = [1, 2].map(|seed| run(checked, seed));
    assert!(runs.iter().all(|run| run.liquidations.count > 500), "{runs:?}");
    let sum = |figure: fn(&Summary) -> f64| runs.iter().map(figure).sum::<f64>();
    let waited = sum(|run| run.liquidations.waited_blocks_mean.unwrap_or(0.0)) / 2.0;
    (sum(|run| run.insolvent_debt.realised_numeraire), waited)
}

const SIZES: [&str; 3] = ["congested_crash.ron", "congested_crash_half.ron", "congested_crash_tenth.ron"];

/// Whether each is worse than the one before by a wide margin.
fn rises([all, half, tenth]: [(f64, f64); 3]) -> bool {
    half.0 > all.0 + 5_000.0 && tenth.0 > 3.0 * half.0 && half.1 > all.1 + 0.5 && tenth.1 > 1.5 * half.1
}

/// VALIDATION D20; over a hundred seeds in README.md.
#[test]
fn bad_debt_and_delay_rise_as_block_space_falls() {
    let damages = SIZES.map(|name| damage(&shipped(name)));
    assert!(rises(damages), "{damages:?}");
}

#[test]
fn with_room_for_all_three_times_nothing_rises() {
    let room = shipped(SIZES[0]).scenario.chain.gas_limit;
    let damages = SIZES.map(|name| {
        let mut checked = shipped(name);
        checked.scenario.chain.gas_limit = room;
        damage(&checked)
    });
    assert!(!rises(damages) && damages[0] == damages[2], "{damages:?}");
}

/// A crash on a chain whose blocks are too small for it, with a base fee that follows.
const FULL_BLOCKS: &str = r#"Scenario(
    include: ["scenarios/market/crash.ron"],
    block_time: Poisson("12 s"),
    duration: "2 h",
    numeraire: "USDC",
    chain: (
        native: "ETH",
        base_fee: Eip1559(initial: 30, target: 4_000_000),
        gas_limit: 8_000_000,
        background: (
            gas: LogNormal(median: 8_000_000, sigma: 0.5),
            tip: LogNormal(median: 2, sigma: 1),
            max_fee: LogNormal(median: 30, sigma: 0.5),
            rises: (token: "ETH", usual: 0.8, half_life: "10 min", elasticity: 0.5),
        ),
    ),
)"#;

/// One block of `ticks.csv`: the base fee in wei, the agents' gas and the background's.
type Block = (u128, u64, u64);

fn blocks() -> Vec<Block> {
    let checked = checked(FULL_BLOCKS);
    let files = Run::begin(&checked, audited(1)).finish(checked.scenario.blocks);
    let summary: Value = serde_json::from_slice(&files["summary.json"]).expect("a document");
    assert!(summary["block_space"]["waiting_most"].as_u64() > Some(100), "{summary}");
    let columns = ["base_fee_gwei", "gas_used", "gas_used_background"];
    let [fees, own, others] = columns.map(|name| column(&files["ticks.csv"], name));
    let cells = fees.into_iter().zip(own).zip(others);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole numbers below 2^53")]
    let blocks = cells.map(|((fee, own), others)| ((fee * 1e9).round() as u128, own as u64, others as u64));
    blocks.collect()
}

/// How many blocks do not follow from the one before, counting this gas of it.
fn off_the_rule(blocks: &[Block], gas: impl Fn(&Block) -> u64) -> usize {
    let rule = Eip1559 { target: 4_000_000, change_denominator: 8 };
    blocks.windows(2).filter(|pair| rule.next(pair[0].0, gas(&pair[0])) != pair[1].0).count()
}

#[test]
fn the_base_fee_obeys_its_rule_in_every_block_of_a_congested_run() {
    let blocks = blocks();
    assert_eq!(blocks.len(), 600);
    assert_eq!(off_the_rule(&blocks, |(_, own, others)| own + others), 0);
    let highest = blocks.iter().map(|block| block.0).max().expect("there are blocks");
    assert!(highest > 60_000_000_000, "the crash drives it up: {highest}");
    assert!(off_the_rule(&blocks, |(_, own, _)| *own) > 100, "without the background's gas it does not");
    assert!(blocks.iter().all(|(_, own, others)| own + others <= 8_000_000));
}
