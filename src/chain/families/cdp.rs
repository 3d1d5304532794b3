//! Calls to issuers of stablecoins against collateral: vaults, and auctions of their collateral.

use plimsoll_math::{Rad, Ray};
use plimsoll_protocols::lending::Part;

use super::{Call, FamilyCall};
use crate::chain::gas::GasSchedule;
use crate::chain::ids::{AccountId, AuctionId, DeploymentId, IssuerId, PositionKey, TokenId};
use crate::chain::transaction::{Action, AmountIn};

/// A call about one of an issuer's kinds of vaults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CdpCall {
    /// The kind of vault, by its place in the issuer's list.
    pub market: u16,
    /// What to do with it.
    pub kind: CdpCallKind,
}

/// What an issuer is asked to do, with the movements of tokens that its caller needs: what an owner's proxy or a keeper's
/// contract does at once. Amounts are in smallest units where nothing else is said; a wad is a whole unit of collateral in
/// fixed point with 18 decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CdpCallKind {
    /// Lock collateral in the sender's vault, and draw the stablecoin.
    LockAndDraw {
        /// Collateral that goes into the vault.
        lock: AmountIn,
        /// Stablecoin that comes out as debt.
        draw: u128,
    },
    /// Pay debt back, free collateral, and take it out.
    WipeAndFree {
        /// The most to pay; never more than is owed.
        wipe: AmountIn,
        /// How much collateral comes out.
        free: Part,
    },
    /// Start a Dutch auction of an unsafe vault.
    StartDutch {
        /// Whose vault it is.
        owner: AccountId,
    },
    /// Start an English auction of an unsafe vault's collateral, or of as much of it as goes into one.
    StartEnglish {
        /// Whose vault it is.
        owner: AccountId,
    },
    /// Buy from a Dutch auction, and take the collateral out.
    Buy {
        /// A Dutch auction, neither too old nor too cheap.
        auction: AuctionId,
        /// The most collateral, in wads.
        most: u128,
        /// The highest price, in stablecoin per wad of collateral: above it the call reverts.
        max_price: Ray,
    },
    /// Start a Dutch auction anew, or prolong an English one that nobody has bid in.
    Restart {
        /// A Dutch auction that has become too old or too cheap, or an English one whose time is up without a bid.
        auction: AuctionId,
    },
    /// Bid more in an English auction.
    RaiseBid {
        /// An English auction in which less is bid than is sought.
        auction: AuctionId,
        /// All of its lot as it stands, in wads.
        lot: u128,
        /// What is offered for it: above the bid that stands by the least step at least.
        bid: Rad,
    },
    /// Ask for less of the lot, for all that is sought.
    LowerLot {
        /// An English auction in which all that is sought is bid.
        auction: AuctionId,
        /// The lot asked for, in wads.
        lot: u128,
        /// The bid, which is all that is sought.
        bid: Rad,
    },
    /// Settle an English auction; a sender who has won takes the collateral out.
    Settle {
        /// An English auction that has a bid, and whose time is up.
        auction: AuctionId,
    },
    /// Mint until the transaction's end, without a fee.
    FlashMint {
        /// How much of the stablecoin.
        amount: u128,
    },
    /// Burn what was minted for the transaction.
    RepayFlashMint,
}

impl CdpCall {
    /// Returns it as a call to an issuer.
    pub fn of(self, to: DeploymentId) -> Action {
        Action::Call { to, call: Call::Cdp(Box::new(self)) }
    }
}

impl FamilyCall for CdpCall {
    fn name(&self) -> &'static str {
        match self.kind {
            CdpCallKind::LockAndDraw { .. } => "lock_and_draw",
            CdpCallKind::WipeAndFree { .. } => "wipe_and_free",
            CdpCallKind::StartDutch { .. } => "bark",
            CdpCallKind::StartEnglish { .. } => "bite",
            CdpCallKind::Buy { .. } => "take",
            CdpCallKind::Restart { .. } => "redo",
            CdpCallKind::RaiseBid { .. } => "tend",
            CdpCallKind::LowerLot { .. } => "dent",
            CdpCallKind::Settle { .. } => "deal",
            CdpCallKind::FlashMint { .. } => "flash_mint",
            CdpCallKind::RepayFlashMint => "repay_flash_mint",
        }
    }

    fn gas(&self, schedule: &GasSchedule) -> u64 {
        match self.kind {
            CdpCallKind::LockAndDraw { .. } => schedule.lock_and_draw,
            CdpCallKind::WipeAndFree { .. } => schedule.wipe_and_free,
            CdpCallKind::StartDutch { .. } => schedule.bark,
            CdpCallKind::StartEnglish { .. } => schedule.bite,
            CdpCallKind::Buy { .. } => schedule.take,
            CdpCallKind::Restart { .. } => schedule.redo,
            CdpCallKind::RaiseBid { .. } => schedule.tend,
            CdpCallKind::LowerLot { .. } => schedule.dent,
            CdpCallKind::Settle { .. } => schedule.deal,
            CdpCallKind::FlashMint { .. } => schedule.flash_mint,
            CdpCallKind::RepayFlashMint => 0,
        }
    }

    /// Fees are counted and the oracle is read before anything is checked.
    fn may_need_undoing(&self) -> bool {
        true
    }
}

