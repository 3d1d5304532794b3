//! Loans that are paid back within the call.

use super::{PIPS, Scalars, V3Error, V3Pool, WideAmounts, position::wrapping_sum};
use crate::amm::{Amounts, PoolToken};
use plimsoll_math::{FeeGrowthX128, MathError, U256};

/// What a flash loan moved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flashed<A = Amounts> {
    /// From the pool to the borrower, in smallest units.
    pub lent: A,
    /// From the borrower to the pool, in smallest units: the loan, the fee, and what was given on top.
    pub paid: A,
}

impl V3Pool {
    /// Returns the fee on a loan of so much of a token, in smallest units, rounded **up**.
    pub fn flash_fee(&self, lent: u128) -> u128 {
        let fee = self.flash_fee_wide(lent.into());
        fee.and_then(U256::try_into_u128).expect("the fee is less than the loan")
    }

    fn flash_fee_wide(&self, lent: U256) -> Result<U256, MathError> {
        lent.mul_div_wide_up(u128::from(self.params.fee_pips), u128::from(PIPS))
    }

    /// Lends `lent` and takes `paid` back. All that is paid above the loan is a fee for the active liquidity and the
    /// protocol.
    ///
    /// # Errors
    /// There is no price or no active liquidity, the pool holds less, or less than the loan and its fee is paid back.
    pub fn flash(&mut self, lent: Amounts, paid: Amounts) -> Result<Flashed, V3Error> {
        self.flash_wide(lent.into(), paid.into())?;
        Ok(Flashed { lent, paid })
    }

    /// Does as [`Self::flash`] does, with amounts as wide as the contract's.
    ///
    /// # Errors
    /// Those of [`Self::flash`], or what a unit of liquidity earns does not fit 256 bits.
    pub fn flash_wide(&mut self, lent: WideAmounts, paid: WideAmounts) -> Result<Flashed<WideAmounts>, V3Error> {
        self.check_initialized()?;
        if self.scalars.liquidity == 0 {
            return Err(V3Error::NoActiveLiquidity);
        }
        let mut scalars = self.scalars;
        for (token, lent, paid) in
            [(PoolToken::Zero, lent.token_0, paid.token_0), (PoolToken::One, lent.token_1, paid.token_1)]
        {
            scalars.balances.pay(token, lent)?;
            let owed = lent.checked_add(self.flash_fee_wide(lent)?)?;
            if paid < owed {
                return Err(V3Error::FlashUnpaid { token, owed, paid });
            }
            scalars.balances.receive(token, paid)?;
            scalars.share(token, paid.checked_sub(lent)?)?;
        }

        self.write_scalars(scalars);
        Ok(Flashed { lent, paid })
    }
}

impl Scalars {
    /// Shares a fee among the protocol, whose part is counted modulo 2^128, and the active liquidity.
    fn share(&mut self, token: PoolToken, fee: U256) -> Result<(), V3Error> {
        let protocol = match self.protocol_fee.of(token) {
            0 => U256::ZERO,
            part => fee.div_down(u128::from(part))?,
        };
        self.protocol_fees = wrapping_sum(self.protocol_fees, Amounts::of(token, protocol.into_halves().1, 0));
        let growth = FeeGrowthX128::per_liquidity_down(fee.checked_sub(protocol)?, self.liquidity)?;
        let counter = self.fee_growth_global.of_mut(token);
        *counter = counter.wrapping_add(growth);
        Ok(())
    }
}
