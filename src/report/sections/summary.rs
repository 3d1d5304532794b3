//! What the run came to, in words and a few numbers.

use serde_json::Value;

use super::super::format::{count, date, elapsed, percent, short, shortest, signed};
use super::super::html::escape;
use super::super::source::{Run, at, list, word};
use super::Section;
use crate::accounts::price_gaps::FAR;

/// A figure in large digits.
pub(in super::super) struct Tile {
    /// What the figure is.
    pub(in super::super) label: String,
    /// Formatted.
    pub(in super::super) number: String,
    /// One line below the figure.
    pub(in super::super) note: String,
}

/// Returns the tiles' markup.
pub(in super::super) fn tiles(tiles: &[Tile]) -> String {
    let tile = |tile: &Tile| {
        format!(
            "<div class=\"tile\"><dt>{}</dt><dd><strong>{}</strong><span>{}</span></dd></div>\n",
            escape(&tile.label),
            escape(&tile.number),
            escape(&tile.note)
        )
    };
    format!("<dl class=\"tiles\">{}</dl>\n", tiles.iter().map(tile).collect::<String>())
}

/// A price that fell: in the run, and without forced sales if that is known.
pub(in super::super) struct Fall {
    /// The collateral's symbol and the pool's or oracle's name, or the pool alone.
    pub(in super::super) name: String,
    /// Before the first block.
    pub(in super::super) start: f64,
    /// After the block where it is lowest.
    pub(in super::super) lowest: f64,
    /// The number of that block; `NaN` if the price never fell.
    pub(in super::super) block: f64,
    /// `NaN` in a folder without a cascade.
    pub(in super::super) in_counterfactual_0: f64,
    /// What the scenario's shocks had done to it by then, in its unit; `NaN` without a cascade.
    by_shocks: f64,
    /// Fall in the run over fall in counterfactual 0; `NaN` without a cascade.
    pub(in super::super) amplification: f64,
}

impl Fall {
    fn ratio(&self) -> f64 {
        self.lowest / self.start - 1.0
    }
}

/// Returns the price that fell most among those that decide about liquidations, or else among all.
pub(in super::super) fn deepest(run: &Run) -> Option<Fall> {
    let path = |name: String, path: &Value| Fall {
        name,
        start: at(path, &["start"]),
        lowest: at(path, &["lowest"]),
        block: at(path, &["lowest_block"]),
        in_counterfactual_0: at(path, &["lowest_in_counterfactual_0"]),
        by_shocks: at(path, &["at_lowest", "shock"]),
        amplification: at(path, &["amplification"]),
    };
    let decided = list(&run.summary["cascade"], "price_amplification");
    let mut falls: Vec<Fall> = decided.iter().map(|price| path(word(price, "name").to_owned(), price)).collect();
    if falls.is_empty() {
        let tokens = list(&run.summary, "tokens").iter();
        falls = tokens.map(|token| path(word(token, "name").to_owned(), &token["price_outside_numeraire"])).collect();
    }
    falls.retain(|fall| fall.ratio().is_finite());
    falls.into_iter().min_by(|a, b| a.ratio().total_cmp(&b.ratio()))
}

/// An outside price that rose.
pub(in super::super) struct Rise {
    name: String,
    start: f64,
    highest: f64,
    /// The number of the block where it is highest.
    pub(in super::super) block: f64,
}

impl Rise {
    fn ratio(&self) -> f64 {
        self.highest / self.start - 1.0
    }
}

/// Returns the outside price that rose most, where it rose more than any fell; none in a folder with a cascade, which is about
/// what fell.
pub(in super::super) fn highest(run: &Run) -> Option<Rise> {
    let rise = |(name, prices): (String, &[f64])| {
        let (row, highest) = prices.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0)))?;
        Some(Rise { name, start: *prices.first()?, highest: *highest, block: *run.blocks().get(row)? })
    };
    let rises = run.prices().into_iter().filter_map(rise).filter(|rise| rise.ratio().is_finite());
    let rise = rises.max_by(|a, b| a.ratio().total_cmp(&b.ratio()))?;
    let fell = deepest(run).map_or(0.0, |fall| -fall.ratio());
    (!run.summary["cascade"].is_object() && rise.ratio() > fell.max(0.001)).then_some(rise)
}

