//! What a lending market does when it is called.

use plimsoll_protocols::lending::{Liquidation as LiquidationCall, Part};
use smallvec::smallvec;

use super::{LendingCell, Prices};
use crate::chain::event::{EventKind, Revert};
use crate::chain::families::Call;
use crate::chain::families::lending::{LendingCall, LentAt};
use crate::chain::ids::{AccountId, TokenId};
use crate::chain::liquidation::{Liquidation, PriceSource, Prize, SaleKind};
use crate::deployments::call::{CallContext, Flash, no_such_call};

impl LendingCell {
    pub(super) fn answer(&mut self, cx: &mut CallContext, call: &Call) -> Result<u128, Revert> {
        let Call::Lending(call) = call else { return no_such_call(call) };
        if cx.keeps {
            self.keep(match **call {
                LendingCall::Liquidate { borrower, .. } => borrower,
                _ => cx.sender,
            });
        }
        let (asset, amount) = match **call {
            LendingCall::Supply { asset, amount } => (asset, self.supply(cx, asset, cx.resolve(amount))?),
            LendingCall::Withdraw { asset, part } => (asset, self.withdraw(cx, asset, part)?),
            LendingCall::Borrow { asset, amount } => (asset, self.borrow(cx, asset, amount)?),
            LendingCall::Repay { asset, most } => (asset, self.repay(cx, asset, cx.resolve(most))?),
            LendingCall::Liquidate { borrower, collateral, debt, most } => {
                let most_repaid = cx.resolve(most);
                return self.liquidate(cx, LiquidationCall { borrower, collateral, debt, most_repaid });
            }
            LendingCall::FlashLoan { asset, amount } => return self.flash_loan(cx, asset, amount),
            LendingCall::RepayFlashLoan => return self.repay_flash_loan(cx),
        };
        self.reorder(cx.sender, cx.oracles, cx.tokens, cx.now);
        let key = self.key(cx.sender);
        cx.tell(EventKind::Lent(Box::new(LentAt { key, market: self.id, asset, amount, call: **call })));
        Ok(amount)
    }

    /// Returns an asset's token, and the prices that the market believes in.
    fn at(&self, cx: &CallContext, asset: u8) -> Result<(TokenId, Prices), Revert> {
        Ok((self.listed(asset)?, self.prices(cx.oracles)))
    }

    fn listed(&self, asset: u8) -> Result<TokenId, Revert> {
        self.assets.get(usize::from(asset)).map(|listed| listed.token).ok_or(Revert::NoAsset { asset })
    }

    fn supply(&mut self, cx: &mut CallContext, asset: u8, amount: u128) -> Result<u128, Revert> {
        let token = self.listed(asset)?;
        cx.ledger.can_pay(cx.sender, token, amount)?;
        let taken = self.market.lending_mut().supply(cx.sender, asset, amount, cx.now)?;

        cx.pay(cx.sender, self.account, token, taken);
        Ok(taken)
    }

    fn withdraw(&mut self, cx: &mut CallContext, asset: u8, part: Part) -> Result<u128, Revert> {
        let (token, prices) = self.at(cx, asset)?;
        let given = self.market.lending_mut().withdraw(cx.sender, asset, part, &prices, cx.now)?;
        cx.ledger.transfer(self.account, cx.sender, token, given)?;
        Ok(given)
    }

    fn borrow(&mut self, cx: &mut CallContext, asset: u8, amount: u128) -> Result<u128, Revert> {
        let (token, prices) = self.at(cx, asset)?;
        let given = self.market.lending_mut().borrow(cx.sender, asset, amount, &prices, cx.now)?;
        cx.ledger.transfer(self.account, cx.sender, token, given)?;
        Ok(given)
    }

    fn repay(&mut self, cx: &mut CallContext, asset: u8, most: u128) -> Result<u128, Revert> {
        let token = self.listed(asset)?;
        let lending = self.market.lending_mut();
        let owed = lending.borrowed(cx.sender, asset, cx.now);
        cx.ledger.can_pay(cx.sender, token, most.min(owed))?;
        let part = if most >= owed { Part::All } else { Part::Exactly(most) };
        let taken = lending.repay(cx.sender, asset, part, cx.now)?;

        cx.pay(cx.sender, self.account, token, taken);
        Ok(taken)
    }

