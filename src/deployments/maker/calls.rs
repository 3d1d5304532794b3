//! What a system does when it is called.
//!
//! Tokens move at the adapters alone: collateral between the caller and the system's account, dai by minting and burning.
//! All else the system keeps inside.

use plimsoll_math::{MathError, Rad};
use plimsoll_protocols::lending::Part;
use plimsoll_protocols::lending::maker::{AuctionId, IlkId, MakerError, Position};
use smallvec::smallvec;

use super::{AuctionKind, MakerCell, dai_up};
use crate::chain::event::{EventKind, Revert};
use crate::chain::families::cdp::{AuctionRow, CdpCall, CdpCallKind, SoldAt, VaultAt, VaultDone};
use crate::chain::families::{Call, FamilyCall};
use crate::chain::ids::AccountId;
use crate::chain::ledger::Source;
use crate::chain::liquidation::{Liquidation, PriceSource, Prize, SaleKind};
use crate::deployments::call::{CallContext, Flash, no_such_call};

const TOO_WIDE: MathError = MathError::TooWide { bits: 128, fits: 127 };
const STARTED: &str = "an auction that runs was started";

impl From<MakerError> for Revert {
    fn from(error: MakerError) -> Self {
        let kind = match error {
            MakerError::NotUnsafe { .. } => "healthy",
            MakerError::NotSafe { .. } => "vault_unsafe",
            MakerError::NotRunning { .. } => "no_auction",
            MakerError::TooExpensive { .. } | MakerError::NeedsReset { .. } | MakerError::Flipper(_) => {
                "auction_moved_on"
            }
            MakerError::LiquidationLimitHit { .. } | MakerError::LitterBoxFull { .. } => "auctions_full",
            _ => "maker_refused",
        };
        Self::refused(kind, error)
    }
}

impl MakerCell {
    pub(super) fn answer(&mut self, cx: &mut CallContext, call: &Call) -> Result<u128, Revert> {
        let Call::Cdp(call) = call else { return no_such_call(call) };
        let ilk = IlkId(call.market);
        self.maker.ilk_state(ilk)?;
        if cx.keeps {
            self.keep(cx.sender, call, cx.now);
        }
        match call.kind {
            CdpCallKind::FlashMint { amount } => return self.flash_mint(cx, amount),
            CdpCallKind::RepayFlashMint => return self.repay_flash_mint(cx),
            _ => self.update(ilk, cx.oracles, cx.now)?,
        }
        let (given, done) = match call.kind {
            CdpCallKind::LockAndDraw { lock, draw } => self.lock_and_draw(cx, ilk, cx.resolve(lock), draw)?,
            CdpCallKind::WipeAndFree { wipe, free } => self.wipe_and_free(cx, ilk, cx.resolve(wipe), free)?,
            CdpCallKind::StartDutch { owner } => return self.bark(cx, call, owner),
            CdpCallKind::StartEnglish { owner } => return self.bite(cx, call, owner),
            CdpCallKind::Buy { .. } => self.take(cx, call)?,
            CdpCallKind::Restart { auction } => {
                let incentive = match self.ilk(ilk).auctions {
                    AuctionKind::Dutch => self.maker.redo(ilk, auction, cx.sender, cx.now)?.incentive,
                    AuctionKind::English => {
                        self.maker.tick(ilk, auction, cx.now)?;
                        Rad::ZERO
                    }
                };
                (0, VaultDone::Restarted { auction, incentive })
            }
            CdpCallKind::RaiseBid { .. } | CdpCallKind::LowerLot { .. } => self.bid(cx, call)?,
            CdpCallKind::Settle { auction } => self.deal(cx, ilk, auction)?,
            CdpCallKind::FlashMint { .. } | CdpCallKind::RepayFlashMint => unreachable!("they were dealt with"),
        };
        let owner = match done {
            VaultDone::Sold(sold) => sold.row.owner,
            _ => cx.sender,
        };
        let key = self.key(ilk, owner);
        cx.tell(EventKind::Vault(Box::new(VaultAt { key, issuer: self.id, call: **call, done })));
        Ok(given)
    }

    fn lock_and_draw(
        &mut self,
        cx: &mut CallContext,
        ilk: IlkId,
        lock: u128,
        draw: u128,
    ) -> Result<(u128, VaultDone), Revert> {
        let (gem, owner) = (self.ilk(ilk).gem, cx.sender);
        cx.ledger.can_pay(owner, gem, lock)?;
        cx.ledger.can_issue(self.dai, draw)?;
        let joined = self.maker.gem_join(ilk, owner, lock)?;
        let art = if draw > 0 { self.maker.art_to_draw_up(ilk, owner, draw)? } else { 0 };
        self.maker.frob(ilk, owner, signed(joined.wad)?, signed(art)?)?;
        self.maker.dai_exit(owner, draw)?;
        self.put_in_order(ilk, owner)?;

        cx.pay(owner, self.account, gem, lock);
        cx.ledger.issue(Source::Stablecoins, owner, self.dai, draw);
        Ok((draw, self.changed(ilk, owner, [lock, 0, draw, 0])))
    }

