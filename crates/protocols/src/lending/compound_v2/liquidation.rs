//! Repaying for an account with a shortfall, and taking its cTokens.

use super::{
    Accrued, CompoundError, Comptroller, Liquidated, MarketId, MarketState, Outcome, Position, Prices, RepayAmount,
    working_copy::{Stop, WorkingCopy, outcome},
};
use crate::AccountId;
use plimsoll_math::{MathError, U256, WAD, mul_div_down, sum};

/// The arguments of a liquidation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiquidationOrder {
    /// The market of the debt to repay.
    pub debt: MarketId,
    /// The market of the cTokens to take.
    pub collateral: MarketId,
    /// Who repays, and gets the cTokens.
    pub liquidator: AccountId,
    /// Who has a shortfall.
    pub borrower: AccountId,
    /// Smallest units of the debt's underlying to repay.
    pub amount: u128,
}

/// The copies that a liquidation works on.
#[derive(Debug, Clone, Copy)]
struct Case {
    debt: WorkingCopy,
    /// The borrower's collateral; a copy of `debt` if that is the same market.
    collateral: WorkingCopy,
    /// What the liquidator has in the collateral's market.
    liquidator: Position,
}

impl Comptroller {
    /// Repays a part of a debt of an account with a shortfall and takes cTokens for it: worth the liquidation incentive
    /// as much, rounded **down**. A part of them goes to the market's reserves.
    ///
    /// Refused if there is no shortfall, a price is unknown, or the amount is zero or above the close factor.
    ///
    /// # Errors
    /// There is no such market, one cannot count its interest, or the borrower holds too few of the cTokens.
    pub fn liquidate(
        &mut self,
        order: LiquidationOrder,
        prices: Prices<'_>,
        block: u64,
    ) -> Result<Outcome<Liquidated>, CompoundError> {
        let mut case = self.open_case(&order, block)?;
        let outcome = outcome(self.liquidate_fresh(&mut case, &order, prices))?;

        self.close(&case.debt);
        self.close(&case.collateral);
        if matches!(outcome, Outcome::Done(_)) {
            self.market_mut(order.collateral)?.positions.put(order.liquidator, case.liquidator);
        }
        Ok(outcome)
    }

    /// Returns what [`Self::liquidate`] would do.
    ///
    /// # Errors
    /// The same, and what it would refuse.
    pub fn quote_liquidation(
        &self,
        order: LiquidationOrder,
        prices: Prices<'_>,
        block: u64,
    ) -> Result<Liquidated, CompoundError> {
        let mut case = self.open_case(&order, block)?;
        self.liquidate_fresh(&mut case, &order, prices).map_err(Stop::why)
    }

    /// Returns the greatest liquidation of a debt for a collateral, whatever amount the order names, and what it would
    /// do: the close factor of the debt, or what all the cTokens pay for if that is less.
    ///
    /// # Errors
    /// There is no shortfall, a price is unknown, or a market cannot count its interest.
    pub fn max_liquidation(
        &self,
        order: LiquidationOrder,
        prices: Prices<'_>,
        block: u64,
    ) -> Result<(LiquidationOrder, Liquidated), CompoundError> {
        let mut case = self.open_case(&order, block)?;
        let close = self.max_close_down(&case.debt)?;
        let ratio_wad = self.tokens_per_debt_wad(&case.collateral.state, &order, prices)?;
        // The greatest amount whose cTokens, rounded down, the borrower holds.
        let beyond = U256::from(case.collateral.position.tokens).checked_add(1)?.checked_mul(WAD)?;
        let paid_for = match ratio_wad {
            U256::ZERO => u128::MAX,
            ratio_wad => beyond.checked_sub(1)?.div_down(ratio_wad)?.try_into_u128().unwrap_or(u128::MAX),
        };
        let order = LiquidationOrder { amount: close.min(paid_for), ..order };
        let liquidated = self.liquidate_fresh(&mut case, &order, prices).map_err(Stop::why)?;
        Ok((order, liquidated))
    }

    /// Returns copies to work on, interest counted in both markets.
    fn open_case(&self, order: &LiquidationOrder, block: u64) -> Result<Case, CompoundError> {
        let debt = self.open(order.debt, order.borrower, block)?;
        let collateral =
            if order.collateral == order.debt { debt } else { self.open(order.collateral, order.borrower, block)? };
        let liquidator = self.position(order.collateral, order.liquidator)?;
        Ok(Case { debt, collateral, liquidator })
    }

