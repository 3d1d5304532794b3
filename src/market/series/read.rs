//! From the bytes of a CSV file to lines with a time and a price, with everything that is wrong on the way.

use csv::{ReaderBuilder, StringRecord, Trim};

use super::lines::{Line, Rows};
use super::params::{Column, Delimiter, EmptyRows, ReplayParams, Zone};
use super::time::{InUtc, Instead, NoTime, in_utc, is_plausible};
use super::{Least, SeriesError, SeriesFault};

/// Faults listed of one file; the rest are counted.
const LISTED: usize = 20;

/// Cells that say that there is no number, as they are written by pandas, R, databases and Python; whatever their case.
const NO_NUMBER: [&str; 6] = ["", "nan", "na", "n/a", "null", "none"];

/// A file while it is read.
pub(super) struct Read<'a> {
    least: Least,
    pub(super) params: &'a ReplayParams,
    file: &'a str,
    pub(super) faults: Vec<SeriesError>,
    pub(super) lines: Vec<Line>,
    /// Where in the faults the first row in another format is, if there is one.
    other_format: Option<usize>,
}

/// Where in a line its cells are.
#[derive(Debug, Clone, Copy)]
struct Columns {
    date: Option<usize>,
    time: usize,
    price: usize,
    /// How many fields a line has, and the line that says so.
    width: (usize, u64),
}

impl<'a> Read<'a> {
    pub(super) fn new(least: Least, params: &'a ReplayParams, file: &'a str) -> Self {
        Self { least, params, file, faults: Vec::new(), lines: Vec::new(), other_format: None }
    }

