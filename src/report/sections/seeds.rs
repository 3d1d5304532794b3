//! The sections of a page about many seeds: distributions and fans in place of single lines.

use super::super::chart::Rule;
use super::super::distributions::{exceedance, fan, histogram};
use super::super::format::{count, figure, percent, short, shortest, signed};
use super::super::grid::{Cells, Column, Grid, hundredths};
use super::super::html::{Cell, table};
use super::super::seeds::Sweep;
use super::super::source::at;
use super::Section;
use super::causes::{Step, waterfall};
use super::profit::{quantile, quantile_box};
use super::summary::{NET_INSOLVENT_DEBT, Tile, tiles};

fn median(sorted: &[f64]) -> f64 {
    quantile(sorted, 0.5)
}

/// Returns `from 1.2 to 3.4 in nine runs of ten`.
fn spread(sorted: &[f64], told: impl Fn(f64) -> String) -> String {
    format!("{} to {} in nine runs of ten", told(quantile(sorted, 0.05)), told(quantile(sorted, 0.95)))
}

/// Returns a column's name as the scenario writes it: `eth_in_eth_usdc` is about ETH in ETH/USDC.
fn written(sweep: &Sweep, name: &str) -> String {
    match name.split_once("_in_") {
        Some((token, place)) => {
            let what = ["oracle_", "pool_"].into_iter().find_map(|what| Some((what, place.strip_prefix(what)?)));
            let (what, place) = what.unwrap_or(("", place));
            format!("{} in {}{}", sweep.said.name(token), what.replace('_', " "), sweep.said.name(place))
        }
        None => sweep.said.name(name).to_owned(),
    }
}

/// Returns what stands between a beginning and an ending in the names of figures.
fn between(sweep: &Sweep, beginning: &str, ending: &str) -> Vec<String> {
    let names = sweep.runs.before(ending);
    names.iter().filter_map(|name| name.strip_prefix(beginning)).map(str::to_owned).collect()
}

/// Returns by how much a price fell at its lowest, in each run, lowest first.
fn falls(sweep: &Sweep, prefix: &str) -> Vec<f64> {
    let column = |name: &str| sweep.runs.get(&format!("{prefix}_{name}"));
    let (Some(start), Some(lowest)) = (column("start"), column("lowest")) else { return Vec::new() };
    let mut falls: Vec<f64> = start.iter().zip(lowest).map(|(start, lowest)| lowest / start - 1.0).collect();
    falls.retain(|fall| fall.is_finite());
    falls.sort_by(f64::total_cmp);
    falls
}

/// Returns the price that falls most: how it is called, and what its figures' names begin with.
fn deepest(sweep: &Sweep) -> Option<(String, String)> {
    let decided = between(sweep, "cascade_price_amplification_", "_lowest_in_counterfactual_0")
        .into_iter()
        .map(|name| (written(sweep, &name), format!("cascade_price_amplification_{name}")));
    let tokens = between(sweep, "tokens_", "_price_outside_numeraire_lowest")
        .into_iter()
        .map(|name| (format!("{} outside", sweep.said.name(&name)), format!("tokens_{name}_price_outside_numeraire")));
    let mut prices: Vec<(String, String)> = decided.collect();
    if prices.is_empty() {
        prices = tokens.collect();
    }
    prices.into_iter().min_by(|a, b| median(&falls(sweep, &a.1)).total_cmp(&median(&falls(sweep, &b.1))))
}

/// Returns what happened, in words and five numbers.
pub(in super::super) fn summary(sweep: &Sweep) -> Section {
    let mut section = Section::new("summary", "Summary");
    let unit = sweep.numeraire();
    let (debts, bads, counts) = (
        sweep.sorted("liquidations_debt_numeraire"),
        sweep.sorted("insolvent_debt_net_numeraire"),
        sweep.sorted("liquidations_count"),
    );
    let quiet = counts.iter().filter(|count| **count == 0.0).count();
    let runs = count(at(&sweep.summary, &["runs"]));
    let failed = at(&sweep.summary, &["failed"]);
    if failed > 0.0 {
        section.say(&format!("{} seeds failed; runs.csv says why. They are in no figure here.", count(failed)));
    }
    if counts.iter().all(|count| *count == 0.0) {
        section.say(&format!("Nothing was liquidated in any of {runs} runs: there is no cascade to show."));
    } else {
        section.say(&format!(
            "In half of {runs} runs more than {} {unit} of debt were liquidated and more than {} {unit} are net insolvent debt; in \
             one run of twenty {} and {}.{}",
            short(median(&debts)),
            short(median(&bads)),
            short(quantile(&debts, 0.95)),
            short(quantile(&bads, 0.95)),
            if quiet > 0 { format!(" {} of the runs saw no liquidation.", count(quiet as f64)) } else { String::new() },
        ));
    }
    section.before += &tiles(&numbers(sweep));
    section
}

