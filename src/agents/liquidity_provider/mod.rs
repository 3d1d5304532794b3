//! Provides liquidity to a pool of any kind, and lives from its fees.
//!
//! Sees: the pool, its own position with what it earned, outside prices, what gas costs. Decides: puts its capital in at
//! genesis or later, everywhere or in a range around the pool's price; moves a range around the price again when the price
//! has left it, or every so often, if the fees that it expects over its horizon are worth more than the gas of moving and
//! what the trade to the new mix loses; collects fees when they are worth more than the gas of collecting, and puts them
//! back in if it compounds; takes everything out when one of the pool's tokens has fallen too far outside, or when its time
//! is over. It expects fees at the rate at which it earned them while the price was in its range, as it saw at its looks;
//! before it knows any, it moves. To get to the mix of a range it trades through the pool itself, in the same transaction.
//! Ignores: impermanent loss, what others do in the block. What it takes out it keeps as it is.

mod params;

use bevy_ecs::prelude::Component;
use plimsoll_protocols::amm::{PerToken, RangeKey, TickRange, Withdrawal};
use smallvec::{SmallVec, smallvec};

use super::Agent;
use super::awake::Wake;
use super::fitting::{Fit, fit, ticks_now, worth};
use super::offer::Offer;
use super::outbox::Outbox;
use super::schedule::PATIENCE;
use super::view::View;
use crate::chain::dice::Dice;
use crate::chain::event::{Event, EventKind};
use crate::chain::families::Call;
use crate::chain::families::amm::AmmCall;
use crate::chain::families::amm::LiquidityCall;
use crate::chain::families::amm::LiquidityOrder;
use crate::chain::families::amm::Swap;
use crate::chain::ids::{AccountId, DeploymentId, PoolId};
use crate::chain::range::RangeParams;
use crate::chain::time::TimeSpan;
use crate::chain::transaction::{Action, Actions, AmountIn};
use crate::deployments::amm::PoolCell;
pub use params::{HarvestParams, LiquidityProviderParams, Mark, PanicParams, Recentre};

/// A provider of liquidity.
#[derive(Debug, Clone, PartialEq, Component)]
pub struct LiquidityProvider {
    pool: PoolId,
    /// What calls to it are sent to.
    to: DeploymentId,
    wishes: RangeParams,
    recentre: Recentre,
    horizon: TimeSpan,
    slippage: f64,
    harvest: Option<HarvestParams>,
    panic: Option<(f64, Mark)>,
    attention: f64,
    offer: Offer,
    /// What of the native token is not put in, in smallest units: it pays for gas.
    gas_money: u128,
    /// The block in which it leaves whatever happens.
    leaves: Option<u64>,
    state: State,
    /// Whether a transaction of its own is on its way.
    waits: bool,
    /// Where its liquidity lies, in a pool with ticks.
    range: Option<TickRange>,
    /// The pool's tokens' prices from which falls are counted.
    marks: SmallVec<[f64; 2]>,
    earnings: Earnings,
    /// When it looks whether to harvest, and whether to move, next: blocks.
    next_harvest: u64,
    next_recentre: u64,
}

/// What a provider knows of its fees, where they are kept apart.
#[derive(Debug, Clone, Default, PartialEq)]
struct Earnings {
    /// Collected so far, in smallest units.
    collected: PerToken,
    /// For how long the price was in its range, as its looks told.
    in_range_ms: u64,
    /// When it looked last.
    looked_ms: u64,
}

/// Where a provider stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Outside,
    Inside,
    Leaving,
    Gone,
}

impl Agent for LiquidityProvider {
    fn keeps_for_gas(&mut self, gas_money: u128) {
        self.gas_money = gas_money;
    }

    fn decide(&mut self, sees: &View, out: &mut Outbox) -> Wake {
        match self.state {
            State::Outside => self.enter(sees, out),
            State::Inside => {
                self.look(sees);
                if self.leaves.is_some_and(|block| sees.clock.block >= block) || self.is_frightened(sees) {
                    self.state = State::Leaving;
                    return self.leave(sees, out);
                }
                if !self.waits && !self.moves(sees, out) {
                    self.collects(sees, out);
                }
                let mut dice = sees.dice(out.me().who);
                self.next_look(sees, &mut dice)
            }
            State::Leaving => self.leave(sees, out),
            State::Gone => Wake::Never,
        }
    }

