//! How a population is drawn and put into the world.

use std::any::TypeId;
use std::ops::Range;

use bevy_ecs::system::SystemState;
use bevy_ecs::world::World;
use smallvec::SmallVec;

use super::awake::{Awake, Sleeper, Wake};
use super::view::View;
use super::{Agent, AgentDirectory, Identity, Listed, PopulationName};
use crate::chain::dice::{BEFORE_THE_FIRST_BLOCK, Dice, Who};
use crate::chain::ids::{AgentId, BankId, GoblinId, IlkId, LendingId, MakerId, PoolId, TokenId};
use crate::chain::ledger::{Source, SupplyTooLarge};
use crate::chain::state::ChainState;
use crate::protocol::amm::{PerToken, TickRange};

/// What an agent has when it comes into the world.
pub type Purse = SmallVec<[(TokenId, u128); 2]>;

/// What an agent is in before the first block.
#[derive(Debug, Clone, PartialEq)]
pub enum Stake {
    /// Supply of a bank, in smallest units of its base asset; scaled where the scenario states the utilisation.
    Supply {
        /// The bank.
        bank: BankId,
        /// How much.
        amount: u128,
    },
    /// A claim on a lending market, in smallest units.
    Lend {
        /// The market.
        market: LendingId,
        /// The asset's place.
        asset: u8,
        /// How much.
        amount: u128,
    },
    /// A loan from a lending market, in smallest units.
    Loan {
        /// The market.
        market: LendingId,
        /// The place of the asset that is posted.
        collateral: u8,
        /// How much of it.
        posted: u128,
        /// The place of the asset that is owed.
        debt: u8,
        /// How much of it.
        owed: u128,
        /// Whether that is in the borrower's wallet; else it is gone.
        kept: bool,
    },
    /// Liquidity of a pool.
    Liquidity {
        /// The pool.
        pool: PoolId,
        /// Between which ticks; none for pools whose liquidity lies everywhere.
        range: Option<TickRange>,
        /// The most of each of its tokens that is put in, in smallest units.
        offered: PerToken,
    },
    /// A vault in a Maker system, in smallest units.
    Vault {
        /// The system and the ilk.
        of: (MakerId, IlkId),
        /// Collateral locked.
        locked: u128,
        /// Dai drawn.
        drawn: u128,
        /// Whether that is in the owner's wallet; else it is gone.
        kept: bool,
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

/// How many agents are drawn before they are put into the world: a million need not be in memory twice.
const DRAWN_AT_ONCE: u32 = 4_096;

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
        let first_account =
            u32::try_from(world.resource::<ChainState>().ledger.accounts()).expect("accounts are numbered in u32");
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
        let mut directory = std::mem::take(&mut *self.world.resource_mut::<AgentDirectory>());
        let population = u16::try_from(directory.populations.len()).expect("there are fewer than 2^16 populations");
        directory.populations.push(PopulationName { name: params.name().to_owned(), kind, agent: TypeId::of::<A>() });
        let others = self.world.query::<&A>().iter(self.world).len();
        let others = u32::try_from(others).expect("there are fewer than 2^32 agents");
        let mut from = 0;
        while from < params.count() {
            let to = params.count().min(from + DRAWN_AT_ONCE);
            for (number, (who, drawn)) in (from..to).zip(self.draw(params, from..to)) {
                let id = AgentId(u32::try_from(directory.agents.len()).expect("there are fewer than 2^32 agents"));
                let row = others + number;
                self.settle::<A>((id, row), who, drawn)?;
                directory.agents.push(Listed { row, population, number });
            }
            from = to;
        }
        self.world.insert_resource(directory);
        Ok(())
    }

    /// Draws some agents of a population.
    fn draw<P: Population>(&mut self, params: &P, numbers: Range<u32>) -> Vec<(Who, Drawn<P::Agent>)> {
        let mut state = SystemState::<View>::new(self.world);
        let sees = state.get(self.world).expect("the world has everything but agents");
        let (seed, native) = (sees.clock.seed, sees.tokens.native);
        let draw = |number| {
            let who = Who::new(params.name(), u64::from(number));
            let mut drawn = params.draw(&sees, &mut Dice::new(seed, who, BEFORE_THE_FIRST_BLOCK));
            drawn.purse.push((native, sees.tokens.units(native, drawn.gas_money)));
            (who, drawn)
        };
        numbers.map(draw).collect()
    }

    /// Gives an agent its wallet and puts it into the world.
    fn settle<A: Agent>(&mut self, agent: Sleeper, who: Who, drawn: Drawn<A>) -> Result<(), SupplyTooLarge> {
        let (id, _) = agent;
        let ledger = &mut self.world.resource_mut::<ChainState>().into_inner().ledger;
        let account = ledger.open_account();
        for (token, amount) in drawn.purse {
            ledger.can_issue(token, amount)?;
            ledger.issue(Source::Genesis, account, token, amount);
        }
        self.stakes.extend(drawn.stake.map(|stake| (id, stake)));
        self.world.spawn((drawn.agent, Identity { id, who, account, nonce: 0, ran_dry: false, gave_up: 0 }));
        self.world.resource_mut::<Awake<A>>().schedule(0, agent, drawn.first);
        Ok(())
    }
}
