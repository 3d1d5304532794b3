//! Liquidity that comes to pools of any kind, and goes.

use smallvec::SmallVec;

use super::AmmError;
use crate::AccountId;

/// An amount of each of a pool's tokens, in their places and in smallest units.
pub type PerToken = SmallVec<[u128; 2]>;

/// Two ticks between which liquidity lies: a price of 1.0001 to the power of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TickRange {
    /// Its lower tick.
    pub lower: i32,
    /// Its upper tick.
    pub upper: i32,
}

impl TickRange {
    /// Whether liquidity there is active while this tick's is.
    #[inline]
    pub fn covers(self, tick: i32) -> bool {
        (self.lower..self.upper).contains(&tick)
    }
}

/// Liquidity to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deposit {
    /// Whose it will be.
    pub owner: AccountId,
    /// Between which ticks; none for pools whose liquidity lies everywhere.
    pub range: Option<TickRange>,
    /// What is offered.
    pub offered: PerToken,
    /// The least liquidity that must come of it.
    pub least_liquidity: u128,
}

/// Liquidity to be removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawal {
    /// Whose it is.
    pub owner: AccountId,
    /// Between which ticks; none for pools whose liquidity lies everywhere.
    pub range: Option<TickRange>,
    /// How much: of liquidity tokens, or of a range's liquidity, where none takes only what was earned.
    pub liquidity: u128,
    /// The least of each token that must come of it; none asks for nothing.
    pub least: PerToken,
}

/// What moved when liquidity came or went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LiquidityMoved {
    /// Between the provider and the pool.
    pub amounts: PerToken,
    /// What of these is fees that were kept apart from the liquidity; none where they are part of it.
    pub fees: PerToken,
    /// Liquidity tokens, or units of a range's liquidity, that came to the provider or left it.
    pub liquidity: u128,
    /// Liquidity tokens that nobody can ever hold.
    pub locked: u128,
    /// Liquidity tokens for the protocol.
    pub protocol_fee: u128,
}

/// Refuses amounts that are not one for each token.
pub(super) fn check_length(given: &PerToken, tokens: usize) -> Result<(), AmmError> {
    if given.len() == tokens { Ok(()) } else { Err(AmmError::Amounts { given: given.len(), tokens }) }
}

/// Refuses a range for a pool whose liquidity lies everywhere.
pub(super) fn check_no_range(range: Option<TickRange>) -> Result<(), AmmError> {
    match range {
        None => Ok(()),
        Some(_) => Err(AmmError::Range { what: "this pool has no ticks" }),
    }
}

/// Refuses an amount below what was asked.
pub(super) fn check_least(amount: u128, least: u128) -> Result<(), AmmError> {
    if amount < least { Err(AmmError::BelowMinimum { amount, least }) } else { Ok(()) }
}

/// Refuses amounts of which one is below what was asked.
pub(super) fn check_each(amounts: &[u128], least: &[u128]) -> Result<(), AmmError> {
    amounts.iter().zip(least).try_for_each(|(amount, least)| check_least(*amount, *least))
}