    const LEARNS: bool = true;

    fn learn(&mut self, event: &Event) {
        match &event.kind {
            EventKind::LiquidityAdded(at) => {
                self.range = at.range;
                if self.state == State::Outside {
                    self.state = State::Inside;
                }
            }
            EventKind::LiquidityRemoved(at) => {
                let fees = at.moved.fees.iter().copied().chain(std::iter::repeat(0));
                self.earnings.collected.iter_mut().zip(fees).for_each(|(sum, fee)| *sum = sum.saturating_add(fee));
            }
            EventKind::Expired { .. } | EventKind::Dropped { .. } if self.state == State::Outside => {
                self.state = State::Gone;
            }
            _ => {}
        }
        self.waits = false;
    }
}

impl LiquidityProvider {
    fn cell<'a>(&self, sees: &'a View) -> &'a PoolCell {
        sees.protocols.pool(self.pool)
    }

    /// Returns what it holds of each of the pool's tokens and does not need for gas.
    fn idle(&self, sees: &View, account: AccountId) -> PerToken {
        let idle = |token| {
            let kept = if token == sees.tokens.native { self.gas_money } else { 0 };
            sees.ledger.balance(account, token).saturating_sub(kept)
        };
        self.cell(sees).tokens.iter().map(|token| idle(*token)).collect()
    }

    fn key(&self, owner: AccountId) -> Option<RangeKey> {
        Some(RangeKey { owner, range: self.range? })
    }

    /// Returns its liquidity, and what it earned where that is kept apart.
    fn position(&self, sees: &View, account: AccountId) -> (u128, Option<PerToken>) {
        let cell = self.cell(sees);
        let Some((pool, key)) = cell.pool.amm().concentrated().zip(self.key(account)) else {
            return (sees.ledger.balance(account, cell.liquidity), None);
        };
        let fees = pool.fees_owed(key);
        (pool.liquidity_of(key), Some(smallvec![fees.token_0, fees.token_1]))
    }

    fn order(&self, range: Option<TickRange>, call: LiquidityCall) -> Action {
        let call = AmmCall::Liquidity(Box::new(LiquidityOrder { range, call }));
        Action::Call { to: self.to, call: Call::Amm(call) }
    }

    /// Returns the actions that trade as `fit` says and put in what there is then.
    fn puts_in(&self, range: Option<TickRange>, fit: Fit) -> Actions {
        let mut actions = Actions::new();
        if fit.pays > 0 {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part of a quote")]
            let least_out = (fit.takes as f64 * (1.0 - self.slippage)) as u128;
            let amount_in = AmountIn::Exact(fit.pays);
            actions.push(Swap { direction: fit.direction, amount_in, least_out }.of(self.to));
        }
        actions.push(self.order(range, LiquidityCall::AddUpTo { most: fit.held, least_liquidity: 1 }));
        actions
    }

    /// Submits a transaction about something worth `at_stake`. Returns whether it is on its way.
    fn submit(&mut self, actions: Actions, at_stake: f64, sees: &View, out: &mut Outbox) -> bool {
        match self.offer.bid(sees, at_stake, sees.gas.schedule.of(&actions)) {
            Some(bid) => self.waits = out.submit(actions, bid),
            None => out.priced_out(),
        }
        self.waits
    }

    /// Returns what a transaction's gas costs with its tip, in whole numeraire tokens.
    fn gas_worth(&self, actions: &[Action], sees: &View) -> f64 {
        let price = sees.gas.base_fee.saturating_add(self.offer.tip);
        sees.worth(sees.tokens.native, price) * sees.gas.schedule.of(actions) as f64
    }

    /// Puts its capital in. A transaction that reverts is tried again; without one on its way it stays outside.
    fn enter(&mut self, sees: &View, out: &mut Outbox) -> Wake {
        if self.waits {
            return PATIENCE.wake(sees);
        }
        let (cell, held) = (self.cell(sees), self.idle(sees, out.me().account));
        self.mark(sees);
        self.earnings.looked_ms = sees.clock.elapsed.ms;
        let range = ticks_now(sees, cell, &self.wishes);
        let Some(fit) = fit(&cell.pool, range, None, &held, sees.clock.now()) else { return PATIENCE.wake(sees) };
        let (at_stake, actions) = (worth(sees, cell, &held), self.puts_in(range, fit));
        if self.submit(actions, at_stake, sees, out) { PATIENCE.wake(sees) } else { Wake::Never }
    }

    /// Takes everything out, and tries again until nothing is left.
    fn leave(&mut self, sees: &View, out: &mut Outbox) -> Wake {
        if self.waits {
            return PATIENCE.wake(sees);
        }
        let (liquidity, _) = self.position(sees, out.me().account);
        if liquidity == 0 {
            self.state = State::Gone;
            return Wake::Never;
        }
        let amounts = self.withdrawn(sees, out.me().account, liquidity).unwrap_or_default();
        let at_stake = worth(sees, self.cell(sees), &amounts);
        let call = LiquidityCall::Remove { liquidity, least: PerToken::new() };
        self.submit(smallvec![self.order(self.range, call)], at_stake, sees, out);
        PATIENCE.wake(sees)
    }

    /// Takes in whether the price is in its range, and how high prices are.
    fn look(&mut self, sees: &View) {
        let now = sees.clock.elapsed.ms;
        if self.is_in_range(sees) {
            self.earnings.in_range_ms += now - self.earnings.looked_ms;
        }
        self.earnings.looked_ms = now;
        if self.panic.is_some_and(|(_, from)| from == Mark::Peak) {
            let tokens = &sees.protocols.pool(self.pool).tokens;
            self.marks.iter_mut().zip(tokens).for_each(|(mark, token)| *mark = mark.max(sees.venues.price(*token)));
        }
    }

    fn mark(&mut self, sees: &View) {
        self.marks = self.cell(sees).tokens.iter().map(|token| sees.venues.price(*token)).collect();
    }

    fn is_in_range(&self, sees: &View) -> bool {
        let pool = self.cell(sees).pool.amm().concentrated();
        pool.zip(self.range).is_none_or(|(pool, range)| range.covers(pool.tick()))
    }

    fn is_frightened(&self, sees: &View) -> bool {
        let Some((fall, _)) = self.panic else { return false };
        let mut prices = self.cell(sees).tokens.iter().map(|token| sees.venues.price(*token)).zip(&self.marks);
        prices.any(|(price, mark)| price <= mark * (1.0 - fall))
    }

    /// Moves its range around the price, if it is time and the fees that it expects pay for it. Returns whether it does.
    fn moves(&mut self, sees: &View, out: &mut Outbox) -> bool {
        let block = sees.clock.block;
        match self.recentre {
            Recentre::Never => return false,
            Recentre::OutOfRange if self.is_in_range(sees) => return false,
            Recentre::Every(_) if block < self.next_recentre => return false,
            Recentre::Every(time) => self.next_recentre = sees.clock.block_after(time).max(block + 1),
            Recentre::OutOfRange => {}
        }
        let (account, cell) = (out.me().account, self.cell(sees));
        let ((liquidity, fees), to) = (self.position(sees, account), ticks_now(sees, cell, &self.wishes));
        if liquidity == 0 || to == self.range {
            return false;
        }
        let expected = self.expected(sees, fees.as_ref());
        let remove = self.order(self.range, LiquidityCall::Remove { liquidity, least: PerToken::new() });
        let empty = LiquidityCall::AddUpTo { most: PerToken::new(), least_liquidity: 1 };
        if expected.is_some_and(|expected| expected <= self.gas_worth(&[remove.clone(), self.order(to, empty)], sees)) {
            out.priced_out();
            return false;
        }
        let Some(fit) = self.fit_after(sees, account, liquidity, to) else { return false };
        let direction = fit.direction;
        let [paid, taken] = [(direction.pays, fit.pays), (direction.takes, fit.takes)]
            .map(|(place, amount)| sees.worth(cell.token_at(place), amount));
        let at_stake = worth(sees, cell, &fit.held);
        let mut actions: Actions = smallvec![remove];
        actions.extend(self.puts_in(to, fit));
        let costs = self.gas_worth(&actions, sees) + (paid - taken).max(0.0);
        if expected.is_some_and(|expected| expected <= costs) {
            out.priced_out();
            return false;
        }
        self.submit(actions, at_stake, sees, out)
    }

    /// Returns the trade for a new range once all is taken out of the old one.
    fn fit_after(&self, sees: &View, owner: AccountId, liquidity: u128, to: Option<TickRange>) -> Option<Fit> {
        let cell = self.cell(sees);
        let out = self.withdrawn(sees, owner, liquidity)?;
        let held = self.idle(sees, owner).iter().zip(&out).map(|(idle, out)| idle.saturating_add(*out)).collect();
        fit(&cell.pool, to, Some(&self.withdrawal(owner, liquidity)), &held, sees.clock.now())
    }

    fn withdrawal(&self, owner: AccountId, liquidity: u128) -> Withdrawal {
        Withdrawal { owner, range: self.range, liquidity, least: PerToken::new() }
    }

    /// Returns what so much of its liquidity would bring now, with what it earned.
    fn withdrawn(&self, sees: &View, owner: AccountId, liquidity: u128) -> Option<PerToken> {
        let mut pool = self.cell(sees).pool.clone();
        Some(pool.amm_mut().remove_liquidity(&self.withdrawal(owner, liquidity), sees.clock.now()).ok()?.amounts)
    }

    /// Returns the fees that it expects over its horizon, in whole numeraire tokens; none before the price was in its range
    /// for any time.
    fn expected(&self, sees: &View, owed: Option<&PerToken>) -> Option<f64> {
        let cell = self.cell(sees);
        let fees = worth(sees, cell, &self.earnings.collected) + owed.map_or(0.0, |owed| worth(sees, cell, owed));
        let in_range = self.earnings.in_range_ms;
        (in_range > 0).then(|| fees / in_range as f64 * self.horizon.ms as f64)
    }

    /// Collects what it earned, if it is time and that is worth the gas, and puts it back in if it compounds.
    fn collects(&mut self, sees: &View, out: &mut Outbox) {
        let Some(HarvestParams { every, gas_multiple, compound }) = self.harvest else { return };
        let block = sees.clock.block;
        if block < self.next_harvest {
            return;
        }
        self.next_harvest = sees.clock.block_after(every).max(block + 1);
        let account = out.me().account;
        let (1.., Some(owed)) = self.position(sees, account) else { return };
        let earned = worth(sees, self.cell(sees), &owed);
        let mut actions: Actions =
            smallvec![self.order(self.range, LiquidityCall::Remove { liquidity: 0, least: PerToken::new() })];
        if compound {
            let most = self.idle(sees, account).iter().zip(&owed).map(|(idle, owed)| idle + owed).collect();
            actions.push(self.order(self.range, LiquidityCall::AddUpTo { most, least_liquidity: 1 }));
        }
        if earned > gas_multiple * self.gas_worth(&actions, sees) {
            self.submit(actions, earned, sees, out);
        } else if earned > 0.0 {
            out.priced_out();
        }
    }

    /// Returns when it looks next: at the first of all that it waits for.
    fn next_look(&self, sees: &View, dice: &mut Dice) -> Wake {
        let watches = self.panic.is_some() || self.recentre == Recentre::OutOfRange;
        let times = [
            self.leaves,
            self.harvest.map(|_| self.next_harvest),
            matches!(self.recentre, Recentre::Every(_)).then_some(self.next_recentre),
            watches.then(|| sees.clock.block + dice.blocks_until(self.attention)),
        ];
        times.into_iter().flatten().min().map_or(Wake::Never, |block| Wake::At(block.max(sees.clock.block + 1)))
    }
}
