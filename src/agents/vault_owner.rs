//! Owns a vault: dai drawn against collateral in a Maker system.
//!
//! Sees: its own collateral ratio at the oracle's price, when it looks. Decides: opens its vault when its moment comes,
//! by one transaction; then, if the ratio is below what it acts at, brings it back to its target by its temperament:
//! locks more collateral or pays dai back, as far as its wallet goes. A sleeper is never asked. Ignores: fees, gas, and
//! what others do. A vault that the system refuses is not tried again; a defence that fails is, when it looks next.

use bevy_ecs::prelude::Component;
use plimsoll_protocols::lending::Part;
use plimsoll_protocols::lending::maker::IlkId;
use serde::Deserialize;
use smallvec::smallvec;

use super::awake::Wake;
use super::outbox::Outbox;
use super::population::{Activity, InitialBalances, NewAgent, Population, PopulationParams, fitting};
use super::schedule::{Entry, Exit, check_stay};
use super::view::View;
use super::{Agent, Identity};
use crate::chain::dice::Dice;
use crate::chain::distribution::Distribution;
use crate::chain::event::{Event, EventKind};
use crate::chain::families::cdp::{CdpCall, CdpCallKind};
use crate::chain::gas::GasSchedule;
use crate::chain::ids::DeploymentId;
use crate::chain::ids::{AccountId, IssuerId, TokenId};
use crate::chain::transaction::{Action, AmountIn};
use crate::checks::Check;
use crate::checks::declared::Declared;
use crate::checks::laws::{ANY, Allowed, NOT_NEGATIVE, POSITIVE, SHARE};
use crate::checks::names::Use;
use crate::deployments::maker::ILK;
use crate::deployments::maker::{dai_up, ilk_named};
use crate::deployments::stakes::Stake;
use crate::reader::piece::Node;

/// A population of vault owners, as scenario files write it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VaultOwnerParams {
    /// Its name in the data files. Its agents' dice depend on it: under another name others are drawn.
    pub name: String,
    /// How many agents; 1 by default.
    #[serde(default = "super::one")]
    pub count: u32,
    /// The ilk of a Maker system.
    pub ilk: String,
    /// Collateral that it locks, in whole tokens.
    pub collateral: Distribution,
    /// What that is worth over the dai that it draws, such as 2: at least the ilk's liquidation ratio. Collateral and ratio of
    /// a vault that would owe less than the ilk's `dust` are drawn again, up to a hundred times.
    pub collateral_ratio: Distribution,
    /// Whether the dai stays in its wallet; by default what is drawn at genesis is spent.
    #[serde(default)]
    pub keeps_dai: bool,
    /// When it opens its vault; before the first block by default.
    #[serde(default)]
    pub entry: Entry,
    /// What it does when its ratio is low; nothing by default.
    #[serde(default)]
    pub temperament: Temperament,
    /// Collateral ratio below which it does that; 1.6 by default.
    #[serde(default = "act_below")]
    pub act_below: Distribution,
    /// Collateral ratio that it wants to have then; 2 by default.
    #[serde(default = "target")]
    pub target: Distribution,
    /// Probability of looking at a block: with 1, the default, none is missed; near 0 it acts too late or never.
    #[serde(default = "super::always")]
    pub attention: Distribution,
    /// What it keeps in its wallet to lock or to pay with, as a share of its collateral's worth; nothing by default.
    #[serde(default = "super::nothing")]
    pub spare: Distribution,
    /// Priority fee, in gwei per unit of gas; 1 by default.
    #[serde(default = "super::tip")]
    pub tip: Distribution,
    /// Whole native tokens on top of all else, to pay gas from: without enough it submits nothing. By default it buys gas
    /// as it uses it.
    #[serde(default)]
    pub gas_money: Option<Distribution>,
}

fn act_below() -> Distribution {
    Distribution::Fixed(1.6)
}

fn target() -> Distribution {
    Distribution::Fixed(2.0)
}

impl VaultOwnerParams {
    /// Whether it never sends a transaction.
    fn is_idle(&self) -> bool {
        self.entry == Entry::Genesis && self.temperament == Temperament::Sleep
    }
}

/// Somebody owes in vaults of an ilk.
pub const OWES_IN_VAULTS: &str = "owes in vaults";

/// What a vault owner does when its ratio is low.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum Temperament {
    /// Nothing.
    #[default]
    Sleep,
    /// Locks more from its wallet.
    TopUp,
    /// Pays dai back from its wallet.
    Repay,
}

/// A vault owner.
#[derive(Debug, Clone, PartialEq, Component)]
pub struct VaultOwner {
    of: (IssuerId, IlkId),
    /// What calls to the system are sent to.
    to: DeploymentId,
    plan: Option<Box<Plan>>,
}

