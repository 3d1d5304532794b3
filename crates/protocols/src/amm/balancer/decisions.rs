//! What decisions read of a pool: prices, depth and loss as floats.

use super::amm::tokens;
use super::{WeightedPool, WeightedPoolError};
use crate::amm::{AmmDecisions, Direction};

impl WeightedPool {
    /// Returns the marginal price before fees: smallest units of `quote` per smallest unit of `base`. It is not a number
    /// while the pool has no liquidity.
    ///
    /// # Errors
    /// There is no such token.
    pub fn spot_price(&self, base: usize, quote: usize) -> Result<f64, WeightedPoolError> {
        self.check_token(base)?;
        self.check_token(quote)?;
        let per_weight = |token: usize| self.holdings.balances[token] as f64 / self.weights_wad[token] as f64;
        Ok(per_weight(quote) / per_weight(base))
    }

    /// Returns how much of `token_in`, in smallest units, one swap can pay until its last unit trades at `price` before
    /// the fee: smallest units of `token_out` per smallest unit of `token_in`, as [`Self::spot_price`] has it. It is zero
    /// where the price is there already. [`Self::largest_amount_in`] may be less.
    ///
    /// A payment that multiplies the balance by m divides the price by m to the power (w in + w out) / w out.
    ///
    /// # Errors
    /// There is no such token.
    pub fn amount_in_to_price(&self, token_in: usize, token_out: usize, price: f64) -> Result<f64, WeightedPoolError> {
        let spot = self.spot_price(token_in, token_out)?;
        let [weight_in, weight_out] = [token_in, token_out].map(|token| self.weights_wad[token] as f64);
        let growth = libm::pow(spot / price, weight_out / (weight_in + weight_out));
        let net = self.holdings.balances[token_in] as f64 * (growth - 1.0);
        Ok((net / (1.0 - self.swap_fee_wad as f64 / 1e18)).max(0.0))
    }

    /// Returns by how much less the pool's share is worth than its tokens held apart would be, after their prices were
    /// multiplied by these ratios and without fees: prod r^w / sum w r - 1, zero or below.
    ///
    /// # Errors
    /// There is not a ratio for each token.
    pub fn impermanent_loss(&self, price_ratios: &[f64]) -> Result<f64, WeightedPoolError> {
        self.check_length(price_ratios.len())?;
        let (mut pooled, mut held) = (1.0, 0.0);
        for (ratio, weight_wad) in price_ratios.iter().zip(self.weights_wad()) {
            let weight = *weight_wad as f64 / 1e18;
            pooled *= libm::pow(*ratio, weight);
            held += weight * ratio;
        }
        Ok(pooled / held - 1.0)
    }
}

impl AmmDecisions for WeightedPool {
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
        let wished = self.amount_in_to_price(token_in, token_out, price / (1.0 - AmmDecisions::fee(self)));
        let most = self.largest_amount_in(token_in);
        wished.unwrap_or(0.0).min(most.map_or(0.0, |most| most as f64))
    }

    fn takes_any_proportion(&self) -> bool {
        true
    }
}
