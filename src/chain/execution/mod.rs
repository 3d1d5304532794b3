//! The one stage that writes protocols and wallets: transactions run one by one, each whole or not at all.
//!
//! A protocol's call checks before it writes, so a transaction of one action needs no undoing. One of several keeps the
//! ledger's movements and a before-image of what each action touched, and takes both back if a later action fails. Gas
//! is paid either way.

mod bundles;
mod forced;
mod venue;

use bevy_ecs::prelude::{Local, ResMut};

use super::event::{EventKind, EventLog, Inclusion, Revert};
use super::gas::BlockGas;
use super::ids::{AccountId, AgentId, DeploymentId, FeedId};
use super::journal::Journal;
use super::ledger::Source;
use super::mempool::Mempool;
use super::state::ChainState;
use super::transaction::{Action, Transaction};
use super::venues::Venues;
use crate::deployments::call::{CallContext, Received};
use crate::deployments::deployed::ProtocolsMut;

/// What execution keeps from block to block to save allocations; without meaning between transactions.
#[derive(Debug, Default)]
pub struct Scratch {
    journal: Journal,
    touched: Vec<DeploymentId>,
}

/// Executes the block's transactions in their rank, as far as it has room.
pub fn execute(
    mut chain: ResMut<ChainState>,
    mut protocols: ProtocolsMut,
    mut mempool: ResMut<Mempool>,
    mut log: ResMut<EventLog>,
    mut scratch: Local<Scratch>,
) {
    let ChainState { clock, tokens, named, ledger, venues, oracles, gas, sales } = &mut *chain;
    let Scratch { journal, touched } = &mut *scratch;
    mempool.begin(clock.block, &mut log);
    let context = CallContext {
        agent: AgentId::default(),
        sender: AccountId::default(),
        inclusion: Inclusion { priority_fee: 0, submitted: 0 },
        block: clock.block,
        now: clock.now(),
        tokens,
        named: *named,
        sales,
        ledger,
        oracles,
        log: &mut log,
        others: &mut protocols,
        received: Received::default(),
        flash: None,
        keeps: false,
        is_inner: false,
        touched,
    };
    let mut executor = Executor { context, venues, journal };
    if let Some(ranking) = mempool.ranking() {
        executor.run_ranked(ranking, gas);
    } else {
        for transaction in mempool.taken() {
            executor.run(transaction, gas);
        }
    }
    mempool.clear_taken();
}

/// What a transaction runs on.
struct Executor<'a, 'w, 's> {
    context: CallContext<'a, 'w, 's>,
    venues: &'a mut Venues,
    journal: &'a mut Journal,
}

impl Executor<'_, '_, '_> {
    /// Runs one transaction and writes what came of it into the log.
    fn run(&mut self, transaction: &Transaction, gas: &mut BlockGas) {
        let first = self.context.log.len();
        let tip = transaction.bid.effective_tip(gas.base_fee).expect("a block takes nobody who pays less");
        let price = gas.base_fee.saturating_add(tip);
        let fee = u128::from(transaction.gas).saturating_mul(price);
        let several = transaction.actions.len() > 1 || transaction.actions[0].may_need_undoing();
        self.context.begin(transaction, 0, several);
        if !self.charge(transaction, fee) {
            let (action, position) = (transaction.actions[0].name(), transaction.actions[0].position());
            self.context.tell(EventKind::Dropped { action, position });
            return;
        }
        let mut used = transaction.gas;
        if several {
            self.context.ledger.begin();
        }
        if let Err((action, reason)) = self.act_all(transaction) {
            if several {
                self.roll_back();
            }
            self.context.log.truncate(first);
            let position = action.position();
            self.context.tell(EventKind::Reverted { action: action.name(), position, reason });
            used = used.min(gas.schedule.revert);
        }
        if several {
            self.commit();
        }
        self.tell_something(transaction, first);
        self.context.ledger.commit();
        let refund = u128::from(transaction.gas - used) * price;
        if refund > 0 {
            self.refund(transaction, refund);
        }
        gas.used += used;
        self.context.log.charge(first, used, fee - refund, transaction.waited(self.context.block));
    }

    /// Lets a transaction pay a fee, or buy what pays it; says whether it could.
    fn charge(&mut self, transaction: &Transaction, fee: u128) -> bool {
        let (ledger, native) = (&mut *self.context.ledger, self.context.tokens.native);
        if transaction.buys_gas {
            ledger.buy_gas(native, fee).is_ok()
        } else {
            ledger.retire(Source::Gas, transaction.sender, native, fee).is_ok()
        }
    }

    /// Gives back what a transaction has paid for gas that it did not use.
    fn refund(&mut self, transaction: &Transaction, refund: u128) {
        let (ledger, native) = (&mut *self.context.ledger, self.context.tokens.native);
        if transaction.buys_gas {
            ledger.return_gas(native, refund);
        } else {
            ledger.issue(Source::Gas, transaction.sender, native, refund);
        }
    }

    /// Runs the actions of the transaction that has begun and returns what the last one paid out; says which one failed,
    /// and why. A flash loan must be paid back by the last one.
    fn act_all<'t>(&mut self, tx: &'t Transaction) -> Result<u128, (&'t Action, Revert)> {
        for action in &tx.actions {
            let out = self.act(action).map_err(|reason| (action, reason))?;
            self.context.received.by_place.push(out);
        }
        match (self.context.flash, tx.actions.last()) {
            (Some(_), Some(last)) => Err((last, Revert::FlashLoan { what: "the flash loan is not paid back" })),
            _ => Ok(self.context.received.last()),
        }
    }

    /// Tells that a transaction went through, if its actions have told nothing since the log held `first` events: the first
    /// one carries its gas.
    fn tell_something(&mut self, transaction: &Transaction, first: usize) {
        if self.context.log.len() == first {
            let action = transaction.actions.last().map_or("", Action::name);
            self.context.tell(EventKind::NoEffect { action });
        }
    }

    /// Runs one action and returns what it paid out to the sender.
    fn act(&mut self, action: &Action) -> Result<u128, Revert> {
        match action {
            Action::Call { to, call } => self.context.call(*to, call),
            Action::VenueBuy { token, spend } => self.venue_buy(*token, self.context.resolve(*spend)),
            Action::VenueSell { token, amount } => self.venue_sell(*token, self.context.resolve(*amount)),
            Action::PublishPrice { feed, price_wad } => {
                self.publish(*feed, *price_wad);
                Ok(0)
            }
            Action::Forced(forced) => self.forced(forced),
            Action::Cancel => Ok(0),
        }
    }

    fn publish(&mut self, feed: FeedId, price_wad: u128) {
        let context = &mut self.context;
        if context.keeps {
            self.journal.keep_feed(feed, context.oracles);
        }
        context.oracles.feed_mut(feed).publish(price_wad, context.now);
        context.tell(EventKind::PricePublished { feed, price_wad });
    }

    /// Lets all that was done since before-images are kept stand, but for the ledger.
    fn commit(&mut self) {
        self.journal.commit();
        self.context.commit();
    }

    /// Puts everything back as it was when the first before-image was kept.
    fn roll_back(&mut self) {
        self.context.ledger.roll_back();
        self.context.roll_back();
        self.journal.roll_back(self.venues, self.context.oracles);
    }
}
