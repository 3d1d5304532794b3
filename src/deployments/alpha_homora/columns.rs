//! What a block's row says of banks and goblins.

use plimsoll_protocols::farm::alpha_homora::PositionId;

use super::liquidatable::LiquidationPrices;
use super::{BankCell, GoblinCell};
use crate::deployments::columns::{Group, Moment, Tracked};
use crate::rows::amount::Amount;

columns! {
    /// Each bank, as `<bank>_...`.
    pub struct BankColumns {
        /// What borrowers owe, interest included.
        #[unit = "whole tokens of the bank's base asset"]
        pub debt: Amount,
        /// What lenders could withdraw at once.
        #[unit = "whole tokens of the bank's base asset"]
        pub idle: Amount,
        /// Interest kept from the lenders so far.
        #[unit = "whole tokens of the bank's base asset"]
        pub reserve: Amount,
        /// Debt over supply.
        #[unit = "ratio"]
        pub utilisation_ratio: f64,
        /// What borrowers pay.
        #[unit = "ratio per year"]
        pub borrow_rate_ratio: f64,
    }
}

impl Group for BankColumns {
    type Of<'a> = &'a BankCell;

    const KIND: &'static str = "bank";

    fn all<'a>(at: &'a Moment<'_, '_, '_>) -> impl Iterator<Item = Self::Of<'a>> {
        at.protocols.banks()
    }

    fn name(at: &Moment, cell: Self::Of<'_>) -> String {
        at.protocols.directory.banks[cell.id.index()].name.clone()
    }

    fn observe(at: &Moment, cell: Self::Of<'_>) -> Self {
        let state = cell.state_at(at.clock.now());
        let rate = cell.bank.params().interest.rate_per_second_wad(state.debt_value, state.balance).unwrap_or(0);
        Self {
            debt: at.amount(cell.base, state.debt_value),
            idle: at.amount(cell.base, state.balance),
            reserve: at.amount(cell.base, state.reserve),
            utilisation_ratio: state.debt_value as f64 / (state.debt_value as f64 + state.balance as f64),
            borrow_rate_ratio: rate as f64 / 1e18 * 365.0 * 86_400.0,
        }
    }
}

columns! {
    /// Each goblin, as `<goblin>_...`. A position's health factor is its goblin's kill factor x its health / its
    /// debt: it may be killed below 1. Quantiles weigh each position by its debt.
    pub struct GoblinColumns {
        /// Positions that are open.
        #[unit = ""]
        pub open_positions: u32,
        /// What these positions owe, interest included.
        #[unit = "whole tokens of the bank's base asset"]
        pub debt: Amount,
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
        /// Positions under water that nobody finds worth killing.
        #[unit = ""]
        pub parked: u32,
    }
}

impl Group for GoblinColumns {
    type Of<'a> = &'a GoblinCell;

    const KIND: &'static str = "goblin";
    const IS_TRACKED: bool = true;

    fn all<'a>(at: &'a Moment<'_, '_, '_>) -> impl Iterator<Item = Self::Of<'a>> {
        at.protocols.workers()
    }

    fn name(at: &Moment, cell: Self::Of<'_>) -> String {
        at.protocols.directory.workers[usize::from(cell.id.0)].name.clone()
    }

    fn observe(at: &Moment, cell: Self::Of<'_>) -> Self {
        let farm_state = at.farm_state(cell);
        let owed = farm_state.bank_state.debt_value_down(cell.order.histogram().total()).unwrap_or(0);
        let prices = LiquidationPrices::of(&cell.goblin, &farm_state);
        let quantiles = cell.order.histogram().quantiles().map(|keys| keys.map(|key| prices.health_factor(key)));
        let kill_factor = f64::from(cell.goblin.params().kill_factor_bps) / 10_000.0;
        let mut lowest: Option<f64> = None;
        for id in cell.order.leaders(|least, greatest| prices.reach(least, greatest)).map(PositionId) {
            if let Some((debt, health)) = farm_state.debt_and_health(&cell.goblin, id) {
                let factor = kill_factor * health as f64 / debt as f64;
                lowest = Some(lowest.map_or(factor, |least| least.min(factor)));
            }
        }
        // A bin's middle may lie below the lowest health in it.
        let quantiles = quantiles.zip(lowest).map(|(quantiles, lowest)| quantiles.map(|at| Some(at.max(lowest))));
        let [p01, p05, p25, p50] = quantiles.unwrap_or_default();
        Self {
            open_positions: cell.order.open(),
            debt: at.amount(farm_state.bank.base, owed),
            health_factor_lowest: lowest,
            health_factor_p01: p01,
            health_factor_p05: p05,
            health_factor_p25: p25,
            health_factor_p50: p50,
            parked: u32::try_from(cell.order.parked()).unwrap_or(u32::MAX),
        }
    }

    fn track(&self, _: Self::Of<'_>, tracked: &mut Tracked) {
        tracked.health_factors.extend(self.health_factor_lowest);
    }
}
