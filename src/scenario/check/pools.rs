//! Pools: tokens and what is in them, parameters that the contracts accept, a price near the one outside.

use super::super::pools::{OpenError, RangeLiquidityParams, Traded, deployed_spacing};
use super::super::schema::PoolParams;
use super::Check;
use crate::checks::amounts::MOST_DECIMALS;
use crate::math::Decimal;
use crate::protocol::AccountId;
use crate::protocol::amm::{Direction, Pool};
use crate::reader::piece::{Node, Placed};

/// Uniswap V2 keeps reserves in 112 bits.
const MOST_RESERVE: u128 = (1 << 112) - 1;
/// A gap between a pool's price and the one outside that is hardly meant.
const GAP: f64 = 0.05;
/// The factory's greatest spacing.
const MOST_SPACING: i32 = 16_383;

impl Check<'_, '_> {
    /// Every pool.
    pub(super) fn pools(&mut self) {
        for pool in &self.draft.pools {
            let before = self.out.len();
            self.pool_tokens(pool);
            match &pool.value {
                PoolParams::UniswapV2 { .. } => self.uniswap_v2(pool),
                PoolParams::UniswapV3 { .. } => self.uniswap_v3(pool),
                PoolParams::Curve { .. } => self.curve(pool),
                PoolParams::Balancer { .. } => self.balancer(pool),
            }
            if self.out.len() == before {
                self.opens(pool);
            }
        }
    }

    /// No token twice.
    fn pool_tokens(&mut self, pool: &Placed<PoolParams>) {
        let tokens = pool.value.tokens();
        for (place, token) in tokens.iter().enumerate() {
            if tokens[..place].contains(token) {
                let message = format!("this pool holds `{token}` twice");
                self.error(pool.node.at("tokens").nth(place).place(), message, "expected another token");
            }
        }
    }

    fn uniswap_v2(&mut self, pool: &Placed<PoolParams>) {
        let node = pool.node;
        let PoolParams::UniswapV2 { tokens, reserves, fee_bps, .. } = &pool.value else { return };
        self.field(node, "fee_bps", fee_bps, *fee_bps < 10_000, "less than 10000 basis points");
        for (side, token, reserve) in [(0, &tokens.0, reserves.0), (1, &tokens.1, reserves.1)] {
            let place = node.at("reserves").nth(side);
            let units = self.positive_amount(place, reserve, token);
            if let Some(units) = units.filter(|units| *units > MOST_RESERVE) {
                let message = format!("{units} smallest units of `{token}` are more than a Uniswap V2 pool can hold");
                self.error(place.place(), message, format!("expected at most {MOST_RESERVE}, which is 2^112 - 1"));
            }
        }
    }

    fn uniswap_v3(&mut self, pool: &Placed<PoolParams>) {
        let node = pool.node;
        let PoolParams::UniswapV3 { price, fee_pips, tick_spacing, protocol_fee, .. } = &pool.value else { return };
        self.field(node, "fee_pips", fee_pips, *fee_pips < 1_000_000, "less than 1000000, which is all of it");
        if tick_spacing.is_none() && deployed_spacing(*fee_pips).is_none() {
            let message = format!("no tick spacing is deployed for a fee of {fee_pips}");
            let expected = "expected `tick_spacing`, or a fee of 100, 500, 3000 or 10000";
            self.error(node.at("fee_pips").place(), message, expected);
        }
        if let Some(spacing) = tick_spacing {
            let fine = (1..=MOST_SPACING).contains(spacing);
            self.field(node, "tick_spacing", spacing, fine, &format!("1 to {MOST_SPACING}"));
        }
        let fine = *protocol_fee == 0 || (4..=10).contains(protocol_fee);
        self.field(node, "protocol_fee", protocol_fee, fine, "0, or one in 4 to 10");
        if let Some(price) = price {
            self.field(node, "price", price, price.to_f64() > 0.0, "more than 0");
        }
        self.v3_liquidity(pool);
    }

