//! Borrowers, lenders and liquidators of lending markets.

use super::super::schema::{LendingParams, PoolParams};
use super::Check;
use crate::agents::borrower::{BorrowerParams, Defence, Owes};
use crate::agents::lender::LenderParams;
use crate::agents::loan_liquidator::{Funds, LoanLiquidatorParams, Sells};
use crate::agents::route::Through;
use crate::agents::router::MOST_HOPS;
use crate::agents::schedule::{Entry, Exit};
use crate::checks::laws::{ANY, Allowed, NOT_NEGATIVE, PART, POSITIVE, SHARE};
use crate::reader::diagnostic::one_of;
use crate::reader::piece::Node;

impl<'d> Check<'_, 'd> {
    pub(super) fn market_of(&self, wanted: &str) -> Option<&'d LendingParams> {
        self.draft.lending.iter().map(|market| &market.value).find(|market| market.name() == wanted)
    }

    pub(super) fn borrower(&mut self, node: Node, params: &BorrowerParams) {
        self.common(node, params.count, Some(&params.tip), &params.gas_money);
        self.law(node, "capital", &params.capital, &POSITIVE);
        self.law(node, "attention", &params.attention, &SHARE);
        self.law(node, "spare", &params.spare, &NOT_NEGATIVE);
        self.law(node, "act_below", &params.act_below, &Allowed { least: 1.0, ..ANY });
        self.law(node, "target", &params.target, &Allowed { least: 1.0, above: true, ..ANY });
        self.stay(node, params.entry, Exit::Hold);
        self.tokens_of_loan(node, &params.market, (&params.collateral, &params.debt));
        self.trades(node, (&params.collateral, &params.debt), &params.through, params.slippage);
        self.owes(node, params);
        if matches!(params.defence, Defence::Deleverage | Defence::StopLoss) {
            self.flash_loans(node.at("defence"), &params.market, "expected `Sleep`, `TopUp` or `Repay`");
        }
        if matches!(params.owes, Owes::Leverage(_)) && params.entry != Entry::Genesis {
            self.flash_loans(node.at("owes"), &params.market, "expected `Loops(...)`, or an entry at genesis");
        }
    }

    /// What a population owes must be within what its market lends against its collateral.
    fn owes(&mut self, node: Node, params: &BorrowerParams) {
        let most = self.market_of(&params.market).and_then(|market| market.limits(&params.collateral, &params.debt));
        let at_most = |most: f64, what: &str| {
            let why = format!("the market lends {what} against `{}`", params.collateral);
            Allowed { least: 0.0, most, why: Some(why), ..ANY }
        };
        let (ltv, threshold) = most.unwrap_or((f64::INFINITY, f64::INFINITY));
        match &params.owes {
            Owes::LoanToValue(law) => self.law(node, "owes", law, &at_most(ltv, &format!("up to {ltv}"))),
            Owes::HealthFactor(law) => {
                let least = if ltv.is_finite() && ltv > 0.0 { threshold / ltv } else { 1.0 };
                // What is drawn is rounded, and the market's limit is exact.
                let why = Some(format!("the market lends up to {ltv} of the collateral's worth"));
                self.law(node, "owes", law, &Allowed { least: least - 1e-9, why, ..ANY });
            }
            Owes::Leverage(law) => {
                let most = if ltv < 1.0 { 1.0 / (1.0 - ltv) } else { f64::INFINITY };
                let what = format!("up to {ltv}, which is {most:.4} times own capital");
                self.law(node, "owes", law, &Allowed { least: 1.0, ..at_most(most, &what) });
            }
            Owes::Loops { loan_to_value, times } => {
                self.law(node, "owes", loan_to_value, &at_most(ltv.min(PART.most), &format!("up to {ltv}")));
                let fine = (1..=100).contains(times);
                self.field(node.at("owes"), "times", times, fine, "1 to 100 loops");
            }
        }
    }

    pub(super) fn lender(&mut self, node: Node, params: &LenderParams) {
        self.common(node, params.count, Some(&params.tip), &params.gas_money);
        self.law(node, "supply", &params.supply, &POSITIVE);
        self.law(node, "fears_utilisation", &params.fears_utilisation, &NOT_NEGATIVE);
        self.law(node, "fears_bad_debt", &params.fears_bad_debt, &NOT_NEGATIVE);
        self.law(node, "fears_depeg", &params.fears_depeg, &NOT_NEGATIVE);
        self.law(node, "attention", &params.attention, &SHARE);
        self.stay(node, params.entry, params.exit);
        self.offered(node.at("asset"), &params.market, &params.asset);
    }

    pub(super) fn loan_liquidator(&mut self, node: Node, params: &LoanLiquidatorParams) {
        self.common(node, params.count, None, &params.gas_money);
        self.law(node, "margin", &params.margin, &NOT_NEGATIVE);
        self.law(node, "attention", &params.attention, &SHARE);
        self.law(node, "bid_share", &params.bid_share, &SHARE);
        self.field(node, "per_block", params.per_block, params.per_block > 0, "at least 1");
        match &params.funds {
            Funds::Own(law) => self.law(node, "funds", law, &POSITIVE),
            Funds::FlashLoan if params.sells != Sells::AtOnce => {
                let message = "a flash loan is paid back from the sale, in the same transaction";
                self.error(node.at("sells").place(), message, "expected `AtOnce`, or `funds: Own(...)`");
            }
            Funds::FlashLoan => self.flash_loans(node.at("funds"), &params.market, "expected `Own(...)`"),
        }
        self.tokens_of_loan(node, &params.market, (&params.collateral, &params.debt));
        self.trades(node, (&params.collateral, &params.debt), &params.through, params.slippage);
    }

    /// Refuses somebody who needs flash loans in a market that has none.
    pub(super) fn flash_loans(&mut self, node: Node, market: &str, expected: &str) {
        if self.declared.lending(market).is_some_and(|market| !market.has_flash_loans()) {
            let message = format!("the market `{market}` has no flash loans");
            self.error(node.place(), message, expected);
        }
    }

    /// A market must have both tokens, and one must be lent against the other.
    fn tokens_of_loan(&mut self, node: Node, market: &str, (collateral, debt): (&str, &str)) {
        let known =
            self.offered(node.at("collateral"), market, collateral) & self.offered(node.at("debt"), market, debt);
        if let Some(params) = self.market_of(market).filter(|_| known)
            && params.limits(collateral, debt).is_none()
        {
            let message = format!("the market `{market}` does not lend `{debt}` against `{collateral}`");
            let expected = "expected a collateral with a `threshold` above 0, and a debt that is lent out";
            self.error(node.at("collateral").place(), message, expected);
        }
    }

    /// Two tokens must meet in the pool that is named, or be joined by a router's path.
    pub(super) fn trades(&mut self, node: Node, (one, other): (&str, &str), through: &Through, slippage: Option<f64>) {
        let at = node.at("through").place();
        match through {
            Through::Pool(name) => {
                let Some(pool) = self.pool(name) else { return };
                for token in [one, other].into_iter().filter(|_| one != other) {
                    if self.lacks(pool, token) {
                        let message = format!("the pool `{name}` does not hold `{token}`");
                        let expected = format!(
                            "expected a pool of `{one}` and `{other}`, `Router`, or none for the external venue"
                        );
                        self.error(at.clone(), message, expected);
                    }
                }
            }
            Through::Router if self.pools_are_known() && !self.joined(one, other) => {
                let message = format!("no path of up to {MOST_HOPS} pools leads from `{one}` to `{other}`");
                self.error(at, message, "expected pools between them, or `Venue` for the external one");
            }
            Through::Venue if slippage.is_some() => {
                let message = "the external venue fills at any price, within `slippage` or not";
                self.error(node.at("slippage").place(), message, "expected `through: \"a pool\"` or `through: Router`");
            }
            Through::Router | Through::Venue => {}
        }
        if let Some(share) = slippage {
            let fine = (0.0..1.0).contains(&share);
            self.field(node, "slippage", share, fine, "0 or more and less than 1, as in 0.01 for 1 %");
        }
    }

    /// Whether every pool and all its tokens could be read.
    fn pools_are_known(&self) -> bool {
        let known = |pool: &PoolParams| pool.tokens().into_iter().all(|token| self.token(token).is_some());
        self.names.pools() == Some(self.draft.pools.len()) && self.draft.pools.iter().all(|pool| known(&pool.value))
    }

    /// Whether a path of pools that a router may take leads from one token to another.
    fn joined(&self, one: &str, other: &str) -> bool {
        let mut reached = vec![one];
        for _ in 0..MOST_HOPS {
            let crossed = self.draft.pools.iter().map(|pool| pool.value.tokens());
            let next: Vec<&str> =
                crossed.filter(|tokens| tokens.iter().any(|token| reached.contains(token))).flatten().collect();
            reached.extend(next);
        }
        reached.contains(&other)
    }

    /// Says whether a market has a token, as far as both are known.
    fn offered(&mut self, node: Node, market: &str, token: &str) -> bool {
        let Some(params) = self.market_of(market) else { return false };
        let names = params.names();
        let offered = names.iter().any(|(name, _)| *name == token);
        if !offered && self.token(token).is_some() {
            let message = format!("the market `{market}` has no `{token}`");
            self.error(node.place(), message, format!("expected {}", one_of(names.into_iter().map(|(name, _)| name))));
        }
        offered
    }
}

impl LenderParams {
    /// Whether it ever sends a transaction.
    pub(super) fn acts(&self) -> bool {
        let fears = [&self.fears_utilisation, &self.fears_bad_debt, &self.fears_depeg];
        self.entry != Entry::Genesis || self.exit != Exit::Hold || fears.iter().any(|law| law.support().0 < 1.0)
    }
}
