//! The order of vaults finds exactly what a sweep over all accounts with the vat's own arithmetic finds, whatever the price
//! does and however much time passes.

use crate::common::market::begin;
use plimsoll::protocol::lending::maker::IlkId;
use std::collections::BTreeSet;

use bevy_ecs::system::{RunSystemOnce, SystemState};
use plimsoll::agents::view::View;
use plimsoll::chain::ids::{FeedId, IssuerId, ProtocolId};
use plimsoll::chain::ledger::Source;
use plimsoll::chain::oracles::to_wad;
use plimsoll::chain::state::ChainState;
use plimsoll::deployments::issuer_of_mut;
use plimsoll::deployments::lending::{LiquidationPrices, Look};
use plimsoll::deployments::liquidatable::find_liquidatable;
use plimsoll::deployments::maker::{MakerCell, exposure_of, liquidation_prices};
use plimsoll::protocol::AccountId;
use plimsoll::simulation::Simulation;
use proptest::prelude::*;

/// A system with an ilk of 18 and one of 8 decimals, with fees.
const SYSTEM: &str = r#"Scenario(
    blocks: 100, block_time: "1 d", numeraire: "DAI",
    chain: (native: "ETH", base_fee: Fixed(0)),
    tokens: [
        (name: "DAI", decimals: 18, price: Fixed(1)),
        (name: "ETH", decimals: 18, price: Fixed(2_000)),
        (name: "WBTC", decimals: 8, price: Fixed(30_000)),
    ],
    oracles: [
        (name: "ETH", token: "ETH", sources: [(1, Outside)]),
        (name: "WBTC", token: "WBTC", sources: [(1, Outside)]),
    ],
    stablecoins: [MakerDao(name: "maker", dai: "DAI", ilks: [
        (
            name: "ETH-A", token: "ETH", oracle: "ETH", liquidation_ratio: 1.5, stability_fee: 0.08,
            auctions: Flip(chop: 0.13, beg: 0.03, ttl: "10 min", tau: "6 h", lots: Lump("50")),
        ),
        (
            name: "WBTC-A", token: "WBTC", oracle: "WBTC", liquidation_ratio: 1.37, stability_fee: 0.02,
            auctions: Flip(chop: 0.13, beg: 0.03, ttl: "10 min", tau: "6 h", lots: Dunk("50_000")),
        ),
    ])],
)"#;

/// A vault: its ilk, its collateral's worth as a power of ten, and its collateral ratio over the least.
fn vault() -> impl Strategy<Value = (u16, f64, f64)> {
    (0_u16..2, -2.0_f64..7.0, 1.000_001_f64..2.5)
}

/// Writes a vault and state its tokens.
fn open(run: &mut Simulation, (ilk, scale, over): (u16, f64, f64)) {
    let world = run.world_mut();
    let owner = world.resource_mut::<ChainState>().ledger.open_account();
    let cell = issuer_of_mut(world, IssuerId(0));
    let ilk = IlkId(ilk);
    let (price, ratio, decimals) = if ilk.0 == 0 { (2_000.0, 1.5, 1e18) } else { (30_000.0, 1.37, 1e8) };
    let worth = libm::pow(10.0, scale);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "amounts drawn are positive and small")]
    let (tokens, dai) = ((worth / price * decimals) as u128, (worth / (ratio * over) * 1e18) as u128);
    let maker = &mut cell.maker;
    let joined = maker.gem_join(ilk, owner, tokens).unwrap();
    let art = maker.art_to_draw_up(ilk, owner, dai).unwrap();
    // What rounding makes unsafe from the start stays an empty vault, and some collateral inside.
    let is_open = maker.frob(ilk, owner, joined.wad.cast_signed(), art.cast_signed()).is_ok();
    if is_open {
        maker.dai_exit(owner, dai).unwrap();
    }
    let state = *maker.ilk_state(ilk).unwrap();
    cell.reorder(ilk, owner, &state);
    let (account, gem, coin) = (cell.account, cell.ilk(ilk).gem, cell.dai);
    let ledger = &mut world.resource_mut::<ChainState>().into_inner().ledger;
    ledger.issue(Source::Genesis, account, gem, tokens);
    if is_open {
        ledger.issue(Source::Stablecoins, owner, coin, dai);
    }
}

fn reprice(run: &mut Simulation, moves: [f64; 2]) {
    let oracles = &mut run.world_mut().resource_mut::<ChainState>().into_inner().oracles;
    for ((feed, start), moved) in (0..).zip([2_000.0, 30_000.0]).zip(moves) {
        oracles.feed_mut(FeedId(feed)).publish(to_wad(start * libm::exp(moved)), 0);
    }
}

/// Returns what the order finds and what a sweep finds, of both ilks.
fn both(run: &mut Simulation) -> [(BTreeSet<AccountId>, BTreeSet<AccountId>); 2] {
    let world = run.world_mut();
    world.run_system_once(find_liquidatable).unwrap();
    let mut state = SystemState::<View>::new(world);
    let sees = state.get(world).unwrap();
    [0, 1].map(|ilk| {
        let found = sees.liquidatable.of_market(ProtocolId(0), ilk).iter().map(|vault| vault.owner).collect();
        (found, sweep(&sees, IlkId(ilk)))
    })
}

fn sweep(sees: &View, ilk: IlkId) -> BTreeSet<AccountId> {
    let cell = sees.protocols.issuer(IssuerId(0));
    let state = cell.state_at(ilk, &sees.oracles, sees.clock.now()).unwrap();
    let vaults = cell.maker.positions(ilk).unwrap();
    vaults.filter(|(_, vault)| state.is_liquidatable(vault)).map(|(owner, _)| owner).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn the_order_finds_what_a_sweep_finds(
        vaults in prop::collection::vec(vault(), 1..60),
        steps in prop::collection::vec((prop::array::uniform2(-0.9_f64..0.3), 0_usize..30), 1..6),
    ) {
        let mut run = begin(SYSTEM);
        for vault in vaults {
            open(&mut run, vault);
        }
        for (moves, days) in steps {
            (0..days).for_each(|_| run.world_mut().resource_mut::<ChainState>().clock.advance());
            reprice(&mut run, moves);
            for (found, swept) in both(&mut run) {
                prop_assert_eq!(found, swept);
            }
        }
    }
}

/// The sibling: an order that is asked at the fees of the beginning passes vaults over that fees alone have made unsafe.
#[test]
fn an_order_that_forgets_fees_finds_too_few() {
    let mut run = begin(SYSTEM);
    (0..20).for_each(|number| open(&mut run, (0, 4.0, 1.0 + f64::from(number) * 0.001)));
    (0..60).for_each(|_| run.world_mut().resource_mut::<ChainState>().clock.advance());
    let [(found, swept), _] = both(&mut run);
    assert!(found.len() > 5 && found.len() < 20, "{found:?}");
    assert_eq!(found, swept);
    let world = run.world_mut();
    let cell = issuer_of_mut(world, IssuerId(0));
    let stale: LiquidationPrices = liquidation_prices(cell.maker.ilk_state(IlkId(0)).unwrap());
    let mut found_late = 0;
    let MakerCell { maker, ilks, .. } = &mut *cell;
    let exposure = |owner| exposure_of(&maker.position(IlkId(0), owner).unwrap());
    ilks[0].orders.candidates(&stale, Some(0.0), exposure, |_| {
        found_late += 1;
        Look::Failing
    });
    assert!(found_late < found.len(), "{found_late} of {}", found.len());
}
