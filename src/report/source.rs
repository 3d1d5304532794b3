//! The folder of a run as series: what there is, by name, and what is missing is left out.

use std::collections::BTreeMap;

use serde_json::Value;

use super::chart::{Chart, Series};
use super::downsample;
use super::frame::{Frame, each_row, number};
use crate::deployments::PoolParams;
use crate::output::finished::{Finished, FinishedError};
use crate::output::manifest::SCENARIO;
use crate::output::ticks::BlockColumns;
use crate::rows::columns::Columns;
use crate::rows::header::prefix;
use crate::scenario::{self, fields};

/// The most rows of a chart: every block of a run of a week, and of a longer one those in which a series is at its
/// highest or lowest.
const ROWS: usize = 60_000;

/// A token, pool, oracle, market, bank or goblin of the tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Thing {
    /// Its name in the scenario.
    pub(super) name: String,
    /// The prefix of its columns in `ticks.csv`.
    pub(super) prefix: String,
}

/// What the scenario's text says, field by field.
#[derive(Debug, Clone, Default)]
pub(super) struct Said {
    fields: Vec<(String, String)>,
    names: BTreeMap<String, String>,
    pools: Vec<PoolParams>,
}

impl Said {
    pub(super) fn of(text: &str) -> Self {
        let fields = fields(text).unwrap_or_default();
        let named = fields.iter().filter(|(path, _)| path.rsplit_once('.').is_some_and(|(_, field)| field == "name"));
        let names = named.map(|(_, name)| {
            let name = name.trim_matches('"');
            (prefix(name, ""), name.to_owned())
        });
        Self { names: names.collect(), pools: scenario::pools(text), fields }
    }

    /// Returns a field's text by its path; none without such a field.
    pub(super) fn get(&self, path: &str) -> Option<&str> {
        self.fields.iter().find(|(name, _)| name == path).map(|(_, value)| value.as_str())
    }

    /// Returns every field whose path begins so, and what is behind it.
    pub(super) fn below<'a>(&'a self, path: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.fields.iter().filter_map(move |(name, value)| Some((name.strip_prefix(path)?, value.as_str())))
    }

    /// Returns what the outside price of a token is called: recorded, or drawn by the dice; none if it stands still.
    pub(super) fn origin(&self, token: &str) -> Option<&'static str> {
        match self.get(&format!("tokens.{token}.price")) {
            Some(price) if price.starts_with("Replay") => Some("recorded price"),
            Some(price) if price.starts_with("Fixed") => None,
            _ => Some("drawn price"),
        }
    }

    /// Returns the token that is owed in a market of an issuer of stablecoins; none without such a market.
    pub(super) fn stablecoin(&self, market: &str) -> Option<&str> {
        let ending = format!(".{market}.token");
        let issuer = self.below("stablecoins.").find_map(|(path, _)| path.strip_suffix(&ending)?.split('.').next())?;
        let above = format!("stablecoins.{issuer}.");
        let own =
            self.fields.iter().filter(|(path, _)| path.strip_prefix(&above).is_some_and(|field| !field.contains('.')));
        let mut values = own.map(|(_, value)| value.trim_matches('"'));
        values.find(|value| self.get(&format!("tokens.{value}.name")).is_some())
    }

    /// Returns the token whose price an oracle tells; none without such an oracle.
    pub(super) fn told_by(&self, oracle: &str) -> Option<&str> {
        Some(self.get(&format!("oracles.{oracle}.token"))?.trim_matches('"'))
    }

    /// Returns whether the scenario states when it starts, so that its times are dates and not lengths alone.
    pub(super) fn is_dated(&self) -> bool {
        self.get("start").is_some()
    }

    /// Returns what else than shocks and forced sales moves a price of a token: the outside price, unless it stands still, and
    /// all other trades.
    pub(super) fn rest(&self, token: &str) -> String {
        self.origin(token).map_or("all other trades".to_owned(), |origin| format!("the {origin} and all other trades"))
    }

    /// Returns the name in the scenario of what columns begin with, or what they begin with if nothing has that name.
    pub(super) fn name<'a>(&'a self, prefix: &'a str) -> &'a str {
        self.names.get(prefix).map_or(prefix, String::as_str)
    }

    /// Returns the shocks of the scenario: of which token, of which kind, and how large, as its text says.
    pub(super) fn shocks(&self) -> Vec<(String, String, String)> {
        let sized = self.below("shocks.").filter_map(|(path, size)| Some((path.strip_suffix(".size")?, size)));
        let told = sized.map(|(shock, size)| {
            let kind = self.get(&format!("shocks.{shock}")).unwrap_or("shock").to_lowercase();
            let token = self.get(&format!("shocks.{shock}.token")).unwrap_or(shock).trim_matches('"');
            (token.to_owned(), kind, size.to_owned())
        });
        told.collect()
    }

    /// Returns a pool's tokens by its name in the scenario.
    pub(super) fn tokens(&self, pool: &str) -> Vec<String> {
        let said = self.get(&format!("pools.{pool}.tokens")).unwrap_or_default();
        said.split('"').skip(1).step_by(2).map(str::to_owned).collect()
    }

    /// Returns the swap fee of a constant-product pair, as in 0.003; none of a pool on another curve.
    pub(super) fn pair_fee(&self, pool: &str) -> Option<f64> {
        let said = self.pools.iter().find(|said| said.name() == pool)?;
        Some(f64::from(said.pair_fee_bps()?) / 10_000.0)
    }
}

