//! Who acts: one file per kind, with what the user writes and what acts.
//!
//! An agent is asked in the blocks in which it is awake. It sees the chain as the block found it and fills its outbox;
//! it writes nothing but itself. After the block it learns what became of its transactions.

pub mod arbitrageur;
pub mod awake;
pub mod borrower;
pub mod farm_lender;
pub mod farm_liquidator;
pub mod farmer;
pub mod fitting;
pub mod harvester;
pub mod keeper;
pub mod lender;
pub mod lending_liquidator;
pub mod liquidity_provider;
pub mod offer;
pub mod outbox;
pub mod own_capital;
pub mod population;
pub mod publisher;
pub mod route;
pub mod router;
mod sandwich;
pub mod schedule;
pub mod searcher;
pub mod staker;
pub mod trader;
pub mod vault_owner;
pub mod view;

use std::any::TypeId;
use std::num::NonZeroU32;
use std::sync::Arc;

use bevy_ecs::component::Mutable;
use bevy_ecs::prelude::{Component, Local, Query, Res, ResMut, Resource};
use bevy_ecs::system::{BoxedSystem, IntoSystem, SystemState};
use bevy_ecs::world::World;
use serde::Deserialize;

use crate::chain::dice::Who;
use crate::chain::distribution::Distribution;
use crate::chain::event::{Event, EventLog};
use crate::chain::ids::{AccountId, AgentId, PositionId};
use crate::chain::ledger::SupplyTooLarge;
use crate::chain::mempool::Mempool;
use crate::checks::Check;
use crate::checks::laws::NOT_NEGATIVE;
use crate::reader::piece::Node;
use crate::world_copy::WorldCopy;
use awake::{Awake, Sleeper, Wake};
use outbox::Outbox;
use own_capital::OwnCapital;
use population::{PopulationParams, Spawner};
use view::View;

/// Who an agent is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Component)]
pub struct Identity {
    /// Its number in the run: dense, in the order of the scenario.
    pub id: AgentId,
    /// Its key for dice: its population's name and its number there.
    pub who: Who,
    /// Its wallet in the ledger.
    pub account: AccountId,
    /// How many transactions it has submitted: the next one's nonce.
    pub nonce: u32,
    /// Whether its gas is bought as it is used; otherwise its native tokens pay for it.
    pub buys_gas: bool,
    /// What it could not submit since its native tokens did not pay for the gas.
    pub out_of_gas_money: Option<OutOfGasMoney>,
    /// How often it left something alone because of what gas costs.
    pub priced_out: u32,
}

/// What an agent could not do since its gas money was gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutOfGasMoney {
    /// The first block in which it missed a transaction.
    pub first_block: u64,
    /// How many transactions it missed: not submitted, or thrown away by the block that should have run them.
    pub missed: NonZeroU32,
}

impl OutOfGasMoney {
    /// Returns both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let missed = self.missed.saturating_add(other.missed.get());
        Self { first_block: self.first_block.min(other.first_block), missed }
    }

    /// Takes in that one more is missed.
    pub fn miss(known: &mut Option<Self>, block: u64) {
        *known = Some(match *known {
            Some(known) => Self { missed: known.missed.saturating_add(1), ..known },
            None => Self { first_block: block, missed: NonZeroU32::MIN },
        });
    }
}

/// What an agent of some kind decides by and remembers: its component.
pub trait Agent: Component<Mutability = Mutable> + Sized {
    /// Fills the outbox, and says when it wants to be asked again.
    fn decide(&mut self, sees: &View, out: &mut Outbox) -> Wake;

    /// Whether it is asked after all others have submitted, in the stage `search`, and sees what waits.
    const SEARCHES: bool = false;

    /// Takes in how much gas money it was given, in smallest units of the native token: what it is not to put in.
    fn keeps_for_gas(&mut self, _gas_money: u128) {}

    /// Takes in which position it holds before the first block.
    fn begins_with(&mut self, _position: PositionId) {}

    /// Whether it learns what happened; a kind that does not is not told.
    const LEARNS: bool = false;