/// What a kind of agents gained, in whole numeraire tokens.
pub(in super::super) struct Gained {
    /// The kind.
    pub(in super::super) kind: String,
    /// Without the revaluation of what they were drawn with.
    pub(in super::super) earned: f64,
    /// Of what they were drawn with.
    pub(in super::super) revaluation: f64,
    /// The sum of the two.
    pub(in super::super) profit: f64,
}

/// Returns what kinds of agents gained, who earned most first.
pub(in super::super) fn gains(summary: &Value) -> Vec<Gained> {
    let gained = |item: &Value| {
        let [earned, revaluation, profit] =
            ["earned_numeraire", "revaluation_numeraire", "profit_numeraire"].map(|name| at(item, &[name]));
        Gained { kind: word(item, "kind").replace('_', " "), earned, revaluation, profit }
    };
    let mut gains: Vec<Gained> = list(&summary["profit_and_loss"], "by_kind").iter().map(gained).collect();
    gains.retain(|gained| gained.earned.is_finite());
    gains.sort_by(|a, b| b.earned.total_cmp(&a.earned));
    gains
}

/// Returns what accounts gained that are no agent's, highest first.
pub(in super::super) fn accounts(summary: &Value) -> Vec<(String, f64)> {
    let all = list(&summary["profit_and_loss"], "accounts").iter();
    let mut accounts: Vec<(String, f64)> =
        all.map(|item| (word(item, "account").replace('_', " "), at(item, &["profit_numeraire"]))).collect();
    accounts.retain(|(_, profit)| profit.is_finite());
    accounts.sort_by(|a, b| b.1.total_cmp(&a.1));
    accounts
}

pub(in super::super) fn section(run: &Run) -> Section {
    let mut section = Section::new("summary", "Summary");
    let summary = &run.summary;
    let unit = run.numeraire();
    let fall = deepest(run);
    let cascade = &summary["cascade"];
    let (many, debt, bad) = (
        at(summary, &["liquidations", "count"]),
        at(summary, &["liquidations", "debt_numeraire"]),
        at(summary, &["insolvent_debt", "realised_numeraire"]),
    );
    for warning in warnings(summary) {
        section.say(&warning);
    }
    let rise = highest(run);
    section.say(&rise.as_ref().map_or_else(|| fell(run, fall.as_ref()), |rise| rose(run, rise)));
    section.say(&liquidated(run, many, debt, bad, unit));
    if at(summary, &["positions", "opened"]) > 0.0 {
        section.say(NET_INSOLVENT_DEBT);
    }
    let mut cards = shock(run, fall.as_ref());
    cards.extend(rise.map_or_else(|| fell_to(run, fall.as_ref()), |rise| Some(rose_to(run, &rise))));
    cards.extend(amplification(fall.as_ref()));
    cards.extend([
        Tile {
            label: "Liquidated".into(),
            number: if many > 0.0 { shortest(debt) } else { "nothing".into() },
            note: if many > 0.0 { format!("{unit} of debt, {} liquidations", count(many)) } else { String::new() },
        },
        insolvent(summary, unit),
    ]);
    cards.extend(who(&gains(summary), unit));
    section.before += &tiles(&cards);
    if cascade.is_object() && cascade["ended_within_depth"] == false {
        section.say(&format!(
            "The causes do not end within {} generations: what lies behind the last is called deeper. \
             More `--depth` tells more of them apart.",
            count(at(cascade, &["generations_asked"]))
        ));
    }
    section
}

