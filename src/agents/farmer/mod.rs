//! Farms with leverage: borrows against its own capital and puts the lot into a pool (Alpha Homora's `work`).
//!
//! Sees: the block's number; if it rebalances, what its position and its debt are worth outside. Decides: opens when its
//! moment comes, closes when its time is over; in between, if it is told to, puts in more of its own where its leverage
//! has risen, and borrows more where it has fallen, unless gas eats that; or tops up or closes where its health is low. Ignores: whatever else happens to prices and to
//! its health; one that fails is killed. A position that the bank refuses to open, or whose transaction expires, is not
//! tried again; one that it refuses to close is, after some minutes.

mod defence;

use bevy_ecs::prelude::Component;
use serde::Deserialize;
use smallvec::smallvec;

use super::Agent;
use super::awake::Wake;
use super::offer::{Offer, PatienceParams, hurried};
use super::outbox::Outbox;
use super::population::{Drawn, Population, Purse, Stake};
use super::schedule::{Entry, Exit, PATIENCE};
use super::view::View;
use crate::chain::dice::Dice;
use crate::chain::distribution::Distribution;
use crate::chain::event::{Event, What};
use crate::chain::forced_sales::OtherSale;
use crate::chain::ids::{GoblinId, PositionId};
use crate::chain::time::TimeSpan;
use crate::chain::transaction::{Action, WorkOrder};
use crate::protocol::farm::alpha_homora::Strategy;
use defence::{Defence, Remedy};
pub use defence::{DefenceParams, How};

/// A population of farmers, as scenario files write it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FarmerParams {
    /// What the population is called.
    pub name: String,
    /// How many.
    #[serde(default = "super::one")]
    pub count: u32,
    /// The goblin through which it farms.
    pub goblin: String,
    /// Own capital, in whole tokens of the bank's base asset.
    pub capital: Distribution,
    /// Assets over own capital: 3 borrows twice the capital.
    pub leverage: Distribution,
    /// When it enters.
    #[serde(default)]
    pub entry: Entry,
    /// How a position is opened by transaction.
    #[serde(default)]
    pub open: Opening,
    /// When it closes its position.
    #[serde(default)]
    pub exit: Exit,
    /// How it closes its position.
    #[serde(default)]
    pub close: Closing,
    /// How it keeps its leverage; not at all by default.
    #[serde(default)]
    pub rebalance: Option<RebalanceParams>,
    /// What it does when its health is low; nothing by default.
    #[serde(default)]
    pub defence: Option<DefenceParams>,
    /// Priority fee, in gwei per unit of gas.
    #[serde(default = "super::tip")]
    pub tip: Distribution,
    /// How long it waits for block space, and what it pays for it; what it is about is its own capital.
    #[serde(default)]
    pub patience: PatienceParams,
    /// Whole native tokens to pay gas from.
    #[serde(default = "super::gas_money")]
    pub gas_money: Distribution,
}

/// How a farmer opens its position by transaction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
pub enum Opening {
    /// All in the base asset; the strategy swaps what it needs.
    #[default]
    BaseOnly,
    /// This share of its own capital in the farmed token, the rest in the base asset.
    TwoSides(f64),
}

/// How a farmer closes its position.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum Closing {
    /// Sells the farmed token for the base asset.
    #[default]
    Liquidate,
    /// Sells only what the debt asks for and keeps the rest.
    MinimizeTrading,
}

/// How a farmer keeps its leverage.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RebalanceParams {
    /// How often it looks.
    pub every: TimeSpan,
    /// By what share its leverage may be off the one it was drawn with.
    pub band: f64,
    /// Base asset that it keeps to put in, as a share of its own capital and on top of it.
    pub reserve: Distribution,
    /// The most that the gas may cost, as a share of what is moved.
    pub gas_share: f64,
}

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
    goblin: GoblinId,
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
    /// Its position was killed.
    Killed(PositionId),
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
            State::Closed(_) | State::Killed(_) | State::Refused => Wake::Never,
        }
    }

    const LEARNS: bool = true;

    fn learn(&mut self, event: &Event) {
        let failed = matches!(event.what, What::Reverted { .. } | What::Dropped { .. } | What::Expired { .. });
        self.state = match (self.state, &event.what) {
            (State::Opening, What::Worked(worked)) => State::Open(worked.receipt.position),
            (State::Opening, _) if failed => State::Refused,
            (State::Closing(position), What::Worked(_)) => State::Closed(position),
            (State::Rebalancing(position), What::Worked(_)) => State::Open(position),
            (State::Closing(position) | State::Rebalancing(position), _) if failed => State::Open(position),
            (State::Open(position) | State::Closing(position) | State::Rebalancing(position), What::Liquidated(at))
                if at.key.position == position.0 =>
            {
                State::Killed(position)
            }
            (state, _) => state,
        };
    }
}

