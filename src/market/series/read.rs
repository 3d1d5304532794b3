//! From bytes to rows in order of time, with everything that is wrong on the way.

use csv::{ReaderBuilder, StringRecord, Trim};

use super::time::{in_utc, is_plausible};
use super::{Gap, Least, Row, SeriesError, SeriesFault};
use crate::market::price::ReplayParams;

/// Faults listed of one file; the rest are counted.
const LISTED: usize = 20;

/// A row as the file has it, with its line.
#[derive(Debug, Clone, Copy)]
struct Line {
    number: u64,
    us: i64,
    price: f64,
}

/// What reading gives: rows from the start of the run, and the gaps between them.
type Rows = (Vec<Row>, Vec<Gap>);

/// A file while it is read.
pub(super) struct Read<'a> {
    least: Least,
    params: &'a ReplayParams,
    file: &'a str,
    faults: Vec<SeriesError>,
    lines: Vec<Line>,
    /// Where in the faults the first row in another unit is, if there is one.
    other_unit: Option<usize>,
}

impl<'a> Read<'a> {
    pub(super) fn new(least: Least, params: &'a ReplayParams, file: &'a str) -> Self {
        Self { least, params, file, faults: Vec::new(), lines: Vec::new(), other_unit: None }
    }

    /// Returns the rows from the start of the run, and the gaps between them.
    pub(super) fn series(mut self, content: &[u8]) -> Result<Rows, Vec<SeriesError>> {
        self.read_lines(content);
        self.put_in_order();
        let from_us = self.start_us();
        if self.lines.is_empty() && self.faults.is_empty() {
            self.fault(None, SeriesFault::Empty);
        }
        match from_us {
            Some(from_us) if self.faults.is_empty() => Ok(self.rows(from_us)),
            _ => Err(self.listed_faults()),
        }
    }

    fn fault(&mut self, line: Option<u64>, fault: SeriesFault) {
        self.faults.push(SeriesError { file: self.file.to_owned(), line, fault });
    }

    fn listed_faults(mut self) -> Vec<SeriesError> {
        self.faults.sort_by_key(|error| error.line);
        let more = self.faults.len().saturating_sub(LISTED);
        if more > 0 {
            self.faults.truncate(LISTED);
            self.fault(None, SeriesFault::More(more));
        }
        self.faults
    }

