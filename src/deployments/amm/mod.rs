//! Pools: what a scenario says of each, whatever its curve, and how it opens.

mod calls;
pub mod columns;
mod deployment;
pub mod events;
mod genesis;
mod pool;

use plimsoll_math::{Decimal, DecimalError};
use plimsoll_protocols::amm::{AmmError, Deposit, Direction, LiquidityMoved, PerToken, Pool};
use smallvec::{SmallVec, smallvec};
use thiserror::Error;

use super::genesis::{Genesis, Settled, Settling, ShareDecimals, ShareToken, Staked, Unsettled};
use super::{Family, PoolParams};
use crate::chain::ids::AccountId;
use crate::checks::Check;
use crate::checks::amounts::MOST_DECIMALS;
use crate::checks::declared::{Declared, DeclaredPool};
use crate::checks::names::{EntityKind, Use};
use crate::reader::piece::{At, Node, Placed};
pub use pool::{PoolCell, Volume};

/// Decimals of a liquidity token, as in the contract.
const LIQUIDITY_DECIMALS: u8 = 18;

/// A gap between a pool's price and the one outside that is hardly meant.
const GAP: f64 = 0.05;

/// What a scenario says of a pool.
pub trait PoolSpec: DeclaredPool {
    /// Notes what is wrong with it, but for its tokens.
    fn check(&self, at: At, check: &mut Check);

    /// Opens it as it is before anybody joins; its founder owns what is in it.
    ///
    /// # Errors
    /// The contract refuses it.
    fn open(&self, tokens: &[Traded], founder: AccountId, now: u64) -> Result<Opened, OpenError>;

    /// Returns the field that makes the price, and what to write there so that it is the one outside.
    fn priced_by(&self, outside: f64) -> (&'static str, String);
}

/// A token as a pool's opening needs it.
#[derive(Debug, Clone, Copy)]
pub struct Traded {
    /// Decimals of its smallest unit.
    pub decimals: u8,
    /// Its price outside, in whole numeraire tokens per whole token.
    pub price: f64,
}

/// A pool with what its founder put in.
#[derive(Debug)]
pub struct Opened {
    /// The contract's state.
    pub pool: Pool,
    /// What its founder put in, and the liquidity that came of it.
    pub moved: LiquidityMoved,
}

/// Why a pool cannot be as the scenario says.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OpenError {
    /// The contract refuses it.
    #[error(transparent)]
    Refused(#[from] AmmError),
    /// An amount is finer than its token, or beyond what can be counted.
    #[error(transparent)]
    Amount(#[from] DecimalError),
    /// The square root of its price does not fit.
    #[error("its price is beyond what a pool can count")]
    Price,
}

impl Family for PoolParams {
    const KIND: EntityKind = EntityKind::POOL;

    fn declare<'d>(list: &'d [Placed<Self>], declared: &mut Declared<'d>) {
        declared.pools = list.iter().map(|pool| &*pool.value as &dyn DeclaredPool).collect();
    }

    fn uses<'a, 'd>(one: &'d Placed<'a, Self>, used: &mut Vec<Use<'a, 'd>>) {
        let node = one.node.at("tokens");
        let tokens = one.value.tokens().into_iter().enumerate();
        used.extend(tokens.map(|(place, token)| Use::new(node.nth(place), EntityKind::TOKEN, token)));
    }

    /// What the contract refuses although no field is wrong is told where the pool stands.
    fn check(one: &Placed<Self>, check: &mut Check) {
        let before = check.out.len();
        no_token_twice(one, check);
        one.value.check(one.at(), check);
        if check.out.len() == before
            && let Some(Err(error)) = opened(one, check)
        {
            let message = format!("this pool cannot be opened: {error}");
            check.error(one.node.place(), message, "expected amounts and prices that the contract accepts");
        }
    }

    /// A pool whose price is not the one outside is arbitraged before anything else happens.
    fn warn(one: &Placed<Self>, check: &mut Check) {
        let Some(Ok(opened)) = opened(one, check) else { return };
        let tokens = one.value.tokens();
        for (place, name) in (1_u8..).zip(&tokens[1..]) {
            let (Some(first), Some(other)) = (traded(tokens[0], check), traded(name, check)) else { return };
            let units = opened.pool.amm().spot_price(Direction { pays: 0, takes: place }, 0);
            let inside = units * libm::pow(10.0, f64::from(first.decimals) - f64::from(other.decimals));
            let outside = first.price / other.price;
            let gap = (inside / outside - 1.0).abs();
            if gap > GAP && gap.is_finite() && outside > 0.0 {
                let message = format!(
                    "`{}` costs {} `{name}` in this pool and {} outside: arbitrage will begin with the first block",
                    tokens[0],
                    short(inside),
                    short(outside)
                );
                let (field, expected) = one.value.priced_by(outside);
                check.warning(one.node.at(field).place(), message, expected);
            }
        }
    }

    fn share_token(one: &Self) -> Option<ShareToken<'_>> {
        Some(ShareToken { name: one.name(), decimals: ShareDecimals::Fixed(LIQUIDITY_DECIMALS) })
    }

