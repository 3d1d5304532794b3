//! The numbers of a whole market, and what time does to them.

use super::{
    Accrued, InterestModel, MorphoError, Totals,
    interest::{interest_down, utilization_wad},
    working_copy::less,
};
use plimsoll_math::{MathError, WAD, mul_div_down, sum};

/// The part of what a liquidation leaves that goes to the liquidator, wad.
const LIQUIDATION_CURSOR_WAD: u128 = 3 * WAD / 10;

/// The most that a liquidator takes for what it repays, wad.
const MAX_LIQUIDATION_INCENTIVE_FACTOR_WAD: u128 = 115 * WAD / 100;

/// A market's numbers, in smallest units unless said otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarketState {
    /// What all lenders own.
    pub supplied: Totals,
    /// What all borrowers owe.
    pub borrowed: Totals,
    /// Loan token that the market's calls have left with the contract: what is not lent, and units that rounding left.
    pub loan_held: u128,
    /// Collateral token that they have left there.
    pub collateral_held: u128,
    /// Up to when interest is counted, in seconds.
    pub last_update: u64,
    /// Part of the interest that the fee recipient gets, wad.
    pub fee_wad: u128,
    /// The model of the borrow rate.
    pub interest: InterestModel,
    /// Loan to value at which a position fails, wad.
    pub(super) lltv_wad: u128,
    /// What a liquidator takes for what it repays, wad.
    pub(super) liquidation_incentive_factor_wad: u128,
}

impl MarketState {
    /// Returns an empty market, whose interest model was told of it.
    pub(super) fn new(lltv_wad: u128, mut interest: InterestModel, now: u64) -> Result<Self, MorphoError> {
        let liquidation_incentive_factor_wad = liquidation_incentive_factor_wad(lltv_wad)?;
        interest.borrow_rate_wad(0, 0, now, now)?;
        Ok(Self {
            supplied: Totals::default(),
            borrowed: Totals::default(),
            loan_held: 0,
            collateral_held: 0,
            last_update: now,
            fee_wad: 0,
            interest,
            lltv_wad,
            liquidation_incentive_factor_wad,
        })
    }

    /// Returns the loan to value at which a position fails, wad.
    pub fn lltv_wad(&self) -> u128 {
        self.lltv_wad
    }

    /// Returns the worth of the collateral that a liquidator takes for what it repays, wad.
    pub fn liquidation_incentive_factor_wad(&self) -> u128 {
        self.liquidation_incentive_factor_wad
    }

    /// Returns the loan token that can be borrowed or withdrawn.
    pub fn liquidity(&self) -> u128 {
        self.supplied.assets.saturating_sub(self.borrowed.assets)
    }

    /// Returns the part of what is supplied that is lent, wad, rounded **down**.
    ///
    /// # Errors
    /// None while less is lent than was supplied, as it always is.
    pub fn utilization_wad(&self) -> Result<u128, MathError> {
        utilization_wad(self.supplied.assets, self.borrowed.assets)
    }

    /// Returns the average interest per second since interest was last counted, wad, rounded **down**: what a call at
    /// `now` will charge.
    ///
    /// # Errors
    /// Time runs backwards.
    pub fn borrow_rate_wad(&self, now: u64) -> Result<u128, MorphoError> {
        let mut interest = self.interest;
        interest.borrow_rate_wad(self.supplied.assets, self.borrowed.assets, self.last_update, now)
    }

    /// Returns what a lender earns per second of that, wad: the part that is lent, less the fee, rounded **down**.
    ///
    /// # Errors
    /// Time runs backwards.
    pub fn supply_rate_wad(&self, now: u64) -> Result<u128, MorphoError> {
        let lent_wad = mul_div_down(self.borrow_rate_wad(now)?, self.utilization_wad()?, WAD)?;
        Ok(mul_div_down(lent_wad, less(WAD, self.fee_wad)?, WAD)?)
    }

    /// Counts interest up to now. The fee's shares round **down**, in favour of the lenders.
    pub(super) fn accrue(&mut self, now: u64) -> Result<Accrued, MorphoError> {
        let last_update = self.last_update;
        let elapsed = now.checked_sub(last_update).ok_or(MorphoError::BeforeLastUpdate { now, last_update })?;
        if elapsed == 0 {
            return Ok(Accrued::default());
        }
        let (supplied, borrowed) = (self.supplied.assets, self.borrowed.assets);
        let borrow_rate_wad = self.interest.borrow_rate_wad(supplied, borrowed, last_update, now)?;
        let interest = interest_down(self.borrowed, borrow_rate_wad, elapsed)?;
        self.borrowed.assets = sum(borrowed, interest)?;
        self.supplied.assets = sum(supplied, interest)?;
        let fee_shares = self.fee_shares_down(interest)?;
        self.supplied.shares = sum(self.supplied.shares, fee_shares)?;
        self.last_update = now;
        Ok(Accrued { borrow_rate_wad, interest, fee_shares })
    }

    /// Returns the supply shares that the fee of this interest, counted already, buys beside the other lenders'.
    fn fee_shares_down(&self, interest: u128) -> Result<u128, MathError> {
        if self.fee_wad == 0 {
            return Ok(0);
        }
        let fee = mul_div_down(interest, self.fee_wad, WAD)?;
        let others = Totals { assets: self.supplied.assets - fee, ..self.supplied };
        others.to_shares_down(fee)
    }
}

/// Returns what a liquidator takes for what it repays, wad, rounded **down**: 1 / (1 - cursor * (1 - LLTV)), but
/// no more than [`MAX_LIQUIDATION_INCENTIVE_FACTOR_WAD`].
fn liquidation_incentive_factor_wad(lltv_wad: u128) -> Result<u128, MorphoError> {
    let left_wad = WAD.checked_sub(lltv_wad).filter(|left_wad| *left_wad > 0);
    let left_wad = left_wad.ok_or(MorphoError::MaxLltvExceeded { lltv_wad })?;
    let rest_wad = WAD - mul_div_down(LIQUIDATION_CURSOR_WAD, left_wad, WAD)?;
    Ok(mul_div_down(WAD, WAD, rest_wad)?.min(MAX_LIQUIDATION_INCENTIVE_FACTOR_WAD))
}
