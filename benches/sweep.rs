//! What many seeds cost: runs over the cores, and the intervals of one figure.

use std::hint::black_box;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use plimsoll::scenario;
use plimsoll::simulation::{Options, Simulation};
use plimsoll::sweep::row::{Row, figures};
use plimsoll::sweep::runner;
use plimsoll::sweep::statistics::Distribution;

/// Twenty runs of a thousand blocks, on one core and on two.
fn runs(c: &mut Criterion) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("benches/scenarios/arb.ron");
    let checked = scenario::read(&path).unwrap_or_else(|mistakes| panic!("{}", mistakes[0]));
    let one = |seed: u64| {
        let options = Options::seeded(seed);
        let mut simulation = Simulation::new(&checked.scenario, "bench", Path::new("."), options, None).unwrap();
        (0..1_000).for_each(|_| simulation.step().unwrap());
        Row { seed, outcome: Ok(figures(&simulation.finish(None).unwrap())) }
    };
    let seeds: Vec<u64> = (1..=20).collect();
    let mut group = c.benchmark_group("sweep/20 runs of 1000 blocks, jobs");
    group.sample_size(10);
    for jobs in [1, 2] {
        group.bench_function(BenchmarkId::from_parameter(jobs), |b| {
            let jobs = NonZeroUsize::new(jobs).unwrap();
            b.iter(|| {
                runner::run(
                    &seeds,
                    jobs,
                    |seed, _| Some(one(seed)),
                    |row| {
                        black_box(row);
                        ControlFlow::Continue(())
                    },
                );
            });
        });
    }
    group.finish();
}

/// A figure's quantiles, tail and intervals over 200 runs.
fn distribution(c: &mut Criterion) {
    let values: Vec<f64> = (0..200).map(f64::from).collect();
    c.bench_function("sweep/distribution of 200", |b| b.iter(|| Distribution::of("figure", black_box(values.clone()))));
}

criterion_group!(benches, runs, distribution);
criterion_main!(benches);
