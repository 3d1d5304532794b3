//! The order of loans finds exactly what a sweep over all accounts with exact health finds: whatever prices do, however
//! much time passes, for loans of one and of several collaterals and debts, in Aave v3, Morpho Blue and Compound v2.

use crate::common::market::begin;
use std::collections::BTreeSet;

use bevy_ecs::system::{RunSystemOnce, SystemState};
use plimsoll::agents::view::View;
use plimsoll::chain::ids::{FeedId, LendingId, ProtocolId};
use plimsoll::chain::ledger::Source;
use plimsoll::chain::oracles::to_wad;
use plimsoll::chain::state::ChainState;
use plimsoll::deployments::directory::Directory;
use plimsoll::deployments::lending::{LendingCell, Look};
use plimsoll::deployments::liquidatable::{LiquidatableList, MinProfit, find_liquidatable};
use plimsoll::deployments::liquidation_map::{AtRisk, Falls, liquidatable, loan_exposures};
use plimsoll::deployments::{lending_of, lending_of_mut};
use plimsoll::protocol::AccountId;
use plimsoll::simulation::Simulation;
use proptest::prelude::*;

/// Four tokens of 18, 6, 8 and 2 decimals; an Aave market and a Compound one of all, and a Morpho market of the first two.
const MARKETS: &str = r#"Scenario(
    blocks: 100, block_time: "1 d", numeraire: "USD",
    chain: (native: "USD", base_fee: Fixed(0)),
    tokens: [
        (name: "A", decimals: 18, price: Fixed(2_000)),
        (name: "USD", decimals: 6, price: Fixed(1)),
        (name: "C", decimals: 8, price: Fixed(30_000)),
        (name: "D", decimals: 2, price: Fixed(0.05)),
    ],
    oracles: [
        (name: "A", token: "A", sources: [(1, Outside)]),
        (name: "USD", token: "USD", sources: [(1, Outside)]),
        (name: "C", token: "C", sources: [(1, Outside)]),
        (name: "D", token: "D", sources: [(1, Outside)]),
    ],
    lending: [
        AaveV3(name: "aave", reserves: [
            (token: "A", oracle: "A", supplied: "100_000", ltv: 0.8, threshold: 0.825, bonus: 0.05),
            (token: "USD", oracle: "USD", supplied: "1_000_000_000", ltv: 0.7, threshold: 0.8123, bonus: 0.04),
            (token: "C", oracle: "C", supplied: "10_000", ltv: 0.6, threshold: 0.7, bonus: 0.1),
            (token: "D", oracle: "D", supplied: "10_000_000_000", ltv: 0.3, threshold: 0.45, bonus: 0.1),
        ]),
        MorphoBlue(
            name: "morpho", lltv: 0.86, loan: (token: "USD", oracle: "USD", supplied: "1_000_000_000"),
            collateral: (token: "A", oracle: "A"),
        ),
        CompoundV2(name: "compound", markets: [
            (token: "A", oracle: "A", supplied: "100_000", collateral_factor: 0.8),
            (token: "USD", oracle: "USD", supplied: "1_000_000_000", collateral_factor: 0.75),
            (token: "C", oracle: "C", supplied: "10_000", collateral_factor: 0.6),
            (token: "D", oracle: "D", supplied: "10_000_000_000", collateral_factor: 0.35),
        ]),
    ],
)"#;

/// A loan in whole numeraire tokens: what is posted, by asset of the Aave market, and what part of what that carries is
/// owed in which assets.
#[derive(Debug, Clone)]
struct Loan {
    /// Of Aave, Morpho or Compound.
    market: u16,
    worth: f64,
    /// Weights of the collaterals A, USD, C, D.
    posted: [u8; 4],
    owed: [u8; 4],
    part: f64,
}

fn loan() -> impl Strategy<Value = Loan> {
    let weights = || prop::array::uniform4(prop_oneof![3 => Just(0_u8), 2 => 1_u8..4]);
    (0_u16..3, -2.0_f64..7.0, weights(), weights(), 0.3_f64..0.98).prop_map(|(market, scale, posted, owed, part)| {
        Loan { market, worth: libm::pow(10.0, scale), posted, owed, part }
    })
}

const MORPHO: u16 = 1;

