//! Ticks: whole powers of 1.0001, between which liquidity lies. `TickMath` of Uniswap v3-core.
//!
//! The contract multiplies one factor for each bit of the tick, and each product is cut off, so the order of the
//! factors is part of the answer. The lower eight bits come first, and their product from a table.

use thiserror::Error;

use super::{SqrtPriceX96, mul_div::div_wide};

/// The lowest tick: about 2^-128.
pub const MIN_TICK: i32 = -887_272;
/// The highest tick: about 2^128.
pub const MAX_TICK: i32 = 887_272;
/// The square root of the price at [`MIN_TICK`], the lowest that a pool can have.
pub const MIN_SQRT_PRICE: SqrtPriceX96 = SqrtPriceX96::from_halves(0, 4_295_128_739);
/// The square root of the price at [`MAX_TICK`], which is above all that a pool can have.
pub const MAX_SQRT_PRICE: SqrtPriceX96 =
    SqrtPriceX96::from_halves(0xFFFD_8963, 0xEFD1_FC6A_5064_8849_5D95_1D52_6398_8D26);

/// The lowest limit that a trade may have: one above [`MIN_SQRT_PRICE`].
pub const LOWEST_SQRT_PRICE_LIMIT: SqrtPriceX96 = SqrtPriceX96::from_halves(0, MIN_SQRT_PRICE.into_halves().1 + 1);
/// The highest limit that a trade may have: one below [`MAX_SQRT_PRICE`].
pub const HIGHEST_SQRT_PRICE_LIMIT: SqrtPriceX96 =
    SqrtPriceX96::from_halves(MAX_SQRT_PRICE.into_halves().0, MAX_SQRT_PRICE.into_halves().1 - 1);

/// Why a tick has no price or a price no tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TickError {
    /// The tick is beyond the outermost (`T`).
    #[error("tick {tick} is not between {MIN_TICK} and {MAX_TICK}")]
    Tick {
        /// The tick.
        tick: i32,
    },
    /// The price is beyond the outermost (`R`).
    #[error("a square root price of {price} is not from {MIN_SQRT_PRICE} to below {MAX_SQRT_PRICE}")]
    Price {
        /// The square root of the price.
        price: SqrtPriceX96,
    },
}

/// 2^128 over the square root of 1.0001 to the power 2^i.
const FACTORS: [u128; 20] = [
    0xfffc_b933_bd6f_ad37_aa2d_162d_1a59_4001,
    0xfff9_7272_373d_4132_59a4_6990_580e_213a,
    0xfff2_e50f_5f65_6932_ef12_357c_f3c7_fdcc,
    0xffe5_caca_7e10_e4e6_1c36_24ea_a094_1cd0,
    0xffcb_9843_d60f_6159_c9db_5883_5c92_6644,
    0xff97_3b41_fa98_c081_472e_6896_dfb2_54c0,
    0xff2e_a164_66c9_6a38_43ec_78b3_26b5_2861,
    0xfe5d_ee04_6a99_a2a8_11c4_61f1_969c_3053,
    0xfcbe_86c7_900a_88ae_dcff_c83b_479a_a3a4,
    0xf987_a725_3ac4_1317_6f2b_074c_f781_5e54,
    0xf339_2b08_22b7_0005_940c_7a39_8e4b_70f3,
    0xe715_9475_a2c2_9b74_43b2_9c7f_a6e8_89d9,
    0xd097_f3bd_fd20_22b8_845a_d8f7_92aa_5825,
    0xa9f7_4646_2d87_0fdf_8a65_dc1f_90e0_61e5,
    0x70d8_69a1_56d2_a1b8_90bb_3df6_2baf_32f7,
    0x31be_135f_97d0_8fd9_8123_1505_542f_cfa6,
    0x09aa_508b_5b7a_84e1_c677_de54_f3e9_9bc9,
    0x005d_6af8_dedb_8119_6699_c329_225e_e604,
    0x0000_2216_e584_f5fa_1ea9_2604_1bed_fe98,
    0x0000_0000_048a_1703_91f7_dc42_444e_8fa2,
];

