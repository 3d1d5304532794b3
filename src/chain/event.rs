//! What happened in the block, in the order in which it happened.

use bevy_ecs::prelude::Resource;
use plimsoll_protocols::amm::{Direction, Traded};

use super::families::amm::LiquidityAt;
use super::families::cdp::{VaultAt, VaultDone};
use super::families::lending::LentAt;
use super::families::leveraged_farm::{ReinvestedAt, SuppliedAt, WorkedAt};
use super::families::staking::StakedAt;
use super::ids::{AccountId, AgentId, DeploymentId, FarmId, FeedId, PoolId, PositionId, PositionKey, TokenId};
use super::liquidation::Liquidation;
pub use super::revert::Revert;
use super::transaction::{Action, Transaction};

/// Something that happened in a block.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Whose transaction it was; none for what the scenario schedules.
    pub sender: Option<(AgentId, AccountId)>,
    /// Gas used; a transaction's gas stands with its first event, and 0 with the others.
    pub gas: u64,
    /// What was paid for that gas, in smallest units of the native token.
    pub fee: u128,
    /// Blocks that the transaction had waited; stands where its gas does.
    pub waited: u32,
    /// What happened, with its numbers.
    pub kind: EventKind,
}

/// What kinds of things happen, each with what accounts, tables and agents need to know of it.
#[derive(Debug, Clone, PartialEq)]
pub enum EventKind {
    /// A swap in a pool.
    Swapped {
        /// In which pool.
        pool: PoolId,
        /// Which token went in, and which came out.
        direction: Direction,
        /// What went in, came out and was kept as a fee, in smallest units.
        traded: Traded,
    },
    /// Liquidity came to a pool.
    LiquidityAdded(Box<LiquidityAt>),
    /// Liquidity left a pool, with what it earned.
    LiquidityRemoved(Box<LiquidityAt>),
    /// A trade at the external venue.
    VenueTraded {
        /// The token that was traded against the numeraire.
        token: TokenId,
        /// Whether it was bought there or sold there.
        bought: bool,
        /// How much of the token, in smallest units.
        amount: u128,
        /// What was paid or received, in smallest units of the numeraire.
        numeraire: u128,
    },
    /// A forced sale was filled by the counterfactual venue.
    SaleMuted {
        /// The position that was liquidated.
        of: PositionKey,
        /// What was sold, in smallest units.
        paid: (TokenId, u128),
        /// What it brought, likewise.
        got: (TokenId, u128),
    },
    /// A position was opened, changed or closed.
    Worked(Box<WorkedAt>),
    /// A position was liquidated, wholly or in part.
    Liquidated(Box<Liquidation>),
    /// A worker's rewards were turned into liquidity.
    Reinvested(Box<ReinvestedAt>),
    /// A bank was supplied.
    Deposited(SuppliedAt),
    /// Supply was taken out of a bank.
    Withdrawn(SuppliedAt),
    /// A staking contract did what its caller asked for.
    Staked(Box<StakedAt>),
    /// A farm was funded.
    FarmFunded {
        /// The staking contract that got the rewards.
        farm: FarmId,
        /// Reward tokens, in smallest units.
        amount: u128,
    },
    /// A lending market did what its caller asked for.
    Lent(Box<LentAt>),
    /// An issuer of a stablecoin did what its caller asked for.
    Vault(Box<VaultAt>),
    /// An oracle's price was published.
    PricePublished {
        /// Whose answer changed.
        feed: FeedId,
        /// The price of a whole token in whole numeraire tokens, wad.
        price_wad: u128,
    },
    /// A bundle was taken: a swap between two of the sender's, whose events stand before this one.
    Sandwiched(Box<Sandwich>),
    /// A transaction went through and left nothing else to tell, as a flash loan that is paid back at once.
    NoEffect {
        /// The name of its last action.
        action: &'static str,
    },
    /// A transaction reverted; nothing happened but the payment of its gas.
    Reverted {
        /// The name of the action at which it failed.
        action: &'static str,
        /// The position that the action named, if it is not the sender's own.
        position: Option<(DeploymentId, PositionId)>,
        /// Why it failed, with its numbers.
        reason: Revert,
    },
    /// A transaction was thrown away: its sender could not pay for its gas.
    Dropped {
        /// The name of its first action.
        action: &'static str,
        /// The position that the action named, if it is not the sender's own.
        position: Option<(DeploymentId, PositionId)>,
    },
    /// A transaction was thrown away: no block took it in time.
    Expired {
        /// The name of its first action.
        action: &'static str,
        /// The position that the action named, if it is not the sender's own.
        position: Option<(DeploymentId, PositionId)>,
    },
    /// A transaction was thrown away: its sender put a dearer one in its place, which waits on.
    Replaced {
        /// The name of its first action.
        action: &'static str,
        /// The position that the action named, if it is not the sender's own.
        position: Option<(DeploymentId, PositionId)>,
    },
}

