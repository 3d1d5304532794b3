//! How a population is drawn and put into the world.

use std::any::TypeId;
use std::ops::Range;

use bevy_ecs::system::SystemState;
use bevy_ecs::world::World;
use smallvec::SmallVec;

use super::awake::{Awake, Wake};
use super::own_capital::OwnCapital;
use super::view::View;
use super::{Agent, AgentDirectory, Identity, Listed, PopulationName};
use crate::chain::dice::{BEFORE_THE_FIRST_BLOCK, Dice, Who, Whose};
use crate::chain::distribution::Distribution;
use crate::chain::gas::GasSchedule;
use crate::chain::ids::{AccountId, AgentId, ProtocolId, TokenId};
use crate::chain::ledger::{Source, SupplyTooLarge};
use crate::chain::state::ChainState;
use crate::checks::Check;
use crate::checks::declared::Declared;
use crate::checks::names::Use;
use crate::deployments::directory::Directory;
use crate::deployments::genesis::Staked;
use crate::deployments::liquidatable::MinProfit;
use crate::deployments::stakes::Stake;
use crate::reader::piece::Node;

/// What an agent has when it comes into the world.
pub type InitialBalances = SmallVec<[(TokenId, u128); 2]>;

/// One agent as it was drawn.
#[derive(Debug)]
pub struct NewAgent<A> {
    /// Its component, as drawn.
    pub agent: A,
    /// Its own tokens in its wallet, in smallest units, gas money and stake apart.
    pub initial_balances: InitialBalances,
    /// When it is asked first.
    pub first: Wake,
    /// What it is in before the first block, and which of its own tokens went into that: neither loans nor what they buy.
    pub stake: Option<(Stake, InitialBalances)>,
    /// Assets over own capital, of one that borrows.
    pub leverage: Option<f64>,
    /// The least gain after gas for which it liquidates, in whole numeraire tokens, and whose positions.
    pub min_profit: Option<(ProtocolId, f64)>,
    /// Whether it was drawn again, since a protocol lends no so little as was drawn first.
    pub is_redrawn: bool,
}

/// So often something is drawn at most.
const DRAWS: usize = 100;

/// Draws until what was drawn fits, a hundred times at most; returns the last, and whether it is not the first. What never
/// fits is for the protocol to refuse.
pub fn fitting<T>(dice: &mut Dice, draw: impl Fn(&mut Dice) -> T, fits: impl Fn(&T) -> bool) -> (T, bool) {
    let mut drawn = draw(dice);
    let mut is_redrawn = false;
    for _ in 1..DRAWS {
        if fits(&drawn) {
            break;
        }
        (drawn, is_redrawn) = (draw(dice), true);
    }
    (drawn, is_redrawn)
}

impl<A> NewAgent<A> {
    /// An agent that has nothing.
    pub fn new(agent: A, first: Wake) -> Self {
        let initial_balances = InitialBalances::new();
        Self { agent, initial_balances, first, stake: None, leverage: None, min_profit: None, is_redrawn: false }
    }
}

/// Something that one population does and another lives on, such as borrowing from a market: what is done, and of which
/// names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Activity<'d> {
    /// The verb, as whoever does it calls it.
    pub verb: &'static str,
    /// The names of what it is done to, in an order that the verb fixes; none if it is done to any.
    pub of: Vec<&'d str>,
}

impl<'d> Activity<'d> {
    /// What is done of one thing.
    pub fn of(verb: &'static str, name: &'d str) -> Self {
        Self { verb, of: vec![name] }
    }

    /// What is done of any.
    pub fn of_any(verb: &'static str) -> Self {
        Self { verb, of: vec![] }
    }
}

/// What a population cannot do anything without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need<'d> {
    /// What somebody else must do.
    pub activity: Activity<'d>,
    /// The field that says where it looks for it.
    pub field: &'static str,
    /// What is wrong if nobody does.
    pub message: String,
    /// What to write instead.
    pub expected: &'static str,
}

/// What the user writes of one kind.
pub trait PopulationParams {
    /// Returns the population's name.
    fn name(&self) -> &str;

    /// Returns how many there are.
    fn count(&self) -> u32;

    /// Returns the law of what each has to pay gas from, in whole native tokens; none if each buys gas as it uses it.
    fn gas_money(&self) -> Option<&Distribution>;

    /// Returns the names that it uses.
    fn uses<'a, 'd>(&'d self, at: Node<'a>) -> Vec<Use<'a, 'd>>;

    /// Checks what it says beyond its count, its gas money and the names that it uses.
    fn check(&self, at: Node, check: &mut Check);

    /// Returns the dearest transaction that it may send, with its gas; none if it never sends any.
    fn dearest(&self, gas: &GasSchedule) -> Option<(&'static str, u64)>;

    /// Returns how many blocks ahead it knows outside prices.
    fn foresight(&self) -> u64 {
        0
    }

    /// Returns what it does that others may live on.
    fn does<'d>(&'d self, _declared: &Declared<'d>) -> Vec<Activity<'d>> {
        vec![]
    }

    /// Returns what others must do for it to have anything to do.
    fn needs(&self) -> Option<Need<'_>> {
        None
    }
}

/// What the user writes of one kind, and what acts then.
pub trait Population: PopulationParams {
    /// The component of its agents.
    type Agent: Agent;

    /// Draws one agent.
    fn draw(&self, sees: &View, dice: &mut Dice) -> NewAgent<Self::Agent>;
}

