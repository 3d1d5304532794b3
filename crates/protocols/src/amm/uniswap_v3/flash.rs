//! Loans that are paid back within the call.

use super::{PIPS, Scalars, V3Error, V3Pool, position::wrapping_sum};
use crate::amm::{Amounts, PoolToken};
use plimsoll_math::{FeeGrowthX128, U256};

/// What a flash loan moved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flashed {
    /// From the pool to the borrower, in smallest units.
    pub lent: Amounts,
    /// From the borrower to the pool, in smallest units: the loan, the fee, and what was given on top.
    pub paid: Amounts,
}

impl V3Pool {
    /// Returns the fee on a loan of so much of a token, in smallest units, rounded **up**.
    pub fn flash_fee(&self, lent: u128) -> u128 {
        let fee = U256::from(lent).mul_div_wide_up(u128::from(self.params.fee_pips), u128::from(PIPS));
        fee.and_then(U256::try_into_u128).expect("the fee is less than the loan")
    }

    /// Lends `lent` and takes `paid` back. All that is paid above the loan is a fee for the active liquidity and the
    /// protocol.
    ///
    /// # Errors
    /// There is no price or no active liquidity, the pool holds less, or less than the loan and its fee is paid back.
    pub fn flash(&mut self, lent: Amounts, paid: Amounts) -> Result<Flashed, V3Error> {
        self.check_initialized()?;
        if self.scalars.liquidity == 0 {
            return Err(V3Error::NoActiveLiquidity);
        }
        let mut scalars = self.scalars;
        for (token, lent, paid) in
            [(PoolToken::Zero, lent.token_0, paid.token_0), (PoolToken::One, lent.token_1, paid.token_1)]
        {
            scalars.balances.pay(token, lent.into())?;
            let owed = U256::from(lent).checked_add(self.flash_fee(lent))?;
            if U256::from(paid) < owed {
                return Err(V3Error::FlashUnpaid { token, owed, paid });
            }
            scalars.balances.receive(token, paid.into())?;
            scalars.share(token, paid - lent)?;
        }

        self.write_scalars(scalars);
        Ok(Flashed { lent, paid })
    }
}

impl Scalars {
    /// Shares a fee among the protocol and the active liquidity.
    fn share(&mut self, token: PoolToken, fee: u128) -> Result<(), V3Error> {
        let protocol = fee.checked_div(self.protocol_fee.of(token).into()).unwrap_or(0);
        self.protocol_fees = wrapping_sum(self.protocol_fees, Amounts::of(token, protocol, 0));
        let growth = FeeGrowthX128::per_liquidity_down(fee - protocol, self.liquidity)?;
        let counter = self.fee_growth_global.of_mut(token);
        *counter = counter.wrapping_add(growth);
        Ok(())
    }
}
