//! Which populations could no longer pay for gas, since when, and what they missed.

use serde::Serialize;

use super::books::Books;
use crate::agents::{AgentDirectory, OutOfGasMoney};

/// A population of which agents could not pay for gas out of what they were given for it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PopulationOutOfGasMoney {
    /// As the scenario names it.
    pub population: String,
    /// How many of its agents could not.
    pub agents: u64,
    /// The first block in which one missed a transaction.
    pub first_block: u64,
    /// Transactions that they wanted to make and could not pay for.
    pub missed_transactions: u64,
}

/// Returns the populations whose gas money ran out, in the scenario's order.
pub fn populations_out_of_gas_money(directory: &AgentDirectory, books: &Books) -> Vec<PopulationOutOfGasMoney> {
    let mut rows: Vec<PopulationOutOfGasMoney> = Vec::new();
    let missed = books.agents.all().filter_map(|(id, book)| Some((id, book.out_of_gas_money?)));
    for (id, OutOfGasMoney { first_block, missed }) in missed {
        let population = &directory.population(id).name;
        match rows.last_mut().filter(|row| row.population == *population) {
            Some(row) => {
                row.agents += 1;
                row.first_block = row.first_block.min(first_block);
                row.missed_transactions += u64::from(missed.get());
            }
            None => rows.push(PopulationOutOfGasMoney {
                population: population.clone(),
                agents: 1,
                first_block,
                missed_transactions: missed.get().into(),
            }),
        }
    }
    rows
}
