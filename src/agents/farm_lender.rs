//! Supplies a bank with its base asset and takes the interest.
//!
//! Sees: the bank's idle cash. Decides: supplies when its moment comes, withdraws everything when its time is over; of
//! what is lent out it takes what is idle and looks again. Ignores: rates, bad debt. A lender that cannot pay for the
//! supplying transaction, or whose transaction expires, stays outside; a withdrawal it tries again.

use bevy_ecs::prelude::Component;
use plimsoll_math::mul_div_down;
use serde::Deserialize;
use smallvec::smallvec;

use super::Agent;
use super::awake::Wake;
use super::offer::{Offer, PatienceParams};
use super::outbox::Outbox;
use super::population::{InitialBalances, NewAgent, Population, PopulationParams};
use super::schedule::{Entry, Exit, PATIENCE, check_stay, stays};
use super::view::View;
use crate::chain::dice::Dice;
use crate::chain::distribution::Distribution;
use crate::chain::event::Event;
use crate::chain::families::leveraged_farm::LeverageCall;
use crate::chain::gas::GasSchedule;
use crate::chain::ids::{BankId, DeploymentId};
use crate::chain::transaction::Action;
use crate::checks::Check;
use crate::checks::laws::POSITIVE;
use crate::checks::names::{EntityKind, Use};
use crate::deployments::stakes::Stake;
use crate::reader::piece::Node;

/// A population of bank lenders, as scenario files write it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FarmLenderParams {
    /// Its name in the data files. Its agents' dice depend on it: under another name others are drawn.
    pub name: String,
    /// How many agents; 1 by default.
    #[serde(default = "super::one")]
    pub count: u32,
    /// The bank it supplies.
    pub bank: String,
    /// What it supplies, in whole tokens of the bank's base asset.
    pub supply: Distribution,
    /// When it supplies; before the first block by default.
    #[serde(default)]
    pub entry: Entry,
    /// When it withdraws everything; never by default.
    #[serde(default)]
    pub exit: Exit,
    /// Priority fee, in gwei per unit of gas; 1 by default.
    #[serde(default = "super::tip")]
    pub tip: Distribution,
    /// How long it waits for block space, and what it pays for it; what it is about is its supply.
    #[serde(default)]
    pub patience: PatienceParams,
    /// Whole native tokens on top of all else, to pay gas from: without enough it submits nothing. By default it buys gas
    /// as it uses it.
    #[serde(default)]
    pub gas_money: Option<Distribution>,
}

/// A supplier of a bank.
#[derive(Debug, Clone, Copy, PartialEq, Component)]
pub struct FarmLender {
    bank: BankId,
    /// What calls to the bank are sent to.
    to: DeploymentId,
    offer: Offer,
    exit: Exit,
    /// What it supplies when it enters, in smallest units.
    supply: u128,
    /// Whether its moment to supply has come.
    entered: bool,
    /// Whether a transaction of its own is on its way.
    waits: bool,
}

impl Agent for FarmLender {
    fn decide(&mut self, sees: &View, out: &mut Outbox) -> Wake {
        if !self.entered {
            self.entered = true;
            self.waits = self.submit(LeverageCall::Deposit { amount: self.supply }.of(self.to), sees, out);
            return if self.waits { self.exit.wake(sees, out.me().who) } else { Wake::Never };
        }
        if self.waits {
            return PATIENCE.wake(sees);
        }
        let held = sees.ledger.balance(out.me().account, sees.protocols.bank(self.bank).shares);
        let shares = held.min(payable(sees, self.bank));
        if shares > 0 {
            self.waits = self.submit(LeverageCall::Withdraw { shares }.of(self.to), sees, out);
        }
        if held == 0 { Wake::Never } else { PATIENCE.wake(sees) }
    }

    const LEARNS: bool = true;

    fn learn(&mut self, _event: &Event) {
        self.waits = false;
    }
}

impl FarmLender {
    /// Submits its transaction, unless gas costs more than it would pay; returns whether it is on its way.
    fn submit(&self, action: Action, sees: &View, out: &mut Outbox) -> bool {
        let gas = sees.gas.schedule.of(std::slice::from_ref(&action));
        let at_stake = sees.worth(sees.protocols.bank(self.bank).base, self.supply);
        let Some(bid) = self.offer.bid(sees, at_stake, gas) else {
            out.priced_out();
            return false;
        };
        out.submit(smallvec![action], bid)
    }
}

/// Returns how many shares the bank's idle cash can pay for, rounded down.
fn payable(sees: &View, bank: BankId) -> u128 {
    let bank = &sees.protocols.bank(bank).bank;
    let state = bank.state_at(sees.clock.now());
    state
        .ok()
        .and_then(|state| mul_div_down(state.balance, state.total_supply, state.total_base().ok()?).ok())
        .unwrap_or(0)
}

impl PopulationParams for FarmLenderParams {
    fn name(&self) -> &str {
        &self.name
    }

    fn count(&self) -> u32 {
        self.count
    }

    fn gas_money(&self) -> Option<&Distribution> {
        self.gas_money.as_ref()
    }

    fn uses<'a, 'd>(&'d self, at: Node<'a>) -> Vec<Use<'a, 'd>> {
        vec![Use::new(at.at("bank"), EntityKind::BANK, &self.bank)]
    }

    fn check(&self, at: Node, check: &mut Check) {
        check.gas_law(at, "tip", &self.tip);
        check.law(at, "supply", &self.supply, &POSITIVE);
        self.patience.check(at, check);
        check_stay(at, self.entry, self.exit, check);
    }

    fn dearest(&self, gas: &GasSchedule) -> Option<(&'static str, u64)> {
        let stays = stays(self.entry, self.exit);
        let deposit = (self.entry != Entry::Genesis).then_some(("deposit", gas.deposit));
        let withdraw = (!stays).then_some(("withdraw", gas.withdraw));
        deposit.into_iter().chain(withdraw).max_by_key(|(_, gas)| *gas)
    }
}

impl Population for FarmLenderParams {
    type Agent = FarmLender;

    fn draw(&self, sees: &View, dice: &mut Dice) -> NewAgent<FarmLender> {
        let bank = sees.protocols.bank_named(&self.bank);
        let supply = sees.tokens.units(bank.base, self.supply.sample(dice));
        let tip = self.tip.sample(dice);
        let offer = Offer::draw(&self.patience, tip, sees, dice);
        let mut agent =
            FarmLender { bank: bank.id, to: bank.at, offer, exit: self.exit, supply, entered: false, waits: false };
        let own: InitialBalances = smallvec![(bank.base, supply)];
        if let Some(first) = self.entry.wake(sees, dice) {
            let initial_balances = own;
            return NewAgent { initial_balances, ..NewAgent::new(agent, first) };
        }
        agent.entered = true;
        let stake = Some((Stake::Supply { bank: bank.id, amount: supply }, own));
        NewAgent { stake, ..NewAgent::new(agent, self.exit.drawn(sees, dice)) }
    }
}
