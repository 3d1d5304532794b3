//! Runs over the cores.

use std::any::Any;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

use rayon::prelude::*;

use super::row::Row;

/// Runs each of `seeds`, lowest place first and up to `jobs` at a time, and gives the rows to `take` as they come, until
/// it breaks.
///
/// `one` makes a run. It returns nothing if it gives up, as it should soon after its second argument says that nobody
/// waits for it any longer. One that panics is a row that says so.
pub fn run(
    seeds: &[u64],
    jobs: NonZeroUsize,
    one: impl Fn(u64, &AtomicBool) -> Option<Row> + Sync,
    mut take: impl FnMut(Row) -> ControlFlow<()>,
) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs.get()).build().expect("the system has threads to give");
    let enough = AtomicBool::new(false);
    let (give, given) = mpsc::channel();
    let (one, enough) = (&one, &enough);
    pool.in_place_scope(|scope| {
        scope.spawn(move |_| {
            let wanted = seeds.iter().copied().take_while(|_| !enough.load(Ordering::Relaxed));
            wanted.par_bridge().for_each_with(give, |give, seed| {
                if let Some(row) = guarded(seed, || one(seed, enough)) {
                    // Once nobody takes rows, they are not missed.
                    let _ = give.send(row);
                }
            });
        });
        for row in given {
            if take(row).is_break() {
                enough.store(true, Ordering::Relaxed);
                break;
            }
        }
    });
}

/// Makes a row of a panic: a bug in one run does not end the others.
fn guarded(seed: u64, one: impl FnOnce() -> Option<Row>) -> Option<Row> {
    catch_unwind(AssertUnwindSafe(one))
        .unwrap_or_else(|payload| Some(Row { seed, outcome: Err(format!("panicked: {}", message(&*payload))) }))
}

fn message(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("for no stated reason")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fine(seed: u64) -> Row {
        Row { seed, outcome: Ok(vec![]) }
    }

    fn seeds_of(jobs: usize, one: impl Fn(u64, &AtomicBool) -> Option<Row> + Sync, at_most: usize) -> Vec<Row> {
        let seeds: Vec<u64> = (0..40).collect();
        let mut rows = Vec::new();
        run(&seeds, NonZeroUsize::new(jobs).unwrap(), one, |row| {
            rows.push(row);
            if rows.len() < at_most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        rows.sort_by_key(|row| row.seed);
        rows
    }

    #[test]
    fn every_seed_is_run_once_by_any_number_of_jobs() {
        for jobs in [1, 2, 7] {
            let seeds: Vec<u64> = seeds_of(jobs, |seed, _| Some(fine(seed)), 100).iter().map(|row| row.seed).collect();
            assert_eq!(seeds, (0..40).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_run_that_panics_or_gives_up_leaves_the_others_alone() {
        let rows = seeds_of(
            2,
            |seed, _| {
                assert_ne!(seed, 3, "three is out");
                (seed != 4).then(|| fine(seed))
            },
            100,
        );
        assert_eq!(rows.len(), 39);
        let reason = rows[3].outcome.as_ref().unwrap_err();
        assert!(reason.starts_with("panicked: ") && reason.contains("three is out"), "{reason}");
    }

    #[test]
    fn when_nobody_takes_rows_any_longer_no_more_runs_begin() {
        assert_eq!(seeds_of(1, |seed, _| Some(fine(seed)), 5).len(), 5);
    }
}
