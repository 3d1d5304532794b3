//! A pair as any pool.

use smallvec::smallvec;

use super::router::Offer;
use super::{Amounts, Pair};
use crate::amm::liquidity::{check_each, check_least, check_length, check_no_range};
use crate::amm::{Amm, AmmError, Deposit, Direction, LiquidityMoved, PoolToken, Traded, Withdrawal};

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

    fn balance(&self, token: u8) -> u128 {
        if token == 0 { self.balances.token_0 } else { self.balances.token_1 }
    }

    fn total_supply(&self) -> Option<u128> {
        Some(self.total_supply)
    }

    /// The square root of the product.
    fn size(&self, _: u64) -> Option<f64> {
        Some((self.reserves.token_0 as f64).sqrt() * (self.reserves.token_1 as f64).sqrt())
    }

    fn spot_price(&self, direction: Direction, _: u64) -> f64 {
        let (paid, taken) = self.reserves.starting_with(direction.side().pays());
        taken as f64 / paid as f64
    }

    fn fee(&self) -> f64 {
        f64::from(self.fee_bps) / 10_000.0
    }

    /// What `a` paid in buys is `y phi a / (x + phi a)`, `phi` being what the fee leaves; its slope falls to `price` at
    /// `a = (sqrt(phi x y / price) - x) / phi`.
    fn depth_to(&self, direction: Direction, price: f64, _: u64) -> f64 {
        let (paid, taken) = self.reserves.starting_with(direction.side().pays());
        let (paid, taken, phi) = (paid as f64, taken as f64, 1.0 - Amm::fee(self));
        (((phi * paid * taken / price).sqrt() - paid) / phi).max(0.0)
    }
}
