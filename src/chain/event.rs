//! What happened in the block, in the order in which it happened.

use bevy_ecs::prelude::Resource;
use thiserror::Error;

use super::ids::{AccountId, AgentId, BankId, FarmId, GoblinId, LiquidationKey, PoolId, PositionId, TokenId};
use super::ledger::{InsufficientFunds, SupplyTooLarge};
use super::venue::VenueError;
use crate::protocol::amm::{AmmError, Side, Traded};
use crate::protocol::farm::alpha_homora::{BankError, Deposited, GoblinError, Killed, Reinvested, Withdrawn, Worked};

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Whose transaction it was; none for what the scenario schedules.
    pub sender: Option<(AgentId, AccountId)>,
    /// Gas used; a transaction's gas stands with its first event.
    pub gas: u64,
    /// What was paid for it, in smallest units of the native token.
    pub fee: u128,
    /// What it was.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// A swap in a pool.
    Swapped {
        /// The pool.
        pool: PoolId,
        /// Which token went in.
        side: Side,
        /// What moved.
        traded: Traded,
    },
    /// A trade at the external venue.
    VenueTraded {
        /// The token that was traded against the numeraire.
        token: TokenId,
        /// Whether it was bought there or sold there.
        bought: bool,
        /// Its amount, in smallest units.
        amount: u128,
        /// What was paid or received, in smallest units of the numeraire.
        numeraire: u128,
    },
    /// A forced sale was filled by the counterfactual venue.
    SaleMuted {
        /// The position that was liquidated.
        of: LiquidationKey,
        /// What was sold, in smallest units.
        paid: (TokenId, u128),
        /// What it brought, likewise.
        got: (TokenId, u128),
    },
    /// A position was opened, changed or closed.
    Worked(Box<WorkedAt>),
    /// A position was killed.
    Killed(Box<KilledAt>),
    /// A goblin's rewards were turned into liquidity.
    Reinvested(GoblinId, Box<Reinvested>),
    /// A bank was supplied.
    Deposited(BankId, Deposited),
    /// Supply was taken out of a bank.
    Withdrawn(BankId, Withdrawn),
    /// A farm was funded.
    FarmFunded {
        /// The farm.
        farm: FarmId,
        /// Reward tokens, in smallest units.
        amount: u128,
    },
    /// A transaction reverted; nothing happened but the payment of its gas.
    Reverted {
        /// The action at which it failed.
        action: &'static str,
        /// The position that the action named.
        position: Option<(BankId, PositionId)>,
        /// Why.
        reason: Revert,
    },
    /// A transaction was thrown away: its sender could not pay for its gas.
    Dropped {
        /// Its first action.
        action: &'static str,
        /// The position that the action named.
        position: Option<(BankId, PositionId)>,
    },
}

/// Work on a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkedAt {
    /// The bank.
    pub bank: BankId,
    /// The goblin.
    pub goblin: GoblinId,
    /// Whether the position is new.
    pub opened: bool,
    /// Whether nothing is left of it.
    pub closed: bool,
    /// The receipt.
    pub receipt: Worked,
    /// How it came into the block.
    pub order: Order,
}

/// How a transaction came into the block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// What it paid on top of the base fee, in the native token's smallest units per unit of gas.
    pub priority_fee: u128,
    /// The block in which it was submitted.
    pub submitted: u64,
}

/// A kill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KilledAt {
    /// The bank.
    pub bank: BankId,
    /// The goblin.
    pub goblin: GoblinId,
    /// The receipt.
    pub receipt: Killed,
    /// How it came into the block.
    pub order: Order,
}

/// Why a transaction reverted.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum Revert {
    /// The sender holds too little.
    #[error(transparent)]
    Funds(#[from] InsufficientFunds),
    /// There would be more of a token than can be counted.
    #[error(transparent)]
    Supply(#[from] SupplyTooLarge),
    /// A swap would have paid less than asked.
    #[error("{out} would come out, at least {least} was asked")]
    Slippage {
        /// What would come out.
        out: u128,
        /// The least accepted.
        least: u128,
    },
    /// A pool refused.
    #[error(transparent)]
    Pool(#[from] AmmError),
    /// A bank refused.
    #[error(transparent)]
    Bank(#[from] BankError),
    /// A goblin refused.
    #[error(transparent)]
    Goblin(#[from] GoblinError),
    /// The external venue could not fill.
    #[error(transparent)]
    Venue(#[from] VenueError),
}

impl Revert {
    /// Returns the kind of reason, by which reverts are counted.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Funds(_) => "insufficient_funds",
            Self::Supply(_) => "supply_too_large",
            Self::Slippage { .. } => "slippage",
            Self::Pool(_) => "pool_refused",
            Self::Bank(BankError::NoDebt { .. }) => "no_debt",
            Self::Bank(BankError::Healthy { .. }) => "healthy",
            Self::Bank(BankError::BadWorkFactor { .. }) => "bad_work_factor",
            Self::Bank(BankError::InsufficientIdle { .. }) => "insufficient_idle",
            Self::Bank(BankError::DebtTooSmall { .. }) => "debt_too_small",
            Self::Bank(_) => "bank_refused",
            Self::Goblin(_) => "goblin_refused",
            Self::Venue(_) => "venue_refused",
        }
    }
}

impl Event {
    /// Returns the accounts that should learn of it: the sender, and who lost a position.
    pub fn concerns(&self) -> [Option<AccountId>; 2] {
        let owner = match &self.what {
            What::Killed(killed) => Some(killed.receipt.owner),
            _ => None,
        };
        [self.sender.map(|(_, account)| account), owner.filter(|owner| self.sender.map(|s| s.1) != Some(*owner))]
    }

    /// Returns the position that it is about.
    pub fn position(&self) -> Option<(BankId, PositionId)> {
        match &self.what {
            What::Worked(at) => Some((at.bank, at.receipt.position)),
            What::Killed(at) => Some((at.bank, at.receipt.position)),
            What::Reverted { position, .. } | What::Dropped { position, .. } => *position,
            _ => None,
        }
    }
}

/// The block's events; cleared by whoever opens the next block.
#[derive(Debug, Clone, Default, PartialEq, Resource)]
pub struct EventLog(Vec<Event>);

impl<'a> IntoIterator for &'a EventLog {
    type Item = &'a Event;
    type IntoIter = std::slice::Iter<'a, Event>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl EventLog {
    /// Returns the events in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Event> {
        self.0.iter()
    }

    /// Returns how many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Says whether nothing happened.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds an event.
    pub fn push(&mut self, event: Event) {
        self.0.push(event);
    }

    /// Forgets all events after the first `len`.
    pub fn truncate(&mut self, len: usize) {
        self.0.truncate(len);
    }

    /// Forgets all events.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Charges a transaction's gas to its first event, which stands at `index`.
    pub fn charge(&mut self, index: usize, gas: u64, fee: u128) {
        let event = &mut self.0[index];
        event.gas = gas;
        event.fee = fee;
    }
}
