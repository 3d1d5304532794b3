//! What users choose: which claims are collateral, and their efficiency mode.

use super::{AaveError, EModeId, Market, ReserveId, ReserveState, UserId, UserPosition, account::widened};
use plimsoll_math::U256;

impl Market {
    /// Has a claim used as collateral, or no longer.
    ///
    /// # Errors
    /// Nothing is supplied, the reserve is paused, the asset allows no loans, or debts would not be covered without it.
    pub fn set_use_as_collateral(
        &mut self,
        user: UserId,
        reserve_id: ReserveId,
        use_as_collateral: bool,
        prices: &[u128],
        now: u64,
    ) -> Result<(), AaveError> {
        let (reserve, position) = (self.reserve(reserve_id)?, self.position(user)?);
        let scaled = position.scaled_supply(reserve_id);
        let state = &reserve.state;
        let claim = widened(state.claim::<u128>(scaled, now).map(U256::from).map_err(AaveError::from), || {
            Ok(state.claim::<U256>(scaled, now)?)
        })?;
        if claim == U256::ZERO {
            return Err(AaveError::NothingSupplied { user, reserve: reserve_id });
        }
        reserve.require_unpaused(reserve_id)?;
        if use_as_collateral == position.uses_as_collateral(reserve_id) {
            return Ok(());
        }
        if use_as_collateral {
            if reserve.params.collateral.ltv_bps == 0 {
                return Err(AaveError::NotUsableAsCollateral { reserve: reserve_id });
            }
        } else {
            let mut after = position.clone();
            after.put_supply(reserve_id, scaled, false);
            self.require_covered(&after, (reserve_id, &reserve.state), prices, now)?;
        }

        self.position_mut(user).put_supply(reserve_id, scaled, use_as_collateral);
        Ok(())
    }

    /// Has a user's position counted by an efficiency mode, or by none.
    ///
    /// # Errors
    /// There is no such mode, a debt is not of the mode, or the position would be unhealthy without the mode before.
    pub fn set_emode(&mut self, user: UserId, emode: EModeId, prices: &[u128], now: u64) -> Result<(), AaveError> {
        let position = self.position(user)?;
        if emode != EModeId::NONE {
            self.emode(emode).ok_or(AaveError::InconsistentEMode { emode })?;
            for leg in position.legs().iter().filter(|leg| leg.is_debt()) {
                self.require_of_emode(leg.reserve(), emode)?;
            }
        }
        if position.emode() != EModeId::NONE {
            let mut after = position.clone();
            after.emode = emode;
            self.evaluate(&after, None, prices, now)?.require_healthy()?;
        }

        self.position_mut(user).emode = emode;
        Ok(())
    }

    /// Refuses an asset that is not of a mode.
    pub(super) fn require_of_emode(&self, reserve: ReserveId, emode: EModeId) -> Result<(), AaveError> {
        if emode == EModeId::NONE || self.reserve(reserve)?.params.emode == emode {
            return Ok(());
        }
        Err(AaveError::InconsistentEMode { emode })
    }

    /// Refuses a position from which collateral was taken, if it is unhealthy now, or if collateral that allows no
    /// loans is left and other was taken.
    pub(super) fn require_covered(
        &self,
        after: &UserPosition,
        taken: (ReserveId, &ReserveState),
        prices: &[u128],
        now: u64,
    ) -> Result<(), AaveError> {
        let data = self.evaluate(after, Some(taken), prices, now)?;
        data.require_healthy()?;
        if data.has_zero_ltv_collateral && self.reserve(taken.0)?.params.collateral.ltv_bps > 0 {
            return Err(AaveError::ZeroLtv);
        }
        Ok(())
    }
}
