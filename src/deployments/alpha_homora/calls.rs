//! What a bank and a goblin do when they are called.

use plimsoll_protocols::amm::uniswap_v2::{Pair, PairError};
use plimsoll_protocols::amm::{Side, Traded};
use plimsoll_protocols::farm::alpha_homora::{
    BankError, GoblinError, GoblinId, GoblinMoves, IntoPair, RewardMarket, SaleVenue, Site, Strategy, Work, Worked,
};
use smallvec::smallvec;
use thiserror::Error;

use super::booking::{Booking, book_kill, book_reinvest, book_work};
use super::liquidatable::reorder;
use super::{BankCell, GoblinCell, LeveragedFarm};
use crate::chain::event::{EventKind, Inclusion, Revert};
use crate::chain::families::Call;
use crate::chain::families::leveraged_farm::{
    LeverageCall, ReinvestedAt, Strategy as Wanted, SuppliedAt, WorkOrder, WorkedAt,
};
use crate::chain::forced_sales::ForcedSale;
use crate::chain::ids::{AccountId, PositionId, TokenId, WorkerId};
use crate::chain::ledger::Source;
use crate::chain::liquidation::{Liquidation, PriceSource, Prize, SaleKind};
use crate::deployments::call::{CallContext, no_such_call};

impl From<BankError> for Revert {
    fn from(error: BankError) -> Self {
        let kind = match error {
            BankError::NoDebt { .. } => "no_debt",
            BankError::Healthy { .. } => "healthy",
            BankError::BadWorkFactor { .. } => "bad_work_factor",
            BankError::InsufficientIdle { .. } => "insufficient_idle",
            BankError::DebtTooSmall { .. } => "debt_too_small",
            _ => "bank_refused",
        };
        Self::refused(kind, error)
    }
}

impl From<GoblinError> for Revert {
    fn from(error: GoblinError) -> Self {
        Self::refused("goblin_refused", error)
    }
}

impl SaleVenue for ForcedSale {
    fn fill(&mut self, pair: &mut Pair, side: Side, sale: Traded, now: u64) -> Result<(), PairError> {
        match self {
            Self::Executed => IntoPair.fill(pair, side, sale, now),
            Self::Muted => {
                // The same checks, on a pair that nobody will see.
                let mut unseen = *pair;
                IntoPair.fill(&mut unseen, side, sale, now)
            }
        }
    }
}

/// A worker that farms for another bank, or for none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("worker {worker} does not farm for this bank")]
struct NotItsWorker {
    worker: u16,
}

fn strategy(wanted: Wanted) -> Strategy {
    match wanted {
        Wanted::Add { farmed: 0, least_liquidity } => Strategy::AllBase { min_lp: least_liquidity },
        Wanted::Add { farmed, least_liquidity } => Strategy::TwoSides { farmed, min_lp: least_liquidity },
        Wanted::SellAll { least_base } => Strategy::Liquidate { min_base: least_base },
        Wanted::SellForDebt { least_farmed } => Strategy::MinimizeTrading { min_farmed: least_farmed },
    }
}

impl BankCell {
    pub(super) fn answer(&mut self, cx: &mut CallContext, call: &Call) -> Result<u128, Revert> {
        let Call::LeveragedFarm(call) = call else { return no_such_call(call) };
        match call {
            LeverageCall::Work(order) => self.work(cx, order),
            LeverageCall::Kill(position) => self.kill(cx, *position),
            LeverageCall::Deposit { amount } => self.deposit(cx, *amount),
            LeverageCall::Withdraw { shares } => self.withdraw(cx, *shares),
            LeverageCall::Reinvest => no_such_call(&Call::LeveragedFarm(call.clone())),
        }
    }

    /// Says against whom work on a position sells: closings may count as forced sales.
    fn sale_of_closing(&self, cx: &mut CallContext, order: &WorkOrder) -> ForcedSale {
        match order.position {
            Some(position) if order.strategy.closes() => {
                cx.sales.attempt_other(order.sale, self.key(order.worker, position))
            }
            _ => ForcedSale::Executed,
        }
    }

