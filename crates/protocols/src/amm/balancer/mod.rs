//! Balancer weighted pools: `WeightedPool` V3 (deployed 2023-02-06, source at commit d9c1c837 of
//! balancer-v2-monorepo) behind the `Vault` of 2021-04-18.
//!
//! Two to eight tokens, each with a weight, of all of which the weights sum to one. A pool trades so that the product
//! of its balances, each to the power of its weight, never falls. It reckons as if every token had 18 decimals. At most
//! 30 % of a balance is swapped at once, in or out.
//!
//! Joins and exits mint and burn the pool's own token, BPT; those out of proportion pay the swap fee on what is out of
//! proportion. The protocol takes its share of the swap fees when liquidity comes or goes, in new BPT, measured by how
//! the invariant grew. Who holds BPT is not the pool's business: it knows their number only, and a receipt says how many
//! to book where.
//!
//! A token is named by its index in the pool. The balances are the vault's; for a ledger they are the pool's own. A pool
//! is small: a join or exit is quoted by making it on a copy.

mod amm;
#[cfg(feature = "decisions")]
mod decisions;
mod error;
mod exit;
mod join;
mod liquidity;
mod swap;
pub mod weighted_math;

pub use error::WeightedPoolError;
pub use exit::Exited;
pub use join::Joined;

use plimsoll_math::{Fixed18, MathError, U256, WAD, sum};

/// The most tokens that a pool can have.
pub const MAX_TOKENS: usize = 8;

/// The least weight, with 18 decimals: 1 %.
pub const MIN_WEIGHT_WAD: u64 = 10_u64.pow(16);

/// The least swap fee, with 18 decimals: 0.0001 %.
pub const MIN_SWAP_FEE_WAD: u64 = 10_u64.pow(12);

/// The greatest swap fee, with 18 decimals: 10 %.
pub const MAX_SWAP_FEE_WAD: u64 = 10_u64.pow(17);

/// The greatest share of the swap fees that the protocol can take, with 18 decimals: a half.
pub const MAX_PROTOCOL_FEE_WAD: u64 = 5 * 10_u64.pow(17);

/// BPT that the first join locks for ever.
pub const MINIMUM_BPT: u128 = 1_000_000;

/// The greatest balance: the vault stores 112 bits.
pub const MAX_BALANCE: u128 = (1 << 112) - 1;

/// An amount of each of a pool's tokens, in smallest units; zero beyond the pool's last token.
pub type PerToken = [u128; MAX_TOKENS];

/// The same with 18 decimals.
type Scaled = [Fixed18; MAX_TOKENS];

/// A token that a pool is to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenParams {
    /// Its decimals, at most 18.
    pub decimals: u8,
    /// Its part of the pool's value, with 18 decimals.
    pub weight_wad: u64,
}

/// What a weighted pool is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeightedPoolParams {
    /// Two to eight tokens, of which the weights sum to one.
    pub tokens: Vec<TokenParams>,
    /// Share of what is paid in that stays in the pool, with 18 decimals: 0.0001 % to 10 %.
    pub swap_fee_wad: u64,
    /// The protocol's share of the swap fees, with 18 decimals: at most a half.
    pub protocol_fee_wad: u64,
}

/// A weighted pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WeightedPool {
    holdings: Holdings,
    /// By how much a token's amounts are multiplied, as if it had 18 decimals; zero beyond the last token.
    scales: [u64; MAX_TOKENS],
    /// With 18 decimals; zero beyond the last token.
    weights_wad: [u64; MAX_TOKENS],
    swap_fee_wad: u64,
    protocol_fee_wad: u64,
    tokens: u8,
}

/// All of a pool that calls change; a copy from before a call undoes it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Holdings {
    /// In smallest units, each below 2^112.
    balances: PerToken,
    /// BPT that exist, the locked ones included.
    total_supply: u128,
    /// The invariant after the last join or exit, with 18 decimals.
    last_invariant: u128,
}

impl WeightedPool {
    /// Returns a pool without liquidity.
    ///
    /// # Errors
    /// The number of tokens, a weight, the sum of the weights, a token's decimals or a fee is out of bounds.
    pub fn new(params: &WeightedPoolParams) -> Result<Self, WeightedPoolError> {
        let &WeightedPoolParams { ref tokens, swap_fee_wad, protocol_fee_wad } = params;
        if !(MIN_SWAP_FEE_WAD..=MAX_SWAP_FEE_WAD).contains(&swap_fee_wad) {
            return Err(WeightedPoolError::SwapFeeOutOfBounds { swap_fee_wad });
        }
        if protocol_fee_wad > MAX_PROTOCOL_FEE_WAD {
            return Err(WeightedPoolError::ProtocolFeeTooHigh { protocol_fee_wad });
        }
        let count = u8::try_from(tokens.len()).ok().filter(|count| (2..=8).contains(count));
        let count = count.ok_or(WeightedPoolError::TokenCount { tokens: tokens.len() })?;
        let (mut scales, mut weights_wad) = ([0; MAX_TOKENS], [0; MAX_TOKENS]);
        for (token, &TokenParams { decimals, weight_wad }) in tokens.iter().enumerate() {
            if weight_wad < MIN_WEIGHT_WAD {
                return Err(WeightedPoolError::WeightTooLow { token, weight_wad });
            }
            let missing = 18_u8.checked_sub(decimals).ok_or(WeightedPoolError::TooManyDecimals { token, decimals })?;
            scales[token] = 10_u64.pow(missing.into());
            weights_wad[token] = weight_wad;
        }
        let sum_wad = weights_wad.iter().map(|weight| u128::from(*weight)).sum();
        if sum_wad != WAD {
            return Err(WeightedPoolError::WeightSum { sum_wad });
        }
        let holdings = Holdings::default();
        Ok(Self { holdings, scales, weights_wad, swap_fee_wad, protocol_fee_wad, tokens: count })
    }

