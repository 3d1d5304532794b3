//! Providers of liquidity: what becomes of their capital, in pools of every kind.

use crate::common::market::{audited, begin_with};

use bevy_ecs::system::SystemState;
use plimsoll::accounts::books::Books;
use plimsoll::accounts::liquidity::{Figures, LiquidityBooks};
use plimsoll::agents::AgentDirectory;
use plimsoll::agents::view::View;
use plimsoll::chain::event::{EventKind, EventLog};
use plimsoll::chain::ids::{AgentId, TokenId};
use plimsoll::chain::state::ChainState;
use plimsoll::deployments::valuation::Valuation;
use plimsoll::simulation::Simulation;

/// A run, every block audited.
struct Run {
    simulation: Simulation,
    /// What claims were worth before the first block.
    start: Valuation,
}

/// What became of an agent that buys its gas, in whole numeraire tokens.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Became {
    value_start: f64,
    profit: f64,
    gas: f64,
    figures: Figures,
}

impl Run {
    fn open(text: &str, seed: u64) -> Self {
        let mut simulation = begin_with(text, audited(seed));
        Self { start: simulation.worth(), simulation }
    }

    fn steps(&mut self, blocks: u64) -> &mut Self {
        (0..blocks).for_each(|_| self.simulation.step().unwrap());
        self
    }

    /// Returns what became of an agent by the end of the last block.
    fn became(&mut self, agent: u32) -> Became {
        let id = AgentId(agent);
        let account = self.simulation.world().resource::<AgentDirectory>().account(id);
        let value_start = self.start.accounts[account.0 as usize];
        let value_end = self.simulation.worth().accounts[account.0 as usize];
        let gas = self.simulation.world().resource::<Books>().agents.of(id).gas_paid;
        let books = self.simulation.world().resource::<LiquidityBooks>().clone();
        let world = self.simulation.world_mut();
        let mut state = SystemState::<View>::new(world);
        let figures = books.figures(id, account, &state.get(world).unwrap()).expect("it provides liquidity");
        Became { value_start, profit: value_end - value_start - gas, gas, figures }
    }

    fn population(&self, agent: u32) -> String {
        self.simulation.world().resource::<AgentDirectory>().population(AgentId(agent)).name.clone()
    }

    /// Returns what the block's trades paid into the pool, worth outside.
    fn paid_in(&self) -> f64 {
        let price = self.simulation.world().resource::<ChainState>().venues.price(TokenId(1));
        let paid = self.simulation.world().resource::<EventLog>().iter().map(|event| match event.kind {
            EventKind::Swapped { direction, traded, .. } if direction.pays == 1 => traded.amount_in as f64,
            EventKind::Swapped { traded, .. } => traded.amount_in as f64 * price,
            _ => 0.0,
        });
        paid.sum::<f64>() / 1e18
    }

    /// Returns what the block's trades of arbitrageurs, who begin and end with the numeraire of 18 decimals, brought.
    fn arbitrage(&self) -> f64 {
        let legs = self.simulation.world().resource::<EventLog>().iter().map(|event| match event.kind {
            EventKind::Swapped { direction, traded, .. } if direction.pays == 1 => -(traded.amount_in as f64),
            EventKind::Swapped { traded, .. } => traded.amount_out as f64,
            EventKind::VenueTraded { bought, numeraire, .. } => numeraire as f64 * if bought { -1.0 } else { 1.0 },
            _ => 0.0,
        });
        legs.sum::<f64>() / 1e18
    }
}

/// How many providers the market of every kind has.
const PROVIDERS: u32 = 12;

