//! What holds for pools of every kind.

use proptest::prelude::*;
use smallvec::smallvec;

use super::balancer::{TokenParams, WeightedPool, WeightedPoolParams};
use super::curve::{CurvePool, Fees, StableSwap, StableSwapParams, Template};
use super::uniswap_v2::{Pair, ProtocolFee};
use super::uniswap_v3::{V3Params, V3Pool};
use super::*;
use crate::AccountId;
use plimsoll_math::SqrtPriceX96;

const ONE: u128 = 10_u128.pow(18);
const PROVIDER: AccountId = AccountId(1);

/// Returns a pool of each kind with a thousand whole tokens of each of two, and ranges where it has them.
fn pools() -> [(Pool, Option<TickRange>); 4] {
    let tokens = vec![TokenParams { decimals: 18, weight_wad: 5 * 10_u64.pow(17) }; 2];
    let params = WeightedPoolParams { tokens, swap_fee_wad: 3 * 10_u64.pow(15), protocol_fee_wad: 0 };
    let mut weighted = WeightedPool::new(&params).unwrap();
    weighted.initialize(&[1_000 * ONE; 2]).unwrap();
    let params = StableSwapParams {
        template: Template::ThreePool,
        decimals: [18; 2],
        amplification: 50,
        fees: Fees { fee: 4_000_000, admin_fee: 5_000_000_000 },
    };
    let curve = CurvePool::Two(StableSwap::new(&params).unwrap());
    let mut v3 = V3Pool::new(V3Params { fee_pips: 3_000, tick_spacing: 60 }).unwrap();
    v3.initialize(SqrtPriceX96::ONE, 0).unwrap();
    let (full, narrow) = (v3.full_range(), TickRange { lower: -1_200, upper: 1_200 });
    let pools = [
        (Pool::UniswapV2(Pair::new(30, ProtocolFee::Off).unwrap()), None),
        (Pool::UniswapV3(Box::new(v3)), Some(full)),
        (Pool::Curve(Box::new(curve)), None),
        (Pool::Balancer(Box::new(weighted)), None),
    ];
    pools.map(|(mut pool, range)| {
        if !matches!(pool, Pool::Balancer(_)) {
            pool.amm_mut().add_liquidity(&deposit(range, 1_000 * ONE), 0).unwrap();
        }
        if matches!(pool, Pool::UniswapV3(_)) {
            pool.amm_mut().add_liquidity(&deposit(Some(narrow), 500 * ONE), 0).unwrap();
        }
        (pool, range)
    })
}

fn deposit(range: Option<TickRange>, amount: u128) -> Deposit {
    Deposit { owner: PROVIDER, range, offered: smallvec![amount; 2], least_liquidity: 1 }
}

/// Returns an amount in smallest units, rounded down.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "depths are positive and small")]
fn units(amount: f64) -> u128 {
    amount as u128
}

fn held(pool: &Pool) -> [u128; 2] {
    [pool.amm().balance(0), pool.amm().balance(1)]
}

/// Returns what the pool is, without what it remembers of calls to undo.
fn state(pool: &Pool) -> Pool {
    let mut pool = pool.clone();
    pool.commit();
    pool
}

