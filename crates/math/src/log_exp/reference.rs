//! `LogExpMath` line by line in 256 bits, as the contract has it: what the fast paths are compared with.

use super::U256;

type Reference = Option<(bool, U256)>;

fn ten_to(power: u32) -> U256 {
    let half = power / 2;
    U256::product(10_u128.pow(half), 10_u128.pow(power - half))
}

/// Returns the digits, then so many zeros.
fn constant(digits: u128, zeros: u32) -> U256 {
    times(U256::from(digits), ten_to(zeros))
}

fn times(a: U256, b: impl Into<U256>) -> U256 {
    a.checked_mul(b).expect("the contract's products fit 256 bits")
}

fn over(a: U256, b: impl Into<U256>) -> U256 {
    a.div_down(b).expect("the contract's divisors are above zero")
}

fn plus(a: U256, b: impl Into<U256>) -> U256 {
    a.checked_add(b).expect("the contract's sums fit 256 bits")
}

fn minus(a: U256, b: impl Into<U256>) -> U256 {
    a.checked_sub(b).expect("a difference of the contract is not below zero")
}

/// `x0` to `x11` and `a0` to `a11`.
fn terms() -> [(U256, U256); 12] {
    [
        (constant(128, 18), constant(388_770_840_599_459_509_222, 35)),
        (constant(64, 18), constant(623_514_908_081_161_688_291, 7)),
        (constant(3_200, 18), constant(78_962_960_182_680_695_161, 14)),
        (constant(1_600, 18), constant(888_611_052_050_787_263_676, 6)),
        (constant(800, 18), constant(298_095_798_704_172_827_474, 3)),
        (constant(400, 18), constant(545_981_500_331_442_390_781, 1)),
        (constant(200, 18), constant(738_905_609_893_065_022_723, 0)),
        (constant(100, 18), constant(271_828_182_845_904_523_536, 0)),
        (constant(50, 18), constant(164_872_127_070_012_814_685, 0)),
        (constant(25, 18), constant(128_402_541_668_774_148_407, 0)),
        (constant(125, 17), constant(113_314_845_306_682_631_683, 0)),
        (constant(625, 16), constant(106_449_445_891_785_942_956, 0)),
    ]
}

/// `exp`, of a sign and a magnitude.
pub(super) fn exp(negative: bool, exponent: U256) -> Option<U256> {
    if exponent > constant(if negative { 41 } else { 130 }, 18) {
        return None;
    }
    if negative {
        return Some(over(ten_to(36), exp(false, exponent)?));
    }
    let terms = terms();
    let mut x = exponent;
    let mut first = U256::from(1);
    if x >= terms[0].0 {
        (x, first) = (minus(x, terms[0].0), terms[0].1);
    } else if x >= terms[1].0 {
        (x, first) = (minus(x, terms[1].0), terms[1].1);
    }
    x = times(x, 100);
    let mut product = ten_to(20);
    for (exponent, power) in &terms[2..10] {
        if x >= *exponent {
            (x, product) = (minus(x, *exponent), over(times(product, *power), ten_to(20)));
        }
    }
    let mut term = x;
    let mut sum = plus(ten_to(20), term);
    for n in 2..=12 {
        term = over(over(times(term, x), ten_to(20)), n);
        sum = plus(sum, term);
    }
    Some(over(times(over(times(product, sum), ten_to(20)), first), 100))
}

/// `_ln`, as a sign and a magnitude.
pub(super) fn ln_18(a: U256) -> (bool, U256) {
    if a < ten_to(18) {
        return (true, ln_18(over(ten_to(36), a)).1);
    }
    let terms = terms();
    let (mut a, mut sum) = (a, U256::ZERO);
    for (exponent, power) in &terms[..2] {
        if a >= times(*power, ten_to(18)) {
            (a, sum) = (over(a, *power), plus(sum, *exponent));
        }
    }
    (a, sum) = (times(a, 100), times(sum, 100));
    for (exponent, power) in &terms[2..] {
        if a >= *power {
            (a, sum) = (over(times(a, ten_to(20)), *power), plus(sum, *exponent));
        }
    }
    let series = series(minus(a, ten_to(20)), plus(a, ten_to(20)), ten_to(20), 11);
    (false, over(plus(sum, series), 100))
}

/// `_ln_36`, as a sign and a magnitude.
pub(super) fn ln_36(x: U256) -> (bool, U256) {
    let (x, one) = (times(x, ten_to(18)), ten_to(36));
    let negative = x < one;
    let distance = if negative { minus(one, x) } else { minus(x, one) };
    (negative, series(distance, plus(x, one), one, 15))
}

/// Twice the sum of z^n / n for odd n, where z is a quotient.
fn series(numerator: U256, denominator: U256, one: U256, last: u128) -> U256 {
    let z = over(times(numerator, one), denominator);
    let z_squared = over(times(z, z), one);
    let (mut power, mut sum) = (z, z);
    for n in (3..=last).step_by(2) {
        power = over(times(power, z_squared), one);
        sum = plus(sum, over(power, n));
    }
    times(sum, 2)
}

fn is_near_one(value: U256) -> bool {
    constant(9, 17) < value && value < constant(11, 17)
}

/// `ln`, as a sign and a magnitude.
pub(super) fn ln(a: U256) -> Reference {
    if a == U256::ZERO || a.into_halves().0 >> 127 > 0 {
        return None;
    }
    Some(if is_near_one(a) {
        let (negative, ln) = ln_36(a);
        (negative, over(ln, ten_to(18)))
    } else {
        ln_18(a)
    })
}

/// `log`, as a sign and a magnitude.
pub(super) fn log(argument: U256, base: U256) -> Reference {
    let precise = |value: U256| {
        ln(value)?;
        let (negative, ln) = ln_18(value);
        Some(if is_near_one(value) { ln_36(value) } else { (negative, times(ln, ten_to(18))) })
    };
    let (argument, base) = (precise(argument)?, precise(base)?);
    let quotient = times(argument.1, ten_to(18)).div_down(base.1).ok()?;
    Some((argument.0 != base.0, quotient))
}

/// `pow`.
pub(super) fn pow(x: U256, y: U256) -> Option<U256> {
    if y == U256::ZERO {
        return Some(ten_to(18));
    }
    if x == U256::ZERO {
        return Some(U256::ZERO);
    }
    if x.into_halves().0 >> 127 > 0 || y >= over(U256::from_halves(1 << 126, 0), ten_to(20)) {
        return None;
    }
    let (negative, product) = if is_near_one(x) {
        let (negative, ln) = ln_36(x);
        let whole = over(ln, ten_to(18));
        let rest = minus(ln, times(whole, ten_to(18)));
        (negative, plus(times(whole, y), over(times(rest, y), ten_to(18))))
    } else {
        let (negative, ln) = ln_18(x);
        (negative, times(ln, y))
    };
    exp(negative, over(product, ten_to(18)))
}
