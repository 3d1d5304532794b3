//! Amounts as wide as the contract's, which have 256 bits.

use super::V3Error;
use crate::amm::{Amounts, PoolToken, Traded};
use plimsoll_math::{MathError, U256};

/// An amount of each of a pool's tokens, as wide as the contract's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WideAmounts {
    /// Of token 0, in smallest units.
    pub token_0: U256,
    /// Of token 1, in smallest units.
    pub token_1: U256,
}

impl WideAmounts {
    /// Returns the amounts, if they fit 128 bits.
    ///
    /// # Errors
    /// One is wider.
    pub fn narrow(self) -> Result<Amounts, MathError> {
        Ok(Amounts { token_0: self.token_0.try_into_u128()?, token_1: self.token_1.try_into_u128()? })
    }

    #[inline]
    fn of_mut(&mut self, token: PoolToken) -> &mut U256 {
        match token {
            PoolToken::Zero => &mut self.token_0,
            PoolToken::One => &mut self.token_1,
        }
    }

    /// Takes an amount in.
    #[inline]
    pub(super) fn receive(&mut self, token: PoolToken, amount: U256) -> Result<(), V3Error> {
        let held = self.of_mut(token);
        *held = held.checked_add(amount)?;
        Ok(())
    }

    /// Pays an amount out, if it is there.
    #[inline]
    pub(super) fn pay(&mut self, token: PoolToken, asked: U256) -> Result<(), V3Error> {
        let held = self.of_mut(token);
        *held = held.checked_sub(asked).map_err(|_| V3Error::InsufficientBalance { token, asked, held: *held })?;
        Ok(())
    }

    /// Pays both amounts out, if they are there.
    pub(super) fn pay_both(&mut self, asked: Amounts) -> Result<(), V3Error> {
        self.pay(PoolToken::Zero, asked.token_0.into())?;
        self.pay(PoolToken::One, asked.token_1.into())
    }
}

impl From<Amounts> for WideAmounts {
    fn from(amounts: Amounts) -> Self {
        Self { token_0: amounts.token_0.into(), token_1: amounts.token_1.into() }
    }
}

/// What a trade moved, as wide as the contract's amounts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WideTraded {
    /// From the trader to the pool, in smallest units.
    pub amount_in: U256,
    /// From the pool to the trader, in smallest units.
    pub amount_out: U256,
}

impl WideTraded {
    /// Returns the amounts, if they fit 128 bits.
    ///
    /// # Errors
    /// One is wider.
    #[inline]
    pub fn narrow(self) -> Result<Traded, MathError> {
        Ok(Traded { amount_in: self.amount_in.try_into_u128()?, amount_out: self.amount_out.try_into_u128()? })
    }
}
