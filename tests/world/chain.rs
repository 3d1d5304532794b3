//! What holds of every transaction, whatever it asks: one that reverts changes nothing but the gas paid, a pool's
//! liquidity never loses worth in the pool's own tokens, and nothing appears or vanishes.

use crate::common::market::{self, sent};
use std::sync::LazyLock;

use bevy_ecs::prelude::World;
use bevy_ecs::system::RunSystemOnce;
use plimsoll::agents::AgentDirectory;
use plimsoll::chain::event::EventKind;
use plimsoll::chain::families::Call;
use plimsoll::chain::families::amm::Swap;
use plimsoll::chain::families::leveraged_farm::{LeverageCall, Strategy as Farming, WorkOrder};
use plimsoll::chain::forced_sales::OtherSale;
use plimsoll::chain::forced_sales::{ForcedSale, ForcedSales};
use plimsoll::chain::ids::{AccountId, DeploymentId, PositionId, PositionKey, ProtocolId, TokenId, WorkerId};
use plimsoll::chain::ledger::Source;
use plimsoll::chain::state::ChainState;
use plimsoll::chain::transaction::{Action, AmountIn, Forced};
use plimsoll::chain::venues::Venues;
use plimsoll::deployments::alpha_homora::GoblinCell;
use plimsoll::deployments::amm::Volume;
use plimsoll::deployments::liquidatable::find_liquidatable;
use plimsoll::deployments::staking::fund_farms;
use plimsoll::deployments::written::Written;
use plimsoll::deployments::{banks_of, farms_of, pools_of, workers_of};
use plimsoll::math::U256;
use plimsoll::protocol::amm::{Pool, Side};
use plimsoll::protocol::farm::StakingContract;
use plimsoll::protocol::farm::alpha_homora::{Bank, Goblin};
use plimsoll::scenario::Checked;
use proptest::prelude::*;

/// Two pools, a bank with a goblin, its farm, and a venue that feels what is traded there. The liquidator asks so much
/// that some positions under water are parked.
const SCENARIO: &str = r#"Scenario(
    blocks: 10,
    block_time: "1 h",
    numeraire: "USDC",
    chain: (native: "ETH", base_fee: Fixed(5)),
    tokens: [
        (name: "USDC", decimals: 6, price: Fixed(1)),
        (name: "ETH", decimals: 18, price: Fixed(2_000)),
        (name: "UNI", decimals: 18, price: Fixed(20)),
    ],
    venue: [
        (token: "ETH", impact: Linear(depth: "500"), half_life: "1 h", fee_bps: 5),
        (token: "UNI", impact: SquareRoot(coefficient: 0.4, depth: "5_000")),
    ],
    pools: [
        UniswapV2(name: "ETH/USDC", tokens: ("ETH", "USDC"), reserves: ("100", "200_000")),
        UniswapV2(name: "UNI/USDC", tokens: ("UNI", "USDC"), reserves: ("5_000", "100_000")),
    ],
    farms: [
        StakingRewards(
            name: "farm", pool: "ETH/USDC", reward: "UNI", duration: "7 d", emissions: [("0 s", "500")],
        ),
    ],
    banks: [
        AlphaHomora(
            name: "bank", base: "USDC", reserve_bps: 1_000, kill_bps: 500, interest: TripleSlope,
            goblins: [(
                name: "goblin", pool: "ETH/USDC", farm: "farm", reward_pool: "UNI/USDC",
                work_factor: 0.87, kill_factor: 0.92, reinvest_bounty_bps: 300,
            )],
        ),
    ],
    agents: [
        Farmer(name: "small", count: 3, goblin: "goblin", capital: Fixed(40), leverage: Uniform(3, 5)),
        Farmer(name: "large", count: 2, goblin: "goblin", capital: Fixed(9_000), leverage: Uniform(3, 4.5)),
        FarmLender(name: "lenders", count: 2, bank: "bank", supply: Fixed(70_000)),
        FarmLiquidator(name: "liquidator", bank: "bank", bid_share: Fixed(0), kills_per_block: 1, min_profit: Fixed(100)),
        Trader(name: "trader", pool: "ETH/USDC", size: Fixed(1), capital: Fixed(2)),
    ],
)"#;

