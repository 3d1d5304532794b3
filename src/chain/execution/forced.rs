//! Forced sales that do not act: they fill against the counterfactual venue.

use super::{Executor, Received, resolve};
use crate::chain::event::{Revert, What};
use crate::chain::forced_sales::ForcedSale;
use crate::chain::ids::{PoolId, PositionKey, TokenId};
use crate::chain::ledger::Source;
use crate::chain::transaction::{Forced, Sale, Transaction};
use crate::protocol::amm::Direction;

impl Executor<'_, '_, '_> {
    /// Sells what a liquidation seized: as any other sale where the position's sales act, and muted where not.
    #[cold]
    pub(super) fn forced(&mut self, tx: &Transaction, forced: Forced, received: &Received) -> Result<u128, Revert> {
        let Forced { of, sale } = forced;
        if self.sales.attempt(of) == ForcedSale::Executed {
            return self.act(tx, &sale.plain(), received, false);
        }
        match sale {
            Sale::Swap { pool, direction, amount_in, least_out } => {
                self.muted_swap(tx, of, (pool, direction), resolve(amount_in, received), least_out)
            }
            Sale::Venue { token, amount } => self.muted_venue_sale(tx, of, token, resolve(amount, received)),
        }
    }

    /// Fills a swap at the pool's quote against the counterfactual venue; the pool stays as it is.
    fn muted_swap(
        &mut self,
        tx: &Transaction,
        of: PositionKey,
        (pool, direction): (PoolId, Direction),
        amount: u128,
        least: u128,
    ) -> Result<u128, Revert> {
        let cell = self.protocols.pool(pool);
        let (paid, taken) = (cell.token_at(direction.pays), cell.token_at(direction.takes));
        let out = cell.pool.amm().quote_exact_in(direction, amount, self.now)?;
        if out < least {
            return Err(Revert::Slippage { out, least });
        }
        self.mute(tx, of, (paid, amount), (taken, out))
    }

    /// Fills a sale at the external venue's quote against the counterfactual venue; the external one is not moved.
    fn muted_venue_sale(
        &mut self,
        tx: &Transaction,
        of: PositionKey,
        token: TokenId,
        amount: u128,
    ) -> Result<u128, Revert> {
        let received = self.venues.of(token).sell(amount)?.received;
        self.mute(tx, of, (token, amount), (self.tokens.numeraire, received))
    }

    fn mute(
        &mut self,
        tx: &Transaction,
        of: PositionKey,
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
}
