//! Figures of the page that no command prints, made of what runs leave.

use super::{Reader, SCENARIO};

/// Which blocks are drawn, and how many make a character.
const FIRST: usize = 3_600;
const LAST: usize = 6_000;
const BLOCKS: usize = 30;

/// Blocks of a line of text, by how much of its height is full.
const LEVELS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The pool's price and liquidations through the crash, of the run that the page has made, and of one without forced sales.
pub(super) fn muted_forced_sales(reader: &Reader) -> String {
    reader.runs(&format!("run {SCENARIO} --mute-forced-sales --out muted"));
    let runs = ["output/leveraged_farm_crash-1", "muted"].map(|folder| reader.left(&format!("{folder}/ticks.csv")));
    let (lowest, highest) = (900.0, 2_100.0);
    let price = |ticks: &[u8]| {
        let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
        drawn(ticks, "eth_usdc_price", |part| ((mean(part) - lowest) / (highest - lowest) * 8.0).ceil())
    };
    let counts = runs.each_ref().map(|ticks| sums(&column(ticks, "liquidations")));
    let most = counts.iter().flatten().fold(0.0_f64, |most, count| most.max(*count));
    let top = (most / 50.0).ceil() * 50.0;
    let count = |ticks: &[u8]| drawn(ticks, "liquidations", |part| (part.iter().sum::<f64>() / top * 8.0).ceil());
    let rows = [
        ("pool price, 900 to 2,100".to_owned(), price(&runs[0])),
        ("  with sales muted".to_owned(), price(&runs[1])),
        (format!("liquidations, up to {top:.0}"), count(&runs[0])),
        ("  with sales muted".to_owned(), count(&runs[1])),
    ];
    rows.map(|(name, row)| format!("{name:28}{row}").trim_end().to_owned() + "\n").concat()
}

fn sums(rows: &[f64]) -> Vec<f64> {
    rows[FIRST..LAST].chunks(BLOCKS).map(|part| part.iter().sum()).collect()
}

fn drawn(ticks: &[u8], name: &str, level: impl Fn(&[f64]) -> f64) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 8")]
    let char_of = |part: &[f64]| LEVELS[level(part).clamp(0.0, 8.0) as usize];
    column(ticks, name)[FIRST..LAST].chunks(BLOCKS).map(char_of).collect()
}

/// Returns a column of a CSV as numbers, an empty cell as 0.
fn column(table: &[u8], name: &str) -> Vec<f64> {
    let mut rows = std::str::from_utf8(table).unwrap().lines().map(|row| row.split(',').collect::<Vec<_>>());
    let head = rows.next().unwrap();
    let place = head.iter().position(|column| *column == name).unwrap_or_else(|| panic!("no `{name}` among {head:?}"));
    rows.map(|row| if row[place].is_empty() { 0.0 } else { row[place].parse().unwrap() }).collect()
}

/// Bad debt and delay over a hundred seeds, by how many of the crash's liquidations a block has room for.
pub(super) fn room_for_liquidations(reader: &Reader) -> String {
    let rows = [("all", "congested_crash"), ("half", "congested_crash_half"), ("a tenth", "congested_crash_tenth")];
    let rows = rows.map(|(room, name)| {
        reader.runs(&format!("run scenarios/{name}.ron --seeds 1..100"));
        let left = reader.left(&format!("output/{name}-seeds/summary.json"));
        let figures: serde_json::Value = serde_json::from_slice(&left).unwrap();
        let [bad_debt, waited] =
            ["insolvent_debt_realised_numeraire", "liquidations_waited_blocks_mean"].map(|figure| {
                let mean = &figures["figures"][figure]["mean"];
                let [low, high] = [&mean["low"], &mean["high"]].map(|end| end.as_f64().unwrap());
                (mean["estimate"].as_f64().unwrap(), low, high)
            });
        let whole = |amount: f64| thousands(&format!("{amount:.0}"));
        let debt = format!("{} to {}", whole(bad_debt.1), whole(bad_debt.2));
        let delay = format!("{:.2} to {:.2}", waited.1, waited.2);
        format!(" {room:8}   {:>15}   {debt:28}   {:>28.2}   {delay}\n", whole(bad_debt.0), waited.0)
    });
    let head = format!(
        " {:8}   {:>15}   {:28}   {:>28}   {}\n",
        "room for", "bad debt (USDC)", "its 95 % interval", "liquidations waited (blocks)", "its 95 % interval",
    );
    let rule = "─".repeat(head.trim_end().chars().count() + 1) + "\n";
    head + &rule + &rows.concat()
}

/// Returns digits with a comma after each three.
pub(super) fn thousands(digits: &str) -> String {
    let parts: Vec<_> = digits.as_bytes().rchunks(3).rev().map(|part| std::str::from_utf8(part).unwrap()).collect();
    parts.join(",")
}

#[test]
fn numbers_are_written_in_thousands() {
    assert_eq!([0.0, 26.0, 296_142.4].map(|amount| thousands(&format!("{amount:.0}"))), ["0", "26", "296,142"]);
}
