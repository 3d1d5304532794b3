//! `plimsoll validate`: published figures beside simulated ones.

use clap::Args;

use super::result::{printed, table};
use super::{Outcome, Streams};
use crate::validate::{EXPERIMENTS, Experiment, Finding, Size};

/// Hold the simulator to published formulas and figures, and print how it does
#[derive(Debug, Args)]
pub(super) struct ValidateArguments {
    /// The experiments to run, as in D1 D2; all of them by default
    #[arg(value_name = "EXPERIMENT")]
    experiments: Vec<String>,
    /// Run few blocks: seconds instead of minutes, and wider standard errors
    #[arg(long)]
    short: bool,
}

/// Runs the experiments and prints a table; fails if one finding is not as it should be.
pub(super) fn validate(arguments: &ValidateArguments, streams: &mut Streams) -> Outcome {
    let mut chosen = Vec::new();
    for name in &arguments.experiments {
        let known = EXPERIMENTS.iter().find(|experiment| experiment.id.eq_ignore_ascii_case(name));
        let Some(experiment) = known else {
            let ids: Vec<&str> = EXPERIMENTS.iter().map(|experiment| experiment.id).collect();
            let message = format!("there is no experiment `{name}`; there are {}", ids.join(", "));
            return streams.complain(Outcome::Refused, message);
        };
        chosen.push(experiment);
    }
    if chosen.is_empty() {
        chosen.extend(EXPERIMENTS);
    }
    let size = if arguments.short { Size::Short } else { Size::Long };
    let mut outcome = Outcome::Done;
    for experiment in chosen {
        let findings = (experiment.run)(size);
        if !findings.iter().all(Finding::holds) {
            outcome = Outcome::Failed;
        }
        let written = streams.result(&page(experiment, &findings));
        if written != Outcome::Done {
            return written;
        }
    }
    outcome
}

fn page(experiment: &Experiment, findings: &[Finding]) -> String {
    let mut table = table(&["case", "theory", "published", "simulated", "std. error", "verdict"]);
    for finding in findings {
        table.add_row([
            finding.case.clone(),
            finding.theory.to_owned(),
            digits(finding.published),
            digits(finding.simulated),
            if finding.standard_error > 0.0 { digits(finding.standard_error) } else { String::new() },
            finding.verdict().to_string(),
        ]);
    }
    format!("{}: {}\n{}\n{}\n", experiment.id, experiment.about, experiment.source, printed(&table))
}

/// Returns a figure with six significant digits.
fn digits(figure: f64) -> String {
    let before = if figure == 0.0 { 0.0 } else { libm::log10(figure.abs()).floor() };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 12")]
    let decimals = (5.0 - before).clamp(0.0, 12.0) as usize;
    format!("{figure:.decimals$}")
}