/// What an owner does that is not asleep.
#[derive(Debug, Clone, PartialEq)]
struct Plan {
    /// What it opens with, in smallest units.
    lock: u128,
    draw: u128,
    temperament: Temperament,
    act_below: f64,
    target: f64,
    attention: f64,
    tip: u128,
    state: State,
}

/// Where an owner stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Outside,
    /// Its first transaction is on its way.
    Entering,
    Open,
    /// A defence is on its way.
    Defending,
    /// The system refused its vault, or it could not pay for the transaction.
    Refused,
}

impl Agent for VaultOwner {
    fn decide(&mut self, sees: &View, out: &mut Outbox) -> Wake {
        let Some(mut plan) = self.plan.take() else { return Wake::Never };
        let wake = self.act(&mut plan, sees, out);
        self.plan = Some(plan);
        wake
    }

    const LEARNS: bool = true;

    fn learn(&mut self, event: &Event) {
        let Some(plan) = &mut self.plan else { return };
        let is_own = !matches!(event.kind, EventKind::Liquidated(_));
        plan.state = match (plan.state, &event.kind) {
            (State::Entering, EventKind::Vault(_)) => State::Open,
            (State::Entering, EventKind::Reverted { .. } | EventKind::Dropped { .. } | EventKind::Expired { .. }) => {
                State::Refused
            }
            (State::Defending, _) if is_own => State::Open,
            (state, _) => state,
        };
    }
}

impl VaultOwner {
    fn act(&self, plan: &mut Plan, sees: &View, out: &mut Outbox) -> Wake {
        match plan.state {
            State::Outside => {
                let call = CdpCallKind::LockAndDraw { lock: AmountIn::Exact(plan.lock), draw: plan.draw };
                let gem = sees.protocols.issuer(self.of.0).ilk(self.of.1).gem;
                let at_stake = sees.worth(gem, plan.lock);
                let entering = out.submit_patiently(smallvec![self.call(call)], plan.tip, at_stake);
                plan.state = if entering { State::Entering } else { State::Refused };
            }
            State::Open => {
                let Some(vault) = self.vault(out.me().account, sees) else { return Wake::Never };
                if vault.ratio() < plan.act_below
                    && let Some(call) = self.defending(plan, &vault, out.me(), sees)
                    && out.submit_patiently(smallvec![self.call(call)], plan.tip, vault.worth)
                {
                    plan.state = State::Defending;
                }
            }
            State::Entering | State::Defending | State::Refused => {}
        }
        if plan.state == State::Refused || plan.temperament == Temperament::Sleep {
            return Wake::Never;
        }
        Wake::At(sees.clock.block + sees.dice(out.me().who).blocks_until(plan.attention))
    }

    fn call(&self, call: CdpCallKind) -> Action {
        CdpCall { market: self.of.1.0, kind: call }.of(self.to)
    }

    /// Returns its vault at the oracle's price; none if it owes nothing.
    fn vault(&self, account: AccountId, sees: &View) -> Option<Vault> {
        let cell = sees.protocols.issuer(self.of.0);
        let (vault, ilk) = (cell.vault(self.of.1, account), cell.ilk(self.of.1));
        let state = cell.state_at(self.of.1, &sees.oracles, sees.clock.now()).ok()?;
        let price = sees.oracles.feed(ilk.feed).answer();
        let one = sees.tokens.get(ilk.gem).one;
        let worth = vault.ink as f64 / ilk.wads_per_unit as f64 / one * price;
        (vault.art > 0).then(|| Vault { worth, debt: vault.tab(state.rate).to_f64(), unit: price / one })
    }

    /// Returns the call that brings the vault's ratio to its target; none if nothing can.
    fn defending(&self, plan: &Plan, vault: &Vault, me: &Identity, sees: &View) -> Option<CdpCallKind> {
        let cell = sees.protocols.issuer(self.of.0);
        match plan.temperament {
            Temperament::Sleep => None,
            Temperament::TopUp => {
                let gem = cell.ilk(self.of.1).gem;
                let reserve = if me.buys_gas { 0 } else { gas_reserve(gem, sees) };
                let spare = sees.ledger.balance(me.account, gem).saturating_sub(reserve);
                let lock = units((plan.target * vault.debt - vault.worth) / vault.unit).min(spare);
                (lock > 0).then_some(CdpCallKind::LockAndDraw { lock: AmountIn::Exact(lock), draw: 0 })
            }
            Temperament::Repay => {
                let wallet = sees.ledger.balance(me.account, cell.dai);
                let wipe = units((vault.debt - vault.worth / plan.target) * 1e18).min(wallet);
                (wipe > 0).then_some(CdpCallKind::WipeAndFree { wipe: AmountIn::Exact(wipe), free: Part::Exactly(0) })
            }
        }
    }
}

