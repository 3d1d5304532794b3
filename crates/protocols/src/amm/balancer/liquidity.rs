//! What every join and exit begins and ends with: the protocol's share of the swap fees.

use super::{
    Holdings, MAX_TOKENS, PerToken, Scaled, WeightedPool, WeightedPoolError,
    weighted_math::{self, TokenChange},
};
use plimsoll_math::{Fixed18, MathError, WAD, sum};

/// A join or exit before it moves anything.
pub(super) struct Begun {
    pub(super) balances: Scaled,
    /// The BPT, those included that are due to the protocol for what was swapped since the last join or exit.
    pub(super) supply: Fixed18,
    /// BPT due to the protocol for what was swapped since.
    protocol_fee: u128,
    invariant: Fixed18,
}

/// A join or exit that is about to be written.
pub(super) struct Ended {
    /// What the pool holds then.
    pub(super) holdings: Holdings,
    /// BPT for the protocol: for swaps since the last join or exit, and for the fee that this one paid.
    pub(super) protocol_fee: u128,
}

/// What a join or exit moves.
#[derive(Clone, Copy)]
pub(super) enum Moved {
    /// Tokens come in, and BPT are minted.
    In { bpt: u128 },
    /// Tokens go out, and BPT are burned.
    Out { bpt: u128 },
}

impl WeightedPool {
    /// Returns the invariant of the balances, with 18 decimals, rounded **down**.
    ///
    /// # Errors
    /// The pool has no liquidity, or the invariant is wider than 128 bits.
    pub fn invariant(&self) -> Result<u128, WeightedPoolError> {
        Ok(self.invariant_of(&self.scaled_balances())?.try_into_u128()?)
    }

    /// Returns how many BPT there are in effect: those that exist, and those that the next join or exit will mint to
    /// the protocol.
    ///
    /// # Errors
    /// The pool has no liquidity, or there would be more than 128 bits.
    pub fn actual_supply(&self) -> Result<u128, WeightedPoolError> {
        Ok(self.begin()?.supply.try_into_u128()?)
    }

    /// Begins a join or exit.
    pub(super) fn begin(&self) -> Result<Begun, WeightedPoolError> {
        let balances = self.scaled_balances();
        let invariant = self.invariant_of(&balances)?;
        let growth = invariant.div_down(Fixed18::from(self.holdings.last_invariant))?;
        let total_supply = Fixed18::from(self.holdings.total_supply);
        let share = self.protocol_share(growth, Fixed18::one())?;
        let protocol_fee = bpt_for_share_down(total_supply, share)?;
        let supply = total_supply.checked_add(Fixed18::from(protocol_fee))?;
        Ok(Begun { balances, supply, protocol_fee, invariant })
    }

    /// Ends a join or exit of these amounts: `moved_scaled` as they were reckoned, `moved` in smallest units.
    pub(super) fn end(
        &self,
        begun: &Begun,
        moved_scaled: &[Fixed18],
        moved: &PerToken,
        how: Moved,
    ) -> Result<Ended, WeightedPoolError> {
        let supply = match how {
            Moved::In { bpt } => begun.supply.checked_add(Fixed18::from(bpt))?,
            Moved::Out { bpt } => begun.supply.checked_sub(Fixed18::from(bpt)).map_err(|_| {
                let total_supply = begun.supply.try_into_u128().unwrap_or(u128::MAX);
                WeightedPoolError::BeyondSupply { bpt, total_supply }
            })?,
        };
        let mut balances_scaled = begun.balances;
        for (balance, moved) in balances_scaled.iter_mut().zip(moved_scaled) {
            // The contract takes an exit of no BPT for a join, too.
            *balance =
                if supply >= begun.supply { balance.checked_add(*moved)? } else { balance.checked_sub(*moved)? };
        }
        let invariant = self.invariant_of(&balances_scaled)?;
        let fee_of_this = self.fee_of_join_or_exit(begun, invariant, supply)?;
        let mut balances = self.holdings.balances;
        for (token, moved) in moved.iter().enumerate().take(self.token_count()) {
            balances[token] = match how {
                Moved::In { .. } => self.balance_with(token, *moved)?,
                Moved::Out { .. } => self.balance_without(token, *moved)?,
            };
        }
        let total_supply = supply.checked_add(Fixed18::from(fee_of_this))?.try_into_u128()?;
        let holdings = Holdings { balances, total_supply, last_invariant: invariant.try_into_u128()? };
        Ok(Ended { holdings, protocol_fee: sum(begun.protocol_fee, fee_of_this)? })
    }

    /// Returns the invariant of balances.
    pub(super) fn invariant_of(&self, balances: &Scaled) -> Result<Fixed18, WeightedPoolError> {
        let holdings = balances.iter().enumerate().take(self.token_count());
        weighted_math::invariant_down(holdings.map(|(token, balance)| (self.weight(token), *balance)))
    }

    /// Returns the amounts with 18 decimals.
    pub(super) fn scaled(&self, amounts: &[u128]) -> Result<Scaled, WeightedPoolError> {
        self.check_length(amounts.len())?;
        let mut scaled = Scaled::default();
        for (token, amount) in amounts.iter().enumerate() {
            scaled[token] = self.scale(token, *amount);
        }
        Ok(scaled)
    }

    /// Returns what a join or exit changes of each token.
    pub(super) fn changes(&self, balances: &Scaled, amounts: &Scaled) -> [TokenChange; MAX_TOKENS] {
        std::array::from_fn(|token| TokenChange {
            balance: balances[token],
            weight: self.weight(token),
            amount: amounts[token],
        })
    }

    /// Returns the balances with 18 decimals.
    fn scaled_balances(&self) -> Scaled {
        std::array::from_fn(|token| self.balance(token))
    }

    /// Returns the BPT that the protocol gets for the swap fee within a join or exit, rounded **down** in favour of the
    /// liquidity providers.
    fn fee_of_join_or_exit(
        &self,
        begun: &Begun,
        invariant: Fixed18,
        supply: Fixed18,
    ) -> Result<u128, WeightedPoolError> {
        if self.protocol_fee_wad == 0 {
            return Ok(0);
        }
        let growth = invariant.div_down(begun.invariant)?;
        let share = self.protocol_share(growth, supply.div_down(begun.supply)?)?;
        Ok(bpt_for_share_down(supply, share)?)
    }

    /// Returns the protocol's share of the pool when the invariant grew by `growth` and the BPT by `supply_growth`: what
    /// the one grew more than the other is swap fees.
    fn protocol_share(&self, growth: Fixed18, supply_growth: Fixed18) -> Result<Fixed18, MathError> {
        if self.protocol_fee_wad == 0 || supply_growth >= growth {
            return Ok(Fixed18::ZERO);
        }
        let fees = Fixed18::one().checked_sub(supply_growth.div_down(growth)?)?;
        fees.mul_down(Fixed18::from(u128::from(self.protocol_fee_wad)))
    }
}

/// Returns the BPT to mint so that they are this share of all BPT then, rounded **down**.
fn bpt_for_share_down(total_supply: Fixed18, share: Fixed18) -> Result<u128, MathError> {
    let product = total_supply.units().checked_mul(share.units())?;
    product.div_down(WAD - share.try_into_u128()?)?.try_into_u128()
}
