//! What is kept of each agent and each position while a run goes on, for the tables written at its end.

use bevy_ecs::prelude::Resource;

use super::agent_books::AgentBooks;
use super::farmed::FarmBooks;
use super::fate::AgentFate;
use super::position_books::PositionBooks;
use crate::agents::view::View;
use crate::agents::{AgentDirectory, OutOfGasMoney};
use crate::chain::event::{Event, EventKind};
use crate::chain::families::cdp::{VaultAt, VaultDone};
use crate::chain::families::lending::{LendingCall, LentAt};
use crate::chain::families::leveraged_farm::WorkedAt;
use crate::chain::families::staking::StakedAt;
use crate::chain::ids::{AccountId, AgentId};
use crate::chain::liquidation::Liquidation;
use crate::deployments::deployment::Leveraged;
use crate::deployments::valuation::Valuation;

/// What is kept of every agent and of every position.
#[derive(Debug, Clone, Default, PartialEq, Resource)]
pub struct Books {
    /// One of every agent.
    pub agents: AgentBooks,
    /// Of every position that ever owed something.
    pub positions: PositionBooks,
    /// Of every leveraged farm.
    pub farms: FarmBooks,
}

impl Books {
    /// Opens the books before the first block. What is told of positions alone is kept where somebody asks for it.
    pub fn open(sees: &View, directory: &AgentDirectory, tells_positions: bool) -> Self {
        let agents = AgentBooks::open(directory.agents.len());
        let (positions, farms) = (PositionBooks::open(sees, tells_positions), FarmBooks::open(sees, directory));
        let mut books = Self { agents, positions, farms };
        for deployed in sees.protocols.all() {
            deployed.deployment().holders(sees, &mut |account, leveraged| {
                let Some(agent) = directory.agent(account) else { return };
                books.agents.begins_open(agent);
                let Some(Leveraged { key, assets, debt }) = leveraged else { return };
                if let Some(details) = books.positions.details_mut(key) {
                    details.invest(assets - debt, assets);
                }
            });
        }
        books
    }

    /// Books an event on its sender and on the owner of the position that it is about.
    pub fn take_in(&mut self, event: &Event, sees: &View, directory: &AgentDirectory) {
        self.positions.take_in(event, sees);
        if let Some((agent, _)) = event.sender {
            let book = self.agents.of_mut(agent);
            if event.gas > 0 {
                book.transactions += 1;
                book.gas_paid += sees.worth(sees.tokens.native, event.fee);
            }
            match event.kind {
                EventKind::Reverted { .. } => book.reverts += 1,
                EventKind::Dropped { .. } => OutOfGasMoney::miss(&mut book.out_of_gas_money, sees.clock.block),
                _ => {}
            }
            match event.kind {
                EventKind::Expired { .. } => book.expired += 1,
                EventKind::Replaced { .. } => {}
                _ if book.fate == AgentFate::Idle => book.fate = AgentFate::Active,
                _ => {}
            }
        }
        match (&event.kind, event.sender) {
            (EventKind::Worked(at), Some((agent, _))) => self.worked(agent, at, sees),
            (EventKind::Liquidated(at), _) => self.liquidated(at, sees, directory),
            (EventKind::Reinvested(at), Some((agent, _))) => {
                let reward = sees.protocols.farm(sees.protocols.worker(at.worker).farm).reward;
                self.agents.of_mut(agent).rewards += sees.worth(reward, at.bounty);
                self.farms.reinvested(at, sees);
            }
            (EventKind::Staked(at), Some((agent, account))) => self.staked(agent, account, at, sees),
            (EventKind::Sandwiched(at), _) => {
                self.agents.of_mut(at.victim).lost += sees.sandwich_lost(at);
            }
            (EventKind::Deposited(_) | EventKind::LiquidityAdded(_), Some((agent, _))) => {
                self.enter(agent, sees.clock.block);
            }
            (EventKind::LiquidityRemoved(at), Some((agent, account))) => {
                let cell = sees.protocols.pool(at.pool);
                let left = match cell.pool.amm().concentrated() {
                    Some(pool) => pool.positions().any(|(key, liquidity)| key.owner == account && liquidity > 0),
                    None => sees.ledger.balance(account, cell.liquidity) > 0,
                };
                if !left {
                    self.leave(agent, sees.clock.block, AgentFate::Closed);
                }
            }
            (EventKind::Lent(at), Some((agent, account))) => self.lent(agent, account, at, sees),
            (EventKind::Vault(at), Some((agent, _))) => self.vault(agent, at, sees),
            (EventKind::Withdrawn(at), Some((agent, account)))
                if sees.ledger.balance(account, sees.protocols.bank(at.bank).shares) == 0 =>
            {
                self.leave(agent, sees.clock.block, AgentFate::Closed);
            }
            _ => {}
        }
    }

    fn lent(&mut self, agent: AgentId, account: AccountId, at: &LentAt, sees: &View) {
        let block = sees.clock.block;
        match at.call {
            LendingCall::Supply { .. } | LendingCall::Borrow { .. } => self.enter(agent, block),
            LendingCall::Withdraw { .. } | LendingCall::Repay { .. } => {
                let cell = sees.protocols.lending(at.market);
                let (lending, now) = (cell.lending(), sees.clock.now());
                let mut places = (0_u8..).zip(&cell.assets).map(|(place, _)| place);
                let is_out = places.all(|place| {
                    lending.supplied(account, place, now) == 0 && lending.borrowed(account, place, now) == 0
                });
                if is_out {
                    self.leave(agent, block, AgentFate::Closed);
                }
            }
            LendingCall::Liquidate { .. } | LendingCall::FlashLoan { .. } | LendingCall::RepayFlashLoan => {}
        }
    }

