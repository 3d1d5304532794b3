//! Lowest values since any moment, of something that is looked at again and again.

/// A row of suffix minima: from any moment on, the lowest value that was seen is found by binary search, and a new value
/// costs the same whatever was seen before, but for those that it undercuts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LowestSince(Vec<(u32, f64)>);

impl LowestSince {
    /// Takes in the value at a moment, which is not before the last.
    pub fn push(&mut self, moment: u32, value: f64) {
        while self.0.pop_if(|(_, before)| *before >= value).is_some() {}
        self.0.push((moment, value));
    }

    /// Returns the lowest value from a moment on; none if nothing was seen since.
    pub fn since(&self, moment: u32) -> Option<f64> {
        let first = self.0.partition_point(|(at, _)| *at < moment);
        self.0.get(first).map(|(_, value)| *value)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_finds_what_a_look_at_all_values_finds(values in prop::collection::vec(0_u8..20, 0..60)) {
            let mut lowest = LowestSince::default();
            for (moment, value) in (0..).zip(&values) {
                lowest.push(moment, f64::from(*value));
            }
            for moment in 0..=values.len() {
                let all = values[moment..].iter().map(|value| f64::from(*value)).reduce(f64::min);
                prop_assert_eq!(lowest.since(u32::try_from(moment).unwrap()), all);
            }
        }
    }
}
