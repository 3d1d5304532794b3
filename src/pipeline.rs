//! The block: every stage and every system in it, in one place. Nothing else registers systems.

use bevy_ecs::prelude::{ResMut, World};
use bevy_ecs::schedule::{IntoScheduleConfigs, LogLevel, Schedule, ScheduleBuildSettings, SystemSet};
use bevy_ecs::system::{BoxedSystem, IntoSystem, Res};

use crate::accounts::liquidity::{LiquidityBooks, record_liquidity};
use crate::accounts::trace::{Trace, trace_block};
use crate::agents::{self, AgentDirectory};
use crate::chain::audit::{AuditEveryBlock, audit_block};
use crate::chain::base_fee::{Eip1559, adjust_base_fee};
use crate::chain::event::EventLog;
use crate::chain::execution::execute;
use crate::chain::mempool::Mempool;
use crate::chain::state::ChainState;
use crate::deployments::directory::Directory;
use crate::deployments::liquidatable::find_liquidatable;
use crate::deployments::staking::{Emissions, fund_farms};
use crate::market::background::{Demand, draw_background};
use crate::market::gas_price::{GasPrices, replay_base_fee};
use crate::market::move_prices;
use crate::market::oracle::observe_prices;
use crate::output::recorder::{Recorder, record_block};

/// The stages of a block, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, SystemSet)]
pub enum Stage {
    /// What the last block left is cleared.
    Open,
    /// Prices outside the chain move.
    Market,
    /// Oracles look, and those that tell at once do.
    Oracle,
    /// Positions under water are found; awake agents read the chain and submit.
    Decide,
    /// Searchers see what waits, and build bundles around it.
    Search,
    /// What waits is ranked.
    Order,
    /// Scheduled funding, then the transactions in their rank, each whole or not at all, as far as the block has room; the
    /// rest waits. The only stage that writes pools, banks and wallets.
    Execute,
    /// Agents learn what became of their transactions; the audit.
    Settle,
    /// Books are kept, rows are written, and the clock moves to the next block.
    Record,
}

impl Stage {
    /// Every stage, in their order.
    pub const ALL: [Self; 9] = [
        Self::Open,
        Self::Market,
        Self::Oracle,
        Self::Decide,
        Self::Search,
        Self::Order,
        Self::Execute,
        Self::Settle,
        Self::Record,
    ];

    /// Returns the stage's systems, in their order. A system whose subjects a run lacks is left out of its block: what
    /// is not there costs nothing.
    fn systems(self, has: &Subjects) -> Vec<BoxedSystem> {
        let when = |condition: bool, system: BoxedSystem| condition.then_some(system);
        match self {
            Self::Open => {
                when(has.base_fee_rule, boxed(adjust_base_fee)).into_iter().chain([boxed(open_block)]).collect()
            }
            Self::Market => {
                let mut systems = vec![boxed(move_prices)];
                systems.extend(when(has.gas_prices, boxed(replay_base_fee)));
                systems.extend(when(has.demand, boxed(draw_background)));
                systems
            }
            Self::Oracle => when(has.feeds, boxed(observe_prices)).into_iter().collect(),
            Self::Decide => {
                let mut systems = agents::deciding(&has.kinds);
                systems.splice(0..0, when(has.positions, boxed(find_liquidatable)));
                systems
            }
            Self::Search => agents::searching(&has.kinds),
            Self::Order => vec![boxed(order_block)],
            Self::Execute => when(has.emissions, boxed(fund_farms)).into_iter().chain([boxed(execute)]).collect(),
            Self::Settle => {
                let mut systems = agents::learning(&has.kinds);
                systems.extend(when(has.audit, boxed(audit_block)));
                systems
            }
            Self::Record => {
                let provided = when(has.provided, boxed(record_liquidity));
                let kept = when(has.tables, boxed(record_block));
                let watched = when(has.watch, boxed(trace_block));
                provided.into_iter().chain(kept).chain(watched).chain([boxed(close_block)]).collect()
            }
        }
    }
}

fn boxed<Marker>(system: impl IntoSystem<(), (), Marker>) -> BoxedSystem {
    Box::new(IntoSystem::into_system(system))
}

