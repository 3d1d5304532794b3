//! Liquidations: somebody repays a part of an unhealthy position's debt and takes collateral for it, with a bonus.

use super::{AaveError, HealthFactor, Liquidated, Market, Reserve, ReserveId, ReserveState, UserId, account::price_of};
use plimsoll_math::{
    BPS, MathError, RayAmount, U256, mul_div_down,
    ray::{percent_div_half_up, percent_mul_half_up, ray_div_half_up, ray_mul_half_up},
    sum,
};

/// The part of a debt that may be liquidated at once while the position is close to healthy, in basis points.
const DEFAULT_CLOSE_FACTOR_BPS: u128 = 5_000;

/// The arguments of a liquidation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiquidationCall {
    /// The borrower.
    pub user: UserId,
    /// The reserve to seize collateral of.
    pub collateral: ReserveId,
    /// The reserve to repay debt to.
    pub debt: ReserveId,
    /// The most to repay, in smallest units of the debt's asset; `u128::MAX` for all that is allowed.
    pub debt_to_cover: u128,
}

/// What a liquidator takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payout {
    /// The collateral's asset, from the market.
    Underlying,
    /// The user's claim (`aToken`), for this user to hold.
    Claim(UserId),
}

/// What a liquidation would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiquidationQuote {
    /// Before the liquidation.
    pub health_factor: HealthFactor,
    /// The part of the debt that may be repaid at once, in basis points.
    pub close_factor_bps: u128,
    /// What the user owes of this asset, in smallest units.
    pub user_debt: u128,
    /// What the liquidator would pay, in smallest units of the debt's asset.
    pub debt_repaid: u128,
    /// What the user's claim is worth, in smallest units of the collateral's asset.
    pub user_collateral: u128,
    /// What the liquidator would get, in smallest units of the collateral's asset.
    pub seized: u128,
    /// What the treasury would get of the bonus, likewise, before the claim's last unit limits it.
    pub protocol_fee: u128,
}

/// What a call leaves of the reserves and the position.
struct Settled {
    debt: ReserveState,
    collateral: ReserveState,
    scaled_debt_left: u128,
    scaled_seized: u128,
    protocol_fee: u128,
    scaled_protocol_fee: u128,
}

/// A quote and what it was made from.
struct Plan {
    quote: LiquidationQuote,
    /// The debt's reserve, interest counted.
    debt: ReserveState,
    /// The index of the collateral's claims, ray.
    income_index_ray: u128,
    scaled_debt: u128,
    scaled_supply: u128,
}

impl Market {
    /// Returns what [`Self::liquidate`] would do, if the market holds the collateral that is to be paid out.
    ///
    /// # Errors
    /// A reserve is paused, the position is healthy, the asset is not its collateral, or it does not owe the other; a
    /// price is missing or zero, the time is before a reserve's last update, or a number is beyond its width.
    pub fn quote_liquidation(
        &self,
        call: LiquidationCall,
        prices: &[u128],
        now: u64,
    ) -> Result<LiquidationQuote, AaveError> {
        Ok(self.plan(call, prices, now)?.quote)
    }

    /// Liquidates a part of an unhealthy position.
    ///
    /// All of a debt may be repaid at a health of 0.95 or less, else half of it, rounded **half up**. What is seized for
    /// it is worth as much, rounded **down**, times the bonus, **half up**; if the claim is smaller, it is seized whole
    /// and less is repaid. The treasury gets a part of the bonus, **half up**, as a claim.
    ///
    /// When debt and collateral are the same asset and the asset is paid out, its rates do not count what is repaid:
    /// the contract moves it last.
    ///
    /// # Errors
    /// Those of [`Self::quote_liquidation`]; or what is repaid or seized is too small for an index, or the market does
    /// not hold the collateral.
    pub fn liquidate(
        &mut self,
        call: LiquidationCall,
        payout: Payout,
        prices: &[u128],
        now: u64,
    ) -> Result<Liquidated, AaveError> {
        let plan = self.plan(call, prices, now)?;
        let quote = plan.quote;
        let settled = self.settle(call, payout, &plan, now)?;

        self.write_reserve(call.debt, settled.debt);
        self.write_reserve(call.collateral, settled.collateral);
        self.write_position(call, payout, &plan, &settled);
        Ok(Liquidated {
            user: call.user,
            health_factor: quote.health_factor,
            debt: call.debt,
            debt_repaid: quote.debt_repaid,
            scaled_repaid: plan.scaled_debt - settled.scaled_debt_left,
            debt_left: quote.user_debt - quote.debt_repaid,
            collateral: call.collateral,
            seized: quote.seized,
            scaled_seized: settled.scaled_seized,
            claim_to: payout.claim_to(),
            protocol_fee: settled.protocol_fee,
            scaled_protocol_fee: settled.scaled_protocol_fee,
        })
    }

