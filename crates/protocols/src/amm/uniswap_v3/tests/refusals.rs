//! What a pool refuses, with its numbers. That nothing has changed is held for all calls in `properties.rs`.

use super::*;
use plimsoll_math::{FeeGrowthX128, MIN_SQRT_PRICE, MIN_TICK, TickError, sqrt_price_at_tick};

#[test]
fn a_pool_that_cannot_be_is_not_made() {
    let made = |fee_pips, tick_spacing| V3Pool::new(V3Params { fee_pips, tick_spacing }).err();
    assert_eq!(made(1_000_000, 60), Some(V3Error::FeeTooHigh { fee_pips: 1_000_000 }));
    for tick_spacing in [0, -1, 16_384] {
        assert_eq!(made(500, tick_spacing), Some(V3Error::TickSpacing { tick_spacing }));
    }
    assert_eq!((made(999_999, 1), made(0, 16_383)), (None, None));
}

#[test]
fn without_a_price_nothing_can_be_done() {
    let mut pool = V3Pool::new(MEDIUM).unwrap();
    let locked = V3Error::NotInitialized;
    let all = everywhere(MEDIUM);
    assert_eq!(pool.swap_exact_in(Side::ZeroForOne, 1, None, 0), Err(locked));
    assert_eq!(pool.mint(all, 1, 0), Err(locked));
    assert_eq!(pool.burn(all, 1, 0), Err(locked));
    assert_eq!(pool.collect(all, EVERYTHING), Err(locked));
    assert_eq!(pool.flash(amounts(0, 0), amounts(0, 0)), Err(locked));
    assert_eq!(pool.collect_protocol(EVERYTHING), Err(locked));
    assert_eq!(pool.set_protocol_fee(ProtocolFee::default()), Err(locked));
    assert_eq!(pool.increase_observation_cardinality(2), Err(locked));
    assert_eq!(pool.observe(&[0], 0), Err(locked));
    assert_eq!(pool.depth_to(SqrtPriceX96::ZERO), Err(locked));
    assert_eq!(pool.position_value(all), Err(locked));
    #[cfg(feature = "decisions")]
    assert!(pool.spot_price().abs() < f64::MIN_POSITIVE);
}

#[test]
fn a_price_comes_once_and_within_bounds() {
    let mut pool = V3Pool::new(MEDIUM).unwrap();
    let price = MAX_SQRT_PRICE;
    assert_eq!(pool.initialize(price, 0), Err(V3Error::Tick(TickError::Price { price })));
    pool.initialize(MIN_SQRT_PRICE, 0).unwrap();
    assert_eq!(pool.tick(), MIN_TICK);
    let again = pool.initialize(SqrtPriceX96::ONE, 0);
    assert_eq!(again, Err(V3Error::AlreadyInitialized { price: MIN_SQRT_PRICE }));
}

/// Uniswap/v3-core@d8b1c635, `test/UniswapV3Pool.spec.ts`, `#mint`, `failure cases`.
#[test]
fn a_range_that_a_pool_has_not_is_refused() {
    let mut pool = pool_of(MEDIUM, ETHER);
    let mut minted = |lower, upper| pool.mint(key(lower, upper), 1, 0).unwrap_err();
    assert_eq!(minted(1, 0), V3Error::EmptyRange { lower: 1, upper: 0 });
    assert_eq!(minted(-887_273, 0), V3Error::TickBeyond { tick: -887_273, limit: MIN_TICK });
    assert_eq!(minted(0, 887_273), V3Error::TickBeyond { tick: 887_273, limit: MAX_TICK });
    for (lower, upper, tick) in [(-6, 0, -6), (0, 6, 6)] {
        assert_eq!(minted(lower, upper), V3Error::TickUnspaced { tick, tick_spacing: 60 });
    }
}

/// Uniswap/v3-core@d8b1c635, `test/UniswapV3Pool.spec.ts`, `#mint`, `failure cases`.
#[test]
fn liquidity_beyond_what_a_tick_bears_is_refused() {
    let (mut pool, range) = (pool_at(MEDIUM, SqrtPriceX96::ONE), key(-60, 60));
    let most = pool.max_liquidity_per_tick();
    assert_eq!(pool.mint(range, most + 1, 0), Err(V3Error::TickLiquidity { tick: -60, liquidity: most + 1, most }));
    pool.mint(range, most, 0).unwrap();
    let upper = key(0, 60);
    assert_eq!(pool.mint(upper, 1, 0), Err(V3Error::TickLiquidity { tick: 60, liquidity: most + 1, most }));
    for liquidity in [0, 1 << 127, u128::MAX] {
        assert_eq!(pool.mint(upper, liquidity, 0), Err(V3Error::LiquidityAmount { liquidity }));
    }
}

#[test]
fn more_than_a_position_has_cannot_be_burned() {
    let mut pool = pool_of(MEDIUM, ETHER);
    let asked = ETHER + 1;
    let refused = Err(V3Error::InsufficientLiquidity { asked, held: ETHER });
    assert_eq!(pool.burn(everywhere(MEDIUM), asked, 0), refused);
    let none = RangeKey { owner: AccountId(2), ..everywhere(MEDIUM) };
    assert_eq!(pool.burn(none, 1, 0), Err(V3Error::InsufficientLiquidity { asked: 1, held: 0 }));
    assert_eq!(pool.burn(none, 0, 0), Err(V3Error::NoPosition));
    assert_eq!(pool.collect(none, EVERYTHING), Ok(amounts(0, 0)));
}

