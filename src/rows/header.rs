//! The header of a table that has groups of columns, each under the name of what it is about.

use std::collections::BTreeSet;

use super::columns::{Columns, prefixed};
use super::csv::Line;

/// A header built group by group, whose columns' names are all different.
#[derive(Debug, Default)]
pub struct Header {
    line: Line,
    exact: bool,
    taken: BTreeSet<String>,
}

impl Header {
    /// An empty header, with columns of smallest units if it is `exact`.
    pub fn new(exact: bool) -> Self {
        Self { exact, ..Self::default() }
    }

    /// Appends a group's columns under their own names.
    pub fn bare<C: Columns>(&mut self) {
        self.under::<C>("");
    }

    /// Appends columns under a name, behind a prefix that gives no column a name that is taken. A name that no column can
    /// begin with goes behind its `kind`.
    pub fn push<C: Columns>(&mut self, name: &str, kind: &str) {
        let prefix = free_prefix::<C>(&prefix(name, kind), &self.taken);
        self.under::<C>(&prefix);
    }

    fn under<C: Columns>(&mut self, prefix: &str) {
        self.taken.extend(full_names::<C>(prefix));
        C::header(prefix, self.exact, &mut self.line);
    }

    /// Returns the header's row.
    pub fn end(mut self) -> Line {
        self.line.end();
        self.line
    }
}

/// Returns `stem`, or the first of `stem_2`, `stem_3`, ... that gives no column a name that is `taken`.
fn free_prefix<C: Columns>(stem: &str, taken: &BTreeSet<String>) -> String {
    let mut prefix = stem.to_owned();
    let mut count = 1;
    while full_names::<C>(&prefix).iter().any(|column| taken.contains(column)) {
        count += 1;
        prefix = format!("{stem}_{count}");
    }
    prefix
}

/// Returns the names of a group's columns as under `--exact`, so that prefixes do not depend on it.
fn full_names<C: Columns>(prefix: &str) -> Vec<String> {
    let with_units = C::COLUMNS.iter().filter(|column| column.has_units);
    let names = C::COLUMNS.iter().map(|column| prefixed(prefix, column.name));
    names.chain(with_units.map(|column| format!("{}_units", prefixed(prefix, column.name)))).collect()
}

/// Makes a name safe for a column: lower case, everything but ASCII letters and digits an underscore, none at the ends
/// or doubled. A name that would be empty or begin with a digit goes behind its `kind`.
pub(crate) fn prefix(name: &str, kind: &str) -> String {
    let lowered = name.to_ascii_lowercase();
    let words = lowered.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let safe = words.collect::<Vec<_>>().join("_");
    match safe.chars().next() {
        None => kind.to_owned(),
        Some(first) if first.is_ascii_digit() => format!("{kind}_{safe}"),
        Some(_) => safe,
    }
}

#[cfg(test)]
#[expect(unreachable_pub, reason = "columns are public where tables are declared")]
mod tests {
    use super::*;

    columns! {
        /// A thing.
        pub struct Thing {
            /// A count.
            #[unit = ""]
            pub debt: u32,
            /// An amount.
            #[unit = ""]
            pub ratio: crate::rows::amount::Amount,
        }
    }

    #[test]
    fn prefixes_are_safe_for_columns() {
        for (name, safe) in [
            ("ETH", "eth"),
            ("ETH/USDC", "eth_usdc"),
            ("Pool #2 (old)", "pool_2_old"),
            ("1INCH", "token_1inch"),
            ("£", "token"),
        ] {
            assert_eq!(prefix(name, "token"), safe);
        }
    }

    #[test]
    fn no_two_columns_share_a_name() {
        for (exact, columns) in [(false, 8), (true, 12)] {
            let mut header = Header::new(exact);
            header.bare::<Thing>();
            for name in ["ETH", "e-th", "e th"] {
                header.push::<Thing>(name, "token");
            }
            let text = String::from_utf8(header.end().as_bytes().to_vec()).unwrap();
            let mut names: Vec<_> = text.trim_end().split(',').collect();
            assert_eq!(names.len(), columns);
            for name in ["debt", "eth_debt", "e_th_debt", "e_th_2_debt"] {
                assert!(names.contains(&name), "{names:?}");
            }
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), columns, "{text}");
        }
    }

    /// A bank called "bad" would repeat a column of the block's own.
    #[test]
    fn a_prefix_makes_no_name_that_stands_there_without_one() {
        columns! {
            /// A block.
            pub struct Block {
                /// Debt.
                #[unit = ""]
                pub bad_debt: u32,
            }
        }
        let mut header = Header::new(false);
        header.bare::<Block>();
        header.push::<Thing>("bad", "bank");
        assert_eq!(header.end().as_bytes(), b"bad_debt,bad_2_debt,bad_2_ratio\n");
    }
}
