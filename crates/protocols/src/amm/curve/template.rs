//! What differs between the deployed pools.

/// Which contract a pool equals. All are one invariant; these are the rules in which they differ:
///
/// | rule | [`ThreePool`](Self::ThreePool) | [`Steth`](Self::Steth) | [`Gusd`](Self::Gusd) |
/// |---|---|---|---|
/// | the amplification is kept in | units | hundredths | hundredths |
/// | divisor of each step towards the invariant | n x | n x + 1 | n x |
/// | an iteration that finds no rest in 255 steps | its last value counts | reverts | its last value counts |
/// | `get_dy` takes the fee | off smallest units | off 18 decimals | off 18 decimals |
/// | an imbalanced withdrawal burns | a unit more than computed | what is computed | a unit more |
/// | the first deposit is compared with | nothing | what the pool holds | nothing |
/// | tokens sent to the pool unasked belong to | its owner | those who provide liquidity | its owner |
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Template {
    /// `StableSwap3Pool.vy` and `StableSwapHBTC.vy`, vyper 0.2.4.
    #[default]
    ThreePool,
    /// `StableSwapSTETH.vy`, vyper 0.2.8.
    Steth,
    /// `StableSwapGUSD.vy`, vyper 0.2.5: a metapool, whose second coin is another pool's liquidity token.
    Gusd,
}

impl Template {
    /// Returns how many units the pool keeps an amplification of one in.
    pub(super) fn amplification_precision(self) -> u128 {
        match self {
            Self::ThreePool => 1,
            Self::Steth | Self::Gusd => 100,
        }
    }

    /// Returns what is added to the divisor of each step towards the invariant, so that it is never zero.
    pub(super) fn divisor_bias(self) -> u128 {
        u128::from(self == Self::Steth)
    }

    /// Returns whether an iteration that does not come to rest reverts.
    pub(super) fn must_converge(self) -> bool {
        self == Self::Steth
    }

    /// Returns whether `get_dy` takes its fee off smallest units, and not off 18 decimals as a trade does.
    pub(super) fn quotes_fee_in_smallest_units(self) -> bool {
        self == Self::ThreePool
    }

    /// Returns what an imbalanced withdrawal burns on top of what is computed.
    pub(super) fn burn_surcharge(self) -> u128 {
        u128::from(self != Self::Steth)
    }

    /// Returns whether the first deposit too must raise the invariant of what the pool holds.
    pub(super) fn compares_first_deposit(self) -> bool {
        self == Self::Steth
    }

    /// Returns whether tokens that were sent unasked belong to the pool's owner.
    pub(super) fn owner_gets_donations(self) -> bool {
        self != Self::Steth
    }
}
