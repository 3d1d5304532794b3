//! What holds whatever is asked of a pool.

use proptest::prelude::*;

use super::*;
use plimsoll_math::sqrt_price_at_tick;

/// Something that can be asked of a pool.
#[derive(Debug, Clone)]
pub(super) enum Call {
    In(Side, u128, Option<SqrtPriceX96>),
    Out(Side, u128, Option<SqrtPriceX96>),
    Mint(RangeKey, u128),
    /// From a position that is there, by its number, if there is one.
    Burn(RangeKey, usize, u128),
    Collect(RangeKey, usize, Amounts),
    Flash(Amounts, Amounts),
    ProtocolFee(u8, u8),
    CollectProtocol(Amounts),
    Remember(u16),
}

impl Call {
    pub(super) fn make(&self, pool: &mut V3Pool, now: u64) -> Result<(), V3Error> {
        match *self {
            Self::In(side, amount, limit) => pool.swap_exact_in(side, amount, limit, now).map(|_| ()),
            Self::Out(side, amount, limit) => pool.swap_exact_out(side, amount, limit, now).map(|_| ()),
            Self::Mint(key, liquidity) => pool.mint(key, liquidity, now).map(|_| ()),
            Self::Burn(key, number, liquidity) => {
                let key = existing(pool, number).unwrap_or(key);
                // A part of what is there, or one unit too much.
                let held = pool.position(key).liquidity;
                pool.burn(key, liquidity.min(held.saturating_add(liquidity % 2)), now).map(|_| ())
            }
            Self::Collect(key, number, most) => pool.collect(existing(pool, number).unwrap_or(key), most).map(|_| ()),
            Self::Flash(lent, paid) => pool.flash(lent, paid).map(|_| ()),
            Self::ProtocolFee(zero, one) => ProtocolFee::new(zero, one).and_then(|fee| pool.set_protocol_fee(fee)),
            Self::CollectProtocol(most) => pool.collect_protocol(most).map(|_| ()),
            Self::Remember(observations) => pool.increase_observation_cardinality(observations),
        }
    }
}

/// Returns one of a pool's positions, or none for every so many numbers.
fn existing(pool: &V3Pool, number: usize) -> Option<RangeKey> {
    let count = pool.positions().count();
    pool.positions().map(|(key, _)| key).nth(number % (count + 1))
}

/// Amounts as likely small as great.
fn amount() -> impl Strategy<Value = u128> {
    (any::<u128>(), 16u32..128).prop_map(|(amount, shift)| amount >> shift)
}

fn both() -> impl Strategy<Value = Amounts> {
    (amount(), amount()).prop_map(|(token_0, token_1)| amounts(token_0, token_1))
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::ZeroForOne), Just(Side::OneForZero)]
}

/// Ranges of two accounts, mostly near the price of one, some from end to end, and a few that no pool has.
fn range(spacing: i32) -> impl Strategy<Value = RangeKey> {
    let near = (-12i32..12, 1i32..12).prop_map(move |(start, length)| (start * spacing, (start + length) * spacing));
    let words =
        (-2_000i32..2_000, 1i32..2_000).prop_map(move |(start, length)| (start * spacing, (start + length) * spacing));
    let end = MAX_TICK / spacing * spacing;
    let any = (-900_000i32..900_000, -900_000i32..900_000);
    let ticks = prop_oneof![6 => near, 3 => words, 2 => Just((-end, end)), 1 => any];
    (ticks, 1u32..3)
        .prop_map(|((lower, upper), owner)| RangeKey { owner: AccountId(owner), range: TickRange { lower, upper } })
}

/// No limit, or one anywhere, or one on a tick where steps end.
fn limit(spacing: i32) -> impl Strategy<Value = Option<SqrtPriceX96>> {
    let at = |tick: i32| sqrt_price_at_tick(tick.clamp(-MAX_TICK, MAX_TICK)).ok();
    prop_oneof![
        Just(None),
        (-887_000i32..887_000).prop_map(at),
        (-30i32..30).prop_map(move |steps| at(steps * spacing)),
        (-4i32..4).prop_map(move |words| at(words * 256 * spacing)),
    ]
}

