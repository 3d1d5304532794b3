//! Calls to lending markets.

use smallvec::smallvec;

use super::{Executor, Received, resolve};
use crate::chain::event::{LentAt, Order, Revert, What};
use crate::chain::ids::{AccountId, LendingId, MakerId, TokenId};
use crate::chain::liquidation::{Liquidation, PriceSource, Prize, SaleKind};
use crate::chain::transaction::{LendingCall, LendingOrder, Transaction};
use crate::deployments::lending::Prices;
use crate::protocol::lending::{Liquidation as LiquidationCall, Part};

/// What the transaction has taken for its own length and not paid back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flash {
    /// A flash loan.
    Lent { market: LendingId, asset: u8, amount: u128 },
    /// Dai that a Maker system minted.
    Minted { system: MakerId, amount: u128 },
}

impl Executor<'_, '_, '_> {
    pub(super) fn lend(&mut self, tx: &Transaction, order: &LendingOrder, received: &Received) -> Result<u128, Revert> {
        let market = order.market;
        let (asset, amount) = match order.call {
            LendingCall::Supply { asset, amount } => {
                (asset, self.supply(tx, market, asset, resolve(amount, received))?)
            }
            LendingCall::Withdraw { asset, part } => (asset, self.withdraw_claim(tx, market, asset, part)?),
            LendingCall::Borrow { asset, amount } => (asset, self.borrow(tx, market, asset, amount)?),
            LendingCall::Repay { asset, most } => (asset, self.repay(tx, market, asset, resolve(most, received))?),
            LendingCall::Liquidate { borrower, collateral, debt, most } => {
                let most_repaid = resolve(most, received);
                return self.liquidate(tx, market, LiquidationCall { borrower, collateral, debt, most_repaid });
            }
            LendingCall::FlashLoan { asset, amount } => return self.flash_loan(tx, market, asset, amount),
            LendingCall::RepayFlashLoan => return self.repay_flash_loan(tx),
        };
        self.reorder(market, tx.sender);
        let key = self.protocols.lending(market).key(tx.sender);
        self.push(tx, What::Lent(Box::new(LentAt { key, market, asset, amount, call: order.call })));
        Ok(amount)
    }

    /// Returns the accounts and the token of a call, and the prices that its market believes in.
    fn at(&mut self, market: LendingId, asset: u8) -> Result<(AccountId, TokenId, Prices), Revert> {
        let cell = self.protocols.lending(market);
        let listed = cell.assets.get(usize::from(asset)).ok_or(Revert::NoAsset { asset })?;
        let token = listed.token;
        Ok((cell.account, token, cell.prices(self.oracles)))
    }

    fn supply(&mut self, tx: &Transaction, market: LendingId, asset: u8, amount: u128) -> Result<u128, Revert> {
        let (account, token, _) = self.at(market, asset)?;
        self.ledger.can_pay(tx.sender, token, amount)?;
        let now = self.now;
        let taken = self.protocols.lending(market).market.lending_mut().supply(tx.sender, asset, amount, now)?;

        self.pay(tx.sender, account, token, taken);
        Ok(taken)
    }

    fn withdraw_claim(&mut self, tx: &Transaction, market: LendingId, asset: u8, part: Part) -> Result<u128, Revert> {
        let (account, token, prices) = self.at(market, asset)?;
        let now = self.now;
        let lending = self.protocols.lending(market).market.lending_mut();
        let given = lending.withdraw(tx.sender, asset, part, &prices, now)?;
        self.ledger.transfer(account, tx.sender, token, given)?;
        Ok(given)
    }

    fn borrow(&mut self, tx: &Transaction, market: LendingId, asset: u8, amount: u128) -> Result<u128, Revert> {
        let (account, token, prices) = self.at(market, asset)?;
        let now = self.now;
        let lending = self.protocols.lending(market).market.lending_mut();
        let given = lending.borrow(tx.sender, asset, amount, &prices, now)?;
        self.ledger.transfer(account, tx.sender, token, given)?;
        Ok(given)
    }

    fn repay(&mut self, tx: &Transaction, market: LendingId, asset: u8, most: u128) -> Result<u128, Revert> {
        let (account, token, _) = self.at(market, asset)?;
        let now = self.now;
        let lending = self.protocols.lending(market).market.lending_mut();
        let owed = lending.borrowed(tx.sender, asset, now);
        self.ledger.can_pay(tx.sender, token, most.min(owed))?;
        let part = if most >= owed { Part::All } else { Part::Exactly(most) };
        let taken = lending.repay(tx.sender, asset, part, now)?;

        self.pay(tx.sender, account, token, taken);
        Ok(taken)
    }

    fn liquidate(&mut self, tx: &Transaction, market: LendingId, call: LiquidationCall) -> Result<u128, Revert> {
        let (account, debt, prices) = self.at(market, call.debt)?;
        let (_, collateral, _) = self.at(market, call.collateral)?;
        let now = self.now;
        let lending = self.protocols.lending(market).market.lending_mut();
        // Who could pay all that is offered needs no quote of what will be taken.
        if self.ledger.can_pay(tx.sender, debt, call.most_repaid).is_err() {
            let quote = lending.quote_liquidation(call, &prices, now)?;
            self.ledger.can_pay(tx.sender, debt, quote.repaid)?;
        }
        let health_factor = lending.health(call.borrower, &prices, now)?.factor;
        let done = lending.liquidate(call, &prices, now)?;
        let is_bare = lending.exposure(call.borrower).collateral.is_empty();

        self.pay(tx.sender, account, debt, done.repaid);
        self.ledger.transfer(account, tx.sender, collateral, done.seized)?;
        self.reorder(market, call.borrower);
        let stranded = if is_bare { done.debt_left } else { 0 };
        let cell = self.protocols.lending(market);
        let lost = &mut cell.lost[usize::from(call.debt)];
        *lost = lost.saturating_add(done.bad_debt + stranded);
        let liquidation = Liquidation {
            key: cell.key(call.borrower),
            owner: call.borrower,
            kind: SaleKind::Liquidate,
            action: "liquidate",
            collateral,
            price_source: PriceSource::Oracle(cell.asset(call.collateral).feed),
            seized: smallvec![(collateral, done.seized)],
            sold: done.seized,
            brought: None,
            debt_token: debt,
            debt: done.repaid,
            debt_whole: done.repaid as f64 / self.tokens.get(debt).one,
            repaid: done.repaid,
            debt_left: done.debt_left,
            is_over: is_bare,
            bad_debt: done.bad_debt + stranded,
            prize: Prize::Seized,
            returned: 0,
            health_factor: Some(health_factor),
            auction: None,
            order: Order::of(tx),
        };
        self.push(tx, What::Liquidated(Box::new(liquidation)));
        Ok(done.seized)
    }

    /// Lends what must come back in the same transaction.
    fn flash_loan(&mut self, tx: &Transaction, market: LendingId, asset: u8, amount: u128) -> Result<u128, Revert> {
        if self.flash.is_some() {
            return Err(Revert::FlashLoan { what: "another flash loan is open" });
        }
        let (account, token, _) = self.at(market, asset)?;
        self.protocols.lending(market).market.lending_mut().flash_loan(asset, amount)?;
        self.ledger.transfer(account, tx.sender, token, amount)?;
        self.flash = Some(Flash::Lent { market, asset, amount });
        Ok(amount)
    }

    fn repay_flash_loan(&mut self, tx: &Transaction) -> Result<u128, Revert> {
        let Some(Flash::Lent { market, asset, amount }) = self.flash.take() else {
            return Err(Revert::FlashLoan { what: "no flash loan is open" });
        };
        let (account, token, _) = self.at(market, asset)?;
        let now = self.now;
        let lending = self.protocols.lending(market).market.lending_mut();
        let premium = lending.flash_premium(asset, amount)?;
        self.ledger.can_pay(tx.sender, token, amount.saturating_add(premium))?;
        lending.repay_flash_loan(asset, amount, now)?;

        self.pay(tx.sender, account, token, amount + premium);
        Ok(0)
    }

    fn reorder(&mut self, market: LendingId, account: AccountId) {
        self.protocols.lending(market).reorder(account, self.oracles, self.tokens, self.now);
    }
}
