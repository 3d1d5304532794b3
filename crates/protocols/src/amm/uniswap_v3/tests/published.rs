//! Uniswap/v3-core@d8b1c635: the files named at each test.

use super::*;
use plimsoll_math::{FeeGrowthX128, sqrt_price_at_tick};

/// `test/Tick.spec.ts`, `#tickSpacingToMaxLiquidityPerTick`.
#[test]
fn a_tick_bears_the_published_liquidity() {
    let published = [
        (10, 1_917_569_901_783_203_986_719_870_431_555_990),
        (60, 11_505_743_598_341_114_571_880_798_222_544_994),
        (200, 38_350_317_471_085_141_830_651_933_667_504_588),
        (2_302, 441_351_967_472_034_323_558_203_122_479_595_605),
    ];
    for (tick_spacing, most) in published {
        let pool = V3Pool::new(V3Params { fee_pips: 500, tick_spacing }).unwrap();
        assert_eq!(pool.max_liquidity_per_tick(), most, "{tick_spacing}");
    }
}

/// What a pool of the snapshot is like, what was traded, and what came of it.
struct Case {
    params: V3Params,
    price: SqrtPriceX96,
    ranges: Vec<RangeKey>,
    side: Side,
    specified: Specified,
    traded: (u128, u128),
    growth: &'static str,
    tick: i32,
}

impl Case {
    fn check(&self) {
        let mut pool = pool_at(self.params, self.price);
        for range in &self.ranges {
            pool.mint(*range, 2 * ETHER, 0).unwrap();
        }
        let limit = if self.side == Side::ZeroForOne { LOWEST_SQRT_PRICE_LIMIT } else { HIGHEST_SQRT_PRICE_LIMIT };
        let quoted = pool.quote(self.side, self.specified, Some(limit)).unwrap();
        let swapped = match self.specified {
            Specified::ExactIn(amount) => pool.swap_exact_in(self.side, amount, Some(limit), 0),
            Specified::ExactOut(amount) => pool.swap_exact_out(self.side, amount, Some(limit), 0),
        };
        let (amount_in, amount_out) = self.traded;
        assert_eq!(swapped, Ok(quoted));
        assert_eq!(quoted.traded, Traded { amount_in, amount_out });
        assert_eq!(pool.tick(), self.tick);
        let growth = pool.fee_growth_global().of(self.side.pays());
        assert_eq!(growth.to_bits().to_string(), self.growth);
        for range in &self.ranges {
            pool.burn(*range, 2 * ETHER, 0).unwrap();
            pool.collect(*range, EVERYTHING).unwrap();
        }
    }
}

/// `test/__snapshots__/UniswapV3Pool.swaps.spec.ts.snap`: fee, side, specified, paid and taken, growth, tick after.
#[test]
fn trades_in_one_range_move_the_published_amounts() {
    use Side::{OneForZero, ZeroForOne};
    use Specified::{ExactIn, ExactOut};
    let high = V3Params { fee_pips: 10_000, tick_spacing: 200 };
    let (e18, out_of_in) = (ETHER, (ETHER, 662_207_357_859_531_772));
    let published = [
        (LOW, ZeroForOne, ExactIn(e18), (e18, 666_444_407_401_233_536), "85070591730234956148210572796405514", -8_107),
        (LOW, OneForZero, ExactIn(e18), (e18, 666_444_407_401_233_536), "85070591730234956148210572796405515", 8_106),
        (
            LOW,
            ZeroForOne,
            ExactOut(e18),
            (2_001_000_500_250_125_077, e18),
            "170226296608774038574344664756091446",
            -13_864,
        ),
        (
            LOW,
            OneForZero,
            ExactOut(e18),
            (2_001_000_500_250_125_079, e18),
            "170226296608774378856711585694554910",
            13_863,
        ),
        (MEDIUM, ZeroForOne, ExactIn(1_000), (1_000, 996), "510423550381407695195", -1),
        (MEDIUM, OneForZero, ExactOut(1_000), (1_005, 1_000), "680564733841876926926", 0),
        (high, OneForZero, ExactIn(e18), out_of_in, "1701411834604692317316873037158841057", 8_042),
    ];
    for (params, side, specified, traded, growth, tick) in published {
        let (price, ranges) = (SqrtPriceX96::ONE, vec![everywhere(params)]);
        Case { params, price, ranges, side, specified, traded, growth, tick }.check();
    }
}

