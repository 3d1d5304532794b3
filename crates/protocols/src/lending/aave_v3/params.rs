//! What governs a reserve, an efficiency mode and flash loans, and what `PoolConfigurator` refuses of it.

use thiserror::Error;

use super::{EModeId, RateStrategy, ReserveId};
use plimsoll_math::{BPS, ray::percent_mul_half_up};

/// What a reserve does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ReserveStatus {
    /// Everything.
    #[default]
    Active,
    /// It takes no supplies and gives no loans.
    Frozen,
    /// Nothing.
    Paused,
}

/// How an asset counts as collateral. All in basis points.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CollateralParams {
    /// The part of its worth up to which new loans are given.
    pub ltv_bps: u16,
    /// The part of its worth above which a debt may be liquidated. Zero: it is no collateral.
    pub liquidation_threshold_bps: u16,
    /// What liquidators get for what they repay: 10,500 is a bonus of 5 %.
    pub liquidation_bonus_bps: u16,
}

/// What governs a reserve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReserveParams {
    /// How the asset counts as collateral.
    pub collateral: CollateralParams,
    /// The part of the interest that goes to the treasury, in basis points.
    pub reserve_factor_bps: u16,
    /// The part of the liquidators' bonus that goes to the treasury, in basis points.
    pub liquidation_protocol_fee_bps: u16,
    /// How its interest rates follow from usage.
    pub strategy: RateStrategy,
    /// The most that may be supplied, in whole tokens; none: without end.
    pub supply_cap: Option<u64>,
    /// The most that may be borrowed, in whole tokens; none: without end.
    pub borrow_cap: Option<u64>,
    /// The efficiency mode that the asset belongs to, or [`EModeId::NONE`].
    pub emode: EModeId,
    /// What the reserve does.
    pub status: ReserveStatus,
    /// Whether it gives loans.
    pub borrowing: bool,
    /// Whether it gives loans that are paid back within a transaction.
    pub flash_loans: bool,
}

/// What flash loans cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FlashPremiums {
    /// Paid on top of the loan, in basis points.
    pub total_bps: u16,
    /// The part of it that goes to the treasury, in basis points; the rest is the suppliers'.
    pub to_protocol_bps: u16,
}

/// Why parameters were refused. The market is as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ParamsError {
    /// A loan at the limit could be liquidated at once.
    #[error("a loan-to-value limit of {ltv_bps} basis points is above the liquidation threshold of {threshold_bps}")]
    LtvAboveThreshold {
        /// The limit, in basis points.
        ltv_bps: u16,
        /// The threshold, in basis points.
        threshold_bps: u16,
    },
    /// Liquidators would get less than they pay; or an asset that is no collateral has a bonus.
    #[error("a liquidation bonus of {bonus_bps} basis points does not go with a threshold of {threshold_bps}")]
    Bonus {
        /// What liquidators get for what they repay, in basis points.
        bonus_bps: u16,
        /// The threshold, in basis points.
        threshold_bps: u16,
    },
    /// A position at the threshold could not pay the bonus.
    #[error("a threshold of {threshold_bps} basis points times a bonus of {bonus_bps} is more than the collateral")]
    ThresholdTimesBonus {
        /// The threshold, in basis points.
        threshold_bps: u16,
        /// What liquidators get for what they repay, in basis points.
        bonus_bps: u16,
    },
    /// A part that is more than the whole.
    #[error("a part of {bps} basis points is more than the whole")]
    MoreThanWhole {
        /// The part, in basis points.
        bps: u16,
    },
    /// The rates' kink lies outside of what can be lent.
    #[error("an optimal usage of {optimal_usage_ray} is not above 0 and at most 1 ray")]
    OptimalUsage {
        /// The usage, ray.
        optimal_usage_ray: u128,
    },
    /// A part that is more than the whole.
    #[error("an optimal stable share of {share_ray} is above 1 ray")]
    OptimalStableShare {
        /// The part, ray.
        share_ray: u128,
    },
    /// One whole token does not fit an amount.
    #[error("a token of {decimals} decimals has more smallest units than can be counted")]
    Decimals {
        /// The token's decimals.
        decimals: u8,
    },
    /// An efficiency mode is there to lend more.
    #[error("an efficiency mode with a loan-to-value limit of 0 gives no loans")]
    EModeWithoutLoans,
    /// There is no such efficiency mode.
    #[error("efficiency mode {} does not exist", .emode.0)]
    NoEMode {
        /// As the call names it.
        emode: EModeId,
    },
    /// An efficiency mode must be more generous than its assets are without it.
    #[error("the efficiency mode's threshold of {emode_bps} basis points is not above the asset's {reserve_bps}")]
    EModeNotAbove {
        /// The mode's threshold, in basis points.
        emode_bps: u16,
        /// The asset's threshold, in basis points.
        reserve_bps: u16,
    },
    /// Collateral that is supplied cannot cease to be collateral.
    #[error("the threshold cannot be 0 while {scaled_supply} scaled units are supplied")]
    SuppliersPresent {
        /// Scaled units supplied, the treasury's due included.
        scaled_supply: u128,
    },
    /// The market is full.
    #[error("a market has at most {most}")]
    TooMany {
        /// The most of its kind.
        most: usize,
    },
    /// There is no such reserve.
    #[error("reserve {} does not exist", .reserve.0)]
    NoReserve {
        /// As the call names it.
        reserve: ReserveId,
    },
}

