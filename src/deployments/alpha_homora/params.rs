//! What a scenario says of a bank and its goblins: what they farm, and how far a position may go.

use plimsoll_math::{Decimal, WAD};
use plimsoll_protocols::farm::alpha_homora::{self, Bank, Goblin, InterestModel};
use serde::Deserialize;

use super::super::lending::{bps, is_bps};
use super::super::leveraged_farm::BankSpec;
use super::super::{Part, Protocol};
use super::GOBLIN;
use crate::chain::ids::BankId;
use crate::chain::ids::{AccountId, TokenId};
use crate::chain::state::ChainState;
use crate::checks::Check;
use crate::checks::declared::{DeclaredFarming, DeclaredPool};
use crate::checks::names::{EntityKind, Use};
use crate::deployments::amm::PoolCell;
use crate::deployments::genesis::{Genesis, Settled, Settling, Staked, Unsettled};
use crate::reader::diagnostic::{Diagnostic, one_of};
use crate::reader::piece::{At, Node};

/// The staking contract that goblins stake in, as scenario files write it.
const STAKES_IN: &str = "StakingRewards";

const CHECKED: &str = "the scenario was checked";
/// The pool fee with which the contract counts health.
const FEE_BPS: u16 = 30;
/// What a small position's health is of its value: half as it is, half sold at the fee of 30 basis points.
const DUST_HEALTH: f64 = 1.997 / 2.0;

/// A bank of Alpha Homora V1.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Its name in the scenario, and the beginning of its columns.
    pub name: String,
    /// The asset it lends.
    pub base: String,
    /// Least debt of a position, in whole tokens of the base asset; 0 by default.
    #[serde(default)]
    pub min_debt: Decimal,
    /// Share of the interest that goes to the reserve, in basis points.
    pub reserve_bps: u16,
    /// Share of a killed position's proceeds that the killer gets, in basis points.
    pub kill_bps: u16,
    /// What borrowers pay.
    pub interest: InterestParams,
    /// Debt over supply after genesis; lenders' supplies at genesis are scaled to meet it. As drawn by default, and while
    /// nobody owes anything at genesis.
    #[serde(default)]
    pub utilisation: Option<f64>,
    /// The pools that its borrowers farm.
    pub goblins: Vec<GoblinParams>,
}

/// What borrowers of a bank pay.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub enum InterestParams {
    /// The contract's `TripleSlopeModel`: 10 % a year up to half utilisation, then rising.
    TripleSlope,
    /// A constant rate a year, as in 0.1.
    Constant(f64),
}

/// A goblin: one pool that a bank's borrowers farm.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoblinParams {
    /// Its name in the scenario, and the beginning of its columns.
    pub name: String,
    /// The pool it farms; one side is the bank's base asset.
    pub pool: String,
    /// The farm in which it stakes; the pool's liquidity tokens are what that takes.
    pub farm: String,
    /// The pool in which it sells rewards for the base asset.
    pub reward_pool: String,
    /// Debt over health up to which positions may be opened, as in 0.87.
    pub work_factor: f64,
    /// Debt over health above which positions may be killed, as in 0.92.
    pub kill_factor: f64,
    /// Share of the rewards that goes to whoever reinvests them, in basis points; 0 by default, and nobody gains by it.
    #[serde(default)]
    pub reinvest_bounty_bps: u16,
}

impl Protocol for Params {
    const PARTS: &'static [Part] = &[("goblins", GOBLIN)];
}

impl BankSpec for Params {
    fn name(&self) -> &str {
        &self.name
    }

    fn base(&self) -> &str {
        &self.base
    }

