//! What caused what, and what a fall would liquidate: that counterfactual runs come to their end in the run, that parts
//! sum to the
//! whole, and that the map says what a sweep says.

use crate::common::market::{self, audited, steps};
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::Path;

use bevy_ecs::prelude::World;
use bevy_ecs::system::SystemState;
use plimsoll::accounts::trace::Trace;
use plimsoll::agents::view::View;
use plimsoll::cascade::{Causes, Question, cascade};
use plimsoll::chain::forced_sales::{ForcedSale, ForcedSales, OtherSale};
use plimsoll::chain::ids::PoolId;
use plimsoll::chain::ids::{PositionId, PositionKey};
use plimsoll::chain::liquidation::SaleKind;
use plimsoll::deployments::alpha_homora::exposures;
use plimsoll::deployments::liquidation_map::{Falls, liquidatable};
use plimsoll::deployments::pool_of_mut;
use plimsoll::deployments::positions::positions_of;
use plimsoll::output::cascade::CascadeSummary;
use plimsoll::protocol::amm::Side;
use plimsoll::protocol::farm::alpha_homora::is_underwater;
use plimsoll::scenario::{Checked, read};
use plimsoll::simulation::{Counterfactual, Options};

/// A pool that a few hundred farmers share and few arbitrageurs keep straight, while ETH falls by a third. Farmers
/// in `hasty` close while it falls.
const CRASH: &str = r#"Scenario(
    blocks: 150,
    block_time: "5 min",
    numeraire: "USDC",
    chain: (native: "ETH", base_fee: Fixed(20), gas_limit: 3_000_000),
    tokens: [
        (name: "USDC", decimals: 6, price: Fixed(1)),
        (name: "ETH", decimals: 18, price: Gbm(start: 2_000, volatility: 0.9)),
        (name: "UNI", decimals: 18, price: Fixed(20)),
    ],
    shocks: [Crash(token: "ETH", start: "3 h", ramp: "4 h", size: Fixed(0.33))],
    venue: [(token: "ETH", impact: Linear(depth: "5_000"), half_life: "1 h", fee_bps: 5)],
    pools: [
        UniswapV2(name: "ETH/USDC", tokens: ("ETH", "USDC"), reserves: ("1_000", "2_000_000")),
        UniswapV2(name: "UNI/USDC", tokens: ("UNI", "USDC"), reserves: ("50_000", "1_000_000")),
    ],
    farms: [StakingRewards(name: "farm", pool: "ETH/USDC", reward: "UNI", emissions: [("0 s", "5_000")])],
    banks: [
        AlphaHomora(
            name: "bank", base: "USDC", min_debt: "10", reserve_bps: 1_000, kill_bps: 500, interest: TripleSlope,
            goblins: [(
                name: "goblin", pool: "ETH/USDC", farm: "farm", reward_pool: "UNI/USDC",
                work_factor: 0.87, kill_factor: 0.92, reinvest_bounty_bps: 300,
            )],
        ),
    ],
    agents: [
        Farmer(
            name: "farmers", count: 200, goblin: "goblin", capital: LogNormal(median: 4_000, sigma: 1),
            leverage: Uniform(2, 6),
        ),
        Farmer(
            name: "hasty", count: 20, goblin: "goblin", capital: Fixed(4_000), leverage: Uniform(2, 4),
            exit: Between("3 h", "9 h"), gas_money: Fixed(5),
        ),
        FarmLender(name: "lenders", count: 5, bank: "bank", supply: Fixed(20_000_000)),
        FarmLiquidator(
            name: "liquidators", count: 3, bank: "bank", min_profit: Uniform(1, 20), attention: Fixed(0.5),
            bid_share: Uniform(0.05, 0.5), kills_per_block: 4, gas_money: Fixed(50),
        ),
        Arbitrageur(
            name: "arbitrageurs", count: 2, pool: "ETH/USDC", capital: Fixed(500_000), attention: Fixed(0.15),
            bid_share: Uniform(0.1, 0.7), gas_money: Fixed(20),
        ),
        Trader(
            name: "traders", count: 20, pool: "ETH/USDC", size: LogNormal(median: 1_000, sigma: 1), pace: PerDay(50),
            capital: Fixed(50_000), gas_money: Fixed(5),
        ),
    ],
    CASCADE
)"#;