static CHECKED: LazyLock<Checked> = LazyLock::new(|| market::checked(SCENARIO));

/// Where calls go: the pools are made first, then the farm.
const BANK: DeploymentId = DeploymentId(3);
const GOBLIN: DeploymentId = DeploymentId(4);

const SENDERS: u32 = 9;
const ETHER: u128 = 1_000_000_000_000_000_000;

/// The world before the first block, in which every agent has tokens to spend.
fn world(seed: u64, sale: ForcedSale) -> World {
    let mut world = market::world_with(&CHECKED, seed, sale);
    let first = world.resource::<AgentDirectory>().first_account;
    let ledger = &mut world.resource_mut::<ChainState>().into_inner().ledger;
    for account in (first..first + SENDERS).map(AccountId) {
        for (token, amount) in [50_000_000_000, 300 * ETHER, 2_000 * ETHER].into_iter().enumerate() {
            ledger.issue(Source::Genesis, account, TokenId(u16::try_from(token).unwrap()), amount);
        }
    }
    world
}

/// Everything that a transaction may write.
#[derive(Debug, Clone, PartialEq)]
struct Everything {
    pools: Vec<(Written<Pool>, Volume)>,
    farms: Vec<StakingContract>,
    banks: Vec<Bank>,
    goblins: Vec<Goblin>,
    orders: Vec<Order>,
    venues: Venues,
    holdings: Vec<Vec<u128>>,
    issued: Vec<Vec<i128>>,
}

/// A price order, as far as anybody can see it.
#[derive(Debug, Clone, PartialEq)]
struct Order {
    open: u32,
    parked: usize,
    /// The keys of the tops: which of two equals leads is nobody's business.
    tops: Vec<u64>,
    /// Who is found at each of some limits.
    found: Vec<Vec<u32>>,
    histogram: Vec<(u64, u128)>,
}

impl Everything {
    fn of(world: &mut World) -> Self {
        let banks: Vec<Bank> = banks_of(world).map(|cell| cell.bank.clone()).collect();
        let order = |cell: &GoblinCell| {
            let key = |id: u32| {
                let position = banks[0].position(PositionId(id)).unwrap();
                (position.debt_share as f64 / position.goblin_share.max(1) as f64).to_bits()
            };
            let mut tops: Vec<u64> = cell.order.leaders(|_, _| 1.0).map(key).collect();
            tops.sort_unstable();
            let found = [-1.0, 1e-5, 3e-5, 4e-5, 4.2e-5, 4.4e-5, 1e-4].map(|limit| {
                let mut found = Vec::new();
                cell.order.clone().candidates(|_, _| limit, &mut found);
                found.sort_unstable();
                found
            });
            let histogram = cell.order.histogram().from_the_top().map(|(key, weight)| (key.to_bits(), weight));
            Order {
                open: cell.order.open(),
                parked: cell.order.parked(),
                tops,
                found: found.into(),
                histogram: histogram.collect(),
            }
        };
        let orders = workers_of(world).map(order).collect();
        let ledger = &world.resource::<ChainState>().ledger;
        let accounts = u32::try_from(ledger.accounts()).unwrap();
        let tokens = (0..u16::try_from(ledger.tokens()).unwrap()).map(TokenId);
        let holdings = (0..accounts).map(|account| ledger.holdings(AccountId(account)).to_vec()).collect();
        let issued = |source| tokens.clone().map(|token| ledger.issued(source, token)).collect();
        let issued = Source::ALL.into_iter().map(issued).collect();
        Self {
            pools: pools_of(world).map(|cell| (cell.pool.clone(), cell.volume.clone())).collect(),
            farms: farms_of(world).map(|cell| cell.contract.clone()).collect(),
            goblins: workers_of(world).map(|cell| cell.goblin).collect(),
            banks,
            orders,
            venues: world.resource::<ChainState>().venues.clone(),
            holdings,
            issued,
        }
    }