/// How many agents are drawn before they are put into the world: a million need not be in memory twice.
const DRAWN_AT_ONCE: u32 = 4_096;

/// Of which agents more is made than their sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crowd {
    /// Of all: the world is to run.
    Whole,
    /// Of those alone that hold something in a protocol before the first block, and nobody acts: a check needs no more.
    Staked,
}

/// Puts populations into the world.
#[derive(Debug)]
pub struct Spawner<'w> {
    world: &'w mut World,
    crowd: Crowd,
    /// What agents are in before the first block, in the order of their ids.
    pub stakes: Vec<Staked>,
    /// The least gain after gas for which anybody liquidates.
    pub min_profit: MinProfit,
    /// What the agents were drawn with, by their ids; in a whole crowd alone.
    pub own_capital: OwnCapital,
    /// How many agents were drawn again, since protocols lend no so little.
    pub redrawn: u64,
}

impl<'w> Spawner<'w> {
    /// A spawner for a world that has everything but agents.
    pub fn new(world: &'w mut World, crowd: Crowd) -> Self {
        let first_account =
            u32::try_from(world.resource::<ChainState>().ledger.accounts()).expect("accounts are numbered in u32");
        world.resource_mut::<AgentDirectory>().first_account = first_account;
        let min_profit = MinProfit(vec![None; world.resource::<Directory>().positions.len()]);
        let own_capital = OwnCapital::default();
        Self { world, crowd, stakes: Vec::new(), min_profit, own_capital, redrawn: 0 }
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
        let buys_gas = params.gas_money().is_none();
        let name = params.name().to_owned();
        directory.populations.push(PopulationName { name, kind, agent: TypeId::of::<A>(), buys_gas });
        let others = self.world.query::<&A>().iter(self.world).len();
        let others = u32::try_from(others).expect("there are fewer than 2^32 agents");
        let mut from = 0;
        while from < params.count() {
            let to = params.count().min(from + DRAWN_AT_ONCE);
            for (number, (who, drawn)) in (from..to).zip(self.draw(params, from..to)) {
                if self.crowd == Crowd::Staked && drawn.stake.is_none() {
                    let founder = self.world.resource::<ChainState>().named.founder;
                    self.issue(founder, drawn.initial_balances)?;
                    continue;
                }
                let id = AgentId(u32::try_from(directory.agents.len()).expect("there are fewer than 2^32 agents"));
                let row = others + number;
                let leverage = drawn.leverage;
                let identity = Identity { id, who, buys_gas, ..Identity::default() };
                self.settle::<A>(row, identity, drawn)?;
                directory.agents.push(Listed { row, population, number, leverage });
            }
            from = to;
        }
        self.world.insert_resource(directory);
        Ok(())
    }

    /// Draws some agents of a population.
    fn draw<P: Population>(&mut self, params: &P, numbers: Range<u32>) -> Vec<(Who, NewAgent<P::Agent>)> {
        let mut state = SystemState::<View>::new(self.world);
        let sees = state.get(self.world).expect("the world has everything but agents");
        let (seed, native) = (sees.clock.seed, sees.tokens.native);
        let whose = Whose::new(params.name());
        let draw = |number| {
            let who = whose.who(u64::from(number));
            let mut dice = Dice::new(seed, who, BEFORE_THE_FIRST_BLOCK);
            let mut drawn = params.draw(&sees, &mut dice);
            let gas_money = params.gas_money().map(|law| sees.tokens.units(native, law.sample(&mut dice)));
            if self.crowd == Crowd::Whole {
                let put_in = drawn.stake.as_ref().map(|(_, own)| own);
                self.own_capital.push(put_in.into_iter().chain([&drawn.initial_balances]), gas_money.unwrap_or(0));
            }
            if let Some(gas_money) = gas_money {
                drawn.agent.keeps_for_gas(gas_money);
                drawn.initial_balances.push((native, gas_money));
            }
            (who, drawn)
        };
        numbers.map(draw).collect()
    }

    /// Gives an agent its wallet and puts it into the world.
    fn settle<A: Agent>(&mut self, row: u32, identity: Identity, drawn: NewAgent<A>) -> Result<(), SupplyTooLarge> {
        let account = self.world.resource_mut::<ChainState>().ledger.open_account();
        self.issue(account, drawn.initial_balances)?;
        self.redrawn += u64::from(drawn.is_redrawn);
        self.stakes.extend(drawn.stake.map(|(stake, _)| Staked { account, stake }));
        if let Some((protocol, profit)) = drawn.min_profit {
            let least = &mut self.min_profit.0[protocol.index()];
            *least = Some(least.map_or(profit, |least| least.min(profit)));
        }
        if self.crowd == Crowd::Staked {
            return Ok(());
        }
        self.world.spawn((drawn.agent, Identity { account, ..identity }));
        self.world.resource_mut::<Awake<A>>().schedule(0, (identity.id, row), drawn.first);
        Ok(())
    }

    /// Gives an account what an agent has when it comes into the world.
    fn issue(&mut self, account: AccountId, balances: InitialBalances) -> Result<(), SupplyTooLarge> {
        let ledger = &mut self.world.resource_mut::<ChainState>().into_inner().ledger;
        for (token, amount) in balances {
            ledger.can_issue(token, amount)?;
            ledger.issue(Source::Genesis, account, token, amount);
        }
        Ok(())
    }
}
