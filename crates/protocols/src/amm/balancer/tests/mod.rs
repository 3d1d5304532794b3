//! The cases of the contracts' own test suites (balancer-v2-monorepo@d9c1c837), then what is refused.

#[cfg(feature = "decisions")]
mod decisions;
mod properties;

use super::{liquidity::Moved, weighted_math::TokenChange, *};

const ETHER: u128 = 1_000_000_000_000_000_000;

/// A per cent with 18 decimals.
const PERCENT: u64 = 10_u64.pow(16);

fn params<const N: usize>(tokens: [(u8, u64); N], protocol_fee_wad: u64) -> WeightedPoolParams {
    let token = |(decimals, percent)| TokenParams { decimals, weight_wad: percent * PERCENT };
    WeightedPoolParams { tokens: tokens.map(token).to_vec(), swap_fee_wad: PERCENT, protocol_fee_wad }
}

/// Returns a pool of tokens with these decimals and weights in per cent, a fee of 1 % and these balances.
fn pool<const N: usize>(tokens: [(u8, u64); N], balances: [u128; N]) -> WeightedPool {
    let mut pool = WeightedPool::new(&params(tokens, 0)).unwrap();
    pool.initialize(&balances).unwrap();
    pool
}

/// The pool of two tokens of pkg/pool-weighted/test/BaseWeightedPool.behavior.ts.
fn published_pool() -> WeightedPool {
    pool([(18, 30), (18, 70)], [9 * ETHER / 10, 18 * ETHER / 10])
}

fn fixed(units: u128) -> Fixed18 {
    Fixed18::from(units)
}

fn assert_near(actual: u128, expected: f64, relative: f64) {
    let error = (actual as f64 - expected).abs() / expected;
    assert!(error <= relative, "{actual} is {error:e} away from {expected}");
}

/// pkg/pool-weighted/test/WeightedMath.test.ts: balances, weights and amounts of its cases, and what real numbers give.
#[test]
fn swaps_cost_what_the_published_cases_cost() {
    let hundred = fixed(100 * ETHER);
    let weight = |thousandths: u128| fixed(thousandths * 10_u128.pow(13));
    let given_in = [
        (5_000_000, 4_000_000, 15 * ETHER, 16.029_314_312_986_737e18, 1e-13),
        (5_000_000, 4_000_000, 10_000_000, 1.249_999_999_999_859e7, 0.1),
        (13_070_000, 100_000, 15 * ETHER, 99.999_998_833_748_36e18, 1e-13),
        (769, 100_000, 15 * ETHER, 0.107_419_197_916_188_07e18, 1e-11),
    ];
    for (weight_in, weight_out, amount, expected, error) in given_in {
        let (weight_in, weight_out) = (weight(weight_in), weight(weight_out));
        let out = weighted_math::out_given_in_down(hundred, weight_in, hundred, weight_out, fixed(amount)).unwrap();
        assert_near(out.try_into_u128().unwrap(), expected, error);
        assert!(out.try_into_u128().unwrap() as f64 <= expected * (1.0 + f64::EPSILON));
    }
    let given_out = [(15 * ETHER, 13.884_562_941_468_395e18, 1e-12), (10_000_000, 8.000_000_000_000_72e6, 0.5)];
    for (amount, expected, error) in given_out {
        let (weight_in, weight_out) = (weight(5_000_000), weight(4_000_000));
        let paid = weighted_math::in_given_out_up(hundred, weight_in, hundred, weight_out, fixed(amount)).unwrap();
        assert_near(paid.try_into_u128().unwrap(), expected, error);
        assert!(paid.try_into_u128().unwrap() as f64 >= expected * (1.0 - f64::EPSILON));
    }
}

