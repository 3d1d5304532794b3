//! What the page's script draws: series, marks and cells, as the data island holds them.

use serde::{Serialize, Serializer};

use super::format::{figure, percent, signed};
use super::html::{escape, prose};
use super::packed::packed;

/// A chart as `assets/charts.js` draws it.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Chart {
    /// The element's id.
    pub(super) id: String,
    /// What is shown, with the unit.
    #[serde(skip)]
    pub(super) title: String,
    /// A sentence on what to look for; may be empty.
    #[serde(skip)]
    pub(super) note: String,
    /// The quantity of the horizontal axis.
    pub(super) x: Axis,
    /// Positions on the horizontal axis, ascending: one for each value of a series.
    #[serde(serialize_with = "packed")]
    pub(super) at: Vec<f64>,
    /// The unit of the left scale.
    pub(super) left: String,
    /// What the right scale counts, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) right: Option<String>,
    /// Whether the left scale begins at zero rather than at the lowest value.
    pub(super) from_zero: bool,
    /// Drawn in this order, later ones on top.
    pub(super) series: Vec<Series>,
    /// Pairs of series between which the room is filled.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) bands: Vec<[usize; 2]>,
    /// Circles: where, how high, how much, and of which generation.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) marks: Vec<Circle>,
    /// What the circles stand for, for the legend.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) marks_are: String,
    /// Vertical lines with a label.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) rules: Vec<Rule>,
    /// Whether the lines that all charts over blocks share have their labels here.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) names_rules: bool,
    /// The seed that each place is of, where places are runs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) seeds: Vec<u64>,
    /// Drawn below the lines, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) heat: Option<Heat>,
}

/// The quantity of the horizontal axis.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Axis {
    /// Blocks: zoom and cursor are those of all such charts.
    #[default]
    Block,
    /// A price's fall as a share of itself.
    Fall,
    /// A gain over what was there at the start, a ratio.
    Return,
    /// Value in whole numeraire tokens.
    Value,
    /// A price.
    Price,
}

/// How a series is drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Look {
    #[default]
    Line,
    /// A line twice as wide, below others that follow it.
    Heavy,
    /// A line half as wide, on others that it follows.
    Thin,
    Dashed,
    /// A line, filled down to the axis.
    Area,
    /// A line that keeps each value until the next.
    Stepped,
    /// Bars, stacked on those of the series before.
    Stacked,
    Dots,
    /// Not at all: the edge of a band that the next series fills.
    Border,
}

/// One value for each position on the horizontal axis.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Series {
    /// Its name in the legend.
    pub(super) label: String,
    /// Its unit; `%` for a ratio that is shown in percent.
    pub(super) unit: String,
    /// A custom property of `report.css`, without its dashes.
    pub(super) colour: String,
    pub(super) look: Look,
    /// Whether its unit is the right scale's.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) is_right: bool,
    /// `NaN` where there is none; rounded to seven digits of the largest on the page.
    #[serde(serialize_with = "packed")]
    pub(super) values: Vec<f64>,
}

/// A circle: where, how high, how much, and its colour's name.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Circle(
    pub(super) f64,
    #[serde(serialize_with = "seven_digits_one")] pub(super) f64,
    #[serde(serialize_with = "seven_digits_one")] pub(super) f64,
    pub(super) String,
);

/// A vertical line with a label.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Rule {
    /// Its position on the horizontal axis.
    pub(super) at: f64,
    pub(super) label: String,
}

/// Cells of a heat map: each a column, a row and how much.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Heat {
    /// Where columns begin, and where the last ends.
    pub(super) columns: Vec<f64>,
    /// The rows' lower edges and the last one's upper edge.
    pub(super) rows: Vec<f64>,
    /// The unit of a cell's value.
    pub(super) unit: String,
    /// Those above zero.
    pub(super) cells: Vec<HeatCell>,
}

/// The indices of its column and row, and its value.
#[derive(Debug, Clone, Serialize)]
pub(super) struct HeatCell(
    pub(super) usize,
    pub(super) usize,
    #[serde(serialize_with = "seven_digits_one")] pub(super) f64,
);

impl Series {
    /// A line on the left scale.
    pub(super) fn line(label: impl Into<String>, unit: &str, colour: impl Into<String>, values: Vec<f64>) -> Self {
        Self { label: label.into(), unit: unit.to_owned(), colour: colour.into(), values, ..Self::default() }
    }

    /// Sets how it is drawn.
    pub(super) fn looks(self, look: Look) -> Self {
        Self { look, ..self }
    }

    /// Puts it on the right scale.
    pub(super) fn on_the_right(self) -> Self {
        Self { is_right: true, ..self }
    }

    /// Returns a value with its unit, as a screen reader says it.
    fn told(&self, value: f64) -> String {
        if self.unit == "%" { percent(value) } else { format!("{} {}", figure(value), self.unit).trim_end().to_owned() }
    }
}

