//! Stakes liquidity: puts tokens into a pool, stakes the liquidity tokens that come, and lives on the rewards.
//!
//! Sees: its stake, what it could claim, gas. Decides: enters when its moment comes; every so often claims what it has
//! earned and sells that for the numeraire, where it is worth a multiple of the gas; leaves when its time is over: takes
//! its stake back, claims, takes the liquidity out of the pool and sells the rewards. Ignores: prices, other yields, what
//! its liquidity loses. One whose entry is refused, or whose gas is too dear for its offer, stays outside; an exit that
//! fails it tries again.

use bevy_ecs::prelude::Component;
use plimsoll_protocols::amm::PerToken;
use plimsoll_protocols::lending::Part;
use serde::Deserialize;
use smallvec::smallvec;

use super::Agent;
use super::awake::Wake;
use super::fitting::amounts_worth;
use super::offer::{Offer, PatienceParams};
use super::outbox::Outbox;
use super::population::{InitialBalances, NewAgent, Population, PopulationParams};
use super::route::{Route, Through, TradeOrder};
use super::schedule::{Entry, Exit, PATIENCE, check_stay, stays};
use super::view::View;
use crate::chain::dice::Dice;
use crate::chain::distribution::Distribution;
use crate::chain::event::{Event, EventKind};
use crate::chain::families::Call;
use crate::chain::families::amm::{AmmCall, LiquidityCall, LiquidityOrder};
use crate::chain::families::staking::StakingCall;
use crate::chain::gas::GasSchedule;
use crate::chain::ids::{AccountId, DeploymentId, FarmId, PoolId};
use crate::chain::time::TimeSpan;
use crate::chain::transaction::{Action, Actions, AmountIn};
use crate::checks::Check;
use crate::checks::laws::POSITIVE;
use crate::checks::names::{EntityKind, Use};
use crate::deployments::stakes::Stake;
use crate::reader::diagnostic::one_of;
use crate::reader::piece::Node;

/// A population of stakers, as scenario files write it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StakerParams {
    /// Its name in the data files. Its agents' dice depend on it: under another name others are drawn.
    pub name: String,
    /// How many agents; 1 by default.
    #[serde(default = "super::one")]
    pub count: u32,
    /// The staking contract that each stakes in.
    pub farm: String,
    /// The pool whose liquidity tokens each stakes.
    pub pool: String,
    /// What each puts in, worth in whole numeraire tokens.
    pub capital: Distribution,
    /// Time between two looks whether to claim; by default it claims only when it leaves.
    #[serde(default)]
    pub claims_every: Option<TimeSpan>,
    /// It claims what is worth this many times the gas of claiming and selling it; 2 by default, with 0 anything.
    #[serde(default = "two")]
    pub gas_multiple: f64,
    /// Where it sells what it has claimed: `"a pool"`, `Router` for the best of all pools, or, by default, `Venue`.
    #[serde(default)]
    pub through: Through,
    /// When it enters; before the first block by default.
    #[serde(default)]
    pub entry: Entry,
    /// When it leaves; never by default.
    #[serde(default)]
    pub exit: Exit,
    /// Priority fee, in gwei per unit of gas; 1 by default.
    #[serde(default = "super::tip")]
    pub tip: Distribution,
    /// How long it waits for block space, and what it pays for it; what it is about is its capital, or what it claims.
    #[serde(default)]
    pub patience: PatienceParams,
    /// Whole native tokens on top of all else, to pay gas from: without enough it submits nothing. By default it buys gas
    /// as it uses it.
    #[serde(default)]
    pub gas_money: Option<Distribution>,
}

fn two() -> f64 {
    2.0
}

/// A staker.
#[derive(Debug, Clone, PartialEq, Component)]
pub struct Staker {
    farm: FarmId,
    market: u16,
    pool: PoolId,
    /// What calls to the contract and to the pool are sent to.
    to: [DeploymentId; 2],
    /// From the reward token to the numeraire.
    route: Route,
    offer: Offer,
    exit: Exit,
    /// What it puts in, in smallest units of each of the pool's tokens.
    capital: PerToken,
    claims_every: Option<TimeSpan>,
    gas_multiple: f64,
    /// The block in which it leaves, once it has entered.
    leaves: Wake,
    /// The block in which it looks next whether to claim.
    next_claim: u64,
    state: State,
}

/// Where a staker stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// It has not entered.
    Outside,
    /// Its entry is on its way.
    Entering,
    Staked,
    /// A claim is on its way.
    Claiming,
    /// Its exit is on its way.
    Leaving,
    /// It has left, or was never let in.
    Gone,
}

