//! Price processes.

use crate::chain::time::TimeSpan;
use crate::market::price::{
    HestonParams, JumpDiffusionParams, OrnsteinUhlenbeckParams, PriceParams, RegimeParams, RegimeSwitchingParams,
};
use crate::market::series::params::ReplayParams;
use crate::market::series::{Least, Series};
use crate::reader::diagnostic::{Diagnostic, Place, did_you_mean, one_of};
use crate::reader::piece::{Node, Placed};
use crate::scenario::check::Check;
use crate::scenario::files::{self, Faulty};
use crate::scenario::schema::TokenParams;

/// The range of a volatility, for messages.
const PER_YEAR: &str = "0 or more, as in 0.8 for 80 % a year";

impl Check<'_, '_> {
    /// Checks a token's price process; returns the price at the start, if it is known.
    pub(in crate::scenario) fn process(&mut self, token: &Placed<TokenParams>, node: Node) -> Option<f64> {
        match &token.value.price {
            PriceParams::Fixed(price) => self.price(node.nth(0), *price),
            PriceParams::Gbm { start, volatility, drift } => {
                self.volatility(node, *volatility);
                self.drift(node, *drift);
                self.price(node.at("start"), *start)
            }
            PriceParams::JumpDiffusion(params) => self.jump_diffusion(node, params),
            PriceParams::OrnsteinUhlenbeck(params) => self.ornstein_uhlenbeck(node, params),
            PriceParams::Heston(params) => self.heston(node, params),
            PriceParams::RegimeSwitching(params) => {
                let start = self.price(node.at("start"), params.start);
                if token.whole {
                    self.regimes(node, params);
                }
                start
            }
            PriceParams::Replay(params) => self.replay(node, params),
            PriceParams::Knots { knots, volatility } => {
                self.volatility(node, *volatility);
                token.whole.then(|| self.knots(node.at("knots"), knots)).flatten()
            }
        }
    }

    fn jump_diffusion(&mut self, node: Node, params: &JumpDiffusionParams) -> Option<f64> {
        let JumpDiffusionParams { jumps_per_year, jump_mean, jump_sigma, .. } = *params;
        self.volatility(node, params.volatility);
        let often = "0 or more, at most a million: one every 32 seconds";
        self.field(node, "jumps_per_year", jumps_per_year, (0.0..=1e6).contains(&jumps_per_year), often);
        let far = "-10 to 10, as in -0.1 for a loss of about 10 %: a jump of the log price";
        self.field(node, "jump_mean", jump_mean, jump_mean.abs() <= 10.0, far);
        self.field(node, "jump_sigma", jump_sigma, (0.0..=10.0).contains(&jump_sigma), "0 to 10, as in 0.1 for 10 %");
        self.price(node.at("start"), params.start)
    }

    fn ornstein_uhlenbeck(&mut self, node: Node, params: &OrnsteinUhlenbeckParams) -> Option<f64> {
        self.volatility(node, params.volatility);
        self.lasting(node, "half_life", params.half_life);
        let level = self.price(node.at("level"), params.level);
        params.start.map_or(level, |start| self.price(node.at("start"), start))
    }

    fn heston(&mut self, node: Node, params: &HestonParams) -> Option<f64> {
        let HestonParams { mean_volatility, vol_of_vol, rho, .. } = *params;
        self.volatility(node, params.volatility);
        if let Some(mean) = mean_volatility {
            self.yearly(node, "mean_volatility", mean, mean >= 0.0, PER_YEAR);
        }
        self.lasting(node, "half_life", params.half_life);
        self.field(node, "vol_of_vol", vol_of_vol, vol_of_vol >= 0.0, "0 or more");
        self.field(node, "rho", rho, (-1.0..=1.0).contains(&rho), "a correlation, -1 to 1");
        self.price(node.at("start"), params.start)
    }

    fn regimes(&mut self, node: Node, params: &RegimeSwitchingParams) {
        let list = node.at("regimes");
        if params.regimes.len() < 2 {
            self.error(list.place(), "nothing to switch to", "expected two regimes or more; one alone is `Gbm`");
        }
        for (index, regime) in params.regimes.iter().enumerate() {
            let node = list.nth(index);
            if let Some(first) = params.regimes[..index].iter().position(|earlier| earlier.name == regime.name) {
                let message = format!("a second regime is called `{}`", regime.name);
                let mistake = Diagnostic::error(node.at("name").place(), message).expected("expected another name");
                self.out.push(mistake.also(list.nth(first).at("name").place(), "the first"));
            }
            self.volatility(node, regime.volatility);
            self.drift(node, regime.drift);
            self.lasting(node, "mean_duration", regime.mean_duration);
            self.followers(node.at("then"), params, regime);
        }
        if let Some(begins) = &params.begins {
            self.regime(node.at("begins"), params, begins);
        }
    }

