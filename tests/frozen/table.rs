//! A data file as columns, and the digests of those.

use std::fmt::Write as _;

use serde_json::Value;

/// A data file. The leaves of a JSON document are columns too, one for each path, with the elements of a list under each
/// other.
pub(crate) struct Table {
    /// How many rows there are: one in a document.
    pub(crate) rows: usize,
    /// The columns by name, each with its cells in lines.
    columns: Vec<(String, String)>,
}

impl Table {
    /// Reads the bytes of a file.
    pub(crate) fn read(name: &str, bytes: &[u8]) -> Self {
        let ending = name.rsplit('.').next();
        if ending == Some("json") {
            let mut columns = Vec::new();
            leaves(&serde_json::from_slice(bytes).unwrap(), String::new(), &mut columns);
            return Self { rows: 1, columns };
        }
        if ending != Some("csv") {
            // A scenario's text is what a run was made from, not what it left.
            return Self { rows: 1, columns: Vec::new() };
        }
        let mut reader = csv::Reader::from_reader(bytes);
        let header = reader.headers().unwrap().iter();
        let mut columns: Vec<(String, String)> = header.map(|name| (name.to_owned(), String::new())).collect();
        let (mut rows, mut row) = (0, csv::StringRecord::new());
        while reader.read_record(&mut row).unwrap() {
            rows += 1;
            for ((_, cells), cell) in columns.iter_mut().zip(&row) {
                push_line(cells, cell);
            }
        }
        Self { rows, columns }
    }

    /// Returns the digest that a column had if each first word in `words` were the second.
    pub(crate) fn digest(&self, column: &str, words: &[(&str, &str)]) -> Option<String> {
        let (_, cells) = self.columns.iter().find(|(name, _)| name == column)?;
        if words.is_empty() {
            return Some(digest(cells));
        }
        let mut translated = String::new();
        for cell in cells.lines() {
            let word = words.iter().find(|(now, _)| *now == cell);
            push_line(&mut translated, word.map_or(cell, |(_, before)| before));
        }
        Some(digest(&translated))
    }
}

fn push_line(lines: &mut String, line: &str) {
    assert!(!line.contains('\n'), "a cell is one line: {line}");
    lines.push_str(line);
    lines.push('\n');
}

/// Returns 64 of the 256 bits of BLAKE3: nobody forges a column.
fn digest(cells: &str) -> String {
    blake3::hash(cells.as_bytes()).to_hex()[..16].to_owned()
}

/// Adds each leaf of a document to the column of its path.
fn leaves(value: &Value, path: String, columns: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            let dot = if path.is_empty() { "" } else { "." };
            for (name, field) in fields {
                leaves(field, format!("{path}{dot}{name}"), columns);
            }
        }
        Value::Array(elements) if !elements.is_empty() => {
            for element in elements {
                leaves(element, format!("{path}[]"), columns);
            }
        }
        leaf => {
            let text = leaf.as_str().map_or_else(|| leaf.to_string(), str::to_owned);
            if let Some((_, cells)) = columns.iter_mut().find(|(name, _)| *name == path) {
                push_line(cells, &text);
            } else {
                columns.push((path, text + "\n"));
            }
        }
    }
}

/// What is kept of a data file: how many rows it had, and each column's digest and name.
pub(crate) struct Frozen {
    pub(crate) rows: usize,
    pub(crate) columns: Vec<(String, String)>,
}

/// Returns the text that keeps what scenarios left: a line `SCENARIO/FILE ROWS`, then a line for each column.
pub(crate) fn write(left: &[(&str, Vec<(String, Table)>)]) -> String {
    let mut text = String::new();
    for (scenario, tables) in left {
        for (file, table) in tables.iter().filter(|(_, table)| !table.columns.is_empty()) {
            writeln!(text, "{scenario}/{file} {}", table.rows).unwrap();
            table.columns.iter().for_each(|(name, cells)| writeln!(text, "  {} {name}", digest(cells)).unwrap());
        }
    }
    text
}

/// Reads such a text.
pub(crate) fn parse(text: &str) -> Vec<(String, Vec<(String, Frozen)>)> {
    let mut scenarios: Vec<(String, Vec<(String, Frozen)>)> = Vec::new();
    for line in text.lines() {
        if let Some(column) = line.strip_prefix("  ") {
            let (digest, name) = column.split_once(' ').expect("a column has a digest and a name");
            let (_, files) = scenarios.last_mut().expect("a column stands under its file");
            let (_, file) = files.last_mut().expect("a scenario has files");
            file.columns.push((digest.to_owned(), name.to_owned()));
            continue;
        }
        let (scenario, file) = line.split_once('/').expect("a file has a scenario");
        let (file, rows) = file.split_once(' ').expect("a file has a number of rows");
        let frozen = Frozen { rows: rows.parse().expect("a number of rows is a number"), columns: Vec::new() };
        if scenarios.last().is_none_or(|(last, _)| last != scenario) {
            scenarios.push((scenario.to_owned(), Vec::new()));
        }
        scenarios.last_mut().expect("one was pushed").1.push((file.to_owned(), frozen));
    }
    scenarios
}
