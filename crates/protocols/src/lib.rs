//! Exact state machines of deployed contracts: no world, clock, dice or floats.
//!
//! Amounts are `u128` in smallest units, times are whole seconds, as in the contracts. A call either returns a
//! receipt or an error that says why the contract would revert; a call that errs has changed nothing.

pub mod amm;
pub mod farm;
pub mod lending;

/// Who holds a claim on a protocol: a wallet's owner or another protocol.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(pub u32);