fn checked(cascade: &str) -> Checked {
    let text = CRASH.replace("CASCADE", cascade);
    market::checked(&text)
}

fn asked(checked: &Checked, options: Options, depth: u32) -> (CascadeSummary, Causes) {
    let scenario = &checked.scenario;
    let question = Question { scenario, name: "crash", home: Path::new("."), options, blocks: scenario.blocks, depth };
    let (summary, causes) = cascade(question, None, || ControlFlow::Continue(())).unwrap().unwrap();
    (summary.cascade.unwrap(), causes)
}

/// Makes a counterfactual run, all of it, in which the sales of these positions act.
fn counterfactual(checked: &Checked, seed: u64, acting: BTreeSet<PositionKey>) -> Trace {
    let also = &checked.scenario.cascade.mute;
    let mut made =
        Counterfactual::new(&checked.scenario, Path::new("."), audited(seed), ForcedSales::only(acting), also).unwrap();
    (0..checked.scenario.blocks).for_each(|_| made.step());
    made.finish().unwrap()
}

/// What a run's trace and a counterfactual's have in common; toxic debt is followed in the run alone.
fn seen(trace: &Trace) -> Trace {
    let mut seen = trace.clone();
    seen.toxic = None;
    seen
}

fn keys(trace: &Trace) -> BTreeSet<PositionKey> {
    trace.liquidations.iter().map(|row| row.fact.key).collect()
}

fn has_same_course(a: &Trace, b: &Trace) -> bool {
    a.liquidations == b.liquidations
        && (0..a.blocks()).all(|block| a.price(0, block).to_bits() == b.price(0, block).to_bits())
}

#[test]
fn counterfactuals_come_to_their_end_in_the_run_itself() {
    let checked = checked("");
    for seed in 1..=3 {
        let (told, causes) = asked(&checked, audited(seed), 40);
        assert!(told.ended_within_depth && causes.is_whole, "{told:#?}");
        assert!(causes.generations.len() > 2, "seed {seed} has no cascade: {told:#?}");
        let all: BTreeSet<PositionKey> = causes.generations.iter().flatten().copied().collect();
        let last = counterfactual(&checked, seed, all.clone());
        assert!(has_same_course(&last, &causes.run), "the one in which all sales act is not the run");
        assert_eq!(seen(&causes.run).prizes_numeraire.to_bits(), last.prizes_numeraire.to_bits());
        // One sale less is another course.
        let mut fewer = all;
        fewer.remove(&causes.run.liquidations[0].fact.key);
        assert!(!has_same_course(&counterfactual(&checked, seed, fewer), &causes.run));
    }
}

/// Searchers take the trades of those who accept anything: their bundles are a part of every counterfactual.
#[test]
fn counterfactuals_with_searchers_come_to_their_end_as_well() {
    let searchers = r#"Searcher(
            name: "searchers", count: 2, pool: "ETH/USDC", capital: Fixed(200_000), bid_share: Fixed(0.5),
            gas_money: Fixed(20),
        ),
        Trader("#;
    let text = CRASH.replace("CASCADE", "").replace("Trader(", searchers).replace("median: 1_000", "median: 8_000");
    let checked = market::checked(&text);
    let (told, causes) = asked(&checked, audited(1), 40);
    assert!(told.ended_within_depth && causes.is_whole && causes.generations.len() > 2, "{told:#?}");
    let all: BTreeSet<PositionKey> = causes.generations.iter().flatten().copied().collect();
    assert!(has_same_course(&counterfactual(&checked, 1, all), &causes.run));
    let mut run = market::begin_checked(&checked, audited(1));
    steps(&mut run, checked.scenario.blocks);
    assert!(run.finish(None).unwrap().sandwiches.count > 10);
}

