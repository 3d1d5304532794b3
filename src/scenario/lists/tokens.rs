//! Tokens: what a chain can count, and prices.

use super::super::lists::Listed;
use crate::checks::amounts::MOST_DECIMALS;
use crate::checks::declared::{Declared, DeclaredToken};
use crate::checks::names::EntityKind;
use crate::market::price::PriceParams;
use crate::reader::diagnostic::Diagnostic;
use crate::reader::piece::{Node, Placed};
use crate::scenario::check::Check;
use crate::scenario::schema::TokenParams;

impl Listed for TokenParams {
    fn named(list: Node) -> Vec<(EntityKind, Node)> {
        vec![(EntityKind::TOKEN, list)]
    }

    fn declare<'d>(list: &'d [Placed<Self>], declared: &mut Declared<'d>) {
        let tokens = list.iter().map(|token| &token.value);
        let tokens = tokens.map(|token| DeclaredToken { name: &token.name, decimals: token.decimals, start: None });
        declared.tokens = tokens.collect();
    }

    fn check(list: &[Placed<Self>], check: &mut Check) {
        for token in list {
            check.token(token);
        }
        check.numeraire();
    }
}

impl Check<'_, '_> {
    fn token(&mut self, token: &Placed<TokenParams>) {
        let (node, decimals) = (token.node, token.value.decimals);
        let most = format!("at most {MOST_DECIMALS}, with which amounts go up to 340 million whole tokens");
        self.field(node, "decimals", decimals, decimals <= MOST_DECIMALS, &most);
        let start = self.process(token, node.at("price"));
        if let Some(declared) = self.declared.tokens.find_mut(&token.value.name) {
            declared.start = start;
        }
    }

    fn numeraire(&mut self) {
        let Some(name) = &self.draft.numeraire else { return };
        let Some(token) = self.draft.tokens.iter().find(|token| token.value.name == name.value) else { return };
        if token.value.price != PriceParams::Fixed(1.0) {
            let message = format!("`{}` is the numeraire, and its price is not 1", name.value);
            let mistake = Diagnostic::error(token.node.at("price").place(), message).expected("expected `Fixed(1)`");
            self.out.push(mistake.also(name.node.place(), "prices are quoted in it"));
        }
    }
}