    /// Returns the rows from the start of the run, and the gaps between them.
    pub(super) fn series(mut self, content: &[u8]) -> Result<Rows, Vec<SeriesError>> {
        self.check_options();
        if self.faults.is_empty() {
            self.read_lines(content);
        }
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

    pub(super) fn fault(&mut self, line: Option<u64>, fault: SeriesFault) {
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

    /// Unix times have their date, and are in UTC.
    fn check_options(&mut self) {
        let ReplayParams { time_format, time_zone, date_column, .. } = self.params;
        let zone = time_zone.as_ref().map(|zone| (format!("time_zone \"{}\"", zone.text), "are in UTC"));
        let date = date_column.as_ref().map(|column| (format!("date_column {column}"), "have their date"));
        for (option, reason) in zone.into_iter().chain(date).filter(|_| time_format.is_unix()) {
            self.fault(None, SeriesFault::Contradiction { option, time_format: time_format.clone(), reason });
        }
    }

    fn read_lines(&mut self, content: &[u8]) {
        let skipped = self.params.skip_lines;
        let content = below(content, skipped);
        let mut reader = ReaderBuilder::new();
        reader.has_headers(false).flexible(true).trim(Trim::All).delimiter(self.params.delimiter.0);
        let mut columns = None;
        for record in reader.from_reader(content).records() {
            let record = match record {
                Ok(record) => record,
                Err(error) => {
                    let line = error.position().map(|position| position.line() + skipped as u64);
                    self.fault(line, SeriesFault::Malformed { reason: "not UTF-8, expected CSV in UTF-8".to_owned() });
                    continue;
                }
            };
            let number = line_of(&record, content) + skipped as u64;
            match columns {
                None => {
                    let Some(found) = self.columns(number, &record) else { return };
                    columns = Some(found);
                    if !self.params.header {
                        self.read_line(number, &record, found);
                    }
                }
                Some(_) if record.iter().all(str::is_empty) => {}
                Some(columns) => self.read_line(number, &record, columns),
            }
        }
    }

    /// Returns where the cells are that are read, if the first line has all of them.
    fn columns(&mut self, line: u64, first: &StringRecord) -> Option<Columns> {
        let params = self.params;
        let date = params.date_column.as_ref().map(|column| self.column(line, first, column));
        let (time, price) =
            (self.column(line, first, &params.time_column), self.column(line, first, &params.price_column));
        let date = date.map_or(Some(None), |date| date.map(Some));
        Some(Columns { date: date?, time: time?, price: price?, width: (first.len(), line) })
    }

    /// Returns where in the first line `column` is.
    fn column(&mut self, line: u64, first: &StringRecord, column: &Column) -> Option<usize> {
        let delimiter = self.other_delimiter(first);
        let (line, fault) = match column {
            Column::Number(number) if *number <= first.len() => return Some(number - 1),
            Column::Number(number) => {
                (Some(line), SeriesFault::ColumnBeyond { column: *number, columns: first.len(), delimiter })
            }
            Column::Name(name) if !self.params.header => (None, SeriesFault::ColumnNamed { column: name.clone() }),
            Column::Name(name) => {
                let mut places = (0..first.len()).filter(|place| first[*place] == **name);
                match (places.next(), places.next()) {
                    (Some(place), None) => return Some(place),
                    (Some(place), Some(other)) => {
                        let (column, first, second) = (name.clone(), place + 1, other + 1);
                        (Some(line), SeriesFault::ColumnTwice { column, first, second })
                    }
                    (None, _) => {
                        let header: Vec<String> = first.iter().map(str::to_owned).collect();
                        let nearest = nearest(&header, name).filter(|_| delimiter.is_none());
                        (Some(line), SeriesFault::ColumnMissing { column: name.clone(), header, nearest, delimiter })
                    }
                }
            }
        };
        self.fault(line, fault);
        None
    }

    /// Returns what divides a line that is one field as it is read.
    fn other_delimiter(&self, first: &StringRecord) -> Option<Delimiter> {
        if first.len() == 1 { self.params.delimiter.instead(&first[0]) } else { None }
    }

    fn read_line(&mut self, number: u64, record: &StringRecord, columns: Columns) {
        let (width, said) = columns.width;
        if record.len() != width {
            let of = if self.params.header { "the header".to_owned() } else { format!("line {said}") };
            let reason = format!("{} fields, expected {width} as in {of}", record.len());
            return self.fault(Some(number), SeriesFault::Malformed { reason });
        }
        let time = &record[columns.time];
        let us = match columns.date {
            Some(date) => self.time(number, &format!("{} {time}", &record[date])),
            None => self.time(number, time),
        };
        let price = self.price(number, &record[columns.price]);
        if let (Some(us), Ok(price)) = (us, price)
            && (price.is_some() || self.params.empty_rows == EmptyRows::Hold)
        {
            self.lines.push(Line { number, us, price });
        }
    }

    fn time(&mut self, line: u64, text: &str) -> Option<i64> {
        let ReplayParams { time_format, time_zone, time_column, .. } = self.params;
        let read = time_format.read(text, time_zone.as_ref());
        // A file whose times count from 0 is nobody's mistake; one that changes its unit on the way is.
        let counts_from_zero = self.lines.first().is_some_and(|first| !is_plausible(first.us));
        let fault = match read {
            Ok(us) if counts_from_zero => return Some(us),
            Err(NoTime::Twice([first, second])) => {
                let (first, second) = (in_utc(first), in_utc(second));
                SeriesFault::TimeTwice { text: text.to_owned(), zone: self.zone(), first, second }
            }
            Err(NoTime::LeftOut) => SeriesFault::TimeLeftOut { text: text.to_owned(), zone: self.zone() },
            Ok(_) | Err(NoTime::Unreadable) => match (time_format.instead(text, time_zone.as_ref()), read) {
                (Some(instead), read) => {
                    self.written_otherwise(line, text, read.ok(), instead);
                    return None;
                }
                (None, Ok(us)) => return Some(us),
                (None, Err(_)) => {
                    let (column, expected) = (time_column.clone(), time_format.expected());
                    SeriesFault::TimeUnreadable { column, text: text.to_owned(), expected }
                }
            },
        };
        self.fault(Some(line), fault);
        None
    }

    fn zone(&self) -> String {
        self.params.time_zone.as_ref().map_or_else(|| "UTC".to_owned(), |Zone { text, .. }| text.clone())
    }

    /// Reports the first row in another format, and counts the others.
    fn written_otherwise(&mut self, line: u64, text: &str, stated_us: Option<i64>, instead: Instead) {
        let before = self.other_format.map(|place| &mut self.faults[place].fault);
        if let Some(SeriesFault::OtherFormat { rows, .. } | SeriesFault::DayNumber { rows, .. }) = before {
            *rows += 1;
            return;
        }
        self.other_format = Some(self.faults.len());
        let (text, rows) = (text.to_owned(), 1);
        let fault = match instead {
            Instead::Format(other, other_us) => {
                let (stated, stated_time) = (self.params.time_format.clone(), stated_us.map(in_utc));
                SeriesFault::OtherFormat { text, stated, stated_time, other, other_time: in_utc(other_us), rows }
            }
            Instead::DayNumber(us) => SeriesFault::DayNumber { text, day: InUtc(us).day(), rows },
        };
        self.fault(Some(line), fault);
    }

    /// Returns the price in a cell, nothing of a row that is left out or holds the price before; an error was reported.
    fn price(&mut self, line: u64, text: &str) -> Result<Option<f64>, ()> {
        let column = self.params.price_column.clone();
        let is_empty = NO_NUMBER.iter().any(|none| none.eq_ignore_ascii_case(text));
        let fault = match text.parse::<f64>() {
            Ok(price) if price.is_finite() && self.allows(price) => return Ok(Some(price)),
            _ if is_empty && self.params.empty_rows != EmptyRows::Fail => return Ok(None),
            _ if is_empty => SeriesFault::PriceEmpty { column, text: text.to_owned() },
            Ok(price) => SeriesFault::PriceImpossible { column, price, least: self.least },
            Err(_) => SeriesFault::PriceUnreadable { column, text: text.to_owned() },
        };
        self.fault(Some(line), fault);
        Err(())
    }

    fn allows(&self, price: f64) -> bool {
        price > 0.0 || price == 0.0 && self.least == Least::Zero
    }
}

/// Returns what stands below so many lines.
fn below(content: &[u8], lines: usize) -> &[u8] {
    let Some(last) = lines.checked_sub(1) else { return content };
    let end = content.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(last);
    end.map_or(&[], |(end, _)| &content[end + 1..])
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
