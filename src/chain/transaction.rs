//! What agents ask the chain to do.

use smallvec::SmallVec;

use super::dice::Who;
use super::forced_sales::OtherSale;
use super::ids::{AccountId, AgentId, BankId, FeedId, GoblinId, LendingId, PoolId, PositionId, PositionKey, TokenId};
use crate::chain::cdp::MakerOrder;
use crate::protocol::amm::{Direction, PerToken, TickRange};
use crate::protocol::farm::alpha_homora::Strategy;
use crate::protocol::lending::Part;

/// How much an action takes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AmountIn {
    /// So many smallest units.
    Exact(u128),
    /// What the action before it in the same transaction paid out.
    Received,
    /// What two earlier actions of the same transaction paid out together, named by their places in it.
    Together {
        /// The first.
        first: u8,
        /// The second.
        second: u8,
    },
}

/// One call to a protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Swaps in a pool; reverts below `least_out`.
    Swap {
        /// The pool.
        pool: PoolId,
        /// Which token goes in, and which comes out.
        direction: Direction,
        /// How much goes in.
        amount_in: AmountIn,
        /// The least that must come out.
        least_out: u128,
    },
    /// Adds liquidity to a pool, or removes it; boxed, since few do.
    Liquidity(Box<LiquidityOrder>),
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
    /// Calls a lending market.
    Lend(Box<LendingOrder>),
    /// Calls a Maker system.
    Maker(Box<MakerOrder>),
    /// Tells what an oracle has seen.
    PublishPrice {
        /// The feed.
        feed: FeedId,
        /// The price of a whole token in whole numeraire tokens, wad.
        price_wad: u128,
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
    pub of: PositionKey,
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
        /// Which token goes in, and which comes out.
        direction: Direction,
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

impl Action {
    /// Returns the action as a forced sale of what a liquidation of this position seized, if it sells.
    #[must_use]
    pub fn forced(self, of: PositionKey) -> Self {
        let sale = match self {
            Self::Swap { pool, direction, amount_in, least_out } => {
                Sale::Swap { pool, direction, amount_in, least_out }
            }
            Self::VenueSell { token, amount } => Sale::Venue { token, amount },
            other => return other,
        };
        Self::Forced(Box::new(Forced { of, sale }))
    }
}

impl Sale {
    /// Returns the same sale by somebody who is not forced to it.
    pub fn plain(self) -> Action {
        match self {
            Self::Swap { pool, direction, amount_in, least_out } => {
                Action::Swap { pool, direction, amount_in, least_out }
            }
            Self::Venue { token, amount } => Action::VenueSell { token, amount },
        }
    }
}

/// What a provider of liquidity asks of a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiquidityOrder {
    /// The pool.
    pub pool: PoolId,
    /// Between which ticks; none for pools whose liquidity lies everywhere.
    pub range: Option<TickRange>,
    /// What is asked for.
    pub call: LiquidityCall,
}

/// Liquidity in or out, with the least that the sender accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LiquidityCall {
    /// In.
    Add {
        /// What is offered, in smallest units of each of the pool's tokens.
        offered: PerToken,
        /// The least liquidity that must come of it.
        least_liquidity: u128,
    },
    /// In, at most what the sender holds when it comes to it: after a withdrawal and a trade of the same transaction,
    /// whose outcome is not known to the unit before.
    AddUpTo {
        /// The most that is put in, in smallest units of each of the pool's tokens.
        most: PerToken,
        /// The least liquidity that must come of it.
        least_liquidity: u128,
    },
    /// Out, with what it earned. No liquidity asks for only what was earned, where that is kept apart.
    Remove {
        /// How much.
        liquidity: u128,
        /// The least of each token that must come out; none asks for nothing.
        least: PerToken,
    },
}

impl LiquidityCall {
    /// Returns the call's name in events.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Add { .. } | Self::AddUpTo { .. } => "add_liquidity",
            Self::Remove { liquidity: 0, .. } => "collect_fees",
            Self::Remove { .. } => "remove_liquidity",
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
    /// What its sale is, if it closes the position.
    pub sale: OtherSale,
}

/// A call to a lending market; boxed in actions, since most are smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LendingOrder {
    /// The market.
    pub market: LendingId,
    /// The call.
    pub call: LendingCall,
}

/// What a lending market is asked to do. Assets are named by their places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LendingCall {
    /// Take an amount in.
    Supply {
        /// The asset.
        asset: u8,
        /// How much of it.
        amount: AmountIn,
    },
    /// Give a part of the sender's claim back.
    Withdraw {
        /// The asset.
        asset: u8,
        /// How much of it.
        part: Part,
    },
    /// Lend to the sender.
    Borrow {
        /// The asset.
        asset: u8,
        /// How much of it.
        amount: u128,
    },
    /// Take back what the sender owes, and no more.
    Repay {
        /// The asset.
        asset: u8,
        /// How much of it at most.
        most: AmountIn,
    },
    /// Liquidate a position.
    Liquidate {
        /// Whose.
        borrower: AccountId,
        /// The asset that is seized.
        collateral: u8,
        /// The asset that is repaid.
        debt: u8,
        /// How much of it at most.
        most: AmountIn,
    },
    /// Lend until the transaction's end.
    FlashLoan {
        /// The asset.
        asset: u8,
        /// How much of it.
        amount: u128,
    },
    /// Pay the flash loan back, with its premium.
    RepayFlashLoan,
}

impl LendingCall {
    /// Returns the call's name in events.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Supply { .. } => "supply",
            Self::Withdraw { .. } => "withdraw_claim",
            Self::Borrow { .. } => "borrow",
            Self::Repay { .. } => "repay",
            Self::Liquidate { .. } => "liquidate",
            Self::FlashLoan { .. } => "flash_loan",
            Self::RepayFlashLoan => "repay_flash_loan",
        }
    }
}

impl Action {
    /// Returns the action's name in events.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Swap { .. } => "swap",
            Self::Liquidity(order) => order.call.name(),
            Self::VenueBuy { .. } => "venue_buy",
            Self::VenueSell { .. } => "venue_sell",
            Self::Work(_) => "work",
            Self::Kill { .. } => "kill",
            Self::Reinvest { .. } => "reinvest",
            Self::Lend(order) => order.call.name(),
            Self::Maker(order) => order.call.name(),
            Self::PublishPrice { .. } => "publish_price",
            Self::Deposit { .. } => "deposit",
            Self::Withdraw { .. } => "withdraw",
            Self::Forced(forced) => match forced.sale {
                Sale::Swap { .. } => "swap",
                Sale::Venue { .. } => "venue_sell",
            },
        }
    }

    /// Says whether it may fail when it has already written: it takes a flash loan, which some later action must pay
    /// back, or a Maker system counts fees first.
    pub fn may_need_undoing(&self) -> bool {
        match self {
            Self::Lend(order) => matches!(order.call, LendingCall::FlashLoan { .. }),
            Self::Maker(_) => true,
            _ => false,
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
    /// Whose it is.
    pub agent: AgentId,
    /// The same, as dice know it.
    pub who: Who,
    /// The account that pays.
    pub sender: AccountId,
    /// The sender's count of transactions.
    pub nonce: u32,
    /// What it offers to be taken.
    pub bid: Bid,
    /// The gas it uses.
    pub gas: u64,
    /// The block in which it was submitted; of one that replaced others, the block of the first.
    pub submitted: u64,
    /// What it does.
    pub actions: Actions,
}

impl Transaction {
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
