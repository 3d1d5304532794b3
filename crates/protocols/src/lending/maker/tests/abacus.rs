//! `abaci.t.sol`: how prices fall; and the auctions of ETH-B, by the parameters of the community poll of 26 April 2021.

use super::*;

/// A percentage of so many ten billionths, taken off at every step.
fn less(ten_billionths_of_a_percent: u128) -> Ray {
    Ray(Ray::ONE.0 - ten_billionths_of_a_percent * 10_u128.pow(15))
}

#[test]
fn a_stairstep_falls_by_the_same_part_at_every_step() {
    let (high, low) = ((Ray(50_000_000 * Ray::ONE.0), 100_000_000), (Ray(Ray::ONE.0 / 10_000_000), 1));
    for ((top, tolerance), step_seconds) in [high, low].into_iter().flat_map(|of| [1, 5, 300].map(|step| (of, step))) {
        for cut in [less(11_234_567_890), less(21_234_567_890)] {
            let calc = Abacus::Stairstep { cut, step_seconds };
            let mut last = calc.price(top, 0).unwrap();
            assert_eq!(last, top);
            for second in 1..600 {
                let price = calc.price(top, second).unwrap();
                let expected = if second % step_seconds == 0 { last.mul_down(cut).unwrap() } else { last };
                assert!(expected.0.abs_diff(price.0) <= tolerance, "{expected} and {price} after {second}");
                last = price;
            }
        }
    }
}

#[test]
fn a_half_life_of_a_quarter_of_an_hour() {
    let calc = Abacus::Exponential { cut: Ray(999_230_132_966_000_000_000_000_000) };
    let mut expected = 4_000 * Ray::ONE.0;
    for half_lives in 0..5 {
        let price = calc.price(Ray(4_000 * Ray::ONE.0), half_lives * 900).unwrap();
        assert!(price.0.abs_diff(expected) <= Ray::ONE.0 / 1_000, "{price} after {half_lives}");
        expected /= 2;
    }
}

#[test]
fn a_line_falls_evenly_to_nothing() {
    let calc = Abacus::Linear { tau_seconds: 3_600 };
    for tenth in 0..=11 {
        let expected = Ray((1_000 - 100 * u128::from(tenth.min(10))) * Ray::ONE.0);
        assert_eq!(calc.price(Ray(1_000 * Ray::ONE.0), tenth.min(10) * 360), Ok(expected));
        assert_eq!(calc.price(Ray(1_000 * Ray::ONE.0), 3_600 + tenth), Ok(Ray::ZERO));
    }
}

#[test]
fn a_step_takes_time() {
    let calc = Abacus::Stairstep { cut: hundredths(99), step_seconds: 0 };
    assert_eq!(calc.price(Ray::ONE, 1), Err(plimsoll_math::MathError::DivisionByZero));
}

/// ETH-B: 1.3 times the oracle, a percent off every 90 seconds, to 40 percent or for 8,400 seconds.
fn eth_b(calc: Abacus) -> Maker {
    let clipper = ClipperParams {
        buf: hundredths(130),
        cusp: hundredths(40),
        tail_seconds: 8_400,
        hole: dai(8_000_000),
        calc,
        ..clipper_params()
    };
    let mut maker = fallen_with(&params(), &IlkParams { clipper: Some(clipper), ..ilk_params() });
    maker.bark(GOLD, ME, ALI, START).unwrap();
    maker
}

/// Returns after how many seconds the price is below the oracle's, and after how many a new start is needed.
fn milestones(maker: &Maker) -> (u64, u64) {
    let oracle = hundredths(400);
    let status = |second| maker.status(GOLD, FIRST, START + second).unwrap();
    let to_oracle = (0..8_500).find(|&second| status(second).price < oracle).unwrap();
    (to_oracle, (0..8_500).find(|&second| status(second).needs_redo).unwrap())
}

/// 1.3 * 0.99^27 = 0.9911 and 0.99^92 = 0.3967: 27 steps to the oracle's price, 92 to the cusp, just before the tail.
#[test]
fn an_auction_of_eth_b_takes_27_steps_to_the_oracle_and_92_to_the_cusp() {
    let maker = eth_b(Abacus::Stairstep { cut: hundredths(99), step_seconds: 90 });
    assert_eq!(milestones(&maker), (27 * 90, 92 * 90));
    let price = maker.status(GOLD, FIRST, START + 27 * 90).unwrap().price;
    assert!((price.0 as f64 / 4e27 - 0.9911).abs() < 0.000_1, "{price}");
}

/// A fall without steps is at the oracle's price after ln(1 / 1.3) / ln(0.99) * 90 = 2,349 seconds; a line that is at
/// the cusp with the steps is at the oracle's price much later; and without the cusp the tail decides.
#[test]
fn other_price_functions_take_other_times() {
    let without_steps = eth_b(Abacus::Exponential { cut: Ray(999_888_336_049_213_000_000_000_000) });
    let (to_oracle, to_cusp) = milestones(&without_steps);
    assert!(to_oracle.abs_diff(2_350) <= 1 && to_cusp.abs_diff(8_206) <= 1, "{to_oracle}, {to_cusp}");
    let line = milestones(&eth_b(Abacus::Linear { tau_seconds: 8_280 * 10 / 6 }));
    assert_eq!(line, (3_185, 8_281));
    let mut patient = eth_b(Abacus::Stairstep { cut: hundredths(99), step_seconds: 90 });
    let params = patient.clipper_state(GOLD).unwrap().params;
    patient.set_clipper(GOLD, ClipperParams { cusp: Ray::ZERO, ..params }).unwrap();
    assert_eq!(milestones(&patient), (27 * 90, 8_401));
}
