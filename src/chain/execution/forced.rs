//! Forced sales that do not act: they fill against the counterfactual venue.

use super::Executor;
use crate::chain::event::{EventKind, Revert};
use crate::chain::families::amm::Swap;
use crate::chain::forced_sales::ForcedSale;
use crate::chain::ids::{DeploymentId, PositionKey, TokenId};
use crate::chain::ledger::Source;
use crate::chain::transaction::{Action, Forced};

impl Executor<'_, '_, '_> {
    /// Sells what a liquidation seized: as any other sale where the position's sales act, and muted where not.
    #[cold]
    pub(super) fn forced(&mut self, Forced { of, sale }: &Forced) -> Result<u128, Revert> {
        if self.context.sales.attempt(*of) == ForcedSale::Executed {
            return self.act(sale);
        }
        if let Action::VenueSell { token, amount } = sale {
            return self.muted_venue_sale(*of, *token, self.context.resolve(*amount));
        }
        let (pool, swap) = sale.swap().expect("a forced sale is a swap, or a sale at the venue");
        self.muted_swap(*of, pool, *swap)
    }

    /// Fills a swap at the pool's quote against the counterfactual venue; the pool stays as it is.
    fn muted_swap(&mut self, of: PositionKey, pool: DeploymentId, swap: Swap) -> Result<u128, Revert> {
        let Swap { direction, amount_in, least_out: least } = swap;
        let amount = self.context.resolve(amount_in);
        let cell = self.context.others.pool_at(pool)?;
        let (paid, taken) = cell.tokens_of(direction)?;
        let out = cell.pool.amm().quote_exact_in(direction, amount, self.context.now)?;
        if out < least {
            return Err(Revert::Slippage { out, least });
        }
        self.mute(of, (paid, amount), (taken, out))
    }

    /// Fills a sale at the external venue's quote against the counterfactual venue; the external one is not moved.
    fn muted_venue_sale(&mut self, of: PositionKey, token: TokenId, amount: u128) -> Result<u128, Revert> {
        let received = self.venues.of(token).sell(amount)?.received;
        self.mute(of, (token, amount), (self.context.tokens.numeraire, received))
    }

    fn mute(&mut self, of: PositionKey, paid: (TokenId, u128), got: (TokenId, u128)) -> Result<u128, Revert> {
        let (ledger, seller) = (&mut *self.context.ledger, self.context.sender);
        ledger.can_pay(seller, paid.0, paid.1)?;
        ledger.can_issue(got.0, got.1)?;

        let venue = Source::CounterfactualVenue;
        ledger.retire(venue, seller, paid.0, paid.1).expect("the seller was asked before");
        ledger.issue(venue, seller, got.0, got.1);
        self.context.tell(EventKind::SaleMuted { of, paid, got });
        Ok(got.1)
    }
}
