//! Which populations could no longer pay for gas, since when, and what they missed.

use serde::Serialize;

use super::books::Books;
use crate::agents::{AgentDirectory, OutOfGasMoney};

/// A population that pays for gas out of what it was given for it, and what it missed when that was gone.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PopulationOutOfGasMoney {
    /// As the scenario names it.
    pub population: String,
    /// How many of its agents could not pay for a transaction.
    pub agents: u64,
    /// The first block in which one missed a transaction; `null` if none did.
    pub first_block: Option<u64>,
    /// Transactions that they wanted to make and could not pay for.
    pub missed_transactions: u64,
}

/// Returns the populations that could run out of gas money, in the scenario's order.
pub fn populations_out_of_gas_money(directory: &AgentDirectory, books: &Books) -> Vec<PopulationOutOfGasMoney> {
    let named = |name: &str| PopulationOutOfGasMoney {
        population: name.to_owned(),
        agents: 0,
        first_block: None,
        missed_transactions: 0,
    };
    let mut rows: Vec<Option<PopulationOutOfGasMoney>> =
        directory.populations.iter().map(|one| (!one.buys_gas).then(|| named(&one.name))).collect();
    let missed = books.agents.all().filter_map(|(id, book)| Some((id, book.out_of_gas_money?)));
    for (id, OutOfGasMoney { first_block, missed }) in missed {
        let Some(row) = &mut rows[usize::from(directory.agents[id.index()].population)] else { continue };
        row.agents += 1;
        row.first_block = Some(row.first_block.map_or(first_block, |first| first.min(first_block)));
        row.missed_transactions += u64::from(missed.get());
    }
    rows.into_iter().flatten().collect()
}
