//! What agents ask the chain to do.

use smallvec::SmallVec;

use super::dice::Who;
use super::families::amm::{AmmCall, Swap};
use super::families::{Call, FamilyCall};
use super::gas::GasSchedule;
use super::ids::{AccountId, AgentId, DeploymentId, FeedId, PositionId, PositionKey, TokenId};

/// How much an action takes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AmountIn {
    /// So many smallest units.
    Exact(u128),
    /// What the action before it in the same transaction paid out.
    Received,
    /// What two earlier actions of the same transaction paid out together, named by their places in it.
    Together {
        /// The place of the first, from 0.
        first: u8,
        /// The place of the second.
        second: u8,
    },
}

/// One step of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Calls a protocol.
    Call {
        /// Its address.
        to: DeploymentId,
        /// The call, of the family that it is of.
        call: Call,
    },
    /// Buys a token at the external venue with the numeraire.
    VenueBuy {
        /// The token that is bought.
        token: TokenId,
        /// How much of the numeraire to spend.
        spend: AmountIn,
    },
    /// Sells a token at the external venue for the numeraire.
    VenueSell {
        /// The token that is sold.
        token: TokenId,
        /// How much of it.
        amount: AmountIn,
    },
    /// Tells what an oracle has seen.
    PublishPrice {
        /// The feed whose answer it becomes.
        feed: FeedId,
        /// The price of a whole token in whole numeraire tokens, wad.
        price_wad: u128,
    },
    /// A sale that a liquidation forces; boxed, since few are and it is large.
    Forced(Box<Forced>),
    /// Nothing: what takes a transaction back that waits, under its nonce.
    Cancel,
}

/// A sale that a liquidation forces: muted where the position's sales do not act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forced {
    /// The position that was liquidated.
    pub of: PositionKey,
    /// What is sold, and where: a swap, or a sale at the external venue.
    pub sale: Action,
}

impl Action {
    /// Returns the action as a forced sale of what a liquidation of this position seized, if it sells.
    #[must_use]
    pub fn forced(self, of: PositionKey) -> Self {
        match self {
            Self::Call { call: Call::Amm(AmmCall::Swap(_)), .. } | Self::VenueSell { .. } => {
                Self::Forced(Box::new(Forced { of, sale: self }))
            }
            other => other,
        }
    }

    /// Returns the swap that it makes, forced or not, and in which pool.
    #[inline]
    pub fn swap(&self) -> Option<(DeploymentId, &Swap)> {
        match self {
            Self::Call { to, call: Call::Amm(AmmCall::Swap(swap)) } => Some((*to, swap)),
            Self::Forced(forced) => forced.sale.swap(),
            _ => None,
        }
    }

    /// Returns the action's name in events.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Call { call, .. } => call.name(),
            Self::VenueBuy { .. } => "venue_buy",
            Self::VenueSell { .. } => "venue_sell",
            Self::PublishPrice { .. } => "publish_price",
            Self::Forced(forced) => forced.sale.name(),
            Self::Cancel => "cancel",
        }
    }

    /// Returns the gas that it uses; legs at the external venue use none.
    pub fn gas(&self, schedule: &GasSchedule) -> u64 {
        match self {
            Self::Call { call, .. } => call.gas(schedule),
            Self::VenueBuy { .. } | Self::VenueSell { .. } => 0,
            Self::PublishPrice { .. } => schedule.publish_price,
            Self::Forced(forced) => forced.sale.gas(schedule),
            Self::Cancel => schedule.cancel,
        }
    }

    /// Whether it may fail when it has already written.
    pub fn may_need_undoing(&self) -> bool {
        match self {
            Self::Call { call, .. } => call.may_need_undoing(),
            _ => false,
        }
    }

    /// Returns the position that it names and that is not its sender's, and where.
    pub fn position(&self) -> Option<(DeploymentId, PositionId)> {
        match self {
            Self::Call { to, call } => call.position().map(|position| (*to, position)),
            _ => None,
        }
    }
}

/// What happens at once or not at all. One action needs no memory of its own, nor do two.
pub type Actions = SmallVec<[Action; 2]>;

/// What a transaction offers to be taken. Fees are in the native token's smallest units per unit of gas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bid {
    /// What it pays on top of the base fee, as far as `max_fee` allows.
    pub priority_fee: u128,
    /// The most that it pays in all; it waits while the base fee is above.
    pub max_fee: u128,
    /// The last block that may take it.
    pub last_block: u64,
}

