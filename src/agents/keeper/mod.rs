//! Keeps a Maker system sound for gain: starts auctions of unsafe vaults and buys their collateral.
//!
//! Sees: the unsafe vaults and the running auctions of one ilk as the block begins, its own dai, gas. Decides, in this
//! order: settles what it has won and sells it; bids or buys where what the sale would bring, after slippage, gas and
//! the discount that it wants, is above the price; starts anew what has become stale; starts auctions of vaults that it
//! notices if the reward, or what it may expect to gain by the lot, is above gas. It takes back what waits about an
//! auction that is over or a vault that is safe, and stops when its money for the block is used up. Ignores: what others
//! will bid, and where the price will be when it sells.
//!
//! Its gas price follows the base fee, or is fixed: then it falls silent when the base fee has passed it.

mod dutch;
mod english;
mod params;

use bevy_ecs::prelude::Component;
use plimsoll_protocols::lending::maker::AuctionId;
use plimsoll_protocols::lending::maker::IlkId;
use smallvec::smallvec;

use super::Agent;
use super::awake::Wake;
use super::lending_liquidator::Sells;
use super::offer::hurried;
use super::outbox::Outbox;
use super::route::{Route, TradeOrder};
use super::view::View;
use crate::chain::dice::{Who, mix};
use crate::chain::event::{Event, EventKind};
use crate::chain::families::Call;
use crate::chain::families::cdp::{CdpCall, CdpCallKind};
use crate::chain::ids::{AccountId, DeploymentId, IssuerId, PositionKey};
use crate::chain::transaction::{Action, Actions, AmountIn, Bid, Transaction};
use crate::deployments::liquidatable::Liquidatable;
use crate::deployments::maker::{AuctionKind, MakerCell};
pub use params::{FixedGasParams, KeeperParams};

/// A keeper.
#[derive(Debug, Clone, PartialEq, Component)]
#[expect(clippy::struct_excessive_bools, reason = "each is so or not by itself")]
pub struct Keeper {
    of: (IssuerId, IlkId),
    /// What calls to the system are sent to.
    to: DeploymentId,
    /// From the collateral to dai.
    route: Route,
    /// Gas of a sale.
    gas_of_selling: u64,
    /// Whether it buys with dai that is minted for the transaction.
    flash: bool,
    sells: Sells,
    /// Share of what a sale brings that it wants to keep.
    discount: f64,
    /// Share of what it would pay that it opens an English auction with.
    opens_at: f64,
    /// Whether it bids where somebody else has.
    outbids: bool,
    /// Least gain after gas, in whole numeraire tokens.
    min_profit: f64,
    attention: f64,
    gas: GasPrice,
    per_block: usize,
    revert_protection: bool,
    starts: bool,
    /// The auctions and vaults that its transactions of the last blocks were about, and how many of these still wait.
    pending: Vec<About>,
    waiting: usize,
    /// Dai that those offer, in smallest units.
    offered: u128,
    /// When it sells what it holds.
    sale: Option<(u64, PositionKey)>,
}

/// What a keeper pays for gas, in the native token's smallest units per unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum GasPrice {
    /// The base fee, whatever it is, and a tip.
    Follows { tip: u128 },
    /// This in all, base fee included; it falls silent while the base fee is above.
    Fixed(u128),
}

/// What a transaction is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    Auction(AuctionId),
    Vault(AccountId),
}

/// What a keeper has left in a block.
struct Left {
    /// Dai, inside and in its wallet, in smallest units.
    dai: u128,
    /// Collateral that its transactions of the block sell, in smallest units.
    sold: u128,
    /// Dai that the auctions seek which it starts in the block.
    sought: f64,
    /// How many more transactions it may send.
    room: usize,
}

impl Agent for Keeper {
    fn decide(&mut self, sees: &View, out: &mut Outbox) -> Wake {
        self.sell_later(sees, out);
        if self.waiting == 0 {
            self.pending.clear();
            self.offered = 0;
        }
        let cell = sees.protocols.issuer(self.of.0);
        self.take_back(cell, sees, out);
        let mut left = Left { dai: self.dai(cell, sees, out.me().account), sold: 0, sought: 0.0, room: self.per_block };
        match cell.ilk(self.of.1).auctions {
            AuctionKind::Dutch => self.buy(cell, &mut left, sees, out),
            AuctionKind::English => self.bid(cell, &mut left, sees, out),
        }
        if self.starts {
            self.start(cell, &mut left, sees, out);
        }
        let is_busy = cell.auctions_run(self.of.1) || self.sale.is_some() || self.waiting > 0;
        if is_busy { Wake::NextBlock } else { Wake::WhenUnderwater }
    }

