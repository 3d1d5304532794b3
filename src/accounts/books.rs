//! What is kept of each agent and each position while a run goes on, for the tables written at its end.

use bevy_ecs::prelude::Resource;

use super::fate::AgentFate;
use super::position_books::PositionBooks;
use crate::agents::view::View;
use crate::agents::{AgentDirectory, Listed};
use crate::chain::event::{Event, LentAt, MakerAt, MakerDone, What, WorkedAt};
use crate::chain::ids::{AccountId, AgentId, PositionId};
use crate::chain::liquidation::Liquidation;
use crate::chain::transaction::LendingCall;

/// What is kept of an agent. Worths are in whole numeraire tokens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AgentBook {
    /// Value before the first block.
    pub value_start: f64,
    /// Fees paid for gas, each valued at its block's outside price.
    pub gas_paid: f64,
    /// Farm rewards received, each valued at its block's outside price.
    pub rewards: f64,
    /// What sandwiches took from its trades, each at its time's price.
    pub lost: f64,
    /// Assets over own capital that it was drawn to open with.
    pub leverage: Option<f64>,
    /// The block of its first opening or supply; missing if it never entered, or before the first block.
    pub entered: Option<u64>,
    /// The block of its last exit, a liquidation included; missing if it never left.
    pub left: Option<u64>,
    /// Transactions that a block took, reverted ones included.
    pub transactions: u32,
    /// Those of `transactions` that reverted; they pay for gas too.
    pub reverts: u32,
    /// Transactions that expired, which no block took and which cost nothing.
    pub expired: u32,
    /// How often it left something alone because of what gas costs; known at the end.
    pub priced_out: u32,
    /// What became of it so far.
    pub fate: AgentFate,
}

/// What is kept of every agent, by id, and of every position.
#[derive(Debug, Clone, Default, PartialEq, Resource)]
pub struct Books {
    /// Indexed by `AgentId`.
    pub agents: Vec<AgentBook>,
    /// Of every position that ever owed something.
    pub positions: PositionBooks,
}

impl Books {
    /// Opens the books before the first block; `worths` are the agents', by id. Positions' health factors are followed where
    /// somebody asks for them.
    pub fn open(sees: &View, directory: &AgentDirectory, worths: &[f64], follows: bool) -> Self {
        let agent = |(value_start, listed): (&f64, &Listed)| AgentBook {
            value_start: *value_start,
            gas_paid: 0.0,
            rewards: 0.0,
            lost: 0.0,
            leverage: listed.leverage,
            entered: None,
            left: None,
            transactions: 0,
            reverts: 0,
            expired: 0,
            priced_out: 0,
            fate: AgentFate::Idle,
        };
        let agents = worths.iter().zip(&directory.agents).map(agent).collect();
        let mut books = Self { agents, positions: PositionBooks::open(sees, follows) };
        for bank in sees.protocols.banks() {
            for (row, number) in bank.bank.positions().iter().zip(1..) {
                let owner = directory.agent(row.owner).expect("positions belong to agents");
                books.agents[owner.index()].fate = AgentFate::Open;
                let debt = sees.worth(bank.base, bank.bank.state().debt_value_down(row.debt_share).unwrap_or(0));
                let assets = sees.assets_worth(row);
                let details = books.positions.details_mut(bank.key(row.goblin, PositionId(number)));
                (details.equity, details.leverage) = (Some(assets - debt), Some(assets / (assets - debt)));
            }
            for (book, index) in books.agents.iter_mut().zip(0..) {
                if sees.ledger.balance(directory.account(AgentId(index)), bank.shares) > 0 {
                    book.fate = AgentFate::Open;
                }
            }
        }
        for cell in sees.protocols.makers() {
            let vaults = cell.maker.ilks().flat_map(|ilk| cell.maker.positions(ilk).into_iter().flatten());
            for (owner, _) in vaults.filter(|(_, vault)| vault.art > 0) {
                let owner = directory.agent(owner).expect("vaults belong to agents");
                books.agents[owner.index()].fate = AgentFate::Open;
            }
        }
        books
    }

    /// Books an event on its sender and on the owner of the position that it is about.
    pub fn take_in(&mut self, event: &Event, sees: &View, directory: &AgentDirectory) {
        self.positions.take_in(event, sees);
        if let Some((agent, _)) = event.sender {
            let book = &mut self.agents[agent.index()];
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
                self.agents[agent.index()].rewards += sees.worth(reward, receipt.bounty);
            }
            (What::Deposited(..), Some((agent, _))) => {
                let book = &mut self.agents[agent.index()];
                book.fate = AgentFate::Open;
                book.entered.get_or_insert(sees.clock.block);
            }
            (What::Sandwiched(at), _) => {
                self.agents[at.victim.index()].lost += sees.sandwich_lost(at);
            }
            (What::LiquidityAdded(_), Some((agent, _))) => {
                let book = &mut self.agents[agent.index()];
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
                let book = &mut self.agents[agent.index()];
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
            let book = &mut self.agents[agent.index()];
            book.entered.get_or_insert(block);
            book.fate = AgentFate::Open;
        }
    }

    /// Takes in how often an agent left something alone because of what gas costs; the run is over.
    pub fn priced_out(&mut self, agent: AgentId, times: u32) {
        let book = &mut self.agents[agent.index()];
        book.priced_out = times;
        if book.fate == AgentFate::Idle && (times > 0 || book.expired > 0) {
            book.fate = AgentFate::PricedOut;
        }
    }

    fn leave(&mut self, agent: AgentId, block: u64, fate: AgentFate) {
        let book = &mut self.agents[agent.index()];
        book.left = Some(block);
        book.fate = fate;
    }

    fn worked(&mut self, owner: AgentId, at: &WorkedAt, sees: &View) {
        let (receipt, block) = (&at.receipt, sees.clock.block);
        let [base, farmed] = sees.base_and_farmed(at.goblin);
        let key = sees.protocols.bank(at.bank).key(at.goblin, receipt.position);
        if at.opened {
            let equity = sees.worth(base, receipt.base_from_user - receipt.base_to_user.min(receipt.base_from_user))
                + sees.worth(farmed, receipt.moves.farmed_from_user);
            let debt = sees.worth(base, receipt.debt_after);
            self.agents[owner.index()].fate = AgentFate::Open;
            self.agents[owner.index()].entered.get_or_insert(block);
            let details = self.positions.details_mut(key);
            (details.equity, details.leverage) = (Some(equity), Some((equity + debt) / equity));
        }
        if at.closed.is_some() {
            self.leave(owner, block, AgentFate::Closed);
            let details = self.positions.details_mut(key);
            details.proceeds = Some((base, receipt.base_to_user));
            details.proceeds_worth =
                sees.worth(base, receipt.base_to_user) + sees.worth(farmed, receipt.moves.farmed_to_user);
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
        self.agents.iter().filter(|book| book.fate == fate).count() as u64
    }
}
