//! Interest over time, as `MathUtils` has it.

use plimsoll_math::{MathError, RAY, RayAmount, U256, mul_div_down, ray};

/// Seconds of a year, as the contracts count them.
const YEAR_SECONDS: u128 = 365 * 24 * 60 * 60;

/// Integers that interest is counted on: 128 bits, or the contract's 256.
pub(super) trait Interest: RayAmount {
    /// As [`linear_interest_ray`].
    fn linear_interest_ray(rate_ray: u128, seconds: u64) -> Result<Self, MathError>;

    /// As [`compounded_interest_ray`].
    fn compounded_interest_ray(rate_ray: u128, seconds: u64) -> Result<Self, MathError>;
}

impl Interest for u128 {
    #[inline]
    fn linear_interest_ray(rate_ray: u128, seconds: u64) -> Result<Self, MathError> {
        linear_interest_ray(rate_ray, seconds)
    }

    #[inline]
    fn compounded_interest_ray(rate_ray: u128, seconds: u64) -> Result<Self, MathError> {
        compounded_interest_ray(rate_ray, seconds)
    }
}

impl Interest for U256 {
    fn linear_interest_ray(rate_ray: u128, seconds: u64) -> Result<Self, MathError> {
        Self::product(rate_ray, seconds.into()).div_down(YEAR_SECONDS)?.checked_add(RAY)
    }

    fn compounded_interest_ray(rate_ray: u128, seconds: u64) -> Result<Self, MathError> {
        if seconds == 0 { Ok(RAY.into()) } else { series_wide(rate_ray, seconds.into()) }
    }
}

/// Returns by what suppliers' claims grow in so many seconds at a yearly rate, ray: linear, rounded **down** in favour
/// of the pool.
///
/// # Errors
/// The factor is beyond `u128`.
#[inline]
pub fn linear_interest_ray(rate_ray: u128, seconds: u64) -> Result<u128, MathError> {
    let grown = mul_div_down(rate_ray, seconds.into(), YEAR_SECONDS)?;
    grown.checked_add(RAY).ok_or(MathError::TooWide { bits: 129, fits: 128 })
}

/// Returns by what debts grow in so many seconds at a yearly rate, ray: the first four terms of the binomial series of
/// interest that compounds every second. It is at most that interest, in favour of the borrowers.
///
/// # Errors
/// The factor is beyond `u128`.
#[inline]
pub fn compounded_interest_ray(rate_ray: u128, seconds: u64) -> Result<u128, MathError> {
    if seconds == 0 {
        return Ok(RAY);
    }
    let narrow = series(rate_ray, seconds.into());
    narrow.map_or_else(|| series_wide(rate_ray, seconds.into())?.try_into_u128(), Ok)
}

/// Returns the series, if each of its terms fits 128 bits.
#[inline]
fn series(rate_ray: u128, n: u128) -> Option<u128> {
    let square = ray::ray_mul_half_up(rate_ray, rate_ray).ok()? / (YEAR_SECONDS * YEAR_SECONDS);
    let cube = ray::ray_mul_half_up(square, rate_ray).ok()? / YEAR_SECONDS;
    let pairs = n.checked_mul(n - 1)?;
    let triples = pairs.checked_mul(n.saturating_sub(2))?;
    let first = rate_ray.checked_mul(n)? / YEAR_SECONDS;
    let second = pairs.checked_mul(square)? / 2;
    let third = triples.checked_mul(cube)? / 6;
    RAY.checked_add(first)?.checked_add(second)?.checked_add(third)
}