fn numbers(sweep: &Sweep) -> Vec<Tile> {
    let unit = sweep.numeraire();
    let (name, prefix) = deepest(sweep).unwrap_or_default();
    let token = name.split(' ').next().unwrap_or_default();
    let risk = |name: &str, figure: &str| at(&sweep.summary, &[name, figure, "estimate"]);
    let mut cards = shock(sweep, &prefix);
    let fall = falls(sweep, &prefix);
    if !fall.is_empty() {
        let of = sweep.said.origin(token).map_or(String::new(), |origin| format!("{origin}, "));
        cards.push(Tile {
            label: format!("Fall of {name}, half of runs"),
            number: percent(median(&fall)),
            note: format!("{of}at its lowest; {}", spread(&fall, percent)),
        });
    }
    let times = sweep.sorted(&format!("{prefix}_amplification"));
    if !times.is_empty() {
        cards.push(Tile {
            label: "Amplification, half of runs".into(),
            number: format!("{:.2}×", median(&times)),
            note: spread(&times, |times| format!("{times:.2}")),
        });
    }
    let risks = [
        ("Liquidated, one run in twenty (LaR)", "liquidated_debt_numeraire", "lar_95"),
        ("Net insolvent debt, one run in twenty (VaR)", "net_insolvent_debt_numeraire", "var_95"),
    ];
    cards.extend(risks.into_iter().filter(|(_, sum, figure)| risk(sum, figure).is_finite()).map(
        |(label, sum, figure)| Tile {
            label: label.into(),
            number: shortest(risk(sum, figure)),
            note: format!("{unit}; {} on average beyond (CVaR)", short(risk(sum, "cvar_95"))),
        },
    ));
    cards.extend(who(sweep, unit));
    cards
}

/// Returns a card for what the scenario's shocks did to the price, where causes were asked for and there are shocks.
fn shock(sweep: &Sweep, prefix: &str) -> Vec<Tile> {
    let columns = [format!("{prefix}_at_lowest_shock"), format!("{prefix}_start")];
    let [Some(by), Some(start)] = columns.map(|name| sweep.runs.get(&name)) else { return vec![] };
    let shocks = sweep.said.shocks();
    let [(token, kind, _), rest @ ..] = shocks.as_slice() else { return vec![] };
    let mut moves: Vec<f64> = by.iter().zip(start).map(|(by, start)| by / start).filter(|by| by.is_finite()).collect();
    moves.sort_by(f64::total_cmp);
    let what = if rest.is_empty() { format!("the {kind} of {token}") } else { format!("{} shocks", shocks.len()) };
    vec![Tile {
        label: format!("What {what} did, half of runs"),
        number: signed(percent(median(&moves))),
        note: spread(&moves, |by| signed(percent(by))),
    }]
}

/// What all of a kind, or an account, gained in each run, lowest first.
struct Gained {
    name: String,
    /// What it is told by: what a kind earned, or all that an account gained.
    told: Vec<f64>,
    /// Of a kind alone.
    revaluation: Vec<f64>,
    /// Of a kind alone: the sum of what it earned and the revaluation.
    profit: Vec<f64>,
    /// Of a kind that has own capital alone: what it earned over that.
    ratio: Vec<f64>,
}

