//! A weighted pool as any pool.

use super::{Holdings, WeightedPool};
use crate::amm::liquidity::{check_length, check_no_range};
use crate::amm::{Amm, AmmError, Deposit, Direction, LiquidityMoved, PerToken, PoolKind, Traded, Withdrawal};

/// Returns the two tokens of a direction.
pub(super) fn tokens(direction: Direction) -> (usize, usize) {
    (direction.pays.into(), direction.takes.into())
}

impl Amm for WeightedPool {
    fn quote_exact_in(&self, direction: Direction, amount_in: u128, _: u64) -> Result<u128, AmmError> {
        let (token_in, token_out) = tokens(direction);
        Ok(self.quote_given_in(token_in, token_out, amount_in)?)
    }

    fn quote_exact_out(&self, direction: Direction, amount_out: u128, _: u64) -> Result<u128, AmmError> {
        let (token_in, token_out) = tokens(direction);
        Ok(self.quote_given_out(token_in, token_out, amount_out)?)
    }

    fn swap_exact_in(&mut self, direction: Direction, amount_in: u128, _: u64) -> Result<Traded, AmmError> {
        let (token_in, token_out) = tokens(direction);
        Ok(self.swap_given_in(token_in, token_out, amount_in, 0)?)
    }

    fn add_liquidity(&mut self, deposit: &Deposit, _: u64) -> Result<LiquidityMoved, AmmError> {
        check_no_range(deposit.range)?;
        check_length(&deposit.offered, self.token_count())?;
        let joined = self.join_exact_tokens(&deposit.offered, deposit.least_liquidity)?;
        Ok(LiquidityMoved {
            amounts: joined.paid[..self.token_count()].into(),
            liquidity: joined.bpt,
            locked: joined.locked,
            protocol_fee: joined.protocol_fee,
            ..LiquidityMoved::default()
        })
    }

    fn remove_liquidity(&mut self, withdrawal: &Withdrawal, _: u64) -> Result<LiquidityMoved, AmmError> {
        check_no_range(withdrawal.range)?;
        let tokens = self.token_count();
        let least = if withdrawal.least.is_empty() { PerToken::from_elem(0, tokens) } else { withdrawal.least.clone() };
        let exited = self.exit_proportional(withdrawal.liquidity, &least)?;
        Ok(LiquidityMoved {
            amounts: exited.taken[..tokens].into(),
            liquidity: exited.bpt,
            protocol_fee: exited.protocol_fee,
            ..LiquidityMoved::default()
        })
    }

    fn token_count(&self) -> u8 {
        u8::try_from(self.balances().len()).expect("pools have eight tokens at most")
    }

    fn balance(&self, token: u8) -> u128 {
        self.balances()[usize::from(token)]
    }

    fn total_supply(&self) -> Option<u128> {
        Some(WeightedPool::total_supply(self))
    }
}

/// What calls change is kept.
impl PoolKind for WeightedPool {
    type Before = Box<Holdings>;

    fn before(&mut self) -> Box<Holdings> {
        Box::new(self.holdings())
    }

    fn restore(&mut self, before: Box<Holdings>) {
        WeightedPool::restore(self, *before);
    }
}
