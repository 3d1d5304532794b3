//! Uniswap v2: `UniswapV2Pair` of v2-core 1.0.1, and the arithmetic of `UniswapV2Router02`.
//!
//! A pair trades so that the product of its reserves, less the fee on what was paid in, never falls. It counts what it
//! was given by comparing its balances with its reserves, so tokens sent to it unasked belong to whoever calls next.
//! Who holds its liquidity tokens is not its business here: it knows their number only, and a receipt says how many to
//! book where.
//!
//! The fee is a parameter; 30 basis points are the contract's 3 in 1000. Flash swaps are left out: a trade pays before
//! it takes.

mod amm;
#[cfg(feature = "decisions")]
mod decisions;
mod error;
mod liquidity;
pub mod router;
mod swap;

pub use error::PairError;
pub use liquidity::{Burned, Minted};
pub use swap::amount_out_down;

use super::{Amounts, PoolToken, Side, Traded};
use plimsoll_math::{BPS, U256, Uq112x112, sum};

/// The greatest reserve: the contract stores 112 bits.
pub const MAX_RESERVE: u128 = (1 << 112) - 1;

/// Liquidity tokens that the first mint locks for ever, so that one of them can never be worth a fortune.
pub const MINIMUM_LIQUIDITY: u128 = 1_000;

/// The contract's fee, in basis points.
pub const FEE_BPS: u16 = 30;

/// Whether a sixth of what the fees earned is minted to the protocol's treasury, when liquidity comes or goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ProtocolFee {
    /// Liquidity providers keep all.
    #[default]
    Off,
    /// The treasury (`feeTo`) takes a sixth.
    On,
}

/// A pair of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// What the pair trades from: its balances at the end of the last call. Below 2^112.
    reserves: Amounts,
    /// What the pair holds. More than the reserves while something was sent to it unasked.
    balances: Amounts,
    /// How many liquidity tokens exist, the locked ones included.
    total_supply: u128,
    /// Sum over time of the price of token 0 in token 1, in `UQ112x112` times seconds; runs over at 2^256.
    price_0_cumulative_last: U256,
    /// Sum over time of the price of token 1 in token 0, in `UQ112x112` times seconds; runs over at 2^256.
    price_1_cumulative_last: U256,
    /// Product of the reserves after the last mint or burn; zero while the protocol fee is off.
    k_last: U256,
    /// When the reserves were last written, in seconds modulo 2^32.
    block_timestamp_last: u32,
    /// Share of what is paid in that stays with the liquidity providers, in basis points.
    fee_bps: u16,
    /// Whether the treasury takes its sixth.
    protocol_fee: ProtocolFee,
}

impl Pair {
    /// Returns an empty pair.
    ///
    /// # Errors
    /// The fee takes all that is paid in, or more.
    pub fn new(fee_bps: u16, protocol_fee: ProtocolFee) -> Result<Self, PairError> {
        if u128::from(fee_bps) >= BPS {
            return Err(PairError::FeeTooHigh { fee_bps });
        }
        Ok(Self {
            reserves: Amounts::default(),
            balances: Amounts::default(),
            total_supply: 0,
            price_0_cumulative_last: U256::ZERO,
            price_1_cumulative_last: U256::ZERO,
            k_last: U256::ZERO,
            block_timestamp_last: 0,
            fee_bps,
            protocol_fee,
        })
    }

    /// Returns what the pair trades from, in smallest units.
    #[inline]
    pub fn reserves(&self) -> Amounts {
        self.reserves
    }

    /// Returns what the pair holds, in smallest units.
    #[inline]
    pub fn balances(&self) -> Amounts {
        self.balances
    }

    /// Returns how many liquidity tokens exist, the locked ones included.
    #[inline]
    pub fn total_supply(&self) -> u128 {
        self.total_supply
    }

    /// Returns the sum over time of the price of `token` in the other one, in `UQ112x112` times seconds, modulo 2^256.
    #[inline]
    pub fn price_cumulative_last(&self, token: PoolToken) -> U256 {
        match token {
            PoolToken::Zero => self.price_0_cumulative_last,
            PoolToken::One => self.price_1_cumulative_last,
        }
    }

