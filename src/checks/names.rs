//! Names that are used: as what, and where.

use crate::reader::piece::Node;

/// What a name stands for, by its word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntityKind(pub &'static str);

impl EntityKind {
    /// A token.
    pub const TOKEN: Self = Self("token");
    /// A pool.
    pub const POOL: Self = Self("pool");
    /// An oracle.
    pub const ORACLE: Self = Self("oracle");
    /// A staking farm.
    pub const FARM: Self = Self("farm");
    /// A lending market.
    pub const LENDING: Self = Self("lending market");
    /// An issuer of a stablecoin.
    pub const ISSUER: Self = Self("stablecoin issuer");
    /// A kind of collateral of such an issuer.
    pub const ILK: Self = Self("ilk");
    /// A bank of leveraged farmers.
    pub const BANK: Self = Self("bank");
    /// A pool that a bank's borrowers farm.
    pub const GOBLIN: Self = Self("goblin");
    /// A population.
    pub const POPULATION: Self = Self("population");
}

/// A name that is used.
#[derive(Debug, Clone, Copy)]
pub struct Use<'a, 'd> {
    /// Where it stands.
    pub node: Node<'a>,
    /// What it should stand for.
    pub kind: EntityKind,
    /// Which it is.
    pub name: &'d str,
}

impl<'a, 'd> Use<'a, 'd> {
    /// A name that stands somewhere.
    pub fn new(node: Node<'a>, kind: EntityKind, name: &'d str) -> Self {
        Self { node, kind, name }
    }
}
