//! What drives traders, what they accept, and who takes them between two trades.

use crate::common::market::{begin, step, steps};

use plimsoll::accounts::profit::KindProfit;
use plimsoll::chain::event::{Event, EventKind, Revert, Sandwich};
use plimsoll::chain::ids::{AgentId, TokenId};
use plimsoll::chain::state::ChainState;
use plimsoll::output::summary::Summary;

/// A pool of 1,000 ETH and 2 million USDC, ether at this price process outside, gas at 10 gwei of a token worth 2,000.
fn market(price: &str, agents: &str) -> String {
    format!(
        r#"Scenario(
    blocks: 200, block_time: "12 s", numeraire: "USDC",
    chain: (native: "GAS", base_fee: Fixed(10)),
    tokens: [
        (name: "USDC", decimals: 6, price: Fixed(1)),
        (name: "ETH", decimals: 18, price: {price}),
        (name: "GAS", decimals: 18, price: Fixed(2_000)),
    ],
    pools: [UniswapV2(name: "pool", tokens: ("ETH", "USDC"), reserves: ("1_000", "2_000_000"))],
    agents: [{agents}],
)"#
    )
}

/// Says of each block what the swaps in it paid: true for one that bought ether.
fn buys(text: &str, blocks: usize) -> Vec<Vec<bool>> {
    let mut run = begin(text);
    let bought = |event: Event| match event.kind {
        EventKind::Swapped { direction, .. } => Some(direction.pays == 1),
        _ => None,
    };
    (0..blocks).map(|_| step(&mut run).into_iter().filter_map(bought).collect()).collect()
}

mod temperaments {
    use super::*;

    const FALL: &str = r#"Knots(knots: [("0 s", 2_000), ("2 min", 2_000), ("4 min", 1_800), ("40 min", 1_800)])"#;

