//! Recorded gas prices as the base fee: each holds until the next one, as a day's average holds for its day.

use bevy_ecs::prelude::{ResMut, Resource};
use serde::Deserialize;

use super::series::Series;
use crate::chain::gas::gwei_to_units;
use crate::chain::state::ChainState;

/// The unit of recorded gas prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum GasUnit {
    /// 10^-18 of a whole native token.
    Wei,
    /// 10^-9 of a whole native token.
    Gwei,
}

/// Recorded gas prices, and how far the run has come in them.
#[derive(Debug, Clone, Resource)]
pub struct GasPrices {
    series: Series,
    unit: GasUnit,
    native_decimals: u8,
    /// The index of the first row later than the block.
    next: usize,
}

impl GasPrices {
    /// What a file holds, from the start of the run.
    pub fn new(series: Series, unit: GasUnit, native_decimals: u8) -> Self {
        Self { series, unit, native_decimals, next: 0 }
    }

    /// Returns the gas price at a time from the start of the run, in the native token's smallest units; times never fall.
    pub fn at(&mut self, now_ms: u64) -> u128 {
        let now_us = i64::try_from(now_ms).unwrap_or(i64::MAX).saturating_mul(1_000);
        let rows = self.series.rows();
        self.next += rows[self.next..].iter().take_while(|row| row.at_us <= now_us).count();
        let price = rows[self.next.max(1) - 1].price;
        let gwei = match self.unit {
            GasUnit::Wei => price / 1e9,
            GasUnit::Gwei => price,
        };
        gwei_to_units(gwei, self.native_decimals)
    }
}

/// Sets the base fee to what was recorded for the block's time.
pub fn replay_base_fee(mut prices: ResMut<GasPrices>, mut chain: ResMut<ChainState>) {
    chain.gas.base_fee = prices.at(chain.clock.elapsed.ms);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::series::Least;
    use crate::market::series::params::{ReplayParams, TimeFormat};

    /// A file as Etherscan exports it: days, and prices in wei that begin at nothing.
    const DAYS: &str = "\"Date(UTC)\",\"UnixTimeStamp\",\"Value (Wei)\"\n\"3/11/2020\",\"1583884800\",\"0\"\n\
                        \"3/12/2020\",\"1583971200\",\"77903244661\"\n\"3/13/2020\",\"1584057600\",\"84800000001\"\n";

    fn prices(unit: GasUnit, from: Option<&str>) -> GasPrices {
        let from = from.map(str::to_owned);
        let params = ReplayParams::new("days.csv", "UnixTimeStamp", TimeFormat::UnixSeconds, "Value (Wei)");
        let params = ReplayParams { from, ..params };
        let series = Series::parse_from(Least::Zero, &params, "days.csv", DAYS.as_bytes()).unwrap();
        GasPrices::new(series, unit, 18)
    }

    #[test]
    fn a_days_price_holds_until_the_next_to_the_last_wei() {
        let mut prices = prices(GasUnit::Wei, None);
        let day = 86_400_000;
        let times = [0, day - 1, day, 2 * day - 1, 2 * day, 9 * day];
        assert_eq!(
            times.map(|now| prices.at(now)),
            [0, 0, 77_903_244_661, 77_903_244_661, 84_800_000_001, 84_800_000_001]
        );
    }

    #[test]
    fn a_run_may_start_within_a_day_and_another_unit_is_another_price() {
        let noon = Some("1584014400");
        assert_eq!(prices(GasUnit::Wei, noon).at(0), 77_903_244_661);
        assert!(prices(GasUnit::Gwei, noon).at(0) > 77_903_244_660 * 1_000_000_000);
    }
}
