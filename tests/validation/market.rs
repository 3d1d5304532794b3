//! A run to look into: whole tokens as floats, events as they were.

use super::common::market::checked;
use std::path::Path;

use plimsoll::agents::AgentDirectory;
use plimsoll::chain::event::{EventKind, EventLog};
use plimsoll::chain::ids::{AccountId, AgentId};
use plimsoll::chain::ids::{BankId, PoolId, WorkerId};
use plimsoll::chain::state::ChainState;
use plimsoll::deployments::directory::Directory;
use plimsoll::deployments::{bank_of, pool_of, worker_of};
use plimsoll::protocol::amm::PoolToken;
use plimsoll::scenario::schema::Scenario;
use plimsoll::simulation::{Options, Simulation};

/// A run of a scenario, every block audited.
pub(crate) struct Market(pub(crate) Simulation);

/// What a pool holds, in whole tokens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Reserves {
    /// Of the first token.
    pub(crate) first: f64,
    /// Of the second token.
    pub(crate) second: f64,
}

impl Reserves {
    /// Returns what one of the first token costs in the second, before fees.
    pub(crate) fn price(self) -> f64 {
        self.second / self.first
    }
}

/// Reads a scenario's text; it has no mistakes and gives no warning.
pub(crate) fn read(text: &str) -> Scenario {
    let checked = checked(text);
    assert_eq!(checked.warnings, []);
    checked.scenario
}

impl Market {
    /// Begins a run of a scenario's text.
    pub(crate) fn open(text: &str, seed: u64) -> Self {
        Self::begin(&read(text), seed)
    }

    /// Begins a run.
    pub(crate) fn begin(scenario: &Scenario, seed: u64) -> Self {
        let options = Options { audit: true, ..Options::seeded(seed) };
        let begun = Simulation::new(scenario, "experiment", Path::new(""), options, None);
        Self(begun.unwrap_or_else(|error| panic!("{error}")))
    }

    /// Makes one block.
    pub(crate) fn step(&mut self) {
        self.0.step().expect("nothing is written that could fail");
    }

    /// Makes blocks.
    pub(crate) fn steps(&mut self, blocks: u64) {
        (0..blocks).for_each(|_| self.step());
    }

    /// Returns what happened in the last block.
    pub(crate) fn events(&self) -> impl Iterator<Item = &EventKind> {
        self.0.world().resource::<EventLog>().iter().map(|event| &event.kind)
    }

    /// Returns how many positions were killed in the last block.
    pub(crate) fn kills(&self) -> usize {
        self.events().filter(|kind| matches!(kind, EventKind::Liquidated(_))).count()
    }

    /// Returns what the scenario's pool number `index` holds.
    pub(crate) fn reserves(&self, index: usize) -> Reserves {
        let world = self.0.world();
        let (tokens, _directory) = (&world.resource::<ChainState>().tokens, world.resource::<Directory>());
        let cell = pool_of(world, PoolId(u16::try_from(index).expect("few pools")));
        let held = cell.pool.uniswap_v2().reserves();
        let whole = |token, units| tokens.whole(cell.token(token), units);
        Reserves { first: whole(PoolToken::Zero, held.token_0), second: whole(PoolToken::One, held.token_1) }
    }

    /// Returns a token's price outside.
    pub(crate) fn price(&self, token: &str) -> f64 {
        let list = &self.0.world().resource::<ChainState>().tokens.list;
        let index = list.iter().position(|listed| listed.name == token).expect("the scenario has the token");
        self.0
            .world()
            .resource::<ChainState>()
            .venues
            .price(plimsoll::chain::ids::TokenId(index.try_into().expect("few tokens")))
    }

    /// Returns what those who founded the pools hold is worth outside, in whole numeraire tokens.
    pub(crate) fn founders_worth(&mut self) -> f64 {
        let founder = self.0.world().resource::<ChainState>().named.founder;
        self.worth_of(founder)
    }

    /// Returns what the first agent of the scenario has, claims and debts included, in whole numeraire tokens.
    pub(crate) fn first_agents_worth(&mut self) -> f64 {
        let account = self.0.world().resource::<AgentDirectory>().account(AgentId(0));
        self.worth_of(account)
    }

    fn worth_of(&mut self, account: AccountId) -> f64 {
        self.0.worth().accounts[account.0 as usize]
    }

    /// Returns the part of its pool that the bank's first position holds, and its debt in whole tokens of the base asset, as
    /// of the last accrual.
    pub(crate) fn first_position(&self) -> (f64, f64) {
        let world = self.0.world();
        let (tokens, _directory) = (&world.resource::<ChainState>().tokens, world.resource::<Directory>());
        let bank = bank_of(world, BankId(0));
        let goblin = worker_of(world, WorkerId(0));
        let pool = pool_of(world, goblin.pool);
        let row = bank.bank.positions()[0];
        // Nobody reinvests in these markets, so a goblin's share is an LP token.
        let part = row.goblin_share as f64 / pool.pool.uniswap_v2().total_supply() as f64;
        let debt = bank.bank.state().debt_value_down(row.debt_share).expect("debts fit");
        (part, tokens.whole(bank.base, debt))
    }
}