    #[test]
    fn momentum_sells_into_a_fall_and_stops_when_it_is_over() {
        let trader = r#"Trader(
            name: "follower", pool: "pool", size: Fixed(100), capital: Fixed(100_000),
            temperament: Momentum(watches: Outside, window: "1 min", threshold: 0.01),
        )"#;
        let blocks = buys(&market(FALL, trader), 40);
        let sold: Vec<usize> = (0..40).filter(|block| !blocks[*block].is_empty()).collect();
        assert!(blocks.iter().flatten().all(|bought| !bought), "it never buys: {blocks:?}");
        // The price falls from block 10 to block 20 by 1.05 % a block: a minute back it was more than 1 % higher from the
        // 11th to the 24th block.
        assert_eq!(sold, (11..=24).collect::<Vec<_>>());
    }

    #[test]
    fn momentum_that_watches_the_pool_follows_a_whale() {
        let traders = r#"
            Trader(name: "whale", pool: "pool", capital: Fixed(1e6), temperament: Whale([(3, Sell(200_000))])),
            Trader(
                name: "follower", pool: "pool", size: Fixed(100), capital: Fixed(100_000),
                temperament: Momentum(window: "24 s", threshold: 0.02),
            ),
        "#;
        let blocks = buys(&market("Fixed(2_000)", traders), 9);
        let none: Vec<bool> = Vec::new();
        // The whale trades in block 3; in 4 and 5 the price two blocks before was higher.
        let expected = [&none, &none, &none, &vec![false], &vec![false], &vec![false], &none, &none, &none];
        assert_eq!(blocks.iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_whale_trades_its_sizes_in_its_blocks() {
        let whale = r#"Trader(
            name: "whale", pool: "pool", capital: Fixed(1e6),
            temperament: Whale([(0, Buy(50_000)), (4, Sell(1_000)), (5, Sell(2_000))]),
        )"#;
        let mut run = begin(&market("Fixed(2_000)", whale));
        let mut paid = Vec::new();
        for block in 0..8 {
            for event in step(&mut run) {
                if let EventKind::Swapped { traded, .. } = event.kind {
                    paid.push((block, traded.amount_in));
                }
            }
        }
        let ether = 1_000_000_000_000_000_000;
        assert_eq!(paid, [(0, 50_000_000_000), (4, ether / 2), (5, ether)]);
    }

    fn informed(blocks: u64) -> String {
        format!(
            r#"Trader(
                name: "insider", pool: "pool", size: Fixed(5_000), capital: Fixed(1_000_000),
                temperament: Informed(blocks_ahead: {blocks}),
            )"#
        )
    }

    /// The price jumps down in block 20: who knows five blocks ahead sells from block 15 on.
    #[test]
    fn who_knows_the_price_ahead_trades_before_it_moves() {
        let jump = r#"Knots(knots: [("0 s", 2_000), ("228 s", 2_000), ("240 s", 1_500), ("40 min", 1_500)])"#;
        let first = |blocks| {
            let blocks = buys(&market(jump, &informed(blocks)), 40);
            assert!(blocks.iter().flatten().all(|bought| !bought));
            blocks.iter().position(|swaps| !swaps.is_empty())
        };
        assert_eq!([first(5), first(1)], [Some(15), Some(19)]);
    }

    #[test]
    fn who_knows_the_price_trades_no_further_than_it() {
        // 10 % above the pool's: buying until the next unit costs that takes 46,453 USDC at 2,100, and no more.
        let mut run = begin(&market("Fixed(2_100)", &informed(3).replace("Fixed(5_000)", "Fixed(400_000)")));
        let events = step(&mut run);
        let EventKind::Swapped { traded, .. } = events[0].kind else { panic!("{events:?}") };
        assert_eq!(traded.amount_in / 1_000_000, 46_453);
        assert_eq!(step(&mut run), [], "then the fee is wider than the gap");
    }

    const PRICES: [&str; 6] = [
        "Gbm(start: 2_000, volatility: 0.9)",
        r#"OrnsteinUhlenbeck(level: 2_000, half_life: "20 min", volatility: 1)"#,
        "JumpDiffusion(start: 2_000, volatility: 0.5, jumps_per_year: 200_000, jump_mean: -0.01, jump_sigma: 0.02)",
        r#"Heston(start: 2_000, volatility: 0.7, half_life: "5 min", vol_of_vol: 1, rho: -0.5)"#,
        r#"RegimeSwitching(start: 2_000, regimes: [
            (name: "calm", volatility: 0.4, mean_duration: "3 min"), (name: "stress", volatility: 3, mean_duration: "2 min"),
        ])"#,
        r#"Knots(knots: [("0 s", 2_000), ("30 min", 1_900), ("50 min", 1_950)], volatility: 1)"#,
    ];

    /// The outside price, block by block, as bits.
    fn path(text: &str) -> Vec<u64> {
        let mut run = begin(text);
        let mut price = || {
            run.step().unwrap();
            run.world().resource::<ChainState>().venues.of(TokenId(1)).outside_price().to_bits()
        };
        (0..60).map(|_| price()).collect()
    }

    #[test]
    fn prices_do_not_depend_on_whether_anybody_looks_ahead() {
        let shock = r#"shocks: [Crash(token: "ETH", start: "3 min", ramp: "2 min", size: Uniform(0.1, 0.2))], agents:"#;
        for block_time in [r#""12 s""#, r#"Poisson("12 s")"#] {
            for price in PRICES {
                let text = |blocks: u64| {
                    let agents = if blocks > 0 { informed(blocks) } else { String::new() };
                    let text = market(price, &agents).replace("agents:", shock).replace(r#""12 s""#, block_time);
                    text.replace(
                        "GAS\", decimals: 18, price: Fixed(2_000)",
                        "GAS\", decimals: 18, price: Gbm(start: 2_000, volatility: 0.5)",
                    )
                };
                let blind = path(&text(0));
                assert_eq!(blind, path(&text(1)), "{price}");
                // Beyond the end of the run as well.
                assert_eq!(blind, path(&text(500)), "{price}");
            }
        }
    }
}

mod tolerances {
    use super::*;

