//! Issuers of stablecoins, their vaults' owners and their keepers.

use super::super::schema::{AuctionParams, CurveParams, IlkParams, LotParams, StablecoinParams};
use super::Check;
use crate::agents::keeper::KeeperParams;
use crate::agents::loan_liquidator::{Funds, Sells};
use crate::agents::schedule::Exit;
use crate::agents::vault_owner::{Temperament, VaultOwnerParams};
use crate::chain::maker::AuctionKind;
use crate::chain::time::TimeSpan;
use crate::checks::laws::{ANY, Allowed, NOT_NEGATIVE, POSITIVE, SHARE};
use crate::math::Decimal;
use crate::reader::piece::{Node, Placed};

impl<'d> Check<'_, 'd> {
    /// Every issuer of a stablecoin.
    pub(super) fn stablecoins(&mut self) {
        for issuer in &self.draft.stablecoins {
            let StablecoinParams::MakerDao { dai, line, hole, litter_box, ilks, .. } = &issuer.value;
            let node = issuer.node;
            for (field, amount) in [("line", line), ("hole", hole), ("litter_box", litter_box)] {
                self.dai_amount(node, field, *amount);
            }
            if let Some(token) = self.token(dai).filter(|token| token.decimals != 18) {
                let message = format!("`{dai}` has {} decimals", token.decimals);
                self.error(node.at("dai").place(), message, "expected a token of 18 decimals: the vat counts in them");
            }
            if ilks.is_empty() && issuer.whole {
                self.error(node.at("ilks").place(), "this system takes no collateral", "expected at least one ilk");
            }
            for (ilk, node) in ilks.iter().zip(ilk_nodes(issuer)) {
                self.ilk(ilk, dai, node);
            }
        }
    }

    /// Refuses more dai than the vat can count with.
    fn dai_amount(&mut self, node: Node, field: &str, amount: Decimal) {
        let fine = amount.to_units(18).is_ok() && amount.to_f64() <= 1e12;
        self.field(node, field, amount, fine, "at most 10^12 dai, with at most 18 decimals");
    }

    fn ilk(&mut self, ilk: &IlkParams, dai: &str, node: Node) {
        let IlkParams { token, oracle, liquidation_ratio, stability_fee, line, dust, auctions, .. } = ilk;
        self.dai_amount(node, "line", *line);
        self.dai_amount(node, "dust", *dust);
        let fine = (1.0..=100.0).contains(liquidation_ratio);
        self.field(node, "liquidation_ratio", liquidation_ratio, fine, "1 to 100, as in 1.5");
        let fine = (0.0..=10.0).contains(stability_fee);
        self.field(node, "stability_fee", stability_fee, fine, "a rate a year from 0 to 10, as in 0.08");
        if token == dai {
            let message = format!("`{dai}` is issued against itself");
            self.error(node.at("token").place(), message, "expected another token");
        }
        if let Some(token) = self.token(token).filter(|token| token.decimals > 18) {
            let message = format!("`{}` has {} decimals", token.name, token.decimals);
            self.error(node.at("token").place(), message, "expected a token of 18 decimals at most");
        }
        let told = self.draft.oracles.iter().map(|oracle| &oracle.value).find(|other| other.name == *oracle);
        if let Some(told) = told.filter(|told| told.token != *token) {
            let message = format!("the oracle `{oracle}` tells the price of `{}`", told.token);
            self.error(node.at("oracle").place(), message, format!("expected an oracle of `{token}`"));
        }
        self.auctions(auctions, ilk, node.at("auctions"));
    }

    fn auctions(&mut self, auctions: &AuctionParams, ilk: &IlkParams, node: Node) {
        match auctions {
            AuctionParams::Clip { chop, buf, tail, cusp, curve, chip, tip, hole } => {
                self.penalty(node, *chop);
                self.field(node, "buf", buf, *buf > 0.0 && *buf <= 100.0, "more than 0, as in 1.3");
                self.field(node, "cusp", cusp, (0.0..=1.0).contains(cusp), "a part, 0 to 1, as in 0.4");
                self.field(node, "chip", chip, (0.0..=1.0).contains(chip), "a part, 0 to 1, as in 0.001");
                self.seconds(node, "tail", *tail);
                self.dai_amount(node, "tip", *tip);
                self.dai_amount(node, "hole", *hole);
                if *buf < 1.0 {
                    let message = format!("auctions begin at {buf} of the oracle's price");
                    self.warning(node.at("buf").place(), message, "expected more than 1: they sell below the market");
                }
                self.price_curve(*curve, node.at("curve"));
            }
            AuctionParams::Flip { chop, beg, ttl, tau, lots } => {
                self.penalty(node, *chop);
                self.field(node, "beg", beg, *beg > 0.0 && *beg <= 10.0, "more than 0, as in 0.03 for 3 %");
                self.seconds(node, "ttl", *ttl);
                self.seconds(node, "tau", *tau);
                match lots {
                    LotParams::Lump(amount) => {
                        self.positive_amount(node.at("lots"), *amount, &ilk.token);
                    }
                    LotParams::Dunk(amount) => {
                        self.dai_amount(node, "lots", *amount);
                        if amount.to_f64() <= 0.0 {
                            self.error(node.at("lots").place(), "this amount is 0", "expected more than 0");
                        }
                    }
                }
            }
        }
    }

    fn price_curve(&mut self, curve: CurveParams, node: Node) {
        let part = |cut: f64| cut > 0.0 && cut <= 1.0;
        match curve {
            CurveParams::Linear { tau } => self.seconds(node, "tau", tau),
            CurveParams::Stairstep { cut, step } => {
                self.field(node, "cut", cut, part(cut), "more than 0 and at most 1: prices do not rise");
                self.seconds(node, "step", step);
            }
            CurveParams::Exponential { cut } => {
                self.field(node, "cut", cut, part(cut), "more than 0 and at most 1: prices do not rise");
            }
        }
    }

    fn penalty(&mut self, node: Node, chop: f64) {
        self.field(node, "chop", chop, (0.0..=10.0).contains(&chop), "0 to 10, as in 0.13 for 13 %");
    }

    fn seconds(&mut self, node: Node, field: &str, time: TimeSpan) {
        let fine = time.ms > 0 && time.ms.is_multiple_of(1_000);
        self.field(node, field, time, fine, "whole seconds, and more than none");
    }

    fn ilk_of(&self, name: &str) -> Option<&'d IlkParams> {
        let issuers = self.draft.stablecoins.iter().map(|issuer| &issuer.value);
        issuers.flat_map(StablecoinParams::ilks).find(|ilk| ilk.name == name)
    }

    pub(super) fn vault_owner(&mut self, node: Node, params: &VaultOwnerParams) {
        self.common(node, params.count, Some(&params.tip), &params.gas_money);
        self.law(node, "collateral", &params.collateral, &POSITIVE);
        self.law(node, "attention", &params.attention, &SHARE);
        self.law(node, "spare", &params.spare, &NOT_NEGATIVE);
        let least = self.ilk_of(&params.ilk).map_or(1.0, |ilk| ilk.liquidation_ratio);
        self.law(node, "collateral_ratio", &params.collateral_ratio, &Allowed { least, ..ANY });
        if params.temperament != Temperament::Sleep {
            self.law(node, "act_below", &params.act_below, &Allowed { least: 1.0, ..ANY });
            self.law(node, "target", &params.target, &Allowed { least, ..ANY });
        }
        self.stay(node, params.entry, Exit::Hold);
    }

    pub(super) fn keeper(&mut self, node: Node, params: &KeeperParams) {
        self.common(node, params.count, Some(&params.tip), &params.gas_money);
        self.law(node, "discount", &params.discount, &Allowed { most: 1.0, ..NOT_NEGATIVE });
        self.law(node, "opens_at", &params.opens_at, &SHARE);
        self.law(node, "margin", &params.margin, &NOT_NEGATIVE);
        self.law(node, "attention", &params.attention, &SHARE);
        self.field(node, "per_block", params.per_block, params.per_block > 0, "at least 1");
        if let Some(fixed) = &params.fixed_gas {
            let at = node.at("fixed_gas");
            self.field(at, "share", fixed.share, (0.0..=1.0).contains(&fixed.share), "a probability, 0 to 1");
            self.law(at, "price", &fixed.price, &NOT_NEGATIVE);
        }
        let english = self.ilk_of(&params.ilk).is_some_and(|ilk| ilk.auctions.kind() == AuctionKind::English);
        match &params.funds {
            Funds::Own(law) => self.law(node, "funds", law, &NOT_NEGATIVE),
            Funds::FlashLoan if english => {
                let message = "a bid in an English auction stands for longer than a transaction";
                self.error(
                    node.at("funds").place(),
                    message,
                    "expected dai of its own, as in `funds: Own(Fixed(50_000))`",
                );
            }
            Funds::FlashLoan if params.sells != Sells::AtOnce => {
                let message = "a flash mint is paid back from the sale, in the same transaction";
                self.error(node.at("sells").place(), message, "expected `AtOnce`, or `funds: Own(...)`");
            }
            Funds::FlashLoan => {}
        }
        self.sold_through(node, params);
    }

    /// The pool through which a keeper sells must hold both tokens.
    fn sold_through(&mut self, node: Node, params: &KeeperParams) {
        let issuers = self.draft.stablecoins.iter().map(|issuer| &issuer.value);
        let mut with_ilk = issuers.filter_map(|issuer| {
            let ilk = issuer.ilks().iter().find(|ilk| ilk.name == params.ilk)?;
            Some((ilk.token.as_str(), issuer.dai()))
        });
        if let Some(tokens) = with_ilk.next() {
            self.trades(node, tokens, &params.through, None);
        }
    }
}

/// Returns where each ilk of a system stands.
pub(super) fn ilk_nodes<'a>(issuer: &Placed<'a, StablecoinParams>) -> Vec<Node<'a>> {
    let list = issuer.node.at("ilks");
    // A broken one between them may have been cut out: then they are found by their names.
    let of = |name: &str| list.elements().find(|node| node.at("name").string().as_deref() == Some(name));
    let find = |(index, ilk): (usize, &IlkParams)| {
        if issuer.whole { list.nth(index) } else { of(&ilk.name).unwrap_or(list) }
    };
    issuer.value.ilks().iter().enumerate().map(find).collect()
}
