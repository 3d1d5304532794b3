//! A run as a row: every figure of its summary under a flat name.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::accounts::farmed::Farmed;
use crate::accounts::profit::Provided;
use crate::output::cascade::CascadeSummary;
use crate::output::summary::{Auctions, Summary};
use crate::rows::csv::{Cell, Line};
use crate::rows::json;

/// One seed's figures: a row of `runs.csv`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The run's.
    pub seed: u64,
    /// Names and cells of the figures, or the error of a failed run.
    pub outcome: Result<Figures, String>,
}

/// A run's figures, each a column's name and its cell as `runs.csv` holds it.
pub type Figures = Vec<(String, String)>;

/// Columns that every row has and that are not figures.
pub const LABELS: [&str; 2] = ["scenario", "numeraire"];

/// Returns a summary's figures: each under the names on its way joined by `_`, where an item of a list goes by its own
/// name (`pools_eth_usdc_volume_numeraire`). The seed is left out.
pub fn figures(summary: &Summary) -> Figures {
    figures_below(&node(summary))
}

/// Returns the seed and the figures of a `summary.json`.
///
/// # Errors
/// It is none.
pub fn figures_of(text: &[u8]) -> Result<(u64, Figures), String> {
    let node: Node = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    let Node::Fields(fields) = &node else { return Err("it is not the summary of a run".to_owned()) };
    let seed = fields.iter().find_map(|(name, node)| match node {
        Node::Cell(cell) if name == "seed" => cell.parse().ok(),
        _ => None,
    });
    let seed = seed.ok_or_else(|| "it says no seed".to_owned())?;
    Ok((seed, figures_below(&node)))
}

fn figures_below(node: &Node) -> Figures {
    let mut figures = Vec::new();
    flatten("", node, &mut figures);
    figures.retain(|(name, _)| name != "seed");
    let mut taken = BTreeSet::new();
    for (name, _) in &mut figures {
        *name = untaken(name, &taken);
        taken.insert(name.clone());
    }
    figures
}

