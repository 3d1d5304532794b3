//! What a goblin can do with a position's liquidity tokens, the base it was sent and the user's farmed token.

use super::{BaseAndFarmed, GoblinError, SaleVenue, working_copy::WorkingCopy};
use plimsoll_math::{MathError, U256, sum};

/// What the user wants done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strategy {
    /// `StrategyAllETHOnly`: swap as much of the base as balances the two sides, and add both.
    AllBase {
        /// The least liquidity tokens accepted.
        min_lp: u128,
    },
    /// `StrategyAddTwoSidesOptimal`: bring farmed token too, swap what is too much of either, and add both.
    TwoSides {
        /// Smallest units of the farmed token from the user.
        farmed: u128,
        /// The least liquidity tokens accepted.
        min_lp: u128,
    },
    /// `StrategyLiquidate`: remove all liquidity and sell it for base.
    Liquidate {
        /// The least base accepted, what was sent along included.
        min_base: u128,
    },
    /// `StrategyWithdrawMinimizeTrading`: remove all liquidity and sell only what the debt needs.
    MinimizeTrading {
        /// The least of the farmed token accepted.
        min_farmed: u128,
    },
}

impl Strategy {
    /// Says whether it removes all liquidity.
    pub fn closes(self) -> bool {
        matches!(self, Self::Liquidate { .. } | Self::MinimizeTrading { .. })
    }
}

/// What a strategy leaves: liquidity tokens to stake again, and base for the bank.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Outcome {
    pub(super) lp: u128,
    pub(super) base: u128,
}

impl WorkingCopy {
    /// Does what the user wants with `lp` unstaked liquidity tokens and `sent` base, for a position that owes `debt`.
    pub(super) fn execute(
        &mut self,
        strategy: Strategy,
        (lp, sent, debt): (u128, u128, u128),
        venue: &mut dyn SaleVenue,
    ) -> Result<Outcome, GoblinError> {
        match strategy {
            Strategy::AllBase { min_lp } => Ok(Outcome { lp: lp + self.add_all_base(sent, min_lp)?, base: 0 }),
            Strategy::TwoSides { farmed, min_lp } => {
                Ok(Outcome { lp: lp + self.add_two_sides(sent, farmed, min_lp)?, base: 0 })
            }
            Strategy::Liquidate { min_base } => Ok(Outcome { lp: 0, base: self.liquidate(lp, sent, min_base, venue)? }),
            Strategy::MinimizeTrading { min_farmed } => {
                Ok(Outcome { lp: 0, base: self.minimize_trading((lp, sent, debt), min_farmed, venue)? })
            }
        }
    }

    /// Turns base into liquidity tokens, and returns how many. What does not fit stays as dust.
    pub(super) fn add_all_base(&mut self, sent: u128, min_lp: u128) -> Result<u128, GoblinError> {
        let dust = self.state.dust_all_base;
        let base = sum(dust.base, sent)?;
        let swapped = balancing_base_down(base, self.reserves().base)?;
        let bought = self.buy_farmed(swapped)?;
        let desired = BaseAndFarmed { base: base - swapped, farmed: sum(dust.farmed, bought)? };
        let (lp, left) = self.add_at_least(desired, min_lp)?;
        self.state.dust_all_base = left;
        Ok(lp)
    }

    /// Turns base and the user's farmed token into liquidity tokens, and returns how many. What does not fit stays as
    /// dust.
    fn add_two_sides(&mut self, sent: u128, farmed: u128, min_lp: u128) -> Result<u128, GoblinError> {
        let dust = self.state.dust_two_sides;
        let mut held = BaseAndFarmed { base: sum(dust.base, sent)?, farmed: sum(dust.farmed, farmed)? };
        self.moves.farmed_from_user = farmed;
        let reserves = self.reserves();
        if U256::product(held.base, reserves.farmed) >= U256::product(held.farmed, reserves.base) {
            let swapped = excess_down(held.base, held.farmed, reserves.base, reserves.farmed)?;
            held.farmed = sum(held.farmed, self.buy_farmed(swapped)?)?;
            held.base -= swapped;
        } else {
            let swapped = excess_down(held.farmed, held.base, reserves.farmed, reserves.base)?;
            held.base = sum(held.base, self.swap_farmed(swapped)?)?;
            held.farmed -= swapped;
        }
        let (lp, left) = self.add_at_least(held, min_lp)?;
        self.state.dust_two_sides = left;
        Ok(lp)
    }