/// Returns what makes the run's figures say less than they seem to: populations that could no longer pay for gas, pools and
/// oracles that were far from the price outside for long.
fn warnings(summary: &Value) -> Vec<String> {
    let figure = |row: &Value, name: &str| count(at(row, &[name]));
    let dry = list(summary, "out_of_gas_money").iter().filter(|row| at(row, &["agents"]) > 0.0).map(|row| {
        format!(
            "Out of gas money: {} of {}, from block {} on, missed {} transactions.",
            figure(row, "agents"),
            word(row, "population"),
            figure(row, "first_block"),
            figure(row, "missed_transactions")
        )
    });
    let of = |list_name: &'static str, of: &'static str| list(summary, list_name).iter().map(move |one| (of, one));
    let all = of("pools", "pool").chain(of("oracles", "oracle"));
    let far = all.filter(|(_, one)| one["far_from_outside"]["is_long"] == true).map(|(of, one)| {
        let gap = &one["far_from_outside"];
        format!(
            "Far from the price outside: {} {}, by more than {} after {} of {} blocks, the first {}; {} after block {}.",
            of,
            word(one, "name"),
            percent(FAR),
            figure(gap, "blocks"),
            figure(summary, "blocks"),
            figure(gap, "first_block"),
            signed(percent(at(gap, &["farthest_ratio"]))),
            figure(gap, "farthest_block")
        )
    });
    dry.chain(far).collect()
}

/// What net insolvent debt is, on every page that has it.
pub(in super::super) const NET_INSOLVENT_DEBT: &str = "Net insolvent debt is realised, what liquidations wrote off or left unpaid, \
     and open, what is owed at the end beyond the worth of its collateral at outside prices; what is realised is not open.";

fn insolvent(summary: &Value, unit: &str) -> Tile {
    let figure = |name: &str| at(summary, &["insolvent_debt", &format!("{name}_numeraire")]);
    let net = figure("net");
    let highest = format!("{} at its highest", short(figure("net_highest")));
    Tile {
        label: "Net insolvent debt".into(),
        number: if net > 0.0 { shortest(net) } else { "none".into() },
        note: if net > 0.0 {
            format!("{unit}: {} realised, {} open; {highest}", short(figure("realised")), short(figure("open")))
        } else if figure("net_highest") > 0.0 {
            format!("at the end; {highest}")
        } else {
            String::new()
        },
    }
}

/// Returns a block's number, and its date and time after the first if that is known.
fn when(run: &Run, block: f64) -> String {
    let time = run.row(block).and_then(|row| {
        let times = run.ticks.get("time_s")?;
        let date = if run.said.is_dated() { format!(", on {}", date(times[row])) } else { String::new() };
        Some(format!("{date}, {} after the start", elapsed(times[row] - times.first()?)))
    });
    format!("at block {}{}", count(block), time.unwrap_or_default())
}

fn rose(run: &Run, rise: &Rise) -> String {
    let (start, highest) = (short(rise.start), short(rise.highest));
    let when = when(run, rise.block);
    format!(
        "The outside price of {} rose from {start} to {highest} {when}: {}.",
        rise.name,
        signed(percent(rise.ratio()))
    )
}

fn rose_to(run: &Run, rise: &Rise) -> Tile {
    let of = run.said.origin(&rise.name).map_or(String::new(), |origin| format!("{origin} outside, "));
    Tile {
        label: format!("Rise of {}", rise.name),
        number: signed(percent(rise.ratio())),
        note: format!("{of}at its highest"),
    }
}

fn fell(run: &Run, fall: Option<&Fall>) -> String {
    let Some(fall) = fall.filter(|fall| fall.ratio() < -0.001) else {
        return format!("Over {} blocks no outside price fell.", count(at(&run.summary, &["blocks"])));
    };
    let mut told = vec![format!(
        "The price of {} fell from {} to {} {}: {}.",
        fall.name,
        short(fall.start),
        short(fall.lowest),
        when(run, fall.block),
        percent(fall.ratio()),
    )];
    if fall.in_counterfactual_0.is_finite() {
        told.push(format!(
            "With the same random draws and every forced sale muted it would have fallen by {}.",
            percent(1.0 - fall.in_counterfactual_0 / fall.start)
        ));
    }
    if fall.amplification.is_finite() {
        told.push(format!(
            "The liquidations made the fall {:.2} times as deep{}",
            fall.amplification,
            if fall.amplification < 1.02 { ": next to nothing." } else { "." }
        ));
    }
    told.join(" ")
}

