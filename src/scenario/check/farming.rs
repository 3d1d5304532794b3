//! Farms, banks and goblins: what stakes where, and how far a position may go.

use super::super::schema::{BankParams, FarmParams, GoblinParams, InterestParams, PoolParams};
use super::{Check, holds};
use crate::chain::time::TimeSpan;
use crate::reader::diagnostic::{Diagnostic, one_of};
use crate::reader::piece::{Node, Placed};

/// The pool fee with which Alpha Homora V1 counts health.
const FEE_BPS: u16 = 30;
/// Longest time over which a farm may stream rewards.
const LONGEST_DURATION: TimeSpan = TimeSpan::seconds(1_000 * 366 * 86_400);
/// What a small position's health is of its value: half as it is, half sold at the fee of 30 basis points.
pub(super) const DUST_HEALTH: f64 = 1.997 / 2.0;

impl Check<'_, '_> {
    /// Every farm, bank and goblin.
    pub(super) fn farming(&mut self) {
        for farm in &self.draft.farms {
            self.staking_rewards(farm);
        }
        for bank in &self.draft.banks {
            self.alpha_homora(bank);
        }
    }

    fn staking_rewards(&mut self, farm: &Placed<FarmParams>) {
        let FarmParams::StakingRewards { pool, reward, duration, emissions, .. } = &farm.value;
        if matches!(self.pool(pool), Some(PoolParams::UniswapV3 { .. })) {
            let message = format!("the pool `{pool}` has no liquidity token that could be staked");
            self.error(farm.node.at("pool").place(), message, "expected a pool of another kind than UniswapV3");
        }
        if duration.ms == 0 {
            self.error(farm.node.at("duration").place(), "no time to pay out in", "expected more, such as `\"7 d\"`");
        } else if !duration.ms.is_multiple_of(1_000) {
            let message = format!("rewards cannot be paid out over {duration}: the contract counts seconds");
            self.error(farm.node.at("duration").place(), message, "expected whole seconds, such as `\"7 d\"`");
        } else if *duration > LONGEST_DURATION {
            let message = "rewards are paid out over more than a thousand years";
            self.error(farm.node.at("duration").place(), message, "expected less, such as `\"7 d\"`");
        }
        if !farm.whole {
            return;
        }
        for (index, (time, amount)) in emissions.iter().enumerate() {
            let node = farm.node.at("emissions").nth(index);
            self.positive_amount(node.nth(1), *amount, reward);
            if self.is_late(*time) {
                let message = format!("this emission comes at {time}, after the last block");
                let expected = self.expect_early();
                self.warning(node.nth(0).place(), message, expected);
            }
        }
    }

    fn alpha_homora(&mut self, bank: &Placed<BankParams>) {
        let node = bank.node;
        let BankParams::AlphaHomora { base, min_debt, reserve_bps, kill_bps, interest, utilisation, goblins, .. } =
            &bank.value;
        self.amount(node.at("min_debt"), *min_debt, base);
        self.bps(node, "reserve_bps", *reserve_bps);
        self.bps(node, "kill_bps", *kill_bps);
        if let InterestParams::Constant(rate) = interest {
            let fine = *rate >= 0.0;
            self.field(node, "interest", rate, fine, "0 or more a year, as in `Constant(0.1)` for 10 %");
        }
        if let Some(share) = *utilisation {
            let fine = share > 0.0 && share < 1.0;
            self.field(node, "utilisation", share, fine, "between 0 and 1, as in 0.6 for 60 %");
        }
        for (goblin, node) in goblins.iter().zip(goblin_nodes(node, goblins)) {
            self.factors(node, goblin);
            self.bps(node, "reinvest_bounty_bps", goblin.reinvest_bounty_bps);
            self.goblin_pool(node, goblin, base);
            self.goblin_farm(node, goblin, base);
        }
    }

    fn factors(&mut self, node: Node, goblin: &GoblinParams) {
        for (field, factor) in [("work_factor", goblin.work_factor), ("kill_factor", goblin.kill_factor)] {
            let inside = factor > 0.0 && factor < 1.0;
            self.field(node, field, factor, inside, "between 0 and 1, as in 0.87");
            let bps = factor * 10_000.0;
            let whole = (bps - bps.round()).abs() < 1e-6;
            self.field(node, field, factor, !inside || whole, "a whole number of basis points, four decimals at most");
        }
        if goblin.work_factor >= goblin.kill_factor {
            let message = format!(
                "a position may be opened up to {} and killed above {}",
                goblin.work_factor, goblin.kill_factor
            );
            let mistake = Diagnostic::error(node.at("work_factor").place(), message);
            let mistake = mistake.expected(format!("expected less than {}", goblin.kill_factor));
            self.out.push(mistake.also(node.at("kill_factor").place(), "the kill factor"));
        }
    }

