//! The block: every stage and every system in it, in one place. Nothing else registers systems.

use bevy_ecs::prelude::{Query, ResMut, World};
use bevy_ecs::schedule::{
    IntoScheduleConfigs, LogLevel, Schedule, ScheduleBuildSettings, ScheduleConfigs, SingleThreadedExecutor, SystemSet,
};
use bevy_ecs::system::{Res, ScheduleSystem};

use crate::agents;
use crate::chain::audit::audit_block;
use crate::chain::clock::{Clock, Seed};
use crate::chain::event::EventLog;
use crate::chain::execution::execute;
use crate::chain::gas::BlockGas;
use crate::chain::mempool::{BlockOrder, Mempool};
use crate::chain::protocols::PoolCell;
use crate::chain::underwater::find_underwater;
use crate::market::{fund_farms, move_prices};
use crate::record::books::keep_books;
use crate::record::recorder::{write_events, write_tick};

/// The stages of a block, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, SystemSet)]
pub enum Stage {
    /// What the last block left is cleared.
    Open,
    /// Prices outside the chain move.
    Market,
    /// Positions under water are found; awake agents read the chain and submit.
    Decide,
    /// The mempool becomes one ordered list within the gas limit; the rest waits.
    Order,
    /// Scheduled funding, then the transactions one by one, each whole or not at all: the only stage that writes pools,
    /// banks and wallets.
    Execute,
    /// Agents learn what became of their transactions; books are kept; the audit.
    Settle,
    /// Rows are written, and the clock moves to the next block.
    Record,
}

impl Stage {
    /// Every stage, in their order.
    pub const ALL: [Self; 7] =
        [Self::Open, Self::Market, Self::Decide, Self::Order, Self::Execute, Self::Settle, Self::Record];

    /// Returns the stage's systems, in their order.
    fn systems(self) -> ScheduleConfigs<ScheduleSystem> {
        match self {
            Self::Open => open_block.into_configs(),
            Self::Market => move_prices.into_configs(),
            Self::Decide => (find_underwater, agents::deciding()).chain(),
            Self::Order => order_block.into_configs(),
            Self::Execute => (fund_farms, execute).chain(),
            Self::Settle => (agents::learning(), keep_books, audit_block).chain(),
            Self::Record => (write_tick, write_events, close_block).chain(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, bevy_ecs::schedule::ScheduleLabel)]
struct Block;

/// Returns the block as one schedule: single-threaded, since runs are what is parallel, and refusing two systems whose
/// order would be left to chance.
pub fn block() -> Schedule {
    schedule(&Stage::ALL)
}

fn schedule(stages: &[Stage]) -> Schedule {
    let mut schedule = Schedule::new(Block);
    schedule.set_executor(SingleThreadedExecutor::new());
    schedule.set_build_settings(ScheduleBuildSettings {
        ambiguity_detection: LogLevel::Error,
        ..ScheduleBuildSettings::default()
    });
    schedule.configure_sets(
        (
            Stage::Open,
            Stage::Market,
            Stage::Decide,
            Stage::Order,
            Stage::Execute,
            Stage::Settle,
            Stage::Record,
        )
            .chain(),
    );
    for stage in stages {
        schedule.add_systems(stage.systems().in_set(*stage));
    }
    schedule
}

/// Returns every stage with the names of its systems, in their order.
pub fn stages() -> Vec<(String, Vec<String>)> {
    let names = |stage: Stage| {
        let mut schedule = schedule(&[stage]);
        schedule.initialize(&mut World::new()).expect("the block's schedule builds");
        let systems = schedule.systems().expect("it was just initialized");
        systems.map(|(_, system)| short(&system.name().to_string())).collect()
    };
    Stage::ALL.into_iter().map(|stage| (format!("{stage:?}").to_lowercase(), names(stage))).collect()
}

/// Returns a system's name without its modules: `plimsoll::agents::decide<plimsoll::agents::farmer::Farmer>` becomes
/// `decide<Farmer>`.
fn short(name: &str) -> String {
    let parts = name.split_inclusive(['<', '>', ',', ' ']);
    parts.map(|part| part.rsplit("::").next().expect("a split has a part")).collect()
}

fn open_block(mut log: ResMut<EventLog>, mut gas: ResMut<BlockGas>, mut pools: Query<&mut PoolCell>) {
    log.clear();
    gas.used = 0;
    for mut pool in &mut pools {
        pool.volume_1 = 0;
    }
}

fn order_block(
    seed: Res<Seed>,
    clock: Res<Clock>,
    gas: Res<BlockGas>,
    mut mempool: ResMut<Mempool>,
    mut order: ResMut<BlockOrder>,
) {
    mempool.order(seed.0, clock.block, &gas, &mut order.0);
}

fn close_block(mut clock: ResMut<Clock>) {
    clock.advance();
}
