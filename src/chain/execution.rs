//! The one stage that writes pools, banks and wallets: transactions run one by one, each whole or not at all.
//!
//! A protocol's call checks before it writes, so a transaction of one action needs no undoing. One of several keeps the
//! ledger's movements and a before-image of what each action touched, and takes both back if a later action fails. Gas
//! is paid either way.

use bevy_ecs::prelude::{Local, Res, ResMut};

use super::booking::{Booking, book_kill, book_reinvest, book_work};
use super::clock::Clock;
use super::event::{Event, EventLog, KilledAt, Order, Revert, What, WorkedAt};
use super::forced_sales::{ForcedSales, OtherSale};
use super::gas::{BlockGas, GasSchedule};
use super::ids::{AccountId, BankId, GoblinId, LiquidationKey, PoolId, PositionId, TokenId};
use super::journal::Journal;
use super::ledger::{Ledger, Source};
use super::mempool::Mempool;
use super::protocols::{LeveragedFarm, NamedAccounts, ProtocolsMut};
use super::tokens::Tokens;
use super::transaction::{Action, AmountIn, Forced, Sale, Transaction, WorkOrder};
use super::underwater::reorder;
use super::venues::Venues;
use crate::protocol::amm::Side;
use crate::protocol::farm::alpha_homora::{ForcedSale, GoblinMoves, RewardMarket, Site, Strategy, Work};

/// Executes the block's transactions in their order.
#[expect(clippy::too_many_arguments, reason = "a system's arguments are what it may touch")]
pub fn execute(
    clock: Res<Clock>,
    tokens: Res<Tokens>,
    named: Res<NamedAccounts>,
    (sales, schedule): (Res<ForcedSales>, Res<GasSchedule>),
    mut protocols: ProtocolsMut,
    mut ledger: ResMut<Ledger>,
    mut venues: ResMut<Venues>,
    mut mempool: ResMut<Mempool>,
    mut gas: ResMut<BlockGas>,
    mut log: ResMut<EventLog>,
    mut journal: Local<Journal>,
) {
    let mut executor = Executor {
        now: clock.now(),
        tokens: &tokens,
        named: *named,
        sales: &sales,
        schedule: *schedule,
        protocols: &mut protocols,
        ledger: &mut ledger,
        venues: &mut venues,
        log: &mut log,
        journal: &mut journal,
    };
    for transaction in mempool.taken() {
        executor.run(transaction, &mut gas);
    }
    mempool.clear_taken();
}

/// What a transaction runs on.
struct Executor<'a, 'w, 's> {
    now: u64,
    tokens: &'a Tokens,
    named: NamedAccounts,
    sales: &'a ForcedSales,
    schedule: GasSchedule,
    protocols: &'a mut ProtocolsMut<'w, 's>,
    ledger: &'a mut Ledger,
    venues: &'a mut Venues,
    log: &'a mut EventLog,
    journal: &'a mut Journal,
}

