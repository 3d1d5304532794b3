//! Closes the gap between a pool's price and the external venue's.
//!
//! Sees: the pool's reserves, the venue's price with its impact and fee. Decides: the size at which the pool's marginal
//! price after fees meets the venue's after its own; buys on one side and sells on the other in one transaction, if the
//! quoted gain beats gas and margin. The transaction expires after a block or two; one that waits is replaced by the next
//! trade if that pays enough more. Ignores: other arbitrageurs: who comes second finds
//! less, and reverts where it would lose.

use bevy_ecs::prelude::Component;
use serde::Deserialize;
use smallvec::smallvec;

use super::Agent;
use super::awake::Wake;
use super::offer::hurried;
use super::outbox::Outbox;
use super::population::{Drawn, Population};
use super::view::View;
use crate::chain::dice::Dice;
use crate::chain::distribution::Distribution;
use crate::chain::ids::{PoolId, TokenId};
use crate::chain::protocols::PoolCell;
use crate::chain::transaction::{Action, AmountIn, Bid};
use crate::chain::venue::Venue;
use crate::math::mul_div_up;
use crate::protocol::amm::{Amm, Direction, PoolToken, Side};

/// A population of arbitrageurs, as scenario files write it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArbitrageurParams {
    /// What the population is called.
    pub name: String,
    /// How many.
    #[serde(default = "super::one")]
    pub count: u32,
    /// The pool.
    pub pool: String,
    /// What it can put into one trade, in whole tokens of the numeraire's side of the pool.
    pub capital: Distribution,
    /// Least gain after gas that it acts for, in the numeraire.
    #[serde(default = "super::margin")]
    pub margin: Distribution,
    /// Probability of looking at a block.
    #[serde(default = "super::always")]
    pub attention: Distribution,
    /// Share of the gain after base fee that it offers as priority fee.
    pub bid_share: Distribution,
    /// The most that it offers as priority fee, in gwei per unit of gas.
    #[serde(default)]
    pub tip_cap: Option<f64>,
    /// How many blocks a transaction may wait to be taken, its first included.
    #[serde(default = "super::arbitrage_expiry")]
    pub expiry: u64,
    /// Whole native tokens to pay gas from.
    #[serde(default = "super::gas_money")]
    pub gas_money: Distribution,
}

/// An arbitrageur between a pool and the external venue.
#[derive(Debug, Clone, PartialEq, Component)]
pub struct Arbitrageur {
    pool: PoolId,
    /// Which side of the pool is the numeraire: what it starts from and comes back to.
    numeraire: PoolToken,
    margin: f64,
    attention: f64,
    bid_share: Distribution,
    /// Most priority fee, in the native token's smallest units per unit of gas.
    tip_cap: u128,
    expiry: u64,
}

/// A trade that an arbitrageur considers, in smallest units of the numeraire.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Trade {
    actions: [Action; 2],
    spent: u128,
    returned: u128,
}

impl Agent for Arbitrageur {
    fn decide(&mut self, sees: &View, out: &mut Outbox) -> Wake {
        let mut dice = sees.dice(out.me().who);
        if !dice.chance(self.attention) {
            return Wake::NextBlock;
        }
        let capital = sees.ledger.balance(out.me().account, sees.tokens.numeraire);
        if let Some(trade) = self.best(sees, capital) {
            let gas = sees.schedule.of(&trade.actions);
            let gain = sees.tokens.whole(sees.tokens.numeraire, trade.returned.saturating_sub(trade.spent));
            let after_gas = gain - sees.gas_worth(gas);
            let tip = after_gas * self.bid_share.sample(&mut dice);
            let fee = sees.priority_fee(tip, gas).min(self.tip_cap);
            if after_gas - tip > self.margin {
                let bid = hurried(sees, fee, gain, self.margin, gas, sees.clock.block + self.expiry - 1);
                self.send(trade.actions, bid, out);
            } else if gain > self.margin {
                out.give_up();
            }
        }
        Wake::NextBlock
    }
}

impl Arbitrageur {
    /// Submits a trade, in the place of one that still waits if there is such: that one has seen another price.
    fn send(&self, actions: [Action; 2], bid: Bid, out: &mut Outbox) {
        let waits = out.left_behind().next().map(|transaction| (transaction.nonce, transaction.bid));
        match waits {
            None => {
                out.submit(actions, bid);
            }
            Some((nonce, old)) => {
                let fee = bid.priority_fee.max(Bid::bumped(old.priority_fee)).min(self.tip_cap);
                out.replace(nonce, actions, Bid { priority_fee: fee, ..bid });
            }
        }
    }

