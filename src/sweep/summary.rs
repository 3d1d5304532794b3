//! The `summary.json` of a sweep: distributions over its runs.

use rayon::prelude::*;
use serde::{Serialize, Serializer};

use super::Sweep;
use super::row::Row;
use super::sample::{LIQUIDATED_DEBT, NET_INSOLVENT_DEBT, samples};
use super::seeds::Seeds;
use super::statistics::{Distribution, Estimate};

/// A whole sweep. A figure that does not exist is `null`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SweepSummary {
    /// The scenario file's name without its ending.
    pub scenario: String,
    /// Symbol of the token that every `..._numeraire` is counted in; of no run, none.
    pub numeraire: Option<String>,
    /// Ranges of the seeds asked for, lowest first.
    pub seeds: String,
    /// Runs that came to their end. Distributions are over these.
    pub runs: u64,
    /// Runs that failed; `runs.csv` says why.
    pub failed: u64,
    /// Ranges of their seeds, lowest first; empty if none failed.
    pub failed_seeds: String,
    /// After how many seeds there were enough, if that was asked for and came before the last.
    pub stopped_after: Option<u64>,
    /// Net insolvent debt at the end, realised and open, over runs.
    pub net_insolvent_debt_numeraire: NetInsolventDebt,
    /// Debt liquidated, over runs.
    pub liquidated_debt_numeraire: LiquidatedDebt,
    /// Every figure of the runs, in the order of the columns.
    #[serde(serialize_with = "as_fields")]
    pub figures: Vec<(String, Distribution)>,
}

/// Risk figures of net insolvent debt, in whole numeraire tokens.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct NetInsolventDebt {
    /// Value at risk: the 95 % quantile of net insolvent debt over runs.
    pub var_95: Option<Estimate>,
    /// Conditional value at risk: its mean over the worst 5 % of runs.
    pub cvar_95: Option<Estimate>,
}

/// Risk figures of liquidated debt, in whole numeraire tokens.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LiquidatedDebt {
    /// Liquidations at risk: the 95 % quantile of liquidated debt over runs.
    pub lar_95: Option<Estimate>,
    /// Mean over the worst 5 % of runs.
    pub cvar_95: Option<Estimate>,
}

impl SweepSummary {
    /// Sums up the runs done so far.
    pub fn of(scenario: &str, sweep: &Sweep) -> Self {
        let figures: Vec<(String, Distribution)> = samples(sweep.rows())
            .into_par_iter()
            .filter_map(|(name, values)| Distribution::of(&name, values).map(|said| (name, said)))
            .collect();
        let failed = sweep.rows().filter(|row| row.outcome.is_err()).count() as u64;
        let of = |column: &str| figures.iter().find(|(name, _)| name == column).map(|(_, said)| *said);
        let (insolvent, liquidated) = (of(NET_INSOLVENT_DEBT), of(LIQUIDATED_DEBT));
        Self {
            scenario: scenario.to_owned(),
            numeraire: sweep.rows().find_map(numeraire),
            seeds: sweep.seeds().to_string(),
            runs: sweep.rows().count() as u64 - failed,
            failed,
            failed_seeds: Seeds::of(sweep.rows().filter(|row| row.outcome.is_err()).map(|row| row.seed)).to_string(),
            stopped_after: sweep.stopped_after(),
            net_insolvent_debt_numeraire: NetInsolventDebt {
                var_95: insolvent.map(|said| said.p95),
                cvar_95: insolvent.map(|said| said.cvar_95),
            },
            liquidated_debt_numeraire: LiquidatedDebt {
                lar_95: liquidated.map(|said| said.p95),
                cvar_95: liquidated.map(|said| said.cvar_95),
            },
            figures,
        }
    }
}

fn numeraire(row: &Row) -> Option<String> {
    let figures = row.outcome.as_ref().ok()?;
    figures.iter().find(|(name, _)| name == "numeraire").map(|(_, cell)| cell.clone())
}

fn as_fields<S: Serializer>(figures: &[(String, Distribution)], to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(figures.iter().map(|(name, said)| (name, said)))
}
