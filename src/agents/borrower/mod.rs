//! Borrows from a lending market against collateral: for leverage, for a short, or to spend.
//!
//! Sees: its own health factor at the oracles' prices, when it looks. Decides: enters when its moment comes, by one
//! transaction (leverage by a flash loan or by loops); then, if its health is below what it acts at, brings it back to
//! its target by its temperament: tops up, repays, sells collateral, or closes. A sleeper is never asked. Ignores: rates,
//! gas, and what others do. A position that the market refuses is not tried again; a defence that fails is, when it looks
//! next.

mod params;

use bevy_ecs::prelude::Component;
use plimsoll_protocols::lending::Part;
use smallvec::smallvec;

use super::Agent;
use super::awake::Wake;
use super::outbox::Outbox;
use super::route::{Route, TradeOrder};
use super::view::View;
use crate::chain::event::{Event, EventKind};
use crate::chain::families::lending::LendingCall;
use crate::chain::ids::{AccountId, DeploymentId, LendingId, TokenId};
use crate::chain::transaction::{Action, Actions, AmountIn};
pub use params::{BORROWS, BorrowerParams, Defence, Owes, Proceeds};

/// A borrower. Most sleep, so what a sleeper does not need is elsewhere.
#[derive(Debug, Clone, PartialEq, Component)]
pub struct Borrower {
    market: LendingId,
    /// What calls to the market are sent to.
    to: DeploymentId,
    collateral: u8,
    debt: u8,
    plan: Option<Box<Plan>>,
}

/// What a borrower does that is not asleep.
#[derive(Debug, Clone, PartialEq)]
struct Plan {
    /// From the debt's token to the collateral's.
    route: Route,
    /// In smallest units: what it posts of its own, and what it borrows in all.
    own: u128,
    loan: u128,
    way_in: WayIn,
    defence: Defence,
    act_below: f64,
    target: f64,
    attention: f64,
    tip: u128,
    state: State,
}

/// How a position is opened by transaction.
#[derive(Debug, Clone, Copy, PartialEq)]
enum WayIn {
    Plain { sells: bool },
    Flash,
    Loops { loan_to_value: f64, times: u32 },
}

/// Where a borrower stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Outside,
    /// Its first transaction is on its way.
    Entering,
    Open,
    /// A defence is on its way.
    Defending,
    /// The market refused its position, or it could not pay for the transaction.
    Refused,
}

impl Agent for Borrower {
    fn decide(&mut self, sees: &View, out: &mut Outbox) -> Wake {
        let Some(mut plan) = self.plan.take() else { return Wake::Never };
        let wake = self.act(&mut plan, sees, out);
        self.plan = Some(plan);
        wake
    }

    const LEARNS: bool = true;

    fn learn(&mut self, event: &Event) {
        let Some(plan) = &mut self.plan else { return };
        plan.state = match (plan.state, &event.kind) {
            (State::Entering, EventKind::Lent(_)) | (State::Defending, _) => State::Open,
            (State::Entering, EventKind::Reverted { .. } | EventKind::Dropped { .. } | EventKind::Expired { .. }) => {
                State::Refused
            }
            (state, _) => state,
        };
    }
}

impl Borrower {
    fn act(&self, plan: &mut Plan, sees: &View, out: &mut Outbox) -> Wake {
        match plan.state {
            State::Outside => {
                let at_stake = sees.worth(plan.route.to, plan.own);
                let entering = self.entering(plan, sees);
                let entering = entering.is_some_and(|actions| out.submit_patiently(actions, plan.tip, at_stake));
                plan.state = if entering { State::Entering } else { State::Refused };
            }
            State::Open => {
                let position = self.position(out.me().account, sees);
                if position.debt == 0 {
                    return Wake::Never;
                }
                if position.health_factor < plan.act_below
                    && let Some(actions) = self.defending(plan, &position, out.me().account, sees)
                    && out.submit_patiently(actions, plan.tip, position.collateral as f64 * position.collateral_unit)
                {
                    plan.state = State::Defending;
                }
            }
            State::Entering | State::Defending | State::Refused => {}
        }
        if plan.state == State::Refused || plan.defence == Defence::Sleep {
            return Wake::Never;
        }
        Wake::At(sees.clock.block + sees.dice(out.me().who).blocks_until(plan.attention))
    }

    fn lend(&self, call: LendingCall) -> Action {
        call.of(self.to)
    }

    fn supply(&self, amount: AmountIn) -> Action {
        self.lend(LendingCall::Supply { asset: self.collateral, amount })
    }

    fn borrow(&self, amount: u128) -> Action {
        self.lend(LendingCall::Borrow { asset: self.debt, amount })
    }

    fn flash_premium(&self, amount: u128, sees: &View) -> Option<u128> {
        sees.protocols.lending(self.market).lending().flash_premium(self.debt, amount).ok()
    }

