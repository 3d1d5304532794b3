//! The numbers of the pair's own test suite (Uniswap/v2-core, `test/UniswapV2Pair.spec.ts`), then all others.

use proptest::prelude::*;

use super::{
    router::{Offer, amounts_in, amounts_out, trade_along},
    *,
};

const ETHER: u128 = 1_000_000_000_000_000_000;

fn amounts(token_0: u128, token_1: u128) -> Amounts {
    Amounts { token_0, token_1 }
}

/// Returns a pair that holds this, minted at time 0.
fn pair(token_0: u128, token_1: u128, protocol_fee: ProtocolFee) -> Pair {
    let mut pair = Pair::new(FEE_BPS, protocol_fee).unwrap();
    pair.mint(amounts(token_0, token_1), 0).unwrap();
    pair
}

/// `swapTestCases`: the published amount is the most that the pair gives, and what it is quoted.
#[test]
fn pays_the_published_amounts_and_not_a_unit_more() {
    let published = [
        (1, 5, 10, 1_662_497_915_624_478_906),
        (1, 10, 5, 453_305_446_940_074_565),
        (2, 5, 10, 2_851_015_155_847_869_602),
        (2, 10, 5, 831_248_957_812_239_453),
        (1, 10, 10, 906_610_893_880_149_131),
        (1, 100, 100, 987_158_034_397_061_298),
        (1, 1000, 1000, 996_006_981_039_903_216),
    ];
    for (paid, reserve_0, reserve_1, taken) in published {
        let mut pair = pair(reserve_0 * ETHER, reserve_1 * ETHER, ProtocolFee::Off);
        let paid = paid * ETHER;
        assert_eq!(pair.quote_exact_in(Side::ZeroForOne, paid), Ok(taken));
        let refused = pair.swap(amounts(paid, 0), amounts(0, taken + 1), 0);
        assert_eq!(refused, Err(PairError::K { paid_0: paid, paid_1: 0 }));
        assert_eq!(pair.swap(amounts(paid, 0), amounts(0, taken), 0), Ok(()));
    }
}

/// `optimisticTestCases`: taking a token and paying it back costs the fee alone.
#[test]
fn a_token_paid_back_in_kind_costs_the_fee() {
    let published = [
        (997_000_000_000_000_000, 5, 10, ETHER),
        (997_000_000_000_000_000, 10, 5, ETHER),
        (997_000_000_000_000_000, 5, 5, ETHER),
        (ETHER, 5, 5, 1_003_009_027_081_243_732),
    ];
    for (taken, reserve_0, reserve_1, paid) in published {
        let mut pair = pair(reserve_0 * ETHER, reserve_1 * ETHER, ProtocolFee::Off);
        assert!(pair.swap(amounts(paid, 0), amounts(taken + 1, 0), 0).is_err());
        assert_eq!(pair.swap(amounts(paid, 0), amounts(taken, 0), 0), Ok(()));
    }
}

/// `mint` and `burn`.
#[test]
fn the_first_mint_locks_a_thousand() {
    let mut pair = Pair::new(FEE_BPS, ProtocolFee::Off).unwrap();
    let minted = pair.mint(amounts(ETHER, 4 * ETHER), 0).unwrap();
    assert_eq!((minted.liquidity, minted.locked), (2 * ETHER - 1000, 1000));
    assert_eq!(pair.total_supply(), 2 * ETHER);

    let mut pair = self::pair(3 * ETHER, 3 * ETHER, ProtocolFee::Off);
    let burned = pair.burn(3 * ETHER - 1000, 0).unwrap();
    assert_eq!(burned.taken, amounts(3 * ETHER - 1000, 3 * ETHER - 1000));
    assert_eq!((pair.total_supply(), pair.reserves()), (1000, amounts(1000, 1000)));
}

/// `feeTo:off` and `feeTo:on`.
#[test]
fn the_treasury_gets_a_sixth_of_the_growth() {
    for (protocol_fee, treasury, left) in [
        (ProtocolFee::Off, 0, None),
        (ProtocolFee::On, 249_750_499_251_388, Some((249_501_683_697_445, 250_000_187_312_969))),
    ] {
        let mut pair = pair(1000 * ETHER, 1000 * ETHER, protocol_fee);
        let traded = pair.swap_exact_in(Side::OneForZero, ETHER, 0).unwrap();
        assert_eq!(traded.amount_out, 996_006_981_039_903_216);
        let burned = pair.burn(1000 * ETHER - 1000, 0).unwrap();
        assert_eq!(burned.protocol_fee, treasury);
        assert_eq!(pair.total_supply(), 1000 + treasury);
        if let Some((left_0, left_1)) = left {
            assert_eq!(pair.reserves(), amounts(1000 + left_0, 1000 + left_1));
        }
    }
}