    fn farming(&self) -> Vec<DeclaredFarming<'_>> {
        let most = |goblin: &GoblinParams| {
            let factor = Some(goblin.work_factor).filter(|factor| *factor < 1.0)?;
            Some((factor, highest_leverage(factor)))
        };
        let farming = self.goblins.iter().map(|goblin| DeclaredFarming {
            name: &goblin.name,
            bank: &self.name,
            pool: &goblin.pool,
            reward_pool: &goblin.reward_pool,
            most: most(goblin),
        });
        farming.collect()
    }

    fn uses<'a, 'd>(&'d self, at: At<'a>, used: &mut Vec<Use<'a, 'd>>) {
        used.push(Use::new(at.node.at("base"), EntityKind::TOKEN, &self.base));
        for (goblin, node) in self.goblins.iter().zip(self.goblin_nodes(at)) {
            used.push(Use::new(node.at("pool"), EntityKind::POOL, &goblin.pool));
            used.push(Use::new(node.at("farm"), EntityKind::FARM, &goblin.farm));
            used.push(Use::new(node.at("reward_pool"), EntityKind::POOL, &goblin.reward_pool));
        }
    }

    fn check(&self, at: At, check: &mut Check) {
        let (node, base) = (at.node, &self.base);
        check.amount(node.at("min_debt"), self.min_debt, base);
        check.bps(node, "reserve_bps", self.reserve_bps);
        check.bps(node, "kill_bps", self.kill_bps);
        if let InterestParams::Constant(rate) = self.interest {
            let fine = rate >= 0.0;
            check.yearly(node, "interest", rate, fine, "0 or more a year, as in `Constant(0.1)` for 10 %");
        }
        if let Some(share) = self.utilisation {
            let fine = share > 0.0 && share < 1.0;
            check.field(node, "utilisation", share, fine, "between 0 and 1, as in 0.6 for 60 %");
        }
        for (goblin, node) in self.goblins.iter().zip(self.goblin_nodes(at)) {
            goblin.check_factors(node, check);
            check.bps(node, "reinvest_bounty_bps", goblin.reinvest_bounty_bps);
            goblin.check_pool(node, base, check);
            goblin.check_farm(node, base, check);
        }
    }

    fn deploy(&self, id: BankId, genesis: &mut Genesis) -> Result<(), Unsettled> {
        self.open(id, genesis)
    }

    fn settle(
        &self,
        id: BankId,
        stakes: &[Staked],
        settling: &mut Settling,
        settled: &mut Settled,
    ) -> Result<(), Unsettled> {
        self.write_stakes(id, stakes, settling, settled)
    }
}

impl Params {
    /// Returns the bank before anybody deposits.
    pub(super) fn bank(&self, chain: &ChainState) -> Bank {
        let decimals = chain.tokens.get(chain.tokens.named(&self.base)).decimals;
        let params = alpha_homora::BankParams {
            min_debt: self.min_debt.to_units(decimals).expect(CHECKED),
            reserve_bps: self.reserve_bps,
            kill_bps: self.kill_bps,
            interest: match self.interest {
                InterestParams::TripleSlope => InterestModel::TripleSlope,
                InterestParams::Constant(rate) => InterestModel::Constant { rate_per_second_wad: per_second(rate) },
            },
        };
        Bank::new(params, chain.clock.start)
    }

    /// Returns where each goblin stands.
    fn goblin_nodes<'a>(&self, at: At<'a>) -> Vec<Node<'a>> {
        at.each("goblins", "name", self.goblins.iter().map(|goblin| goblin.name.as_str()))
    }
}

impl GoblinParams {
    fn check_factors(&self, node: Node, check: &mut Check) {
        let Self { work_factor, kill_factor, .. } = *self;
        for (field, factor) in [("work_factor", work_factor), ("kill_factor", kill_factor)] {
            let inside = factor > 0.0 && factor < 1.0;
            check.field(node, field, factor, inside, "between 0 and 1, as in 0.87");
            let whole = !inside || is_bps(factor);
            check.field(node, field, factor, whole, "a whole number of basis points, four decimals at most");
        }
        if work_factor >= kill_factor {
            let message = format!("a position may be opened up to {work_factor} and killed above {kill_factor}");
            let mistake = Diagnostic::error(node.at("work_factor").place(), message);
            let mistake = mistake.expected(format!("expected less than {kill_factor}"));
            check.out.push(mistake.also(node.at("kill_factor").place(), "the kill factor"));
        }
    }

