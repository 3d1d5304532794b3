//! Why a trader trades: by a coin, after a trend, on knowledge, or by a plan.

use std::collections::VecDeque;

use plimsoll_protocols::amm::Direction;
use serde::Deserialize;

use super::Market;
use crate::agents::view::View;
use crate::chain::dice::Dice;
use crate::chain::distribution::Distribution;
use crate::chain::time::TimeSpan;
use crate::checks::Check;
use crate::reader::diagnostic::Diagnostic;
use crate::reader::piece::Node;

/// Why a trader trades, as scenario files write it.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub enum Temperament {
    /// For reasons of its own: buys or sells by a coin, at any price.
    #[default]
    Noise,
    /// Follows the trend: buys what has risen, sells what has fallen.
    Momentum {
        /// Whose price it follows; the pool's by default.
        #[serde(default)]
        watches: Watched,
        /// Over how long: the price is compared with that of its latest look that is at least so old.
        window: TimeSpan,
        /// By which share the price must have risen or fallen, as in 0.01 for 1 %; 0 by default: any move will do.
        #[serde(default)]
        threshold: f64,
    },
    /// Knows the price outside so many blocks ahead, and trades where the pool's is off by more than the fee. What
    /// trades at the venue will do to its price it does not know.
    Informed {
        /// How far it knows, in blocks, 1 to 100,000.
        blocks_ahead: u64,
        /// By which share the pool's price after its fee must be off, as in 0.01 for 1 %; 0 by default.
        #[serde(default)]
        edge: f64,
    },
    /// Trades stated sizes in stated blocks: `Whale([(100, Sell(500_000))])`. `size`, `buys` and `pace` are not for it.
    Whale(Vec<(u64, WhaleTrade)>),
}

/// Blocks that anybody may know ahead: prices of so many are kept.
const FARTHEST: u64 = 100_000;

impl Temperament {
    pub(super) fn check(&self, at: Node, check: &mut Check) {
        match self {
            Self::Noise => {}
            Self::Momentum { window, threshold, .. } => {
                check.field(at, "window", window, window.ms > 0, "more, such as `\"1 h\"`");
                let expected = "a share, 0 or more, as in 0.01 for 1 %";
                check.field(at, "threshold", threshold, *threshold >= 0.0, expected);
            }
            Self::Informed { blocks_ahead, edge } => {
                let expected = format!("1 to {FARTHEST} blocks");
                check.field(at, "blocks_ahead", blocks_ahead, (1..=FARTHEST).contains(blocks_ahead), &expected);
                check.field(at, "edge", edge, *edge >= 0.0, "a share, 0 or more, as in 0.01 for 1 %");
            }
            Self::Whale(orders) => check_orders(at, orders, check),
        }
    }
}

/// A whale's trades come in the order of their blocks, within the run, and are about something.
fn check_orders(at: Node, orders: &[(u64, WhaleTrade)], check: &mut Check) {
    let list = at.nth(0);
    if orders.is_empty() {
        check.error(at.place(), "a whale without orders", "expected some, as in `[(100, Sell(500_000))]`");
    }
    let mut before = None;
    for (index, (block, order)) in orders.iter().enumerate() {
        let place = list.nth(index).nth(0).place();
        if let Some(before) = before.filter(|before| *before >= *block) {
            let message = format!("block {block} comes after block {before}");
            check.error(place, message, format!("expected a block after {before}"));
        } else if let Some((blocks, said)) = check.declared.blocks.filter(|(blocks, _)| block >= blocks) {
            let message = format!("block {block} is beyond the run");
            let mistake = Diagnostic::error(place, message).expected(format!("expected less than {blocks}"));
            check.out.push(mistake.also(said.place(), "how long it is; blocks count from 0"));
        }
        let worth = order.worth();
        if !(worth > 0.0 && worth.is_finite()) {
            let message = format!("an order of {worth}");
            check.error(list.nth(index).nth(1).place(), message, "expected more than 0 of the numeraire");
        }
        before = Some(*block);
    }
}

/// One trade of a whale, in whole numeraire tokens.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub enum WhaleTrade {
    /// Buys the first token for so much of the numeraire.
    Buy(f64),
    /// Sells as much of the first token as is worth so much of the numeraire.
    Sell(f64),
}

impl WhaleTrade {
    /// Returns what it is worth, in whole numeraire tokens.
    pub fn worth(self) -> f64 {
        match self {
            Self::Buy(worth) | Self::Sell(worth) => worth,
        }
    }
}

/// Whose price a trader follows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum Watched {
    /// The pool's.
    #[default]
    Pool,
    /// That outside.
    Outside,
}

