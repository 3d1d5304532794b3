//! How an agent turns one token into another: through a named pool, or at the external venue.

use smallvec::SmallVec;

use super::view::View;
use crate::chain::ids::{PoolId, TokenId};
use crate::chain::transaction::{Action, AmountIn};

/// A way from one token to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// The token that is paid.
    pub from: TokenId,
    /// The token that is got.
    pub to: TokenId,
    /// The pool; none for the external venue.
    pub pool: Option<PoolId>,
}

impl Route {
    /// A route through the pool of this name, which scenarios are checked for, or through the external venue.
    pub fn new(sees: &View, pool: Option<&str>, from: TokenId, to: TokenId) -> Self {
        Self { from, to, pool: pool.map(|name| sees.protocols.pool_named(name).id) }
    }

    /// Returns the way back.
    #[must_use]
    pub fn reversed(self) -> Self {
        Self { from: self.to, to: self.from, pool: self.pool }
    }

    /// Returns what an amount would buy now, in smallest units; none if it buys nothing there.
    pub fn quote(&self, sees: &View, amount: u128) -> Option<u128> {
        if amount == 0 || self.from == self.to {
            return Some(amount);
        }
        if let Some(pool) = self.pool {
            let cell = sees.protocols.pool(pool);
            let direction = cell.direction(self.from, self.to)?;
            return cell.pool.amm().quote_exact_in(direction, amount, sees.clock.now()).ok();
        }
        let numeraire = sees.tokens.numeraire;
        let money = if self.from == numeraire { amount } else { sees.venues.of(self.from).sell(amount).ok()?.received };
        if self.to == numeraire { Some(money) } else { Some(sees.venues.of(self.to).buy_with(money).ok()?.received) }
    }

    /// Returns what an amount would buy after `before` had gone the same way in the block: what both buy less what the
    /// first buys.
    pub fn quote_after(&self, sees: &View, before: u128, amount: u128) -> Option<u128> {
        if before == 0 {
            return self.quote(sees, amount);
        }
        self.quote(sees, before.checked_add(amount)?)?.checked_sub(self.quote(sees, before)?)
    }

    /// Returns about how much must be paid to get an amount: what it takes at the price of that trade, and a thousandth
    /// more. None if no trade gives so much.
    pub fn cost(&self, sees: &View, wanted: u128) -> Option<u128> {
        let one = sees.units_worth(self.from, sees.worth(self.to, wanted)).max(1);
        let (mut low, mut high) = (0, one);
        while self.quote(sees, high).is_none_or(|got| got < wanted) {
            low = high;
            high = high.checked_mul(2).filter(|high| *high / one < 1 << 20)?;
        }
        while high - low > high / 4_096 + 1 {
            let middle = low.midpoint(high);
            if self.quote(sees, middle).is_some_and(|got| got >= wanted) { high = middle } else { low = middle }
        }
        Some(high + high / 1_000)
    }

    /// Adds the actions that trade an amount for at least `least_out`; the external venue fills at any price.
    pub fn trade(&self, sees: &View, amount: AmountIn, least_out: u128, actions: &mut SmallVec<[Action; 2]>) {
        if self.from == self.to {
            return;
        }
        if let Some(pool) = self.pool {
            let direction = sees.protocols.pool(pool).direction(self.from, self.to);
            let direction = direction.expect("checked: the pool holds both tokens");
            actions.push(Action::Swap { pool, direction, amount_in: amount, least_out });
            return;
        }
        let numeraire = sees.tokens.numeraire;
        if self.from != numeraire {
            actions.push(Action::VenueSell { token: self.from, amount });
        }
        if self.to != numeraire {
            let spend = if self.from == numeraire { amount } else { AmountIn::Received };
            actions.push(Action::VenueBuy { token: self.to, spend });
        }
    }
}