    /// Checks a call and computes its amounts.
    #[inline]
    fn plan(&self, call: LiquidationCall, prices: &[u128], now: u64) -> Result<Plan, AaveError> {
        let (debt_reserve, reserve) = (self.reserve(call.debt)?, self.reserve(call.collateral)?);
        let position = self.position(call.user)?;
        let debt = debt_reserve.accrued(now)?;
        let health_factor = self.evaluate(position, Some((call.debt, &debt)), prices, now)?.health_factor;
        let (scaled_debt, scaled_supply) = (position.scaled_debt(call.debt), position.scaled_supply(call.collateral));
        let user_debt = ray_mul_half_up(scaled_debt, debt.variable_borrow_index_ray)?;
        let at_once = HealthFactor::CLOSE_FACTOR_THRESHOLD_WAD;
        let is_close = health_factor.as_wad() > U256::from(at_once);
        let close_factor_bps = if is_close { DEFAULT_CLOSE_FACTOR_BPS } else { BPS };
        let to_cover = call.debt_to_cover.min(percent_mul_half_up(user_debt, close_factor_bps)?);
        self.require_liquidatable(call, health_factor, user_debt)?;

        let income_index_ray = reserve.state.normalized_income_ray(now)?;
        let user_collateral = ray_mul_half_up(scaled_supply, income_index_ray)?;
        let debt_side = Side { price: price_of(prices, call.debt)?, unit: debt_reserve.unit() };
        let collateral_side = Side { price: price_of(prices, call.collateral)?, unit: reserve.unit() };
        let limits = self.collateral_limits(position.emode(), reserve);
        let bonus_bps = limits.liquidation_bonus_bps.into();
        let (debt_repaid, taken) = exchange(to_cover, debt_side, user_collateral, collateral_side, bonus_bps)?;
        let protocol_fee = fee_of(taken, bonus_bps, reserve.params.liquidation_protocol_fee_bps.into())?;
        let seized = taken - protocol_fee;
        let quote = LiquidationQuote {
            health_factor,
            close_factor_bps,
            user_debt,
            debt_repaid,
            user_collateral,
            seized,
            protocol_fee,
        };
        Ok(Plan { quote, debt, income_index_ray, scaled_debt, scaled_supply })
    }

    /// Refuses what may not be liquidated.
    fn require_liquidatable(
        &self,
        call: LiquidationCall,
        health_factor: HealthFactor,
        user_debt: u128,
    ) -> Result<(), AaveError> {
        let LiquidationCall { user, collateral, debt, .. } = call;
        let reserve = self.reserve(collateral)?;
        reserve.require_unpaused(collateral)?;
        self.reserve(debt)?.require_unpaused(debt)?;
        if !health_factor.is_liquidatable() {
            return Err(AaveError::HealthyPosition { health_factor_wad: health_factor.as_wad() });
        }
        let is_collateral = reserve.params.collateral.liquidation_threshold_bps > 0;
        if !is_collateral || !self.position(user)?.uses_as_collateral(collateral) {
            return Err(AaveError::NotCollateral { user, reserve: collateral });
        }
        if user_debt == 0 {
            return Err(AaveError::NotBorrowed { user, reserve: debt });
        }
        Ok(())
    }

    /// Computes what the call leaves of the reserves and the position.
    #[inline]
    fn settle(&self, call: LiquidationCall, payout: Payout, plan: &Plan, now: u64) -> Result<Settled, AaveError> {
        let Plan { quote, mut debt, income_index_ray, scaled_debt, scaled_supply } = *plan;
        let (debt_reserve, reserve) = (self.reserve(call.debt)?, self.reserve(call.collateral)?);
        if quote.debt_repaid > quote.user_debt {
            return Err(MathError::BelowZero.into());
        }
        let scaled_debt_left = debt.burn_debt(quote.debt_repaid, scaled_debt)?;
        debt.update_rates(&debt_reserve.params, quote.debt_repaid, 0)?;

        let same = call.debt == call.collateral;
        let mut collateral = if same { debt } else { reserve.state };
        let supply_left = match payout {
            Payout::Underlying => collateral.pay_out(reserve, quote.seized, scaled_supply, now)?,
            Payout::Claim(holder) => {
                self.position(holder)?;
                let asked = ray_div_half_up(quote.seized, income_index_ray)?;
                let short = AaveError::InsufficientScaled { asked, held: scaled_supply };
                scaled_supply.checked_sub(asked).ok_or(short)?
            }
        };
        let held = if payout == Payout::Claim(call.user) { scaled_supply } else { supply_left };
        let (protocol_fee, scaled_protocol_fee) = limited_fee(quote.protocol_fee, held, income_index_ray)?;
        let paid_into = if same { &mut collateral } else { &mut debt };
        paid_into.available = sum(paid_into.available, quote.debt_repaid)?;
        let scaled_seized = scaled_supply - supply_left;
        Ok(Settled { debt, collateral, scaled_debt_left, scaled_seized, protocol_fee, scaled_protocol_fee })
    }

