//! What liquidity takes of each token, and the trade that gets there.

use plimsoll_protocols::amm::{Direction, PerToken, Pool, Side, TickRange, Withdrawal};

use super::view::View;
use crate::chain::ids::TokenId;
use crate::chain::range::RangeParams;
use crate::deployments::amm::PoolCell;

/// Steps of the search for a trade: finer than a millionth of what is held.
const STEPS: u32 = 32;

/// What an agent would put in after a trade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fit {
    /// Which way it trades.
    pub direction: Direction,
    /// What it pays, in smallest units; zero where no trade is needed.
    pub pays: u128,
    /// What it is quoted for that, in smallest units of the other token.
    pub takes: u128,
    /// What it holds of each token then.
    pub held: PerToken,
}

/// Returns the ticks of a range around a pool's price now; none for a pool whose liquidity lies everywhere.
pub fn ticks_now(sees: &View, cell: &PoolCell, range: &RangeParams) -> Option<TickRange> {
    let amm = cell.pool.amm();
    let concentrated = amm.concentrated()?;
    let one = |place| sees.tokens.get(cell.token_at(place)).one;
    let scale = one(1) / one(0);
    let price = amm.spot_price(Side::ZeroForOne.into(), sees.clock.now());
    Some(range.ticks(concentrated, price / scale, scale))
}

/// Returns how much of each token liquidity takes that is worth so much of the numeraire outside, in smallest units.
pub fn amounts_worth(sees: &View, cell: &PoolCell, range: Option<TickRange>, numeraire: f64) -> PerToken {
    let mix = cell.pool.amm().mix(range, sees.clock.now());
    let worth: f64 = mix.iter().zip(&cell.tokens).map(|(amount, token)| amount * unit(sees, *token)).sum();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates, as a wish may")]
    let amount = |part: &f64| (part * numeraire / worth) as u128;
    mix.iter().map(amount).collect()
}

/// Returns what a smallest unit of a token is worth outside, in whole numeraire tokens.
pub fn unit(sees: &View, token: TokenId) -> f64 {
    sees.venues.price(token) / sees.tokens.get(token).one
}

/// Returns what amounts of a pool's tokens are worth outside, in whole numeraire tokens.
pub fn worth(sees: &View, cell: &PoolCell, amounts: &[u128]) -> f64 {
    cell.tokens.iter().zip(amounts).map(|(token, amount)| sees.worth(*token, *amount)).sum()
}

/// Returns the trade through the pool itself after which holdings are as liquidity in the range takes them, and what is
/// held then. The pool is looked at without the liquidity that `withdrawn` takes out first. A pool that takes its tokens
/// in any proportion needs no trade.
pub fn fit(
    pool: &Pool,
    range: Option<TickRange>,
    withdrawn: Option<&Withdrawal>,
    held: &PerToken,
    now: u64,
) -> Option<Fit> {
    if pool.amm().takes_any_proportion() {
        return Some(Fit { direction: Side::ZeroForOne.into(), pays: 0, takes: 0, held: held.clone() });
    }
    let mut pool = pool.clone();
    if let Some(withdrawal) = withdrawn {
        pool.amm_mut().remove_liquidity(withdrawal, now).ok()?;
    }
    let mix = pool.amm().mix(range, now);
    let abounds = held[0] as f64 * mix[1] > held[1] as f64 * mix[0];
    let direction: Direction = if abounds { Side::ZeroForOne } else { Side::OneForZero }.into();
    let (pays, takes) = (usize::from(direction.pays), usize::from(direction.takes));
    let (mut low, mut high) = (0_u128, held[pays]);
    let mut best = (0, 0);
    for _ in 0..STEPS {
        let middle = low.midpoint(high);
        let before = pool.before();
        let traded = pool.amm_mut().swap_exact_in(direction, middle, now);
        let mix = pool.amm().mix(range, now);
        pool.restore(before);
        match traded {
            Ok(traded)
                if (held[pays] - middle) as f64 * mix[takes] > (held[takes] + traded.amount_out) as f64 * mix[pays] =>
            {
                best = (middle, traded.amount_out);
                low = middle;
            }
            Err(_) if middle == 0 => break,
            _ => high = middle,
        }
    }
    let mut held = held.clone();
    held[pays] -= best.0;
    held[takes] += best.1;
    Some(Fit { direction, pays: best.0, takes: best.1, held })
}

#[cfg(test)]
mod tests {
    use smallvec::smallvec;

    use super::*;
    use plimsoll_protocols::AccountId;
    use plimsoll_protocols::amm::uniswap_v2::{Pair, ProtocolFee};
    use plimsoll_protocols::amm::{Amm, Deposit};

    fn pair() -> Pool {
        let mut pair = Pair::new(30, ProtocolFee::Off).unwrap();
        let offered = smallvec![10_u128.pow(24), 2 * 10_u128.pow(27)];
        let deposit = Deposit { owner: AccountId(0), range: None, offered, least_liquidity: 1 };
        Amm::add_liquidity(&mut pair, &deposit, 0).unwrap();
        Pool::UniswapV2(pair)
    }

    /// The well-known size of a one-sided entry, `(sqrt(a (3988000 b + 3988009 a)) - 1997 a) / 1994` with `b` the amount
    /// and `a` the reserve: Alpha Homora's `StrategyAllETHOnly`, and every zap.
    #[test]
    fn a_one_sided_entry_swaps_what_a_zap_swaps() {
        let (held, reserve) = (1e23_f64, 1e24_f64);
        let zap = ((reserve * (3_988_000.0 * held + 3_988_009.0 * reserve)).sqrt() - 1_997.0 * reserve) / 1_994.0;
        let fit = fit(&pair(), None, None, &smallvec![10_u128.pow(23), 0], 0).unwrap();
        assert_eq!((fit.direction.pays, fit.direction.takes), (0, 1));
        assert!((fit.pays as f64 / zap - 1.0).abs() < 1e-8, "{} and {zap}", fit.pays);
        let half = held / 2.0;
        assert!((fit.pays as f64 / half - 1.0).abs() > 0.01, "a half is not what is needed");
    }

    #[test]
    fn holdings_at_the_pools_ratio_need_no_trade() {
        let held: PerToken = smallvec![10_u128.pow(20), 2 * 10_u128.pow(23)];
        let fit = fit(&pair(), None, None, &held, 0).unwrap();
        assert!(fit.pays < 10_u128.pow(12), "{fit:?}");
    }
}
