//! How figures of many runs are drawn: fans over time, histograms, and the share of runs that exceed a value.

use super::chart::{Axis, Chart, Look, Rule, Series};
use super::sections::profit::quantile;
use super::seeds::Sweep;

/// So many bars has a histogram at least and at most.
const BARS: [usize; 2] = [8, 30];

/// The lines of a fan: which share of runs is below each, how it is called, how it is drawn.
const FAN: [(f64, &str, Look); 5] = [
    (0.05, "5 % are below", Look::Border),
    (0.25, "25 % are below", Look::Border),
    (0.5, "half are below", Look::Line),
    (0.75, "75 % are below", Look::Border),
    (0.95, "95 % are below", Look::Border),
];

/// Returns a fan of quantiles; nothing if no run differs from another or from its start.
pub(super) fn fan(sweep: &Sweep, name: &str, title: &str, unit: &str, fan: &[Vec<f64>]) -> Option<Chart> {
    let blocks = &sweep.kept.as_ref()?.blocks;
    let mut sorted = fan.to_vec();
    for values in &mut sorted {
        values.retain(|value| !value.is_nan());
        values.sort_by(f64::total_cmp);
    }
    let start = sorted.first()?.first()?.to_bits();
    if sorted.iter().flatten().all(|value| value.to_bits() == start) {
        return None;
    }
    let line = |share: f64| sorted.iter().map(|values| quantile(values, share)).collect::<Vec<f64>>();
    let series = FAN.iter().map(|(share, label, look)| Series::line(*label, unit, "blue", line(*share)).looks(*look));
    Some(Chart {
        id: format!("fan-{}", name.replace('_', "-")),
        title: title.to_owned(),
        note: "Between the outer edges are nine runs of ten, between the inner ones half.".into(),
        at: blocks.clone(),
        left: unit.to_owned(),
        series: series.collect(),
        bands: vec![[4, 0], [3, 1]],
        ..Chart::default()
    })
}

/// Returns how a figure is distributed; nothing if all runs have the same.
pub(super) fn histogram(
    id: &str,
    title: &str,
    unit: &str,
    colour: &str,
    sorted: &[f64],
    rules: Vec<Rule>,
) -> Option<Chart> {
    let (low, high) = (*sorted.first()?, *sorted.last()?);
    if low >= high {
        return None;
    }
    let many = (2 * sorted.len().isqrt()).clamp(BARS[0], BARS[1]);
    let step = (high - low) / many as f64;
    let mut bars = vec![0.0; many];
    for value in sorted {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is between low and high")]
        let bar = ((value - low) / step) as usize;
        bars[bar.min(many - 1)] += 1.0;
    }
    Some(Chart {
        id: id.to_owned(),
        title: title.to_owned(),
        x: if unit.is_empty() { Axis::Price } else { Axis::Value },
        at: (0..many).map(|bar| low + (bar as f64 + 0.5) * step).collect(),
        left: "runs".into(),
        from_zero: true,
        series: vec![Series::line("runs", "runs", colour, bars).looks(Look::Stacked)],
        rules,
        ..Chart::default()
    })
}

/// Returns the share of runs that exceed each value, a point for each run.
pub(super) fn exceedance(sweep: &Sweep, id: &str, title: &str, name: &str, rules: Vec<Rule>) -> Option<Chart> {
    let (values, seeds) = (sweep.runs.get(name)?, sweep.runs.get("seed")?);
    let mut runs: Vec<(f64, f64)> =
        values.iter().copied().zip(seeds.iter().copied()).filter(|(value, _)| !value.is_nan()).collect();
    runs.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    if runs.first()?.0 >= runs.last()?.0 {
        return None;
    }
    let shares = (0..runs.len()).map(|place| (runs.len() - 1 - place) as f64 / runs.len() as f64).collect();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a seed that was read as one")]
    let seeds = runs.iter().map(|(_, seed)| *seed as u64).collect();
    Some(Chart {
        id: id.to_owned(),
        title: title.to_owned(),
        note: "Each point is a run.".into(),
        x: Axis::Value,
        at: runs.iter().map(|(value, _)| *value).collect(),
        left: "%".into(),
        from_zero: true,
        series: vec![Series::line("runs that exceed it", "%", "vermilion", shares).looks(Look::Dots)],
        rules,
        seeds,
        ..Chart::default()
    })
}
