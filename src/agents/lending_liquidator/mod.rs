//! Liquidates loans of one lending market, of one collateral and one debt.
//!
//! Sees: every position of the market that may be liquidated as the block begins. Decides: looks at the largest of those
//! that it notices; repays as much as pays after what selling the collateral costs, its own earlier sales of the block
//! included, after the flash loan's premium and gas; and offers a share of the gain as priority fee. It stops when its
//! money for the block or the depth of the market is used up, and takes back what waits for a position that may no longer
//! be liquidated. Sells at once, after a while, or holds. Ignores: who else is after the same position: who comes second
//! finds less, or reverts and pays for it.

mod params;

use bevy_ecs::prelude::Component;
use plimsoll_protocols::lending::{Liquidated, Liquidation};
use smallvec::smallvec;

use super::Agent;
use super::awake::Wake;
use super::offer::hurried;
use super::outbox::Outbox;
use super::route::{Route, TradeOrder};
use super::view::View;
use crate::chain::dice::{Who, mix};
use crate::chain::distribution::Distribution;
use crate::chain::event::Event;
use crate::chain::families::Call;
use crate::chain::families::lending::LendingCall;
use crate::chain::ids::{AccountId, DeploymentId, LendingId, PositionKey};
use crate::chain::transaction::{Action, Actions, AmountIn, Bid, Transaction};
use crate::deployments::lending::{LendingCell, Prices};
use crate::deployments::liquidatable::Liquidatable;
pub use params::{Funds, LendingLiquidatorParams, RepayStrategy, Sells};

/// A liquidator of loans.
#[derive(Debug, Clone, PartialEq, Component)]
pub struct LendingLiquidator {
    market: LendingId,
    /// What calls to the market are sent to.
    to: DeploymentId,
    collateral: u8,
    debt: u8,
    /// From the collateral's token to the debt's.
    route: Route,
    flash: bool,
    sells: Sells,
    strategy: RepayStrategy,
    /// Least gain after gas, in whole numeraire tokens.
    min_profit: f64,
    attention: f64,
    bid_share: Distribution,
    per_block: usize,
    revert_protection: bool,
    /// Whose positions its transactions of the last blocks were about, by number, and how many of these still wait.
    pending: Vec<AccountId>,
    waiting: usize,
    /// When it sells what it holds.
    sale: Option<(u64, PositionKey)>,
    /// The positions that it notices in this block.
    seen: Vec<Liquidatable>,
}

/// A liquidation that pays.
struct Catch {
    /// What is repaid by each call, and what they do together.
    repays: [u128; 2],
    done: Liquidated,
    /// What it has sold before in the block, and what the sale must bring at least.
    sold: u128,
    least_out: u128,
    /// In whole numeraire tokens, before gas.
    gain: f64,
}

impl Agent for LendingLiquidator {
    fn decide(&mut self, sees: &View, out: &mut Outbox) -> Wake {
        self.sell_later(sees, out);
        self.take_back(sees, out);
        self.notice(sees, out.me().who);
        let cell = sees.protocols.lending(self.market);
        let prices = cell.prices(&sees.oracles);
        let mut sold = 0;
        let mut budget = self.budget(sees, out.me().account);
        if self.waiting == 0 {
            self.pending.clear();
        }
        for loan in std::mem::take(&mut self.seen) {
            match self.catch(&loan, (cell, &prices), budget, sold, sees) {
                Found::Pays(catch) => {
                    if self.go(&loan, &catch, sees, out) {
                        sold += catch.done.seized;
                        // A flash loan is back before the next one is taken.
                        budget -= if self.flash { 0 } else { catch.done.repaid };
                    }
                }
                Found::Nothing => {}
                Found::Exhausted => break,
            }
        }
        self.pending.sort_unstable();
        if self.sale.is_some() || self.waiting > 0 { Wake::NextBlock } else { Wake::WhenUnderwater }
    }

    const LEARNS: bool = true;

    fn learn(&mut self, event: &Event) {
        if event.ends_a_liquidation() {
            self.waiting = self.waiting.saturating_sub(1);
        }
    }
}

