//! What agents ask the chain to do.

use smallvec::SmallVec;

use super::dice::Who;
use super::gas::GasSchedule;
use super::ids::{AccountId, AgentId, BankId, GoblinId, LiquidationKey, PoolId, PositionId, TokenId};
use crate::protocol::amm::Side;
use crate::protocol::farm::alpha_homora::Strategy;

/// How much an action takes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AmountIn {
    /// So many smallest units.
    Exact(u128),
    /// What the action before it in the same transaction paid out.
    Received,
}

/// One call to a protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Swaps in a pool; reverts below `least_out`.
    Swap {
        /// The pool.
        pool: PoolId,
        /// Which token goes in.
        side: Side,
        /// How much goes in.
        amount_in: AmountIn,
        /// The least that must come out.
        least_out: u128,
    },
    /// Buys a token at the external venue with the numeraire.
    VenueBuy {
        /// The token.
        token: TokenId,
        /// How much of the numeraire to spend.
        spend: AmountIn,
    },
    /// Sells a token at the external venue for the numeraire.
    VenueSell {
        /// The token.
        token: TokenId,
        /// How much of it.
        amount: AmountIn,
    },
    /// Opens, changes or closes a leveraged position: Alpha Homora's `work`.
    Work(Box<WorkOrder>),
    /// Kills a position that is under water.
    Kill {
        /// The bank.
        bank: BankId,
        /// The position.
        position: PositionId,
    },
    /// Turns a goblin's rewards into liquidity.
    Reinvest {
        /// The goblin.
        goblin: GoblinId,
    },
    /// Supplies a bank.
    Deposit {
        /// The bank.
        bank: BankId,
        /// How much of its base asset.
        amount: u128,
    },
    /// Takes supply back out of a bank.
    Withdraw {
        /// The bank.
        bank: BankId,
        /// How many of its shares.
        shares: u128,
    },
    /// A sale that a liquidation forces; boxed, since few are and it is large.
    Forced(Box<Forced>),
}

/// A sale that a liquidation forces: muted where the position's sales do not act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forced {
    /// The position that was liquidated.
    pub of: LiquidationKey,
    /// What is sold, and where.
    pub sale: Sale,
}

/// A sale, as [`Action::Swap`] and [`Action::VenueSell`] make it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sale {
    /// In a pool.
    Swap {
        /// The pool.
        pool: PoolId,
        /// Which token goes in.
        side: Side,
        /// How much goes in.
        amount_in: AmountIn,
        /// The least that must come out.
        least_out: u128,
    },
    /// At the external venue.
    Venue {
        /// The token.
        token: TokenId,
        /// How much of it.
        amount: AmountIn,
    },
}

impl Sale {
    /// Returns the same sale by somebody who is not forced to it.
    pub fn plain(self) -> Action {
        match self {
            Self::Swap { pool, side, amount_in, least_out } => Action::Swap { pool, side, amount_in, least_out },
            Self::Venue { token, amount } => Action::VenueSell { token, amount },
        }
    }
}

/// What a farmer asks of its bank; boxed, since it is three times as large as any other action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkOrder {
    /// Through which goblin.
    pub goblin: GoblinId,
    /// Which position; none opens a new one.
    pub position: Option<PositionId>,
    /// The owner's own base asset that goes in.
    pub value: u128,
    /// What is borrowed on top.
    pub loan: u128,
    /// The most debt that is paid back from what comes out.
    pub max_return: u128,
    /// What is done with it.
    pub strategy: Strategy,
}

impl Action {
    /// Returns the action's name in events.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Swap { .. } => "swap",
            Self::VenueBuy { .. } => "venue_buy",
            Self::VenueSell { .. } => "venue_sell",
            Self::Work(_) => "work",
            Self::Kill { .. } => "kill",
            Self::Reinvest { .. } => "reinvest",
            Self::Deposit { .. } => "deposit",
            Self::Withdraw { .. } => "withdraw",
            Self::Forced(forced) => match forced.sale {
                Sale::Swap { .. } => "swap",
                Sale::Venue { .. } => "venue_sell",
            },
        }
    }

    /// Returns the position that it kills, if it does.
    pub fn position(&self) -> Option<(BankId, PositionId)> {
        match self {
            Self::Kill { bank, position } => Some((*bank, *position)),
            _ => None,
        }
    }
}

/// What happens at once or not at all. One action needs no memory of its own, nor do two.
pub type Actions = SmallVec<[Action; 2]>;

/// A signed transaction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Transaction {
    /// Whose it is.
    pub agent: AgentId,
    /// The same, as dice know it.
    pub who: Who,
    /// The account that pays.
    pub sender: AccountId,
    /// The sender's count of transactions.
    pub nonce: u32,
    /// What it pays on top of the base fee, in the native token's smallest units per unit of gas.
    pub priority_fee: u128,
    /// The gas it uses.
    pub gas: u64,
    /// The block in which it was submitted.
    pub submitted: u64,
    /// What it does.
    pub actions: Actions,
}

impl GasSchedule {
    /// Returns the gas of a transaction's actions; legs at the external venue use none.
    pub fn of(&self, actions: &[Action]) -> u64 {
        let mut swapped = false;
        actions
            .iter()
            .map(|action| match action {
                Action::Swap { .. } if std::mem::replace(&mut swapped, true) => self.further_swap,
                Action::Swap { .. } => self.swap,
                Action::VenueBuy { .. } | Action::VenueSell { .. } => 0,
                Action::Work(_) => self.work,
                Action::Kill { .. } => self.kill,
                Action::Reinvest { .. } => self.reinvest,
                Action::Deposit { .. } => self.deposit,
                Action::Withdraw { .. } => self.withdraw,
                Action::Forced(forced) => match forced.sale {
                    Sale::Swap { .. } if std::mem::replace(&mut swapped, true) => self.further_swap,
                    Sale::Swap { .. } => self.swap,
                    Sale::Venue { .. } => 0,
                },
            })
            .sum()
    }
}
