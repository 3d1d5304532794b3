//! Assets and the shares that stand for them.

use plimsoll_math::{MathError, U256, mul_div_down, mul_div_up};

/// Shares that nobody holds: with them the first share cannot be worth a fortune.
pub const VIRTUAL_SHARES: u128 = 1_000_000;

/// Assets that nobody owns, which give shares a price in an empty market.
pub const VIRTUAL_ASSETS: u128 = 1;

/// One side of a market: what all lenders own or all borrowers owe.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Loan token, in smallest units.
    pub assets: u128,
    /// Shares of it that the accounts hold together.
    pub shares: u128,
}

/// Which way a quotient is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rounding {
    Down,
    Up,
}

impl Totals {
    /// Returns the shares that `assets` are worth, rounded **down**.
    ///
    /// # Errors
    /// They are beyond `u128`.
    #[inline]
    pub fn to_shares_down(self, assets: u128) -> Result<u128, MathError> {
        match self.with_virtual() {
            Some(Self { assets: total, shares }) => mul_div_down(assets, shares, total),
            None => self.wide_to_shares(assets, Rounding::Down),
        }
    }

    /// Returns the shares that `assets` are worth, rounded **up**.
    ///
    /// # Errors
    /// They are beyond `u128`.
    #[inline]
    pub fn to_shares_up(self, assets: u128) -> Result<u128, MathError> {
        match self.with_virtual() {
            Some(Self { assets: total, shares }) => mul_div_up(assets, shares, total),
            None => self.wide_to_shares(assets, Rounding::Up),
        }
    }

    /// Returns the assets that `shares` are worth, rounded **down**.
    ///
    /// # Errors
    /// They are beyond `u128`.
    #[inline]
    pub fn to_assets_down(self, shares: u128) -> Result<u128, MathError> {
        match self.with_virtual() {
            Some(Self { assets, shares: total }) => mul_div_down(shares, assets, total),
            None => self.wide_to_assets(shares, Rounding::Down),
        }
    }

    /// Returns the assets that `shares` are worth, rounded **up**.
    ///
    /// # Errors
    /// They are beyond `u128`.
    #[inline]
    pub fn to_assets_up(self, shares: u128) -> Result<u128, MathError> {
        match self.with_virtual() {
            Some(Self { assets, shares: total }) => mul_div_up(shares, assets, total),
            None => self.wide_to_assets(shares, Rounding::Up),
        }
    }

    /// Returns the totals with what is virtual, if they fit 128 bits.
    #[inline]
    fn with_virtual(self) -> Option<Self> {
        let assets = self.assets.checked_add(VIRTUAL_ASSETS)?;
        let shares = self.shares.checked_add(VIRTUAL_SHARES)?;
        Some(Self { assets, shares })
    }

    #[cold]
    fn wide_to_shares(self, assets: u128, rounding: Rounding) -> Result<u128, MathError> {
        let total_assets = U256::from(self.assets).checked_add(VIRTUAL_ASSETS)?;
        let total_shares = U256::from(self.shares).checked_add(VIRTUAL_SHARES)?;
        wide_mul_div(assets, total_shares, total_assets, rounding)
    }

    #[cold]
    fn wide_to_assets(self, shares: u128, rounding: Rounding) -> Result<u128, MathError> {
        let total_assets = U256::from(self.assets).checked_add(VIRTUAL_ASSETS)?;
        let total_shares = U256::from(self.shares).checked_add(VIRTUAL_SHARES)?;
        wide_mul_div(shares, total_assets, total_shares, rounding)
    }
}

/// Returns `a * b / c` as the contract computes it in 256 bits: the product, and what is added to round up, must fit.
fn wide_mul_div(a: u128, b: U256, c: U256, rounding: Rounding) -> Result<u128, MathError> {
    let product = b.checked_mul(a)?;
    let product = match rounding {
        Rounding::Down => product,
        Rounding::Up => product.checked_add(c.checked_sub(1)?)?,
    };
    product.div_down(c)?.try_into_u128()
}