/// `price{0,1}CumulativeLast`.
#[test]
fn a_price_counts_for_as_long_as_it_stood() {
    let mut pair = pair(3 * ETHER, 3 * ETHER, ProtocolFee::Off);
    let one = U256::from(1 << 112);
    let cumulative = |pair: &Pair| [PoolToken::Zero, PoolToken::One].map(|token| pair.price_cumulative_last(token));
    pair.sync(1).unwrap();
    assert_eq!(cumulative(&pair), [one, one]);
    pair.swap(amounts(3 * ETHER, 0), amounts(0, ETHER), 10).unwrap();
    assert_eq!(cumulative(&pair), [one.checked_mul(10).unwrap(); 2]);
    pair.sync(20).unwrap();
    let third = U256::from((1 << 112) / 3);
    let three = U256::from(3 << 112);
    let after = |price: U256| one.checked_add(price).unwrap().checked_mul(10).unwrap();
    assert_eq!(cumulative(&pair), [after(third), after(three)]);
    assert_eq!(pair.block_timestamp_last(), 20);
}

#[test]
fn the_clock_runs_over_after_32_bits() {
    let mut pair = pair(ETHER, ETHER, ProtocolFee::Off);
    pair.sync(u64::from(u32::MAX)).unwrap();
    let before = pair.price_cumulative_last(PoolToken::Zero);
    pair.sync(1 << 32 | 2).unwrap();
    let grown = pair.price_cumulative_last(PoolToken::Zero).wrapping_sub(before);
    assert_eq!((pair.block_timestamp_last(), grown), (2, U256::from(3 << 112)));
}

#[test]
fn an_amount_that_no_reserve_could_hold_is_quoted_and_then_refused() {
    let mut pair = pair(ETHER, 4 * ETHER, ProtocolFee::Off);
    let quote = pair.quote_exact_in(Side::ZeroForOne, u128::MAX).unwrap();
    assert_eq!(quote, 4 * ETHER - 1);
    let refused = pair.swap_exact_in(Side::ZeroForOne, MAX_RESERVE, 0);
    assert_eq!(refused, Err(PairError::Overflow { balance: MAX_RESERVE + ETHER }));
}

#[test]
fn a_fee_that_leaves_nothing_is_refused() {
    assert_eq!(Pair::new(10_000, ProtocolFee::Off), Err(PairError::FeeTooHigh { fee_bps: 10_000 }));
}

#[test]
fn the_router_adds_at_the_ratio_and_keeps_to_the_limits() {
    let mut pair = pair(ETHER, 4 * ETHER, ProtocolFee::Off);
    let offer = |least| Offer { first: PoolToken::Zero, desired: amounts(ETHER, ETHER), least };
    let refused = pair.add_liquidity(offer(amounts(ETHER / 2, 0)), 0);
    assert_eq!(refused, Err(PairError::BelowMinimum { amount: ETHER / 4, least: ETHER / 2 }));
    let minted = pair.add_liquidity(offer(amounts(0, 0)), 0).unwrap();
    assert_eq!((minted.paid, minted.liquidity), (amounts(ETHER / 4, ETHER), ETHER / 2));
    let refused = pair.remove_liquidity(ETHER / 2, amounts(ETHER, 0), 0);
    assert_eq!(refused, Err(PairError::BelowMinimum { amount: ETHER / 4, least: ETHER }));
    assert_eq!(pair.remove_liquidity(ETHER / 2, minted.paid, 0).unwrap().taken, minted.paid);
}

#[test]
fn a_path_is_quoted_hop_by_hop() {
    let (first, second) = (pair(ETHER, ETHER, ProtocolFee::Off), pair(ETHER, 9 * ETHER, ProtocolFee::Off));
    let path = [(&first, Side::ZeroForOne), (&second, Side::OneForZero)];
    let out = amounts_out(1_000_000, 0, path).unwrap();
    assert_eq!(out, [1_000_000, 996_999, 110_445]);
    assert_eq!(amounts_in(110_445, u128::MAX, path).unwrap().last(), Some(&110_445));
    let refused = amounts_out(1_000_000, 110_446, path);
    assert_eq!(refused, Err(PairError::BelowMinimum { amount: 110_445, least: 110_446 }));
    assert!(matches!(amounts_in(110_445, 10, path), Err(PairError::AboveMaximum { most: 10, .. })));
}

/// The router has each pair pay the next one. A pair that is its own next pays itself, and finds nothing paid.
#[test]
fn a_path_cannot_use_a_pair_twice_in_a_row() {
    let pairs = [pair(ETHER, ETHER, ProtocolFee::Off), pair(ETHER, 9 * ETHER, ProtocolFee::Off)];
    let along = |hops: &[(usize, Side)]| {
        let mut after = pairs;
        let amounts = amounts_out(1_000_000, 0, hops.iter().map(|(pair, side)| (&pairs[*pair], *side))).unwrap();
        trade_along(&mut after, hops, &amounts, 0).map(|()| after)
    };
    let (there, back) = (Side::ZeroForOne, Side::OneForZero);
    assert_eq!(along(&[(0, there), (0, back)]), Err(PairError::InsufficientInput));
    assert_eq!(along(&[(1, there), (0, back), (0, there)]), Err(PairError::InsufficientInput));
    // With another pair between, what was quoted before the first trade is less than the pair gives after it.
    let after = along(&[(0, there), (1, back), (0, back)]).unwrap();
    assert_eq!(after[0].reserves().token_0, ETHER + 1_000_000 - 110_113);
    let mut one_by_one = pairs;
    one_by_one[0].swap_exact_in(there, 1_000_000, 0).unwrap();
    one_by_one[1].swap_exact_in(back, 996_999, 0).unwrap();
    assert_eq!(after[1], one_by_one[1]);
}

