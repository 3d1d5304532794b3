//! `vow.t.sol`: what waits, and what is settled.

use super::*;

#[test]
fn bad_debt_waits_before_it_counts() {
    let mut maker = fallen_with(&MakerParams { wait_seconds: 100, ..params() }, &ilk_params());
    maker.bark(GOLD, ME, ALI, START).unwrap();
    assert_eq!((maker.queued_sin(START), maker.state().vow.queued_sin), (dai(100), dai(100)));
    let early = MakerError::WaitNotFinished { era: START, wait_seconds: 100, now: START + 99 };
    assert_eq!(maker.flog(START, START + 99), Err(early));
    assert_eq!(maker.state().vow.settleable_sin(), Rad::ZERO);
    assert_eq!(maker.flog(START, START + 100), Ok(dai(100)));
    assert_eq!(maker.state().vow.settleable_sin(), dai(100));
    assert_eq!(maker.flog(START, START + 100), Ok(Rad::ZERO));
    assert!(maker.flog(u64::MAX, u64::MAX).is_err());
}

#[test]
fn surplus_settles_bad_debt() {
    let mut maker = fallen();
    maker.bark(GOLD, ME, ALI, START).unwrap();
    maker.take(GOLD, FIRST, ALI, ether(22), hundredths(500), START).unwrap();
    let queued = MakerError::InsufficientDebt { held: Rad::ZERO, asked: dai(1) };
    assert_eq!(maker.heal(dai(1)), Err(queued));
    maker.flog(START, START).unwrap();
    assert_eq!(maker.heal(dai(111)), Err(MakerError::InsufficientSurplus { held: dai(110), asked: dai(111) }));
    assert_eq!(maker.heal(dai(101)), Err(MakerError::InsufficientDebt { held: dai(100), asked: dai(101) }));
    maker.heal(dai(100)).unwrap();
    assert_eq!((maker.state().vow.dai, maker.state().vow.sin), (dai(10), Rad::ZERO));
    assert_sums(&maker);
}
