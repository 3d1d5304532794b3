//! The one stage that writes pools, banks and wallets: transactions run one by one, each whole or not at all.
//!
//! A protocol's call checks before it writes, so a transaction of one action needs no undoing. One of several keeps the
//! ledger's movements and a before-image of what each action touched, and takes both back if a later action fails. Gas
//! is paid either way.

mod bundles;
mod farms;
mod forced;
mod lending;
mod maker;
mod pools;

use bevy_ecs::prelude::{Local, ResMut};
use smallvec::SmallVec;

use super::event::{Event, EventLog, Revert, What};
use super::forced_sales::ForcedSales;
use super::gas::BlockGas;
use super::ids::{AccountId, TokenId};
use super::journal::Journal;
use super::ledger::{Ledger, Source};
use super::mempool::Mempool;
use super::oracles::Oracles;
use super::state::ChainState;
use super::tokens::Tokens;
use super::transaction::{Action, AmountIn, Transaction};
use super::venues::Venues;
use crate::chain::state::NamedAccounts;
use crate::deployments::deployed::ProtocolsMut;

/// Executes the block's transactions in their order.
pub fn execute(
    mut chain: ResMut<ChainState>,
    mut protocols: ProtocolsMut,
    mut mempool: ResMut<Mempool>,
    mut log: ResMut<EventLog>,
    mut journal: Local<Journal>,
) {
    let ChainState { clock, tokens, named, ledger, venues, oracles, gas, sales } = &mut *chain;
    let mut executor = Executor {
        block: clock.block,
        now: clock.now(),
        tokens,
        named: *named,
        sales,
        protocols: &mut protocols,
        ledger,
        venues,
        oracles,
        log: &mut log,
        journal: &mut journal,
        flash: None,
    };
    gas.background = mempool.begin(clock.block, executor.log);
    if mempool.takes_bundles() {
        executor.run_with_bundles(&mempool, gas);
    } else {
        for transaction in mempool.taken() {
            executor.run(transaction, gas);
        }
    }
    mempool.clear_taken();
}

/// What a transaction runs on.
struct Executor<'a, 'w, 's> {
    block: u64,
    now: u64,
    tokens: &'a Tokens,
    named: NamedAccounts,
    sales: &'a mut ForcedSales,
    protocols: &'a mut ProtocolsMut<'w, 's>,
    ledger: &'a mut Ledger,
    venues: &'a mut Venues,
    oracles: &'a mut Oracles,
    log: &'a mut EventLog,
    journal: &'a mut Journal,
    /// What the transaction that runs has borrowed and not paid back.
    flash: Option<lending::Flash>,
}

