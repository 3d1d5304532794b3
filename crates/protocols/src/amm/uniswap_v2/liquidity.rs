//! Liquidity that comes and goes.

use super::{Amounts, MINIMUM_LIQUIDITY, Pair, PairError, ProtocolFee};
use plimsoll_math::{U256, mul_div_down, sum};

/// What a mint moved. Liquidity tokens come into being; the amounts went from the provider to the pair.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Minted {
    /// What the provider paid, in smallest units.
    pub paid: Amounts,
    /// Liquidity tokens for the provider.
    pub liquidity: u128,
    /// Liquidity tokens that nobody can ever hold: [`MINIMUM_LIQUIDITY`] in the first mint, else none.
    pub locked: u128,
    /// Liquidity tokens for the protocol's treasury.
    pub protocol_fee: u128,
}

/// What a burn moved. Liquidity tokens cease to be; the amounts went from the pair to the provider.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Burned {
    /// Liquidity tokens of the provider that are gone.
    pub liquidity: u128,
    /// What the provider got, in smallest units.
    pub taken: Amounts,
    /// Liquidity tokens for the protocol's treasury.
    pub protocol_fee: u128,
}

impl Pair {
    /// Takes `paid` and whatever else lies above the reserves, and mints liquidity tokens for it: the share of the pool
    /// that the scarcer token makes up. They round **down**, in favour of those who are in already.
    ///
    /// # Errors
    /// The amounts are too small to mint anything, or a reserve would not fit 112 bits.
    pub fn mint(&mut self, paid: Amounts, now: u64) -> Result<Minted, PairError> {
        let balances = self.balances_with(paid)?;
        let added = Amounts {
            token_0: balances.token_0 - self.reserves.token_0,
            token_1: balances.token_1 - self.reserves.token_1,
        };
        let mut after = *self;
        let protocol_fee = after.settle_protocol_fee()?;
        let locked = if after.total_supply == 0 { MINIMUM_LIQUIDITY } else { 0 };
        let liquidity = after.liquidity_for(added)?;
        after.total_supply = sum(after.total_supply, locked + liquidity)?;
        after.write(&self.update(balances, now)?);
        after.remember_product();

        *self = after;
        Ok(Minted { paid, liquidity, locked, protocol_fee })
    }

    /// Burns `liquidity` tokens and gives the share of the balances that they stand for. It rounds **down**, in
    /// favour of those who stay.
    ///
    /// # Errors
    /// So many do not exist, or they are not worth one smallest unit of each token.
    pub fn burn(&mut self, liquidity: u128, now: u64) -> Result<Burned, PairError> {
        let held = self.balances;
        let mut after = *self;
        let protocol_fee = after.settle_protocol_fee()?;
        let total_supply = after.total_supply;
        if liquidity > self.total_supply {
            return Err(PairError::BeyondSupply { liquidity, total_supply: self.total_supply });
        }
        let taken = Amounts {
            token_0: mul_div_down(liquidity, held.token_0, total_supply)?,
            token_1: mul_div_down(liquidity, held.token_1, total_supply)?,
        };
        if taken.token_0 == 0 || taken.token_1 == 0 {
            return Err(PairError::InsufficientLiquidityBurned { liquidity, total_supply });
        }
        after.total_supply -= liquidity;
        let balances = Amounts { token_0: held.token_0 - taken.token_0, token_1: held.token_1 - taken.token_1 };
        after.write(&self.update(balances, now)?);
        after.remember_product();

        *self = after;
        Ok(Burned { liquidity, taken, protocol_fee })
    }

    /// Returns the liquidity tokens that `added` is worth, rounded **down**.
    fn liquidity_for(&self, added: Amounts) -> Result<u128, PairError> {
        let too_little = PairError::InsufficientLiquidityMinted { amount_0: added.token_0, amount_1: added.token_1 };
        if self.total_supply == 0 {
            let root = U256::product(added.token_0, added.token_1).sqrt_down();
            return root.checked_sub(MINIMUM_LIQUIDITY).filter(|liquidity| *liquidity > 0).ok_or(too_little);
        }
        let share = |added: u128, reserve: u128| U256::product(added, self.total_supply).div_down(reserve);
        let by_0 = share(added.token_0, self.reserves.token_0)?;
        let by_1 = share(added.token_1, self.reserves.token_1)?;
        match by_0.min(by_1).try_into_u128()? {
            0 => Err(too_little),
            liquidity => Ok(liquidity),
        }
    }

    /// Mints the treasury's sixth of what the product's root has grown since the last mint or burn, and returns it.
    /// It rounds **down**, in favour of the liquidity providers.
    fn settle_protocol_fee(&mut self) -> Result<u128, PairError> {
        if self.protocol_fee == ProtocolFee::Off {
            self.k_last = U256::ZERO;
            return Ok(0);
        }
        let root = self.product().sqrt_down();
        let root_last = self.k_last.sqrt_down();
        if root_last == 0 || root <= root_last {
            return Ok(0);
        }
        let liquidity = mul_div_down(self.total_supply, root - root_last, root * 5 + root_last)?;
        self.total_supply = sum(self.total_supply, liquidity)?;
        Ok(liquidity)
    }

    /// Keeps the product that the next protocol fee is measured from.
    fn remember_product(&mut self) {
        if self.protocol_fee == ProtocolFee::On {
            self.k_last = self.product();
        }
    }

    /// Returns the product of the reserves.
    fn product(&self) -> U256 {
        U256::product(self.reserves.token_0, self.reserves.token_1)
    }
}
