//! Names: declared once, and declared at all.

use super::super::schema::{AgentParams, BankParams, FarmParams};
use super::Check;
use super::lending::asset_nodes;
use super::stablecoins::ilk_nodes;
use crate::agents::arbitrageur::Between;
use crate::market::correlation::CorrelationParams;
use crate::market::oracle::SourceParams;
use crate::market::shock::ShockParams;
use crate::reader::diagnostic::{Diagnostic, did_you_mean, one_of};
use crate::reader::piece::Node;
use crate::reader::syntax::File;

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Token,
    Pool,
    Oracle,
    Farm,
    Market,
    Issuer,
    Ilk,
    Bank,
    Goblin,
    Population,
}

impl What {
    const ALL: [Self; 10] = [
        Self::Token,
        Self::Pool,
        Self::Oracle,
        Self::Farm,
        Self::Market,
        Self::Issuer,
        Self::Ilk,
        Self::Bank,
        Self::Goblin,
        Self::Population,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Pool => "pool",
            Self::Oracle => "oracle",
            Self::Farm => "farm",
            Self::Market => "lending market",
            Self::Issuer => "stablecoin issuer",
            Self::Ilk => "ilk",
            Self::Bank => "bank",
            Self::Goblin => "goblin",
            Self::Population => "population",
        }
    }
}

/// Every name that is declared, by something sound or not.
pub(super) struct Names<'a> {
    declared: Vec<(What, String, Node<'a>)>,
    /// Kinds of which some name could not be read: one that is not known may be that one.
    uncertain: Vec<What>,
}

impl<'a> Names<'a> {
    /// Finds the names in the text itself, so that a broken declaration is one mistake and not many. A file that is
    /// not `whole` may hide any name.
    pub(super) fn declared(files: &'a [File], whole: bool) -> Self {
        let mut names = Self { declared: Vec::new(), uncertain: Vec::new() };
        if !whole {
            names.uncertain.extend(What::ALL);
        }
        for file in files {
            for field in file.tree.fields() {
                let list = Node { file, tree: &field.value };
                match field.name.as_str() {
                    "tokens" => names.add(What::Token, list),
                    "pools" => names.add(What::Pool, list),
                    "oracles" => names.add(What::Oracle, list),
                    "farms" => names.add(What::Farm, list),
                    "lending" => names.add(What::Market, list),
                    "agents" => names.add(What::Population, list),
                    "stablecoins" => {
                        names.add(What::Issuer, list);
                        list.elements().for_each(|issuer| names.add(What::Ilk, issuer.at("ilks")));
                    }
                    "banks" => {
                        names.add(What::Bank, list);
                        list.elements().for_each(|bank| names.add(What::Goblin, bank.at("goblins")));
                    }
                    _ => {}
                }
            }
        }
        names
    }

    fn add(&mut self, what: What, list: Node<'a>) {
        for element in list.elements() {
            let node = element.at("name");
            match node.string() {
                Some(name) => self.declared.push((what, name, node)),
                None => self.uncertain.push(what),
            }
        }
    }

    /// Returns how many pools are declared; none if some name could not be read.
    pub(super) fn pools(&self) -> Option<usize> {
        (!self.uncertain.contains(&What::Pool)).then(|| self.of(What::Pool).count())
    }

    fn of(&self, what: What) -> impl Iterator<Item = &str> {
        self.declared.iter().filter(move |name| name.0 == what).map(|name| name.1.as_str())
    }
}

impl Check<'_, '_> {
    /// Names are declared once, and only declared names are used.
    pub(super) fn names(&mut self) {
        for (index, (what, name, node)) in self.names.declared.iter().enumerate() {
            let earlier = self.names.declared[..index].iter().find(|earlier| (earlier.0, &earlier.1) == (*what, name));
            if let Some(first) = earlier {
                let message = format!("a second {} is called `{name}`", what.word());
                let mistake = Diagnostic::error(node.place(), message).expected("expected another name");
                self.out.push(mistake.also(first.2.place(), "the first"));
            }
            if name.is_empty() {
                let mistake = Diagnostic::error(node.place(), format!("a {} has no name", what.word()));
                self.out.push(mistake.expected("expected a name"));
            }
        }
        let used = self.used();
        let unknown = used.into_iter().filter_map(|(node, what, name)| self.unknown(node, what, name));
        let unknown: Vec<Diagnostic> = unknown.collect();
        self.out.extend(unknown);
    }