    fn liquidate(&mut self, cx: &mut CallContext, call: LiquidationCall) -> Result<u128, Revert> {
        let (debt, prices) = self.at(cx, call.debt)?;
        let collateral = self.listed(call.collateral)?;
        let lending = self.market.lending_mut();
        // Who could pay all that is offered needs no quote of what will be taken.
        if cx.ledger.can_pay(cx.sender, debt, call.most_repaid).is_err() {
            let quote = lending.quote_liquidation(call, &prices, cx.now)?;
            cx.ledger.can_pay(cx.sender, debt, quote.repaid)?;
        }
        let health_factor = lending.health(call.borrower, &prices, cx.now)?.factor;
        let done = lending.liquidate(call, &prices, cx.now)?;
        let is_bare = lending.exposure(call.borrower).collateral.is_empty();

        cx.pay(cx.sender, self.account, debt, done.repaid);
        cx.ledger.transfer(self.account, cx.sender, collateral, done.seized)?;
        self.reorder(call.borrower, cx.oracles, cx.tokens, cx.now);
        let stranded = if is_bare { self.strand(call.borrower, call.debt, done.debt_left) } else { 0 };
        let lost = &mut self.lost[usize::from(call.debt)];
        *lost = lost.saturating_add(done.bad_debt + stranded);
        let liquidation = Liquidation {
            key: self.key(call.borrower),
            owner: call.borrower,
            kind: SaleKind::Liquidate,
            action: "liquidate",
            collateral,
            price_source: PriceSource::Oracle(self.asset(call.collateral).feed),
            seized: smallvec![(collateral, done.seized)],
            sold: done.seized,
            brought: None,
            debt_token: debt,
            debt: done.repaid,
            debt_whole: done.repaid as f64 / cx.tokens.get(debt).one,
            repaid: done.repaid,
            debt_left: done.debt_left,
            is_over: is_bare,
            bad_debt: done.bad_debt + stranded,
            prize: Prize::Seized,
            returned: 0,
            health_factor: Some(health_factor),
            auction: None,
            inclusion: cx.inclusion,
        };
        cx.tell(EventKind::Liquidated(Box::new(liquidation)));
        Ok(done.seized)
    }

    /// Notes a debt that is left without collateral, and returns how much of it no liquidation has left before.
    fn strand(&mut self, borrower: AccountId, asset: u8, debt: u128) -> u128 {
        if debt == 0 {
            return 0;
        }
        let nothing = || self.assets.iter().map(|_| 0).collect();
        let stranded = &mut self.stranded.entry(borrower).or_insert_with(nothing)[usize::from(asset)];
        debt.saturating_sub(std::mem::replace(stranded, debt))
    }

    /// Lends what must come back in the same transaction.
    fn flash_loan(&mut self, cx: &mut CallContext, asset: u8, amount: u128) -> Result<u128, Revert> {
        cx.lend_for_the_transaction(Flash { lender: self.at, asset, amount })?;
        let token = self.listed(asset)?;
        self.market.lending_mut().flash_loan(asset, amount)?;
        cx.ledger.transfer(self.account, cx.sender, token, amount)?;
        Ok(amount)
    }

    fn repay_flash_loan(&mut self, cx: &mut CallContext) -> Result<u128, Revert> {
        let Flash { asset, amount, .. } = cx.take_back(self.at)?;
        let token = self.listed(asset)?;
        let lending = self.market.lending_mut();
        let premium = lending.flash_premium(asset, amount)?;
        cx.ledger.can_pay(cx.sender, token, amount.saturating_add(premium))?;
        lending.repay_flash_loan(asset, amount, cx.now)?;

        cx.pay(cx.sender, self.account, token, amount + premium);
        Ok(0)
    }
}