/// A pool of every kind with traders, arbitrageurs, and providers who sit, move, harvest, panic, come and go.
fn every_kind() -> String {
    let provider = |name: &str, pool: &str, rest: &str| {
        format!(
            r#"LiquidityProvider(name: "{name}", pool: "{pool}", capital: LogNormal(median: 50_000, sigma: 0.5), {rest}),"#
        )
    };
    let providers = [
        provider("v2", "v2", "count: 2"),
        provider("v2 comes", "v2", r#"entry: Between("1 h", "2 h"), exit: After("5 h", "9 h")"#),
        provider("v2 flees", "v2", "panic: (fall: Uniform(0.01, 0.05), from: Peak)"),
        provider("full", "v3", r#"harvest: (every: "1 h", compound: true)"#),
        provider("narrow", "v3", "range: Factor(1.02), panic: (fall: Fixed(0.3))"),
        provider("moves", "v3", "count: 2, range: Factor(1.02), recentre: OutOfRange, attention: Uniform(0.3, 1)"),
        provider("moves on time", "v3", r#"range: Factor(1.05), recentre: Every("1 h"), entry: Between("1 h", "1 h")"#),
        provider("curve", "curve", r#"exit: Between("8 h", "9 h")"#),
        provider("balancer", "balancer", ""),
        provider("balancer comes", "balancer", r#"entry: Between("1 h", "3 h")"#),
    ];
    let trade = |pool: &str| {
        format!(
            r#"Trader(name: "{pool} traders", count: 10, pool: "{pool}", size: Exponential(mean: 5_000), pace: PerDay(50), capital: Fixed(200_000)),
               Arbitrageur(name: "{pool} arbitrageur", pool: "{pool}", capital: Fixed(5_000_000), bid_share: Fixed(0.1), gas_money: Fixed(50)),"#
        )
    };
    let trades: String = ["v2", "v3", "curve", "balancer"].map(trade).concat();
    format!(
        r#"Scenario(
            blocks: 200, block_time: "5 min", numeraire: "USDC",
            chain: (native: "ETH", base_fee: Fixed(3)),
            tokens: [
                (name: "USDC", decimals: 6, price: Fixed(1)),
                (name: "ETH", decimals: 18, price: Gbm(start: 2_000, volatility: 1)),
                (name: "DAI", decimals: 18, price: OrnsteinUhlenbeck(start: 1, level: 1, half_life: "2 h", volatility: 0.1)),
            ],
            pools: [
                UniswapV2(name: "v2", tokens: ("ETH", "USDC"), reserves: ("500", "1_000_000")),
                UniswapV3(name: "v3", tokens: ("ETH", "USDC"), liquidity: [(amounts: ("500", "1_000_000"))]),
                Curve(name: "curve", tokens: ["DAI", "USDC"], reserves: ["500_000", "500_000"], amplification: 100),
                Balancer(
                    name: "balancer", tokens: ["ETH", "USDC"], weights: ["0.8", "0.2"], reserves: ["2_000", "1_000_000"],
                ),
            ],
            agents: [{} {trades}],
        )"#,
        providers.concat()
    )
}

#[test]
fn profit_is_fees_and_impermanent_loss_and_revaluation_and_own_trades_less_gas() {
    for seed in 1..=3 {
        let mut run = Run::open(&every_kind(), seed);
        let mut without_trades = 0.0_f64;
        for _ in 0..4 {
            run.steps(50);
            for agent in 0..PROVIDERS {
                let (name, Became { value_start, profit, gas, figures }) = (run.population(agent), run.became(agent));
                let before_gas = figures.fees + figures.impermanent_loss + figures.revaluation + figures.own_trades;
                let left_over = profit - (before_gas - gas);
                assert!(left_over.abs() < 1e-9 * value_start, "{name}: {left_over} of {profit}, {figures:?}");
                without_trades = without_trades.max((left_over + figures.own_trades).abs() / value_start);
            }
        }
        assert!(without_trades > 1e-5, "forgetting what a new range's trades cost is refused: {without_trades}");
        for agent in 0..PROVIDERS {
            let (name, figures) = (run.population(agent), run.became(agent).figures);
            assert!(figures.fees > 0.0, "{name}: {figures:?}");
            // A trader moves a pool away from the outside price for a while, at which all is valued.
            assert!(figures.impermanent_loss < 5.0, "{name}: {figures:?}");
        }
        let moved = ["moves", "moves on time"].map(|name| {
            let agents = (0..PROVIDERS).filter(|agent| run.population(*agent) == name).collect::<Vec<_>>();
            let trades =
                |agent: &u32| run.simulation.world().resource::<Books>().agents.of(AgentId(*agent)).transactions;
            agents.iter().map(trades).sum::<u32>()
        });
        assert!(moved[0] >= 2 && moved[1] >= 2, "ranges were moved: {moved:?}");
        run.simulation.finish(None).unwrap();
    }
}

/// A constant-product pool or another that follows a price on a straight way, with one provider in it.
fn straight_way(pool: &str, end: f64, provider: &str) -> String {
    format!(
        r#"Scenario(
            blocks: 400, block_time: "1 min", numeraire: "USD",
            chain: (native: "GAS", base_fee: Fixed(0)),
            tokens: [
                (name: "USD", decimals: 18, price: Fixed(1)),
                (name: "ETH", decimals: 18, price: Knots(knots: [("0 s", 1_000), ("399 min", {end})], volatility: 0)),
                (name: "GAS", decimals: 18, price: Fixed(1)),
            ],
            pools: [{pool}],
            agents: [
                LiquidityProvider(name: "provider", pool: "pool", capital: Fixed(1_000_000), {provider}),
                Arbitrageur(name: "arbitrageur", pool: "pool", capital: Fixed(1e12), bid_share: Fixed(0)),
            ],
        )"#
    )
}

const CONSTANT_PRODUCT: &str =
    r#"UniswapV2(name: "pool", tokens: ("ETH", "USD"), reserves: ("1_000", "1_000_000"), fee_bps: 0)"#;

/// Impermanent loss over worth of holding: `2 sqrt(r) / (1 + r) - 1` (G. Angeris and others, 2019; Uniswap's own table).
const IMPERMANENT_LOSS: [(f64, f64); 6] =
    [(2.0, -0.057_191), (0.5, -0.057_191), (1.25, -0.006_192), (0.8, -0.006_192), (4.0, -0.2), (0.1, -0.425_041)];

#[test]
fn impermanent_loss_is_what_everybody_says_and_not_what_is_left_of_the_start() {
    for (ratio, published) in IMPERMANENT_LOSS {
        let mut run = Run::open(&straight_way(CONSTANT_PRODUCT, 1_000.0 * ratio, ""), 1);
        let Became { value_start, figures, .. } = run.steps(400).became(0);
        let held = value_start - 1.0 + figures.revaluation;
        let simulated = figures.impermanent_loss / held;
        assert!((simulated - published).abs() < 1e-6, "r = {ratio}: {simulated}");
        assert!(figures.fees.abs() < 1e-6 * held, "there is no fee: {}", figures.fees);
        let of_the_start = ratio.sqrt() - 1.0;
        assert!((of_the_start - published).abs() > 1e-3, "sqrt(r) - 1 is something else");
        assert!((simulated - of_the_start).abs() > 1e-3, "r = {ratio}: {simulated}");
    }
}

/// With a fee the position without it loses the same but for what the pool's price stays behind; with it, less.
#[test]
fn impermanent_loss_leaves_fees_out() {
    let pool = CONSTANT_PRODUCT.replace("fee_bps: 0", "fee_bps: 30");
    let mut run = Run::open(&straight_way(&pool, 2_000.0, ""), 1);
    let Became { value_start, figures, .. } = run.steps(400).became(0);
    let held = value_start - 1.0 + figures.revaluation;
    let (without, with) = (figures.impermanent_loss / held, (figures.impermanent_loss + figures.fees) / held);
    assert!((without + 0.057_191).abs() < 1e-5, "{without}");
    assert!(with > without + 4e-4, "{with}");
}

/// prod r^w / sum w r - 1 (F. Martinelli, N. Mushegian, "Balancer", 2019), at 80 % to 20 %.
#[test]
fn a_weighted_pools_impermanent_loss_is_that_of_its_weights() {
    let pool = r#"Balancer(
        name: "pool", tokens: ["ETH", "USD"], weights: ["0.8", "0.2"], reserves: ["4_000", "1_000_000"], fee_bps: 0.01,
    )"#;
    let mut run = Run::open(&straight_way(pool, 2_000.0, ""), 1);
    let Became { value_start, figures, .. } = run.steps(400).became(0);
    let simulated = figures.impermanent_loss / (value_start - 1.0 + figures.revaluation);
    let of_weights = libm::pow(2.0, 0.8) / 1.8 - 1.0;
    assert!((simulated - of_weights).abs() < 1e-5, "{simulated}, published {of_weights}");
    assert!((simulated + 0.057_191).abs() > 0.01, "halves are refused: {simulated}");
}

const CONCENTRATED: &str = r#"UniswapV3(
    name: "pool", tokens: ("ETH", "USD"), liquidity: [(amounts: ("1_000", "1_000_000"))],
)"#;

#[test]
fn a_range_that_the_price_has_left_earns_nothing() {
    let mut run = Run::open(&straight_way(CONCENTRATED, 2_000.0, "range: Factor(1.1)"), 1);
    let inside = run.steps(30).became(0).figures.fees;
    assert!(inside > 0.0);
    // 10 % are passed after 55 of the 400 minutes, and the fee lags it by little.
    let left = run.steps(40).became(0).figures;
    assert!(left.fees > inside);
    let much_later = run.steps(330).became(0).figures;
    // Fees wait in the tokens that they were paid in: all in the numeraire on a way up.
    assert!((much_later.fees - left.fees).abs() < 1e-9 * left.fees, "{left:?}, {much_later:?}");
    assert!((much_later.loss_versus_rebalancing - left.loss_versus_rebalancing).abs() < 1e-9);

    let mut everywhere = Run::open(&straight_way(CONCENTRATED, 2_000.0, ""), 1);
    let left = everywhere.steps(50).became(0).figures.fees;
    assert!(everywhere.steps(350).became(0).figures.fees > 2.0 * left, "liquidity everywhere goes on earning");
}

/// A pool that one provider has for itself but for what its founder had to leave in it.
fn alone(pool: &str, provider: &str) -> String {
    straight_way(pool, 1_000.0, provider).replace(
        r#"Knots(knots: [("0 s", 1_000), ("399 min", 1000)], volatility: 0)"#,
        "Gbm(start: 1_000, volatility: 3)",
    )
}

/// Without a fee, what a provider loses against rebalancing is what arbitrageurs gain (arXiv 2208.06046, section 4.1).
#[test]
fn without_a_fee_loss_versus_rebalancing_is_what_arbitrageurs_gain() {
    let v2 = r#"UniswapV2(name: "pool", tokens: ("ETH", "USD"), reserves: ("0.000001", "0.001"), fee_bps: 0)"#;
    let v3 = r#"UniswapV3(name: "pool", tokens: ("ETH", "USD"), fee_pips: 0, tick_spacing: 10)"#;
    for (pool, provider) in [(v2, ""), (v3, ""), (v3, "range: Factor(2)")] {
        let mut run = Run::open(&alone(pool, provider), 5);
        let mut gains = 0.0;
        for _ in 0..400 {
            gains += run.steps(1).arbitrage();
        }
        let figures = run.became(0).figures;
        let ratio = figures.loss_versus_rebalancing / gains;
        assert!((ratio - 1.0).abs() < 1e-8, "{pool} {provider}: {ratio} of {gains}");
        assert!(
            (figures.impermanent_loss / -gains - 1.0).abs() > 0.01,
            "impermanent loss is something else: {figures:?}"
        );
    }
}

/// With a fee, what arbitrageurs pay of it stays with the provider: the two are together what it loses.
#[test]
fn with_a_fee_loss_versus_rebalancing_is_gain_and_fees() {
    let pool = r#"UniswapV3(name: "pool", tokens: ("ETH", "USD"))"#;
    let mut run = Run::open(&alone(pool, "range: Factor(2)"), 5);
    let (mut gains, mut fees) = (0.0, 0.0);
    for _ in 0..400 {
        gains += run.steps(1).arbitrage();
        fees += run.paid_in() * 0.003;
    }
    let figures = run.became(0).figures;
    let ratio = (gains + fees) / figures.loss_versus_rebalancing;
    assert!((ratio - 1.0).abs() < 1e-8, "{ratio}");
    assert!(gains / figures.loss_versus_rebalancing < 0.9, "forgetting fees is refused");
    // They wait in the tokens that they were paid in, and are worth then what these are worth.
    assert!((figures.fees / fees - 1.0).abs() < 0.1, "{} and {fees}", figures.fees);
}

#[test]
fn equal_seeds_give_equal_figures_and_others_do_not() {
    let figures = |seed| {
        let mut run = Run::open(&every_kind(), seed);
        run.steps(100);
        (0..PROVIDERS).map(|agent| run.became(agent)).collect::<Vec<_>>()
    };
    assert_eq!(figures(1), figures(1));
    assert_ne!(figures(1), figures(2));
}