/// What a run has that only some systems are about.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is there or not by itself")]
struct Subjects {
    /// Kinds of agents.
    kinds: Vec<&'static str>,
    /// Oracles.
    feeds: bool,
    /// A base fee that follows from the block before.
    base_fee_rule: bool,
    /// Recorded gas prices.
    gas_prices: bool,
    /// Demand for block space from outside.
    demand: bool,
    /// Protocols whose positions may be liquidated.
    positions: bool,
    /// Funding of farms.
    emissions: bool,
    /// An audit of every block.
    audit: bool,
    /// Tables or their sums.
    tables: bool,
    /// Books of those who provide liquidity.
    provided: bool,
    /// Somebody who asks what caused what.
    watch: bool,
}

impl Subjects {
    fn all() -> Self {
        Self {
            kinds: agents::KINDS.to_vec(),
            base_fee_rule: true,
            gas_prices: true,
            demand: true,
            feeds: true,
            positions: true,
            emissions: true,
            audit: true,
            tables: true,
            provided: true,
            watch: true,
        }
    }

    fn of(world: &World) -> Self {
        Self {
            kinds: world.resource::<AgentDirectory>().populations.iter().map(|population| population.kind).collect(),
            feeds: !world.resource::<ChainState>().oracles.0.is_empty(),
            base_fee_rule: world.contains_resource::<Eip1559>(),
            gas_prices: world.contains_resource::<GasPrices>(),
            demand: world.contains_resource::<Demand>(),
            positions: !world.resource::<Directory>().positions.is_empty(),
            emissions: !world.resource::<Emissions>().0.is_empty(),
            audit: world.resource::<AuditEveryBlock>().0,
            tables: world.contains_resource::<Recorder>(),
            provided: world.contains_resource::<LiquidityBooks>(),
            watch: world.contains_resource::<Trace>(),
        }
    }
}

/// The systems of a run's block in their order: single-threaded, since runs are what is parallel. No system defers a
/// write to the world, so that nothing is to be done between two of them.
pub struct Block(Vec<BoxedSystem>);

impl Block {
    /// Returns the block of a world, checked.
    ///
    /// # Panics
    /// If the order of two systems would be left to chance: a bug.
    pub fn of(world: &mut World) -> Self {
        checked(world).initialize(world).expect("the block's schedule builds");
        let mut block = Self::with(&Subjects::of(world));
        for system in &mut block.0 {
            system.initialize(world);
        }
        block
    }

    fn with(has: &Subjects) -> Self {
        Self(Stage::ALL.iter().flat_map(|stage| stage.systems(has)).collect())
    }

    /// Makes one block.
    ///
    /// # Panics
    /// If the world lacks what a system is about, or is another than the block was made of: a bug.
    pub fn run(&mut self, world: &mut World) {
        for system in &mut self.0 {
            if let Err(error) = system.run_without_applying_deferred((), world) {
                panic!("`{}` did not run: {error}", system.name());
            }
        }
    }
}

/// Returns the block of a world as a schedule, which refuses two systems whose order would be left to chance.
pub(crate) fn checked(world: &World) -> Schedule {
    schedule(&Stage::ALL, &Subjects::of(world))
}

fn schedule(stages: &[Stage], has: &Subjects) -> Schedule {
    let mut schedule = Schedule::default();
    schedule.set_build_settings(ScheduleBuildSettings {
        ambiguity_detection: LogLevel::Error,
        ..ScheduleBuildSettings::default()
    });
    schedule.configure_sets(
        (
            Stage::Open,
            Stage::Market,
            Stage::Oracle,
            Stage::Decide,
            Stage::Search,
            Stage::Order,
            Stage::Execute,
            Stage::Settle,
            Stage::Record,
        )
            .chain(),
    );
    for stage in stages {
        let systems = stage.systems(has).into_iter().map(IntoScheduleConfigs::into_configs);
        if let Some(systems) = systems.reduce(|before, after| (before, after).chain()) {
            schedule.add_systems(systems.in_set(*stage));
        }
    }
    schedule
}

