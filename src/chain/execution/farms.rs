//! Calls to banks and to the goblins that farm for their borrowers.

use smallvec::smallvec;

use super::Executor;
use crate::chain::event::{Order, Revert, What, WorkedAt};
use crate::chain::forced_sales::ForcedSale;
use crate::chain::ids::{AccountId, BankId, GoblinId, PositionId, TokenId};
use crate::chain::ledger::Source;
use crate::chain::liquidation::{Liquidation, PriceSource, Prize, SaleKind};
use crate::chain::transaction::{Transaction, WorkOrder};
use crate::deployments::alpha_homora::LeveragedFarm;
use crate::deployments::alpha_homora::booking::{Booking, book_kill, book_reinvest, book_work};
use crate::deployments::alpha_homora::liquidatable::reorder;
use crate::protocol::farm::alpha_homora::{GoblinMoves, RewardMarket, Site, Strategy, Work};

impl Executor<'_, '_, '_> {
    /// Says against whom work on a position sells: closings may count as forced sales.
    fn sale_of_closing(&mut self, order: &WorkOrder) -> ForcedSale {
        match order.position {
            Some(position) if order.strategy.closes() => {
                let bank = self.protocols.goblin_ref(order.goblin).bank;
                self.sales.attempt_other(order.sale, self.protocols.bank_ref(bank).key(order.goblin, position))
            }
            _ => ForcedSale::Executed,
        }
    }

    pub(super) fn work(&mut self, tx: &Transaction, order: &WorkOrder) -> Result<u128, Revert> {
        let WorkOrder { goblin, position, value, loan, max_return, strategy, sale: as_sale } = *order;
        let mut sale = self.sale_of_closing(order);
        let order = Work { position, user: tx.sender, goblin, value, loan, max_return, strategy };
        let mut at = self.protocols.leveraged_farm(order.goblin);
        let booking = Booking::of(&at, tx.sender, self.named);
        self.ledger.can_pay(tx.sender, booking.base, order.value)?;
        if let Strategy::TwoSides { farmed, .. } = order.strategy {
            self.ledger.can_pay(tx.sender, booking.farmed, farmed)?;
        }
        let mut site =
            Site { goblin: &mut at.goblin.goblin, farm: &mut at.farm.farm, pair: at.pool.pool.uniswap_v2_mut() };
        let receipt = at.bank.bank.work(order, &mut site, &mut sale, self.now)?;

        let position = *at.bank.bank.position(receipt.position).expect("it was just written");
        reorder(&mut at.goblin.order, receipt.position, position, at.pool, at.farm, &at.goblin.goblin);
        if sale == ForcedSale::Executed {
            count_goblins_volume(&mut at, &receipt.moves);
        }
        book_work(self.ledger, &booking, &receipt, sale);
        let opened = order.position.is_none();
        let is_closed = position.debt_share == 0 && position.goblin_share == 0;
        let closed = is_closed.then(|| {
            let one = self.tokens.get(booking.base).one;
            Liquidation {
                debt: receipt.debt_before,
                debt_whole: receipt.debt_before as f64 / one,
                repaid: receipt.debt_before,
                returned: receipt.base_to_user,
                ..sale_of(
                    &at,
                    (receipt.position, tx.sender),
                    &receipt.moves,
                    [booking.base, booking.farmed],
                    Order::of(tx),
                )
            }
        });
        let key = at.bank.key(at.goblin.id, receipt.position);
        let at = WorkedAt { key, bank: at.bank.id, goblin: at.goblin.id, opened, closed, sale: as_sale, receipt };
        self.push(tx, What::Worked(Box::new(at)));
        Ok(receipt.base_to_user)
    }

    pub(super) fn kill(&mut self, tx: &Transaction, bank: BankId, position: PositionId) -> Result<u128, Revert> {
        let goblin = self.protocols.bank(bank).bank.position(position)?.goblin;
        let mut at = self.protocols.leveraged_farm(goblin);
        let booking = Booking::of(&at, tx.sender, self.named);
        let mut site =
            Site { goblin: &mut at.goblin.goblin, farm: &mut at.farm.farm, pair: at.pool.pool.uniswap_v2_mut() };
        let mut sale = self.sales.attempt(at.bank.key(goblin, position));
        let receipt = at.bank.bank.kill(position, &mut site, &mut sale, self.now)?;

        at.goblin.order.remove(position.0);
        if sale == ForcedSale::Executed {
            count_goblins_volume(&mut at, &receipt.moves);
        }
        book_kill(self.ledger, &booking, &receipt, sale);
        let kill_factor = f64::from(at.goblin.goblin.params().kill_factor_bps) / 10_000.0;
        let liquidation = Liquidation {
            kind: SaleKind::Kill,
            action: "kill",
            debt: receipt.debt,
            debt_whole: receipt.debt as f64 / self.tokens.get(booking.base).one,
            repaid: receipt.debt - receipt.bad_debt,
            bad_debt: receipt.bad_debt,
            prize: Prize::Paid(receipt.prize),
            returned: receipt.left,
            health_factor: Some(kill_factor * receipt.health as f64 / receipt.debt as f64),
            ..sale_of(&at, (position, receipt.owner), &receipt.moves, [booking.base, booking.farmed], Order::of(tx))
        };
        self.push(tx, What::Liquidated(Box::new(liquidation)));
        Ok(receipt.prize)
    }

    pub(super) fn reinvest(&mut self, tx: &Transaction, goblin: GoblinId) -> Result<u128, Revert> {
        let mut at = self.protocols.leveraged_farm(goblin);
        let booking = Booking::of(&at, tx.sender, self.named);
        let base_side = at.reward_pool.side_of(booking.base).expect("checked: the reward pool holds the base asset");
        let market = RewardMarket { pair: at.reward_pool.pool.uniswap_v2_mut(), base_side };
        let pair = at.pool.pool.uniswap_v2_mut();
        let receipt = at.goblin.goblin.reinvest(&mut at.farm.farm, pair, market, self.now)?;

        count_goblins_volume(&mut at, &receipt.moves);
        at.reward_pool.count_volume(base_side.other().place(), receipt.reward_sold);
        book_reinvest(self.ledger, &booking, &receipt);
        self.push(tx, What::Reinvested(goblin, Box::new(receipt)));
        Ok(receipt.bounty)
    }

    pub(super) fn deposit(&mut self, tx: &Transaction, id: BankId, amount: u128) -> Result<u128, Revert> {
        let cell = self.protocols.bank(id);
        self.ledger.can_pay(tx.sender, cell.base, amount)?;
        let receipt = cell.bank.deposit(amount, self.now)?;

        let (account, base, shares) = (cell.account, cell.base, cell.shares);
        self.pay(tx.sender, account, base, receipt.value);
        self.ledger.issue(Source::Shares, tx.sender, shares, receipt.share);
        self.push(tx, What::Deposited(id, receipt));
        Ok(receipt.share)
    }

    pub(super) fn withdraw(&mut self, tx: &Transaction, id: BankId, shares: u128) -> Result<u128, Revert> {
        let cell = self.protocols.bank(id);
        self.ledger.can_pay(tx.sender, cell.shares, shares)?;
        let receipt = cell.bank.withdraw(shares, self.now)?;

        let (account, base, token) = (cell.account, cell.base, cell.shares);
        self.ledger.retire(Source::Shares, tx.sender, token, receipt.share)?;
        self.pay(account, tx.sender, base, receipt.value);
        self.push(tx, What::Withdrawn(id, receipt));
        Ok(receipt.value)
    }
}

/// Returns what the sale of a position by its goblin has in common, whoever wanted it: a closing without debt.
fn sale_of(
    at: &LeveragedFarm,
    (position, owner): (PositionId, AccountId),
    moves: &GoblinMoves,
    [base, farmed]: [TokenId; 2],
    order: Order,
) -> Liquidation {
    let seized = moves.burn_to_goblin;
    Liquidation {
        key: at.bank.key(at.goblin.id, position),
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
        order,
    }
}

/// Counts what a goblin paid into its pool for a swap.
fn count_goblins_volume(at: &mut LeveragedFarm, moves: &GoblinMoves) {
    let paid = moves.swap_from_goblin;
    let base_side = at.goblin.goblin.params().base_side;
    at.pool.count_volume(base_side.place(), paid.base);
    at.pool.count_volume(base_side.other().place(), paid.farmed + moves.sold.amount_in);
}