    fn read_lines(&mut self, content: &[u8]) {
        let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).trim(Trim::All).from_reader(content);
        let mut records = reader.records();
        let Some(Ok(header)) = records.next() else { return };
        let columns = (self.column(&header, &self.params.time_column), self.column(&header, &self.params.price_column));
        let (Some(time), Some(price)) = columns else { return };
        for record in records {
            match record {
                Ok(record) if record.iter().all(str::is_empty) => {}
                Ok(record) => self.read_line(line_of(&record, content), &record, header.len(), time, price),
                Err(error) => {
                    let line = error.position().map(csv::Position::line);
                    self.fault(line, SeriesFault::Malformed { reason: "not UTF-8, expected CSV in UTF-8".to_owned() });
                }
            }
        }
    }

    /// Returns where in the header `column` is.
    fn column(&mut self, header: &StringRecord, column: &str) -> Option<usize> {
        let found = header.iter().position(|name| name == column);
        if found.is_none() {
            let header: Vec<String> = header.iter().map(str::to_owned).collect();
            let nearest = nearest(&header, column);
            self.fault(Some(1), SeriesFault::ColumnMissing { column: column.to_owned(), header, nearest });
        }
        found
    }

    fn read_line(&mut self, number: u64, record: &StringRecord, width: usize, time: usize, price: usize) {
        if record.len() != width {
            let reason = format!("{} fields, expected {width} as in the header", record.len());
            return self.fault(Some(number), SeriesFault::Malformed { reason });
        }
        let us = self.time(number, &record[time]);
        let price = self.price(number, &record[price]);
        if let (Some(us), Some(price)) = (us, price) {
            self.lines.push(Line { number, us, price });
        }
    }

    fn time(&mut self, line: u64, text: &str) -> Option<i64> {
        let params = self.params;
        let Some(us) = params.time_format.read(text) else {
            let (column, expected) = (params.time_column.clone(), params.time_format.expected());
            self.fault(Some(line), SeriesFault::TimeUnreadable { column, text: text.to_owned(), expected });
            return None;
        };
        // A file whose times count from 0 is nobody's mistake; one that changes its unit on the way is.
        let counts_from_zero = self.lines.first().is_some_and(|first| !is_plausible(first.us));
        if counts_from_zero || !self.is_in_another_unit(line, text, us) { Some(us) } else { None }
    }

    /// Reports the first row in another unit, and counts the others.
    fn is_in_another_unit(&mut self, line: u64, text: &str, us: i64) -> bool {
        let Some(found) = self.params.time_format.other_unit(text) else { return false };
        if let Some(SeriesFault::TimeUnit { rows, .. }) = self.other_unit.map(|i| &mut self.faults[i].fault) {
            *rows += 1;
            return true;
        }
        self.other_unit = Some(self.faults.len());
        let (stated_time, other_time) = (in_utc(us), in_utc(found.other_us));
        let (stated, other) = (found.stated, found.other);
        let text = text.to_owned();
        self.fault(Some(line), SeriesFault::TimeUnit { text, stated, stated_time, other, other_time, rows: 1 });
        true
    }

    fn price(&mut self, line: u64, text: &str) -> Option<f64> {
        let column = self.params.price_column.clone();
        match text.parse::<f64>() {
            Ok(price) if price.is_finite() && self.allows(price) => return Some(price),
            Ok(price) => self.fault(Some(line), SeriesFault::PriceImpossible { column, price, least: self.least }),
            Err(_) => self.fault(Some(line), SeriesFault::PriceUnreadable { column, text: text.to_owned() }),
        }
        None
    }

    fn allows(&self, price: f64) -> bool {
        price > 0.0 || price == 0.0 && self.least == Least::Zero
    }

    /// Turns a file that is newest first around, reports rows out of order and drops repeated ones.
    fn put_in_order(&mut self) {
        let newest_first = match (self.lines.first(), self.lines.last()) {
            (Some(first), Some(last)) => first.us > last.us,
            _ => return,
        };
        let pairs: Vec<(Line, Line)> = self.lines.windows(2).map(|pair| (pair[0], pair[1])).collect();
        for (previous, line) in pairs {
            self.check_order(previous, line, newest_first);
        }
        if newest_first {
            self.lines.reverse();
        }
        self.lines.dedup_by_key(|line| line.us);
    }

    fn check_order(&mut self, previous: Line, line: Line, newest_first: bool) {
        let (time, previous_line) = (in_utc(line.us), previous.number);
        if line.us == previous.us && line.price.total_cmp(&previous.price).is_ne() {
            let (price, previous_price) = (line.price, previous.price);
            let fault = SeriesFault::TwoPrices { time, price, previous_price, previous_line };
            self.fault(Some(line.number), fault);
        } else if line.us != previous.us && (line.us < previous.us) != newest_first {
            let previous = in_utc(previous.us);
            self.fault(Some(line.number), SeriesFault::Unsorted { time, previous, previous_line });
        }
    }

    /// Returns the start of the run, in microseconds since 1970.
    fn start_us(&mut self) -> Option<i64> {
        let (first, last) = (self.lines.first()?.us, self.lines.last()?.us);
        let Some(text) = self.params.from.clone() else { return Some(first) };
        let Some(from_us) = self.params.time_format.read(&text) else {
            let expected = self.params.time_format.expected();
            self.fault(None, SeriesFault::FromUnreadable { text, expected });
            return None;
        };
        if !(first..=last).contains(&from_us) && self.faults.is_empty() {
            let (first, last) = (in_utc(first), in_utc(last));
            self.fault(None, SeriesFault::FromOutside { text, time: in_utc(from_us), first, last });
        }
        Some(from_us)
    }

    fn rows(mut self, from_us: i64) -> Rows {
        let before = self.lines.partition_point(|line| line.us <= from_us);
        self.lines.drain(..before.saturating_sub(1));
        let gaps = gaps(&self.lines, self.params.longest_gap.map(|span| span.ms));
        let rows = self.lines.iter().map(|line| Row { at_us: line.us - from_us, price: line.price }).collect();
        (rows, gaps)
    }
}

/// Returns the line that a record begins on: `csv` gives where the blank lines before it begin.
fn line_of(record: &StringRecord, content: &[u8]) -> u64 {
    let position = record.position().expect("a record that was read has a position");
    let from = usize::try_from(position.byte()).expect("the file is in memory");
    let blank = content[from..].iter().take_while(|byte| matches!(byte, b'\n' | b'\r'));
    position.line() + blank.filter(|byte| **byte == b'\n').count() as u64
}

/// Returns the column whose name is nearest, if it is near enough to be meant.
fn nearest(header: &[String], column: &str) -> Option<String> {
    let likeness = |name: &String| strsim::jaro_winkler(&name.to_lowercase(), &column.to_lowercase());
    let best = header.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    (likeness(best) > 0.7).then(|| best.clone())
}

/// Returns the gaps longer than `longest_ms`, by default three times the median step.
fn gaps(lines: &[Line], longest_ms: Option<u64>) -> Vec<Gap> {
    let mut steps: Vec<i64> = lines.windows(2).map(|pair| pair[1].us - pair[0].us).collect();
    if steps.is_empty() {
        return Vec::new();
    }
    let middle = steps.len() / 2;
    let median = *steps.select_nth_unstable(middle).1;
    let longest_us =
        longest_ms.map_or(median.saturating_mul(3), |ms| i64::try_from(ms).unwrap_or(i64::MAX).saturating_mul(1_000));
    lines
        .windows(2)
        .filter(|pair| pair[1].us - pair[0].us > longest_us)
        .map(|pair| Gap {
            line: pair[1].number,
            after: in_utc(pair[0].us),
            until: in_utc(pair[1].us),
            length_ms: u64::try_from((pair[1].us - pair[0].us) / 1_000).expect("rows are in order"),
        })
        .collect()
}