/// A finished run's folder, read.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) finished: Finished,
    /// `summary.json`.
    pub(super) summary: Value,
    /// Of `ticks.csv`, but for exact integers.
    pub(super) ticks: Frame,
    /// `scenario.ron`.
    pub(super) text: String,
    /// The fields of `scenario.ron` by path.
    pub(super) said: Said,
    /// Whether something was liquidated, by row of `ticks.csv`.
    is_active: Vec<bool>,
}

impl Run {
    /// Reads what every part of the page needs.
    ///
    /// # Errors
    /// `summary.json` or a table that is there cannot be read.
    pub(super) fn open(finished: Finished) -> Result<Self, FinishedError> {
        let summary: Value = serde_json::from_slice(&finished.read("summary.json")?)
            .map_err(|error| finished.unreadable("summary.json", error))?;
        let ticks = match finished.read("ticks.csv") {
            Ok(bytes) => Frame::read(&bytes, |name| !name.ends_with("_units"))
                .map_err(|error| finished.unreadable("ticks.csv", error))?,
            Err(_) => Frame::default(),
        };
        let text =
            finished.read(SCENARIO).map_or_else(|_| String::new(), |bytes| String::from_utf8_lossy(&bytes).into());
        let is_active = ticks
            .get("liquidations")
            .map_or_else(|| vec![false; ticks.rows()], |counts| counts.iter().map(|count| *count > 0.0).collect());
        Ok(Self { finished, summary, ticks, said: Said::of(&text), text, is_active })
    }

    /// Calls `each` with every row of a table; says whether there is one.
    ///
    /// # Errors
    /// It is there and is no table.
    pub(super) fn each_row(
        &self,
        name: &str,
        each: impl FnMut(&super::frame::Named, &csv::ByteRecord),
    ) -> Result<bool, FinishedError> {
        let Ok(bytes) = self.finished.read(name) else { return Ok(false) };
        each_row(&bytes, each).map_err(|error| self.finished.unreadable(name, error))?;
        Ok(true)
    }

    pub(super) fn numeraire(&self) -> &str {
        self.summary["numeraire"].as_str().unwrap_or("numeraire")
    }

    /// Returns the blocks' numbers, one for each row of `ticks`.
    pub(super) fn blocks(&self) -> &[f64] {
        self.ticks.get("block").unwrap_or_default()
    }

    /// Returns the row of `ticks` that is of a block; none if it has none.
    pub(super) fn row(&self, block: f64) -> Option<usize> {
        let row = self.blocks().partition_point(|held| *held < block);
        (self.blocks().get(row) == Some(&block)).then_some(row)
    }

    /// Returns the things that have a column of this ending, by the names that the summary or the scenario gives. What a
    /// block's own columns begin with is no thing.
    pub(super) fn things(&self, ending: &str, listed: &str) -> Vec<Thing> {
        let is_blocks = |prefix: &String| {
            BlockColumns::COLUMNS.iter().any(|column| column.name.strip_suffix(ending) == Some(prefix.as_str()))
        };
        let mut prefixes = self.ticks.before(ending);
        prefixes.retain(|prefix| !is_blocks(prefix));
        let listed: Vec<&str> = self.summary[listed]
            .as_array()
            .map_or_else(Vec::new, |items| items.iter().filter_map(|item| item["name"].as_str()).collect());
        let is_listed = listed.len() == prefixes.len();
        let named = |(place, prefix): (usize, String)| {
            let said = || self.said.names.get(&prefix).cloned();
            let name = if is_listed { Some(listed[place].to_owned()) } else { said() };
            Thing { name: name.unwrap_or_else(|| prefix.replace('_', " ")), prefix }
        };
        prefixes.into_iter().enumerate().map(named).collect()
    }

    pub(super) fn tokens(&self) -> Vec<Thing> {
        self.things("_price_outside_numeraire", "tokens")
    }

    pub(super) fn pools(&self) -> Vec<Thing> {
        self.things("_volume_numeraire", "pools")
    }

