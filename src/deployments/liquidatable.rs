//! What may be liquidated as the block begins, in protocols of every kind: the one list that liquidators read.

use std::cmp::Ordering;

use bevy_ecs::prelude::{Local, Res, ResMut, Resource};

use super::deployed::ProtocolsMut;
use crate::chain::ids::{AccountId, PositionKey, ProtocolId};
use crate::chain::state::ChainState;

/// A position that may be liquidated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Liquidatable {
    /// The position, across protocols.
    pub key: PositionKey,
    /// Whose it is.
    pub owner: AccountId,
    /// What its collateral carries over what it owes: below 1.
    pub health_factor: f64,
    /// What it owes, in whole tokens of what its protocol counts debts in: the asset that a bank lends, dai, or the
    /// numeraire at a lending market's own oracles.
    pub debt: f64,
    /// What the protocol pays for liquidating it, in smallest units of the debt's token; none where the liquidator keeps
    /// what it seizes, or where nobody knows before an auction is over.
    pub prize: Option<u128>,
}

/// The positions that may be liquidated as the block begins and that somebody may find worth it, by key.
#[derive(Debug, Clone, Default, Resource)]
pub struct LiquidatableList {
    list: Vec<Liquidatable>,
    auctions_run: bool,
}

impl LiquidatableList {
    /// Returns those of a protocol.
    pub fn of(&self, protocol: ProtocolId) -> &[Liquidatable] {
        self.between(|key| key.protocol.cmp(&protocol))
    }

    /// Returns those of one of a protocol's markets.
    pub fn of_market(&self, protocol: ProtocolId, market: u16) -> &[Liquidatable] {
        self.between(|key| (key.protocol, key.market).cmp(&(protocol, market)))
    }

    /// Says whether a position is among them.
    pub fn has(&self, key: PositionKey) -> bool {
        self.list.binary_search_by_key(&key, |at| at.key).is_ok()
    }

    /// Says whether there is something to do for those who wait for it: a position that may be liquidated, or an auction
    /// that runs.
    pub fn calls(&self) -> bool {
        self.auctions_run || !self.list.is_empty()
    }

    fn between(&self, compare: impl Fn(&PositionKey) -> Ordering) -> &[Liquidatable] {
        let first = self.list.partition_point(|at| compare(&at.key).is_lt());
        let last = self.list.partition_point(|at| compare(&at.key).is_le());
        &self.list[first..last]
    }
}

/// The least gain after gas for which anybody liquidates, by protocol, in whole numeraire tokens; none where nobody does.
#[derive(Debug, Clone, Default, Resource)]
pub struct MinProfit(pub Vec<Option<f64>>);

/// Returns what so much gas costs at the base fee, in whole numeraire tokens.
pub(super) fn gas_cost(chain: &ChainState, gas: u64) -> f64 {
    let native = chain.tokens.native;
    gas as f64 * chain.gas.base_fee as f64 / chain.tokens.get(native).one * chain.venues.price(native)
}

/// What a protocol looks for its liquidatable positions with.
pub struct LiquidationSearch<'a, 'w, 's> {
    /// The chain as the block found it.
    pub chain: &'a ChainState,
    /// The least gain after gas for which anybody liquidates, by protocol.
    pub profits: &'a MinProfit,
    /// Every protocol: none is being called while agents decide.
    pub others: &'a mut ProtocolsMut<'w, 's>,
    /// Where candidates are listed; empty between two searches.
    pub candidates: &'a mut Vec<u32>,
    /// What was found, by key.
    pub found: &'a mut Vec<Liquidatable>,
    /// Whether an auction runs somewhere.
    pub auctions_run: &'a mut bool,
}

/// Lists the positions that may be liquidated in this block, protocol by protocol in the order of their ids. One that
/// nobody would find worth its gas, now that the block's base fee and prices are known, is parked until that has
/// changed.
pub fn find_liquidatable(
    chain: Res<ChainState>,
    profits: Res<MinProfit>,
    mut protocols: ProtocolsMut,
    mut list: ResMut<LiquidatableList>,
    mut candidates: Local<Vec<u32>>,
) {
    let LiquidatableList { list: found, auctions_run } = &mut *list;
    found.clear();
    *auctions_run = false;
    for protocol in 0..protocols.directory.positions.len() {
        let at = protocols.directory.positions[protocol].kept_by;
        let mut deployed = protocols.take(at).expect("nobody is called while agents decide");
        deployed.deployment_mut().find_liquidatable(&mut LiquidationSearch {
            chain: &chain,
            profits: &profits,
            others: &mut protocols,
            candidates: &mut candidates,
            found,
            auctions_run,
        });
        protocols.put_back(at, deployed);
    }
}