    /// Two whales who sell the same in one block: the second is quoted what the first spoils.
    fn second(slippage: &str) -> Vec<Event> {
        let whale = |name: &str, tip: u32, slippage: &str| {
            format!(
                r#"Trader(
                    name: "{name}", pool: "pool", capital: Fixed(1e6), tip: Fixed({tip}), {slippage}
                    temperament: Whale([(0, Sell(20_000))]),
                )"#
            )
        };
        let agents = [whale("first", 9, ""), whale("second", 1, slippage)].join(",");
        step(&mut begin(&market("Fixed(2_000)", &agents)))
    }

    /// Ten ether into a thousand move the mean price of the next ten by 2 %.
    #[test]
    fn below_its_tolerance_a_trade_reverts_and_pays_its_gas() {
        for slippage in ["slippage: Fixed(0.01),", "slippage: Fixed(0),"] {
            let events = second(slippage);
            let [_, Event { kind: EventKind::Reverted { reason: Revert::Slippage { out, least }, .. }, fee, .. }] =
                events[..]
            else {
                panic!("{events:?}")
            };
            assert!(out < least && fee > 0);
        }
    }

    #[test]
    fn within_its_tolerance_it_gets_what_there_is() {
        for slippage in ["slippage: Fixed(0.03),", "slippage: Fixed(1),", ""] {
            let events = second(slippage);
            assert!(matches!(events[..], [_, Event { kind: EventKind::Swapped { .. }, .. }]), "{events:?}");
        }
    }

    #[test]
    fn tolerances_are_drawn_for_each_trader() {
        let traders = r#"
            Trader(name: "whale", pool: "pool", capital: Fixed(1e6), tip: Fixed(9), temperament: Whale([(0, Sell(20_000))])),
            Trader(
                name: "traders", count: 400, pool: "pool", size: Fixed(10), buys: 0, capital: Fixed(1_000),
                slippage: Choice([0.001, 0.05]),
            ),
        "#;
        let events = step(&mut begin(&market("Fixed(2_000)", traders)));
        let reverted = events.iter().filter(|event| matches!(event.kind, EventKind::Reverted { .. })).count();
        // Four standard deviations of 400 throws of a fair coin.
        assert!((160..=240).contains(&reverted), "{reverted} of 400");
    }
}

mod searchers {
    use super::*;