/// The same: more liquidity outside of the price, and prices near the end of all.
#[test]
fn trades_through_ticks_and_at_the_ends_move_the_published_amounts() {
    use Side::{OneForZero, ZeroForOne};
    use Specified::{ExactIn, ExactOut};
    let (one, ten) = (SqrtPriceX96::ONE, price("250541448375047931186413801569"));
    let steep = price("1033437718471923706666374484006904511252097097914");
    let (all, stable) = (everywhere(MEDIUM), vec![key(-10, 10)]);
    let around = vec![all, key(all.range.lower, -60), key(60, all.range.upper)];
    let drained = "18838218525064384185660173270402201838945341643205005201";
    let (drain, steeply) =
        (36_907_032_426_281_581_270_030_941_278_837_275_671, 26_087_635_650_665_564_420_687_107_504_180_041_533);
    let published = [
        (
            MEDIUM,
            one,
            &around,
            ZeroForOne,
            ExactIn(ETHER),
            (ETHER, 795_933_705_287_758_544),
            "256749882580179971840679703106063897",
            -4_476,
        ),
        (
            MEDIUM,
            one,
            &around,
            OneForZero,
            ExactOut(ETHER),
            (1_342_022_152_495_072_924, ETHER),
            "344037963272993171369654596359692757",
            5_793,
        ),
        (
            LOW,
            one,
            &stable,
            ZeroForOne,
            ExactIn(ETHER),
            (1_000_700_370_186_095, 999_700_069_986_002),
            "85130172636557991529041720559172",
            -887_272,
        ),
        (
            LOW,
            one,
            &stable,
            OneForZero,
            ExactIn(ETHER),
            (1_000_700_370_186_095, 999_700_069_986_002),
            "85130172636557991529041720559172",
            887_271,
        ),
        (MEDIUM, ten, &vec![all], OneForZero, ExactOut(ETHER), (drain, 632_455_532_033_675_838), drained, 887_271),
        (
            MEDIUM,
            steep,
            &vec![all],
            ZeroForOne,
            ExactIn(ETHER),
            (ETHER, steeply),
            "510423550381413479995299567101531162",
            13_923,
        ),
    ];
    for (params, price, ranges, side, specified, traded, growth, tick) in published {
        Case { params, price, ranges: ranges.clone(), side, specified, traded, growth, tick }.check();
    }
}

