//! When enough seeds were run: `var_95 < 5 %`, `mean of liquidations_count < 10`.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;
use thiserror::Error;

use super::row::{LABELS, Row};
use super::sample::{LIQUIDATED_DEBT, NET_INSOLVENT_DEBT, sample};
use super::statistics::{Distribution, Estimate};
use crate::reader::diagnostic::{did_you_mean, one_of};

/// Asks for no more seeds once a figure's interval is narrow enough.
#[derive(Debug, Clone, PartialEq)]
pub struct StopRule {
    typed: String,
    column: String,
    statistic: Statistic,
    width: Width,
}

/// The statistic whose interval is to be narrow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Statistic {
    Mean,
    Median,
    P05,
    P95,
    Cvar95,
}

const STATISTICS: [(&str, Statistic); 5] = [
    ("mean", Statistic::Mean),
    ("median", Statistic::Median),
    ("p05", Statistic::P05),
    ("p95", Statistic::P95),
    ("cvar_95", Statistic::Cvar95),
];

/// The measures of risk that have names of their own.
const RISKS: [(&str, &str, Statistic); 3] = [
    ("var_95", NET_INSOLVENT_DEBT, Statistic::P95),
    ("cvar_95", NET_INSOLVENT_DEBT, Statistic::Cvar95),
    ("lar_95", LIQUIDATED_DEBT, Statistic::P95),
];

/// How narrow the interval is to be.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Width {
    /// Below this, in the figure's unit.
    Below(f64),
    /// Below this share of the estimate.
    ShareBelow(f64),
}

/// Why the text of `--stop-when` is no rule.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StopError {
    /// It has no `<`, or nothing before it.
    #[error("write what should be how narrow, such as \"var_95 < 5 %\" or \"mean of liquidations_count < 10\"")]
    NoWidth,
    /// What follows `<` is no number above 0.
    #[error("{0:?} is no width above 0; write a number in the figure's unit, or a share of its estimate such as 5 %")]
    Width(String),
    /// The word before `of` is no statistic.
    #[error("{0:?} is no statistic; expected {names}", names = one_of(STATISTICS.iter().map(|(name, _)| *name)))]
    Statistic(String),
    /// No run has a figure of this name.
    #[error("no figure is called {typed:?}; {help}")]
    Figure {
        /// The name as typed.
        typed: String,
        /// The names like it.
        help: String,
    },
}

impl StopRule {
    /// Says whether runs have the figure; `columns` are theirs.
    ///
    /// # Errors
    /// They have not.
    pub fn check(&self, columns: &[String]) -> Result<(), StopError> {
        let figures = || columns.iter().map(String::as_str).filter(|column| !LABELS.contains(column));
        if figures().any(|column| column == self.column) {
            return Ok(());
        }
        let names = || RISKS.iter().map(|(name, ..)| *name).chain(figures());
        let help = did_you_mean(&self.column, names()).unwrap_or_else(|| format!("expected {}", one_of(names())));
        Err(StopError::Figure { typed: self.column.clone(), help })
    }

    /// Says whether the interval over these runs is narrow enough.
    pub(super) fn is_met<'a>(&self, rows: impl IntoIterator<Item = &'a Row>) -> bool {
        let Some(said) = Distribution::of(&self.column, sample(rows, &self.column)) else { return false };
        let said = self.statistic.of(&said);
        match self.width {
            Width::Below(width) => said.width() < width,
            Width::ShareBelow(share) => said.width() < share * said.estimate.abs(),
        }
    }
}

impl Statistic {
    fn of(self, said: &Distribution) -> Estimate {
        match self {
            Self::Mean => said.mean,
            Self::Median => said.median,
            Self::P05 => said.p05,
            Self::P95 => said.p95,
            Self::Cvar95 => said.cvar_95,
        }
    }
}

impl FromStr for StopRule {
    type Err = StopError;

