//! What each call moved: every transfer between two parties by itself, so that a ledger can book them one by one.
//! Amounts are in smallest units.
//!
//! The goblin stands for its strategies too: what they leave behind as dust is the goblin's.

use super::{BaseAndFarmed, PositionId};
use crate::AccountId;
use crate::amm::Traded;

/// Interest that a call counted before it did anything else. No token moves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Accrued {
    /// Added to what the borrowers owe.
    pub interest: u128,
    /// The part of it that belongs to the bank's reserve, not to its depositors.
    pub to_reserve: u128,
}

/// A deposit into the bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deposited {
    /// Interest accrued up to this call, before it took effect.
    pub accrued: Accrued,
    /// Base from the depositor to the bank.
    pub value: u128,
    /// Interest-bearing shares minted to the depositor.
    pub share: u128,
}

/// A withdrawal from the bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Withdrawn {
    /// Interest accrued up to this call, before it took effect.
    pub accrued: Accrued,
    /// Interest-bearing shares of the depositor burnt.
    pub share: u128,
    /// Base from the bank to the depositor.
    pub value: u128,
}

/// What moved around a goblin while it worked, all in smallest units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GoblinMoves {
    /// Liquidity tokens from the farm to the goblin.
    pub lp_unstaked: u128,
    /// Liquidity tokens of the goblin burnt.
    pub lp_burned: u128,
    /// From the pair to the goblin for the burnt liquidity.
    pub burn_to_goblin: BaseAndFarmed,
    /// From the goblin to the pair as payment for a swap.
    pub swap_from_goblin: BaseAndFarmed,
    /// From the pair to the goblin as proceeds of a swap.
    pub swap_to_goblin: BaseAndFarmed,
    /// Farmed token of a closed position from the goblin to whoever bought it, and base from there to the goblin.
    pub sold: Traded,
    /// From the goblin to the pair for new liquidity.
    pub mint_from_goblin: BaseAndFarmed,
    /// Liquidity tokens minted to the goblin.
    pub lp_minted: u128,
    /// Liquidity tokens minted to the pair's treasury, if its protocol fee is on.
    pub lp_protocol_fee: u128,
    /// Liquidity tokens from the goblin to the farm.
    pub lp_staked: u128,
    /// Farmed token from the user to the goblin.
    pub farmed_from_user: u128,
    /// Farmed token from the goblin to the user.
    pub farmed_to_user: u128,
}

/// Work on a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Worked {
    /// The position; a new one has the next free number.
    pub position: PositionId,
    /// Interest accrued up to this call, before it took effect.
    pub accrued: Accrued,
    /// Base that the position owed before, interest included.
    pub debt_before: u128,
    /// Base that it owes now.
    pub debt_after: u128,
    /// Base that the position would sell for now, if it owes anything.
    pub health: Option<u128>,
    /// Base from the user to the bank.
    pub base_from_user: u128,
    /// Base from the bank to the goblin: what the user sent and the loan.
    pub base_to_goblin: u128,
    /// Tokens and liquidity that moved between the goblin, its pair and its farm.
    pub moves: GoblinMoves,
    /// Base from the goblin to the bank.
    pub base_from_goblin: u128,
    /// Base from the bank to the user.
    pub base_to_user: u128,
}

/// A liquidation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Killed {
    /// The position.
    pub position: PositionId,
    /// The position's owner.
    pub owner: AccountId,
    /// Interest accrued up to this call, before it took effect.
    pub accrued: Accrued,
    /// Base that the position owed.
    pub debt: u128,
    /// Base that it would have sold for, by the bank's formula.
    pub health: u128,
    /// Tokens and liquidity that moved between the goblin, its pair and its farm.
    pub moves: GoblinMoves,
    /// Base from the goblin to the bank.
    pub back: u128,
    /// Base from the bank to the liquidator.
    pub prize: u128,
    /// Base from the bank to the owner.
    pub left: u128,
    /// Debt that what came back, less the prize, does not cover: the depositors' loss.
    pub bad_debt: u128,
}

/// A reward turned into more liquidity for all of a goblin's positions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reinvested {
    /// Reward token from the farm to the goblin.
    pub reward: u128,
    /// Reward token from the goblin to the caller.
    pub bounty: u128,
    /// Reward token from the goblin to the reward pair.
    pub reward_sold: u128,
    /// Base from the reward pair to the goblin.
    pub base_bought: u128,
    /// Tokens and liquidity that moved besides.
    pub moves: GoblinMoves,
}

/// A position booked before the first block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenedAtGenesis {
    /// The position.
    pub position: PositionId,
    /// Interest accrued up to this call, before it took effect.
    pub accrued: Accrued,
    /// Base from the bank to the genesis account, which is what the position owes.
    pub debt: u128,
    /// Base that the position would sell for, by the bank's formula.
    pub health: u128,
    /// From the genesis account to the goblin and on to the pair: the part of the amounts that fits the pool's ratio.
    pub used: BaseAndFarmed,
    /// Liquidity tokens minted to the goblin, and from it to the farm.
    pub lp_staked: u128,
    /// Liquidity tokens minted to the pair's treasury, if its protocol fee is on.
    pub lp_protocol_fee: u128,
}