impl Executor<'_, '_, '_> {
    /// Runs one transaction and writes what came of it into the log.
    fn run(&mut self, transaction: &Transaction, gas: &mut BlockGas) {
        let first = self.log.len();
        let sender = transaction.sender;
        let price = gas.base_fee.saturating_add(transaction.priority_fee);
        let fee = u128::from(transaction.gas).saturating_mul(price);
        if self.ledger.retire(Source::Gas, sender, self.tokens.native, fee).is_err() {
            let (action, position) = (transaction.actions[0].name(), transaction.actions[0].position());
            self.push(transaction, What::Dropped { action, position });
            return;
        }
        let mut used = transaction.gas;
        let several = transaction.actions.len() > 1;
        if several {
            self.ledger.begin();
            self.journal.begin();
        }
        let mut received = 0;
        for action in &transaction.actions {
            match self.act(transaction, action, received, several) {
                Ok(paid_out) => received = paid_out,
                Err(reason) => {
                    if several {
                        self.ledger.roll_back();
                        self.journal.roll_back(self.protocols, self.venues);
                    }
                    self.log.truncate(first);
                    let position = action.position();
                    self.push(transaction, What::Reverted { action: action.name(), position, reason });
                    used = used.min(self.schedule.revert);
                    break;
                }
            }
        }
        self.ledger.commit();
        let refund = u128::from(transaction.gas - used) * price;
        self.ledger.issue(Source::Gas, sender, self.tokens.native, refund);
        gas.used += used;
        self.log.charge(first, used, fee - refund);
    }

    /// Runs one action and returns what it paid out to the sender.
    fn act(&mut self, tx: &Transaction, action: &Action, received: u128, keep: bool) -> Result<u128, Revert> {
        if keep {
            self.journal.keep(action, self.protocols, self.venues);
        }
        match *action {
            Action::Swap { pool, side, amount_in, least_out } => {
                self.swap(tx, pool, side, resolve(amount_in, received), least_out)
            }
            Action::VenueBuy { token, spend } => self.venue_buy(tx, token, resolve(spend, received)),
            Action::VenueSell { token, amount } => self.venue_sell(tx, token, resolve(amount, received)),
            Action::Work(ref order) => {
                let WorkOrder { goblin, position, value, loan, max_return, strategy } = **order;
                let sale = self.sale_of_closing(order);
                self.work(tx, Work { position, user: tx.sender, goblin, value, loan, max_return, strategy, sale })
            }
            Action::Kill { bank, position } => self.kill(tx, bank, position),
            Action::Reinvest { goblin } => self.reinvest(tx, goblin),
            Action::Deposit { bank, amount } => self.deposit(tx, bank, amount),
            Action::Withdraw { bank, shares } => self.withdraw(tx, bank, shares),
            Action::Forced(ref forced) => self.forced(tx, **forced, received),
        }
    }

    /// Sells what a liquidation seized: as any other sale where the position's sales act, and muted where not.
    #[cold]
    fn forced(&mut self, tx: &Transaction, forced: Forced, received: u128) -> Result<u128, Revert> {
        let Forced { of, sale } = forced;
        if self.sales.of(of) == ForcedSale::Executed {
            return self.act(tx, &sale.plain(), received, false);
        }
        match sale {
            Sale::Swap { pool, side, amount_in, least_out } => {
                self.muted_swap(tx, of, (pool, side), resolve(amount_in, received), least_out)
            }
            Sale::Venue { token, amount } => self.muted_venue_sale(tx, of, token, resolve(amount, received)),
        }
    }

    /// Fills a swap at the pool's quote against the counterfactual venue; the pool stays as it is.
    fn muted_swap(
        &mut self,
        tx: &Transaction,
        of: LiquidationKey,
        (pool, side): (PoolId, Side),
        amount: u128,
        least: u128,
    ) -> Result<u128, Revert> {
        let cell = self.protocols.pool(pool);
        let (paid, taken) = (cell.token(side.pays()), cell.token(side.pays().other()));
        let out = cell.pool.amm().quote_exact_in(side, amount)?;
        if out < least {
            return Err(Revert::Slippage { out, least });
        }
        self.mute(tx, of, (paid, amount), (taken, out))
    }

    /// Fills a sale at the external venue's quote against the counterfactual venue; the external one is not moved.
    fn muted_venue_sale(
        &mut self,
        tx: &Transaction,
        of: LiquidationKey,
        token: TokenId,
        amount: u128,
    ) -> Result<u128, Revert> {
        let received = self.venues.of(token).sell(amount)?.received;
        self.mute(tx, of, (token, amount), (self.tokens.numeraire, received))
    }

    fn mute(
        &mut self,
        tx: &Transaction,
        of: LiquidationKey,
        paid: (TokenId, u128),
        got: (TokenId, u128),
    ) -> Result<u128, Revert> {
        self.ledger.can_pay(tx.sender, paid.0, paid.1)?;
        self.ledger.can_issue(got.0, got.1)?;

        let venue = Source::CounterfactualVenue;
        self.ledger.retire(venue, tx.sender, paid.0, paid.1).expect("the seller was asked before");
        self.ledger.issue(venue, tx.sender, got.0, got.1);
        self.push(tx, What::SaleMuted { of, paid, got });
        Ok(got.1)
    }

    /// Says against whom work on a position sells: closings may count as forced sales.
    fn sale_of_closing(&self, order: &WorkOrder) -> ForcedSale {
        match order.position {
            Some(position) if order.strategy.closes() => {
                let bank = self.protocols.goblin_ref(order.goblin).bank;
                self.sales.of_other(OtherSale::Closings, LiquidationKey::of_bank(bank, position))
            }
            _ => ForcedSale::Executed,
        }
    }

    fn swap(&mut self, tx: &Transaction, id: PoolId, side: Side, amount: u128, least: u128) -> Result<u128, Revert> {
        let cell = self.protocols.pool(id);
        let (paid, taken) = (cell.token(side.pays()), cell.token(side.pays().other()));
        self.ledger.can_pay(tx.sender, paid, amount)?;
        if least > 0 {
            let out = cell.pool.amm().quote_exact_in(side, amount)?;
            if out < least {
                return Err(Revert::Slippage { out, least });
            }
        }
        let traded = cell.pool.amm_mut().swap_exact_in(side, amount, self.now)?;

        cell.count_volume(side.pays(), traded.amount_in, traded.amount_out);
        let pool = cell.account;
        self.pay(tx.sender, pool, paid, traded.amount_in);
        self.pay(pool, tx.sender, taken, traded.amount_out);
        self.push(tx, What::Swapped { pool: id, side, traded });
        Ok(traded.amount_out)
    }

    fn venue_buy(&mut self, tx: &Transaction, token: TokenId, spend: u128) -> Result<u128, Revert> {
        self.ledger.can_pay(tx.sender, self.tokens.numeraire, spend)?;
        let fill = self.venues.of(token).buy_with(spend)?;
        self.ledger.can_issue(token, fill.received)?;

        self.venues.of_mut(token).record(fill);
        self.trade_outside(tx.sender, (self.tokens.numeraire, fill.paid), (token, fill.received));
        let (amount, numeraire) = (fill.received, fill.paid);
        self.push(tx, What::VenueTraded { token, bought: true, amount, numeraire });
        Ok(fill.received)
    }

    fn venue_sell(&mut self, tx: &Transaction, token: TokenId, amount: u128) -> Result<u128, Revert> {
        self.ledger.can_pay(tx.sender, token, amount)?;
        let fill = self.venues.of(token).sell(amount)?;
        self.ledger.can_issue(self.tokens.numeraire, fill.received)?;

        self.venues.of_mut(token).record(fill);
        self.trade_outside(tx.sender, (token, fill.paid), (self.tokens.numeraire, fill.received));
        self.push(tx, What::VenueTraded { token, bought: false, amount, numeraire: fill.received });
        Ok(fill.received)
    }

    fn trade_outside(&mut self, trader: AccountId, paid: (TokenId, u128), received: (TokenId, u128)) {
        let venue = Source::ExternalVenue;
        self.ledger.retire(venue, trader, paid.0, paid.1).expect("the trader was asked before");
        self.ledger.issue(venue, trader, received.0, received.1);
    }

    fn work(&mut self, tx: &Transaction, order: Work) -> Result<u128, Revert> {
        let mut at = self.protocols.leveraged_farm(order.goblin);
        let booking = Booking::of(&at, tx.sender, self.named);
        self.ledger.can_pay(tx.sender, booking.base, order.value)?;
        if let Strategy::TwoSides { farmed, .. } = order.strategy {
            self.ledger.can_pay(tx.sender, booking.farmed, farmed)?;
        }
        let mut site =
            Site { goblin: &mut at.goblin.goblin, farm: &mut at.farm.farm, pair: at.pool.pool.uniswap_v2_mut() };
        let receipt = at.bank.bank.work(order, &mut site, self.now)?;

        let position = *at.bank.bank.position(receipt.position).expect("it was just written");
        reorder(&mut at.goblin.order, receipt.position, position, at.pool, at.farm, &at.goblin.goblin);
        if receipt.sale == ForcedSale::Executed {
            count_goblins_volume(&mut at, &receipt.moves);
        }
        book_work(self.ledger, &booking, &receipt);
        let opened = order.position.is_none();
        let closed = position.debt_share == 0 && position.goblin_share == 0;
        let order = Order { priority_fee: tx.priority_fee, submitted: tx.submitted };
        let at = WorkedAt { bank: at.bank.id, goblin: at.goblin.id, opened, closed, receipt, order };
        self.push(tx, What::Worked(Box::new(at)));
        Ok(receipt.base_to_user)
    }

    fn kill(&mut self, tx: &Transaction, bank: BankId, position: PositionId) -> Result<u128, Revert> {
        let goblin = self.protocols.bank(bank).bank.position(position)?.goblin;
        let mut at = self.protocols.leveraged_farm(goblin);
        let booking = Booking::of(&at, tx.sender, self.named);
        let mut site =
            Site { goblin: &mut at.goblin.goblin, farm: &mut at.farm.farm, pair: at.pool.pool.uniswap_v2_mut() };
        let sale = self.sales.of(LiquidationKey::of_bank(bank, position));
        let receipt = at.bank.bank.kill(position, sale, &mut site, self.now)?;

        at.goblin.order.remove(position.0);
        if receipt.sale == ForcedSale::Executed {
            count_goblins_volume(&mut at, &receipt.moves);
        }
        book_kill(self.ledger, &booking, &receipt);
        let order = Order { priority_fee: tx.priority_fee, submitted: tx.submitted };
        self.push(tx, What::Killed(Box::new(KilledAt { bank, goblin, receipt, order })));
        Ok(receipt.prize)
    }

    fn reinvest(&mut self, tx: &Transaction, goblin: GoblinId) -> Result<u128, Revert> {
        let mut at = self.protocols.leveraged_farm(goblin);
        let booking = Booking::of(&at, tx.sender, self.named);
        let base_side = at.reward_pool.side_of(booking.base).expect("checked: the reward pool holds the base asset");
        let market = RewardMarket { pair: at.reward_pool.pool.uniswap_v2_mut(), base_side };
        let pair = at.pool.pool.uniswap_v2_mut();
        let receipt = at.goblin.goblin.reinvest(&mut at.farm.farm, pair, market, self.now)?;

        count_goblins_volume(&mut at, &receipt.moves);
        at.reward_pool.count_volume(base_side, receipt.base_bought, receipt.reward_sold);
        book_reinvest(self.ledger, &booking, &receipt);
        self.push(tx, What::Reinvested(goblin, Box::new(receipt)));
        Ok(receipt.bounty)
    }

    fn deposit(&mut self, tx: &Transaction, id: BankId, amount: u128) -> Result<u128, Revert> {
        let cell = self.protocols.bank(id);
        self.ledger.can_pay(tx.sender, cell.base, amount)?;
        let receipt = cell.bank.deposit(amount, self.now)?;

        let (account, base, shares) = (cell.account, cell.base, cell.shares);
        self.pay(tx.sender, account, base, receipt.value);
        self.ledger.issue(Source::Shares, tx.sender, shares, receipt.share);
        self.push(tx, What::Deposited(id, receipt));
        Ok(receipt.share)
    }

    fn withdraw(&mut self, tx: &Transaction, id: BankId, shares: u128) -> Result<u128, Revert> {
        let cell = self.protocols.bank(id);
        self.ledger.can_pay(tx.sender, cell.shares, shares)?;
        let receipt = cell.bank.withdraw(shares, self.now)?;

        let (account, base, token) = (cell.account, cell.base, cell.shares);
        self.ledger.retire(Source::Shares, tx.sender, token, receipt.share)?;
        self.pay(account, tx.sender, base, receipt.value);
        self.push(tx, What::Withdrawn(id, receipt));
        Ok(receipt.value)
    }

    fn pay(&mut self, from: AccountId, to: AccountId, token: TokenId, amount: u128) {
        self.ledger.transfer(from, to, token, amount).expect("the protocol's books and the ledger agree");
    }

    fn push(&mut self, tx: &Transaction, what: What) {
        self.log.push(Event { sender: Some((tx.agent, tx.sender)), gas: 0, fee: 0, what });
    }
}

/// Counts what a goblin swapped in its pool; it pays one leg and gets the other.
fn count_goblins_volume(at: &mut LeveragedFarm, moves: &GoblinMoves) {
    let (paid, got) = (moves.swap_from_goblin, moves.swap_to_goblin);
    let base_side = at.goblin.goblin.params().base_side;
    at.pool.count_volume(base_side, paid.base + got.base, paid.farmed + got.farmed);
}

fn resolve(amount: AmountIn, received: u128) -> u128 {
    match amount {
        AmountIn::Exact(amount) => amount,
        AmountIn::Received => received,
    }
}