    /// Takes in what happened to one of its transactions or positions.
    fn learn(&mut self, _event: &Event) {}
}

/// Lets every awake agent of kind `A` fill its own outbox, from its own dice.
pub fn decide<A: Agent>(
    sees: View,
    awake: ResMut<Awake<A>>,
    agents: Query<(&mut A, &mut Identity)>,
    mempool: ResMut<Mempool>,
    list: Local<Vec<Sleeper>>,
) {
    ask(&sees, awake, agents, mempool, list);
}

/// As [`decide`], after everybody else: an agent of a kind that searches sees the public mempool.
pub fn search<A: Agent>(
    sees: View,
    awake: ResMut<Awake<A>>,
    agents: Query<(&mut A, &mut Identity)>,
    mempool: ResMut<Mempool>,
    list: Local<Vec<Sleeper>>,
) {
    ask(&sees, awake, agents, mempool, list);
}

fn ask<A: Agent>(
    sees: &View,
    mut awake: ResMut<Awake<A>>,
    mut agents: Query<(&mut A, &mut Identity)>,
    mut mempool: ResMut<Mempool>,
    mut list: Local<Vec<Sleeper>>,
) {
    let block = sees.clock.block;
    awake.take_awake(block, sees.liquidatable.calls(), &mut list);
    if list.is_empty() {
        return;
    }
    let mut tables = agents.contiguous_iter_mut().expect("agents lie in tables");
    let (mut agents, mut identities) = tables.next().expect("whoever wakes is there");
    let (agents, identities) = (agents.bypass_change_detection(), identities.bypass_change_detection());
    for (id, row) in list.drain(..) {
        let (agent, identity) = (&mut agents[row as usize], &mut identities[row as usize]);
        let wake = agent.decide(sees, &mut Outbox::new(sees, identity, &mut mempool, A::SEARCHES));
        awake.schedule(block + 1, (id, row), wake);
    }
}

/// Tells agents of kind `A` what became of their transactions and positions.
pub fn learn<A: Agent>(log: Res<EventLog>, directory: Res<AgentDirectory>, mut agents: Query<&mut A>) {
    let mut tables = agents.contiguous_iter_mut().expect("agents lie in tables");
    let Some(mut agents) = tables.next() else { return };
    let agents = agents.bypass_change_detection();
    for event in &*log {
        for account in event.concerns().into_iter().flatten() {
            if let Some(row) = directory.agent(account).and_then(|agent| directory.row_of::<A>(agent)) {
                agents[row].learn(event);
            }
        }
    }
}

fn tell_positions<A: Agent>(world: &mut World, positions: &[(AccountId, PositionId)]) {
    let mut state = SystemState::<(Res<AgentDirectory>, Query<&mut A>)>::new(world);
    let (directory, mut agents) = state.get_mut(world).expect("the world has its agents");
    let mut tables = agents.contiguous_iter_mut().expect("agents lie in tables");
    let Some(mut agents) = tables.next() else { return };
    let agents = agents.bypass_change_detection();
    for (account, position) in positions {
        let agent = directory.agent(*account).expect("stakes are agents'");
        if let Some(row) = directory.row_of::<A>(agent) {
            agents[row].begins_with(*position);
        }
    }
}

/// One agent in the directory.
#[derive(Debug, Clone, Copy)]
pub struct Listed {
    /// Its row among the agents of its kind, which lie in one table in the order of their ids.
    pub row: u32,
    /// The index of its population.
    pub population: u16,
    /// Its number in its population.
    pub number: u32,
    /// Assets over own capital as drawn, of one that borrows.
    pub leverage: Option<f64>,
}

/// One population in the directory.
#[derive(Debug, Clone)]
pub struct PopulationName {
    /// As the scenario calls it.
    pub name: String,
    /// What it is made of, as in the scenario's `Farmer(...)`.
    pub kind: &'static str,
    /// The type of its agents.
    agent: TypeId,
    /// Whether their gas is bought as it is used: what it cost is to be taken off what they hold.
    pub buys_gas: bool,
}

