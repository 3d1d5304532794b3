//! What a run prints at its end: what happened, on one screen.

use std::path::Path;

use comfy_table::{CellAlignment, LineStyle, Table, TableStyle};

use crate::accounts::out_of_gas_money::PopulationOutOfGasMoney;
use crate::accounts::price_gaps::{FAR, PriceGap};
use crate::output::manifest::Status;
use crate::output::summary::{PricePath, Summary};

/// A line under the header and nothing else.
const STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// Returns the text: how far it came, prices, liquidations, profit and loss, and where the files are.
pub(super) fn result(summary: &Summary, status: Status, blocks_asked: u64, folder: &Path) -> String {
    let sections = [
        beginning(summary, status, blocks_asked),
        prices(summary),
        liquidations(summary),
        insolvent_debt(summary),
        block_space(summary),
        profit_and_loss(summary),
        gas_money(summary) + &price_gaps(summary),
        format!("The files are in {}\n", folder.display()),
    ];
    sections.into_iter().filter(|section| !section.is_empty()).collect::<Vec<_>>().join("\n")
}

fn beginning(summary: &Summary, status: Status, blocks_asked: u64) -> String {
    let blocks = match status {
        Status::Complete | Status::Incomplete => format!("{} blocks", grouped(summary.blocks as f64)),
        Status::Interrupted => {
            format!("interrupted after {} of {} blocks", grouped(summary.blocks as f64), grouped(blocks_asked as f64))
        }
    };
    format!(
        "{}, seed {}: {blocks}, {} transactions, {} of them reverted\n",
        summary.scenario,
        summary.seed,
        grouped(summary.transactions as f64),
        grouped(summary.reverts as f64)
    )
}

/// Returns a warning for each population that could no longer pay for gas.
fn gas_money(summary: &Summary) -> String {
    let told = |row: &PopulationOutOfGasMoney| {
        format!(
            "Out of gas money: {} of `{}`, from block {} on, missed {} transactions. Give them more `gas_money`, or none: \
             then they buy gas as they use it.\n",
            grouped(row.agents as f64),
            row.population,
            grouped(row.first_block.unwrap_or_default() as f64),
            grouped(row.missed_transactions as f64)
        )
    };
    summary.out_of_gas_money.iter().filter(|row| row.agents > 0).map(told).collect()
}

/// Returns a warning for each pool and oracle that was far from the price outside for long.
fn price_gaps(summary: &Summary) -> String {
    let told = |of: &str, name: &str, gap: &PriceGap| {
        format!(
            "Far from the price outside: {} `{}`, by more than {:.0} % after {} of {} blocks, the first {}; {:+.1} % after \
             block {}.\n",
            of,
            name,
            100.0 * FAR,
            grouped(gap.blocks as f64),
            grouped(summary.blocks as f64),
            grouped(gap.first_block.unwrap_or_default() as f64),
            tenths(100.0 * gap.farthest_ratio),
            grouped(gap.farthest_block.unwrap_or_default() as f64)
        )
    };
    let pools = summary.pools.iter().map(|pool| ("pool", &pool.name, &pool.far_from_outside));
    let oracles = summary.oracles.iter().map(|oracle| ("oracle", &oracle.name, &oracle.far_from_outside));
    let long = pools.chain(oracles).filter(|(.., gap)| gap.is_long);
    long.map(|(of, name, gap)| told(of, name, gap)).collect()
}

fn prices(summary: &Summary) -> String {
    let mut table = table(&["price", "start", "lowest", "fall", "end", "fall"]);
    let mut row = |name: String, path: &PricePath| {
        let fall = |price: f64| format!("{:+.1} %", tenths(100.0 * (price / path.start - 1.0)));
        let (lowest, end) = (path.lowest, path.end);
        table.add_row([name, figure(path.start), figure(lowest), fall(lowest), figure(end), fall(end)]);
    };
    // The numeraire's own price is 1 and says nothing.
    for token in summary.tokens.iter().filter(|token| token.name != summary.numeraire) {
        row(format!("{} outside", token.name), &token.price_outside_numeraire);
    }
    for pool in &summary.pools {
        row(format!("pool {}", pool.name), &pool.price);
    }
    printed(&table)
}

fn liquidations(summary: &Summary) -> String {
    let (liquidations, numeraire) = (&summary.liquidations, &summary.numeraire);
    let block = |block: Option<u64>| block.map_or_else(|| "-".to_owned(), |block| grouped(block as f64));
    let mut table = table(&["liquidations", "debt", "first block", "last block", "positions open"]);
    table.add_row([
        grouped(liquidations.count as f64),
        format!("{} {numeraire}", figure(liquidations.debt_numeraire)),
        block(liquidations.first_block),
        block(liquidations.last_block),
        format!("{} of {}", grouped(summary.positions.open as f64), grouped(summary.positions.opened as f64)),
    ]);
    printed(&table)
}

