//! Before-images of what a transaction of several actions touches, never of a whole market.

use smallvec::SmallVec;

use super::ids::{AccountId, BankId, FarmId, FeedId, GoblinId, IlkId, LendingId, MakerId, PoolId, PositionId, TokenId};
use super::oracles::{Feed, Oracles};
use super::price_order::Place;
use super::transaction::{Action, LendingCall, Sale};
use super::venue::Venue;
use super::venues::Venues;
use crate::chain::cdp::{AuctionRow, MakerOrder};
use crate::deployments::deployed::ProtocolsMut;
use crate::deployments::lending::{Amounts, LoanPlace};
use crate::deployments::maker::AuctionKind;
use crate::protocol::amm::PoolBefore;
use crate::protocol::farm::alpha_homora::{BankBefore, Goblin};
use crate::protocol::farm::staking_rewards::Seat;
use crate::protocol::lending::LendingBefore;
use crate::protocol::lending::maker::{AuctionOf, MakerBefore, Touched};

/// What one action may have changed, as it was before.
#[derive(Debug, Clone)]
enum Before {
    Pool(PoolId, PoolBefore, SmallVec<[u128; 2]>),
    Venue(TokenId, Venue),
    Bank(BankId, BankBefore),
    Farm(FarmId, GoblinId, Seat),
    Goblin(GoblinId, Goblin),
    Place(GoblinId, PositionId, Place),
    Feed(FeedId, Feed),
    Lending(LendingId, AccountId, LendingBefore, LoanPlace, Amounts),
    Maker(Box<MakerCallBefore>),
}

/// What a call to a Maker system may have changed.
#[derive(Debug, Clone)]
struct MakerCallBefore {
    system: MakerId,
    ilk: IlkId,
    owner: AccountId,
    place: LoanPlace,
    before: MakerBefore,
    /// How many auctions there were, and what had become of the one that is named.
    auctions: usize,
    named: Option<(usize, AuctionRow)>,
}

impl MakerCallBefore {
    fn put_back(&self, protocols: &mut ProtocolsMut) {
        let cell = protocols.maker(self.system);
        cell.maker.restore(&self.before);
        let ilk = cell.ilk_mut(self.ilk);
        ilk.orders.restore(self.owner, self.place);
        ilk.ledger.truncate(self.auctions);
        if let Some((index, row)) = self.named {
            ilk.ledger[index] = row;
        }
    }
}

