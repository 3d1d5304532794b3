//! What is kept of each agent and each position while a run goes on, for the tables written at its end.

use bevy_ecs::prelude::Resource;
use serde::Serialize;

use super::fate::{AgentFate, PositionFate};
use crate::agents::view::View;
use crate::agents::{AgentDirectory, Listed};
use crate::chain::event::{Event, LentAt, MakerAt, MakerDone, What, WorkedAt};
use crate::chain::ids::{AccountId, AgentId, BankId, GoblinId, PositionId};
use crate::chain::liquidation::{Liquidation, SaleKind};
use crate::chain::transaction::LendingCall;

/// What is kept of an agent. Worths are in whole numeraire tokens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AgentBook {
    /// Worth before the first block.
    pub worth_start: f64,
    /// Fees paid for gas, each at its time's price.
    pub gas_paid: f64,
    /// Rewards got, each at its time's price.
    pub rewards: f64,
    /// What sandwiches took from its trades, each at its time's price.
    pub lost: f64,
    /// Assets over own capital that it was drawn to open with.
    pub leverage: Option<f64>,
    /// When it entered, if by a transaction.
    pub entered: Option<u64>,
    /// When it left.
    pub left: Option<u64>,
    /// Its transactions in blocks.
    pub transactions: u32,
    /// Those that reverted.
    pub reverts: u32,
    /// Transactions that expired.
    pub expired: u32,
    /// How often it left something alone because of what gas costs; known at the end.
    pub gave_up: u32,
    /// Where it stands.
    pub fate: AgentFate,
}

/// What is kept of a position. Worths are in whole numeraire tokens, amounts in the base asset's smallest units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PositionBook {
    /// Its bank.
    pub bank: BankId,
    /// Its number there.
    pub position: PositionId,
    /// Its goblin.
    pub goblin: GoblinId,
    /// Whose it is.
    pub owner: AgentId,
    /// When it was opened, if by a transaction.
    pub opened: Option<u64>,
    /// What its owner put in.
    pub equity_start: f64,
    /// Assets over that.
    pub leverage_start: f64,
    /// What became of it.
    pub end: PositionEnd,
}

/// What became of a position.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PositionEnd {
    /// It is still there.
    Open,
    /// It was closed or killed.
    Over {
        /// Which of them.
        fate: PositionFate,
        /// When.
        block: u64,
        /// What it owed before anything was paid back.
        debt: u128,
        /// Its health factor; unknown for one that its owner closed.
        health: Option<f64>,
        /// What its owner got, in the base asset.
        proceeds: u128,
        /// What its owner got, worth.
        worth: f64,
        /// What was left unpaid.
        bad_debt: u128,
    },
}

/// What is kept of every agent, by id, and of every position, in the order in which they were opened.
#[derive(Debug, Clone, Default, PartialEq, Resource)]
pub struct Books {
    /// By agent.
    pub agents: Vec<AgentBook>,
    /// In the order in which they were opened.
    pub positions: Vec<PositionBook>,
    /// By bank and position: where in `positions` it is.
    places: Vec<Vec<u32>>,
}

