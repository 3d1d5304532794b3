//! Marginal prices, and how much moves them: floats, for decisions and never for a balance.

use crate::amm::curve::{CurveError, FEE_DENOMINATOR, StableSwap, invariant::Invariant, rate::Rate};
use plimsoll_math::WAD;

/// Steps after which an iteration is given up.
const MAX_STEPS: usize = 255;

/// The share of the invariant that its value in floats may be off.
const D_PRECISION: f64 = 1e-14;

/// The share of an amount that a search in floats may be off.
const DEPTH_PRECISION: f64 = 1e-10;

/// The curve of a pool at a moment, in floats. Balances are in 18 decimals.
#[derive(Debug, Clone, Copy)]
struct Slope<const N: usize> {
    /// The amplification times the number of coins.
    ann: f64,
    scaled: [f64; N],
}

impl Rate {
    /// Returns units of 18 decimals per smallest unit.
    fn to_f64(self) -> f64 {
        match self {
            Self::Multiplier(multiplier) => multiplier as f64,
            Self::VirtualPriceWad(price) => price as f64 / WAD as f64,
        }
    }
}

impl<const N: usize> Invariant<N> {
    /// Returns `A n`.
    fn ann_f64(&self) -> f64 {
        self.ann as f64 / self.precision as f64
    }
}

impl<const N: usize> Slope<N> {
    fn of(pool: &StableSwap<N>, now: u64) -> Result<Self, CurveError> {
        let balances = pool.balances;
        let scaled = std::array::from_fn(|coin| balances[coin] as f64 * pool.rates[coin].to_f64());
        Ok(Self { ann: pool.invariant(now)?.ann_f64(), scaled })
    }

    /// Returns the invariant's value D.
    fn d(&self) -> f64 {
        let n = N as f64;
        let sum: f64 = self.scaled.iter().sum();
        let mut d = sum;
        for _ in 0..MAX_STEPS {
            let d_p = self.d_p(d);
            let next = (self.ann * sum + d_p * n) * d / ((self.ann - 1.0) * d + (n + 1.0) * d_p);
            let moved = (next - d).abs();
            d = next;
            if moved <= D_PRECISION * d {
                break;
            }
        }
        d
    }

    /// Returns `D^(n+1) / (n^n prod(x))`.
    fn d_p(&self, d: f64) -> f64 {
        self.scaled.iter().fold(d, |d_p, x| d_p * d / (x * N as f64))
    }

    /// Returns how much the invariant grows with a unit of each coin, up to a factor that all coins share.
    fn weights(&self, d: f64) -> [f64; N] {
        let d_p = self.d_p(d);
        self.scaled.map(|x| self.ann + d_p / x)
    }

    /// Returns the marginal price of a coin in another, both in 18 decimals.
    fn price(&self, coin_in: usize, coin_out: usize) -> f64 {
        let weights = self.weights(self.d());
        weights[coin_in] / weights[coin_out]
    }

    /// Returns the balance of a coin at which the others make the invariant `d`: the positive root of
    /// `y^2 + (b - D) y = c`, without taking a difference of two near numbers.
    fn balance(&self, coin: usize, d: f64) -> f64 {
        let n = N as f64;
        let others = self.scaled.iter().enumerate().filter(|(other, _)| *other != coin);
        let (sum, c) = others.fold((0.0, d), |(sum, c), (_, x)| (sum + x, c * d / (x * n)));
        let c = c * d / (self.ann * n);
        let half = (d - sum - d / self.ann) / 2.0;
        let root = (half * half + c).sqrt();
        if half >= 0.0 { half + root } else { c / (root - half) }
    }
}

impl<const N: usize> StableSwap<N> {
    /// Returns the marginal price before fees: smallest units of `coin_out` per smallest unit of `coin_in`. It is not a
    /// number while the pool is empty, and at times for which the amplification is not known.
    ///
    /// With `k = D^(n+1) / (n^n prod(x))` it is `(A n + k / x_in) / (A n + k / x_out)`.
    pub fn spot_price(&self, coin_in: usize, coin_out: usize, now: u64) -> f64 {
        let coins = Self::check_coin(coin_in).and(Self::check_coin(coin_out));
        let Ok(slope) = coins.and_then(|()| Slope::of(self, now)) else {
            return f64::NAN;
        };
        slope.price(coin_in, coin_out) * self.units(coin_in, coin_out)
    }