    fn unknown(&self, node: Node, what: What, name: &str) -> Option<Diagnostic> {
        let mut known: Vec<&str> = Vec::new();
        for candidate in self.names.of(what) {
            if !known.contains(&candidate) {
                known.push(candidate);
            }
        }
        if known.contains(&name) || self.names.uncertain.contains(&what) {
            return None;
        }
        let expected = match known.len() {
            0 => format!("there are no {}s", what.word()),
            1..=12 => format!("expected {}", one_of(known.iter().copied())),
            many => format!("expected one of the {many} {}s", what.word()),
        };
        let mistake = Diagnostic::error(node.place(), format!("no {} is called `{name}`", what.word()));
        Some(mistake.expected(expected).help(did_you_mean(name, known)))
    }
}

/// A name that is used: where, as what, which.
type Use<'a, 'd> = (Node<'a>, What, &'d str);

impl<'a, 'd> Check<'a, 'd> {
    fn used(&self) -> Vec<Use<'a, 'd>> {
        let draft = self.draft;
        let mut used = Vec::new();
        used.extend(draft.numeraire.as_ref().map(|name| (name.node, What::Token, name.value.as_str())));
        used.extend(draft.chain.as_ref().map(|c| (c.node.at("native"), What::Token, c.value.native.as_str())));
        if let Some((chain, rises)) =
            draft.chain.as_ref().and_then(|c| Some((c, c.value.background.as_ref()?.rises.as_ref()?)))
        {
            let node = chain.node.at("background").at("rises");
            used.push((node.at("token"), What::Token, rises.token.as_str()));
        }
        for correlation in &draft.correlations {
            let CorrelationParams(one, other, _) = &correlation.value;
            let node = correlation.node;
            used.extend([(node.nth(0), What::Token, one.as_str()), (node.nth(1), What::Token, other)]);
        }
        for shock in &draft.shocks {
            let ShockParams::Crash { token, .. } = &shock.value;
            used.push((shock.node.at("token"), What::Token, token));
        }
        used.extend(draft.venue.iter().map(|v| (v.node.at("token"), What::Token, v.value.token.as_str())));
        for pool in &draft.pools {
            let node = pool.node.at("tokens");
            let tokens = pool.value.tokens();
            used.extend(tokens.into_iter().enumerate().map(|(place, token)| (node.nth(place), What::Token, token)));
        }
        for oracle in &draft.oracles {
            used.push((oracle.node.at("token"), What::Token, oracle.value.token.as_str()));
            for (index, (_, source)) in oracle.value.sources.iter().enumerate().filter(|_| oracle.whole) {
                let node = oracle.node.at("sources").nth(index).nth(1);
                match source {
                    SourceParams::Outside => {}
                    SourceParams::Spot(pool) | SourceParams::TimeWeighted { pool, .. } => {
                        used.push((node.at("pool"), What::Pool, pool));
                    }
                }
            }
        }
        for farm in &draft.farms {
            let FarmParams::StakingRewards { pool, reward, .. } = &farm.value;
            let node = farm.node;
            used.extend([(node.at("pool"), What::Pool, pool.as_str()), (node.at("reward"), What::Token, reward)]);
        }
        for market in &draft.lending {
            for ((token, oracle), node) in market.value.names().into_iter().zip(asset_nodes(market)) {
                used.push((node.at("token"), What::Token, token));
                used.push((node.at("oracle"), What::Oracle, oracle));
            }
        }
        for issuer in &draft.stablecoins {
            used.push((issuer.node.at("dai"), What::Token, issuer.value.dai()));
            for (ilk, node) in issuer.value.ilks().iter().zip(ilk_nodes(issuer)) {
                used.push((node.at("token"), What::Token, &ilk.token));
                used.push((node.at("oracle"), What::Oracle, &ilk.oracle));
            }
        }
        self.used_by_banks(&mut used);
        draft.agents.iter().for_each(|agent| used_by_agent(agent.node, &agent.value, &mut used));
        used
    }

