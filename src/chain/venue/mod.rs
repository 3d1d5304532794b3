//! The external venue: where prices come from, and where what is bought on chain can be sold.
//!
//! Its price is the outside price, times `exp(impact(Q))`, with `Q` the net flow: what was bought less what was sold,
//! which decays with a half-life. A trade fills at the mean price on its way, so that splitting it changes nothing and a
//! round trip gains nothing. Prices are floats; each trade turns its own into a fraction of integers once, rounded against
//! the trader, and all amounts are exact from there.

mod impact;
mod rate;

use plimsoll_math::{BPS, Decimal, mul_div_down, mul_div_up, units_to_f64};
use serde::Deserialize;
use thiserror::Error;

use self::impact::Law;
use self::rate::{Rate, Towards};
use crate::chain::time::TimeSpan;

/// How the external venue takes a token's flow, as scenario files write it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VenueParams {
    /// The token that is traded there against the numeraire.
    pub token: String,
    /// How net flow moves the price.
    pub impact: ImpactParams,
    /// Half-life of the exponential recovery; none by default, and the impact stays.
    #[serde(default)]
    pub half_life: Option<TimeSpan>,
    /// What the venue keeps of what each trade pays out, in basis points; 0 by default, less than 10,000.
    #[serde(default)]
    pub fee_bps: u16,
}

/// How net flow moves the log price: what is bought there raises it, what is sold lowers it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum ImpactParams {
    /// Not at all: it fills any amount at the outside price.
    None,
    /// `flow / depth`: a net purchase of the depth raises the price by a factor of e.
    Linear {
        /// In whole tokens, above 0: the greater, the less the price moves.
        depth: Decimal,
    },
    /// `coefficient * sqrt(flow / depth)`, with the sign of the flow.
    SquareRoot {
        /// What a net flow of the depth does to the log price, 0 or more.
        coefficient: f64,
        /// In whole tokens, above 0: the greater, the less the price moves.
        depth: Decimal,
    },
}

/// Why the venue does not trade. Nothing has changed.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum VenueError {
    /// The price is not one that an integer can hold.
    #[error("the venue's price {price} is outside what integers can hold")]
    PriceOutOfRange {
        /// Whole numeraires per whole token.
        price: f64,
    },
    /// The trade would move the price beyond all quotes, by a factor above 6e27.
    #[error("a trade of {units} units on a net flow of {flow} moves the price beyond all quotes")]
    ImpactOutOfRange {
        /// The trade, in smallest units of what was given: tokens, or numeraire to spend.
        units: u128,
        /// Net flow before it, in smallest units of the token.
        flow: i128,
    },
    /// What the trade is worth does not fit.
    #[error("the worth of {units} units does not fit 128 bits")]
    AmountOutOfRange {
        /// The amount, in smallest units.
        units: u128,
    },
}

/// What a trade pays and gets, in smallest units, and how it moves the venue once recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a fill moves the venue only when it is recorded"]
pub struct Fill {
    /// What the trader pays: tokens for a sale, numeraire for a purchase.
    pub paid: u128,
    /// What the trader gets, net of the fee: numeraire for a sale, tokens for a purchase.
    pub received: u128,
    /// What the trade adds to the net flow, in units of the token: negative for a sale; a purchase's fee is part of it.
    pub flow: i128,
}

/// The external venue for one token against the numeraire.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Venue {
    decimals: u8,
    numeraire_decimals: u8,
    fee_bps: u16,
    law: Law,
    /// In smallest units of the token.
    depth: f64,
    half_life_ms: Option<u64>,
    now_ms: u64,
    outside_price: f64,
    /// Bought less sold, in smallest units of the token.
    flow: i128,
    /// Of the smallest trade, without fee: kept, since it is asked for far more often than it moves.
    price: f64,
}

/// By how much a price under impact is rounded against the trader, relatively: far above what its closed form may be off
/// by, far below what anybody could feel.
const AGAINST_THE_TRADER: f64 = 1.0 / (1_u64 << 40) as f64;

/// The most decimals a token may have here: `10^36` and a price fit 128 bits.
const MOST_DECIMALS: u8 = 36;

