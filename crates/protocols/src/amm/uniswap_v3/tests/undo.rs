//! What was done while a pool recorded can be undone.

use proptest::prelude::*;

use super::{properties::history, *};

#[test]
fn without_a_recording_there_is_nothing_to_undo() {
    let mut pool = pool_of(MEDIUM, ETHER);
    sell(&mut pool, Side::ZeroForOne, 1_000);
    let before = pool.clone();
    pool.roll_back();
    assert_eq!(pool, before);
}

#[test]
fn what_was_committed_stays() {
    let mut pool = pool_of(MEDIUM, ETHER);
    pool.begin();
    sell(&mut pool, Side::ZeroForOne, 1_000);
    pool.commit();
    let after = pool.clone();
    pool.roll_back();
    assert_eq!(pool, after);
}

#[test]
fn a_second_beginning_leads_back_to_the_first() {
    let mut pool = pool_of(MEDIUM, ETHER);
    let before = pool.clone();
    pool.begin();
    sell(&mut pool, Side::ZeroForOne, 1_000);
    pool.begin();
    sell(&mut pool, Side::OneForZero, ETHER / 2);
    pool.roll_back();
    assert_eq!(pool, before);
}

#[test]
fn the_first_price_can_be_undone() {
    let mut pool = V3Pool::new(MEDIUM).unwrap();
    let before = pool.clone();
    pool.begin();
    pool.initialize(SqrtPriceX96::ONE, 0).unwrap();
    pool.mint(everywhere(MEDIUM), ETHER, 0).unwrap();
    pool.roll_back();
    assert_eq!(pool, before);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn undoing_leads_back_to_where_the_recording_began((mut pool, calls) in history(), kept in 0usize..30) {
        let (first, then) = calls.split_at(kept.min(calls.len()));
        let mut now = 0;
        for (call, seconds) in first {
            now += seconds;
            let _ = call.make(&mut pool, now);
        }
        let before = pool.clone();
        for _ in 0..2 {
            pool.begin();
            let mut later = now;
            for (call, seconds) in then {
                later += seconds;
                let _ = call.make(&mut pool, later);
            }
            pool.roll_back();
            prop_assert!(pool == before, "{then:?}");
        }
    }

    #[test]
    fn recording_changes_no_answer((mut pool, calls) in history()) {
        let mut recording = pool.clone();
        recording.begin();
        for (call, seconds) in calls {
            prop_assert_eq!(call.make(&mut pool, seconds), call.make(&mut recording, seconds));
        }
        recording.commit();
        prop_assert!(pool == recording);
    }
}
