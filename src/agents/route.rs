//! How an agent turns one token into another: through a named pool, through whichever pools are best, or at the external
//! venue.

use plimsoll_math::{WAD, mul_div_down, mul_div_up};
use serde::{Deserialize, Deserializer};

use super::population::Activity;
use super::router::{self, Hop, MOST_HOPS, Plan};
use super::view::View;
use crate::chain::gas::GasSchedule;
use crate::chain::ids::{PoolId, TokenId};
use crate::chain::transaction::{Action, Actions, AmountIn};
use crate::checks::Check;
use crate::checks::names::{EntityKind, Use};
use crate::reader::piece::Node;

/// Where an agent trades, as scenario files write it: `"ETH/USDC"`, `Router` or `Venue`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Through {
    /// At the external venue.
    #[default]
    Venue,
    /// In the pool of this name.
    Pool(String),
    /// In the pools that are best: see [`router`].
    Router,
}

/// As it stands in the file: a pool's name in quotes, which is borrowed from the text, as a word without quotes is not; one
/// of two words; or a name in quotes with escapes, which is not borrowed either.
#[derive(Deserialize)]
#[serde(untagged, expecting = "this says nowhere to trade; expected a pool's name in quotes, `Router` or `Venue`")]
enum Written<'a> {
    Quoted(&'a str),
    Word(Word),
    Escaped(String),
}

#[derive(Deserialize)]
enum Word {
    Router,
    Venue,
}

impl<'de> Deserialize<'de> for Through {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(match Written::deserialize(from)? {
            Written::Word(Word::Router) => Self::Router,
            Written::Word(Word::Venue) => Self::Venue,
            Written::Quoted(name) => Self::Pool(name.to_owned()),
            Written::Escaped(name) => Self::Pool(name),
        })
    }
}

impl Through {
    /// Returns the pool that it names, if it names one.
    pub fn pool(&self) -> Option<&str> {
        match self {
            Self::Pool(name) => Some(name),
            Self::Router | Self::Venue => None,
        }
    }
}

impl Through {
    /// Returns the use of the pool that the field `through` names.
    pub fn uses<'a>(&self, at: Node<'a>) -> Option<Use<'a, '_>> {
        self.pool().map(|pool| Use::new(at.at("through"), EntityKind::POOL, pool).or_words(&["Router", "Venue"]))
    }

    /// Checks the fields `through` and `slippage`: two tokens must meet in the pool that is named, or be joined by a
    /// router's path.
    pub fn check(&self, at: Node, (one, other): (&str, &str), slippage: Option<f64>, check: &mut Check) {
        let place = at.at("through").place();
        match self {
            Self::Pool(name) => {
                let Some(pool) = check.declared.pool(name) else { return };
                for token in [one, other].into_iter().filter(|_| one != other) {
                    if check.declared.lacks(pool, token) {
                        let message = format!("the pool `{name}` does not hold `{token}`");
                        let expected = format!(
                            "expected a pool of `{one}` and `{other}`, `Router`, or none for the external venue"
                        );
                        check.error(place.clone(), message, expected);
                    }
                }
            }
            Self::Router if check.declared.knows_pools() && !check.declared.joined(one, other, MOST_HOPS) => {
                let message = format!("no path of up to {MOST_HOPS} pools leads from `{one}` to `{other}`");
                check.error(place, message, "expected pools between them, or `Venue` for the external one");
            }
            Self::Venue if slippage.is_some() => {
                let message = "the external venue fills at any price, within `slippage` or not";
                check.error(at.at("slippage").place(), message, "expected `through: \"a pool\"` or `through: Router`");
            }
            Self::Router | Self::Venue => {}
        }
        if let Some(share) = slippage {
            let fine = (0.0..1.0).contains(&share);
            check.field(at, "slippage", share, fine, "0 or more and less than 1, as in 0.01 for 1 %");
        }
    }

    /// Returns the gas of the dearest trade there: a router may use two paths.
    pub fn dearest(&self, gas: &GasSchedule) -> u64 {
        match self {
            Self::Router => gas.swap + (2 * MOST_HOPS as u64 - 1) * gas.further_swap,
            Self::Pool(_) | Self::Venue => gas.swap,
        }
    }

    /// Returns the pools in which it may trade.
    pub fn trades(&self) -> Vec<Activity<'_>> {
        match self {
            Self::Pool(pool) => vec![Activity::of(TRADES, pool)],
            Self::Router => vec![Activity::of_any(TRADES)],
            Self::Venue => vec![],
        }
    }
}

/// Somebody sends transactions that are one swap in a pool.
pub const TRADES: &str = "trades";

/// Where a route leads through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Venue,
    Pool(PoolId),
    Router,
}

/// A way from one token to another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Route {
    /// The token that is paid.
    pub from: TokenId,
    /// The token that is got.
    pub to: TokenId,
    way: Way,
    /// By which share less than quoted may come out of pools until the trade reverts; none for any.
    slippage: Option<f64>,
}