/// Where agents live, by id and by account: agents' accounts follow each other.
#[derive(Debug, Clone, Default, Resource)]
pub struct AgentDirectory {
    /// The account of agent 0.
    pub first_account: u32,
    /// Every agent, by its id.
    pub agents: Vec<Listed>,
    /// Every population, in the order of the scenario.
    pub populations: Vec<PopulationName>,
    /// How many agents were drawn again, since a protocol lends no so little as was drawn first.
    pub redrawn: u64,
    /// What they were drawn with.
    pub own_capital: Arc<OwnCapital>,
}

impl AgentDirectory {
    /// Returns an agent's population.
    pub fn population(&self, agent: AgentId) -> &PopulationName {
        &self.populations[usize::from(self.agents[agent.index()].population)]
    }

    /// Returns the agent whose account it is; none for a protocol's account.
    pub fn agent(&self, account: AccountId) -> Option<AgentId> {
        let index = account.0.checked_sub(self.first_account)?;
        ((index as usize) < self.agents.len()).then_some(AgentId(index))
    }

    /// Returns the account of an agent.
    pub fn account(&self, agent: AgentId) -> AccountId {
        AccountId(self.first_account + agent.0)
    }

    /// Returns an agent's row among those of kind `A`; none if it is of another.
    pub fn row_of<A: Agent>(&self, agent: AgentId) -> Option<usize> {
        let listed = &self.agents[agent.index()];
        let is_one = self.populations[usize::from(listed.population)].agent == TypeId::of::<A>();
        is_one.then_some(listed.row as usize)
    }
}

/// Makes the scenario's variant, the spawning and the systems of every kind from one list.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident($params:path, $agent:path);)*) => {
        /// A population of agents, as scenario files write it.
        #[derive(Debug, Clone, PartialEq, Deserialize)]
        pub enum AgentParams {
            $($(#[$doc])* $kind($params),)*
        }

        impl AgentParams {
            /// Returns what the user writes of the population.
            pub fn params(&self) -> &dyn PopulationParams {
                match self {
                    $(Self::$kind(params) => params,)*
                }
            }

            /// Returns the kind's name, as scenario files write it.
            pub fn kind(&self) -> &'static str {
                match self {
                    $(Self::$kind(_) => stringify!($kind),)*
                }
            }

            /// Returns how many bytes one of its agents takes in its table.
            pub fn bytes(&self) -> usize {
                let agent = match self {
                    $(Self::$kind(_) => size_of::<$agent>(),)*
                };
                agent + size_of::<Identity>()
            }

            /// Draws the population and puts it into the world.
            ///
            /// # Errors
            /// There would be more of a token than can be counted.
            pub fn spawn(&self, spawner: &mut Spawner) -> Result<(), SupplyTooLarge> {
                match self {
                    $(Self::$kind(params) => spawner.spawn::<$agent, _>(stringify!($kind), params),)*
                }
            }
        }

        /// Adds what every kind keeps in the world.
        pub fn init(world: &mut World) {
            $(world.init_resource::<Awake<$agent>>();)*
            world.init_resource::<AgentDirectory>();
        }

        /// Tells agents which positions they hold before the first block.
        pub fn begin_with(world: &mut World, positions: &[(AccountId, PositionId)]) {
            if positions.is_empty() {
                return;
            }
            $(tell_positions::<$agent>(world, positions);)*
        }

        /// Registers what every kind keeps in the world, to be copied.
        pub fn register(copy: WorldCopy) -> WorldCopy {
            copy.resource::<AgentDirectory>()
                $(.resource::<Awake<$agent>>().entity::<($agent, Identity)>())*
        }

        /// The kinds' names, in the order of this list.
        pub const KINDS: &[&str] = &[$(stringify!($kind)),*];

        /// Returns the systems that let agents of these kinds decide, in the order of this list.
        pub fn deciding(kinds: &[&str]) -> Vec<BoxedSystem> {
            let mut systems: Vec<BoxedSystem> = Vec::new();
            $(if !<$agent>::SEARCHES && kinds.contains(&stringify!($kind)) {
                systems.push(Box::new(IntoSystem::into_system(decide::<$agent>)));
            })*
            systems
        }

        /// Returns the systems that let agents of these kinds search, in the order of this list.
        pub fn searching(kinds: &[&str]) -> Vec<BoxedSystem> {
            let mut systems: Vec<BoxedSystem> = Vec::new();
            $(if <$agent>::SEARCHES && kinds.contains(&stringify!($kind)) {
                systems.push(Box::new(IntoSystem::into_system(search::<$agent>)));
            })*
            systems
        }

        /// Returns the systems that let agents of these kinds learn, in the order of this list.
        pub fn learning(kinds: &[&str]) -> Vec<BoxedSystem> {
            let mut systems: Vec<BoxedSystem> = Vec::new();
            $(if <$agent>::LEARNS && kinds.contains(&stringify!($kind)) {
                systems.push(Box::new(IntoSystem::into_system(learn::<$agent>)));
            })*
            systems
        }
    };
}

