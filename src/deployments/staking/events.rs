//! What `events.csv` says of staking farms.

use crate::chain::families::FamilyCall;
use crate::chain::families::staking::{StakedAt, StakingCall};
use crate::chain::ids::FarmId;
use crate::deployments::events::EventRow;
use crate::deployments::view::View;

words! {
    /// What happened to a staking farm.
    pub enum Kind {
        /// A farm was funded.
        FundFarm = "fund_farm",
        /// A stake was put in.
        Stake = "stake",
        /// A stake was taken back, or a part of it.
        Unstake = "unstake",
        /// What was earned was claimed.
        Claim = "claim",
    }
}

/// Tells rewards that came to a farm.
pub(crate) fn farm_funded<'a>(row: &mut EventRow<'a>, sees: &'a View, farm: FarmId, amount: u128) {
    row.tell(Kind::FundFarm.word(), Kind::FundFarm.word());
    row.paid(sees, (sees.protocols.farm(farm).reward, amount));
    row.farm = Some(&sees.protocols.directory.farms[farm.index()].name);
}

/// Tells a call of somebody who stakes. A reward that came with a stake that was given back stands as the prize.
pub(crate) fn staked<'a>(row: &mut EventRow<'a>, sees: &'a View, at: &StakedAt) {
    let cell = sees.protocols.farm(at.farm);
    let token = cell.staked[usize::from(at.market)];
    let kind = match at.call {
        StakingCall::Stake { .. } => Kind::Stake,
        StakingCall::Unstake { .. } => Kind::Unstake,
        StakingCall::Claim { .. } => Kind::Claim,
    };
    row.tell(kind.word(), at.call.name());
    row.farm = Some(&sees.protocols.directory.farms[at.farm.index()].name);
    match at.call {
        StakingCall::Stake { .. } => row.paid(sees, (token, at.staked)),
        StakingCall::Unstake { .. } => row.got(sees, (token, at.unstaked)),
        StakingCall::Claim { .. } => {}
    }
    row.prize = Some(sees.amount(cell.reward, at.reward));
}
