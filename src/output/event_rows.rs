//! `events.csv`: a row per thing that happened, in the order in which it happened.

use crate::agents::AgentDirectory;
use crate::agents::view::View;
use crate::chain::event::{Event, EventKind};
use crate::chain::ids::AgentId;
use crate::deployments::events::{EventRow, tell};

/// Returns the row of an event: what happened, and which agents it was about.
pub(super) fn event_row<'a>(sees: &'a View, agents: &'a AgentDirectory, event: &'a Event) -> EventRow<'a> {
    let mut row = EventRow::new(sees.clock.block, sees.clock.now());
    let owner = tell(&mut row, sees, &event.kind);
    if let Some((agent, _)) = event.sender {
        (row.population, row.agent) = named(agents, agent);
        row.agent_kind = Some(agents.population(agent).kind);
    }
    if let Some(borrower) = owner.and_then(|owner| agents.agent(owner)) {
        (row.borrower_population, row.borrower) = named(agents, borrower);
    }
    if let EventKind::Sandwiched(at) = &event.kind {
        (row.victim_population, row.victim) = named(agents, at.victim);
    }
    if event.gas > 0 {
        row.gas_used = Some(event.gas);
        row.fee_native = Some(sees.amount(sees.tokens.native, event.fee));
    }
    let thrown_away = matches!(event.kind, EventKind::Expired { .. } | EventKind::Replaced { .. });
    row.waited_blocks = (event.gas > 0 || thrown_away).then_some(event.waited);
    row
}

/// Returns an agent's population, and its number there.
fn named(agents: &AgentDirectory, agent: AgentId) -> (Option<&str>, Option<u32>) {
    (Some(&agents.population(agent).name), Some(agents.agents[agent.index()].number))
}