    /// Returns when the reserves were last written, in seconds modulo 2^32.
    #[inline]
    pub fn block_timestamp_last(&self) -> u32 {
        self.block_timestamp_last
    }

    /// Returns the product of the reserves after the last mint or burn; zero while the protocol fee is off.
    #[inline]
    pub fn k_last(&self) -> U256 {
        self.k_last
    }

    /// Returns the fee in basis points.
    #[inline]
    pub fn fee_bps(&self) -> u16 {
        self.fee_bps
    }

    /// Takes tokens that nobody asked for. They belong to whoever calls next.
    ///
    /// # Errors
    /// A balance would not fit 128 bits.
    pub fn donate(&mut self, given: Amounts) -> Result<(), PairError> {
        let balances = self.balances_with(given)?;

        self.balances = balances;
        Ok(())
    }

    /// Gives away what the pair holds above its reserves, and returns how much that is.
    pub fn skim(&mut self) -> Amounts {
        let surplus = Amounts {
            token_0: self.balances.token_0 - self.reserves.token_0,
            token_1: self.balances.token_1 - self.reserves.token_1,
        };

        self.balances = self.reserves;
        surplus
    }

    /// Takes what the pair holds above its reserves into them.
    ///
    /// # Errors
    /// A balance is beyond what a reserve can hold.
    pub fn sync(&mut self, now: u64) -> Result<(), PairError> {
        let update = self.update(self.balances, now)?;

        self.write(&update);
        Ok(())
    }

    /// Returns the balances with `given` on top.
    #[inline]
    fn balances_with(&self, given: Amounts) -> Result<Amounts, PairError> {
        Ok(Amounts {
            token_0: sum(self.balances.token_0, given.token_0)?,
            token_1: sum(self.balances.token_1, given.token_1)?,
        })
    }

    /// Returns what a call that leaves the pair with `balances` writes: they become the reserves, and the price of the
    /// reserves before is counted for the time it stood.
    ///
    /// # Errors
    /// A balance is beyond what a reserve can hold.
    #[inline]
    fn update(&self, balances: Amounts, now: u64) -> Result<Update, PairError> {
        let greatest = balances.token_0.max(balances.token_1);
        if greatest > MAX_RESERVE {
            return Err(PairError::Overflow { balance: greatest });
        }
        let timestamp = timestamp(now);
        let elapsed = timestamp.wrapping_sub(self.block_timestamp_last);
        let Amounts { token_0, token_1 } = self.reserves;
        let (mut price_0, mut price_1) = (self.price_0_cumulative_last, self.price_1_cumulative_last);
        if elapsed > 0 && token_0 > 0 && token_1 > 0 {
            let ratio_0 = Uq112x112::ratio_down(token_1, token_0)?;
            let ratio_1 = Uq112x112::ratio_down(token_0, token_1)?;
            price_0 = price_0.wrapping_add(ratio_0.times_seconds(elapsed));
            price_1 = price_1.wrapping_add(ratio_1.times_seconds(elapsed));
        }
        Ok(Update { balances, price_0, price_1, timestamp })
    }

    /// Writes what a call leaves.
    #[inline]
    fn write(&mut self, update: &Update) {
        self.reserves = update.balances;
        self.balances = update.balances;
        self.price_0_cumulative_last = update.price_0;
        self.price_1_cumulative_last = update.price_1;
        self.block_timestamp_last = update.timestamp;
    }
}

/// What every call that trades, mints, burns or syncs writes at its end.
struct Update {
    balances: Amounts,
    price_0: U256,
    price_1: U256,
    timestamp: u32,
}

/// Returns seconds modulo 2^32, as the contract stores them.
#[expect(clippy::cast_possible_truncation, reason = "the contract's clock runs over in 2106")]
fn timestamp(now: u64) -> u32 {
    now as u32
}

#[cfg(test)]
mod tests;
