//! Who gained, who lost, and what share of each leverage survived.

use std::collections::BTreeMap;

use super::super::chart::{Axis, Chart, Look, Series};
use super::super::format::{count, figure, percent, signed};
use super::super::html::{Cell, Mark, drawing, table};
use super::super::source::Run;
use super::Section;
use super::summary::{Gained, accounts, gains};
use crate::output::finished::FinishedError;

/// Bars of the histogram of gains.
const BARS: usize = 40;

/// Agents of one kind or one leverage.
#[derive(Debug, Clone, Default)]
struct Group {
    /// What each agent earned over its own capital.
    returns: Vec<f64>,
    agents: f64,
    liquidated: f64,
}

impl Group {
    /// `earned` is over own capital, and `NaN` where an agent has none.
    fn add(&mut self, earned: f64, is_liquidated: bool) {
        self.agents += 1.0;
        self.liquidated += f64::from(u8::from(is_liquidated));
        if earned.is_finite() {
            self.returns.push(earned);
        }
    }

    /// Returns a quantile of the gains, which were sorted.
    fn quantile(&self, share: f64) -> f64 {
        quantile(&self.returns, share)
    }
}

/// Returns the value of rank ceil(share n) from below; `NaN` of nothing.
pub(in super::super) fn quantile(sorted: &[f64], share: f64) -> f64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rank, positive and small")]
    let rank = (share * sorted.len() as f64).ceil().max(1.0) as usize;
    sorted.get(rank - 1).copied().unwrap_or(f64::NAN)
}

/// Returns a box of quantiles between `low` and `high`: 5 to 95 %, 25 to 75 %, the half.
pub(in super::super) fn quantile_box(sorted: &[f64], low: f64, high: f64, told: impl Fn(f64) -> String) -> String {
    if sorted.is_empty() {
        return String::new();
    }
    let room = (high - low).max(f64::MIN_POSITIVE);
    let place = |share: f64| (quantile(sorted, share) - low) / room;
    let mut marks = vec![
        Mark { from: place(0.05), to: place(0.95), top: 0.44, height: 0.12, class: "fill-shadow" },
        Mark { from: place(0.25), to: place(0.75), top: 0.2, height: 0.6, class: "fill-sky" },
        Mark { from: place(0.5) - 0.003, to: place(0.5) + 0.003, top: 0.05, height: 0.9, class: "fill-ink" },
    ];
    if low < 0.0 && high > 0.0 {
        let zero = -low / room;
        marks.insert(0, Mark { from: zero, to: zero + 0.002, top: 0.0, height: 1.0, class: "fill-grid" });
    }
    let says = [0.05, 0.25, 0.5, 0.75, 0.95].map(|share| told(quantile(sorted, share)));
    drawing(
        &marks,
        &format!(
            "5 % below {}, 25 % below {}, half below {}, 75 % below {}, 95 % below {}",
            says[0], says[1], says[2], says[3], says[4]
        ),
    )
}

/// Returns the section.
///
/// # Errors
/// `agents.csv` is there and is no table.
pub(in super::super) fn section(run: &Run) -> Result<Section, FinishedError> {
    let mut section = Section::new("profit", "Who gained and who lost");
    section.before += &totals(&gains(&run.summary), run.numeraire());
    section.before += &of_accounts(&accounts(&run.summary), run.numeraire());
    section.before += &super::liquidators::results(run)?;
    let mut kinds: BTreeMap<String, Group> = BTreeMap::new();
    let mut bands: BTreeMap<(String, u64), Group> = BTreeMap::new();
    let mut fates: BTreeMap<String, [Vec<f64>; 2]> = BTreeMap::new();
    run.each_row("agents.csv", |named, record| {
        let number = |name| named.number(record, name);
        let (kind, is_liquidated) = (named.text(record, "kind"), named.text(record, "fate") == "liquidated");
        let (earned, leverage) = (number("earned_ratio"), number("leverage_ratio"));
        kinds.entry(kind.to_owned()).or_default().add(earned, is_liquidated);
        if leverage.is_finite() {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates")]
            let band = (leverage + 1e-9).floor().min(10.0) as u64;
            bands.entry((kind.to_owned(), band)).or_default().add(earned, is_liquidated);
            if earned.is_finite() {
                fates.entry(kind.to_owned()).or_default()[usize::from(is_liquidated)].push(earned);
            }
        }
    })?;
    for group in kinds.values_mut().chain(bands.values_mut()) {
        group.returns.sort_by(f64::total_cmp);
    }
    if kinds.is_empty() {
        section.say("The run keeps no agents.csv, so what became of each agent cannot be shown.");
        return Ok(section);
    }
    section.before += &by_kind(&kinds);
    section.before += &by_leverage(&bands);
    section.charts = fates.iter().filter_map(|(kind, fates)| histogram(kind, fates)).collect();
    Ok(section)
}