/// The products of the factors of the lower eight bits; that of none would be 2^128 and is never read.
const PRODUCTS: [u128; 256] = {
    let mut products = [0; 256];
    let mut index = 1_usize;
    while index < 256 {
        // The highest bit comes last.
        let bit = index.ilog2();
        let rest = index - (1 << bit);
        let factor = FACTORS[bit as usize];
        products[index] = if rest == 0 { factor } else { upper_half(products[rest], factor) };
        index += 1;
    }
    products
};

/// Returns the upper 128 bits of a product, limb by limb since a constant cannot use `carrying_mul` yet.
#[inline]
const fn upper_half(a: u128, b: u128) -> u128 {
    const LOWER: u128 = u64::MAX as u128;
    let (a_high, a_low, b_high, b_low) = (a >> 64, a & LOWER, b >> 64, b & LOWER);
    let across = a_high * b_low + ((a_low * b_low) >> 64);
    let middle = a_low * b_high + (across & LOWER);
    a_high * b_high + (across >> 64) + (middle >> 64)
}

/// Returns the square root of the price at a tick, rounded **up** to a multiple of 2^-96, so that
/// [`tick_at_sqrt_price`] leads back.
///
/// # Errors
/// The tick is beyond the outermost.
#[inline]
pub fn sqrt_price_at_tick(tick: i32) -> Result<SqrtPriceX96, TickError> {
    if !(MIN_TICK..=MAX_TICK).contains(&tick) {
        return Err(TickError::Tick { tick });
    }
    if tick == 0 {
        return Ok(SqrtPriceX96::ONE);
    }
    let ratio = ratio_below_one(tick.unsigned_abs());
    // In units of 2^-128.
    let (high, low) = if tick < 0 {
        (0, ratio)
    } else {
        let (high, low, _) = div_wide(u128::MAX, u128::MAX, ratio);
        (high, low)
    };
    let (low, carry) = (high << 96 | low >> 32).overflowing_add(u128::from(low << 96 > 0));
    #[expect(clippy::cast_possible_truncation, reason = "the square root at the highest tick has 160 bits")]
    let high = (high >> 32) as u32;
    Ok(SqrtPriceX96::from_halves(high + u32::from(carry), low))
}

/// Returns the square root of 1.0001 to the power `-steps`, times 2^128, cut off as the contract does. At least one
/// step is asked for.
#[inline]
fn ratio_below_one(steps: u32) -> u128 {
    let (first, mut rest) = (steps & 255, steps >> 8);
    let mut ratio = PRODUCTS[first as usize];
    if first == 0 {
        ratio = FACTORS[8 + rest.trailing_zeros() as usize];
        rest &= rest - 1;
    }
    while rest > 0 {
        ratio = upper_half(ratio, FACTORS[8 + rest.trailing_zeros() as usize]);
        rest &= rest - 1;
    }
    ratio
}

/// Returns the highest tick whose price is not above this one.
///
/// # Errors
/// The price is beyond the outermost.
#[inline]
pub fn tick_at_sqrt_price(price: SqrtPriceX96) -> Result<i32, TickError> {
    if !(MIN_SQRT_PRICE..MAX_SQRT_PRICE).contains(&price) {
        return Err(TickError::Price { price });
    }
    let estimate = ticks_below_x32(price);
    let (lower, upper) = (whole(estimate - SLACK_X32), whole(estimate + SHORTFALL_X32));
    if lower == upper || price < sqrt_price_at_tick(upper)? { Ok(lower) } else { Ok(upper) }
}

/// How far an estimate may fall short: of a chord under the logarithm, 0.0382 ticks.
const SHORTFALL_X32: i64 = (1 << 32) / 25;
/// How far a tick's price may be from the power of 1.0001 that it stands for; generously.
const SLACK_X32: i64 = (1 << 32) / 1000;

