//! One pool of any number of coins, or a metapool with its base pool: what the operations are made on.

use plimsoll_protocols::amm::curve::{CurveError, Flow, MetaPool, StableSwap};
use serde_json::{Value, json};

/// What the operations do, whatever the number of coins.
pub trait Pools {
    fn exchange(&mut self, coins: [usize; 2], dx: u128, least: u128, now: u64) -> Result<u128, CurveError>;
    fn get_dy(&self, coins: [usize; 2], dx: u128, now: u64) -> Result<u128, CurveError>;
    fn add(&mut self, paid: &[u128], least: u128, now: u64) -> Result<u128, CurveError>;
    fn calc_token_amount(&self, paid: &[u128], now: u64) -> Result<u128, CurveError>;
    fn remove(&mut self, liquidity: u128, least: &[u128]) -> Result<Vec<u128>, CurveError>;
    fn remove_imbalance(&mut self, taken: &[u128], most: u128, now: u64) -> Result<u128, CurveError>;
    fn remove_one(&mut self, liquidity: u128, coin: usize, least: u128, now: u64) -> Result<u128, CurveError>;
    fn calc_withdraw_one_coin(&self, liquidity: u128, coin: usize, now: u64) -> Result<u128, CurveError>;
    fn ramp_a(&mut self, future: u128, until: u64, now: u64) -> Result<(), CurveError>;
    fn stop_ramp_a(&mut self, now: u64) -> Result<(), CurveError>;
    fn withdraw_admin_fees(&mut self);
    fn donate_admin_fees(&mut self);
    fn donate(&mut self, coin: usize, amount: u128) -> Result<(), CurveError>;
    fn state(&self, now: u64) -> Value;
    /// Returns the metapool, if it is one.
    fn meta(&mut self) -> Option<&mut TwoPools>;
}

/// Returns a list as long as there are coins.
pub fn each<const N: usize>(list: &[u128]) -> [u128; N] {
    list.try_into().expect("the file lists an amount for each coin")
}

impl<const N: usize> Pools for StableSwap<N> {
    fn exchange(&mut self, [i, j]: [usize; 2], dx: u128, least: u128, now: u64) -> Result<u128, CurveError> {
        Ok(self.exchange(i, j, dx, least, now)?.amount_out)
    }

    fn get_dy(&self, [i, j]: [usize; 2], dx: u128, now: u64) -> Result<u128, CurveError> {
        self.get_dy(i, j, dx, now)
    }

    fn add(&mut self, paid: &[u128], least: u128, now: u64) -> Result<u128, CurveError> {
        Ok(self.add_liquidity(each(paid), least, now)?.minted)
    }

    fn calc_token_amount(&self, paid: &[u128], now: u64) -> Result<u128, CurveError> {
        self.calc_token_amount(each(paid), Flow::Deposit, now)
    }

    fn remove(&mut self, liquidity: u128, least: &[u128]) -> Result<Vec<u128>, CurveError> {
        Ok(self.remove_liquidity(liquidity, each(least))?.taken.to_vec())
    }

    fn remove_imbalance(&mut self, taken: &[u128], most: u128, now: u64) -> Result<u128, CurveError> {
        Ok(self.remove_liquidity_imbalance(each(taken), most, now)?.burned)
    }

    fn remove_one(&mut self, liquidity: u128, coin: usize, least: u128, now: u64) -> Result<u128, CurveError> {
        Ok(self.remove_liquidity_one_coin(liquidity, coin, least, now)?.taken[coin])
    }

    fn calc_withdraw_one_coin(&self, liquidity: u128, coin: usize, now: u64) -> Result<u128, CurveError> {
        self.calc_withdraw_one_coin(liquidity, coin, now)
    }

    fn ramp_a(&mut self, future: u128, until: u64, now: u64) -> Result<(), CurveError> {
        self.ramp_a(future, until, now)
    }

    fn stop_ramp_a(&mut self, now: u64) -> Result<(), CurveError> {
        self.stop_ramp_a(now)
    }

    fn withdraw_admin_fees(&mut self) {
        self.withdraw_admin_fees();
    }

    fn donate_admin_fees(&mut self) {
        self.donate_admin_fees();
    }

    fn donate(&mut self, coin: usize, amount: u128) -> Result<(), CurveError> {
        self.donate(coin, amount)
    }

