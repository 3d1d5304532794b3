//! What is kept of each agent: a row of those to whom something has happened, a number of the others.

use super::fate::AgentFate;
use crate::chain::ids::AgentId;

/// What is kept of an agent. Worths are in whole numeraire tokens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AgentBook {
    /// Fees paid for gas, each valued at its block's outside price.
    pub gas_paid: f64,
    /// Farm rewards received, each valued at its block's outside price.
    pub rewards: f64,
    /// What sandwiches took from its trades, each at its time's price.
    pub lost: f64,
    /// The block of its first opening or supply; missing if it never entered, or before the first block.
    pub entered: Option<u64>,
    /// The block of its last exit, a liquidation included; missing if it never left.
    pub left: Option<u64>,
    /// Transactions that a block took, reverted ones included.
    pub transactions: u32,
    /// Those of `transactions` that reverted; they pay for gas too.
    pub reverts: u32,
    /// Transactions that expired, which no block took and which cost nothing.
    pub expired: u32,
    /// How often it left something alone because of what gas costs; known at the end.
    pub priced_out: u32,
    /// What became of it so far.
    pub fate: AgentFate,
}

impl AgentBook {
    /// The book of one to whom nothing has happened.
    const IDLE: Self = Self {
        gas_paid: 0.0,
        rewards: 0.0,
        lost: 0.0,
        entered: None,
        left: None,
        transactions: 0,
        reverts: 0,
        expired: 0,
        priced_out: 0,
        fate: AgentFate::Idle,
    };
}

/// What is kept of every agent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AgentBooks {
    /// By agent: the place of its book, from 1; 0 while nothing has happened to it.
    places: Vec<u32>,
    books: Vec<AgentBook>,
}

impl AgentBooks {
    /// Opens the books of so many agents.
    pub fn open(agents: usize) -> Self {
        Self { places: vec![0; agents], books: vec![] }
    }

    /// Returns an agent's book.
    pub fn of(&self, agent: AgentId) -> &AgentBook {
        self.at(self.places[agent.index()])
    }

    fn at(&self, place: u32) -> &AgentBook {
        (place as usize).checked_sub(1).map_or(&AgentBook::IDLE, |index| &self.books[index])
    }

    /// Returns an agent's book, to write.
    pub fn of_mut(&mut self, agent: AgentId) -> &mut AgentBook {
        let place = &mut self.places[agent.index()];
        if *place == 0 {
            self.books.push(AgentBook::IDLE);
            *place = u32::try_from(self.books.len()).expect("agents are numbered in u32");
        }
        &mut self.books[*place as usize - 1]
    }

    /// Returns every agent's book, by id.
    pub fn all(&self) -> impl Iterator<Item = (AgentId, &AgentBook)> {
        (0..).map(AgentId).zip(self.places.iter().map(|place| self.at(*place)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_book_is_its_agents_own_and_idle_until_it_is_written() {
        let mut books = AgentBooks::open(3);
        books.of_mut(AgentId(2)).transactions = 7;
        books.of_mut(AgentId(0)).transactions = 5;
        books.of_mut(AgentId(2)).reverts = 1;
        let told: Vec<_> = books.all().map(|(id, book)| (id.0, book.transactions, book.reverts)).collect();
        assert_eq!(told, [(0, 5, 0), (1, 0, 0), (2, 7, 1)]);
        assert_eq!(*books.of(AgentId(1)), AgentBook::IDLE);
    }
}