/// Returns the floor of ticks in units of 2^-32.
#[inline]
fn whole(ticks_x32: i64) -> i32 {
    (ticks_x32 >> 32) as i32
}

/// Ticks in a factor of two of the square root, times 2^40: twice the logarithm of two to the base 1.0001.
const TICKS_PER_OCTAVE_X40: i128 = 255_738_958_999_603_826_347_141 >> 24;

/// Returns the ticks of a price as a fraction in units of 2^-32, at most [`SHORTFALL_X32`] too few.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "ticks have 21 bits before the point")]
fn ticks_below_x32(price: SqrtPriceX96) -> i64 {
    let (high, low) = price.into_halves();
    // The leading bits, and the power of two of the first.
    let (leading, bits) = if high == 0 { (low, 128) } else { (u128::from(high) << 96 | low >> 32, 160) };
    let zeros = leading.leading_zeros();
    let octaves = i64::from(bits - 1 - zeros) - 96;
    let fraction = leading << zeros << 1;
    let index = (fraction >> 120) as usize;
    let between_x28 = (fraction >> 92) as u64 & ((1 << 28) - 1);
    let (from, to) = (LOGARITHMS_X40[index], LOGARITHMS_X40[index + 1]);
    let logarithm_x40 = octaves << 40 | (from + (((to - from) * between_x28) >> 28)).cast_signed();
    ((i128::from(logarithm_x40) * TICKS_PER_OCTAVE_X40) >> 48) as i64
}

