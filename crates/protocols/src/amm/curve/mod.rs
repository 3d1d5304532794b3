//! Curve `StableSwap`: `StableSwap3Pool`, `StableSwapHBTC`, `StableSwapSTETH` and the metapool `StableSwapGUSD` of
//! curve-contract at commit 574f4402.
//!
//! A pool holds coins that should be worth the same, and trades along a curve that is flat while there is about as much
//! of each: `A n sum(x) + D = A n D + D^(n+1) / (n^n prod(x))`. Coins go by their number, from 0. All arithmetic is in
//! 18 decimals. The pools that are deployed differ in small rules: [`Template`] lists them.
//!
//! [`StableSwap`] is a pool of coins, [`MetaPool`] one of a coin and another pool's liquidity token. Both know how many
//! liquidity tokens exist; who holds them is not their business, and a receipt says how many to book where. Fees for
//! the pool's owner stay in the pool, apart from what it trades from, until they are withdrawn.
//!
//! The state is small and [`Copy`]: a copy taken before a call is what undoes it.
//!
//! Where the contract computes in 256 bits, balances in 18 decimals, the invariant and everything that a call returns
//! must fit 128 bits here: 3.4e20 whole tokens.

#[macro_use]
mod amm;
mod amplification;
#[cfg(feature = "decisions")]
mod decisions;
mod deposit;
mod error;
mod exchange;
mod fees;
mod imbalance;
mod invariant;
mod market;
mod meta;
mod rate;
mod search;
mod template;
mod withdrawal;

pub use amm::CurvePool;
pub use amplification::{Amplification, MAX_AMPLIFICATION, MIN_RAMP_SECONDS};
pub use deposit::{Added, Flow};
pub use error::CurveError;
pub use exchange::Exchanged;
pub use fees::{FEE_DENOMINATOR, Fees, MAX_ADMIN_FEE, MAX_FEE};
pub use market::Market;
pub use meta::{BASE_CACHE_SECONDS, BaseCall, MetaParams, MetaPool, UnderlyingExchanged};
pub use template::Template;
pub use withdrawal::Removed;

use invariant::Invariant;
use plimsoll_math::sum;
use rate::Rate;

/// How a pool of `N` coins is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StableSwapParams<const N: usize> {
    /// Whose rules it follows.
    pub template: Template,
    /// Each coin's decimals, at most 18.
    pub decimals: [u8; N],
    /// The amplification A, as the contract's `A()` tells it: what the invariant multiplies is `A n`.
    pub amplification: u128,
    /// The fee of trades, and the owner's part of it.
    pub fees: Fees,
}

/// A pool of `N` coins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StableSwap<const N: usize> {
    /// What the pool trades from, in each coin's smallest units.
    balances: [u128; N],
    /// What the pool holds for its owner, in the same units.
    admin_balances: [u128; N],
    /// How many liquidity tokens exist, in 18 decimals.
    total_supply: u128,
    /// From smallest units to 18 decimals.
    rates: [Rate; N],
    amplification: Amplification,
    fees: Fees,
    template: Template,
}

impl<const N: usize> StableSwap<N> {
    /// Returns an empty pool.
    ///
    /// # Errors
    /// A coin has more than 18 decimals, a fee or the amplification is beyond what the contract accepts, or the
    /// template is a metapool's.
    pub fn new(params: &StableSwapParams<N>) -> Result<Self, CurveError> {
        if params.template == Template::Gusd {
            return Err(CurveError::NeedsBasePool);
        }
        let mut rates = [Rate::Multiplier(1); N];
        for (coin, (rate, decimals)) in rates.iter_mut().zip(params.decimals).enumerate() {
            *rate = Rate::of_decimals(coin, decimals)?;
        }
        Self::with_rates(params.template, rates, params.amplification, params.fees)
    }

    /// Returns an empty pool whose coins count at these rates.
    fn with_rates(template: Template, rates: [Rate; N], amplification: u128, fees: Fees) -> Result<Self, CurveError> {
        const { assert!(N >= 2, "a pool has two coins or more") };
        fees.check()?;
        Ok(Self {
            balances: [0; N],
            admin_balances: [0; N],
            total_supply: 0,
            rates,
            amplification: Amplification::new(amplification, template.amplification_precision())?,
            fees,
            template,
        })
    }

    /// Returns what the pool trades from, in each coin's smallest units.
    #[inline]
    pub fn balances(&self) -> [u128; N] {
        self.balances
    }

    /// Returns what the pool holds for its owner, in each coin's smallest units.
    #[inline]
    pub fn admin_balances(&self) -> [u128; N] {
        self.admin_balances
    }

