//! Shocks: within the run, and felt by somebody.

use super::Listed;
use crate::checks::laws::{Allowed, PART, POSITIVE};
use crate::checks::names::{EntityKind, Use};
use crate::market::shock::{GREATEST_RISE, ShockCourse, ShockParams};
use crate::reader::piece::Placed;
use crate::scenario::check::Check;

impl Listed for ShockParams {
    fn uses<'a, 'd>(one: &'d Placed<'a, Self>, used: &mut Vec<Use<'a, 'd>>) {
        used.push(Use::new(one.node.at("token"), EntityKind::TOKEN, one.value.token()));
    }

    fn check(list: &[Placed<Self>], check: &mut Check) {
        for shock in list {
            check.shock(shock);
        }
    }

    fn warn(list: &[Placed<Self>], check: &mut Check) {
        for shock in list {
            let (word, token) = (shock.value.word(), shock.value.token());
            if !check.declared.feels(token) {
                let message = format!("nobody will feel this {word}: no pool, market or vault holds `{token}`");
                let expected = "expected a token that is traded or borrowed against";
                check.warning(shock.node.at("token").place(), message, expected);
            }
        }
    }
}

impl Check<'_, '_> {
    fn shock(&mut self, shock: &Placed<ShockParams>) {
        let ShockCourse { size, start, hold, recovery, .. } = shock.value.course();
        let allowed = match shock.value {
            ShockParams::Crash(_) => Allowed { why: Some("a rise is a `Pump`".to_owned()), ..PART },
            ShockParams::Pump(_) => Allowed { most: GREATEST_RISE, ..POSITIVE },
        };
        self.law(shock.node, "size", size, &allowed);
        if hold.is_none() && recovery.ms > 0 {
            let message = "a way back, but the price stays there for good";
            self.error(shock.node.at("recovery").place(), message, "expected `hold` as well: how long it stays there");
        }
        if self.is_late(*start) {
            let message = format!("this {} starts at {start}, after the last block", shock.value.word());
            let expected = self.expect_early();
            self.warning(shock.node.at("start").place(), message, expected);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    /// What is said of a shock of ETH in a scenario of an hour, in which nobody holds ETH but to pay for gas.
    fn said(shock: &str) -> Vec<String> {
        let text = format!(
            r#"Scenario(
                blocks: 300, block_time: "12 s", numeraire: "USDC", chain: (native: "ETH", base_fee: Fixed(1)),
                tokens: [(name: "USDC", decimals: 6, price: Fixed(1)), (name: "ETH", decimals: 18, price: Fixed(2_000))],
                shocks: [{shock}],
            )"#
        );
        let said = match crate::scenario::read_text("test", &text, Path::new("")) {
            Ok(checked) => checked.warnings,
            Err(mistakes) => mistakes,
        };
        said.iter().map(|one| format!("{}; {}", one.message, one.expected.clone().unwrap_or_default())).collect()
    }

    #[test]
    fn a_shock_is_called_what_it_is() {
        for (kind, size) in [("Crash", 0.5), ("Pump", 3.0)] {
            let word = kind.to_lowercase();
            let heard = said(&format!(r#"{kind}(token: "ETH", start: "2 h", size: Fixed({size}))"#));
            let all = heard.join("\n");
            assert!(all.contains(&format!("nobody will feel this {word}: ")), "{heard:#?}");
            assert!(all.contains(&format!("this {word} starts at 2h, after the last block")), "{heard:#?}");
            let heard = said(&format!(r#"{kind}(token: "ETH", start: "1 min", recovery: "1 h", size: Fixed({size}))"#));
            assert!(heard.join("\n").contains("expected `hold` as well"), "{heard:#?}");
        }
        let heard = said(r#"Pump(token: "ETH", start: "1 min", size: Fixed(2_000))"#).join("\n");
        assert!(heard.contains("`size` can be 2000; expected 0 to 1000"), "{heard}");
        let heard = said(r#"Crash(token: "ETH", start: "1 min", size: Fixed(1.5))"#).join("\n");
        assert!(heard.contains("`size` can be 1.5; expected between 0 and 1: a rise is a `Pump`"), "{heard}");
    }
}
