//! What a block's row says of the lending markets.

use super::{LendingCell, LiquidationPrices};
use crate::deployments::columns::{Group, Moment, Tracked};
use crate::rows::amount::Amount;

columns! {
    /// Each lending market, as `<market>_...`. A position's health factor is what its collateral carries over what
    /// it owes, at the oracles' prices: it may be liquidated below 1. Quantiles weigh each position by its debt;
    /// those of positions with several collaterals or debts are lower bounds.
    pub struct LendingColumns {
        /// Positions that owe something.
        #[unit = ""]
        pub open_loans: u32,
        /// What they owe, at the oracles' prices.
        #[unit = "numeraire"]
        pub debt_numeraire: f64,
        /// Lowest health factor; missing where nothing is owed, like the quantiles.
        #[unit = "ratio"]
        pub health_factor_lowest: Option<f64>,
        /// Health factor that 1 % of the debt is below.
        #[unit = "ratio"]
        pub health_factor_p01: Option<f64>,
        /// Health factor that 5 % of the debt is below.
        #[unit = "ratio"]
        pub health_factor_p05: Option<f64>,
        /// Health factor that 25 % of the debt is below.
        #[unit = "ratio"]
        pub health_factor_p25: Option<f64>,
        /// Health factor that half of the debt is below.
        #[unit = "ratio"]
        pub health_factor_p50: Option<f64>,
        /// Positions that may be liquidated and that nobody finds worth it.
        #[unit = ""]
        pub parked: u32,
    }
}

impl Group for LendingColumns {
    type Of<'a> = &'a LendingCell;

    const KIND: &'static str = "market";
    const IS_TRACKED: bool = true;

    fn all<'a>(at: &'a Moment<'_, '_, '_>) -> impl Iterator<Item = Self::Of<'a>> {
        at.protocols.all_lending()
    }

    fn name(at: &Moment, cell: Self::Of<'_>) -> String {
        at.protocols.directory.lending[cell.id.index()].name.clone()
    }

    fn observe(at: &Moment, cell: Self::Of<'_>) -> Self {
        let prices = cell.liquidation_prices(&at.oracles, &at.tokens, at.clock.now());
        let (quantiles, debt) = cell.orders.health_factors(&prices);
        let lowest = lowest(at, cell, &prices);
        let quantiles = quantiles.zip(lowest).map(|(quantiles, lowest)| quantiles.map(|at| Some(at.max(lowest))));
        let [p01, p05, p25, p50] = quantiles.unwrap_or_default();
        Self {
            open_loans: cell.orders.open(),
            debt_numeraire: debt,
            health_factor_lowest: lowest,
            health_factor_p01: p01,
            health_factor_p05: p05,
            health_factor_p25: p25,
            health_factor_p50: p50,
            parked: u32::try_from(cell.orders.parked()).unwrap_or(u32::MAX),
        }
    }

    fn track(&self, _: Self::Of<'_>, tracked: &mut Tracked) {
        tracked.health_factors.extend(self.health_factor_lowest);
    }

    fn follow(at: &Moment, cell: Self::Of<'_>, tracked: &mut Tracked) {
        let prices = cell.liquidation_prices(&at.oracles, &at.tokens, at.clock.now());
        tracked.health_factors.extend(lowest(at, cell, &prices));
    }
}

/// Returns the lowest health factor of a market's positions.
fn lowest(at: &Moment, cell: &LendingCell, prices: &LiquidationPrices) -> Option<f64> {
    let oracle_prices = cell.prices(&at.oracles);
    let health = |account| cell.lending().health(account, &oracle_prices, at.clock.now()).ok();
    cell.orders.lowest(prices, |account| health(account).map(|health| health.factor))
}

columns! {
    /// Each asset of each lending market, as `<market>_<token>_...`.
    pub struct AssetColumns {
        /// What suppliers claim.
        #[unit = "whole tokens"]
        pub supplied: Amount,
        /// What borrowers owe, interest included.
        #[unit = "whole tokens"]
        pub borrowed: Amount,
        /// What could be withdrawn or borrowed at once.
        #[unit = "whole tokens"]
        pub idle: Amount,
        /// Debt over supply.
        #[unit = "ratio"]
        pub utilisation_ratio: f64,
        /// What borrowers pay on this chain, in a year of 365 days and before interest on interest.
        #[unit = "ratio per year"]
        pub borrow_rate_ratio: f64,
        /// What suppliers get, likewise.
        #[unit = "ratio per year"]
        pub supply_rate_ratio: f64,
    }
}

impl Group for AssetColumns {
    type Of<'a> = (&'a LendingCell, u8);

    const KIND: &'static str = "asset";

    fn all<'a>(at: &'a Moment<'_, '_, '_>) -> impl Iterator<Item = Self::Of<'a>> {
        let assets = |cell: &'a LendingCell| (0..).zip(&cell.assets).map(move |(place, _)| (cell, place));
        at.protocols.all_lending().flat_map(assets)
    }

    fn name(at: &Moment, (cell, place): Self::Of<'_>) -> String {
        format!("{} {}", LendingColumns::name(at, cell), at.tokens.get(cell.asset(place).token).name)
    }

    fn observe(at: &Moment, (cell, place): Self::Of<'_>) -> Self {
        let (lending, now) = (cell.lending(), at.clock.now());
        let (totals, rates) = lending.totals_and_rates(place, now);
        let token = cell.asset(place).token;
        Self {
            supplied: at.amount(token, totals.supplied),
            borrowed: at.amount(token, totals.borrowed),
            idle: at.amount(token, totals.idle),
            utilisation_ratio: if totals.supplied == 0 { 0.0 } else { totals.borrowed as f64 / totals.supplied as f64 },
            borrow_rate_ratio: rates.borrow,
            supply_rate_ratio: rates.supply,
        }
    }
}
