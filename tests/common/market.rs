//! A little world: a scenario's text that is read, begun, stepped, looked at, and called by hand.

use std::path::Path;

use bevy_ecs::prelude::World;
use bevy_ecs::system::{RunSystemOnce, SystemState};
use plimsoll::agents::view::View;
use plimsoll::agents::{self, Agent, AgentDirectory};
use plimsoll::chain::audit::AuditError;
use plimsoll::chain::event::{Event, EventKind, EventLog};
use plimsoll::chain::execution::execute;
use plimsoll::chain::forced_sales::{ForcedSale, ForcedSales};
use plimsoll::chain::gas::BlockGas;
use plimsoll::chain::ids::{AccountId, AgentId};
use plimsoll::chain::mempool::Mempool;
use plimsoll::chain::state::ChainState;
use plimsoll::chain::transaction::{Action, Bid, Transaction};
use plimsoll::output::folder::OutputFolder;
use plimsoll::output::summary::Summary;
use plimsoll::scenario::{self, Checked, genesis};
use plimsoll::simulation::{Options, Simulation};

/// Reads a text without mistakes.
#[track_caller]
pub fn checked(text: &str) -> Checked {
    scenario::read_text("test", text, Path::new("")).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"))
}

/// Reads a scenario file that ships, by its name in `scenarios/`.
#[track_caller]
pub fn shipped(name: &str) -> Checked {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(name);
    scenario::read(&path).unwrap_or_else(|mistakes| panic!("{name}: {mistakes:#?}"))
}

/// What is asked of a run: this seed, and an audit of every block.
pub fn audited(seed: u64) -> Options {
    Options { audit: true, ..Options::seeded(seed) }
}

/// Begins an audited run of seed 1.
#[track_caller]
pub fn begin(text: &str) -> Simulation {
    begin_with(text, audited(1))
}

/// Begins a run that leaves no files.
#[track_caller]
pub fn begin_with(text: &str, options: Options) -> Simulation {
    begin_checked(&checked(text), options)
}

/// Begins a run of a scenario that was read.
#[track_caller]
pub fn begin_checked(checked: &Checked, options: Options) -> Simulation {
    begin_into(checked, options, None)
}

/// Begins a run that leaves its tables in a folder, if one is given.
#[track_caller]
pub fn begin_into(checked: &Checked, options: Options, folder: Option<&mut OutputFolder>) -> Simulation {
    Simulation::new(&checked.scenario, &checked.name, &checked.folder, options, folder).expect("the market begins")
}

/// Makes blocks.
#[track_caller]
pub fn steps(run: &mut Simulation, blocks: u64) {
    (0..blocks).for_each(|_| run.step().expect("the audit holds"));
}

/// Makes a block, and returns what happened in it.
#[track_caller]
pub fn step(run: &mut Simulation) -> Vec<Event> {
    run.step().expect("the audit holds");
    events(run.world())
}

/// Makes blocks, and returns what is said of the run.
#[track_caller]
pub fn finish(mut run: Simulation, blocks: u64) -> Summary {
    steps(&mut run, blocks);
    run.finish(None).expect("the audit holds")
}

/// Returns the world before the first block, of seed 1, in which forced sales are executed.
#[track_caller]
pub fn world(text: &str) -> World {
    world_with(&checked(text), 1, ForcedSale::Executed)
}

/// Returns the world before the first block.
#[track_caller]
pub fn world_with(checked: &Checked, seed: u64, sales: ForcedSale) -> World {
    let mut world = genesis::world(&checked.scenario, &checked.folder, seed).expect("the market begins");
    world.resource_mut::<ChainState>().sales = ForcedSales::from(sales);
    world
}

/// Looks at the world as agents do.
pub fn see<T>(world: &mut World, look: impl FnOnce(&View) -> T) -> T {
    let mut state = SystemState::<View>::new(world);
    look(&state.get(world).expect("genesis put in all that agents see"))
}

/// Returns the account of the scenario's agent of that number.
pub fn account(world: &World, agent: u32) -> AccountId {
    world.resource::<AgentDirectory>().account(AgentId(agent))
}

/// Returns what happened in the last block, or in the last transactions that were executed by hand.
pub fn events(world: &World) -> Vec<Event> {
    world.resource::<EventLog>().iter().cloned().collect()
}

/// Says whether anything reverted.
pub fn has_reverted(events: &[Event]) -> bool {
    events.iter().any(|event| matches!(event.kind, EventKind::Reverted { .. }))
}

/// Executes transactions in a block without a limit, and returns what happened.
pub fn executed(world: &mut World, transactions: Vec<Transaction>) -> Vec<Event> {
    let (seed, block, gas) = of_the_block(world);
    let mut mempool = Mempool::default();
    for transaction in transactions {
        mempool.submit(transaction);
    }
    mempool.order(seed, block, &gas);
    world.insert_resource(mempool);
    world.resource_mut::<EventLog>().clear();
    world.run_system_once(execute).expect("the world has all that execution needs");
    events(world)
}

/// Executes one transaction of an agent, and returns what happened.
pub fn sent(world: &mut World, agent: u32, actions: &[Action]) -> Vec<Event> {
    let transaction = Transaction {
        agent: AgentId(agent),
        sender: AccountId(world.resource::<AgentDirectory>().first_account + agent),
        bid: Bid::tip(3),
        gas: world.resource::<ChainState>().gas.schedule.of(actions),
        actions: actions.into(),
        ..Transaction::default()
    };
    executed(world, vec![transaction])
}

/// Lets the agents of a kind decide once, and returns what they submitted, the dearest fee first.
pub fn submitted<A: Agent>(world: &mut World) -> Vec<Transaction> {
    world.run_system_once(agents::decide::<A>).expect("the world has all that agents see");
    let (seed, block, mut gas) = of_the_block(world);
    let mut mempool = world.resource_mut::<Mempool>();
    mempool.order(seed, block, &gas);
    if let Some(mut ranking) = mempool.ranking() {
        while ranking.next(&mut gas).is_some() {}
    }
    let list = mempool.taken().cloned().collect();
    mempool.clear_taken();
    list
}

/// Returns the seed, the number and the gas of the block, as if it took everything.
fn of_the_block(world: &World) -> (u64, u64, BlockGas) {
    let chain = world.resource::<ChainState>();
    (chain.clock.seed, chain.clock.block, BlockGas { limit: None, ..chain.gas })
}

/// Moves to a block.
pub fn at_block(world: &mut World, block: u64) {
    let clock = &mut world.resource_mut::<ChainState>().into_inner().clock;
    while clock.block < block {
        clock.advance();
    }
}

/// Proves that nothing appeared or vanished.
pub fn audit(world: &mut World) -> Result<(), AuditError> {
    see(world, |sees| plimsoll::chain::audit::audit(&sees.tokens, &sees.ledger, &sees.protocols))
}
