//! A pair as any pool.

use smallvec::smallvec;

use super::router::Offer;
use super::{Amounts, Pair};
use crate::amm::liquidity::{check_each, check_least, check_length, check_no_range};
use crate::amm::{Amm, AmmError, Deposit, Direction, LiquidityMoved, Pool, PoolKind, PoolToken, Traded, Withdrawal};

impl Amm for Pair {
    fn quote_exact_in(&self, direction: Direction, amount_in: u128, _: u64) -> Result<u128, AmmError> {
        Ok(Pair::quote_exact_in(self, direction.side(), amount_in)?)
    }

    fn quote_exact_out(&self, direction: Direction, amount_out: u128, _: u64) -> Result<u128, AmmError> {
        Ok(Pair::quote_exact_out(self, direction.side(), amount_out)?)
    }

    fn swap_exact_in(&mut self, direction: Direction, amount_in: u128, now: u64) -> Result<Traded, AmmError> {
        Ok(Pair::swap_exact_in(self, direction.side(), amount_in, now)?)
    }

    fn add_liquidity(&mut self, deposit: &Deposit, now: u64) -> Result<LiquidityMoved, AmmError> {
        check_no_range(deposit.range)?;
        check_length(&deposit.offered, 2)?;
        let desired = Amounts { token_0: deposit.offered[0], token_1: deposit.offered[1] };
        let offer = Offer { first: PoolToken::Zero, desired, least: Amounts::default() };
        let mut after = *self;
        let minted = Pair::add_liquidity(&mut after, offer, now)?;
        check_least(minted.liquidity, deposit.least_liquidity)?;

        *self = after;
        Ok(LiquidityMoved {
            amounts: smallvec![minted.paid.token_0, minted.paid.token_1],
            liquidity: minted.liquidity,
            locked: minted.locked,
            protocol_fee: minted.protocol_fee,
            ..LiquidityMoved::default()
        })
    }

    fn remove_liquidity(&mut self, withdrawal: &Withdrawal, now: u64) -> Result<LiquidityMoved, AmmError> {
        check_no_range(withdrawal.range)?;
        let mut after = *self;
        let burned = Pair::burn(&mut after, withdrawal.liquidity, now)?;
        check_each(&[burned.taken.token_0, burned.taken.token_1], &withdrawal.least)?;

        *self = after;
        Ok(LiquidityMoved {
            amounts: smallvec![burned.taken.token_0, burned.taken.token_1],
            liquidity: burned.liquidity,
            protocol_fee: burned.protocol_fee,
            ..LiquidityMoved::default()
        })
    }

    fn token_count(&self) -> u8 {
        2
    }

    fn balance(&self, token: u8) -> u128 {
        if token == 0 { self.balances.token_0 } else { self.balances.token_1 }
    }

    fn total_supply(&self) -> Option<u128> {
        Some(self.total_supply)
    }
}

/// All of it is small enough to be kept.
impl PoolKind for Pair {
    type Before = Self;

    fn before(&mut self) -> Self {
        *self
    }

    fn restore(&mut self, before: Self) {
        *self = before;
    }
}

impl Pool {
    /// Returns the pair that it is. Leveraged farms are checked to farm no other kind.
    pub fn uniswap_v2(&self) -> &Pair {
        match self {
            Self::UniswapV2(pair) => pair,
            _ => unreachable!("checked: it is a Uniswap v2 pair"),
        }
    }

    /// Returns the pair that it is, to work with. Leveraged farms are checked to farm no other kind.
    pub fn uniswap_v2_mut(&mut self) -> &mut Pair {
        match self {
            Self::UniswapV2(pair) => pair,
            _ => unreachable!("checked: it is a Uniswap v2 pair"),
        }
    }
}
