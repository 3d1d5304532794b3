//! Blocks: what they had room for, and what it cost.

use super::super::chart::{Chart, Look, Series};
use super::super::format::figure;
use super::super::source::Run;
use super::Section;

pub(in super::super) fn section(run: &Run) -> Section {
    let mut section = Section::new("blocks", "Blocks");
    if run.ticks.rows() == 0 {
        section.say("The run keeps no ticks.csv, so there is nothing over time to draw.");
        return section;
    }
    let series = |lines: &[(&str, &str, &str, &str)]| -> Vec<Series> {
        let known = lines.iter().filter_map(|(column, label, unit, colour)| {
            let values = run.ticks.get(column).filter(|values| values.iter().any(|value| *value > 0.0))?;
            Some(Series::line(*label, unit, *colour, values.to_vec()).looks(Look::Stepped))
        });
        known.collect()
    };
    let charts = [
        (
            "gas",
            "Gas used per block",
            "gas",
            series(&[
                ("gas_used", "the agents", "gas", "blue"),
                ("gas_used_background", "everybody else", "gas", "shadow"),
            ]),
        ),
        ("base-fee", "Base fee (gwei)", "gwei", series(&[("base_fee_gwei", "base fee", "gwei", "orange")])),
        (
            "waiting",
            "Transactions that waited, reverted or expired, per block",
            "transactions",
            series(&[
                ("waiting", "left waiting", "transactions", "purple"),
                ("reverts", "reverted", "transactions", "vermilion"),
                ("expired", "expired", "transactions", "shadow"),
            ]),
        ),
    ];
    for (id, title, left, series) in charts {
        if let [only] = series.as_slice()
            && only.values.iter().all(|value| value.to_bits() == only.values[0].to_bits())
        {
            section.say(&format!("The {} is {} {left} in every block.", only.label, figure(only.values[0])));
            continue;
        }
        if series.is_empty() {
            continue;
        }
        let chart = Chart {
            id: id.to_owned(),
            title: title.to_owned(),
            left: left.to_owned(),
            from_zero: true,
            series,
            ..Chart::default()
        };
        section.charts.push(run.over_blocks(chart));
    }
    section
}
