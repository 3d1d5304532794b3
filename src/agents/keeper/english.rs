//! English auctions: bid what the lot is worth to it, then ask for less of the lot; settle and sell what was won.
//!
//! A keeper bids all that it would pay at once, as the bots of 2020 did, which were given a price and not a strategy. One that
//! opens with less is betting on nobody else's coming: it goes up to its price when it is
//! beaten, unless it never outbids anybody.

use plimsoll_math::Rad;
use plimsoll_protocols::lending::maker::{AuctionId, Bid, CatRelease, FlipperParams};
use smallvec::smallvec;

use super::{About, Keeper, Left};
use crate::agents::lending_liquidator::Sells;
use crate::agents::outbox::Outbox;
use crate::agents::route::TradeOrder;
use crate::agents::view::View;
use crate::chain::families::cdp::CdpCallKind;
use crate::chain::transaction::{Actions, AmountIn};
use crate::deployments::liquidatable::Liquidatable;
use crate::deployments::maker::{MakerCell, dai_up};

/// An auction as a keeper looks at it.
struct Lot<'a> {
    auction: AuctionId,
    bid: &'a Bid,
    params: &'a FlipperParams,
    /// What its sale would bring, in smallest units of dai.
    brings: u128,
    /// What it would pay for it, likewise.
    wish: u128,
    /// Collateral, in smallest units of its token.
    tokens: u128,
}

impl Keeper {
    pub(super) fn bid(&mut self, cell: &MakerCell, left: &mut Left, sees: &View, out: &mut Outbox) {
        let (me, now) = (out.me().account, sees.clock.now());
        let Ok(params) = cell.maker.flipper_params(self.of.1) else { return };
        for (auction, bid) in cell.maker.bids(self.of.1).into_iter().flatten() {
            if left.room == 0 {
                return;
            }
            if bid.guy == Some(me) && !bid.is_over(now) || self.pending.contains(&About::Auction(auction)) {
                continue;
            }
            if bid.guy == Some(me) {
                self.settle(cell, auction, bid, left, sees, out);
                continue;
            }
            // Somebody else has won, or bids more than anybody could gain by, or is not to be outbid: not worth a look.
            let is_taken = bid.guy.is_some() && (!self.outbids || bid.is_over(now));
            let is_lost = is_taken || self.is_dear(cell, bid, sees);
            if is_lost || !self.notices(sees, out.me().who, u64::from(auction.0) << 1) {
                continue;
            }
            let Some(lot) = self.look(cell, auction, bid, params, left, sees) else { continue };
            if bid.is_over(now) {
                let tick = self.call(CdpCallKind::Restart { auction });
                self.go(About::Auction(auction), smallvec![tick], self.hope(lot.brings, sees), left, sees, out);
            } else if bid.is_covered() {
                self.dent(&lot, left, sees, out);
            } else {
                self.tend(&lot, left, sees, out);
            }
        }
    }

    /// Says whether a bid is above what the lot is worth outside: a look at the market would be vain.
    fn is_dear(&self, cell: &MakerCell, bid: &Bid, sees: &View) -> bool {
        let worth = sees.worth(self.route.from, cell.ilk(self.of.1).tokens_down(bid.lot));
        bid.bid.to_f64() * sees.venues.price(cell.dai) > worth * (1.0 - self.discount) * 1.1
    }

