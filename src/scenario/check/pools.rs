//! Pools: two tokens, reserves that the contract can count, a price near the one outside.

use super::super::piece::Placed;
use super::super::schema::PoolParams;
use super::Check;

/// Uniswap V2 keeps reserves in 112 bits.
const MOST_RESERVE: u128 = (1 << 112) - 1;
/// A gap between a pool's price and the one outside that is hardly meant.
const GAP: f64 = 0.05;

impl Check<'_, '_> {
    /// Every pool.
    pub(super) fn pools(&mut self) {
        for pool in &self.draft.pools {
            self.uniswap_v2(pool);
        }
    }

    fn uniswap_v2(&mut self, pool: &Placed<PoolParams>) {
        let node = pool.node;
        let PoolParams::UniswapV2 { tokens, reserves, fee_bps, .. } = &pool.value;
        if tokens.0 == tokens.1 {
            let message = format!("this pool holds `{}` twice", tokens.1);
            self.error(node.at("tokens").nth(1).place(), message, "expected another token");
        }
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

    /// A pool whose price is not the one outside is arbitraged before anything else happens.
    pub(super) fn start_price(&mut self, pool: &Placed<PoolParams>) {
        let PoolParams::UniswapV2 { tokens, reserves, .. } = &pool.value;
        let outside = |name: &str| self.starts.get(name).copied();
        let (Some(first), Some(second)) = (outside(&tokens.0), outside(&tokens.1)) else { return };
        let (outside, inside) = (first / second, reserves.1.to_f64() / reserves.0.to_f64());
        let gap = (inside / outside - 1.0).abs();
        if gap > GAP && gap.is_finite() && outside > 0.0 {
            let message = format!(
                "`{}` costs {} `{}` in this pool and {} outside: arbitrage will begin with the first block",
                tokens.0,
                short(inside),
                tokens.1,
                short(outside)
            );
            let reserve = short(reserves.0.to_f64() * outside);
            let expected = format!("expected about {reserve} `{}` for {} `{}`", tokens.1, reserves.0, tokens.0);
            self.warning(pool.node.at("reserves").place(), message, expected);
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
