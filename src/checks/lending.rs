//! What is asked of a lending market by those who use it.

use super::Check;
use crate::reader::diagnostic::one_of;
use crate::reader::piece::Node;

impl Check<'_> {
    /// Refuses somebody who needs flash loans in a market that has none.
    pub fn flash_loans(&mut self, node: Node, market: &str, expected: &str) {
        if self.declared.lending(market).is_some_and(|market| !market.has_flash_loans()) {
            let message = format!("the market `{market}` has no flash loans");
            self.error(node.place(), message, expected);
        }
    }

    /// A market must have both tokens, which stand in fields of these names, and one must be lent against the other.
    pub fn lent_against(&mut self, node: Node, market: &str, (collateral, debt): (&str, &str)) {
        let known =
            self.offered(node.at("collateral"), market, collateral) & self.offered(node.at("debt"), market, debt);
        if let Some(declared) = self.declared.lending(market).filter(|_| known)
            && declared.limits(collateral, debt).is_none()
        {
            let message = format!("the market `{market}` does not lend `{debt}` against `{collateral}`");
            let expected = "expected a collateral with a `threshold` above 0, and a debt that is lent out";
            self.error(node.at("collateral").place(), message, expected);
        }
    }

    /// Says whether a market has a token, as far as both are known.
    pub fn offered(&mut self, node: Node, market: &str, token: &str) -> bool {
        let Some(declared) = self.declared.lending(market) else { return false };
        let names = declared.names();
        let offered = names.iter().any(|(name, _)| *name == token);
        if !offered && self.declared.token(token).is_some() {
            let message = format!("the market `{market}` has no `{token}`");
            self.error(node.place(), message, format!("expected {}", one_of(names.into_iter().map(|(name, _)| name))));
        }
        offered
    }
}