/// `test/SwapMath.spec.ts`, `#computeSwapStep`.
#[test]
fn a_step_is_as_published() {
    let (one, above) = (SqrtPriceX96::ONE, price("79623317895830914510639640423"));
    let capped = (above, 9_975_124_224_178_055, 9_925_619_580_021_728, 5_988_667_735_148);
    let steep = "20282409603651670423947251286016";
    let step = |from, target, liquidity, remaining, fee_pips| {
        let step: SwapStep = swap_step(from, target, liquidity, remaining, fee_pips).unwrap();
        (step.sqrt_price, step.amount_in, step.amount_out, step.fee)
    };
    assert_eq!(step(one, above, 2 * ETHER, Specified::ExactIn(ETHER), 600), capped);
    assert_eq!(step(one, above, 2 * ETHER, Specified::ExactOut(ETHER), 600), capped);
    let far = price("250541448375047931186413801569");
    let used_up = step(one, far, 2 * ETHER, Specified::ExactIn(ETHER), 600);
    assert_eq!(
        (used_up.1, used_up.2, used_up.3),
        (999_400_000_000_000_000, 666_399_946_655_997_866, 600_000_000_000_000)
    );
    let farther = price("792281625142643375935439503360");
    let taken = step(one, farther, 2 * ETHER, Specified::ExactOut(ETHER), 600);
    assert_eq!((taken.1, taken.2, taken.3), (2 * ETHER, ETHER, 1_200_720_432_259_356));
    let (from, target) = (price("417332158212080721273783715441582"), price("1452870262520218020823638996"));
    let no_more = step(from, target, 159_344_665_391_607_089_467_575_320_103, Specified::ExactOut(1), 1);
    assert_eq!(no_more, (price("417332158212080721273783715441581"), 1, 1, 1));
    let partial = step(price("2"), price("1"), 1, Specified::ExactIn(3_915_081_100_057_732_413_702_495_386_755_767), 1);
    assert_eq!(partial, (price("1"), 39_614_081_257_132_168_796_771_975_168, 0, 39_614_120_871_253_040_049_813));
    let (from, target) = (price("2413"), price("79887613182836312"));
    let all_fee = step(from, target, 1_985_041_575_832_132_834_610_021_537_970, Specified::ExactIn(10), 1_872);
    assert_eq!(all_fee, (from, 0, 0, 10));
    let (from, target) = (price(steep), price("22310650564016837466341976414617"));
    assert_eq!(step(from, target, 1_024, Specified::ExactOut(4), 3_000), (target, 26_215, 0, 79));
    let target = price("18254168643286503381552526157414");
    assert_eq!(step(from, target, 1_024, Specified::ExactOut(263_000), 3_000), (target, 1, 26_214, 1));
}

/// `test/UniswapV3Pool.spec.ts`, `#mint`: a pool at 1 to 10.
fn one_to_ten() -> V3Pool {
    let mut pool = pool_at(MEDIUM, price("25054144837504793118641380156"));
    let minted = pool.mint(everywhere(MEDIUM), 3_161, 0).unwrap();
    assert_eq!((minted.paid, pool.tick()), (amounts(9_996, 1_000), -23_028));
    pool
}

/// The same, `success cases`.
#[test]
fn a_mint_costs_the_published_amounts() {
    let highest = everywhere(MEDIUM).range.upper;
    let published = [
        (-22_980, 0, 10_000, amounts(21_549, 0)),
        (highest - 60, highest, 1 << 102, amounts(828_011_525, 0)),
        (-22_980, highest, 10_000, amounts(31_549, 0)),
        (60 - highest, highest - 60, 100, amounts(317, 32)),
        (-highest, highest, 10_000, amounts(31_623, 3_163)),
        (-46_080, -23_040, 10_000, amounts(0, 2_162)),
        (-highest, 60 - highest, 1 << 102, amounts(0, 828_011_520)),
        (-highest, -23_040, 10_000, amounts(0, 3_161)),
    ];
    for (lower, upper, liquidity, paid) in published {
        let mut pool = one_to_ten();
        assert_eq!(pool.mint_cost(lower, upper, liquidity), Ok(paid));
        assert_eq!(pool.mint(key(lower, upper), liquidity, 0), Ok(Minted { paid }), "{lower} to {upper}");
    }
}

/// The same, `removing works`.
#[test]
fn a_burn_credits_the_published_amounts() {
    let published = [
        (key(-240, 0), 10_000, amounts(120, 0)),
        (key(-887_160, 887_160), 100, amounts(316, 31)),
        (key(-46_080, -46_020), 10_000, amounts(0, 3)),
    ];
    for (key, liquidity, owed) in published {
        let mut pool = one_to_ten();
        pool.mint(key, liquidity, 0).unwrap();
        assert_eq!(pool.position_value(key), Ok(owed));
        assert_eq!(pool.burn(key, liquidity, 0), Ok(Burned { owed }));
        assert_eq!(pool.collect(key, EVERYTHING), Ok(owed));
        assert_eq!((pool.tick_state(key.range.lower), pool.tick_state(key.range.upper)), (None, None));
    }
}