    /// Returns the trade that closes the gap, cut to `capital`; none where the fees are wider than the gap.
    fn best(&self, sees: &View, capital: u128) -> Option<Trade> {
        let cell = sees.protocols.pool(self.pool);
        let risky = cell.token(self.numeraire.other());
        let gap = Gap::between(sees, cell, Side::paying(self.numeraire).into(), risky);
        let buys = gap.pays_to_buy(gap.outside);
        if buys > 0.0 {
            let price = gap.settled(|price| -gap.bought(gap.pays_to_buy(price)));
            let spend = units(gap.pays_to_buy(price)).min(capital);
            buy_in_pool(sees, cell, gap.buying, risky, spend)
        } else if gap.pays_to_sell(gap.outside) > 0.0 {
            let price = gap.settled(|price| gap.pays_to_sell(price) / gap.venue_keeps);
            let cost = sees.venues.of(risky).buy(units(gap.pays_to_sell(price))).ok()?.paid;
            sell_in_pool(sees, cell, gap.buying.reversed(), risky, cost.min(capital))
        } else {
            None
        }
    }
}

/// A pool's price against the external venue's.
struct Gap<'a> {
    pool: &'a dyn Amm,
    venue: &'a Venue,
    /// From the numeraire to the risky token.
    buying: Direction,
    /// What the venue's fee leaves.
    venue_keeps: f64,
    /// Smallest units of the numeraire per smallest unit of the risky token, for a price of one.
    scale: f64,
    /// The venue's price.
    outside: f64,
    /// In seconds.
    now: u64,
}

impl<'a> Gap<'a> {
    fn between(sees: &'a View, cell: &'a PoolCell, buying: Direction, risky: TokenId) -> Self {
        let venue = sees.venues.of(risky);
        let one = sees.tokens.get(risky).one;
        Self {
            pool: cell.pool.amm(),
            venue,
            buying,
            venue_keeps: 1.0 - f64::from(venue.fee_bps()) / 10_000.0,
            scale: sees.tokens.get(sees.tokens.numeraire).one / one,
            outside: sees.venues.price(risky),
            now: sees.clock.now(),
        }
    }

    /// Returns how much of the numeraire to pay into the pool for what the venue buys at `price`, in smallest units.
    fn pays_to_buy(&self, price: f64) -> f64 {
        self.pool.depth_to(self.buying, 1.0 / (price * self.scale * self.venue_keeps), self.now)
    }

    /// Returns how much of the risky token to pay into the pool if the venue sells it at `price`, in smallest units.
    fn pays_to_sell(&self, price: f64) -> f64 {
        self.pool.depth_to(self.buying.reversed(), price * self.scale / self.venue_keeps, self.now)
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
fn units(wish: f64) -> u128 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates, as a wish may")]
    let units = wish as u128;
    units
}

fn buy_in_pool(sees: &View, pool: &PoolCell, direction: Direction, risky: TokenId, spend: u128) -> Option<Trade> {
    let bought = pool.pool.amm().quote_exact_in(direction, spend, sees.clock.now()).ok()?;
    let returned = sees.venues.of(risky).sell(bought).ok()?.received;
    let least_out = mul_div_up(bought, spend, returned).ok()?;
    let actions = [
        Action::Swap { pool: pool.id, direction, amount_in: AmountIn::Exact(spend), least_out },
        Action::VenueSell { token: risky, amount: AmountIn::Received },
    ];
    Some(Trade { actions, spent: spend, returned })
}

fn sell_in_pool(sees: &View, pool: &PoolCell, direction: Direction, risky: TokenId, spend: u128) -> Option<Trade> {
    let bought = sees.venues.of(risky).buy_with(spend).ok()?.received;
    let returned = pool.pool.amm().quote_exact_in(direction, bought, sees.clock.now()).ok()?;
    let actions = [
        Action::VenueBuy { token: risky, spend: AmountIn::Exact(spend) },
        Action::Swap { pool: pool.id, direction, amount_in: AmountIn::Received, least_out: spend },
    ];
    Some(Trade { actions, spent: spend, returned })
}

impl Population for ArbitrageurParams {
    type Agent = Arbitrageur;

    fn name(&self) -> &str {
        &self.name
    }

    fn count(&self) -> u32 {
        self.count
    }

    fn draw(&self, sees: &View, dice: &mut Dice) -> Drawn<Arbitrageur> {
        let pool = sees.protocols.pool_named(&self.pool);
        let numeraire = pool.side_of(sees.tokens.numeraire).expect("checked: the pool holds the numeraire");
        let capital = sees.tokens.units(sees.tokens.numeraire, self.capital.sample(dice));
        let agent = Arbitrageur {
            pool: pool.id,
            numeraire,
            margin: self.margin.sample(dice),
            attention: self.attention.sample(dice),
            bid_share: self.bid_share.clone(),
            tip_cap: self.tip_cap.map_or(u128::MAX, |gwei| sees.gwei(gwei)),
            expiry: self.expiry,
        };
        let purse = smallvec![(sees.tokens.numeraire, capital)];
        Drawn { agent, purse, gas_money: self.gas_money.sample(dice), first: Wake::NextBlock, stake: None }
    }
}
