//! Pools, lending markets, banks and oracles over time.

use serde_json::Value;

use super::super::chart::{Chart, Look, Series};
use super::super::format::{count, figure};
use super::super::html::{Cell, table};
use super::super::source::{Run, Thing, at, list, word};
use super::Section;
use crate::rows::header::prefix;

/// Custom properties of `report.css`, for things in one chart.
const COLOURS: [&str; 7] = ["blue", "green", "orange", "purple", "sky", "vermilion", "yellow"];

pub(in super::super) fn section(run: &Run) -> Section {
    let mut section = Section::new("markets", "Pools, lending and oracles");
    section.before += &providers(run);
    section.before += &farmers(run);
    section.before += &super::parameters::beside_the_outcome(run);
    if run.ticks.rows() == 0 {
        section.say("The run keeps no ticks.csv, so there is nothing over time to draw.");
        return section;
    }
    let unit = run.numeraire().to_owned();
    let pools = run.pools();
    let each = |of: &dyn Fn(&Thing) -> Option<Vec<f64>>, unit: &str| -> Vec<Series> {
        let known = pools.iter().filter_map(|pool| Some((pool, of(pool)?)));
        known.zip(COLOURS).map(|((pool, values), colour)| Series::line(&pool.name, unit, colour, values)).collect()
    };
    let mut charts = vec![
        chart(
            "depth",
            &format!("Depth of pools: value of their reserves ({unit})"),
            &unit,
            each(&|pool| worth(run, pool), &unit),
        ),
        Chart {
            note: "Above zero the pool quotes more than the external venue.".into(),
            ..chart("gap", "Pool price over the price outside, less one (%)", "%", each(&|pool| gap(run, pool), "%"))
        },
        Chart {
            note: "Value of the first token over that of all, at outside prices: how far from balance a pool is."
                .into(),
            ..chart(
                "imbalance",
                "Imbalance: share of a pool's first token (%)",
                "%",
                each(&|pool| imbalance(run, pool), "%"),
            )
        },
    ];
    charts.extend(pools.iter().filter_map(|pool| fees(run, pool)));
    charts.extend(lending(run));
    let unpaid = run.ticks.get("bad_debt_numeraire").map(so_far);
    let unpaid = unpaid.filter(|sums| sums.last().is_some_and(|last| *last > 0.0));
    let unpaid =
        unpaid.map(|sums| vec![Series::line("realised bad debt so far", &unit, "vermilion", sums).looks(Look::Area)]);
    let unpaid = chart(
        "bad-debt",
        &format!("Realised bad debt so far: what liquidations wrote off or left unpaid ({unit})"),
        &unit,
        unpaid.unwrap_or_default(),
    );
    charts.push(Chart { from_zero: true, ..unpaid });
    let errors = run.things("_error_ratio", "oracles").into_iter().zip(COLOURS).filter_map(|(oracle, colour)| {
        let errors = run.of(&oracle, "error_ratio")?;
        let is_wrong = errors.iter().any(|error| error.abs() > 0.0);
        is_wrong.then(|| Series::line(&oracle.name, "%", colour, errors.to_vec()))
    });
    charts.push(chart(
        "oracle-error",
        "Oracle error: its price over the one outside, less one (%)",
        "%",
        errors.collect(),
    ));
    section.charts =
        charts.into_iter().filter(|chart| !chart.series.is_empty()).map(|chart| run.over_blocks(chart)).collect();
    section
}

/// Returns what providers of liquidity earned and what prices cost them; nothing where there are none.
fn providers(run: &Run) -> String {
    let title = format!("What providers of liquidity earned, and what prices cost them ({})", run.numeraire());
    let figures = [
        ("fees_earned_numeraire", "fees"),
        ("impermanent_loss_numeraire", "impermanent loss"),
        ("loss_versus_rebalancing_numeraire", "loss versus rebalancing"),
        ("own_trades_numeraire", "own trades"),
        ("holding_revaluation_numeraire", "revaluation of what they held"),
        ("gas_paid_numeraire", "gas paid"),
        ("profit_numeraire", "profit"),
    ];
    by_population(run, "liquidity_providers", &title, &figures)
}

/// Returns what leveraged farmers got and what prices cost them; nothing where there are none.
fn farmers(run: &Run) -> String {
    let title = format!("What farms paid to leveraged farmers, and what prices cost them ({})", run.numeraire());
    let figures = [("rewards_numeraire", "rewards"), ("impermanent_loss_numeraire", "impermanent loss")];
    by_population(run, "leveraged_farmers", &title, &figures)
}

/// Returns a list of the summary as a table: a row per population, a column per figure and what it is called.
fn by_population(run: &Run, name: &str, title: &str, figures: &[(&str, &str)]) -> String {
    let populations = list(&run.summary, name);
    if populations.is_empty() {
        return String::new();
    }
    let row = |population: &Value| {
        let name = Cell::text(format!("{} ({})", word(population, "population"), count(at(population, &["agents"]))));
        let cells = figures.iter().map(|(figure_name, _)| Cell::number(figure(at(population, &[*figure_name]))));
        std::iter::once(name).chain(cells).collect()
    };
    let rows: Vec<Vec<Cell>> = populations.iter().map(row).collect();
    let header: Vec<&str> = std::iter::once("").chain(figures.iter().map(|(_, told)| *told)).collect();
    table(title, &header, &rows)
}

