//! What a router's choice costs: among ten pools of every kind, and where there is one pool only.

use std::hint::black_box;
use std::path::{Path, PathBuf};

use bevy_ecs::system::SystemState;
use criterion::{Criterion, criterion_group, criterion_main};
use plimsoll::agents::router;
use plimsoll::agents::view::View;
use plimsoll::scenario::{self, genesis};

fn choice(c: &mut Criterion) {
    for (file, pools) in [("ten_pools.ron", "ten pools"), ("arb.ron", "one pool")] {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("benches/scenarios").join(file);
        let checked = scenario::read(&path).unwrap_or_else(|mistakes| panic!("{}", mistakes[0]));
        let mut world = genesis::world(&checked.scenario, Path::new("."), 1).expect("the market can begin");
        let mut state = SystemState::<View>::new(&mut world);
        let sees = state.get(&world).expect("the world is whole");
        let (from, to) = (sees.tokens.named("ETH"), sees.tokens.named("USDC"));
        // The second is so large that it is split wherever it can be.
        for ether in [1, 100] {
            let amount = sees.tokens.units(from, f64::from(ether));
            let plan = router::best(&sees, from, to, amount).expect("some pool takes it");
            let (paths, legs) = (sees.protocols.directory.paths.between(from, to).len(), plan.legs.len());
            let name = format!("router/{pools}, {paths} paths, {ether} ETH in {legs}");
            c.bench_function(&name, |b| b.iter(|| router::best(&sees, from, to, black_box(amount))));
        }
    }
}

criterion_group!(benches, choice);
criterion_main!(benches);
