//! The external venue: each token once, with depth.

use super::Listed;
use crate::chain::venue::{ImpactParams, VenueParams};
use crate::checks::names::{EntityKind, Use};
use crate::reader::diagnostic::Diagnostic;
use crate::reader::piece::Placed;
use crate::scenario::check::Check;

impl Listed for VenueParams {
    fn uses<'a, 'd>(one: &'d Placed<'a, Self>, used: &mut Vec<Use<'a, 'd>>) {
        used.push(Use::new(one.node.at("token"), EntityKind::TOKEN, &one.value.token));
    }

    fn check(list: &[Placed<Self>], check: &mut Check) {
        for (index, entry) in list.iter().enumerate() {
            check.venue(&list[..index], entry);
        }
    }
}

impl Check<'_, '_> {
    fn venue(&mut self, before: &[Placed<VenueParams>], entry: &Placed<VenueParams>) {
        let (node, value) = (entry.node, &entry.value);
        let earlier = before.iter().find(|earlier| earlier.value.token == value.token);
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