    /// Moves a payment for gas from the account's native balance into the gas source.
    fn pay_gas(&mut self, account: AccountId, fee: u128) {
        self.holdings[account.0 as usize][NATIVE.index()] -= fee;
        self.issued[Source::Gas as usize][NATIVE.index()] -= i128::try_from(fee).unwrap();
    }
}

const NATIVE: TokenId = TokenId(1);

/// Returns a share of `whole` between nothing and a little more than all: powers of two, so that dust comes up as well.
fn part(whole: u128) -> impl Strategy<Value = u128> {
    (0_u32..100, 1_u128..1 << 20).prop_map(move |(halvings, fraction)| match halvings {
        0 => 0,
        1..=9 => whole >> (10 * halvings),
        _ => (whole * fraction) >> 20,
    })
}

fn amount_in(whole: u128) -> impl Strategy<Value = AmountIn> {
    prop_oneof![3 => part(whole).prop_map(AmountIn::Exact), 1 => Just(AmountIn::Received)]
}

fn position() -> impl Strategy<Value = PositionId> {
    (0_u32..9).prop_map(PositionId)
}

fn farming() -> impl Strategy<Value = Farming> {
    prop_oneof![
        Just(Farming::Add { farmed: 0, least_liquidity: 0 }),
        part(8 * ETHER).prop_map(|farmed| Farming::Add { farmed, least_liquidity: 0 }),
        Just(Farming::SellAll { least_base: 0 }),
        Just(Farming::SellForDebt { least_farmed: 0 }),
    ]
}

fn action() -> impl Strategy<Value = Action> {
    let pool = (0_u16..2, prop_oneof![Just(Side::ZeroForOne), Just(Side::OneForZero)], amount_in(25 * ETHER));
    let pool = pool.prop_map(|(pool, side, amount_in)| swap(pool, side, amount_in, 0));
    let venue = amount_in(20 * ETHER).prop_map(|amount| Action::VenueSell { token: TokenId(1), amount });
    let forced = |sale| Action::Forced(Box::new(Forced { of: key(1), sale }));
    prop_oneof![8 => plain_action(), 1 => prop_oneof![pool, venue].prop_map(forced)]
}

fn swap(pool: u16, side: Side, amount_in: AmountIn, least_out: u128) -> Action {
    Swap { direction: side.into(), amount_in, least_out }.of(DeploymentId(pool))
}

fn key(position: u32) -> PositionKey {
    PositionKey { protocol: ProtocolId(0), market: 0, position }
}

fn plain_action() -> impl Strategy<Value = Action> {
    let usdc = 40_000_000_000;
    let swap = |pool, side, whole| amount_in(whole).prop_map(move |amount_in| swap(pool, side, amount_in, 0));
    prop_oneof![
        2 => swap(0, Side::ZeroForOne, 25 * ETHER),
        2 => swap(0, Side::OneForZero, usdc),
        1 => swap(1, Side::ZeroForOne, 1_500 * ETHER),
        1 => swap(1, Side::OneForZero, usdc),
        1 => amount_in(usdc).prop_map(|spend| Action::VenueBuy { token: TokenId(1), spend }),
        1 => amount_in(20 * ETHER).prop_map(|amount| Action::VenueSell { token: TokenId(1), amount }),
        1 => amount_in(900 * ETHER).prop_map(|amount| Action::VenueSell { token: TokenId(2), amount }),
        4 => (prop::option::of(position()), part(usdc), part(usdc), prop_oneof![Just(u128::MAX), part(usdc)], farming())
            .prop_map(|(position, value, loan, max_return, strategy)| {
                let (worker, sale) = (WorkerId(0), OtherSale::Closings);
                work(WorkOrder { worker, position, value, loan, max_return, strategy, sale })
            }),
        3 => position().prop_map(|position| LeverageCall::Kill(position).of(BANK)),
        1 => Just(LeverageCall::Reinvest.of(GOBLIN)),
        1 => part(usdc).prop_map(|amount| LeverageCall::Deposit { amount }.of(BANK)),
        1 => part(80_000_000_000).prop_map(|shares| LeverageCall::Withdraw { shares }.of(BANK)),
    ]
}

