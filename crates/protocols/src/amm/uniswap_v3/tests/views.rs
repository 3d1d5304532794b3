//! What agents ask without trading. Quotes and depths are in `properties.rs`.

use super::*;

#[test]
fn the_mean_tick_is_rounded_down() {
    let mut pool = pool_of(MEDIUM, ETHER);
    pool.increase_observation_cardinality(4).unwrap();
    pool.swap_exact_in(Side::ZeroForOne, 1_000, None, 10).unwrap();
    assert_eq!(pool.tick(), -1);
    assert_eq!((pool.mean_tick_down(4, 14), pool.mean_tick_down(8, 14)), (Ok(-1), Ok(-1)));
    assert_eq!(pool.mean_tick_down(4, 10), Ok(0));
    assert_eq!(pool.mean_tick_down(0, 14), Err(V3Error::Math(MathError::DivisionByZero)));
    let refused = Err(V3Error::ObservationTooOld { seconds_ago: 15, oldest: 14 });
    assert_eq!(pool.mean_tick_down(15, 14), refused);
}

#[test]
fn liquidity_for_amounts_costs_no_more_than_they_are() {
    let mut pool = pool_of(MEDIUM, ETHER);
    let offered = amounts(5 * ETHER, 3 * ETHER);
    for (lower, upper) in [(-600, 1_200), (60, 1_200), (-1_200, -60)] {
        let liquidity = pool.liquidity_for(lower, upper, offered).unwrap();
        let Minted { paid } = pool.mint(key(lower, upper), liquidity, 0).unwrap();
        assert!(paid.token_0 <= offered.token_0 && paid.token_1 <= offered.token_1, "{paid:?}");
        let more = pool.mint_cost(lower, upper, liquidity + liquidity / 1_000_000).unwrap();
        assert!(more.token_0 > offered.token_0 || more.token_1 > offered.token_1, "{more:?}");
    }
}