/// Writes a loan, as far as the market gives it.
fn open(run: &mut Simulation, loan: &Loan) {
    let world = run.world_mut();
    let (tokens, oracles) =
        (world.resource::<ChainState>().tokens.clone(), world.resource::<ChainState>().oracles.clone());
    let now = world.resource::<ChainState>().clock.now();
    let account = world.resource_mut::<ChainState>().ledger.open_account();
    let _entity = world.resource::<Directory>().lending[usize::from(loan.market)].entity;
    let cell = lending_of_mut(world, LendingId(loan.market));
    let (posts, owes) = if loan.market == MORPHO {
        ([(1, 1.0)].to_vec(), [(0, loan.worth * 0.86 * loan.part)].to_vec())
    } else {
        let sum = |weights: [u8; 4]| f64::from(weights.iter().sum::<u8>()).max(1.0);
        let shares = |weights: [u8; 4]| (0_u8..).zip(weights.map(|w| f64::from(w) / sum(weights))).collect::<Vec<_>>();
        let ltv = [0.8, 0.7, 0.6, 0.3];
        let carries: f64 = shares(loan.posted).iter().map(|(place, share)| share * ltv[usize::from(*place)]).sum();
        let owes =
            shares(loan.owed).into_iter().map(|(place, share)| (place, share * loan.worth * carries * loan.part));
        (shares(loan.posted), owes.collect())
    };
    let units = |cell: &LendingCell, place: u8, worth: f64| {
        let asset = cell.asset(place);
        (asset.token, tokens.units(asset.token, worth / oracles.feed(asset.feed).answer()))
    };
    let (market, prices) = (cell.account, cell.prices(&oracles));
    let (mut issued, mut retired) = (Vec::new(), Vec::new());
    for (place, share) in posts {
        let (token, amount) = units(cell, place, share * loan.worth);
        if cell.market.lending_mut().supply(account, place, amount, now).is_ok() {
            issued.push((token, amount));
        }
    }
    for (place, worth) in owes {
        let (token, amount) = units(cell, place, worth);
        if cell.market.lending_mut().borrow(account, place, amount, &prices, now).is_ok() {
            retired.push((token, amount));
        }
    }
    cell.reorder(account, &oracles, &tokens, now);
    let ledger = &mut world.resource_mut::<ChainState>().into_inner().ledger;
    for (token, amount) in issued {
        ledger.issue(Source::Genesis, market, token, amount);
    }
    for (token, amount) in retired {
        ledger.retire(Source::Genesis, market, token, amount).unwrap();
    }
}

/// Sets prices, relative to those at the start.
fn reprice(run: &mut Simulation, moves: [f64; 4]) {
    let oracles = &mut run.world_mut().resource_mut::<ChainState>().into_inner().oracles;
    for ((feed, start), moved) in (0..).zip([2_000.0, 1.0, 30_000.0, 0.05]).zip(moves) {
        oracles.feed_mut(FeedId(feed)).publish(to_wad(start * libm::exp(moved)), 0);
    }
}

/// Returns what the order finds and what a sweep finds, of each market.
fn each(run: &mut Simulation) -> [(BTreeSet<AccountId>, BTreeSet<AccountId>); 3] {
    let world = run.world_mut();
    world.run_system_once(find_liquidatable).unwrap();
    let mut state = SystemState::<View>::new(world);
    let sees = state.get(world).unwrap();
    [0, 1, 2].map(|market| {
        let found = sees.liquidatable.of(ProtocolId(market)).iter().map(|loan| loan.owner).collect();
        (found, sweep(sees.protocols.lending(LendingId(market)), &sees))
    })
}

fn sweep(cell: &LendingCell, sees: &View) -> BTreeSet<AccountId> {
    let (lending, prices, now) = (cell.lending(), cell.prices(&sees.oracles), sees.clock.now());
    let fails = |account: &AccountId| lending.health(*account, &prices, now).is_ok_and(|health| health.is_liquidatable);
    lending.accounts().filter(fails).collect()
}