/// pkg/pool-weighted/test/WeightedMath.test.ts, `invariant`.
#[test]
fn the_invariant_is_that_of_the_published_cases() {
    let two = pool([(18, 30), (18, 70)], [10 * ETHER, 12 * ETHER]);
    assert_near(two.invariant().unwrap(), 11.361_269_771_988_887e18, 1e-13);
    let three = pool([(18, 30), (18, 20), (18, 50)], [10 * ETHER, 12 * ETHER, 14 * ETHER]);
    assert_near(three.invariant().unwrap(), 12.271_573_899_486_562e18, 1e-13);
    let nothing = [(fixed(1), Fixed18::ZERO)];
    assert_eq!(weighted_math::invariant_down(nothing), Err(WeightedPoolError::ZeroInvariant));
}

/// pkg/pool-utils/test/InvariantGrowthProtocolSwapFees.test.ts: of 10 and 200 tokens that a pool earned, a protocol
/// that takes 30 % gets BPT for 3 and 60.
#[test]
fn the_protocol_gets_its_share_of_what_the_pool_earned() {
    let mut pool = WeightedPool::new(&params([(18, 30), (18, 70)], 30 * PERCENT)).unwrap();
    pool.initialize(&[25 * ETHER, 500 * ETHER]).unwrap();
    pool.holdings.balances[..2].copy_from_slice(&[35 * ETHER, 700 * ETHER]);
    pool.holdings.total_supply = 100 * ETHER;
    let actual = pool.actual_supply().unwrap();
    let share = (actual - 100 * ETHER) as f64 / actual as f64;
    assert!((share * 35.0 - 3.0).abs() < 1e-12 && (share * 700.0 - 60.0).abs() < 1e-12, "{share}");
    let joined = pool.join_all_tokens_for_exact_bpt(ETHER, &[u128::MAX; 2]).unwrap();
    assert_near(joined.protocol_fee, (actual - 100 * ETHER) as f64, 1e-12);
    assert_eq!(pool.total_supply(), 100 * ETHER + joined.protocol_fee + joined.bpt);
}

/// pkg/pool-utils/test/InvariantGrowthProtocolSwapFees.test.ts, `with smaller invariant`.
#[test]
fn the_protocol_gets_nothing_of_a_loss() {
    let mut pool = WeightedPool::new(&params([(18, 30), (18, 70)], 30 * PERCENT)).unwrap();
    pool.initialize(&[300 * ETHER, 300 * ETHER]).unwrap();
    pool.holdings.balances[..2].copy_from_slice(&[299 * ETHER, 299 * ETHER]);
    assert_eq!(pool.actual_supply(), Ok(pool.total_supply()));
}

/// pkg/pool-weighted/test/BaseWeightedPool.behavior.ts, `initialization`.
#[test]
fn the_first_join_mints_the_invariant_for_each_token_and_locks_a_million() {
    let mut pool = WeightedPool::new(&params([(18, 50), (6, 50)], 0)).unwrap();
    for refused in [pool.join_exact_tokens(&[1, 1], 0), pool.join_token_for_exact_bpt(0, 1, 1)] {
        assert_eq!(refused, Err(WeightedPoolError::Uninitialized));
    }
    assert_eq!(pool.initialize(&[1, 1, 1]), Err(WeightedPoolError::LengthMismatch { given: 3, tokens: 2 }));
    let refused = pool.initialize(&[1_000_000, 0]);
    assert_eq!(refused, Err(WeightedPoolError::ZeroInvariant));
    let refused = WeightedPool::new(&params([(18, 50), (18, 50)], 0)).unwrap().initialize(&[1_000, 1_000]);
    assert!(matches!(refused, Err(WeightedPoolError::MinimumBpt { bpt: 1_900..2_000 })), "{refused:?}");
    let joined = pool.initialize(&[4 * ETHER, 9_000_000]).unwrap();
    assert_near(joined.bpt + joined.locked, 2.0 * 6e18, 1e-13);
    assert_eq!((joined.locked, pool.total_supply()), (MINIMUM_BPT, joined.bpt + MINIMUM_BPT));
    assert_eq!(pool.last_invariant(), pool.invariant().unwrap());
    assert_eq!(pool.initialize(&[4 * ETHER, 9_000_000]), Err(WeightedPoolError::AlreadyInitialized));
}