fn work(order: WorkOrder) -> Action {
    LeverageCall::Work(Box::new(order)).of(BANK)
}

/// An action that fails in every world.
fn impossible() -> impl Strategy<Value = Action> {
    let most = u128::MAX;
    prop::sample::select(vec![
        LeverageCall::Deposit { amount: most }.of(BANK),
        LeverageCall::Withdraw { shares: most }.of(BANK),
        LeverageCall::Kill(PositionId(1_000)).of(BANK),
        LeverageCall::Reinvest.of(BANK),
        LeverageCall::Deposit { amount: 1 }.of(DeploymentId(0)),
        Action::VenueSell { token: NATIVE, amount: AmountIn::Exact(most) },
        swap(0, Side::ZeroForOne, AmountIn::Exact(1_000), most),
        work(WorkOrder {
            worker: WorkerId(0),
            position: None,
            value: 0,
            loan: most,
            max_return: 0,
            strategy: Farming::Add { farmed: 0, least_liquidity: 0 },
            sale: OtherSale::Closings,
        }),
    ])
}

/// A sender, and its actions: every other time the last of them fails, after what comes before it did something. Who
/// works on a position mostly owns it: the farmers are the first to be numbered, and so are their positions.
fn transaction() -> impl Strategy<Value = (u32, Vec<Action>)> {
    let actions = (prop::collection::vec(action(), 1..4), prop::option::of(impossible()));
    let acts = (0..SENDERS, 0..4, actions).prop_map(|(anybody, chance, (mut actions, last))| {
        actions.extend(last);
        let owner = actions.iter().find_map(|action| match action {
            Action::Call { call: Call::LeveragedFarm(LeverageCall::Work(order)), .. } => {
                order.position.and_then(|position| position.0.checked_sub(1))
            }
            _ => None,
        });
        (owner.filter(|owner| *owner < SENDERS && chance > 0).unwrap_or(anybody), actions)
    });
    let falls = (1_u128..60).prop_map(|ether| (8, vec![swap(0, Side::ZeroForOne, AmountIn::Exact(ether * ETHER), 0)]));
    prop_oneof![5 => acts, 1 => falls]
}

fn blocks() -> impl Strategy<Value = Vec<Vec<(u32, Vec<Action>)>>> {
    prop::collection::vec(prop::collection::vec(transaction(), 1..6), 1..8)
}

/// Opens a block: farms are funded, and what is under water and not worth killing is parked.
fn open(world: &mut World) {
    world.run_system_once(fund_farms).unwrap();
    world.run_system_once(find_liquidatable).unwrap();
}