fn list_all(run: &mut Simulation) {
    run.world_mut().insert_resource(MinProfit(vec![Some(-1.0); 3]));
    assert!(run.world().resource::<LiquidatableList>().of(ProtocolId(0)).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_order_finds_what_a_sweep_finds(
        loans in prop::collection::vec(loan(), 1..60),
        later in prop::collection::vec(loan(), 0..5),
        moves in prop::collection::vec(prop::array::uniform4(-1.2_f64..1.2), 1..6),
    ) {
        let mut run = begin(MARKETS);
        list_all(&mut run);
        for loan in &loans {
            open(&mut run, loan);
        }
        for (index, moved) in moves.iter().enumerate() {
            run.step().unwrap();
            reprice(&mut run, *moved);
            for (found, swept) in each(&mut run) {
                prop_assert_eq!(found, swept, "after {} days", index + 1);
            }
            later.iter().skip(index).take(1).for_each(|loan| open(&mut run, loan));
        }
    }
}

/// A price that a loan meets to the last unit is where a bound in floats would go wrong first.
#[test]
fn loans_at_the_very_edge_are_found_by_both_or_neither() {
    let mut run = begin(MARKETS);
    list_all(&mut run);
    for part in 0..200 {
        let part = 0.9 + f64::from(part) / 2_000.0;
        for market in 0..3 {
            open(&mut run, &Loan { market, worth: 1_234.5, posted: [1, 0, 0, 0], owed: [0, 1, 0, 0], part });
        }
    }
    let mut failed = 0;
    for step in 0..400 {
        reprice(&mut run, [-f64::from(step) / 2_000.0, 0.0, 0.0, 0.0]);
        for (found, swept) in each(&mut run) {
            assert_eq!(found, swept, "step {step}");
            failed += swept.len();
        }
    }
    assert!(failed > 1_000, "{failed} loans failed");
}

/// Returns what the map says of a fall of A's price, and what a sweep finds at prices so far fallen: debt and collateral.
fn mapped_and_swept(run: &mut Simulation, fall: f64) -> (AtRisk, AtRisk) {
    let mut state = SystemState::<View>::new(run.world_mut());
    let sees = state.get(run.world()).unwrap();
    let cell = sees.protocols.lending(LendingId(0));
    let prices = cell.liquidation_prices(&sees.oracles, &sees.tokens, sees.clock.now());
    let mut mapped = Vec::new();
    liquidatable(
        loan_exposures(&cell.orders, &prices, 0, cell.lending().threshold(0)).into_iter(),
        Falls::AsPrice,
        &[fall],
        &mut mapped,
    );
    reprice(run, [libm::log(1.0 - fall), 0.0, 0.0, 0.0]);
    let mut state = SystemState::<View>::new(run.world_mut());
    let sees = state.get(run.world()).unwrap();
    let (cell, now) = (sees.protocols.lending(LendingId(0)), sees.clock.now());
    let mut swept = AtRisk::default();
    for account in sweep(cell, &sees) {
        swept.debt += cell.lending().borrowed(account, 1, now) as f64 / 1e6;
        swept.collateral += cell.lending().supplied(account, 0, now) as f64 / 1e18 * 2_000.0 * (1.0 - fall);
    }
    reprice(run, [0.0; 4]);
    (mapped[0], swept)
}

#[test]
fn the_map_says_what_a_sweep_at_the_fallen_price_says() {
    let mut run = begin(MARKETS);
    for part in 0..400 {
        let part = 0.3 + f64::from(part) / 600.0;
        open(&mut run, &Loan { market: 0, worth: 5_000.0, posted: [1, 0, 0, 0], owed: [0, 1, 0, 0], part });
    }
    let mut told_apart = 0;
    for fall in [0.02, 0.1, 0.2, 0.3, 0.5] {
        let (mapped, swept) = mapped_and_swept(&mut run, fall);
        // A step of the histogram is 0.4 % of the key, and two loans lie in it.
        assert!((mapped.debt - swept.debt).abs() <= 0.02 * 400.0 * 5_000.0 * 0.5, "{mapped:?} for {swept:?}");
        let (loan_to_value, exact) = (mapped.debt / mapped.collateral, swept.debt / swept.collateral);
        assert!(swept.debt == 0.0 || (loan_to_value / exact - 1.0).abs() < 0.01, "{loan_to_value} for {exact}");
        let as_farms = mapped_as_farm(&run, fall);
        told_apart += usize::from((as_farms - swept.debt).abs() > 0.1 * swept.debt);
    }
    assert!(told_apart >= 3, "a square root is told from a straight fall {told_apart} times of 5");
}

/// What the map would say if loans fell as liquidity does.
fn mapped_as_farm(run: &Simulation, fall: f64) -> f64 {
    let world = run.world();
    let _entity = world.resource::<Directory>().lending[0].entity;
    let cell = lending_of(world, LendingId(0));
    let chain = world.resource::<ChainState>();
    let prices = cell.liquidation_prices(&chain.oracles, &chain.tokens, chain.clock.now());
    let mut mapped = Vec::new();
    liquidatable(
        loan_exposures(&cell.orders, &prices, 0, cell.lending().threshold(0)).into_iter(),
        Falls::AsSquareRoot,
        &[fall],
        &mut mapped,
    );
    mapped[0].debt
}

/// The order is asked with prices that have not heard of the fall: it finds too little, and the comparison sees that.
#[test]
fn a_bound_from_old_prices_is_refused() {
    let mut run = begin(MARKETS);
    list_all(&mut run);
    for part in 0..50 {
        let part = 0.5 + f64::from(part) / 110.0;
        open(&mut run, &Loan { market: 0, worth: 5_000.0, posted: [1, 0, 1, 0], owed: [0, 1, 0, 0], part });
    }
    let mut state = SystemState::<View>::new(run.world_mut());
    let sees = state.get(run.world()).unwrap();
    let old = sees.protocols.lending(LendingId(0)).liquidation_prices(&sees.oracles, &sees.tokens, sees.clock.now());
    reprice(&mut run, [-0.4, 0.0, -0.4, 0.0]);
    let [(found, swept), ..] = each(&mut run);
    assert_eq!(found, swept);
    assert!(swept.len() > 20, "{} loans failed", swept.len());
    let mut state = SystemState::<View>::new(run.world_mut());
    let sees = state.get(run.world()).unwrap();
    let cell = sees.protocols.lending(LendingId(0));
    let mut asked = BTreeSet::new();
    cell.orders.clone().candidates(
        &old,
        None,
        |account| cell.lending().exposure(account),
        |account| {
            asked.insert(account);
            Look::Failing
        },
    );
    assert!(!asked.is_superset(&swept), "a bound from old prices finds {} of {}", asked.len(), swept.len());
}
