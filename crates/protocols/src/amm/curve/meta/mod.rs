//! A pool of a coin and another pool's liquidity token, as `StableSwapGUSD` over the three coins of `StableSwap3Pool`.
//!
//! Coin 0 is the metapool's own, coin 1 the liquidity token of its *base pool*, which counts at its virtual price. The
//! metapool remembers that price for ten minutes and asks anew with the first call after them, but for a balanced
//! withdrawal. Between, what it counts with is old.
//!
//! The *underlying* coins are coin 0 and then those of the base pool, from 1: a trade between them goes through both
//! pools. Every call takes the base pool that the metapool was made over, the same each time.

#[cfg(feature = "decisions")]
mod decisions;
mod liquidity;
mod underlying;

pub use underlying::{BaseCall, UnderlyingExchanged};

use super::{Amplification, CurveError, Exchanged, Fees, StableSwap, Template, rate::Rate};

/// How long a metapool remembers its base pool's virtual price, in seconds.
pub const BASE_CACHE_SECONDS: u64 = 600;

/// The base pool's liquidity token.
const BASE_TOKEN: usize = 1;

/// Parameters of a metapool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MetaParams {
    /// Decimals of coin 0, at most 18.
    pub decimals: u8,
    /// The amplification A, as the contract's `A()` tells it.
    pub amplification: u128,
    /// The fee of trades, and the owner's part of it.
    pub fees: Fees,
}

/// A pool of a coin and a base pool's liquidity token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MetaPool {
    /// The two coins. The base token's rate is the virtual price that is remembered.
    pool: StableSwap<2>,
    /// When the virtual price was asked for, in seconds.
    base_cache_updated: u64,
}

impl MetaPool {
    /// Returns an empty metapool, which remembers the virtual price that its base pool has `now`.
    ///
    /// # Errors
    /// The coin has more than 18 decimals, a fee or the amplification is beyond what the contract accepts, or the base
    /// pool is empty.
    pub fn new<const B: usize>(params: &MetaParams, base: &StableSwap<B>, now: u64) -> Result<Self, CurveError> {
        let rates = [Rate::of_decimals(0, params.decimals)?, Rate::VirtualPriceWad(base.virtual_price(now)?)];
        let pool = StableSwap::with_rates(Template::Gusd, rates, params.amplification, params.fees)?;
        Ok(Self { pool, base_cache_updated: now })
    }

    /// Returns what the metapool trades from: of coin 0 in smallest units, of base tokens in 18 decimals.
    #[inline]
    pub fn balances(&self) -> [u128; 2] {
        self.pool.balances()
    }

    /// Returns what the metapool holds for its owner, in the same units.
    #[inline]
    pub fn admin_balances(&self) -> [u128; 2] {
        self.pool.admin_balances()
    }

    /// Returns all that the metapool holds, its owner's fees included: what a ledger says that it has.
    pub fn holdings(&self) -> [u128; 2] {
        self.pool.holdings()
    }

    /// Returns how many of the metapool's liquidity tokens exist, in 18 decimals.
    #[inline]
    pub fn total_supply(&self) -> u128 {
        self.pool.total_supply()
    }

    /// Returns the fees.
    #[inline]
    pub fn fees(&self) -> Fees {
        self.pool.fees()
    }

    /// Returns the amplification and where it moves.
    #[inline]
    pub fn amplification(&self) -> &Amplification {
        self.pool.amplification()
    }

    /// Returns the amplification A at a time in whole units, rounded **down**: the contract's `A()`.
    ///
    /// # Errors
    /// It began to move after `now`.
    pub fn a(&self, now: u64) -> Result<u128, CurveError> {
        self.pool.a(now)
    }

    /// Returns the base pool's virtual price that is remembered, in fixed point of 18 decimals.
    pub fn base_virtual_price(&self) -> u128 {
        match self.pool.rates[BASE_TOKEN] {
            Rate::VirtualPriceWad(price) | Rate::Multiplier(price) => price,
        }
    }

    /// Returns when that price was asked for, in seconds.
    pub fn base_cache_updated(&self) -> u64 {
        self.base_cache_updated
    }

    /// Starts to move the amplification: see [`StableSwap::ramp_a`].
    ///
    /// # Errors
    /// Those of [`StableSwap::ramp_a`].
    pub fn ramp_a(&mut self, amplification: u128, until: u64, now: u64) -> Result<(), CurveError> {
        self.pool.ramp_a(amplification, until, now)
    }

    /// Leaves the amplification where it is at `now`.
    ///
    /// # Errors
    /// It began to move after `now`.
    pub fn stop_ramp_a(&mut self, now: u64) -> Result<(), CurveError> {
        self.pool.stop_ramp_a(now)
    }

    /// Gives the owner what the metapool holds for it, and returns how much that is of each coin.
    pub fn withdraw_admin_fees(&mut self) -> [u128; 2] {
        self.pool.withdraw_admin_fees()
    }

    /// Gives those who provide liquidity what the metapool holds for its owner. No token moves.
    pub fn donate_admin_fees(&mut self) -> [u128; 2] {
        self.pool.donate_admin_fees()
    }

    /// Takes tokens that nobody asked for. They belong to the metapool's owner.
    ///
    /// # Errors
    /// There is no such coin, or all that the metapool holds would not fit 128 bits.
    pub fn donate(&mut self, coin: usize, amount: u128) -> Result<(), CurveError> {
        self.pool.donate(coin, amount)
    }

    /// Changes the fees, as the contract does three days after it was announced.
    ///
    /// # Errors
    /// A fee is above what the contract accepts.
    pub fn set_fees(&mut self, fees: Fees) -> Result<(), CurveError> {
        self.pool.set_fees(fees)
    }

    /// Trades coin 0 for base tokens or back: see [`StableSwap::exchange`].
    ///
    /// # Errors
    /// Those of [`StableSwap::exchange`], or the base pool has no virtual price.
    pub fn exchange<const B: usize>(
        &mut self,
        base: &StableSwap<B>,
        coin_in: usize,
        coin_out: usize,
        amount_in: u128,
        least_out: u128,
        now: u64,
    ) -> Result<Exchanged, CurveError> {
        let mut after = self.refreshed(base, now)?;
        let exchanged = after.pool.exchange(coin_in, coin_out, amount_in, least_out, now)?;

        *self = after;
        Ok(exchanged)
    }

    /// Returns the pool of coin 0 and base tokens as a call at `now` finds it, to ask it for quotes and prices.
    ///
    /// # Errors
    /// The base pool has no virtual price.
    #[inline]
    pub fn pool_at<const B: usize>(&self, base: &StableSwap<B>, now: u64) -> Result<StableSwap<2>, CurveError> {
        Ok(self.refreshed(base, now)?.pool)
    }

    /// Returns the metapool with a virtual price that is not too old.
    #[inline]
    fn refreshed<const B: usize>(&self, base: &StableSwap<B>, now: u64) -> Result<Self, CurveError> {
        let mut after = *self;
        if now > self.base_cache_updated.saturating_add(BASE_CACHE_SECONDS) {
            after.pool.rates[BASE_TOKEN] = Rate::VirtualPriceWad(base.virtual_price(now)?);
            after.base_cache_updated = now;
        }
        Ok(after)
    }
}