impl Chart {
    /// Returns the figure that the script draws into, with what it shows in words and numbers.
    pub(super) fn figure(&self) -> String {
        let (id, title, note) = (escape(&self.id), escape(&self.title), prose(&self.note));
        let words = escape(&self.words());
        format!(
            "<figure class=\"chart\" id=\"figure-{id}\">\n<h3 id=\"title-{id}\">{title}</h3>\n<p class=\"note\">{note}</p>\n\
             <div class=\"plot\" id=\"{id}\" tabindex=\"0\" role=\"application\" aria-roledescription=\"chart\" \
             aria-labelledby=\"title-{id}\" aria-describedby=\"words-{id}\"></div>\n<div class=\"legend\"></div>\n\
             <details><summary>In words</summary><p id=\"words-{id}\">{words}</p></details>\n</figure>\n"
        )
    }

    /// Returns what it shows, for who cannot see it.
    fn words(&self) -> String {
        let mut told: Vec<String> = Vec::new();
        for series in self.series.iter().filter(|series| series.look != Look::Border) {
            let known: Vec<f64> = series.values.iter().copied().filter(|value| !value.is_nan()).collect();
            let (Some(first), Some(last)) = (known.first(), known.last()) else {
                told.push(format!("{} has no values.", series.label));
                continue;
            };
            let (low, low_at) = self.extreme(series, |a, b| a < b);
            let (high, high_at) = self.extreme(series, |a, b| a > b);
            told.push(format!(
                "{} begins at {}, is lowest with {} at {low_at}, highest with {} at {high_at}, and ends at {}.",
                series.label,
                series.told(*first),
                series.told(low),
                series.told(high),
                series.told(*last)
            ));
        }
        if !self.marks.is_empty() {
            told.push(format!("{} circles are {}.", self.marks.len(), self.marks_are));
        }
        if let Some(heat) = &self.heat {
            told.push(heat.words());
        }
        told.join(" ")
    }

    fn extreme(&self, series: &Series, is_better: impl Fn(f64, f64) -> bool) -> (f64, String) {
        let mut best = (f64::NAN, f64::NAN);
        for (at, value) in self.at.iter().zip(&series.values).filter(|(_, value)| !value.is_nan()) {
            if best.0.is_nan() || is_better(*value, best.0) {
                best = (*value, *at);
            }
        }
        let place = match self.x {
            Axis::Block => format!("block {}", super::format::count(best.1)),
            Axis::Fall => format!("a fall of {}", percent(best.1)),
            Axis::Return => signed(percent(best.1)),
            Axis::Value | Axis::Price => figure(best.1),
        };
        (best.0, place)
    }
}

impl Heat {
    fn words(&self) -> String {
        let most = self.cells.iter().max_by(|a, b| a.2.total_cmp(&b.2));
        let Some(HeatCell(column, row, much)) = most else { return "Every cell is empty.".to_owned() };
        format!(
            "The fullest of {} cells holds {} {}, between {} and {}, at block {}.",
            super::format::count(self.cells.len() as f64),
            figure(*much),
            self.unit,
            self.rows[*row],
            self.rows[*row + 1],
            super::format::count(self.columns[*column]),
        )
    }
}

/// Returns a number with the seven digits that a screen can show.
fn rounded(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() || (value.fract() == 0.0 && value.abs() < 1e12) {
        return value;
    }
    format!("{value:.6e}").parse().expect("a number that was written reads back")
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn seven_digits_one<S: Serializer>(value: &f64, to: S) -> Result<S::Ok, S::Error> {
    Digits(*value).serialize(to)
}

/// A number that is written with seven digits, whole ones without a point.
struct Digits(f64);

impl Serialize for Digits {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let value = rounded(self.0);
        #[expect(clippy::cast_possible_truncation, reason = "it is whole and small")]
        if value.fract() == 0.0 && value.abs() < 1e12 {
            to.serialize_i64(value as i64)
        } else {
            to.serialize_f64(value)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_is_told_in_words() {
        let series = Series::line("ETH", "USDC", "blue", vec![2_000.0, 1_023.194_428_1, f64::NAN, 1_315.74]);
        let chart = Chart { at: vec![0.0, 4_529.0, 5_000.0, 14_399.0], series: vec![series], ..Chart::default() };
        let words = chart.words();
        assert!(words.contains("begins at 2,000 USDC, is lowest with 1,023 USDC at block 4,529"), "{words}");
    }

    #[test]
    fn a_chart_of_something_with_markup_in_its_name_has_none() {
        let chart =
            Chart { title: "<b>".into(), series: vec![Series::line("<i>", "", "blue", vec![])], ..Chart::default() };
        let figure = chart.figure();
        assert!(figure.contains("&lt;b&gt;") && figure.contains("&lt;i&gt; has no values") && !figure.contains("<i>"));
    }
}
