//! Issuers of stablecoins, and the vaults that are there before the first block.

use crate::chain::protocols::Deployed;
use bevy_ecs::system::SystemState;

use super::lending::{share_ray, share_wad};
use super::opening::{Opening, Writing};
use super::{Builder, CHECKED, GenesisError, fault};
use crate::agents::population::Stake;
use crate::chain::ids::{AccountId, AgentId, IlkId, MakerId};
use crate::chain::ledger::Source;
use crate::chain::lending::LoanOrders;
use crate::chain::maker::{ELSEWHERE, IlkCell, MakerCell};
use crate::chain::protocols::Named;
use crate::chain::state::ChainState;
use crate::chain::time::{TimeSpan, YEAR_MS};
use crate::math::{Decimal, RAY, Rad, Ray, WAD};
use crate::protocol::lending::maker::{
    self, Breaker, CatRelease, ClipperParams, FlipperParams, Maker, MakerError, MakerParams, PriceCurve,
};
use crate::scenario::schema::{AuctionParams, CurveParams, IlkParams, LotParams, StablecoinParams};

impl Builder<'_> {
    pub(super) fn stablecoins(&mut self) -> Result<(), GenesisError> {
        for (params, index) in self.scenario.stablecoins.iter().zip(0_u16..) {
            let StablecoinParams::MakerDao { name, dai, line, hole, litter_box, ilks } = params;
            let refused = |error: MakerError| fault(format!("stablecoin issuer {name}: {error}"));
            let system = MakerParams {
                line: rad(line).checked_add(Rad::from_wad(ELSEWHERE)).expect(CHECKED),
                hole: rad(hole),
                litter_box: rad(litter_box),
                base: Ray::ZERO,
                dsr: Ray::ONE,
                par: Ray::ONE,
                wait_seconds: 0,
            };
            let account = self.open();
            let markets = ilks.iter().map(|ilk| ilk.name.clone()).collect();
            let mut cell = MakerCell {
                id: MakerId(index),
                protocol: self.directory.list_positions(name, markets),
                account,
                dai: self.token(dai),
                maker: Maker::new(&system, self.scenario.start),
                ilks: Vec::new(),
            };
            cell.count_dai_from_elsewhere().map_err(refused)?;
            for params in ilks {
                let listed = self.ilk(params);
                let decimals = self.world.resource::<ChainState>().tokens.get(listed.gem).decimals;
                let ilk = cell.maker.add_ilk(&ilk_params(params, decimals), self.scenario.start).map_err(refused)?;
                cell.ilks.push(listed);
                let oracles = &self.world.resource::<ChainState>().oracles;
                cell.update(ilk, oracles, self.scenario.start).map_err(refused)?;
            }
            let entity = self.world.spawn(Deployed::from(cell)).id();
            self.directory.makers.push(Named { name: name.clone(), entity });
        }
        Ok(())
    }

    fn ilk(&self, params: &IlkParams) -> IlkCell {
        let gem = self.token(&params.token);
        let decimals = self.world.resource::<ChainState>().tokens.get(gem).decimals;
        IlkCell {
            name: params.name.clone(),
            gem,
            feed: self.world.resource::<ChainState>().oracles.named(&params.oracle),
            wads_per_unit: 10_u128.pow(18 - u32::from(decimals)),
            auctions: params.auctions.kind(),
            orders: LoanOrders::default(),
            ledger: Vec::new(),
        }
    }
}

fn ilk_params(params: &IlkParams, gem_decimals: u8) -> maker::IlkParams {
    let (clipper, flipper) = match &params.auctions {
        AuctionParams::Clip { chop, buf, tail, cusp, curve, chip, tip, hole } => {
            let clipper = ClipperParams {
                chop_wad: WAD + share_wad(*chop),
                hole: rad(hole),
                buf: Ray(share_ray(*buf)),
                tail_seconds: seconds(*tail),
                cusp: Ray(share_ray(*cusp)),
                chip_wad: share_wad(*chip),
                tip: rad(tip),
                curve: curve_of(*curve),
                breaker: Breaker::Closed,
            };
            (Some(clipper), None)
        }
        AuctionParams::Flip { chop, beg, ttl, tau, lots } => {
            let cat = match lots {
                LotParams::Lump(lump) => {
                    let lump = lump.to_units(gem_decimals).expect(CHECKED) * 10_u128.pow(18 - u32::from(gem_decimals));
                    CatRelease::V1_0 { chop: Ray(RAY + share_ray(*chop)), lump }
                }
                LotParams::Dunk(dunk) => CatRelease::V1_1 { chop_wad: WAD + share_wad(*chop), dunk: rad(dunk) },
            };
            let (ttl_seconds, tau_seconds) = (seconds(*ttl), seconds(*tau));
            (None, Some(FlipperParams { beg_wad: WAD + share_wad(*beg), ttl_seconds, tau_seconds, cat }))
        }
    };
    maker::IlkParams {
        mat: Ray(share_ray(params.liquidation_ratio)),
        line: rad(&params.line),
        dust: rad(&params.dust),
        duty: duty(params.stability_fee),
        gem_decimals,
        clipper,
        flipper,
    }
}

