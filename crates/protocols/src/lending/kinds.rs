//! What the list of lending markets in `mod.rs` makes of its lines.

use std::fmt::Debug;

use super::Lending;
use crate::AccountId;

/// A kind of lending market in the list: how its calls are undone.
pub trait MarketKind: Lending {
    /// What a call about one account may change.
    type Before: Debug + Clone;

    /// Returns what a call about one account may change, as it is now.
    fn before(&self, account: AccountId) -> Self::Before;

    /// Puts back what [`Self::before`] returned earlier. Calls since then must have been about the same account.
    fn restore(&mut self, before: Self::Before);
}

/// Makes of a line for each kind, with its state machine and its reasons to refuse, what is one for all of them: the market
/// itself, what undoes its calls, and why it refuses.
macro_rules! lending_markets {
    ($($(#[$about:meta])* $kind:ident($machine:ty) refuses $reasons:ident<$reason:ty>,)+) => {
        /// A lending market of any kind.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum LendingMarket {
            $($(#[$about])* $kind(Box<$machine>),)+
        }

        /// What a call may have changed in a lending market.
        #[derive(Debug, Clone)]
        pub enum LendingBefore {
            $($(#[$about])* $kind(Box<<$machine as MarketKind>::Before>),)+
        }

        impl LendingMarket {
            /// Returns the market as what all markets have in common.
            #[cfg(feature = "decisions")]
            pub fn lending(&self) -> &dyn LendingDecisions {
                match self {
                    $(Self::$kind(market) => market.as_ref(),)+
                }
            }

            /// Returns the market as what all markets have in common, to call.
            #[cfg(feature = "decisions")]
            pub fn lending_mut(&mut self) -> &mut dyn LendingDecisions {
                match self {
                    $(Self::$kind(market) => market.as_mut(),)+
                }
            }

            /// Returns what a call about one account may change, as it is now.
            pub fn before(&self, account: AccountId) -> LendingBefore {
                match self {
                    $(Self::$kind(market) => LendingBefore::$kind(Box::new(MarketKind::before(&**market, account))),)+
                }
            }

            /// Puts back what was kept.
            pub fn restore(&mut self, before: LendingBefore) {
                match (self, before) {
                    $((Self::$kind(market), LendingBefore::$kind(before)) => {
                        MarketKind::restore(&mut **market, *before);
                    })+
                    (_, before) => unreachable!("a market keeps its kind, this is {before:?}"),
                }
            }
        }

        /// Why a lending market refused. It is as it was.
        #[derive(Debug, Clone, PartialEq, Eq, Error)]
        pub enum LendingError {
            $(
                $(#[$about])*
                #[error(transparent)]
                $kind($reasons<$reason>),
            )+
            /// The asset cannot be used in this way here.
            #[error("asset {asset} of the market {what}")]
            NotOffered {
                /// Its place.
                asset: u8,
                /// What it cannot be.
                what: &'static str,
            },
            /// A quotient did not fit.
            #[error(transparent)]
            Math(#[from] MathError),
        }

        impl LendingError {
            /// Returns the kind of reason, by which reverts are counted.
            pub fn kind(&self) -> &'static str {
                match self {
                    $(Self::$kind(reason) => reason.kind(),)+
                    Self::NotOffered { .. } | Self::Math(_) => "market_refused",
                }
            }
        }

        $(
            impl From<$reason> for LendingError {
                fn from(reason: $reason) -> Self {
                    Self::$kind($reasons::from(reason))
                }
            }
        )+
    };
}
