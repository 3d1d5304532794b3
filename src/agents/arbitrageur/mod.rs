//! Closes the gap between a pool's price and the external venue's, another pool's, or what two more pools make of it.
//!
//! Sees: the pools, the venue's price with its impact and fee, what a lending market could lend. Decides: the size at
//! which the last unit brings back what it costs after all fees; buys on one side and sells on the other in one
//! transaction, if the quoted gain beats gas and the least profit. Where its capital does not suffice, it borrows the rest by a flash
//! loan, if that gains more after premium and gas. The transaction expires after a block or two; one that waits is replaced
//! by the next trade if that pays enough more. Ignores: other arbitrageurs: who comes second finds less, and reverts where
//! it would lose.

pub mod circle;
mod gap;
mod params;
mod round;

use bevy_ecs::prelude::Component;
use smallvec::{SmallVec, smallvec};

use super::Agent;
use super::awake::Wake;
use super::offer::hurried;
use super::outbox::Outbox;
use super::router::Hop;
use super::view::View;
use crate::chain::distribution::Distribution;
use crate::chain::families::lending::LendingCall;
use crate::chain::ids::{DeploymentId, LendingId, TokenId};
use crate::chain::transaction::{Actions, Bid};
use crate::deployments::amm::PoolCell;
use gap::PoolAndVenue;
pub use params::{ArbitrageurParams, Between};
use round::{Round, Step};

/// An arbitrageur.
#[derive(Debug, Clone, PartialEq, Component)]
pub struct Arbitrageur {
    /// Where it looks.
    ways: SmallVec<[Way; 1]>,
    /// What it starts from and comes back to.
    start: TokenId,
    flash: Option<Flash>,
    min_profit: f64,
    attention: f64,
    bid_share: Distribution,
    /// Most priority fee, in the native token's smallest units per unit of gas.
    tip_cap: u128,
    expiry: u64,
}

/// Somewhere to look for a gap.
#[derive(Debug, Clone, PartialEq)]
enum Way {
    /// Between a pool that holds the numeraire and the venue.
    Gap(PoolAndVenue),
    /// Around a circle of pools, or from the venue through a pool and back to it.
    Round(Round),
}

/// Whose flash loans an arbitrageur takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Flash {
    market: LendingId,
    to: DeploymentId,
    /// The place there of the token that it starts from.
    asset: u8,
}

/// A trade that an arbitrageur considers.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Trade {
    actions: Actions,
    /// What must come back, and what would, in smallest units of what it starts from.
    owed: u128,
    returned: u128,
}

impl Agent for Arbitrageur {
    fn decide(&mut self, sees: &View, out: &mut Outbox) -> Wake {
        let mut dice = sees.dice(out.me().who);
        if !dice.chance(self.attention) {
            return Wake::NextBlock;
        }
        let capital = sees.ledger.balance(out.me().account, self.start);
        if let Some(trade) = self.best(sees, capital) {
            let gas = sees.gas.schedule.of(&trade.actions);
            let gain = self.gain(sees, &trade);
            let after_gas = gain - sees.gas_worth(gas);
            let tip = after_gas * self.bid_share.sample(&mut dice);
            let fee = sees.priority_fee(tip, gas).min(self.tip_cap);
            if after_gas - tip > self.min_profit {
                let bid = hurried(sees, fee, gain, self.min_profit, gas, sees.clock.block + self.expiry - 1);
                self.send(trade.actions, bid, out);
            } else if gain > self.min_profit {
                out.priced_out();
            }
        }
        Wake::NextBlock
    }
}

