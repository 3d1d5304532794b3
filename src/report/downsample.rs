//! Fewer rows than there are blocks, and none of the extremes lost.
//!
//! Rows are put into buckets. Half of the buckets are spread evenly over time, the other half over the rows in which
//! something happened, so that a crash of a hundred blocks keeps every block of it beside two quiet days. Of each bucket
//! those rows stay in which some series is at its lowest or its highest: what is drawn is a part of the table, and no
//! number of it is an average.

/// Returns where each of at most `buckets` buckets ends (the row behind its last), none of them empty. `is_active` says
/// of every row whether something happened in it.
pub(super) fn ends(is_active: &[bool], buckets: usize) -> Vec<usize> {
    let rows = is_active.len();
    let buckets = buckets.max(1);
    if rows <= buckets {
        return (1..=rows).collect();
    }
    let active = is_active.iter().filter(|active| **active).count();
    // A row weighs 1 for time; the active ones together as much as all rows.
    let of_active = if active == 0 { 0.0 } else { rows as f64 / active as f64 };
    let total = rows as f64 + of_active * active as f64;
    let mut ends = Vec::with_capacity(buckets);
    let mut weight = 0.0;
    for (row, is_active) in is_active.iter().enumerate() {
        weight += 1.0 + if *is_active { of_active } else { 0.0 };
        let is_full = weight * buckets as f64 >= total * (ends.len() + 1) as f64;
        if is_full && ends.len() + 1 < buckets {
            ends.push(row + 1);
        }
    }
    ends.retain(|end| *end < rows);
    ends.push(rows);
    ends
}

/// Returns the rows to draw, in order: the first and the last, and of each bucket those where a series is lowest or
/// highest. Missing values (`NaN`) are no extremes.
pub(super) fn rows(ends: &[usize], series: &[&[f64]]) -> Vec<usize> {
    let mut kept = Vec::new();
    let mut start = 0;
    for end in ends {
        let from = kept.len();
        for values in series {
            kept.extend(extremes(&values[start..*end]).into_iter().flatten().map(|place| start + place));
        }
        if start == 0 {
            kept.push(0);
        }
        if Some(end) == ends.last() {
            kept.push(end - 1);
        }
        kept[from..].sort_unstable();
        start = *end;
    }
    kept.dedup();
    kept
}

/// Returns where the lowest and the highest value are; of equals, the first.
fn extremes(values: &[f64]) -> [Option<usize>; 2] {
    let (mut low, mut high) = (None::<usize>, None::<usize>);
    for (place, value) in values.iter().enumerate().filter(|(_, value)| !value.is_nan()) {
        if low.is_none_or(|low| *value < values[low]) {
            low = Some(place);
        }
        if high.is_none_or(|high| *value > values[high]) {
            high = Some(place);
        }
    }
    [low, high]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_short_table_stays_whole() {
        assert_eq!(ends(&[false; 4], 10), [1, 2, 3, 4]);
        assert_eq!(rows(&[1, 2, 3, 4], &[&[1.0, 2.0, f64::NAN, 4.0]]), [0, 1, 3]);
    }

    #[test]
    fn a_spike_of_one_block_is_kept() {
        let mut values = vec![1.0; 10_000];
        values[7_777] = 1.5;
        values[3_333] = 0.5;
        let kept = rows(&ends(&[false; 10_000], 100), &[&values]);
        assert!(kept.contains(&7_777) && kept.contains(&3_333), "{kept:?}");
        assert!(kept.len() <= 202, "{}", kept.len());
    }

    #[test]
    fn where_something_happens_every_block_is_kept() {
        let is_active: Vec<bool> = (0..14_400).map(|row| (4_413..4_533).contains(&row)).collect();
        let values: Vec<f64> = (0..14_400).map(f64::from).collect();
        let kept = rows(&ends(&is_active, 600), &[&values]);
        assert!((4_413..4_533).all(|row| kept.contains(&row)));
        let elsewhere = rows(&ends(&[false; 14_400], 600), &[&values]);
        assert!(!(4_413..4_533).all(|row| elsewhere.contains(&row)), "evenly spread buckets lose blocks");
    }

    proptest! {
        #[test]
        fn every_bucket_keeps_its_extremes_and_none_is_empty(
            values in prop::collection::vec(prop_oneof![3 => -1e9..1e9, 1 => Just(f64::NAN)], 1..500),
            seed in any::<u64>(),
            buckets in 1_usize..80,
        ) {
            let is_active: Vec<bool> = (0..values.len()).map(|row| seed >> (row % 64) & 1 == 1).collect();
            let ends = ends(&is_active, buckets);
            prop_assert!(ends.len() <= buckets);
            prop_assert!(ends.is_sorted_by(|a, b| a < b) && ends.last() == Some(&values.len()));
            let kept = rows(&ends, &[&values]);
            prop_assert!(kept.is_sorted_by(|a, b| a < b) && kept.len() <= 2 * ends.len() + 2);
            let mut start = 0;
            for end in ends {
                let range = |rows: &mut dyn Iterator<Item = usize>| rows
                    .filter(|row| (start..end).contains(row) && !values[*row].is_nan())
                    .map(|row| values[row])
                    .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
                prop_assert_eq!(range(&mut (0..values.len())), range(&mut kept.iter().copied()));
                start = end;
            }
        }
    }
}