fn call(spacing: i32) -> impl Strategy<Value = Call> {
    prop_oneof![
        4 => (side(), amount(), limit(spacing)).prop_map(|(side, amount, limit)| Call::In(side, amount, limit)),
        4 => (side(), amount(), limit(spacing)).prop_map(|(side, amount, limit)| Call::Out(side, amount, limit)),
        4 => (range(spacing), amount()).prop_map(|(key, liquidity)| Call::Mint(key, liquidity)),
        4 => (range(spacing), any::<usize>(), amount()).prop_map(|(key, number, part)| Call::Burn(key, number, part)),
        2 => (range(spacing), any::<usize>(), both()).prop_map(|(key, number, most)| Call::Collect(key, number, most)),
        1 => (both(), both()).prop_map(|(lent, fee)| {
            let paid = |lent: u128, fee: u128| lent.saturating_add(lent / 10).saturating_add(fee >> 100);
            Call::Flash(lent, amounts(paid(lent.token_0, fee.token_0), paid(lent.token_1, fee.token_1)))
        }),
        1 => (0u8..12, 0u8..12).prop_map(|(zero, one)| Call::ProtocolFee(zero, one)),
        1 => both().prop_map(Call::CollectProtocol),
        1 => (0u16..20).prop_map(Call::Remember),
    ]
}

/// A pool of some spacing and fee with a position or two, and calls to it with the seconds between them.
pub(super) fn history() -> impl Strategy<Value = (V3Pool, Vec<(Call, u64)>)> {
    let spacing = prop_oneof![Just(1), Just(10), Just(60), Just(200), Just(16_383)];
    (spacing, 0u32..100_000, -2_000i32..2_000, 1u128..1 << 100, any::<bool>()).prop_flat_map(
        |(tick_spacing, fee_pips, tick, liquidity, wide)| {
            let params = V3Params { fee_pips, tick_spacing };
            let mut pool = pool_at(params, sqrt_price_at_tick(tick).unwrap());
            let around = tick.div_euclid(tick_spacing) * tick_spacing;
            let ends = if wide { everywhere(params) } else { key(around - tick_spacing, around + 2 * tick_spacing) };
            pool.mint(ends, liquidity.min(pool.max_liquidity_per_tick() / 2), 0).unwrap();
            (Just(pool), prop::collection::vec((call(tick_spacing), 0u64..100), 1..30))
        },
    )
}

/// Returns where a trade ends on the contract's own way: from word to word, at full width.
fn contract_way(pool: &V3Pool, side: Side, mut remaining: Specified<U256>, limit: SqrtPriceX96) -> Option<Ended> {
    let (mut price, mut tick, mut liquidity) = (pool.sqrt_price(), pool.tick(), pool.liquidity());
    let mut calculated = U256::ZERO;
    while remaining.amount() > U256::ZERO && price != limit {
        let stop = pool.ticks.next_stop(side, tick, None);
        let at_stop = sqrt_price_at_tick(stop.tick).unwrap();
        let target = if side == Side::ZeroForOne { at_stop.max(limit) } else { at_stop.min(limit) };
        let step = swap_step(price, target, liquidity, remaining, pool.params.fee_pips).ok()?;
        let paid = step.amount_in.checked_add(step.fee).ok()?;
        let (left, other) = match remaining {
            Specified::ExactIn(amount) => (Specified::ExactIn(amount.checked_sub(paid).ok()?), step.amount_out),
            Specified::ExactOut(amount) => (Specified::ExactOut(amount.checked_sub(step.amount_out).ok()?), paid),
        };
        (remaining, calculated) = (left, calculated.checked_add(other).ok()?);
        if step.sqrt_price == at_stop {
            let net = stop.state.map_or(0, |state| state.liquidity_net);
            let net = if side == Side::ZeroForOne { -net } else { net };
            liquidity = liquidity.checked_add_signed(net)?;
            tick = stop.tick - i32::from(side == Side::ZeroForOne);
        } else if step.sqrt_price != price {
            tick = tick_at_sqrt_price(step.sqrt_price).unwrap();
        }
        price = step.sqrt_price;
    }
    Some(Ended { price, tick, liquidity, left: remaining.amount(), calculated })
}