/// The same file, `join all tokens in for exact BPT out` and the exit that undoes it.
#[test]
fn half_as_many_bpt_cost_half_the_balances() {
    let mut pool = published_pool();
    let (balances, supply) = (pool.balances().to_vec(), pool.total_supply());
    let joined = pool.join_all_tokens_for_exact_bpt(supply / 2, &[u128::MAX; 2]).unwrap();
    for (paid, balance) in joined.paid.iter().zip(&balances) {
        assert!(*paid >= balance / 2 && *paid <= balance / 2 + 4, "{paid} of {balance}");
    }
    let exited = pool.exit_proportional(supply / 2, &[0; 2]).unwrap();
    for (taken, paid) in exited.taken.iter().zip(joined.paid) {
        assert!(*taken <= paid && taken + 8 >= paid, "{taken} of {paid}");
    }
}

/// The same file: the greatest amounts and a little more.
#[test]
fn the_limits_of_the_published_cases_hold() {
    let pool = published_pool();
    let supply = pool.total_supply();
    let greatest_join = pool.clone().join_token_for_exact_bpt(0, supply * 2, u128::MAX);
    assert!(greatest_join.is_ok(), "{greatest_join:?}");
    let refused = pool.clone().join_token_for_exact_bpt(0, supply * 2 + 10, u128::MAX);
    assert!(matches!(refused, Err(WeightedPoolError::MaxOutBptForTokenIn { .. })), "{refused:?}");
    let refused = pool.clone().exit_one_token(supply * 3 / 10 + 5, 0, 0);
    assert!(matches!(refused, Err(WeightedPoolError::MinBptInForTokenOut { .. })), "{refused:?}");
    let (most_in, most_out) = (pool.balances()[1] * 3 / 10, pool.balances()[0] * 3 / 10);
    let refused = pool.quote_given_in(1, 0, most_in * 101 / 100 + ETHER);
    assert!(matches!(refused, Err(WeightedPoolError::MaxInRatio { .. })), "{refused:?}");
    assert!(pool.quote_given_out(1, 0, most_out).is_ok());
    let refused = pool.quote_given_out(1, 0, most_out + 2);
    assert!(matches!(refused, Err(WeightedPoolError::MaxOutRatio { .. })), "{refused:?}");
    for (token_in, token_out) in [(2, 0), (1, 2)] {
        let refused = Err(WeightedPoolError::UnknownToken { token: 2, tokens: 2 });
        assert_eq!(pool.quote_given_in(token_in, token_out, 1), refused);
        assert_eq!(pool.quote_given_out(token_in, token_out, 1), refused);
    }
}

#[test]
fn a_pool_out_of_bounds_is_refused() {
    let good = || params([(18, 99), (0, 1)], MAX_PROTOCOL_FEE_WAD);
    assert!(WeightedPool::new(&good()).is_ok());
    let refused = |change: &dyn Fn(&mut WeightedPoolParams)| {
        let mut params = good();
        change(&mut params);
        WeightedPool::new(&params).unwrap_err()
    };
    for swap_fee_wad in [MIN_SWAP_FEE_WAD - 1, MAX_SWAP_FEE_WAD + 1] {
        let error = refused(&|params| params.swap_fee_wad = swap_fee_wad);
        assert_eq!(error, WeightedPoolError::SwapFeeOutOfBounds { swap_fee_wad });
    }
    let protocol_fee_wad = MAX_PROTOCOL_FEE_WAD + 1;
    let error = refused(&|params| params.protocol_fee_wad = protocol_fee_wad);
    assert_eq!(error, WeightedPoolError::ProtocolFeeTooHigh { protocol_fee_wad });
    let error = refused(&|params| params.tokens[0].weight_wad += 1);
    assert_eq!(error, WeightedPoolError::WeightSum { sum_wad: WAD + 1 });
    let error = refused(&|params| params.tokens[1].weight_wad -= 1);
    assert_eq!(error, WeightedPoolError::WeightTooLow { token: 1, weight_wad: MIN_WEIGHT_WAD - 1 });
    let error = refused(&|params| params.tokens[1].decimals = 19);
    assert_eq!(error, WeightedPoolError::TooManyDecimals { token: 1, decimals: 19 });
    for tokens in [0, 1, 9, 300] {
        let error = refused(&|params| params.tokens = vec![params.tokens[0]; tokens]);
        assert_eq!(error, WeightedPoolError::TokenCount { tokens });
    }
}