/// A trade that a trader wants.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Wish {
    pub(super) direction: Direction,
    /// In whole numeraire tokens.
    pub(super) worth: f64,
    /// The most of what is paid, in its smallest units.
    pub(super) most: u128,
}

/// What a trader keeps in mind.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Mind {
    Noise {
        buys: f64,
    },
    Momentum(Box<Momentum>),
    Informed {
        blocks_ahead: u64,
        edge: f64,
    },
    /// What is still to do, the next one last.
    Whale(Vec<(u64, WhaleTrade)>),
}

/// What a follower of trends has seen.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Momentum {
    watches: Watched,
    window: TimeSpan,
    threshold: f64,
    /// When it looked, in milliseconds, and the price it saw: the first is the latest that is as old as the window.
    seen: VecDeque<(u64, f64)>,
}

impl Momentum {
    /// Notes a price and returns by which share it has moved over the window; none before that much has passed.
    fn trend(&mut self, now_ms: u64, price: f64) -> Option<f64> {
        self.seen.push_back((now_ms, price));
        let is_old = |seen: Option<&(u64, f64)>| seen.is_some_and(|(at, _)| now_ms - at >= self.window.ms);
        while is_old(self.seen.get(1)) {
            self.seen.pop_front();
        }
        let (_, before) = self.seen.front().filter(|seen| is_old(Some(seen)))?;
        Some(price / before - 1.0)
    }
}

impl Mind {
    pub(super) fn new(temperament: &Temperament, buys: f64) -> Self {
        match temperament {
            Temperament::Noise => Self::Noise { buys },
            Temperament::Momentum { watches, window, threshold } => Self::Momentum(Box::new(Momentum {
                watches: *watches,
                window: *window,
                threshold: *threshold,
                seen: VecDeque::new(),
            })),
            Temperament::Informed { blocks_ahead, edge } => Self::Informed { blocks_ahead: *blocks_ahead, edge: *edge },
            Temperament::Whale(orders) => Self::Whale(orders.iter().rev().copied().collect()),
        }
    }

    /// Returns what the trader wants in this block, if anything; sizes are drawn only for a trade that is wanted.
    pub(super) fn wish(
        &mut self,
        sees: &View,
        market: Market,
        size: Option<&Distribution>,
        dice: &mut Dice,
    ) -> Option<Wish> {
        let anything = u128::MAX;
        let (direction, most) = match self {
            Self::Noise { buys } => (market.way(dice.chance(*buys)), anything),
            Self::Momentum(momentum) => {
                let price = match momentum.watches {
                    Watched::Pool => market.pool_price(sees),
                    Watched::Outside => market.price_outside(sees),
                };
                let trend = momentum.trend(sees.clock.elapsed.ms, price)?;
                if trend.abs() <= momentum.threshold {
                    return None;
                }
                (market.way(trend > 0.0), anything)
            }
            Self::Informed { blocks_ahead, edge } => market.gap(sees, market.foreseen(sees, *blocks_ahead), *edge)?,
            Self::Whale(orders) => {
                let (_, order) = orders.pop_if(|(block, _)| *block <= sees.clock.block)?;
                let direction = market.way(matches!(order, WhaleTrade::Buy(_)));
                return Some(Wish { direction, worth: order.worth(), most: anything });
            }
        };
        let worth = size.expect("checked: only a whale has no size").sample(dice);
        Some(Wish { direction, worth, most })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn momentum() -> Momentum {
        let window = TimeSpan::seconds(60);
        Momentum { watches: Watched::Pool, window, threshold: 0.0, seen: VecDeque::new() }
    }

    #[test]
    fn a_trend_is_told_over_the_window_and_not_over_less() {
        let mut momentum = momentum();
        let looks = [(0, 100.0), (30, 110.0), (59, 90.0), (60, 120.0), (89, 99.0), (90, 99.0), (125, 60.0)];
        let trends = looks.map(|(second, price)| momentum.trend(second * 1_000, price));
        let shares = [None, None, None, Some(0.2), Some(-0.01), Some(-0.1), Some(-0.5)];
        for (found, expected) in trends.into_iter().zip(shares) {
            let is_near =
                found.zip(expected).is_none_or(|(found, expected): (f64, f64)| (found - expected).abs() < 1e-12);
            assert!(found.is_some() == expected.is_some() && is_near, "{trends:?}");
        }
    }

    #[test]
    fn of_looks_as_old_as_the_window_one_is_kept() {
        let mut momentum = momentum();
        for second in 0..1_000 {
            momentum.trend(second * 1_000, 1.0);
        }
        assert_eq!(momentum.seen.len(), 61);
    }
}