/// Returns a bar from the middle, whose half is `most`.
fn bar(name: &str, amount: f64, most: f64, unit: &str) -> Cell {
    let class = if amount < 0.0 { "fill-vermilion" } else { "fill-green" };
    let marks = [
        Mark { from: 0.5, to: 0.5 + 0.49 * amount / most, top: 0.15, height: 0.7, class },
        Mark { from: 0.499, to: 0.501, top: 0.0, height: 1.0, class: "fill-grid" },
    ];
    Cell::Svg(drawing(&marks, &format!("{name}: {} {unit}", signed(figure(amount)))))
}

fn most(amounts: impl Iterator<Item = f64>) -> f64 {
    amounts.map(f64::abs).fold(f64::MIN_POSITIVE, f64::max)
}

/// Returns the table of what kinds earned, each with a bar, and what prices did to what they were drawn with.
fn totals(gains: &[Gained], unit: &str) -> String {
    let most = most(gains.iter().map(|gained| gained.earned));
    let row = |Gained { kind, earned, revaluation, profit }: &Gained| {
        let cells = [earned, revaluation, profit].map(|amount| Cell::number(signed(figure(*amount))));
        [Cell::text(kind), bar(kind, *earned, most, unit)].into_iter().chain(cells).collect()
    };
    let rows: Vec<Vec<Cell>> = gains.iter().map(row).collect();
    let title = format!("What agents earned, and the revaluation of what they were drawn with ({unit})");
    table(&title, &["", "", "earned", "revaluation", "sum"], &rows)
}

/// Returns the table of accounts that are no agent's, each with a bar; nothing where none moved.
fn of_accounts(accounts: &[(String, f64)], unit: &str) -> String {
    let most = most(accounts.iter().map(|(_, profit)| *profit));
    let shown = accounts.iter().filter(|(_, profit)| profit.abs() > 1e-6 * most);
    let row = |(name, profit): &(String, f64)| {
        vec![Cell::text(name), bar(name, *profit, most, unit), Cell::number(signed(figure(*profit)))]
    };
    let rows: Vec<Vec<Cell>> = shown.map(row).collect();
    if rows.is_empty() {
        return String::new();
    }
    table("What is no agent's, the change of its price included", &["", "", unit], &rows)
}

/// Returns the range of all groups' gains, between their 5 % and 95 % quantiles.
fn range<'a>(groups: impl Iterator<Item = &'a Group>) -> (f64, f64) {
    groups.filter(|group| !group.returns.is_empty()).fold((-0.1, 0.1), |(low, high), group| {
        (group.quantile(0.05).max(-2.0).min(low), group.quantile(0.95).min(2.0).max(high))
    })
}

fn by_kind(kinds: &BTreeMap<String, Group>) -> String {
    let (low, high) = range(kinds.values());
    let row = |(kind, group): (&String, &Group)| {
        vec![
            Cell::text(kind),
            Cell::number(count(group.agents)),
            Cell::Svg(quantile_box(&group.returns, low, high, |gain| signed(percent(gain)))),
            Cell::number(signed(percent(group.quantile(0.05)))),
            Cell::number(signed(percent(group.quantile(0.5)))),
            Cell::number(signed(percent(group.quantile(0.95)))),
        ]
    };
    let rows: Vec<Vec<Cell>> = kinds.iter().map(row).collect();
    let header = ["", "agents", "5 to 95 %, 25 to 75 %, half", "5 % are below", "half are below", "95 % are below"];
    table("What each agent earned, over its own capital, by kind", &header, &rows)
}

