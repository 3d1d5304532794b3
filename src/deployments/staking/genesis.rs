//! Staking contracts before the first block: when they are funded, and what is staked.

use bevy_ecs::prelude::{ResMut, Resource};
use plimsoll_protocols::farm::BlockTime;

use super::FarmCell;
use crate::chain::event::{Event, EventKind, EventLog};
use crate::chain::ids::FarmId;
use crate::chain::ledger::{Ledger, Source};
use crate::chain::state::ChainState;
use crate::checks::names::EntityKind;
use crate::deployments::FarmParams;
use crate::deployments::deployed::ProtocolsMut;
use crate::deployments::genesis::{Genesis, Settling, Staked, Unsettled};
use crate::deployments::stakes::Stake;

/// Opens the contracts, and notes when they are funded.
pub(super) fn open(list: &[FarmParams], genesis: &mut Genesis) -> Result<(), Unsettled> {
    let mut emissions = Vec::new();
    for (params, id) in list.iter().zip((0..).map(FarmId)) {
        let declared = params.declared();
        let staked = declared.pools.iter().map(|pool| genesis.pool(pool).liquidity).collect();
        let reward = genesis.token(declared.reward);
        for (time, amount) in params.emissions() {
            emissions.push((genesis.chain().clock.block_at(*time), id, genesis.units(reward, amount)));
        }
        let refused = |why| Unsettled::about(EntityKind::FARM, declared.name, why);
        let contract = params.open(genesis.chain()).map_err(refused)?;
        let (account, at) = (genesis.open_account(), genesis.next_address());
        let cell = FarmCell { at, id, account, staked, reward, contract, undo: Vec::new() };
        let named = genesis.deploy(declared.name, cell);
        genesis.directory.farms.push(named);
    }
    let rewards = emissions.iter().try_fold(0_u128, |sum, (.., amount)| sum.checked_add(*amount));
    if rewards.is_none_or(|rewards| rewards > Ledger::MOST_SUPPLY) {
        let first = list.first().map_or("", |farm| farm.declared().name);
        let why = "the farms' `emissions` are together more than can be counted; lower them, or give what they pay fewer `decimals`";
        return Err(Unsettled::about(EntityKind::FARM, first, why));
    }
    emissions.sort_by_key(|(block, ..)| std::cmp::Reverse(*block));
    genesis.world.insert_resource(Emissions(emissions));
    Ok(())
}

/// Puts liquidity into pools and stakes it.
pub(super) fn settle(stakes: &[Staked], settling: &mut Settling) -> Result<(), Unsettled> {
    for Staked { account, stake } in stakes {
        let Stake::Farm { farm, market, pool, offered } = stake else { continue };
        let (_, minted) = settling.provide(*account, *pool, None, offered)?;
        let now = BlockTime { number: settling.chain.clock.block, timestamp: settling.chain.clock.now() };
        let cell = settling.protocols.farm(*farm);
        let staked = cell.contract.staking_mut().stake(*market, *account, minted, now);
        let moves = staked.map_err(|error| Unsettled::of(*account, error))?;
        let (token, holder) = (cell.staked[usize::from(*market)], cell.account);
        settling.chain.ledger.issue(Source::Shares, holder, token, moves.staked);
    }
    Ok(())
}

/// When farms are funded, and with how much: by block, the last one first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Resource)]
pub struct Emissions(pub Vec<(u64, FarmId, u128)>);

/// Funds the farms whose emission is due, ahead of the block's transactions.
pub fn fund_farms(
    mut chain: ResMut<ChainState>,
    mut emissions: ResMut<Emissions>,
    mut protocols: ProtocolsMut,
    mut log: ResMut<EventLog>,
) {
    let ChainState { clock, ledger, .. } = &mut *chain;
    let now = BlockTime { number: clock.block, timestamp: clock.now() };
    while let Some((_, farm, amount)) = emissions.0.pop_if(|(block, ..)| *block <= clock.block) {
        let cell = protocols.farm(farm);
        let funded = cell.contract.staking_mut().fund(amount, now);
        funded.expect("genesis saw that all emissions can be counted and streamed");
        ledger.issue(Source::Rewards, cell.account, cell.reward, amount);
        log.push(Event { sender: None, gas: 0, fee: 0, waited: 0, kind: EventKind::FarmFunded { farm, amount } });
    }
}
