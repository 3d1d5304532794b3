//! `liquidation_map.csv` and `health_map.csv`: what a fall of the price would liquidate, and how much debt sits at which
//! health factor, both read from the histograms of failing prices.

use super::folder::{FolderError, OutputFolder};
use super::table::Table;
use crate::accounts::exposed::{Exposed, Followed};
use crate::agents::view::View;
use crate::deployments::liquidation_map::AtRisk;
use crate::deployments::positions::DebtAt;

words! {
    /// Why the liquidation map was drawn after this block.
    pub enum Moment {
        /// It is the first block.
        First = "first",
        /// More debt was liquidated in it than in any other.
        Worst = "worst",
        /// It is the last block.
        Last = "last",
        /// The scenario names its time.
        Stated = "stated",
    }
}

columns! {
    /// What a fall of the price would make liquidatable after a block.
    pub struct MapRow<'a> {
        /// The block after which it is drawn.
        #[unit = ""]
        pub block: u64,
        /// Why the map is drawn at this block.
        #[unit = ""]
        pub moment: Moment,
        /// The lending market, the bank's worker or the kind of vault.
        #[unit = ""]
        pub protocol: &'a str,
        /// The token whose price falls: in the base asset for a worker, by its oracle elsewhere.
        #[unit = ""]
        pub collateral: &'a str,
        /// By which share of itself the price falls.
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
        /// The block after which it is counted.
        #[unit = ""]
        pub block: u64,
        /// The lending market, the bank's worker or the kind of vault.
        #[unit = ""]
        pub protocol: &'a str,
        /// Health factors from this one on. Positions may be liquidated below 1.
        #[unit = "ratio"]
        pub health_factor_from: f64,
        /// Up to this one; missing for the last, which has no end.
        #[unit = "ratio"]
        pub health_factor_to: Option<f64>,
        /// Debt of the positions in the step.
        #[unit = "numeraire"]
        pub debt_numeraire: f64,
    }
}

/// After which blocks the liquidation map is drawn.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum MapSchedule {
    /// No map is written.
    #[default]
    Never,
    /// After the first block, the one in which most debt was liquidated, and the last.
    FirstWorstLast,
    /// After the blocks with these numbers.
    After(Vec<u64>),
}

/// So many steps of a twentieth has the range of health factors; what is above is one more.
const BINS: usize = 60;

/// Steps of the health map per unit of health factor: each is 0.05 wide.
const STEPS_PER_UNIT: f64 = 20.0;

/// Twice as many samples as this are thinned out.
const SAMPLES: usize = 128;

/// What falls of one price would do, after a block.
#[derive(Debug, Clone)]
struct FallMap {
    block: u64,
    moment: Moment,
    exposed: Exposed,
    /// By percent of the fall, worth in the numeraire.
    at: Vec<AtRisk>,
}

/// Debt by health factor after a block, worth in the numeraire.
#[derive(Debug, Clone)]
struct Sample {
    block: u64,
    followed: Followed,
    debts: [f64; BINS + 1],
}

/// Samples for `liquidation_map.csv` and `health_map.csv`.
#[derive(Debug, Clone)]
pub struct Maps {
    schedule: MapSchedule,
    of_falls: Vec<FallMap>,
    worst_debt: f64,
    samples: Option<Vec<Sample>>,
    /// Blocks between two samples; doubles when there are too many.
    stride: u64,
}

impl Maps {
    /// Begins with nothing. `health` says whether samples of health are taken.
    pub fn new(schedule: MapSchedule, health: bool) -> Self {
        Self { schedule, of_falls: Vec::new(), worst_debt: 0.0, samples: health.then(Vec::new), stride: 1 }
    }

    /// Looks at the block, in which so much debt was liquidated.
    pub fn look(&mut self, sees: &View, liquidated_debt: f64) {
        let block = sees.clock.block;
        match &self.schedule {
            MapSchedule::FirstWorstLast => {
                if block == 0 {
                    self.draw(sees, Moment::First);
                }
                if liquidated_debt > self.worst_debt {
                    self.worst_debt = liquidated_debt;
                    self.of_falls.retain(|map| map.moment != Moment::Worst);
                    self.draw(sees, Moment::Worst);
                }
            }
            MapSchedule::After(blocks) if blocks.contains(&block) => self.draw(sees, Moment::Stated),
            MapSchedule::After(_) | MapSchedule::Never => {}
        }
        if block.is_multiple_of(self.stride) && self.samples.is_some() {
            self.sample(sees);
        }
    }

    fn draw(&mut self, sees: &View, moment: Moment) {
        let falls: Vec<f64> = falls().collect();
        for exposed in Exposed::all(sees) {
            let mut at = Vec::new();
            exposed.liquidatable(sees, &falls, &mut at);
            self.of_falls.push(FallMap { block: sees.clock.block, moment, exposed, at });
        }
    }

    fn sample(&mut self, sees: &View) {
        let samples = self.samples.as_mut().expect("it was asked");
        let block = sees.clock.block;
        let followed = Followed::all(sees);
        let many = followed.len();
        samples.extend(followed.into_iter().map(|followed| Sample { block, followed, debts: debts(sees, followed) }));
        if samples.len() >= 2 * SAMPLES * many {
            self.stride *= 2;
            samples.retain(|sample| sample.block.is_multiple_of(self.stride));
        }
    }

    /// Writes both tables, after the last block.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn write(mut self, folder: &mut OutputFolder, sees: &View) -> Result<(), FolderError> {
        if self.schedule == MapSchedule::FirstWorstLast {
            self.draw(sees, Moment::Last);
        }
        if self.schedule != MapSchedule::Never {
            let mut table = Table::open::<MapRow>(folder, "liquidation_map.csv", false)?;
            for map in &self.of_falls {
                for (fall_ratio, liquidatable) in falls().zip(&map.at) {
                    table.row(&MapRow {
                        block: map.block,
                        moment: map.moment,
                        protocol: map.exposed.market(sees),
                        collateral: &sees.tokens.get(map.exposed.collateral.token).name,
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
                    protocol: sample.followed.name(sees),
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

/// Returns debt by health factor, worth in the numeraire.
fn debts(sees: &View, followed: Followed) -> [f64; BINS + 1] {
    let mut debts = [0.0; BINS + 1];
    followed.debts(sees, |DebtAt { health_factor, debt, .. }| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates at the last")]
        let bin = (health_factor * STEPS_PER_UNIT) as usize;
        debts[bin.min(BINS)] += debt;
    });
    debts
}