    /// Returns the transaction that opens the position.
    fn entering(&self, plan: &Plan, sees: &View) -> Option<Actions> {
        let mut actions: Actions = smallvec![self.supply(AmountIn::Exact(plan.own))];
        match plan.way_in {
            WayIn::Plain { sells } => {
                actions.push(self.borrow(plan.loan));
                if sells {
                    plan.route.trade(sees, TradeOrder::of(AmountIn::Received, plan.loan), &mut actions)?;
                }
            }
            WayIn::Flash if plan.loan > 0 => {
                let premium = self.flash_premium(plan.loan, sees)?;
                actions.push(self.lend(LendingCall::FlashLoan { asset: self.debt, amount: plan.loan }));
                let bought = plan.route.trade(sees, TradeOrder::of(AmountIn::Received, plan.loan), &mut actions)?;
                actions.push(self.supply(bought));
                actions.push(self.borrow(plan.loan + premium));
                actions.push(self.lend(LendingCall::RepayFlashLoan));
            }
            WayIn::Flash => {}
            WayIn::Loops { loan_to_value, times } => {
                let (mut posted, mut borrowed) = (plan.own, 0);
                for _ in 0..times {
                    let loan = sees.units_worth(plan.route.from, sees.worth(plan.route.to, posted) * loan_to_value);
                    posted = plan.route.quote_after(sees, borrowed, loan)?;
                    actions.push(self.borrow(loan));
                    let order = TradeOrder { before: borrowed, ..TradeOrder::of(AmountIn::Received, loan) };
                    let bought = plan.route.trade(sees, order, &mut actions)?;
                    actions.push(self.supply(bought));
                    borrowed += loan;
                }
            }
        }
        Some(actions)
    }

    fn position(&self, account: AccountId, sees: &View) -> Position {
        let cell = sees.protocols.lending(self.market);
        let (lending, now) = (cell.lending(), sees.clock.now());
        let unit = |place: u8| {
            let asset = cell.asset(place);
            sees.oracles.feed(asset.feed).answer() / sees.tokens.get(asset.token).one
        };
        let health = lending.health(account, &cell.prices(&sees.oracles), now);
        Position {
            health_factor: health.map_or(f64::INFINITY, |health| health.factor),
            collateral: lending.supplied(account, self.collateral, now),
            debt: lending.borrowed(account, self.debt, now),
            collateral_unit: unit(self.collateral),
            debt_unit: unit(self.debt),
            threshold: lending.threshold(self.collateral),
        }
    }

    /// Returns the transaction that brings the position's health to its target; none if nothing can.
    fn defending(&self, plan: &Plan, position: &Position, account: AccountId, sees: &View) -> Option<Actions> {
        let wallet = |token: TokenId| sees.ledger.balance(account, token);
        match plan.defence {
            Defence::Sleep => None,
            Defence::TopUp => {
                let amount = position.to_post(plan.target).min(wallet(plan.route.to));
                (amount > 0).then(|| smallvec![self.supply(AmountIn::Exact(amount))])
            }
            Defence::Repay => {
                let amount = position.to_repay(plan.target).min(wallet(plan.route.from));
                let most = AmountIn::Exact(amount);
                (amount > 0).then(|| smallvec![self.lend(LendingCall::Repay { asset: self.debt, most })])
            }
            Defence::Deleverage => self.selling(plan, position.to_sell(plan.target), None, sees),
            // A little more than it owes now: interest goes on until the transaction runs.
            Defence::StopLoss => self.selling(plan, position.debt + position.debt / 100_000 + 1, Some(Part::All), sees),
        }
    }

    /// Repays by a flash loan, takes collateral out, as much as that costs or a stated part, and sells what it costs.
    fn selling(&self, plan: &Plan, repaid: u128, out: Option<Part>, sees: &View) -> Option<Actions> {
        let owed = repaid.checked_add(self.flash_premium(repaid, sees)?)?;
        let sold = plan.route.reversed().cost(sees, owed)?;
        let mut actions: Actions = smallvec![
            self.lend(LendingCall::FlashLoan { asset: self.debt, amount: repaid }),
            self.lend(LendingCall::Repay { asset: self.debt, most: AmountIn::Exact(repaid) }),
            self.lend(LendingCall::Withdraw { asset: self.collateral, part: out.unwrap_or(Part::Exactly(sold)) }),
        ];
        plan.route.reversed().trade(sees, TradeOrder::of(AmountIn::Exact(sold), sold), &mut actions)?;
        actions.push(self.lend(LendingCall::RepayFlashLoan));
        Some(actions)
    }
}

/// A position as its owner sees it, at the oracles' prices.
struct Position {
    health_factor: f64,
    /// In smallest units.
    collateral: u128,
    debt: u128,
    /// What a smallest unit is worth, in whole numeraire tokens.
    collateral_unit: f64,
    debt_unit: f64,
    threshold: f64,
}

impl Position {
    fn worths(&self) -> (f64, f64) {
        (self.collateral as f64 * self.collateral_unit, self.debt as f64 * self.debt_unit)
    }

    /// Returns what to post for a health factor, in smallest units of the collateral.
    fn to_post(&self, target: f64) -> u128 {
        let (collateral, debt) = self.worths();
        units((target * debt / self.threshold - collateral) / self.collateral_unit)
    }

    /// Returns what to repay for a health factor, in smallest units of the debt.
    fn to_repay(&self, target: f64) -> u128 {
        let (collateral, debt) = self.worths();
        units((debt - collateral * self.threshold / target) / self.debt_unit).min(self.debt)
    }

    /// Returns what to repay out of collateral that is sold for it, in smallest units of the debt.
    fn to_sell(&self, target: f64) -> u128 {
        let (collateral, debt) = self.worths();
        let worth = (target * debt - self.threshold * collateral) / (target - self.threshold);
        units(worth / self.debt_unit).min(self.debt)
    }
}

/// Returns an amount that is wished for in smallest units, rounded down; zero below zero.
fn units(wish: f64) -> u128 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates, as a wish may")]
    let units = wish as u128;
    units
}
