//! What `events.csv` says of Maker systems.

use plimsoll_math::Rad;
use plimsoll_protocols::lending::maker::IlkId;

use crate::chain::families::FamilyCall;
use crate::chain::families::cdp::{CdpCallKind, VaultAt, VaultDone};
use crate::chain::ids::AccountId;
use crate::chain::liquidation::{Liquidation, Prize};
use crate::deployments::events::EventRow;
use crate::deployments::view::View;

words! {
    /// What happened in a Maker system.
    pub enum Kind {
        /// Collateral was locked in a vault and dai drawn.
        LockAndDraw = "lock_and_draw",
        /// Dai of a vault was paid back and collateral freed.
        WipeAndFree = "wipe_and_free",
        /// A keeper put an unsafe vault on a Dutch auction.
        Bark = "bark",
        /// A keeper put an unsafe vault, or a part of it, on an English auction.
        Bite = "bite",
        /// Collateral was bought from a Dutch auction.
        Take = "take",
        /// A Dutch auction was started anew, or an English one without a bid prolonged.
        Redo = "redo",
        /// Somebody bid more in an English auction.
        Tend = "tend",
        /// Somebody asked for less in an English auction, all that is sought being bid.
        Dent = "dent",
        /// An English auction was settled: its winner got the collateral.
        Deal = "deal",
    }
}

impl Kind {
    fn of(call: &CdpCallKind) -> Self {
        match call {
            CdpCallKind::LockAndDraw { .. } | CdpCallKind::FlashMint { .. } => Self::LockAndDraw,
            CdpCallKind::WipeAndFree { .. } | CdpCallKind::RepayFlashMint => Self::WipeAndFree,
            CdpCallKind::StartDutch { .. } => Self::Bark,
            CdpCallKind::StartEnglish { .. } => Self::Bite,
            CdpCallKind::Buy { .. } => Self::Take,
            CdpCallKind::Restart { .. } => Self::Redo,
            CdpCallKind::RaiseBid { .. } => Self::Tend,
            CdpCallKind::LowerLot { .. } => Self::Dent,
            CdpCallKind::Settle { .. } => Self::Deal,
        }
    }
}

/// Tells a call that did not liquidate, and returns whose collateral was sold.
pub(crate) fn done<'a>(row: &mut EventRow<'a>, sees: &'a View, at: &'a VaultAt) -> Option<AccountId> {
    let cell = sees.protocols.issuer(at.issuer);
    let ilk = cell.ilk(IlkId(at.call.market));
    let units = |rad: Rad| rad.to_wad_down().unwrap_or(u128::MAX);
    row.tell(Kind::of(&at.call.kind).word(), at.call.name());
    row.market = Some(&ilk.name);
    row.auction = at.call.kind.auction().map(|auction| auction.0.into());
    match at.done {
        VaultDone::Changed { locked, freed, drawn, wiped, .. } => {
            if let CdpCallKind::LockAndDraw { .. } = at.call.kind {
                row.paid(sees, (ilk.gem, locked));
                row.got(sees, (cell.dai, drawn));
            } else {
                row.paid(sees, (cell.dai, wiped));
                row.got(sees, (ilk.gem, freed));
            }
            None
        }
        VaultDone::Restarted { incentive, .. } => {
            row.prize = Some(sees.amount(cell.dai, units(incentive)));
            None
        }
        VaultDone::Bid { bid, lot, .. } => {
            row.paid(sees, (cell.dai, units(bid)));
            row.got(sees, (ilk.gem, lot));
            None
        }
        VaultDone::Sold(sold) => {
            row.paid(sees, (cell.dai, units(sold.paid)));
            row.got(sees, (ilk.gem, sold.lot));
            row.bad_debt = sold.shortfall().map(|shortfall| sees.amount(cell.dai, units(shortfall)));
            Some(sold.row.owner)
        }
    }
}

/// Tells a vault whose collateral was put on auction, and returns whose it was.
pub(crate) fn auctioned<'a>(row: &mut EventRow<'a>, sees: &'a View, at: &'a Liquidation) -> AccountId {
    let kind = if at.action == Kind::Bark.word() { Kind::Bark } else { Kind::Bite };
    row.tell(kind.word(), at.action);
    row.paid(sees, (at.collateral, at.sold));
    row.market = sees.protocols.directory.names_of(at.key).1;
    row.health_factor = at.health_factor;
    row.debt = Some(sees.amount(at.debt_token, at.debt));
    row.auction = at.auction.map(u64::from);
    if let Prize::Paid(prize) = at.prize {
        row.prize = Some(sees.amount(at.debt_token, prize));
    }
    at.owner
}
