//! Everybody else's demand for block space, as a few slices rather than one transaction each.

/// Part of the background's demand in a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    /// What all of it pays on top of the base fee, in the native token's smallest units per unit of gas.
    pub tip: u128,
    /// How much gas it asks for; it stands for many small transactions, so any part of it may be taken.
    pub gas: u64,
}