    /// Writes the position's debt and claim, and moves claims to the liquidator and the treasury.
    fn write_position(&mut self, call: LiquidationCall, payout: Payout, plan: &Plan, settled: &Settled) {
        let LiquidationQuote { user_debt, debt_repaid, user_collateral, seized, protocol_fee, .. } = plan.quote;
        let allows_loans = self.reserves[usize::from(call.collateral.0)].params.collateral.ltv_bps > 0;
        let position = self.position_mut(call.user);
        position.put_debt(call.debt, settled.scaled_debt_left, user_debt != debt_repaid);
        let burned = if payout == Payout::Underlying { settled.scaled_seized } else { 0 };
        let collateral = seized + protocol_fee != user_collateral;
        position.put_supply(call.collateral, plan.scaled_supply - burned, collateral);
        if let Payout::Claim(holder) = payout {
            let had_none = self.position_mut(holder).scaled_supply(call.collateral) == 0;
            self.move_claim(call.user, holder, call.collateral, settled.scaled_seized);
            if had_none && allows_loans {
                let held = self.position_mut(holder).scaled_supply(call.collateral);
                self.position_mut(holder).put_supply(call.collateral, held, true);
            }
        }
        self.move_claim(call.user, Self::TREASURY, call.collateral, settled.scaled_protocol_fee);
    }

    /// Moves a claim that `from` is known to hold. Nobody's collateral flag changes.
    fn move_claim(&mut self, from: UserId, to: UserId, reserve: ReserveId, scaled: u128) {
        let giver = self.position_mut(from);
        giver.put_supply(reserve, giver.scaled_supply(reserve) - scaled, giver.uses_as_collateral(reserve));
        let taker = self.position_mut(to);
        taker.put_supply(reserve, taker.scaled_supply(reserve) + scaled, taker.uses_as_collateral(reserve));
    }
}

impl Payout {
    /// Returns who gets the claim, if one is taken.
    fn claim_to(self) -> Option<UserId> {
        match self {
            Self::Underlying => None,
            Self::Claim(holder) => Some(holder),
        }
    }
}

impl ReserveState {
    /// Pays seized collateral out of a claim and returns what is left of the claim, scaled.
    fn pay_out(&mut self, reserve: &Reserve, seized: u128, held: u128, now: u64) -> Result<u128, AaveError> {
        self.accrue(reserve.params.reserve_factor_bps, now)?;
        self.update_rates(&reserve.params, 0, seized)?;
        let left = self.burn_supply(seized, held)?;
        self.available -= seized;
        Ok(left)
    }
}

/// One side of an exchange at the oracle's prices.
#[derive(Clone, Copy)]
struct Side {
    /// Base units per whole token.
    price: u128,
    /// Smallest units of a whole token.
    unit: u128,
}

/// Returns how much debt is repaid and how much collateral is taken for it, bonus and fee included.
#[inline]
fn exchange(
    to_cover: u128,
    debt: Side,
    user_collateral: u128,
    collateral: Side,
    bonus_bps: u128,
) -> Result<(u128, u128), MathError> {
    let wanted = exchanged_down(to_cover, debt, collateral)?.percent_mul_half_up(bonus_bps)?;
    if wanted <= U256::from(user_collateral) {
        return Ok((to_cover, wanted.try_into_u128()?));
    }
    let worth = exchanged_down(user_collateral, collateral, debt)?;
    Ok((worth.percent_div_half_up(bonus_bps)?.try_into_u128()?, user_collateral))
}

/// Returns what an amount is worth in the other asset, rounded **down**.
#[inline]
fn exchanged_down(amount: u128, from: Side, to: Side) -> Result<U256, MathError> {
    if let Some(value) = from.price.checked_mul(amount)
        && let Some(divisor) = to.price.checked_mul(from.unit)
        && let Ok(worth) = mul_div_down(value, to.unit, divisor)
    {
        return Ok(worth.into());
    }
    U256::product(from.price, amount).checked_mul(to.unit)?.div_down(U256::product(to.price, from.unit))
}

/// Returns the treasury's part of the bonus in what is taken, rounded **half up**.
#[inline]
fn fee_of(taken: u128, bonus_bps: u128, fee_bps: u128) -> Result<u128, MathError> {
    if fee_bps == 0 {
        return Ok(0);
    }
    let bonus = taken.checked_sub(percent_div_half_up(taken, bonus_bps)?).ok_or(MathError::BelowZero)?;
    percent_mul_half_up(bonus, fee_bps)
}

/// Returns the fee and its claim, scaled, **half up**, of a user who is left with `held`: no more than that.
#[inline]
fn limited_fee(fee: u128, held: u128, index_ray: u128) -> Result<(u128, u128), MathError> {
    let scaled = ray_div_half_up(fee, index_ray)?;
    if scaled > held { Ok((ray_mul_half_up(held, index_ray)?, held)) } else { Ok((fee, scaled)) }
}