    /// Returns an auction with what its lot is worth to it; none if that is nothing.
    fn look<'a>(
        &self,
        cell: &MakerCell,
        auction: AuctionId,
        bid: &'a Bid,
        params: &'a FlipperParams,
        left: &Left,
        sees: &View,
    ) -> Option<Lot<'a>> {
        let tokens = cell.ilk(self.of.1).tokens_down(bid.lot);
        let brings = self.brings(tokens, left.sold, sees)?;
        let gas = sees.gas.schedule.tend + sees.gas.schedule.deal + self.gas_of_selling;
        let costs = sees.units_worth(self.route.to, self.gas_worth(gas, sees));
        let wish = super::share(brings.checked_sub(costs)?, 1.0 - self.discount);
        (wish > 0).then_some(Lot { auction, bid, params, brings, wish, tokens })
    }

    /// Bids more.
    fn tend(&mut self, lot: &Lot, left: &mut Left, sees: &View, out: &mut Outbox) {
        let Ok(least) = lot.bid.least_higher_up(lot.params) else { return };
        let wish = Rad::from_wad(lot.wish).min(lot.bid.tab);
        if wish < least {
            return;
        }
        let opening = Rad::from_wad(super::share(lot.wish, self.opens_at)).min(lot.bid.tab);
        let bid = if lot.bid.guy.is_none() { opening.max(least) } else { wish };
        let call = CdpCallKind::RaiseBid { auction: lot.auction, lot: lot.bid.lot, bid };
        self.offer(lot, call, bid, lot.tokens, left, sees, out);
    }

    /// Asks for less of the lot, for all that is sought: for what it would pay so much for.
    fn dent(&mut self, lot: &Lot, left: &mut Left, sees: &View, out: &mut Outbox) {
        let Ok(Some(most)) = lot.bid.most_lower_down(lot.params) else { return };
        let part = lot.bid.tab.to_f64() * 1e18 / lot.wish as f64;
        let asked = super::share(lot.bid.lot, part);
        if part >= 1.0 || asked == 0 || asked > most {
            return;
        }
        let call = CdpCallKind::LowerLot { auction: lot.auction, lot: asked, bid: lot.bid.tab };
        self.offer(lot, call, lot.bid.tab, super::share(lot.tokens, part), left, sees, out);
    }

    /// Submits a bid for so much of a lot, if it has the dai and gains by it.
    #[expect(clippy::too_many_arguments, reason = "a bid is about all of these")]
    fn offer(
        &mut self,
        lot: &Lot,
        call: CdpCallKind,
        bid: Rad,
        tokens: u128,
        left: &mut Left,
        sees: &View,
        out: &mut Outbox,
    ) {
        let Ok(owe) = dai_up(bid) else { return };
        if owe > left.dai {
            return;
        }
        let brings = super::share(lot.brings, tokens as f64 / lot.tokens as f64);
        let settling = self.gas_worth(sees.gas.schedule.deal + self.gas_of_selling, sees);
        let gain = sees.worth(self.route.to, brings.saturating_sub(owe)) - settling;
        let actions: Actions = smallvec![self.call(call)];
        if self.go(About::Auction(lot.auction), actions, gain, left, sees, out) {
            left.dai -= owe;
            self.offered += owe;
            left.sold += tokens;
        }
    }

    /// Settles what it has won, and sells it.
    fn settle(
        &mut self,
        cell: &MakerCell,
        auction: AuctionId,
        bid: &Bid,
        left: &mut Left,
        sees: &View,
        out: &mut Outbox,
    ) {
        let tokens = cell.ilk(self.of.1).tokens_down(bid.lot);
        let mut actions: Actions = smallvec![self.call(CdpCallKind::Settle { auction })];
        if self.sells == Sells::AtOnce {
            let order = TradeOrder { before: left.sold, ..TradeOrder::of(AmountIn::Received, tokens) };
            // What nobody takes now is settled later, when somebody does.
            if self.forced_sale(bid.usr, order, sees, &mut actions).is_none() {
                return;
            }
        }
        let worth = sees.worth(self.route.from, tokens);
        if self.go(About::Auction(auction), actions, worth, left, sees, out) {
            left.sold += tokens;
            self.note_sale(bid.usr, sees);
        }
    }

    /// Returns what it may hope to gain by a lot that would bring so much: its discount, less the gas of bidding for it and
    /// of settling; in whole numeraire tokens.
    fn hope(&self, brings: u128, sees: &View) -> f64 {
        let gas = sees.gas.schedule.tend + sees.gas.schedule.deal + self.gas_of_selling;
        sees.worth(self.route.to, brings) * self.discount - self.gas_worth(gas, sees)
    }

    /// Returns what it may hope to gain by one more auction of a vault, and into how many the vault goes.
    pub(super) fn gain_of_bite(&self, cell: &MakerCell, vault: &Liquidatable, sees: &View) -> (f64, usize) {
        let ink = cell.vault(self.of.1, vault.owner).ink;
        let Ok(params) = cell.maker.flipper_params(self.of.1) else { return (0.0, 0) };
        let lot = match params.cat {
            CatRelease::V1_0 { lump, .. } => lump.min(ink),
            CatRelease::V1_1 { chop_wad, dunk } => {
                let part = dunk.to_f64() / (chop_wad as f64 / 1e18) / vault.debt;
                super::share(ink, part.min(1.0))
            }
        };
        let brings = self.brings(cell.ilk(self.of.1).tokens_down(lot), 0, sees).unwrap_or(0);
        let lots = ink.checked_div(lot).map_or(0, |lots| lots + u128::from(!ink.is_multiple_of(lot)));
        (self.hope(brings, sees), usize::try_from(lots).unwrap_or(usize::MAX))
    }
}