    /// Returns a thing's column of `ticks.csv`; none without such a column.
    pub(super) fn of(&self, thing: &Thing, column: &str) -> Option<&[f64]> {
        self.ticks.get(&format!("{}_{column}", thing.prefix))
    }

    /// Returns the prices outside of all tokens, by their symbols.
    pub(super) fn prices(&self) -> BTreeMap<String, &[f64]> {
        let priced = |token: Thing| Some((token.name.clone(), self.of(&token, "price_outside_numeraire")?));
        self.tokens().into_iter().filter_map(priced).collect()
    }

    /// Returns the price outside of a token, by its symbol.
    pub(super) fn outside(&self, token: &str) -> Option<&[f64]> {
        self.prices().remove(token)
    }

    /// Returns the chart of series over all blocks, with every row if there are not too many.
    pub(super) fn over_blocks(&self, chart: Chart) -> Chart {
        if chart.series.iter().any(|series| series.values.len() != self.ticks.rows()) {
            unreachable!("each series has a value for each row of the table");
        }
        let values: Vec<&[f64]> = chart.series.iter().map(|series| series.values.as_slice()).collect();
        let rows = if self.ticks.rows() <= ROWS {
            (0..self.ticks.rows()).collect()
        } else {
            let buckets = ROWS / (2 * values.len().max(1));
            downsample::rows(&downsample::ends(&self.is_active, buckets), &values)
        };
        let at = rows.iter().map(|row| self.blocks()[*row]).collect();
        let kept = |series: &Series| rows.iter().map(|row| series.values[*row]).collect();
        let series = chart.series.iter().map(|series| Series { values: kept(series), ..series.clone() }).collect();
        Chart { at, series, ..chart }
    }
}

/// Returns a number of a summary, whatever is on the way to it; `NaN` if it is not there.
pub(super) fn at(value: &Value, path: &[&str]) -> f64 {
    path.iter().fold(value, |value, name| &value[*name]).as_f64().unwrap_or(f64::NAN)
}

/// Returns a list; empty if there is none.
pub(super) fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

/// Returns a text; empty if there is none.
pub(super) fn word<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

/// Returns the whole part of a number's text, for places in lists.
pub(super) fn whole(text: &str) -> Option<u64> {
    let value = number(text.as_bytes());
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is whole, positive and small")]
    ((0.0..1e15).contains(&value) && value.fract() == 0.0).then_some(value as u64)
}

/// Returns the time of the blocks in seconds since the first: a few of them, between which time is straight.
pub(super) fn clock(run: &Run) -> Vec<[f64; 2]> {
    let (Some(times), blocks) = (run.ticks.get("time_s"), run.blocks()) else { return Vec::new() };
    let Some(start) = times.first() else { return Vec::new() };
    let last = blocks.len() - 1;
    let knots: usize = 256;
    let mut rows: Vec<usize> = (0..=knots).map(|knot| knot * last / knots).collect();
    rows.dedup();
    let knot = |row: &usize| [blocks[*row], times[*row] - start];
    let all: Vec<[f64; 2]> = rows.iter().map(knot).collect();
    let [first, end] = [all[0], all[all.len() - 1]];
    let pace = (end[1] - first[1]) / (end[0] - first[0]).max(1.0);
    let is_steady = all.iter().all(|[block, time]| (first[1] + (block - first[0]) * pace - time).abs() < 0.5);
    if is_steady { vec![first, end] } else { all }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_by_name_and_may_be_missing() {
        let summary: Value = serde_json::from_str(r#"{"a": {"b": 2.5, "c": null}, "d": [1]}"#).unwrap();
        assert!((at(&summary, &["a", "b"]) - 2.5).abs() < 1e-12);
        assert!(at(&summary, &["a", "c"]).is_nan() && at(&summary, &["x", "y"]).is_nan());
        assert_eq!((list(&summary, "d").len(), list(&summary, "a").len(), word(&summary, "d")), (1, 0, ""));
        assert_eq!((whole("12"), whole("deeper"), whole("")), (Some(12), None, None));
    }

    #[test]
    fn what_the_scenario_says_is_found_by_its_path() {
        let said = Said::of("Scenario(pools: [UniswapV2(name: \"ETH/USDC\", tokens: (\"ETH\", \"USDC\"))])");
        assert_eq!(said.tokens("ETH/USDC"), ["ETH", "USDC"]);
        assert_eq!(said.names["eth_usdc"], "ETH/USDC");
        assert_eq!(said.get("pools.other.tokens"), None);
        let said = Said::of("Scenario(pools: [Balancer(name: \"B\", tokens: [\"A\", \"C\", \"D\"])])");
        assert_eq!(said.tokens("B"), ["A", "C", "D"]);
    }
}