#[test]
fn a_limit_behind_the_price_is_refused() {
    let mut pool = pool_of(MEDIUM, ETHER);
    let price = pool.sqrt_price();
    for (side, limit) in [
        (Side::ZeroForOne, price),
        (Side::OneForZero, price),
        (Side::ZeroForOne, MIN_SQRT_PRICE),
        (Side::OneForZero, MAX_SQRT_PRICE),
    ] {
        assert_eq!(pool.swap_exact_in(side, 1, Some(limit), 0), Err(V3Error::PriceLimit { price, limit }));
    }
    let nothing = Err(V3Error::AmountSpecified { amount: U256::ZERO });
    assert_eq!(pool.swap_exact_in(Side::ZeroForOne, 0, None, 0), nothing);
    let amount = U256::from_halves(1 << 127, 0);
    let signed = pool.swap(Side::ZeroForOne, Specified::ExactIn(amount), LOWEST_SQRT_PRICE_LIMIT, 0);
    assert_eq!(signed, Err(V3Error::AmountSpecified { amount }));
}

/// In two's complement -2^255 exists and 2^255 does not.
#[test]
fn an_amount_out_may_have_256_bits_if_it_is_their_least_number() {
    let pool = pool_of(MEDIUM, ETHER);
    let lowest = U256::from_halves(1 << 127, 0);
    let swap = |amount| pool.clone().swap(Side::ZeroForOne, Specified::ExactOut(amount), LOWEST_SQRT_PRICE_LIMIT, 0);
    let most = swap(U256::from(u128::MAX)).unwrap();
    assert_eq!(swap(lowest), Ok(most));
    let amount = U256::from_halves(1 << 127, 1);
    assert_eq!(swap(amount), Err(V3Error::AmountSpecified { amount }));
}

#[test]
fn without_a_limit_a_trade_is_all_or_nothing() {
    let mut pool = pool_at(LOW, SqrtPriceX96::ONE);
    pool.mint(key(-10, 10), 2 * ETHER, 0).unwrap();
    let filled = 1_000_700_370_186_095;
    let refused = Err(V3Error::Unfilled { asked: ETHER, filled });
    assert_eq!(pool.quote_exact_in(Side::ZeroForOne, ETHER).map(|_| ()), refused);
    assert_eq!(pool.swap_exact_in(Side::ZeroForOne, ETHER, None, 0).map(|_| ()), refused);
    let taken = pool.swap_exact_in(Side::ZeroForOne, ETHER, Some(LOWEST_SQRT_PRICE_LIMIT), 0).unwrap();
    assert_eq!(taken.traded.amount_in, filled);
}

#[test]
fn amounts_beyond_128_bits_are_for_the_wide_calls_alone() {
    let mut pool = pool_at(MEDIUM, sqrt_price_at_tick(-880_000).unwrap());
    let (all, liquidity) = (everywhere(MEDIUM), pool.max_liquidity_per_tick());
    let before = pool.clone();
    assert!(matches!(pool.mint(all, liquidity, 0), Err(V3Error::Math(MathError::TooWide { fits: 128, .. }))));
    assert_eq!(pool, before);
    let paid = pool.mint_wide(all, liquidity, 0).unwrap();
    assert!(paid.narrow().is_err());
    assert!(matches!(pool.burn(all, liquidity, 0), Err(V3Error::Math(MathError::TooWide { fits: 128, .. }))));

    let one = Specified::ExactIn(U256::from(u128::MAX));
    let wide = pool.clone().swap(Side::OneForZero, one, HIGHEST_SQRT_PRICE_LIMIT, 0).unwrap();
    assert!(wide.traded.narrow().is_err());
    let limit = Some(HIGHEST_SQRT_PRICE_LIMIT);
    let refused = pool.swap_exact_in(Side::OneForZero, u128::MAX, limit, 0);
    assert!(matches!(refused, Err(V3Error::Math(MathError::TooWide { fits: 128, .. }))));

    // A pool that holds more than 128 bits lends it. The fee is 0.3 %, rounded up; the protocol's part modulo 2^128.
    let lent = WideAmounts { token_0: pool.balances().token_0, token_1: U256::ZERO };
    assert!(lent.narrow().is_err());
    let fee = lent.token_0.mul_div_wide_up(3_000_u128, 1_000_000_u128).unwrap();
    let owed = lent.token_0.checked_add(fee).unwrap();
    let paid = |token_0| WideAmounts { token_0, token_1: U256::ZERO };
    let short = owed.checked_sub(U256::from(1)).unwrap();
    let refused = pool.clone().flash_wide(lent, paid(short));
    assert_eq!(refused, Err(V3Error::FlashUnpaid { token: PoolToken::Zero, owed, paid: short }));
    let mut flashed = pool.clone();
    flashed.set_protocol_fee(ProtocolFee::new(4, 4).unwrap()).unwrap();
    assert_eq!(flashed.flash_wide(lent, paid(owed)), Ok(Flashed { lent, paid: paid(owed) }));
    assert_eq!(flashed.balances().token_0, owed);
    let protocol = fee.div_down(4).unwrap();
    assert_eq!(flashed.protocol_fees().token_0, protocol.into_halves().1);
    let growth = FeeGrowthX128::per_liquidity_down(fee.checked_sub(protocol).unwrap(), liquidity).unwrap();
    assert_eq!(flashed.fee_growth_global().token_0, growth);

    // The contract credits what does not fit modulo 2^128.
    let owed = pool.burn_wide(all, liquidity, 0).unwrap();
    let credited = Amounts { token_0: owed.token_0.into_halves().1, token_1: owed.token_1.into_halves().1 };
    assert_eq!(pool.position(all).tokens_owed, credited);
}
