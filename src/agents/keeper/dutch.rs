//! Dutch auctions: wait until the price is low enough, buy as much as pays, start anew what is stale.

use plimsoll_math::Rad;
use plimsoll_protocols::lending::maker::{AuctionId, Sale, Status, Taken};
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

/// How often a keeper halves what it would buy before it gives an auction up for the block.
const HALVINGS: usize = 6;

/// A purchase that pays.
struct Catch {
    taken: Taken,
    /// What it costs, in smallest units of dai.
    owe: u128,
    /// Collateral, in smallest units of its token.
    lot: u128,
    /// In whole numeraire tokens, before gas.
    gain: f64,
}

impl Keeper {
    pub(super) fn buy(&mut self, cell: &MakerCell, left: &mut Left, sees: &View, out: &mut Outbox) {
        let now = sees.clock.now();
        for (auction, sale) in cell.maker.sales(self.of.1).into_iter().flatten() {
            if left.room == 0 {
                return;
            }
            let is_seen = !self.pending.contains(&About::Auction(auction))
                && self.notices(sees, out.me().who, u64::from(auction.0) << 1);
            let Some(status) = cell.maker.status(self.of.1, auction, now).ok().filter(|_| is_seen) else { continue };
            if status.needs_redo {
                self.redo(cell, auction, sale, left, sees, out);
            } else if let Some(catch) = self.catch(cell, auction, &status, left, sees) {
                self.take(auction, sale, &catch, left, sees, out);
            }
        }
    }

    /// Returns the largest purchase that pays, halving what it would buy; none if none does.
    fn catch(&self, cell: &MakerCell, auction: AuctionId, status: &Status, left: &Left, sees: &View) -> Option<Catch> {
        // A little more than is sought: what rounds down may be too little to end the auction, and too much to split it.
        let all = dai_up(status.tab).ok()?;
        let all = all.saturating_add(all / 1_000_000 + 1);
        let mut spend = if self.flash { all } else { left.dai.min(all) };
        for _ in 0..=HALVINGS {
            let taken = cell.maker.quote_take_for(self.of.1, auction, Rad::from_wad(spend), sees.clock.now()).ok()?;
            let (owe, lot) = (dai_up(taken.owe).ok()?, cell.ilk(self.of.1).tokens_down(taken.slice));
            if !self.flash && owe > left.dai {
                return None;
            }
            let brings = self.brings(lot, left.sold, sees).unwrap_or(0);
            if super::share(brings, 1.0 - self.discount) >= owe && brings > owe {
                let gain = sees.worth(self.route.to, brings - owe);
                return Some(Catch { taken, owe, lot, gain });
            }
            spend = owe / 2;
        }
        None
    }

    /// Submits [a flash mint,] the purchase, the forced sale [, the flash mint's repayment].
    fn take(&mut self, auction: AuctionId, sale: &Sale, catch: &Catch, left: &mut Left, sees: &View, out: &mut Outbox) {
        let Catch { taken, owe, lot, gain } = catch;
        let mut actions = Actions::new();
        if self.flash {
            actions.push(self.call(CdpCallKind::FlashMint { amount: *owe }));
        }
        // Who ends an auction asks for all of it: a slice that was rounded down would leave a rest that cannot be split.
        let most = if taken.is_over { sale.lot } else { taken.slice };
        actions.push(self.call(CdpCallKind::Buy { auction, most, max_price: taken.price }));
        if self.sells == Sells::AtOnce {
            let order = TradeOrder { amount: AmountIn::Received, about: *lot, before: left.sold, least_out: *owe };
            if self.forced_sale(sale.usr, order, sees, &mut actions).is_none() {
                return;
            }
        }
        if self.flash {
            actions.push(self.call(CdpCallKind::RepayFlashMint));
        }
        if self.go(About::Auction(auction), actions, *gain, left, sees, out) {
            left.sold += lot;
            if !self.flash {
                left.dai -= owe;
                self.offered += owe;
                self.note_sale(sale.usr, sees);
            }
        }
    }

    /// Starts a stale auction anew, if the reward is worth it.
    fn redo(
        &mut self,
        cell: &MakerCell,
        auction: AuctionId,
        sale: &Sale,
        left: &mut Left,
        sees: &View,
        out: &mut Outbox,
    ) {
        let Ok(state) = cell.maker.clipper_state(self.of.1) else { return };
        let ilk = cell.ilk(self.of.1);
        let lot = sees.tokens.whole(ilk.gem, ilk.tokens_down(sale.lot)) * sees.oracles.feed(ilk.feed).answer();
        if sale.tab.to_f64().min(lot) < state.chost.to_f64() {
            return;
        }
        let reward = self.reward(cell, sale.tab.to_f64(), sees);
        let actions: Actions = smallvec![self.call(CdpCallKind::Restart { auction })];
        self.go(About::Auction(auction), actions, reward, left, sees, out);
    }

    /// Returns what an auction of a vault would seek and what starting it pays, in whole dai and whole numeraire tokens, where
    /// its own auctions of the block seek `sought` already; none while there is no room for it: of a part, neither what is
    /// sold nor what is left may owe less than `dust`.
    pub(super) fn bark(&self, cell: &MakerCell, vault: &Liquidatable, sought: f64, sees: &View) -> Option<(f64, f64)> {
        let (state, dog) = (cell.maker.clipper_state(self.of.1).ok()?, &cell.maker.state().dog);
        let of_ilk = state.params.hole.to_f64() - state.dirt.to_f64();
        let room = of_ilk.min(dog.hole.to_f64() - dog.dirt.to_f64()) - sought;
        let (chop, dust) = (state.params.chop_wad as f64 / 1e18, cell.maker.ilk_state(self.of.1).ok()?.dust.to_f64());
        let part = (room / chop).min(vault.debt);
        let debt = if vault.debt - part < dust { vault.debt } else { part };
        if room <= 0.0 || debt < vault.debt && debt < dust {
            return None;
        }
        Some((debt * chop, self.reward(cell, debt * chop, sees)))
    }

    /// Returns the reward for starting an auction that seeks so many dai, in whole numeraire tokens.
    fn reward(&self, cell: &MakerCell, tab: f64, sees: &View) -> f64 {
        let params = cell.maker.clipper_state(self.of.1).map(|state| state.params);
        let dai = params.map_or(0.0, |params| params.tip.to_f64() + params.chip_wad as f64 / 1e18 * tab);
        dai * sees.venues.price(cell.dai)
    }
}
