//! Before-images: what a call may change, kept so that a transaction of several calls can be undone.

use smallvec::SmallVec;

use super::{Market, ReserveId, ReserveState, UserId, UserPosition};

/// What some reserves and users were, and how many users there were.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarketBefore {
    reserves: SmallVec<[(ReserveId, ReserveState); 2]>,
    users: SmallVec<[(UserId, UserPosition); 3]>,
    user_count: usize,
}

impl Market {
    /// Returns what a call may change that names these reserves and users, as it is now. Numbers that nothing has are
    /// passed over.
    ///
    /// A call changes the reserves and the user that it names; a liquidation also the treasury
    /// ([`Market::TREASURY`]) and whoever takes a claim; minting to the treasury, the treasury.
    pub fn before(&self, reserves: &[ReserveId], users: &[UserId]) -> MarketBefore {
        let reserve = |id: &ReserveId| Some((*id, self.reserve(*id).ok()?.state));
        let user = |id: &UserId| Some((*id, self.position(*id).ok()?.clone()));
        MarketBefore {
            reserves: reserves.iter().filter_map(reserve).collect(),
            users: users.iter().filter_map(user).collect(),
            user_count: self.positions.len(),
        }
    }

    /// Puts back what was kept. Users who entered since are gone.
    pub fn restore(&mut self, before: MarketBefore) {
        for (id, state) in before.reserves {
            self.write_reserve(id, state);
        }
        self.positions.truncate(before.user_count);
        for (id, position) in before.users {
            *self.position_mut(id) = position;
        }
    }
}
