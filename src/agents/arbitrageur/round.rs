//! Round trips: swaps and trades at the venue in a row that end in the token they begin with, and how much to put in.

use plimsoll_math::mul_div_up;
use smallvec::SmallVec;

use super::Trade;
use crate::agents::router::Hop;
use crate::agents::view::View;
use crate::chain::ids::TokenId;
use crate::chain::transaction::{Action, Actions, AmountIn};

/// Most steps of a round.
const MOST_STEPS: usize = 3;

/// Least amount, in smallest units, that a size is sought down to: below it rounding is all there is.
const LEAST: u128 = 1_000;

/// How often the bracket of a size, a factor of four wide, is halved: to less than a billionth.
const HALVINGS: u32 = 32;

/// One trade of a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// In a pool.
    Swap(Hop),
    /// The token, at the venue, with the numeraire.
    Buy(TokenId),
    /// The token, at the venue, for the numeraire.
    Sell(TokenId),
}

impl Step {
    fn quote(self, sees: &View, amount: u128) -> Option<u128> {
        match self {
            Self::Swap(hop) => hop.quote(&sees.protocols, amount, sees.clock.now()),
            Self::Buy(token) => Some(sees.venues.of(token).buy_with(amount).ok()?.received),
            Self::Sell(token) => Some(sees.venues.of(token).sell(amount).ok()?.received),
        }
    }

    fn action(self, sees: &View, amount: AmountIn, least_out: u128) -> Action {
        match self {
            Self::Swap(hop) => hop.swap(&sees.protocols, amount, least_out),
            Self::Buy(token) => Action::VenueBuy { token, spend: amount },
            Self::Sell(token) => Action::VenueSell { token, amount },
        }
    }

    /// Returns what the first unit brings after fees, in smallest units.
    fn marginal(self, sees: &View) -> f64 {
        let outside = |token: TokenId| {
            let (venue, tokens) = (sees.venues.of(token), &sees.tokens);
            let keeps = 1.0 - f64::from(venue.fee_bps()) / 10_000.0;
            (sees.venues.price(token) * tokens.get(tokens.numeraire).one / tokens.get(token).one, keeps)
        };
        match self {
            Self::Swap(hop) => {
                let amm = sees.protocols.pool(hop.pool).pool.amm();
                amm.spot_price(hop.direction, sees.clock.now()) * (1.0 - amm.fee())
            }
            Self::Buy(token) => {
                let (price, keeps) = outside(token);
                keeps / price
            }
            Self::Sell(token) => {
                let (price, keeps) = outside(token);
                price * keeps
            }
        }
    }
}

/// Trades in a row, each of what the one before paid out, no pool twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Round(SmallVec<[Step; MOST_STEPS]>);

impl Round {
    pub(super) fn of(steps: &[Step]) -> Self {
        Self(steps.into())
    }

    /// Returns what each step pays out now.
    fn quotes(&self, sees: &View, amount: u128) -> Option<SmallVec<[u128; MOST_STEPS]>> {
        let mut amount = amount;
        let step = |step: &Step| {
            amount = step.quote(sees, amount)?;
            Some(amount)
        };
        self.0.iter().map(step).collect()
    }

    pub(super) fn quote(&self, sees: &View, amount: u128) -> Option<u128> {
        self.0.iter().try_fold(amount, |amount, step| step.quote(sees, amount))
    }

    /// Returns the trade that spends so much and must bring back what it owes: that and a flash loan's `premium`. Its
    /// last swap reverts where it would not.
    pub(super) fn trade(&self, sees: &View, spent: u128, premium: u128) -> Option<Trade> {
        let outs = self.quotes(sees, spent)?;
        let (returned, owed) = (*outs.last()?, spent.checked_add(premium)?);
        let last_swap = self.0.iter().rposition(|step| matches!(step, Step::Swap(_)))?;
        let mut actions = Actions::new();
        for (place, step) in self.0.iter().enumerate() {
            let amount = if place == 0 { AmountIn::Exact(spent) } else { AmountIn::Received };
            // What the venue then pays for less is less in proportion, or it pays better.
            let least = if place == last_swap { mul_div_up(outs[place], owed, returned).ok()? } else { 0 };
            actions.push(step.action(sees, amount, least));
        }
        Some(Trade { actions, owed, returned })
    }

    /// Returns the same, or, where a pool that limits what a swap may pay in is at that limit and refuses its last digits,
    /// the trade that spends a millionth less.
    pub(super) fn trade_about(&self, sees: &View, spent: u128, premium: u128) -> Option<Trade> {
        self.trade(sees, spent, premium).or_else(|| self.trade(sees, spent - spent / 1_000_000, premium))
    }

    /// Returns how much to put in until the last unit brings back what it costs, in smallest units, at most `most`; none
    /// where the first does not. In closed form through constant-product pairs alone, else by bisection over exact quotes.
    pub(super) fn size(&self, sees: &View, cost: f64, most: u128) -> Option<u128> {
        if self.0.iter().map(|step| step.marginal(sees)).product::<f64>() > cost {
            self.size_through_pairs(sees, cost).map_or_else(|| self.size_by_quotes(sees, cost, most), Some)
        } else {
            None
        }
        .map(|size| size.min(most))
        .filter(|size| *size > 0)
    }

    /// `n` pairs in a row turn `d` into `P d / (Q + R d)`, whose slope falls to `cost` at `(sqrt(P Q / cost) - Q) / R`.
    /// A pair with reserves `x` and `y`, whose fee leaves `phi`, makes of it `phi y P d / (x Q + (x R + phi P) d)`. For
    /// two pairs this is the formula of G. Angeris and others for arbitrage between markets. None if a step is another.
    fn size_through_pairs(&self, sees: &View, cost: f64) -> Option<u128> {
        let (mut gets, mut base, mut slope) = (1.0, 1.0, 0.0);
        for step in &self.0 {
            let Step::Swap(hop) = step else { return None };
            let amm = sees.protocols.pool(hop.pool).pool.amm();
            let [paid, taken] = amm.constant_product(hop.direction)?;
            let phi = 1.0 - amm.fee();
            slope = paid * slope + phi * gets;
            base *= paid;
            gets *= phi * taken;
        }
        Some(super::gap::units(((gets * base / cost).sqrt() - base) / slope))
    }

    fn size_by_quotes(&self, sees: &View, cost: f64, most: u128) -> Option<u128> {
        let pays = |amount: u128| {
            let step = (amount >> 10).max(1);
            let (less, more) = (self.quote(sees, amount - step), self.quote(sees, amount.saturating_add(step)));
            less.zip(more).is_some_and(|(less, more)| more as f64 - less as f64 >= cost * 2.0 * step as f64)
        };
        if most < LEAST || pays(most) {
            return Some(most);
        }
        let mut high = most;
        let mut low = most / 4;
        while !pays(low) {
            high = low;
            low /= 4;
            if low < LEAST {
                return None;
            }
        }
        for _ in 0..HALVINGS {
            let middle = low.midpoint(high);
            if pays(middle) { low = middle } else { high = middle }
        }
        Some(low)
    }
}
