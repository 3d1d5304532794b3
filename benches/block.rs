//! What a block costs: with a few agents and `ticks.csv` on, and with many passive positions.

use std::hint::black_box;
use std::path::{Path, PathBuf};

use criterion::{BatchSize, BenchmarkId, Criterion, criterion_group, criterion_main};
use plimsoll::agents::AgentParams;
use plimsoll::output::folder::OutputFolder;
use plimsoll::scenario::{self, Checked};
use plimsoll::simulation::{Options, Simulation};

fn read(name: &str) -> Checked {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("benches/scenarios").join(name);
    scenario::read(&path).unwrap_or_else(|mistakes| panic!("{}", mistakes[0]))
}

/// A run that writes its tables into a folder that is thrown away with it.
struct Running {
    simulation: Simulation,
    _folder: OutputFolder,
    _home: tempfile::TempDir,
}

fn begin(checked: &Checked) -> Running {
    let home = tempfile::tempdir().expect("there is a place for temporary files");
    let mut folder = OutputFolder::create(&home.path().join("run"), false).expect("it is new");
    let options = Options::seeded(checked.scenario.seed);
    let simulation = Simulation::new(&checked.scenario, "bench", Path::new("."), options, Some(&mut folder));
    Running { simulation: simulation.expect("the scenario can begin"), _folder: folder, _home: home }
}

/// A thousand blocks of one arbitrageur and five traders: divide by a thousand.
fn arbitrage(c: &mut Criterion) {
    let checked = read("arb.ron");
    c.bench_function("block/1 arbitrageur, 5 traders, 1000 blocks", |b| {
        b.iter_batched_ref(
            || begin(&checked),
            |running| {
                for _ in 0..1_000 {
                    running.simulation.step().expect("the disk is not full");
                }
            },
            BatchSize::PerIteration,
        );
    });
}

/// A block in which farmers hold, whatever their number.
fn calm(c: &mut Criterion) {
    let mut group = c.benchmark_group("block/calm, farmers");
    for farmers in [1_000, 100_000, 1_000_000] {
        let mut checked = read("calm_farm.ron");
        for population in &mut checked.scenario.agents {
            if let AgentParams::Farmer(params) = population {
                params.count = farmers;
            }
        }
        let mut running = begin(&checked);
        group.bench_function(BenchmarkId::from_parameter(farmers), |b| {
            b.iter(|| black_box(&mut running.simulation).step().expect("the disk is not full"));
        });
    }
    group.finish();
}

criterion_group!(benches, arbitrage, calm);
criterion_main!(benches);
