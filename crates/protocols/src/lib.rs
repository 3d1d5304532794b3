#![doc = include_str!("../README.md")]

pub mod amm;
pub mod farm;
pub mod lending;

/// What lies in the enum of a list itself; what would make it large is in a [`Box`] there.
type Inline<T> = T;

/// Who holds a claim on a protocol: a wallet's owner or another protocol.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(pub u32);

/// A position's number in the protocol that keeps it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PositionId(pub u32);

/// An auction's number in the protocol that runs it, among those of one kind of collateral.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AuctionId(pub u32);
