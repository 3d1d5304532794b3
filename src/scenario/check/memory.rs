//! What a run needs of the machine's memory before its first block.

use super::Check;
use crate::agents::AgentParams;
use crate::reader::diagnostic::Diagnostic;
use crate::reader::piece::Node;
use crate::scenario::machine;

/// Agents that a run may have: accounts are numbered in 32 bits, and protocols have some.
const MOST_AGENTS: u64 = (1 << 32) - (1 << 20);
/// Bytes that a balance takes in the table of all wallets.
const BALANCE: u64 = 16;
/// Tables grow by doubling, and the old one is there until the new one is filled.
const GROWTH: u64 = 2;
/// Bytes of an agent in tables of their own: where it lives, when it wakes, what it was drawn with, what is kept of it for
/// the run's end.
const KEPT: u64 = 300;
/// Bytes of what it holds in a protocol: its stake until that is written, its position and the order by which that fails.
const HELD: u64 = 150;

/// Returns about how many bytes populations take before the first block of a run with so many tokens, shares of protocols
/// included, and so many protocols, where each agent has something in a protocol then.
///
/// The parts are summed from the sizes of what is kept. Measured were the most bytes that were resident in a run of a block
/// with 200,000 agents of a kind less those with 100,000 (x86-64 Linux, six tokens): 424 for each publisher to 715 for each
/// trader with a memory of prices. What is returned is 1.1 times (borrowers) to 2.2 times (liquidators of loans) that.
pub(in crate::scenario) fn bytes<'p>(
    populations: impl IntoIterator<Item = &'p AgentParams>,
    (tokens, protocols): (usize, usize),
) -> u64 {
    let balances = BALANCE.saturating_mul(tokens as u64);
    let of_protocols = GROWTH.saturating_mul(balances).saturating_mul(protocols as u64);
    let each = |params: &AgentParams| GROWTH * (params.bytes() as u64 + balances) + KEPT + HELD;
    let all = populations.into_iter().map(|params| each(params).saturating_mul(params.params().count().into()));
    all.fold(of_protocols, u64::saturating_add)
}

/// Returns a number of bytes in words.
pub(in crate::scenario) fn in_words(bytes: u64) -> String {
    match bytes >> 20 {
        0 => "1 MiB".to_owned(),
        mebibytes @ 1..10_240 => format!("{mebibytes} MiB"),
        mebibytes => format!("{} GiB", mebibytes >> 10),
    }
}

impl Check<'_, '_> {
    /// Refuses more agents than the machine can hold.
    pub(super) fn memory(&mut self) {
        let agents = &self.draft.agents;
        let counts = agents.iter().map(|agent| u64::from(agent.value.params().count()));
        let total: u64 = counts.sum();
        let lists = &self.draft.lists;
        let (pools, banks) = (lists.pools.len(), lists.banks.len());
        let protocols = pools + banks + lists.farms.len() + lists.lending.len() + lists.stablecoins.len();
        let needed = bytes(agents.iter().map(|agent| &agent.value), (lists.tokens.len() + pools + banks, protocols));
        let largest = agents.iter().max_by_key(|agent| agent.value.params().count());
        let largest = largest.map(|agent| agent.node.at("count")).or(lists.pools.first().map(|pool| pool.node));
        let Some(place) = largest.map(Node::place) else { return };
        let machine = machine::memory();
        if total > MOST_AGENTS {
            let message = format!("{total} agents are more than can be numbered");
            self.error(place, message, format!("expected at most {MOST_AGENTS} in all populations together"));
        } else if let Some(machine) = machine.filter(|machine| needed > *machine) {
            let (needed, has) = (in_words(needed), in_words(machine));
            let message = format!(
                "{total} agents and {protocols} protocols take about {needed} of memory, and this machine has {has}"
            );
            let help = format!("or say how much there is: `{}=64` for 64 GiB", machine::VARIABLE);
            let mistake = Diagnostic::error(place, message).expected("expected fewer");
            self.out.push(mistake.help(help));
        }
    }
}