/// What a look at a position finds.
enum Found {
    Pays(Catch),
    Nothing,
    /// Neither this one nor any other of the block.
    Exhausted,
}

impl LendingLiquidator {
    /// Lists the positions that it notices and that it has not gone for already, the largest debts first, as many as it
    /// goes for in a block. Only those are put in order: a million may fail at once.
    fn notice(&mut self, sees: &View, who: Who) {
        self.seen.clear();
        let listed = sees.liquidatable.of(sees.protocols.lending(self.market).protocol);
        let Self { attention, pending, seen, waiting, .. } = self;
        let is_new = |loan: &&Liquidatable| *waiting == 0 || pending.binary_search(&loan.owner).is_err();
        let throw = |loan: &&Liquidatable| {
            *attention >= 1.0 || sees.dice(Who(mix(who.0, u64::from(loan.owner.0)))).chance(*attention)
        };
        seen.extend(listed.iter().filter(is_new).filter(throw));
        let order = |a: &Liquidatable, b: &Liquidatable| b.debt.total_cmp(&a.debt).then(a.owner.cmp(&b.owner));
        if seen.len() > self.per_block {
            seen.select_nth_unstable_by(self.per_block, order);
            seen.truncate(self.per_block);
        }
        if seen.len() <= SORTED_AT_MOST {
            seen.sort_unstable_by(order);
        }
    }

    /// Takes back the transactions that wait for positions which may no longer be liquidated.
    fn take_back(&mut self, sees: &View, out: &mut Outbox) {
        let cell = sees.protocols.lending(self.market);
        let gone = |waits: &Transaction| borrower(waits).filter(|owner| !sees.liquidatable.has(cell.key(*owner)));
        let back = out.take_back(|waits| gone(waits).is_some());
        self.waiting = self.waiting.saturating_sub(back.len());
    }

    /// Returns what it can repay with, in smallest units: its own, or what the market can lend for a transaction.
    fn budget(&self, sees: &View, me: AccountId) -> u128 {
        if self.flash {
            let lending = sees.protocols.lending(self.market).lending();
            return lending.totals(self.debt, sees.clock.now()).idle;
        }
        sees.ledger.balance(me, self.route.to)
    }

    /// Returns what it would gain by a position with its budget, after it has `sold` so much in the block.
    fn catch(
        &self,
        loan: &Liquidatable,
        (cell, prices): (&LendingCell, &Prices),
        budget: u128,
        sold: u128,
        sees: &View,
    ) -> Found {
        if budget == 0 {
            return Found::Exhausted;
        }
        let Some((repays, done)) = self.quote(loan, budget, cell, prices, sees.clock.now()) else {
            return Found::Nothing;
        };
        if self.sells != Sells::AtOnce {
            let gain = sees.worth(self.route.from, done.seized) - sees.worth(self.route.to, done.repaid);
            return Found::Pays(Catch { repays, done, sold, least_out: 0, gain });
        }
        let Some(part) = self.part_that_pays(&done, sold, sees) else { return Found::Exhausted };
        if part >= 1.0 {
            return self.gaining(repays, done, sold, sees);
        }
        let budget = share(done.repaid, part);
        match self.quote(loan, budget, cell, prices, sees.clock.now()) {
            Some((repays, done)) => self.gaining(repays, done, sold, sees),
            None => Found::Nothing,
        }
    }

    fn gaining(&self, repays: [u128; 2], done: Liquidated, sold: u128, sees: &View) -> Found {
        let owed = self.owed(done.repaid, sees);
        match self.route.quote_after(sees, sold, done.seized) {
            Some(out) if out > owed => {
                let gain = sees.worth(self.route.to, out - owed);
                Found::Pays(Catch { repays, done, sold, least_out: owed, gain })
            }
            _ => Found::Nothing,
        }
    }

    /// Returns what must come back for what is repaid: with the flash loan's premium, rounded up.
    fn owed(&self, repaid: u128, sees: &View) -> u128 {
        let lending = sees.protocols.lending(self.market).lending();
        let premium = if self.flash { lending.flash_premium(self.debt, repaid).unwrap_or(u128::MAX) } else { 0 };
        repaid.saturating_add(premium)
    }

