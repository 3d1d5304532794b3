//! The numbers of a whole market, and what blocks do to them.

use super::{Accrued, CompoundError, MarketParams, Position, working_copy::Stop};
use plimsoll_math::{MathError, U256, WAD, mul_div_down, sum};

/// The greatest interest per block, wad: above it the contract takes its model for broken.
const MAX_BORROW_RATE_WAD: u128 = 5 * WAD / 1_000_000;

/// A market's numbers, in smallest units of the underlying token unless said otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarketState {
    /// What the market holds.
    pub cash: u128,
    /// What all accounts owe, interest included up to the last accrual. A unit less or more than the sum of their
    /// debts, as each is rounded by itself.
    pub total_borrows: u128,
    /// The part of what the market has that does not belong to its suppliers.
    pub total_reserves: u128,
    /// How a debt of one has grown since the beginning, wad.
    pub borrow_index_wad: u128,
    /// Up to which block interest is counted.
    pub accrual_block: u64,
    /// cTokens that exist, in their smallest units.
    pub total_supply: u128,
    /// How the market is set up.
    pub(super) params: MarketParams,
}

impl MarketState {
    /// Returns an empty market.
    pub(super) fn new(params: MarketParams, block: u64) -> Result<Self, CompoundError> {
        for factor_wad in [params.collateral_factor_wad, params.reserve_factor_wad] {
            if factor_wad > WAD {
                return Err(CompoundError::FactorAboveOne { factor_wad });
            }
        }
        Ok(Self {
            cash: 0,
            total_borrows: 0,
            total_reserves: 0,
            borrow_index_wad: WAD,
            accrual_block: block,
            total_supply: 0,
            params,
        })
    }

    /// Returns how the market is set up.
    pub fn params(&self) -> &MarketParams {
        &self.params
    }

    /// Returns what belongs to the suppliers: cash and debts less the reserves.
    ///
    /// # Errors
    /// The reserves are greater.
    #[inline]
    pub fn owned_by_suppliers(&self) -> Result<U256, MathError> {
        U256::from(self.cash).checked_add(self.total_borrows)?.checked_sub(self.total_reserves)
    }

    /// Returns the underlying for a cToken, smallest unit for smallest unit, wad, rounded **down**.
    ///
    /// # Errors
    /// The reserves are greater than cash and debts.
    #[inline]
    pub fn exchange_rate_wad(&self) -> Result<U256, CompoundError> {
        if self.total_supply == 0 {
            return Ok(U256::from(self.params.initial_exchange_rate_wad));
        }
        let owned = self.owned_by_suppliers().map_err(|_| CompoundError::ReservesExceedAssets {
            cash: self.cash,
            borrows: self.total_borrows,
            reserves: self.total_reserves,
        })?;
        Ok(owned.mul_div_down(WAD, self.total_supply)?)
    }

    /// Returns the part that is lent of what belongs to the suppliers, wad, rounded **down**; none of nothing.
    ///
    /// # Errors
    /// The reserves leave nothing to be a part of.
    pub fn utilization_wad(&self) -> Result<u128, MathError> {
        match self.total_borrows {
            0 => Ok(0),
            borrows => mul_div_down(borrows, WAD, self.owned_by_suppliers()?.try_into_u128()?),
        }
    }

    /// Returns what borrowers are charged per block, wad, rounded **down**.
    ///
    /// # Errors
    /// The reserves leave nothing to be a part of.
    pub fn borrow_rate_per_block_wad(&self) -> Result<u128, MathError> {
        self.params.interest.borrow_rate_wad(self.utilization_wad()?)
    }

    /// Returns what suppliers earn per block, wad, each step rounded **down**.
    ///
    /// # Errors
    /// The reserves leave nothing to be a part of.
    pub fn supply_rate_per_block_wad(&self) -> Result<u128, MathError> {
        let kept_wad = WAD.checked_sub(self.params.reserve_factor_wad).ok_or(MathError::BelowZero)?;
        let to_suppliers = mul_div_down(self.borrow_rate_per_block_wad()?, kept_wad, WAD)?;
        mul_div_down(self.utilization_wad()?, to_suppliers, WAD)
    }

    /// Returns what a position owes, as of the last accrual, rounded **down**.
    ///
    /// # Errors
    /// It is beyond `u128`.
    #[inline]
    pub fn borrow_balance_down(&self, position: &Position) -> Result<u128, MathError> {
        match position.principal {
            0 => Ok(0),
            principal => mul_div_down(principal, self.borrow_index_wad, position.interest_index_wad),
        }
    }

    /// Returns the underlying that a position's cTokens are worth, as of the last accrual, rounded **down**.
    ///
    /// # Errors
    /// The reserves are greater than cash and debts, or the amount is beyond `u128`.
    pub fn supply_balance_down(&self, position: &Position) -> Result<u128, CompoundError> {
        Ok(self.exchange_rate_wad()?.mul_div_down(position.tokens, WAD)?.try_into_u128()?)
    }

    /// Counts interest up to `block`: simple between two accruals. It, the reserves' part and the index round **down**.
    pub(super) fn accrue(&mut self, block: u64) -> Result<Accrued, CompoundError> {
        let accrual_block = self.accrual_block;
        let before = CompoundError::BeforeAccrual { block, accrual_block };
        let blocks = block.checked_sub(accrual_block).ok_or(before)?;
        if blocks == 0 {
            return Ok(Accrued::default());
        }
        let rate_wad = self.borrow_rate_per_block_wad()?;
        if rate_wad > MAX_BORROW_RATE_WAD {
            return Err(CompoundError::RateAbsurdlyHigh { rate_wad, max_wad: MAX_BORROW_RATE_WAD });
        }
        let factor_wad = rate_wad * u128::from(blocks);
        let interest = mul_div_down(factor_wad, self.total_borrows, WAD)?;
        let to_reserves = mul_div_down(self.params.reserve_factor_wad, interest, WAD)?;
        let index_growth_wad = mul_div_down(factor_wad, self.borrow_index_wad, WAD)?;
        self.total_borrows = sum(self.total_borrows, interest)?;
        self.total_reserves = sum(self.total_reserves, to_reserves)?;
        self.borrow_index_wad = sum(self.borrow_index_wad, index_growth_wad)?;
        self.accrual_block = block;
        Ok(Accrued { borrow_rate_per_block_wad: rate_wad, interest, to_reserves })
    }

    /// Takes what the owner asks out of the reserves.
    pub(super) fn reduce_reserves(&mut self, amount: u128) -> Result<(), Stop> {
        self.require_cash(amount)?;
        let reserves = self.total_reserves;
        let left = reserves.checked_sub(amount);
        self.total_reserves =
            left.ok_or(Stop::Refuse(CompoundError::InsufficientReserves { asked: amount, reserves }))?;
        self.cash -= amount;
        Ok(())
    }

    /// Refuses to pay out what is not there.
    pub(super) fn require_cash(&self, asked: u128) -> Result<(), Stop> {
        let cash = self.cash;
        if cash < asked {
            return Err(Stop::Refuse(CompoundError::InsufficientCash { asked: U256::from(asked), cash }));
        }
        Ok(())
    }
}
