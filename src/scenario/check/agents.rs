//! Populations: how many, which laws, when they come and go.

use super::super::schema::AgentParams;
use super::Check;
use crate::agents::arbitrageur::{ArbitrageurParams, Between, circle};
use crate::agents::farmer::{DefenceParams, FarmerParams, How, Opening, RebalanceParams};
use crate::agents::liquidator::LiquidatorParams;
use crate::agents::offer::PatienceParams;
use crate::agents::schedule::{Entry, Exit};
use crate::agents::searcher::SearcherParams;
use crate::chain::distribution::Distribution;
use crate::chain::time::TimeSpan;
use crate::checks::declared::DeclaredPool;
use crate::checks::laws::{ANY, AT_LEAST_ONE, Allowed, NOT_NEGATIVE, POSITIVE, SHARE};
use crate::reader::piece::Node;

impl Check<'_, '_> {
    /// Every population.
    pub(super) fn agents(&mut self) {
        for agent in &self.draft.agents {
            let node = agent.node;
            match &agent.value {
                AgentParams::Farmer(params) => self.farmer(node, params),
                AgentParams::BankLender(params) => {
                    self.common(node, params.count, Some(&params.tip), &params.gas_money);
                    self.law(node, "supply", &params.supply, &POSITIVE);
                    self.patience(node, &params.patience);
                    self.stay(node, params.entry, params.exit);
                }
                AgentParams::Liquidator(params) => self.liquidator(node, params),
                AgentParams::Harvester(params) => {
                    self.common(node, params.count, Some(&params.tip), &params.gas_money);
                    self.law(node, "margin", &params.margin, &ANY);
                    self.field(node, "every", params.every, params.every.ms > 0, "more, such as `\"1 h\"`");
                }
                AgentParams::Arbitrageur(params) => self.arbitrageur(node, params),
                AgentParams::Publisher(params) => {
                    self.common(node, params.count, Some(&params.tip), &params.gas_money);
                }
                AgentParams::Trader(params) => self.trader(node, params),
                AgentParams::Searcher(params) => self.searcher(node, params),
                AgentParams::Borrower(params) => self.borrower(node, params),
                AgentParams::Lender(params) => self.lender(node, params),
                AgentParams::LoanLiquidator(params) => self.loan_liquidator(node, params),
                AgentParams::LiquidityProvider(params) => self.liquidity_provider(node, params),
                AgentParams::VaultOwner(params) => self.vault_owner(node, params),
                AgentParams::Keeper(params) => self.keeper(node, params),
            }
        }
    }

    pub(super) fn common(&mut self, node: Node, count: u32, tip: Option<&Distribution>, gas_money: &Distribution) {
        self.field(node, "count", count, count > 0, "at least 1");
        if let Some(tip) = tip {
            self.law(node, "tip", tip, &NOT_NEGATIVE);
        }
        self.law(node, "gas_money", gas_money, &NOT_NEGATIVE);
    }

    fn farmer(&mut self, node: Node, params: &FarmerParams) {
        self.common(node, params.count, Some(&params.tip), &params.gas_money);
        self.patience(node, &params.patience);
        self.rebalance(node, params.rebalance.as_ref());
        self.defence(node, params.defence.as_ref());
        self.law(node, "capital", &params.capital, &POSITIVE);
        let allowed = self.leverage(&params.goblin);
        self.law(node, "leverage", &params.leverage, &allowed);
        if let Opening::TwoSides(share) = params.open {
            self.field(node, "open", share, (0.0..=1.0).contains(&share), "a share, 0 to 1");
        }
        self.stay(node, params.entry, params.exit);
    }

    fn defence(&mut self, agent: Node, params: Option<&DefenceParams>) {
        let Some(params) = params else { return };
        let node = agent.at("defence");
        self.law(node, "act_below", &params.act_below, &Allowed { least: 1.0, ..ANY });
        self.law(node, "attention", &params.attention, &SHARE);
        if let How::TopUp(aside) = &params.how {
            self.law(node, "how", aside, &NOT_NEGATIVE);
            self.law(node, "target", &params.target, &Allowed { least: 1.0, above: true, ..ANY });
        }
    }

    /// Returns the leverage that a goblin lets farmers have.
    fn leverage(&self, goblin: &str) -> Allowed {
        let allowed = self.declared.farming(goblin).and_then(|farming| farming.most);
        let most = allowed.map_or(f64::INFINITY, |(_, most)| most);
        let why = allowed.map(|(factor, _)| {
            format!(
                "the work factor {factor} allows no more after the pool's fee, and less to a large position; leave room"
            )
        });
        Allowed { least: 1.0, most, why, ..ANY }
    }

    fn liquidator(&mut self, node: Node, params: &LiquidatorParams) {
        self.common(node, params.count, None, &params.gas_money);
        self.law(node, "margin", &params.margin, &ANY);
        self.law(node, "attention", &params.attention, &SHARE);
        self.law(node, "bid_share", &params.bid_share, &SHARE);
        self.hurry(node, params.tip_cap, params.expiry);
        self.field(node, "kills_per_block", params.kills_per_block, params.kills_per_block > 0, "at least 1");
    }

