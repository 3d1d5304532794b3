//! Nothing appears or vanishes, whatever the scenario: every block is audited, and profits and losses close. A world
//! that was tampered with is refused, by the name of what differs.

use super::earned::left_over;
use crate::common::market::{self, steps};

use bevy_ecs::prelude::World;
use bevy_ecs::system::SystemState;
use plimsoll::accounts::profit::ProfitAndLoss;
use plimsoll::chain::forced_sales::ForcedSale;
use plimsoll::chain::ids::{BankId, FarmId, PoolId};
use plimsoll::chain::ids::{PositionId, WorkerId};
use plimsoll::chain::ledger::Source;
use plimsoll::chain::state::ChainState;
use plimsoll::deployments::alpha_homora::rewards_mut;
use plimsoll::deployments::deployed::ProtocolsMut;
use plimsoll::deployments::{bank_of, farm_of_mut, pool_of, pool_of_mut, worker_of_mut};
use plimsoll::protocol::amm::Amounts;
use plimsoll::protocol::farm::alpha_homora::{GoblinId, IntoPair, Strategy as Farming, Work};
use plimsoll::simulation::{Options, RunError, Simulation};
use proptest::prelude::*;

/// Scenarios of one shape and many sizes.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is drawn by itself")]
struct Shape {
    decimals: [u8; 3],
    /// Whether the bank lends what its goblin farms with, rather than the numeraire.
    lends_risky: bool,
    block_time: &'static str,
    gas_limit: Option<u64>,
    base_fee_gwei: f64,
    volatility: f64,
    shock: Option<f64>,
    impact: &'static str,
    venue_fee_bps: u16,
    fee_bps: u16,
    protocol_fee: bool,
    interest: &'static str,
    kill_bps: u16,
    reserve_bps: u16,
    utilisation: Option<f64>,
    leverage: f64,
    counts: [u32; 8],
    way: [&'static str; 3],
    forced_sales_muted: bool,
    /// Whether everybody buys gas as it is used, rather than lenders alone.
    buys_gas: bool,
}

fn shape() -> impl Strategy<Value = Shape> {
    let market = (
        prop::array::uniform3(6_u8..=18),
        any::<bool>(),
        prop::sample::select(vec!["250 ms", "12 s", "10 min", "3 h"]),
        prop::option::of(600_000_u64..5_000_000),
        prop_oneof![Just(0.0), 0.1..60.0],
        prop_oneof![Just(0.0), 0.0..4.0],
        prop::option::of(0.05..0.9),
    );
    let costs = (
        prop::sample::select(vec![
            "None",
            r#"Linear(depth: "5_000")"#,
            r#"Linear(depth: "300")"#,
            r#"SquareRoot(coefficient: 0.5, depth: "10_000")"#,
        ]),
        0_u16..100,
        0_u16..300,
        any::<bool>(),
        prop::sample::select(vec!["TripleSlope", "Constant(0)", "Constant(0.3)", "Constant(20)"]),
        0_u16..2_000,
        0_u16..2_000,
        prop::option::of(0.2..0.95),
        2.0_f64..5.2,
    );
    let who = (
        prop::array::uniform8(1_u32..12),
        (
            prop::sample::select(vec!["BaseOnly", "TwoSides(0.4)", "TwoSides(1)"]),
            prop::sample::select(vec!["Liquidate", "MinimizeTrading"]),
            prop::sample::select(vec!["Hold", "Hold", r#"Between("5 s", "40 h")"#, r#"After("0 s", "1 h")"#]),
        ),
        any::<bool>(),
        any::<bool>(),
    );
    (market, costs, who).prop_map(|(market, costs, (counts, way, forced_sales_muted, buys_gas))| {
        let (decimals, lends_risky, block_time, gas_limit, base_fee_gwei, volatility, shock) = market;
        let (impact, venue_fee_bps, fee_bps, protocol_fee, interest, kill_bps, reserve_bps, utilisation, leverage) =
            costs;
        Shape {
            decimals,
            lends_risky,
            block_time,
            gas_limit,
            base_fee_gwei,
            volatility,
            shock,
            impact,
            venue_fee_bps,
            fee_bps,
            protocol_fee,
            interest,
            kill_bps,
            reserve_bps,
            utilisation,
            leverage,
            counts,
            way: [way.0, way.1, way.2],
            forced_sales_muted,
            buys_gas,
        }
    })
}

const BLOCKS: u64 = 40;

impl Shape {
    fn scenario(&self) -> String {
        let Self { decimals: [cash, risky, reward], way: [open, close, exit], .. } = self;
        let Self { block_time, base_fee_gwei, volatility, impact, venue_fee_bps, fee_bps, protocol_fee, .. } = self;
        let [count_0, count_1, count_2, count_3, count_4, count_5, count_6, count_7] = self.counts;
        let Self { interest, kill_bps, reserve_bps, leverage, .. } = self;
        // With a limit, blocks are also wanted by others, and the base fee follows.
        let fees = self.gas_limit.map_or(format!("Fixed({base_fee_gwei:.3})"), |limit| {
            let background = "background: (gas: Exponential(mean: 2_000_000), tip: Uniform(0, 3))";
            format!("Eip1559(initial: {base_fee_gwei:.3}), gas_limit: {limit}, {background}")
        });
        let utilisation = self.utilisation.map_or(String::new(), |share| format!("utilisation: {share:.3},"));
        let shock = self.shock.map_or(String::new(), |size| {
            format!(r#"Crash(token: "RISKY", start: "1 s", ramp: "20 s", size: Fixed({size:.3}))"#)
        });
        let (base, one) = if self.lends_risky { ("RISKY", 0.005) } else { ("CASH", 1.0) };
        let (small, large, supply) = (100.0 * one, 3_000.0 * one, 100_000.0 * one);
        let rewards_pool = if self.lends_risky { ("5_000", "500") } else { ("5_000", "100_000") };
        let text = format!(
            r#"Scenario(
    blocks: {BLOCKS}, block_time: "{block_time}", numeraire: "CASH",
    chain: (native: "RISKY", base_fee: {fees}),
    tokens: [
        (name: "CASH", decimals: {cash}, price: Fixed(1)),
        (name: "RISKY", decimals: {risky}, price: Gbm(start: 200, volatility: {volatility:.3})),
        (name: "REWARD", decimals: {reward}, price: Gbm(start: 20, volatility: {volatility:.3})),
    ],
    shocks: [{shock}],
    venue: [(token: "RISKY", impact: {impact}, half_life: "1 h", fee_bps: {venue_fee_bps})],
    pools: [
        UniswapV2(name: "farmed", tokens: ("RISKY", "CASH"), reserves: ("1_000", "200_000"), protocol_fee: {protocol_fee}),
        UniswapV2(
            name: "rewards", tokens: ("REWARD", "{base}"), reserves: ("{}", "{}"), fee_bps: {fee_bps},
            protocol_fee: {protocol_fee},
        ),
    ],
    farms: [
        StakingRewards(
            name: "farm", pool: "farmed", reward: "REWARD", duration: "3 h",
            emissions: [("0 s", "500"), ("2 s", "10"), ("1 h", "1_000")],
        ),
    ],
    banks: [
        AlphaHomora(
            name: "bank", base: "{base}", reserve_bps: {reserve_bps}, kill_bps: {kill_bps}, interest: {interest}, {utilisation}
            goblins: [(
                name: "goblin", pool: "farmed", farm: "farm", reward_pool: "rewards", work_factor: 0.85,
                kill_factor: 0.9, reinvest_bounty_bps: 300,
            )],
        ),
    ],
    agents: [
        Farmer(
            name: "first", count: {count_0}, goblin: "goblin", capital: LogNormal(median: {small}, sigma: 1.5),
            leverage: Uniform(1.1, {leverage:.3}), close: {close}, exit: {exit},
            gas_money: Fixed(2)
        ),
        Farmer(
            name: "later", count: {count_1}, goblin: "goblin", capital: Uniform({small}, {large}),
            leverage: Uniform(1, 6), entry: Between("0 s", "15 s"), open: {open}, exit: {exit}, close: {close},
            gas_money: Fixed(2)
        ),
        FarmLender(name: "lenders", count: {count_2}, bank: "bank", supply: LogNormal(median: {supply}, sigma: 0.5)),
        FarmLender(
            name: "fickle", count: {count_3}, bank: "bank", supply: Uniform({small}, {supply}), entry: Between("0 s", "5 s"),
            exit: {exit},
            gas_money: Fixed(2)
        ),
        FarmLiquidator(
            name: "liquidators", count: {count_4}, bank: "bank", attention: Fixed(0.5), bid_share: Uniform(0, 1),
            kills_per_block: 3, min_profit: Uniform(-10, 10),
            gas_money: Fixed(5)
        ),
        Harvester(name: "harvesters", count: {count_5}, goblin: "goblin", every: "1 s", gas_money: Fixed(2)),
        Arbitrageur(
            name: "arbitrageurs", count: {count_6}, pool: "farmed", capital: Uniform(10, 50_000), bid_share: Uniform(0, 1),
            gas_money: Fixed(5)
        ),
        Trader(
            name: "traders", count: {count_7}, pool: "farmed", size: LogNormal(median: 300, sigma: 1.5), buys: 0.4,
            capital: Fixed(20_000),
            gas_money: Fixed(2)
        ),
    ],
)"#,
            rewards_pool.0, rewards_pool.1,
        );
        if self.buys_gas { text.replace("gas_money: Fixed(2)", "").replace("gas_money: Fixed(5)", "") } else { text }
    }

    /// Makes the world; none where its genesis is refused, as it is where lenders have less than farmers owe.
    fn simulation(&self, seed: u64) -> Option<Simulation> {
        let forced_sales = if self.forced_sales_muted { ForcedSale::Muted } else { ForcedSale::Executed };
        simulation(&self.scenario(), Options { audit: true, forced_sales, ..Options::seeded(seed) })
    }
}

fn simulation(text: &str, options: Options) -> Option<Simulation> {
    let checked = market::checked(text);
    match Simulation::new(&checked.scenario, &checked.name, &checked.folder, options, None) {
        Ok(simulation) => Some(simulation),
        Err(RunError::Genesis(_)) => None,
        Err(error) => panic!("{error}"),
    }
}

/// Returns the sum of all that was gained and all that was lost, and of what was held: what rounding is relative to.
fn gross(told: &ProfitAndLoss, held: f64) -> f64 {
    let kinds = told.by_kind.iter().map(|kind| kind.profit_numeraire.abs()).sum::<f64>();
    let accounts = told.accounts.iter().map(|account| account.profit_numeraire.abs()).sum::<f64>();
    held + kinds + accounts + told.revaluation_numeraire.abs() + told.rewards_numeraire + told.gas_paid_numeraire
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_block_passes_the_audit_and_profits_close_in_any_scenario(shape in shape(), seed in 0_u64..1_000) {
        let Some(mut simulation) = shape.simulation(seed) else { return Err(TestCaseError::reject("no genesis")) };
        let before = simulation.worth().total();
        for _ in 0..BLOCKS {
            simulation.step().unwrap();
        }
        let held = before + simulation.worth().total();
        let summary = simulation.finish(None).unwrap();
        prop_assert_eq!(summary.audits_passed, BLOCKS + 2);
        let told = &summary.profit_and_loss;
        let off = told.difference_numeraire.abs() / gross(told, held);
        prop_assert!(off <= 1e-9, "{} of {}: {:#?}", told.difference_numeraire, gross(told, held), told);
        let left_over = left_over(told);
        prop_assert!(left_over.abs() <= 1e-9 * gross(told, held), "{left_over}: {told:#?}");
    }
}

/// What the property rests on: its scenarios kill, open, close, reinvest, run dry and revert.
#[test]
fn random_scenarios_reach_every_corner() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let (mut killed, mut closed, mut bad, mut reverts) = (0, 0, 0, std::collections::BTreeMap::new());
    for seed in 0..150 {
        let Some(mut simulation) = shape().new_tree(&mut runner).unwrap().current().simulation(seed) else { continue };
        steps(&mut simulation, BLOCKS);
        let summary = simulation.finish(None).unwrap();
        killed += summary.positions.liquidated;
        closed += summary.positions.closed;
        bad += u64::from(summary.insolvent_debt.realised_numeraire > 0.0);
        for (reason, count) in summary.reverts_by_reason {
            *reverts.entry(reason).or_insert(0) += count;
        }
    }
    assert!(killed > 30 && closed > 30 && bad > 3 && reverts.len() > 3, "{killed} {closed} {bad} {reverts:?}");
}

/// A world after some blocks, with positions in it.
fn honest_world() -> Simulation {
    let shape = Shape {
        decimals: [6, 18, 18],
        lends_risky: false,
        block_time: "12 s",
        gas_limit: None,
        base_fee_gwei: 1.0,
        volatility: 0.5,
        shock: None,
        impact: "None",
        venue_fee_bps: 5,
        fee_bps: 30,
        protocol_fee: false,
        interest: "TripleSlope",
        kill_bps: 500,
        reserve_bps: 1_000,
        utilisation: None,
        leverage: 3.0,
        counts: [3; 8],
        way: ["BaseOnly", "Liquidate", "Hold"],
        forced_sales_muted: false,
        buys_gas: false,
    };
    let mut simulation = shape.simulation(1).unwrap();
    steps(&mut simulation, 5);
    simulation
}

/// Lets position 1 repay its debt behind everybody's back: all is put back as it was, but for the position's own row.
fn forgive_debt(world: &mut World) {
    let now = world.resource::<ChainState>().clock.now();
    let mut state = SystemState::<ProtocolsMut>::new(world);
    let mut protocols = state.get_mut(world).unwrap();
    let mut bank = protocols.bank(BankId(0)).bank.clone();
    let total = bank.before(None);
    let owner = bank.position(PositionId(1)).unwrap().owner;
    let mut at = protocols.leveraged_farm(WorkerId(0)).unwrap();
    let (goblin, farm, pair) = (at.goblin.goblin, at.farm.contract.clone(), *at.pool.pool.uniswap_v2());
    let work = Work {
        position: Some(PositionId(1)),
        user: owner,
        goblin: GoblinId(0),
        value: 0,
        loan: 0,
        max_return: u128::MAX,
        strategy: Farming::Liquidate { min_base: 0 },
    };
    bank.work(work, &mut at.site(), &mut IntoPair, now).unwrap();
    bank.restore(total);
    at.goblin.goblin = goblin;
    at.farm.contract = farm;
    *at.pool.pool.uniswap_v2_mut() = pair;
    protocols.bank(BankId(0)).bank = bank;
}

/// What the audit must say, and what is done to the world.
type Tampered = (&'static str, fn(&mut World));

#[test]
fn a_world_that_was_tampered_with_is_refused_by_the_name_of_what_differs() {
    assert_eq!(market::audit(honest_world().world_mut()), Ok(()));
    let cases: [Tampered; 7] = [
        ("CASH of account 3: the protocol says", |world| {
            let pool = pool_of(world, PoolId(0)).clone();
            world.resource_mut::<ChainState>().ledger.issue(Source::Genesis, pool.account, pool.tokens[1], 1);
        }),
        ("RISKY of account 3: the protocol says", |world| {
            pool_of_mut(world, PoolId(0)).pool.uniswap_v2_mut().donate(Amounts { token_0: 1, token_1: 0 }).unwrap();
        }),
        ("supply of farmed: the protocol says", |world| {
            let pool = pool_of(world, PoolId(0)).clone();
            world.resource_mut::<ChainState>().ledger.issue(Source::Shares, pool.account, pool.liquidity, 1);
        }),
        ("REWARD of account", |world| rewards_mut(farm_of_mut(world, FarmId(0))).fund(1).unwrap()),
        ("CASH of account", |world| {
            let bank = bank_of(world, BankId(0)).clone();
            let ledger = &mut world.resource_mut::<ChainState>().into_inner().ledger;
            ledger.transfer(bank.account, plimsoll::chain::ids::AccountId(0), bank.base, 1).unwrap();
        }),
        ("debt shares of bank: the bank says", forgive_debt),
        ("histogram of goblin: the price order says", |world| {
            worker_of_mut(world, WorkerId(0)).order.remove(1);
        }),
    ];
    for (what, tamper) in cases {
        let mut simulation = honest_world();
        tamper(simulation.world_mut());
        let error = market::audit(simulation.world_mut()).expect_err(what).to_string();
        assert!(error.contains(what), "{what}: {error}");
    }
}

#[test]
#[should_panic(expected = "the audit of block 5 failed: CASH of account 3")]
fn a_run_that_audits_every_block_stops_where_something_appeared() {
    let mut simulation = honest_world();
    let world = simulation.world_mut();
    let pool = pool_of(world, PoolId(0)).clone();
    world.resource_mut::<ChainState>().ledger.issue(Source::Genesis, pool.account, pool.tokens[1], 1);
    simulation.step().unwrap();
}

#[test]
fn a_run_that_audits_its_end_alone_refuses_to_finish() {
    let mut simulation = honest_world();
    let world = simulation.world_mut();
    let pool = pool_of(world, PoolId(0)).clone();
    world.resource_mut::<ChainState>().ledger.issue(Source::Genesis, pool.account, pool.tokens[1], 1);
    assert!(matches!(simulation.finish(None), Err(RunError::Audit(_))));
}
