//! The page that documents what a run leaves, made from the structs that write it.

use std::fmt::Write;

use super::agents::Agent;
use super::cascade::{CONTRIBUTIONS, CascadeRow, PriceOf};
use super::maps::{HealthRow, MapRow, Moment};
use super::positions::Position;
use super::ticks::{BlockColumns, groups};
use crate::accounts::fate::{AgentFate, LowestKind, PositionFate};
use crate::chain::liquidation::SaleKind;
use crate::deployments::events::{EventRow, KINDS};
use crate::rows::columns::{Column, Columns};

const BEGINNING: &str = "\
# What a run leaves

`plimsoll run scenarios/<scenario>.ron` writes `output/<scenario>-<seed>/`:

| file | what it holds |
|---|---|
| `ticks.csv` | a row per block |
| `events.csv` | a row per thing that happened |
| `agents.csv` | a row per agent, written at the end |
| `positions.csv` | a row per position of any protocol, written at the end |
| `liquidation_map.csv` | what a fall of the price would make liquidatable, at chosen blocks |
| `health_map.csv` | how much debt sits at which health factor, over time |
| `scenario.ron` | the scenario's text, the files that it includes first, with the names of the copies of recorded series |
| `series_1_...` | copies of the recorded series that the scenario names, each as it was, up to 16 MiB each |
| `summary.json` | the run in one page of numbers |
| `manifest.json` | version, format, scenario, seed, options, digests of the files, clock times |
| `report.html` | with `--report`, or by `plimsoll report DIR`: the run as a page |

`plimsoll cascade` writes `output/<scenario>-<seed>-cascade/`: all of these, and

| file | what it holds |
|---|---|
| `cascade.csv` | a row per liquidation, with what caused it |
| `contributions.csv` | what made each price, block by block |

The scenario's `record` says which of them are left out. All but the manifest are data files: equal scenarios and seeds
give equal bytes. A folder is complete or absent: while a run writes, its folder is hidden and called
`.<name>.partial-<process>`. A run that is interrupted with Ctrl-C leaves a folder that is whole up to its last block, and
its manifest says `interrupted`.

`--force` replaces the folder of an earlier run, of whatever kind and format. It removes what the manifest lists, as long as
its digest is what the manifest says, the manifest itself, and a `report.html` that nobody has changed. Where anything else
stands, a notebook or a table that was edited since, it removes nothing, names it, and the command is refused: move it away,
or choose another `--out`. What the manifest lists and is not there is no reason to refuse. A symbolic link for `--out` is
refused with what it leads to, and neither followed nor replaced; links in the folder are somebody's own; links above it are
followed.

What a killed process leaves half-written, `.<name>.partial-<process>` and `.<name>.replaced-<process>`, goes with the next
run of that name. A process that lives holds a lock on what it writes, so that nobody else removes it; where the system
cannot lock a folder (Windows, some network disks), it stays, and can be deleted. A hidden folder that has a manifest is
whole and could not take its name: it stays too.

This page is made from the structs that are written; a test holds it equal to them.

## How values are written

* RFC 4180: UTF-8, commas, LF, quotes only where a text needs them; a header always; a point as decimal mark.
* An empty cell is a missing value: what does not apply, what does not exist, and what is not a number.
* Times are Unix seconds, truth values `true` and `false`.
* The unit ends the name: `_s` seconds, `_gwei`, `_ratio` (0.5 is a half), `_block` a block's number. `_numeraire` is
  value in the scenario's numeraire token, whose symbol `summary.json` gives; `_native` is the chain's native token.
* Amounts of tokens are in whole tokens, as the shortest decimal that reads back to the `f64` nearest to the exact
  amount.
* `--exact` adds, after every column marked *exact* below, `<column>_units` with the integer of smallest units. These
  have up to 39 digits: read them with a type that holds them (Python integers in pandas, `Int128` in polars).

## How columns are named after things

`ticks.csv` has groups of columns for each token, oracle and protocol of the scenario, in the scenario's order. The
group's prefix is the thing's name in lower case with an underscore for everything but ASCII letters and digits:
`ETH/USDC` becomes `eth_usdc_price`. A name that begins with a digit, or has nothing left, goes behind its kind
(`token_1inch_price_outside_numeraire`). Where two things would share a column's name, the later one's prefix gets a
number (`eth_2_...`).

## How to read it

```python
ticks = pandas.read_csv(\"ticks.csv\", index_col=\"block\")
ticks = polars.read_csv(\"ticks.csv\", infer_schema_length=None)
```
```r
ticks <- read.csv(\"ticks.csv\", na.strings = \"\")
```
";