impl Venue {
    /// The venue of a token with `decimals`, at `outside_price` numeraires of `numeraire_decimals` for a whole token; without
    /// `params` it moves nothing and costs nothing.
    ///
    /// # Errors
    /// What makes the parameters impossible.
    pub fn new(
        params: Option<&VenueParams>,
        decimals: u8,
        numeraire_decimals: u8,
        outside_price: f64,
    ) -> Result<Self, String> {
        let most = decimals.max(numeraire_decimals);
        if most > MOST_DECIMALS {
            return Err(format!("decimals are {most}, expected at most {MOST_DECIMALS}"));
        }
        let (law, depth) = params.map_or(Ok((Law::None, 1.0)), |params| law(&params.impact, decimals))?;
        let half_life_ms = params.and_then(|params| params.half_life).map(|half_life| half_life.ms);
        if half_life_ms == Some(0) {
            return Err("half_life is 0, expected a length of time such as \"30 min\"".to_owned());
        }
        let fee_bps = params.map_or(0, |params| params.fee_bps);
        if u128::from(fee_bps) >= BPS {
            return Err(format!("fee_bps is {fee_bps}, expected less than 10000, as in 5 for 0.05 %"));
        }
        let (now_ms, flow, price) = (0, 0, outside_price);
        Ok(Self { decimals, numeraire_decimals, fee_bps, law, depth, half_life_ms, now_ms, outside_price, flow, price })
    }

    /// Moves to `elapsed_ms` after the start of the run, never back: the outside price, with its shocks, becomes
    /// `outside_price`, and the net flow decays.
    #[expect(clippy::cast_possible_truncation, reason = "a share of an i128 is one")]
    pub fn advance(&mut self, elapsed_ms: u64, outside_price: f64) {
        let ms = elapsed_ms.checked_sub(self.now_ms).expect("a run's time never falls");
        if let Some(half_life_ms) = self.half_life_ms.filter(|_| self.flow != 0) {
            self.flow = (self.flow as f64 * libm::exp2(-(ms as f64) / half_life_ms as f64)) as i128;
        }
        self.now_ms = elapsed_ms;
        self.outside_price = outside_price;
        self.price = self.price_at(self.flow);
    }

    /// Returns the outside price without impact, in whole numeraires per whole token.
    pub fn outside_price(&self) -> f64 {
        self.outside_price
    }

    /// Returns the price of the smallest trade, without fee, in whole numeraires per whole token.
    #[inline]
    pub fn price(&self) -> f64 {
        self.price
    }

    /// Returns the net flow, bought less sold, in smallest units of the token.
    pub fn flow(&self) -> i128 {
        self.flow
    }

    /// Returns what a trade that adds `flow` units (negative: a sale) fills at on average, without fee, in whole numeraires
    /// per whole token: for decisions.
    ///
    /// # Errors
    /// The price would move too far.
    pub fn average_price(&self, flow: i128) -> Result<f64, VenueError> {
        let out_of_range = VenueError::ImpactOutOfRange { units: flow.unsigned_abs(), flow: self.flow };
        self.flow.checked_add(flow).ok_or(out_of_range)?;
        let factor = self.law.average(self.in_depths(self.flow), self.in_depths(flow)).ok_or(out_of_range)?;
        Ok(self.outside_price * factor)
    }

    /// Returns what selling `units` of the token pays out. The payout rounds **down**, against the trader.
    ///
    /// # Errors
    /// The price or an amount does not fit.
    pub fn sell(&self, units: u128) -> Result<Fill, VenueError> {
        let flow = -self.as_flow(units)?;
        let rate = self.rate(self.average_price(flow)?, Towards::Less)?;
        Ok(Fill { paid: units, received: self.net_of_fee(rate.worth_down(units)?)?, flow })
    }

    /// Returns what getting `units` of the token costs. The cost rounds **up**, against the trader.
    ///
    /// # Errors
    /// The price or an amount does not fit.
    pub fn buy(&self, units: u128) -> Result<Fill, VenueError> {
        let out_of_range = VenueError::AmountOutOfRange { units };
        let gross = mul_div_up(units, BPS, BPS - u128::from(self.fee_bps)).map_err(|_| out_of_range)?;
        let flow = self.as_flow(gross)?;
        let rate = self.rate(self.average_price(flow)?, Towards::More)?;
        Ok(Fill { paid: rate.worth_up(gross)?, received: units, flow })
    }