#[test]
fn limits_that_a_caller_sets_are_kept() {
    let pool = pool([(18, 80), (6, 20)], [80 * ETHER, 20_000_000]);
    let out = pool.quote_given_in(0, 1, ETHER).unwrap();
    let refused = pool.clone().swap_given_in(0, 1, ETHER, out + 1);
    assert_eq!(refused, Err(WeightedPoolError::BelowMinimum { token: 1, amount: out, least: out + 1 }));
    let paid = pool.quote_given_out(0, 1, 1_000_000).unwrap();
    let refused = pool.clone().swap_given_out(0, 1, 1_000_000, paid - 1);
    assert_eq!(refused, Err(WeightedPoolError::AboveMaximum { token: 0, amount: paid, most: paid - 1 }));
    let bpt = pool.clone().join_exact_tokens(&[ETHER, 0], 0).unwrap().bpt;
    let refused = pool.clone().join_exact_tokens(&[ETHER, 0], bpt + 1);
    assert_eq!(refused, Err(WeightedPoolError::BptOutMinAmount { bpt, least: bpt + 1 }));
    let amount = pool.clone().join_token_for_exact_bpt(1, ETHER, u128::MAX).unwrap().paid[1];
    let refused = pool.clone().join_token_for_exact_bpt(1, ETHER, amount - 1);
    assert_eq!(refused, Err(WeightedPoolError::AboveMaximum { token: 1, amount, most: amount - 1 }));
    let amount = pool.clone().join_all_tokens_for_exact_bpt(ETHER, &[u128::MAX; 2]).unwrap().paid[1];
    let refused = pool.clone().join_all_tokens_for_exact_bpt(ETHER, &[u128::MAX, amount - 1]);
    assert_eq!(refused, Err(WeightedPoolError::AboveMaximum { token: 1, amount, most: amount - 1 }));
    let amount = pool.clone().exit_one_token(ETHER, 1, 0).unwrap().taken[1];
    let refused = pool.clone().exit_one_token(ETHER, 1, amount + 1);
    assert_eq!(refused, Err(WeightedPoolError::BelowMinimum { token: 1, amount, least: amount + 1 }));
    let amount = pool.clone().exit_proportional(ETHER, &[0; 2]).unwrap().taken[1];
    let refused = pool.clone().exit_proportional(ETHER, &[0, amount + 1]);
    assert_eq!(refused, Err(WeightedPoolError::BelowMinimum { token: 1, amount, least: amount + 1 }));
    let bpt = pool.clone().exit_exact_tokens(&[ETHER, 0], u128::MAX).unwrap().bpt;
    let refused = pool.clone().exit_exact_tokens(&[ETHER, 0], bpt - 1);
    assert_eq!(refused, Err(WeightedPoolError::BptInMaxAmount { bpt, most: bpt - 1 }));
}

