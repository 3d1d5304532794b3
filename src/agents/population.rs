//! How a population is drawn and put into the world.

use bevy_ecs::system::SystemState;
use bevy_ecs::world::World;
use smallvec::SmallVec;

use super::awake::{Awake, Wake};
use super::view::View;
use super::{Agent, AgentDirectory, Identity, Listed, PopulationName};
use crate::chain::dice::{BEFORE_THE_FIRST_BLOCK, Dice, Who};
use crate::chain::ids::{AgentId, BankId, GoblinId, TokenId};
use crate::chain::ledger::{Ledger, Source, SupplyTooLarge};

/// What an agent has when it comes into the world.
pub type Purse = SmallVec<[(TokenId, u128); 2]>;

/// What an agent is in before the first block.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Stake {
    /// Supply of a bank, in smallest units of its base asset; scaled where the scenario states the utilisation.
    Supply {
        /// The bank.
        bank: BankId,
        /// How much.
        amount: u128,
    },
    /// A leveraged position, in smallest units of the bank's base asset.
    Position {
        /// The goblin.
        goblin: GoblinId,
        /// Own capital.
        equity: u128,
        /// Debt.
        debt: u128,
    },
}

/// One agent as it was drawn.
#[derive(Debug)]
pub struct Drawn<A> {
    /// What acts.
    pub agent: A,
    /// Its tokens.
    pub purse: Purse,
    /// Whole native tokens on top, to pay gas from.
    pub gas_money: f64,
    /// When it is asked first.
    pub first: Wake,
    /// What it is in before the first block.
    pub stake: Option<Stake>,
}

/// What the user writes of one kind.
pub trait Population {
    /// What acts.
    type Agent: Agent;

    /// Returns the population's name.
    fn name(&self) -> &str;

    /// Returns how many there are.
    fn count(&self) -> u32;

    /// Draws one agent.
    fn draw(&self, sees: &View, dice: &mut Dice) -> Drawn<Self::Agent>;
}

/// Puts populations into the world.
#[derive(Debug)]
pub struct Spawner<'w> {
    world: &'w mut World,
    /// What agents are in before the first block, in the order of their ids.
    pub stakes: Vec<(AgentId, Stake)>,
}

impl<'w> Spawner<'w> {
    /// A spawner for a world that has everything but agents.
    pub fn new(world: &'w mut World) -> Self {
        let first_account = u32::try_from(world.resource::<Ledger>().accounts()).expect("accounts are numbered in u32");
        world.resource_mut::<AgentDirectory>().first_account = first_account;
        Self { world, stakes: Vec::new() }
    }

    /// Draws a population and puts it into the world.
    ///
    /// # Errors
    /// There would be more of a token than can be counted.
    pub fn spawn<A: Agent, P: Population<Agent = A>>(
        &mut self,
        kind: &'static str,
        params: &P,
    ) -> Result<(), SupplyTooLarge> {
        let world = &mut *self.world;
        let mut state = SystemState::<View>::new(world);
        let sees = state.get(world).expect("the world has everything but agents");
        let (seed, native) = (sees.seed.0, sees.tokens.native);
        let drawn: Vec<(Who, Drawn<A>)> = (0..params.count())
            .map(|number| {
                let who = Who::new(params.name(), u64::from(number));
                let mut drawn = params.draw(&sees, &mut Dice::new(seed, who, BEFORE_THE_FIRST_BLOCK));
                drawn.purse.push((native, sees.tokens.units(native, drawn.gas_money)));
                (who, drawn)
            })
            .collect();
        let mut directory = std::mem::take(&mut *world.resource_mut::<AgentDirectory>());
        let population = u16::try_from(directory.populations.len()).expect("there are fewer than 2^16 populations");
        directory.populations.push(PopulationName { name: params.name().to_owned(), kind });
        for ((who, drawn), number) in drawn.into_iter().zip(0..) {
            let id = AgentId(u32::try_from(directory.agents.len()).expect("there are fewer than 2^32 agents"));
            let mut ledger = world.resource_mut::<Ledger>();
            let account = ledger.open_account();
            for (token, amount) in drawn.purse {
                ledger.can_issue(token, amount)?;
                ledger.issue(Source::Genesis, account, token, amount);
            }
            self.stakes.extend(drawn.stake.map(|stake| (id, stake)));
            let identity = Identity { id, who, account, nonce: 0, ran_dry: false, gave_up: 0 };
            let entity = world.spawn((drawn.agent, identity)).id();
            directory.agents.push(Listed { entity, population, number });
            world.resource_mut::<Awake<A>>().schedule(0, id, entity, drawn.first);
        }
        world.insert_resource(directory);
        Ok(())
    }
}
