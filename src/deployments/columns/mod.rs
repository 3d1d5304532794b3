//! Groups of columns of `ticks.csv`: what a block's row says of tokens, oracles and each protocol, and the one list.

use std::ops::Deref;

use super::view::View;
use super::{alpha_homora, amm, lending, maker, uniswap_v3};
use crate::chain::ids::PoolId;
use crate::rows::columns::{Column, Columns};
use crate::rows::csv::Line;
use crate::rows::header::Header;

pub mod oracles;
pub mod tokens;

/// The groups, in the order of their columns.
pub static GROUPS: [Listed; 11] = [
    Listed::group::<tokens::TokenColumns>(),
    Listed::group::<amm::columns::PoolColumns>(),
    Listed::group::<amm::columns::ReserveColumns>(),
    Listed::group::<uniswap_v3::columns::RangesColumns>(),
    Listed::group::<oracles::OracleColumns>(),
    Listed::group::<lending::columns::LendingColumns>(),
    Listed::group::<lending::columns::AssetColumns>(),
    Listed::group::<maker::columns::MakerColumns>(),
    Listed::group::<maker::columns::IlkColumns>(),
    Listed::group::<alpha_homora::columns::BankColumns>(),
    Listed::group::<alpha_homora::columns::GoblinColumns>(),
];

/// What a row looks at: the world after a block.
#[derive(Clone, Copy)]
pub struct Moment<'a, 'w, 's> {
    /// The chain and the protocols on it.
    pub sees: &'a View<'w, 's>,
    /// Prices outside as their processes alone make them, in the numeraire per whole token, in the order of the tokens.
    pub fundamentals: &'a [f64],
    /// Falls of a price of which the row says what they would make liquidatable, as ratios.
    pub falls: &'a [f64],
}

impl<'w, 's> Deref for Moment<'_, 'w, 's> {
    type Target = View<'w, 's>;

    fn deref(&self) -> &View<'w, 's> {
        self.sees
    }
}

/// Columns that a row has once for each thing of a kind, under its name.
pub trait Group: Columns + Sized {
    /// What it observes, such as a pool.
    type Of<'a>: Copy;

    /// The kind, where a name that no column can begin with goes behind it.
    const KIND: &'static str;

    /// Whether the summary follows something of it, so that it is observed even where no row is written.
    const IS_TRACKED: bool = false;

    /// Whether its cells are kept from row to row, as far as [`Self::revision`] says.
    const IS_KEPT: bool = false;

    /// Returns every thing, in the order of the columns, which is the same in every block.
    fn all<'a>(at: &'a Moment<'_, '_, '_>) -> impl Iterator<Item = Self::Of<'a>>;

