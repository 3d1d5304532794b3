//! What agents ask of protocols, family by family: the calls, their names and their gas, and what they leave in the log.
//!
//! A family is protocols that do the same thing each in its own way. Its calls are data: what a deployment does with them
//! stands with the deployment.

pub mod amm;
pub mod cdp;
pub mod lending;
pub mod leveraged_farm;
pub mod staking;

use super::gas::GasSchedule;
use super::ids::PositionId;

/// What the calls of every family say of themselves.
pub trait FamilyCall {
    /// Returns the call's name in events.
    fn name(&self) -> &'static str;

    /// Returns the gas that it uses.
    fn gas(&self, schedule: &GasSchedule) -> u64;

    /// Whether it may fail when it has already written.
    fn may_need_undoing(&self) -> bool {
        false
    }

    /// Returns the position that it names and that is not its sender's.
    fn position(&self) -> Option<PositionId> {
        None
    }
}

/// Makes the call from the list of families.
macro_rules! families {
    ($($(#[$doc:meta])* $family:ident($call:ty),)*) => {
        /// A call to a protocol.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Call {
            $($(#[$doc])* $family($call),)*
        }

        impl FamilyCall for Call {
            fn name(&self) -> &'static str {
                match self {
                    $(Self::$family(call) => call.name(),)*
                }
            }

            fn gas(&self, schedule: &GasSchedule) -> u64 {
                match self {
                    $(Self::$family(call) => call.gas(schedule),)*
                }
            }

            fn may_need_undoing(&self) -> bool {
                match self {
                    $(Self::$family(call) => call.may_need_undoing(),)*
                }
            }

            fn position(&self) -> Option<PositionId> {
                match self {
                    $(Self::$family(call) => call.position(),)*
                }
            }
        }
    };
}

// Boxed where large: most actions are swaps.
families! {
    /// To a pool.
    Amm(amm::AmmCall),
    /// To a lending market.
    Lending(Box<lending::LendingCall>),
    /// To a staking contract.
    Staking(staking::StakingCall),
    /// To an issuer of a stablecoin.
    Cdp(Box<cdp::CdpCall>),
    /// To a bank of leveraged farmers, or to one of its workers.
    LeveragedFarm(leveraged_farm::LeverageCall),
}