    fn vault(&mut self, agent: AgentId, at: &VaultAt, sees: &View) {
        let VaultDone::Changed { is_empty, .. } = at.done else { return };
        if is_empty {
            return self.leave(agent, sees.clock.block, AgentFate::Closed);
        }
        self.enter(agent, sees.clock.block);
    }

    fn staked(&mut self, agent: AgentId, account: AccountId, at: &StakedAt, sees: &View) {
        let cell = sees.protocols.farm(at.farm);
        self.agents.of_mut(agent).rewards += sees.worth(cell.reward, at.reward);
        if cell.contract.staking().staked(at.market, account) > 0 {
            self.enter(agent, sees.clock.block);
        } else if at.unstaked > 0 {
            self.leave(agent, sees.clock.block, AgentFate::Closed);
        }
    }

    /// Takes in what an agent did not submit since its native tokens did not pay for the gas; the run is over.
    pub fn out_of_gas_money(&mut self, agent: AgentId, unsent: Option<OutOfGasMoney>) {
        let Some(unsent) = unsent else { return };
        let known = &mut self.agents.of_mut(agent).out_of_gas_money;
        *known = Some(known.map_or(unsent, |thrown_away| unsent.and(thrown_away)));
    }

    /// Returns what each agent owes that bought its gas: what that cost, each at its block's outside price.
    pub fn gas_debts<'a>(&'a self, directory: &'a AgentDirectory) -> impl Iterator<Item = (AgentId, f64)> + 'a {
        let buyers = self.agents.all().filter(|(id, _)| directory.population(*id).buys_gas);
        buyers.map(|(id, book)| (id, book.gas_paid))
    }

    /// Takes those debts off what the agents' claims are worth.
    pub fn charge_gas(&self, directory: &AgentDirectory, now: &mut Valuation) {
        for (id, debt) in self.gas_debts(directory) {
            now.accounts[directory.account(id).0 as usize] -= debt;
        }
    }

    /// Takes in how often an agent left something alone because of what gas costs; the run is over.
    pub fn priced_out(&mut self, agent: AgentId, times: u32) {
        if times == 0 && self.agents.of(agent).expired == 0 {
            return;
        }
        let book = self.agents.of_mut(agent);
        book.priced_out = times;
        if book.fate == AgentFate::Idle {
            book.fate = AgentFate::PricedOut;
        }
    }

    /// Takes in what was harvested for farmers, and which rewards wait for whom; the run is over.
    pub fn close(&mut self, sees: &View, directory: &AgentDirectory, now: &Valuation) {
        self.farms.close(sees);
        for (agent, figures) in self.farms.farmers() {
            self.agents.of_mut(agent).rewards += figures.rewards;
        }
        for (id, _) in (0..).map(AgentId).zip(&directory.agents) {
            let pending = now.pending_rewards[directory.account(id).0 as usize];
            if pending > 0.0 {
                self.agents.of_mut(id).rewards += pending;
            }
        }
    }

    /// Takes in that an agent is in the market, for the first time or again.
    fn enter(&mut self, agent: AgentId, block: u64) {
        let book = self.agents.of_mut(agent);
        book.fate = AgentFate::Open;
        book.left = None;
        book.entered.get_or_insert(block);
    }

    fn leave(&mut self, agent: AgentId, block: u64, fate: AgentFate) {
        let book = self.agents.of_mut(agent);
        book.left = Some(block);
        book.fate = fate;
    }

    fn worked(&mut self, owner: AgentId, at: &WorkedAt, sees: &View) {
        self.farms.worked(owner, at, sees);
        let block = sees.clock.block;
        let [base, farmed] = sees.base_and_farmed(at.worker);
        if at.opened {
            self.enter(owner, block);
            if let Some(details) = self.positions.details_mut(at.key) {
                let equity = sees.worth(base, at.base_from_owner - at.base_to_owner.min(at.base_from_owner))
                    + sees.worth(farmed, at.farmed_from_owner);
                details.invest(equity, equity + sees.worth(base, at.debt));
            }
        }
        if at.closed.is_some() {
            self.leave(owner, block, AgentFate::Closed);
            if let Some(details) = self.positions.details_mut(at.key) {
                let invested = details.invested_mut();
                invested.proceeds = Some((base, at.base_to_owner));
                invested.proceeds_value = sees.worth(base, at.base_to_owner) + sees.worth(farmed, at.farmed_to_owner);
            }
        }
    }

    fn liquidated(&mut self, at: &Liquidation, sees: &View, directory: &AgentDirectory) {
        self.farms.ended(at, sees);
        if let Some(owner) = directory.agent(at.owner).filter(|_| at.is_over) {
            self.leave(owner, sees.clock.block, AgentFate::Liquidated);
        }
    }
}

impl Books {
    /// Returns how many agents have met this fate.
    pub fn count_fate(&self, fate: AgentFate) -> u64 {
        self.agents.all().filter(|(_, book)| book.fate == fate).count() as u64
    }
}