    fn wipe_and_free(
        &mut self,
        cx: &mut CallContext,
        ilk: IlkId,
        most: u128,
        free: Part,
    ) -> Result<(u128, VaultDone), Revert> {
        let owner = cx.sender;
        let vault = self.vault(ilk, owner);
        let owed = vault.tab(self.maker.ilk_state(ilk)?.rate);
        let missing = dai_up(owed.saturating_sub(self.maker.internal_dai(owner).dai))?;
        let wiped = self.join_dai(cx, most.min(missing))?;
        let art = self.maker.art_to_wipe_down(ilk, owner)?;
        let freed = match free {
            Part::Exactly(tokens) => tokens,
            Part::All => self.ilk(ilk).tokens_down(vault.ink),
        };
        let wads = freed.checked_mul(self.ilk(ilk).wads_per_unit).ok_or(TOO_WIDE)?;
        self.maker.frob(ilk, owner, -signed(wads)?, -signed(art)?)?;
        self.put_in_order(ilk, owner)?;
        let freed = self.exit_gem(cx, ilk, wads)?;
        Ok((freed, self.changed(ilk, owner, [0, freed, 0, wiped])))
    }

    fn changed(&self, ilk: IlkId, owner: AccountId, [locked, freed, drawn, wiped]: [u128; 4]) -> VaultDone {
        let vault = self.vault(ilk, owner);
        VaultDone::Changed { locked, freed, drawn, wiped, is_empty: vault.ink == 0 && vault.art == 0 }
    }

    fn bark(&mut self, cx: &mut CallContext, call: &CdpCall, owner: AccountId) -> Result<u128, Revert> {
        let ilk = IlkId(call.market);
        let health_factor = self.health_factor(ilk, &self.vault(ilk, owner))?;
        let barked = self.maker.bark(ilk, owner, cx.sender, cx.now)?;
        let (auction, incentive) = (barked.id, barked.incentive);
        self.start(cx, call, owner, Started { auction, ink: barked.ink, due: barked.due, incentive, health_factor })
    }

    fn bite(&mut self, cx: &mut CallContext, call: &CdpCall, owner: AccountId) -> Result<u128, Revert> {
        let ilk = IlkId(call.market);
        let health_factor = self.health_factor(ilk, &self.vault(ilk, owner))?;
        let bitten = self.maker.bite(ilk, owner, cx.now)?;
        let (auction, incentive) = (bitten.id, Rad::ZERO);
        self.start(cx, call, owner, Started { auction, ink: bitten.ink, due: bitten.due, incentive, health_factor })
    }

    /// Takes in that an auction was started.
    fn start(
        &mut self,
        cx: &mut CallContext,
        call: &CdpCall,
        owner: AccountId,
        started: Started,
    ) -> Result<u128, Revert> {
        let Started { auction, ink, due, incentive, health_factor } = started;
        let number = IlkId(call.market);
        self.ilk_mut(number).ledger.push(AuctionRow { owner, due, raised: Rad::ZERO });
        self.put_in_order(number, owner)?;
        let dai = |rad: Rad| rad.to_wad_down().unwrap_or(u128::MAX);
        let (ilk, vault) = (self.ilk(number), self.vault(number, owner));
        let lot = ilk.tokens_down(ink);
        let liquidation = Liquidation {
            key: self.key(number, owner),
            owner,
            kind: SaleKind::Auction,
            action: call.name(),
            collateral: ilk.gem,
            price_source: PriceSource::Oracle(ilk.feed),
            seized: smallvec![(ilk.gem, lot)],
            sold: lot,
            brought: None,
            debt_token: self.dai,
            debt: dai(due),
            debt_whole: due.to_f64(),
            repaid: 0,
            debt_left: dai(vault.tab(self.maker.ilk_state(number)?.rate)),
            is_over: vault.ink == 0,
            bad_debt: 0,
            prize: Prize::Paid(dai(incentive)),
            returned: 0,
            health_factor: Some(health_factor),
            auction: Some(auction.0),
            inclusion: cx.inclusion,
        };
        cx.tell(EventKind::Liquidated(Box::new(liquidation)));
        Ok(0)
    }

    fn take(&mut self, cx: &mut CallContext, call: &CdpCall) -> Result<(u128, VaultDone), Revert> {
        let CdpCallKind::Buy { auction, most, max_price } = call.kind else {
            unreachable!("only a purchase comes here")
        };
        let ilk = IlkId(call.market);
        let quote = self.maker.quote_take(ilk, auction, most, max_price, cx.now)?;
        self.join_missing(cx, quote.owe)?;
        let taken = self.maker.take(ilk, auction, cx.sender, most, max_price, cx.now)?;
        let row = self.row_mut(ilk, auction);
        row.raised = row.raised.checked_add(taken.owe)?;
        let (row, stablecoin, collateral) = (*row, self.dai, self.ilk(ilk).gem);
        let lot = self.exit_gem(cx, ilk, taken.slice)?;
        let (buyer, paid, is_over) = (cx.sender, taken.owe, taken.is_over);
        Ok((lot, VaultDone::Sold(SoldAt { stablecoin, collateral, auction, buyer, lot, paid, is_over, row })))
    }

