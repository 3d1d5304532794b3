//! What is kept of each agent: a row of those to whom something has happened, a number of the others.

use super::fate::AgentFate;
use crate::agents::OutOfGasMoney;
use crate::chain::ids::AgentId;

/// What is kept of an agent. Worths are in whole numeraire tokens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AgentBook {
    /// Fees paid for gas, each valued at its block's outside price.
    pub gas_paid: f64,
    /// Farm rewards received, each valued at its block's outside price: claims, and bounties for reinvesting. At the end
    /// also those that a worker harvested for it, and those that wait for it.
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
    /// What blocks threw away of it since its native tokens did not pay for the gas.
    pub out_of_gas_money: Option<OutOfGasMoney>,
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
        out_of_gas_money: None,
        priced_out: 0,
        fate: AgentFate::Idle,
    };

    /// The book of one who is in the market since before the first block, and to whom nothing has happened.
    const OPEN: Self = Self { fate: AgentFate::Open, ..Self::IDLE };
}

/// The place of the book of an agent to whom nothing has happened.
const NOWHERE: u32 = 0;

/// The place of the book of one to whom nothing has happened but that it was in the market before the first block.
const OPEN: u32 = u32::MAX;

/// What is kept of every agent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AgentBooks {
    /// By agent: the place of its book, from 1; [`NOWHERE`] or [`OPEN`] while nothing has happened to it.
    places: Vec<u32>,
    books: Vec<AgentBook>,
}

impl AgentBooks {
    /// Opens the books of so many agents.
    pub fn open(agents: usize) -> Self {
        Self { places: vec![NOWHERE; agents], books: vec![] }
    }

    /// Returns an agent's book.
    pub fn of(&self, agent: AgentId) -> &AgentBook {
        self.at(self.places[agent.index()])
    }

    fn at(&self, place: u32) -> &AgentBook {
        match place {
            NOWHERE => &AgentBook::IDLE,
            OPEN => &AgentBook::OPEN,
            place => &self.books[place as usize - 1],
        }
    }

    /// Takes in that an agent is in the market before the first block.
    pub fn begins_open(&mut self, agent: AgentId) {
        let place = &mut self.places[agent.index()];
        match *place {
            NOWHERE | OPEN => *place = OPEN,
            place => self.books[place as usize - 1].fate = AgentFate::Open,
        }
    }

    /// Returns an agent's book, to write.
    pub fn of_mut(&mut self, agent: AgentId) -> &mut AgentBook {
        let new = match self.places[agent.index()] {
            NOWHERE => Some(AgentBook::IDLE),
            OPEN => Some(AgentBook::OPEN),
            _ => None,
        };
        let place = &mut self.places[agent.index()];
        if let Some(new) = new {
            self.books.push(new);
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

    #[test]
    fn who_begins_in_the_market_is_open_before_and_after_its_book_is_written() {
        let mut books = AgentBooks::open(2);
        books.of_mut(AgentId(1)).transactions = 1;
        books.begins_open(AgentId(0));
        books.begins_open(AgentId(1));
        assert!(books.all().all(|(_, book)| book.fate == AgentFate::Open));
        assert_eq!(books.books.len(), 1, "nothing is kept of one to whom nothing has happened");
        books.of_mut(AgentId(0)).reverts = 1;
        assert_eq!((books.of(AgentId(0)).fate, books.of(AgentId(0)).reverts), (AgentFate::Open, 1));
    }
}
