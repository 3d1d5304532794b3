//! A system as it is before anybody has a vault.

use plimsoll_math::{Decimal, RAY, Rad, Ray, WAD};
use plimsoll_protocols::lending::maker::{
    self, Abacus, Breaker, CatRelease, ClipperParams, FlipperParams, Maker, MakerError, MakerParams,
};

use super::Params;
use super::params::{AbacusParams, AuctionParams, IlkParams, LotParams};
use crate::chain::ids::IssuerId;
use crate::chain::state::ChainState;
use crate::chain::time::{TimeSpan, YEAR_MS};
use crate::deployments::genesis::Genesis;
use crate::deployments::lending::LoanOrders;
use crate::deployments::lending::{share_ray, share_wad};
use crate::deployments::maker::{ELSEWHERE, IlkCell, MakerCell};

const CHECKED: &str = "the scenario was checked";

/// Puts the system with its ilks into the world, each at its oracle's price.
///
/// # Errors
/// The contracts refuse it.
pub(super) fn deploy(params: &Params, id: IssuerId, genesis: &mut Genesis) -> Result<(), MakerError> {
    let (account, at) = (genesis.open_account(), genesis.next_address());
    let markets = params.ilks.iter().map(|ilk| ilk.name.clone()).collect();
    let protocol = genesis.directory.list_positions(at, &params.name, markets);
    let chain = genesis.chain();
    let start = chain.clock.start;
    let system = MakerParams {
        line: rad(&params.line).checked_add(Rad::from_wad(ELSEWHERE)).expect(CHECKED),
        hole: rad(&params.hole),
        litter_box: rad(&params.litter_box),
        base: Ray::ZERO,
        dsr: Ray::ONE,
        par: Ray::ONE,
        wait_seconds: 0,
    };
    let dai = chain.tokens.named(&params.dai);
    let maker = Maker::new(&system, start);
    let mut cell = MakerCell { at, id, protocol, account, dai, maker, ilks: Vec::new(), undo: Vec::new() };
    cell.count_dai_from_elsewhere()?;
    for params in &params.ilks {
        let listed = ilk(params, chain);
        let decimals = chain.tokens.get(listed.gem).decimals;
        let ilk = cell.maker.add_ilk(&ilk_params(params, decimals), start)?;
        cell.ilks.push(listed);
        cell.update(ilk, &chain.oracles, start)?;
    }
    let named = genesis.deploy(&params.name, cell);
    genesis.directory.issuers.push(named);
    Ok(())
}

fn ilk(params: &IlkParams, chain: &ChainState) -> IlkCell {
    let gem = chain.tokens.named(&params.token);
    let decimals = chain.tokens.get(gem).decimals;
    IlkCell {
        name: params.name.clone(),
        gem,
        feed: chain.oracles.named(&params.oracle),
        wads_per_unit: 10_u128.pow(18 - u32::from(decimals)),
        auctions: params.auctions.kind(),
        orders: LoanOrders::default(),
        ledger: Vec::new(),
    }
}

fn ilk_params(params: &IlkParams, gem_decimals: u8) -> maker::IlkParams {
    let (clipper, flipper) = match &params.auctions {
        AuctionParams::Clip { chop, buf, tail, cusp, calc, chip, tip, hole } => {
            let clipper = ClipperParams {
                chop_wad: WAD + share_wad(*chop),
                hole: rad(hole),
                buf: Ray(share_ray(*buf)),
                tail_seconds: seconds(*tail),
                cusp: Ray(share_ray(*cusp)),
                chip_wad: share_wad(*chip),
                tip: rad(tip),
                calc: abacus(*calc),
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

fn abacus(calc: AbacusParams) -> Abacus {
    match calc {
        AbacusParams::Linear { tau } => Abacus::Linear { tau_seconds: seconds(tau) },
        AbacusParams::Stairstep { cut, step } => {
            Abacus::Stairstep { cut: Ray(share_ray(cut)), step_seconds: seconds(step) }
        }
        AbacusParams::Exponential { cut } => Abacus::Exponential { cut: Ray(share_ray(cut)) },
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
