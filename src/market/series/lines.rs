//! From the lines of a file to rows in order of time, from the start of the run.

use super::read::Read;
use super::time::in_utc;
use super::{Gap, Row, SeriesFault};

/// A line as the file has it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    /// From 1.
    pub(super) number: u64,
    /// Since 1970.
    pub(super) us: i64,
    /// None until the price before is put there.
    pub(super) price: Option<f64>,
}

/// What reading gives: rows from the start of the run, and the gaps between them.
pub(super) type Rows = (Vec<Row>, Vec<Gap>);

impl Read<'_> {
    /// Turns a file that is newest first around, reports rows out of order, drops repeated ones, and lets prices hold.
    pub(super) fn put_in_order(&mut self) {
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
        self.lines.dedup_by(|later, earlier| {
            let is_one_time = later.us == earlier.us;
            if is_one_time {
                earlier.price = earlier.price.or(later.price);
            }
            is_one_time
        });
        self.hold_prices();
    }

    fn check_order(&mut self, previous: Line, line: Line, newest_first: bool) {
        let (time, previous_line) = (in_utc(line.us), previous.number);
        if line.us != previous.us {
            if (line.us < previous.us) != newest_first {
                let previous = in_utc(previous.us);
                self.fault(Some(line.number), SeriesFault::Unsorted { time, previous, previous_line });
            }
        } else if let (Some(price), Some(previous_price)) = (line.price, previous.price)
            && price.total_cmp(&previous_price).is_ne()
        {
            self.fault(Some(line.number), SeriesFault::TwoPrices { time, price, previous_price, previous_line });
        }
    }

    /// Gives rows without a price that of the row before.
    fn hold_prices(&mut self) {
        let mut last = None;
        let mut without = Vec::new();
        for line in &mut self.lines {
            line.price = line.price.or(last);
            last = line.price;
            without.extend(last.is_none().then_some(line.number));
        }
        for number in without {
            self.fault(Some(number), SeriesFault::NothingToHold);
        }
    }

    /// Returns the start of the run, in microseconds since 1970.
    pub(super) fn start_us(&mut self) -> Option<i64> {
        let (first, last) = (self.lines.first()?.us, self.lines.last()?.us);
        let params = self.params;
        let Some(text) = params.from.clone() else { return Some(first) };
        let Ok(from_us) = params.time_format.read(&text, params.time_zone.as_ref()) else {
            let expected = params.time_format.expected();
            self.fault(None, SeriesFault::FromUnreadable { text, expected });
            return None;
        };
        if !(first..=last).contains(&from_us) && self.faults.is_empty() {
            let (first, last) = (in_utc(first), in_utc(last));
            self.fault(None, SeriesFault::FromOutside { text, time: in_utc(from_us), first, last });
        }
        Some(from_us)
    }

    pub(super) fn rows(mut self, from_us: i64) -> Rows {
        let before = self.lines.partition_point(|line| line.us <= from_us);
        self.lines.drain(..before.saturating_sub(1));
        let gaps = gaps(&self.lines, self.params.longest_gap.map(|span| span.ms));
        let row = |line: &Line| Row {
            at_us: line.us - from_us,
            price: line.price.expect("a line without a price to hold is a fault"),
        };
        (self.lines.iter().map(row).collect(), gaps)
    }
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
            lines: [pair[0].number, pair[1].number],
            after: in_utc(pair[0].us),
            until: in_utc(pair[1].us),
            length_ms: u64::try_from((pair[1].us - pair[0].us) / 1_000).expect("rows are in order"),
        })
        .collect()
}
