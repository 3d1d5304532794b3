//! Trades at the external venue.

use super::Executor;
use crate::chain::event::{EventKind, Revert};
use crate::chain::ids::TokenId;
use crate::chain::ledger::Source;

impl Executor<'_, '_, '_> {
    pub(super) fn venue_buy(&mut self, token: TokenId, spend: u128) -> Result<u128, Revert> {
        let (sender, numeraire) = (self.context.sender, self.context.tokens.numeraire);
        self.keep_venue(token);
        self.context.ledger.can_pay(sender, numeraire, spend)?;
        let fill = self.venues.of(token).buy_with(spend)?;
        self.context.ledger.can_issue(token, fill.received)?;

        self.venues.of_mut(token).record(fill);
        self.trade_outside((numeraire, fill.paid), (token, fill.received));
        let (amount, numeraire) = (fill.received, fill.paid);
        self.context.tell(EventKind::VenueTraded { token, bought: true, amount, numeraire });
        Ok(fill.received)
    }

    pub(super) fn venue_sell(&mut self, token: TokenId, amount: u128) -> Result<u128, Revert> {
        let (sender, numeraire) = (self.context.sender, self.context.tokens.numeraire);
        self.keep_venue(token);
        self.context.ledger.can_pay(sender, token, amount)?;
        let fill = self.venues.of(token).sell(amount)?;
        self.context.ledger.can_issue(numeraire, fill.received)?;

        self.venues.of_mut(token).record(fill);
        self.trade_outside((token, fill.paid), (numeraire, fill.received));
        self.context.tell(EventKind::VenueTraded { token, bought: false, amount, numeraire: fill.received });
        Ok(fill.received)
    }

    fn keep_venue(&mut self, token: TokenId) {
        if self.context.keeps {
            self.journal.keep_venue(token, self.venues);
        }
    }

    fn trade_outside(&mut self, paid: (TokenId, u128), received: (TokenId, u128)) {
        let (venue, trader) = (Source::ExternalVenue, self.context.sender);
        self.context.ledger.retire(venue, trader, paid.0, paid.1).expect("the trader was asked before");
        self.context.ledger.issue(venue, trader, received.0, received.1);
    }
}