impl CollateralParams {
    /// Refuses limits with which a loan could not be liquidated at a profit.
    pub(super) fn check(self) -> Result<(), ParamsError> {
        self.check_parts()?;
        let Self { liquidation_threshold_bps: threshold_bps, liquidation_bonus_bps: bonus_bps, .. } = self;
        match percent_mul_half_up(threshold_bps.into(), bonus_bps.into()) {
            Ok(product) if product <= BPS => Ok(()),
            _ => Err(ParamsError::ThresholdTimesBonus { threshold_bps, bonus_bps }),
        }
    }

    /// Refuses limits that contradict each other, but for a threshold and a bonus that take more than the collateral.
    pub(super) fn check_parts(self) -> Result<(), ParamsError> {
        let Self { ltv_bps, liquidation_threshold_bps: threshold_bps, liquidation_bonus_bps: bonus_bps } = self;
        if ltv_bps > threshold_bps {
            return Err(ParamsError::LtvAboveThreshold { ltv_bps, threshold_bps });
        }
        if threshold_bps == 0 {
            return if bonus_bps == 0 { Ok(()) } else { Err(ParamsError::Bonus { bonus_bps, threshold_bps }) };
        }
        if u128::from(bonus_bps) <= BPS {
            return Err(ParamsError::Bonus { bonus_bps, threshold_bps });
        }
        Ok(())
    }
}

impl ReserveParams {
    /// Refuses what the configurator refuses, apart from what depends on the market's state.
    pub(super) fn check(&self) -> Result<(), ParamsError> {
        self.collateral.check()?;
        self.check_parts()
    }

    /// Refuses the same, but for a threshold and a bonus that take more than the collateral.
    pub(super) fn check_parts(&self) -> Result<(), ParamsError> {
        self.collateral.check_parts()?;
        check_part(self.reserve_factor_bps)?;
        check_part(self.liquidation_protocol_fee_bps)?;
        self.strategy.check()
    }
}

impl FlashPremiums {
    /// Refuses parts that are more than the whole.
    pub(super) fn check(self) -> Result<(), ParamsError> {
        check_part(self.total_bps)?;
        check_part(self.to_protocol_bps)
    }
}

/// Refuses a part that is more than the whole.
fn check_part(bps: u16) -> Result<(), ParamsError> {
    if u128::from(bps) > BPS { Err(ParamsError::MoreThanWhole { bps }) } else { Ok(()) }
}