    fn work(&mut self, cx: &mut CallContext, order: &WorkOrder) -> Result<u128, Revert> {
        let WorkOrder { worker, position, value, loan, max_return, strategy: wanted, sale: as_sale } = *order;
        if !self.goblins.contains(&worker) {
            return Err(Revert::refused("bank_refused", NotItsWorker { worker: worker.0 }));
        }
        let mut sale = self.sale_of_closing(cx, order);
        if cx.keeps {
            let position_or_next = position.unwrap_or(self.bank.next_position());
            self.keep(position);
            keep_worker(cx, worker, position_or_next)?;
        }
        let mut at = cx.others.leveraged_farm(worker)?;
        let booking = Booking::of(&at, self, cx.sender, cx.named);
        cx.ledger.can_pay(cx.sender, booking.base, value)?;
        if let Wanted::Add { farmed: farmed @ 1.., .. } = wanted {
            cx.ledger.can_pay(cx.sender, booking.farmed, farmed)?;
        }
        let (goblin, strategy) = (GoblinId(worker.0), strategy(wanted));
        let call = Work { position, user: cx.sender, goblin, value, loan, max_return, strategy };
        let receipt = self.bank.work(call, &mut at.site(), &mut sale, cx.now)?;

        let row = *self.bank.position(receipt.position).expect("it was just written");
        reorder(&mut at.goblin.order, receipt.position, row, at.pool, at.farm, &at.goblin.goblin);
        if sale == ForcedSale::Executed {
            count_goblins_volume(cx.block, &mut at, &receipt.moves);
        }
        book_work(cx.ledger, &booking, &receipt, sale);
        let is_closed = row.debt_share == 0 && row.goblin_share == 0;
        let owner = (receipt.position, cx.sender);
        let closed = is_closed.then(|| {
            let sale = self.sale_of(&at, owner, &receipt.moves, [booking.base, booking.farmed], cx.inclusion);
            let debt_whole = receipt.debt_before as f64 / cx.tokens.get(booking.base).one;
            let (debt, returned) = (receipt.debt_before, receipt.base_to_user);
            Liquidation { debt, debt_whole, repaid: debt, returned, ..sale }
        });
        let told = self.worked(worker, position.is_none(), closed, &receipt);
        cx.tell(EventKind::Worked(Box::new(WorkedAt { sale: as_sale, ..told })));
        Ok(receipt.base_to_user)
    }

    fn worked(&self, worker: WorkerId, opened: bool, closed: Option<Liquidation>, receipt: &Worked) -> WorkedAt {
        WorkedAt {
            key: self.key(worker, receipt.position),
            bank: self.id,
            worker,
            opened,
            closed,
            sale: crate::chain::forced_sales::OtherSale::Closings,
            base_from_owner: receipt.base_from_user,
            base_to_owner: receipt.base_to_user,
            farmed_from_owner: receipt.moves.farmed_from_user,
            farmed_to_owner: receipt.moves.farmed_to_user,
            debt: receipt.debt_after,
            share: self.bank.position(receipt.position).expect("it was just written").goblin_share,
            added: [receipt.moves.mint_from_goblin.base, receipt.moves.mint_from_goblin.farmed],
        }
    }

    fn kill(&mut self, cx: &mut CallContext, position: PositionId) -> Result<u128, Revert> {
        let goblin = self.bank.position(position)?.goblin;
        let worker = WorkerId(goblin.0);
        if cx.keeps {
            self.keep(Some(position));
            keep_worker(cx, worker, position)?;
        }
        let mut at = cx.others.leveraged_farm(worker)?;
        let booking = Booking::of(&at, self, cx.sender, cx.named);
        let mut sale = cx.sales.attempt(self.key(worker, position));
        let receipt = self.bank.kill(position, &mut at.site(), &mut sale, cx.now)?;

        at.goblin.order.remove(position.0);
        if sale == ForcedSale::Executed {
            count_goblins_volume(cx.block, &mut at, &receipt.moves);
        }
        book_kill(cx.ledger, &booking, &receipt, sale);
        let kill_factor = f64::from(at.goblin.goblin.params().kill_factor_bps) / 10_000.0;
        let owner = (position, receipt.owner);
        let liquidation = Liquidation {
            kind: SaleKind::Kill,
            action: "kill",
            debt: receipt.debt,
            debt_whole: receipt.debt as f64 / cx.tokens.get(booking.base).one,
            repaid: receipt.debt - receipt.bad_debt,
            bad_debt: receipt.bad_debt,
            prize: Prize::Paid(receipt.prize),
            returned: receipt.left,
            health_factor: Some(kill_factor * receipt.health as f64 / receipt.debt as f64),
            ..self.sale_of(&at, owner, &receipt.moves, [booking.base, booking.farmed], cx.inclusion)
        };
        cx.tell(EventKind::Liquidated(Box::new(liquidation)));
        Ok(receipt.prize)
    }

    fn deposit(&mut self, cx: &mut CallContext, amount: u128) -> Result<u128, Revert> {
        if cx.keeps {
            self.keep(None);
        }
        cx.ledger.can_pay(cx.sender, self.base, amount)?;
        let receipt = self.bank.deposit(amount, cx.now)?;
        cx.ledger.can_issue(self.shares, receipt.share)?;

        cx.pay(cx.sender, self.account, self.base, receipt.value);
        cx.ledger.issue(Source::Shares, cx.sender, self.shares, receipt.share);
        cx.tell(EventKind::Deposited(SuppliedAt { bank: self.id, value: receipt.value, shares: receipt.share }));
        Ok(receipt.share)
    }

