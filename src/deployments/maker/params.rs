//! What a scenario says of a system, its ilks and their auctions.

use plimsoll_math::Decimal;
use serde::Deserialize;

use super::super::cdp::IssuerSpec;
use super::super::lending::told;
use super::super::{Part, Protocol};
use super::ILK;
use crate::chain::ids::IssuerId;
use crate::chain::time::TimeSpan;
use crate::checks::Check;
use crate::checks::declared::DeclaredVaults;
use crate::checks::names::{EntityKind, Use};
use crate::deployments::genesis::{Genesis, Settling, Staked, Unsettled};
use crate::deployments::maker::AuctionKind;
use crate::reader::piece::{At, Node};

/// Maker: vaults by ilk, and auctions of their collateral.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Its name in the scenario, and the beginning of its columns.
    pub name: String,
    /// The token that it issues, of 18 decimals.
    pub dai: String,
    /// The most dai that all vaults together may owe; no limit by default.
    #[serde(default = "no_limit")]
    pub line: Decimal,
    /// The most dai that all Dutch auctions may seek at once; no limit by default.
    #[serde(default = "no_limit")]
    pub hole: Decimal,
    /// The most dai that all English auctions by `Dunk` may seek at once; no limit by default.
    #[serde(default = "no_limit")]
    pub litter_box: Decimal,
    /// Its kinds of collateral. Names are its own: no other system may have an ilk of the same.
    pub ilks: Vec<IlkParams>,
}

/// A kind of collateral.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IlkParams {
    /// Its name in the scenario, as in `ETH-A`, and the beginning of its columns.
    pub name: String,
    /// The token that is locked.
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
    /// The least dai that a vault may owe, unless it owes nothing; 0 by default.
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
        /// What is sought beyond the debt, as a share of it, as in 0.13.
        chop: f64,
        /// First price over the oracle's, as in 1.3.
        buf: f64,
        /// After how long an auction must be started anew before anybody can buy from it.
        tail: TimeSpan,
        /// Below which part of its first price it must be, likewise, as in 0.4.
        cusp: f64,
        /// How the price falls.
        #[serde(rename = "curve")]
        calc: AbacusParams,
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
        /// What is sought beyond the debt, as a share of it, as in 0.13.
        chop: f64,
        /// By which share a bid must be above the one before it, as in 0.03.
        beg: f64,
        /// After how long without another a bid has won.
        ttl: TimeSpan,
        /// After how long an auction is over, whatever is bid.
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
pub enum AbacusParams {
    /// Evenly, to nothing.
    Linear {
        /// After how long it has come to nothing.
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
        /// What a second leaves of the price, as in 0.999.
        cut: f64,
    },
}

/// How much goes into one English auction.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub enum LotParams {
    /// So many whole tokens of the collateral at most: until August 2020. Bidders advance the dai to raise a bid of
    /// their own.
    Lump(Decimal),
    /// What seeks so many dai at most: from August 2020 on.
    Dunk(Decimal),
}

/// More dai than there will be: 10^12.
fn no_limit() -> Decimal {
    Decimal::from(1_000_000_000_000_u128)
}

impl Protocol for Params {
    const PARTS: &'static [Part] = &[("ilks", ILK)];
}

impl IssuerSpec for Params {
    fn name(&self) -> &str {
        &self.name
    }

    fn vaults(&self) -> Vec<DeclaredVaults<'_>> {
        let vaults = self.ilks.iter().map(|ilk| DeclaredVaults {
            name: &ilk.name,
            token: &ilk.token,
            oracle: &ilk.oracle,
            owes: &self.dai,
            liquidation_ratio: ilk.liquidation_ratio,
            bids_stand: ilk.auctions.kind() == AuctionKind::English,
        });
        vaults.collect()
    }

    fn uses<'a, 'd>(&'d self, at: At<'a>, used: &mut Vec<Use<'a, 'd>>) {
        used.push(Use::new(at.node.at("dai"), EntityKind::TOKEN, &self.dai));
        for (ilk, node) in self.ilks.iter().zip(self.ilk_nodes(at)) {
            used.push(Use::new(node.at("token"), EntityKind::TOKEN, &ilk.token));
            used.push(Use::new(node.at("oracle"), EntityKind::ORACLE, &ilk.oracle));
        }
    }

    fn check(&self, at: At, check: &mut Check) {
        let (node, Self { dai, ilks, .. }) = (at.node, self);
        for (field, amount) in [("line", self.line), ("hole", self.hole), ("litter_box", self.litter_box)] {
            dai_amount(node, field, amount, check);
        }
        if let Some(token) = check.declared.token(dai).filter(|token| token.decimals != 18) {
            let message = format!("`{dai}` has {} decimals", token.decimals);
            check.error(node.at("dai").place(), message, "expected a token of 18 decimals: the vat counts in them");
        }
        if ilks.is_empty() && at.whole {
            check.error(node.at("ilks").place(), "this system takes no collateral", "expected at least one ilk");
        }
        for (ilk, node) in ilks.iter().zip(self.ilk_nodes(at)) {
            ilk.check(dai, node, check);
        }
    }

    fn deploy(&self, id: IssuerId, genesis: &mut Genesis) -> Result<(), Unsettled> {
        let refused = |error| Unsettled::about(EntityKind::ISSUER, &self.name, error);
        super::open::deploy(self, id, genesis).map_err(refused)
    }

    fn settle(&self, id: IssuerId, stakes: &[Staked], settling: &mut Settling) -> Result<(), Unsettled> {
        super::genesis::write_stakes(id, stakes, settling)
    }
}

