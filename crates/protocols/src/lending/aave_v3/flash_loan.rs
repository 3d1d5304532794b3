//! Loans that are paid back within the transaction: `flashLoanSimple`, in its two halves.

use super::{AaveError, FlashRepaid, Market, ReserveId, ReserveState};
use plimsoll_math::{
    MathError, RAY,
    ray::{percent_mul_half_up, ray_div_half_up, ray_mul_half_up},
    sum,
};

/// A flash loan that is to be paid back before its transaction ends. The amount goes from the market to the borrower.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "a transaction whose flash loan is not paid back reverts"]
pub struct FlashLoan {
    pub(super) reserve: ReserveId,
    pub(super) amount: u128,
    pub(super) premium: u128,
}

impl FlashLoan {
    /// Returns the reserve.
    pub fn reserve(&self) -> ReserveId {
        self.reserve
    }

    /// Returns the loan, in smallest units.
    pub fn amount(&self) -> u128 {
        self.amount
    }

    /// Returns what is to be paid on top, in smallest units.
    pub fn premium(&self) -> u128 {
        self.premium
    }
}

impl Market {
    /// Lends `amount` until [`Self::repay_flash_loan`], for a premium rounded **half up**. Interest rates do not notice.
    ///
    /// Nothing but the loan's value reminds the caller: a transaction that drops it must be undone as a whole.
    ///
    /// # Errors
    /// The reserve is paused, gives no flash loans, or holds too little.
    pub fn flash_loan(&mut self, reserve_id: ReserveId, amount: u128) -> Result<FlashLoan, AaveError> {
        let reserve = self.reserve(reserve_id)?;
        reserve.require_unpaused(reserve_id)?;
        if !reserve.params.flash_loans {
            return Err(AaveError::FlashLoansDisabled { reserve: reserve_id });
        }
        let premium = percent_mul_half_up(amount, self.flash_premiums.total_bps.into())?;
        let mut state = reserve.state;
        let short = AaveError::InsufficientLiquidity { asked: amount, available: state.available };
        state.available = state.available.checked_sub(amount).ok_or(short)?;

        self.write_reserve(reserve_id, state);
        Ok(FlashLoan { reserve: reserve_id, amount, premium })
    }

    /// Takes a flash loan and its premium back. The treasury's part of the premium rounds **half up**; the rest raises
    /// the index of all suppliers' claims at once, the treasury's due included.
    ///
    /// # Errors
    /// Nobody has a claim that the premium could go to, or a number is beyond its width.
    pub fn repay_flash_loan(&mut self, loan: FlashLoan, now: u64) -> Result<FlashRepaid, AaveError> {
        let FlashLoan { reserve: reserve_id, amount, premium } = loan;
        let reserve = self.reserve(reserve_id)?;
        let mut state = reserve.accrued(now)?;
        let premium_to_protocol = percent_mul_half_up(premium, self.flash_premiums.to_protocol_bps.into())?;
        let repaid = sum(amount, premium)?;
        state.cumulate_to_liquidity_index(premium - premium_to_protocol)?;
        let due = ray_div_half_up(premium_to_protocol, state.liquidity_index_ray)?;
        state.accrued_to_treasury = sum(state.accrued_to_treasury, due)?;
        state.update_rates(&reserve.params, repaid, 0)?;
        state.available += repaid;

        self.write_reserve(reserve_id, state);
        Ok(FlashRepaid { reserve: reserve_id, amount: repaid, premium, premium_to_protocol })
    }
}

impl ReserveState {
    /// Raises the index so that all claims together are worth `amount` more, rounded **half up** three times.
    fn cumulate_to_liquidity_index(&mut self, amount: u128) -> Result<(), MathError> {
        let claims = ray_mul_half_up(self.scaled_supply, self.liquidity_index_ray)?;
        let due = ray_mul_half_up(self.accrued_to_treasury, self.liquidity_index_ray)?;
        let grown_ray = ray_div_half_up(amount, sum(claims, due)?)?;
        self.liquidity_index_ray = ray_mul_half_up(sum(grown_ray, RAY)?, self.liquidity_index_ray)?;
        Ok(())
    }
}
