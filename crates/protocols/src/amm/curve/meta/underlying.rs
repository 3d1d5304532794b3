//! Trades between coin 0 and the base pool's coins, or between two of the latter.

use super::{BASE_TOKEN, MetaPool};
use crate::amm::curve::{
    Added, CurveError, Exchanged, FEE_DENOMINATOR, Flow, Rate, Removed, StableSwap, search::least_that,
};
use plimsoll_math::mul_div_down;

/// What a trade of underlying coins moved. The trader deals with the metapool alone; the metapool deals with the base
/// pool in its own name, and keeps none of what it passes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnderlyingExchanged<const B: usize> {
    /// The underlying coin that the trader paid to the metapool.
    pub coin_in: usize,
    /// The underlying coin that the metapool paid to the trader.
    pub coin_out: usize,
    /// From the trader to the metapool, in smallest units.
    pub amount_in: u128,
    /// From the metapool to the trader, in smallest units.
    pub amount_out: u128,
    /// What the metapool did for it.
    pub base: BaseCall<B>,
}

/// What a metapool did to trade underlying coins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BaseCall<const B: usize> {
    /// It traded with the base pool.
    Exchanged(Exchanged),
    /// It paid a coin to the base pool for base tokens, and kept those for coin 0.
    Deposited {
        /// Between the metapool and the base pool.
        added: Added<B>,
        /// Base tokens for coin 0, in the metapool's own state.
        swapped: Exchanged,
    },
    /// It gave base tokens to the base pool for a coin, base tokens that coin 0 had bought.
    Withdrew {
        /// Coin 0 for base tokens, in the metapool's own state.
        swapped: Exchanged,
        /// Between the metapool and the base pool.
        removed: Removed<B>,
    },
}

/// Where an underlying coin is.
pub(super) enum Place {
    /// It is coin 0 of the metapool.
    Meta,
    /// It is that coin of the base pool.
    Base(usize),
}

impl Place {
    pub(super) fn of<const B: usize>(coin: usize) -> Result<Self, CurveError> {
        match coin.checked_sub(1) {
            None => Ok(Self::Meta),
            Some(base_coin) if base_coin < B => Ok(Self::Base(base_coin)),
            Some(_) => Err(CurveError::NoSuchCoin { coin, coins: B + 1 }),
        }
    }
}

impl MetaPool {
    /// Takes `amount_in` of an underlying coin and gives what it buys of another, through the base pool.
    ///
    /// # Errors
    /// The coins are not two of the underlying, the amount buys nothing or less than `least_out`, or a coin is missing.
    /// Neither pool is changed then.
    pub fn exchange_underlying<const B: usize>(
        &mut self,
        base: &mut StableSwap<B>,
        coin_in: usize,
        coin_out: usize,
        amount_in: u128,
        least_out: u128,
        now: u64,
    ) -> Result<UnderlyingExchanged<B>, CurveError> {
        let mut after = self.refreshed(base, now)?;
        let mut base_after = *base;
        let (amount_out, call) = after.pass_on(&mut base_after, coin_in, coin_out, amount_in, now)?;
        if amount_out < least_out {
            return Err(CurveError::BelowMinimum { amount: amount_out, least: least_out });
        }

        (*self, *base) = (after, base_after);
        Ok(UnderlyingExchanged { coin_in, coin_out, amount_in, amount_out, base: call })
    }

    /// Returns what `amount_in` would buy now: exactly what a trade of underlying coins would give.
    ///
    /// # Errors
    /// The trade is impossible.
    pub fn quote_underlying_exact_in<const B: usize>(
        &self,
        base: &StableSwap<B>,
        coin_in: usize,
        coin_out: usize,
        amount_in: u128,
        now: u64,
    ) -> Result<u128, CurveError> {
        let mut after = self.refreshed(base, now)?;
        Ok(after.pass_on(&mut { *base }, coin_in, coin_out, amount_in, now)?.0)
    }

