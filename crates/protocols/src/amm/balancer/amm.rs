//! A weighted pool as any pool.

use super::WeightedPool;
use crate::amm::liquidity::{check_length, check_no_range};
use crate::amm::{Amm, AmmError, Deposit, Direction, LiquidityMoved, PerToken, Traded, Withdrawal};

/// Returns the two tokens of a direction.
fn tokens(direction: Direction) -> (usize, usize) {
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

    fn balance(&self, token: u8) -> u128 {
        self.balances()[usize::from(token)]
    }

    fn total_supply(&self) -> Option<u128> {
        Some(WeightedPool::total_supply(self))
    }

    /// The product of the balances, each to the power of its weight.
    fn size(&self, _: u64) -> Option<f64> {
        let weighted = self.balances().iter().zip(self.weights_wad());
        Some(weighted.map(|(balance, weight)| libm::pow(*balance as f64, *weight as f64 / 1e18)).product())
    }

    fn spot_price(&self, direction: Direction, _: u64) -> f64 {
        let (base, quote) = tokens(direction);
        WeightedPool::spot_price(self, base, quote).unwrap_or(f64::NAN)
    }

    fn fee(&self) -> f64 {
        self.swap_fee_wad() as f64 / 1e18
    }

    /// No more than one swap may pay in.
    fn depth_to(&self, direction: Direction, price: f64, _: u64) -> f64 {
        let (token_in, token_out) = tokens(direction);
        let wished = self.amount_in_to_price(token_in, token_out, price / (1.0 - Amm::fee(self)));
        let most = self.largest_amount_in(token_in);
        wished.unwrap_or(0.0).min(most.map_or(0.0, |most| most as f64))
    }
}