/// Returns what kinds or accounts gained over runs, the highest median first. Their columns begin and end like this.
fn gained(sweep: &Sweep, beginning: &str, ending: &str) -> Vec<Gained> {
    let of = |name: String| {
        let [told, revaluation, profit, ratio] =
            [ending, "_revaluation_numeraire", "_profit_numeraire", "_earned_ratio"]
                .map(|ending| sweep.sorted(&format!("{beginning}{name}{ending}")));
        Gained { name: name.replace('_', " "), told, revaluation, profit, ratio }
    };
    let mut all: Vec<Gained> = between(sweep, beginning, ending).into_iter().map(of).collect();
    all.retain(|of| of.told.iter().any(|gained| gained.abs() > 0.01));
    all.sort_by(|a, b| median(&b.told).total_cmp(&median(&a.told)));
    all
}

fn kinds(sweep: &Sweep) -> Vec<Gained> {
    gained(sweep, "profit_and_loss_by_kind_", "_earned_numeraire")
}

fn who(sweep: &Sweep, unit: &str) -> Option<Tile> {
    let kinds = kinds(sweep);
    let (best, worst) = (kinds.first()?, kinds.last()?);
    Some(Tile {
        label: format!("Earned least: {}", worst.name),
        number: shortest(median(&worst.told)),
        note: format!("{unit}, half of runs; {} earned most: {}", best.name, signed(short(median(&best.told)))),
    })
}

/// Returns prices over time, if runs were kept, and how low they fell.
pub(in super::super) fn prices(sweep: &Sweep) -> Section {
    let mut section = Section::new("prices", "Prices");
    match &sweep.kept {
        Some(kept) => section.say(&format!("Fans are of {} kept runs, block by block.", count(kept.runs as f64))),
        None => section.say("Prices over time are drawn as fans where runs are kept, with `--keep-runs`."),
    }
    let unit = sweep.numeraire();
    for (name, values) in sweep.kept.iter().flat_map(|kept| &kept.columns) {
        let outside = name.strip_suffix("_price_outside_numeraire");
        let Some(thing) = outside.or_else(|| name.strip_suffix("_price")) else { continue };
        let title = match outside {
            Some(token) => format!("Price of {} outside ({unit})", sweep.said.name(token)),
            None => format!("Price in pool {}", sweep.said.name(thing)),
        };
        section.charts.extend(fan(sweep, name, &title, if outside.is_some() { unit } else { "" }, values));
    }
    let tokens = between(sweep, "tokens_", "_price_outside_numeraire_lowest");
    for token in tokens {
        let values = sweep.sorted(&format!("tokens_{token}_price_outside_numeraire_lowest"));
        let title = format!(
            "How low the {} of {} fell outside ({unit})",
            sweep.said.origin(sweep.said.name(&token)).unwrap_or("price"),
            sweep.said.name(&token)
        );
        section.charts.extend(histogram(&format!("lowest-{token}"), &title, unit, "blue", &values, vec![]));
    }
    section
}

/// Returns how liquidated and insolvent debt are distributed, with what one run in twenty exceeds.
pub(in super::super) fn liquidations(sweep: &Sweep) -> Section {
    let mut section = Section::new("liquidations", "Liquidated and insolvent debt");
    section.say(NET_INSOLVENT_DEBT);
    let unit = sweep.numeraire();
    let sums = [
        ("liquidated_debt_numeraire", "liquidations_debt_numeraire", "lar_95", "LaR", "Liquidated debt", "orange"),
        (
            "net_insolvent_debt_numeraire",
            "insolvent_debt_net_numeraire",
            "var_95",
            "VaR",
            "Net insolvent debt",
            "vermilion",
        ),
    ];
    let mut rows = Vec::new();
    for (summary, figure_name, risk, short_name, title, colour) in sums {
        let value = |name: &str, part: &str| at(&sweep.summary, &[summary, name, part]);
        let rule = |name: &str, label: &str| Rule { at: value(name, "estimate"), label: label.to_owned() };
        let rules = || vec![rule(risk, short_name), rule("cvar_95", "CVaR")];
        for (name, told) in [(risk, "one run in twenty exceeds"), ("cvar_95", "mean of the worst 5 % of runs (CVaR)")] {
            let told = if name == risk { format!("{told} ({short_name})") } else { told.to_owned() };
            rows.push(vec![
                Cell::text(format!("{title}: {told}")),
                Cell::number(figure(value(name, "estimate"))),
                Cell::number(format!("{} to {}", figure(value(name, "low")), figure(value(name, "high")))),
            ]);
        }
        let values = sweep.sorted(figure_name);
        let id = risk.replace('_', "-");
        let long = format!("{title} per run ({unit})");
        section.charts.extend(histogram(&format!("runs-{id}"), &long, unit, colour, &values, rules()));
        let long = format!("Share of runs with more {} ({unit})", title.to_lowercase());
        section.charts.extend(exceedance(sweep, &format!("exceed-{id}"), &long, figure_name, rules()));
    }
    section.before += &table("Risk, each with its 95 % interval", &["", unit, "95 % interval"], &rows);
    let fans = sweep.kept.iter().flat_map(|kept| &kept.columns);
    for (name, values) in fans.filter(|(name, _)| name.ends_with("debt_numeraire")) {
        let title = if name.starts_with("bad") { "Realised bad debt so far" } else { "Debt liquidated so far" };
        section.charts.extend(fan(sweep, name, &format!("{title} ({unit})"), unit, values));
    }
    if section.charts.is_empty() {
        section.say("All runs liquidated the same, so there is no distribution to draw.");
    }
    section
}

