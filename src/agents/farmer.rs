//! Farms with leverage: borrows against its own capital and puts the lot into a pool (Alpha Homora's `work`).
//!
//! Sees: the block's number. Decides: opens when its moment comes, closes when its time is over. Ignores: prices and
//! its own health; one that fails is killed. A position that the bank refuses to open is not tried again; one that it
//! refuses to close is, after some minutes.

use bevy_ecs::prelude::Component;
use serde::Deserialize;
use smallvec::smallvec;

use super::Agent;
use super::awake::Wake;
use super::outbox::Outbox;
use super::population::{Drawn, Population, Purse, Stake};
use super::schedule::{Entry, Exit, PATIENCE};
use super::view::View;
use crate::chain::dice::Dice;
use crate::chain::distribution::Distribution;
use crate::chain::event::{Event, What};
use crate::chain::ids::{GoblinId, PositionId};
use crate::chain::transaction::{Action, WorkOrder};
use crate::protocol::farm::alpha_homora::Strategy;

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
    /// Priority fee, in gwei per unit of gas.
    #[serde(default = "super::tip")]
    pub tip: Distribution,
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

/// A leveraged yield farmer.
#[derive(Debug, Clone, Copy, PartialEq, Component)]
pub struct Farmer {
    goblin: GoblinId,
    close: Closing,
    tip: u128,
    exit: Exit,
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
    /// Its closing transaction is on its way.
    Closing(PositionId),
    /// It closed its position.
    Closed(PositionId),
    /// Its position was killed.
    Killed(PositionId),
    /// The bank refused its position, or it could not pay for the transaction.
    Refused,
}

impl Agent for Farmer {
    fn decide(&mut self, sees: &View, out: &mut Outbox) -> Wake {
        match self.state {
            State::Outside => {
                let submitted = out.submit(smallvec![self.opening()], self.tip);
                self.state = if submitted { State::Opening } else { State::Refused };
                self.exit.wake(sees, out.me().who)
            }
            State::Opening => Wake::NextBlock,
            State::Open(position) => {
                if out.submit(smallvec![self.closing(position)], self.tip) {
                    self.state = State::Closing(position);
                }
                PATIENCE.wake(sees)
            }
            State::Closing(_) => PATIENCE.wake(sees),
            State::Closed(_) | State::Killed(_) | State::Refused => Wake::Never,
        }
    }

    const LEARNS: bool = true;

    fn learn(&mut self, event: &Event) {
        self.state = match (self.state, &event.what) {
            (State::Opening, What::Worked(worked)) => State::Open(worked.receipt.position),
            (State::Opening, What::Reverted { .. } | What::Dropped { .. }) => State::Refused,
            (State::Closing(position), What::Worked(_)) => State::Closed(position),
            (State::Closing(position), What::Reverted { .. } | What::Dropped { .. }) => State::Open(position),
            (State::Open(position) | State::Closing(position), What::Killed(killed))
                if killed.receipt.position == position =>
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

    fn opening(&self) -> Action {
        let (value, farmed) = self.capital;
        let strategy = match farmed {
            0 => Strategy::AllBase { min_lp: 0 },
            farmed => Strategy::TwoSides { farmed, min_lp: 0 },
        };
        let (goblin, loan) = (self.goblin, self.loan);
        Action::Work(Box::new(WorkOrder { goblin, position: None, value, loan, max_return: 0, strategy }))
    }

    fn closing(&self, position: PositionId) -> Action {
        let strategy = match self.close {
            Closing::Liquidate => Strategy::Liquidate { min_base: 0 },
            Closing::MinimizeTrading => Strategy::MinimizeTrading { min_farmed: 0 },
        };
        let (goblin, position) = (self.goblin, Some(position));
        Action::Work(Box::new(WorkOrder { goblin, position, value: 0, loan: 0, max_return: u128::MAX, strategy }))
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
        let (tip, gas_money) = (sees.gwei(self.tip.sample(dice)), self.gas_money.sample(dice));
        let first = self.entry.wake(sees, dice);
        let (equity, debt) = (sees.tokens.units(base, own), sees.tokens.units(base, own * (leverage - 1.0)));
        let (capital, purse) = self.purse(sees, goblin.id, equity);
        let mut agent = Farmer {
            goblin: goblin.id,
            close: self.close,
            tip,
            exit: self.exit,
            capital,
            loan: debt,
            leverage,
            state: State::Outside,
        };
        if let Some(first) = first {
            return Drawn { agent, purse, gas_money, first, stake: None };
        }
        agent.state = State::Opening;
        let stake = Some(Stake::Position { goblin: goblin.id, equity, debt });
        Drawn { agent, purse: Purse::new(), gas_money, first: self.exit.drawn(sees, 0, dice), stake }
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
