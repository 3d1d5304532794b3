//! A pool as any pool.

use smallvec::smallvec;

use super::{V3Error, V3Pool};
use crate::AccountId;
use crate::amm::liquidity::{check_each, check_least, check_length};
use crate::amm::{
    Amm, AmmError, Amounts, ConcentratedLiquidity, Deposit, Direction, LiquidityMoved, PerToken, Pool, PoolKind,
    RangeKey, TickRange, Traded, Withdrawal,
};

/// Returns whose position in which range.
fn key(owner: AccountId, range: Option<TickRange>) -> Result<RangeKey, AmmError> {
    let range = range.ok_or(AmmError::Range { what: "liquidity here lies between two ticks" })?;
    Ok(RangeKey { owner, range })
}

/// Returns both amounts in their places.
fn per_token(amounts: Amounts) -> PerToken {
    smallvec![amounts.token_0, amounts.token_1]
}

impl Amm for V3Pool {
    fn quote_exact_in(&self, direction: Direction, amount_in: u128, _: u64) -> Result<u128, AmmError> {
        Ok(V3Pool::quote_exact_in(self, direction.side(), amount_in)?)
    }

    fn quote_exact_out(&self, direction: Direction, amount_out: u128, _: u64) -> Result<u128, AmmError> {
        Ok(V3Pool::quote_exact_out(self, direction.side(), amount_out)?)
    }

    fn swap_exact_in(&mut self, direction: Direction, amount_in: u128, now: u64) -> Result<Traded, AmmError> {
        Ok(V3Pool::swap_exact_in(self, direction.side(), amount_in, None, now)?.traded)
    }

    /// Mints as much liquidity as what is offered suffices for.
    fn add_liquidity(&mut self, deposit: &Deposit, now: u64) -> Result<LiquidityMoved, AmmError> {
        check_length(&deposit.offered, 2)?;
        let key = key(deposit.owner, deposit.range)?;
        let offered = Amounts { token_0: deposit.offered[0], token_1: deposit.offered[1] };
        let liquidity = self.liquidity_for(key.range.lower, key.range.upper, offered)?;
        check_least(liquidity, deposit.least_liquidity)?;
        let minted = self.mint(key, liquidity, now)?;
        Ok(LiquidityMoved { amounts: per_token(minted.paid), liquidity, ..LiquidityMoved::default() })
    }

    /// Burns the liquidity and collects all that its position is owed then.
    fn remove_liquidity(&mut self, withdrawal: &Withdrawal, now: u64) -> Result<LiquidityMoved, AmmError> {
        let key = key(withdrawal.owner, withdrawal.range)?;
        let liquidity = withdrawal.liquidity;
        let worth = self.burn_value(key.range.lower, key.range.upper, liquidity)?;
        let earned = self.fees_owed(key);
        let taken = Amounts {
            token_0: worth.token_0.saturating_add(earned.token_0),
            token_1: worth.token_1.saturating_add(earned.token_1),
        };
        check_each(&per_token(taken), &withdrawal.least)?;
        if self.position(key).liquidity == 0 {
            return Err(V3Error::NoPosition.into());
        }
        let burned = self.burn(key, liquidity, now)?;
        let all = Amounts { token_0: u128::MAX, token_1: u128::MAX };
        let taken = self.collect(key, all).expect("a pool holds what its positions are owed");
        let fees = Amounts {
            token_0: taken.token_0.saturating_sub(burned.owed.token_0),
            token_1: taken.token_1.saturating_sub(burned.owed.token_1),
        };
        Ok(LiquidityMoved { amounts: per_token(taken), fees: per_token(fees), liquidity, ..LiquidityMoved::default() })
    }

    fn token_count(&self) -> u8 {
        2
    }

    /// What does not fit 128 bits is told as the most that does: no ledger holds it.
    fn balance(&self, token: u8) -> u128 {
        let held = self.balances();
        let held = if token == 0 { held.token_0 } else { held.token_1 };
        held.try_into_u128().unwrap_or(u128::MAX)
    }

    fn total_supply(&self) -> Option<u128> {
        None
    }

    fn concentrated(&self) -> Option<&dyn ConcentratedLiquidity> {
        Some(self)
    }
}

impl ConcentratedLiquidity for V3Pool {
    fn tick_spacing(&self) -> i32 {
        self.params.tick_spacing
    }

    fn tick(&self) -> i32 {
        V3Pool::tick(self)
    }

    fn active_liquidity(&self) -> u128 {
        self.liquidity()
    }

    fn positions(&self) -> Box<dyn Iterator<Item = (RangeKey, u128)> + '_> {
        Box::new(V3Pool::positions(self).map(|(key, position)| (key, position.liquidity)))
    }

    fn liquidity_of(&self, key: RangeKey) -> u128 {
        self.position(key).liquidity
    }

    fn value_of(&self, key: RangeKey) -> Amounts {
        self.position_value(key).unwrap_or_default()
    }

    fn fees_owed(&self, key: RangeKey) -> Amounts {
        V3Pool::fees_owed(self, key)
    }
}

/// The pool itself keeps what calls overwrite, until they are committed.
impl PoolKind for V3Pool {
    type Before = ();

    fn before(&mut self) {
        self.begin();
    }

    fn restore(&mut self, (): ()) {
        self.roll_back();
    }

    fn commit(&mut self) {
        V3Pool::commit(self);
    }
}

impl Pool {
    /// Returns the Uniswap v3 pool that it is, if it is one.
    pub fn uniswap_v3(&self) -> Option<&V3Pool> {
        match self {
            Self::UniswapV3(pool) => Some(pool),
            _ => None,
        }
    }
}