    fn arbitrageur(&mut self, node: Node, params: &ArbitrageurParams) {
        self.common(node, params.count, None, &params.gas_money);
        self.law(node, "capital", &params.capital, &POSITIVE);
        self.law(node, "margin", &params.margin, &ANY);
        self.law(node, "attention", &params.attention, &SHARE);
        self.law(node, "bid_share", &params.bid_share, &SHARE);
        self.hurry(node, params.tip_cap, params.expiry);
        let Some(start) = self.start_of_rounds(node, params) else { return };
        let market = params.flash.as_ref().and_then(|name| self.market_of(name));
        if let Some(market) = market {
            self.flash_loans(node.at("flash"), market.name(), "expected another market, or none");
        }
        if let Some(market) = market.filter(|market| !market.names().iter().any(|(token, _)| *token == start)) {
            let message = format!("the market `{}` has no `{start}`, which these start from", market.name());
            self.error(node.at("flash").place(), message, "expected a market that lends it");
        }
    }

    /// Returns the token that an arbitrageur starts from; its pools must make a circle.
    fn start_of_rounds(&mut self, node: Node, params: &ArbitrageurParams) -> Option<String> {
        let numeraire = self.draft.numeraire.as_ref()?.value.as_str();
        let others: Vec<&str> = match &params.between {
            Between::Venue => return Some(numeraire.to_owned()),
            Between::Pool(other) => vec![other],
            Between::Cycle(second, third) => vec![second, third],
        };
        let names: Vec<&str> = std::iter::once(params.pool.as_str()).chain(others).collect();
        let between = node.at("between").place();
        if let Some(twice) = names.iter().enumerate().find(|(place, name)| names[..*place].contains(name)) {
            self.error(between, format!("the pool `{}` comes twice", twice.1), "expected another pool");
            return None;
        }
        let pools: Vec<&dyn DeclaredPool> = names.iter().map(|name| self.pool(name)).collect::<Option<_>>()?;
        let tokens: Vec<Vec<&str>> = pools.iter().map(|pool| pool.tokens().into_vec()).collect();
        if tokens.iter().flatten().any(|token| self.token(token).is_none()) {
            return None;
        }
        let tokens: Vec<&[&str]> = tokens.iter().map(|tokens| &tokens[..]).collect();
        let start = circle::start(&circle::circles(&tokens), numeraire).map(str::to_owned);
        if start.is_none() {
            let message = format!("no circle of tokens leads through `{}`", names.join("`, `"));
            self.error(between, message, "expected pools of which each shares a token with the one before, the first with the last, all different");
        }
        start
    }

    fn searcher(&mut self, node: Node, params: &SearcherParams) {
        self.common(node, params.count, None, &params.gas_money);
        self.law(node, "capital", &params.capital, &POSITIVE);
        self.law(node, "margin", &params.margin, &NOT_NEGATIVE);
        self.law(node, "attention", &params.attention, &SHARE);
        self.law(node, "bid_share", &params.bid_share, &SHARE);
        if let Some(cap) = params.tip_cap {
            self.field(node, "tip_cap", cap, cap >= 0.0, "0 gwei or more");
        }
        let bundles = params.bundles_per_block;
        self.field(node, "bundles_per_block", bundles, bundles > 0, "at least 1");
    }

    /// How long somebody waits who is in no hurry.
    pub(super) fn patience(&mut self, agent: Node, params: &PatienceParams) {
        let node = agent.at("patience");
        let laws = [
            ("blocks", &params.blocks, AT_LEAST_ONE),
            ("max_fee", &params.max_fee, NOT_NEGATIVE),
            ("gas_share", &params.gas_share, NOT_NEGATIVE),
        ];
        for (field, law, allowed) in laws {
            if let Some(law) = law {
                self.law(node, field, law, &allowed);
            }
        }
    }

    /// What somebody offers who is in a hurry.
    fn hurry(&mut self, node: Node, tip_cap: Option<f64>, expiry: u64) {
        if let Some(cap) = tip_cap {
            self.field(node, "tip_cap", cap, cap >= 0.0, "0 gwei or more");
        }
        let expected = "1 or more blocks: the first is the one in which it is submitted";
        self.field(node, "expiry", expiry, (1..=1_000_000_000).contains(&expiry), expected);
    }

    fn rebalance(&mut self, agent: Node, params: Option<&RebalanceParams>) {
        let Some(RebalanceParams { every, band, reserve, gas_share }) = params else { return };
        let node = agent.at("rebalance");
        self.field(node, "every", every, every.ms > 0, "more, such as `\"1 h\"`");
        self.field(node, "band", band, (0.0..1.0).contains(band), "0 or more and less than 1, as in 0.1 for 10 %");
        self.law(node, "reserve", reserve, &NOT_NEGATIVE);
        self.field(node, "gas_share", gas_share, *gas_share >= 0.0, "0 or more, as in 0.01 for 1 %");
    }

    pub(super) fn stay(&mut self, node: Node, entry: Entry, exit: Exit) {
        let enters = match entry {
            Entry::Genesis => TimeSpan::default(),
            Entry::Between(from, to) => {
                self.window(node, "entry", from, to);
                from
            }
        };
        match exit {
            Exit::Hold => {}
            Exit::After(from, to) => self.window(node, "exit", from, to),
            Exit::Between(from, to) => {
                self.window(node, "exit", from, to);
                if to < enters {
                    let message = format!("leaves by {to}, enters at {enters} or later");
                    self.warning(node.at("exit").place(), message, "expected a time after `entry`");
                }
            }
        }
    }

    fn window(&mut self, node: Node, field: &str, from: TimeSpan, to: TimeSpan) {
        let place = node.at(field).place();
        if from > to {
            self.error(place, format!("`{field}` is reversed"), format!("expected `\"{to}\", \"{from}\"`"));
        } else if self.is_late(from) {
            let message = format!("`{field}` begins at {from}, after the last block");
            let expected = self.expect_early();
            self.warning(place, message, expected);
        }
    }
}
