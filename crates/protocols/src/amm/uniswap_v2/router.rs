//! The arithmetic of `UniswapV2Router02`: paths of several pairs, and liquidity at the pool's ratio.

use super::{Amounts, Burned, Minted, Pair, PairError, PoolToken, Side, Traded};
use plimsoll_math::U256;

/// Returns what goes into the first pair of a path and what comes out of every one, for exactly `amount_in`.
///
/// All is quoted before anything is traded: see [`trade_along`].
///
/// # Errors
/// A quote fails, or less than `least` comes out of the last pair.
pub fn amounts_out<'a>(
    amount_in: u128,
    least: u128,
    path: impl IntoIterator<Item = (&'a Pair, Side)>,
) -> Result<Vec<u128>, PairError> {
    let mut amounts = vec![amount_in];
    let mut amount = amount_in;
    for (pair, side) in path {
        amount = pair.quote_exact_in(side, amount)?;
        amounts.push(amount);
    }
    if amount < least {
        return Err(PairError::BelowMinimum { amount, least });
    }
    Ok(amounts)
}

/// Returns what goes into the first pair of a path and what comes out of every one, for exactly `amount_out` at its
/// end.
///
/// # Errors
/// A quote fails, or more than `most` goes into the first pair.
pub fn amounts_in<'a>(
    amount_out: u128,
    most: u128,
    path: impl IntoIterator<Item = (&'a Pair, Side), IntoIter: DoubleEndedIterator>,
) -> Result<Vec<u128>, PairError> {
    let mut amounts = vec![amount_out];
    let mut amount = amount_out;
    for (pair, side) in path.into_iter().rev() {
        amount = pair.quote_exact_out(side, amount)?;
        amounts.push(amount);
    }
    if amount > most {
        return Err(PairError::AboveMaximum { amount, most });
    }
    amounts.reverse();
    Ok(amounts)
}

/// Trades along a path at amounts that were quoted before: hop `n` pays `amounts[n]` into `pairs[hops[n].0]` and takes
/// `amounts[n + 1]` out. If a hop fails, no pair has changed.
///
/// # Errors
/// A pair finds the payment too small or cannot take it in, or follows itself in the path: each pair is told to pay the
/// next one, and what it pays to itself is no payment.
pub fn trade_along(pairs: &mut [Pair], hops: &[(usize, Side)], amounts: &[u128], now: u64) -> Result<(), PairError> {
    if hops.windows(2).any(|hops| hops[0].0 == hops[1].0) {
        return Err(PairError::InsufficientInput);
    }
    let mut after = pairs.to_vec();
    for ((pair, side), amounts) in hops.iter().zip(amounts.windows(2)) {
        after[*pair].swap_at(*side, Traded { amount_in: amounts[0], amount_out: amounts[1] }, now)?;
    }

    pairs.copy_from_slice(&after);
    Ok(())
}

/// What a provider is ready to add: at most `desired` and at least `least` of each token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// The token that is tried in full first.
    pub first: PoolToken,
    /// The most of each token, in smallest units.
    pub desired: Amounts,
    /// The least of each token, in smallest units.
    pub least: Amounts,
}

impl Pair {
    /// Adds liquidity at the ratio of the reserves, and returns what that took and minted.
    ///
    /// # Errors
    /// The ratio asks for less than the least of a token, or the mint fails.
    pub fn add_liquidity(&mut self, offer: Offer, now: u64) -> Result<Minted, PairError> {
        let amounts = self.liquidity_amounts(offer)?;
        self.mint(amounts, now)
    }

    /// Removes liquidity.
    ///
    /// # Errors
    /// The burn fails, or returns less than `least` of a token.
    pub fn remove_liquidity(&mut self, liquidity: u128, least: Amounts, now: u64) -> Result<Burned, PairError> {
        let mut after = *self;
        let burned = after.burn(liquidity, now)?;
        for (amount, least) in [(burned.taken.token_0, least.token_0), (burned.taken.token_1, least.token_1)] {
            if amount < least {
                return Err(PairError::BelowMinimum { amount, least });
            }
        }

        *self = after;
        Ok(burned)
    }

    /// Returns the amounts at the ratio of the reserves: all of the offer's first token if the second suffices, else
    /// all of the second. The other amount rounds **down**. An empty pair takes the offer as it is.
    ///
    /// # Errors
    /// The ratio asks for less than the least of a token, or nothing is offered.
    pub fn liquidity_amounts(&self, offer: Offer) -> Result<Amounts, PairError> {
        let (reserve_first, reserve_second) = self.reserves.starting_with(offer.first);
        if reserve_first == 0 && reserve_second == 0 {
            return Ok(offer.desired);
        }
        let (first, second) = offer.desired.starting_with(offer.first);
        let (least_first, least_second) = offer.least.starting_with(offer.first);
        let matching_second = matching_down(first, reserve_first, reserve_second)?;
        if matching_second <= U256::from(second) {
            let amount = at_least(matching_second.try_into_u128()?, least_second)?;
            return Ok(Amounts::of(offer.first, first, amount));
        }
        let matching_first = matching_down(second, reserve_second, reserve_first)?;
        let amount = at_least(matching_first.try_into_u128()?, least_first)?;
        Ok(Amounts::of(offer.first, amount, second))
    }
}

/// Returns the amount of the other token that is worth `amount` at the ratio of the reserves, rounded **down**.
fn matching_down(amount: u128, reserve: u128, reserve_other: u128) -> Result<U256, PairError> {
    if amount == 0 {
        return Err(PairError::InsufficientInput);
    }
    if reserve == 0 || reserve_other == 0 {
        return Err(PairError::InsufficientLiquidity { asked: amount, reserve: 0 });
    }
    Ok(U256::product(amount, reserve_other).div_down(reserve)?)
}

/// Returns the amount, if it is no less than `least`.
fn at_least(amount: u128, least: u128) -> Result<u128, PairError> {
    if amount < least { Err(PairError::BelowMinimum { amount, least }) } else { Ok(amount) }
}