    const LEARNS: bool = true;

    fn learn(&mut self, event: &Event) {
        if matches!(event.kind, EventKind::Vault(_)) || event.ends_a_liquidation() {
            self.waiting = self.waiting.saturating_sub(1);
        }
    }
}

impl Keeper {
    /// Returns its dai that it has not offered, inside and in its wallet, in smallest units.
    fn dai(&self, cell: &MakerCell, sees: &View, me: AccountId) -> u128 {
        let inside = cell.maker.internal_dai(me).dai.to_wad_down().unwrap_or(0);
        sees.ledger.balance(me, cell.dai).saturating_add(inside).saturating_sub(self.offered)
    }

    fn call(&self, call: CdpCallKind) -> Action {
        CdpCall { market: self.of.1.0, kind: call }.of(self.to)
    }

    fn key(&self, owner: AccountId, sees: &View) -> PositionKey {
        sees.protocols.issuer(self.of.0).key(self.of.1, owner)
    }

    /// Takes back the transactions that wait about auctions that are over and vaults that may not be liquidated.
    fn take_back(&mut self, cell: &MakerCell, sees: &View, out: &mut Outbox) {
        let is_gone = |about| match about {
            About::Vault(owner) => !sees.liquidatable.has(cell.key(self.of.1, owner)),
            About::Auction(auction) => !cell.runs(self.of.1, auction),
        };
        let back = out.take_back(|waits| about(waits).is_some_and(is_gone));
        self.waiting = self.waiting.saturating_sub(back.len());
    }

    /// Says whether it notices something in this block.
    fn notices(&self, sees: &View, who: Who, what: u64) -> bool {
        self.attention >= 1.0 || sees.dice(Who(mix(who.0, what))).chance(self.attention)
    }

    /// Returns what gas costs it now, in whole numeraire tokens: at the price that it will pay.
    fn gas_worth(&self, gas: u64, sees: &View) -> f64 {
        match self.gas {
            GasPrice::Follows { tip } => sees.worth(sees.tokens.native, sees.gas.base_fee + tip) * gas as f64,
            GasPrice::Fixed(price) => sees.worth(sees.tokens.native, price) * gas as f64,
        }
    }

    /// Says whether the base fee has passed its fixed gas price.
    fn is_silent(&self, sees: &View) -> bool {
        matches!(self.gas, GasPrice::Fixed(price) if price < sees.gas.base_fee)
    }

    /// Submits a transaction that gains `gain` before gas, in whole numeraire tokens, if that is enough.
    fn go(
        &mut self,
        about: About,
        actions: Actions,
        gain: f64,
        left: &mut Left,
        sees: &View,
        out: &mut Outbox,
    ) -> bool {
        let gas = sees.gas.schedule.of(&actions);
        if left.room == 0 || gain - self.gas_worth(gas, sees) < self.min_profit {
            return false;
        }
        if self.is_silent(sees) {
            out.priced_out();
            return false;
        }
        if !out.submit_by(self.revert_protection, actions, self.hurry(gain, gas, sees)) {
            return false;
        }
        left.room -= 1;
        self.pending.push(about);
        self.waiting += 1;
        true
    }

    /// Returns its bid for a transaction that gains so much before gas, when it is not silent.
    fn hurry(&self, gain: f64, gas: u64, sees: &View) -> Bid {
        let last_block = sees.clock.block + WAITS;
        match self.gas {
            GasPrice::Follows { tip } => hurried(sees, tip, gain, self.min_profit, gas, last_block),
            GasPrice::Fixed(price) => {
                Bid { priority_fee: price.saturating_sub(sees.gas.base_fee), max_fee: price, last_block }
            }
        }
    }

    /// Starts auctions of unsafe vaults that it notices.
    fn start(&mut self, cell: &MakerCell, left: &mut Left, sees: &View, out: &mut Outbox) {
        for vault in sees.liquidatable.of_market(cell.protocol, self.of.1.0) {
            if left.room == 0 {
                return;
            }
            if self.notices(sees, out.me().who, mix(STARTING, u64::from(vault.owner.0)))
                && !self.pending.contains(&About::Vault(vault.owner))
            {
                self.start_one(cell, vault, left, sees, out);
            }
        }
    }