    fn v3_liquidity(&mut self, pool: &Placed<PoolParams>) {
        let PoolParams::UniswapV3 { tokens, fee_pips, tick_spacing, liquidity, .. } = &pool.value else { return };
        let spacing = tick_spacing.or(deployed_spacing(*fee_pips)).filter(|spacing| *spacing > 0).unwrap_or(1);
        for (index, RangeLiquidityParams { range, amounts }) in liquidity.iter().enumerate() {
            let node = pool.node.at("liquidity").nth(index);
            self.range(node.at("range"), *range, spacing);
            let mut total = 0;
            for (side, token, amount) in [(0, &tokens.0, amounts.0), (1, &tokens.1, amounts.1)] {
                total |= self.amount(node.at("amounts").nth(side), amount, token).unwrap_or(1);
            }
            if total == 0 {
                self.error(node.at("amounts").place(), "both amounts are 0", "expected more than 0 of one at least");
            }
        }
    }

    /// A reserve above 0 for each token.
    fn reserves(&mut self, pool: &Placed<PoolParams>, reserves: &[Decimal]) {
        let (node, tokens) = (pool.node.at("reserves"), pool.value.tokens());
        self.one_for_each(node, "reserves", reserves.len(), tokens.len());
        for (place, (reserve, token)) in reserves.iter().zip(&tokens).enumerate() {
            self.positive_amount(node.nth(place), *reserve, token);
        }
    }

    fn one_for_each(&mut self, node: Node, field: &str, given: usize, tokens: usize) {
        if given != tokens {
            let message = format!("`{field}` has {given} entries for {tokens} tokens");
            self.error(node.place(), message, "expected one for each token");
        }
    }

    fn curve(&mut self, pool: &Placed<PoolParams>) {
        let node = pool.node;
        let PoolParams::Curve { tokens, reserves, amplification, ramp, fee_bps, admin_fee, .. } = &pool.value else {
            return;
        };
        if !(2..=3).contains(&tokens.len()) {
            let message = format!("a Curve pool of {} coins", tokens.len());
            self.error(node.at("tokens").place(), message, "expected two or three");
        }
        self.reserves(pool, reserves);
        let inside = |a: u32| (1..1_000_000).contains(&a);
        self.field(node, "amplification", amplification, inside(*amplification), "1 to 999999");
        self.field(node, "fee_bps", fee_bps, (0.0..=5_000.0).contains(fee_bps), "0 to 5000 basis points");
        self.field(node, "admin_fee", admin_fee, (0.0..=1.0).contains(admin_fee), "0 to 1");
        let Some((to, after)) = ramp else { return };
        let fine = inside(*to) && *to <= amplification.saturating_mul(10) && *amplification <= to.saturating_mul(10);
        if !fine {
            let message = format!("A goes from {amplification} to {to}");
            self.error(node.at("ramp").nth(0).place(), message, "expected a change of at most tenfold");
        }
        if after.ms < 86_400_000 {
            let message = "a ramp of less than a day";
            self.error(node.at("ramp").nth(1).place(), message, "expected at least \"1 day\", as in the contract");
        }
    }

    fn balancer(&mut self, pool: &Placed<PoolParams>) {
        let node = pool.node;
        let PoolParams::Balancer { tokens, weights, reserves, fee_bps, protocol_fee, .. } = &pool.value else { return };
        if !(2..=8).contains(&tokens.len()) {
            let message = format!("a weighted pool of {} tokens", tokens.len());
            self.error(node.at("tokens").place(), message, "expected two to eight");
        }
        self.reserves(pool, reserves);
        self.one_for_each(node.at("weights"), "weights", weights.len(), tokens.len());
        for (place, weight) in weights.iter().enumerate().filter(|(_, weight)| weight.to_f64() < 0.01) {
            let message = format!("a weight of {weight}");
            self.error(node.at("weights").nth(place).place(), message, "expected at least 0.01, as in the contract");
        }
        let sum = weights.iter().try_fold(0_u128, |sum, weight| sum.checked_add(weight.to_units(18).ok()?));
        if sum != Some(10_u128.pow(18)) {
            let sum: f64 = weights.iter().map(|weight| weight.to_f64()).sum();
            let message = format!("the weights sum to {sum}");
            self.error(node.at("weights").place(), message, "expected 1, with at most 18 decimals each");
        }
        self.field(node, "fee_bps", fee_bps, (0.01..=1_000.0).contains(fee_bps), "0.01 to 1000 basis points");
        self.field(node, "protocol_fee", protocol_fee, (0.0..=0.5).contains(protocol_fee), "0 to 0.5");
    }

