//! Traders: what drives them, and what they accept.

use super::Check;
use crate::agents::trader::{Order, Pace, Temperament, TraderParams};
use crate::checks::laws::{POSITIVE, SHARE};
use crate::reader::diagnostic::Diagnostic;
use crate::reader::piece::Node;
use crate::reader::wording::missing;

/// Blocks that anybody may know ahead: prices of so many are kept.
const FARTHEST: u64 = 100_000;

impl Check<'_, '_> {
    pub(super) fn trader(&mut self, node: Node, params: &TraderParams) {
        self.common(node, params.count, Some(&params.tip), &params.gas_money);
        self.patience(node, &params.patience);
        self.law(node, "capital", &params.capital, &POSITIVE);
        self.field(node, "buys", params.buys, (0.0..=1.0).contains(&params.buys), "a probability, 0 to 1");
        if let Some(law) = &params.slippage {
            self.law(node, "slippage", law, &SHARE);
        }
        if let Pace::PerDay(times) = params.pace {
            self.field(node, "pace", times, times > 0.0, "more than 0 times a day");
        }
        self.size(node, params);
        self.temperament(node.at("temperament"), &params.temperament);
        self.traded_pair(node, params);
    }

    fn size(&mut self, node: Node, params: &TraderParams) {
        match (&params.size, &params.temperament) {
            (None, Temperament::Whale(_)) => {}
            (Some(_), Temperament::Whale(_)) => {
                let expected = "expected no `size` beside `temperament: Whale(...)`, where its sizes stand";
                self.error(node.at("size").place(), "a whale draws no sizes", expected);
            }
            (None, _) => self.out.push(missing(node, "size")),
            (Some(law), _) => self.law(node, "size", law, &POSITIVE),
        }
    }

    fn temperament(&mut self, node: Node, temperament: &Temperament) {
        match temperament {
            Temperament::Noise => {}
            Temperament::Momentum { window, threshold, .. } => {
                self.field(node, "window", window, window.ms > 0, "more, such as `\"1 h\"`");
                let expected = "a share, 0 or more, as in 0.01 for 1 %";
                self.field(node, "threshold", threshold, *threshold >= 0.0, expected);
            }
            Temperament::Informed { blocks_ahead, edge } => {
                let expected = format!("1 to {FARTHEST} blocks");
                self.field(node, "blocks_ahead", blocks_ahead, (1..=FARTHEST).contains(blocks_ahead), &expected);
                self.field(node, "edge", edge, *edge >= 0.0, "a share, 0 or more, as in 0.01 for 1 %");
            }
            Temperament::Whale(orders) => self.orders(node, orders),
        }
    }

    /// A whale's orders come in the order of their blocks, within the run, and are about something.
    fn orders(&mut self, node: Node, orders: &[(u64, Order)]) {
        let list = node.nth(0);
        if orders.is_empty() {
            self.error(node.place(), "a whale without orders", "expected some, as in `[(100, Sell(500_000))]`");
        }
        let mut before = None;
        for (index, (block, order)) in orders.iter().enumerate() {
            let place = list.nth(index).nth(0).place();
            if let Some(before) = before.filter(|before| *before >= *block) {
                let message = format!("block {block} comes after block {before}");
                self.error(place, message, format!("expected a block after {before}"));
            } else if let Some((blocks, said)) = self.declared.blocks.filter(|(blocks, _)| block >= blocks) {
                let message = format!("block {block} is beyond the run");
                let mistake = Diagnostic::error(place, message).expected(format!("expected less than {blocks}"));
                self.out.push(mistake.also(said.place(), "how long it is; blocks count from 0"));
            }
            let worth = order.worth();
            if !(worth > 0.0 && worth.is_finite()) {
                let message = format!("an order of {worth}");
                self.error(list.nth(index).nth(1).place(), message, "expected more than 0 of the numeraire");
            }
            before = Some(*block);
        }
    }

    /// A pair is two different tokens that the pool holds.
    fn traded_pair(&mut self, node: Node, params: &TraderParams) {
        let (Some(pair), Some(pool)) = (&params.pair, self.pool(&params.pool)) else { return };
        let node = node.at("pair");
        for (index, token) in [&pair.0, &pair.1].into_iter().enumerate() {
            if self.lacks(pool, token) {
                let message = format!("the pool `{}` does not hold `{token}`", params.pool);
                self.error(node.nth(index).place(), message, "expected one of its tokens");
            }
        }
        if pair.0 == pair.1 {
            self.error(node.place(), format!("`{}` against itself", pair.0), "expected two tokens");
        }
    }
}