    fn from_str(text: &str) -> Result<Self, StopError> {
        let (name, width) = text.split_once('<').ok_or(StopError::NoWidth)?;
        let (column, statistic) = measure(name.trim())?;
        Ok(Self { typed: text.trim().to_owned(), column, statistic, width: width_of(width.trim())? })
    }
}

/// Reads `var_95`, `mean of COLUMN`, or `COLUMN`, whose mean is meant.
fn measure(name: &str) -> Result<(String, Statistic), StopError> {
    if name.is_empty() {
        return Err(StopError::NoWidth);
    }
    if let Some((_, column, statistic)) = RISKS.iter().find(|(risk, ..)| *risk == name) {
        return Ok(((*column).to_owned(), *statistic));
    }
    let Some((word, column)) = name.split_once(" of ") else { return Ok((name.to_owned(), Statistic::Mean)) };
    let statistic = STATISTICS.iter().find(|(name, _)| *name == word.trim());
    let (_, statistic) = statistic.ok_or_else(|| StopError::Statistic(word.trim().to_owned()))?;
    Ok((column.trim().to_owned(), *statistic))
}

/// Reads `1000` or `5 %`.
fn width_of(text: &str) -> Result<Width, StopError> {
    let percent = text.strip_suffix('%');
    let number = percent.unwrap_or(text).trim().replace('_', "").parse::<f64>();
    let number = number.ok().filter(|number| number.is_finite() && *number > 0.0);
    let number = number.ok_or_else(|| StopError::Width(text.to_owned()))?;
    Ok(if percent.is_some() { Width::ShareBelow(number / 100.0) } else { Width::Below(number) })
}

impl fmt::Display for StopRule {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.typed)
    }
}

impl Serialize for StopRule {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> StopRule {
        text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn rows(values: &[f64]) -> Vec<Row> {
        let row = |(place, value): (usize, &f64)| Row {
            seed: place as u64,
            outcome: Ok(vec![(NET_INSOLVENT_DEBT.to_owned(), value.to_string())]),
        };
        values.iter().enumerate().map(row).collect()
    }

    #[test]
    fn a_rule_is_met_by_an_interval_that_is_narrower() {
        let runs = rows(&[90.0, 100.0, 100.0, 110.0].repeat(25));
        for (text, met) in [
            ("mean of insolvent_debt_net_numeraire < 5", true),
            ("insolvent_debt_net_numeraire<5 %", true),
            ("mean of insolvent_debt_net_numeraire < 1 %", false),
            ("var_95 < 1", true),
            ("p05 of insolvent_debt_net_numeraire < 0.5", true),
            ("lar_95 < 1_000", false),
        ] {
            assert_eq!(rule(text).is_met(&runs), met, "{text}");
        }
    }

    #[test]
    fn what_is_no_rule_is_refused_and_says_what_to_write() {
        for (text, told) in [
            ("var_95", "var_95 < 5 %"),
            ("< 5", "var_95 < 5 %"),
            ("var_95 < wide", "5 %"),
            ("var_95 < -5", "above 0"),
            ("var_95 < nan", "above 0"),
            ("average of blocks < 5", "`mean`, `median`"),
        ] {
            let error = text.parse::<StopRule>().unwrap_err().to_string();
            assert!(error.contains(told), "{text}: {error}");
        }
    }

    #[test]
    fn an_unknown_figure_is_refused_with_the_one_that_was_meant() {
        let columns = ["scenario", "liquidations_count", NET_INSOLVENT_DEBT, LIQUIDATED_DEBT].map(str::to_owned);
        let refused = |text: &str| rule(text).check(&columns).unwrap_err().to_string();
        assert!(refused("liquidation_count < 5").contains("did you mean `liquidations_count`?"));
        assert!(refused("var95 < 5").contains("did you mean `var_95`?"));
        assert!(refused("zzz < 5").contains("expected `var_95`, `cvar_95`"));
        assert!(refused("scenario < 5").contains("no figure"));
        assert_eq!(rule("lar_95 < 5").check(&columns), Ok(()));
    }
}