const END: &str = "
## `summary.json`

Counts of blocks, transactions, reverts (by reason), liquidations and positions; liquidated debt; the first
and the last block with a liquidation, and for how many blocks their transactions had waited: the mean, and what 95 % did
not exceed; `block_space`: gas used by agents and by everybody else, the mean and the highest base fee, the most that a block
left waiting, what expired and what was replaced; how many agents were priced out, and how many were drawn again since a protocol lends no so little as was
drawn first (`agents_redrawn`); the lowest health factor; for each token outside and for each pool the price at
the start, at its lowest (and in which block) and at the end; the volume of each pool; profit and loss by kind of agent
and by named account, as below;
for each population of liquidity providers what `agents.csv` tells of each, summed (`liquidity_providers`);
the rewards and the impermanent loss of each population of leveraged farmers, likewise (`leveraged_farmers`);
and how many audits passed. A figure that does not exist is `null`. Units end the names as above.

`insolvent_debt` is debt that nobody will pay as things stand, of all protocols:

* `realised_numeraire`: what liquidations wrote off or left unpaid, each at its block's outside prices. Where a protocol
  goes on counting such a debt, it is realised once; what it grows by afterwards is open.
* `open_numeraire`: of each account and protocol, what it owes at the end beyond the worth of its collateral, both at outside
  prices and without thresholds, where that is above 0 and not realised. The collateral of a leveraged farm is its claim on
  the pool's reserves, that of an auction which runs what is left of its lot, for what it lacks of its debt. To these an
  issuer of a stablecoin adds bad debt on its books that nothing backs: beyond its surplus, what running auctions lack and
  what is realised.
* `net_numeraire`: net insolvent debt, the sum of the two.
* `net_highest_numeraire` and `net_highest_block`: its highest over the run. It is counted after every block in which a
  price outside was lower or higher than ever before in the run, or in which something was realised; after each of the
  first 256 blocks, and later at distances of a 128th to a 256th of the run so far; and at the end.
* `positions`: insolvent positions, those that owe more than their collateral is worth at the end, auctions that run
  among them.

`profit_and_loss` says who gained and who lost:

* `by_kind`, for all agents of a kind: `own_capital_numeraire`, what they were drawn with at the prices of the start, before any
  leverage, loan or deposit and without money for gas; `earned_numeraire`, `revaluation_numeraire` and their sum
  `profit_numeraire`, what they own less what they owe at the end, less the same at the start; `earned_ratio`, earned over own
  capital. Revaluation is, of each token that an agent was drawn with, money for gas included, its amount times the change of
  its outside price; earned is all the rest: trades, fees, rewards, interest, penalties and services, less gas.
* `accounts`: by named account that is nobody's, `profit_numeraire`, revaluation of what it holds included.
* `total_numeraire`: what all kinds earned and all accounts gained. It is `revaluation_numeraire`, what prices did to all that
  was there at the start, less `revaluation_agents_numeraire`, what they did to what agents were drawn with, plus
  `rewards_numeraire`, less `gas_paid_numeraire`; `difference_numeraire` is what float rounding leaves.

`plimsoll cascade` adds `cascade`:

* `generations_asked`, `counterfactuals` that were run, and whether every liquidation is of one of these generations
  (`ended_within_depth`);
* `price_amplification`: for each price that decides about liquidations, its start, its lowest in the run and in
  counterfactual 0, the ratio of the two falls (`null` where counterfactual 0 falls by less than 0.1 %), and what made
  the lowest;
* `debt_amplification` and `bad_debt_amplification`: the run's liquidated debt over counterfactual 0's, and the same of what
  liquidations left unpaid;
* `branching_ratio_count`, `branching_ratio_value` (by value sold) and `induced_debt_ratio`: liquidations that are not of
  generation 0, over all;
* `depth`: the last generation that the run has; `blocks_to_quiet`: blocks from the first liquidation to the last;
* `generations`: of each, the positions that its counterfactual run was the first to liquidate, and what of it is in the
  run;
* `suppressed`: positions liquidated in a counterfactual run and not in the run; `brought_forward`: those first liquidated
  sooner than in counterfactual 0; `delayed_by_full_blocks`: liquidations that waited for room in a block;
* `liquidators_profit_numeraire`: prizes less all they paid for gas; `toxic_debt_ratio_highest`: the highest share of all debt,
  after any block, of positions and of auctions that run, that a liquidation would not have paid in full.

## `manifest.json`

