//! Tokens, prices, shocks and the venue.

use super::super::schema::TokenParams;
use super::Check;
use crate::chain::venue::{ImpactParams, VenueParams};
use crate::checks::amounts::MOST_DECIMALS;
use crate::checks::laws::PART;
use crate::market::price::PriceParams;
use crate::market::shock::ShockParams;
use crate::reader::diagnostic::Diagnostic;
use crate::reader::piece::Placed;

impl Check<'_, '_> {
    /// Everything that comes from outside.
    pub(super) fn market(&mut self) {
        for token in &self.draft.tokens {
            self.token_itself(token);
        }
        self.numeraire();
        self.correlations();
        for shock in &self.draft.shocks {
            self.shock(shock);
        }
        for (index, entry) in self.draft.venue.iter().enumerate() {
            self.venue(index, entry);
        }
    }

    fn token_itself(&mut self, token: &Placed<TokenParams>) {
        let (node, decimals) = (token.node, token.value.decimals);
        let most = format!("at most {MOST_DECIMALS}, with which amounts go up to 340 million whole tokens");
        self.field(node, "decimals", decimals, decimals <= MOST_DECIMALS, &most);
        let start = self.process(token, node.at("price"));
        if let Some(declared) = self.declared.tokens.iter_mut().find(|declared| declared.name == token.value.name) {
            declared.start = start;
        }
    }

    fn numeraire(&mut self) {
        let Some(name) = &self.draft.numeraire else { return };
        let Some(token) = self.draft.tokens.iter().find(|token| token.value.name == name.value) else { return };
        if token.value.price != PriceParams::Fixed(1.0) {
            let message = format!("`{}` is the numeraire, and its price is not 1", name.value);
            let mistake = Diagnostic::error(token.node.at("price").place(), message).expected("expected `Fixed(1)`");
            self.out.push(mistake.also(name.node.place(), "prices are told in it"));
        }
    }

    fn shock(&mut self, shock: &Placed<ShockParams>) {
        let ShockParams::Crash { size, start, hold, recovery, .. } = &shock.value;
        self.law(shock.node, "size", size, &PART);
        if hold.is_none() && recovery.ms > 0 {
            let message = "a way back, but the price stays down for good";
            self.error(shock.node.at("recovery").place(), message, "expected `hold` as well: how long it stays down");
        }
        if self.is_late(*start) {
            let message = format!("this crash starts at {start}, after the last block");
            let expected = self.expect_early();
            self.warning(shock.node.at("start").place(), message, expected);
        }
    }

    fn venue(&mut self, index: usize, entry: &Placed<VenueParams>) {
        let (node, value) = (entry.node, &entry.value);
        let earlier = self.draft.venue[..index].iter().find(|earlier| earlier.value.token == value.token);
        if let Some(first) = earlier {
            let message = format!("`{}` is listed twice", value.token);
            let mistake = Diagnostic::error(node.at("token").place(), message).expected("expected another token");
            self.out.push(mistake.also(first.node.at("token").place(), "the first"));
        }
        self.field(node, "fee_bps", value.fee_bps, value.fee_bps < 10_000, "less than 10000 basis points");
        if value.half_life.is_some_and(|half_life| half_life.ms == 0) {
            self.error(node.at("half_life").place(), "no time to recover in", "expected more, such as `\"2 h\"`");
        }
        let node = node.at("impact");
        match &value.impact {
            ImpactParams::None => {}
            ImpactParams::Linear { depth } => {
                self.positive_amount(node.at("depth"), *depth, &value.token);
            }
            ImpactParams::SquareRoot { coefficient, depth } => {
                self.positive_amount(node.at("depth"), *depth, &value.token);
                self.field(node, "coefficient", coefficient, *coefficient >= 0.0, "0 or more");
            }
        }
    }
}