impl Books {
    /// Opens the books before the first block; `worths` are the agents', by id.
    pub fn open(sees: &View, directory: &AgentDirectory, worths: &[f64]) -> Self {
        let agent = |(worth_start, listed): (&f64, &Listed)| AgentBook {
            worth_start: *worth_start,
            gas_paid: 0.0,
            rewards: 0.0,
            lost: 0.0,
            leverage: listed.leverage,
            entered: None,
            left: None,
            transactions: 0,
            reverts: 0,
            expired: 0,
            gave_up: 0,
            fate: AgentFate::Idle,
        };
        let mut books = Self { agents: worths.iter().zip(&directory.agents).map(agent).collect(), ..Self::default() };
        for bank in sees.protocols.banks() {
            for (row, number) in bank.bank.positions().iter().zip(1..) {
                let owner = directory.agent(row.owner).expect("positions belong to agents");
                books.agents[owner.index()].fate = AgentFate::Open;
                let debt = sees.worth(bank.base, bank.bank.books().debt_value_down(row.debt_share).unwrap_or(0));
                let assets = sees.assets_worth(row);
                let (position, equity) = (PositionId(number), assets - debt);
                books.add(PositionBook {
                    bank: bank.id,
                    position,
                    goblin: row.goblin,
                    owner,
                    opened: None,
                    equity_start: equity,
                    leverage_start: assets / equity,
                    end: PositionEnd::Open,
                });
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

    fn add(&mut self, book: PositionBook) {
        let bank = book.bank.index();
        if self.places.len() <= bank {
            self.places.resize(bank + 1, Vec::new());
        }
        // A bank numbers its positions from 1, in the order in which they are opened.
        self.places[bank].push(u32::try_from(self.positions.len()).expect("positions are numbered in u32"));
        self.positions.push(book);
    }

    /// Takes an event into the books.
    pub fn take_in(&mut self, event: &Event, sees: &View, directory: &AgentDirectory) {
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
                let left = match cell.pool.uniswap_v3() {
                    Some(pool) => pool.positions().any(|(key, held)| key.owner == account && held.liquidity > 0),
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
    pub fn gave_up(&mut self, agent: AgentId, times: u32) {
        let book = &mut self.agents[agent.index()];
        book.gave_up = times;
        if book.fate == AgentFate::Idle && (times > 0 || book.expired > 0) {
            book.fate = AgentFate::GaveUp;
        }
    }

    fn leave(&mut self, agent: AgentId, block: u64, fate: AgentFate) {
        let book = &mut self.agents[agent.index()];
        book.left = Some(block);
        book.fate = fate;
    }

    fn worked(&mut self, owner: AgentId, at: &WorkedAt, sees: &View) {
        let (receipt, block) = (&at.receipt, sees.clock.block);
        let [base, farmed] = sees.legs(at.goblin);
        if at.opened {
            let equity = sees.worth(base, receipt.base_from_user - receipt.base_to_user.min(receipt.base_from_user))
                + sees.worth(farmed, receipt.moves.farmed_from_user);
            let debt = sees.worth(base, receipt.debt_after);
            self.agents[owner.index()].fate = AgentFate::Open;
            self.agents[owner.index()].entered.get_or_insert(block);
            self.add(PositionBook {
                bank: at.bank,
                position: receipt.position,
                goblin: at.goblin,
                owner,
                opened: Some(block),
                equity_start: equity,
                leverage_start: (equity + debt) / equity,
                end: PositionEnd::Open,
            });
        }
        if at.closed.is_some() {
            let worth = sees.worth(base, receipt.base_to_user) + sees.worth(farmed, receipt.moves.farmed_to_user);
            self.leave(owner, block, AgentFate::Closed);
            self.end(
                at.bank,
                receipt.position,
                PositionEnd::Over {
                    fate: PositionFate::Closed,
                    block,
                    debt: receipt.debt_before,
                    health: None,
                    proceeds: receipt.base_to_user,
                    worth,
                    bad_debt: 0,
                },
            );
        }
    }

    fn liquidated(&mut self, at: &Liquidation, sees: &View, directory: &AgentDirectory) {
        let Some(owner) = directory.agent(at.owner).filter(|_| at.is_over) else { return };
        self.leave(owner, sees.clock.block, AgentFate::Killed);
        if at.kind == SaleKind::Kill {
            let bank = sees.protocols.banks().find(|bank| bank.protocol == at.key.protocol);
            self.end(
                bank.expect("only a bank's positions are killed").id,
                PositionId(at.key.position),
                PositionEnd::Over {
                    fate: PositionFate::Killed,
                    block: sees.clock.block,
                    debt: at.debt,
                    health: at.health_factor,
                    proceeds: at.returned,
                    worth: sees.worth(at.debt_token, at.returned),
                    bad_debt: at.bad_debt,
                },
            );
        }
    }

    fn end(&mut self, bank: BankId, position: PositionId, end: PositionEnd) {
        let place = self.places[bank.index()][position.0 as usize - 1];
        self.positions[place as usize].end = end;
    }
}

/// What became of positions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct PositionCounts {
    /// There before the first block, or opened since.
    pub opened: u64,
    /// Closed by their owners.
    pub closed: u64,
    /// Killed.
    pub killed: u64,
    /// Still open.
    pub open: u64,
}

impl Books {
    /// Counts the agents that a thing became of.
    pub fn count_fate(&self, fate: AgentFate) -> u64 {
        self.agents.iter().filter(|book| book.fate == fate).count() as u64
    }

    /// Counts what became of positions.
    pub fn count_positions(&self) -> PositionCounts {
        let mut counts = PositionCounts { opened: self.positions.len() as u64, ..PositionCounts::default() };
        for book in &self.positions {
            match book.end {
                PositionEnd::Open => counts.open += 1,
                PositionEnd::Over { fate: PositionFate::Killed, .. } => counts.killed += 1,
                PositionEnd::Over { .. } => counts.closed += 1,
            }
        }
        counts
    }
}
