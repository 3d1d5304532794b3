//! Farms with leverage: borrows against its own capital and puts the lot into a pool (Alpha Homora's `work`).
//!
//! Sees: the block's number; if it rebalances, what its position and its debt are worth outside. Decides: opens when its
//! moment comes, closes when its time is over; in between, if it is told to, puts in more of its own where its leverage
//! has risen, and borrows more where it has fallen, unless gas eats that; or tops up or closes where its health is low. Ignores: whatever else happens to prices and to
//! its health; one that fails is liquidated. A position that the bank refuses to open, or whose transaction expires, is not
//! tried again; one that it refuses to close is, after some minutes.

mod defence;
mod params;

use bevy_ecs::prelude::Component;
use smallvec::smallvec;

use super::Agent;
use super::awake::Wake;
use super::offer::{Offer, hurried};
use super::outbox::Outbox;
use super::schedule::{Exit, PATIENCE};
use super::view::View;
use crate::chain::event::{Event, EventKind};
use crate::chain::families::leveraged_farm::{LeverageCall, Strategy, WorkOrder};
use crate::chain::forced_sales::OtherSale;
use crate::chain::ids::{DeploymentId, PositionId, WorkerId};
use crate::chain::time::TimeSpan;
use crate::chain::transaction::Action;
use defence::{Defence, Remedy};
pub use defence::{DefenceParams, How};
pub use params::{BORROWS_FROM_BANK, Closing, FARMS, FarmerParams, Opening, RebalanceParams};

/// How one farmer keeps its leverage.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Rebalance {
    every: TimeSpan,
    band: f64,
    gas_share: f64,
}

/// A leveraged yield farmer.
#[derive(Debug, Clone, Copy, PartialEq, Component)]
pub struct Farmer {
    worker: WorkerId,
    /// What calls to its bank are sent to.
    to: DeploymentId,
    close: Closing,
    offer: Offer,
    exit: Exit,
    /// When it wants to be out.
    leaves: Wake,
    rebalance: Option<Rebalance>,
    defence: Option<Defence>,
    /// Own capital in smallest units of the base asset and of the farmed token, before it is in.
    capital: (u128, u128),
    loan: u128,
    /// Assets over own capital, as drawn.
    pub leverage: f64,
    /// Where it stands.
    pub state: State,
}

/// Where a farmer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It has not entered.
    Outside,
    /// Its opening transaction is on its way.
    Opening,
    /// It farms.
    Open(PositionId),
    /// It farms, and a transaction that brings its leverage back is on its way.
    Rebalancing(PositionId),
    /// Its closing transaction is on its way.
    Closing(PositionId),
    /// It closed its position.
    Closed(PositionId),
    /// Its position was liquidated.
    Liquidated(PositionId),
    /// The bank refused its position, it could not pay for the transaction, or no block took that in time.
    Refused,
}

impl Agent for Farmer {
    fn decide(&mut self, sees: &View, out: &mut Outbox) -> Wake {
        match self.state {
            State::Outside => {
                let submitted = self.submit(self.opening(), sees, out);
                self.state = if submitted { State::Opening } else { State::Refused };
                self.leaves = self.exit.wake(sees, out.me().who);
                self.next(sees, out)
            }
            State::Opening => Wake::NextBlock,
            State::Open(position) if self.is_over(sees) => {
                self.leave(position, OtherSale::Closings, sees, out);
                PATIENCE.wake(sees)
            }
            State::Open(position) => match self.remedy(position, sees) {
                Some(Remedy::Stop) => {
                    self.leave(position, OtherSale::StopLosses, sees, out);
                    self.next(sees, out)
                }
                Some(Remedy::TopUp(value)) => {
                    self.top_up(position, value, sees, out);
                    self.next(sees, out)
                }
                None => {
                    if self.rebalance(position, sees, out) {
                        self.state = State::Rebalancing(position);
                    }
                    self.next(sees, out)
                }
            },
            State::Rebalancing(_) if self.is_over(sees) => PATIENCE.wake(sees),
            State::Rebalancing(_) => self.next(sees, out),
            State::Closing(_) => PATIENCE.wake(sees),
            State::Closed(_) | State::Liquidated(_) | State::Refused => Wake::Never,
        }
    }

    fn begins_with(&mut self, position: PositionId) {
        self.state = State::Open(position);
    }

    const LEARNS: bool = true;

    fn learn(&mut self, event: &Event) {
        let failed =
            matches!(event.kind, EventKind::Reverted { .. } | EventKind::Dropped { .. } | EventKind::Expired { .. });
        self.state = match (self.state, &event.kind) {
            (State::Opening, EventKind::Worked(worked)) => State::Open(worked.position()),
            (State::Opening, _) if failed => State::Refused,
            (State::Closing(position), EventKind::Worked(_)) => State::Closed(position),
            (State::Rebalancing(position), EventKind::Worked(_)) => State::Open(position),
            (State::Closing(position) | State::Rebalancing(position), _) if failed => State::Open(position),
            (
                State::Open(position) | State::Closing(position) | State::Rebalancing(position),
                EventKind::Liquidated(at),
            ) if at.key.position == position.0 => State::Liquidated(position),
            (state, _) => state,
        };
    }
}

impl Farmer {
    fn is_over(&self, sees: &View) -> bool {
        matches!(self.leaves, Wake::At(at) if at <= sees.clock.block)
    }

