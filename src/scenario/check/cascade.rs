//! What is recorded of causes and of what a fall would liquidate.

use super::super::schema::MapParams;
use super::Check;

impl Check<'_, '_> {
    /// Falls between none and all of a price, moments within the run, at least one generation.
    pub(super) fn cascade(&mut self) {
        if let Some(record) = &self.draft.record {
            let node = record.node.at("liquidatable_at");
            for (fall, index) in record.value.liquidatable_at.iter().zip(0..) {
                if !(*fall > 0.0 && *fall < 1.0) {
                    let message = format!("a price cannot fall by {fall}");
                    self.error(node.nth(index).place(), message, "expected a share between 0 and 1, as in 0.3");
                }
            }
            if !record.value.liquidatable_at.is_sorted_by(|a, b| a < b) {
                self.error(node.place(), "these falls do not rise", "expected each once, lowest first");
            }
            if let MapParams::At(moments) = &record.value.liquidation_map {
                let late = moments.iter().find(|moment| self.is_late(**moment)).copied();
                if let Some(moment) = late {
                    let place = record.node.at("liquidation_map").place();
                    self.error(place, format!("{moment} is after the last block"), "expected a time within the run");
                }
            }
        }
        if let Some(cascade) = &self.draft.cascade {
            let depth = cascade.value.depth;
            self.field(cascade.node, "depth", depth, depth > 0, "at least 1 generation");
        }
    }
}