    fn withdraw(&mut self, cx: &mut CallContext, shares: u128) -> Result<u128, Revert> {
        if cx.keeps {
            self.keep(None);
        }
        cx.ledger.can_pay(cx.sender, self.shares, shares)?;
        let receipt = self.bank.withdraw(shares, cx.now)?;

        cx.ledger.retire(Source::Shares, cx.sender, self.shares, receipt.share)?;
        cx.pay(self.account, cx.sender, self.base, receipt.value);
        cx.tell(EventKind::Withdrawn(SuppliedAt { bank: self.id, value: receipt.value, shares: receipt.share }));
        Ok(receipt.value)
    }

    /// Returns what the sale of a position by its goblin has in common, whoever wanted it: a closing without debt.
    fn sale_of(
        &self,
        at: &LeveragedFarm,
        (position, owner): (PositionId, AccountId),
        moves: &GoblinMoves,
        [base, farmed]: [TokenId; 2],
        inclusion: Inclusion,
    ) -> Liquidation {
        let seized = moves.burn_to_goblin;
        Liquidation {
            key: self.key(at.goblin.id, position),
            owner,
            kind: SaleKind::Close,
            action: "work",
            collateral: farmed,
            price_source: PriceSource::Pool { pool: at.pool.id, inverted: at.pool.tokens[1] == farmed },
            seized: smallvec![(base, seized.base), (farmed, seized.farmed)],
            sold: moves.sold.amount_in,
            brought: Some(moves.sold.amount_out),
            debt_token: base,
            debt: 0,
            debt_whole: 0.0,
            repaid: 0,
            debt_left: 0,
            is_over: true,
            bad_debt: 0,
            prize: Prize::Paid(0),
            returned: 0,
            health_factor: None,
            auction: None,
            inclusion,
        }
    }
}

impl GoblinCell {
    pub(super) fn answer(&mut self, cx: &mut CallContext, call: &Call) -> Result<u128, Revert> {
        match call {
            Call::LeveragedFarm(LeverageCall::Reinvest) => self.reinvest(cx),
            other => no_such_call(other),
        }
    }

    fn reinvest(&mut self, cx: &mut CallContext) -> Result<u128, Revert> {
        let (bank, reward_pool) = (self.bank, self.reward_pool);
        if cx.keeps {
            self.keep(None);
        }
        let [pool, farm] = self.site(&cx.others.directory);
        let directory = &cx.others.directory;
        let (bank, reward_pool) = (directory.banks[bank.index()].at, directory.pools[reward_pool.index()].at);
        let [bank, pool, farm, reward_pool] = cx.others.several([bank, pool, farm, reward_pool])?;
        let (bank, reward_pool) = (bank.as_bank(), reward_pool.as_pool_mut());
        let mut at = LeveragedFarm { goblin: self, pool: pool.as_pool_mut(), farm: farm.as_farm_mut() };
        if cx.keeps {
            at.pool.keep();
            at.farm.keep(0, at.goblin.account);
            reward_pool.keep();
            cx.touched.extend([at.pool.at, at.farm.at, reward_pool.at]);
        }
        let booking = Booking::of(&at, bank, cx.sender, cx.named);
        let base_side = reward_pool.side_of(booking.base).expect("checked: the reward pool holds the base asset");
        let market = RewardMarket { pair: reward_pool.pool.uniswap_v2_mut(), base_side };
        let Site { goblin, farm, pair } = at.site();
        let receipt = goblin.reinvest(farm, pair, market, cx.now)?;

        count_goblins_volume(cx.block, &mut at, &receipt.moves);
        reward_pool.volume.add(cx.block, base_side.other().place(), receipt.reward_sold);
        book_reinvest(cx.ledger, &booking, reward_pool, &receipt);
        let (bounty, sold, bought) = (receipt.bounty, receipt.reward_sold, receipt.base_bought);
        let added = [receipt.moves.mint_from_goblin.base, receipt.moves.mint_from_goblin.farmed];
        let shares = self.goblin.state().total_share;
        cx.tell(EventKind::Reinvested(Box::new(ReinvestedAt { worker: self.id, bounty, sold, bought, added, shares })));
        Ok(bounty)
    }
}

/// Keeps a goblin with its pool and its stake in the farm, which a call of its bank about a position may change.
fn keep_worker(cx: &mut CallContext, worker: WorkerId, position: PositionId) -> Result<(), Revert> {
    let at = cx.others.leveraged_farm(worker)?;
    at.pool.keep();
    at.farm.keep(0, at.goblin.account);
    at.goblin.keep(Some(position));
    cx.touched.extend([at.pool.at, at.farm.at, at.goblin.at]);
    Ok(())
}

/// Counts what a goblin paid into its pool for a swap.
fn count_goblins_volume(block: u64, at: &mut LeveragedFarm, moves: &GoblinMoves) {
    let paid = moves.swap_from_goblin;
    let base_side = at.goblin.goblin.params().base_side;
    at.pool.volume.add(block, base_side.place(), paid.base);
    at.pool.volume.add(block, base_side.other().place(), paid.farmed + moves.sold.amount_in);
}