impl Farmer {
    /// Takes in that its position stands before the first block.
    pub fn opened_at_genesis(&mut self, position: PositionId) {
        self.state = State::Open(position);
    }

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
        let [base, _] = sees.legs(self.goblin);
        let value = value.min(sees.ledger.balance(out.me().account, base));
        if value > 0 && self.submit(self.adding(position, value, 0), sees, out) {
            self.state = State::Rebalancing(position);
        }
    }

    /// Submits a transaction about its capital, unless gas costs more than it would pay.
    fn submit(&self, action: Action, sees: &View, out: &mut Outbox) -> bool {
        let [base, farmed] = sees.legs(self.goblin);
        let at_stake = || sees.worth(base, self.capital.0) + sees.worth(farmed, self.capital.1);
        let Some(bid) = self.offer.bid(sees, at_stake, sees.gas.schedule.work) else {
            out.give_up();
            return false;
        };
        out.submit(smallvec![action], bid)
    }

    /// Brings its leverage back where it has left its band and gas does not eat that. Returns whether a transaction is on
    /// its way.
    fn rebalance(&self, position: PositionId, sees: &View, out: &mut Outbox) -> bool {
        let Some(Rebalance { band, gas_share, .. }) = self.rebalance else { return false };
        let Some((own, loan)) = self.missing(position, band, sees) else { return false };
        let [base, _] = sees.legs(self.goblin);
        let value = sees.units_worth(base, own).min(sees.ledger.balance(out.me().account, base));
        let loan = sees.units_worth(base, loan);
        if value == 0 && loan == 0 {
            return false;
        }
        let gas = sees.gas.schedule.work;
        let worth = gas_share * sees.worth(base, value + loan);
        let cost = sees.gas_worth(gas) + sees.worth(sees.tokens.native, self.offer.tip) * gas as f64;
        if cost > worth {
            out.give_up();
            return false;
        }
        let bid = hurried(sees, self.offer.tip, worth, 0.0, gas, u64::MAX);
        out.submit(smallvec![self.adding(position, value, loan)], bid)
    }

    /// Returns what own capital to put in and what to borrow, in the numeraire, so that the leverage is as drawn; none
    /// while it is within its band.
    fn missing(&self, position: PositionId, band: f64, sees: &View) -> Option<(f64, f64)> {
        let cell = sees.protocols.goblin(self.goblin);
        let bank = sees.protocols.bank(cell.bank);
        let (debt, _) = sees.ground(cell).debt_and_health(&cell.goblin, position)?;
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
        let strategy = match farmed {
            0 => Strategy::AllBase { min_lp: 0 },
            farmed => Strategy::TwoSides { farmed, min_lp: 0 },
        };
        let (goblin, loan, sale) = (self.goblin, self.loan, OtherSale::Closings);
        Action::Work(Box::new(WorkOrder { goblin, position: None, value, loan, max_return: 0, strategy, sale }))
    }

    fn adding(&self, position: PositionId, value: u128, loan: u128) -> Action {
        let (goblin, position, sale) = (self.goblin, Some(position), OtherSale::Closings);
        let strategy = Strategy::AllBase { min_lp: 0 };
        Action::Work(Box::new(WorkOrder { goblin, position, value, loan, max_return: 0, strategy, sale }))
    }

    fn closing(&self, position: PositionId, sale: OtherSale) -> Action {
        let strategy = match self.close {
            Closing::Liquidate => Strategy::Liquidate { min_base: 0 },
            Closing::MinimizeTrading => Strategy::MinimizeTrading { min_farmed: 0 },
        };
        let (goblin, position) = (self.goblin, Some(position));
        Action::Work(Box::new(WorkOrder { goblin, position, value: 0, loan: 0, max_return: u128::MAX, strategy, sale }))
    }
}

