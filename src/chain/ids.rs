//! Names of things in the world. `Entity` never leaves the world: it sorts backwards and shifts between runs.

pub use plimsoll_protocols::AccountId;
pub use plimsoll_protocols::AuctionId;
pub use plimsoll_protocols::PositionId;

/// A position across protocols, in an order that is the same in every run of a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PositionKey {
    /// The protocol that keeps it.
    pub protocol: ProtocolId,
    /// Which of the protocol's markets it is of; 0 where there is one.
    pub market: u16,
    /// Its number there; where an account has one position, the account's.
    pub position: u32,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident($inner:ty);)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $inner);

        impl $name {
            /// Where this id's row is in a dense list.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// A token, in the order of the scenario; liquidity and bank shares follow the scenario's own tokens.
    TokenId(u16);
    /// A pool, in the order of the scenario.
    PoolId(u16);
    /// A staking farm, in the order of the scenario.
    FarmId(u16);
    /// A price feed, in the order of the scenario.
    FeedId(u16);
    /// A bank, in the order of the scenario.
    BankId(u16);
    /// A lending market, in the order of the scenario.
    LendingId(u16);
    /// A worker of a bank, over all banks in the order of the scenario.
    WorkerId(u16);
    /// An issuer of a stablecoin, in the order of the scenario.
    IssuerId(u16);
    /// A protocol in the world, in the order in which genesis makes them: what a call is sent to.
    DeploymentId(u16);
    /// A protocol with positions that may be liquidated, in the order in which genesis opens them.
    ProtocolId(u16);
    /// An agent, in the order of the scenario. Dice are keyed by population and number instead: see `dice`.
    AgentId(u32);
}
