//! Names that are used: as what, and where.

use crate::reader::piece::Node;

/// A sort of named thing, by the word that messages use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntityKind(pub &'static str);

impl EntityKind {
    /// Of the list `tokens`, by its symbol.
    pub const TOKEN: Self = Self("token");
    /// Of the list `pools`.
    pub const POOL: Self = Self("pool");
    /// Of the list `oracles`.
    pub const ORACLE: Self = Self("oracle");
    /// A staking farm, of the list `farms`.
    pub const FARM: Self = Self("farm");
    /// Of the list `lending`.
    pub const LENDING: Self = Self("lending market");
    /// Of the list `stablecoins`.
    pub const ISSUER: Self = Self("stablecoin issuer");
    /// A bank of leveraged farmers, of the list `banks`.
    pub const BANK: Self = Self("bank");
    /// A population of agents.
    pub const POPULATION: Self = Self("population");
}

/// A name that refers to something declared elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct Use<'a, 'd> {
    /// Where the name stands in the file.
    pub node: Node<'a>,
    /// The sort of thing that it must refer to.
    pub kind: EntityKind,
    /// The name as written.
    pub name: &'d str,
    /// Words that can stand in its place without quotes.
    pub words: &'static [&'static str],
}

impl<'a, 'd> Use<'a, 'd> {
    /// A reference to be looked up when all names are known.
    pub fn new(node: Node<'a>, kind: EntityKind, name: &'d str) -> Self {
        Self { node, kind, name, words: &[] }
    }

    /// Says which words can stand there without quotes.
    #[must_use]
    pub fn or_words(self, words: &'static [&'static str]) -> Self {
        Self { words, ..self }
    }
}
