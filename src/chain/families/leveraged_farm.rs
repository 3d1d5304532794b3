//! Calls to banks of leveraged farmers, and to the workers that farm with what a bank lends.

use super::{Call, FamilyCall};
use crate::chain::forced_sales::OtherSale;
use crate::chain::gas::GasSchedule;
use crate::chain::ids::{BankId, DeploymentId, PositionId, PositionKey, WorkerId};
use crate::chain::liquidation::Liquidation;
use crate::chain::transaction::Action;

/// What a bank or a worker is asked to do. Amounts are in smallest units of the bank's base asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeverageCall {
    /// Of a bank: open, change or close a leveraged position; boxed, since it is large.
    Work(Box<WorkOrder>),
    /// Of a bank: liquidate a position.
    Kill(PositionId),
    /// Of a worker: turn its rewards into liquidity.
    Reinvest,
    /// Of a bank: take a supply in.
    Deposit {
        /// How much of the base asset.
        amount: u128,
    },
    /// Of a bank: give a supply back.
    Withdraw {
        /// How many of the bank's shares.
        shares: u128,
    },
}

impl LeverageCall {
    /// Returns it as a call to a bank, or to a worker.
    pub fn of(self, to: DeploymentId) -> Action {
        Action::Call { to, call: Call::LeveragedFarm(self) }
    }
}

/// What a farmer asks of its bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkOrder {
    /// Through which worker it is farmed.
    pub worker: WorkerId,
    /// Which position; none opens a new one.
    pub position: Option<PositionId>,
    /// The owner's own base asset that goes in.
    pub value: u128,
    /// What is borrowed on top.
    pub loan: u128,
    /// The most debt that is paid back from what comes out.
    pub max_return: u128,
    /// What the worker does with it.
    pub strategy: Strategy,
    /// What its sale is, if it closes the position.
    pub sale: OtherSale,
}

/// What a worker does for a position's owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strategy {
    /// Puts all in, of which so much is in the farmed token: more liquidity.
    Add {
        /// Smallest units of the farmed token from the owner; without any, a part of the base asset is swapped.
        farmed: u128,
        /// The least liquidity tokens accepted, in smallest units.
        least_liquidity: u128,
    },
    /// Takes all liquidity out and sells all of it for the base asset.
    SellAll {
        /// The least base asset accepted, in smallest units.
        least_base: u128,
    },
    /// Takes all liquidity out and sells only what the debt needs; the owner gets the rest of the farmed token.
    SellForDebt {
        /// The least of the farmed token accepted, in smallest units.
        least_farmed: u128,
    },
}

impl Strategy {
    /// Whether it takes all liquidity out.
    pub fn closes(self) -> bool {
        !matches!(self, Self::Add { .. })
    }
}

impl FamilyCall for LeverageCall {
    fn name(&self) -> &'static str {
        match self {
            Self::Work(_) => "work",
            Self::Kill(_) => "kill",
            Self::Reinvest => "reinvest",
            Self::Deposit { .. } => "deposit",
            Self::Withdraw { .. } => "withdraw",
        }
    }

    fn gas(&self, schedule: &GasSchedule) -> u64 {
        match self {
            Self::Work(_) => schedule.work,
            Self::Kill(_) => schedule.kill,
            Self::Reinvest => schedule.reinvest,
            Self::Deposit { .. } => schedule.deposit,
            Self::Withdraw { .. } => schedule.withdraw,
        }
    }

    /// How many shares come of a deposit is known only then, and there may be more than can be counted.
    fn may_need_undoing(&self) -> bool {
        matches!(self, Self::Deposit { .. })
    }

    fn position(&self) -> Option<PositionId> {
        match self {
            Self::Kill(position) => Some(*position),
            _ => None,
        }
    }
}

/// Work on a position; amounts are in smallest units.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkedAt {
    /// The position, across protocols.
    pub key: PositionKey,
    /// The bank.
    pub bank: BankId,
    /// The worker.
    pub worker: WorkerId,
    /// Whether the position is new.
    pub opened: bool,
    /// What closing it sold, told as a liquidation; none if something is left of it.
    pub closed: Option<Liquidation>,
    /// What its sale is, if it was closed.
    pub sale: OtherSale,
    /// Base asset from the owner.
    pub base_from_owner: u128,
    /// Base asset to the owner.
    pub base_to_owner: u128,
    /// Farmed token from the owner.
    pub farmed_from_owner: u128,
    /// Farmed token to the owner.
    pub farmed_to_owner: u128,
    /// What the position owes afterwards, in the base asset.
    pub debt: u128,
    /// The position's share of what the worker has staked, afterwards.
    pub share: u128,
    /// Base asset and farmed token that went into the pool for it.
    pub added: [u128; 2],
}

impl WorkedAt {
    /// Returns the position's number in its bank.
    pub fn position(&self) -> PositionId {
        PositionId(self.key.position)
    }
}

/// Rewards that became liquidity; amounts are in smallest units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReinvestedAt {
    /// The worker.
    pub worker: WorkerId,
    /// Reward tokens for whoever called.
    pub bounty: u128,
    /// Reward tokens sold.
    pub sold: u128,
    /// Base asset that they brought.
    pub bought: u128,
    /// Base asset and farmed token that went into the pool.
    pub added: [u128; 2],
    /// Shares of all positions in what the worker has staked, which grows by that.
    pub shares: u128,
}

/// Supply that came to a bank or left it; amounts are in smallest units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SuppliedAt {
    /// The bank.
    pub bank: BankId,
    /// Of its base asset.
    pub value: u128,
    /// Of its shares.
    pub shares: u128,
}