impl CdpCallKind {
    /// Returns whose vault it may change, when somebody sends it.
    pub fn owner(&self, sender: AccountId) -> AccountId {
        match self {
            Self::StartDutch { owner } | Self::StartEnglish { owner } => *owner,
            _ => sender,
        }
    }

    /// Returns the auction that it names.
    pub fn auction(&self) -> Option<AuctionId> {
        match self {
            Self::Buy { auction, .. }
            | Self::Restart { auction }
            | Self::RaiseBid { auction, .. }
            | Self::LowerLot { auction, .. }
            | Self::Settle { auction } => Some(*auction),
            _ => None,
        }
    }
}

/// A call to an issuer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VaultAt {
    /// The vault whose collateral was sold, or else the sender's.
    pub key: PositionKey,
    /// The issuer.
    pub issuer: IssuerId,
    /// The call that was made.
    pub call: CdpCall,
    /// What the issuer did.
    pub done: VaultDone,
}

/// What an issuer did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum VaultDone {
    /// A vault was changed by its owner; amounts are in the tokens' smallest units.
    Changed {
        /// Collateral locked.
        locked: u128,
        /// Collateral freed.
        freed: u128,
        /// Stablecoin drawn.
        drawn: u128,
        /// Stablecoin paid back.
        wiped: u128,
        /// Whether the vault is empty now: no collateral and no debt.
        is_empty: bool,
    },
    /// A Dutch auction was started anew.
    Restarted {
        /// Its number, which it keeps.
        auction: AuctionId,
        /// What the sender got for it, inside.
        incentive: Rad,
    },
    /// A bid was placed in an English auction.
    Bid {
        /// Its number among the English auctions of the kind of vault, from 1.
        auction: AuctionId,
        /// What is offered for all of the lot.
        bid: Rad,
        /// Collateral that it is for, in its token's smallest units.
        lot: u128,
        /// Whose bid it beats, if it is not the first.
        beaten: Option<AccountId>,
    },
    /// Collateral was sold.
    Sold(SoldAt),
}

/// A sale of collateral by auction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SoldAt {
    /// The token that is paid.
    pub stablecoin: TokenId,
    /// The token that is sold.
    pub collateral: TokenId,
    /// Its number among the auctions of its sort, Dutch or English, of the kind of vault, from 1.
    pub auction: AuctionId,
    /// Who gets the collateral.
    pub buyer: AccountId,
    /// Collateral that was sold, in its token's smallest units.
    pub lot: u128,
    /// What was paid for it.
    pub paid: Rad,
    /// Whether the auction is over.
    pub is_over: bool,
    /// What has become of the auction so far.
    pub row: AuctionRow,
}

impl SoldAt {
    /// Returns what an auction that is over has not brought of the debt; none while it runs.
    pub fn shortfall(&self) -> Option<Rad> {
        self.is_over.then(|| self.row.shortfall())
    }

    /// Says whether it went for less than a smallest unit of the stablecoin: a bid of nothing.
    pub fn is_for_nothing(&self) -> bool {
        self.paid < Rad::from_wad(1)
    }
}

/// What became of an auction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuctionRow {
    /// Whose vault it was.
    pub owner: AccountId,
    /// What the debt was that it should bring, without the penalty.
    pub due: Rad,
    /// What it has brought.
    pub raised: Rad,
}

impl AuctionRow {
    /// Returns what it has not brought of the debt.
    pub fn shortfall(&self) -> Rad {
        self.due.saturating_sub(self.raised)
    }
}
