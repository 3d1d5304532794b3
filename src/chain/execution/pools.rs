//! Swaps in pools, and trades at the external venue.

use super::Executor;
use crate::chain::event::{LiquidityAt, Revert, What};
use crate::chain::ids::{AccountId, PoolId, TokenId};
use crate::chain::ledger::Source;
use crate::chain::transaction::{LiquidityCall, LiquidityOrder, Transaction};
use crate::protocol::amm::{Deposit, Direction, Withdrawal};

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
            let out = cell.pool.amm().quote_exact_in(direction, amount, self.now)?;
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

    /// Adds or removes liquidity; returns the liquidity that came, or nothing: several tokens come out.
    pub(super) fn liquidity(&mut self, tx: &Transaction, order: &LiquidityOrder) -> Result<u128, Revert> {
        match &order.call {
            LiquidityCall::Add { offered, least_liquidity } => {
                let (offered, least_liquidity) = (offered.clone(), *least_liquidity);
                self.add_liquidity(
                    tx,
                    order,
                    Deposit { owner: tx.sender, range: order.range, offered, least_liquidity },
                )
            }
            LiquidityCall::AddUpTo { most, least_liquidity } => {
                let tokens = &self.protocols.pool(order.pool).tokens;
                let held = tokens.iter().zip(most);
                let offered = held.map(|(token, most)| self.ledger.balance(tx.sender, *token).min(*most)).collect();
                let least_liquidity = *least_liquidity;
                self.add_liquidity(
                    tx,
                    order,
                    Deposit { owner: tx.sender, range: order.range, offered, least_liquidity },
                )
            }
            LiquidityCall::Remove { liquidity, least } => {
                let (liquidity, least) = (*liquidity, least.clone());
                self.remove_liquidity(
                    tx,
                    order,
                    &Withdrawal { owner: tx.sender, range: order.range, liquidity, least },
                )?;
                Ok(0)
            }
        }
    }

    fn add_liquidity(&mut self, tx: &Transaction, order: &LiquidityOrder, deposit: Deposit) -> Result<u128, Revert> {
        let cell = self.protocols.pool(order.pool);
        for (token, offered) in cell.tokens.iter().zip(&deposit.offered) {
            self.ledger.can_pay(tx.sender, *token, *offered)?;
        }
        let moved = cell.pool.amm_mut().add_liquidity(&deposit, self.now)?;

        let (pool, share, has_shares) = (cell.account, cell.liquidity, cell.pool.amm().total_supply().is_some());
        for (token, amount) in cell.tokens.iter().zip(&moved.amounts) {
            self.ledger.transfer(tx.sender, pool, *token, *amount).expect("the provider was asked before");
        }
        if has_shares {
            self.ledger.issue(Source::Shares, tx.sender, share, moved.liquidity);
            self.ledger.issue(Source::Shares, self.named.locked, share, moved.locked);
            self.ledger.issue(Source::Shares, self.named.treasury, share, moved.protocol_fee);
        }
        let liquidity = moved.liquidity;
        self.push(tx, What::LiquidityAdded(Box::new(LiquidityAt { pool: order.pool, range: order.range, moved })));
        Ok(liquidity)
    }

    fn remove_liquidity(
        &mut self,
        tx: &Transaction,
        order: &LiquidityOrder,
        withdrawal: &Withdrawal,
    ) -> Result<(), Revert> {
        let cell = self.protocols.pool(order.pool);
        let (pool, share, has_shares) = (cell.account, cell.liquidity, cell.pool.amm().total_supply().is_some());
        if has_shares {
            self.ledger.can_pay(tx.sender, share, withdrawal.liquidity)?;
        }
        let moved = cell.pool.amm_mut().remove_liquidity(withdrawal, self.now)?;

        for (token, amount) in cell.tokens.iter().zip(&moved.amounts) {
            self.ledger.transfer(pool, tx.sender, *token, *amount).expect("the pool's state and the ledger agree");
        }
        if has_shares {
            self.ledger
                .retire(Source::Shares, tx.sender, share, moved.liquidity)
                .expect("the provider was asked before");
            self.ledger.issue(Source::Shares, self.named.treasury, share, moved.protocol_fee);
        }
        self.push(tx, What::LiquidityRemoved(Box::new(LiquidityAt { pool: order.pool, range: order.range, moved })));
        Ok(())
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
