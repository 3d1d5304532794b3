//! A pool of any number of coins, as any pool.

use super::{CurveError, StableSwap};
use crate::amm::liquidity::{check_each, check_length, check_no_range};
use crate::amm::{Amm, AmmError, Deposit, Direction, LiquidityMoved, PoolKind, Traded, Withdrawal};

/// A pool of as many coins as pools have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CurvePool {
    /// Of two coins.
    Two(StableSwap<2>),
    /// Of three coins.
    Three(StableSwap<3>),
}

/// Does the same with a pool of any number of coins.
macro_rules! each {
    ($pool:expr, $coins:ident => $then:expr) => {
        match $pool {
            CurvePool::Two($coins) => $then,
            CurvePool::Three($coins) => $then,
        }
    };
}

impl CurvePool {
    /// Starts to move the amplification: see [`StableSwap::ramp_a`].
    ///
    /// # Errors
    /// Those of [`StableSwap::ramp_a`].
    pub fn ramp_a(&mut self, amplification: u128, until: u64, now: u64) -> Result<(), CurveError> {
        each!(self, pool => pool.ramp_a(amplification, until, now))
    }

    /// Returns what the pool holds for its owner, in each coin's smallest units.
    pub fn admin_balances(&self) -> &[u128] {
        each!(self, pool => &pool.admin_balances)
    }
}

/// Returns the two coins of a direction.
pub(super) fn coins(direction: Direction) -> (usize, usize) {
    (direction.pays.into(), direction.takes.into())
}

impl Amm for CurvePool {
    fn quote_exact_in(&self, direction: Direction, amount_in: u128, now: u64) -> Result<u128, AmmError> {
        each!(self, pool => Amm::quote_exact_in(pool, direction, amount_in, now))
    }

    fn quote_exact_out(&self, direction: Direction, amount_out: u128, now: u64) -> Result<u128, AmmError> {
        each!(self, pool => Amm::quote_exact_out(pool, direction, amount_out, now))
    }

    fn swap_exact_in(&mut self, direction: Direction, amount_in: u128, now: u64) -> Result<Traded, AmmError> {
        each!(self, pool => Amm::swap_exact_in(pool, direction, amount_in, now))
    }

    fn add_liquidity(&mut self, deposit: &Deposit, now: u64) -> Result<LiquidityMoved, AmmError> {
        each!(self, pool => Amm::add_liquidity(pool, deposit, now))
    }

    fn remove_liquidity(&mut self, withdrawal: &Withdrawal, now: u64) -> Result<LiquidityMoved, AmmError> {
        each!(self, pool => Amm::remove_liquidity(pool, withdrawal, now))
    }

    fn token_count(&self) -> u8 {
        each!(self, pool => Amm::token_count(pool))
    }

    fn balance(&self, token: u8) -> u128 {
        each!(self, pool => Amm::balance(pool, token))
    }

    fn provided(&self, token: u8) -> u128 {
        each!(self, pool => Amm::provided(pool, token))
    }

    fn total_supply(&self) -> Option<u128> {
        each!(self, pool => Amm::total_supply(pool))
    }
}

/// All of it is kept.
impl PoolKind for CurvePool {
    type Before = Box<Self>;

    fn before(&mut self) -> Box<Self> {
        Box::new(*self)
    }

    fn restore(&mut self, before: Box<Self>) {
        *self = *before;
    }
}

impl<const N: usize> Amm for StableSwap<N> {
    fn quote_exact_in(&self, direction: Direction, amount_in: u128, now: u64) -> Result<u128, AmmError> {
        let (coin_in, coin_out) = coins(direction);
        Ok(self.market(now)?.quote_exact_in(coin_in, coin_out, amount_in)?)
    }

    fn quote_exact_out(&self, direction: Direction, amount_out: u128, now: u64) -> Result<u128, AmmError> {
        let (coin_in, coin_out) = coins(direction);
        Ok(self.market(now)?.quote_exact_out(coin_in, coin_out, amount_out)?)
    }

    fn swap_exact_in(&mut self, direction: Direction, amount_in: u128, now: u64) -> Result<Traded, AmmError> {
        let (coin_in, coin_out) = coins(direction);
        let exchanged = self.exchange(coin_in, coin_out, amount_in, 0, now)?;
        Ok(Traded { amount_in: exchanged.amount_in, amount_out: exchanged.amount_out })
    }

    fn add_liquidity(&mut self, deposit: &Deposit, now: u64) -> Result<LiquidityMoved, AmmError> {
        check_no_range(deposit.range)?;
        check_length(&deposit.offered, N)?;
        let mut paid = [0; N];
        paid.copy_from_slice(&deposit.offered);
        let added = StableSwap::add_liquidity(self, paid, deposit.least_liquidity, now)?;
        let amounts = added.paid.as_slice().into();
        Ok(LiquidityMoved { amounts, liquidity: added.minted, ..LiquidityMoved::default() })
    }

    fn remove_liquidity(&mut self, withdrawal: &Withdrawal, _: u64) -> Result<LiquidityMoved, AmmError> {
        check_no_range(withdrawal.range)?;
        let mut after = *self;
        let removed = StableSwap::remove_liquidity(&mut after, withdrawal.liquidity, [0; N])?;
        check_each(&removed.taken, &withdrawal.least)?;

        *self = after;
        let amounts = removed.taken.as_slice().into();
        Ok(LiquidityMoved { amounts, liquidity: removed.burned, ..LiquidityMoved::default() })
    }

    fn token_count(&self) -> u8 {
        u8::try_from(N).expect("pools have three coins at most")
    }

    fn balance(&self, token: u8) -> u128 {
        let coin = usize::from(token);
        self.balances[coin] + self.admin_balances[coin]
    }

    fn provided(&self, token: u8) -> u128 {
        self.balances[usize::from(token)]
    }

    fn total_supply(&self) -> Option<u128> {
        Some(self.total_supply)
    }
}
