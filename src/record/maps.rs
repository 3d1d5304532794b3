//! `liquidation_map.csv` and `health_map.csv`: what a fall of the price would liquidate, and how much debt sits at which
//! health factor, both read from the histograms of failing prices.

use super::folder::{FolderError, OutputFolder};
use super::table::Table;
use crate::agents::view::View;
use crate::chain::ids::GoblinId;
use crate::chain::liquidation_map::{Liquidatable, exposures, liquidatable};
use crate::chain::protocols::GoblinCell;

words! {
    /// Why the map was drawn after this block.
    pub enum Moment {
        /// It is the first.
        First = "first",
        /// Most debt was liquidated in it.
        Worst = "worst",
        /// It is the last.
        Last = "last",
        /// The scenario asks for it.
        Stated = "stated",
    }
}

columns! {
    /// What a fall of the price would make liquidatable after a block.
    pub struct MapRow<'a> {
        /// The block.
        #[unit = ""]
        pub block: u64,
        /// Why this one.
        #[unit = ""]
        pub moment: Moment,
        /// The goblin.
        #[unit = ""]
        pub protocol: &'a str,
        /// The token whose price falls, in the token that is owed.
        #[unit = ""]
        pub collateral: &'a str,
        /// By how much of itself.
        #[unit = "ratio"]
        pub fall_ratio: f64,
        /// Debt that could then be liquidated.
        #[unit = "numeraire"]
        pub debt_numeraire: f64,
        /// What its collateral would then sell for.
        #[unit = "numeraire"]
        pub collateral_numeraire: f64,
    }
}

columns! {
    /// How much debt sits between two health factors after a block.
    pub struct HealthRow<'a> {
        /// The block.
        #[unit = ""]
        pub block: u64,
        /// The goblin.
        #[unit = ""]
        pub protocol: &'a str,
        /// Health factors from this one on. Positions may be liquidated below 1.
        #[unit = "ratio"]
        pub health_factor_from: f64,
        /// Up to this one; missing for the last, which has no end.
        #[unit = "ratio"]
        pub health_factor_to: Option<f64>,
        /// What the positions owe.
        #[unit = "numeraire"]
        pub debt_numeraire: f64,
    }
}

/// When the liquidation map is drawn.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Drawn {
    /// Never.
    #[default]
    Never,
    /// After the first block, the one in which most debt was liquidated, and the last.
    FirstWorstLast,
    /// After these.
    After(Vec<u64>),
}

/// So many steps of a twentieth has the range of health factors; what is above is one more.
const BINS: usize = 60;

/// How wide a step is.
const STEPS_PER_UNIT: f64 = 20.0;

/// Twice as many samples as this are thinned out.
const SAMPLES: usize = 128;

/// A goblin's curve after a block.
#[derive(Debug, Clone)]
struct Curve {
    block: u64,
    moment: Moment,
    goblin: GoblinId,
    /// By percent of the fall, worth in the numeraire.
    at: Vec<Liquidatable>,
}

/// A goblin's debt by health factor after a block, worth in the numeraire.
#[derive(Debug, Clone)]
struct Sample {
    block: u64,
    goblin: GoblinId,
    debts: [f64; BINS + 1],
}

/// What both tables are made of.
#[derive(Debug, Clone)]
pub struct Maps {
    drawn: Drawn,
    curves: Vec<Curve>,
    worst_debt: f64,
    samples: Option<Vec<Sample>>,
    /// A sample is taken once in so many blocks.
    stride: u64,
}

impl Maps {
    /// Begins with nothing. `health` says whether samples of health are taken.
    pub fn new(drawn: Drawn, health: bool) -> Self {
        Self { drawn, curves: Vec::new(), worst_debt: 0.0, samples: health.then(Vec::new), stride: 1 }
    }