/// Where a trade ended.
#[derive(Debug, PartialEq, Eq)]
struct Ended {
    price: SqrtPriceX96,
    tick: i32,
    liquidity: u128,
    left: U256,
    calculated: U256,
}

/// Returns the liquidity that a pool's positions and ticks give it at its price.
fn liquidity_of_positions(pool: &V3Pool) -> (u128, u128) {
    let in_range = |key: &RangeKey| key.range.covers(pool.tick());
    let positions = pool.positions().filter(|(key, _)| in_range(key)).map(|(_, position)| position.liquidity).sum();
    let below = pool.initialized_ticks().filter(|(tick, _)| *tick <= pool.tick());
    let ticks: i128 = below.map(|(_, state)| state.liquidity_net).sum();
    (positions, ticks.unsigned_abs())
}

/// Lets everybody leave with all that they are owed.
fn leave(pool: &mut V3Pool, now: u64) {
    let keys: Vec<_> = pool.positions().map(|(key, _)| key).collect();
    for key in keys {
        let liquidity = pool.position(key).liquidity;
        if liquidity > 0 {
            pool.burn_wide(key, liquidity, now).unwrap();
        }
        pool.collect(key, EVERYTHING).unwrap();
    }
    pool.collect_protocol(EVERYTHING).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_failed_call_changes_nothing_and_liquidity_adds_up((mut pool, calls) in history()) {
        let mut now = 0;
        for (call, seconds) in calls {
            now += seconds;
            let before = pool.clone();
            if call.make(&mut pool, now).is_err() {
                prop_assert!(pool == before, "{call:?}");
            }
            prop_assert_eq!(liquidity_of_positions(&pool), (pool.liquidity(), pool.liquidity()), "{:?}", call);
            let on_tick = sqrt_price_at_tick(pool.tick() + 1).unwrap() == pool.sqrt_price();
            prop_assert_eq!(pool.tick() + i32::from(on_tick), tick_at_sqrt_price(pool.sqrt_price()).unwrap());
        }
    }

    /// Claims never exceed what is held: every payment succeeds.
    #[test]
    fn everybody_can_leave((mut pool, calls) in history()) {
        let mut now = 0;
        for (call, seconds) in calls {
            now += seconds;
            let _ = call.make(&mut pool, now);
        }
        leave(&mut pool, now);
        prop_assert_eq!((pool.liquidity(), pool.initialized_ticks().count()), (0, 0));
    }

    #[test]
    fn a_trade_goes_the_contracts_way(
        (mut pool, calls) in history(),
        side in side(),
        high in any::<u128>(),
        low in any::<u128>(),
        shift in 0u32..256,
        exact_in: bool,
        limit in limit(10),
    ) {
        for (call, seconds) in calls {
            let _ = call.make(&mut pool, seconds);
        }
        let amount = if shift < 128 { U256::from_halves(high >> shift >> 1, low) } else { U256::from(low >> (shift - 128)) };
        let specified = if exact_in { Specified::ExactIn(amount) } else { Specified::ExactOut(amount) };
        let outermost = if side == Side::ZeroForOne { LOWEST_SQRT_PRICE_LIMIT } else { HIGHEST_SQRT_PRICE_LIMIT };
        let limit = limit.unwrap_or(outermost);
        let expected = contract_way(&pool, side, specified, limit);
        if let Ok(swapped) = pool.swap(side, specified, limit, 0) {
            let WideTraded { amount_in, amount_out } = swapped.traded;
            let (done, calculated) = if exact_in { (amount_in, amount_out) } else { (amount_out, amount_in) };
            let left = amount.checked_sub(done).unwrap();
            let ended = Ended { price: pool.sqrt_price(), tick: pool.tick(), liquidity: pool.liquidity(), left, calculated };
            prop_assert_eq!(Some(ended), expected);
        }
    }

    #[test]
    fn a_quote_is_what_a_trade_does((pool, calls) in history(), side in side(), amount in amount(), limit in limit(60)) {
        let mut pool = pool;
        for (call, seconds) in calls {
            let _ = call.make(&mut pool, seconds);
        }
        let quoted = pool.quote(side, Specified::ExactIn(amount), limit);
        prop_assert_eq!(quoted, pool.clone().swap_exact_in(side, amount, limit, 0));
        let quoted = pool.quote(side, Specified::ExactOut(amount), limit);
        prop_assert_eq!(quoted, pool.clone().swap_exact_out(side, amount, limit, 0));
        if let Ok(amount_in) = pool.quote_exact_out(side, amount)
            && let Ok(amount_out) = pool.quote_exact_in(side, amount_in)
        {
            prop_assert!(amount_out >= amount, "{amount_in} buys {amount_out}");
        }
    }

    #[test]
    fn paying_the_depth_moves_the_price_there((mut pool, calls) in history(), target in -3_000i32..3_000) {
        for (call, seconds) in calls {
            let _ = call.make(&mut pool, seconds);
        }
        let target = sqrt_price_at_tick(target).unwrap();
        let depth = pool.depth_to(target);
        if let Ok(Depth { side, traded, .. }) = depth && pool.sqrt_price() != target {
            // One unit more, for a gap without liquidity that begins where the amount is used up.
            let swapped = pool.swap_exact_in(side, traded.amount_in + 1, Some(target), 0).unwrap();
            prop_assert_eq!((swapped.traded, pool.sqrt_price()), (traded, target));
        }
    }

    #[test]
    fn there_and_back_gains_nothing((mut pool, calls) in history(), side in side(), amount in amount()) {
        for (call, seconds) in calls {
            let _ = call.make(&mut pool, seconds);
        }
        let back = Side::paying(side.pays().other());
        if let Ok(there) = pool.swap_exact_in(side, amount, None, 0)
            && let Ok(again) = pool.swap_exact_in(back, there.traded.amount_out, None, 0)
        {
            prop_assert!(again.traded.amount_out <= amount);
        }
    }

    #[test]
    fn coming_and_going_gains_nothing((mut pool, calls) in history(), key in range(10), liquidity in amount()) {
        for (call, seconds) in calls {
            let _ = call.make(&mut pool, seconds);
        }
        let key = RangeKey { owner: AccountId(9), ..key };
        if let Ok(Minted { paid }) = pool.mint(key, liquidity, 0) {
            let worth = pool.position_value(key).unwrap();
            let Burned { owed } = pool.burn(key, liquidity, 0).unwrap();
            prop_assert!(owed.token_0 <= paid.token_0 && owed.token_1 <= paid.token_1);
            prop_assert_eq!(owed, worth);
            prop_assert_eq!(pool.collect(key, EVERYTHING), Ok(owed));
        }
    }

    #[test]
    fn the_fees_in_view_are_the_fees_credited((mut pool, calls) in history()) {
        for (call, seconds) in calls {
            let _ = call.make(&mut pool, seconds);
        }
        let keys: Vec<_> = pool.positions().map(|(key, _)| key).collect();
        for key in keys {
            let seen = pool.fees_owed(key);
            if pool.burn(key, 0, 0).is_ok() {
                prop_assert_eq!(pool.position(key).tokens_owed, seen);
            }
        }
    }
}

/// Without the stops at the ends of words, a trade through more than one word rounds otherwise.
#[test]
fn leaving_out_the_ends_of_words_is_refused() {
    let pool = pool_of(V3Params { fee_pips: 3_000, tick_spacing: 1 }, 1_000_003);
    let limit = sqrt_price_at_tick(-5_000).unwrap();
    let all = Specified::ExactIn(U256::from(ETHER));
    let right = contract_way(&pool, Side::ZeroForOne, all, limit).unwrap();
    let straight = swap_step(SqrtPriceX96::ONE, limit, pool.liquidity(), all, 3_000).unwrap();
    let paid = straight.amount_in.checked_add(straight.fee).unwrap();
    let quoted = pool.quote(Side::ZeroForOne, Specified::ExactIn(ETHER), Some(limit)).unwrap().traded;
    assert_eq!(U256::from(quoted.amount_in), U256::from(ETHER).checked_sub(right.left).unwrap());
    assert!(paid < U256::from(quoted.amount_in), "{paid} is no less than {}", quoted.amount_in);
}