    /// Turns liquidity tokens into base, and returns it with what was sent along.
    pub(super) fn liquidate(
        &mut self,
        lp: u128,
        sent: u128,
        min_base: u128,
        venue: &mut dyn SaleVenue,
    ) -> Result<u128, GoblinError> {
        let removed = self.remove_liquidity(lp)?;
        let proceeds = self.sell_farmed(removed.farmed, venue)?;
        let received = sum(sum(sent, removed.base)?, proceeds)?;
        if received < min_base {
            return Err(GoblinError::InsufficientBase { received, least: min_base });
        }
        Ok(received)
    }

    /// Turns liquidity tokens into base, at least as much as is owed, and gives the user the farmed token that is left.
    fn minimize_trading(
        &mut self,
        (lp, sent, debt): (u128, u128, u128),
        min_farmed: u128,
        venue: &mut dyn SaleVenue,
    ) -> Result<u128, GoblinError> {
        let removed = self.remove_liquidity(lp)?;
        let mut base = sum(sent, removed.base)?;
        let mut received = removed.farmed;
        if debt > base {
            received -= self.sell_farmed_for(debt - base, removed.farmed, venue)?;
            base = debt;
        }
        if received < min_farmed {
            return Err(GoblinError::InsufficientFarmed { received, least: min_farmed });
        }
        self.moves.farmed_to_user = received;
        Ok(base)
    }

    /// Adds liquidity, and returns the liquidity tokens and what is left of each token.
    fn add_at_least(&mut self, desired: BaseAndFarmed, min_lp: u128) -> Result<(u128, BaseAndFarmed), GoblinError> {
        let (minted, left) = self.add_liquidity(desired)?;
        if minted < min_lp {
            return Err(GoblinError::InsufficientLiquidityMinted { minted, least: min_lp });
        }
        Ok((minted, left))
    }
}

/// Returns how much of `base` to swap so that the rest and what it buys are in the ratio of the reserves after the
/// swap, at a fee of 30 basis points.
///
/// The positive root of `997 x^2 + 1997 r x - 1000 r base = 0`, each step rounded **down** as in the contract.
fn balancing_base_down(base: u128, reserve_base: u128) -> Result<u128, MathError> {
    let grown = U256::product(base, 3_988_000).checked_add(U256::product(reserve_base, 3_988_009))?;
    let root = grown.checked_mul(reserve_base)?.sqrt_down();
    let excess = U256::from(root).checked_sub(U256::product(reserve_base, 1_997))?;
    excess.div_down(1_994)?.try_into_u128()
}

/// Returns how much of token A to swap so that what is then held of both is in the ratio of the reserves after the
/// swap, at a fee of 30 basis points. There is more of A than the ratio asks for.
///
/// Each step rounds **down** as in the contract.
fn excess_down(amount_a: u128, amount_b: u128, reserve_a: u128, reserve_b: u128) -> Result<u128, MathError> {
    let surplus = U256::product(amount_a, reserve_b).checked_sub(U256::product(amount_b, reserve_a))?;
    let total_b = U256::from(amount_b).checked_add(reserve_b)?;
    let c = surplus.checked_mul(1_000)?.div_down(total_b)?.checked_mul(reserve_a)?;
    let b = U256::product(reserve_a, 1_997);
    let root = b.checked_mul(b)?.checked_add(c.checked_mul(4 * 997)?)?.sqrt_down();
    U256::from(root).checked_sub(b)?.div_down(2 * 997)?.try_into_u128()
}