/// Something that can be asked of a pair.
#[derive(Debug, Clone, Copy)]
enum Call {
    ExactIn(Side, u128),
    ExactOut(Side, u128),
    Raw(Amounts, Amounts),
    Mint(Amounts),
    Burn(u128),
    Donate(Amounts),
    Sync,
}

impl Call {
    fn make(self, pair: &mut Pair, now: u64) -> Result<(), PairError> {
        match self {
            Self::ExactIn(side, amount) => pair.swap_exact_in(side, amount, now).map(|_| ()),
            Self::ExactOut(side, amount) => pair.swap_exact_out(side, amount, now).map(|_| ()),
            Self::Raw(paid, taken) => pair.swap(paid, taken, now),
            Self::Mint(paid) => pair.mint(paid, now).map(|_| ()),
            Self::Burn(liquidity) => pair.burn(liquidity, now).map(|_| ()),
            Self::Donate(given) => pair.donate(given),
            Self::Sync => pair.sync(now),
        }
    }

    fn trades(self) -> bool {
        matches!(self, Self::ExactIn(..) | Self::ExactOut(..) | Self::Raw(..))
    }
}

/// Amounts from nothing to more than a reserve holds, as likely small as great.
fn amount() -> impl Strategy<Value = u128> {
    (any::<u128>(), 8u32..128).prop_map(|(amount, shift)| amount >> shift)
}

fn both() -> impl Strategy<Value = Amounts> {
    (amount(), amount()).prop_map(|(token_0, token_1)| amounts(token_0, token_1))
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::ZeroForOne), Just(Side::OneForZero)]
}

fn call() -> impl Strategy<Value = Call> {
    prop_oneof![
        (side(), amount()).prop_map(|(side, amount)| Call::ExactIn(side, amount)),
        (side(), amount()).prop_map(|(side, amount)| Call::ExactOut(side, amount)),
        (both(), both()).prop_map(|(paid, taken)| Call::Raw(paid, taken)),
        both().prop_map(Call::Mint),
        amount().prop_map(Call::Burn),
        both().prop_map(Call::Donate),
        Just(Call::Sync),
    ]
}

proptest! {
    #[test]
    fn a_trade_never_lowers_the_product_and_a_failed_call_changes_nothing(
        start in (1u128 << 20..1 << 90, 1u128 << 20..1 << 90),
        fee_bps in 0u16..10_000,
        treasury: bool,
        calls in prop::collection::vec((call(), 0u64..100), 1..30),
    ) {
        let protocol_fee = if treasury { ProtocolFee::On } else { ProtocolFee::Off };
        let mut pair = Pair::new(fee_bps, protocol_fee).unwrap();
        pair.mint(amounts(start.0, start.1), 0).unwrap();
        let mut now = 0;
        for (call, seconds) in calls {
            now += seconds;
            let before = pair;
            let product = |pair: &Pair| U256::product(pair.reserves().token_0, pair.reserves().token_1);
            match call.make(&mut pair, now) {
                Ok(()) if call.trades() => prop_assert!(product(&pair) >= product(&before), "{call:?}"),
                Ok(()) => {}
                Err(_) => prop_assert_eq!(pair, before, "{:?}", call),
            }
            let (reserves, balances) = (pair.reserves(), pair.balances());
            prop_assert!(reserves.token_0 <= balances.token_0 && reserves.token_1 <= balances.token_1);
        }
    }

    #[test]
    fn what_is_quoted_for_an_amount_out_buys_it(
        reserves in (1u128 << 30..1 << 100, 1u128 << 30..1 << 100),
        part in 1u128..1 << 30,
        side in side(),
    ) {
        let pair = pair(reserves.0, reserves.1, ProtocolFee::Off);
        let amount_out = pair.reserves().starting_with(side.pays()).1 / (1 << 30) * part;
        prop_assume!(amount_out > 0);
        if let Ok(amount_in) = pair.quote_exact_out(side, amount_out) {
            prop_assert!(pair.quote_exact_in(side, amount_in).unwrap() >= amount_out);
            let traded = pair.clone().swap_exact_out(side, amount_out, 0);
            prop_assert!(traded.is_ok() || amount_in > MAX_RESERVE - reserves.0.max(reserves.1));
        }
    }

    #[test]
    fn coming_and_going_gains_nothing(
        reserves in (1u128 << 30..1 << 90, 1u128 << 30..1 << 90),
        paid in (1u128 << 10..1 << 90, 1u128 << 10..1 << 90),
    ) {
        let mut pair = pair(reserves.0, reserves.1, ProtocolFee::Off);
        if let Ok(minted) = pair.mint(amounts(paid.0, paid.1), 0)
            && let Ok(burned) = pair.burn(minted.liquidity, 0)
        {
            prop_assert!(burned.taken.token_0 <= paid.0 && burned.taken.token_1 <= paid.1);
        }
    }
}