fn chart(id: &str, title: &str, unit: &str, series: Vec<Series>) -> Chart {
    Chart { id: id.to_owned(), title: title.to_owned(), left: unit.to_owned(), series, ..Chart::default() }
}

fn so_far(values: &[f64]) -> Vec<f64> {
    let add = |sum: &mut f64, value: &f64| {
        *sum += if value.is_nan() { 0.0 } else { *value };
        Some(*sum)
    };
    values.iter().scan(0.0, add).collect()
}

/// Returns the worth of each reserve of a pool whose tokens are known; as many as it has.
fn reserves(run: &Run, pool: &Thing) -> Option<Vec<Vec<f64>>> {
    let tokens = run.said.tokens(&pool.name);
    let worths = tokens.iter().enumerate().map(|(place, token)| {
        // Tokens beyond the second have a group of their own.
        let further = || run.of(pool, &format!("{}_reserve", prefix(token, "token")));
        let amounts = run.of(pool, &format!("reserve_{place}")).or_else(further)?;
        let prices = run.outside(token)?;
        Some(amounts.iter().zip(prices).map(|(amount, price)| amount * price).collect::<Vec<f64>>())
    });
    worths.collect::<Option<Vec<_>>>().filter(|worths| worths.len() > 1)
}

fn worth(run: &Run, pool: &Thing) -> Option<Vec<f64>> {
    let worths = reserves(run, pool)?;
    Some((0..run.ticks.rows()).map(|row| worths.iter().map(|worth| worth[row]).sum()).collect())
}

fn imbalance(run: &Run, pool: &Thing) -> Option<Vec<f64>> {
    let (worths, all) = (reserves(run, pool)?, worth(run, pool)?);
    Some(worths[0].iter().zip(all).map(|(first, all)| first / all).collect())
}

fn gap(run: &Run, pool: &Thing) -> Option<Vec<f64>> {
    let tokens = run.said.tokens(&pool.name);
    let [base, quote] = [run.outside(tokens.first()?)?, run.outside(tokens.get(1)?)?];
    let price = run.of(pool, "price")?;
    Some((0..run.ticks.rows()).map(|row| price[row] * quote[row] / base[row] - 1.0).collect())
}

/// Returns what a pair's liquidity earned in fees against what moving prices cost it, each over what it held.
fn fees(run: &Run, pool: &Thing) -> Option<Chart> {
    let fee = run.said.pair_fee(&pool.name)?;
    let (worth, volume, price) = (worth(run, pool)?, run.of(pool, "volume_numeraire")?, run.of(pool, "price")?);
    let start = price.iter().copied().find(|price| *price > 0.0)?;
    let earned: Vec<f64> =
        so_far(&volume.iter().zip(&worth).map(|(volume, worth)| fee * volume / worth).collect::<Vec<_>>());
    let lost: Vec<f64> = price
        .iter()
        .map(|price| {
            let ratio = price / start;
            2.0 * ratio.sqrt() / (1.0 + ratio) - 1.0
        })
        .collect();
    let both = earned.iter().zip(&lost).map(|(earned, lost)| earned + lost).collect();
    let chart = chart(
        &format!("fees-{}", pool.prefix),
        &format!("Fees against impermanent loss, {} (% of what liquidity held)", pool.name),
        "%",
        vec![
            Series::line("fees so far", "%", "green", earned),
            Series::line("impermanent loss", "%", "vermilion", lost),
            Series::line("both", "%", "ink", both).looks(Look::Dashed),
        ],
    );
    Some(Chart {
        note: "For liquidity that was there from the start; the loss is against holding the tokens.".into(),
        ..chart
    })
}

/// Returns utilisation, rates and debts of lending markets and banks.
fn lending(run: &Run) -> Vec<Chart> {
    let assets = run.things("_utilisation_ratio", "");
    let each = |column: &str, unit: &str| -> Vec<Series> {
        let known = assets.iter().filter_map(|asset| Some((asset, run.of(asset, column)?)));
        let used = known.filter(|(_, values)| values.iter().any(|value| *value > 0.0));
        used.zip(COLOURS)
            .map(|((asset, values), colour)| Series::line(&asset.name, unit, colour, values.to_vec()))
            .collect()
    };
    let mut rates = each("borrow_rate_ratio", "%");
    for series in &mut rates {
        series.label += ", borrowing";
    }
    let mut paid = each("supply_rate_ratio", "%");
    for series in &mut paid {
        series.label += ", supplying";
        series.look = Look::Dashed;
    }
    rates.extend(paid);
    let unit = run.numeraire();
    let markets = run.things("_open_loans", "").into_iter().zip(COLOURS);
    let owed = markets.filter_map(|(market, colour)| {
        Some(Series::line(&market.name, unit, colour, run.of(&market, "debt_numeraire")?.to_vec()))
    });
    let owed = owed.collect();
    vec![
        Chart {
            from_zero: true,
            ..chart("utilisation", "Utilisation: debt over supply (%)", "%", each("utilisation_ratio", "%"))
        },
        chart("rates", "Interest rates (% per year)", "% per year", rates),
        chart("debt", &format!("Debt owed to lending markets ({unit})"), unit, owed),
    ]
}