`tool` and `version`; `format`, a number that rises when a column or a word has another name or meaning; `status`
(`complete`, `interrupted`, or of many seeds `incomplete`); `scenario` (its name, its path as given, the BLAKE3 of its text
with everything it includes and the digests of its recorded series); `seed`; `blocks` done; `options` of the command line; `series`, the
recorded ones: what `scenario.ron` calls each, the file that it is from, BLAKE3 and size, and whether it was `copied`; one
of more than 16 MiB is not, and goes by the path at which it lies; `files` with BLAKE3 and size; `started_at` (UTC) and
`wall_clock_s`. Nothing else in the folder depends on a clock.

## A run made again

`plimsoll run DIR`, with the folder of a run or of a cascade, makes it again from `scenario.ron`, the series and the
manifest's seed and options, and compares every data file with its digest. If all are equal, it says so and leaves nothing
but what `--out` asks for. If not, the exit code is 1: the first file that differs is named, with its first line that
does, and what was made now stays in `DIR-again`. A series that is not as it was is refused before the run; a folder that
another version made is run again too, and its version is said.

## `report.html`

`plimsoll report DIR` writes it, and so do `plimsoll run --report` and `plimsoll cascade`: the folder as one page that needs
no network. It is a function of the data files and of what the manifest says but for the clock times, so equal folders
give equal pages on any machine; it is no data file itself, and the manifest does not list it, since it can be made again
at any time. Its last line is a digest of the lines above. Charts hold as many rows as a screen can show, the lowest and the highest of what is left out among them;
nothing in them is an average.

## Many seeds

`plimsoll run scenarios/<scenario>.ron --seeds 1..200` writes `output/<scenario>-seeds/`:

| file | what it holds |
|---|---|
| `runs.csv` | a row per seed, lowest first |
| `summary.json` | how the figures of the runs are distributed |
| `manifest.json` | as above, with `seeds`, `stop_when` and `keep_runs` |
| `runs/<seed>/` | with `--keep-runs`, each run's folder as above |
| `report.html` | with `--report`, or by `plimsoll report DIR`: fans and distributions |

`runs.csv` and `summary.json` are equal for any number of `--jobs`, and after any number of interruptions. This folder is
there while it is filled: `runs.csv` is what is done, its manifest says `interrupted` until all is, and the same command,
or one that asks for more seeds, goes on from there. Where all were tried and some failed, its status is
`incomplete` and the command ends with status 1; the same command tries them again. Until all is done, the manifest may list a file twice, as it was and as it is about to be; a `runs.csv` that is neither was edited, and is not gone on with.
A file that cannot be written, as on a full disk, ends the sweep with status 1; what was done before stays.

`runs.csv` has `seed`, then `failed`, which is empty or why the run failed (its other cells are then empty), then every
value of the run's `summary.json`: its name is the names on the way to it joined by underscores, a list's item going by
its own name in lower case with an underscore for everything but ASCII letters and digits. So
`insolvent_debt_net_numeraire`, `pools_eth_usdc_price_lowest`, `profit_and_loss_by_kind_farmer_earned_numeraire`. A
reason of reverts that a run did not have counts 0. Where two values would share a name, the later one's gets a number.

`summary.json` has `scenario`, `numeraire`, `seeds` asked for, `runs` that came to their end, how many `failed`
and which (`failed_seeds`), `stopped_after` (how many seeds were enough for `--stop-when`, or `null`), and, each as `estimate` with its 95 % interval from `low` to `high`:

* `net_insolvent_debt_numeraire`: `var_95`, the 95 % quantile over runs of net insolvent debt at the end (the runs'
  `insolvent_debt_net_numeraire`), and `cvar_95`, its mean over the worst 5 % of runs, both from the runs' values;
* `liquidated_debt_numeraire`: `lar_95`, the 95 % quantile of liquidated debt, and `cvar_95` likewise;
* `figures`: for each numeric column of `runs.csv`, over the `runs` that have it, `mean`, `median`, `p05`, `p95` and
  `cvar_95`, the mean of the highest 5 %.

The `q` % quantile of `n` runs is the value of rank ceil(`q n` / 100) from below, never between two. A run on the border of
the highest 5 % counts with the part of it that belongs to them. Intervals are those between the 2.5 % and the 97.5 %
quantile of 1,000 bootstrap samples, drawn from a generator that depends on the figure's name alone.
";

