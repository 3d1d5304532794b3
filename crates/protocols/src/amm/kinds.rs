//! What the list of pools in `mod.rs` makes of its lines.

use std::fmt::Debug;

use super::Amm;

/// A kind of pool in the list: how its calls are undone.
pub trait PoolKind: Amm {
    /// What undoes calls.
    type Before: Debug + Clone;

    /// Returns what undoes the calls that come, until [`Self::commit`].
    fn before(&mut self) -> Self::Before;

    /// Puts back what [`Self::before`] returned earlier.
    fn restore(&mut self, before: Self::Before);

    /// Keeps what was done since [`Self::before`].
    fn commit(&mut self) {}
}

/// Makes of a line for each kind, with its state machine and its reasons to refuse, what is one for all of them: the pool
/// itself, what undoes its calls, and why it refuses.
macro_rules! pools {
    ($($(#[$about:meta])* $kind:ident($store:ident<$machine:ty>) refuses $reasons:ident<$reason:ty>,)+) => {
        /// A pool of any kind. What is larger than a pair is boxed.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Pool {
            $($(#[$about])* $kind($store<$machine>),)+
        }

        /// What a pool was before a call, to undo it.
        #[derive(Debug, Clone)]
        pub enum PoolBefore {
            $($(#[$about])* $kind(<$machine as PoolKind>::Before),)+
        }

        impl Pool {
            /// Returns the pool as what all pools have in common.
            #[cfg(feature = "decisions")]
            pub fn amm(&self) -> &dyn AmmDecisions {
                match self {
                    $(Self::$kind(pool) => {
                        let machine: &$machine = pool;
                        machine
                    })+
                }
            }

            /// Returns the pool as what all pools have in common, to trade with.
            #[cfg(feature = "decisions")]
            pub fn amm_mut(&mut self) -> &mut dyn AmmDecisions {
                match self {
                    $(Self::$kind(pool) => {
                        let machine: &mut $machine = pool;
                        machine
                    })+
                }
            }

            /// Returns what undoes the calls that come, until [`Self::commit`].
            pub fn before(&mut self) -> PoolBefore {
                match self {
                    $(Self::$kind(pool) => PoolBefore::$kind(<$machine as PoolKind>::before(pool)),)+
                }
            }

            /// Puts back what [`Self::before`] returned earlier.
            pub fn restore(&mut self, before: PoolBefore) {
                match (self, before) {
                    $((Self::$kind(pool), PoolBefore::$kind(before)) => <$machine as PoolKind>::restore(pool, before),)+
                    (_, before) => unreachable!("a pool keeps its kind, this is {before:?}"),
                }
            }

            /// Keeps what was done since [`Self::before`].
            pub fn commit(&mut self) {
                match self {
                    $(Self::$kind(pool) => <$machine as PoolKind>::commit(pool),)+
                }
            }
        }

        /// Why a pool refused. It is as it was.
        #[derive(Debug, Clone, PartialEq, Eq, Error)]
        pub enum AmmError {
            $(
                $(#[$about])*
                #[error(transparent)]
                $kind($reasons<$reason>),
            )+
            /// Liquidity between two ticks, for a pool that has none; or none such for a pool that has.
            #[error("{what}")]
            Range {
                /// What is wrong.
                what: &'static str,
            },
            /// Not an amount for each of the pool's tokens.
            #[error("{given} amounts for {tokens} tokens")]
            Amounts {
                /// How many there are.
                given: usize,
                /// How many there must be.
                tokens: usize,
            },
            /// Liquidity would have brought, or cost, less than was asked.
            #[error("{amount} would come, at least {least} was asked")]
            BelowMinimum {
                /// What would come.
                amount: u128,
                /// The least that the caller accepts.
                least: u128,
            },
        }

        $(
            impl From<$reason> for AmmError {
                fn from(reason: $reason) -> Self {
                    Self::$kind($reasons::from(reason))
                }
            }
        )+
    };
}