impl Executor<'_, '_, '_> {
    /// Runs one transaction and writes what came of it into the log.
    fn run(&mut self, transaction: &Transaction, gas: &mut BlockGas) {
        let first = self.log.len();
        let sender = transaction.sender;
        let tip = transaction.bid.effective_tip(gas.base_fee).expect("a block takes nobody who pays less");
        let price = gas.base_fee.saturating_add(tip);
        let fee = u128::from(transaction.gas).saturating_mul(price);
        if self.ledger.retire(Source::Gas, sender, self.tokens.native, fee).is_err() {
            let (action, position) = (transaction.actions[0].name(), transaction.actions[0].position());
            self.push(transaction, What::Dropped { action, position });
            return;
        }
        let mut used = transaction.gas;
        let several = transaction.actions.len() > 1 || transaction.actions[0].may_need_undoing();
        if several {
            self.ledger.begin();
            self.journal.begin();
        }
        if let Err((action, reason)) = self.act_all(transaction, 0, several) {
            if several {
                self.ledger.roll_back();
                self.journal.roll_back(self.protocols, self.venues, self.oracles);
            }
            self.log.truncate(first);
            let position = action.position();
            self.push(transaction, What::Reverted { action: action.name(), position, reason });
            used = used.min(gas.schedule.revert);
        }
        if several {
            self.journal.commit(self.protocols);
        }
        self.ledger.commit();
        let refund = u128::from(transaction.gas - used) * price;
        self.ledger.issue(Source::Gas, sender, self.tokens.native, refund);
        gas.used += used;
        self.log.charge(first, used, fee - refund, transaction.waited(self.block));
    }

    /// Runs a transaction's actions and returns what the last one paid out; says which one failed, and why. A flash loan
    /// must be paid back by the last one. `before` is what was paid out before the first, in a bundle.
    fn act_all<'t>(&mut self, tx: &'t Transaction, before: u128, several: bool) -> Result<u128, (&'t Action, Revert)> {
        self.flash = None;
        let mut received = Received { before, by_place: SmallVec::new() };
        for action in &tx.actions {
            let out = self.act(tx, action, &received, several).map_err(|reason| (action, reason))?;
            received.by_place.push(out);
        }
        match (self.flash, tx.actions.last()) {
            (Some(_), Some(last)) => Err((last, Revert::FlashLoan { what: "the flash loan is not paid back" })),
            _ => Ok(received.last()),
        }
    }

    /// Runs one action and returns what it paid out to the sender.
    fn act(&mut self, tx: &Transaction, action: &Action, received: &Received, keep: bool) -> Result<u128, Revert> {
        if keep {
            self.journal.keep(tx.sender, action, self.now, self.protocols, self.venues, self.oracles);
        }
        match *action {
            Action::Swap { pool, direction, amount_in, least_out } => {
                self.swap(tx, pool, direction, resolve(amount_in, received), least_out)
            }
            Action::Liquidity(ref order) => self.liquidity(tx, order),
            Action::VenueBuy { token, spend } => self.venue_buy(tx, token, resolve(spend, received)),
            Action::VenueSell { token, amount } => self.venue_sell(tx, token, resolve(amount, received)),
            Action::Work(ref order) => self.work(tx, order),
            Action::Kill { bank, position } => self.kill(tx, bank, position),
            Action::Reinvest { goblin } => self.reinvest(tx, goblin),
            Action::Lend(ref order) => self.lend(tx, order, received),
            Action::Maker(ref order) => self.maker(tx, order, received),
            Action::PublishPrice { feed, price_wad } => {
                self.oracles.feed_mut(feed).publish(price_wad, self.now);
                self.push(tx, What::PricePublished { feed, price_wad });
                Ok(0)
            }
            Action::Deposit { bank, amount } => self.deposit(tx, bank, amount),
            Action::Withdraw { bank, shares } => self.withdraw(tx, bank, shares),
            Action::Forced(ref forced) => self.forced(tx, **forced, received),
        }
    }

    fn pay(&mut self, from: AccountId, to: AccountId, token: TokenId, amount: u128) {
        self.ledger.transfer(from, to, token, amount).expect("the protocol's state and the ledger agree");
    }

    fn push(&mut self, tx: &Transaction, what: What) {
        self.log.push(Event { sender: Some((tx.agent, tx.sender)), gas: 0, fee: 0, waited: 0, what });
    }
}

/// What the actions of a transaction have paid out to the sender so far.
struct Received {
    /// What was paid out before the first, in a bundle.
    before: u128,
    by_place: SmallVec<[u128; 8]>,
}

impl Received {
    fn last(&self) -> u128 {
        self.by_place.last().copied().unwrap_or(self.before)
    }

    fn by(&self, place: u8) -> u128 {
        self.by_place.get(usize::from(place)).copied().unwrap_or(0)
    }
}

/// Returns how much an action takes in, after others have paid out.
fn resolve(amount: AmountIn, received: &Received) -> u128 {
    match amount {
        AmountIn::Exact(amount) => amount,
        AmountIn::Received => received.last(),
        AmountIn::Together { first, second } => received.by(first).saturating_add(received.by(second)),
    }
}