impl Population for FarmerParams {
    type Agent = Farmer;

    fn name(&self) -> &str {
        &self.name
    }

    fn count(&self) -> u32 {
        self.count
    }

    fn draw(&self, sees: &View, dice: &mut Dice) -> Drawn<Farmer> {
        let goblin = sees.protocols.goblin_named(&self.goblin);
        let base = sees.protocols.bank(goblin.bank).base;
        let (own, leverage) = (self.capital.sample(dice), self.leverage.sample(dice));
        let (tip, gas_money) = (self.tip.sample(dice), self.gas_money.sample(dice));
        let first = self.entry.wake(sees, dice);
        let (equity, debt) = (sees.tokens.units(base, own), sees.tokens.units(base, own * (leverage - 1.0)));
        let (capital, purse) = self.purse(sees, goblin.id, equity);
        let mut agent = Farmer {
            goblin: goblin.id,
            close: self.close,
            offer: Offer::draw(&self.patience, tip, sees, dice),
            exit: self.exit,
            leaves: Wake::Never,
            rebalance: None,
            defence: None,
            capital,
            loan: debt,
            leverage,
            state: State::Outside,
        };
        let stake = Some(Stake::Position { goblin: goblin.id, equity, debt });
        let mut drawn = if let Some(first) = first {
            Drawn { agent, purse, gas_money, first, stake: None }
        } else {
            agent.state = State::Opening;
            agent.leaves = self.exit.drawn(sees, dice);
            Drawn { agent, purse: Purse::new(), gas_money, first: agent.leaves, stake }
        };
        if let Some(params) = &self.rebalance {
            let RebalanceParams { every, band, gas_share, .. } = *params;
            drawn.agent.rebalance = Some(Rebalance { every, band, gas_share });
            drawn.purse.push((base, sees.tokens.units(base, own * params.reserve.sample(dice))));
            if drawn.stake.is_some() {
                // Each looks at its own moment, as people do.
                let look = Wake::At(sees.clock.block_at(TimeSpan { ms: below(every.ms, dice) }));
                drawn.first = earlier(look, drawn.first);
            }
        }
        if let Some(params) = &self.defence {
            let (defence, aside) = Defence::draw(params, dice);
            drawn.agent.defence = Some(defence);
            drawn.purse.push((base, sees.tokens.units(base, own * aside)));
            if drawn.stake.is_some() {
                let look = Wake::At(dice.blocks_until(defence.attention) - 1);
                drawn.first = earlier(look, drawn.first);
            }
        }
        drawn
    }
}

/// Draws a whole number below another.
fn below(limit: u64, dice: &mut Dice) -> u64 {
    let product = u128::from(dice.bits()) * u128::from(limit);
    u64::try_from(product >> 64).expect("it is below a number of 64 bits")
}

fn earlier(a: Wake, b: Wake) -> Wake {
    match (a, b) {
        (Wake::At(a), Wake::At(b)) => Wake::At(a.min(b)),
        (a, _) => a,
    }
}

impl FarmerParams {
    /// Splits own capital into the base asset and the farmed token at outside prices.
    fn purse(&self, sees: &View, goblin: GoblinId, equity: u128) -> ((u128, u128), Purse) {
        let goblin = sees.protocols.goblin(goblin);
        let base = sees.protocols.bank(goblin.bank).base;
        let pool = sees.protocols.pool(goblin.pool);
        let Opening::TwoSides(share) = self.open else { return ((equity, 0), smallvec![(base, equity)]) };
        let farmed_token = pool.token(pool.side_of(base).expect("a goblin's pool holds the base asset").other());
        let farmed = sees.units_worth(farmed_token, sees.worth(base, equity) * share);
        let kept = sees.units_worth(base, sees.worth(base, equity) * (1.0 - share));
        ((kept, farmed), smallvec![(base, kept), (farmed_token, farmed)])
    }
}