fn by_leverage(bands: &BTreeMap<(String, u64), Group>) -> String {
    if bands.is_empty() {
        return String::new();
    }
    let (low, high) = range(bands.values());
    let row = |((kind, band), group): (&(String, u64), &Group)| {
        let survived = 1.0 - group.liquidated / group.agents;
        let marks = [
            Mark { from: 0.0, to: survived, top: 0.15, height: 0.7, class: "fill-green" },
            Mark { from: survived, to: 1.0, top: 0.15, height: 0.7, class: "fill-vermilion" },
        ];
        let leverage = if *band >= 10 { "10× and more".to_owned() } else { format!("{band}× to {}×", band + 1) };
        vec![
            Cell::text(format!("{kind} {leverage}")),
            Cell::number(count(group.agents)),
            Cell::Svg(drawing(&marks, &format!("{} survived", percent(survived)))),
            Cell::number(percent(survived)),
            Cell::Svg(quantile_box(&group.returns, low, high, |gain| signed(percent(gain)))),
            Cell::number(signed(percent(group.quantile(0.5)))),
        ]
    };
    let rows: Vec<Vec<Cell>> = bands.iter().map(row).collect();
    let header = [
        "",
        "agents",
        "survived, liquidated in full",
        "survived",
        "earned over own capital: 5 to 95 %, 25 to 75 %, half",
        "half are below",
    ];
    table("Outcomes by leverage", &header, &rows)
}

/// Returns how gains of a kind are distributed, by whether they were liquidated.
fn histogram(kind: &str, fates: &[Vec<f64>; 2]) -> Option<Chart> {
    let mut all = fates.concat();
    all.sort_by(f64::total_cmp);
    let (low, high) = (quantile(&all, 0.005), quantile(&all, 0.995));
    if all.len() < 2 || low >= high {
        return None;
    }
    let step = (high - low) / BARS as f64;
    let at = (0..BARS).map(|bar| low + (bar as f64 + 0.5) * step).collect();
    let bars = |gains: &[f64]| {
        let mut bars = vec![0.0; BARS];
        for gain in gains {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates at both ends")]
            let bar = ((gain - low) / step) as usize;
            bars[bar.min(BARS - 1)] += 1.0;
        }
        bars
    };
    let series = [("survived", "green", &fates[0]), ("liquidated in full", "vermilion", &fates[1])];
    let series =
        series.map(|(label, colour, gains)| Series::line(label, "agents", colour, bars(gains)).looks(Look::Stacked));
    Some(Chart {
        id: format!("gains-{}", crate::rows::header::prefix(kind, "kind")),
        title: format!("What {kind} agents earned over their own capital (agents)"),
        note: "The outermost bars hold what is beyond.".into(),
        x: Axis::Return,
        at,
        left: "agents".into(),
        from_zero: true,
        series: series.to_vec(),
        ..Chart::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_of_the_sample() {
        let sample: Vec<f64> = (1..=20).map(f64::from).collect();
        let quantiles = [0.05, 0.5, 0.95, 1.0].map(|share| quantile(&sample, share).to_bits());
        assert_eq!(quantiles, [1.0, 10.0, 19.0, 20.0].map(f64::to_bits));
        assert!(quantile(&[], 0.5).is_nan());
    }

    #[test]
    fn bars_hold_every_agent() {
        let gains: Vec<f64> = (0..200).map(|agent| f64::from(agent) / 100.0 - 1.0).collect();
        let chart = histogram("Farmer", &[gains.clone(), vec![-0.9, 5.0]]).unwrap();
        let sum = |place: usize| chart.series[place].values.iter().sum::<f64>();
        assert!((sum(0) - 200.0).abs() < 1e-9 && (sum(1) - 2.0).abs() < 1e-9);
        assert!(histogram("Farmer", &[vec![1.0; 9], vec![]]).is_none(), "all equal: nothing to see");
    }
}