    /// Returns the marginal price before fees of a liquidity token: smallest units of `coin` per smallest unit of it.
    /// It is not a number while the pool is empty.
    ///
    /// The invariant grows by `(A n + k / x) / (A n - 1 + (n + 1) k / D)` with a unit of the coin.
    pub fn liquidity_price(&self, coin: usize, now: u64) -> f64 {
        let Ok(slope) = Self::check_coin(coin).and_then(|()| Slope::of(self, now)) else {
            return f64::NAN;
        };
        let d = slope.d();
        let all = slope.ann - 1.0 + (N as f64 + 1.0) * slope.d_p(d) / d;
        let growth = slope.weights(d)[coin] / all;
        d / self.total_supply as f64 / growth / self.rates[coin].to_f64()
    }

    /// Returns about how much of `coin_in`, in smallest units, must be paid in for `coin_out` to take the marginal price
    /// before fees, as [`Self::spot_price`] states it, down to `price`. Zero if it is there already; nothing if no
    /// amount does it.
    ///
    /// The fee that the trade itself leaves in the pool is counted.
    pub fn depth_to_price(&self, coin_in: usize, coin_out: usize, price: f64, now: u64) -> Option<f64> {
        Self::check_coin(coin_in).and(Self::check_coin(coin_out)).ok()?;
        let slope = Slope::of(self, now).ok()?;
        let d = slope.d();
        let target = price / self.units(coin_in, coin_out);
        let distance =
            |paid: f64| self.slope_after(&slope, d, (coin_in, coin_out), paid).price(coin_in, coin_out) - target;
        let here = distance(0.0);
        if !here.is_finite() || target.is_nan() || target <= 0.0 || coin_in == coin_out {
            return None;
        }
        if here <= 0.0 {
            return Some(0.0);
        }
        let paid = falling_root(slope.scaled[coin_in] / 1024.0, here, distance)?;
        Some(paid / self.rates[coin_in].to_f64())
    }

    /// Returns the curve after a trade of `paid`, in 18 decimals.
    fn slope_after(&self, slope: &Slope<N>, d: f64, (coin_in, coin_out): (usize, usize), paid: f64) -> Slope<N> {
        let mut after = *slope;
        after.scaled[coin_in] += paid;
        let left = after.balance(coin_out, d);
        let one = FEE_DENOMINATOR as f64;
        let (fee, for_owner) = (self.fees.fee as f64 / one, self.fees.admin_fee as f64 / one);
        after.scaled[coin_out] = left + (slope.scaled[coin_out] - left) * fee * (1.0 - for_owner);
        after
    }

    /// Returns smallest units of `coin_out` per smallest unit of `coin_in`, at a price of one.
    fn units(&self, coin_in: usize, coin_out: usize) -> f64 {
        self.rates[coin_in].to_f64() / self.rates[coin_out].to_f64()
    }
}

/// Returns where a function that falls from `at_zero > 0` at zero is zero: first a bracket, in steps that double from
/// `first`, then false position, with the end that stays put weighed by half (Illinois).
fn falling_root(first: f64, at_zero: f64, f: impl Fn(f64) -> f64) -> Option<f64> {
    let (mut low, mut f_low, mut high) = (0.0, at_zero, first);
    let mut f_high = f(high);
    while f_high > 0.0 {
        (low, f_low, high) = (high, f_high, high * 2.0);
        f_high = f(high);
    }
    if f_high.is_nan() {
        return None;
    }
    let mut last_fell_low = None;
    for _ in 0..MAX_STEPS {
        if high - low <= DEPTH_PRECISION * high {
            break;
        }
        let between = (low * f_high - high * f_low) / (f_high - f_low);
        let value = f(between);
        if value > 0.0 {
            (low, f_low) = (between, value);
            f_high /= if last_fell_low == Some(true) { 2.0 } else { 1.0 };
            last_fell_low = Some(true);
        } else {
            (high, f_high) = (between, value);
            f_low /= if last_fell_low == Some(false) { 2.0 } else { 1.0 };
            last_fell_low = Some(false);
        }
    }
    high.is_finite().then_some(high)
}
