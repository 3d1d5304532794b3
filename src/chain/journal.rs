//! What a transaction of several actions has touched: deployments keep their own before-images, of what a call may change
//! and never of a whole market; the books of the external venue and of oracles are kept here.

use bevy_ecs::prelude::Entity;

use super::ids::{AccountId, FeedId, GoblinId, PoolId, PositionId, TokenId};
use super::oracles::{Feed, Oracles};
use super::transaction::{Action, LendingCall, Sale};
use super::venue::Venue;
use super::venues::Venues;
use crate::deployments::deployed::ProtocolsMut;

/// What one action may have changed.
#[derive(Debug, Clone)]
enum Touched {
    /// A deployment, which knows what it was.
    Deployed(Entity),
    /// A token's book at the external venue, as it was.
    Venue(TokenId, Venue),
    /// A feed, as it was.
    Feed(FeedId, Feed),
}

/// What the transaction that runs has touched.
#[derive(Debug, Clone, Default)]
pub struct Journal(Vec<Touched>);

impl Journal {
    /// Starts a transaction.
    pub fn begin(&mut self) {
        self.0.clear();
    }

    /// Keeps what an action may change.
    pub fn keep(
        &mut self,
        sender: AccountId,
        action: &Action,
        now: u64,
        protocols: &mut ProtocolsMut,
        venues: &Venues,
        oracles: &Oracles,
    ) {
        match *action {
            Action::Swap { pool, .. } => self.keep_pool(pool, protocols),
            Action::Liquidity(ref order) => self.keep_pool(order.pool, protocols),
            Action::VenueBuy { token, .. } | Action::VenueSell { token, .. } => {
                self.0.push(Touched::Venue(token, *venues.of(token)));
            }
            Action::Work(ref order) => self.keep_position(order.goblin, order.position, protocols),
            Action::Kill { bank, position } => {
                // A position that does not exist reverts before it changes anything.
                if let Ok(row) = protocols.bank(bank).bank.position(position) {
                    let goblin = row.goblin;
                    self.keep_position(goblin, Some(position), protocols);
                }
            }
            Action::Reinvest { goblin } => {
                self.keep_goblin(goblin, None, protocols);
                let reward_pool = protocols.leveraged_farm(goblin).reward_pool.id;
                self.keep_pool(reward_pool, protocols);
            }
            Action::Lend(ref order) => {
                let account = match order.call {
                    LendingCall::Liquidate { borrower, .. } => borrower,
                    _ => sender,
                };
                protocols.lending(order.market).keep(account);
                self.touch(protocols.directory.lending[order.market.index()].entity);
            }
            Action::Maker(ref order) => {
                protocols.maker(order.system).keep(sender, order, now);
                self.touch(protocols.directory.makers[order.system.index()].entity);
            }
            Action::PublishPrice { feed, .. } => self.0.push(Touched::Feed(feed, oracles.feed(feed).clone())),
            Action::Deposit { bank, .. } | Action::Withdraw { bank, .. } => {
                protocols.bank(bank).keep(None);
                self.touch(protocols.directory.banks[bank.index()].entity);
            }
            Action::Forced(ref forced) => match forced.sale {
                Sale::Swap { pool, .. } => self.keep_pool(pool, protocols),
                Sale::Venue { token, .. } => self.0.push(Touched::Venue(token, *venues.of(token))),
            },
        }
    }

    /// Lets all that was done stand.
    pub fn commit(&mut self, protocols: &mut ProtocolsMut) {
        for touched in self.0.drain(..) {
            if let Touched::Deployed(entity) = touched {
                protocols.deployment(entity).commit();
            }
        }
    }

    /// Puts everything back as it was when the transaction began.
    pub fn roll_back(&mut self, protocols: &mut ProtocolsMut, venues: &mut Venues, oracles: &mut Oracles) {
        while let Some(touched) = self.0.pop() {
            match touched {
                Touched::Deployed(entity) => {
                    let deployment = protocols.deployment(entity);
                    deployment.roll_back();
                    deployment.commit();
                }
                Touched::Venue(token, book) => *venues.of_mut(token) = book,
                Touched::Feed(id, feed) => *oracles.feed_mut(id) = feed,
            }
        }
    }

    fn touch(&mut self, entity: Entity) {
        self.0.push(Touched::Deployed(entity));
    }

    fn keep_pool(&mut self, id: PoolId, protocols: &mut ProtocolsMut) {
        protocols.pool(id).keep();
        self.touch(protocols.directory.pools[id.index()].entity);
    }

    /// Keeps a goblin with its pool and its seat in the farm.
    fn keep_goblin(&mut self, id: GoblinId, position: Option<PositionId>, protocols: &mut ProtocolsMut) {
        let at = protocols.leveraged_farm(id);
        at.pool.keep();
        at.farm.keep(at.goblin.account);
        at.goblin.keep(position);
        let (pool, farm) = (at.pool.id, at.farm.id);
        let directory = &protocols.directory;
        self.touch(directory.pools[pool.index()].entity);
        self.touch(directory.farms[farm.index()].entity);
        self.touch(directory.goblins[usize::from(id.0)].entity);
    }

    /// Keeps a position with all that it stands on.
    fn keep_position(&mut self, goblin: GoblinId, position: Option<PositionId>, protocols: &mut ProtocolsMut) {
        let at = protocols.leveraged_farm(goblin);
        let position_or_next = position.unwrap_or(at.bank.bank.next_position());
        at.bank.keep(position);
        let bank = at.bank.id;
        self.touch(protocols.directory.banks[bank.index()].entity);
        self.keep_goblin(goblin, Some(position_or_next), protocols);
    }
}