    /// Returns how many tokens the pool has.
    #[inline]
    pub fn token_count(&self) -> usize {
        self.tokens.into()
    }

    /// Returns what the pool trades from, in smallest units, a balance for each of its tokens.
    #[inline]
    pub fn balances(&self) -> &[u128] {
        &self.holdings.balances[..self.token_count()]
    }

    /// Returns the weights, with 18 decimals, one for each token.
    #[inline]
    pub fn weights_wad(&self) -> &[u64] {
        &self.weights_wad[..self.token_count()]
    }

    /// Returns the swap fee, with 18 decimals.
    #[inline]
    pub fn swap_fee_wad(&self) -> u64 {
        self.swap_fee_wad
    }

    /// Returns the protocol's share of the swap fees, with 18 decimals.
    #[inline]
    pub fn protocol_fee_wad(&self) -> u64 {
        self.protocol_fee_wad
    }

    /// Returns how many BPT exist, the locked ones included. What is due to the protocol is not minted yet:
    /// [`Self::actual_supply`] counts it.
    #[inline]
    pub fn total_supply(&self) -> u128 {
        self.holdings.total_supply
    }

    /// Returns the invariant after the last join or exit, with 18 decimals.
    #[inline]
    pub fn last_invariant(&self) -> u128 {
        self.holdings.last_invariant
    }

    /// Returns what a call may change, to undo it with [`Self::restore`].
    #[inline]
    pub fn holdings(&self) -> Holdings {
        self.holdings
    }

    /// Puts back what [`Self::holdings`] returned earlier.
    #[inline]
    pub fn restore(&mut self, before: Holdings) {
        self.holdings = before;
    }

    /// Refuses a token that the pool does not have.
    #[inline]
    fn check_token(&self, token: usize) -> Result<(), WeightedPoolError> {
        let tokens = self.token_count();
        if token < tokens { Ok(()) } else { Err(WeightedPoolError::UnknownToken { token, tokens }) }
    }

    /// Refuses amounts that are not one for each token.
    #[inline]
    fn check_length(&self, given: usize) -> Result<(), WeightedPoolError> {
        let tokens = self.token_count();
        if given == tokens { Ok(()) } else { Err(WeightedPoolError::LengthMismatch { given, tokens }) }
    }

    /// Returns an amount of a token with 18 decimals: 128 and 60 bits fit 256.
    #[inline]
    fn scale(&self, token: usize, amount: u128) -> Fixed18 {
        Fixed18::from(U256::product(amount, self.scales[token].into()))
    }

    /// Returns an amount with 18 decimals in smallest units of a token, rounded **down**.
    #[inline]
    fn unscale_down(&self, token: usize, amount: Fixed18) -> Result<u128, MathError> {
        match amount.units().into_halves() {
            (0, units) if self.scales[token] == 1 => Ok(units),
            (0, units) => Ok(units / u128::from(self.scales[token])),
            _ => amount.units().div_down(u128::from(self.scales[token]))?.try_into_u128(),
        }
    }

    /// Returns an amount with 18 decimals in smallest units of a token, rounded **up**.
    #[inline]
    fn unscale_up(&self, token: usize, amount: Fixed18) -> Result<u128, MathError> {
        let down = self.unscale_down(token, amount)?;
        if self.scale(token, down) == amount { Ok(down) } else { sum(down, 1) }
    }

    /// Returns a token's balance with 18 decimals.
    #[inline]
    fn balance(&self, token: usize) -> Fixed18 {
        self.scale(token, self.holdings.balances[token])
    }

    /// Returns a token's weight.
    #[inline]
    fn weight(&self, token: usize) -> Fixed18 {
        Fixed18::from(u128::from(self.weights_wad[token]))
    }

    /// Returns the swap fee.
    #[inline]
    fn swap_fee(&self) -> Fixed18 {
        Fixed18::from(u128::from(self.swap_fee_wad))
    }

    /// Returns a token's balance after so much was paid in.
    #[inline]
    fn balance_with(&self, token: usize, paid: u128) -> Result<u128, WeightedPoolError> {
        let balance = self.holdings.balances[token].saturating_add(paid);
        if balance > MAX_BALANCE { Err(WeightedPoolError::BalanceOverflow { balance }) } else { Ok(balance) }
    }

    /// Returns a token's balance after so much was taken out.
    #[inline]
    fn balance_without(&self, token: usize, taken: u128) -> Result<u128, MathError> {
        self.holdings.balances[token].checked_sub(taken).ok_or(MathError::BelowZero)
    }
}

#[cfg(test)]
mod tests;
