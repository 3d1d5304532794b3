//! Providers of liquidity: a range where the pool has ticks, and nothing that only ranges have where it has none.

use super::Check;
use crate::agents::liquidity_provider::{LiquidityProviderParams, Recentre};
use crate::chain::range::RangeParams;
use crate::checks::laws::{NOT_NEGATIVE, PART, POSITIVE, SHARE};
use crate::reader::piece::Node;

impl Check<'_, '_> {
    pub(super) fn liquidity_provider(&mut self, node: Node, params: &LiquidityProviderParams) {
        self.common(node, params.count, Some(&params.tip), &params.gas_money);
        self.patience(node, &params.patience);
        self.law(node, "capital", &params.capital, &POSITIVE);
        self.law(node, "attention", &params.attention, &SHARE);
        self.stay(node, params.entry, params.exit);
        let slippage = params.slippage;
        self.field(node, "slippage", slippage, (0.0..=1.0).contains(&slippage), "a share, 0 to 1");
        if let Some(panic) = &params.panic {
            self.law(node.at("panic"), "fall", &panic.fall, &PART);
        }
        if let Some(harvest) = params.harvest {
            let at = node.at("harvest");
            self.field(at, "every", harvest.every, harvest.every.ms > 0, "more, such as `\"1 d\"`");
            let multiple = harvest.gas_multiple;
            self.field(at, "gas_multiple", multiple, multiple >= NOT_NEGATIVE.least, "0 or more");
        }
        if let Recentre::Every(time) = params.recentre {
            let message = format!("moves its range every {time}");
            if time.ms == 0 {
                self.error(node.at("recentre").place(), message, "expected more, such as `Every(\"1 d\")`");
            }
        }
        match self.pool(&params.pool).map(|pool| pool.tick_spacing()) {
            None => {}
            Some(Some(spacing)) => {
                self.range(node.at("range"), params.range, spacing);
                self.recentred(node, params);
            }
            Some(None) => self.has_no_ranges(node, params),
        }
    }

    /// What follows the price is written around it.
    fn recentred(&mut self, node: Node, params: &LiquidityProviderParams) {
        let around = matches!(params.range, RangeParams::Factor(_));
        if params.recentre != Recentre::Never && !around {
            let message = "this range cannot be moved around the price";
            let expected =
                "expected `range: Factor(1.1)`, from the price over 1.1 to the price times it, or no `recentre`";
            self.error(node.at("recentre").place(), message, expected);
        }
    }

    fn has_no_ranges(&mut self, node: Node, params: &LiquidityProviderParams) {
        let only_with_ranges = [
            ("range", params.range != RangeParams::Full, "its liquidity lies at all prices"),
            ("recentre", params.recentre != Recentre::Never, "its liquidity lies at all prices"),
            ("harvest", params.harvest.is_some(), "its fees stay in it and come out with the liquidity"),
        ];
        for (field, is_there, why) in only_with_ranges {
            if is_there {
                let message = format!("the pool `{}` has no ranges: {why}", params.pool);
                self.error(node.at(field).place(), message, format!("expected no `{field}`, or a `UniswapV3` pool"));
            }
        }
    }
}
