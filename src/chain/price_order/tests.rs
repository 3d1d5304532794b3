//! The order finds what a full sweep finds.

use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone)]
enum Step {
    Set { id: u32, key: f64, size: u128 },
    Remove(u32),
    Park(u32),
    Unpark(u128),
    Ask(f64),
}

fn step() -> impl Strategy<Value = Step> {
    let id = 0_u32..40;
    prop_oneof![
        4 => (id.clone(), 0.01_f64..10.0, 1_u128..100_000).prop_map(|(id, key, size)| Step::Set { id, key, size }),
        1 => id.clone().prop_map(Step::Remove),
        1 => id.prop_map(Step::Park),
        1 => (1_u128..100_000).prop_map(Step::Unpark),
        2 => (0.01_f64..10.0).prop_map(Step::Ask),
    ]
}

/// A limit that is lower for larger sizes, as a pool's curve makes it; asked with a class's bounds it must be low
/// enough for every size in the class.
fn limit(at: f64, size: u128) -> f64 {
    at * (1.0 - size as f64 / 300_000.0)
}

proptest! {
    /// Whatever happened before, the order finds exactly what a full sweep finds.
    #[test]
    fn finds_what_a_sweep_finds(steps in prop::collection::vec(step(), 1..200)) {
        let mut order = PriceOrder::default();
        let mut positions = std::collections::BTreeMap::<u32, (f64, u128, bool)>::new();
        for step in steps {
            match step {
                Step::Set { id, key, size } => {
                    order.set(id, key, 1, size, key);
                    positions.insert(id, (key, size, false));
                }
                Step::Remove(id) => {
                    order.remove(id);
                    positions.remove(&id);
                }
                Step::Park(id) => {
                    if let Some(position) = positions.get_mut(&id) {
                        order.park(id);
                        position.2 = true;
                    }
                }
                Step::Unpark(size) => {
                    order.unpark(size);
                    positions.values_mut().filter(|p| p.1 >= size).for_each(|p| p.2 = false);
                }
                Step::Ask(at) => {
                    let mut found = Vec::new();
                    order.candidates(|_, greatest| limit(at, greatest), &mut found);
                    found.retain(|id| positions[id].0 > limit(at, positions[id].1));
                    found.sort_unstable();
                    let sweep: Vec<u32> = positions
                        .iter()
                        .filter(|(_, (key, size, parked))| !parked && *key > limit(at, *size))
                        .map(|(id, _)| *id)
                        .collect();
                    prop_assert_eq!(found, sweep);
                    let mut above = Vec::new();
                    order.above(at, &mut above);
                    above.sort_unstable();
                    let sweep = positions.iter().filter(|(_, (key, ..))| *key > at);
                    prop_assert_eq!(above, sweep.map(|(id, _)| *id).collect::<Vec<u32>>());
                }
            }
            prop_assert_eq!(order.open() as usize, positions.len());
            prop_assert_eq!(order.histogram().total(), positions.len() as u128);
            let top = order.leaders(|_, _| 1.0).map(|id| positions[&id].0).max_by(f64::total_cmp);
            prop_assert_eq!(top, positions.values().map(|p| p.0).max_by(f64::total_cmp));
            let highest: Vec<Highest> = order.highest().collect();
            prop_assert!(highest.iter().all(|top| positions[&top.id].0.total_cmp(&top.key).is_eq()));
            let ids: BTreeSet<u32> = highest.iter().map(|top| top.id).collect();
            prop_assert_eq!(ids, order.leaders(|_, _| 1.0).collect());
            prop_assert_eq!(order.histogram().quantiles(), order.histogram().counted());
            let leaders: BTreeSet<u32> = order.leaders(|_, _| 0.5).collect();
            for (id, (key, size, parked)) in &positions {
                let class = positions.values().filter(|p| !p.2 && class_of(p.1) == class_of(*size));
                let leads = *key >= 0.5 * class.map(|p| p.0).fold(0.0, f64::max);
                prop_assert!(*parked || leads == leaders.contains(id));
            }
        }
    }
}

#[test]
fn what_is_restored_stands_where_it_stood() {
    let mut order = PriceOrder::default();
    order.set(1, 2.0, 10, 5, 2.5);
    order.set(2, 3.0, 20, 6, 3.5);
    order.park(2);
    let shown = |order: &PriceOrder| order.histogram().from_the_top().collect::<Vec<_>>();
    let (before, places) = (shown(&order), [1, 2, 3].map(|id| order.place(id)));
    order.set(1, 7.0, 11, 500, 7.0);
    order.remove(2);
    order.set(3, 1.0, 1, 1, 1.0);
    for (id, place) in [1, 2, 3].into_iter().zip(places) {
        order.restore(id, place);
    }
    let mut found = Vec::new();
    order.candidates(|_, _| 0.0, &mut found);
    assert_eq!((found, order.parked(), order.open()), (vec![1], 1, 2));
    assert_eq!(shown(&order), before);
}
