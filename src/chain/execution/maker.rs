//! Calls to Maker systems.
//!
//! Tokens move at the adapters alone: collateral between the caller and the system's account, dai by minting and burning.
//! All else the system keeps inside.

use smallvec::smallvec;

use super::lending::Flash;
use super::{Executor, Received, resolve};
use crate::chain::cdp::{AuctionRow, MakerCall, MakerOrder};
use crate::chain::event::{MakerAt, MakerDone, Order, Revert, SoldAt, What};
use crate::chain::ids::AccountId;
use crate::chain::ledger::Source;
use crate::chain::liquidation::{Liquidation, PriceSource, Prize, SaleKind};
use crate::chain::transaction::Transaction;
use crate::deployments::maker::{AuctionKind, MakerCell, dai_up};
use crate::math::{MathError, Rad};
use crate::protocol::lending::Part;
use crate::protocol::lending::maker::{AuctionId, MakerError, Position};

const TOO_WIDE: MathError = MathError::TooWide { bits: 128, fits: 127 };
const STARTED: &str = "an auction that runs was started";

impl Executor<'_, '_, '_> {
    pub(super) fn maker(&mut self, tx: &Transaction, order: &MakerOrder, received: &Received) -> Result<u128, Revert> {
        if let MakerCall::FlashMint { amount } = order.call {
            return self.flash_mint(tx, order, amount);
        }
        if order.call == MakerCall::RepayFlashMint {
            return self.repay_flash_mint(tx);
        }
        let (now, oracles) = (self.now, &*self.oracles);
        self.protocols.maker(order.system).update(order.ilk, oracles, now)?;
        let (given, done) = match order.call {
            MakerCall::LockAndDraw { lock, draw } => self.lock_and_draw(tx, order, resolve(lock, received), draw)?,
            MakerCall::WipeAndFree { wipe, free } => self.wipe_and_free(tx, order, resolve(wipe, received), free)?,
            MakerCall::Bark { owner } => return self.bark(tx, order, owner),
            MakerCall::Bite { owner } => return self.bite(tx, order, owner),
            MakerCall::Take { .. } => self.take(tx, order)?,
            MakerCall::Redo { auction } => {
                let cell = self.protocols.maker(order.system);
                let incentive = match cell.ilk(order.ilk).auctions {
                    AuctionKind::Dutch => cell.maker.redo(order.ilk, auction, tx.sender, now)?.incentive,
                    AuctionKind::English => {
                        cell.maker.tick(order.ilk, auction, now)?;
                        Rad::ZERO
                    }
                };
                (0, MakerDone::Restarted { auction, incentive })
            }
            MakerCall::Tend { .. } | MakerCall::Dent { .. } => self.bid(tx, order)?,
            MakerCall::Deal { auction } => self.deal(tx, order, auction)?,
            MakerCall::FlashMint { .. } | MakerCall::RepayFlashMint => unreachable!("they were dealt with"),
        };
        let owner = match done {
            MakerDone::Sold(sold) => sold.row.owner,
            _ => tx.sender,
        };
        let key = self.protocols.maker(order.system).key(order.ilk, owner);
        let at = MakerAt { key, system: order.system, ilk: order.ilk, call: order.call, done };
        self.push(tx, What::Maker(Box::new(at)));
        Ok(given)
    }

    fn lock_and_draw(
        &mut self,
        tx: &Transaction,
        at: &MakerOrder,
        lock: u128,
        draw: u128,
    ) -> Result<(u128, MakerDone), Revert> {
        let cell = self.protocols.maker(at.system);
        let (account, gem, dai) = (cell.account, cell.ilk(at.ilk).gem, cell.dai);
        self.ledger.can_pay(tx.sender, gem, lock)?;
        self.ledger.can_issue(dai, draw)?;
        let joined = cell.maker.gem_join(at.ilk, tx.sender, lock)?;
        let art = if draw > 0 { cell.maker.art_to_draw_up(at.ilk, tx.sender, draw)? } else { 0 };
        cell.maker.frob(at.ilk, tx.sender, signed(joined.wad)?, signed(art)?)?;
        cell.maker.dai_exit(tx.sender, draw)?;
        reorder(cell, at, tx.sender)?;

        self.pay(tx.sender, account, gem, lock);
        self.ledger.issue(Source::Stablecoins, tx.sender, dai, draw);
        Ok((draw, MakerDone::Changed { locked: lock, freed: 0, drawn: draw, wiped: 0 }))
    }

    fn wipe_and_free(
        &mut self,
        tx: &Transaction,
        at: &MakerOrder,
        most: u128,
        free: Part,
    ) -> Result<(u128, MakerDone), Revert> {
        let cell = self.protocols.maker(at.system);
        let vault = cell.vault(at.ilk, tx.sender);
        let owed = vault.tab(cell.maker.ilk_state(at.ilk)?.rate);
        let missing = dai_up(owed.saturating_sub(cell.maker.internal_dai(tx.sender).dai))?;
        let wiped = self.join_dai(tx.sender, at, most.min(missing))?;
        let cell = self.protocols.maker(at.system);
        let art = cell.maker.art_to_wipe_down(at.ilk, tx.sender)?;
        let freed = match free {
            Part::Exactly(tokens) => tokens,
            Part::All => cell.ilk(at.ilk).tokens_down(vault.ink),
        };
        let wads = freed.checked_mul(cell.ilk(at.ilk).wads_per_unit).ok_or(TOO_WIDE)?;
        cell.maker.frob(at.ilk, tx.sender, -signed(wads)?, -signed(art)?)?;
        reorder(cell, at, tx.sender)?;
        let freed = self.exit_gem(tx.sender, at, wads)?;
        Ok((freed, MakerDone::Changed { locked: 0, freed, drawn: 0, wiped }))
    }

    fn bark(&mut self, tx: &Transaction, at: &MakerOrder, owner: AccountId) -> Result<u128, Revert> {
        let now = self.now;
        let cell = self.protocols.maker(at.system);
        let health_factor = health_factor(cell, at, &cell.vault(at.ilk, owner))?;
        let barked = cell.maker.bark(at.ilk, owner, tx.sender, now)?;
        let started = Started {
            auction: barked.id,
            ink: barked.ink,
            due: barked.due,
            incentive: barked.incentive,
            health_factor,
        };
        self.start(tx, at, owner, started)
    }

    fn bite(&mut self, tx: &Transaction, at: &MakerOrder, owner: AccountId) -> Result<u128, Revert> {
        let now = self.now;
        let cell = self.protocols.maker(at.system);
        let health_factor = health_factor(cell, at, &cell.vault(at.ilk, owner))?;
        let bitten = cell.maker.bite(at.ilk, owner, now)?;
        let incentive = Rad::ZERO;
        self.start(
            tx,
            at,
            owner,
            Started { auction: bitten.id, ink: bitten.ink, due: bitten.due, incentive, health_factor },
        )
    }

    /// Takes in that an auction was started.
    fn start(&mut self, tx: &Transaction, at: &MakerOrder, owner: AccountId, started: Started) -> Result<u128, Revert> {
        let Started { auction, ink, due, incentive, health_factor } = started;
        let cell = self.protocols.maker(at.system);
        cell.ilk_mut(at.ilk).ledger.push(AuctionRow { owner, due, raised: Rad::ZERO });
        reorder(cell, at, owner)?;
        let dai = |rad: Rad| rad.to_wad_down().unwrap_or(u128::MAX);
        let (ilk, vault) = (cell.ilk(at.ilk), cell.vault(at.ilk, owner));
        let lot = ilk.tokens_down(ink);
        let liquidation = Liquidation {
            key: cell.key(at.ilk, owner),
            owner,
            kind: SaleKind::Auction,
            action: at.call.name(),
            collateral: ilk.gem,
            price_source: PriceSource::Oracle(ilk.feed),
            seized: smallvec![(ilk.gem, lot)],
            sold: lot,
            brought: None,
            debt_token: cell.dai,
            debt: dai(due),
            debt_whole: due.to_f64(),
            repaid: 0,
            debt_left: dai(vault.tab(cell.maker.ilk_state(at.ilk)?.rate)),
            is_over: vault.ink == 0,
            bad_debt: 0,
            prize: Prize::Paid(dai(incentive)),
            returned: 0,
            health_factor: Some(health_factor),
            auction: Some(auction.0),
            order: Order::of(tx),
        };
        self.push(tx, What::Liquidated(Box::new(liquidation)));
        Ok(0)
    }

    fn take(&mut self, tx: &Transaction, at: &MakerOrder) -> Result<(u128, MakerDone), Revert> {
        let MakerCall::Take { auction, most, max_price } = at.call else { unreachable!("only a take comes here") };
        let now = self.now;
        let maker = &self.protocols.maker(at.system).maker;
        let quote = maker.quote_take(at.ilk, auction, most, max_price, now)?;
        self.join_missing(tx.sender, at, quote.owe)?;
        let cell = self.protocols.maker(at.system);
        let taken = cell.maker.take(at.ilk, auction, tx.sender, most, max_price, now)?;
        let row = row_mut(cell, at, auction);
        row.raised = row.raised.checked_add(taken.owe)?;
        let (row, dai) = (*row, cell.dai);
        let lot = self.exit_gem(tx.sender, at, taken.slice)?;
        let sold = SoldAt { dai, auction, buyer: tx.sender, lot, paid: taken.owe, is_over: taken.is_over, row };
        Ok((lot, MakerDone::Sold(sold)))
    }

    /// Bids more, or asks for less.
    fn bid(&mut self, tx: &Transaction, at: &MakerOrder) -> Result<(u128, MakerDone), Revert> {
        let now = self.now;
        let tended = match at.call {
            MakerCall::Tend { auction, lot, bid } => {
                self.join_missing(tx.sender, at, bid)?;
                let maker = &mut self.protocols.maker(at.system).maker;
                (auction, maker.tend(at.ilk, auction, tx.sender, lot, bid, now)?)
            }
            MakerCall::Dent { auction, lot, bid } => {
                self.join_missing(tx.sender, at, bid)?;
                let maker = &mut self.protocols.maker(at.system).maker;
                (auction, maker.dent(at.ilk, auction, tx.sender, lot, bid, now)?)
            }
            _ => unreachable!("only bids come here"),
        };
        let (auction, done) = tended;
        let cell = self.protocols.maker(at.system);
        row_mut(cell, at, auction).raised = done.bid;
        let lot = cell.ilk(at.ilk).tokens_down(done.lot);
        Ok((0, MakerDone::Bid { auction, bid: done.bid, lot, beaten: done.beaten }))
    }

    fn deal(&mut self, tx: &Transaction, at: &MakerOrder, auction: AuctionId) -> Result<(u128, MakerDone), Revert> {
        let now = self.now;
        let cell = self.protocols.maker(at.system);
        let dealt = cell.maker.deal(at.ilk, auction, now)?;
        let (row, dai) = (*row_mut(cell, at, auction), cell.dai);
        let lot = cell.ilk(at.ilk).tokens_down(dealt.lot);
        let given = if dealt.winner == tx.sender { self.exit_gem(tx.sender, at, dealt.lot)? } else { 0 };
        let sold = SoldAt { dai, auction, buyer: dealt.winner, lot, paid: dealt.bid, is_over: true, row };
        Ok((given, MakerDone::Sold(sold)))
    }

    /// Joins what the sender lacks inside of an amount of dai.
    fn join_missing(&mut self, sender: AccountId, at: &MakerOrder, dai: Rad) -> Result<u128, Revert> {
        let held = self.protocols.maker(at.system).maker.internal_dai(sender).dai;
        self.join_dai(sender, at, dai_up(dai.saturating_sub(held))?)
    }

    fn join_dai(&mut self, sender: AccountId, at: &MakerOrder, amount: u128) -> Result<u128, Revert> {
        let cell = self.protocols.maker(at.system);
        self.ledger.can_pay(sender, cell.dai, amount)?;
        let joined = cell.maker.dai_join(sender, amount)?;
        self.ledger.retire(Source::Stablecoins, sender, cell.dai, joined.burnt).expect("the sender was asked before");
        Ok(joined.burnt)
    }

    /// Takes out collateral that is not locked, as far as it makes smallest units of the token.
    fn exit_gem(&mut self, sender: AccountId, at: &MakerOrder, wad: u128) -> Result<u128, Revert> {
        let cell = self.protocols.maker(at.system);
        let exited = cell.maker.gem_exit(at.ilk, sender, cell.ilk(at.ilk).tokens_down(wad))?;
        let (account, gem) = (cell.account, cell.ilk(at.ilk).gem);
        self.pay(account, sender, gem, exited.tokens);
        Ok(exited.tokens)
    }

    fn flash_mint(&mut self, tx: &Transaction, at: &MakerOrder, amount: u128) -> Result<u128, Revert> {
        if self.flash.is_some() {
            return Err(Revert::FlashLoan { what: "another flash loan is open" });
        }
        let dai = self.protocols.maker(at.system).dai;
        self.ledger.can_issue(dai, amount)?;
        self.ledger.issue(Source::Stablecoins, tx.sender, dai, amount);
        self.flash = Some(Flash::Minted { system: at.system, amount });
        Ok(amount)
    }

    fn repay_flash_mint(&mut self, tx: &Transaction) -> Result<u128, Revert> {
        let Some(Flash::Minted { system, amount }) = self.flash else {
            return Err(Revert::FlashLoan { what: "no flash mint is open" });
        };
        let dai = self.protocols.maker(system).dai;
        self.ledger.retire(Source::Stablecoins, tx.sender, dai, amount)?;
        self.flash = None;
        Ok(0)
    }
}

/// An auction that was started.
struct Started {
    auction: AuctionId,
    /// Collateral, in wads.
    ink: u128,
    due: Rad,
    incentive: Rad,
    /// The vault's, before.
    health_factor: f64,
}

/// Puts a vault where it belongs in the order.
fn reorder(cell: &mut MakerCell, at: &MakerOrder, owner: AccountId) -> Result<(), MakerError> {
    let state = *cell.maker.ilk_state(at.ilk)?;
    cell.reorder(at.ilk, owner, &state);
    Ok(())
}

/// Returns what a vault's collateral carries over what it owes.
fn health_factor(cell: &MakerCell, at: &MakerOrder, vault: &Position) -> Result<f64, MakerError> {
    Ok(cell.maker.ilk_state(at.ilk)?.health_factor(vault))
}

fn row_mut<'a>(cell: &'a mut MakerCell, at: &MakerOrder, auction: AuctionId) -> &'a mut AuctionRow {
    cell.ilk_mut(at.ilk).ledger.get_mut(auction.0 as usize - 1).expect(STARTED)
}

/// Returns an amount as a change.
fn signed(amount: u128) -> Result<i128, MathError> {
    i128::try_from(amount).map_err(|_| TOO_WIDE)
}