/// Returns `name`, or the first of `name_2`, `name_3`, ... that is free.
fn untaken(name: &str, taken: &BTreeSet<String>) -> String {
    let numbered = (2_u32..).map(|number| format!("{name}_{number}"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    names.find(|name| !taken.contains(name)).expect("numbers do not end")
}

/// Where columns stand, whatever runs they were first seen in: as in the summary, and the counts of a list by name, of
/// which a run has only its own, in the order of their names.
#[derive(Debug)]
pub(super) struct ColumnOrder {
    /// The summary's fields, and whether each is such a list of counts.
    fields: Vec<(String, bool)>,
}

impl ColumnOrder {
    /// The order of a summary's fields.
    pub(super) fn new() -> Self {
        let Node::Fields(fields) = node(&every_field()) else { unreachable!("a summary is a struct") };
        let is_counts = |node: &Node| matches!(node, Node::Fields(fields) if fields.is_empty());
        Self { fields: fields.iter().map(|(name, node)| (name.clone(), is_counts(node))).collect() }
    }

    /// Sorts columns, each once and in the order in which runs gave them.
    pub(super) fn sort(&self, columns: &mut [String]) {
        columns.sort_by_cached_key(|column| {
            let field = self.field(column);
            let by_name = if self.is_count(column) { column.clone() } else { String::new() };
            (field, by_name)
        });
    }

    /// Says whether a column counts things of a name: a run that lacks it has none of them.
    pub(super) fn is_count(&self, column: &str) -> bool {
        self.field(column).is_some_and(|field| self.fields[field].1)
    }

    /// Returns the place of the field that a column comes from: of several that its name begins with, the longest.
    fn field(&self, column: &str) -> Option<usize> {
        let begins =
            |field: &str| column.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'));
        let fields = self.fields.iter().enumerate().filter(|(_, (field, _))| begins(field));
        fields.max_by_key(|(_, (field, _))| field.len()).map(|(place, _)| place)
    }
}

/// Returns a summary with all the fields that one may have.
fn every_field() -> Summary {
    Summary {
        auctions: Some(Auctions::default()),
        cascade: Some(CascadeSummary::default()),
        leveraged_farmers: vec![Farmed::default()],
        liquidity_providers: vec![Provided::default()],
        ..Summary::default()
    }
}

/// A value of JSON, its fields in the order in which they are written.
#[derive(Debug)]
enum Node {
    Cell(String),
    Text(String),
    List(Vec<Node>),
    Fields(Vec<(String, Node)>),
}

fn node(value: &impl Serialize) -> Node {
    serde_json::from_slice(&json::compact(value)).expect("what was written reads back")
}

/// Appends what lies below `node`, which is called `name`.
fn flatten(name: &str, node: &Node, figures: &mut Figures) {
    let below = |part: &str| if name.is_empty() { part.to_owned() } else { format!("{name}_{part}") };
    match node {
        Node::Cell(text) | Node::Text(text) => figures.push((name.to_owned(), text.clone())),
        Node::Fields(fields) => fields.iter().for_each(|(part, node)| flatten(&below(&plain(part)), node, figures)),
        Node::List(items) => {
            for (place, item) in items.iter().enumerate() {
                match item {
                    // An item's first field is its name.
                    Node::Fields(fields) if let [(_, Node::Text(own)), rest @ ..] = fields.as_slice() => {
                        let own = below(&plain(own));
                        for (part, node) in rest {
                            flatten(&format!("{own}_{part}"), node, figures);
                        }
                    }
                    _ => flatten(&below(&place.to_string()), item, figures),
                }
            }
        }
    }
}

/// Returns a name in lower case, with an underscore for everything but ASCII letters and digits.
fn plain(name: &str) -> String {
    name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' }).collect()
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Cell(String::new()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(cell(&value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(cell(&value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(cell(&value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(cell(&value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = from.next_element()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Node, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = from.next_entry()? {
            fields.push(field);
        }
        Ok(Node::Fields(fields))
    }
}

/// Returns a number or truth value as tables write it.
fn cell(value: &impl Cell) -> Node {
    let mut line = Line::default();
    value.write(false, &mut line);
    let text = String::from_utf8_lossy(line.as_bytes());
    Node::Cell(text.trim_end_matches(',').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::insolvent_debt::InsolventDebt;
    use crate::accounts::price_gaps::PriceGap;
    use crate::output::summary::{PoolSummary, PricePath};

    fn pool(name: &str) -> PoolSummary {
        PoolSummary {
            name: name.to_owned(),
            price: PricePath::new(0.1),
            volume_numeraire: 1e6,
            far_from_outside: PriceGap::default(),
        }
    }

    #[test]
    fn every_figure_has_a_name_and_things_go_by_their_own() {
        let summary = Summary {
            scenario: "crash".into(),
            numeraire: "USDC".into(),
            reverts_by_reason: [("K".to_owned(), 3)].into(),
            insolvent_debt: InsolventDebt { net_numeraire: 2.5, ..InsolventDebt::default() },
            pools: vec![pool("ETH/USDC"), pool("eth usdc")],
            ..Summary::default()
        };
        let figures = figures(&summary);
        let cell =
            |column: &str| &figures.iter().find(|(name, _)| name == column).unwrap_or_else(|| panic!("{column}")).1;
        assert_eq!(figures[0], ("scenario".to_owned(), "crash".to_owned()));
        assert_eq!(cell("insolvent_debt_net_numeraire"), "2.5");
        assert_eq!(cell("liquidations_first_block"), "");
        assert_eq!(cell("reverts_by_reason_k"), "3");
        assert_eq!(cell("pools_eth_usdc_price_start"), "0.1");
        assert_eq!(cell("pools_eth_usdc_volume_numeraire_2"), "1000000");
        assert!(figures.iter().all(|(name, _)| name != "seed"));
    }

    #[test]
    fn columns_stand_where_the_summary_has_them_whatever_run_brought_them() {
        let order = ColumnOrder::new();
        let mut columns: Vec<String> =
            ["reverts", "liquidations_count", "reverts_by_reason_z", "blocks", "reverts_by_reason_a"]
                .map(str::to_owned)
                .into();
        order.sort(&mut columns);
        assert_eq!(columns, ["blocks", "reverts", "reverts_by_reason_a", "reverts_by_reason_z", "liquidations_count"]);
        assert!(order.is_count("reverts_by_reason_z") && !order.is_count("reverts"));
    }
}
