//! The price order finds what a sweep over all positions finds, in a market that crashes, whatever the positions' sizes
//! and the tokens' decimals.

use crate::common::market::{audited, begin_with, steps};
use std::collections::BTreeSet;

use bevy_ecs::prelude::{Res, World};
use bevy_ecs::system::{RunSystemOnce, SystemState};
use plimsoll::agents::view::View;
use plimsoll::chain::ids::{BankId, PositionId, WorkerId};
use plimsoll::chain::state::ChainState;
use plimsoll::deployments::alpha_homora::rewards;
use plimsoll::deployments::liquidatable::{MinProfit, find_liquidatable};
use plimsoll::protocol::farm::alpha_homora::is_underwater;
use plimsoll::simulation::Simulation;

/// A market whose bank lends BASE, farmed with FARM; farmers from a few smallest units to a third of the pool.
struct Crash {
    base_decimals: u8,
    farmed_decimals: u8,
    /// Whether the base is the pool's first token.
    base_first: bool,
    base_fee_gwei: f64,
    attention: f64,
}

impl Crash {
    fn scenario(&self) -> String {
        let Self { base_decimals, farmed_decimals, base_fee_gwei, attention, .. } = self;
        let (tokens, reserves) = if self.base_first {
            (r#"("BASE", "FARM")"#, r#"("2_000_000", "1_000_000")"#)
        } else {
            (r#"("FARM", "BASE")"#, r#"("1_000_000", "2_000_000")"#)
        };
        // Some of the smallest units, in whole tokens: at most a thousandth of a token.
        let unit = libm::pow(0.1, f64::from(*base_decimals).max(3.0));
        let dust = [10.0, 13.0, 20.0, 40.0, 100.0, 1_000.0].map(|units| (units * unit).to_string()).join(", ");
        format!(
            r#"Scenario(
    blocks: 60,
    block_time: "1 h",
    numeraire: "BASE",
    chain: (native: "GAS", base_fee: Fixed({base_fee_gwei})),
    tokens: [
        (name: "BASE", decimals: {base_decimals}, price: Fixed(1)),
        (name: "FARM", decimals: {farmed_decimals}, price: Gbm(start: 2, volatility: 0.9)),
        (name: "GAS", decimals: 18, price: Gbm(start: 100, volatility: 3)),
        (name: "REWARD", decimals: 18, price: Fixed(1)),
    ],
    shocks: [Crash(token: "FARM", start: "10 h", ramp: "30 h", size: Fixed(0.6))],
    pools: [
        UniswapV2(name: "farmed", tokens: {tokens}, reserves: {reserves}),
        UniswapV2(name: "reward", tokens: ("REWARD", "BASE"), reserves: ("1_000_000", "1_000_000")),
    ],
    farms: [StakingRewards(name: "farm", pool: "farmed", reward: "REWARD", emissions: [("0 s", "100_000")])],
    banks: [
        AlphaHomora(
            name: "bank", base: "BASE", reserve_bps: 1_000, kill_bps: 500, interest: Constant(2),
            goblins: [(
                name: "goblin", pool: "farmed", farm: "farm", reward_pool: "reward",
                work_factor: 0.87, kill_factor: 0.92, reinvest_bounty_bps: 300,
            )],
        ),
    ],
    agents: [
        Farmer(name: "plain", count: 60, goblin: "goblin", leverage: Uniform(1.5, 6),
            capital: Clamped(law: LogNormal(median: 300, sigma: 2), min: 100, max: 100_000)),
        Farmer(name: "giants", count: 2, goblin: "goblin", capital: Fixed(400_000), leverage: Uniform(2, 2.4)),
        Farmer(
            name: "dust", count: 300, goblin: "goblin", capital: Choice([{dust}]), leverage: Uniform(1.1, 6),
            entry: Between("1 h", "15 h"),
        ),
        Farmer(
            name: "late", count: 60, goblin: "goblin", capital: LogNormal(median: 10, sigma: 4), leverage: Uniform(1.5, 6),
            entry: Between("1 h", "30 h"), exit: After("5 h", "30 h"),
        ),
        FarmLender(name: "lender", bank: "bank", supply: Fixed(20_000_000)),
        FarmLiquidator(
            name: "liquidators", count: 2, bank: "bank", min_profit: Uniform(0, 1), attention: Fixed({attention}),
            bid_share: Fixed(0.1), kills_per_block: 5, gas_money: Fixed(1_000),
        ),
        Harvester(name: "harvester", goblin: "goblin", every: "2 h", gas_money: Fixed(100)),
        Arbitrageur(name: "arbitrageur", pool: "farmed", capital: Fixed(5_000_000), bid_share: Fixed(0), gas_money: Fixed(100)),
    ],
)"#
        )
    }

    fn simulation(&self, seed: u64) -> Simulation {
        begin_with(&self.scenario(), audited(seed))
    }
}

const SEEDS: u64 = 3;

/// One goblin's positions at one moment.
#[derive(Debug, Default)]
struct Seen {
    /// What the order found worth killing.
    found: BTreeSet<u32>,
    /// What it has set aside.
    parked: BTreeSet<u32>,
    /// What a sweep with the bank's own functions finds to be under water, with the prize in whole numeraire tokens.
    swept: Vec<(u32, f64)>,
    /// What a kill must bring at least, in whole numeraire tokens.
    bar: f64,
}

impl Seen {
    /// Looks at the world as a block would find it.
    fn at(world: &mut World) -> Self {
        world.run_system_once(find_liquidatable).unwrap();
        let mut state = SystemState::<(View, Res<MinProfit>)>::new(world);
        let (sees, margins) = state.get(world).unwrap();
        let (cell, bank) = (sees.protocols.worker(WorkerId(0)), sees.protocols.bank(BankId(0)));
        let (pool, farm) = (sees.protocols.pool(cell.pool), sees.protocols.farm(cell.farm));
        let state = bank.bank.state_at(sees.clock.now()).unwrap();
        let mut ordered = Vec::new();
        cell.order.clone().candidates(|_, _| -1.0, &mut ordered);
        let mut seen = Self {
            found: sees.liquidatable.of(bank.protocol).iter().map(|at| at.key.position).collect(),
            bar: sees.gas_worth(sees.gas.schedule.kill) + margins.0[bank.protocol.index()].unwrap(),
            ..Self::default()
        };
        for (row, number) in bank.bank.positions().iter().zip(1..) {
            if row.debt_share == 0 && row.goblin_share == 0 {
                continue;
            }
            if !ordered.contains(&number) {
                seen.parked.insert(number);
            }
            let debt = state.debt_value_down(row.debt_share).unwrap();
            let health = bank.bank.health_down(PositionId(number), &cell.goblin, rewards(farm), pool.pool.uniswap_v2());
            let Ok(health) = health else { continue };
            if is_underwater(health, cell.goblin.params().kill_factor_bps, debt) {
                let prize = health * u128::from(bank.bank.params().kill_bps) / 10_000;
                seen.swept.push((number, sees.worth(bank.base, prize)));
            }
        }
        assert_eq!(seen.parked.len(), cell.order.parked());
        seen
    }