    fn victim(slippage: &str) -> String {
        format!(
            r#"Trader(
                name: "victim", pool: "pool", capital: Fixed(400_000), tip: Fixed(2), {slippage}
                temperament: Whale([(0, Sell(100_000))]),
            )"#
        )
    }

    fn searcher(name: &str, bid_share: f64) -> String {
        format!(
            r#"Searcher(
                name: "{name}", pool: "pool", capital: Fixed(1e6), bid_share: Fixed({bid_share}), gas_money: Fixed(9),
            )"#
        )
    }

    fn block(agents: &[String]) -> (Vec<Event>, Summary) {
        let mut run = begin(&market("Fixed(2_000)", &agents.join(",")));
        let events = step(&mut run);
        (events, run.finish(None).unwrap())
    }

    fn sandwich(events: &[Event]) -> Option<Sandwich> {
        events.iter().find_map(|event| match &event.kind {
            EventKind::Sandwiched(sandwich) => Some(**sandwich),
            _ => None,
        })
    }

    fn kind<'a>(summary: &'a Summary, kind: &str) -> &'a KindProfit {
        summary.profit_and_loss.by_kind.iter().find(|row| row.kind == kind).unwrap()
    }

    fn senders(events: &[Event]) -> Vec<u32> {
        events.iter().map(|event| event.sender.unwrap().0.0).collect()
    }

    #[test]
    fn take_a_careless_trade_between_two_of_their_own_and_leave_it_what_it_asked_for() {
        let (events, summary) = block(&[victim("slippage: Fixed(0.01),"), searcher("searcher", 0.5)]);
        assert_eq!(senders(&events), [1, 0, 1, 1], "front, victim, back, and what it was: {events:?}");
        let at = sandwich(&events).unwrap();
        assert_eq!(at.victim, AgentId(0));
        let kept = at.got as f64 / at.alone as f64;
        assert!((kept - 0.99).abs() < 1e-9, "{kept}");
        // A11: with a fee of 0.3 %, 5.168277 ether gain 0.490773.
        assert!((at.paid as f64 / 1e18 / 5.168_277 - 1.0).abs() < 1e-6, "{at:?}");
        assert!(((at.returned - at.paid) as f64 / 1e18 / 0.490_773 - 1.0).abs() < 1e-5, "{at:?}");
        // 981.55 of gain less 270,000 gas at 10 gwei, 5.40; half of the rest is bid.
        let profit = kind(&summary, "Searcher").profit_numeraire;
        assert!((profit - (981.55 - 5.4) / 2.0).abs() < 1.0, "{profit}");
        assert_eq!(summary.sandwiches.count, 1);
        assert!((summary.sandwiches.gained_numeraire - 981.55).abs() < 0.01);
        let lost = (at.alone - at.got) as f64 / 1e6;
        assert!((summary.sandwiches.lost_numeraire / lost - 1.0).abs() < 1e-12);
    }

    #[test]
    fn leave_a_trade_that_accepts_little_less_than_its_quote() {
        for slippage in ["slippage: Fixed(0),", "slippage: Fixed(0.00004),"] {
            let (events, _) = block(&[victim(slippage), searcher("searcher", 0.5)]);
            assert_eq!(senders(&events), [0], "{slippage}");
        }
        // Gas makes the difference.
        let dear = market("Fixed(2_000)", &[victim("slippage: Fixed(0.01),"), searcher("searcher", 0.5)].join(","))
            .replace("base_fee: Fixed(10)", "base_fee: Fixed(2_000)");
        assert_eq!(sandwich(&step(&mut begin(&dear))), None);
    }

    /// Who accepts anything is taken for what fees leave to take, not for all that a searcher has.
    #[test]
    fn find_the_best_size_where_nothing_bounds_it() {
        let (events, _) = block(&[victim(""), searcher("searcher", 0.5).replace("1e6", "1e9")]);
        let at = sandwich(&events).unwrap();
        let gain = at.returned - at.paid;
        for share in [0.97, 0.99, 1.01, 1.03] {
            let other = at.paid as f64 / 1e18 * share;
            let (x, y, phi) = (1_000.0, 2e6, 0.997);
            let out = |x: f64, y: f64, paid: f64| y * phi * paid / (x + phi * paid);
            let bought = out(x, y, other);
            let got = out(x + other, y - bought, 50.0);
            let back = out(y - bought - got, x + other + 50.0, bought);
            assert!(back - other < gain as f64 / 1e18, "{share} of the size gains {}", back - other);
        }
    }

    #[test]
    fn of_several_around_one_victim_one_has_it_and_the_others_pay_nothing() {
        let agents =
            [victim("slippage: Fixed(0.02),"), searcher("mean", 0.1), searcher("eager", 0.9), searcher("bold", 0.6)];
        let (events, summary) = block(&agents);
        assert_eq!(senders(&events), [2, 0, 2, 2], "the one that bids most");
        assert_eq!((summary.transactions, summary.reverts), (3, 0));
        assert_eq!(summary.sandwiches.count, 1);
    }

    /// A dearer trade comes first and spoils the bundle: the victim would revert behind the front-run.
    #[test]
    fn whose_bundle_fails_pay_nothing_and_the_victim_trades_alone() {
        let spoiler = r#"Trader(
            name: "spoiler", pool: "pool", capital: Fixed(40_000), tip: Fixed(900_000), gas_money: Fixed(400),
            temperament: Whale([(0, Sell(15_000))]),
        )"#;
        let agents = [victim("slippage: Fixed(0.02),"), searcher("searcher", 0.1), spoiler.to_owned()];
        let (events, summary) = block(&agents);
        assert_eq!(senders(&events), [2, 0], "{events:?}");
        assert!(events.iter().all(|event| matches!(event.kind, EventKind::Swapped { .. })), "{events:?}");
        assert_eq!(kind(&summary, "Searcher").gas_paid_numeraire.to_bits(), 0_f64.to_bits());
        assert_eq!(kind(&summary, "Searcher").profit_numeraire.to_bits(), 0_f64.to_bits());
    }

    /// A second bundle is sized for the pool that the first one leaves.
    #[test]
    fn take_several_victims_in_one_block_if_they_may() {
        let victims = victim("count: 3, slippage: Fixed(0.4),");
        for (most, expected) in [(1, 1), (2, 2), (9, 3)] {
            let searcher =
                searcher("searcher", 0.1).replace("gas_money", &format!("bundles_per_block: {most}, gas_money"));
            let (events, summary) = block(&[victims.clone(), searcher]);
            assert_eq!(summary.sandwiches.count, expected, "{events:?}");
            assert_eq!(summary.transactions, 3 + 2 * expected);
        }
    }

    /// A block with room for a trade and not for a bundle.
    #[test]
    fn without_room_for_the_three_the_victim_trades_alone() {
        let agents = [victim("slippage: Fixed(0.02),"), searcher("searcher", 0.1)].join(",");
        let text = |limit: u64| {
            let limited =
                format!("base_fee: Fixed(10), gas_limit: {limit}, background: (gas: Fixed(20_000), tip: Fixed(1e6))");
            market("Fixed(2_000)", &agents).replace("base_fee: Fixed(10)", &limited)
        };
        assert_eq!(senders(&step(&mut begin(&text(424_999)))), [0]);
        assert_eq!(senders(&step(&mut begin(&text(425_000)))), [1, 0, 1, 1]);
    }

    /// The price outside, the pool, what its victim trades and for how much.
    const KINDS: [(&str, &str, &str, &str); 4] = [
        (
            "Fixed(2_000)",
            r#"UniswapV3(
                name: "pool", tokens: ("ETH", "USDC"), fee_pips: 500,
                liquidity: [
                    (range: Prices(1_500, 2_500), amounts: ("1_000", "2_000_000")),
                    (range: Prices(1_900, 1_990), amounts: ("0", "100_000")),
                ],
            )"#,
            "",
            "100_000",
        ),
        (
            "Fixed(1)",
            r#"Curve(name: "pool", tokens: ["ETH", "USDC"], reserves: ["1_000_000", "1_000_000"], amplification: 100)"#,
            "",
            "600_000",
        ),
        (
            "Fixed(2_000)",
            r#"Balancer(
                name: "pool", tokens: ["USDC", "ETH", "GAS"], weights: ["0.5", "0.3", "0.2"],
                reserves: ["5_000_000", "1_500", "1_000"], fee_bps: 10,
            )"#,
            r#"pair: ("ETH", "GAS"),"#,
            "100_000",
        ),
        (
            "Fixed(2_000)",
            r#"UniswapV2(name: "pool", tokens: ("ETH", "USDC"), reserves: ("1_000", "2_000_000"), fee_bps: 100)"#,
            r#"pair: ("USDC", "ETH"),"#,
            "100_000",
        ),
    ];

    /// In a pool of any kind the victim is left what it asked for and no more, and a bundle that fails leaves no trace.
    #[test]
    fn work_in_pools_of_every_kind() {
        for (price, pool, pair, sold) in KINDS {
            let victim = victim(&format!("slippage: Fixed(0.01), {pair}")).replace("100_000", sold);
            let agents = |more: &str| {
                let searcher = searcher("searcher", 0.5).replace("1e6", "9e6");
                [victim.replace("400_000", "4e6"), searcher, more.to_owned()].join(",")
            };
            let text = |more: &str| {
                let text = market(price, &agents(more));
                let (from, to) = (text.find("UniswapV2").unwrap(), text.find("],\n    agents").unwrap());
                format!("{}{pool}{}", &text[..from], &text[to..])
            };
            let events = step(&mut begin(&text("")));
            let at = sandwich(&events).unwrap_or_else(|| panic!("{pool}: {events:?}"));
            let kept = at.got as f64 / at.alone as f64;
            assert!((kept - 0.99).abs() < 1e-6, "{pool}: {kept}");
            assert!(at.returned > at.paid, "{pool}: {at:?}");
            // Spoiled by a dearer trade that goes the same way.
            let spoiler = format!(
                r#"Trader(
                    name: "spoiler", pool: "pool", {pair} capital: Fixed(1e6), tip: Fixed(900_000), gas_money: Fixed(400),
                    temperament: Whale([(0, Sell({sold}))]),
                )"#
            );
            let mut run = begin(&text(&spoiler));
            assert_eq!(sandwich(&step(&mut run)), None, "{pool}");
            assert_eq!(run.finish(None).unwrap().transactions, 2, "{pool}: the spoiler's and the victim's");
        }
    }

    /// Everything at once, audited block by block, and twice the same.
    #[test]
    fn a_crowd_of_traders_and_searchers_keeps_its_books() {
        let agents = r#"
            Trader(
                name: "careless", count: 20, pool: "pool", size: Exponential(mean: 20_000), capital: Fixed(300_000),
                slippage: Choice([0.001, 0.01, 0.05]), pace: PerDay(2_000),
            ),
            Trader(name: "blind", count: 3, pool: "pool", size: Fixed(9_000), capital: Fixed(300_000), pace: PerDay(900)),
            Trader(
                name: "insiders", count: 2, pool: "pool", size: Fixed(4_000), capital: Fixed(300_000),
                temperament: Informed(blocks_ahead: 5, edge: 0.001), slippage: Fixed(0.003),
            ),
            Trader(
                name: "followers", count: 4, pool: "pool", size: Fixed(5_000), capital: Fixed(300_000),
                temperament: Momentum(window: "1 min", threshold: 0.001), slippage: Uniform(0, 0.05),
            ),
            Arbitrageur(name: "arbitrageurs", count: 2, pool: "pool", capital: Fixed(500_000), bid_share: Uniform(0.1, 0.7)),
            Searcher(
                name: "searchers", count: 3, pool: "pool", capital: LogNormal(median: 300_000, sigma: 1),
                bid_share: Uniform(0.2, 0.9), bundles_per_block: 2, attention: Fixed(0.8), gas_money: Fixed(50),
            ),
        "#;
        let whole = |chain: &str| {
            let text = market("Gbm(start: 2_000, volatility: 2)", agents).replace("base_fee: Fixed(10)", chain);
            let mut run = begin(&text);
            steps(&mut run, 200);
            run.finish(None).unwrap()
        };
        for chain in ["base_fee: Fixed(10)", "base_fee: Fixed(10), gas_limit: 700_000"] {
            let summary = whole(chain);
            assert!(summary.sandwiches.count > 9, "{:?} {:?}", summary.sandwiches, summary.reverts_by_reason);
            assert!(summary.profit_and_loss.difference_numeraire.abs() < 1e-3);
            assert!(summary.sandwiches.lost_numeraire > summary.sandwiches.gained_numeraire);
            assert!(kind(&summary, "Searcher").earned_numeraire > 0.0);
            assert_eq!(whole(chain), summary);
        }
    }
}

