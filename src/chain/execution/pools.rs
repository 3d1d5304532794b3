//! Swaps in pools, and trades at the external venue.

use super::Executor;
use crate::chain::event::{Revert, What};
use crate::chain::ids::{AccountId, PoolId, TokenId};
use crate::chain::ledger::Source;
use crate::chain::transaction::Transaction;
use crate::protocol::amm::Direction;

impl Executor<'_, '_, '_> {
    pub(super) fn swap(
        &mut self,
        tx: &Transaction,
        id: PoolId,
        direction: Direction,
        amount: u128,
        least: u128,
    ) -> Result<u128, Revert> {
        let cell = self.protocols.pool(id);
        let (paid, taken) = (cell.token_at(direction.pays), cell.token_at(direction.takes));
        self.ledger.can_pay(tx.sender, paid, amount)?;
        if least > 0 {
            let out = cell.pool.amm().quote_exact_in(direction, amount)?;
            if out < least {
                return Err(Revert::Slippage { out, least });
            }
        }
        let traded = cell.pool.amm_mut().swap_exact_in(direction, amount, self.now)?;

        cell.count_volume(direction.pays, traded.amount_in);
        let pool = cell.account;
        self.pay(tx.sender, pool, paid, traded.amount_in);
        self.pay(pool, tx.sender, taken, traded.amount_out);
        self.push(tx, What::Swapped { pool: id, direction, traded });
        Ok(traded.amount_out)
    }

    pub(super) fn venue_buy(&mut self, tx: &Transaction, token: TokenId, spend: u128) -> Result<u128, Revert> {
        self.ledger.can_pay(tx.sender, self.tokens.numeraire, spend)?;
        let fill = self.venues.of(token).buy_with(spend)?;
        self.ledger.can_issue(token, fill.received)?;

        self.venues.of_mut(token).record(fill);
        self.trade_outside(tx.sender, (self.tokens.numeraire, fill.paid), (token, fill.received));
        let (amount, numeraire) = (fill.received, fill.paid);
        self.push(tx, What::VenueTraded { token, bought: true, amount, numeraire });
        Ok(fill.received)
    }

    pub(super) fn venue_sell(&mut self, tx: &Transaction, token: TokenId, amount: u128) -> Result<u128, Revert> {
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
}
