//! Fees, and what the pool's owner does with them.

use super::{CurveError, StableSwap};
use plimsoll_math::{MathError, mul_div_down};

/// The number one in fees.
pub const FEE_DENOMINATOR: u128 = 10_000_000_000;

/// The greatest fee: half.
pub const MAX_FEE: u128 = FEE_DENOMINATOR / 2;

/// The greatest part of a fee for the owner: all.
pub const MAX_ADMIN_FEE: u128 = FEE_DENOMINATOR;

/// What a pool charges.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fees {
    /// Share of what a trade buys, in ten-billionths: 4000000 is 0.04 %.
    pub fee: u128,
    /// Share of the fee that goes to the pool's owner, in ten-billionths.
    pub admin_fee: u128,
}

impl Fees {
    /// Refuses fees above what the contract accepts.
    pub(super) fn check(self) -> Result<(), CurveError> {
        for (fee, most) in [(self.fee, MAX_FEE), (self.admin_fee, MAX_ADMIN_FEE)] {
            if fee > most {
                return Err(CurveError::FeeTooHigh { fee, most });
            }
        }
        Ok(())
    }

    /// Returns the fee on what a trade buys, rounded **down** in favour of the trader.
    #[inline]
    pub(super) fn on_trade_down(self, amount: u128) -> Result<u128, MathError> {
        mul_div_down(amount, self.fee, FEE_DENOMINATOR)
    }

    /// Returns the fee on what liquidity that comes or goes moves a balance off the ratio of a pool of `coins` coins,
    /// rounded **down**: half a trade's fee in a pool of two.
    #[inline]
    pub(super) fn on_imbalance_down(self, difference: u128, coins: u128) -> Result<u128, MathError> {
        let fee = self.fee * coins / (4 * (coins - 1));
        mul_div_down(difference, fee, FEE_DENOMINATOR)
    }

    /// Returns the owner's part of a fee, rounded **down** in favour of those who provide liquidity.
    #[inline]
    pub(super) fn for_owner_down(self, fee: u128) -> Result<u128, MathError> {
        mul_div_down(fee, self.admin_fee, FEE_DENOMINATOR)
    }
}

impl<const N: usize> StableSwap<N> {
    /// Gives the owner what the pool holds for it, and returns how much that is of each coin.
    pub fn withdraw_admin_fees(&mut self) -> [u128; N] {
        std::mem::replace(&mut self.admin_balances, [0; N])
    }

    /// Gives those who provide liquidity what the pool holds for its owner, and returns how much that is of each coin.
    /// No token moves.
    ///
    /// With the rules of [`Template::Steth`](super::Template::Steth) the contract counts so too: there the fees stop
    /// being set apart from what the pool trades from.
    pub fn donate_admin_fees(&mut self) -> [u128; N] {
        self.balances = self.holdings();
        self.withdraw_admin_fees()
    }

    /// Takes tokens that nobody asked for. They belong to the pool's owner, or to those who provide liquidity: see
    /// [`Template`](super::Template). What a coin's balances grow by themselves comes this way too.
    ///
    /// # Errors
    /// There is no such coin, or all that the pool holds would not fit 128 bits.
    pub fn donate(&mut self, coin: usize, amount: u128) -> Result<(), CurveError> {
        Self::check_coin(coin)?;
        let balance = self.balance_with(coin, amount)?;

        if self.template.owner_gets_donations() {
            self.admin_balances[coin] += amount;
        } else {
            self.balances[coin] = balance;
        }
        Ok(())
    }

    /// Changes the fees, as the contract does three days after it was announced.
    ///
    /// # Errors
    /// A fee is above what the contract accepts.
    pub fn set_fees(&mut self, fees: Fees) -> Result<(), CurveError> {
        fees.check()?;

        self.fees = fees;
        Ok(())
    }
}
