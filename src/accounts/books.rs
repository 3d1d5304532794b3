//! What is kept of each agent and each position while a run goes on, for the tables written at its end.

use bevy_ecs::prelude::Resource;

use super::agent_books::AgentBooks;
use super::fate::AgentFate;
use super::position_books::PositionBooks;
use crate::agents::AgentDirectory;
use crate::agents::view::View;
use crate::chain::event::{Event, LentAt, MakerAt, MakerDone, What, WorkedAt};
use crate::chain::ids::{AccountId, AgentId, PositionId};
use crate::chain::liquidation::Liquidation;
use crate::chain::transaction::LendingCall;

/// What is kept of every agent and of every position.
#[derive(Debug, Clone, Default, PartialEq, Resource)]
pub struct Books {
    /// One of every agent.
    pub agents: AgentBooks,
    /// Of every position that ever owed something.
    pub positions: PositionBooks,
}

impl Books {
    /// Opens the books before the first block. What is told of positions alone is kept where somebody asks for it.
    pub fn open(sees: &View, directory: &AgentDirectory, tells_positions: bool) -> Self {
        let agents = AgentBooks::open(directory.agents.len());
        let mut books = Self { agents, positions: PositionBooks::open(sees, tells_positions) };
        for bank in sees.protocols.banks() {
            for (row, number) in bank.bank.positions().iter().zip(1..) {
                let owner = directory.agent(row.owner).expect("positions belong to agents");
                books.agents.of_mut(owner).fate = AgentFate::Open;
                let key = bank.key(row.goblin, PositionId(number));
                if let Some(details) = books.positions.details_mut(key) {
                    let debt = sees.worth(bank.base, bank.bank.state().debt_value_down(row.debt_share).unwrap_or(0));
                    let assets = sees.assets_worth(row);
                    details.invest(assets - debt, assets);
                }
            }
            for agent in (0..).map(AgentId).take(directory.agents.len()) {
                if sees.ledger.balance(directory.account(agent), bank.shares) > 0 {
                    books.agents.of_mut(agent).fate = AgentFate::Open;
                }
            }
        }
        for cell in sees.protocols.makers() {
            let vaults = cell.maker.ilks().flat_map(|ilk| cell.maker.positions(ilk).into_iter().flatten());
            for (owner, _) in vaults.filter(|(_, vault)| vault.art > 0) {
                let owner = directory.agent(owner).expect("vaults belong to agents");
                books.agents.of_mut(owner).fate = AgentFate::Open;
            }
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
            if let What::Reverted { .. } = event.what {
                book.reverts += 1;
            }
            match event.what {
                What::Expired { .. } => book.expired += 1,
                What::Replaced { .. } => {}
                _ if book.fate == AgentFate::Idle => book.fate = AgentFate::Active,
                _ => {}
            }
        }
        match (&event.what, event.sender) {
            (What::Worked(at), Some((agent, _))) => self.worked(agent, at, sees),
            (What::Liquidated(at), _) => self.liquidated(at, sees, directory),
            (What::Reinvested(goblin, receipt), Some((agent, _))) => {
                let reward = sees.protocols.farm(sees.protocols.goblin(*goblin).farm).reward;
                self.agents.of_mut(agent).rewards += sees.worth(reward, receipt.bounty);
            }
            (What::Deposited(..), Some((agent, _))) => {
                let book = self.agents.of_mut(agent);
                book.fate = AgentFate::Open;
                book.entered.get_or_insert(sees.clock.block);
            }
            (What::Sandwiched(at), _) => {
                self.agents.of_mut(at.victim).lost += sees.sandwich_lost(at);
            }
            (What::LiquidityAdded(_), Some((agent, _))) => {
                let book = self.agents.of_mut(agent);
                book.fate = AgentFate::Open;
                book.left = None;
                book.entered.get_or_insert(sees.clock.block);
            }
            (What::LiquidityRemoved(at), Some((agent, account))) => {
                let cell = sees.protocols.pool(at.pool);
                let left = match cell.pool.amm().concentrated() {
                    Some(pool) => pool.positions().any(|(key, liquidity)| key.owner == account && liquidity > 0),
                    None => sees.ledger.balance(account, cell.liquidity) > 0,
                };
                if !left {
                    self.leave(agent, sees.clock.block, AgentFate::Closed);
                }
            }
            (What::Lent(at), Some((agent, account))) => self.lent(agent, account, at, sees),
            (What::Maker(at), Some((agent, account))) => self.maker(agent, account, at, sees),
            (What::Withdrawn(bank, _), Some((agent, account)))
                if sees.ledger.balance(account, sees.protocols.bank(*bank).shares) == 0 =>
            {
                self.leave(agent, sees.clock.block, AgentFate::Closed);
            }
            _ => {}
        }
    }

    fn lent(&mut self, agent: AgentId, account: AccountId, at: &LentAt, sees: &View) {
        let block = sees.clock.block;
        match at.call {
            LendingCall::Supply { .. } | LendingCall::Borrow { .. } => {
                let book = self.agents.of_mut(agent);
                book.fate = AgentFate::Open;
                book.entered.get_or_insert(block);
            }
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

    fn maker(&mut self, agent: AgentId, account: AccountId, at: &MakerAt, sees: &View) {
        if let MakerDone::Changed { .. } = at.done {
            let (vault, block) = (sees.protocols.maker(at.system).vault(at.ilk, account), sees.clock.block);
            if vault.ink == 0 && vault.art == 0 {
                return self.leave(agent, block, AgentFate::Closed);
            }
            let book = self.agents.of_mut(agent);
            book.entered.get_or_insert(block);
            book.fate = AgentFate::Open;
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

    fn leave(&mut self, agent: AgentId, block: u64, fate: AgentFate) {
        let book = self.agents.of_mut(agent);
        book.left = Some(block);
        book.fate = fate;
    }

    fn worked(&mut self, owner: AgentId, at: &WorkedAt, sees: &View) {
        let (receipt, block) = (&at.receipt, sees.clock.block);
        let [base, farmed] = sees.base_and_farmed(at.goblin);
        let key = sees.protocols.bank(at.bank).key(at.goblin, receipt.position);
        if at.opened {
            self.agents.of_mut(owner).fate = AgentFate::Open;
            self.agents.of_mut(owner).entered.get_or_insert(block);
            if let Some(details) = self.positions.details_mut(key) {
                let equity = sees
                    .worth(base, receipt.base_from_user - receipt.base_to_user.min(receipt.base_from_user))
                    + sees.worth(farmed, receipt.moves.farmed_from_user);
                details.invest(equity, equity + sees.worth(base, receipt.debt_after));
            }
        }
        if at.closed.is_some() {
            self.leave(owner, block, AgentFate::Closed);
            if let Some(details) = self.positions.details_mut(key) {
                let invested = details.invested_mut();
                invested.proceeds = Some((base, receipt.base_to_user));
                invested.proceeds_value =
                    sees.worth(base, receipt.base_to_user) + sees.worth(farmed, receipt.moves.farmed_to_user);
            }
        }
    }

    fn liquidated(&mut self, at: &Liquidation, sees: &View, directory: &AgentDirectory) {
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