/// Each counterfactual goes on from a checkpoint of another run: it sees what it would see if it made every block itself.
#[test]
fn a_counterfactual_from_a_checkpoint_is_the_one_from_the_first_block() {
    let foresight = r#"Trader(
            name: "insiders", pool: "ETH/USDC", size: Fixed(9_000), temperament: Informed(blocks_ahead: 9),
            capital: Fixed(200_000), gas_money: Fixed(5),
        ),
        Trader("#;
    let texts = [
        CRASH.replace("CASCADE", ""),
        CRASH.replace("CASCADE", "cascade: (mute: [Closings]),"),
        CRASH.replace("CASCADE", "cascade: (mute: [StopLosses]),").replacen("Trader(", foresight, 1),
        // The shock is there with the first block, and comes back.
        CRASH.replace("CASCADE", "").replace(r#"start: "3 h""#, r#"start: "0 s", hold: "2 h""#),
    ];
    for (text, seed) in texts.iter().zip(1..) {
        let checked = market::checked(text);
        let (_, causes) = asked(&checked, audited(seed), 12);
        let mut acting = BTreeSet::new();
        for trace in &causes.counterfactuals {
            assert!(*trace == counterfactual(&checked, seed, acting.clone()), "seed {seed}, {} acting", acting.len());
            acting.extend(keys(trace));
        }
        assert!(causes.counterfactuals.len() > 2, "seed {seed} has no cascade");
        let mut without = checked.clone();
        without.scenario.shocks.clear();
        assert_eq!(causes.no_shock, Some(counterfactual(&without, seed, BTreeSet::new())), "seed {seed}");
        let runs = causes.counterfactuals.len() as u64 + 2;
        let made = causes.blocks_executed;
        assert!(
            made > checked.scenario.blocks && made < checked.scenario.blocks * runs,
            "{made} blocks of {runs} runs"
        );
    }
}

#[test]
fn the_crash_of_a_leveraged_farm_costs_four_fifths_of_its_blocks() {
    let checked = read(Path::new("scenarios/leveraged_farm_crash.ron")).unwrap();
    let mut told = 0;
    let scenario = &checked.scenario;
    let home = &checked.folder;
    let (options, blocks) = (Options::seeded(1), scenario.blocks);
    let question = Question { scenario, name: "crash", home, options, blocks, depth: 4 };
    let block_done = || {
        told += 1;
        ControlFlow::Continue(())
    };
    let (_, causes) = cascade(question, None, block_done).unwrap().unwrap();
    let runs = causes.counterfactuals.len() as u64 + 2;
    assert_eq!((runs, told), (7, causes.blocks_executed));
    assert!(told * 5 <= runs * blocks * 4, "{told} blocks of {}", runs * blocks);
}

#[test]
fn every_liquidation_has_one_generation_or_is_deeper() {
    let checked = checked("");
    let (whole, causes) = asked(&checked, audited(1), 40);
    let count: usize = causes.generations.iter().map(BTreeSet::len).sum();
    let all: BTreeSet<PositionKey> = causes.generations.iter().flatten().copied().collect();
    assert_eq!(all.len(), count, "a position is of two generations");
    assert!(causes.run.liquidations.iter().all(|row| causes.generation(row.fact.key).is_some()));
    assert_eq!(
        whole.generations.iter().map(|generation| generation.count).sum::<u64>(),
        causes.run.liquidations.len() as u64
    );
    assert_eq!(whole.suppressed.count, all.difference(&keys(&causes.run)).count() as u64);

    // Two generations: what was of a later one is deeper, and nothing else has changed.
    let (short, few) = asked(&checked, audited(1), 2);
    assert!(!short.ended_within_depth && few.generations.len() == 2);
    for row in &few.run.liquidations {
        assert_eq!(few.generation(row.fact.key), causes.generation(row.fact.key).filter(|generation| *generation < 2));
    }
    let deeper = short.generations.last().unwrap();
    assert_eq!((deeper.generation.as_str(), deeper.count > 0), ("deeper", true));
    assert_eq!(short.depth, Some(2));
    assert_eq!(short.branching_ratio_count, whole.branching_ratio_count);
}

#[test]
fn contributions_sum_to_the_price_exactly() {
    let checked = checked("");
    for depth in [1, 3, 40] {
        let (told, causes) = asked(&checked, Options::seeded(2), depth);
        let price = causes.of_price(0);
        for block in (0..causes.run.blocks()).map(Some).chain([None]) {
            let made = price.after(block);
            assert_eq!(made.generations.len(), depth as usize);
            let sum = made.start + made.rest + made.shock + made.generations.iter().sum::<f64>() + made.deeper;
            assert_eq!(sum.to_bits(), made.price.to_bits(), "block {block:?}: {made:?}");
            let seen = block.map_or(causes.run.start[0], |block| causes.run.price(0, block));
            assert!((made.price / seen - 1.0).abs() < 1e-10);
        }
        let fall = &told.price_amplification[0];
        assert!(fall.at_lowest.shock < -100.0 && fall.at_lowest.generations[0] < -100.0, "{fall:?}");
        assert!(fall.amplification.unwrap() > 1.2, "{fall:?}");
    }
}

/// Muted throughout, no liquidation can bring another; nor can those of positions that share no pool.
#[test]
fn without_feedback_every_liquidation_is_of_the_shock() {
    let checked = checked("");
    let muted = Options { forced_sales: ForcedSale::Muted, ..audited(1) };
    let (told, causes) = asked(&checked, muted, 4);
    assert!(causes.run.liquidations.len() > 50 && told.ended_within_depth);
    assert_eq!(causes.generations.len(), 1);
    assert_eq!(told.price_amplification[0].amplification, Some(1.0));
    assert_eq!((told.debt_amplification, told.branching_ratio_count, told.depth), (Some(1.0), Some(0.0), Some(0)));
    assert_eq!((told.suppressed.count, told.brought_forward.count), (0, 0));
    // With it, the same market is another.
    let (told, _) = asked(&checked, audited(1), 4);
    assert!(told.branching_ratio_count.unwrap() > 0.1 && told.debt_amplification.unwrap() > 1.05, "{told:#?}");
    assert!(told.brought_forward.count > 0, "{told:#?}");
}

#[test]
fn a_market_without_liquidations_needs_no_counterfactual_and_has_no_causes() {
    let mut checked = checked("");
    checked.scenario.shocks.clear();
    checked.scenario.blocks = 30;
    let (told, causes) = asked(&checked, audited(1), 4);
    assert!(causes.counterfactuals.is_empty() && causes.run.liquidations.is_empty(), "{told:#?}");
    assert_eq!((told.counterfactuals, told.ended_within_depth, told.depth), (0, true, None));
    assert_eq!((told.debt_amplification, told.branching_ratio_value, told.blocks_to_quiet), (None, None, None));
}

/// Where the scenario mutes closings as well, those are of a generation like liquidations, and the counterfactuals end in the run.
#[test]
fn closings_that_are_muted_have_causes_too() {
    let with = checked("cascade: (mute: [Closings], depth: 40),");
    assert_eq!(
        (with.scenario.cascade.mute.as_slice(), with.scenario.cascade.depth),
        ([OtherSale::Closings].as_slice(), 40)
    );
    let (told, causes) = asked(&with, audited(1), 40);
    let closings = causes.run.liquidations.iter().filter(|row| row.fact.kind == SaleKind::Close).count();
    assert!(closings > 5 && told.ended_within_depth, "{closings} closings");
    let all: BTreeSet<PositionKey> = causes.generations.iter().flatten().copied().collect();
    assert!(has_same_course(&counterfactual(&with, 1, all), &causes.run));
    // The run is the same; its counterfactual 0 sells less into the pool.
    let (_, without) = asked(&checked(""), audited(1), 40);
    assert!((0..150).all(|block| without.run.price(0, block).to_bits() == causes.run.price(0, block).to_bits()));
    assert!(!has_same_course(&without.counterfactuals[0], &causes.counterfactuals[0]));
}

/// What a fall would make liquidatable, by the map and by moving the pool's price and asking of every position.
struct Fallen {
    map: f64,
    swept: f64,
    /// Swept with health factors a step of the histogram higher and lower.
    least: f64,
    most: f64,
}

/// Debt of the positions that may be killed, by the bank's own functions, if all healths were `times` as high.
fn swept(world: &mut World, times: f64) -> f64 {
    let mut state = SystemState::<View>::new(world);
    let sees = state.get(world).unwrap();
    let goblin = sees.protocols.workers().next().unwrap();
    let farm_state = sees.farm_state(goblin);
    let positions = (1..=farm_state.bank.bank.positions().len()).map(|id| PositionId(u32::try_from(id).unwrap()));
    let owing = positions.filter_map(|id| farm_state.debt_and_health(&goblin.goblin, id));
    let failing = owing.filter(|(debt, health)| is_underwater(units(*health as f64 * times), 9_200, *debt));
    failing.map(|(debt, _)| debt as f64).sum()
}

/// Returns an amount without its fraction.
fn units(amount: f64) -> u128 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "amounts are above 0")]
    let units = amount as u128;
    units
}

