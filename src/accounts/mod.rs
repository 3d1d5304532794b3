//! What everybody has and what became of it: the books kept while a run goes on, profit and loss at its end.

pub mod agent_books;
pub mod books;
pub mod exposed;
pub mod farmed;
pub mod fate;
pub mod gains;
pub mod insolvent_debt;
pub mod liquidity;
pub mod lowest;
pub mod out_of_gas_money;
pub mod position_books;
pub mod price_gaps;
pub mod profit;
pub mod trace;