#[test]
fn what_makes_no_sense_is_refused() {
    let mut pool = pool([(18, 80), (6, 20)], [80 * ETHER, 20_000_000]);
    assert_eq!(pool.quote_given_in(0, 1, 0), Err(WeightedPoolError::NothingToSwap));
    assert_eq!(pool.quote_given_out(0, 1, 0), Err(WeightedPoolError::NothingToSwap));
    assert_eq!(pool.quote_given_in(1, 1, 5), Err(WeightedPoolError::SameToken { token: 1 }));
    let bpt = pool.total_supply() + 1;
    let refused = WeightedPoolError::BeyondSupply { bpt, total_supply: bpt - 1 };
    assert_eq!(pool.exit_proportional(bpt, &[0; 2]), Err(refused));
    assert_eq!(pool.exit_one_token(bpt, 0, 0), Err(WeightedPoolError::Math(MathError::BelowZero)));
    let refused = WeightedPoolError::LengthMismatch { given: 1, tokens: 2 };
    assert_eq!(pool.exit_proportional(1, &[0]), Err(refused));
    assert_eq!(pool.join_all_tokens_for_exact_bpt(1, &[1]), Err(refused));
    assert_eq!(
        pool.join_exact_tokens(&[MAX_BALANCE, 0], 0),
        Err(WeightedPoolError::BalanceOverflow { balance: MAX_BALANCE + 80 * ETHER })
    );
    let empty = WeightedPool::new(&params([(18, 50), (18, 50)], 0)).unwrap();
    assert_eq!(empty.invariant(), Err(WeightedPoolError::ZeroInvariant));
    assert_eq!(empty.clone().exit_proportional(1, &[0; 2]), Err(WeightedPoolError::ZeroInvariant));
    assert!(matches!(empty.quote_given_in(0, 1, 5), Err(WeightedPoolError::MaxInRatio { .. })));
    assert_eq!(empty.quote_given_in(0, 1, 1), Err(WeightedPoolError::Math(MathError::DivisionByZero)));
}

/// The contract tells joins from exits by the supply, and so takes an exit for no BPT for a join.
#[test]
fn an_exit_for_no_bpt_is_reckoned_as_a_join() {
    let pool = pool([(18, 80), (18, 20)], [80 * ETHER, 20 * ETHER]);
    let begun = pool.begin().unwrap();
    let (moved_scaled, moved) = ([fixed(ETHER), Fixed18::ZERO], [ETHER, 0, 0, 0, 0, 0, 0, 0]);
    let none = pool.end(&begun, &moved_scaled, &moved, Moved::Out { bpt: 0 }).unwrap();
    let one = pool.end(&begun, &moved_scaled, &moved, Moved::Out { bpt: 1 }).unwrap();
    assert!(none.holdings.last_invariant > pool.last_invariant());
    assert!(one.holdings.last_invariant < pool.last_invariant());
    assert_eq!(none.holdings.balances, one.holdings.balances);
}

/// `WeightedPool` V3 multiplies in powers of one that are a little below one: a join of one token buys less for it.
#[test]
fn tokens_that_do_not_move_cost_a_little() {
    use weighted_math::ZeroAmounts::{Multiplied, Skipped};
    let change = |amount| TokenChange { balance: fixed(ETHER), weight: fixed(WAD / 2), amount: fixed(amount) };
    let (tokens, supply, fee) = ([change(ETHER / 10), change(0)], fixed(2 * ETHER), fixed(WAD / 100));
    let bought = |zero| weighted_math::bpt_out_given_exact_tokens_in_down(&tokens, supply, fee, zero).unwrap();
    let single = weighted_math::bpt_out_given_exact_token_in_down(tokens[0], supply, fee).unwrap();
    assert!(bought(Multiplied) < bought(Skipped));
    assert_eq!(bought(Skipped), single);
    let cost = |zero| weighted_math::bpt_in_given_exact_tokens_out_up(&tokens, supply, fee, zero).unwrap();
    let single = weighted_math::bpt_in_given_exact_token_out_up(tokens[0], supply, fee).unwrap();
    assert!(cost(Multiplied) > cost(Skipped));
    assert_eq!(cost(Skipped), single);
}

/// The fee is taken from what is beyond proportion, so that a fee of more than all of it has nothing to take it from.
/// Balances of 10, half of the weight: 2 added are 20 %, of which half, 1, is in proportion; the fee on the other 1 is
/// 1.5, which the 2 could pay.
#[test]
fn a_fee_of_more_than_what_it_is_taken_from_is_refused() {
    let token = TokenChange { balance: fixed(10 * ETHER), weight: fixed(WAD / 2), amount: fixed(2 * ETHER) };
    let bought = |fee| weighted_math::bpt_out_given_exact_token_in_down(token, fixed(20 * ETHER), fixed(fee));
    assert!(bought(WAD).is_ok());
    assert_eq!(bought(WAD + WAD / 2), Err(WeightedPoolError::Math(MathError::BelowZero)));
}