/// A trade as its agent wants it, in smallest units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TradeOrder {
    /// How much of the route's first token is paid.
    pub amount: AmountIn,
    /// How much that is about: what a router plans for.
    pub about: u128,
    /// What has gone the same way in the block by earlier trades of the agent.
    pub before: u128,
    /// The least that must come out of pools, whatever the quote.
    pub least_out: u128,
}

impl TradeOrder {
    /// An order for so much, or for what the action before pays out, which is about so much, at any price within the
    /// route's slippage.
    pub fn of(amount: AmountIn, about: u128) -> Self {
        Self { amount, about, before: 0, least_out: 0 }
    }
}

impl Route {
    /// A route through what a scenario names, which is checked. Pools may give a share of `slippage` less than they
    /// quote; the external venue fills at any price.
    pub fn new(sees: &View, through: &Through, slippage: Option<f64>, from: TokenId, to: TokenId) -> Self {
        let way = match through {
            Through::Venue => Way::Venue,
            Through::Pool(name) => Way::Pool(sees.protocols.pool_named(name).id),
            Through::Router => Way::Router,
        };
        Self { from, to, way, slippage }
    }

    /// Returns the way back.
    #[must_use]
    pub fn reversed(self) -> Self {
        Self { from: self.to, to: self.from, ..self }
    }

    /// Returns what an amount would buy now, in smallest units; none if it buys nothing there.
    pub fn quote(&self, sees: &View, amount: u128) -> Option<u128> {
        if amount == 0 || self.from == self.to {
            return Some(amount);
        }
        match self.way {
            Way::Pool(pool) => {
                let cell = sees.protocols.pool(pool);
                let direction = cell.direction(self.from, self.to)?;
                cell.pool.amm().quote_exact_in(direction, amount, sees.clock.now()).ok()
            }
            Way::Router => router::best(sees, self.from, self.to, amount).map(|plan| plan.out()),
            Way::Venue => {
                let numeraire = sees.tokens.numeraire;
                let money =
                    if self.from == numeraire { amount } else { sees.venues.of(self.from).sell(amount).ok()?.received };
                if self.to == numeraire {
                    Some(money)
                } else {
                    Some(sees.venues.of(self.to).buy_with(money).ok()?.received)
                }
            }
        }
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

    /// Adds the actions of a trade to those of its transaction. Returns how a later action takes in what it pays out;
    /// none, and adds nothing, if no path of a router's takes so much.
    pub fn trade(&self, sees: &View, order: TradeOrder, actions: &mut Actions) -> Option<AmountIn> {
        if self.from == self.to {
            return Some(order.amount);
        }
        match self.way {
            Way::Pool(pool) => {
                let direction = sees.protocols.pool(pool).direction(self.from, self.to);
                let direction = direction.expect("checked: the pool holds both tokens");
                let quoted = if self.slippage.is_some() {
                    self.quote_after(sees, order.before, order.about).unwrap_or(0)
                } else {
                    0
                };
                actions.push(Hop { pool, direction }.swap(
                    &sees.protocols,
                    order.amount,
                    order.least_out.max(self.least_of(quoted)),
                ));
            }
            Way::Router => return self.trade_routed(sees, order, actions),
            Way::Venue => self.trade_outside(sees, order.amount, actions),
        }
        Some(AmountIn::Received)
    }

    /// Returns the least that may come where so much is quoted, rounded **down**.
    fn least_of(&self, quoted: u128) -> u128 {
        let Some(slippage) = self.slippage else { return 0 };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked: a share, below one")]
        let slippage_wad = (slippage * WAD as f64) as u128;
        quoted - mul_div_up(quoted, slippage_wad, WAD).expect("it is a part of the amount")
    }

    /// Adds a trade through the best paths for what went before and this together, each with its share of this.
    fn trade_routed(&self, sees: &View, order: TradeOrder, actions: &mut Actions) -> Option<AmountIn> {
        let plan = router::best(sees, self.from, self.to, order.before.checked_add(order.about)?)?;
        let quoted = self.quote_after(sees, order.before, order.about)?;
        let least = order.least_out.max(self.least_of(quoted));
        let [first, second] = plan.legs[..] else {
            plan.legs[0].path.trade(&sees.protocols, order.amount, least, actions);
            return Some(AmountIn::Received);
        };
        let (one, other) = divided(order.about, &plan);
        let least_of_one = mul_div_up(least, first.out, plan.out()).ok()?;
        first.path.trade(&sees.protocols, AmountIn::Exact(one), least_of_one, actions);
        let place_of_first = actions.len() - 1;
        second.path.trade(&sees.protocols, AmountIn::Exact(other), least.saturating_sub(least_of_one), actions);
        let place = |place: usize| u8::try_from(place).ok();
        Some(AmountIn::Together { first: place(place_of_first)?, second: place(actions.len() - 1)? })
    }

    fn trade_outside(&self, sees: &View, amount: AmountIn, actions: &mut Actions) {
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

/// Returns what of an amount goes through each of a plan's two legs: as the plan divides its own.
fn divided(amount: u128, plan: &Plan) -> (u128, u128) {
    let [first, second] = [plan.legs[0].amount, plan.legs[1].amount];
    let one = mul_div_down(amount, first, first + second).expect("it is a part of the amount");
    (one, amount - one)
}