/// Returns what made the price fall, half of the runs below each step.
pub(in super::super) fn causes(sweep: &Sweep) -> Section {
    let mut section = Section::new("causes", "What made the price fall");
    let Some((name, prefix)) = deepest(sweep).filter(|(_, prefix)| prefix.starts_with("cascade_")) else {
        section
            .say("`plimsoll cascade --seeds` runs every seed beside its counterfactuals, and tells the causes here.");
        return section;
    };
    let value = |name: &str| {
        let values = sweep.values(&format!("{prefix}_{name}"));
        if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
    };
    let step =
        |name: &str, class: &str, by: f64, is_end: bool| Step { name: name.into(), class: class.into(), by, is_end };
    let rest = sweep.said.rest(name.split(' ').next().unwrap_or_default());
    let mut steps = vec![
        step("before the first block", "fill-ink", value("start"), true),
        step(&rest, "fill-shadow", value("at_lowest_rest"), false),
        step("the shock", "fill-blue", value("at_lowest_shock"), false),
    ];
    steps.retain(|step| step.is_end || step.by.abs() > 0.0);
    for place in 0..10 {
        let by = value(&format!("at_lowest_generations_{place}"));
        if by.abs() > 0.0 {
            let class = format!("fill-generation-{}", place.min(7));
            steps.push(step(&format!("sales of generation {place}"), &class, by, false));
        }
    }
    let deeper = value("at_lowest_deeper");
    if deeper.abs() > 0.0 {
        steps.push(step("deeper", "fill-generation-7", deeper, false));
    }
    steps.push(step("at its lowest", "fill-ink", value("lowest"), true));
    section.before += &waterfall(&format!("{name}, from the start to its lowest: means of all runs"), "price", &steps);
    let times = sweep.sorted(&format!("{prefix}_amplification"));
    let title = format!("Amplification of the fall of {name} (run over counterfactual 0)");
    section.charts.extend(histogram("amplification", &title, "", "purple", &times, vec![]));
    section
}

/// Returns profits by kind of agent, over runs.
pub(in super::super) fn profit(sweep: &Sweep) -> Section {
    let mut section = Section::new("profit", "Who gained and who lost");
    let unit = sweep.numeraire();
    let spread = ["", "5 to 95 %, 25 to 75 %, half", "5 % of runs below", "half below", "95 % below"];
    let header =
        [spread.as_slice(), &["revaluation, half below", "sum, half below", "earned over own capital, half below"]]
            .concat();
    let beside = |of: &Gained| {
        let ratio = if of.ratio.is_empty() { String::new() } else { signed(percent(median(&of.ratio))) };
        vec![
            Cell::number(signed(figure(median(&of.revaluation)))),
            Cell::number(signed(figure(median(&of.profit)))),
            Cell::number(ratio),
        ]
    };
    let rows = spreads(&kinds(sweep), beside);
    section.before += &table(
        &format!("What all of a kind earned, and the revaluation of what they were drawn with ({unit})"),
        &header,
        &rows,
    );
    let accounts = gained(sweep, "profit_and_loss_accounts_", "_profit_numeraire");
    if !accounts.is_empty() {
        let rows = spreads(&accounts, |_| vec![]);
        section.before +=
            &table(&format!("What is no agent's, the change of its price included ({unit})"), &spread, &rows);
    }
    section
}