    /// Looks at the block, in which so much debt was liquidated.
    pub fn look(&mut self, sees: &View, liquidated_debt: f64) {
        let block = sees.clock.block;
        match &self.drawn {
            Drawn::FirstWorstLast => {
                if block == 0 {
                    self.draw(sees, Moment::First);
                }
                if liquidated_debt > self.worst_debt {
                    self.worst_debt = liquidated_debt;
                    self.curves.retain(|curve| curve.moment != Moment::Worst);
                    self.draw(sees, Moment::Worst);
                }
            }
            Drawn::After(blocks) if blocks.contains(&block) => self.draw(sees, Moment::Stated),
            Drawn::After(_) | Drawn::Never => {}
        }
        if block.is_multiple_of(self.stride) && self.samples.is_some() {
            self.sample(sees);
        }
    }

    fn draw(&mut self, sees: &View, moment: Moment) {
        let falls: Vec<f64> = falls().collect();
        for cell in sees.protocols.goblins() {
            let ground = sees.ground(cell);
            let mut at = Vec::new();
            liquidatable(exposures(cell, &ground), &falls, &mut at);
            let unit = sees.worth(ground.bank.base, 1);
            for liquidatable in &mut at {
                *liquidatable = liquidatable.times(unit);
            }
            self.curves.push(Curve { block: sees.clock.block, moment, goblin: cell.id, at });
        }
    }

    fn sample(&mut self, sees: &View) {
        let samples = self.samples.as_mut().expect("it was asked");
        let block = sees.clock.block;
        samples.extend(sees.protocols.goblins().map(|cell| Sample {
            block,
            goblin: cell.id,
            debts: debts(sees, cell),
        }));
        if samples.len() >= 2 * SAMPLES * sees.protocols.directory.goblins.len().max(1) {
            self.stride *= 2;
            samples.retain(|sample| sample.block.is_multiple_of(self.stride));
        }
    }

    /// Writes both tables, after the last block.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn write(mut self, folder: &mut OutputFolder, sees: &View) -> Result<(), FolderError> {
        let goblins = &sees.protocols.directory.goblins;
        if goblins.is_empty() {
            return Ok(());
        }
        if self.drawn == Drawn::FirstWorstLast {
            self.draw(sees, Moment::Last);
        }
        if self.drawn != Drawn::Never {
            let mut table = Table::open::<MapRow>(folder, "liquidation_map.csv", false)?;
            for curve in &self.curves {
                let [_, collateral] = sees.legs(curve.goblin);
                for (fall_ratio, liquidatable) in falls().zip(&curve.at) {
                    table.row(&MapRow {
                        block: curve.block,
                        moment: curve.moment,
                        protocol: &goblins[usize::from(curve.goblin.0)].name,
                        collateral: &sees.tokens.get(collateral).name,
                        fall_ratio,
                        debt_numeraire: liquidatable.debt,
                        collateral_numeraire: liquidatable.collateral,
                    })?;
                }
            }
            table.close(folder)?;
        }
        let Some(samples) = &self.samples else { return Ok(()) };
        let mut table = Table::open::<HealthRow>(folder, "health_map.csv", false)?;
        for sample in samples {
            for (bin, debt) in sample.debts.iter().enumerate().filter(|(_, debt)| **debt > 0.0) {
                table.row(&HealthRow {
                    block: sample.block,
                    protocol: &goblins[usize::from(sample.goblin.0)].name,
                    health_factor_from: bin as f64 / STEPS_PER_UNIT,
                    health_factor_to: (bin < BINS).then(|| (bin + 1) as f64 / STEPS_PER_UNIT),
                    debt_numeraire: *debt,
                })?;
            }
        }
        table.close(folder)
    }
}

/// The falls of the map: none, 1 % and on to 99 %.
fn falls() -> impl Iterator<Item = f64> {
    (0..100).map(|percent| f64::from(percent) / 100.0)
}

/// Returns a goblin's debt by health factor, worth in the numeraire.
fn debts(sees: &View, cell: &GoblinCell) -> [f64; BINS + 1] {
    let ground = sees.ground(cell);
    let unit = sees.worth(ground.bank.base, 1);
    let mut debts = [0.0; BINS + 1];
    for held in exposures(cell, &ground) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates at the last")]
        let bin = (held.health_factor * STEPS_PER_UNIT) as usize;
        debts[bin.min(BINS)] += held.debt * unit;
    }
    debts
}