    /// Returns the least amount that would buy `amount_out` of another underlying coin now: that buys so much, and one
    /// less does not. It is found by search, which takes ten quotes or more.
    ///
    /// # Errors
    /// Nothing is asked for, or no amount buys so much.
    pub fn quote_underlying_exact_out<const B: usize>(
        &self,
        base: &StableSwap<B>,
        coin_in: usize,
        coin_out: usize,
        amount_out: u128,
        now: u64,
    ) -> Result<u128, CurveError> {
        if amount_out == 0 {
            return Err(CurveError::NothingTaken);
        }
        let (paid, bought) = (self.underlying_rate(base, coin_in)?, self.underlying_rate(base, coin_out)?);
        let start = bought.scale_down(amount_out).and_then(|scaled| paid.unscale_down(scaled)).unwrap_or(1);
        let enough = |amount_in| {
            let bought = self.quote_underlying_exact_in(base, coin_in, coin_out, amount_in, now);
            bought.is_ok_and(|bought| bought >= amount_out)
        };
        least_that(start, enough).ok_or(CurveError::OutOfReach { coin: coin_out, asked: amount_out })
    }

    /// Returns what the contract's view `get_dy_underlying` tells of a trade. Where it pays a coin into the base pool it
    /// estimates what that mints, so a trade can give more or less.
    ///
    /// # Errors
    /// The trade is impossible.
    pub fn get_dy_underlying<const B: usize>(
        &self,
        base: &StableSwap<B>,
        coin_in: usize,
        coin_out: usize,
        amount_in: u128,
        now: u64,
    ) -> Result<u128, CurveError> {
        let pool = self.pool_at(base, now)?;
        let token = pool.rates[BASE_TOKEN];
        let (meta_in, meta_out, paid) = match (Place::of::<B>(coin_in)?, Place::of::<B>(coin_out)?) {
            (Place::Base(coin_in), Place::Base(coin_out)) => return base.get_dy(coin_in, coin_out, amount_in, now),
            (Place::Meta, Place::Meta) => return Err(CurveError::SameCoin { coin: coin_in }),
            (Place::Meta, Place::Base(_)) => (0, BASE_TOKEN, pool.rates[0].scale_down(amount_in)?),
            (Place::Base(coin_in), Place::Meta) => {
                let mut amounts = [0; B];
                amounts[coin_in] = amount_in;
                let minted = base.calc_token_amount(amounts, Flow::Deposit, now)?;
                let worth = token.scale_down(minted)?;
                (BASE_TOKEN, 0, worth - mul_div_down(worth, base.fees.fee, 2 * FEE_DENOMINATOR)?)
            }
        };
        let gross = pool.market(now)?.bought_scaled(meta_in, meta_out, paid)?;
        let net = gross - pool.fees.on_trade_down(gross)?;
        match Place::of::<B>(coin_out)? {
            Place::Meta => Ok(pool.rates[0].unscale_down(net)?),
            Place::Base(coin_out) => base.calc_withdraw_one_coin(token.unscale_down(net)?, coin_out, now),
        }
    }

    /// Returns what an underlying coin counts at.
    fn underlying_rate<const B: usize>(&self, base: &StableSwap<B>, coin: usize) -> Result<Rate, CurveError> {
        Ok(match Place::of::<B>(coin)? {
            Place::Meta => self.pool.rates[0],
            Place::Base(coin) => base.rates[coin],
        })
    }

    /// Trades underlying coins through the base pool, and returns what comes out and how.
    fn pass_on<const B: usize>(
        &mut self,
        base: &mut StableSwap<B>,
        coin_in: usize,
        coin_out: usize,
        amount_in: u128,
        now: u64,
    ) -> Result<(u128, BaseCall<B>), CurveError> {
        match (Place::of::<B>(coin_in)?, Place::of::<B>(coin_out)?) {
            (Place::Meta, Place::Meta) => Err(CurveError::SameCoin { coin: coin_in }),
            (Place::Base(coin_in), Place::Base(coin_out)) => {
                let exchanged = base.exchange(coin_in, coin_out, amount_in, 0, now)?;
                Ok((exchanged.amount_out, BaseCall::Exchanged(exchanged)))
            }
            (Place::Meta, Place::Base(coin_out)) => {
                let swapped = self.pool.exchange(0, BASE_TOKEN, amount_in, 0, now)?;
                let removed = base.remove_liquidity_one_coin(swapped.amount_out, coin_out, 0, now)?;
                Ok((removed.taken[coin_out], BaseCall::Withdrew { swapped, removed }))
            }
            (Place::Base(coin_in), Place::Meta) => {
                let mut paid = [0; B];
                paid[coin_in] = amount_in;
                let added = base.add_liquidity(paid, 0, now)?;
                let swapped = self.pool.exchange(BASE_TOKEN, 0, added.minted, 0, now)?;
                Ok((swapped.amount_out, BaseCall::Deposited { added, swapped }))
            }
        }
    }
}
