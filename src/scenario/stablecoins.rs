//! What scenario files say of issuers of stablecoins.

use serde::Deserialize;

use crate::chain::maker::AuctionKind;
use crate::chain::time::TimeSpan;
use crate::math::Decimal;

/// An issuer of a stablecoin.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum StablecoinParams {
    /// Maker: vaults by ilk, and auctions of their collateral.
    MakerDao {
        /// What it is called.
        name: String,
        /// The token that it issues, of 18 decimals.
        dai: String,
        /// The most dai that all vaults together may owe; no limit by default.
        #[serde(default = "no_limit")]
        line: Decimal,
        /// The most dai that all Dutch auctions may seek at once; no limit by default.
        #[serde(default = "no_limit")]
        hole: Decimal,
        /// The most dai that all English auctions by `Dunk` may seek at once; no limit by default.
        #[serde(default = "no_limit")]
        litter_box: Decimal,
        /// Its kinds of collateral. Names are its own: no other system may have an ilk of the same.
        ilks: Vec<IlkParams>,
    },
}

/// A kind of collateral.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IlkParams {
    /// What it is called, as in `ETH-A`.
    pub name: String,
    /// The token.
    pub token: String,
    /// The oracle that says what it costs; Maker's tell what they saw an hour before: `update: Delayed("1 h")`.
    pub oracle: String,
    /// Worth of the collateral over debt below which a vault may be liquidated, as in 1.5.
    pub liquidation_ratio: f64,
    /// What debt grows by in a year, as in 0.08; nothing by default.
    #[serde(default)]
    pub stability_fee: f64,
    /// The most dai that its vaults may owe; no limit by default.
    #[serde(default = "no_limit")]
    pub line: Decimal,
    /// The least dai that a vault may owe, unless it owes nothing.
    #[serde(default)]
    pub dust: Decimal,
    /// How the collateral of unsafe vaults is sold.
    pub auctions: AuctionParams,
}

/// How collateral is sold.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum AuctionParams {
    /// Dutch auctions, from 2021 on: the price falls until somebody takes it.
    Clip {
        /// What is sought beyond the debt, as in 0.13.
        chop: f64,
        /// First price over the oracle's, as in 1.3.
        buf: f64,
        /// After how long an auction must be started anew.
        tail: TimeSpan,
        /// Below which part of its first price it must be.
        cusp: f64,
        /// How the price falls.
        curve: CurveParams,
        /// Part of what an auction seeks that a keeper gets for starting it; nothing by default.
        #[serde(default)]
        chip: f64,
        /// Dai that it gets beside that; nothing by default.
        #[serde(default)]
        tip: Decimal,
        /// The most dai that the ilk's auctions may seek at once; no limit by default.
        #[serde(default = "no_limit")]
        hole: Decimal,
    },
    /// English auctions, until 2021: bidders outbid each other.
    Flip {
        /// What is sought beyond the debt, as in 0.13.
        chop: f64,
        /// What a bid must be above the one before it, as in 0.03.
        beg: f64,
        /// How long a bid stands.
        ttl: TimeSpan,
        /// How long an auction lasts.
        tau: TimeSpan,
        /// How much goes into one auction.
        lots: LotParams,
    },
}

impl AuctionParams {
    /// Returns which kind they are.
    pub fn kind(&self) -> AuctionKind {
        match self {
            Self::Clip { .. } => AuctionKind::Dutch,
            Self::Flip { .. } => AuctionKind::English,
        }
    }
}

/// How the price of a Dutch auction falls.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum CurveParams {
    /// Evenly, to nothing.
    Linear {
        /// When it has come to nothing.
        tau: TimeSpan,
    },
    /// By the same factor at every step.
    Stairstep {
        /// What a step leaves of the price, as in 0.99.
        cut: f64,
        /// How long a step is.
        step: TimeSpan,
    },
    /// By the same factor every second.
    Exponential {
        /// What a second leaves of the price.
        cut: f64,
    },
}

/// How much goes into one English auction.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub enum LotParams {
    /// So many whole tokens of the collateral at most: until August 2020. Bidders advance the dai to raise a bid of their own.
    Lump(Decimal),
    /// What seeks so many dai at most: from August 2020 on.
    Dunk(Decimal),
}

/// More dai than there will be: 10^12.
fn no_limit() -> Decimal {
    Decimal::from(1_000_000_000_000_u128)
}

impl StablecoinParams {
    /// Returns its ilks.
    pub fn ilks(&self) -> &[IlkParams] {
        let Self::MakerDao { ilks, .. } = self;
        ilks
    }

    /// Returns the token that it issues.
    pub fn dai(&self) -> &str {
        let Self::MakerDao { dai, .. } = self;
        dai
    }
}
