//! `positions.csv`: a row per position, written at the end of the run.

use super::folder::{FolderError, OutputFolder};
use super::table::Table;
use crate::accounts::fate::{LowestKind, PositionFate};
use crate::accounts::position_books::{Details, Lost, PositionBook, PositionBooks};
use crate::agents::AgentDirectory;
use crate::agents::view::View;
use crate::chain::ids::{PositionKey, TokenId};
use crate::deployments::positions::Holding;
use crate::deployments::positions::positions_of;
use crate::rows::amount::{Amount, Amounts};

columns! {
    /// A position from its beginning to its end, or to the end of the run while it is open. Cells that hold amounts of several
    /// tokens look like `ETH 1.25; WBTC 0.5`: whole tokens, in the order of the protocol's assets.
    pub struct Position<'a> {
        /// The protocol, as the scenario names it.
        #[unit = ""]
        pub protocol: &'a str,
        /// Its protocol's market, where that has several: the bank's worker, or the kind of vault.
        #[unit = ""]
        pub market: Option<&'a str>,
        /// Its number in its market, as the protocol counts.
        #[unit = ""]
        pub position: u32,
        /// Its owner's population.
        #[unit = ""]
        pub population: &'a str,
        /// Its owner's number in the population.
        #[unit = ""]
        pub agent: u32,
        /// The block in which it was opened; missing if it was there before the first block.
        #[unit = "block"]
        pub opened_block: Option<u64>,
        /// The block in which it was closed or liquidated; missing while it is open.
        #[unit = "block"]
        pub closed_block: Option<u64>,
        /// What became of it.
        #[unit = ""]
        pub fate: PositionFate,
        /// Collateral at the end of the run; of a leveraged farm, what its share of the pool stands for.
        #[unit = "whole tokens"]
        pub collateral: Amounts<'a>,
        /// Debt at the end of the run, interest included.
        #[unit = "whole tokens"]
        pub debt: Amounts<'a>,
        /// Its health factor at the end of the run, or before it was last liquidated; missing without debt.
        #[unit = "ratio"]
        pub health_factor: Option<f64>,
        /// The price of its collateral at which its health factor is 1 at the end of the run, all else equal: by the oracle,
        /// which is today's over the health factor; of a leveraged farm the pool's price of the farmed token in the
        /// base asset, today's over the square of the health factor. Missing unless there is one collateral and one debt of
        /// another token.
        #[unit = "numeraire per whole token; of a leveraged farm, base asset per whole token"]
        pub liquidation_price: Option<f64>,
        /// Its lowest health factor after any block, or before a liquidation; missing if it never owed anything.
        #[unit = "ratio"]
        pub health_factor_lowest: Option<f64>,
        /// How the lowest health factor was found.
        #[unit = ""]
        pub health_factor_lowest_kind: Option<LowestKind>,
        /// Collateral seized by liquidators, in all.
        #[unit = "whole tokens"]
        pub liquidated_collateral: Amounts<'a>,
        /// Debt that was liquidated, repaid or not, in all.
        #[unit = "whole tokens"]
        pub liquidated_debt: Amounts<'a>,
        /// Debt that was left unpaid: written off, without collateral, or not brought by an auction.
        #[unit = "whole tokens"]
        pub bad_debt: Amounts<'a>,
        /// What its owner put in; leveraged farms alone.
        #[unit = "numeraire"]
        pub equity_start_numeraire: Option<f64>,
        /// Assets over what its owner put in; leveraged farms alone.
        #[unit = "ratio"]
        pub leverage_start_ratio: Option<f64>,
        /// What closing or killing it left to its owner; leveraged farms alone.
        #[unit = "whole tokens of the bank's base asset"]
        pub proceeds: Option<Amount>,
        /// What its owner took out, or could, less what its owner put in, each at its time's outside prices; gas apart.
        /// Leveraged farms alone.
        #[unit = "numeraire"]
        pub profit_numeraire: Option<f64>,
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
    books: &PositionBooks,
    exact: bool,
) -> Result<(), FolderError> {
    let mut table = Table::open::<Position>(folder, "positions.csv", exact)?;
    for (key, book, lowest) in books.all() {
        table.row(&row(sees, directory, key, (&book, books.details(&book)), lowest))?;
    }
    table.close(folder)
}

fn row<'a>(
    sees: &'a View,
    directory: &'a AgentDirectory,
    key: PositionKey,
    (book, details): (&PositionBook, Option<&Details>),
    lowest: Option<f64>,
) -> Position<'a> {
    let nothing = Details::default();
    let details = details.unwrap_or(&nothing);
    let invested = details.invested();
    let is_open = book.fate == Some(PositionFate::Open);
    let (owner, holding) = positions_of(sees, key.protocol, |positions| {
        let holding = is_open.then(|| positions.holding(key.market, key.position));
        (positions.owner(key.position), holding.unwrap_or_default())
    });
    let owner = directory.agent(owner).expect("positions belong to agents");
    let (protocol, market) = sees.protocols.directory.names_of(key);
    let health_factor = if is_open { holding.health_factor } else { details.health_factor };
    // What is sampled is looked at here for the last time; what is followed is followed in floats, and is not above what
    // the protocol itself says now.
    let lowest = match (lowest, holding.health_factor) {
        (Some(lowest), Some(now)) => Some(lowest.min(now)),
        (None, now) => now.filter(|_| book.is_sampled),
        (lowest, None) => lowest,
    };
    let kind = if book.is_sampled { LowestKind::Sampled } else { LowestKind::Exact };
    let of = |token, units| Amount { units, decimals: sees.tokens.get(token).decimals };
    let amounts = |list: &[(TokenId, u128)]| {
        let named = |(token, units): &(TokenId, u128)| (sees.tokens.get(*token).name.as_str(), of(*token, *units));
        Amounts(list.iter().map(named).collect())
    };
    let worth = if is_open { equity(&holding, sees) } else { invested.proceeds_value };
    Position {
        protocol,
        market,
        position: key.position,
        population: &directory.population(owner).name,
        agent: directory.agents[owner.index()].number,
        opened_block: book.opened(),
        closed_block: book.closed(),
        fate: book.fate.expect("only what there was is written"),
        collateral: amounts(&holding.collateral),
        debt: amounts(&holding.debt),
        health_factor,
        liquidation_price: holding.liquidation_price,
        health_factor_lowest: lowest,
        health_factor_lowest_kind: lowest.map(|_| kind),
        liquidated_collateral: amounts(&details.lost(Lost::Collateral)),
        liquidated_debt: amounts(&details.lost(Lost::Debt)),
        bad_debt: amounts(&details.lost(Lost::BadDebt)),
        equity_start_numeraire: invested.equity,
        leverage_start_ratio: invested.leverage,
        proceeds: invested.proceeds.map(|(token, units)| of(token, units)),
        profit_numeraire: invested.equity.map(|start| worth - start),
    }
}

/// Returns what a position is worth to its owner outside, in whole numeraire tokens.
fn equity(holding: &Holding, sees: &View) -> f64 {
    let worth = |list: &[(TokenId, u128)]| list.iter().map(|(token, units)| sees.worth(*token, *units)).sum::<f64>();
    worth(&holding.collateral) - worth(&holding.debt)
}
