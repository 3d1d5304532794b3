//! Names of things in the world. `Entity` never leaves the world: it sorts backwards and shifts between runs.

pub use crate::protocol::AccountId;
pub use crate::protocol::farm::alpha_homora::{GoblinId, PositionId};
pub use crate::protocol::lending::maker::IlkId;

/// A protocol that liquidates, wherever positions are numbered by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProtocolId {
    /// A bank of Alpha Homora.
    Bank(BankId),
    /// A lending market, whose positions bear their account's number.
    Lending(LendingId),
    /// An ilk of a Maker system, whose vaults bear their account's number.
    Maker(MakerId, IlkId),
}

/// A position across protocols.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LiquidationKey {
    /// Where it is.
    pub protocol: ProtocolId,
    /// Its number there; where an account has one position, the account's.
    pub position: u32,
}

impl LiquidationKey {
    /// A position of a bank.
    pub fn of_bank(bank: BankId, position: PositionId) -> Self {
        Self { protocol: ProtocolId::Bank(bank), position: position.0 }
    }

    /// An account's position in a lending market.
    pub fn of_lending(market: LendingId, borrower: AccountId) -> Self {
        Self { protocol: ProtocolId::Lending(market), position: borrower.0 }
    }

    /// An account's vault in a Maker system.
    pub fn of_maker((system, ilk): (MakerId, IlkId), owner: AccountId) -> Self {
        Self { protocol: ProtocolId::Maker(system, ilk), position: owner.0 }
    }
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
    /// A Maker system, in the order of the scenario.
    MakerId(u16);
    /// An agent, in the order of the scenario. Dice are keyed by population and number instead: see `dice`.
    AgentId(u32);
}