impl Arbitrageur {
    /// Submits a trade, in the place of one that still waits if there is such: that one has seen another price.
    fn send(&self, actions: Actions, bid: Bid, out: &mut Outbox) {
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

    /// Returns what a trade gains before gas, in whole numeraire tokens.
    fn gain(&self, sees: &View, trade: &Trade) -> f64 {
        let units = trade.returned.saturating_sub(trade.owed);
        if self.start == sees.tokens.numeraire {
            sees.tokens.whole(self.start, units)
        } else {
            sees.worth(self.start, units)
        }
    }

    /// Returns the trade that gains most after gas, of all ways; none where fees are wider than every gap.
    fn best(&self, sees: &View, capital: u128) -> Option<Trade> {
        let trades = self.ways.iter().flat_map(|way| self.trades(sees, way, capital)).flatten();
        trades
            .reduce(|best, trade| if self.after_gas(sees, &trade) > self.after_gas(sees, &best) { trade } else { best })
    }

    fn after_gas(&self, sees: &View, trade: &Trade) -> f64 {
        self.gain(sees, trade) - sees.gas_worth(sees.gas.schedule.of(&trade.actions))
    }

    /// Returns the trade of a way that its capital suffices for, and the one with a flash loan where it does not.
    fn trades(&self, sees: &View, way: &Way, capital: u128) -> [Option<Trade>; 2] {
        let most = self.flash.map_or(0, |flash| flash.idle(sees)).saturating_add(capital);
        let Some((round, size)) = way.sized(sees, 1.0, most) else { return [None, None] };
        let own = || if capital > 0 { round.trade_about(sees, size.min(capital), 0) } else { None };
        match self.flash {
            Some(flash) if size > capital => [own(), flash.trade(sees, way, capital, most)],
            _ => [own(), None],
        }
    }
}

impl Way {
    /// Returns the round that pays, and how much to put in of what costs `cost` a unit, in smallest units; at most `most`
    /// where that is a bound to the search.
    fn sized(&self, sees: &View, cost: f64, most: u128) -> Option<(Round, u128)> {
        match self {
            Self::Gap(place) => place.round(sees, cost),
            Self::Round(round) => Some((round.clone(), round.size(sees, cost, most)?)),
        }
    }
}

impl Flash {
    /// Returns what can be borrowed now.
    fn idle(self, sees: &View) -> u128 {
        sees.protocols.lending(self.market).lending().totals(self.asset, sees.clock.now()).idle
    }

    /// Returns the trade that borrows what `capital` does not suffice for, sized for what the loan costs.
    fn trade(self, sees: &View, way: &Way, capital: u128, most: u128) -> Option<Trade> {
        let lending = sees.protocols.lending(self.market).lending();
        let lent = most.checked_sub(capital).filter(|lent| *lent > 0)?;
        let premium = lending.flash_premium(self.asset, lent).ok()?;
        let (round, size) = way.sized(sees, 1.0 + premium as f64 / lent as f64, most)?;
        let amount = size.min(most).checked_sub(capital).filter(|amount| *amount > 0)?;
        let premium = lending.flash_premium(self.asset, amount).ok()?;
        let trade = round.trade(sees, capital + amount, premium)?;
        let lend = |call: LendingCall| call.of(self.to);
        let mut actions: Actions = smallvec![lend(LendingCall::FlashLoan { asset: self.asset, amount })];
        actions.extend(trade.actions);
        actions.push(lend(LendingCall::RepayFlashLoan));
        Some(Trade { actions, ..trade })
    }
}

/// Returns a way for every two tokens of a pool: a gap where one is the numeraire, else both legs at the venue.
fn ways_to_the_venue(sees: &View, cell: &PoolCell) -> SmallVec<[Way; 1]> {
    let numeraire = sees.tokens.numeraire;
    let mut ways = SmallVec::new();
    for (paid, got) in cell.tokens.iter().flat_map(|paid| cell.tokens.iter().map(move |got| (*paid, *got))) {
        let Some(direction) = cell.direction(paid, got) else { continue };
        if paid == numeraire {
            ways.push(Way::Gap(PoolAndVenue { pool: cell.id, buying: direction, risky: got }));
        } else if got != numeraire {
            let swap = Step::Swap(Hop { pool: cell.id, direction });
            ways.push(Way::Round(Round::of(&[Step::Buy(paid), swap, Step::Sell(got)])));
        }
    }
    ways
}