    fn open(list: &[Self], genesis: &mut Genesis) -> Result<(), Unsettled> {
        genesis::open(list, genesis)
    }

    fn settle(
        _list: &[Self],
        stakes: &[Staked],
        settling: &mut Settling,
        _settled: &mut Settled,
    ) -> Result<(), Unsettled> {
        genesis::settle(stakes, settling)
    }
}

fn no_token_twice(pool: &Placed<PoolParams>, check: &mut Check) {
    let tokens = pool.value.tokens();
    for (place, token) in tokens.iter().enumerate() {
        if tokens[..place].contains(token) {
            let message = format!("this pool holds `{token}` twice");
            check.error(pool.node.at("tokens").nth(place).place(), message, "expected another token");
        }
    }
}

/// Returns the pool as it will be opened; none if its tokens are not known.
fn opened(pool: &Placed<PoolParams>, check: &Check) -> Option<Result<Opened, OpenError>> {
    let tokens = pool.value.tokens().into_iter();
    let tokens: Vec<Traded> = tokens.map(|name| traded(name, check)).collect::<Option<_>>()?;
    Some(pool.value.open(&tokens, AccountId(0), 0))
}

fn traded(name: &str, check: &Check) -> Option<Traded> {
    let token = check.declared.token(name).filter(|token| token.decimals <= MOST_DECIMALS)?;
    Some(Traded { decimals: token.decimals, price: token.start? })
}

/// Puts in the first liquidity.
pub(super) fn founded(mut pool: Pool, owner: AccountId, offered: PerToken, now: u64) -> Result<Opened, OpenError> {
    let deposit = Deposit { owner, range: None, offered, least_liquidity: 1 };
    let moved = pool.amm_mut().add_liquidity(&deposit, now)?;
    Ok(Opened { pool, moved })
}

/// Returns amounts in smallest units of their tokens.
pub(super) fn units(amounts: &[Decimal], tokens: &[Traded]) -> Result<PerToken, DecimalError> {
    amounts.iter().zip(tokens).map(|(amount, token)| amount.to_units(token.decimals)).collect()
}

/// Returns tokens by their names.
pub(super) fn named(tokens: &[String]) -> SmallVec<[&str; 3]> {
    tokens.iter().map(String::as_str).collect()
}

/// Returns two tokens by their names.
pub(super) fn pair(tokens: &(String, String)) -> SmallVec<[&str; 3]> {
    smallvec![tokens.0.as_str(), tokens.1.as_str()]
}

/// Returns a share in parts of `one`, to the nearest.
pub(super) fn part(share: f64, one: f64) -> u128 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates, and is checked")]
    let part = (share * one).round() as u128;
    part
}

/// A reserve above 0 for each token.
pub(super) fn reserves(at: At, reserves: &[Decimal], tokens: &[String], check: &mut Check) {
    let node = at.node.at("reserves");
    one_for_each(node, "reserves", reserves.len(), tokens.len(), check);
    for (place, (reserve, token)) in reserves.iter().zip(tokens).enumerate() {
        check.positive_amount(node.nth(place), *reserve, token);
    }
}

pub(super) fn one_for_each(node: Node, field: &str, given: usize, tokens: usize, check: &mut Check) {
    if given != tokens {
        let message = format!("`{field}` has {given} entries for {tokens} tokens");
        check.error(node.place(), message, "expected one for each token");
    }
}

/// Says which reserves to write in a pool of stated ones.
pub(super) fn priced_by_reserves(outside: f64) -> (&'static str, String) {
    ("reserves", format!("expected reserves at which it costs about {}", short(outside)))
}

/// Returns a number with four digits or, if it has more before the point, those.
pub(super) fn short(number: f64) -> String {
    let before = if number > 0.0 { libm::log10(number).floor() } else { 0.0 };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 12")]
    let decimals = (3.0 - before).clamp(0.0, 12.0) as usize;
    let text = format!("{number:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}