    /// Returns what spending `units` of the numeraire gets. The tokens round **down**, against the trader.
    ///
    /// # Errors
    /// The price or an amount does not fit.
    pub fn buy_with(&self, units: u128) -> Result<Fill, VenueError> {
        let out_of_range = VenueError::ImpactOutOfRange { units, flow: self.flow };
        let tokens = units_to_f64(units, self.numeraire_decimals) / self.outside_price;
        let spent = tokens * 10_u128.pow(self.decimals.into()) as f64 / self.depth;
        let factor = self.law.average_of_spending(self.in_depths(self.flow), spent).ok_or(out_of_range)?;
        let rate = self.rate(self.outside_price * factor, Towards::More)?;
        let gross = rate.tokens_down(units)?;
        let flow = self.as_flow(gross)?;
        self.flow.checked_add(flow).ok_or(out_of_range)?;
        Ok(Fill { paid: units, received: self.net_of_fee(gross)?, flow })
    }

    /// Moves the venue by a trade that it filled since it last moved.
    pub fn record(&mut self, fill: Fill) {
        self.flow = self.flow.checked_add(fill.flow).expect("a fill is quoted only if the flow fits after it");
        self.price = self.price_at(self.flow);
    }

    /// Returns what the venue keeps of each trade, in basis points.
    pub fn fee_bps(&self) -> u16 {
        self.fee_bps
    }

    /// Says whether trades here move the price.
    pub fn has_impact(&self) -> bool {
        !matches!(self.law, Law::None)
    }

    /// Returns what the price would be after a net flow of `flow` more units, in whole numeraires per whole token.
    pub fn price_after(&self, flow: i128) -> f64 {
        self.price_at(self.flow.saturating_add(flow))
    }

    fn price_at(&self, flow: i128) -> f64 {
        match self.law {
            Law::None => self.outside_price,
            law => self.outside_price * libm::exp(law.log_price(self.in_depths(flow))),
        }
    }

    fn in_depths(&self, flow: i128) -> f64 {
        flow as f64 / self.depth
    }

    fn as_flow(&self, units: u128) -> Result<i128, VenueError> {
        i128::try_from(units).map_err(|_| VenueError::ImpactOutOfRange { units, flow: self.flow })
    }

    fn rate(&self, price: f64, towards: Towards) -> Result<Rate, VenueError> {
        let price = match (self.law, towards) {
            (Law::None, _) => price,
            (_, Towards::Less) => price * (1.0 - AGAINST_THE_TRADER),
            (_, Towards::More) => price * (1.0 + AGAINST_THE_TRADER),
        };
        Rate::new(price, self.decimals, self.numeraire_decimals, towards)
    }

    fn net_of_fee(&self, units: u128) -> Result<u128, VenueError> {
        mul_div_down(units, BPS - u128::from(self.fee_bps), BPS).map_err(|_| VenueError::AmountOutOfRange { units })
    }
}

/// Returns a law and its depth in smallest units.
fn law(params: &ImpactParams, decimals: u8) -> Result<(Law, f64), String> {
    let (law, depth) = match params {
        ImpactParams::None => return Ok((Law::None, 1.0)),
        ImpactParams::Linear { depth } => (Law::Linear, depth),
        ImpactParams::SquareRoot { coefficient, depth } => (Law::SquareRoot { coefficient: *coefficient }, depth),
    };
    if let Law::SquareRoot { coefficient } = law
        && !(coefficient.is_finite() && coefficient > 0.0)
    {
        return Err(format!("coefficient is {coefficient}, expected a finite number above 0"));
    }
    match depth.to_units(decimals) {
        Ok(0) => Err("depth is 0, expected more; for no impact write None".to_owned()),
        Ok(units) => Ok((law, units as f64)),
        Err(error) => Err(format!("depth: {error}")),
    }
}

#[cfg(test)]
mod tests;
