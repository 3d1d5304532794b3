//! The numbers of the system and of an ilk, apart from what accounts have in it.

use super::{ClipperParams, IlkParams, MakerError, MakerParams};
use plimsoll_math::{MathError, Rad, Ray};

/// The numbers of the contracts that all ilks share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SystemState {
    /// Of the vat, which keeps all dai and all debt.
    pub vat: VatState,
    /// Of the vow, which balances surplus and bad debt.
    pub vow: VowState,
    /// Of the pot, where dai is saved.
    pub pot: PotState,
    /// Of the dog, which starts Dutch auctions.
    pub dog: DogState,
    /// Of the cat, which starts English auctions.
    pub cat: CatState,
    /// Added to every ilk's `duty`.
    pub base: Ray,
    /// What the price of one dai is meant to be.
    pub par: Ray,
}

/// The vat's totals. All dai sum to `debt`; all sin sums to `vice`; what urns owe sums to the difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VatState {
    /// All dai that was issued.
    pub debt: Rad,
    /// All of it that no urn owes.
    pub vice: Rad,
    /// The most dai that may be issued.
    pub line: Rad,
    /// Dai that is outside as tokens: what the join adapter holds inside.
    pub joined_dai: Rad,
    /// Sin of nobody in particular, for dai that was there at the beginning.
    pub genesis_sin: Rad,
}

/// The vow's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VowState {
    /// Surplus: fees, and what auctions brought.
    pub dai: Rad,
    /// Bad debt: what liquidated urns owed, incentives, and savers' interest.
    pub sin: Rad,
    /// The part of it that still waits: `Sin`.
    pub queued_sin: Rad,
    /// How long debt is queued, in seconds.
    pub wait_seconds: u64,
}

/// The pot's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PotState {
    /// All savings, divided by the index when they came: `Pie`.
    pub total_pie: u128,
    /// Factor by which savings grow in a second.
    pub dsr: Ray,
    /// Savings per unit of `pie`.
    pub chi: Ray,
    /// When `chi` was last updated, in Unix seconds.
    pub rho: u64,
    /// Dai that the pot holds.
    pub dai: Rad,
}

/// The dog's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DogState {
    /// The most dai that all auctions may seek at once.
    pub hole: Rad,
    /// Dai that running auctions still seek.
    pub dirt: Rad,
}

/// The cat's numbers, of release 1.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CatState {
    /// The most dai that all auctions may seek at once: `box`.
    pub litter_box: Rad,
    /// Dai that running auctions still seek.
    pub litter: Rad,
}

/// An ilk's numbers in vat, jug, spotter and join adapter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IlkState {
    /// All its urns' `art`.
    pub total_art: u128,
    /// What a unit of `art` owes, as of the last `drip`.
    pub rate: Ray,
    /// Dai that a unit of `ink` may owe, as of the last `poke`.
    pub spot: Ray,
    /// The most that all its urns may owe.
    pub line: Rad,
    /// The least that an urn may owe.
    pub dust: Rad,
    /// Factor by which debt grows in a second, the base left out.
    pub duty: Ray,
    /// When fees were last accrued, in Unix seconds.
    pub rho: u64,
    /// Liquidation ratio.
    pub mat: Ray,
    /// What the oracle says that a whole token costs; none while it is void.
    pub price_wad: Option<u128>,
    /// Decimals of the collateral's token.
    pub gem_decimals: u8,
    /// All collateral that has joined, locked or not.
    pub joined_gem: u128,
}

/// A clipper's numbers, and the dog's for its ilk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClipperState {
    /// How its auctions are set up.
    pub params: ClipperParams,
    /// Dai that its auctions seek.
    pub dirt: Rad,
    /// The least that a partial purchase may leave to be sought: `dust` times `chop` when they were last looked at.
    pub chost: Rad,
}

impl SystemState {
    pub(super) fn new(params: &MakerParams, now: u64) -> Self {
        Self {
            vat: VatState {
                debt: Rad::ZERO,
                vice: Rad::ZERO,
                line: params.line,
                joined_dai: Rad::ZERO,
                genesis_sin: Rad::ZERO,
            },
            vow: VowState { dai: Rad::ZERO, sin: Rad::ZERO, queued_sin: Rad::ZERO, wait_seconds: params.wait_seconds },
            pot: PotState { total_pie: 0, dsr: params.dsr, chi: Ray::ONE, rho: now, dai: Rad::ZERO },
            dog: DogState { hole: params.hole, dirt: Rad::ZERO },
            cat: CatState { litter_box: params.litter_box, litter: Rad::ZERO },
            base: params.base,
            par: params.par,
        }
    }

    /// Issues dai that no urn owes, against sin of the vow: `suck`. Who gets the dai is the caller's to write.
    pub(super) fn suck(&mut self, dai: Rad) -> Result<(), MathError> {
        self.vow.sin = self.vow.sin.checked_add(dai)?;
        self.vat.vice = self.vat.vice.checked_add(dai)?;
        self.vat.debt = self.vat.debt.checked_add(dai)?;
        Ok(())
    }

    /// Takes over what a liquidated urn owed, and puts it into the queue's total: `grab` and `fess`.
    pub(super) fn take_over(&mut self, due: Rad) -> Result<(), MathError> {
        self.vow.sin = self.vow.sin.checked_add(due)?;
        self.vat.vice = self.vat.vice.checked_add(due)?;
        self.vow.queued_sin = self.vow.queued_sin.checked_add(due)?;
        Ok(())
    }
}

impl IlkState {
    pub(super) fn new(params: &IlkParams, now: u64) -> Result<Self, MakerError> {
        if params.gem_decimals > 18 {
            return Err(MakerError::TooManyDecimals { decimals: params.gem_decimals });
        }
        Ok(Self {
            total_art: 0,
            rate: Ray::ONE,
            spot: Ray::ZERO,
            line: params.line,
            dust: params.dust,
            duty: params.duty,
            rho: now,
            mat: params.mat,
            price_wad: None,
            gem_decimals: params.gem_decimals,
            joined_gem: 0,
        })
    }

    /// Returns `tokens` of the collateral in wads.
    pub(super) fn wads(&self, tokens: u128) -> Result<u128, MathError> {
        let wads = tokens.checked_mul(10_u128.pow(18 - u32::from(self.gem_decimals)));
        wads.ok_or(MathError::TooWide { bits: 129, fits: 128 })
    }
}