kinds! {
    /// Leveraged yield farmers.
    Farmer(farmer::FarmerParams, farmer::Farmer);
    /// Suppliers of a bank.
    FarmLender(farm_lender::FarmLenderParams, farm_lender::FarmLender);
    /// Killers of positions under water.
    FarmLiquidator(farm_liquidator::FarmLiquidatorParams, farm_liquidator::FarmLiquidator);
    /// Callers of `reinvest`.
    Harvester(harvester::HarvesterParams, harvester::Harvester);
    /// Arbitrageurs between a pool and the external venue.
    Arbitrageur(arbitrageur::ArbitrageurParams, arbitrageur::Arbitrageur);
    /// Publishers of oracles' prices.
    Publisher(publisher::PublisherParams, publisher::Publisher);
    /// Traders of several temperaments.
    Trader(trader::TraderParams, trader::Trader);
    /// Borrowers of a lending market.
    Borrower(borrower::BorrowerParams, borrower::Borrower);
    /// Suppliers of a lending market.
    Lender(lender::LenderParams, lender::Lender);
    /// Liquidators of loans.
    LendingLiquidator(lending_liquidator::LendingLiquidatorParams, lending_liquidator::LendingLiquidator);
    /// Providers of liquidity.
    LiquidityProvider(liquidity_provider::LiquidityProviderParams, liquidity_provider::LiquidityProvider);
    /// Stakers of liquidity, who live on its rewards.
    Staker(staker::StakerParams, staker::Staker);
    /// Searchers, who build bundles around the trades of others.
    Searcher(searcher::SearcherParams, searcher::Searcher);
    /// Owners of vaults in a Maker system.
    VaultOwner(vault_owner::VaultOwnerParams, vault_owner::VaultOwner);
    /// Keepers of a Maker system.
    Keeper(keeper::KeeperParams, keeper::Keeper);
}

impl AgentParams {
    /// Returns the population's name.
    pub fn name(&self) -> &str {
        self.params().name()
    }

    /// Checks all that the population says but the names that it uses.
    pub fn check(&self, at: Node, check: &mut Check) {
        let params = self.params();
        check.field(at, "count", params.count(), params.count() > 0, "at least 1");
        if let Some(law) = params.gas_money() {
            check.law(at, "gas_money", law, &NOT_NEGATIVE);
        }
        params.check(at, check);
    }
}

fn one() -> u32 {
    1
}

fn half() -> f64 {
    0.5
}

fn always() -> Distribution {
    Distribution::Fixed(1.0)
}

fn nothing() -> Distribution {
    Distribution::Fixed(0.0)
}

fn tip() -> Distribution {
    Distribution::Fixed(1.0)
}

/// Blocks that an arbitrage may wait for: the next one has another price.
fn arbitrage_expiry() -> u64 {
    2
}

/// Blocks that a liquidation may wait for: as long as Flashbots keeps a private transaction by default
/// (`eth_sendPrivateTransaction`, `maxBlockNumber`).
fn liquidation_expiry() -> u64 {
    25
}