/// Returns what an owner keeps of a token to pay gas with, if it is the one that pays gas: ten transactions at the base
/// fee.
fn gas_reserve(token: TokenId, sees: &View) -> u128 {
    let gas = 10 * u128::from(sees.gas.schedule.lock_and_draw);
    if token == sees.tokens.native { gas.saturating_mul(sees.gas.base_fee) } else { 0 }
}

/// A vault as its owner sees it, in whole numeraire tokens.
struct Vault {
    worth: f64,
    debt: f64,
    /// What a smallest unit of the collateral is worth.
    unit: f64,
}

impl Vault {
    fn ratio(&self) -> f64 {
        self.worth / self.debt
    }
}

/// Returns an amount that is wished for in smallest units, rounded down; zero below zero.
fn units(wish: f64) -> u128 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates, as a wish may")]
    let units = wish as u128;
    units
}

impl PopulationParams for VaultOwnerParams {
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
        vec![Use::new(at.at("ilk"), ILK, &self.ilk)]
    }

    fn check(&self, at: Node, check: &mut Check) {
        check.gas_law(at, "tip", &self.tip);
        check.law(at, "collateral", &self.collateral, &POSITIVE);
        check.law(at, "attention", &self.attention, &SHARE);
        check.law(at, "spare", &self.spare, &NOT_NEGATIVE);
        let least = check.declared.vaults(&self.ilk).map_or(1.0, |vaults| vaults.liquidation_ratio);
        check.law(at, "collateral_ratio", &self.collateral_ratio, &Allowed { least, ..ANY });
        if self.temperament != Temperament::Sleep {
            check.law(at, "act_below", &self.act_below, &Allowed { least: 1.0, ..ANY });
            check.law(at, "target", &self.target, &Allowed { least, ..ANY });
        }
        check_stay(at, self.entry, Exit::Hold, check);
    }

    fn dearest(&self, gas: &GasSchedule) -> Option<(&'static str, u64)> {
        (!self.is_idle()).then_some(("lock_and_draw", gas.lock_and_draw.max(gas.wipe_and_free)))
    }

    fn does<'d>(&'d self, _declared: &Declared<'d>) -> Vec<Activity<'d>> {
        vec![Activity::of(OWES_IN_VAULTS, &self.ilk)]
    }
}

impl Population for VaultOwnerParams {
    type Agent = VaultOwner;

    fn draw(&self, sees: &View, dice: &mut Dice) -> NewAgent<VaultOwner> {
        let (cell, ilk) = ilk_named(&sees.protocols, &self.ilk);
        let (gem, dai) = (cell.ilk(ilk).gem, cell.dai);
        let price = sees.venues.price(gem);
        let least = cell.maker.ilk_state(ilk).map_or(0, |state| dai_up(state.dust).unwrap_or(u128::MAX));
        let vault = |dice: &mut Dice| {
            let collateral = self.collateral.sample(dice);
            (collateral, sees.tokens.units(dai, collateral * price / self.collateral_ratio.sample(dice)))
        };
        let ((collateral, draw), is_redrawn) = fitting(dice, vault, |(_, draw)| *draw >= least);
        let (lock, worth) = (sees.tokens.units(gem, collateral), collateral * price);
        let tip = sees.gwei(self.tip.sample(dice));
        let entry = self.entry.wake(sees, dice);
        let plan = Plan {
            lock,
            draw,
            temperament: self.temperament,
            act_below: self.act_below.sample(dice),
            target: self.target.sample(dice),
            attention: self.attention.sample(dice),
            tip,
            state: if entry.is_some() { State::Outside } else { State::Open },
        };
        let mut initial_balances = InitialBalances::new();
        let spare = worth * self.spare.sample(dice);
        match self.temperament {
            Temperament::TopUp => initial_balances.push((gem, sees.units_worth(gem, spare))),
            Temperament::Repay => initial_balances.push((dai, sees.units_worth(dai, spare))),
            Temperament::Sleep => {}
        }
        let first = entry.unwrap_or_else(|| match self.temperament {
            Temperament::Sleep => Wake::Never,
            _ => Wake::At(dice.blocks_until(plan.attention) - 1),
        });
        let stake = if entry.is_some() {
            initial_balances.push((gem, lock));
            None
        } else {
            let kept = self.keeps_dai;
            let stake = Stake::Vault { issuer: cell.id, market: ilk.0, locked: lock, drawn: draw, kept };
            Some((stake, smallvec![(gem, lock)]))
        };
        let agent = VaultOwner { of: (cell.id, ilk), to: cell.at, plan: (!self.is_idle()).then(|| Box::new(plan)) };
        NewAgent { initial_balances, stake, is_redrawn, ..NewAgent::new(agent, first) }
    }
}
