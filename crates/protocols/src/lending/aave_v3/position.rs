//! What one user has in the market: a row of 72 bytes while it is one collateral and one debt.

use smallvec::SmallVec;

use super::{EModeId, ReserveId};
use crate::AccountId;

/// Whether a leg is a claim or a debt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LegSide {
    /// A claim on a reserve.
    Supplied,
    /// A debt to a reserve.
    Borrowed,
}

/// One claim or debt of a user. 24 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leg {
    /// The scaled amount in two halves, low then high, so that a leg needs no more than its bytes.
    halves: [u64; 2],
    reserve: ReserveId,
    side: LegSide,
    flag: bool,
}

/// What one user has in the market.
#[derive(Debug, PartialEq, Eq)]
pub struct UserPosition {
    legs: SmallVec<[Leg; 2]>,
    owner: AccountId,
    pub(super) emode: EModeId,
}

impl Clone for UserPosition {
    /// Copies the legs as bytes, which the vector's own clone does not.
    #[inline]
    fn clone(&self) -> Self {
        Self { legs: SmallVec::from_slice(&self.legs), owner: self.owner, emode: self.emode }
    }
}

impl Leg {
    fn new(side: LegSide, reserve: ReserveId, scaled: u128, flag: bool) -> Self {
        Self { halves: halves(scaled), reserve, side, flag }
    }

    /// Returns the amount, scaled by the index of its side.
    #[inline]
    pub fn scaled(&self) -> u128 {
        u128::from(self.halves[1]) << 64 | u128::from(self.halves[0])
    }

    /// Returns the reserve.
    #[inline]
    pub fn reserve(&self) -> ReserveId {
        self.reserve
    }

    /// Returns whether it is a claim or a debt.
    #[inline]
    pub fn side(&self) -> LegSide {
        self.side
    }

    /// Returns the contract's flag: of a claim, whether it is used as collateral; of a debt, whether the user counts as
    /// borrowing. Either can outlive the amount by a rounding.
    #[inline]
    pub fn flag(&self) -> bool {
        self.flag
    }

    /// Returns whether it is a claim that is used as collateral.
    #[inline]
    pub fn is_collateral(&self) -> bool {
        self.flag && self.side == LegSide::Supplied
    }

    /// Returns whether it is a debt.
    #[inline]
    pub fn is_debt(&self) -> bool {
        self.flag && self.side == LegSide::Borrowed
    }
}

/// Returns an amount in two halves, low then high.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the amount is split into its halves")]
fn halves(amount: u128) -> [u64; 2] {
    [amount as u64, (amount >> 64) as u64]
}

impl UserPosition {
    /// Returns the position of one who has nothing yet.
    pub(super) fn new(owner: AccountId) -> Self {
        Self { legs: SmallVec::new(), owner, emode: EModeId::NONE }
    }

    /// Returns whose it is.
    #[inline]
    pub fn owner(&self) -> AccountId {
        self.owner
    }

    /// Returns the efficiency mode that the user chose.
    #[inline]
    pub fn emode(&self) -> EModeId {
        self.emode
    }

    /// Returns all claims and debts, in no particular order.
    #[inline]
    pub fn legs(&self) -> &[Leg] {
        &self.legs
    }

    /// Returns the claim on a reserve, scaled.
    #[inline]
    pub fn scaled_supply(&self, reserve: ReserveId) -> u128 {
        self.leg(LegSide::Supplied, reserve).map_or(0, Leg::scaled)
    }

    /// Returns the debt to a reserve, scaled.
    #[inline]
    pub fn scaled_debt(&self, reserve: ReserveId) -> u128 {
        self.leg(LegSide::Borrowed, reserve).map_or(0, Leg::scaled)
    }

    /// Returns whether the claim on a reserve is used as collateral.
    #[inline]
    pub fn uses_as_collateral(&self, reserve: ReserveId) -> bool {
        self.leg(LegSide::Supplied, reserve).is_some_and(Leg::flag)
    }

    /// Returns whether the user counts as borrowing anything.
    #[inline]
    pub fn is_borrowing_any(&self) -> bool {
        self.legs.iter().any(Leg::is_debt)
    }

    /// Writes the claim on a reserve, scaled, and whether it is used as collateral.
    #[inline]
    pub(super) fn put_supply(&mut self, reserve: ReserveId, scaled: u128, collateral: bool) {
        self.put(Leg::new(LegSide::Supplied, reserve, scaled, collateral));
    }

    /// Writes the debt to a reserve, scaled, and whether the user counts as borrowing.
    #[inline]
    pub(super) fn put_debt(&mut self, reserve: ReserveId, scaled: u128, borrowing: bool) {
        self.put(Leg::new(LegSide::Borrowed, reserve, scaled, borrowing));
    }

    #[inline]
    fn leg(&self, side: LegSide, reserve: ReserveId) -> Option<&Leg> {
        self.legs.iter().find(|leg| leg.reserve == reserve && leg.side == side)
    }

    /// Writes a leg over the one of its side and reserve; one that says nothing is dropped.
    #[inline]
    fn put(&mut self, leg: Leg) {
        let says_nothing = leg.halves == [0, 0] && !leg.flag;
        let place = self.legs.iter().position(|old| old.reserve == leg.reserve && old.side == leg.side);
        match place {
            Some(place) if says_nothing => {
                self.legs.remove(place);
            }
            Some(place) => self.legs[place] = leg,
            None if says_nothing => {}
            None => self.legs.push(leg),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_no_larger_than_it_says() {
        assert_eq!(size_of::<Leg>(), 24);
        assert!(size_of::<UserPosition>() <= 72);
    }

    #[test]
    fn a_leg_of_nothing_is_dropped_but_a_flag_is_kept() {
        let mut position = UserPosition::new(AccountId(7));
        let reserve = ReserveId(3);
        position.put_supply(reserve, u128::MAX - 1, true);
        position.put_debt(reserve, 5, true);
        assert_eq!((position.scaled_supply(reserve), position.scaled_debt(reserve)), (u128::MAX - 1, 5));
        position.put_supply(reserve, 0, true);
        assert!(position.uses_as_collateral(reserve) && position.is_borrowing_any());
        position.put_supply(reserve, 0, false);
        position.put_debt(reserve, 0, false);
        assert!(position.legs().is_empty());
    }
}