    fn check_pool(&self, node: Node, base: &str, check: &mut Check) {
        let Some(pool) = check.declared.pool(&self.pool) else { return };
        let place = node.at("pool").place();
        let Some(fee_bps) = pool.pair_fee_bps() else {
            let message = format!("the pool `{}` is no Uniswap V2 pair", self.pool);
            check.error(place, message, "expected a UniswapV2 pool, which is what Alpha Homora V1 farms");
            return;
        };
        if check.declared.lacks(pool, base) {
            let message = format!("the pool `{}` does not hold `{base}`, which the bank lends", self.pool);
            let expected = pools_with(&[base], check);
            check.error(place.clone(), message, expected);
        }
        if fee_bps != FEE_BPS {
            let message = format!("the pool `{}` takes {fee_bps} basis points", self.pool);
            let expected = "expected a pool of 30, the fee with which Alpha Homora V1 counts";
            check.error(place, message, expected);
        }
    }

    fn check_farm(&self, node: Node, base: &str, check: &mut Check) {
        let Some(farm) = check.declared.farm(&self.farm).cloned() else { return };
        if farm.protocol != STAKES_IN {
            let message = format!("the farm `{}` is a {}", self.farm, farm.protocol);
            let expected = format!("expected a {STAKES_IN}, which is where Alpha Homora V1 stakes");
            check.error(node.at("farm").place(), message, expected);
            return;
        }
        let [pool] = farm.pools[..] else { return };
        let known = check.declared.pool(pool).is_some() && check.declared.pool(&self.pool).is_some();
        if known && pool != self.pool {
            let message = format!("the farm `{}` stakes `{pool}`, the goblin farms `{}`", self.farm, self.pool);
            check.error(node.at("farm").place(), message, format!("expected a farm that stakes `{}`", self.pool));
        }
        let place = node.at("reward_pool").place();
        let Some(pool) = check.declared.pool(&self.reward_pool) else { return };
        let expected = pools_with(&[farm.reward, base], check);
        if pool.pair_fee_bps().is_none() {
            let message = format!("the pool `{}` is no Uniswap V2 pair", self.reward_pool);
            check.error(place, message, "expected a UniswapV2 pool, where Alpha Homora V1 sells rewards");
        } else if self.reward_pool == self.pool {
            check.error(place, "rewards are sold in the pool that is farmed", expected);
        } else if check.declared.lacks(pool, farm.reward) || check.declared.lacks(pool, base) {
            let message = format!("`{}` cannot be sold for `{base}` in the pool `{}`", farm.reward, self.reward_pool);
            check.error(place, message, expected);
        }
    }

    /// Opens the goblin; it keeps its account's tokens in the pool that it farms.
    ///
    /// # Errors
    /// The contract refuses it.
    pub fn open(&self, account: AccountId, base: TokenId, pool: &PoolCell) -> Result<Goblin, String> {
        let params = alpha_homora::GoblinParams {
            base_side: pool.side_of(base).expect(CHECKED),
            work_factor_bps: bps(self.work_factor),
            kill_factor_bps: bps(self.kill_factor),
            reinvest_bounty_bps: self.reinvest_bounty_bps,
        };
        Goblin::new(account, params, pool.pool.uniswap_v2()).map_err(|error| error.to_string())
    }
}

fn pools_with(tokens: &[&str], check: &Check) -> String {
    let holds = |pool: &&&dyn DeclaredPool| tokens.iter().all(|token| pool.tokens().contains(token));
    let names: Vec<&str> = check.declared.pools.iter().filter(holds).map(|pool| pool.name()).collect();
    match names.as_slice() {
        [] => format!("expected a pool that holds `{}`", tokens.join("` and `")),
        names => format!("expected {}", one_of(names.iter().copied())),
    }
}

/// Returns the highest leverage that a work factor allows a small position, rounded down to hundredths.
///
/// Debt over health may reach the work factor, and health is [`DUST_HEALTH`] of assets; a position that is large
/// against its pool has less, since its own sale moves the price.
fn highest_leverage(work_factor: f64) -> f64 {
    (100.0 / (1.0 - work_factor * DUST_HEALTH)).floor() / 100.0
}

/// Returns a yearly rate per second, wad, rounded down, for a year of 365 days as in the contract.
fn per_second(rate: f64) -> u128 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked not to be below 0")]
    let per_year = (rate * WAD as f64) as u128;
    per_year / (365 * 86_400)
}
