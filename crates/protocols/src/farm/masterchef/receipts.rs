//! What each call moved, in smallest units.

/// Rewards that a call counted, and therefore minted, before it did anything else.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Minted {
    /// SUSHI minted to the contract.
    pub to_chef: u128,
    /// SUSHI minted to the developers on top.
    pub to_dev: u128,
}

/// A deposit or a withdrawal, of nothing too: that is how a reward is claimed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Paid {
    /// Rewards created up to this call, before it took effect.
    pub minted: Minted,
    /// SUSHI from the contract to the account: what the deposit had earned, or all that the contract holds.
    pub reward: u128,
}

/// A new pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Added {
    /// Rewards created up to this call, before it took effect.
    pub minted: Minted,
    /// The pool's number.
    pub pid: u16,
}