/// Returns the text of `output/README.md`.
pub fn documentation() -> String {
    let mut page = BEGINNING.to_owned();
    heading(&mut page, "`ticks.csv`", "A row per block, after its last transaction.");
    group(&mut page, BlockColumns::ABOUT, BlockColumns::COLUMNS);
    for listed in groups() {
        group(&mut page, listed.about, listed.columns);
    }
    heading(
        &mut page,
        "`events.csv`",
        "A row per thing that happened, in that order. Cells that do not belong to a row's kind are empty.",
    );
    columns(&mut page, EventRow::COLUMNS);
    words(&mut page, "kind", &KINDS.concat());
    heading(&mut page, "`agents.csv`", "A row per agent, in the scenario's order.");
    columns(&mut page, Agent::COLUMNS);
    words(&mut page, "fate", AgentFate::WORDS);
    heading(
        &mut page,
        "`positions.csv`",
        "A row per position of any protocol that ever owed something, by protocol, market and number. Cells of several amounts \
         look like `ETH 1.25; WBTC 0.5`.",
    );
    columns(&mut page, Position::COLUMNS);
    words(&mut page, "fate", PositionFate::WORDS);
    words(&mut page, "health_factor_lowest_kind", LowestKind::WORDS);
    maps(&mut page);
    causes(&mut page);
    page.push_str(END);
    page
}

fn maps(page: &mut String) {
    heading(
        page,
        "`liquidation_map.csv`",
        "A row per fall of the price, from none to 99 %, for each worker of a bank, each collateral of each lending market \
         and each kind of vault, at the blocks that the scenario's `record: (liquidation_map: ...)` asks for: \
         `FirstWorstLast` by default, `At([\"4 h\", \"12 h\"])`, or `None`. A fall of the farmed token's price to a part r \
         of itself takes the base asset in the pool, and with it every health factor, to the square root of r; debt stays. \
         The health factor of a loan or a vault falls to r; a loan with several collaterals is counted as if all of them \
         fell. A rise of the price of what is owed, as a `Pump` makes it, is not in the map. The map is read from a histogram whose steps are 0.4 % of the health factor: debt within a step of the \
         limit is counted all or not at all.",
    );
    columns(page, MapRow::COLUMNS);
    words(page, "moment", Moment::WORDS);
    heading(
        page,
        "`health_map.csv`",
        "How much debt sits at which health factor, in steps of a twentieth up to 3, at 128 to 256 blocks at equal \
         distances; a step without debt has no row. Health factors are those of the middles of the histogram's steps.",
    );
    columns(page, HealthRow::COLUMNS);
}

fn causes(page: &mut String) {
    heading(
        page,
        "`cascade.csv`",
        "A row per liquidation in the run, in that order. Counterfactual 0 is the run with the same random draws and \
         all forced sales muted: they fill at the price quoted just before them and leave the pool as it was. \
         Counterfactual g + 1 lets those sales act that counterfactuals 0 to g have liquidated; what it is the first \
         to liquidate is generation g + 1. The columns after `price_of` say what made that price as the block found \
         it: `price` is `price_start` + `rest` + `shock` + each generation + `deeper`, exactly. Prices are rounded for \
         it to a 2^36th of the price at the start.",
    );
    columns(page, CascadeRow::COLUMNS);
    words(page, "kind", SaleKind::WORDS);
    contributions(page);
    heading(page, "`contributions.csv`", "A row per block and price, after the block: what made it.");
    columns(page, PriceOf::COLUMNS);
    contributions(page);
}

fn contributions(page: &mut String) {
    page.push_str("\n| column | unit | what |\n|---|---|---|\n");
    for (name, doc) in CONTRIBUTIONS {
        writeln!(page, "| `{name}` | base asset per whole token of collateral | {doc} |")
            .expect("a string takes everything");
    }
}

fn heading(page: &mut String, title: &str, about: &str) {
    write!(page, "\n## {title}\n\n{about}\n").expect("a string takes everything");
}

/// Adds what a group is about, and its columns.
fn group(page: &mut String, about: &str, listed: &[Column]) {
    write!(page, "\n{}:\n", about.trim_end_matches('.')).expect("a string takes everything");
    columns(page, listed);
}

/// Adds a table of columns.
fn columns(page: &mut String, listed: &[Column]) {
    page.push_str("\n| column | unit | what |\n|---|---|---|\n");
    for Column { name, unit, doc, has_units } in listed {
        let exact = if *has_units { "; *exact*" } else { "" };
        writeln!(page, "| `{name}` | {unit}{exact} | {doc} |").expect("a string takes everything");
    }
}

/// Adds a table of the words that a column may hold.
fn words(page: &mut String, column: &str, words: &[(&str, &str)]) {
    write!(page, "\n| `{column}` | when |\n|---|---|\n").expect("a string takes everything");
    for (word, meaning) in words {
        writeln!(page, "| `{word}` | {meaning} |").expect("a string takes everything");
    }
}