/// The before-images of the transaction that runs.
#[derive(Debug, Clone, Default)]
pub struct Journal(Vec<Before>);

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
                self.0.push(Before::Venue(token, *venues.of(token)));
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
                self.keep_goblin(goblin, protocols);
                let reward_pool = protocols.leveraged_farm(goblin).reward_pool.id;
                self.keep_pool(reward_pool, protocols);
            }
            Action::Lend(ref order) => {
                let account = match order.call {
                    LendingCall::Liquidate { borrower, .. } => borrower,
                    _ => sender,
                };
                let is_kept = |before: &Before| matches!(before, Before::Lending(of, who, ..) if (*of, *who) == (order.market, account));
                if self.0.iter().any(is_kept) {
                    return;
                }
                let cell = protocols.lending(order.market);
                let (before, place) = (cell.market.before(account), cell.orders.place(account));
                self.0.push(Before::Lending(order.market, account, before, place, cell.lost.clone()));
            }
            Action::Maker(ref order) => self.keep_maker(sender, order, now, protocols),
            Action::PublishPrice { feed, .. } => self.0.push(Before::Feed(feed, oracles.feed(feed).clone())),
            Action::Deposit { bank, .. } | Action::Withdraw { bank, .. } => {
                self.0.push(Before::Bank(bank, protocols.bank(bank).bank.before(None)));
            }
            Action::Forced(ref forced) => match forced.sale {
                Sale::Swap { pool, .. } => self.keep_pool(pool, protocols),
                Sale::Venue { token, .. } => self.0.push(Before::Venue(token, *venues.of(token))),
            },
        }
    }

    /// Lets all that was done stand.
    pub fn commit(&mut self, protocols: &mut ProtocolsMut) {
        for before in self.0.drain(..) {
            if let Before::Pool(id, PoolBefore::UniswapV3, _) = before {
                protocols.pool(id).pool.commit();
            }
        }
    }

    /// Puts everything back as it was when the transaction began.
    pub fn roll_back(&mut self, protocols: &mut ProtocolsMut, venues: &mut Venues, oracles: &mut Oracles) {
        while let Some(before) = self.0.pop() {
            match before {
                Before::Pool(id, pool, volume) => {
                    let cell = protocols.pool(id);
                    cell.pool.restore(pool);
                    cell.volume = volume;
                }
                Before::Venue(token, book) => *venues.of_mut(token) = book,
                Before::Lending(id, account, before, place, lost) => {
                    let cell = protocols.lending(id);
                    cell.lost = lost;
                    cell.market.restore(before);
                    cell.orders.restore(account, place);
                }
                Before::Maker(before) => before.put_back(protocols),
                Before::Feed(id, feed) => *oracles.feed_mut(id) = feed,
                Before::Bank(id, before) => protocols.bank(id).bank.restore(before),
                Before::Farm(id, goblin, seat) => {
                    let account = protocols.leveraged_farm(goblin).goblin.account;
                    protocols.farm(id).farm.write(account, seat);
                }
                Before::Goblin(id, goblin) => protocols.leveraged_farm(id).goblin.goblin = goblin,
                Before::Place(goblin, position, place) => {
                    protocols.leveraged_farm(goblin).goblin.order.restore(position.0, place);
                }
            }
        }
    }

    fn keep_maker(&mut self, sender: AccountId, order: &MakerOrder, now: u64, protocols: &mut ProtocolsMut) {
        let (cell, owner) = (protocols.maker(order.system), order.call.owner(sender));
        let auction = order.call.auction();
        let of = |auction| match cell.ilk(order.ilk).auctions {
            AuctionKind::Dutch => AuctionOf::Clipper(auction),
            AuctionKind::English => AuctionOf::Flipper(auction),
        };
        let accounts = [sender, owner];
        let touched = Touched { ilk: Some(order.ilk), accounts: &accounts, auction: auction.map(of), era: now };
        let ilk = cell.ilk(order.ilk);
        let index = auction.and_then(|auction| (auction.0 as usize).checked_sub(1));
        self.0.push(Before::Maker(Box::new(MakerCallBefore {
            system: order.system,
            ilk: order.ilk,
            owner,
            place: ilk.orders.place(owner),
            before: cell.maker.before(&touched),
            auctions: ilk.ledger.len(),
            named: index.and_then(|index| Some((index, *ilk.ledger.get(index)?))),
        })));
    }

    fn keep_pool(&mut self, id: PoolId, protocols: &mut ProtocolsMut) {
        let cell = protocols.pool(id);
        self.0.push(Before::Pool(id, cell.pool.before(), cell.volume.clone()));
    }

    /// Keeps a goblin with its pool and its seat in the farm.
    fn keep_goblin(&mut self, id: GoblinId, protocols: &mut ProtocolsMut) {
        let at = protocols.leveraged_farm(id);
        let (pool, volume) = (at.pool.pool.before(), at.pool.volume.clone());
        self.0.push(Before::Pool(at.pool.id, pool, volume));
        self.0.push(Before::Farm(at.farm.id, id, at.farm.farm.seat(at.goblin.account)));
        self.0.push(Before::Goblin(id, at.goblin.goblin));
    }

    /// Keeps a position with all that it stands on.
    fn keep_position(&mut self, goblin: GoblinId, position: Option<PositionId>, protocols: &mut ProtocolsMut) {
        let at = protocols.leveraged_farm(goblin);
        let (bank, next) = (at.bank.id, at.bank.bank.next_position());
        let before = at.bank.bank.before(position);
        let position_or_next = position.unwrap_or(next);
        let place = at.goblin.order.place(position_or_next.0);
        self.0.push(Before::Place(goblin, position_or_next, place));
        self.0.push(Before::Bank(bank, before));
        self.keep_goblin(goblin, protocols);
    }
}
