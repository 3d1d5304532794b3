//! A system as a deployment: undoing and audit.

use std::collections::BTreeSet;

use plimsoll_math::Rad;
use plimsoll_math::Ray;
use plimsoll_protocols::lending::maker::{AuctionOf, IlkId, MakerBefore, Touched};

use super::events;
use super::positions::Vaults;
use super::{AuctionKind, MakerCell};
use crate::chain::event::Revert;
use crate::chain::families::Call;
use crate::chain::families::cdp::{AuctionRow, CdpCall};
use crate::chain::ids::AccountId;
use crate::chain::ledger::Source;
use crate::chain::liquidation::Liquidation;
use crate::deployments::audit::{AuditError, AuditSheet, same};
use crate::deployments::call::CallContext;
use crate::deployments::deployment::{Deployment, Leveraged};
use crate::deployments::events::EventRow;
use crate::deployments::lending::LoanOrderPlace;
use crate::deployments::liquidatable::LiquidationSearch;
use crate::deployments::positions::Positions;
use crate::deployments::valuation::ValueSheet;
use crate::deployments::view::View;

/// What a call may change.
#[derive(Debug, Clone)]
pub struct CallBefore {
    ilk: IlkId,
    owner: AccountId,
    place: LoanOrderPlace,
    before: MakerBefore,
    /// How many auctions there were, and what had become of the one that is named.
    auctions: usize,
    named: Option<(usize, AuctionRow)>,
}

impl MakerCell {
    /// Keeps what a call may change.
    pub fn keep(&mut self, sender: AccountId, call: &CdpCall, now: u64) {
        let ilk_id = IlkId(call.market);
        let owner = call.kind.owner(sender);
        let auction = call.kind.auction();
        let of = |auction| match self.ilk(ilk_id).auctions {
            AuctionKind::Dutch => AuctionOf::Clipper(auction),
            AuctionKind::English => AuctionOf::Flipper(auction),
        };
        let accounts = [sender, owner];
        let touched = Touched { ilk: Some(ilk_id), accounts: &accounts, auction: auction.map(of), era: now };
        let ilk = self.ilk(ilk_id);
        let index = auction.and_then(|auction| (auction.0 as usize).checked_sub(1));
        let before = CallBefore {
            ilk: ilk_id,
            owner,
            place: ilk.orders.place(owner),
            before: self.maker.before(&touched),
            auctions: ilk.ledger.len(),
            named: index.and_then(|index| Some((index, *ilk.ledger.get(index)?))),
        };
        self.undo.push(before);
    }
}

impl Deployment for MakerCell {
    fn call(&mut self, cx: &mut CallContext, call: &Call) -> Result<u128, Revert> {
        self.answer(cx, call)
    }

    fn commit(&mut self) {
        self.undo.clear();
    }

    fn roll_back(&mut self) {
        while let Some(CallBefore { ilk, owner, place, before, auctions, named }) = self.undo.pop() {
            self.maker.restore(&before);
            let ilk = self.ilk_mut(ilk);
            ilk.orders.restore(owner, place);
            ilk.ledger.truncate(auctions);
            if let Some((index, row)) = named {
                ilk.ledger[index] = row;
            }
        }
    }