impl Default for Bid {
    fn default() -> Self {
        Self::tip(0)
    }
}

impl Bid {
    /// By how much both fees of a replacement must be above those of what it replaces, in per cent: `PriceBump` in
    /// ethereum/go-ethereum@00452676, core/txpool/legacypool/legacypool.go.
    pub const BUMP_PERCENT: u128 = 10;

    /// A bid that pays this on top of whatever the base fee is, and waits for as long as it takes.
    pub const fn tip(priority_fee: u128) -> Self {
        Self { priority_fee, max_fee: u128::MAX, last_block: u64::MAX }
    }

    /// Returns what it pays on top of the base fee: none while that is above all it would pay.
    pub fn effective_tip(&self, base_fee: u128) -> Option<u128> {
        Some(self.priority_fee.min(self.max_fee.checked_sub(base_fee)?))
    }

    /// Returns the least bid that replaces this one, for as long.
    #[must_use]
    pub fn outbid(&self) -> Self {
        Self { priority_fee: Self::bumped(self.priority_fee), max_fee: Self::bumped(self.max_fee), ..*self }
    }

    /// Returns the least fee with which one that offers `fee` is replaced: above it, and by [`Self::BUMP_PERCENT`],
    /// rounded **down** as geth does.
    pub fn bumped(fee: u128) -> u128 {
        let bumped = fee / 100 * Self::BUMP_PERCENT + fee % 100 * Self::BUMP_PERCENT / 100;
        fee.saturating_add(bumped.max(1))
    }

    /// Whether a transaction with this bid may replace one with `old`.
    pub fn replaces(&self, old: &Self) -> bool {
        self.priority_fee >= Self::bumped(old.priority_fee) && self.max_fee >= Self::bumped(old.max_fee)
    }
}

/// A signed transaction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Transaction {
    /// The agent that signed it.
    pub agent: AgentId,
    /// The agent's key for dice: ties of equal fees go by a hash of it and the nonce.
    pub who: Who,
    /// The account that pays.
    pub sender: AccountId,
    /// How many transactions the sender has signed before: a block takes them in this order.
    pub nonce: u32,
    /// What it offers to be taken.
    pub bid: Bid,
    /// The gas of all its actions together: its limit, and what it uses unless it reverts.
    pub gas: u64,
    /// The block in which it was submitted; of one that replaced others, the block of the first.
    pub submitted: u64,
    /// Whether the gas is bought as it is used, at the expense of the agent's result; otherwise its sender's native tokens
    /// pay for it.
    pub buys_gas: bool,
    /// Whether it goes by a private relay, which nobody else sees, and which leaves out what would revert, at no cost.
    pub revert_protection: bool,
    /// What it does, in this order: all or nothing.
    pub actions: Actions,
}

impl Transaction {
    /// Whether it takes back what waited under its nonce.
    pub fn cancels(&self) -> bool {
        matches!(self.actions[..], [Action::Cancel])
    }

    /// Returns for how many blocks it had to wait until `block`.
    pub fn waited(&self, block: u64) -> u32 {
        u32::try_from(block - self.submitted).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// EIP-1559: `min(max_priority_fee_per_gas, max_fee_per_gas - base_fee_per_gas)`.
    #[test]
    fn a_tip_is_what_the_base_fee_leaves_of_the_most_that_is_paid() {
        let bid = Bid { priority_fee: 3, max_fee: 10, ..Bid::default() };
        assert_eq!([0, 7, 8, 10, 11].map(|base| bid.effective_tip(base)), [Some(3), Some(3), Some(2), Some(0), None]);
    }

    #[test]
    fn a_replacement_pays_a_tenth_more_of_both() {
        let old = Bid { priority_fee: 1_000, max_fee: 10_009, last_block: 9 };
        let with = |priority_fee, max_fee| Bid { priority_fee, max_fee, ..old }.replaces(&old);
        assert!(with(1_100, 11_009));
        assert!(!with(1_099, 11_009) && !with(1_100, 11_008), "a tenth more of one alone");
        assert_eq!((Bid::bumped(0), Bid::bumped(5), Bid::bumped(u128::MAX)), (1, 6, u128::MAX));
    }
}