fn mapped(world: &mut World, fall: f64) -> f64 {
    let mut state = SystemState::<View>::new(world);
    let sees = state.get(world).unwrap();
    let goblin = sees.protocols.workers().next().unwrap();
    let mut out = Vec::new();
    liquidatable(exposures(goblin, &sees.farm_state(goblin)), Falls::AsSquareRoot, &[fall], &mut out);
    out[0].debt
}

/// Sells ETH into the pool until its price has fallen so far, and undoes it.
fn fallen(world: &mut World, fall: f64) -> Fallen {
    let map = mapped(world, fall);
    let pool = pool_of_mut(world, PoolId(0));
    let before = pool.pool.clone();
    let sold = pool.pool.uniswap_v2().reserves().token_0 as f64 * (1.0 / libm::sqrt(1.0 - fall) - 1.0);
    pool.pool.amm_mut().swap_exact_in(Side::ZeroForOne.into(), units(sold), 0).unwrap();
    // The histogram's step, and what the swap's fee leaves in the pool.
    let step = 0.006;
    let [least, exact, most] = [1.0 + step, 1.0, 1.0 - step].map(|times| swept(world, times));
    // Each debt is rounded down in the sweep.
    let (least, most) = (least * (1.0 - 1e-6), most * (1.0 + 1e-6));
    pool_of_mut(world, PoolId(0)).pool = before;
    Fallen { map, swept: exact, least, most }
}