/// Returns reserve x reserve / supply^2 of each pool as a numerator and a denominator.
fn worth_of_liquidity(everything: &Everything) -> Vec<(U256, u128)> {
    let pools = everything.pools.iter();
    pools
        .map(|(pool, _)| {
            let reserves = pool.uniswap_v2().reserves();
            (U256::product(reserves.token_0, reserves.token_1), pool.uniswap_v2().total_supply())
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_reverted_transaction_changes_nothing_but_the_gas_paid(seed: u64, blocks in blocks(), muted: bool) {
        let mut world = world(seed, if muted { ForcedSale::Muted } else { ForcedSale::Executed });
        for transactions in blocks {
            open(&mut world);
            for (sender, actions) in transactions {
                let mut before = Everything::of(&mut world);
                let events = sent(&mut world, sender, &actions);
                if let EventKind::Reverted { .. } = events[0].kind {
                    prop_assert_eq!(events.len(), 1);
                    before.pay_gas(events[0].sender.unwrap().1, events[0].fee);
                    prop_assert_eq!(&Everything::of(&mut world), &before, "{:?}", actions);
                }
            }
            world.resource_mut::<ChainState>().clock.advance();
        }
    }

    #[test]
    fn liquidity_never_loses_worth_in_its_own_tokens(seed: u64, blocks in blocks()) {
        let mut world = world(seed, ForcedSale::Executed);
        let mut before = worth_of_liquidity(&Everything::of(&mut world));
        for transactions in blocks {
            open(&mut world);
            for (sender, actions) in transactions {
                let events = sent(&mut world, sender, &actions);
                let after = worth_of_liquidity(&Everything::of(&mut world));
                let only_swaps = events.iter().all(|event| matches!(event.kind, EventKind::Swapped { .. }));
                for ((k, supply), (k_before, supply_before)) in after.iter().zip(&before) {
                    if only_swaps {
                        prop_assert!(k >= k_before, "the product fell: {:?}", actions);
                    }
                    let scaled = k.checked_mul(*supply_before).and_then(|k| k.checked_mul(*supply_before)).unwrap();
                    let scaled_before = k_before.checked_mul(*supply).and_then(|k| k.checked_mul(*supply)).unwrap();
                    prop_assert!(scaled >= scaled_before, "a liquidity token lost worth: {:?}", actions);
                }
                before = after;
            }
            world.resource_mut::<ChainState>().clock.advance();
        }
    }

    #[test]
    fn nothing_appears_or_vanishes_in_any_block(seed: u64, blocks in blocks(), muted: bool) {
        let mut world = world(seed, if muted { ForcedSale::Muted } else { ForcedSale::Executed });
        for transactions in blocks {
            open(&mut world);
            for (sender, actions) in transactions {
                sent(&mut world, sender, &actions);
            }
            prop_assert_eq!(market::audit(&mut world), Ok(()));
            world.resource_mut::<ChainState>().clock.advance();
        }
    }
}

/// What the properties above rest on: their transactions do kill, open, close and revert after having done something.
#[test]
fn random_transactions_reach_every_kind_of_event() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut counts = std::collections::BTreeMap::<String, u32>::new();
    for seed in 0..150 {
        let sale = if seed % 3 == 0 { ForcedSale::Muted } else { ForcedSale::Executed };
        let mut world = world(seed, sale);
        for transactions in blocks().new_tree(&mut runner).unwrap().current() {
            open(&mut world);
            let parked: usize = workers_of(&world).map(|cell| cell.order.parked()).sum();
            *counts.entry("Parked".into()).or_default() += u32::try_from(parked).unwrap();
            for (sender, actions) in transactions {
                for event in sent(&mut world, sender, &actions) {
                    let kind = match event.kind {
                        EventKind::Worked(at) if at.opened => "Opened".to_owned(),
                        EventKind::Worked(at) if at.closed.is_some() => "Closed".to_owned(),
                        EventKind::Reverted { reason, .. } => format!("Reverted {}", reason.kind()),
                        other => format!("{other:?}").split([' ', '(']).next().unwrap().to_owned(),
                    };
                    *counts.entry(kind).or_default() += 1;
                }
            }
            world.resource_mut::<ChainState>().clock.advance();
        }
    }
    for kind in [
        "Swapped",
        "VenueTraded",
        "SaleMuted",
        "Opened",
        "Closed",
        "Worked",
        "Liquidated",
        "Reinvested",
        "Deposited",
        "Withdrawn",
        "Parked",
        "Reverted insufficient_funds",
        "Reverted slippage",
        "Reverted healthy",
        "Reverted bad_work_factor",
        "Reverted insufficient_idle",
        "Reverted bank_refused",
        "Reverted no_such_call",
    ] {
        assert!(counts.get(kind).is_some_and(|count| *count >= 5), "{kind} is too rare: {counts:?}");
    }
}

/// What the first property rests on: the comparison sees whatever a transaction writes.
#[test]
fn a_transaction_that_goes_through_is_seen_to_change_something() {
    let usdc = 5_000_000_000;
    let strategy = Farming::Add { farmed: 0, least_liquidity: 0 };
    for action in [
        swap(1, Side::OneForZero, AmountIn::Exact(usdc), 0),
        Action::VenueBuy { token: NATIVE, spend: AmountIn::Exact(usdc) },
        work(WorkOrder {
            worker: WorkerId(0),
            position: None,
            value: usdc,
            loan: usdc,
            max_return: 0,
            strategy,
            sale: OtherSale::Closings,
        }),
        LeverageCall::Deposit { amount: usdc }.of(BANK),
        LeverageCall::Withdraw { shares: usdc }.of(BANK),
        LeverageCall::Reinvest.of(GOBLIN),
    ] {
        let mut world = world(1, ForcedSale::Executed);
        open(&mut world);
        world.resource_mut::<ChainState>().clock.advance();
        let mut before = Everything::of(&mut world);
        let events = sent(&mut world, 5, std::slice::from_ref(&action));
        assert!(!matches!(events[0].kind, EventKind::Reverted { .. }), "{events:?}");
        before.pay_gas(events[0].sender.unwrap().1, events[0].fee);
        assert_ne!(Everything::of(&mut world), before, "{action:?}");
    }
}

/// A liquidator's sale of what it seized, in a pool and outside: where the position's sales do not act, it fills at the
/// quote and leaves pool and venue as they were; where they do, it is the plain sale.
#[test]
fn a_forced_sale_acts_only_where_its_positions_sales_do() {
    let amount = AmountIn::Exact(7 * ETHER);
    let outside = Action::VenueSell { token: TokenId(1), amount };
    for plain in [swap(0, Side::ZeroForOne, amount, 1), outside] {
        let sold = |sales: Option<ForcedSales>| {
            let mut world = world(1, ForcedSale::Executed);
            let action = match sales {
                Some(sales) => {
                    world.resource_mut::<ChainState>().sales = sales;
                    plain.clone().forced(key(2))
                }
                None => plain.clone(),
            };
            let before = Everything::of(&mut world);
            let events = sent(&mut world, 5, &[action]);
            assert_eq!(market::audit(&mut world), Ok(()));
            (before, Everything::of(&mut world), events)
        };
        let (_, as_plain, _) = sold(None);
        let (_, acting, _) = sold(Some(ForcedSales::only([key(2)].into())));
        assert_eq!(acting, as_plain);
        for others in [vec![], vec![key(1), key(3)]] {
            let (before, muted, events) = sold(Some(ForcedSales::only(others.into_iter().collect())));
            assert_eq!((&muted.pools, &muted.venues), (&before.pools, &before.venues));
            assert_eq!(
                muted.holdings[first_account() + 5],
                as_plain.holdings[first_account() + 5],
                "the seller gets the same"
            );
            assert_ne!(muted, as_plain);
            let EventKind::SaleMuted { of, paid, .. } = events[0].kind else { panic!("{events:?}") };
            assert_eq!((of, paid), (key(2), (TokenId(1), 7 * ETHER)));
        }
    }
}

/// The same of kills: those of a position whose sales act trade with the pool, others do not.
#[test]
fn a_kill_sells_into_the_pool_only_where_its_positions_sales_act() {
    let killed = |acting: &[u32]| {
        let mut world = world(1, ForcedSale::Executed);
        world.resource_mut::<ChainState>().sales =
            ForcedSales::only(acting.iter().map(|position| key(*position)).collect());
        open(&mut world);
        let crash = swap(0, Side::ZeroForOne, AmountIn::Exact(60 * ETHER), 0);
        sent(&mut world, 8, &[crash]);
        let product = |everything: &Everything| {
            let reserves = everything.pools[0].0.uniswap_v2().reserves();
            reserves.token_0 as f64 / reserves.token_1 as f64
        };
        let before = product(&Everything::of(&mut world));
        let events = sent(&mut world, 7, &[LeverageCall::Kill(PositionId(5)).of(BANK)]);
        assert!(matches!(events[0].kind, EventKind::Liquidated(_)), "{events:?}");
        assert_eq!(market::audit(&mut world), Ok(()));
        product(&Everything::of(&mut world)) / before
    };
    assert!(killed(&[5]) > 1.01);
    for others in [vec![], vec![1, 2, 3, 4]] {
        assert!((killed(&others) - 1.0).abs() < 1e-9, "burning liquidity leaves the price where it was");
    }
}

fn first_account() -> usize {
    world(1, ForcedSale::Executed).resource::<AgentDirectory>().first_account as usize
}
