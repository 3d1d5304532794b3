//! Shocks: within the run, and felt by somebody.

use super::Listed;
use crate::checks::laws::PART;
use crate::checks::names::{EntityKind, Use};
use crate::market::shock::ShockParams;
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
            let token = shock.value.token();
            if !check.declared.feels(token) {
                let message = format!("nobody will feel this crash: no pool, market or vault holds `{token}`");
                let expected = "expected a token that is traded or borrowed against";
                check.warning(shock.node.at("token").place(), message, expected);
            }
        }
    }
}

impl Check<'_, '_> {
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
}