    fn goblin_pool(&mut self, node: Node, goblin: &GoblinParams, base: &str) {
        let Some(pool) = self.pool(&goblin.pool) else { return };
        let node = node.at("pool");
        let PoolParams::UniswapV2 { fee_bps, .. } = pool else {
            let message = format!("the pool `{}` is no Uniswap V2 pair", goblin.pool);
            self.error(node.place(), message, "expected a UniswapV2 pool, which is what Alpha Homora V1 farms");
            return;
        };
        if self.lacks(pool, base) {
            let message = format!("the pool `{}` does not hold `{base}`, which the bank lends", goblin.pool);
            let expected = self.pools_with(&[base]);
            self.error(node.place(), message, expected);
        }
        if *fee_bps != FEE_BPS {
            let message = format!("the pool `{}` takes {fee_bps} basis points", goblin.pool);
            let expected = "expected a pool of 30, the fee with which Alpha Homora V1 counts";
            self.error(node.place(), message, expected);
        }
    }

    fn goblin_farm(&mut self, node: Node, goblin: &GoblinParams, base: &str) {
        let Some(FarmParams::StakingRewards { pool: staked, reward, .. }) = self.farm(&goblin.farm) else { return };
        let known = self.pool(staked).is_some() && self.pool(&goblin.pool).is_some();
        if known && *staked != goblin.pool {
            let message = format!("the farm `{}` stakes `{staked}`, the goblin farms `{}`", goblin.farm, goblin.pool);
            self.error(node.at("farm").place(), message, format!("expected a farm that stakes `{}`", goblin.pool));
        }
        let node = node.at("reward_pool");
        let Some(pool) = self.pool(&goblin.reward_pool) else { return };
        if !matches!(pool, PoolParams::UniswapV2 { .. }) {
            let message = format!("the pool `{}` is no Uniswap V2 pair", goblin.reward_pool);
            self.error(node.place(), message, "expected a UniswapV2 pool, where Alpha Homora V1 sells rewards");
        } else if goblin.reward_pool == goblin.pool {
            let expected = self.pools_with(&[reward, base]);
            self.error(node.place(), "rewards are sold in the pool that is farmed", expected);
        } else if self.lacks(pool, reward) || self.lacks(pool, base) {
            let message = format!("`{reward}` cannot be sold for `{base}` in the pool `{}`", goblin.reward_pool);
            let expected = self.pools_with(&[reward, base]);
            self.error(node.place(), message, expected);
        }
    }

    fn pools_with(&self, tokens: &[&str]) -> String {
        let pools = self.draft.pools.iter().map(|pool| &pool.value);
        let fitting = pools.filter(|pool| tokens.iter().all(|token| holds(pool, token)));
        let names: Vec<&str> = fitting.map(PoolParams::name).collect();
        match names.as_slice() {
            [] => format!("expected a pool that holds `{}`", tokens.join("` and `")),
            names => format!("expected {}", one_of(names.iter().copied())),
        }
    }
}

/// Returns where each goblin stands, found by its name: a broken one between them may have been cut out.
pub(super) fn goblin_nodes<'a>(bank: Node<'a>, goblins: &[GoblinParams]) -> Vec<Node<'a>> {
    let list = bank.at("goblins");
    let named = |wanted: &str| list.elements().find(|node| node.at("name").string().as_deref() == Some(wanted));
    goblins.iter().map(|goblin| named(&goblin.name).unwrap_or(list)).collect()
}

/// Returns the highest leverage that a work factor allows a small position, rounded down to hundredths.
///
/// Debt over health may reach the work factor, and health is [`DUST_HEALTH`] of assets; a position that is large
/// against its pool has less, since its own sale moves the price.
pub(super) fn highest_leverage(work_factor: f64) -> f64 {
    (100.0 / (1.0 - work_factor * DUST_HEALTH)).floor() / 100.0
}