/// A swap that was taken between two others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sandwich {
    /// The pool of all three swaps.
    pub pool: PoolId,
    /// The way of the front-run and of the swap itself.
    pub direction: Direction,
    /// Whose swap it was.
    pub victim: AgentId,
    /// What the front-run paid into the pool, in smallest units.
    pub paid: u128,
    /// What the back-run got of the same token, in smallest units: more than `paid` where it gained.
    pub returned: u128,
    /// What the victim's swap paid out, in smallest units of the other token.
    pub got: u128,
    /// What it would have paid out without the front-run, likewise.
    pub alone: u128,
}

/// How a transaction came into the block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inclusion {
    /// What it paid on top of the base fee, in the native token's smallest units per unit of gas.
    pub priority_fee: u128,
    /// The block in which it was submitted.
    pub submitted: u64,
}

impl Inclusion {
    /// Returns how a transaction came into its block.
    pub fn of(transaction: &Transaction) -> Self {
        Self { priority_fee: transaction.bid.priority_fee, submitted: transaction.submitted }
    }
}

impl Event {
    /// Returns the accounts that should learn of it: the sender, and who lost a position.
    pub fn concerns(&self) -> [Option<AccountId>; 2] {
        let owner = match &self.kind {
            EventKind::Liquidated(at) => Some(at.owner),
            _ => None,
        };
        [self.sender.map(|(_, account)| account), owner.filter(|owner| self.sender.map(|s| s.1) != Some(*owner))]
    }

    /// Whether a transaction that was to liquidate has come to its end; one that takes another back is none of those.
    pub fn ends_a_liquidation(&self) -> bool {
        match &self.kind {
            EventKind::Liquidated(_) | EventKind::Reverted { .. } => true,
            EventKind::Dropped { action, .. } | EventKind::Expired { action, .. } => *action != Action::Cancel.name(),
            _ => false,
        }
    }

    /// Returns the position that its owner has opened, changed or closed by this.
    pub fn changes(&self) -> Option<PositionKey> {
        match &self.kind {
            EventKind::Lent(at) => Some(at.key),
            EventKind::Worked(at) => Some(at.key),
            EventKind::Vault(at) => matches!(at.done, VaultDone::Changed { .. }).then_some(at.key),
            _ => None,
        }
    }

    /// Returns the debt that an auction, which is over now, has not brought, in smallest units, and the position that
    /// owed it.
    pub fn loses(&self) -> Option<(PositionKey, TokenId, u128)> {
        let EventKind::Vault(at) = &self.kind else { return None };
        let VaultDone::Sold(sold) = at.done else { return None };
        Some((at.key, sold.stablecoin, sold.shortfall()?.to_wad_down().ok()?))
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
    pub fn charge(&mut self, index: usize, gas: u64, fee: u128, waited: u32) {
        let event = &mut self.0[index];
        event.gas = gas;
        event.fee = fee;
        event.waited = waited;
    }
}