/// The same, `writes an observation`.
#[test]
fn a_mint_in_range_is_observed() {
    let mut pool = one_to_ten();
    pool.mint(key(-46_080, -23_040), 100, 1).unwrap();
    let outside = pool.observations.replace(0, None).unwrap();
    assert_eq!(outside, Observation::default());
    pool.observations.replace(0, Some(outside));
    pool.mint(everywhere(MEDIUM), 100, 1).unwrap();
    let inside = pool.observations.replace(0, None).unwrap();
    let seconds = inside.cumulatives.seconds_per_liquidity.to_bits().to_string();
    assert_eq!((inside.timestamp, inside.cumulatives.tick), (1, -23_028));
    assert_eq!(seconds, "107650226801941937191829992860413859");
}

/// The same, `limit orders`: sold at 0.6 % above, and the fees of a range that others share.
#[test]
fn a_range_order_is_filled_at_the_published_amounts() {
    for (protocol, fees) in [(0, 18_107_525_382_602), (6, 15_089_604_485_501)] {
        for side in [Side::OneForZero, Side::ZeroForOne] {
            let mut pool = pool_of(MEDIUM, 2 * ETHER);
            pool.set_protocol_fee(ProtocolFee::new(protocol, protocol).unwrap()).unwrap();
            let order = if side == Side::OneForZero { key(0, 120) } else { key(-120, 0) };
            let sold = pool.mint(order, ETHER, 0).unwrap().paid;
            assert_eq!(sold, Amounts::of(side.pays().other(), 5_981_737_760_509_663, 0));
            sell(&mut pool, side, 2 * ETHER);
            let bought = 6_017_734_268_818_165;
            assert_eq!(pool.fees_owed(order), Amounts::of(side.pays(), fees, 0));
            assert_eq!(pool.burn(order, ETHER, 0).unwrap().owed, Amounts::of(side.pays(), bought, 0));
            assert_eq!(pool.collect(order, EVERYTHING), Ok(Amounts::of(side.pays(), bought + fees, 0)));
        }
    }
}

/// The same, `#collect` and `#feeProtocol`.
#[test]
fn fees_are_shared_as_published() {
    let mut pool = pool_at(LOW, SqrtPriceX96::ONE);
    let (all, fewer) = (everywhere(LOW), key(-887_260, 887_260));
    pool.mint(all, ETHER, 0).unwrap();
    pool.mint(fewer, 2 * ETHER, 0).unwrap();
    sell(&mut pool, Side::ZeroForOne, ETHER);
    assert_eq!(pool.fees_owed(all), amounts(166_666_666_666_667, 0));
    assert_eq!(pool.fees_owed(fewer), amounts(333_333_333_333_334, 0));
    pool.burn(all, 0, 0).unwrap();
    assert_eq!(pool.collect(all, EVERYTHING), Ok(amounts(166_666_666_666_667, 0)));

    let mut pool = pool_of(LOW, 1_000 * ETHER);
    sell(&mut pool, Side::ZeroForOne, ETHER);
    assert_eq!(pool.fees_owed(all), amounts(499_999_999_999_999, 0));
    pool.set_protocol_fee(ProtocolFee::new(6, 6).unwrap()).unwrap();
    sell(&mut pool, Side::ZeroForOne, ETHER);
    assert_eq!(pool.fees_owed(all), amounts(916_666_666_666_666, 0));
    assert_eq!(pool.collect_protocol(EVERYTHING), Ok(amounts(83_333_333_333_332, 0)));
    assert_eq!(pool.collect_protocol(EVERYTHING), Ok(amounts(0, 0)));

    let mut pool = pool_of(LOW, 1_000 * ETHER);
    pool.set_protocol_fee(ProtocolFee::new(8, 5).unwrap()).unwrap();
    sell(&mut pool, Side::ZeroForOne, ETHER);
    sell(&mut pool, Side::OneForZero, ETHER);
    assert_eq!(pool.collect_protocol(EVERYTHING), Ok(amounts(62_499_999_999_999, 99_999_999_999_998)));
    for refused in [3, 11] {
        assert_eq!(ProtocolFee::new(refused, 0), Err(V3Error::ProtocolFee { denominator: refused }));
    }
}