    fn start_one(&mut self, cell: &MakerCell, vault: &Liquidatable, left: &mut Left, sees: &View, out: &mut Outbox) {
        let owner = vault.owner;
        match cell.ilk(self.of.1).auctions {
            AuctionKind::Dutch => {
                if let Some((tab, reward)) = self.bark(cell, vault, left.sought, sees) {
                    let bark = self.call(CdpCallKind::StartDutch { owner });
                    if self.go(About::Vault(owner), smallvec![bark], reward, left, sees, out) {
                        left.sought += tab;
                    }
                }
            }
            AuctionKind::English => {
                let (gain, lots) = self.gain_of_bite(cell, vault, sees);
                for _ in 0..lots.min(left.room) {
                    let bite = self.call(CdpCallKind::StartEnglish { owner });
                    if !self.go(About::Vault(owner), smallvec![bite], gain, left, sees, out) {
                        return;
                    }
                }
            }
        }
    }

    /// Returns what collateral would bring after `sold` more of it was sold in the block, in smallest units of dai: by its
    /// own way of selling, or outside if it does not sell at once. None if that cannot be sold.
    fn brings(&self, lot: u128, sold: u128, sees: &View) -> Option<u128> {
        if self.sells == Sells::AtOnce {
            return self.route.quote_after(sees, sold, lot);
        }
        Some(sees.units_worth(self.route.to, sees.worth(self.route.from, lot)))
    }

    /// Adds the sale of what an auction of this owner's collateral gave. None, and adds nothing, if nobody takes so much.
    fn forced_sale(&self, owner: AccountId, order: TradeOrder, sees: &View, actions: &mut Actions) -> Option<()> {
        let first = actions.len();
        self.route.trade(sees, order, actions)?;
        for action in &mut actions[first..] {
            *action = action.clone().forced(self.key(owner, sees));
        }
        Some(())
    }

    /// Notes that what an auction of this owner's collateral gives is to be sold, if it sells later.
    fn note_sale(&mut self, owner: AccountId, sees: &View) {
        if let Sells::Later(after) = self.sells {
            let at = sees.clock.block_after(after).max(sees.clock.block + 1);
            self.sale.get_or_insert((at, self.key(owner, sees)));
        }
    }

    /// Sells all that it holds of the collateral when the time has come, but for gas money: as the forced sale of the first
    /// vault that it was bought from.
    fn sell_later(&mut self, sees: &View, out: &mut Outbox) {
        let Some((_, of)) = self.sale.filter(|(at, _)| sees.clock.block >= *at) else { return };
        let held = sees.ledger.balance(out.me().account, self.route.from);
        let is_gas = self.route.from == sees.tokens.native;
        let kept = if is_gas { sees.units_worth(self.route.from, self.gas_worth(GAS_KEPT, sees)) } else { 0 };
        let Some(sold) = held.checked_sub(kept).filter(|sold| *sold > 0) else {
            self.sale = None;
            return;
        };
        if self.is_silent(sees) {
            return;
        }
        let mut actions: Actions = smallvec![];
        if self.route.trade(sees, TradeOrder::of(AmountIn::Exact(sold), sold), &mut actions).is_none() {
            return;
        }
        let actions: Actions = actions.into_iter().map(|action| action.forced(of)).collect();
        let gas = sees.gas.schedule.of(&actions);
        if out.submit(actions, self.hurry(sees.worth(self.route.from, sold), gas, sees)) {
            self.sale = None;
        }
    }
}

/// Returns what a transaction is about.
fn about(transaction: &Transaction) -> Option<About> {
    transaction.actions.iter().find_map(|action| {
        let Action::Call { call: Call::Cdp(call), .. } = action else { return None };
        match call.kind {
            CdpCallKind::StartDutch { owner } | CdpCallKind::StartEnglish { owner } => Some(About::Vault(owner)),
            CdpCallKind::Buy { auction, .. }
            | CdpCallKind::Restart { auction }
            | CdpCallKind::RaiseBid { auction, .. }
            | CdpCallKind::LowerLot { auction, .. }
            | CdpCallKind::Settle { auction } => Some(About::Auction(auction)),
            _ => None,
        }
    })
}

/// Returns a part of an amount, rounded down.
fn share(amount: u128, part: f64) -> u128 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates, and is not negative")]
    let share = (amount as f64 * part) as u128;
    share
}

/// So many blocks after its first a transaction of a keeper may wait: as many as those of liquidators.
const WAITS: u64 = 24;

/// Gas for which a keeper that sells later keeps native tokens.
const GAS_KEPT: u64 = 10_000_000;

/// Sets the dice of starting auctions apart from those of bidding.
const STARTING: u64 = 1;