    fn state(&self, now: u64) -> Value {
        json!({
            "balances": texts(&self.balances()),
            "admin": texts(&self.admin_balances()),
            "supply": self.total_supply().to_string(),
            "A": self.a(now).ok().map(|a| a.to_string()),
            "vp": self.virtual_price(now).ok().map(|price| price.to_string()),
        })
    }

    fn meta(&mut self) -> Option<&mut TwoPools> {
        None
    }
}

/// A metapool and its base pool.
pub struct TwoPools {
    pub meta: MetaPool,
    pub base: StableSwap<3>,
}

impl Pools for TwoPools {
    fn exchange(&mut self, [i, j]: [usize; 2], dx: u128, least: u128, now: u64) -> Result<u128, CurveError> {
        Ok(self.meta.exchange(&self.base, i, j, dx, least, now)?.amount_out)
    }

    fn get_dy(&self, [i, j]: [usize; 2], dx: u128, now: u64) -> Result<u128, CurveError> {
        self.meta.pool_at(&self.base, now)?.get_dy(i, j, dx, now)
    }

    fn add(&mut self, paid: &[u128], least: u128, now: u64) -> Result<u128, CurveError> {
        Ok(self.meta.add_liquidity(&self.base, each(paid), least, now)?.minted)
    }

    fn calc_token_amount(&self, paid: &[u128], now: u64) -> Result<u128, CurveError> {
        self.meta.pool_at(&self.base, now)?.calc_token_amount(each(paid), Flow::Deposit, now)
    }

    fn remove(&mut self, liquidity: u128, least: &[u128]) -> Result<Vec<u128>, CurveError> {
        Ok(self.meta.remove_liquidity(liquidity, each(least))?.taken.to_vec())
    }

    fn remove_imbalance(&mut self, taken: &[u128], most: u128, now: u64) -> Result<u128, CurveError> {
        Ok(self.meta.remove_liquidity_imbalance(&self.base, each(taken), most, now)?.burned)
    }

    fn remove_one(&mut self, liquidity: u128, coin: usize, least: u128, now: u64) -> Result<u128, CurveError> {
        Ok(self.meta.remove_liquidity_one_coin(&self.base, liquidity, coin, least, now)?.taken[coin])
    }

    fn calc_withdraw_one_coin(&self, liquidity: u128, coin: usize, now: u64) -> Result<u128, CurveError> {
        self.meta.pool_at(&self.base, now)?.calc_withdraw_one_coin(liquidity, coin, now)
    }

    fn ramp_a(&mut self, future: u128, until: u64, now: u64) -> Result<(), CurveError> {
        self.meta.ramp_a(future, until, now)
    }

    fn stop_ramp_a(&mut self, now: u64) -> Result<(), CurveError> {
        self.meta.stop_ramp_a(now)
    }

    fn withdraw_admin_fees(&mut self) {
        self.meta.withdraw_admin_fees();
    }

    fn donate_admin_fees(&mut self) {
        self.meta.donate_admin_fees();
    }

    fn donate(&mut self, coin: usize, amount: u128) -> Result<(), CurveError> {
        self.meta.donate(coin, amount)
    }

    fn state(&self, now: u64) -> Value {
        // Where the base pool's invariant overflows, the metapool has no price either; the rest of its state stands.
        let price = self.meta.pool_at(&self.base, now).and_then(|pool| pool.virtual_price(now));
        let mut state = json!({
            "balances": texts(&self.meta.balances()),
            "admin": texts(&self.meta.admin_balances()),
            "supply": self.meta.total_supply().to_string(),
            "A": self.meta.a(now).ok().map(|a| a.to_string()),
            "vp": price.ok().map(|price| price.to_string()),
        });
        state["base_vp"] = json!(self.base.virtual_price(now).ok().map(|price| price.to_string()));
        state["cached_vp"] = json!(self.meta.base_virtual_price().to_string());
        state["base_balances"] = json!(texts(&self.base.balances()));
        state["base_supply"] = json!(self.base.total_supply().to_string());
        state
    }

    fn meta(&mut self) -> Option<&mut TwoPools> {
        Some(self)
    }
}

/// Returns amounts as the file writes them.
pub fn texts(amounts: &[u128]) -> Vec<String> {
    amounts.iter().map(u128::to_string).collect()
}
