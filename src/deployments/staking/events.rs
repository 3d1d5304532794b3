//! What `events.csv` says of staking farms.

use crate::chain::ids::FarmId;
use crate::deployments::events::EventRow;
use crate::deployments::view::View;

words! {
    /// What happened to a staking farm.
    pub enum Kind {
        /// A farm was funded.
        FundFarm = "fund_farm",
    }
}

/// Tells rewards that came to a farm.
pub(crate) fn farm_funded<'a>(row: &mut EventRow<'a>, sees: &'a View, farm: FarmId, amount: u128) {
    row.tell(Kind::FundFarm.word(), Kind::FundFarm.word());
    row.paid(sees, (sees.protocols.farm(farm).reward, amount));
    row.farm = Some(&sees.protocols.directory.farms[farm.index()].name);
}
