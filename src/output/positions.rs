//! `positions.csv`: a row per position, written at the end of the run.

use super::folder::{FolderError, OutputFolder};
use super::table::Table;
use crate::accounts::books::{Books, PositionBook, PositionEnd};
use crate::accounts::fate::PositionFate;
use crate::agents::AgentDirectory;
use crate::agents::view::View;
use crate::rows::amount::Amount;

columns! {
    /// A leveraged position from its beginning to its end, or to the end of the run while it is open.
    pub struct Position<'a> {
        /// Its number in its bank.
        #[unit = ""]
        pub position: u64,
        /// Its bank.
        #[unit = ""]
        pub bank: &'a str,
        /// Its goblin.
        #[unit = ""]
        pub goblin: &'a str,
        /// Its owner's population.
        #[unit = ""]
        pub population: &'a str,
        /// Its owner's number in the population.
        #[unit = ""]
        pub agent: u32,
        /// The block in which it was opened; missing if it was there before the first block.
        #[unit = "block"]
        pub opened_block: Option<u64>,
        /// What its owner put in.
        #[unit = "numeraire"]
        pub equity_start_numeraire: f64,
        /// Assets over what its owner put in.
        #[unit = "ratio"]
        pub leverage_start_ratio: f64,
        /// The block in which it was closed or killed.
        #[unit = "block"]
        pub closed_block: Option<u64>,
        /// What became of it.
        #[unit = ""]
        pub fate: PositionFate,
        /// Its debt at the end, before anything was paid back.
        #[unit = "whole tokens of the bank's base asset"]
        pub debt_end: Amount,
        /// Its health factor at the end, before anything was paid back; missing without debt.
        #[unit = "ratio"]
        pub health_factor_end: Option<f64>,
        /// What closing or killing it left to its owner.
        #[unit = "whole tokens of the bank's base asset"]
        pub proceeds: Option<Amount>,
        /// What was left unpaid of its debt.
        #[unit = "whole tokens of the bank's base asset"]
        pub bad_debt: Amount,
        /// What its owner took out, or could, less what its owner put in, each at its time's outside prices; gas apart.
        #[unit = "numeraire"]
        pub profit_numeraire: f64,
    }
}

/// Writes `positions.csv`.
///
/// # Errors
/// The file system refuses.
pub fn write_positions(
    folder: &mut OutputFolder,
    sees: &View,
    directory: &AgentDirectory,
    books: &Books,
    exact: bool,
) -> Result<(), FolderError> {
    let mut table = Table::open::<Position>(folder, "positions.csv", exact)?;
    for book in &books.positions {
        table.row(&position_row(sees, directory, book))?;
    }
    table.close(folder)
}

fn position_row<'a>(sees: &'a View, directory: &'a AgentDirectory, book: &PositionBook) -> Position<'a> {
    let cell = sees.protocols.bank(book.bank);
    let goblin = sees.protocols.goblin(book.goblin);
    let names = &sees.protocols.directory;
    let amount = |units| Amount { units, decimals: sees.tokens.get(cell.base).decimals };
    let kill_factor = f64::from(goblin.goblin.params().kill_factor_bps) / 10_000.0;
    let factor = |health: u128, debt: u128| (debt > 0).then(|| kill_factor * health as f64 / debt as f64);
    let mut row = Position {
        position: book.position.0.into(),
        bank: &names.banks[book.bank.index()].name,
        goblin: &names.goblins[usize::from(book.goblin.0)].name,
        population: &directory.population(book.owner).name,
        agent: directory.agents[book.owner.index()].number,
        opened_block: book.opened,
        equity_start_numeraire: book.equity_start,
        leverage_start_ratio: book.leverage_start,
        closed_block: None,
        fate: PositionFate::Open,
        debt_end: amount(0),
        health_factor_end: None,
        proceeds: None,
        bad_debt: amount(0),
        profit_numeraire: 0.0,
    };
    match book.end {
        PositionEnd::Over { fate, block, debt, health, proceeds, worth, bad_debt } => {
            row.closed_block = Some(block);
            row.fate = fate;
            row.debt_end = amount(debt);
            row.health_factor_end = health;
            row.proceeds = Some(amount(proceeds));
            row.bad_debt = amount(bad_debt);
            row.profit_numeraire = worth - book.equity_start;
        }
        PositionEnd::Open => {
            let position = cell.bank.position(book.position).expect("the books hold positions of the bank");
            let owes = sees.ground(goblin).debt_and_health(&goblin.goblin, book.position);
            let debt = owes.map_or(0, |(debt, _)| debt);
            row.debt_end = amount(debt);
            row.health_factor_end = owes.and_then(|(debt, health)| factor(health, debt));
            row.profit_numeraire = sees.assets_worth(position) - sees.worth(cell.base, debt) - book.equity_start;
        }
    }
    row
}