proptest! {
    #[test]
    fn a_swap_gives_what_was_quoted(milli in 1_u128..200_000, first in any::<bool>()) {
        let direction = Direction::from(if first { Side::ZeroForOne } else { Side::OneForZero });
        for (mut pool, _) in pools() {
            let (amount, before) = (milli * ONE / 1_000, held(&pool));
            let quoted = pool.amm().quote_exact_in(direction, amount, 12).unwrap();
            let traded = pool.amm_mut().swap_exact_in(direction, amount, 12).unwrap();
            prop_assert_eq!(traded, Traded { amount_in: amount, amount_out: quoted });
            let after = held(&pool);
            let (pays, takes) = (usize::from(direction.pays), usize::from(direction.takes));
            prop_assert_eq!(after[pays] - before[pays], amount);
            prop_assert_eq!(before[takes] - after[takes], quoted);
        }
    }

    #[test]
    fn what_buys_an_amount_suffices_for_it(milli in 1_u128..200_000) {
        let direction = Direction::from(Side::ZeroForOne);
        for (pool, _) in pools() {
            let wanted = milli * ONE / 1_000;
            let cost = pool.amm().quote_exact_out(direction, wanted, 12).unwrap();
            prop_assert!(pool.amm().quote_exact_in(direction, cost, 12).unwrap() >= wanted);
            prop_assert!(pool.amm().quote_exact_in(direction, cost - 2, 12).unwrap() <= wanted, "it costs no more");
        }
    }

    #[test]
    fn calls_are_undone_together(swaps in prop::collection::vec((1_u128..100_000, any::<bool>()), 1..6)) {
        for (mut pool, range) in pools() {
            let was = state(&pool);
            let first = pool.before();
            for (milli, first) in &swaps {
                let side = if *first { Side::ZeroForOne } else { Side::OneForZero };
                pool.amm_mut().swap_exact_in(side.into(), milli * ONE / 1_000, 24).unwrap();
            }
            let second = pool.before();
            pool.amm_mut().add_liquidity(&deposit(range, ONE), 36).unwrap();
            prop_assert_ne!(&state(&pool), &was);
            pool.restore(second);
            pool.restore(first);
            prop_assert_eq!(state(&pool), was);
        }
    }

    #[test]
    fn liquidity_gives_back_no_more_than_it_took(milli in 1_u128..100_000, moved in 0_u128..200_000) {
        for (mut pool, range) in pools() {
            if moved > 0 {
                pool.amm_mut().swap_exact_in(Side::ZeroForOne.into(), moved * ONE / 1_000, 12).unwrap();
            }
            let before = held(&pool);
            let deposit = Deposit { owner: AccountId(2), ..deposit(range, milli * ONE / 1_000) };
            let price = pool.amm().spot_price(Side::ZeroForOne.into(), 24);
            let added = pool.amm_mut().add_liquidity(&deposit, 24).unwrap();
            let paid: Vec<u128> = held(&pool).iter().zip(before).map(|(after, before)| after - before).collect();
            prop_assert_eq!(&paid[..], &added.amounts[..]);
            let withdrawal =
                Withdrawal { owner: AccountId(2), range, liquidity: added.liquidity, least: PerToken::new() };
            let removed = pool.amm_mut().remove_liquidity(&withdrawal, 24).unwrap();
            let worth = |amounts: &[u128]| amounts[0] as f64 * price + amounts[1] as f64;
            prop_assert!(worth(&removed.amounts) <= worth(&added.amounts) * (1.0 + 1e-12));
        }
    }
}

#[test]
fn a_trade_of_the_depth_leaves_the_price_that_was_asked() {
    for price in [0.99, 0.95, 0.85] {
        for side in [Side::ZeroForOne, Side::OneForZero] {
            let direction = Direction::from(side);
            for (mut pool, _) in pools() {
                let depth = pool.amm().depth_to(direction, price, 12);
                if let Pool::Balancer(weighted) = &pool
                    && units(depth) >= weighted.largest_amount_in(0).unwrap()
                {
                    continue;
                }
                assert!(depth > 0.0);
                pool.amm_mut().swap_exact_in(direction, units(depth), 12).unwrap();
                let after = pool.amm().spot_price(direction, 12) * (1.0 - pool.amm().fee());
                // Where the fee joins the reserves, it moves the price back by its part of the way.
                let tolerance = if matches!(pool, Pool::UniswapV3(_)) { 1e-9 } else { 0.003 * (1.0 - price) };
                assert!((after / price - 1.0).abs() < tolerance, "{after} for {price}: {pool:?}");
                assert!(pool.amm().depth_to(direction, price * 1.01, 12) == 0.0, "the price is there already");
            }
        }
    }
}

#[test]
fn what_is_asked_at_least_is_refused_above_what_comes() {
    for (mut pool, range) in pools() {
        let was = state(&pool);
        let greedy = Deposit { least_liquidity: u128::MAX, ..deposit(range, ONE) };
        pool.amm_mut().add_liquidity(&greedy, 12).unwrap_err();
        let withdrawal = Withdrawal { owner: PROVIDER, range, liquidity: ONE, least: smallvec![u128::MAX, 0] };
        pool.amm_mut().remove_liquidity(&withdrawal, 12).unwrap_err();
        let misplaced = range.is_none().then_some(TickRange { lower: -60, upper: 60 });
        pool.amm_mut().add_liquidity(&deposit(misplaced, ONE), 12).unwrap_err();
        let short = Deposit { offered: smallvec![ONE], ..deposit(range, ONE) };
        pool.amm_mut().add_liquidity(&short, 12).unwrap_err();
        assert_eq!(state(&pool), was);
    }
}
