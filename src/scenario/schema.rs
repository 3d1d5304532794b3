//! Everything that may stand in a scenario file.
//!
//! Amounts are decimals in whole tokens, in quotes (`"12.5"`); rates and volatilities are per year; times have units
//! (`"30 min"`). Field order here is the order in the documentation.

use std::ops::{Deref, DerefMut};

use serde::Deserialize;

use super::lists::Lists;
use crate::chain::clock::BlockTimeParams;
use crate::chain::forced_sales::OtherSale;
use crate::chain::gas::GasSchedule;
use crate::chain::time::TimeSpan;
use crate::market::background::BackgroundParams;
use crate::market::price::PriceParams;
use crate::market::series::params::GasPriceParams;

/// A scenario as its file writes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// The seed of the dice, unless the command line gives another.
    pub seed: u64,
    /// How many blocks to simulate; or [`Self::duration`].
    pub blocks: u64,
    /// How long to simulate, in place of `blocks`: as many blocks as come in that time on average, whatever the chain.
    pub duration: Option<TimeSpan>,
    /// When blocks come: `"12 s"`, or `Poisson("12 s")`. May stand in an included file, as `chain` may.
    pub block_time: BlockTimeParams,
    /// The first block's time, in seconds since 1970.
    pub start: u64,
    /// The token in which prices and profits are told; its own price is 1.
    pub numeraire: String,
    /// The chain that carries everything. May stand in an included file, so that a scenario moves to another chain by
    /// another include.
    pub chain: ChainParams,
    /// Which tables a run leaves; all of them by default.
    pub record: RecordParams,
    /// How causes are told apart, where they are asked for.
    pub cascade: CascadeParams,
    /// What it lists; read as if these were its own fields.
    pub lists: Lists,
}

impl Deref for Scenario {
    type Target = Lists;

    fn deref(&self) -> &Lists {
        &self.lists
    }
}

impl DerefMut for Scenario {
    fn deref_mut(&mut self) -> &mut Lists {
        &mut self.lists
    }
}

pub(super) fn default_seed() -> u64 {
    1
}

pub(super) fn default_start() -> u64 {
    1_609_459_200
}

/// Gas and who pays for it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainParams {
    /// The symbol of the token that gas is paid in.
    pub native: String,
    /// The price of a unit of gas without a tip.
    pub base_fee: BaseFeeParams,
    /// Most gas in a block; none by default, and every transaction fits.
    #[serde(default)]
    pub gas_limit: Option<u64>,
    /// Everybody else's demand for block space; none by default.
    #[serde(default)]
    pub background: Option<BackgroundParams>,
    /// Gas used by each kind of action; published measurements by default.
    #[serde(default)]
    pub gas: GasSchedule,
}

/// How the base fee develops.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum BaseFeeParams {
    /// A constant, in gwei per unit of gas.
    Fixed(f64),
    /// It follows from the gas used by the block before, by the exact integer rule of EIP-1559. Asks for a `gas_limit`.
    Eip1559 {
        /// In the first block, in gwei per unit of gas.
        initial: f64,
        /// Gas per block at which it stays; half of the limit by default.
        #[serde(default)]
        target: Option<u64>,
        /// An empty block lowers it by 1 / this; 8 on Ethereum.
        #[serde(default = "default_change_denominator")]
        change_denominator: u64,
    },
    /// Stated gas prices, in gwei per unit of gas, each from a time after the start of the run until the next.
    Steps(Vec<(TimeSpan, f64)>),
    /// Recorded gas prices, each of which holds until the next.
    Replay(GasPriceParams),
}

fn default_change_denominator() -> u64 {
    8
}

/// A token and its price at the external venue.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenParams {
    /// The symbol, which the rest of the scenario refers to.
    pub name: String,
    /// A whole token has `10^decimals` smallest units.
    pub decimals: u8,
    /// The price process of the external venue.
    pub price: PriceParams,
}

/// What a run leaves beside `ticks.csv` and its summary.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RecordParams {
    /// Which rows `events.csv` has.
    pub events: EventsParams,
    /// Whether `agents.csv` is written.
    pub agents: bool,
    /// Whether `positions.csv` is written.
    pub positions: bool,
    /// Falls of the price, as in `[0.1, 0.2, 0.3]`: `ticks.csv` says of every block what each would make liquidatable.
    pub liquidatable_at: Vec<f64>,
    /// At which blocks `liquidation_map.csv` says what every fall would make liquidatable.
    pub liquidation_map: MapParams,
    /// Whether `health_map.csv` is written: how much debt sits at which health factor.
    pub health_map: bool,
}

/// At which blocks the liquidation map is drawn.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub enum MapParams {
    /// After the first block, after the one in which most debt was liquidated, and after the last.
    FirstWorstLast,
    /// After the blocks at these times from the start of the run.
    At(Vec<TimeSpan>),
    /// No `liquidation_map.csv` is written.
    None,
}

impl Default for RecordParams {
    fn default() -> Self {
        Self {
            events: EventsParams::All,
            agents: true,
            positions: true,
            liquidatable_at: vec![],
            liquidation_map: MapParams::FirstWorstLast,
            health_map: true,
        }
    }
}

/// Which rows `events.csv` has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum EventsParams {
    /// Every event.
    All,
    /// Everything but swaps that went through.
    NoSwaps,
    /// No `events.csv` is written.
    None,
}

/// How `plimsoll cascade` tells causes apart.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CascadeParams {
    /// What is muted as well as what liquidations sell.
    pub mute: Vec<OtherSale>,
    /// How many generations are told apart, unless the command line says otherwise; each costs a run.
    pub depth: u32,
}

impl Default for CascadeParams {
    fn default() -> Self {
        Self { mute: vec![], depth: 4 }
    }
}