fn curve_of(curve: CurveParams) -> PriceCurve {
    match curve {
        CurveParams::Linear { tau } => PriceCurve::Linear { tau_seconds: seconds(tau) },
        CurveParams::Stairstep { cut, step } => {
            PriceCurve::Stairstep { cut: Ray(share_ray(cut)), step_seconds: seconds(step) }
        }
        CurveParams::Exponential { cut } => PriceCurve::Exponential { cut: Ray(share_ray(cut)) },
    }
}

/// Returns what debt grows by in a second if it grows by `fee` in a year of 365 days; compounded, as the jug does.
fn duty(fee: f64) -> Ray {
    let per_second = libm::expm1(libm::log1p(fee) * 1_000.0 / YEAR_MS);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked not to be below 0")]
    let growth = (per_second * RAY as f64) as u128;
    Ray(RAY + growth)
}

fn rad(dai: &Decimal) -> Rad {
    Rad::from_wad(dai.to_units(18).expect(CHECKED))
}

/// Returns a time in whole seconds; it was checked to be such.
fn seconds(time: TimeSpan) -> u64 {
    time.ms / 1_000
}

impl Opening<'_> {
    /// Writes vaults.
    pub(super) fn vaults(&mut self, stakes: &[(AgentId, Stake)]) -> Result<(), GenesisError> {
        let mut state = SystemState::<Writing>::new(self.world);
        let mut writing = state.get_mut(self.world).expect(CHECKED);
        for (agent, stake) in stakes {
            if let Stake::Vault { of, locked, drawn, kept } = stake {
                writing.vault(*agent, *of, *locked, (*drawn, *kept))?;
            }
        }
        Ok(())
    }
}

impl Writing<'_, '_> {
    fn vault(
        &mut self,
        agent: AgentId,
        (system, ilk): (MakerId, IlkId),
        locked: u128,
        (drawn, kept): (u128, bool),
    ) -> Result<(), GenesisError> {
        let owner = self.agents.account(agent);
        let cell = self.protocols.maker(system);
        let (account, gem, dai) = (cell.account, cell.ilk(ilk).gem, cell.dai);
        let opened = open(cell, ilk, owner, locked, drawn);
        opened.map_err(|error| self.refused(agent, error))?;
        for (token, amount) in [(gem, locked), (dai, drawn)] {
            self.chain.ledger.can_issue(token, amount).map_err(|error| self.refused(agent, error))?;
        }
        self.chain.ledger.issue(Source::Genesis, account, gem, locked);
        self.chain.ledger.issue(Source::Stablecoins, owner, dai, drawn);
        if !kept {
            self.chain.ledger.retire(Source::Genesis, owner, dai, drawn).expect("it was just issued");
        }
        Ok(())
    }
}

/// Locks collateral and draws dai.
fn open(cell: &mut MakerCell, ilk: IlkId, owner: AccountId, locked: u128, drawn: u128) -> Result<(), MakerError> {
    let maker = &mut cell.maker;
    let joined = maker.gem_join(ilk, owner, locked)?;
    let art = if drawn > 0 { maker.art_to_draw_up(ilk, owner, drawn)? } else { 0 };
    let change = |wad: u128| i128::try_from(wad).unwrap_or(i128::MAX);
    maker.frob(ilk, owner, change(joined.wad), change(art))?;
    maker.dai_exit(owner, drawn)?;
    let books = *maker.ilk_books(ilk)?;
    cell.reorder(ilk, owner, &books);
    Ok(())
}