/// What the figures of insolvent debt mean, wherever they are printed.
pub(super) const INSOLVENT: &str = "\
Net insolvent debt is realised, what liquidations wrote off or left unpaid, and open, what is owed at the end beyond the
worth of its collateral at outside prices; what is realised is not open.
";

/// Returns debt that nobody will pay; nothing where nobody could owe anything.
fn insolvent_debt(summary: &Summary) -> String {
    if summary.positions.opened == 0 {
        return String::new();
    }
    let debt = &summary.insolvent_debt;
    let net = format!("net insolvent debt ({})", summary.numeraire);
    let mut table = table(&[&net, "realised", "open", "highest net", "in block", "insolvent positions"]);
    table.add_row([
        figure(debt.net_numeraire),
        figure(debt.realised_numeraire),
        figure(debt.open_numeraire),
        figure(debt.net_highest_numeraire),
        debt.net_highest_block.map_or_else(|| "-".to_owned(), |block| grouped(block as f64)),
        grouped(debt.positions as f64),
    ]);
    printed(&table) + INSOLVENT
}

/// What the figures of profit and loss mean.
const EARNED: &str = "\
Revaluation is what outside prices did to the tokens that agents were drawn with, before any leverage, loan or deposit,
and to their money for gas; earned is all the rest, after gas. Own capital is what they were drawn with, without money
for gas.
";

/// Returns what was scarce about blocks; nothing where none was ever full and nobody else wanted them.
fn block_space(summary: &Summary) -> String {
    let (space, liquidations) = (&summary.block_space, &summary.liquidations);
    if space.waiting_most == 0 && space.gas_used_background == 0 {
        return String::new();
    }
    let wait = liquidations.waited_blocks_mean.zip(liquidations.waited_blocks_p95);
    let wait = wait.map_or_else(|| "-".to_owned(), |(mean, p95)| format!("{}, {p95}", figure(mean)));
    let mut table =
        table(&["base fee mean, most (gwei)", "liquidations waited mean, 95 % (blocks)", "waiting at most", "expired"]);
    table.add_row([
        format!("{}, {}", figure(space.base_fee_gwei_mean), figure(space.base_fee_gwei_highest)),
        wait,
        grouped(space.waiting_most as f64),
        grouped(space.expired as f64),
    ]);
    printed(&table)
}

fn profit_and_loss(summary: &Summary) -> String {
    let earned = format!("earned ({})", summary.numeraire);
    let header = ["kind", "agents", &earned, "revaluation", "sum", "own capital", "earned of it", "rewards", "gas"];
    let mut table = table(&header);
    for kind in &summary.profit_and_loss.by_kind {
        table.add_row([
            kind.kind.clone(),
            grouped(kind.agents as f64),
            figure(kind.earned_numeraire),
            figure(kind.revaluation_numeraire),
            figure(kind.profit_numeraire),
            figure(kind.own_capital_numeraire),
            kind.earned_ratio.map_or_else(|| "-".to_owned(), |ratio| format!("{:+.1} %", tenths(100.0 * ratio))),
            figure(kind.rewards_numeraire),
            figure(kind.gas_paid_numeraire),
        ]);
    }
    let moved = |profit: f64| profit.abs() >= 0.005;
    for account in summary.profit_and_loss.accounts.iter().filter(|account| moved(account.profit_numeraire)) {
        let none = String::new;
        table.add_row([account.account.clone(), none(), none(), none(), figure(account.profit_numeraire)]);
    }
    printed(&table) + EARNED
}

/// Returns an empty table: names on the left, numbers on the right.
pub(super) fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(STYLE).set_header(header);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

pub(super) fn printed(table: &Table) -> String {
    table.trim_fmt() + "\n"
}

/// Returns a number as people read it: groups of three digits, or enough digits after the point to tell it from others.
pub(super) fn figure(value: f64) -> String {
    match value.abs() {
        size if !size.is_finite() => "-".to_owned(),
        1_000.0.. => grouped(value),
        0.0 => "0.00".to_owned(),
        0.01.. => format!("{value:.2}"),
        _ => format!("{value:.2e}"),
    }
}

/// Returns a number to a tenth; nothing has no sign.
fn tenths(value: f64) -> f64 {
    (10.0 * value).round() / 10.0 + 0.0
}

/// Returns a number without its fraction, in groups of three digits.
pub(super) fn grouped(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = if value < 0.0 && digits != "0" { "-".to_owned() } else { String::new() };
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_short_and_tell_small_numbers_apart() {
        for (value, text) in [
            (0.0, "0.00"),
            (-0.0, "0.00"),
            (-12.345, "-12.35"),
            (999.5, "999.50"),
            (1_000.0, "1,000"),
            (-1_234_567.8, "-1,234,568"),
            (0.000_012_3, "1.23e-5"),
            (f64::NAN, "-"),
        ] {
            assert_eq!(figure(value), text);
        }
        assert_eq!((grouped(-0.4), grouped(-0.6)), ("0".to_owned(), "-1".to_owned()));
    }
}
