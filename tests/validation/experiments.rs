//! The experiments of `plimsoll validate`, so short that a test can wait for them.

use plimsoll::validate::{EXPERIMENTS, Expected, Size};

#[test]
fn every_experiment_ends_as_it_should_and_refuses_a_wrong_theory() {
    for experiment in EXPERIMENTS {
        let findings = (experiment.run)(Size::Short);
        for finding in &findings {
            assert!(finding.holds(), "{}: {finding:?} {}", experiment.id, finding.verdict());
        }
        for expected in [Expected::Agrees, Expected::Refused] {
            assert!(
                findings.iter().any(|finding| finding.expected == expected),
                "{} has no {expected:?}",
                experiment.id
            );
        }
    }
}
