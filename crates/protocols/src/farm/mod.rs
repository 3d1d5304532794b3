//! Farms: what pays a reward for tokens that are locked in it, and what borrows to farm more.
//!
//! A staking contract is stored as a [`StakingContract`] and used as a [`Staking`]: a new one is a folder here whose
//! `staking.rs` implements [`Staking`] and [`UndoStaking`], and a line in the list below.

pub mod alpha_homora;
pub mod masterchef;
mod staking;
pub mod staking_rewards;

pub use staking::{BlockTime, Staking, StakingError, StakingMoves, UndoStaking};

use crate::AccountId;

/// Makes what is stored from the list of contracts.
macro_rules! staking_contracts {
    ($($(#[$doc:meta])* $name:ident($contract:ty);)*) => {
        /// A staking contract of any kind.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum StakingContract {
            $($(#[$doc])* $name($contract),)*
        }

        /// What a call to one may change, as it was.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum StakingBefore {
            $($(#[$doc])* $name(<$contract as UndoStaking>::Before),)*
        }

        impl StakingContract {
            /// Returns it as what all have in common.
            pub fn staking(&self) -> &dyn Staking {
                match self {
                    $(Self::$name(contract) => contract,)*
                }
            }

            /// Returns the same, to call.
            pub fn staking_mut(&mut self) -> &mut dyn Staking {
                match self {
                    $(Self::$name(contract) => contract,)*
                }
            }

            /// Returns what a call of an account to a market may change, as it is now.
            pub fn before(&self, market: u16, account: AccountId) -> StakingBefore {
                match self {
                    $(Self::$name(contract) => StakingBefore::$name(contract.before_call(market, account)),)*
                }
            }

            /// Puts back what was kept of this contract. Of several, the last that was kept comes first.
            pub fn restore(&mut self, before: &StakingBefore) {
                match (self, before) {
                    $((Self::$name(contract), StakingBefore::$name(before)) => contract.undo_call(before),)*
                    #[allow(unreachable_patterns, reason = "with one kind there is no other")]
                    _ => unreachable!("a contract takes back what it gave out"),
                }
            }
        }

        $(
            impl From<$contract> for StakingContract {
                fn from(contract: $contract) -> Self {
                    Self::$name(contract)
                }
            }

            impl<'a> TryFrom<&'a StakingContract> for &'a $contract {
                type Error = ();

                fn try_from(contract: &'a StakingContract) -> Result<Self, ()> {
                    match contract {
                        StakingContract::$name(contract) => Ok(contract),
                        #[allow(unreachable_patterns, reason = "with one kind there is no other")]
                        _ => Err(()),
                    }
                }
            }

            impl<'a> TryFrom<&'a mut StakingContract> for &'a mut $contract {
                type Error = ();

                fn try_from(contract: &'a mut StakingContract) -> Result<Self, ()> {
                    match contract {
                        StakingContract::$name(contract) => Ok(contract),
                        #[allow(unreachable_patterns, reason = "with one kind there is no other")]
                        _ => Err(()),
                    }
                }
            }
        )*
    };
}

staking_contracts! {
    /// Synthetix `StakingRewards`.
    StakingRewards(staking_rewards::StakingRewards);
    /// Sushi's `MasterChef`.
    MasterChef(masterchef::MasterChef);
}
