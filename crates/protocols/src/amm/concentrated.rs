//! Liquidity that lies between ticks, in pools of any kind that have it so.

use super::{Amounts, TickRange};
use crate::AccountId;
use plimsoll_math::MAX_TICK;

/// Whose liquidity, and between which ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RangeKey {
    /// Who owns it.
    pub owner: AccountId,
    /// Where it lies.
    pub range: TickRange,
}

/// What every pool of two tokens can tell whose liquidity lies between ticks. Such liquidity is no token; fees are kept
/// apart from it, position by position.
pub trait ConcentratedLiquidity {
    /// Returns how many ticks apart ranges may end.
    fn tick_spacing(&self) -> i32;

    /// Returns the tick whose liquidity is active.
    fn tick(&self) -> i32;

    /// Returns the units of liquidity active at the price, as the pool counts them from tick to tick.
    fn active_liquidity(&self) -> u128;

    /// Returns the positions that were ever opened with their units of liquidity, by owner and range.
    fn positions(&self) -> Box<dyn Iterator<Item = (RangeKey, u128)> + '_>;

    /// Returns a position's units of liquidity; none of one that was never opened.
    fn liquidity_of(&self, key: RangeKey) -> u128;

    /// Returns what a position's liquidity would give now, in smallest units, rounded **down**, without what it earned;
    /// nothing if that cannot be counted.
    fn value_of(&self, key: RangeKey) -> Amounts;

    /// Returns what a position earned and has not collected, in smallest units, rounded **down**.
    fn fees_owed(&self, key: RangeKey) -> Amounts;

    /// Returns the widest range whose ends the spacing allows.
    fn full_range(&self) -> TickRange {
        let spacing = self.tick_spacing();
        let upper = MAX_TICK / spacing * spacing;
        TickRange { lower: -upper, upper }
    }

    /// Returns the liquidity of the positions around the price, which the audit compares with
    /// [`Self::active_liquidity`].
    fn liquidity_of_positions(&self) -> u128 {
        let tick = self.tick();
        self.positions().filter(|(key, _)| key.range.covers(tick)).map(|(_, liquidity)| liquidity).sum()
    }
}
