//! Aave v3: the pool of aave-v3-core 1.19.3, the 3.0 line, with its tokens and default interest rate strategy.
//!
//! A market has reserves, one per asset, and users. Suppliers' claims and borrowers' debts are kept scaled by an index
//! per reserve that interest alone moves, so that accrual touches no position. Whose collateral, weighted by
//! liquidation thresholds, is worth less than the debt has a health factor below one, and anybody may repay a part of
//! the debt and seize collateral for it, with a bonus.
//!
//! The market is pure: prices come as an argument of each call that needs them, as a slice by reserve in base units per
//! whole token (the oracle's: 8 decimals of a dollar). Times are whole seconds. Who pays is the caller's business: a
//! receipt says what to book between the market and whoever pays or gets. Whoever wants a claim or a debt first gets a
//! row with [`Market::enter`]; row 0 is the treasury's.
//!
//! Left out, because no vectors have them or no agent needs them: debts at stable rates, isolation mode and siloed
//! borrowing, claims without backing (bridges), price sources of efficiency modes, the price sentinel, delegated credit,
//! transfers of claims between users, repaying with claims.
//!
//! A call checks on copies of what it touches and writes at its end, so a call that errs changes nothing.

mod account;
mod before;
mod borrow;
mod collateral;
#[cfg(feature = "decisions")]
mod decisions;
mod error;
mod flash_loan;
pub mod interest;
mod lending;
mod liquidation;
mod params;
mod position;
mod rates;
mod receipts;
mod reserve;
mod supply;
#[cfg(test)]
mod tests;

pub use account::{AccountData, HealthFactor};
pub use before::MarketBefore;
#[cfg(feature = "decisions")]
pub use decisions::{FailingRatio, PriceRatio};
pub use error::AaveError;
pub use flash_loan::FlashLoan;
pub use lending::{AccountBefore, AccountMarket};
pub use liquidation::{LiquidationCall, LiquidationQuote, Payout};
pub use params::{CollateralParams, FlashPremiums, ParamsError, ReserveParams, ReserveStatus};
pub use position::{Leg, LegSide, UserPosition};
pub use rates::{KinkedRate, Lent, RateStrategy, Usage};
pub use receipts::{Borrowed, FlashRepaid, Liquidated, MintedToTreasury, Repaid, Supplied, Withdrawn};
pub use reserve::{Reserve, ReserveState};
pub use supply::Withdrawal;

use crate::AccountId;
use plimsoll_math::ray::ray_mul_half_up;

/// Number of a reserve, from 0. A price stands at its number in a slice of prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReserveId(pub u8);

/// Number of a user's row, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(pub u32);

/// Number of an efficiency mode, from 1; 0 is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EModeId(pub u8);

impl EModeId {
    /// No efficiency mode.
    pub const NONE: Self = Self(0);
}

/// The most reserves that a market can have.
pub const MAX_RESERVES: usize = 128;

/// A market.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Market {
    reserves: Vec<Reserve>,
    emodes: Vec<CollateralParams>,
    positions: Vec<UserPosition>,
    flash_premiums: FlashPremiums,
}

impl Market {
    /// The treasury's row.
    pub const TREASURY: UserId = UserId(0);

    /// Returns a market without reserves, and with the treasury as its only user.
    ///
    /// # Errors
    /// A premium is more than the whole.
    pub fn new(treasury: AccountId, flash_premiums: FlashPremiums) -> Result<Self, ParamsError> {
        flash_premiums.check()?;
        let positions = vec![UserPosition::new(treasury)];
        Ok(Self { reserves: Vec::new(), emodes: Vec::new(), positions, flash_premiums })
    }

    /// Adds an efficiency mode, to be named by reserves and chosen by users, and returns its number.
    ///
    /// # Errors
    /// The mode gives no loans or its limits contradict each other, or there are 255 already.
    pub fn add_emode(&mut self, limits: CollateralParams) -> Result<EModeId, ParamsError> {
        limits.check()?;
        if limits.ltv_bps == 0 {
            return Err(ParamsError::EModeWithoutLoans);
        }
        let most = usize::from(u8::MAX);
        let number = u8::try_from(self.emodes.len() + 1).map_err(|_| ParamsError::TooMany { most })?;

        self.emodes.push(limits);
        Ok(EModeId(number))
    }

    /// Adds an empty reserve and returns its number.
    ///
    /// # Errors
    /// The parameters contradict each other, or there are [`MAX_RESERVES`] already.
    pub fn add_reserve(&mut self, decimals: u8, params: ReserveParams) -> Result<ReserveId, ParamsError> {
        self.check_params(&params)?;
        self.push_reserve(decimals, params)
    }

    /// Adds an empty reserve whose threshold times its bonus may be more than the collateral: the configurator refuses
    /// that, since every liquidation would then worsen the position, and studies of it have to get round the refusal.
    /// The reserve belongs to no efficiency mode.
    ///
    /// # Errors
    /// As [`Self::add_reserve`], but for that.
    pub fn add_toxic_reserve(&mut self, decimals: u8, params: ReserveParams) -> Result<ReserveId, ParamsError> {
        params.check_parts()?;
        if params.emode != EModeId::NONE {
            return Err(ParamsError::NoEMode { emode: params.emode });
        }
        self.push_reserve(decimals, params)
    }