    /// Returns all that the pool holds, its owner's fees included: what a ledger says that it has.
    pub fn holdings(&self) -> [u128; N] {
        // What comes in is refused where this would not fit.
        std::array::from_fn(|coin| self.balances[coin] + self.admin_balances[coin])
    }

    /// Returns how many liquidity tokens exist, in 18 decimals.
    #[inline]
    pub fn total_supply(&self) -> u128 {
        self.total_supply
    }

    /// Returns the fees.
    #[inline]
    pub fn fees(&self) -> Fees {
        self.fees
    }

    /// Returns whose rules the pool follows.
    #[inline]
    pub fn template(&self) -> Template {
        self.template
    }

    /// Returns the amplification and where it moves.
    #[inline]
    pub fn amplification(&self) -> &Amplification {
        &self.amplification
    }

    /// Returns the amplification A at a time in whole units, rounded **down**: the contract's `A()`.
    ///
    /// # Errors
    /// It began to move after `now`.
    pub fn a(&self, now: u64) -> Result<u128, CurveError> {
        Ok(self.amplification.at(now)? / self.amplification.precision())
    }

    /// Starts to move the amplification to `amplification`, in a straight line that ends at `until`.
    ///
    /// # Errors
    /// The last ramp began, or this one ends, within a day of `now`; the amplification is zero, a million or more, or
    /// changes more than tenfold.
    pub fn ramp_a(&mut self, amplification: u128, until: u64, now: u64) -> Result<(), CurveError> {
        let ramped = self.amplification.ramped(amplification, until, now)?;

        self.amplification = ramped;
        Ok(())
    }

    /// Leaves the amplification where it is at `now`.
    ///
    /// # Errors
    /// It began to move after `now`.
    pub fn stop_ramp_a(&mut self, now: u64) -> Result<(), CurveError> {
        let stopped = self.amplification.stopped(now)?;

        self.amplification = stopped;
        Ok(())
    }

    /// Returns what the pool is at a moment: where trades are quoted.
    ///
    /// # Errors
    /// A coin is missing but not all are, or a number does not fit.
    #[inline]
    pub fn market(&self, now: u64) -> Result<Market<'_, N>, CurveError> {
        Market::new(self, now)
    }

    /// Returns what a liquidity token is worth if all coins are worth one, in fixed point of 18 decimals, rounded
    /// **down**: the contract's `get_virtual_price`.
    ///
    /// # Errors
    /// There is no liquidity token, or a coin is missing.
    pub fn virtual_price(&self, now: u64) -> Result<u128, CurveError> {
        self.market(now)?.virtual_price()
    }

    /// Returns the curve that the pool trades along.
    #[inline]
    fn invariant(&self, now: u64) -> Result<Invariant<N>, CurveError> {
        Ok(Invariant::new(self.amplification.at(now)?, self.template))
    }

    /// Returns amounts in 18 decimals, each rounded **down**.
    #[inline]
    fn scaled(&self, amounts: &[u128; N]) -> Result<[u128; N], CurveError> {
        let mut scaled = [0; N];
        for (coin, scaled) in scaled.iter_mut().enumerate() {
            *scaled = self.rates[coin].scale_down(amounts[coin])?;
        }
        Ok(scaled)
    }

    /// Returns what the pool trades from once `amount` came in. All that it holds must fit 128 bits.
    #[inline]
    fn balance_with(&self, coin: usize, amount: u128) -> Result<u128, CurveError> {
        let balance = sum(self.balances[coin], amount)?;
        sum(balance, self.admin_balances[coin])?;
        Ok(balance)
    }

    /// Returns what the pool trades from once `taken` went out and `admin_fee` was put aside for its owner.
    #[inline]
    fn balance_without(&self, coin: usize, taken: u128, admin_fee: u128) -> Result<u128, CurveError> {
        let (asked, balance) = (taken.saturating_add(admin_fee), self.balances[coin]);
        balance.checked_sub(asked).ok_or(CurveError::InsufficientLiquidity { coin, asked, balance })
    }

    /// Refuses the number of a coin that the pool does not have.
    #[inline]
    fn check_coin(coin: usize) -> Result<(), CurveError> {
        if coin < N { Ok(()) } else { Err(CurveError::NoSuchCoin { coin, coins: N }) }
    }

    /// Refuses to burn more liquidity tokens than exist.
    fn check_supply(&self, liquidity: u128) -> Result<(), CurveError> {
        let total_supply = self.total_supply;
        if liquidity > total_supply { Err(CurveError::BeyondSupply { liquidity, total_supply }) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests;
