//! Staking farms, banks and their goblins.

use super::{Builder, CHECKED, GenesisError, fault, find, token_id, u16_of};
use crate::chain::ids::{BankId, FarmId, GoblinId, PoolId, TokenId};
use crate::chain::ledger::Ledger;
use crate::chain::price_order::PriceOrder;
use crate::chain::protocols::Deployed;
use crate::chain::protocols::{BankCell, FarmCell, GoblinCell, Named};
use crate::chain::state::ChainState;
use crate::market::Emissions;
use crate::math::WAD;
use crate::protocol::farm::alpha_homora::{Bank, Goblin, GoblinParams, InterestModel};
use crate::protocol::farm::staking_rewards::StakingRewards;
use crate::scenario::schema::{self, BankParams, FarmParams, InterestParams};

impl Builder<'_> {
    pub(super) fn farms(&mut self) -> Result<(), GenesisError> {
        let mut emissions = Vec::new();
        let clock = self.world.resource::<ChainState>().clock.clone();
        for (params, index) in self.scenario.farms.iter().zip(0..) {
            let FarmParams::StakingRewards { name, pool, reward, duration, emissions: funding } = params;
            let id = FarmId(index);
            let pool = find(&self.directory.pools, pool);
            let staked =
                self.world.get::<Deployed>(self.directory.pools[pool].entity).expect(CHECKED).as_pool().liquidity;
            let reward = self.token(reward);
            emissions.extend(funding.iter().map(|(at, amount)| (clock.block_at(*at), id, self.units(reward, amount))));
            let account = self.world.resource_mut::<ChainState>().ledger.open_account();
            let farm = StakingRewards::new(duration.ms / 1_000);
            let entity = self.world.spawn(Deployed::from(FarmCell { id, account, staked, reward, farm })).id();
            self.directory.farms.push(Named { name: name.clone(), entity });
        }
        let rewards = emissions.iter().try_fold(0_u128, |sum, (.., amount)| sum.checked_add(*amount));
        if rewards.is_none_or(|rewards| rewards > Ledger::MOST_SUPPLY) {
            let most = Ledger::MOST_SUPPLY;
            return Err(fault(format!("the farms' `emissions` are together more than {most} smallest units")));
        }
        emissions.sort_by_key(|(block, ..)| std::cmp::Reverse(*block));
        self.world.insert_resource(Emissions(emissions));
        Ok(())
    }

    pub(super) fn banks(&mut self) -> Result<(), GenesisError> {
        for (params, index) in self.scenario.banks.iter().zip(0_u16..) {
            let BankParams::AlphaHomora { name, base, goblins, .. } = params;
            let id = BankId(index);
            let base = self.token(base);
            let shares = token_id(self.scenario.tokens.len() + self.scenario.pools.len() + usize::from(index));
            let account = self.open();
            let bank = Bank::new(self.bank_params(params, base), self.scenario.start);
            let markets = goblins.iter().map(|goblin| goblin.name.clone()).collect();
            let protocol = self.directory.list_positions(name, markets);
            let goblins = goblins.iter().map(|goblin| self.goblin(goblin, id, base)).collect::<Result<_, _>>()?;
            let cell = BankCell { id, protocol, account, base, shares, goblins, bank };
            let entity = self.world.spawn(Deployed::from(cell)).id();
            self.directory.banks.push(Named { name: name.clone(), entity });
        }
        Ok(())
    }

    fn bank_params(&self, params: &BankParams, base: TokenId) -> crate::protocol::farm::alpha_homora::BankParams {
        let BankParams::AlphaHomora { min_debt, reserve_bps, kill_bps, interest, .. } = params;
        crate::protocol::farm::alpha_homora::BankParams {
            min_debt: self.units(base, min_debt),
            reserve_bps: *reserve_bps,
            kill_bps: *kill_bps,
            interest: match interest {
                InterestParams::TripleSlope => InterestModel::TripleSlope,
                InterestParams::Constant(rate) => InterestModel::Constant { rate_per_second_wad: per_second(*rate) },
            },
        }
    }

    fn goblin(&mut self, params: &schema::GoblinParams, bank: BankId, base: TokenId) -> Result<GoblinId, GenesisError> {
        let id = GoblinId(u16::try_from(self.directory.goblins.len()).expect("there are fewer than 2^16 goblins"));
        let pool = find(&self.directory.pools, &params.pool);
        let farm = FarmId(u16_of(find(&self.directory.farms, &params.farm)));
        let reward_pool = PoolId(u16_of(find(&self.directory.pools, &params.reward_pool)));
        let account = self.open();
        let cell = self.world.get::<Deployed>(self.directory.pools[pool].entity).expect(CHECKED).as_pool();
        let goblin_params = GoblinParams {
            base_side: cell.side_of(base).expect(CHECKED),
            work_factor_bps: bps(params.work_factor),
            kill_factor_bps: bps(params.kill_factor),
            reinvest_bounty_bps: params.reinvest_bounty_bps,
        };
        let goblin = Goblin::new(account, goblin_params, cell.pool.uniswap_v2())
            .map_err(|error| fault(format!("goblin {}: {error}", params.name)))?;
        let pool = PoolId(u16_of(pool));
        let order = PriceOrder::default();
        let cell = GoblinCell { id, account, bank, pool, farm, reward_pool, goblin, order };
        let entity = self.world.spawn(Deployed::from(cell)).id();
        self.directory.goblins.push(Named { name: params.name.clone(), entity });
        Ok(id)
    }
}

/// Returns a share such as 0.87 in basis points; it was checked to be a whole number of them.
fn bps(share: f64) -> u16 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be between 0 and 1")]
    let bps = (share * 10_000.0).round() as u16;
    bps
}

/// Returns a yearly rate per second, wad, rounded down, for a year of 365 days as in the contract.
fn per_second(rate: f64) -> u128 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked not to be below 0")]
    let per_year = (rate * WAD as f64) as u128;
    per_year / (365 * 86_400)
}