    /// Returns the part of a liquidation up to which the last unit sold brings what it cost; none if the first does not.
    fn part_that_pays(&self, done: &Liquidated, sold: u128, sees: &View) -> Option<f64> {
        let owed = self.owed(done.repaid, sees);
        let pays = |part: f64| {
            let (before, piece) = (sold + share(done.seized, part), (done.seized / 1_024).max(1));
            let brings = self.route.quote_after(sees, before, piece).unwrap_or(0) as f64;
            brings * done.seized as f64 >= owed as f64 * piece as f64
        };
        if pays(1.0) {
            return Some(1.0);
        }
        if !pays(0.0) {
            return None;
        }
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..12 {
            let middle = 0.5 * (low + high);
            if pays(middle) { low = middle } else { high = middle }
        }
        Some(low)
    }

    /// Returns what is repaid by each call, and what the calls do together; none if the market refuses.
    fn quote(
        &self,
        loan: &Liquidatable,
        budget: u128,
        cell: &LendingCell,
        prices: &Prices,
        now: u64,
    ) -> Option<([u128; 2], Liquidated)> {
        let (lending, (collateral, debt)) = (cell.lending(), (self.collateral, self.debt));
        let call = |most_repaid| Liquidation { borrower: loan.owner, collateral, debt, most_repaid };
        let quote = |most_repaid| lending.quote_liquidation(call(most_repaid), prices, now).ok();
        let one = quote(budget)?;
        let first = match self.strategy {
            RepayStrategy::CloseFactor => 0,
            RepayStrategy::TwoSteps => {
                first_of_two(loan, lending.borrowed(loan.owner, debt, now), &one, cell, collateral)
            }
        };
        if first == 0 || first >= one.repaid {
            let carried = lending.threshold(collateral) * (1.0 + lending.bonus(collateral));
            // Where the collateral does not pay for all, a little more is offered, or rounding would leave dust of it.
            let more = if loan.health_factor < carried { one.repaid / 10_000 + 1 } else { 0 };
            return Some(([one.repaid.saturating_add(more).min(budget), 0], one));
        }
        let left = (one.repaid + one.debt_left - first) as f64;
        let close_factor = one.repaid as f64 / (one.repaid + one.debt_left) as f64;
        let second = share(1, left * close_factor).min(budget - first);
        let repaid = first + second;
        let seized = share(one.seized, repaid as f64 / one.repaid as f64 * (1.0 - 1e-6));
        Some(([first, second], Liquidated { repaid, seized, debt_left: one.debt_left - second, ..one }))
    }

    /// Returns the bid that offers so much of a gain, both in the numeraire.
    fn hurried(&self, bid: f64, gain: f64, gas: u64, sees: &View) -> Bid {
        let worth = gain + sees.gas_worth(gas);
        hurried(sees, sees.priority_fee(bid, gas), worth, self.min_profit, gas, sees.clock.block + WAITS)
    }

    /// Submits the transaction of a catch if its gain after gas is enough.
    fn go(&mut self, loan: &Liquidatable, catch: &Catch, sees: &View, out: &mut Outbox) -> bool {
        let Some(actions) = self.actions(loan, catch, sees) else { return false };
        let gas = sees.gas.schedule.of(&actions);
        let gain = catch.gain - sees.gas_worth(gas);
        if gain <= self.min_profit {
            return false;
        }
        let mut dice = sees.dice(Who(mix(out.me().who.0, u64::from(loan.owner.0))));
        let bid = match self.bid_share {
            Distribution::Fixed(share) => share * gain,
            ref law => law.sample(&mut dice) * gain,
        };
        let submitted = gain - bid > self.min_profit
            && out.submit_by(self.revert_protection, actions, self.hurried(bid, gain, gas, sees));
        if submitted {
            self.pending.push(loan.owner);
            self.waiting += 1;
            if let Sells::Later(after) = self.sells {
                let of = sees.protocols.lending(self.market).key(loan.owner);
                self.sale.get_or_insert((sees.clock.block_after(after).max(sees.clock.block + 1), of));
            }
        }
        submitted
    }