    /// Liquidates on the copies.
    fn liquidate_fresh(
        &self,
        case: &mut Case,
        order: &LiquidationOrder,
        prices: Prices<'_>,
    ) -> Result<Liquidated, Stop> {
        self.require_liquidatable(case, order, prices)?;
        let same_market = order.collateral == order.debt;
        let debt_accrued = case.debt.accrued;
        let collateral_accrued = if same_market { Accrued::default() } else { case.collateral.accrued };
        let repaid = case.debt.repay(RepayAmount::Exactly(order.amount))?;
        if same_market {
            case.collateral = case.debt;
        }
        let ratio_wad = self.tokens_per_debt_wad(&case.collateral.state, order, prices).map_err(Stop::Revert)?;
        let seize = ratio_wad.mul_div_down(order.amount, WAD)?;
        let (tokens_to_liquidator, tokens_burnt, to_reserves) =
            case.seize(seize, self.params.protocol_seize_share_wad)?;
        if same_market {
            case.debt = case.collateral;
        }
        Ok(Liquidated {
            debt_accrued,
            collateral_accrued,
            repaid: repaid.amount,
            debt_after: repaid.debt_after,
            tokens_to_liquidator,
            tokens_burnt,
            to_reserves,
            tokens_after: case.collateral.position.tokens,
        })
    }

    /// Refuses a liquidation that is not allowed.
    fn require_liquidatable(&self, case: &Case, order: &LiquidationOrder, prices: Prices<'_>) -> Result<(), Stop> {
        let max_close = self.max_close_down(&case.debt).map_err(Stop::Revert)?;
        let weighed = self.weigh_at(&[case.debt, case.collateral], case.debt.entered, prices, None)?;
        let (carried, borrowed, repay) = (weighed.carried, weighed.borrowed, order.amount);
        let why = if weighed.is_healthy() {
            CompoundError::InsufficientShortfall { borrowed, carried }
        } else if repay > max_close {
            CompoundError::TooMuchRepay { repay, max_close }
        } else if order.borrower == order.liquidator {
            CompoundError::LiquidatorIsBorrower { account: order.borrower }
        } else if repay == 0 {
            CompoundError::CloseAmountZero
        } else {
            return Ok(());
        };
        Err(Stop::Refuse(why))
    }

    /// Returns the part of a debt that one liquidation may repay, rounded **down**.
    fn max_close_down(&self, debt: &WorkingCopy) -> Result<u128, CompoundError> {
        let owed = debt.state.borrow_balance_down(&debt.position)?;
        Ok(mul_div_down(owed, self.params.close_factor_wad, WAD)?)
    }

    /// Returns the cTokens to take for a smallest unit of debt, wad: each step rounds **down**, so their number may go
    /// either way.
    pub(super) fn tokens_per_debt_wad(
        &self,
        collateral: &MarketState,
        order: &LiquidationOrder,
        prices: Prices<'_>,
    ) -> Result<U256, CompoundError> {
        let (debt_price, collateral_price) = (prices.of(order.debt)?, prices.of(order.collateral)?);
        let exchange_rate_wad = collateral.exchange_rate_wad()?;
        let numerator = U256::product(self.params.liquidation_incentive_wad, debt_price).div_down(WAD)?;
        let denominator = exchange_rate_wad.mul_div_down(collateral_price, WAD)?;
        Ok(numerator.checked_mul(WAD)?.div_down(denominator)?)
    }
}

impl Case {
    /// Moves cTokens from the borrower to the liquidator and the protocol's share into the reserves, on the copies;
    /// returns the two parts and what the second is worth, rounded **down**.
    fn seize(&mut self, seize: U256, protocol_share_wad: u128) -> Result<(u128, u128, u128), Stop> {
        let WorkingCopy { state, position, .. } = &mut self.collateral;
        let too_much = Stop::Revert(CompoundError::SeizeTooMuch { seize, held: position.tokens });
        let seized = seize.try_into_u128().map_err(|_| too_much)?;
        position.tokens = position.tokens.checked_sub(seized).ok_or(too_much)?;
        let burnt = mul_div_down(seized, protocol_share_wad, WAD)?;
        let to_liquidator = seized.checked_sub(burnt).ok_or(MathError::BelowZero)?;
        let exchange_rate_wad = state.exchange_rate_wad().map_err(Stop::Revert)?;
        let to_reserves = exchange_rate_wad.mul_div_down(burnt, WAD)?.try_into_u128()?;
        state.total_reserves = sum(state.total_reserves, to_reserves)?;
        state.total_supply = state.total_supply.checked_sub(burnt).ok_or(MathError::BelowZero)?;
        self.liquidator.tokens = sum(self.liquidator.tokens, to_liquidator)?;
        Ok((to_liquidator, burnt, to_reserves))
    }
}
