#![doc = include_str!("../README.md")]

pub mod amm;
pub mod farm;
pub mod lending;

/// What lies in the enum of a list itself; what would make it large is in a [`Box`] there.
type Inline<T> = T;

/// Who holds a claim on a protocol: a wallet's owner or another protocol.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(pub u32);
