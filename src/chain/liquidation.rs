//! A liquidation, whatever the protocol: one fact in the event log, from which accounts, tables, traces and sums are made.

use smallvec::SmallVec;

use super::event::Inclusion;
use super::ids::{AccountId, FeedId, PoolId, PositionKey, TokenId};

words! {
    /// How a position was sold.
    pub enum SaleKind {
        /// The liquidator called the protocol, which sold the position itself.
        Kill = "kill",
        /// The liquidator repaid debt and seized collateral.
        Liquidate = "liquidate",
        /// The collateral was put on auction.
        Auction = "auction",
        /// The owner closed it: a forced sale only where the scenario counts it as one.
        Close = "close",
    }
}

/// Where a protocol looks for the price that decides about liquidations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PriceSource {
    /// In a pool, which tells the price of the other token if it is inverted.
    Pool {
        /// Which pool.
        pool: PoolId,
        /// Whether the priced token is the pool's second.
        inverted: bool,
    },
    /// At the answer of an oracle.
    Oracle(FeedId),
}

/// What a liquidator gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prize {
    /// The protocol pays it, in smallest units of the debt's token.
    Paid(u128),
    /// What is seized, for what is repaid.
    Seized,
}

/// A position that was liquidated, wholly or in part. Amounts are in smallest units; those without a token of their own are
/// in the debt's.
#[derive(Debug, Clone, PartialEq)]
pub struct Liquidation {
    /// The position, across protocols.
    pub key: PositionKey,
    /// Who owned it.
    pub owner: AccountId,
    /// How it was sold.
    pub kind: SaleKind,
    /// The call, by the word that events have for it.
    pub action: &'static str,
    /// The token whose price decided.
    pub collateral: TokenId,
    /// Where the protocol looks for that price.
    pub price_source: PriceSource,
    /// Collateral taken from the position, by token.
    pub seized: SmallVec<[(TokenId, u128); 2]>,
    /// How much of `collateral` is sold: by the liquidation itself, or by whoever gets it.
    pub sold: u128,
    /// What a sale by the liquidation itself brought; none where somebody else sells.
    pub brought: Option<u128>,
    /// The token that was owed.
    pub debt_token: TokenId,
    /// Debt that was liquidated.
    pub debt: u128,
    /// The same in whole tokens: a protocol may count finer than in smallest units.
    pub debt_whole: f64,
    /// What was paid of it at once; an auction pays later.
    pub repaid: u128,
    /// What the position still owes of this token.
    pub debt_left: u128,
    /// Whether no collateral is left in it.
    pub is_over: bool,
    /// Debt that nobody will pay, written off or without collateral. What an auction leaves unpaid is known when it is
    /// over.
    pub bad_debt: u128,
    /// What the liquidator got.
    pub prize: Prize,
    /// What was left to the owner after debt and prize.
    pub returned: u128,
    /// The position's health factor before, below 1 but for closings; none where it owed nothing.
    pub health_factor: Option<f64>,
    /// The auction that sells the collateral, by its number; none where no auction does.
    pub auction: Option<u32>,
    /// How the transaction came into the block.
    pub inclusion: Inclusion,
}
