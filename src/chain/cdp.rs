//! What a Maker system is asked to do.

use crate::chain::ids::{AccountId, MakerId};
use crate::chain::transaction::AmountIn;
use crate::math::{Rad, Ray};
use crate::protocol::lending::Part;
use crate::protocol::lending::maker::{AuctionId, IlkId};

/// A call to a Maker system; boxed in actions, since most are smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MakerOrder {
    /// The system.
    pub system: MakerId,
    /// The ilk.
    pub ilk: IlkId,
    /// The call.
    pub call: MakerCall,
}

/// A call, with the movements of tokens that its caller needs: what an owner's proxy or a keeper's contract does at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MakerCall {
    /// Join collateral, lock it in the sender's vault, and draw dai.
    LockAndDraw {
        /// Collateral, in its token's smallest units.
        lock: AmountIn,
        /// Dai.
        draw: u128,
    },
    /// Pay dai back, free collateral, and take it out.
    WipeAndFree {
        /// The most dai to pay; never more than is owed.
        wipe: AmountIn,
        /// Collateral, in its token's smallest units.
        free: Part,
    },
    /// Start a Dutch auction of an unsafe vault.
    Bark {
        /// Whose vault.
        owner: AccountId,
    },
    /// Start an English auction of an unsafe vault's collateral, or of as much of it as goes into one.
    Bite {
        /// Whose vault.
        owner: AccountId,
    },
    /// Buy from a Dutch auction, and take the collateral out.
    Take {
        /// The auction.
        auction: AuctionId,
        /// The most collateral, in wads.
        most: u128,
        /// The highest price.
        max_price: Ray,
    },
    /// Start a Dutch auction anew (`redo`), or prolong an English one that nobody has bid in (`tick`).
    Redo {
        /// The auction.
        auction: AuctionId,
    },
    /// Bid more in an English auction.
    Tend {
        /// The auction.
        auction: AuctionId,
        /// Its lot, in wads.
        lot: u128,
        /// The bid.
        bid: Rad,
    },
    /// Ask for less of the lot.
    Dent {
        /// The auction.
        auction: AuctionId,
        /// The lot asked for, in wads.
        lot: u128,
        /// The bid, which is all that is sought.
        bid: Rad,
    },
    /// Settle an English auction; a sender who has won takes the collateral out.
    Deal {
        /// The auction.
        auction: AuctionId,
    },
    /// Mint dai until the transaction's end (`DssFlash`, without a fee).
    FlashMint {
        /// How much.
        amount: u128,
    },
    /// Burn what was minted for the transaction.
    RepayFlashMint,
}

impl MakerCall {
    /// Returns the call's name in events.
    pub fn name(&self) -> &'static str {
        match self {
            Self::LockAndDraw { .. } => "lock_and_draw",
            Self::WipeAndFree { .. } => "wipe_and_free",
            Self::Bark { .. } => "bark",
            Self::Bite { .. } => "bite",
            Self::Take { .. } => "take",
            Self::Redo { .. } => "redo",
            Self::Tend { .. } => "tend",
            Self::Dent { .. } => "dent",
            Self::Deal { .. } => "deal",
            Self::FlashMint { .. } => "flash_mint",
            Self::RepayFlashMint => "repay_flash_mint",
        }
    }

    /// Returns whose vault it may change, when somebody sends it.
    pub fn owner(&self, sender: AccountId) -> AccountId {
        match self {
            Self::Bark { owner } | Self::Bite { owner } => *owner,
            _ => sender,
        }
    }

    /// Returns the auction that it names.
    pub fn auction(&self) -> Option<AuctionId> {
        match self {
            Self::Take { auction, .. }
            | Self::Redo { auction }
            | Self::Tend { auction, .. }
            | Self::Dent { auction, .. }
            | Self::Deal { auction } => Some(*auction),
            _ => None,
        }
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