    fn used_by_banks(&self, used: &mut Vec<Use<'a, 'd>>) {
        for bank in &self.draft.banks {
            let BankParams::AlphaHomora { base, goblins, .. } = &bank.value;
            used.push((bank.node.at("base"), What::Token, base));
            for (goblin, node) in goblins.iter().zip(super::farming::goblin_nodes(bank.node, goblins)) {
                used.extend([
                    (node.at("pool"), What::Pool, goblin.pool.as_str()),
                    (node.at("farm"), What::Farm, &goblin.farm),
                    (node.at("reward_pool"), What::Pool, &goblin.reward_pool),
                ]);
            }
        }
    }
}

fn used_by_agent<'a, 'd>(node: Node<'a>, agent: &'d AgentParams, used: &mut Vec<Use<'a, 'd>>) {
    let subject = match agent {
        AgentParams::Farmer(params) => (node.at("goblin"), What::Goblin, params.goblin.as_str()),
        AgentParams::BankLender(params) => (node.at("bank"), What::Bank, params.bank.as_str()),
        AgentParams::Liquidator(params) => (node.at("bank"), What::Bank, params.bank.as_str()),
        AgentParams::Harvester(params) => (node.at("goblin"), What::Goblin, params.goblin.as_str()),
        AgentParams::Arbitrageur(params) => {
            let between = node.at("between");
            match &params.between {
                Between::Venue => {}
                Between::Pool(other) => used.push((between, What::Pool, other)),
                Between::Cycle(second, third) => {
                    used.extend([second, third].map(|pool| (between, What::Pool, pool.as_str())));
                }
            }
            used.extend(params.flash.as_ref().map(|market| (node.at("flash"), What::Market, market.as_str())));
            (node.at("pool"), What::Pool, params.pool.as_str())
        }
        AgentParams::Publisher(params) => (node.at("oracle"), What::Oracle, params.oracle.as_str()),
        AgentParams::Trader(params) => {
            if let Some((first, second)) = &params.pair {
                let node = node.at("pair");
                used.extend([(node.nth(0), What::Token, first.as_str()), (node.nth(1), What::Token, second)]);
            }
            (node.at("pool"), What::Pool, params.pool.as_str())
        }
        AgentParams::Searcher(params) => (node.at("pool"), What::Pool, params.pool.as_str()),
        AgentParams::LiquidityProvider(params) => (node.at("pool"), What::Pool, params.pool.as_str()),
        AgentParams::Borrower(params) => {
            used.extend(pair(node, &params.collateral, &params.debt));
            used.extend(params.through.pool().map(|pool| (node.at("through"), What::Pool, pool)));
            (node.at("market"), What::Market, params.market.as_str())
        }
        AgentParams::Lender(params) => {
            used.push((node.at("asset"), What::Token, params.asset.as_str()));
            (node.at("market"), What::Market, params.market.as_str())
        }
        AgentParams::VaultOwner(params) => (node.at("ilk"), What::Ilk, params.ilk.as_str()),
        AgentParams::Keeper(params) => {
            used.extend(params.through.pool().map(|pool| (node.at("through"), What::Pool, pool)));
            (node.at("ilk"), What::Ilk, params.ilk.as_str())
        }
        AgentParams::LoanLiquidator(params) => {
            used.extend(pair(node, &params.collateral, &params.debt));
            used.extend(params.through.pool().map(|pool| (node.at("through"), What::Pool, pool)));
            (node.at("market"), What::Market, params.market.as_str())
        }
    };
    used.push(subject);
}

fn pair<'a, 'd>(node: Node<'a>, collateral: &'d str, debt: &'d str) -> [Use<'a, 'd>; 2] {
    [(node.at("collateral"), What::Token, collateral), (node.at("debt"), What::Token, debt)]
}