    /// Returns its name.
    fn name(at: &Moment, of: Self::Of<'_>) -> String;

    /// Returns a number that stands as long as its cells and what is tracked of it do; none if that cannot be told.
    fn revision(_at: &Moment, _of: Self::Of<'_>) -> Option<u64> {
        None
    }

    /// Returns its cells.
    fn observe(at: &Moment, of: Self::Of<'_>) -> Self;

    /// Notes what the summary follows.
    fn track(&self, _of: Self::Of<'_>, _tracked: &mut Tracked) {}

    /// Notes the same where no row is written: no more is observed than that takes.
    fn follow(at: &Moment, of: Self::Of<'_>, tracked: &mut Tracked) {
        Self::observe(at, of).track(of, tracked);
    }
}

/// What the summary follows, as groups found it in a block.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tracked {
    /// Of each pool of which that has changed, its price and the worth of what was paid into it, in the numeraire.
    pub pools: Vec<(PoolId, f64, f64)>,
    /// Lowest health factors.
    pub health_factors: Vec<f64>,
}

/// A row that grows by groups.
#[derive(Debug, Default)]
pub struct Row {
    /// The cells, where somebody wants them.
    pub cells: Option<Line>,
    /// Whether integer columns are added.
    pub exact: bool,
    /// What the summary follows.
    pub tracked: Tracked,
    /// What is kept of the rows before, thing by thing, in the order in which they are observed.
    pub kept: Vec<Kept>,
    /// How many of those this row is past.
    pub past: usize,
}

/// Cells of a thing as they were written last.
#[derive(Debug, Default)]
pub struct Kept {
    /// What they stand as long as; none if they cannot be written again.
    revision: Option<u64>,
    cells: Vec<u8>,
}

impl Row {
    /// Begins with the next row.
    pub fn begin(&mut self) {
        self.past = 0;
    }

    /// Appends columns.
    pub fn push(&mut self, columns: &impl Columns) {
        if let Some(cells) = &mut self.cells {
            columns.write(self.exact, cells);
        }
    }

    /// Writes what stood in the row before of the next thing that is kept, if it was of this revision; if not, lets it be
    /// written, and keeps it. What was tracked of it is not tracked again.
    fn push_kept(&mut self, revision: Option<u64>, write: impl FnOnce(&mut Self)) {
        let place = self.past;
        self.past += 1;
        if place == self.kept.len() {
            self.kept.push(Kept::default());
        }
        let kept = &mut self.kept[place];
        if revision.is_some() && revision == kept.revision {
            if let Some(cells) = &mut self.cells {
                cells.again(&kept.cells);
            }
            return;
        }
        kept.revision = revision;
        let from = self.cells.as_ref().map_or(0, |cells| cells.as_bytes().len());
        write(self);
        if let Some(cells) = self.cells.as_ref().filter(|_| revision.is_some()) {
            self.kept[place].cells.clear();
            self.kept[place].cells.extend_from_slice(&cells.as_bytes()[from..]);
        }
    }
}

/// A group in the list.
pub struct Listed {
    /// What the documentation says of it.
    pub about: &'static str,
    /// Its columns.
    pub columns: &'static [Column],
    /// Appends its part of the header.
    pub header: fn(&Moment, &mut Header),
    /// Appends its part of a row.
    pub observe: fn(&Moment, &mut Row),
}

impl Listed {
    /// Lists a group.
    pub const fn group<G: Group>() -> Self {
        Self { about: G::ABOUT, columns: G::COLUMNS, header: header::<G>, observe: observe::<G> }
    }
}

fn header<G: Group>(at: &Moment, header: &mut Header) {
    for of in G::all(at) {
        header.push::<G>(&G::name(at, of), G::KIND);
    }
}

fn observe<G: Group>(at: &Moment, row: &mut Row) {
    if row.cells.is_none() && !G::IS_TRACKED {
        return;
    }
    for of in G::all(at) {
        if G::IS_KEPT {
            row.push_kept(G::revision(at, of), |row| write::<G>(at, of, row));
        } else {
            write::<G>(at, of, row);
        }
    }
}

fn write<G: Group>(at: &Moment, of: G::Of<'_>, row: &mut Row) {
    if row.cells.is_none() {
        return G::follow(at, of, &mut row.tracked);
    }
    let columns = G::observe(at, of);
    columns.track(of, &mut row.tracked);
    row.push(&columns);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(row: &mut Row, things: [(Option<u64>, u64); 2]) -> (String, usize) {
        let mut written = 0;
        row.begin();
        for (revision, value) in things {
            row.push_kept(revision, |row| {
                written += 1;
                row.cells.as_mut().unwrap().integer(value);
            });
        }
        let cells = row.cells.as_mut().unwrap();
        let text = String::from_utf8(cells.as_bytes().to_vec()).unwrap();
        cells.clear();
        (text, written)
    }

    #[test]
    fn cells_are_written_again_as_long_as_their_revision_stands() {
        let mut row = Row { cells: Some(Line::default()), ..Row::default() };
        assert_eq!(line(&mut row, [(Some(1), 10), (None, 20)]), ("10,20,".to_owned(), 2));
        assert_eq!(
            line(&mut row, [(Some(1), 11), (None, 21)]),
            ("10,21,".to_owned(), 1),
            "the first is taken for unchanged"
        );
        assert_eq!(line(&mut row, [(Some(2), 12), (Some(0), 22)]), ("12,22,".to_owned(), 2));
        assert_eq!(line(&mut row, [(Some(2), 13), (Some(0), 23)]), ("12,22,".to_owned(), 0));
    }
}