/// The logarithms to the base two of 1 + i/256, times 2^40.
const LOGARITHMS_X40: [u64; 257] = {
    let mut logarithms = [0; 257];
    let mut index = 0;
    while index < 256 {
        // Each squaring shifts out one bit of the logarithm.
        let mut value_x63 = (256 + index as u128) << 55;
        let mut bit = 40;
        while bit > 0 {
            bit -= 1;
            value_x63 = (value_x63 * value_x63) >> 63;
            if value_x63 >> 64 > 0 {
                value_x63 >>= 1;
                logarithms[index] |= 1 << bit;
            }
        }
        index += 1;
    }
    logarithms[256] = 1 << 40;
    logarithms
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::U256;

    fn price(text: &str) -> SqrtPriceX96 {
        text.parse().unwrap()
    }

    /// Uniswap/v3-core@d8b1c635, `test/TickMath.spec.ts` and its snapshot.
    #[test]
    fn equals_the_prices_of_the_tick_math_test_suite() {
        let published = [
            (-887_272, "4295128739"),
            (-887_271, "4295343490"),
            (887_271, "1461373636630004318706518188784493106690254656249"),
            (887_272, "1461446703485210103287273052203988822378723970342"),
            (50, "79426470787362580746886972461"),
            (-50, "79030349367926598376800521322"),
            (100, "79625275426524748796330556128"),
            (250, "80224679980005306637834519095"),
            (500, "81233731461783161732293370115"),
            (-1_000, "75364347830767020784054125655"),
            (2_500, "89776708723587163891445672585"),
            (3_000, "92049301871182272007977902845"),
            (-4_000, "64867181785621769311890333195"),
            (5_000, "101729702841318637793976746270"),
            (50_000, "965075977353221155028623082916"),
            (-150_000, "43836292794701720435367485"),
            (250_000, "21246587762933397357449903968194344"),
            (-500_000, "1101692437043807371"),
            (500_000, "5697689776495288729098254600827762987878"),
            (738_203, "847134979253254120489401328389043031315994541"),
        ];
        for (tick, published) in published {
            assert_eq!(sqrt_price_at_tick(tick), Ok(price(published)), "{tick}");
        }
        for tick in [-887_273, 887_273, i32::MIN, i32::MAX] {
            assert_eq!(sqrt_price_at_tick(tick), Err(TickError::Tick { tick }));
        }
    }

    /// Uniswap/v3-core@d8b1c635, `test/TickMath.spec.ts` and its snapshot.
    #[test]
    fn equals_the_ticks_of_the_tick_math_test_suite() {
        let published = [
            ("4295128739", -887_272),
            ("79228162514264337593543", -276_325),
            ("79228162514264337593543950", -138_163),
            ("9903520314283042199192993792", -41_591),
            ("28011385487393069959365969113", -20_796),
            ("56022770974786139918731938227", -6_932),
            ("79228162514264337593543950336", 0),
            ("112045541949572279837463876454", 6_931),
            ("224091083899144559674927752909", 20_795),
            ("633825300114114700748351602688", 41_590),
            ("79228162514264337593543950336000", 138_162),
            ("79228162514264337593543950336000000", 276_324),
            ("1461446703485210103287273052203988822378723970341", 887_271),
        ];
        for (text, tick) in published {
            assert_eq!(tick_at_sqrt_price(price(text)), Ok(tick), "{text}");
        }
        for price in [SqrtPriceX96::ZERO, price("4295128738"), MAX_SQRT_PRICE] {
            assert_eq!(tick_at_sqrt_price(price), Err(TickError::Price { price }));
        }
    }

    /// The contract's own way: fourteen bits of the logarithm by squaring, and a margin either way.
    fn contract_tick_at(price: SqrtPriceX96) -> i32 {
        let (high, low) = price.into_halves();
        let bits = if high > 0 { 160 - high.leading_zeros() } else { 128 - low.leading_zeros() };
        let mut value =
            if bits > 128 { u128::from(high) << (256 - bits) | low >> (bits - 128) } else { low << (128 - bits) };
        let mut logarithm = (i128::from(bits) - 1 - 96) << 64;
        for bit in (50..64).rev() {
            let (square_low, square_high) = value.carrying_mul(value, 0);
            let doubles = square_high >> 127;
            logarithm |= i128::from(doubles == 1) << bit;
            value = if doubles == 1 { square_high } else { square_high << 1 | square_low >> 127 };
        }
        // Biased by 2^20 ticks, so that nothing is below zero.
        let scaled = U256::product(logarithm.unsigned_abs(), 255_738_958_999_603_826_347_141);
        let bias = U256::from_halves(1 << 20, 0);
        let biased = if logarithm < 0 { bias.checked_sub(scaled) } else { bias.checked_add(scaled) }.unwrap();
        let tick = |ticks: U256| i32::try_from(ticks.into_halves().0).unwrap() - (1 << 20);
        let lower = tick(biased.checked_sub(3_402_992_956_809_132_418_596_140_100_660_247_210).unwrap());
        let upper = tick(biased.checked_add(291_339_464_771_989_622_907_027_621_153_398_088_495).unwrap());
        if lower == upper || sqrt_price_at_tick(upper).unwrap() > price { lower } else { upper }
    }

    fn before(price: SqrtPriceX96) -> SqrtPriceX96 {
        U256::from(price).checked_sub(1).unwrap().try_into().unwrap()
    }

    /// Both ways to a tick never fall as the price rises, so they are equal everywhere if they are equal on both sides
    /// of every step.
    #[test]
    fn the_tick_is_that_of_the_contract_on_both_sides_of_every_step() {
        let mut below = sqrt_price_at_tick(MIN_TICK).unwrap();
        for tick in MIN_TICK..MAX_TICK {
            let above = sqrt_price_at_tick(tick + 1).unwrap();
            assert!(below < above, "{tick}");
            for price in [below, before(above)] {
                assert_eq!(tick_at_sqrt_price(price), Ok(tick), "{price}");
                assert_eq!(contract_tick_at(price), tick, "{price}");
            }
            below = above;
        }
    }

    #[test]
    fn a_shortfall_too_small_is_refused() {
        let falls_short = |shortfall: i64| {
            (MIN_TICK..MAX_TICK).step_by(37).any(|tick| {
                let estimate = ticks_below_x32(sqrt_price_at_tick(tick).unwrap());
                whole(estimate + shortfall) < tick
            })
        };
        assert!(!falls_short(SHORTFALL_X32));
        assert!(falls_short(SHORTFALL_X32 * 9 / 10));
    }
}