    /// Holds what is found and what is set aside against the sweep.
    fn hold(&self, what: &str) {
        let swept: BTreeSet<u32> = self.swept.iter().map(|(number, _)| *number).collect();
        let healthy: Vec<_> = self.found.difference(&swept).collect();
        assert!(healthy.is_empty(), "{what}: {healthy:?} are found and healthy");
        for (number, prize) in &self.swept {
            let (found, parked) = (self.found.contains(number), self.parked.contains(number));
            assert!(found || parked, "{what}: {number} is under water and was not found");
            assert!(!(found && parked), "{what}: {number} is found and parked");
            // A prize in whole smallest units may be up to one of them lower than the one that was compared.
            assert!(
                found || *prize <= self.bar * (1.0 + 1e-9),
                "{what}: {number} is parked, for {prize} over {}",
                self.bar
            );
        }
    }
}

#[test]
fn the_order_finds_what_a_sweep_finds_while_prices_crash() {
    let (mut swept, mut parked, mut found) = (0, 0, 0);
    for (base_decimals, farmed_decimals) in [(6, 18), (18, 6), (18, 18), (18, 2), (8, 0), (6, 6)] {
        for base_first in [false, true] {
            let base_fee_gwei = if base_first { 0.0 } else { 1.0 };
            let crash = Crash { base_decimals, farmed_decimals, base_first, base_fee_gwei, attention: 0.3 };
            for seed in 0..SEEDS {
                let mut simulation = crash.simulation(seed);
                for block in 0..60 {
                    simulation.step().unwrap();
                    let seen = Seen::at(simulation.world_mut());
                    seen.hold(&format!("{base_decimals} and {farmed_decimals} decimals, seed {seed}, block {block}"));
                    swept += seen.swept.len();
                    parked += seen.parked.len();
                    found += seen.found.len();
                }
            }
        }
    }
    assert!(swept > 10_000 && parked > 10_000 && found > 1_000, "{swept} under water, {parked} parked, {found} found");
}

/// Sets the block's base fee, and looks.
fn at_base_fee(simulation: &mut Simulation, gwei: u128) -> Seen {
    let world = simulation.world_mut();
    world.resource_mut::<ChainState>().gas.base_fee = gwei * 1_000_000_000;
    Seen::at(world)
}

#[test]
fn what_is_too_small_for_its_gas_is_parked_and_comes_back_when_gas_falls() {
    let crash = Crash { base_decimals: 6, farmed_decimals: 18, base_first: false, base_fee_gwei: 1.0, attention: 0.0 };
    let mut simulation = crash.simulation(3);
    steps(&mut simulation, 30);
    let dear = at_base_fee(&mut simulation, 1_000_000);
    assert!(dear.found.is_empty() && dear.parked.len() > 40, "{dear:?}");
    let middling = at_base_fee(&mut simulation, 100);
    middling.hold("middling");
    assert!(!middling.found.is_empty() && !middling.parked.is_empty(), "{middling:?}");
    let cheap = at_base_fee(&mut simulation, 0);
    assert!(cheap.found.len() > middling.found.len() && cheap.found.is_superset(&middling.found), "{cheap:?}");
    let dear_again = at_base_fee(&mut simulation, 1_000_000);
    assert!(dear_again.found.is_empty());
    assert!(dear_again.parked.is_superset(&cheap.found));
}

/// A bar in the numeraire falls against the prize when the numeraire's worth of the base rises, or gas gets cheaper in
/// it: the same positions come back without any fee having changed.
#[test]
fn what_is_parked_comes_back_when_prices_make_it_worth_its_gas() {
    let crash =
        Crash { base_decimals: 6, farmed_decimals: 18, base_first: false, base_fee_gwei: 100.0, attention: 0.0 };
    let mut simulation = crash.simulation(3);
    steps(&mut simulation, 30);
    let before = Seen::at(simulation.world_mut());
    let world = simulation.world_mut();
    let native = world.resource::<ChainState>().tokens.native;
    let elapsed = world.resource::<ChainState>().clock.elapsed.ms;
    world.resource_mut::<ChainState>().venues.of_mut(native).advance(elapsed, 1e-3);
    let after = Seen::at(world);
    after.hold("after gas got cheap");
    assert!(!before.parked.is_empty());
    assert!(after.found.len() > before.found.len() && after.found.is_superset(&before.found), "{before:?} {after:?}");
}