    /// Returns when it has to do something next: leave, or look at its leverage or its health.
    fn next(&self, sees: &View, out: &Outbox) -> Wake {
        let mut next = self.leaves;
        if let Some(rebalance) = self.rebalance {
            next = earlier(Wake::At(sees.clock.block_after(rebalance.every).max(sees.clock.block + 1)), next);
        }
        if let Some(defence) = self.defence {
            let look = sees.dice(out.me().who).blocks_until(defence.attention);
            next = earlier(Wake::At(sees.clock.block + look), next);
        }
        next
    }

    /// Submits the transaction that closes its position.
    fn leave(&mut self, position: PositionId, sale: OtherSale, sees: &View, out: &mut Outbox) {
        if self.submit(self.closing(position, sale), sees, out) {
            self.state = State::Closing(position);
        }
    }

    /// Puts in so much of the base asset, as far as its wallet has it.
    fn top_up(&mut self, position: PositionId, value: u128, sees: &View, out: &mut Outbox) {
        let [base, _] = sees.base_and_farmed(self.worker);
        let value = value.min(sees.ledger.balance(out.me().account, base));
        if value > 0 && self.submit(self.adding(position, value, 0), sees, out) {
            self.state = State::Rebalancing(position);
        }
    }

    /// Submits a transaction about its capital, unless gas costs more than it would pay.
    fn submit(&self, action: Action, sees: &View, out: &mut Outbox) -> bool {
        let [base, farmed] = sees.base_and_farmed(self.worker);
        let at_stake = sees.worth(base, self.capital.0) + sees.worth(farmed, self.capital.1);
        let Some(bid) = self.offer.bid(sees, at_stake, sees.gas.schedule.work) else {
            out.priced_out();
            return false;
        };
        out.submit(smallvec![action], bid)
    }

    /// Brings its leverage back where it has left its band and gas does not eat that. Returns whether a transaction is on
    /// its way.
    fn rebalance(&self, position: PositionId, sees: &View, out: &mut Outbox) -> bool {
        let Some(Rebalance { band, gas_share, .. }) = self.rebalance else { return false };
        let Some((own, loan)) = self.missing(position, band, sees) else { return false };
        let [base, _] = sees.base_and_farmed(self.worker);
        let value = sees.units_worth(base, own).min(sees.ledger.balance(out.me().account, base));
        let loan = sees.units_worth(base, loan);
        if value == 0 && loan == 0 {
            return false;
        }
        let gas = sees.gas.schedule.work;
        let worth = gas_share * sees.worth(base, value + loan);
        let cost = sees.gas_worth(gas) + sees.worth(sees.tokens.native, self.offer.tip) * gas as f64;
        if cost > worth {
            out.priced_out();
            return false;
        }
        let bid = hurried(sees, self.offer.tip, worth, 0.0, gas, u64::MAX);
        out.submit(smallvec![self.adding(position, value, loan)], bid)
    }

    /// Returns what own capital to put in and what to borrow, in the numeraire, so that the leverage is as drawn; none
    /// while it is within its band.
    fn missing(&self, position: PositionId, band: f64, sees: &View) -> Option<(f64, f64)> {
        let cell = sees.protocols.worker(self.worker);
        let bank = sees.protocols.bank(cell.bank);
        let debt = sees.farm_health(self.worker, position)?.debt;
        let assets = sees.assets_worth(bank.bank.position(position).ok()?);
        let equity = assets - sees.worth(bank.base, debt);
        let (leverage, wanted) = (assets / equity, self.leverage);
        if equity <= 0.0 || wanted <= 1.0 {
            return None;
        }
        if leverage > wanted * (1.0 + band) {
            Some(((assets - wanted * equity) / (wanted - 1.0), 0.0))
        } else if leverage < wanted * (1.0 - band) {
            Some((0.0, wanted * equity - assets))
        } else {
            None
        }
    }

    fn opening(&self) -> Action {
        let (value, farmed) = self.capital;
        self.work(None, (value, self.loan, 0), Strategy::Add { farmed, least_liquidity: 0 }, OtherSale::Closings)
    }

    fn adding(&self, position: PositionId, value: u128, loan: u128) -> Action {
        let strategy = Strategy::Add { farmed: 0, least_liquidity: 0 };
        self.work(Some(position), (value, loan, 0), strategy, OtherSale::Closings)
    }

    fn closing(&self, position: PositionId, sale: OtherSale) -> Action {
        let strategy = match self.close {
            Closing::Liquidate => Strategy::SellAll { least_base: 0 },
            Closing::MinimizeTrading => Strategy::SellForDebt { least_farmed: 0 },
        };
        self.work(Some(position), (0, 0, u128::MAX), strategy, sale)
    }

    fn work(
        &self,
        position: Option<PositionId>,
        (value, loan, max_return): (u128, u128, u128),
        strategy: Strategy,
        sale: OtherSale,
    ) -> Action {
        let worker = self.worker;
        LeverageCall::Work(Box::new(WorkOrder { worker, position, value, loan, max_return, strategy, sale }))
            .of(self.to)
    }
}

fn earlier(a: Wake, b: Wake) -> Wake {
    match (a, b) {
        (Wake::At(a), Wake::At(b)) => Wake::At(a.min(b)),
        (a, _) => a,
    }
}