    /// Opens the pool as the run will: what the contract refuses is told where the pool stands.
    fn opens(&mut self, pool: &Placed<PoolParams>) {
        if let Some(Err(error)) = self.opened(pool) {
            let message = format!("this pool cannot be opened: {error}");
            self.error(pool.node.place(), message, "expected amounts and prices that the contract accepts");
        }
    }

    /// Returns the pool as it will be opened; none if its tokens are not known.
    fn opened(&self, pool: &Placed<PoolParams>) -> Option<Result<Pool, OpenError>> {
        let traded = |name: &str| {
            let token = self.token(name).filter(|token| token.decimals <= MOST_DECIMALS)?;
            Some(Traded { decimals: token.decimals, price: self.starts.get(name).copied()? })
        };
        let tokens: Vec<Traded> = pool.value.tokens().into_iter().map(traded).collect::<Option<_>>()?;
        Some(pool.value.open(&tokens, AccountId(0), 0).map(|opened| opened.pool))
    }

    /// A pool whose price is not the one outside is arbitraged before anything else happens.
    pub(super) fn start_price(&mut self, pool: &Placed<PoolParams>) {
        let Some(Ok(opened)) = self.opened(pool) else { return };
        let tokens = pool.value.tokens();
        let known = |check: &Self, name: &str| Some((check.starts.get(name).copied()?, check.token(name)?.decimals));
        for (place, name) in (1_u8..).zip(&tokens[1..]) {
            let (Some(first), Some(other)) = (known(self, tokens[0]), known(self, name)) else { return };
            let units = opened.amm().spot_price(Direction { pays: 0, takes: place }, 0);
            let inside = units * libm::pow(10.0, f64::from(first.1) - f64::from(other.1));
            let outside = first.0 / other.0;
            let gap = (inside / outside - 1.0).abs();
            if gap > GAP && gap.is_finite() && outside > 0.0 {
                let message = format!(
                    "`{}` costs {} `{name}` in this pool and {} outside: arbitrage will begin with the first block",
                    tokens[0],
                    short(inside),
                    short(outside)
                );
                let (field, expected) = wanted(&pool.value, outside);
                self.warning(pool.node.at(field).place(), message, expected);
            }
        }
    }
}

/// Returns the field that makes the price, and what to write there.
fn wanted(pool: &PoolParams, outside: f64) -> (&'static str, String) {
    match pool {
        PoolParams::UniswapV2 { tokens, reserves, .. } => {
            let reserve = short(reserves.0.to_f64() * outside);
            ("reserves", format!("expected about {reserve} `{}` for {} `{}`", tokens.1, reserves.0, tokens.0))
        }
        PoolParams::UniswapV3 { .. } => ("price", format!("expected about {}, or no price at all", short(outside))),
        PoolParams::Curve { .. } | PoolParams::Balancer { .. } => {
            ("reserves", format!("expected reserves at which it costs about {}", short(outside)))
        }
    }
}

/// Returns a number with four digits or, if it has more before the point, those.
fn short(number: f64) -> String {
    let before = if number > 0.0 { libm::log10(number).floor() } else { 0.0 };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 12")]
    let decimals = (3.0 - before).clamp(0.0, 12.0) as usize;
    let text = format!("{number:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}