/// Returns rows of what was gained over runs, each with what stands beside it.
fn spreads(all: &[Gained], beside: impl Fn(&Gained) -> Vec<Cell>) -> Vec<Vec<Cell>> {
    let edge = |share: f64| all.iter().map(move |of| quantile(&of.told, share));
    let (low, high) = (edge(0.05).fold(0.0, f64::min), edge(0.95).fold(0.0, f64::max));
    let told = |gained: f64| signed(figure(gained));
    let row = |of: &Gained| {
        let quantiles = [0.05, 0.5, 0.95].map(|share| Cell::number(told(quantile(&of.told, share))));
        let drawn = Cell::Svg(quantile_box(&of.told, low, high, told));
        [Cell::text(&of.name), drawn].into_iter().chain(quantiles).chain(beside(of)).collect()
    };
    all.iter().map(row).collect()
}

/// Returns block space and fees, over runs.
pub(in super::super) fn blocks(sweep: &Sweep) -> Section {
    let mut section = Section::new("blocks", "Blocks");
    let figures = [
        ("transactions", "transactions"),
        ("reverts", "reverted"),
        ("block_space_waiting_most", "waiting at most"),
        ("block_space_expired", "expired"),
        ("block_space_base_fee_gwei_mean", "mean base fee (gwei)"),
        ("block_space_base_fee_gwei_highest", "highest base fee (gwei)"),
        ("liquidations_waited_blocks_mean", "liquidations waited, mean (blocks)"),
        ("health_factor_lowest", "lowest health factor"),
    ];
    let rows = figures.iter().filter_map(|(name, told)| {
        let values = sweep.sorted(name);
        let (low, high) = (*values.first()?, *values.last()?);
        let cells = [0.05, 0.5, 0.95].map(|share| Cell::number(figure(quantile(&values, share))));
        let drawn = if high > low { quantile_box(&values, low, high, figure) } else { String::new() };
        Some([vec![Cell::text(*told), Cell::Svg(drawn)], cells.to_vec()].concat())
    });
    let header = ["", "lowest to highest run", "5 % of runs below", "half below", "95 % below"];
    section.before += &table("Figures over runs", &header, &rows.collect::<Vec<_>>());
    section
}

/// Returns the table of all runs.
pub(in super::super) fn runs(sweep: &Sweep) -> Section {
    let mut section = Section::new("events", "Runs");
    section.say("Every point of a chart of runs leads to its seed here.");
    let unit = sweep.numeraire();
    let mut columns = Vec::new();
    let counts = |name: &str| {
        let values = sweep.runs.get(name)?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count that was read as one")]
        Some(Cells::Counts(values.iter().map(|value| *value as u64).collect()))
    };
    let amounts =
        |name: &str| Some(Cells::Hundredths(sweep.runs.get(name)?.iter().map(|value| hundredths(*value)).collect()));
    let mut add = |label: String, cells: Option<Cells>| columns.extend(cells.map(|cells| Column { label, cells }));
    add("seed".into(), counts("seed"));
    add("liquidations".into(), counts("liquidations_count"));
    add(format!("liquidated debt ({unit})"), amounts("liquidations_debt_numeraire"));
    add(format!("realised bad debt ({unit})"), amounts("insolvent_debt_realised_numeraire"));
    add(format!("open insolvent debt ({unit})"), amounts("insolvent_debt_open_numeraire"));
    if let Some((name, prefix)) = deepest(sweep) {
        add(format!("lowest price, {name}"), amounts(&format!("{prefix}_lowest")));
        add("amplification".into(), amounts(&format!("{prefix}_amplification")));
    }
    let grid = Grid { id: "events".into(), columns, texts: vec![] };
    section.after = grid.html("Runs");
    section.grid = Some(grid);
    section
}
