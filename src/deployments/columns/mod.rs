//! Groups of columns of `ticks.csv`: what a block's row says of tokens, oracles and each protocol, and the one list.

use std::ops::Deref;

use super::view::View;
use super::{alpha_homora, amm, lending, maker, uniswap_v3};
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
    type Of<'a>;

    /// The kind, where a name that no column can begin with goes behind it.
    const KIND: &'static str;

    /// Whether the summary follows something of it, so that it is observed even where no row is written.
    const IS_TRACKED: bool = false;

    /// Returns every thing, in the order of the columns, which is the same in every block.
    fn all<'a>(at: &'a Moment<'_, '_, '_>) -> impl Iterator<Item = Self::Of<'a>>;

    /// Returns its name.
    fn name(at: &Moment, of: Self::Of<'_>) -> String;

    /// Returns its cells.
    fn observe(at: &Moment, of: Self::Of<'_>) -> Self;

    /// Notes what the summary follows.
    fn track(&self, _tracked: &mut Tracked) {}

    /// Notes the same where no row is written: no more is observed than that takes.
    fn follow(at: &Moment, of: Self::Of<'_>, tracked: &mut Tracked) {
        Self::observe(at, of).track(tracked);
    }
}

/// What the summary follows, as groups found it in a block.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tracked {
    /// Of each pool its price and the worth of what was paid into it, in the numeraire.
    pub pools: Vec<(f64, f64)>,
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
}

impl Row {
    /// Appends columns.
    pub fn push(&mut self, columns: &impl Columns) {
        if let Some(cells) = &mut self.cells {
            columns.write(self.exact, cells);
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
    if row.cells.is_none() {
        if G::IS_TRACKED {
            G::all(at).for_each(|of| G::follow(at, of, &mut row.tracked));
        }
        return;
    }
    for of in G::all(at) {
        let columns = G::observe(at, of);
        columns.track(&mut row.tracked);
        row.push(&columns);
    }
}