impl Agent for Staker {
    fn decide(&mut self, sees: &View, out: &mut Outbox) -> Wake {
        match self.state {
            State::Outside => {
                let entered = self.submit(self.entering(), self.worth(sees), sees, out);
                self.state = if entered { State::Entering } else { State::Gone };
                self.leaves = self.exit.wake(sees, out.me().who);
                self.next_claim = self.claim_after(sees);
            }
            State::Staked if matches!(self.leaves, Wake::At(block) if block <= sees.clock.block) => {
                let actions = self.leaving(sees, out.me().account);
                if self.submit(actions, self.worth(sees), sees, out) {
                    self.state = State::Leaving;
                }
                return PATIENCE.wake(sees);
            }
            State::Staked if self.claims_every.is_some() && self.next_claim <= sees.clock.block => {
                self.next_claim = self.claim_after(sees);
                self.claim(sees, out);
            }
            State::Leaving => return PATIENCE.wake(sees),
            State::Staked | State::Entering | State::Claiming => {}
            State::Gone => return Wake::Never,
        }
        self.next(sees)
    }

    const LEARNS: bool = true;

    fn learn(&mut self, event: &Event) {
        let failed =
            matches!(event.kind, EventKind::Reverted { .. } | EventKind::Dropped { .. } | EventKind::Expired { .. });
        self.state = match (self.state, &event.kind) {
            (State::Entering, _) if failed => State::Gone,
            (State::Claiming | State::Leaving, _) if failed => State::Staked,
            (State::Entering | State::Claiming, EventKind::Staked(_)) => State::Staked,
            (State::Leaving, EventKind::Staked(_)) => State::Gone,
            (state, _) => state,
        };
    }
}

impl Staker {
    /// Returns when it has to do something next: look whether to claim, or leave.
    fn next(&self, sees: &View) -> Wake {
        let claim = self.claims_every.map(|_| self.next_claim.max(sees.clock.block + 1));
        match (claim, self.leaves) {
            (Some(claim), Wake::At(leaves)) => Wake::At(claim.min(leaves.max(sees.clock.block + 1))),
            (Some(claim), _) => Wake::At(claim),
            (None, leaves) => leaves,
        }
    }

    fn claim_after(&self, sees: &View) -> u64 {
        self.claims_every.map_or(0, |every| sees.clock.block_after(every).max(sees.clock.block + 1))
    }

    /// Returns what its capital is worth outside, in whole numeraire tokens.
    fn worth(&self, sees: &View) -> f64 {
        let tokens = &sees.protocols.pool(self.pool).tokens;
        tokens.iter().zip(&self.capital).map(|(token, amount)| sees.worth(*token, *amount)).sum()
    }

    fn liquidity(&self, call: LiquidityCall) -> Action {
        let order = LiquidityOrder { range: None, call };
        Action::Call { to: self.to[1], call: Call::Amm(AmmCall::Liquidity(Box::new(order))) }
    }

    /// Adds liquidity and stakes what comes of it.
    fn entering(&self) -> Actions {
        let (market, amount) = (self.market, AmountIn::Received);
        let most = self.capital.clone();
        smallvec![
            self.liquidity(LiquidityCall::AddUpTo { most, least_liquidity: 1 }),
            StakingCall::Stake { market, amount }.of(self.to[0])
        ]
    }

    /// Takes the stake back, claims what it has earned, takes the liquidity out and sells what it could claim now.
    fn leaving(&self, sees: &View, me: AccountId) -> Actions {
        let farm = sees.protocols.farm(self.farm);
        let (staked, earned) = (farm.contract.staking().staked(self.market, me), sees.pending(farm, self.market, me));
        let none = PerToken::from_elem(0, self.capital.len());
        let mut actions: Actions = smallvec![
            StakingCall::Unstake { market: self.market, part: Part::All }.of(self.to[0]),
            self.liquidity(LiquidityCall::Remove { liquidity: staked, least: none })
        ];
        if earned > 0 {
            // What nobody buys stays in the wallet.
            self.route.trade(sees, TradeOrder::of(AmountIn::Exact(earned), earned), &mut actions);
        }
        actions
    }

