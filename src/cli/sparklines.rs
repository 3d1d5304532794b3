//! Sparklines of a run for the terminal: each price as a line of blocks, and liquidations as bars below.

use std::path::Path;

use super::result::{figure, grouped};

/// Heights of a cell, lowest first.
const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A line with fewer cells than this is left out.
const FEWEST_CELLS: usize = 10;

/// One sparkline: a name and a value per cell.
#[derive(Debug, Clone, PartialEq)]
struct Series {
    label: String,
    /// Whether it is a bar from zero, its cells being sums, and not a line between its lowest and highest.
    is_bar: bool,
    cells: Vec<f64>,
}

/// Returns the lines for a run's folder, cut to `width` columns; nothing where they would not fit or there is nothing to
/// see.
pub(super) fn sparklines(folder: &Path, blocks: u64, width: usize) -> String {
    let Ok(reader) = csv::Reader::from_path(folder.join("ticks.csv")) else { return String::new() };
    let Some(mut list) = series(reader, blocks, width) else { return String::new() };
    let seen = |series: &Series| series.cells.iter().any(|cell| cell.to_bits() != series.cells[0].to_bits());
    list.retain(seen);
    let labels: Vec<String> = list.iter().map(label).collect();
    let widest = labels.iter().map(|label| label.chars().count()).max().unwrap_or(0);
    let Some(room) = width.checked_sub(widest + 2).filter(|room| *room >= FEWEST_CELLS) else { return String::new() };
    let lines = list.iter().zip(&labels).map(|(series, label)| {
        let gap = " ".repeat(widest - label.chars().count() + 2);
        format!("{label}{gap}{}\n", drawn(&rebinned(series, room), series.is_bar).trim_end())
    });
    lines.collect()
}

/// Reads outside prices, pool prices and liquidations, in at most `width` cells.
fn series(mut reader: csv::Reader<std::fs::File>, blocks: u64, width: usize) -> Option<Vec<Series>> {
    let header = reader.headers().ok()?.clone();
    let named = |name: &str| header.iter().any(|column| column == name);
    let mut list: Vec<(usize, Series)> = Vec::new();
    let cells = usize::try_from(blocks).ok()?.min(width).max(1);
    for (column, index) in header.iter().zip(0..) {
        let token = column.strip_suffix("_price_outside_numeraire").map(|token| format!("{token} outside"));
        let pool = column.strip_suffix("_price").filter(|pool| named(&format!("{pool}_reserve_0")));
        let bar = (column == "liquidations").then(|| "liquidations".to_owned());
        let is_bar = bar.is_some();
        if let Some(label) = token.or_else(|| pool.map(|pool| format!("{pool} pool"))).or(bar) {
            list.push((index, Series { label, is_bar, cells: vec![0.0; cells] }));
        }
    }
    let mut counts = vec![0.0; cells];
    let mut record = csv::StringRecord::new();
    let mut block = 0;
    while reader.read_record(&mut record).ok()? {
        let cell = (block * cells / usize::try_from(blocks).ok()?).min(cells - 1);
        counts[cell] += 1.0;
        for (index, series) in &mut list {
            series.cells[cell] += record.get(*index)?.parse::<f64>().unwrap_or(0.0);
        }
        block += 1;
    }
    for (_, series) in list.iter_mut().filter(|(_, series)| !series.is_bar) {
        series.cells.iter_mut().zip(&counts).for_each(|(sum, count)| *sum /= f64::max(*count, 1.0));
    }
    // Outside prices and pools first, bars below.
    let mut list: Vec<Series> = list.into_iter().map(|(_, series)| series).collect();
    list.sort_by_key(|series| series.is_bar);
    Some(list)
}

/// Returns what stands before a line: its name and its range.
fn label(series: &Series) -> String {
    let (low, high) = range(&series.cells);
    if series.is_bar {
        format!("{}, {} in all", series.label, grouped(series.cells.iter().sum()))
    } else {
        format!("{}, {} to {}", series.label, figure(low), figure(high))
    }
}

/// Joins cells until so many are left: counts by their sum, prices by their mean.
fn rebinned(series: &Series, room: usize) -> Vec<f64> {
    let n = series.cells.len().min(room);
    let edge = |cell: usize| cell * series.cells.len() / n;
    let join = |cell: usize| {
        let part = &series.cells[edge(cell)..edge(cell + 1)];
        let sum: f64 = part.iter().sum();
        if series.is_bar { sum } else { sum / part.len() as f64 }
    };
    (0..n).map(join).collect()
}

/// Draws cells as heights; a bar of nothing is a blank.
fn drawn(cells: &[f64], is_bar: bool) -> String {
    let (lowest, high) = range(cells);
    let low = if is_bar { 0.0 } else { lowest };
    let height = |cell: f64| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of eight heights")]
        let step = ((cell - low) / (high - low).max(f64::MIN_POSITIVE) * HEIGHTS.len() as f64) as usize;
        HEIGHTS[step.min(HEIGHTS.len() - 1)]
    };
    cells.iter().map(|cell| if is_bar && *cell <= 0.0 { ' ' } else { height(*cell) }).collect()
}

fn range(cells: &[f64]) -> (f64, f64) {
    cells.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), cell| (low.min(*cell), high.max(*cell)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_of(ticks: &str, blocks: u64, width: usize) -> String {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("ticks.csv"), ticks).unwrap();
        sparklines(home.path(), blocks, width)
    }

    const HEADER: &str =
        "block,liquidations,usdc_price_outside_numeraire,eth_price_outside_numeraire,a_price,a_reserve_0\n";

    #[test]
    fn a_price_falls_and_liquidations_stand_where_they_were() {
        let row = |block: u32| {
            let (price, liquidations) = (2_000 - block * 10, if block == 32 { 5 } else { 0 });
            format!("{block},{liquidations},1,{price},{price}.5,7\n")
        };
        let rows = (0..64).map(row).collect::<Vec<_>>().concat();
        let seen = lines_of(&(HEADER.to_owned() + &rows), 64, 80);
        let lines: Vec<&str> = seen.lines().collect();
        assert_eq!(lines.len(), 3, "a constant price says nothing: {seen}");
        assert!(lines[0].starts_with("eth outside, 1,370 to 2,000") && lines[0].ends_with('▁'), "{seen}");
        assert!(lines[1].starts_with("a pool, 1,370 to 2,000"), "{seen}");
        assert!(lines[2].starts_with("liquidations, 5 in all") && lines[2].ends_with('█'), "{seen}");
        assert_eq!(lines[2].matches('█').count(), 1);
        assert!(lines.iter().all(|line| line.chars().count() <= 80), "{seen}");
        assert!(lines[0].contains('█'), "{seen}");
    }

    #[test]
    fn where_there_is_no_room_or_nothing_to_see_nothing_is_shown() {
        let two = HEADER.to_owned() + "0,0,1,2,3,4\n1,0,1,3,4,4\n";
        assert_eq!(lines_of(&two, 2, 20), "");
        assert_ne!(lines_of(&two, 2, 80), "");
        assert_eq!(lines_of(HEADER, 2, 80), "");
        assert_eq!(lines_of("", 2, 80), "");
    }
}