/// Each of several arbitrageurs sees the same gap: one closes it, the others come too late, revert and pay.
#[test]
fn of_several_arbitrageurs_on_one_gap_one_wins_and_the_others_pay_gas_for_nothing() {
    let agents = r#"Arbitrageur(
        name: "arbitrageurs", count: 4, pool: "pool", capital: Fixed(1e6), bid_share: Uniform(0.1, 0.9), gas_money: Fixed(9),
    )"#;
    let mut run = begin(&market("Fixed(2_200)", agents));
    let events = step(&mut run);
    let reverts: Vec<_> = events.iter().filter(|event| matches!(event.kind, EventKind::Reverted { .. })).collect();
    assert_eq!(reverts.len(), 3, "{events:?}");
    assert!(
        matches!(events[0].kind, EventKind::Swapped { .. }) && matches!(events[1].kind, EventKind::VenueTraded { .. })
    );
    for event in reverts {
        assert!(event.fee > 0 && event.gas > 0, "{event:?}");
        assert!(matches!(event.kind, EventKind::Reverted { reason: Revert::Slippage { .. }, .. }), "{event:?}");
    }
    let per_gas = |event: &Event| event.fee / u128::from(event.gas);
    assert!(events[3..].iter().all(|event| per_gas(event) < per_gas(&events[0])), "the dearest won: {events:?}");
}
