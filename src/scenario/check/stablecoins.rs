//! Owners of vaults and keepers.

use super::Check;
use crate::agents::keeper::KeeperParams;
use crate::agents::loan_liquidator::{Funds, Sells};
use crate::agents::schedule::Exit;
use crate::agents::vault_owner::{Temperament, VaultOwnerParams};
use crate::checks::laws::{ANY, Allowed, NOT_NEGATIVE, POSITIVE, SHARE};
use crate::reader::piece::Node;

impl Check<'_, '_> {
    pub(super) fn vault_owner(&mut self, node: Node, params: &VaultOwnerParams) {
        self.common(node, params.count, Some(&params.tip), &params.gas_money);
        self.law(node, "collateral", &params.collateral, &POSITIVE);
        self.law(node, "attention", &params.attention, &SHARE);
        self.law(node, "spare", &params.spare, &NOT_NEGATIVE);
        let least = self.declared.vaults(&params.ilk).map_or(1.0, |vaults| vaults.liquidation_ratio);
        self.law(node, "collateral_ratio", &params.collateral_ratio, &Allowed { least, ..ANY });
        if params.temperament != Temperament::Sleep {
            self.law(node, "act_below", &params.act_below, &Allowed { least: 1.0, ..ANY });
            self.law(node, "target", &params.target, &Allowed { least, ..ANY });
        }
        self.stay(node, params.entry, Exit::Hold);
    }

    pub(super) fn keeper(&mut self, node: Node, params: &KeeperParams) {
        self.common(node, params.count, Some(&params.tip), &params.gas_money);
        self.law(node, "discount", &params.discount, &Allowed { most: 1.0, ..NOT_NEGATIVE });
        self.law(node, "opens_at", &params.opens_at, &SHARE);
        self.law(node, "margin", &params.margin, &NOT_NEGATIVE);
        self.law(node, "attention", &params.attention, &SHARE);
        self.field(node, "per_block", params.per_block, params.per_block > 0, "at least 1");
        if let Some(fixed) = &params.fixed_gas {
            let at = node.at("fixed_gas");
            self.field(at, "share", fixed.share, (0.0..=1.0).contains(&fixed.share), "a probability, 0 to 1");
            self.law(at, "price", &fixed.price, &NOT_NEGATIVE);
        }
        let english = self.declared.vaults(&params.ilk).is_some_and(|vaults| vaults.bids_stand);
        match &params.funds {
            Funds::Own(law) => self.law(node, "funds", law, &NOT_NEGATIVE),
            Funds::FlashLoan if english => {
                let message = "a bid in an English auction stands for longer than a transaction";
                self.error(
                    node.at("funds").place(),
                    message,
                    "expected dai of its own, as in `funds: Own(Fixed(50_000))`",
                );
            }
            Funds::FlashLoan if params.sells != Sells::AtOnce => {
                let message = "a flash mint is paid back from the sale, in the same transaction";
                self.error(node.at("sells").place(), message, "expected `AtOnce`, or `funds: Own(...)`");
            }
            Funds::FlashLoan => {}
        }
        self.sold_through(node, params);
    }

    /// The pool through which a keeper sells must hold both tokens.
    fn sold_through(&mut self, node: Node, params: &KeeperParams) {
        if let Some(vaults) = self.declared.vaults(&params.ilk) {
            self.trades(node, (vaults.token, vaults.owes), &params.through, None);
        }
    }
}
