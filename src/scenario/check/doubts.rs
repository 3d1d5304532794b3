//! A sound scenario that cannot do what it asks.

use super::super::schema::AgentParams;
use super::Check;
use crate::agents::borrower::Defence;
use crate::agents::schedule::{Entry, Exit};
use crate::agents::vault_owner::Temperament;
use crate::chain::distribution::Distribution;
use crate::checks;
use crate::deployments::Family;
use crate::market::shock::ShockParams;
use crate::reader::piece::{Node, Placed};

impl Check<'_, '_> {
    /// Everything that is hardly meant.
    pub(super) fn doubts(&mut self) {
        doubt_each(&self.draft.pools, self);
        doubt_each(&self.draft.farms, self);
        doubt_each(&self.draft.lending, self);
        doubt_each(&self.draft.stablecoins, self);
        doubt_each(&self.draft.banks, self);
        self.crashes_that_nobody_feels();
        self.liquidators_without_borrowers();
        self.agents_without_gas_money();
    }

    fn crashes_that_nobody_feels(&mut self) {
        for shock in &self.draft.shocks {
            let ShockParams::Crash { token, .. } = &shock.value;
            if !self.declared.pools.iter().any(|pool| pool.tokens().contains(&token.as_str())) {
                let message = format!("nobody will feel this crash: no pool holds `{token}`");
                self.warning(shock.node.at("token").place(), message, "expected a token that is traded");
            }
        }
    }

    fn liquidators_without_borrowers(&mut self) {
        for agent in &self.draft.agents {
            let AgentParams::Liquidator(params) = &agent.value else { continue };
            let mut farming = self.declared.farming.iter().filter(|farming| farming.bank == params.bank);
            if !farming.any(|farming| self.is_farmed(farming.name)) {
                let message = format!("nothing to liquidate: nobody borrows from `{}`", params.bank);
                self.warning(agent.node.at("bank").place(), message, "expected a bank with farmers");
            }
        }
    }

    fn is_farmed(&self, goblin: &str) -> bool {
        self.draft
            .agents
            .iter()
            .any(|agent| matches!(&agent.value, AgentParams::Farmer(farmer) if farmer.goblin == goblin))
    }

    fn agents_without_gas_money(&mut self) {
        for agent in &self.draft.agents {
            let node = agent.node;
            match &agent.value {
                AgentParams::Farmer(p) if !acts(p.entry, p.exit) && p.rebalance.is_none() => {}
                AgentParams::BankLender(p) if !acts(p.entry, p.exit) => {}
                AgentParams::Farmer(p) => self.gas_money(node, &p.gas_money),
                AgentParams::BankLender(p) => self.gas_money(node, &p.gas_money),
                AgentParams::Liquidator(p) => self.gas_money(node, &p.gas_money),
                AgentParams::Harvester(p) => self.gas_money(node, &p.gas_money),
                AgentParams::Arbitrageur(p) => self.gas_money(node, &p.gas_money),
                AgentParams::Publisher(p) => self.gas_money(node, &p.gas_money),
                AgentParams::Trader(p) => self.gas_money(node, &p.gas_money),
                AgentParams::Searcher(p) => self.gas_money(node, &p.gas_money),
                AgentParams::Borrower(p) if p.entry == Entry::Genesis && p.defence == Defence::Sleep => {}
                AgentParams::Borrower(p) => self.gas_money(node, &p.gas_money),
                AgentParams::Lender(p) if !p.acts() => {}
                AgentParams::Lender(p) => self.gas_money(node, &p.gas_money),
                AgentParams::LoanLiquidator(p) => self.gas_money(node, &p.gas_money),
                AgentParams::LiquidityProvider(p) if !p.acts() => {}
                AgentParams::LiquidityProvider(p) => self.gas_money(node, &p.gas_money),
                AgentParams::VaultOwner(p) if p.entry == Entry::Genesis && p.temperament == Temperament::Sleep => {}
                AgentParams::VaultOwner(p) => self.gas_money(node, &p.gas_money),
                AgentParams::Keeper(p) => self.gas_money(node, &p.gas_money),
            }
        }
    }

    fn gas_money(&mut self, node: Node, law: &Distribution) {
        if law.support().1 <= 0.0 {
            let message = "these agents cannot pay for a single transaction";
            self.warning(node.at("gas_money").place(), message, "expected more than 0 of the native token");
        }
    }
}

/// What is hardly meant in each of a family's deployments.
fn doubt_each<T: Family>(list: &[Placed<T>], check: &mut checks::Check) {
    list.iter().for_each(|one| T::doubt(one, check));
}

/// Whether an agent ever sends a transaction to come or to go.
fn acts(entry: Entry, exit: Exit) -> bool {
    entry != Entry::Genesis || exit != Exit::Hold
}