/// Moves the pool's price to where the table says that a position fails: there its health factor is 1, but for what the
/// swap's fee leaves in the pool.
#[test]
fn at_its_liquidation_price_a_leveraged_farm_has_a_health_factor_of_one() {
    let checked = checked("");
    let mut simulation = market::begin_checked(&checked, audited(1));
    (0..25).for_each(|_| simulation.step().unwrap());
    let world = simulation.world_mut();
    let holding = |world: &mut World, position: u32| {
        let mut state = SystemState::<View>::new(world);
        let sees = state.get(world).unwrap();
        let protocol = sees.protocols.banks().next().unwrap().protocol;
        let pool = sees.protocols.pools().next().unwrap().price(&sees);
        (pool, positions_of(&sees, protocol, |positions| positions.holding(0, position)))
    };
    let mut told = 0;
    for position in 1..=40 {
        let (price, held) = holding(world, position);
        let Some(fails_at) = held.liquidation_price.filter(|fails_at| *fails_at < price) else { continue };
        let before = pool_of_mut(world, PoolId(0)).pool.clone();
        let reserve = pool_of_mut(world, PoolId(0)).pool.uniswap_v2().reserves().token_0 as f64;
        let sold = reserve * (libm::sqrt(price / fails_at) - 1.0);
        pool_of_mut(world, PoolId(0)).pool.amm_mut().swap_exact_in(Side::ZeroForOne.into(), units(sold), 0).unwrap();
        let (_, fallen) = holding(world, position);
        pool_of_mut(world, PoolId(0)).pool = before;
        let health = fallen.health_factor.unwrap();
        assert!((health - 1.0).abs() < 4e-3, "{health} at {fails_at}, from {price}");
        // As if the health factor fell with the price, and not with its square root.
        let wrong = price / held.health_factor.unwrap();
        told += u32::from((wrong / fails_at - 1.0).abs() > 0.05);
    }
    assert!(told > 10, "{told}");
}

#[test]
fn the_map_says_what_a_sweep_at_the_fallen_price_says() {
    let checked = checked("");
    let mut simulation = market::begin_checked(&checked, audited(1));
    let mut told_apart = 0;
    for block in 0..100 {
        if block % 25 == 0 {
            for percent in [2, 5, 10, 20, 30, 45, 60, 90] {
                let fall = f64::from(percent) / 100.0;
                let Fallen { map, swept, least, most } = fallen(simulation.world_mut(), fall);
                assert!(least <= map && map <= most, "block {block}, {percent} %: {least} <= {map} <= {most}");
                assert!(least <= swept && swept <= most);
                // As if health fell with the price, and not with its square root.
                let wrong = mapped(simulation.world_mut(), 1.0 - (1.0 - fall) * (1.0 - fall));
                told_apart += u32::from(wrong > most);
            }
        }
        simulation.step().unwrap();
    }
    assert!(told_apart > 10, "the test would not see another law: {told_apart}");
}
