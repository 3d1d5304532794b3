//! What `events.csv` says of the chain itself: of its external venue, its oracles, and transactions that came to nothing.

use super::row::EventRow;
use crate::chain::event::Revert;
use crate::chain::ids::{FeedId, TokenId};
use crate::chain::oracles::wad_to_f64;
use crate::deployments::view::View;

words! {
    /// What happened on the chain itself.
    pub enum Kind {
        /// A token was bought at the external venue.
        VenueBuy = "venue_buy",
        /// A token was sold at the external venue.
        VenueSell = "venue_sell",
        /// A forced sale was filled by the counterfactual venue, at the price quoted just before it.
        MutedSale = "muted_sale",
        /// An oracle's price was published by transaction.
        PublishPrice = "publish_price",
        /// A transaction went through and left nothing else to tell, as a flash loan that is paid back at once.
        NoEffect = "no_effect",
        /// A transaction reverted, for the `reason` given; it left nothing but its fee.
        Revert = "revert",
        /// A transaction was thrown away: its sender could not pay for its gas.
        Drop = "drop",
        /// A transaction was thrown away: no block took it in time.
        Expire = "expire",
        /// A transaction was thrown away: its sender put a dearer one in its place, which waits on.
        Replace = "replace",
    }
}

/// Tells a trade at the external venue.
pub(super) fn venue_traded<'a>(
    row: &mut EventRow<'a>,
    sees: &'a View,
    traded: (TokenId, u128),
    bought: bool,
    cash: u128,
) {
    let cash = (sees.tokens.numeraire, cash);
    let (kind, paid, got) = if bought { (Kind::VenueBuy, cash, traded) } else { (Kind::VenueSell, traded, cash) };
    row.tell(kind.word(), kind.word());
    row.paid(sees, paid);
    row.got(sees, got);
}

/// Tells a forced sale at the counterfactual venue.
pub(super) fn sale_muted<'a>(row: &mut EventRow<'a>, sees: &'a View, paid: (TokenId, u128), got: (TokenId, u128)) {
    row.tell(Kind::MutedSale.word(), Kind::MutedSale.word());
    row.paid(sees, paid);
    row.got(sees, got);
}

/// Tells a published price.
pub(super) fn price_published<'a>(row: &mut EventRow<'a>, sees: &'a View, feed: FeedId, price_wad: u128) {
    row.tell(Kind::PublishPrice.word(), Kind::PublishPrice.word());
    row.oracle = Some(&sees.oracles.feed(feed).name);
    row.price_numeraire = Some(wad_to_f64(price_wad));
}

/// Tells a transaction that reverted.
pub(super) fn reverted<'a>(row: &mut EventRow<'a>, action: &'a str, reason: &'a Revert) {
    row.tell(Kind::Revert.word(), action);
    row.reason = Some(reason.kind());
}

/// Tells a transaction whose sender could not pay for it.
pub(super) fn dropped<'a>(row: &mut EventRow<'a>, action: &'a str) {
    row.tell(Kind::Drop.word(), action);
    row.reason = Some("cannot_pay_gas");
}