    fn push_reserve(&mut self, decimals: u8, params: ReserveParams) -> Result<ReserveId, ParamsError> {
        let reserve = Reserve::new(decimals, params).ok_or(ParamsError::Decimals { decimals })?;
        let full = ParamsError::TooMany { most: MAX_RESERVES };
        let number = u8::try_from(self.reserves.len()).ok().filter(|number| usize::from(*number) < MAX_RESERVES);
        let number = number.ok_or(full)?;

        self.reserves.push(reserve);
        Ok(ReserveId(number))
    }

    /// Changes what governs a reserve. Rates follow with the next call that moves the asset; every position that has the
    /// asset as collateral may have another health at once.
    ///
    /// # Errors
    /// The parameters contradict each other, or the asset ceases to be collateral while it is supplied.
    pub fn set_reserve_params(&mut self, id: ReserveId, params: ReserveParams) -> Result<(), ParamsError> {
        self.check_params(&params)?;
        let none = ParamsError::NoReserve { reserve: id };
        let reserve = self.reserves.get_mut(usize::from(id.0)).ok_or(none)?;
        let was = reserve.params.collateral.liquidation_threshold_bps;
        let supplied = reserve.state.scaled_supply.saturating_add(reserve.state.accrued_to_treasury);
        if params.collateral.liquidation_threshold_bps == 0 && was > 0 && supplied > 0 {
            return Err(ParamsError::SuppliersPresent { scaled_supply: supplied });
        }

        reserve.params = params;
        Ok(())
    }

    /// Gives an account a row, to have claims and debts in.
    pub fn enter(&mut self, owner: AccountId) -> UserId {
        let id = UserId(u32::try_from(self.positions.len()).expect("four billion positions would not fit memory"));
        self.positions.push(UserPosition::new(owner));
        id
    }

    /// Takes back the last row that was opened; nothing may stand in it.
    pub(super) fn forget_the_last_user(&mut self) {
        self.positions.pop();
    }

    /// Returns all reserves, by number.
    #[inline]
    pub fn reserves(&self) -> &[Reserve] {
        &self.reserves
    }

    /// Returns all users' positions, by number; the treasury's comes first.
    #[inline]
    pub fn positions(&self) -> &[UserPosition] {
        &self.positions
    }

    /// Returns what flash loans cost.
    #[inline]
    pub fn flash_premiums(&self) -> FlashPremiums {
        self.flash_premiums
    }

    /// Returns how assets of an efficiency mode count as collateral of its users.
    #[inline]
    pub fn emode(&self, id: EModeId) -> Option<CollateralParams> {
        self.emodes.get(usize::from(id.0).checked_sub(1)?).copied()
    }

    /// Returns a reserve.
    ///
    /// # Errors
    /// There is none of that number.
    #[inline]
    pub fn reserve(&self, id: ReserveId) -> Result<&Reserve, AaveError> {
        self.reserves.get(usize::from(id.0)).ok_or(AaveError::NoReserve { reserve: id })
    }

    /// Returns a user's position.
    ///
    /// # Errors
    /// There is none of that number.
    #[inline]
    pub fn position(&self, id: UserId) -> Result<&UserPosition, AaveError> {
        self.positions.get(id.0 as usize).ok_or(AaveError::NoUser { user: id })
    }

    /// Returns what a user's claim on a reserve is worth at a time, in smallest units, rounded **half up**.
    ///
    /// # Errors
    /// There is no such user or reserve, or the time is before the reserve's last update.
    pub fn supplied(&self, user: UserId, reserve: ReserveId, now: u64) -> Result<u128, AaveError> {
        let scaled = self.position(user)?.scaled_supply(reserve);
        Ok(ray_mul_half_up(scaled, self.reserve(reserve)?.state.normalized_income_ray(now)?)?)
    }

    /// Returns what a user owes to a reserve at a time, in smallest units, rounded **half up**.
    ///
    /// # Errors
    /// There is no such user or reserve, or the time is before the reserve's last update.
    pub fn borrowed(&self, user: UserId, reserve: ReserveId, now: u64) -> Result<u128, AaveError> {
        let scaled = self.position(user)?.scaled_debt(reserve);
        Ok(ray_mul_half_up(scaled, self.reserve(reserve)?.state.normalized_debt_ray(now)?)?)
    }

    /// Refuses parameters that contradict each other or the efficiency mode that they name.
    fn check_params(&self, params: &ReserveParams) -> Result<(), ParamsError> {
        params.check()?;
        if params.emode == EModeId::NONE {
            return Ok(());
        }
        let mode = self.emode(params.emode).ok_or(ParamsError::NoEMode { emode: params.emode })?;
        let (emode_bps, reserve_bps) = (mode.liquidation_threshold_bps, params.collateral.liquidation_threshold_bps);
        if emode_bps <= reserve_bps {
            return Err(ParamsError::EModeNotAbove { emode_bps, reserve_bps });
        }
        Ok(())
    }

    /// Writes a reserve's numbers.
    #[inline]
    fn write_reserve(&mut self, id: ReserveId, state: ReserveState) {
        self.reserves[usize::from(id.0)].state = state;
    }

    /// Returns a position that is known to exist, to write.
    #[inline]
    fn position_mut(&mut self, id: UserId) -> &mut UserPosition {
        &mut self.positions[id.0 as usize]
    }
}
