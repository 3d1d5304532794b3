//! The table of events: liquidations one by one, everything else of a block by who did what where.

use std::collections::BTreeMap;

use super::format::figure;
use super::frame::Named;
use super::grid::{Cells, Column, Grid, Texts, hundredths};
use super::liquidations::is_liquidation;
use super::source::{Run, whole};
use crate::output::finished::FinishedError;

/// The most rows on the page: the largest by value are kept.
const MOST: usize = 5_000;

/// A row of the page's table of events.
#[derive(Debug, Clone, Default, PartialEq)]
struct Row {
    block: u64,
    kind: String,
    who: String,
    place: String,
    reason: String,
    generation: String,
    /// What went in and what came out: the token and how much.
    moved: [(String, f64); 2],
    count: u64,
    /// In whole numeraire tokens: what orders rows by size.
    value: f64,
    bad_debt: f64,
}

impl Row {
    /// Reads a row of `events.csv`; `value` tells the value of an amount of a token in a block.
    fn of_event(named: &Named, record: &csv::ByteRecord, value: &impl Fn(&str, f64, u64) -> f64) -> Option<Self> {
        let text = |name| named.text(record, name).to_owned();
        let block = whole(named.text(record, "block"))?;
        let amount = |name| named.number(record, name);
        let place =
            ["worker", "bank", "pool", "market", "farm", "oracle"].into_iter().map(text).find(|name| !name.is_empty());
        let (kind, mut reason) = (text("kind"), text("reason"));
        if reason.is_empty() && text("action") != kind {
            reason = text("action");
        }
        let [(token_in, paid), (token_out, got)] =
            [(text("token_in"), amount("amount_in")), (text("token_out"), amount("amount_out"))];
        let one_value = if paid.is_nan() { value(&token_out, got, block) } else { value(&token_in, paid, block) };
        let bad = value(if kind == "kill" { &token_out } else { &token_in }, amount("bad_debt"), block);
        Some(Self {
            block,
            kind,
            who: text("population"),
            place: place.unwrap_or_default(),
            reason,
            generation: String::new(),
            moved: [(token_in, paid), (token_out, got)],
            count: 1,
            value: one_value,
            bad_debt: bad,
        })
    }

    /// Liquidations are kept before what agents do on purpose, and that before what came to nothing; then the larger.
    fn rank(&self) -> u8 {
        match self.kind.as_str() {
            kind if is_liquidation(kind) => 0,
            "revert" | "drop" | "expire" | "replace" => 3,
            "swap" | "venue_buy" | "venue_sell" | "publish_price" | "reinvest" => 2,
            _ => 1,
        }
    }

    fn told(&self) -> String {
        let told = |(token, amount): &(String, f64)| {
            if token.is_empty() || amount.is_nan() { String::new() } else { format!("{} {token}", figure(*amount)) }
        };
        let [paid, got] = [told(&self.moved[0]), told(&self.moved[1])];
        match (paid.is_empty(), got.is_empty()) {
            (false, false) => format!("{paid} → {got}"),
            (_, true) if self.reason.is_empty() => paid,
            (true, true) => self.reason.clone(),
            _ => format!("{paid}{got}"),
        }
    }
}

/// The page's table, with how much of `events.csv` it holds.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) grid: Grid,
    /// Rows on the page.
    pub(super) rows: usize,
    /// Rows of `events.csv`.
    pub(super) of: u64,
}

impl Table {
    /// Reads `events.csv`, and `cascade.csv` where there is one.
    ///
    /// # Errors
    /// A table is there and is none.
    pub(super) fn of(run: &Run) -> Result<Self, FinishedError> {
        let mut gathered = Gathered::default();
        let prices = run.prices();
        let value = |token: &str, amount: f64, block: u64| {
            run.row(block as f64)
                .and_then(|row| prices.get(token).map(|prices| prices[row] * amount))
                .unwrap_or(f64::NAN)
        };
        let has_causes = run.each_row("cascade.csv", |named, record| gathered.liquidation(named, record))?;
        run.each_row("events.csv", |named, record| {
            gathered.of += 1;
            let is_liquidation = is_liquidation(named.text(record, "kind"));
            if !(is_liquidation && has_causes) {
                gathered.event(named, record, is_liquidation, &value);
            }
        })?;
        Ok(gathered.table(run.numeraire()))
    }
}

