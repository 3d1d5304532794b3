//! How tokens move together.

use std::collections::{BTreeMap, BTreeSet};

use super::Listed;
use crate::checks::names::{EntityKind, Use};
use crate::market::correlation::{Clash, Correlation, CorrelationParams, MOST_CORRELATED};
use crate::reader::diagnostic::Diagnostic;
use crate::reader::piece::{Node, Placed};
use crate::scenario::check::Check;

impl Listed for CorrelationParams {
    fn uses<'a, 'd>(one: &'d Placed<'a, Self>, used: &mut Vec<Use<'a, 'd>>) {
        let Self(first, second, _) = &one.value;
        used.push(Use::new(one.node.nth(0), EntityKind::TOKEN, first));
        used.push(Use::new(one.node.nth(1), EntityKind::TOKEN, second));
    }

    /// Each pair by itself; if nothing is wrong, all of them together.
    fn check(list: &[Placed<Self>], check: &mut Check) {
        let mistakes = check.out.len();
        let mut before = BTreeMap::new();
        for pair in list {
            check.pair(before.get(&pair.value.pair()).copied(), pair);
            before.entry(pair.value.pair()).or_insert(pair.node);
        }
        let names: BTreeSet<&str> = before.keys().flat_map(|(one, other)| [*one, *other]).collect();
        if let Some(pair) = list.first().filter(|_| names.len() > MOST_CORRELATED) {
            let message = format!("{} tokens are correlated", names.len());
            check.error(pair.node.place(), message, format!("expected at most {MOST_CORRELATED}"));
        }
        if check.out.len() == mistakes {
            check.together(list);
        }
    }
}

impl Check<'_, '_> {
    fn pair(&mut self, earlier: Option<Node>, pair: &Placed<CorrelationParams>) {
        let CorrelationParams(one, other, correlation) = &pair.value;
        let node = pair.node;
        if one == other {
            let message = format!("`{one}` with itself");
            self.error(node.nth(1).place(), message, "expected another token: a token moves with itself anyway");
        }
        if let Some(first) = earlier {
            let message = format!("`{one}` and `{other}` are listed twice");
            let mistake = Diagnostic::error(node.place(), message).expected("expected another pair");
            self.out.push(mistake.also(first.place(), "the first"));
        }
        if !(-1.0..=1.0).contains(correlation) {
            let message = format!("a correlation of {correlation}");
            self.error(node.nth(2).place(), message, "expected -1 to 1");
        }
        self.driven(node.nth(0), one);
        self.driven(node.nth(1), other);
    }

    /// Refuses a token whose price is not driven by one normal per block.
    fn driven(&mut self, node: Node, name: &str) {
        let Some(token) = self.declared.tokens.place(name).map(|place| &self.draft.tokens[place]) else { return };
        if !token.value.price.has_one_driver() {
            let kind = token.node.at("price").text().split('(').next().unwrap_or_default().trim().to_owned();
            let message = format!("the price of `{name}` cannot be correlated: it is `{kind}`");
            let expected = "expected `Gbm`, `JumpDiffusion`, `OrnsteinUhlenbeck` or `RegimeSwitching`";
            let mistake = Diagnostic::error(node.place(), message).expected(expected);
            self.out.push(mistake.also(token.node.at("price").place(), "its price"));
        }
    }

    fn together(&mut self, pairs: &[Placed<CorrelationParams>]) {
        let names: Vec<&str> = self.draft.tokens.iter().map(|token| token.value.name.as_str()).collect();
        let all: Vec<CorrelationParams> = pairs.iter().map(|pair| pair.value.clone()).collect();
        let Err(clash) = Correlation::new(&all, &names) else { return };
        let Clash { one, other, stated, least, most } = &clash;
        let listed = pairs.iter().find(|pair| pair.value.pair() == pair_of(one, other));
        let names_one = |pair: &&Placed<CorrelationParams>| {
            [&pair.value.0, &pair.value.1].iter().any(|name| [one, other].contains(name))
        };
        let (place, which) = match (listed, pairs.iter().rfind(names_one)) {
            (Some(pair), _) => (pair.node.nth(2).place(), ""),
            (None, Some(last)) => (last.node.place(), ", since it is not listed"),
            (None, None) => return,
        };
        let message = format!("the other correlations leave no room for {stated} of `{one}` and `{other}`{which}");
        self.error(place, message, room(*least, *most));
    }
}

fn pair_of<'n>(one: &'n str, other: &'n str) -> (&'n str, &'n str) {
    (one.min(other), one.max(other))
}

/// Says what a correlation could be, to four digits that lie inside.
fn room(least: f64, most: f64) -> String {
    let (up, down) = ((least * 1e4 - 1e-6).ceil() / 1e4, (most * 1e4 + 1e-6).floor() / 1e4);
    if up < down {
        format!("expected {up} to {down} for this pair")
    } else {
        format!("expected {least:.6} for this pair")
    }
}