/// Returns the series on 256 bits.
#[cold]
fn series_wide(rate_ray: u128, n: u128) -> Result<U256, MathError> {
    let rate = U256::from(rate_ray);
    let square = ray::wide::ray_mul_half_up(rate, rate)?.div_down(YEAR_SECONDS * YEAR_SECONDS)?;
    let cube = ray::wide::ray_mul_half_up(square, rate)?.div_down(YEAR_SECONDS)?;
    let pairs = U256::product(n, n - 1);
    let first = rate.checked_mul(n)?.div_down(YEAR_SECONDS)?;
    let second = pairs.checked_mul(square)?.div_down(2)?;
    let third = pairs.checked_mul(n.saturating_sub(2))?.checked_mul(cube)?.div_down(6)?;
    first.checked_add(second)?.checked_add(third)?.checked_add(RAY)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use plimsoll_math::ray::ray_mul_half_up;

    /// At 50 % a year, against `(1 + rate)^seconds` to 60 digits. The fifth term of the series is 1.5e-13, 1.2e-7 and
    /// 2.0e-3 of the whole; that the contract rounds the powers of the rate down adds a little.
    #[test]
    fn four_terms_underpay_by_as_much_as_they_leave_out() {
        let exact = [
            (1, 1_001_370_801_693_739_430_252_772_144, 2.075e-13),
            (30, 1_041_952_013_622_638_824_211_027_295, 1.166e-7),
            (365, 1_648_721_264_165_052_162_236_933_690, 1.753e-3),
        ];
        for (days, exact_ray, expected) in exact {
            let paid_ray = compounded_interest_ray(RAY / 2, days * 86_400).unwrap();
            assert!(paid_ray < exact_ray);
            let missed = paid_ray.abs_diff(exact_ray) as f64 / exact_ray as f64;
            assert!((missed / expected - 1.0).abs() < 0.003, "{missed:e} in {days} days, not {expected:e}");
        }
    }

    /// The reserves of USDC and WETH on Polygon, 17 August 2023 (zelos-alpha/demeter@737d436, samples/data): seconds
    /// between two updates, and rate, index before and index after of debts and of claims. The seconds are the only ones
    /// that fit either index.
    #[test]
    fn moves_the_indices_of_the_deployed_pool_to_the_last_unit() {
        let debts = [
            (
                606,
                [
                    57_336_269_944_300_147_186_422_272,
                    1_038_120_908_603_586_586_022_686_588,
                    1_038_122_052_386_568_328_648_025_630,
                ],
            ),
            (
                56,
                [
                    34_899_326_132_163_264_940_598_279,
                    1_038_206_005_324_415_757_657_691_139,
                    1_038_206_069_664_557_189_410_023_161,
                ],
            ),
            (
                1550,
                [
                    20_619_553_935_059_737_975_755_401,
                    1_025_649_539_389_893_736_518_110_084,
                    1_025_650_578_839_804_743_610_014_949,
                ],
            ),
            (
                62,
                [
                    20_624_968_350_919_526_293_936_990,
                    1_025_656_783_401_540_688_531_928_977,
                    1_025_656_824_990_728_453_278_413_689,
                ],
            ),
        ];
        let claims = [
            (
                606,
                [
                    46_373_024_942_568_191_649_101_080,
                    1_024_389_880_953_757_822_556_584_134,
                    1_024_390_793_798_089_546_051_689_729,
                ],
            ),
            (
                56,
                [
                    28_871_375_729_576_946_711_955_914,
                    1_024_459_292_065_208_706_212_146_146,
                    1_024_459_344_587_492_822_421_514_848,
                ],
            ),
            (
                1550,
                [
                    3_918_418_849_699_034_178_937_425,
                    1_005_684_387_154_953_348_127_307_066,
                    1_005_684_580_840_697_329_221_459_350,
                ],
            ),
            (
                62,
                [
                    3_921_446_117_308_449_091_227_532,
                    1_005_685_737_217_529_597_155_436_893,
                    1_005_685_744_970_955_225_819_133_425,
                ],
            ),
        ];
        let moved = |factor: u128, before: u128| ray_mul_half_up(factor, before).unwrap();
        for (seconds, [rate, before, after]) in debts {
            assert_eq!(moved(compounded_interest_ray(rate, seconds).unwrap(), before), after, "{seconds} s of debt");
            assert_ne!(moved(linear_interest_ray(rate, seconds).unwrap(), before), after, "linear is refused");
        }
        for (seconds, [rate, before, after]) in claims {
            assert_eq!(moved(linear_interest_ray(rate, seconds).unwrap(), before), after, "{seconds} s of claims");
            assert_ne!(moved(compounded_interest_ray(rate, seconds).unwrap(), before), after, "compounding is refused");
        }
    }

    proptest! {
        #[test]
        fn both_widths_of_the_series_agree(rate: u128, rate_shift in 20u32..128, n in 1u64.., n_shift in 0u32..64) {
            let (rate, n) = (rate >> rate_shift, u128::from((n >> n_shift).max(1)));
            if let Some(narrow) = series(rate, n) {
                prop_assert_eq!(series_wide(rate, n), Ok(narrow.into()));
            }
        }

        #[test]
        fn linear_interest_is_the_same_on_both_widths(rate: u128, seconds: u64) {
            let wide = <U256 as Interest>::linear_interest_ray(rate, seconds).and_then(U256::try_into_u128);
            prop_assert_eq!(linear_interest_ray(rate, seconds).ok(), wide.ok());
        }

        #[test]
        fn compounding_pays_at_least_what_linear_interest_does(rate in 0..10 * RAY, seconds in 0u64..1 << 30) {
            let compounded = compounded_interest_ray(rate, seconds).unwrap();
            prop_assert!(compounded >= linear_interest_ray(rate, seconds).unwrap());
        }
    }
}
