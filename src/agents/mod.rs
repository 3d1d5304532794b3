//! Who acts: one file per kind, with what the user writes and what acts.

pub mod arbitrageur;
pub mod bank_lender;
pub mod farmer;
pub mod harvester;
pub mod liquidator;
pub mod schedule;
pub mod trader;

use crate::chain::distribution::Distribution;

fn one() -> u32 {
    1
}

fn half() -> f64 {
    0.5
}

fn always() -> Distribution {
    Distribution::Fixed(1.0)
}

fn margin() -> Distribution {
    Distribution::Fixed(0.0)
}

fn tip() -> Distribution {
    Distribution::Fixed(1.0)
}

fn gas_money() -> Distribution {
    Distribution::Fixed(1.0)
}