    /// Claims what it has earned and sells it, if that is worth the gas.
    fn claim(&mut self, sees: &View, out: &mut Outbox) {
        let farm = sees.protocols.farm(self.farm);
        let earned = sees.pending(farm, self.market, out.me().account);
        if earned == 0 {
            return;
        }
        let mut actions: Actions = smallvec![StakingCall::Claim { market: self.market }.of(self.to[0])];
        if self.route.trade(sees, TradeOrder::of(AmountIn::Received, earned), &mut actions).is_none() {
            return;
        }
        let worth = sees.worth(self.route.from, earned);
        let gas = sees.gas.schedule.of(&actions);
        if worth
            < self.gas_multiple * (sees.gas_worth(gas) + sees.worth(sees.tokens.native, self.offer.tip) * gas as f64)
        {
            out.priced_out();
        } else if self.submit(actions, worth, sees, out) {
            self.state = State::Claiming;
        }
    }

    /// Submits a transaction, unless gas costs more than it would pay; returns whether it is on its way.
    fn submit(&self, actions: Actions, at_stake: f64, sees: &View, out: &mut Outbox) -> bool {
        let gas = sees.gas.schedule.of(&actions);
        let Some(bid) = self.offer.bid(sees, at_stake, gas) else {
            out.priced_out();
            return false;
        };
        out.submit(actions, bid)
    }
}

impl StakerParams {
    fn acts(&self) -> bool {
        self.claims_every.is_some() || !stays(self.entry, self.exit)
    }
}

impl PopulationParams for StakerParams {
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
        let own = [
            Use::new(at.at("farm"), EntityKind::FARM, &self.farm),
            Use::new(at.at("pool"), EntityKind::POOL, &self.pool),
        ];
        own.into_iter().chain(self.through.uses(at)).collect()
    }

    fn check(&self, at: Node, check: &mut Check) {
        check.gas_law(at, "tip", &self.tip);
        check.law(at, "capital", &self.capital, &POSITIVE);
        check.field(at, "gas_multiple", self.gas_multiple, self.gas_multiple >= 0.0, "0 or more");
        if let Some(every) = self.claims_every {
            check.some_time(at, "claims_every", every, "1 d");
        }
        self.patience.check(at, check);
        check_stay(at, self.entry, self.exit, check);
        let Some(farm) = check.declared.farm(&self.farm).cloned() else { return };
        if check.declared.pool(&self.pool).is_some() && !farm.pools.contains(&self.pool.as_str()) {
            let message = format!("the farm `{}` does not stake `{}`", self.farm, self.pool);
            let expected = format!("expected {}", one_of(farm.pools.iter().copied()));
            check.error(at.at("pool").place(), message, expected);
        }
        if let Some(numeraire) = check.declared.numeraire {
            self.through.check(at, (farm.reward, numeraire), None, check);
        }
    }

    fn dearest(&self, gas: &GasSchedule) -> Option<(&'static str, u64)> {
        let leaving = gas.unstake + gas.remove_liquidity + self.through.dearest(gas);
        self.acts().then_some(("unstake", leaving.max(gas.add_liquidity + gas.stake)))
    }
}

impl Population for StakerParams {
    type Agent = Staker;

    fn draw(&self, sees: &View, dice: &mut Dice) -> NewAgent<Staker> {
        let (farm, pool) = (sees.protocols.farm_named(&self.farm), sees.protocols.pool_named(&self.pool));
        let market = (0_u16..).zip(&farm.staked).find(|(_, token)| **token == pool.liquidity);
        let (market, _) = market.expect("checked: the farm stakes the pool's liquidity");
        let offered = amounts_worth(sees, pool, None, self.capital.sample(dice));
        let tip = self.tip.sample(dice);
        let mut agent = Staker {
            farm: farm.id,
            market,
            pool: pool.id,
            to: [farm.at, pool.at],
            route: Route::new(sees, &self.through, None, farm.reward, sees.tokens.numeraire),
            offer: Offer::draw(&self.patience, tip, sees, dice),
            exit: self.exit,
            capital: offered.clone(),
            claims_every: self.claims_every,
            gas_multiple: self.gas_multiple,
            leaves: Wake::Never,
            next_claim: self.claims_every.map_or(0, |every| sees.clock.block_at(every).max(1)),
            state: State::Outside,
        };
        let own: InitialBalances = pool.tokens.iter().copied().zip(offered.iter().copied()).collect();
        if let Some(first) = self.entry.wake(sees, dice) {
            let initial_balances = own;
            return NewAgent { initial_balances, ..NewAgent::new(agent, first) };
        }
        agent.state = State::Staked;
        agent.leaves = self.exit.drawn(sees, dice);
        let first = match agent.claims_every {
            Some(_) => agent.next(sees),
            None => agent.leaves,
        };
        let stake = Some((Stake::Farm { farm: farm.id, market, pool: pool.id, offered }, own));
        NewAgent { stake, ..NewAgent::new(agent, first) }
    }
}