impl Params {
    /// Returns where each ilk stands.
    fn ilk_nodes<'a>(&self, at: At<'a>) -> Vec<Node<'a>> {
        at.each("ilks", "name", self.ilks.iter().map(|ilk| ilk.name.as_str()))
    }
}

/// Refuses more dai than the vat can count with.
fn dai_amount(node: Node, field: &str, amount: Decimal, check: &mut Check) {
    let fine = amount.to_units(18).is_ok() && amount.to_f64() <= 1e12;
    check.field(node, field, amount, fine, "at most 10^12 dai, with at most 18 decimals");
}

impl IlkParams {
    fn check(&self, dai: &str, node: Node, check: &mut Check) {
        let Self { token, oracle, liquidation_ratio, stability_fee, line, dust, auctions, .. } = self;
        dai_amount(node, "line", *line, check);
        dai_amount(node, "dust", *dust, check);
        let fine = (1.0..=100.0).contains(liquidation_ratio);
        check.field(node, "liquidation_ratio", liquidation_ratio, fine, "1 to 100, as in 1.5");
        let fine = (0.0..=10.0).contains(stability_fee);
        check.field(node, "stability_fee", stability_fee, fine, "a rate a year from 0 to 10, as in 0.08");
        if token == dai {
            let message = format!("`{dai}` is issued against itself");
            check.error(node.at("token").place(), message, "expected another token");
        }
        if let Some(token) = check.declared.token(token).filter(|token| token.decimals > 18) {
            let message = format!("`{}` has {} decimals", token.name, token.decimals);
            check.error(node.at("token").place(), message, "expected a token of 18 decimals at most");
        }
        told(node, oracle, token, check);
        auctions.check(token, node.at("auctions"), check);
    }
}

impl AuctionParams {
    fn check(&self, token: &str, node: Node, check: &mut Check) {
        let (Self::Clip { chop, .. } | Self::Flip { chop, .. }) = self;
        check.field(node, "chop", chop, (0.0..=10.0).contains(chop), "0 to 10, as in 0.13 for 13 %");
        match self {
            Self::Clip { buf, tail, cusp, calc, chip, tip, hole, .. } => {
                check.field(node, "buf", buf, *buf > 0.0 && *buf <= 100.0, "more than 0, as in 1.3");
                check.field(node, "cusp", cusp, (0.0..=1.0).contains(cusp), "a part, 0 to 1, as in 0.4");
                check.field(node, "chip", chip, (0.0..=1.0).contains(chip), "a part, 0 to 1, as in 0.001");
                seconds(node, "tail", *tail, check);
                dai_amount(node, "tip", *tip, check);
                dai_amount(node, "hole", *hole, check);
                if *buf < 1.0 {
                    let message = format!("auctions begin at {buf} of the oracle's price");
                    check.warning(node.at("buf").place(), message, "expected more than 1: they sell below the market");
                }
                calc.check(node.at("curve"), check);
            }
            Self::Flip { beg, ttl, tau, lots, .. } => {
                check.field(node, "beg", beg, *beg > 0.0 && *beg <= 10.0, "more than 0, as in 0.03 for 3 %");
                seconds(node, "ttl", *ttl, check);
                seconds(node, "tau", *tau, check);
                lots.check(token, node, check);
            }
        }
    }
}

impl LotParams {
    fn check(&self, token: &str, node: Node, check: &mut Check) {
        match self {
            Self::Lump(amount) => {
                check.positive_amount(node.at("lots"), *amount, token);
            }
            Self::Dunk(amount) => {
                dai_amount(node, "lots", *amount, check);
                if amount.to_f64() <= 0.0 {
                    check.error(node.at("lots").place(), "this amount is 0", "expected more than 0");
                }
            }
        }
    }
}

impl AbacusParams {
    fn check(self, node: Node, check: &mut Check) {
        if let Self::Stairstep { cut, .. } | Self::Exponential { cut } = self {
            let fine = cut > 0.0 && cut <= 1.0;
            check.field(node, "cut", cut, fine, "more than 0 and at most 1: prices do not rise");
        }
        match self {
            Self::Linear { tau } => seconds(node, "tau", tau, check),
            Self::Stairstep { step, .. } => seconds(node, "step", step, check),
            Self::Exponential { .. } => {}
        }
    }
}

fn seconds(node: Node, field: &str, time: TimeSpan, check: &mut Check) {
    let fine = time.ms > 0 && time.ms.is_multiple_of(1_000);
    check.field(node, field, time, fine, "whole seconds, and more than none");
}