    fn tell_liquidation<'a>(&self, row: &mut EventRow<'a>, sees: &'a View, at: &'a Liquidation) -> Option<AccountId> {
        Some(events::auctioned(row, sees, at))
    }

    fn find_liquidatable(&mut self, search: &mut LiquidationSearch) {
        self.search(search);
    }

    fn positions(&self, sees: &View, look: &mut dyn FnMut(&dyn Positions)) {
        look(&Vaults { sees, cell: self });
    }

    fn holders(&self, _sees: &View, tell: &mut dyn FnMut(AccountId, Option<Leveraged>)) {
        let vaults = self.maker.ilks().flat_map(|ilk| self.maker.positions(ilk).into_iter().flatten());
        vaults.filter(|(_, vault)| vault.art > 0).for_each(|(owner, _)| tell(owner, None));
    }

    /// What the adapters hold, and the vat's sums: all dai is the debt, all sin the vice, what vaults owe the rest.
    fn audit(&self, sheet: &AuditSheet) -> Result<(), AuditError> {
        let (maker, state) = (&self.maker, self.maker.state());
        for token in self.ilks.iter().map(|ilk| ilk.gem).collect::<BTreeSet<_>>() {
            let of_token = maker.ilks().zip(&self.ilks).filter(|(_, ilk)| ilk.gem == token);
            let held = of_token.map(|(number, _)| maker.gem_held(number).expect(LISTED)).sum();
            sheet.holds(self.account, token, held)?;
        }
        let name = &sheet.protocols.directory.issuers[self.id.index()].name;
        let outside = self.dai_minted().ok();
        let minted = sheet.ledger.issued(Source::Stablecoins, self.dai);
        same(|| format!("dai of {name}"), ("the system", outside), ("the ledger", Some(minted)))?;
        let inside = maker.internal_dai_by_account().map(|(_, inside)| inside.dai);
        let dai = sum(inside.chain([state.vow.dai, state.pot.dai, state.vat.joined_dai]));
        same(|| format!("debt of {name}"), ("the vat", Some(state.vat.debt)), ("the sum of dai", dai))?;
        let sin = sum([state.vow.sin, state.vat.genesis_sin]);
        same(|| format!("vice of {name}"), ("the vat", Some(state.vat.vice)), ("the sum of sin", sin))?;
        let mut owed = Some(state.vat.vice);
        for (number, ilk) in maker.ilks().zip(&self.ilks) {
            let ilk_state = maker.ilk_state(number).expect(LISTED);
            let (mut art, mut gem) = (0, 0);
            for (_, vault) in maker.positions(number).expect(LISTED) {
                art += vault.art;
                gem += vault.ink + vault.gem;
            }
            let lots: u128 = match ilk.auctions {
                AuctionKind::Dutch => maker.sales(number).expect(LISTED).map(|(_, sale)| sale.lot).sum(),
                AuctionKind::English => maker.bids(number).expect(LISTED).map(|(_, bid)| bid.lot).sum(),
            };
            let what = |kind: &str| format!("{kind} of {}", ilk.name);
            same(|| what("normalised debt"), ("the vat", ilk_state.total_art), ("the sum of vaults", art))?;
            let (joined, counted) = (ilk_state.joined_gem, gem + lots);
            same(|| what("collateral"), ("the vat", joined), ("vaults and auctions", counted))?;
            owed = owed.and_then(|owed| owed.checked_add(Rad::product(art, ilk_state.rate)).ok());
        }
        same(|| format!("what {name} is owed"), ("the vat", Some(state.vat.debt)), ("the sum of vaults and vice", owed))
    }

    /// Gives everybody its vaults, as far as they are covered, its dai inside and the lots that it has bid for.
    fn value(&self, sheet: &mut ValueSheet) {
        let (maker, state, now) = (&self.maker, self.maker.state(), sheet.now);
        let dai_unit = sheet.unit(self.dai) * 1e18;
        let dai = |rad: Rad| rad.to_f64() * dai_unit;
        sheet.valuation.stablecoin_reserves += dai(state.vow.dai) - dai(state.vow.sin);
        for (account, inside) in maker.internal_dai_by_account() {
            sheet.claim(account, dai(inside.dai));
        }
        for (number, ilk) in maker.ilks().zip(&self.ilks) {
            let counted = maker.ilk_state(number).map_or(Ray::ONE, |state| state.rate);
            let rate = maker.rate_at(number, now).unwrap_or(counted);
            let unit = sheet.unit(ilk.gem);
            let gem = |wad: u128| wad as f64 / ilk.wads_per_unit as f64 * unit;
            for (account, vault) in maker.positions(number).into_iter().flatten() {
                let equity = gem(vault.ink) - dai(vault.tab(rate));
                sheet.claim(account, gem(vault.gem) + equity.max(0.0));
                sheet.valuation.stablecoin_shortfall += equity.min(0.0);
                sheet.valuation.stablecoin_reserves += dai(vault.tab(rate)) - dai(vault.tab(counted));
            }
            let lots = maker.sales(number).into_iter().flatten().map(|(_, sale)| (None, sale.lot));
            let bids = maker.bids(number).into_iter().flatten().map(|(_, bid)| (bid.guy, bid.lot));
            for (bidder, lot) in lots.chain(bids) {
                match bidder {
                    Some(bidder) => sheet.claim(bidder, gem(lot)),
                    None => sheet.valuation.stablecoin_reserves += gem(lot),
                }
            }
        }
        sheet.leave_out(self.account);
    }
}

const LISTED: &str = "an ilk of the scenario is one of the system";

/// Returns the sum; none if it does not fit.
fn sum(parts: impl IntoIterator<Item = Rad>) -> Option<Rad> {
    parts.into_iter().try_fold(Rad::ZERO, |sum, part| sum.checked_add(part).ok())
}