#[derive(Debug, Default)]
struct Gathered {
    rows: Vec<Row>,
    /// The block that `rows` are of.
    block: u64,
    groups: BTreeMap<[String; 6], Row>,
    of: u64,
}

impl Gathered {
    fn liquidation(&mut self, named: &Named, record: &csv::ByteRecord) {
        let text = |name| named.text(record, name).to_owned();
        let number = |name| named.number(record, name);
        let Some(block) = whole(named.text(record, "block")) else { return };
        let owner = format!("{} {} by {}", text("population"), text("agent"), text("liquidator_population"));
        let generation = text("generation");
        self.rows.push(Row {
            block,
            kind: text("kind"),
            who: owner,
            place: text("protocol"),
            reason: String::new(),
            generation,
            moved: [(text("collateral"), number("sold")), (text("debt_token"), number("debt"))],
            count: 1,
            value: number("debt_numeraire"),
            bad_debt: number("bad_debt_numeraire"),
        });
        self.prune();
    }

    fn event(
        &mut self,
        named: &Named,
        record: &csv::ByteRecord,
        is_liquidation: bool,
        value: &impl Fn(&str, f64, u64) -> f64,
    ) {
        let Some(mut row) = Row::of_event(named, record, value) else { return };
        let block = row.block;
        if is_liquidation {
            let text = |name| named.text(record, name);
            let owner = text("borrower_population");
            row.who = if owner.is_empty() {
                format!("position {} by {}", text("position"), row.who)
            } else {
                format!("{owner} {} by {}", text("borrower"), row.who)
            };
            self.rows.push(row);
            return self.prune();
        }
        if block != self.block {
            self.close_block();
            self.block = block;
        }
        let key =
            [&row.kind, &row.who, &row.place, &row.reason, &row.moved[0].0, &row.moved[1].0].map(String::to_owned);
        if let Some(held) = self.groups.get_mut(&key) {
            held.count += 1;
            held.value += row.value;
            for (held, one) in held.moved.iter_mut().zip(row.moved) {
                held.1 += one.1;
            }
        } else {
            self.groups.insert(key, row);
        }
    }

    fn close_block(&mut self) {
        self.rows.extend(std::mem::take(&mut self.groups).into_values());
        self.prune();
    }

    /// Drops what would not be shown anyway, before it is too much to hold.
    fn prune(&mut self) {
        if self.rows.len() >= 8 * MOST {
            self.keep_most();
        }
    }

    fn keep_most(&mut self) {
        let by_importance = |a: &Row, b: &Row| {
            let size = |row: &Row| if row.value.is_nan() { 0.0 } else { row.value };
            a.rank().cmp(&b.rank()).then(size(b).total_cmp(&size(a)))
        };
        self.rows.sort_by(by_importance);
        self.rows.truncate(MOST);
    }