    /// Checks the regimes that may follow one.
    fn followers(&mut self, list: Node, params: &RegimeSwitchingParams, regime: &RegimeParams) {
        for (index, (name, weight)) in regime.then.iter().enumerate() {
            let (named, weighed) = (list.nth(index).nth(0), list.nth(index).nth(1));
            self.regime(named, params, name);
            if *name == regime.name {
                self.error(named.place(), format!("`{name}` follows itself"), "expected another regime");
            }
            if *weight <= 0.0 {
                self.error(weighed.place(), format!("a weight of {weight}"), "expected more than 0");
            }
        }
    }

    /// Adds an error unless a regime has this name.
    fn regime(&mut self, node: Node, params: &RegimeSwitchingParams, name: &str) {
        let known = params.regimes.iter().map(|regime| regime.name.as_str());
        if !known.clone().any(|regime| regime == name) {
            let mistake = Diagnostic::error(node.place(), format!("no regime is called `{name}`"));
            let mistake = mistake.expected(format!("expected {}", one_of(known.clone())));
            self.out.push(mistake.help(did_you_mean(name, known)));
        }
    }

    fn lasting(&mut self, node: Node, field: &str, span: TimeSpan) {
        self.field(node, field, span, span.ms > 0, "more, such as `\"2 d\"`");
    }

    fn replay(&mut self, node: Node, params: &ReplayParams) -> Option<f64> {
        let place = node.at("file").place();
        let series = match files::replay(Least::AboveZero, &node.file.folder, params) {
            Ok(series) => series,
            Err(faults) => {
                let wrong = |Faulty { message, help }| {
                    Diagnostic::error(place.clone(), message).expected("expected recorded prices").help(help)
                };
                self.out.extend(faults.into_iter().map(wrong));
                return None;
            }
        };
        self.recorded(&place, &series, "prices");
        series.rows().first().map(|row| row.price)
    }

    /// Says where a recorded series is a guess: after its end, and across its gaps.
    pub(in crate::scenario) fn recorded(&mut self, place: &Place, series: &Series, what: &str) {
        if self.declared.length_ms.is_some_and(|length| !series.covers(length)) {
            let lasts = TimeSpan { ms: series.span_ms() / 1_000 * 1_000 };
            let message = format!("the recorded {what} last {lasts}, then the last one stays");
            let expected = self.expect_early();
            self.warning(place.clone(), message, expected);
        }
        for gap in series.gaps() {
            let (length, until, [before, behind]) = (TimeSpan { ms: gap.length_ms }, &gap.until, gap.lines);
            let message =
                format!("no {what} for {length} between lines {before} and {behind}: the path across is a guess");
            self.warning(place.clone(), message, format!("from {} to {until}", gap.after));
        }
    }

    fn price(&mut self, node: Node, price: f64) -> Option<f64> {
        if price <= 0.0 {
            self.error(node.place(), format!("a price of {price}"), "expected more than 0");
        }
        (price > 0.0).then_some(price)
    }

    fn drift(&mut self, node: Node, drift: f64) {
        self.yearly(node, "drift", drift, true, "");
    }

    fn volatility(&mut self, node: Node, volatility: f64) {
        self.yearly(node, "volatility", volatility, volatility >= 0.0, PER_YEAR);
    }

    fn knots(&mut self, node: Node, knots: &[(TimeSpan, f64)]) -> Option<f64> {
        match knots.first() {
            None => self.error(node.place(), "there are no knots", "expected `[(\"0 s\", 2000), ...]`"),
            Some((first, _)) if first.ms > 0 => {
                let message = format!("the first price is for {first}, and holds from the start");
                self.warning(node.nth(0).nth(0).place(), message, "expected `\"0 s\"`");
            }
            Some(_) => {}
        }
        for (index, (time, price)) in knots.iter().enumerate() {
            self.price(node.nth(index).nth(1), *price);
            let before = index.checked_sub(1).map(|before| knots[before].0);
            if let Some(before) = before.filter(|before| before >= time) {
                let expected = format!("expected a time after {before}");
                self.error(node.nth(index).nth(0).place(), "the knots are out of order", expected);
            }
        }
        knots.first().map(|knot| knot.1).filter(|price| *price > 0.0)
    }
}