/// Returns every stage with the names of its systems, in their order.
pub fn stages() -> Vec<(String, Vec<String>)> {
    let names = |stage: Stage| {
        let mut schedule = schedule(&[stage], &Subjects::all());
        schedule.initialize(&mut World::new()).expect("the block's schedule builds");
        let systems = schedule.systems().expect("it was just initialized");
        systems.map(|(_, system)| name(system)).collect()
    };
    Stage::ALL.into_iter().map(|stage| (format!("{stage:?}").to_lowercase(), names(stage))).collect()
}

/// Returns a system's name without its modules: `plimsoll::agents::decide<plimsoll::agents::farmer::Farmer>` becomes
/// `decide<Farmer>`.
fn name(system: &BoxedSystem) -> String {
    let name = system.name().to_string();
    let parts = name.split_inclusive(['<', '>', ',', ' ']);
    parts.map(|part| part.rsplit("::").next().expect("a split has a part")).collect()
}

fn open_block(mut log: ResMut<EventLog>, mut chain: ResMut<ChainState>) {
    log.clear();
    (chain.gas.used, chain.gas.background) = (0, 0);
}

fn order_block(chain: Res<ChainState>, mut mempool: ResMut<Mempool>) {
    mempool.order(chain.clock.seed, chain.clock.block, &chain.gas);
}

fn close_block(mut chain: ResMut<ChainState>) {
    chain.clock.advance();
}

#[cfg(test)]
mod tests {
    use bevy_ecs::schedule::ScheduleBuildError;

    use super::*;

    #[test]
    fn the_block_is_what_the_architecture_says() {
        let page = include_str!("../ARCHITECTURE.md");
        let block = page.split("```text\n").nth(1).and_then(|rest| rest.split("```").next());
        let printed = stages().into_iter().map(|(stage, systems)| format!("{stage:9}{}\n", systems.join(", ")));
        assert_eq!(block, Some(&*printed.collect::<String>()));
    }

    /// What is printed stage by stage is what is checked, and what runs.
    #[test]
    fn what_runs_is_what_is_checked_and_what_is_printed() {
        let mut world = World::new();
        let mut checked = schedule(&Stage::ALL, &Subjects::all());
        checked.initialize(&mut world).unwrap();
        let checked: Vec<String> = checked.systems().unwrap().map(|(_, system)| name(system)).collect();
        let mut block = Block::with(&Subjects::all());
        let run: Vec<String> = block.0.iter().map(name).collect();
        assert_eq!(run, checked);
        let printed: Vec<String> = stages().into_iter().flat_map(|(_, systems)| systems).collect();
        assert_eq!(run, printed);

        for system in &mut block.0 {
            system.initialize(&mut world);
            assert!(!system.has_deferred(), "{} defers writes, which nothing applies", name(system));
        }
    }

    #[test]
    #[should_panic(expected = "`plimsoll::pipeline::open_block` did not run")]
    fn a_system_that_lacks_a_resource_says_so() {
        let mut world = World::new();
        let mut block = Block(vec![boxed(open_block)]);
        block.0[0].initialize(&mut world);
        block.run(&mut world);
    }

    fn stray(mut chain: ResMut<ChainState>) {
        chain.ledger.open_account();
    }

    #[test]
    fn a_system_whose_order_is_left_to_chance_is_refused() {
        let mut anywhere = schedule(&Stage::ALL, &Subjects::all());
        anywhere.add_systems(stray);
        let refused = anywhere.initialize(&mut World::new()).map(|_| ());
        assert!(matches!(refused, Err(ScheduleBuildError::Elevated(_))), "{refused:?}");

        let mut within_a_stage = schedule(&Stage::ALL, &Subjects::all());
        within_a_stage.add_systems(stray.in_set(Stage::Execute));
        within_a_stage.initialize(&mut World::new()).map(|_| ()).unwrap_err();

        let mut in_order = schedule(&Stage::ALL, &Subjects::all());
        in_order.add_systems(stray.in_set(Stage::Execute).after(execute));
        in_order.initialize(&mut World::new()).unwrap();
    }
}