    /// Bids more, or asks for less.
    fn bid(&mut self, cx: &mut CallContext, call: &CdpCall) -> Result<(u128, VaultDone), Revert> {
        let ilk = IlkId(call.market);
        let (auction, done) = match call.kind {
            CdpCallKind::RaiseBid { auction, lot, bid } => {
                self.join_missing(cx, bid)?;
                (auction, self.maker.tend(ilk, auction, cx.sender, lot, bid, cx.now)?)
            }
            CdpCallKind::LowerLot { auction, lot, bid } => {
                self.join_missing(cx, bid)?;
                (auction, self.maker.dent(ilk, auction, cx.sender, lot, bid, cx.now)?)
            }
            _ => unreachable!("only bids come here"),
        };
        self.row_mut(ilk, auction).raised = done.bid;
        let lot = self.ilk(ilk).tokens_down(done.lot);
        Ok((0, VaultDone::Bid { auction, bid: done.bid, lot, beaten: done.beaten }))
    }

    fn deal(&mut self, cx: &mut CallContext, ilk: IlkId, number: AuctionId) -> Result<(u128, VaultDone), Revert> {
        let dealt = self.maker.deal(ilk, number, cx.now)?;
        let (row, stablecoin, collateral) = (*self.row_mut(ilk, number), self.dai, self.ilk(ilk).gem);
        let lot = self.ilk(ilk).tokens_down(dealt.lot);
        let given = if dealt.winner == cx.sender { self.exit_gem(cx, ilk, dealt.lot)? } else { 0 };
        let (auction, buyer, paid, is_over) = (number, dealt.winner, dealt.bid, true);
        let sold = SoldAt { stablecoin, collateral, auction, buyer, lot, paid, is_over, row };
        Ok((given, VaultDone::Sold(sold)))
    }

    /// Joins what the sender lacks inside of an amount of dai.
    fn join_missing(&mut self, cx: &mut CallContext, dai: Rad) -> Result<u128, Revert> {
        let held = self.maker.internal_dai(cx.sender).dai;
        self.join_dai(cx, dai_up(dai.saturating_sub(held))?)
    }

    fn join_dai(&mut self, cx: &mut CallContext, amount: u128) -> Result<u128, Revert> {
        cx.ledger.can_pay(cx.sender, self.dai, amount)?;
        let joined = self.maker.dai_join(cx.sender, amount)?;
        let retired = cx.ledger.retire(Source::Stablecoins, cx.sender, self.dai, joined.burnt);
        retired.expect("the sender was asked before");
        Ok(joined.burnt)
    }

    /// Takes out collateral that is not locked, as far as it makes smallest units of the token.
    fn exit_gem(&mut self, cx: &mut CallContext, ilk: IlkId, wad: u128) -> Result<u128, Revert> {
        let tokens = self.ilk(ilk).tokens_down(wad);
        let exited = self.maker.gem_exit(ilk, cx.sender, tokens)?;
        cx.pay(self.account, cx.sender, self.ilk(ilk).gem, exited.tokens);
        Ok(exited.tokens)
    }

    fn flash_mint(&mut self, cx: &mut CallContext, amount: u128) -> Result<u128, Revert> {
        cx.lend_for_the_transaction(Flash { lender: self.at, asset: 0, amount })?;
        cx.ledger.can_issue(self.dai, amount)?;
        cx.ledger.issue(Source::Stablecoins, cx.sender, self.dai, amount);
        Ok(amount)
    }

    fn repay_flash_mint(&mut self, cx: &mut CallContext) -> Result<u128, Revert> {
        let Flash { amount, .. } = cx.take_back(self.at)?;
        cx.ledger.retire(Source::Stablecoins, cx.sender, self.dai, amount)?;
        Ok(0)
    }

    /// Puts a vault where it belongs in the order.
    fn put_in_order(&mut self, ilk: IlkId, owner: AccountId) -> Result<(), MakerError> {
        let state = *self.maker.ilk_state(ilk)?;
        self.reorder(ilk, owner, &state);
        Ok(())
    }

    /// Returns what a vault's collateral carries over what it owes.
    fn health_factor(&self, ilk: IlkId, vault: &Position) -> Result<f64, MakerError> {
        Ok(self.maker.ilk_state(ilk)?.health_factor(vault))
    }

    fn row_mut(&mut self, ilk: IlkId, auction: AuctionId) -> &mut AuctionRow {
        self.ilk_mut(ilk).ledger.get_mut(auction.0 as usize - 1).expect(STARTED)
    }
}

/// An auction that was started.
struct Started {
    auction: AuctionId,
    /// Collateral, in wads.
    ink: u128,
    due: Rad,
    incentive: Rad,
    /// The vault's before the auction was started.
    health_factor: f64,
}

/// Returns an amount as a change.
fn signed(amount: u128) -> Result<i128, MathError> {
    i128::try_from(amount).map_err(|_| TOO_WIDE)
}