/// The same, `works across overflow boundaries`.
#[test]
fn growth_that_runs_over_still_pays() {
    let mut pool = pool_at(LOW, SqrtPriceX96::ONE);
    let none = FeeGrowthX128::default();
    let almost = none.wrapping_sub(FeeGrowthX128::per_liquidity_down(1, u128::MAX).unwrap());
    pool.scalars.fee_growth_global = FeeGrowth { token_0: almost, token_1: almost };
    pool.mint(everywhere(LOW), 10 * ETHER, 0).unwrap();
    sell(&mut pool, Side::ZeroForOne, ETHER);
    sell(&mut pool, Side::OneForZero, ETHER);
    assert_eq!(pool.fees_owed(everywhere(LOW)), amounts(499_999_999_999_999, 500_000_000_000_000));
}

/// The same, `#tickSpacing` and issue 214.
#[test]
fn gaps_are_crossed_and_no_tick_twice() {
    for (lower, upper, side, tick) in
        [(120_000, 121_200, Side::OneForZero, 120_196), (-121_200, -120_000, Side::ZeroForOne, -120_197)]
    {
        let mut pool = pool_at(V3Params { fee_pips: 3_000, tick_spacing: 12 }, SqrtPriceX96::ONE);
        pool.mint(key(lower, upper), ETHER / 4, 0).unwrap();
        sell(&mut pool, side, ETHER);
        let owed = Amounts::of(side.pays(), 996_999_999_999_999_999, 30_027_458_295_511);
        assert_eq!(pool.burn(key(lower, upper), ETHER / 4, 0).unwrap().owed, owed);
        assert_eq!(pool.tick(), tick);
    }
    let boundary = sqrt_price_at_tick(-24_081).unwrap();
    let above = U256::from(boundary).checked_add(1).unwrap().try_into().unwrap();
    let mut pool = pool_at(V3Params { fee_pips: 3_000, tick_spacing: 1 }, above);
    pool.mint(key(-24_082, -24_080), 1_000 * ETHER, 0).unwrap();
    pool.mint(key(-24_082, -24_081), 1_000 * ETHER, 0).unwrap();
    assert_eq!((pool.tick(), pool.liquidity()), (-24_081, 1_000 * ETHER));
    assert_eq!(sell(&mut pool, Side::ZeroForOne, 3), Traded { amount_in: 3, amount_out: 0 });
    assert_eq!((pool.tick(), pool.sqrt_price(), pool.liquidity()), (-24_082, boundary, 2_000 * ETHER));
}

/// The same, `#flash`.
#[test]
fn a_flash_loan_pays_the_published_fee() {
    let mut pool = pool_at(MEDIUM, SqrtPriceX96::ONE);
    assert_eq!(pool.flash(amounts(100, 200), amounts(101, 201)), Err(V3Error::NoActiveLiquidity));
    pool.mint(everywhere(MEDIUM), 2 * ETHER, 0).unwrap();
    assert_eq!((pool.flash_fee(1_001), pool.flash_fee(2_002)), (4, 7));
    let refused = pool.flash(amounts(1_000, 0), amounts(1_002, 0));
    let owed = U256::from(1_003);
    assert_eq!(refused, Err(V3Error::FlashUnpaid { token: PoolToken::Zero, owed, paid: U256::from(1_002) }));
    pool.flash(amounts(1_001, 2_002), amounts(1_005, 2_009)).unwrap();
    let growth = |fee| FeeGrowthX128::per_liquidity_down(fee, 2 * ETHER).unwrap();
    assert_eq!(pool.fee_growth_global(), FeeGrowth { token_0: growth(4_u128), token_1: growth(7_u128) });
    let held = pool.balances().narrow().unwrap();
    let refused = pool.flash(amounts(held.token_0 + 1, 0), EVERYTHING);
    assert!(matches!(refused, Err(V3Error::InsufficientBalance { token: PoolToken::Zero, .. })));
    pool.flash(held, amounts(held.token_0 * 2, held.token_1 * 2)).unwrap();
    pool.flash(amounts(0, 0), amounts(567, 0)).unwrap();
}
