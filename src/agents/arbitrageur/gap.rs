//! A pool's price against the external venue's, where one of the pool's tokens is the numeraire.

use plimsoll_protocols::amm::{AmmDecisions, Direction};

use super::round::{Round, Step};
use crate::agents::router::Hop;
use crate::agents::view::View;
use crate::chain::ids::{PoolId, TokenId};
use crate::chain::venue::Venue;

/// Where to look for a gap: between a pool's price of a token and the venue's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PoolAndVenue {
    pub(super) pool: PoolId,
    /// From the numeraire to the other token.
    pub(super) buying: Direction,
    /// The other token.
    pub(super) risky: TokenId,
}

impl PoolAndVenue {
    /// Returns the round that closes the gap, and how much of the numeraire it takes, in smallest units, if a unit of it
    /// costs `cost`; none where the fees are wider than the gap.
    pub(super) fn round(self, sees: &View, cost: f64) -> Option<(Round, u128)> {
        let gap = Gap::between(sees, self, cost);
        let Self { pool, buying, risky } = self;
        if gap.pays_to_buy(gap.outside) > 0.0 {
            let price = gap.settled(|price| -gap.bought(gap.pays_to_buy(price)));
            let steps = [Step::Swap(Hop { pool, direction: buying }), Step::Sell(risky)];
            Some((Round::of(&steps), units(gap.pays_to_buy(price))))
        } else if gap.pays_to_sell(gap.outside) > 0.0 {
            let price = gap.settled(|price| gap.pays_to_sell(price) / gap.venue_keeps);
            let paid = sees.venues.of(risky).buy(units(gap.pays_to_sell(price))).ok()?.paid;
            let steps = [Step::Buy(risky), Step::Swap(Hop { pool, direction: buying.reversed() })];
            Some((Round::of(&steps), paid))
        } else {
            None
        }
    }
}

/// A pool's price against the external venue's.
struct Gap<'a> {
    pool: &'a dyn AmmDecisions,
    venue: &'a Venue,
    /// From the numeraire to the risky token.
    buying: Direction,
    /// What the venue's fee leaves.
    venue_keeps: f64,
    /// What a unit of the numeraire costs that is put in: more than one where it is lent.
    cost: f64,
    /// Smallest units of the numeraire per smallest unit of the risky token, for a price of one.
    scale: f64,
    /// The venue's price.
    outside: f64,
    /// In seconds.
    now: u64,
}

impl<'a> Gap<'a> {
    fn between(sees: &'a View, PoolAndVenue { pool, buying, risky }: PoolAndVenue, cost: f64) -> Self {
        let venue = sees.venues.of(risky);
        let one = sees.tokens.get(risky).one;
        Self {
            pool: sees.protocols.pool(pool).pool.amm(),
            venue,
            buying,
            venue_keeps: 1.0 - f64::from(venue.fee_bps()) / 10_000.0,
            cost,
            scale: sees.tokens.get(sees.tokens.numeraire).one / one,
            outside: sees.venues.price(risky),
            now: sees.clock.now(),
        }
    }

    /// Returns how much of the numeraire to pay into the pool for what the venue buys at `price`, in smallest units.
    fn pays_to_buy(&self, price: f64) -> f64 {
        self.pool.depth_to(self.buying, self.cost / (price * self.scale * self.venue_keeps), self.now)
    }

    /// Returns how much of the risky token to pay into the pool if the venue sells it at `price`, in smallest units.
    fn pays_to_sell(&self, price: f64) -> f64 {
        self.pool.depth_to(self.buying.reversed(), price * self.scale * self.cost / self.venue_keeps, self.now)
    }

    /// Returns what a payment buys in the pool, in smallest units; nothing if the pool refuses.
    fn bought(&self, pays: f64) -> f64 {
        self.pool.quote_exact_in(self.buying, units(pays), self.now).unwrap_or(0) as f64
    }

    /// Returns the venue's price after the trade that it makes optimal: the price itself where the venue has no impact,
    /// else found between it and the pool's price by bisection. `flow` tells what a trade for a price adds to the
    /// venue's flow, in smallest units.
    fn settled(&self, flow: impl Fn(f64) -> f64) -> f64 {
        if !self.venue.has_impact() {
            return self.outside;
        }
        let pool_price = 1.0 / (self.pool.spot_price(self.buying, self.now) * self.scale);
        let (mut outer, mut inner) = (self.outside, pool_price);
        for _ in 0..40 {
            let middle = 0.5 * (outer + inner);
            #[expect(clippy::cast_possible_truncation, reason = "it saturates, as a wish may")]
            let flow = flow(middle) as i128;
            // The venue moves towards the pool: as long as it stays further out than `middle`, more can be traded.
            let overshoots = (self.venue.price_after(flow) - middle) * (pool_price - self.outside) > 0.0;
            if overshoots { outer = middle } else { inner = middle }
        }
        outer
    }
}

/// Returns an amount that is wished for in smallest units, rounded down.
pub(super) fn units(wish: f64) -> u128 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates, as a wish may")]
    let units = wish as u128;
    units
}