    fn table(mut self, numeraire: &str) -> Table {
        self.close_block();
        self.keep_most();
        self.rows.sort_by(|a, b| (a.block, a.rank()).cmp(&(b.block, b.rank())).then(b.value.total_cmp(&a.value)));
        let mut texts = Texts::default();
        let mut words =
            |of: &dyn Fn(&Row) -> String| Cells::Words(self.rows.iter().map(|row| texts.place(&of(row))).collect());
        let (kind, who, place) =
            (words(&|row| row.kind.replace('_', " ")), words(&|row| row.who.clone()), words(&|row| row.place.clone()));
        let generation = words(&|row| row.generation.clone());
        let value =
            |of: &dyn Fn(&Row) -> f64| Cells::Hundredths(self.rows.iter().map(|row| hundredths(of(row))).collect());
        let column = |label: &str, cells| Column { label: label.to_owned(), cells };
        let columns = vec![
            column("block", Cells::Counts(self.rows.iter().map(|row| row.block).collect())),
            column("what", kind),
            column("generation", generation),
            column("who", who),
            column("where", place),
            column("how much", Cells::Texts(self.rows.iter().map(Row::told).collect())),
            column("times", Cells::Counts(self.rows.iter().map(|row| row.count).collect())),
            column(&format!("value ({numeraire})"), value(&|row| row.value)),
            column(
                &format!("left unpaid ({numeraire})"),
                value(&|row| if row.bad_debt == 0.0 { f64::NAN } else { row.bad_debt }),
            ),
        ];
        let grid = Grid { id: "events".to_owned(), columns, texts: texts.list() };
        Table { grid, rows: self.rows.len(), of: self.of }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Table {
        let mut gathered = Gathered::default();
        super::super::frame::each_row(text.as_bytes(), |named, record| {
            let is_liquidation = named.text(record, "kind") == "kill";
            gathered.event(named, record, is_liquidation, &|_, amount, _| 2.0 * amount);
        })
        .unwrap();
        gathered.table("USDC")
    }

    #[test]
    fn what_happened_often_in_a_block_is_one_row_and_a_liquidation_is_its_own() {
        let table = rows(
            "block,kind,action,population,pool,position,token_in,amount_in,token_out,amount_out,bad_debt,reason\n\
             3,swap,swap,traders,A,,USDC,10,ETH,1,,\n3,swap,swap,traders,A,,USDC,30,ETH,2,,\n\
             3,swap,swap,others,A,,USDC,5,ETH,1,,\n4,revert,kill,bots,,,,,,,,healthy\n4,revert,kill,bots,,,,,,,,healthy\n\
             4,kill,kill,bots,,7,ETH,1,USDC,9,3,\n4,kill,kill,bots,,8,ETH,1,USDC,9,0,\n",
        );
        let columns: Vec<&Cells> = table.grid.columns.iter().map(|column| &column.cells).collect();
        let [Cells::Counts(block), _, _, Cells::Words(who), _, Cells::Texts(what), Cells::Counts(count), value, bad] =
            columns[..]
        else {
            panic!("{columns:?}")
        };
        assert_eq!((block.as_slice(), count.as_slice()), ([3, 3, 4, 4, 4].as_slice(), [2, 1, 1, 1, 2].as_slice()));
        let sale = "1.000 ETH → 9.000 USDC";
        assert_eq!(what[..], ["40.00 USDC → 3.000 ETH", "5.000 USDC → 1.000 ETH", sale, sale, "healthy"]);
        let (Cells::Hundredths(value), Cells::Hundredths(bad)) = (value, bad) else { panic!("they are amounts") };
        assert_eq!((value[0], bad[2], bad[3]), (Some(8_000), Some(600), None));
        assert_eq!(table.grid.texts[who[2]], "position 7 by bots");
    }

    #[test]
    fn of_too_many_rows_the_large_and_the_liquidations_stay() {
        let mut text = "block,kind,population,token_in,amount_in\n".to_owned();
        for block in 0..9_000 {
            let amount = if block == 4_567 { "1000" } else { "1" };
            text.extend([&block.to_string(), ",swap,t,USDC,", amount, "\n"]);
        }
        text += "9000,kill,t,ETH,0.1\n";
        let table = rows(&text);
        assert_eq!((table.rows, table.of), (MOST, 0));
        let Cells::Counts(block) = &table.grid.columns[0].cells else { panic!("blocks are counts") };
        assert!(block.contains(&4_567) && block.contains(&9_000) && block.is_sorted());
    }
}