    /// Returns the transaction: [a flash loan,] the liquidation, the forced sale [, the flash loan's repayment]. None if
    /// nothing buys so much.
    fn actions(&self, loan: &Liquidatable, catch: &Catch, sees: &View) -> Option<Actions> {
        let lend = |call: LendingCall| call.of(self.to);
        let (borrower, collateral, debt) = (loan.owner, self.collateral, self.debt);
        let mut actions = Actions::new();
        if self.flash {
            actions.push(lend(LendingCall::FlashLoan { asset: debt, amount: catch.done.repaid }));
        }
        for repaid in catch.repays.into_iter().filter(|repaid| *repaid > 0) {
            let most = AmountIn::Exact(repaid);
            actions.push(lend(LendingCall::Liquidate { borrower, collateral, debt, most }));
        }
        if self.sells == Sells::AtOnce {
            let amount = if catch.repays[1] > 0 { AmountIn::Exact(catch.done.seized) } else { AmountIn::Received };
            let of = sees.protocols.lending(self.market).key(borrower);
            let (about, before, least_out) = (catch.done.seized, catch.sold, catch.least_out);
            self.forced_sale(of, TradeOrder { amount, about, before, least_out }, sees, &mut actions)?;
        }
        if self.flash {
            actions.push(lend(LendingCall::RepayFlashLoan));
        }
        Some(actions)
    }

    /// Adds the sale of what a liquidation of this position seized, every swap of it a forced one. None if nothing buys
    /// so much.
    fn forced_sale(&self, of: PositionKey, order: TradeOrder, sees: &View, actions: &mut Actions) -> Option<()> {
        let mut sale: Actions = smallvec![];
        self.route.trade(sees, order, &mut sale)?;
        actions.extend(sale.into_iter().map(|action| action.forced(of)));
        Some(())
    }

    /// Sells all that it holds of the collateral when the time has come: as the forced sale of the first position that it
    /// was seized from.
    fn sell_later(&mut self, sees: &View, out: &mut Outbox) {
        let Some((_, of)) = self.sale.filter(|(at, _)| sees.clock.block >= *at) else { return };
        let held = sees.ledger.balance(out.me().account, self.route.from);
        let mut actions: Actions = smallvec![];
        let order = TradeOrder::of(AmountIn::Exact(held), held);
        if held > 0 && self.forced_sale(of, order, sees, &mut actions).is_none() {
            return;
        }
        if held == 0 || out.submit_patiently(actions, 0, sees.worth(self.route.from, held)) {
            self.sale = None;
        }
    }
}

/// Returns whose position a transaction liquidates.
fn borrower(transaction: &Transaction) -> Option<AccountId> {
    transaction.actions.iter().find_map(|action| {
        let Action::Call { call: Call::Lending(call), .. } = action else { return None };
        if let LendingCall::Liquidate { borrower, .. } = **call { Some(borrower) } else { None }
    })
}

/// So many blocks after its first a liquidation may wait: as many as the liquidators of banks wait.
const WAITS: u64 = 24;

/// With more positions than this in a block, which of them come first is left to their numbers.
const SORTED_AT_MOST: usize = 4_096;

/// Returns a part of an amount, rounded down.
fn share(amount: u128, part: f64) -> u128 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates, and is not negative")]
    let share = (amount as f64 * part) as u128;
    share
}

/// Returns the most that can be repaid so that the position may still be liquidated, in smallest units: with debt `D`,
/// collateral `C`, threshold `l` and bonus `s`, `(D - l C) / (1 - l (1 + s))`, a hair less. None of a toxic position.
fn first_of_two(loan: &Liquidatable, owed: u128, one: &Liquidated, cell: &LendingCell, collateral: u8) -> u128 {
    let (threshold, bonus) = (cell.lending().threshold(collateral), cell.lending().bonus(collateral));
    let kept = 1.0 - threshold * (1.0 + bonus);
    // All of it may be repaid at once: there is nothing to gain by two steps.
    if kept <= 0.0 || one.debt_left == 0 {
        return 0;
    }
    share(owed, ((1.0 - loan.health_factor) / kept * (1.0 - 1e-6)).clamp(0.0, 1.0))
}