fn liquidated(run: &Run, many: f64, debt: f64, bad: f64, unit: &str) -> String {
    if many.is_nan() || many == 0.0 {
        return "Nothing was liquidated in this run: there is no cascade to show.".to_owned();
    }
    let block = |name| count(at(&run.summary, &["liquidations", name]));
    let unpaid =
        if bad > 0.0 { format!("; {} {unit} were left unpaid", short(bad)) } else { ", all of it repaid".into() };
    let mut told = vec![format!(
        "Between block {} and block {} there were {} liquidations, of {} {unit} of debt{unpaid}.",
        block("first_block"),
        block("last_block"),
        count(many),
        short(debt)
    )];
    let cascade = &run.summary["cascade"];
    let induced = at(cascade, &["induced_debt_ratio"]);
    if induced.is_finite() {
        told.push(format!(
            "{} of that debt would not have been liquidated by the shock alone: others' forced sales brought it about.",
            percent(induced)
        ));
    }
    let sooner = at(cascade, &["brought_forward", "count"]);
    if sooner > 0.0 {
        let most = if sooner >= 2.0 { "liquidations came" } else { "liquidation came" };
        told.push(format!(
            "{} {most} sooner than they would have, by {} blocks on average.",
            count(sooner),
            count(at(cascade, &["brought_forward", "mean_blocks"]))
        ));
    }
    told.join(" ")
}

/// Returns a card for what the scenario's shocks did to the price, or for each shock, as the scenario says.
fn shock(run: &Run, fall: Option<&Fall>) -> Vec<Tile> {
    let shocks = run.said.shocks();
    let named =
        |(token, kind, _): &(String, String, String)| format!("{}{} of {token}", kind[..1].to_uppercase(), &kind[1..]);
    let (Some(fall), [one, ..]) = (fall, shocks.as_slice()) else { return vec![] };
    if fall.by_shocks.is_finite() {
        let label = if shocks.len() == 1 { named(one) } else { format!("{} shocks", shocks.len()) };
        let note = format!("what it did to {}, no forced sales", fall.name);
        return vec![Tile { label, number: signed(percent(fall.by_shocks / fall.start)), note }];
    }
    let told = |shock: &(String, String, String)| {
        let size =
            shock.2.strip_prefix("Fixed(").and_then(|size| size.strip_suffix(')')).and_then(|size| size.parse().ok());
        let way = if shock.1 == "pump" { 1.0 } else { -1.0 };
        let number = size.map_or_else(|| "drawn".to_owned(), |size: f64| signed(percent(way * size)));
        let law = if size.is_none() { format!(": {}", shock.2) } else { String::new() };
        Tile { label: named(shock), number, note: format!("the scenario's shock{law}") }
    };
    shocks.iter().take(2).map(told).collect()
}

fn fell_to(run: &Run, fall: Option<&Fall>) -> Option<Tile> {
    let fall = fall.filter(|fall| fall.ratio() < 0.0)?;
    let token = fall.name.split(" in ").next().unwrap_or_default();
    let note = if fall.in_counterfactual_0.is_finite() {
        let without = percent(fall.in_counterfactual_0 / fall.start - 1.0);
        format!("at its lowest; {without} had no forced sale moved it")
    } else {
        let of = run.said.origin(token).map_or(String::new(), |origin| format!("{origin} outside, "));
        format!("{of}at its lowest")
    };
    Some(Tile { label: format!("Fall of {}", fall.name), number: percent(fall.ratio()), note })
}

fn amplification(fall: Option<&Fall>) -> Option<Tile> {
    let fall = fall.filter(|fall| fall.amplification.is_finite())?;
    let note = "fall in the run over fall without forced sales".to_owned();
    Some(Tile { label: "Amplification".to_owned(), number: format!("{:.2}×", fall.amplification), note })
}

fn who(gains: &[Gained], unit: &str) -> Option<Tile> {
    let (best, worst) = (gains.first()?, gains.last()?);
    Some(Tile {
        label: format!("Earned least: {}", worst.kind),
        number: shortest(worst.earned),
        note: format!(
            "{unit}, and revaluation of {}; {} earned most: {}",
            signed(short(worst.revaluation)),
            best.kind,
            signed(short(best.earned))
        ),
    })
}
