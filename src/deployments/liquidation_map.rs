//! How much could be liquidated if the price fell, read from the histogram of failing prices.
//!
//! What decides about a position of a leveraged farm is the price of the farmed token in the base asset. While that falls
//! to a part `r` of itself, trade against the pool keeps the product of its reserves, so the base asset in it, and with
//! it every health factor, falls to the square root of `r`. Debt stays.
//!
//! A loan's health factor falls to `r` itself with the oracle's price of its collateral. One with several collaterals is
//! counted as if all of them fell: what the map then says is too much, never too little.

use super::lending::{LiquidationPrices, LoanOrders};

/// What a fall of the price does to a health factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Falls {
    /// It falls to the square root of what is left of the price: liquidity in a constant-product pool.
    AsSquareRoot,
    /// It falls as the price does: a loan's collateral.
    AsPrice,
}

impl Falls {
    /// Returns what a health factor, or what collateral sells for, becomes when the price falls by this share of itself.
    pub fn after(self, value: f64, fall: f64) -> f64 {
        match self {
            Self::AsSquareRoot => value * (1.0 - fall).sqrt(),
            Self::AsPrice => value * (1.0 - fall),
        }
    }
}

/// Debt at one health factor: one bin of the histogram, whose health factor is known to within 0.2 %.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DebtBin {
    /// What is owed at it may be liquidated below 1.
    pub health_factor: f64,
    /// The debt, in smallest units of what is owed.
    pub debt: f64,
    /// What the collateral would sell for, likewise.
    pub collateral: f64,
}

/// What a fall of the price would make liquidatable.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct AtRisk {
    /// The debt, in smallest units of what is owed.
    pub debt: f64,
    /// What its collateral would sell for after the fall, likewise.
    pub collateral: f64,
}

impl AtRisk {
    /// Returns the same in another unit.
    #[must_use]
    pub fn times(self, unit: f64) -> Self {
        Self { debt: self.debt * unit, collateral: self.collateral * unit }
    }
}

/// Returns the debt of positions that hold an asset as collateral and do not owe it, by health factor, lowest first, in
/// what the prices are told in. Of what the collateral is worth, the share `threshold` may be owed.
pub fn loan_exposures(orders: &LoanOrders, prices: &LiquidationPrices, asset: u8, threshold: f64) -> Vec<DebtBin> {
    let histograms = orders.debt_histograms(prices).filter(|histogram| histogram.falls_with(asset));
    let mut exposures: Vec<DebtBin> = Vec::new();
    for histogram in histograms {
        exposures.extend(histogram.debts().map(|(health_factor, debt)| DebtBin {
            health_factor,
            debt,
            collateral: debt * health_factor / threshold,
        }));
    }
    exposures.sort_by(|a, b| a.health_factor.total_cmp(&b.health_factor));
    exposures
}

/// Returns, for each fall of the price in ascending order, what could then be liquidated.
pub fn liquidatable(exposures: impl Iterator<Item = DebtBin>, law: Falls, falls: &[f64], out: &mut Vec<AtRisk>) {
    out.clear();
    let mut exposures = exposures.peekable();
    let (mut debt, mut collateral) = (0.0, 0.0);
    for fall in falls {
        while let Some(next) = exposures.next_if(|next| law.after(next.health_factor, *fall) < 1.0) {
            debt += next.debt;
            collateral += next.collateral;
        }
        out.push(AtRisk { debt, collateral: law.after(collateral, *fall) });
    }
}
